"""Commands of a disagreement: reject, dispute, serve, rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scripts._options import ConnectedCommand
from scripts._papers import Act, acting
from scripts._room_use import Through, through_room

if TYPE_CHECKING:
    from workpact.agreement import Agreement
    from workpact.sealing import Sealed

reason_option = click.option(
    "--reason", required=True, help="Why. On chain is a salted hash alone; the other side reads it in the room."
)


@click.command(cls=ConnectedCommand)
@acting
@through_room
@click.argument("milestone")
@reason_option
def reject(act: Act, through: Through, milestone: str, reason: str) -> None:
    """Reject a submitted MILESTONE, as often as the terms allow; the client, while the review runs.

    \b
    Example:
      ape run agreement reject desk.yaml onboarding --reason "The roster lacks the night shift." --account client
    """
    from workpact.agreement import Phase

    agreement = act.agreement
    state = agreement.milestone(milestone)
    if state.phase is Phase.REJECTED:
        shared = _again(act, through, agreement, "Rejected", reason, milestone=state.index)
        return act.unchanged(agreement, f"{state.name} is rejected already.", **shared)
    sealed = agreement.sealed("reject", milestone, reason, sender=act.sender)
    shared = _put(act, through, sealed, reason)
    return act.sent(agreement, agreement.reject(milestone, sealed, sender=act.sender), **shared)


@click.command(cls=ConnectedCommand)
@acting
@through_room
@click.argument("item")
@reason_option
def dispute(act: Act, through: Through, item: str, reason: str) -> None:
    """Take a milestone, or "holdback", to the arbiters; the rest of the agreement goes on.

    Once it is disputed, let them read what they need: ape run room grant.

    \b
    Example:
      ape run agreement dispute desk.yaml onboarding --reason "It was complete." --account contractor
    """
    from workpact.agreement import Phase
    from workpact.agreement_state import HOLDBACK

    agreement = act.agreement
    if agreement.phase(item) is Phase.DISPUTED:
        number = HOLDBACK if item == "holdback" else agreement.milestone(item).index
        shared = _again(act, through, agreement, "Disputed", reason, item=number)
        return act.unchanged(agreement, f"{item} is disputed already.", **shared)
    sealed = agreement.sealed("dispute", item, reason, sender=act.sender)
    shared = _put(act, through, sealed, reason)
    return act.sent(agreement, agreement.dispute(item, sealed, sender=act.sender), **shared)


def _put(act: Act, through: Through, sealed: Sealed, reason: str) -> dict[str, Any]:
    """The reason as a text in the room, if one is used."""
    from workpact.terms import Kind

    name = f"reason-{sealed.hash.hex()[:8]}.txt"
    return through.put(act, Kind.OTHER, reason.encode(), name, opens=sealed.opening)


def _again(act: Act, through: Through, agreement: Agreement, name: str, reason: str, **about: int) -> dict[str, Any]:
    """The reason of the last such event, if it is this one and its salt is kept here."""
    from workpact.sealing import seal_of

    if through.place is None:
        return {}
    found = [each for each in agreement.events() if each.name == name and about.items() <= each.arguments.items()]
    sealed = seal_of(found[-1]["reason"]) if found else None
    return _put(act, through, sealed, reason) if sealed is not None and sealed.opens(reason.encode()) else {}


@click.command(cls=ConnectedCommand)
@acting
def serve(act: Act) -> None:
    """Declare that the account serves as arbiter or backup, as the document names it; also before it is opened.

    \b
    Example:
      ape run agreement serve desk.yaml --account arbiter
    """
    agreement = act.agreement
    if agreement.serves(act.signing.address):
        return act.unchanged(agreement, f"{act.signing.address} serves already.")
    return act.sent(agreement, agreement.serve(sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("item")
@click.argument("share")
def rule(act: Act, item: str, share: str) -> None:
    """Rule that SHARE of the disputed milestone, or "holdback", goes to the contractor.

    The arbiter, then the backup, each in its window; then anyone with the split of the terms.

    \b
    Example:
      ape run agreement rule desk.yaml onboarding "60 %" --account arbiter
    """
    from workpact.agreement import BadArgument, Phase
    from workpact.terms.units import UnitError, read_share

    agreement = act.agreement
    try:
        ppm = read_share(share)
    except UnitError as error:
        raise BadArgument(f"{error.problem}: {error.advice}.") from None
    if agreement.phase(item) is not Phase.DISPUTED:
        return act.unchanged(agreement, f"{item} is not disputed, or ruled already.")
    act.confirm(f"Rule that {share} of {item} goes to the contractor? It is final.")
    return act.sent(agreement, agreement.rule(item, ppm, sender=act.sender))


COMMANDS = (reject, dispute, serve, rule)
