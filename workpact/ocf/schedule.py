"""Plans and grants as vesting terms, or as exact tranches, of the Open Cap Format.

The chain counts seconds, the format days: what is written here equals the chain at the end of every day (UTC) on which
a tranche falls, and so at the end of every month. Steps of a week or more fall on their own days, shorter ones are
summed up at the ends of months.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

from workpact.records.events import Record
from workpact.records.holdings import GrantHolding, Holdings
from workpact.vesting import Course, Gate, Plan

OWN_DAY = 7 * 86_400
"""Steps from this length on are written each on its day, in seconds."""
MOST_CONDITIONS = 5_000
"""Gated plans of more conditions are written as tranches."""
START = "start"


def day_of(moment: int) -> date:
    """The day of a Unix second, UTC."""
    return datetime.fromtimestamp(moment, UTC).date()


def end_of(day: date) -> int:
    """The last Unix second of a day, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + 86_399


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last days of all months from that of `first` to that of `last`."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield date(year, month, 1) - timedelta(days=1)


@cache
def days_of(plan: Plan) -> tuple[date, ...]:
    """The days on which a plan's tranches fall as far as time goes."""
    cliff, last = day_of(plan.start + plan.cliff), day_of(plan.start + plan.duration)
    if plan.step >= OWN_DAY:
        return tuple(sorted({day_of(moment) for moment in plan.moments(Course())} - {day_of(plan.start)} | {cliff}))
    ends = month_ends(day_of(plan.start), last)
    return tuple(sorted({cliff, last} | {day for day in ends if cliff < day < last}))


def has_terms(plan: Plan) -> bool:
    """Whether a plan is written as vesting terms that its gate can be followed by."""
    days, size = len(days_of(plan)), plan.size
    return days * (size + 1) + size * (days + 1) <= MOST_CONDITIONS


def event_id(reached: int, days: int) -> str:
    """The condition that the gate's count rises to `reached` after so many of the plan's days."""
    return f"gate-{reached}-after-{days}"


def conditions(plan: Plan) -> list[dict[str, Any]]:
    """The conditions of a plan: one for each day, and for each rise of the gate between two of them.

    Whichever comes first, time or event, leads to the next; each vests what the chain's formula adds there, so that
    even a product of time and gate is exact. Only one path is ever taken.
    """
    days = days_of(plan)
    sizes = range(plan.size + 1)

    def share(passed: int, reached: int) -> Fraction:
        moment = end_of(days[passed - 1]) if passed else plan.start - 1
        return plan.share(Course(gate=((0, reached),)), moment)

    def following(passed: int, reached: int) -> list[str]:
        by_time = [f"day-{passed + 1}-gate-{reached}"] if passed < len(days) else []
        return by_time + ([event_id(reached + 1, passed)] if reached < plan.size else [])

    made = [_condition(START, Fraction(0), {"type": "VESTING_START_DATE"}, following(0, 0))]
    for passed in range(len(days) + 1):
        for reached in sizes:
            here, after = share(passed, reached), following(passed, reached)
            if passed:
                trigger = {"type": "VESTING_SCHEDULE_ABSOLUTE", "date": days[passed - 1].isoformat()}
                name = f"day-{passed}-gate-{reached}"
                made.append(_condition(name, here - share(passed - 1, reached), trigger, after))
            if reached:
                trigger = {"type": "VESTING_EVENT"}
                made.append(_condition(event_id(reached, passed), here - share(passed, reached - 1), trigger, after))
    return made


def _condition(name: str, portion: Fraction, trigger: dict[str, str], following: list[str]) -> dict[str, Any]:
    amount: dict[str, Any] = {"quantity": "0"}
    if portion:
        amount = {"portion": {"numerator": str(portion.numerator), "denominator": str(portion.denominator)}}
    return {"id": name, "trigger": trigger, "next_condition_ids": following} | amount


# One grant


def begins(plan: Plan, grant: GrantHolding) -> int:
    """When a grant's vesting starts: with its plan, or once it is made if the gate alone can vest something before."""
    return min(plan.start, grant.made.timestamp) if plan.gate == Gate.MAXIMUM else plan.start


def is_plain(holdings: Holdings, grant: GrantHolding) -> bool:
    """Whether a grant vests by its plan's terms: no leave, no acceleration, and no end that stopped its clock early."""
    leaver = holdings.plans[grant.plan].leaver
    if grant.leave_records or grant.accelerations or (leaver and _is_before(leaver, grant.ended)):
        return False
    for announcement in grant.announcements:
        over = announcement.withdrawn or grant.ended
        if over is None or over.timestamp > announcement.record["endsAt"]:
            return False
    return True


def accelerations(holdings: Holdings, grant: GrantHolding) -> list[tuple[Record, int]]:
    """What each act of acceleration, or the leaver rule, made vest at once."""
    plan = holdings.plans[grant.plan]
    acts = [record for record in grant.accelerations if _is_before(record, grant.ended)]
    if plan.leaver and _is_before(grant.made, plan.leaver) and _is_before(plan.leaver, grant.ended):
        acts.append(plan.leaver)
    acts.sort(key=lambda record: record.place)
    born_with = plan.leaver if plan.leaver and not _is_before(grant.made, plan.leaver) else None
    found = []
    for number, act in enumerate(acts):
        course = holdings.course(grant, act.timestamp)

        def vested(known: Iterable[Record], act: Record = act, course: Course = course) -> int:
            given = tuple((one.timestamp, one["acceleration"]) for one in known if one is not plan.leaver)
            client = plan.leaver if born_with or any(one is plan.leaver for one in known) else None
            then = replace(course, accelerations=given, client_ended_at=client.timestamp if client else None)
            return plan.plan.vested_units(grant.units, then, act.timestamp)

        jump = vested(acts[: number + 1]) - vested(acts[:number])
        if jump:
            found.append((act, jump))
    return found


def tranches(holdings: Holdings, grant: GrantHolding) -> list[tuple[date, int]]:
    """When a grant vested and, as it stands now, will vest; what was accelerated stands last, where it is taken."""
    jumps = [(day_of(act.timestamp), jump) for act, jump in accelerations(holdings, grant)]
    days = _sampled(holdings, grant)
    vested: Callable[[date], int] = lambda day: holdings.vested(grant, end_of(day))  # noqa: E731
    found, before, taken = [], 0, 0
    for day in days:
        ahead = sum(jump for when, jump in jumps if when <= day)
        now = vested(day)
        if now - before > ahead - taken:
            found.append((day, now - before - (ahead - taken)))
        before, taken = now, ahead
    if taken:
        found.append((days[-1], taken))
    return found or [(day_of(grant.made.timestamp), 0)]


def _sampled(holdings: Holdings, grant: GrantHolding) -> list[date]:
    """Ends of months, own days of long steps, and days on which something happened."""
    held = holdings.plans[grant.plan]
    plan, made = held.plan, day_of(grant.made.timestamp)
    course = holdings.course(grant, 2**63)
    stopped = sum(last - first for first, last in course.stops(plan.start, plan.leave))
    last = plan.start + plan.duration + stopped
    acts = [*grant.leave_records, *grant.accelerations, *held.gate]
    acts += [each for one in grant.announcements for each in (one.record, one.withdrawn) if each]
    acts += [each for each in (held.leaver, grant.ended) if each]
    moments = [record.timestamp for record in acts]
    moments += [last, plan.start + plan.cliff, *(record["endsAt"] for record in acts if "endsAt" in record.arguments)]
    days = {day_of(moment) for moment in moments} | set(month_ends(made, max(made, *map(day_of, moments))))
    if plan.step >= OWN_DAY:
        days |= {day_of(moment) for moment in plan.moments(course)}
    over = day_of(grant.ended.timestamp) if grant.ended else None
    return sorted({made} | {day for day in days if day >= made and (over is None or day <= over)})


def _is_before(record: Record, other: Record | None) -> bool:
    return other is None or record.place < other.place
