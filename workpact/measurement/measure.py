"""Measure a service period: figures, quantities and evidence from a log."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workpact.measurement.definition import Average, Definition, Level, Period
from workpact.measurement.errors import Doubt, DoubtfulData, LogError, MeasurementMismatch, ReportError
from workpact.measurement.evidence import Evidence, events_of, period_key
from workpact.measurement.tree import Words
from workpact.merkle import keccak

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

    from workpact.measurement.cases import Cases
    from workpact.measurement.counting import Counted
    from workpact.measurement.engine import Engine


@dataclass(frozen=True)
class Figure:
    """The integers of one service level: `good` of `total` cases, or slices, without the `excluded` cases.

    Of an average, `good` is the sum and `total` the count. `exclusions` counts the excluded cases by reason; it is
    empty where the level excludes nothing.
    """

    name: str
    good: int
    total: int
    exclusions: tuple[tuple[str, int], ...] = ()

    @property
    def excluded(self) -> int:
        """The cases that were excluded, for whatever reason."""
        return sum(count for _, count in self.exclusions)

    def to_json(self) -> dict[str, Any]:
        """Name, good and total; of a level that excludes cases how many, and by reason."""
        value: dict[str, Any] = {"name": self.name, "good": self.good, "total": self.total}
        if self.exclusions:
            value["excluded"] = self.excluded
            value["exclusions"] = [{"reason": reason, "count": count} for reason, count in self.exclusions]
        return value


@dataclass(frozen=True)
class Measurement:
    """What was delivered in a period, ready to be put into a report and signed.

    `doubts` were accepted by name when it was measured.
    """

    period: str
    figures: tuple[Figure, ...]
    quantities: tuple[tuple[str, int], ...]
    evidence: Evidence
    doubts: tuple[Doubt, ...] = ()

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
        value: dict[str, Any] = {
            "period": self.period,
            "levels": [figure.to_json() for figure in self.figures],
            "quantities": [{"name": name, "count": count} for name, count in self.quantities],
            "evidenceRoot": "0x" + self.evidence_root.hex(),
            "eventCount": self.event_count,
        }
        if self.doubts:
            value["doubts"] = [asdict(doubt) for doubt in self.doubts]
        return value


def measure(
    definition: Definition,
    data: Path | str | BaseBackend,
    period: Period,
    key: bytes,
    *,
    allow_empty: bool = False,
    accept: Collection[str] = (),
) -> Measurement:
    """Measure `period` on a log with the 32-byte evidence secret `key`.

    `data` is a file (CSV, TSV, Parquet; plain or gzip), the URL of a database or of a Prometheus,
    or a connection of Ibis. A case belongs to the period in which its attribution falls; its figures are counted on
    its final row, its events are all its rows. Equal log, definition and key give equal results,
    byte for byte. Raises a `MeasurementError`: `EmptyPeriod` unless `allow_empty`, `DoubtfulData`
    for each doubt that is not in `accept`.
    """
    if len(key) != 32:
        raise ValueError(f"an evidence secret has 32 bytes, not {len(key)}")
    # Ibis takes a second to load, which only measuring is worth.
    from workpact.measurement.cases import Cases
    from workpact.measurement.engine import open_log

    with open_log(data, definition.source, definition.columns(), period) as engine:
        cases = Cases(engine, definition, period)
        levels, quantities, doubts = cases.figures()
        if not allow_empty:
            cases.require_any()
        doubts += [doubt for doubt in (cases.repeated(), cases.lagging(), cases.truncated()) if doubt]
        refused = [doubt for doubt in doubts if doubt.name not in accept]
        if refused:
            raise DoubtfulData(engine.name, period.name, refused)
        lines, hashes = _events(engine, cases)
        if engine.samples:
            engine.samples.require_unchanged()
        elif engine.lines is None and cases.figures()[:2] != (levels, quantities):
            raise LogError(engine.name, "answers differently when asked twice; measure when nobody writes to it")
    figures = tuple(_figure(level, counted) for level, counted in zip(definition.levels, levels, strict=True))
    named = tuple((each.name, count) for each, count in zip(definition.quantities, quantities, strict=True))
    evidence = Evidence(period.name, events_of(lines, hashes, period_key(key, period.name)))
    return Measurement(period.name, figures, named, evidence, tuple(doubts))


def verify(
    definition: Definition,
    data: Path | str | BaseBackend,
    period: Period,
    key: bytes,
    report: Mapping[str, Any],
    *,
    accept: Collection[str] = (),
) -> Measurement:
    """Measure the own copy of a log and compare it with the other side's report.

    `report` has the form of `Measurement.to_json()`. Returns the own measurement when every figure,
    quantity, the root and the number of events are equal, in the same order; else raises
    `MeasurementMismatch`, which names each difference, or `ReportError` for what is no report.
    """
    own = measure(definition, data, period, key, allow_empty=True, accept=accept)
    differences = list(_differences(own.to_json(), report))
    if differences:
        raise MeasurementMismatch(period.name, differences)
    return own


def _figure(level: Level | Average, counted: Counted) -> Figure:
    reasons = dict.fromkeys((each.reason for each in level.exclusions), 0)
    for exclusion, count in zip(level.exclusions, counted.excluded, strict=True):
        reasons[exclusion.reason] += count
    return Figure(level.name, counted.good, counted.total, tuple(reasons.items()))


def _events(engine: Engine, cases: Cases) -> tuple[array[int], Words]:
    """The line number and row hash of each event: of a file in its order, of a table in the order of the hashes."""
    events = cases.events()
    if engine.lines is not None:
        places = engine.places(events)
        numbers = np.frombuffer(engine.lines.numbers, dtype=np.uint64)[places]
        return array("Q", numbers.tobytes()), Words(engine.lines.hashes).taken(places)
    hashes = Words.of(keccak(row) for row in engine.written(events))
    return array("Q", range(1, len(hashes) + 1)), hashes.taken(hashes.ranks())


def _differences(own: Mapping[str, Any], report: Mapping[str, Any]) -> list[str]:
    found = []
    for part in ("period", "evidenceRoot", "eventCount"):
        if own[part] != report.get(part):
            found.append(f"{part} is {own[part]} here, {report.get(part)} there")
    for part in ("levels", "quantities"):
        here, there = _by_name(part, own[part]), _by_name(part, report.get(part))
        different = [name for name in here | there if _signed(here.get(name)) != _signed(there.get(name))]
        found += [f"{name} is {_shown(here.get(name))} here, {_shown(there.get(name))} there" for name in different]
        names = [str(item["name"]) for item in report[part]]
        if not different and list(here) != names:
            found.append(f"{part} are {', '.join(here)} here, {', '.join(names)} there")
    return found


def _by_name(part: str, items: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) and "name" in item for item in items):
        raise ReportError(f"report, {part}: is not a list of objects that have a name; ask for the report again")
    return {str(item["name"]): item for item in items}


def _shown(item: Mapping[str, Any] | None) -> str:
    if item is None:
        return "missing"
    if "good" not in item:
        return str(item.get("count"))
    excluded = f" without {item['excluded']} excluded" if item.get("excluded") else ""
    return f"{item['good']}/{item.get('total')}{excluded}"


def _signed(item: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """What a report carries of it: the reasons of what was excluded are not among it."""
    if item is None:
        return None
    return item.get("good"), item.get("total"), item.get("excluded", 0), item.get("count")
