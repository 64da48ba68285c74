"""`ape run equity plan`: pool and plans; and which plan is meant by `--plan 4y-1y-monthly --gate progress`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book
from scripts._equity_people import finished, said
from scripts._options import ConnectedCommand
from scripts._papers import Act, acting

if TYPE_CHECKING:
    from scripts._equity_book import Book
    from workpact.equity import Plan, PoolPlan

GATES = ("progress", "none", "minimum", "maximum", "product")

plan_option = click.option(
    "--plan",
    "plan_name",
    required=True,
    metavar="NAME|SCHEDULE",
    help="A plan by its name in the file, or by its schedule: duration, cliff, step, like 4y-1y-monthly.",
)
gate_option = click.option(
    "--gate",
    type=click.Choice(GATES),
    help="How the agreement's progress bears on it; `progress` is any way that it does.",
)
start_option = click.option("--start", metavar="DATE", help="When vesting starts to count, like 2026-04-01.")
past_option = click.option("--back-dated", is_flag=True, help="Take plans that start in the past, as was agreed.")


@click.command(cls=ConnectedCommand)
@acting
@click.option("--schedule", metavar="SCHEDULE", help="One more plan than the file has, like 4y-1y-monthly.")
@gate_option
@start_option
@past_option
def plan(act: Act, schedule: str | None, gate: str | None, start: str | None, back_dated: bool) -> None:
    """Create the agreement's worker token, pool and plans; the issuer, usually the client.

    The contractor of the agreement is the manager who grants from the pool; revenue comes in the agreement's token.
    Run again it goes on where it stopped. With --schedule one more plan is made: by `--gate progress` nothing vests
    faster than the agreement's milestones are accepted and its periods are met.

    \b
    Example:
      ape run equity plan desk.yaml --account client
      ape run equity plan desk.yaml --schedule 4y-1y-monthly --gate progress --start 2026-04-01 --account client
    """
    from workpact.equity import Plan

    book = _equity_book.of(act.agreement, act.signing.address)
    before = book.named_plans()
    wanted = {
        each.name: Plan.of_struct(act.document.plan(index))
        for index, each in enumerate(act.document.plans)
        if each.name not in before
    }
    if schedule is not None and match(book, schedule, gate, start) is None:
        wanted[schedule] = new_plan(act, schedule, gate, start)
    elif schedule is None and (gate or start):
        raise click.UsageError("--gate and --start belong to a plan of a --schedule.")
    if not back_dated:
        for name, terms in wanted.items():
            _require_ahead(name, terms)
    sent: list[Any] = []
    pool = book.pool() or _open_pool(act, book, sent)
    for terms in wanted.values():
        sent.append(pool.create_plan(terms, sender=act.sender))
        book.equity.plan_in(sent[-1])
    plans = {name: int(each) for name, each in book.named_plans().items()}
    value = {"token": pool.token, "pool": pool.id, "plans": plans, "made": len(wanted)}
    lines = [f"Pool {pool.id}, token {pool.token}"] + [f"Plan {name} is number {plans[name]}" for name in plans]
    return finished(act.as_json, value, lines, sent, "Pool and plans are there already.")


def _require_ahead(name: str, terms: Plan) -> None:
    from workpact.preflight import now
    from workpact.vesting import BadPlan

    try:
        terms.require_ahead(now())
    except BadPlan as error:
        raise BadPlan(f"{name}: {error} If that is what was agreed, say --back-dated.") from None


def _open_pool(act: Act, book: Book, sent: list[Any]) -> Any:
    equity, agreement, named = book.equity, act.agreement, act.document.spec.equity
    # The intent's name makes a second run go on with the first one's token.
    intent = f"equity token {agreement.origin.hex()} of {equity.contract.address}"
    names = (named.token_name, named.token_symbol)
    act.confirm(
        f"Create the token {named.token_symbol} and set {said(named.units, book.symbol)} aside for the workers?"
    )
    sent.append(equity.create_token(*names, sender=act.sender, intent=intent))
    token = equity.token_in(sent[-1])
    place = (agreement.contract, agreement.origin, act.document.token.address)
    sent.append(equity.open_pool(token, agreement.contractor, named.units, *place, sender=act.sender))
    return equity.pool_in(sent[-1])


def new_plan(act: Act, schedule: str, gate: str | None, start: str | None) -> Plan:
    """The plan of a schedule, counting all of the agreement's milestones and periods if it has a gate."""
    from workpact.equity import Plan

    if start is None:
        raise click.UsageError("A new plan needs its --start, a date like 2026-04-01.")
    document = act.document
    kind = {"progress": "minimum", None: "none"}.get(gate, gate)
    written: dict[str, Any] = {"start": start, "schedule": schedule, "gate": kind}
    place: dict[str, Any] = {}
    if kind != "none":
        written["milestones"] = list(range(len(document.milestones)))
        if document.spec.billing and document.periods and document.levels:
            written["periods"] = list(range(len(document.periods)))
            place = {"oracle": document.spec.billing.oracle, "document": document.service_hash()}
    return Plan.read(written, zone=document.zone.key, **place)


def match(book: Book, written: str, gate: str | None, start: str | None = None) -> PoolPlan | None:
    """The plan that a name or a schedule means; None if there is none. Raises `BadArgument` if several would do."""
    from workpact.agreement import BadArgument
    from workpact.equity import Gate
    from workpact.terms.units import read_instant
    from workpact.vesting_presets import read_timing

    named = book.named_plans()
    if written in named:
        found = named[written].terms.gate
        if gate is not None and not _is_gate(found, gate):
            raise BadArgument(f"Plan {written} has the gate {Gate(found).name.lower()}, not {gate}: leave --gate out.")
        return named[written]
    if written.count("-") != 2:
        raise BadArgument(
            f"There is no plan {written!r} on chain: known are {', '.join(named) or 'none'}. A schedule is written "
            "like 4y-1y-monthly."
        )
    timing = read_timing(written)
    begins = None if start is None else read_instant(start, book.agreement.document.zone, last=False)
    fitting = {
        name: plan
        for name, plan in named.items()
        if (plan.terms.duration, plan.terms.cliff, plan.terms.step) == (timing.duration, timing.cliff, timing.step)
        and (gate is None or _is_gate(plan.terms.gate, gate))
        and begins in (None, plan.terms.start)
    }
    if len(fitting) > 1:
        raise BadArgument(f"{written} is the schedule of {', '.join(fitting)}: name the plan that is meant.")
    return next(iter(fitting.values()), None)


def choose(act: Act, book: Book, written: str, gate: str | None, start: str | None = None) -> PoolPlan | Plan:
    """The plan that is meant; or one to be created, if it is not there and the sender may. Raises `BadArgument`."""
    from workpact.agreement import BadArgument

    found = match(book, written, gate, start)
    if found is not None:
        return found
    pool, with_gate = book.need_pool(), f" and gate {gate}" if gate else ""
    if start is None or act.signing.address != pool.issuer:
        extra = f" --gate {gate}" if gate else ""
        raise BadArgument(
            f"There is no plan of schedule {written}{with_gate}: the issuer {pool.issuer} creates one: ape run equity "
            f"plan FILE --schedule {written}{extra} --start DATE --account ALIAS"
        )
    terms = new_plan(act, written, gate, start)
    _require_ahead(written, terms)
    return terms


def need(act: Act, book: Book, written: str, gate: str | None) -> PoolPlan:
    """The plan that is meant, which must be there."""
    found: Any = choose(act, book, written, gate)
    return found  # type: ignore[no-any-return]  # without a start none is to be created


def _is_gate(found: int, wanted: str) -> bool:
    from workpact.equity import Gate

    return found != Gate.NONE if wanted == "progress" else Gate(found).name == wanted.upper()
