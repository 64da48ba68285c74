"""Service periods that are not settled: what anyone can bring about of each (SPEC.md §7, §8).

outcome = period_outcome(position, book, 0)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from workpact.chain.state import Status
from workpact.service_results import Stage
from workpact.terms.credit_math import RATE_ONE
from workpact.web import outcomes
from workpact.web.outcomes import MOST_AMOUNT, MOST_SECONDS, Outcome, Position
from workpact.web.service_book import MOST_LEVELS, Book

CAN = {
    "applyDefault": "apply the default of the terms",
    "finalise": "make the report final",
    "rule": "make the report final that stands by the terms",
    "assess": "have it assessed",
    "settle": "settle it",
}


@dataclass(frozen=True)
class Act:
    """What anyone can do in the oracle, from a second on, and the book after it."""

    name: str
    at: int
    after: Book


@dataclass(frozen=True)
class Charge:
    """What the escrow makes of a period at a time; smallest units."""

    charge: int
    credit: int
    due: int
    """What the contractor would get, holdback included, after what it got in the interim."""
    is_last: bool
    """It settles the period; else it is an interim payment."""


def oracle_act(position: Position, book: Book, period: int) -> Act | None:
    """What anyone can do next of a period in the oracle; None where nobody can. Raises `FiguresMissing`."""
    kept = book.period(period)
    if kept.stage is Stage.OPEN:
        if not book.is_in_force or len(book.service(None)["levels"]["levels"]) > MOST_LEVELS:
            return None
        return Act("applyDefault", report_until(position, book, period) + 1, book.defaulted(period))
    if kept.stage.pending is not None:
        assert kept.until is not None, "pending"
        return Act("finalise", kept.until + 1, book.finalised(period))
    if kept.stage is Stage.CONTESTED:
        ruling = min(int(book.contest(period)["ruling"]), MOST_SECONDS)
        return Act("rule", kept.times["PeriodContested"] + 2 * ruling + 1, book.ruled(period))
    if kept.is_assessed or not book.is_in_order(period):
        return None
    return Act("assess", final_at(book, period), book.assessed(period))


def report_until(position: Position, book: Book, period: int) -> int:
    """Until when one side can report a period."""
    within = int(book.service(None)["schedule"]["reportWithin"])
    return position.ends[period] + min(within, MOST_SECONDS)


def final_at(book: Book, period: int) -> int:
    """When figures, and what must be assessed before them, were there."""
    own, before = book.period(period).times, book.period(period - 1).times if period else {}
    times = [own.get(name, 0) for name in ("PeriodReported", "PeriodDefaulted", "PeriodAssessed")]
    return max(*times, before.get("PeriodAssessed", 0))


def without_credit_at(position: Position, period: int) -> int:
    """The first second from which a period settles without credit, if the oracle has no final one (SPEC.md 7.5)."""
    within = int(position.conditions["service"]["schedule"]["finalWithin"])
    return position.ends[period] + min(within, MOST_SECONDS) + 1


def charge_of(position: Position, book: Book, period: int, at: int) -> Charge | None:
    """What `settle` would pay at a time, were enough held; None where it is refused as not final yet."""
    answer, billing = book.answer(period), position.conditions["billing"]
    variable = answer.variable if answer else 0
    rate = answer.rate if answer else 0
    if answer is None or not answer.is_assessed:
        is_last = at >= without_credit_at(position, period)
        if answer is None and not is_last:
            return None
        rate = 0 if is_last else rate
    else:
        is_last = rate <= answer.least or position.is_over(at)
        if is_last and position.ending is Status.ENDED_BY_CLIENT:
            rate = min(rate, answer.least)
    charge = min(int(billing["cap"]), MOST_AMOUNT, int(billing["fixedCharge"]) + variable)
    credit = charge * min(rate, RATE_ONE) // RATE_ONE
    return Charge(charge, credit, max(charge - credit - position.interim.get(period, 0), 0), is_last)


def lapses(position: Position, period: int) -> bool:
    """Whether a period ends after the agreement, so that it is never paid."""
    return position.ends_at is not None and position.ends[period] > position.ends_at


def period_outcome(position: Position, book: Book, period: int) -> Outcome | None:
    """What anyone can bring about of a period that is not settled; None where time alone brings nothing.

    Raises `FiguresMissing`.
    """
    if lapses(position, period):
        return outcomes.close(position)
    act = oracle_act(position, book, period)
    made = [each for each in _tries(position, book, period, act) if each is not None]
    if not made:
        return None
    return min(made, key=lambda each: (position.first(each.at), not each.calls, "settle" not in each.calls))


def _tries(position: Position, book: Book, period: int, act: Act | None) -> list[Outcome | None]:
    kept, tries = book.period(period), []
    without = without_credit_at(position, period)
    if not kept.is_assessed:
        tries.append(_settled(position, book, period, without, ()))
    if kept.stage.is_final:
        tries.append(_settled(position, book, period, final_at(book, period), ()))
    if act is not None:
        tries.append(_settled(position, act.after, period, act.at, (act.name,)) or _acted(position, act, period))
    if position.ends_at is not None:
        cured = position.ends_at + min(int(position.conditions["ending"]["cure"]), MOST_SECONDS)
        known = [final_at(book, period)] if kept.stage.is_final else []
        known += [] if kept.is_assessed else [without]
        for since in (max(ended + 1, each) for ended in (position.ends_at, cured) for each in known):
            tries.append(_settled(position, book, period, since, ()))
    return tries


def _settled(position: Position, book: Book, period: int, at: int, before: tuple[str, ...]) -> Outcome | None:
    """What `settle` by anyone pays at a time, after other calls; None where it is refused."""
    when = position.first(at)
    charge = charge_of(position, book, period, when)
    if charge is None or (not charge.is_last and not charge.due):
        return None
    amount = charge.due
    if amount > position.held:
        cure = min(int(position.conditions["ending"]["cure"]), MOST_SECONDS)
        if position.ends_at is None or when <= position.ends_at + cure or not (position.held or charge.is_last):
            return None
        amount = position.held
    paid, back = position.parted(amount, when)
    owed = 0 if charge.is_last else charge.due - amount
    made = Outcome(at, (*before, "settle"), paid, back, still_owed=owed, claim=charge.due)
    can = " and ".join(CAN[each] for each in made.calls)
    if not charge.is_last:
        can = can.replace(CAN["settle"], "make the interim payment")
    return replace(made, words=position.told(can, made, *_explained(position, charge, amount)))


def _explained(position: Position, charge: Charge, amount: int) -> list[str]:
    money = position.words.money
    said = f"The charge is {money(charge.charge)}, the service credit {money(charge.credit)}."
    if not charge.is_last:
        said = f"The charge is at least {money(charge.charge)}, the service credit at most {money(charge.credit)}."
    if charge.is_last and amount < charge.due:
        said += f" {money(charge.due - amount)} are not paid, as too little is held, and not owed any more."
    return [said]


def _acted(position: Position, act: Act, period: int) -> Outcome:
    """What anyone does in the oracle where nothing can be paid after it."""
    when = position.first(act.at)
    charge = charge_of(position, act.after, period, when)
    owed = charge.due if charge is not None and charge.due > position.held else 0
    made = Outcome(act.at, (act.name,), still_owed=owed, claim=owed)
    return replace(made, words=position.told(CAN[act.name], made))
