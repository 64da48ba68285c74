"""`ape run equity grant` and `grant-batch`: units to one worker, or to thousands from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book, _equity_offers
from scripts._equity_people import (
    again_option,
    enrolled,
    finished,
    issuer_option,
    mined,
    need_roster,
    read_roster,
    read_units,
    roster_option,
    said,
    worker_number,
)
from scripts._equity_plans import choose, gate_option, need, plan_option, start_option
from scripts._options import ConnectedCommand
from scripts._papers import READ, WRITE, Act, acting

if TYPE_CHECKING:
    from scripts._equity_book import Book
    from workpact.equity import PoolPlan


@click.command(cls=ConnectedCommand)
@acting
@click.argument("worker")
@click.argument("units")
@plan_option
@gate_option
@start_option
@roster_option
@issuer_option
@again_option
def grant(
    act: Act,
    worker: str,
    units: str,
    plan_name: str,
    gate: str | None,
    start: str | None,
    roster_file: Path | None,
    issuer: str | None,
    again: str | None,
) -> None:
    """Grant UNITS to a WORKER by a plan; the manager of the pool, usually the contractor.

    UNITS have their word: "1200 units" are millionths of a token, "12 DESK" whole tokens. A worker who has these units
    by this plan is passed over, so that a second run changes nothing. A plan that is not there is created with --start,
    if the manager is the issuer too.

    \b
    Example:
      ape run equity grant desk.yaml worker-17 "1200 units" --plan 4y-1y-monthly --gate progress --account contractor
    """
    from workpact.equity import Plan

    book = _equity_book.of(act.agreement, issuer)
    amount = read_units(units, book.symbol)
    number = enrolled(book, worker_number(worker, read_roster(roster_file)))
    _require_manager(act, book)
    chosen = choose(act, book, plan_name, gate, start)
    given = {number: amount}
    have = {} if isinstance(chosen, Plan) else _present(book, chosen, given, again)
    sent: list[Any] = []
    made: list[int] = []
    if not have:
        if isinstance(chosen, Plan) or not _is_begun(act, chosen, given, again):
            _require_left(book, amount)
            act.confirm(f"Grant {said(amount, book.symbol)} to worker {number} by plan {plan_name}?")
        if isinstance(chosen, Plan):
            sent.append(book.need_pool().create_plan(chosen, sender=act.sender))
            chosen = book.equity.plan_in(sent[-1])
        made = _push(act, book, chosen, given, again, sent)
    lines = [f"Grant {each}: worker {number}, {said(amount, book.symbol)}, plan {chosen.id}" for each in made]
    lines += [f"Worker {each} has grant {grant} of these units already." for each, grant in have.items()]
    return finished(act.as_json, {"plan": chosen.id, "grants": made, "passedOver": have}, lines, sent)


@click.command("grant-batch", cls=ConnectedCommand)
@acting
@click.argument("batch", metavar="CSV", type=READ)
@plan_option
@gate_option
@roster_option
@issuer_option
@again_option
@click.option("--offer", is_flag=True, help="One transaction whatever the number: a Merkle root, which workers accept.")
@click.option("--proofs", type=WRITE, help="With --offer: the private file of all proofs that is written.")
@click.option("--from", "opens", metavar="DATE", help="With --offer: binding from here on; else at once.")
@click.option("--until", metavar="DATE", help="With --offer: workers accept until the end of this day.")
def grant_batch(
    act: Act,
    batch: Path,
    plan_name: str,
    gate: str | None,
    roster_file: Path | None,
    issuer: str | None,
    again: str | None,
    offer: bool,
    proofs: Path | None,
    opens: str | None,
    until: str | None,
) -> None:
    """Grant to all workers of a CSV file with the columns worker and units, in the fewest transactions; the manager.

    All lines are checked before the first is sent. What was granted by a run before is passed over, so that after a
    failure the same command goes on. With --offer the grants come to be as the workers accept (sign, accept).

    \b
    Example:
      ape run equity grant-batch desk.yaml grants.csv --plan time --account contractor
      ape run equity grant-batch desk.yaml grants.csv --plan time --offer --proofs grants.proofs.json \\
        --roster roster.csv --until 2026-06-30 --account contractor
    """
    book = _equity_book.of(act.agreement, issuer)
    _require_manager(act, book)
    chosen = need(act, book, plan_name, gate)
    if offer:
        if proofs is None or until is None:
            raise click.UsageError("An offer needs --proofs FILE, and --until DATE.")
        times = _equity_offers.times(act, opens, until)
        return _equity_offers.make(act, book, chosen, batch, need_roster(roster_file), proofs, times, again)
    if proofs or opens or until:
        raise click.UsageError("--proofs, --from and --until belong to an --offer.")
    return _grant_file(act, book, chosen, batch, roster_file, again)


def _grant_file(
    act: Act, book: Book, chosen: PoolPlan, batch: Path, roster_file: Path | None, again: str | None
) -> None:
    from workpact.batches.grants import UNITS, read_grants

    roster = read_roster(roster_file)
    seats = book.seats()
    if roster is not None:
        _require_wallets(roster, seats)
    known: Any = seats if roster is None else roster.keys() & seats.keys()
    given = read_grants(batch, known, left=UNITS)
    have = _present(book, chosen, given, again, batch)
    # The same limit whether it is the first run or goes on with one.
    left = book.need_pool().left_units + sum(given[worker] for worker in have)
    if not _is_begun(act, chosen, given, again):
        read_grants(batch, known, left=left)
    fresh = {worker: units for worker, units in given.items() if worker not in have}
    sent: list[Any] = []
    made: list[int] = []
    if fresh:
        act.confirm(f"Grant {said(sum(fresh.values()), book.symbol)} to {len(fresh):,} workers by plan {chosen.id}?")
        made = _push(act, book, chosen, fresh, again, sent)
    value = {"plan": chosen.id, "grants": made, "passedOver": have, "units": sum(fresh.values())}
    lines = [f"{len(made):,} grants by plan {chosen.id}: {said(value['units'], book.symbol)}"] if made else []
    lines += [f"{len(have):,} workers have theirs already."] if have else []
    return finished(act.as_json, value, lines, sent)


def _present(
    book: Book, plan: PoolPlan, given: Mapping[int, int], again: str | None, batch: Path | None = None
) -> dict[int, int]:
    """The grants that are there already, by worker; another amount than given is an error unless `again`."""
    from workpact.agreement import BadArgument

    if again:
        return {}
    granted, found, other = book.granted(plan), {}, []
    for worker, units in given.items():
        for grant in granted.get(worker, []):
            if grant.units == units:
                found[worker] = grant.id
        if worker in granted and worker not in found:
            other.append((worker, granted[worker][0]))
    if other:
        first, more = other[0], f" and {len(other) - 1} more" if len(other) > 1 else ""
        raise BadArgument(
            f"{f'{batch}: ' if batch else ''}worker {first[0]}{more} has grant {first[1].id} by this plan already, of "
            f"{first[1].units:,} units: say --again LABEL if another grant is meant."
        )
    return found


def _push(
    act: Act, book: Book, plan: PoolPlan, given: Mapping[int, int], again: str | None, sent: list[Any]
) -> list[int]:
    from workpact.preflight import send

    made: list[int] = []
    for number, part in enumerate(_equity_book.batches(list(given.items()), "grant")):
        intent = _intent(plan, given, again, number) if again else None
        receipt = act.sender.past(intent) if intent else None
        if receipt is None:
            receipt = send(book.equity.contract.grant, plan.id, list(part), sender=act.sender, intent=intent)
            sent.append(receipt)
        made += [int(each) for each in book.equity.grants_in(receipt)] if mined(receipt) else []
    return made


def _intent(plan: PoolPlan, given: Mapping[int, int], again: str, number: int) -> str:
    """The same lines under the same label are the same act."""
    from eth_utils.crypto import keccak

    lines = keccak(text=repr(sorted(given.items()))).hex()[:16]
    return f"grant {plan.equity.contract.address} {plan.id} {lines} {again!r} {number}"


def _is_begun(act: Act, plan: PoolPlan, given: Mapping[int, int], again: str | None) -> bool:
    """Whether a run before has sent a part of it under this label: then the pool's rest says nothing."""
    return again is not None and act.sender.past(_intent(plan, given, again, 0)) is not None


def _require_left(book: Book, units: int) -> None:
    from workpact.agreement import BadArgument

    left = book.need_pool().left_units
    if units > left:
        raise BadArgument(
            f"The pool has {said(left, book.symbol)} left, {said(units, book.symbol)} are to be granted: grant less, "
            "or ask the issuer to raise the pool."
        )


def _require_manager(act: Act, book: Book) -> None:
    from workpact.agreement import BadArgument

    manager = book.need_pool().manager
    if act.signing.address != manager:
        raise BadArgument(
            f"The manager {manager} grants from this pool, not {act.signing.address}: name its --account."
        )


def _require_wallets(roster: Any, seats: Mapping[int, Any]) -> None:
    from workpact.batches.roster import NOBODY

    roster.require_wallets({number: seat.wallet or NOBODY for number, seat in seats.items()}, may_name=True)


COMMANDS = (grant, grant_batch)
