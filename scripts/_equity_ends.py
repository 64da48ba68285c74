"""`ape run equity` on what the manager does to grants: leave, return, accelerate, end, keep, finish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book
from scripts._equity_people import finished, issuer_option, named_grants, read_part, read_roster, roster_option
from scripts._options import ConnectedCommand
from scripts._papers import Act, acting
from scripts._words import when

if TYPE_CHECKING:
    from scripts._equity_book import Book
    from workpact.records.holdings import GrantHolding

REASONS = (
    "voluntary-other",
    "voluntary-good-cause",
    "voluntary-retirement",
    "involuntary-other",
    "involuntary-death",
    "involuntary-disability",
    "involuntary-with-cause",
)
"""Those of `workpact.grants.Reason`, as people write them."""


def _targets(command: Callable[..., Any]) -> Callable[..., Any]:
    """GRANTS: numbers, or workers for all of theirs."""
    argument = click.argument("grants", nargs=-1, required=True, metavar="GRANT|WORKER...")
    return argument(roster_option(issuer_option(command)))


def _live(book: Book, written: Iterable[str], roster_file: Path | None) -> list[GrantHolding]:
    """The grants that are meant, none of them ended."""
    from workpact.agreement import BadArgument

    chosen = named_grants(book, written, read_roster(roster_file))
    for grant in chosen:
        if grant.ended:
            raise BadArgument(f"Grant {grant.id} has ended: what had vested can still be claimed.")
    return chosen


def _parts(grants: Sequence[GrantHolding]) -> Iterable[Sequence[int]]:
    """Numbers of grants, as many as go into a transaction; the sources of gates are left two million gas each."""
    from workpact.batches.transactions import Cost

    return _equity_book.batches([grant.id for grant in grants], Cost(5_000_000, 100_000, 32))


def _require_manager(act: Act, book: Book) -> None:
    from workpact.agreement import BadArgument

    manager = book.need_pool().manager
    if act.signing.address != manager:
        raise BadArgument(f"This is for the pool's manager {manager}: name its --account.")


def _done(act: Act, what: str, done: list[GrantHolding], passed: list[GrantHolding], sent: list[Any], why: str) -> None:
    value = {"grants": [grant.id for grant in done], "passedOver": [grant.id for grant in passed]}
    lines = [f"Grant {grant.id} of worker {grant.worker} {what}." for grant in done]
    return finished(act.as_json, value, lines, sent, why)


@click.command(cls=ConnectedCommand)
@acting
@_targets
def leave(act: Act, grants: tuple[str, ...], roster_file: Path | None, issuer: str | None) -> None:
    """Stop the clocks of GRANTS: their workers are on leave; the manager.

    What has vested stays, revenue is earned on. The clock runs on by itself when the plan's leave is used up.

    \b
    Example:
      ape run equity leave desk.yaml worker-17 --account contractor
    """
    from workpact.agreement import BadArgument

    book = _equity_book.of(act.agreement, issuer)
    _require_manager(act, book)
    chosen = _live(book, grants, roster_file)
    fresh = [grant for grant in chosen if not grant.left]
    for grant in fresh:
        most = book.holdings.plans[grant.plan].plan.leave
        if grant.away >= most:
            used = "is used up" if most else "is not part of its plan"
            raise BadArgument(f"Grant {grant.id}: leave {used}, so its clock runs on.")
    sent = [book.equity.grant_leave(part, sender=act.sender) for part in _parts(fresh)]
    return _done(act, "is on leave", fresh, [each for each in chosen if each.left], sent, "All are on leave.")


@click.command("return", cls=ConnectedCommand)
@acting
@_targets
def come_back(act: Act, grants: tuple[str, ...], roster_file: Path | None, issuer: str | None) -> None:
    """Let the clocks of GRANTS run on: their workers are back; the manager, or the worker's wallet.

    \b
    Example:
      ape run equity return desk.yaml worker-17 --account contractor
    """
    book = _equity_book.of(act.agreement, issuer)
    chosen = _live(book, grants, roster_file)
    fresh = [grant for grant in chosen if grant.left]
    sent = [book.equity.come_back(part, sender=act.sender) for part in _parts(fresh)]
    return _done(act, "is back", fresh, [each for each in chosen if not each.left], sent, "None is on leave.")


@click.command(cls=ConnectedCommand)
@acting
@click.option("--part", required=True, metavar="PERCENT", help='What of the unvested vests at once, like "25 %".')
@_targets
def accelerate(act: Act, part: str, grants: tuple[str, ...], roster_file: Path | None, issuer: str | None) -> None:
    """Vest a part of what is unvested of GRANTS at once, and of all that follows; the manager. Only rises.

    \b
    Example:
      ape run equity accelerate desk.yaml worker-17 --part "25 %" --account contractor
    """
    from workpact.agreement import BadArgument
    from workpact.terms.units import write_share

    ppm = read_part(part, "acceleration")
    book = _equity_book.of(act.agreement, issuer)
    _require_manager(act, book)
    chosen = _live(book, grants, roster_file)
    now = {grant.id: book.equity.grant(grant.id).acceleration for grant in chosen}
    above = next((grant for grant in chosen if now[grant.id] > ppm), None)
    if above:
        raise BadArgument(f"Grant {above.id} is accelerated by {write_share(now[above.id])}: it can only rise.")
    fresh = [grant for grant in chosen if now[grant.id] < ppm]
    if fresh:
        act.confirm(f"Vest {write_share(ppm)} of what is unvested of {len(fresh)} grants at once?")
    sent = [book.equity.accelerate(part, ppm, sender=act.sender) for part in _parts(fresh)]
    passed = [grant for grant in chosen if now[grant.id] == ppm]
    return _done(act, f"is accelerated by {write_share(ppm)}", fresh, passed, sent, "All are already.")


@click.command(cls=ConnectedCommand)
@acting
@click.option("--reason", type=click.Choice(REASONS), required=True, help="As in the Open Cap Format.")
@_targets
def end(act: Act, reason: str, grants: tuple[str, ...], roster_file: Path | None, issuer: str | None) -> None:
    """Announce that GRANTS end, after the notice of their plan; the manager.

    Until then they go on vesting, and the manager may keep them. What has vested stays the worker's for ever.

    \b
    Example:
      ape run equity end desk.yaml worker-17 --reason voluntary-other --account contractor
    """
    from workpact.agreement import BadArgument
    from workpact.grants import Reason
    from workpact.terms.units import NEVER, write_notice

    book = _equity_book.of(act.agreement, issuer)
    _require_manager(act, book)
    code = Reason[reason.replace("-", "_").upper()]
    named = named_grants(book, grants, read_roster(roster_file))
    passed = [grant for grant in named if grant.ended or grant.reason is not None]
    for grant in passed:
        if grant.reason is not None and grant.reason != code:
            was = grant.reason.name.replace("_", "-").lower()
            raise BadArgument(f"The end of grant {grant.id} was announced as {was}: keep it first, then end it anew.")
    fresh = [grant for grant in named if grant not in passed]
    notices = {grant.id: book.holdings.plans[grant.plan].plan.notice for grant in fresh}
    for number, notice in notices.items():
        if notice == NEVER:
            raise BadArgument(f"Grant {number} cannot be ended: its plan says so.")
    sent = []
    if fresh:
        after = ", ".join(sorted({write_notice(each) if each else "at once" for each in notices.values()}))
        act.confirm(f"Announce the end of {len(fresh)} grants, notice: {after}?")
        sent = [book.equity.end(part, code, sender=act.sender) for part in _parts(fresh)]
    ends = {grant.id: book.equity.grant(grant.id).ends_at for grant in named}
    value = {
        "reason": reason,
        "endsAt": {number: int(moment.timestamp()) if moment else None for number, moment in ends.items()},
        "passedOver": [grant.id for grant in passed],
    }
    lines = [
        f"Grant {number} ends at {when(act.agreement, int(moment.timestamp()))}, notice "
        f"{write_notice(notices[number]) if number in notices else 'running'}."
        for number, moment in ends.items()
        if moment
    ]
    return finished(act.as_json, value, lines, sent, "These ends are announced already.")


@click.command(cls=ConnectedCommand)
@acting
@_targets
def keep(act: Act, grants: tuple[str, ...], roster_file: Path | None, issuer: str | None) -> None:
    """Withdraw the announced ends of GRANTS before they come; the manager.

    \b
    Example:
      ape run equity keep desk.yaml worker-17 --account contractor
    """
    from workpact.agreement import BadArgument
    from workpact.preflight import now

    book = _equity_book.of(act.agreement, issuer)
    _require_manager(act, book)
    chosen, moment = _live(book, grants, roster_file), now()
    fresh = [grant for grant in chosen if grant.reason is not None]
    for grant in fresh:
        if grant.announcements[-1].record["endsAt"] <= moment:
            raise BadArgument(f"The end of grant {grant.id} has come: it can only be finished.")
    sent = [book.equity.keep(part, sender=act.sender) for part in _parts(fresh)]
    passed = [grant for grant in chosen if grant not in fresh]
    return _done(act, "goes on", fresh, passed, sent, "No end of these is announced.")


@click.command(cls=ConnectedCommand)
@acting
@click.argument("grants", nargs=-1, metavar="[GRANT|WORKER]...")
@roster_option
@issuer_option
def finish(act: Act, grants: tuple[str, ...], roster_file: Path | None, issuer: str | None) -> None:
    """Carry out the ends whose notice is over, of GRANTS or of all; anyone.

    Raises the gates first: what was accepted during the notice counts.

    \b
    Example:
      ape run equity finish desk.yaml --account anyone
    """
    from workpact.agreement import BadArgument
    from workpact.preflight import now

    book, moment = _equity_book.of(act.agreement, issuer), now()
    chosen = named_grants(book, grants, read_roster(roster_file)) if grants else book.grants()
    announced = [grant for grant in chosen if not grant.ended and grant.reason is not None]
    ripe = [grant for grant in announced if grant.announcements[-1].record["endsAt"] <= moment]
    early = [grant for grant in announced if grant not in ripe]
    if grants and early:
        ends = when(act.agreement, early[0].announcements[-1].record["endsAt"])
        raise BadArgument(f"The notice of grant {early[0].id} runs until {ends}: finish it then.")
    sent = [book.equity.finish(part, sender=act.sender) for part in _parts(ripe)]
    return _done(act, "has ended", ripe, [each for each in chosen if each.ended], sent, "No notice is over.")


COMMANDS = (leave, come_back, accelerate, end, keep, finish)
