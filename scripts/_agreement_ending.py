"""`ape run agreement end`: the ways an agreement ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from scripts._options import ConnectedCommand, emit
from scripts._papers import READ, WRITE, Act, acting, output_option, plain, signature_option, write


@click.group()
def end() -> None:
    """End an agreement: with notice, for cause, for non-payment, by both, or when all is done.

    \b
    Example:
      ape run agreement end notice desk.yaml --account client
    """


def _is_over(act: Act, agreement: Any) -> bool:
    from workpact.agreement import Status

    status = agreement.status
    if status in (Status.NONE, Status.LIVE):
        return False
    act.unchanged(agreement, f"The agreement is {status.words}.", status=status.name)
    return True


def _is_ending(act: Act, agreement: Any, way: str) -> bool:
    """Whether this very ending is announced already, or the agreement is over."""
    from workpact.agreement import Status

    if _is_over(act, agreement):
        return True
    announced = Status(agreement.state.ending)
    if announced.name != way:
        return False
    act.unchanged(agreement, f"The agreement is to be {announced.words} already.", endsAt=agreement.ends_at)
    return True


@end.command(cls=ConnectedCommand)
@acting
def notice(act: Act) -> None:
    """Give notice; effective at the end of the service period in which the notice runs out. Either party.

    \b
    Example:
      ape run agreement end notice desk.yaml --account client
    """
    agreement = act.agreement
    side = "CLIENT" if act.signing.address == agreement.client else "CONTRACTOR"
    if _is_ending(act, agreement, f"ENDED_BY_{side}"):
        return
    act.confirm(f"Give notice to end {act.document.name}?")
    act.sent(agreement, agreement.give_notice(sender=act.sender))


@end.command(cls=ConnectedCommand)
@acting
@click.argument("period")
def cause(act: Act, period: str) -> None:
    """End at once, for a right to end that the service levels of PERIOD give. The client.

    \b
    Example:
      ape run agreement end cause desk.yaml 2016-06 --account client
    """
    agreement = act.agreement
    if _is_ending(act, agreement, "ENDED_FOR_CAUSE"):
        return
    act.confirm(f"End {act.document.name} for cause, now?")
    act.sent(agreement, agreement.end_for_cause(period, sender=act.sender))


@end.command("non-payment", cls=ConnectedCommand)
@acting
@click.option("--milestone", help="The milestone that is owed.")
@click.option("--period", help="The service period that is due.")
def non_payment(act: Act, milestone: str | None, period: str | None) -> None:
    """End at once, for a milestone or a period that stayed unpaid past the cure time. The contractor.

    \b
    Example:
      ape run agreement end non-payment desk.yaml --period 2016-05 --account contractor
    """
    agreement = act.agreement
    if _is_ending(act, agreement, "ENDED_FOR_NON_PAYMENT"):
        return
    act.confirm(f"End {act.document.name} for non-payment, now?")
    act.sent(agreement, agreement.end_for_non_payment(milestone=milestone, period=period, sender=act.sender))


@end.command(cls=ConnectedCommand)
@acting
@click.argument("closing", type=WRITE)
@click.option("--to-contractor", metavar="AMOUNT", help="Make CLOSING: the contractor's part of all that is held.")
@output_option
def split(act: Act, closing: Path, to_contractor: str | None, output: Path | None) -> None:
    """Agree on how to end by both: make the file CLOSING, and sign it. Sends nothing.

    The first makes it with --to-contractor and hands it over; the other signs what is in it. Stale as soon as less is
    held, and after seven days.

    \b
    Example:
      ape run agreement end split desk.yaml closing.json --to-contractor "5,000 USDC" --account client --output a.sig
      ape run agreement end split desk.yaml closing.json --account contractor --output b.sig
    """
    from workpact.agreement import Closing

    agreement = act.agreement
    if to_contractor is not None and closing.exists():
        raise click.UsageError(f"{closing} is there already: sign it without --to-contractor, or move it away.")
    made = _read(closing, Closing) if to_contractor is None else agreement.closing(to_contractor)
    all_held = agreement.money(made.held)
    act.confirm(f"Sign that the contractor gets {agreement.money(made.to_contractor)} of {all_held}?")
    signature = agreement.sign_closing(act.signing, made)
    if to_contractor is not None:
        write(closing, json.dumps(vars(made), indent=2) + "\n")
    value = {**vars(made), "signature": signature, "file": write(output, "0x" + signature.hex() + "\n")}
    emit(plain(value), act.as_json, f"Signed: {output}." if output else "0x" + signature.hex())


@end.command(cls=ConnectedCommand)
@acting
@click.argument("closing", type=READ)
@signature_option
def both(act: Act, closing: Path, signatures: tuple[str, ...]) -> None:
    """End at once with the split of CLOSING, which both signed (`end split`). Anyone.

    \b
    Example:
      ape run agreement end both desk.yaml closing.json --signature a.sig --signature b.sig --account anyone
    """
    from workpact.agreement import Closing
    from workpact.signing import digest, is_signed, read_signature

    agreement = act.agreement
    if _is_over(act, agreement):
        return
    made = _read(closing, Closing)
    signed = digest(agreement.closing_typed_data(made))
    given = [read_signature(signature) for signature in signatures]
    whose = {}
    for party in ("client", "contractor"):
        own = (each for each in given if is_signed(getattr(agreement, party), signed, each))
        whose[party] = next(own, next(iter(given), None))
    act.confirm(f"End {act.document.name} now, with {agreement.money(made.to_contractor)} to the contractor?")
    act.sent(agreement, agreement.end_by_both(made, whose["client"], whose["contractor"], sender=act.sender))


@end.command(cls=ConnectedCommand)
@acting
def close(act: Act) -> None:
    """Close an agreement in which nothing is open, or whose announced end has passed; the rest goes to the client.

    \b
    Example:
      ape run agreement end close desk.yaml --account anyone
    """
    agreement = act.agreement
    if _is_over(act, agreement):
        return
    act.sent(agreement, agreement.close(sender=act.sender))


def _read(path: Path, kind: Any) -> Any:
    try:
        return kind(**{name: int(value) for name, value in json.loads(path.read_text()).items()})
    except (OSError, ValueError, TypeError, AttributeError):
        raise click.ClickException(f"{path} is no closing: make one with `end split --to-contractor`.") from None


COMMANDS = (end,)
