"""`ape run market accept`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._market_papers import place_option
from scripts._market_tenders import NotYours, fates, moment, money, request_argument, request_at, tender_at
from scripts._options import (
    ConnectedCommand,
    confirm,
    confirmations_option,
    json_option,
    outbid_option,
    sender_option,
    signer,
    yes_option,
)
from scripts._papers import WRITE, Act, check_measurable
from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.agreement import Agreement
    from workpact.market.bid import Bid
    from workpact.market.request import Request
    from workpact.market.tender import Tender
    from workpact.terms import AgreementDocument


class DoesNotCount(WorkpactError):
    """A bid that cannot be accepted. Nothing was sent."""


@click.command(cls=ConnectedCommand)
@request_argument
@click.argument("bid_id", metavar="BID")
@place_option
@click.option("--output", type=WRITE, required=True, help="Where the agreement file goes, with its salts: keep it.")
@sender_option
@confirmations_option
@outbid_option
@yes_option
@json_option
def accept(
    request_id: str,
    bid_id: str,
    place: str,
    output: Path,
    account: Any,
    confirmations: int | None,
    outbid: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Accept a bid: open it as an agreement, in one transaction that also pulls the deposit.

    The bid's file is opened with the client's room key (its passphrase: WORKPACT_ROOM_PASSPHRASE, or asked for) and
    compared word by word with what was asked for. The deposit goes by permit where the token has it. Run again, it
    changes nothing and writes the file again.

    \b
    Example:
      ape run market accept bafkrei… bafkrei… --output desk.yaml --place s3://tenders --account client
    """
    from workpact.market.place import market_place

    opened = market_place(place)
    request = request_at(opened, request_id)
    client = _client(request, account, yes)
    tender = tender_at(opened, request)
    bid = _counting(tender, bid_id)
    document = _document(request, bid)
    act = Act(document, client, confirmations, outbid, yes, as_json)
    agreement = act.agreement
    _check_file(output, document)
    if _is_open(agreement):
        _write(output, document)
        return act.unchanged(agreement, f"{document.name} is in force already.", file=str(output))
    _check_time(request, tender)
    _check_first(tender)
    check_measurable(document)
    deposit = money(request, document.spec.offer.deposit)
    confirm(f"Open {document.name} with {bid.bidder} for {money(request, bid.price_units)}, {deposit} now?", yes)
    permit = _permit(agreement, client)
    sent = agreement.open(contractor_signature=bid.signature, permit=permit, sender=act.sender)
    _write(output, document)
    return act.sent(agreement, sent, file=str(output), gasUsed=getattr(sent, "gas_used", None))


def _client(request: Request, account: Any, yes: bool) -> Any:
    client = signer(account, yes)
    if client.address != request.client:
        raise NotYours(f"{request.id} is the request of {request.client}, and not of {client.address}.")
    return client


def _counting(tender: Tender, bid_id: str) -> Bid:
    """The bid, if it counts."""
    _ = tender.roll
    for bid in tender.bids:
        if bid.id == bid_id:
            return bid
    entry = next((entry for entry in tender.entries if entry.bid == bid_id), None)
    if entry is None:
        raise DoesNotCount(
            f"There is no bid {bid_id} for the request {tender.request.id}: ape run market bids shows them."
        )
    raise DoesNotCount(f"The bid {bid_id} of {entry.bidder} is {entry.state.value}: {'; '.join(entry.why)}.")


def _document(request: Request, bid: Bid) -> AgreementDocument:
    """The bid's file, opened and compared."""
    from scripts._room_house import own_keys
    from workpact.market.bid_file import file_of

    return file_of(request, bid, own_keys(request.client).key)


def _check_time(request: Request, tender: Tender) -> None:
    from workpact.market.tender import NotYet, State
    from workpact.preflight import now

    waiting = [entry for entry in tender.entries if entry.state is State.SEALED]
    if waiting and now() <= request.reveal:
        raise NotYet(
            f"{len(waiting)} on the roll have not opened yet, and may until {moment(request, request.reveal)}: accept "
            "after that."
        )


def _check_first(tender: Tender) -> None:
    """No other bid of the request is open."""
    from workpact.agreement import Status

    for name, status in fates(tender).items():
        if status is not Status.WITHDRAWN:
            raise DoesNotCount(
                f"The bid {name} of the same request was accepted before. To take a second one as well, open its file: "
                "ape run agreement open."
            )


def _is_open(agreement: Agreement) -> bool:
    from workpact.agreement import Status

    status = agreement.status
    if status is Status.WITHDRAWN:
        raise DoesNotCount(f"The contractor {agreement.contractor} has withdrawn this bid. Accept another.")
    return status is not Status.NONE


def _permit(agreement: Agreement, client: Any) -> bytes | None:
    """The client's permit for the deposit, unless enough is allowed already or the token has none."""
    from workpact.chain import contracts
    from workpact.permits import NoPermit
    from workpact.preflight import ask

    deposit = agreement.document.spec.offer.deposit
    token = contracts.token(agreement.document.token.address)
    if not deposit or ask(token.allowance, client.address, agreement.contract.address) >= deposit:
        return None
    try:
        return agreement.permit(client)
    except NoPermit:
        return None  # what is missing is said, with how to approve it


def _check_file(output: Path, document: AgreementDocument) -> None:
    if not output.parent.is_dir():
        raise click.UsageError(f"{output.parent} is no folder: make it, or name another file.")
    if output.exists() and output.read_text(encoding="utf-8") != document.to_yaml():
        raise click.UsageError(f"{output} is there already, and another file: name another, or move it away.")


def _write(output: Path, document: AgreementDocument) -> None:
    from workpact.private_file import write_plain

    write_plain(output, [document.to_yaml().encode()])


COMMANDS = (accept,)
