"""Commands of a disagreement: reject, dispute, serve, rule."""

from __future__ import annotations

import click

from scripts._options import ConnectedCommand
from scripts._papers import Act, acting

reason_option = click.option("--reason", required=True, help="Why. On chain is a salted hash alone.")


@click.command(cls=ConnectedCommand)
@acting
@click.argument("milestone")
@reason_option
def reject(act: Act, milestone: str, reason: str) -> None:
    """Reject a submitted MILESTONE, as often as the terms allow; the client, while the review runs.

    \b
    Example:
      ape run agreement reject desk.yaml onboarding --reason "The roster lacks the night shift." --account client
    """
    from workpact.agreement import Phase

    agreement = act.agreement
    state = agreement.milestone(milestone)
    if state.phase is Phase.REJECTED:
        return act.unchanged(agreement, f"{state.name} is rejected already.")
    return act.sent(agreement, agreement.reject(milestone, reason, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("item")
@reason_option
def dispute(act: Act, item: str, reason: str) -> None:
    """Take a milestone, or "holdback", to the arbiters; the rest of the agreement goes on.

    \b
    Example:
      ape run agreement dispute desk.yaml onboarding --reason "It was complete." --account contractor
    """
    from workpact.agreement import Phase

    agreement = act.agreement
    if agreement.phase(item) is Phase.DISPUTED:
        return act.unchanged(agreement, f"{item} is disputed already.")
    return act.sent(agreement, agreement.dispute(item, reason, sender=act.sender))


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
