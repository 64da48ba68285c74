"""Commands that sign a document and bring it into force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._equity_people import mined
from scripts._options import ConnectedCommand, emit
from scripts._papers import (
    READ,
    WRITE,
    Act,
    acting,
    check_measurable,
    load,
    output_option,
    plain,
    signature_option,
    write,
)
from scripts._room_use import Through, through_room

if TYPE_CHECKING:
    from workpact.agreement import Agreement


@click.command(cls=ConnectedCommand)
@acting
@output_option
@click.option("--permit", type=WRITE, help="Also sign the token's permit for the deposit, into this file (client).")
def sign(act: Act, output: Path | None, permit: Path | None) -> None:
    """Sign a document: as a bid, an answer or a change order. Sends nothing.

    The signature is a line of hex digits, on the terminal or in --output; hand it over any way you like. A client's
    signature is an order to pay the deposit until openBefore. A Safe signs by sending (`open --account safe`).

    \b
    Example:
      ape run agreement sign desk.yaml --account contractor --output contractor.sig
      ape run agreement sign desk.yaml --account client --output client.sig --permit client.permit
    """
    check_measurable(act.document)
    agreement = act.agreement
    account = act.signing
    signature = agreement.sign(account)
    permitted = agreement.permit(account) if permit is not None else b""
    value = {
        "id": agreement.id,
        "signer": account.address,
        "signature": signature,
        "file": write(output, "0x" + signature.hex() + "\n"),
    }
    if permit is not None:
        value["permit"] = write(permit, "0x" + permitted.hex() + "\n")
    text = f"0x{signature.hex()}" if output is None else f"Signed {agreement.document.name}: {output}."
    emit(plain(value), act.as_json, text)


@click.command(cls=ConnectedCommand)
@acting
@click.argument("amount", required=False)
def approve(act: Act, amount: str | None) -> None:
    """Let the Agreement contract take AMOUNT, in all, from the account; without one, the deposit.

    \b
    Example:
      ape run agreement approve desk.yaml "100,000 USDC" --account client
    """
    from workpact.chain import contracts
    from workpact.preflight import ask

    agreement = act.agreement
    units = agreement.units(amount) if amount else agreement.document.spec.offer.deposit
    token = contracts.token(agreement.document.token.address)
    if ask(token.allowance, act.signing.address, agreement.contract.address) == units:
        return act.unchanged(agreement, f"{agreement.money(units)} are allowed already.")
    return act.sent(agreement, agreement.approve(units, sender=act.sender), allowed=units)


@click.command("open", cls=ConnectedCommand)
@acting
@through_room
@signature_option
@click.option("--permit", type=READ, help="The client's permit for the deposit (`sign --permit`).")
@click.option("--under", type=READ, help="The file in force of the agreement that this one is placed under.")
def open_(act: Act, through: Through, signatures: tuple[str, ...], permit: Path | None, under: Path | None) -> None:
    """Bring a signed document into force; pulls the deposit from the client.

    Anyone may carry the signatures; a party that sends needs none. Run again it changes nothing. With --room a party
    puts the file itself there, for both.

    \b
    Example:
      ape run agreement open desk.yaml --signature contractor.sig --account client
      ape run agreement open desk.yaml --signature client.sig --signature contractor.sig --permit client.permit \\
        --account anyone
    """
    from workpact.agreement import Agreement, Status
    from workpact.permits import read_permit
    from workpact.preflight import chain_id
    from workpact.signing import read_signature
    from workpact.terms import Kind

    agreement = act.agreement
    if agreement.is_in_force:
        return act.unchanged(agreement, f"{act.document.name} is in force already.", **_share(act, through))
    if agreement.id == agreement.origin and agreement.status is Status.LIVE:
        return act.unchanged(agreement, f"{act.document.name} was opened already, and amended since.")
    check_measurable(act.document)
    given = {agreement.signer_of(signature): signature for signature in map(read_signature, signatures)}
    deposit = agreement.money(act.document.spec.offer.deposit)
    through.require_ready(act, Kind.AGREEMENT)
    act.confirm(f"Open {act.document.name}, with {deposit} from the client?")
    master = Agreement.deployed(load(under, (), None, chain_id())) if under else None
    sent = agreement.open(
        given.get("client"),
        given.get("contractor"),
        read_permit(permit) if permit else None,
        master=master,
        sender=act.sender,
    )
    return act.sent(agreement, sent, **_share(act, through) if mined(sent) else {})


def _share(act: Act, through: Through) -> dict[str, Any]:
    """The document in the room, if one is used: with all addresses in it, as both sides signed it."""
    from workpact.terms import Kind

    return through.put(act, Kind.AGREEMENT, act.document.to_yaml().encode(), f"{act.document.name}.yaml")


@click.command(cls=ConnectedCommand)
@acting
def publish(act: Act) -> None:
    """Put the signed terms into the chain's log, for readers. Never texts or names of people.

    \b
    Example:
      ape run agreement publish desk.yaml --account anyone
    """
    agreement = act.agreement
    if agreement.is_published:
        return act.unchanged(agreement, f"{act.document.name} is in the log already.")
    return act.sent(agreement, agreement.publish(sender=act.sender))


@click.command("withdraw-bid", cls=ConnectedCommand)
@acting
def withdraw_bid(act: Act) -> None:
    """Make sure that a document which is not in force never will be; either party.

    \b
    Example:
      ape run agreement withdraw-bid desk.yaml --account contractor
    """
    from workpact.agreement import Status

    agreement = act.agreement
    if agreement.status is Status.WITHDRAWN:
        return act.unchanged(agreement, f"{act.document.name} is withdrawn already.")
    return act.sent(agreement, agreement.withdraw_bid(sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("following", metavar="NEXT", type=READ)
@signature_option
def amend(act: Act, following: Path, signatures: tuple[str, ...]) -> None:
    """Put the change order NEXT in the place of FILE, which is in force.

    NEXT is made by `new --replaces` and signed by both parties with `sign NEXT`, by an incoming party as well; a party
    that sends needs no signature. Moves no money.

    \b
    Example:
      ape run agreement amend desk.yaml change.yaml --signature contractor.sig --account client
    """
    from workpact.preflight import chain_id
    from workpact.signing import read_signature

    agreement = act.agreement
    amended: Agreement = agreement.amended(load(following, (), None, chain_id()))
    if amended.is_in_force:
        return act.unchanged(amended, f"{following} is in force already.")
    check_measurable(amended.document)
    act.confirm(f"Put {following} in force?")
    given = [read_signature(signature) for signature in signatures]
    return act.sent(amended, agreement.amend(amended.document, given, sender=act.sender))


COMMANDS = (sign, approve, open_, publish, withdraw_bid, amend)
