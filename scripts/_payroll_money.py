"""`ape run payroll` on money: setup, collect, pledge, margin, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scripts._equity_papers import load_json, write_paper
from scripts._equity_people import again_option, finished, read_part
from scripts._equity_wallets import read_within, signature_in
from scripts._options import ConnectedCommand, emit
from scripts._papers import READ, WRITE, Act, acting
from scripts._payroll_book import payroll_of, register_of, require_collected, require_employer


@click.command(cls=ConnectedCommand)
@acting
def setup(act: Act) -> None:
    """Have the contractor's payments of the agreement come to the payroll, to be pulled; the contractor, once.

    \b
    Example:
      ape run payroll setup desk.yaml --account contractor
    """
    payroll = payroll_of(act)
    require_employer(act, payroll)
    value = {"payroll": payroll.contract.address, "book": payroll.book}
    if payroll.is_payee:
        return finished(act.as_json, value, [], [], "The contractor's payments come to the payroll already.")
    act.confirm(f"Send all payments of {act.document.name} to the payroll {payroll.contract.address}?")
    sent = [act.agreement.set_payee(payroll.contract, pulled=True, sender=act.sender)]
    return finished(act.as_json, value, ["The contractor's payments come to the payroll from now on."], sent)


@click.command(cls=ConnectedCommand)
@acting
def collect(act: Act) -> None:
    """Take what the agreement has booked for the payroll; anyone.

    \b
    Example:
      ape run payroll collect desk.yaml --account anyone
    """
    payroll, money = payroll_of(act), act.agreement.money
    amount = payroll.to_collect_units
    sent = [payroll.collect(sender=act.sender)] if amount else []
    value = {"collected": amount, "free": payroll.free_units}
    why = "Nothing is booked for the payroll."
    if not amount and not payroll.is_payee:
        why += " The contractor's payments go elsewhere: ape run payroll setup FILE --account ALIAS."
    lines = [f"{money(amount)} collected, {money(value['free'])} free."] if amount else []
    return finished(act.as_json, value, lines, sent, why)


@click.command(cls=ConnectedCommand)
@acting
@click.argument("part", metavar="PERCENT")
def pledge(act: Act, part: str) -> None:
    """Promise that PERCENT of all that is collected goes into wages; the employer. Only rises.

    \b
    Example:
      ape run payroll pledge desk.yaml "60 %" --account contractor
    """
    from workpact.agreement import BadArgument
    from workpact.terms.units import write_share

    ppm = read_part(part, "pledge")
    payroll = payroll_of(act)
    require_employer(act, payroll)
    if ppm < payroll.pledge:
        raise BadArgument(f"{write_share(payroll.pledge)} is pledged: a pledge only rises.")
    if ppm == payroll.pledge:
        return finished(act.as_json, {"pledge": ppm}, [], [], f"{write_share(ppm)} is pledged already.")
    act.confirm(f"Promise {write_share(ppm)} of all that is collected for wages, for good?")
    sent = [payroll.raise_pledge(ppm, sender=act.sender)]
    return finished(act.as_json, {"pledge": ppm}, [f"{write_share(ppm)} is pledged."], sent)


@click.command(cls=ConnectedCommand)
@acting
@click.argument("amount", metavar="AMOUNT|all")
@click.option("--to", metavar="ADDRESS", help="Where it goes, if not to the account.")
@again_option
def margin(act: Act, amount: str, to: str | None, again: str | None) -> None:
    """Take margin, which comes after the wages and the pledge; the employer.

    The same amount to the same address is taken once: for more of it say --again.

    \b
    Example:
      ape run payroll margin desk.yaml "2,000 USDC" --account contractor
    """
    from workpact.payroll import NotPayable
    from workpact.preflight import send

    payroll, money = payroll_of(act), act.agreement.money
    require_employer(act, payroll)
    require_collected(payroll)
    takeable, receiver = payroll.margin_units, to or act.signing.address
    units = takeable if amount == "all" else act.agreement.units(amount)
    value = {"amount": units, "to": receiver}
    intent = f"margin {payroll.book.hex()} {units} {receiver} {again!r}" if again else None
    before = [each for each in register_of(payroll).margins if (each.amount, each.to) == (units, receiver)]
    if units and amount != "all" and before and not again:
        why = f"{money(units)} went to {receiver} before, in {before[-1].record.transaction}: --again for more."
        return finished(act.as_json, value, [], [], why)
    if not units or (intent and act.sender.past(intent)):
        return finished(
            act.as_json, value, [], [], "There is no margin now." if not units else "This was taken before."
        )
    if units > takeable:
        raise NotPayable(
            f"{money(takeable)} of margin can be taken, not {money(units)}: wages and the pledge come first."
        )
    act.confirm(f"Take {money(units)} of margin to {receiver}?")
    sent = [send(payroll.contract.takeMargin, payroll.book, receiver, units, sender=act.sender, intent=intent)]
    return finished(act.as_json, value, [f"{money(units)} went to {receiver}."], sent)


@click.command(cls=ConnectedCommand)
@acting
@click.argument("payees", nargs=-1, metavar="[ADDRESS]...")
@click.option("--to", metavar="ADDRESS", help="Another address than the payee's; the payee itself sends.")
@click.option("--paper", type=READ, help="What the payee signed by `payroll sign-withdrawal`, to be carried by anyone.")
def withdraw(act: Act, payees: tuple[str, ...], to: str | None, paper: Path | None) -> None:
    """Pay wages that are booked, because the token refused a wallet, to PAYEES or to all; anyone.

    To another address only the payee itself, or anyone with its paper.

    \b
    Example:
      ape run payroll withdraw desk.yaml --account anyone
      ape run payroll withdraw desk.yaml --paper 17.withdrawal.json --account anyone
    """
    from workpact.chain.errors import ContractError

    payroll, token = payroll_of(act), act.document.token.address
    if paper is not None:
        return _carry(act, payroll, paper)
    if to is not None and payees not in ((), (act.signing.address,)):
        raise click.UsageError(
            "--to is for the payee's own account alone; others carry what the payee signed: --paper."
        )
    chosen = (act.signing.address,) if to is not None else payees or _booked(payroll)
    paid, refused, sent = {}, {}, []
    for payee in chosen:
        owed = payroll.payroll.owed_units(token, payee)
        if not owed:
            continue
        try:
            sent.append(payroll.payroll.withdraw(token, payee, to, sender=act.sender))
            paid[payee] = owed
        except ContractError as error:  # one blocked payee stops nobody else
            if error.name != "Payroll_BadPayee" or len(payees) == 1 or to is not None:
                raise
            refused[payee] = owed
    money = act.agreement.money
    lines = [f"{money(amount)} of {payee} went to {to or payee}." for payee, amount in paid.items()]
    lines += [f"{money(amount)} stay booked: the token refuses {payee} still." for payee, amount in refused.items()]
    return finished(act.as_json, {"paid": paid, "refused": refused}, lines, sent, "Nothing is booked that can be paid.")


def _booked(payroll: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.payee for line in register_of(payroll).lines if line.paid is None))


def _carry(act: Act, payroll: Any, path: Path) -> None:
    from workpact.batches.errors import BadProofFile

    found = load_json(path)
    if found.get("kind") != "withdrawal" or any(key not in found for key in ("payee", "to", "deadline", "token")):
        raise BadProofFile(f"{path} is no signed withdrawal: give what `ape run payroll sign-withdrawal` has written.")
    owed = payroll.payroll.owed_units(found["token"], found["payee"])
    if not owed:
        return finished(act.as_json, {"paid": {}, "refused": {}}, [], [], f"Nothing is booked for {found['payee']}.")
    options = {"deadline": int(found["deadline"]), "signature": signature_in(found), "sender": act.sender}
    sent = [payroll.payroll.withdraw(found["token"], found["payee"], found["to"], **options)]
    lines = [f"{act.agreement.money(owed)} of {found['payee']} went to {found['to']}."]
    return finished(act.as_json, {"paid": {found["payee"]: owed}, "refused": {}}, lines, sent)


@click.command("sign-withdrawal", cls=ConnectedCommand)
@acting
@click.option("--to", metavar="ADDRESS", required=True, help="Where what is booked shall go.")
@click.option("--within", default="7 days", show_default=True, help="How long it can be carried.")
@click.option("--output", type=WRITE, required=True, help="What was signed, for whoever carries it.")
def sign_withdrawal(act: Act, to: str, within: str, output: Path) -> None:
    """Sign that booked wages go to another address, for anyone to carry; the payee, who needs no ETH.

    \b
    Example:
      ape run payroll sign-withdrawal desk.yaml --to 0x… --account worker_17 --output 17.withdrawal.json
    """
    from workpact.agreement import BadArgument
    from workpact.batches.table import checksummed
    from workpact.preflight import now

    receiver = checksummed(to)
    if receiver is None:
        raise BadArgument(f"{to} is no address: copy 0x and 40 hex digits; one may be mistyped.")
    payroll, payee, token = payroll_of(act), act.signing.address, act.document.token.address
    deadline = now() + read_within(within)
    signature = payroll.payroll.withdrawal(token, payee, receiver, deadline).sign(act.signing)
    paper = {"kind": "withdrawal", "token": token, "payee": payee, "to": receiver, "deadline": deadline}
    paper["signature"] = "0x" + signature.hex()
    write_paper(output, paper)
    return emit(paper, act.as_json, f"{output} has what is booked for {payee} paid to {receiver}.")


COMMANDS = (setup, collect, pledge, margin, withdraw, sign_withdrawal)
