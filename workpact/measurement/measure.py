"""Measure a service period: figures, quantities and evidence from a log."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workpact.measurement.definition import Average, Definition, Level, Period
from workpact.measurement.errors import MeasurementMismatch, ReportError
from workpact.measurement.evidence import Evidence, events_of, period_key
from workpact.measurement.log import read_log
from workpact.measurement.tickets import TicketLog


@dataclass(frozen=True)
class Figure:
    """The integers of one service level: `good` of `total` cases, without the `excluded` ones.

    Of an average, `good` is the sum and `total` the count.
    """

    name: str
    good: int
    total: int
    excluded: int = 0


@dataclass(frozen=True)
class Measurement:
    """What was delivered in a period, ready to be put into a report and signed."""

    period: str
    figures: tuple[Figure, ...]
    quantities: tuple[tuple[str, int], ...]
    evidence: Evidence

    @property
    def evidence_root(self) -> bytes:
        """The root of the evidence tree, 32 bytes."""
        return self.evidence.root

    @property
    def event_count(self) -> int:
        """The number of log rows that the evidence holds."""
        return len(self.evidence.events)

    def to_json(self) -> dict[str, Any]:
        """The measurement without its secret part."""
        return {
            "period": self.period,
            "levels": [{"name": figure.name, "good": figure.good, "total": figure.total} for figure in self.figures],
            "quantities": [{"name": name, "count": count} for name, count in self.quantities],
            "evidenceRoot": "0x" + self.evidence_root.hex(),
            "eventCount": self.event_count,
        }


def measure(
    definition: Definition,
    data_path: Path | str,
    period: Period,
    key: bytes,
    *,
    allow_empty: bool = False,
) -> Measurement:
    """Measure `period` on a ticket log (CSV or gzip) with the 32-byte evidence secret `key`.

    A case belongs to the period in which its final row's attribution date falls; its figures are
    counted on that row, its events are all its rows. Equal log, definition and key give equal
    results, byte for byte. Raises a `MeasurementError`; `EmptyPeriod` unless `allow_empty`.
    """
    if len(key) != 32:
        raise ValueError(f"an evidence secret has 32 bytes, not {len(key)}")
    log = read_log(Path(data_path))
    with TicketLog(log, definition) as tickets:
        if not tickets.select(period) and not allow_empty:
            raise tickets.empty_period(period)
        figures = tuple(_figure(tickets, level) for level in definition.levels)
        quantities = tuple(
            (quantity.name, sum(tickets.verdicts(*quantity.wheres()))) for quantity in definition.quantities
        )
        rows = tickets.event_rows()
    lines = ((log.numbers[row], log.lines[row]) for row in rows)
    evidence = Evidence(period.name, events_of(lines, period_key(key, period.name)))
    return Measurement(period.name, figures, quantities, evidence)


def verify(
    definition: Definition,
    data_path: Path | str,
    period: Period,
    key: bytes,
    report: Mapping[str, Any],
) -> Measurement:
    """Measure the own copy of a log and compare it with the other side's report.

    `report` has the form of `Measurement.to_json()`. Returns the own measurement when every figure,
    quantity, the root and the number of events are equal, in the same order; else raises
    `MeasurementMismatch`, which names each difference, or `ReportError` for what is no report.
    """
    own = measure(definition, data_path, period, key, allow_empty=True)
    differences = list(_differences(own.to_json(), report))
    if differences:
        raise MeasurementMismatch(period.name, differences)
    return own


def _figure(tickets: TicketLog, level: Level | Average) -> Figure:
    if isinstance(level, Average):
        values = tickets.values(level.column, *level.wheres())
        return Figure(level.name, good=sum(values), total=len(values))
    total, good = (tickets.verdicts(where) for where in level.wheres())
    both = [counted and met for counted, met in zip(total, good, strict=True)]
    return Figure(level.name, good=sum(both), total=sum(total))


def _differences(own: Mapping[str, Any], report: Mapping[str, Any]) -> list[str]:
    found = []
    for part in ("period", "evidenceRoot", "eventCount"):
        if own[part] != report.get(part):
            found.append(f"{part} is {own[part]} here, {report.get(part)} there")
    for part in ("levels", "quantities"):
        here, there = _by_name(part, own[part]), _by_name(part, report.get(part))
        different = [name for name in here | there if here.get(name) != there.get(name)]
        found += [f"{name} is {_shown(here.get(name))} here, {_shown(there.get(name))} there" for name in different]
        if not different and own[part] != report[part]:
            found.append(f"{part} are {', '.join(here)} here, {', '.join(_names(report[part]))} there")
    return found


def _by_name(part: str, items: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) and "name" in item for item in items):
        raise ReportError(f"report, {part}: is not a list of objects that have a name; ask for the report again")
    return {str(item["name"]): item for item in items}


def _names(items: list[Mapping[str, Any]]) -> list[str]:
    return [str(item["name"]) for item in items]


def _shown(item: Mapping[str, Any] | None) -> str:
    if item is None:
        return "missing"
    return f"{item.get('good')}/{item.get('total')}" if "good" in item else str(item.get("count"))
