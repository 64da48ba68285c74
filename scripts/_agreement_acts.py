"""Commands of a live agreement: money and work."""

from __future__ import annotations

from pathlib import Path

import click

from scripts._options import ConnectedCommand
from scripts._papers import READ, Act, acting
from scripts._room_use import Through, through_room


@click.command(cls=ConnectedCommand)
@acting
@click.argument("up_to", metavar="UP-TO")
def fund(act: Act, up_to: str) -> None:
    """Raise what is held to UP-TO with the account's money; needs an allowance (`approve`).

    A total, not a difference: run again it changes nothing.

    \b
    Example:
      ape run agreement fund desk.yaml "80,000 USDC" --account client
    """
    agreement = act.agreement
    total, held = agreement.units(up_to), agreement.held_units
    if held >= total:
        return act.unchanged(agreement, f"{agreement.money(held)} are held already.", held=held)
    act.confirm(f"Pay {agreement.money(total - held)} into {act.document.name}?")
    return act.sent(agreement, agreement.fund(total, sender=act.sender), held=total)


@click.command(cls=ConnectedCommand)
@acting
def appoint(act: Act) -> None:
    """Let the operators that the document names act; anyone, once for each document.

    \b
    Example:
      ape run agreement appoint desk.yaml --account anyone
    """
    agreement = act.agreement
    known = [event["id"] for event in agreement.events() if event.name == "OperatorsAppointed"]
    if agreement.id in known:
        return act.unchanged(agreement, "The operators can act already.")
    return act.sent(agreement, agreement.appoint(sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@through_room
@click.argument("milestone")
@click.argument("deliverable", type=READ)
def submit(act: Act, through: Through, milestone: str, deliverable: Path) -> None:
    """Submit MILESTONE with the file DELIVERABLE; the review starts.

    On chain is a salted hash alone; the salt is kept beside the file, and the client needs both to check it: through
    the room it gets them together.

    \b
    Example:
      ape run agreement submit desk.yaml onboarding roster.pdf --account contractor
      ape run agreement submit desk.yaml onboarding roster.pdf --room s3://desk --account contractor
    """
    from workpact.agreement import Phase
    from workpact.sealing import kept_seal
    from workpact.terms import Kind

    agreement = act.agreement
    state, kept = agreement.milestone(milestone), kept_seal(deliverable)
    submitted = [each for each in agreement.events() if each.name == "Submitted" and each["milestone"] == state.index]
    if state.phase is Phase.SUBMITTED and kept is not None and submitted[-1]["deliverable"] == kept.hash:
        shared = through.put(act, Kind.DELIVERABLE, deliverable, deliverable.name, opens=kept.opening)
        return act.unchanged(agreement, f"{state.name} is submitted already.", deliverable=kept.hash, **shared)
    sealed = kept or agreement.sealed("submit", milestone, deliverable, sender=act.sender)
    shared = through.put(act, Kind.DELIVERABLE, deliverable, deliverable.name, opens=sealed.opening)
    sent = agreement.submit(milestone, sealed, sender=act.sender)
    return act.sent(agreement, sent, deliverable=sealed.hash, **shared)


@click.command(cls=ConnectedCommand)
@acting
@click.argument("milestones", nargs=-1, required=True)
@click.option("--up-to", metavar="AMOUNT", help="Accept this much of one milestone, less than all; its review runs on.")
def accept(act: Act, milestones: tuple[str, ...], up_to: str | None) -> None:
    """Accept MILESTONES, each or a part of one, and pay the contractor.

    \b
    Example:
      ape run agreement accept desk.yaml onboarding knowledge-base --account client
      ape run agreement accept desk.yaml onboarding --up-to "5,000 USDC" --account client
    """
    agreement = act.agreement
    states = [agreement.milestone(each) for each in milestones]
    if up_to is not None:
        if len(states) != 1:
            raise click.UsageError("--up-to is for one milestone.")
        total, state = agreement.units(up_to), states[0]
        if state.is_accepted or state.accepted_units >= total:
            return act.unchanged(agreement, f"{state.name} is accepted up to {up_to} already.")
        return act.sent(agreement, agreement.accept_up_to(state.index, total, sender=act.sender))
    still = [state for state in states if not state.is_accepted]
    if not still:
        return act.unchanged(agreement, f"{', '.join(milestones)} is accepted already.")
    total = sum(state.rest_units for state in still)
    act.confirm(f"Accept {', '.join(state.name for state in still)} and pay {agreement.money(total)}?")
    return act.sent(agreement, agreement.accept(*(state.index for state in still), sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("milestone", required=False)
@click.option("--holdback", is_flag=True, help="Release the holdback after its date.")
def release(act: Act, milestone: str | None, holdback: bool) -> None:
    """Pay what silence has decided: a MILESTONE past its review, what is owed of one, or the holdback; anyone.

    \b
    Example:
      ape run agreement release desk.yaml onboarding --account anyone
      ape run agreement release desk.yaml --holdback --account anyone
    """
    agreement = act.agreement
    if holdback == (milestone is not None):
        raise click.UsageError("Name a milestone, or --holdback.")
    if holdback:
        if not agreement.retained_units:
            return act.unchanged(agreement, "Nothing is held back.")
        return act.sent(agreement, agreement.release_holdback(sender=act.sender))
    state = agreement.milestone(milestone or "")
    if state.is_settled:
        return act.unchanged(agreement, f"{state.name} is settled already.")
    return act.sent(agreement, agreement.release(state.index, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("milestones", nargs=-1)
@click.option("--surplus", is_flag=True, help="The client takes what is held above the need of the terms.")
def reclaim(act: Act, milestones: tuple[str, ...], surplus: bool) -> None:
    """Take overdue MILESTONES back for the client; the contractor gives them up at any time.

    \b
    Example:
      ape run agreement reclaim desk.yaml knowledge-base --account anyone
      ape run agreement reclaim desk.yaml --surplus --account client
    """
    agreement = act.agreement
    if surplus == bool(milestones):
        raise click.UsageError("Name milestones, or --surplus.")
    if surplus and agreement.surplus_units <= 0:
        return act.unchanged(agreement, "There is no surplus.")
    still = [state.index for state in map(agreement.milestone, milestones) if not state.is_settled]
    if milestones and not still:
        return act.unchanged(agreement, f"{', '.join(milestones)} is settled already.")
    return act.sent(agreement, agreement.reclaim(*still, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("period")
def settle(act: Act, period: str) -> None:
    """Settle a service PERIOD in money, once its report is final or had its time; anyone.

    \b
    Example:
      ape run agreement settle desk.yaml 2016-03 --account anyone
    """
    agreement = act.agreement
    name = act.document.periods[agreement.period_index(period)].name
    if name in agreement.settled_periods:
        return act.unchanged(agreement, f"{name} is settled already.")
    return act.sent(agreement, agreement.settle(period, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.option("--to", metavar="ADDRESS", help="Where it goes; else to the account.")
@click.option("--by-origin", is_flag=True, help="Take what is booked for the account under this agreement alone.")
def withdraw(act: Act, to: str | None, by_origin: bool) -> None:
    """Take what is booked for the account: fees, or payments that the token refused.

    \b
    Example:
      ape run agreement withdraw desk.yaml --account arbiter
    """
    if by_origin and to:
        raise click.UsageError("--by-origin takes to the account itself: leave --to out.")
    agreement = act.agreement
    booked = agreement.to_take_units if by_origin else agreement.owed_units
    if not booked(act.signing.address):
        return act.unchanged(agreement, f"Nothing is booked for {act.signing.address}.")
    if by_origin:
        return act.sent(agreement, agreement.take(sender=act.sender))
    return act.sent(agreement, agreement.withdraw(to, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("payee", metavar="ADDRESS")
@click.option("--pulled", is_flag=True, help="Book payments for ADDRESS to take, instead of sending them.")
def payee(act: Act, payee: str, pulled: bool) -> None:
    """Send the contractor's payments to ADDRESS from now on; the contractor.

    \b
    Example:
      ape run agreement payee desk.yaml 0x… --account contractor
    """
    agreement = act.agreement
    receiver, waits = agreement.payout
    if (receiver.lower(), waits) == (payee.lower(), pulled):
        return act.unchanged(agreement, f"Payments go to {receiver} already.")
    act.confirm(f"Send all payments of {act.document.name} to {payee}?")
    return act.sent(agreement, agreement.set_payee(payee, pulled=pulled, sender=act.sender))


COMMANDS = (fund, appoint, submit, accept, release, reclaim, settle, withdraw, payee)
