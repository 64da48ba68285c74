"""Hypothesis strategies: definitions with the logs that they read, and how both are handed to the measurement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.measurement.conditions import TEXTS, Conditions, Expr
from tests.measurement.interpreter import DATES, MISSING, NUMBERS, Clock, Drawn, Hours, Level, Moment, Row
from workpact.measurement import Definition, Period, definition_from
from workpact.terms.data_source import WEEKDAYS

COLUMNS = ("id", "part", "seq", "written", "opened", "closed", "kind", "note", "n")
# Where the clock changes, and near when: in hours, and in half an hour.
ANCHORS = {
    "UTC": ["2016-02-29 12:00"],
    "Europe/Berlin": ["2016-03-27 02:00", "2016-10-30 02:00"],
    "America/New_York": ["2016-03-13 02:00", "2016-11-06 02:00"],
    "Australia/Lord_Howe": ["2016-04-03 02:00", "2016-10-02 02:00"],
}
REASONS = ["client-cause", "planned-outage", "force-majeure", "volume-above-forecast"]
OPS = {"lte": "<=", "lt": "<", "gte": ">=", "gt": ">"}
LENGTHS = [60, 3_600, 7_200, 86_400]
TARGETS = [1, 333_333, 500_000, 666_667, 900_000, 1_000_000]


@cache
def conditions(clocks: int = 0, depth: int = 2) -> st.SearchStrategy[Expr]:
    """Conditions over a row and so many clocks, not too long to be measured. To make them costs more than to draw."""
    numbers = [*NUMBERS, *(f"clock{index}" for index in range(clocks))]
    return Conditions(["kind", "note"], numbers, MISSING).where(depth).filter(lambda each: len(each.sql) < 900)


ROWS = conditions(depth=1)


@st.composite
def texts_of_dates(draw: Any, form: str, anchor: datetime) -> str:
    """A date within two days of the anchor, as the log writes it."""
    moment = anchor + timedelta(minutes=draw(st.integers(-2_880, 2_880)), seconds=draw(st.sampled_from([0, 0, 1, 59])))
    if form != "ISO":
        return moment.strftime(form)
    ends = ["", "", "Z", "+01:00", "-0330", ".5"]
    return draw(st.sampled_from(["T", " "])).join(moment.isoformat().split("T")) + draw(st.sampled_from(ends))


@st.composite
def logs(draw: Any, drawn: Drawn, anchor: datetime) -> list[Row]:
    """One to twelve rows of a few cases."""
    dates = texts_of_dates(drawn.form, anchor)
    row = st.fixed_dictionaries(
        {
            "id": st.sampled_from(["A", "B", "b", "C"]),
            "part": st.sampled_from(["1", "2"]),
            "seq": st.integers(-2, 12).map(str),
            "written": dates,
            **dict.fromkeys(DATES, dates | st.just(MISSING)),
            **dict.fromkeys(("kind", "note"), st.sampled_from([text.replace("''", "'") for text in TEXTS])),
            "n": st.sampled_from(["0", "7", "-3", "+12", "90", MISSING]),
        }
    )
    rows: list[Row] = draw(st.lists(row, min_size=1, max_size=12))
    return rows


@st.composite
def moments(draw: Any, at: bool) -> Moment:
    kind = draw(st.sampled_from(["column", "first", "last"] if at else ["column"]))
    where = draw(ROWS) if kind != "column" else None
    return Moment(
        column=draw(st.sampled_from(DATES)) if kind == "column" else None,
        first=where if kind == "first" else None,
        last=where if kind == "last" else None,
    )


@st.composite
def hours(draw: Any, anchor: datetime) -> Hours:
    openings = []
    for _ in range(draw(st.integers(1, 3))):
        first, last = sorted(draw(st.tuples(st.integers(0, 6), st.integers(0, 6))))
        low, high = sorted(draw(st.lists(st.integers(0, 48), min_size=2, max_size=2, unique=True)))
        openings.append((first, last, 30 * low, 30 * high))
    closed = draw(st.lists(st.integers(-2, 2), max_size=1))
    return Hours(tuple(openings), tuple(anchor.date() + timedelta(days=day) for day in closed))


@st.composite
def levels(draw: Any, name: str, where: st.SearchStrategy[Expr], numbers: list[str]) -> Level:
    kind = draw(st.sampled_from(["good", "good", "bad", "average", "limit"]))
    is_sliced = kind != "average" and draw(st.booleans())
    return Level(
        name=name,
        total=draw(where),
        good=draw(where) if kind in ("good", "bad") else None,
        bad=kind == "bad",
        column=draw(st.sampled_from(numbers)) if kind in ("average", "limit") else None,
        op=OPS[draw(st.sampled_from(sorted(OPS)))] if kind == "limit" else None,
        limit=draw(st.integers(0, 100)) if kind == "limit" else 0,
        exclusions=tuple(draw(st.lists(st.tuples(st.sampled_from(REASONS), where), max_size=2))),
        slices=draw(st.tuples(st.sampled_from(LENGTHS), st.sampled_from(TARGETS))) if is_sliced else None,
        weight=draw(st.none() | st.sampled_from(numbers)) if kind != "average" else None,
    )


@st.composite
def definitions(draw: Any, *, ordered: bool = False) -> tuple[Drawn, datetime]:
    """A definition, and a time near which its log lies."""
    zone = draw(st.sampled_from(sorted(ANCHORS)))
    anchor = datetime.fromisoformat(draw(st.sampled_from(ANCHORS[zone])))
    order, at = draw(
        st.sampled_from([(True, True), (True, False)] + ([] if ordered else [(False, True), (False, False)]))
    )
    clocks = tuple(
        Clock(
            name=f"clock{index}",
            unit=draw(st.sampled_from([1, 60])),
            start=draw(moments(at)),
            end=draw(moments(at)),
            pause=draw(ROWS) if at and draw(st.booleans()) else None,
            hours=draw(hours(anchor)) if draw(st.booleans()) else None,
        )
        for index in range(draw(st.integers(0, 2)))
    )
    numbers = [*NUMBERS, *(clock.name for clock in clocks)]
    where = conditions(len(clocks))
    drawn = Drawn(
        zone=ZoneInfo(zone),
        form=draw(st.sampled_from(["ISO", "%d/%m/%Y %H:%M"])),
        case=draw(st.sampled_from([("id",), ("id", "part")])),
        order=order,
        at=at,
        drop=draw(st.none() | ROWS),
        attribution=draw(moments(at)),
        clocks=clocks,
        levels=tuple(draw(levels(f"l{index}", where, numbers)) for index in range(draw(st.integers(1, 4)))),
        quantities=(draw(st.tuples(where, st.none() | st.sampled_from(numbers))),),
    )
    return drawn, anchor


@st.composite
def periods(draw: Any, anchor: datetime) -> Period:
    start = int(anchor.replace(tzinfo=UTC).timestamp()) + 60 * draw(st.integers(-2_880, 1_440))
    return Period(name="p", start=start, end=start + 60 * draw(st.integers(1, 4_320)))


def definition(drawn: Drawn) -> Definition:
    """What the measurement makes of its OpenSLO objects."""
    details: dict[str, Any] = {
        "case": list(drawn.case),
        "timeFormat": drawn.form,
        "missing": MISSING,
        "attribution": _moment(drawn.attribution),
        "wholeNumbers": list(NUMBERS),
        "maxLag": "40000 days",
        "clocks": [_clock(clock) for clock in drawn.clocks],
    }
    details |= {"order": "seq"} if drawn.order else {}
    details |= {"at": "written"} if drawn.at else {}
    details |= {"drop": drawn.drop.sql} if drawn.drop else {}
    source = {"metadata": {"name": "log"}, "spec": {"type": "workpact-log", "connectionDetails": details}}
    counts = {
        f"q{index}": _metric(where, **({"weight": weight} if weight else {}))
        for index, (where, weight) in enumerate(drawn.quantities)
    }
    return definition_from(source, [_slo(level) for level in drawn.levels], counts, drawn.zone.key)


def _moment(moment: Moment) -> Any:
    if moment.column:
        return moment.column
    return {"first": moment.first.sql} if moment.first else {"last": moment.last.sql if moment.last else ""}


def _clock(clock: Clock) -> dict[str, Any]:
    made: dict[str, Any] = {"name": clock.name, "unit": {1: "seconds", 60: "minutes"}[clock.unit]}
    made |= {"from": _moment(clock.start), "to": _moment(clock.end)}
    made |= {"pause": clock.pause.sql} if clock.pause else {}
    if clock.hours:
        weekly = [
            f"{WEEKDAYS[a]}-{WEEKDAYS[b]} {low // 60:02}:{low % 60:02}-{high // 60:02}:{high % 60:02}"
            for a, b, low, high in clock.hours.weekly
        ]
        made["hours"] = {"weekly": weekly, "holidays": [day.isoformat() for day in clock.hours.holidays]}
    return made


def _metric(where: Expr, **more: Any) -> dict[str, Any]:
    return {"metricSourceRef": "log", "type": "workpact-log", "spec": {"where": where.sql} | more}


def _slo(level: Level) -> dict[str, Any]:
    excluded = [{"reason": reason, "where": where.sql} for reason, where in level.exclusions]
    more: dict[str, Any] = {"exclude": excluded} if excluded else {}
    more |= {"weight": level.weight} if level.weight else {}
    if level.good:
        good = {"metricSource": _metric(level.good)}
        total = {"metricSource": _metric(level.total, **more)}
        indicator = {"ratioMetric": {"bad" if level.bad else "good": good, "total": total}}
    else:
        more |= {"column" if level.op else "average": level.column}
        indicator = {"thresholdMetric": {"metricSource": _metric(level.total, **more)}}
    objective: dict[str, Any] = {"displayName": level.name}
    if level.op:
        objective |= {"op": {sign: name for name, sign in OPS.items()}[level.op], "value": level.limit, "target": "0.9"}
    if level.slices:
        seconds, target = level.slices
        share = f"{target // 10**6}.{target % 10**6:06}"
        objective |= {"timeSliceWindow": f"{seconds // 60}m", "timeSliceTarget": share}
    method = "Timeslices" if level.slices else "Occurrences"
    spec = {"indicator": {"spec": indicator}, "budgetingMethod": method, "objectives": [objective]}
    return {"metadata": {"name": level.name}, "spec": spec}


def write(path: Path, rows: Iterable[Row]) -> list[bytes]:
    """Writes a log; the bytes of its lines."""
    lines = [",".join(row[name] for name in COLUMNS).encode() for row in rows]
    path.write_bytes(b"\n".join([",".join(COLUMNS).encode(), *lines]) + b"\n")
    return lines
