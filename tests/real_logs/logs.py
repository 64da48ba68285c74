"""The real logs: a data source for each, and every number of its reference as a service level.

A reference's percentile p of n cases at x is two levels: at least ⌈p·n/100⌉ cases take at most x, fewer at most x − 1.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.measurement.desk import PRIORITIES, TARGETS, average, data_source, metric, slo
from workpact.measurement import Definition, Measurement, definition_from

FOLDER = Path(os.environ.get("WORKPACT_LOGS", "."))
UCI = FOLDER / "uci_incidents_opened_2016-02_03.csv.gz"
BANK = FOLDER / "bank_calls_1999-02-01_14.tsv"
HELPDESK = FOLDER / "helpdesk_italian.csv"

# What is expected of a level: (good, total), or of a percentile the least and the most that good may be.
Expected = dict[str, tuple[int, int]]
ENDS = {"unit": "minutes", "from": "opened_at", "to": "resolved_at"}
HANG = "(outcome = 'HANG' AND q_start <> '0:00:00')"


class Log:
    """A definition under construction, with what the reference says of it."""

    def __init__(self, **details: Any) -> None:
        self._source = data_source()
        self._source["spec"]["connectionDetails"] = {"table": "log", "maxLag": "40000 days"} | details
        self._levels: list[dict[str, Any]] = []
        self._quantities: dict[str, dict[str, Any]] = {}
        self.exact: Expected = {}
        self.least: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.counts: list[tuple[str, int]] = []

    def ratio(self, name: str, good: str, total: str, answer: dict[str, int]) -> None:
        self._levels.append(slo(name, good, total))
        self.exact[name] = (answer["good"], answer["total"])

    def mean(self, name: str, where: str, column: str, good: int, total: int) -> None:
        self._levels.append(average(name, where, column))
        self.exact[name] = (good, total)

    def count(self, name: str, where: str, expected: int) -> None:
        self._quantities[name] = metric(where=where)
        self.counts.append((name, expected))

    def spread(self, name: str, where: str, clock: str, answer: dict[str, int]) -> None:
        """Sum, number, percentiles and maximum of a clock."""
        self.mean(f"{name}-mean", where, clock, answer["sum"], answer["n"])
        known = f"({where}) AND {clock} IS NOT NULL"
        for part in (50, 90, 95, 100):
            value = answer["max" if part == 100 else f"p{part}"]
            rank = -(-part * answer["n"] // 100)
            for at_most, bound in ((value, self.least), (value - 1, self.most)):
                level = f"{name}-{part}-{at_most}"
                self._levels.append(slo(level, f"{clock} <= {at_most}", known))
                bound[level] = rank if bound is self.least else rank - 1

    def of_numbered_rows(self) -> Log:
        """The same of a table: its rows have no order of their own, and were numbered when they were loaded."""
        self._source["spec"]["connectionDetails"]["order"] = "row_number"
        return self

    def definition(self) -> Definition:
        return definition_from(self._source, self._levels, self._quantities)

    def check(self, measured: Measurement) -> None:
        """Every number that the reference has."""
        found = {figure.name: (figure.good, figure.total) for figure in measured.figures}
        assert {name: found[name] for name in self.exact} == self.exact
        assert [name for name, least in self.least.items() if found[name][0] < least] == []
        assert [name for name, most in self.most.items() if found[name][0] > most] == []
        assert list(measured.quantities) == self.counts


def answers(name: str) -> dict[str, Any]:
    """A reference file."""
    read: dict[str, Any] = json.loads((FOLDER / f"{name}_reference.json").read_text())
    return read


def uci() -> Log:
    """All that is told of the incident log's cases, but for their first answer."""
    told = answers("uci")
    log = Log(
        case="number", order="sys_mod_count", at="sys_updated_at", timeFormat="%d/%m/%Y %H:%M", missing="?",
        attribution="closed_at", wholeNumbers=["reassignment_count", "reopen_count"],
        clocks=[
            {"name": "minutes", **ENDS},
            {"name": "net_minutes", **ENDS, "pause": "incident_state LIKE 'Awaiting%'"},
        ],
    )  # fmt: skip
    log.ratio("made", "made_sla = 'true'", "true", told["made_sla"])
    log.spread("ttr", "true", "minutes", told["ttr_minutes"])
    log.spread("net", "true", "net_minutes", told["net_ttr_minutes"])
    log.ratio("once", "reassignment_count = 0 AND reopen_count = 0", "true", told["fcr_proxy(reassign=0&reopen=0)"])
    log.ratio("reopened", "reopen_count > 0", "true", told["reopened"])
    for number, priority in PRIORITIES.items():
        own, target = f"priority = '{priority}'", TARGETS[number]
        log.ratio(f"made-{number}", "made_sla = 'true'", own, told["made_sla_by_priority"][priority])
        log.spread(f"ttr-{number}", own, "minutes", told["ttr_minutes_by_priority"][priority])
        for name, clock, part in (("in", "minutes", "ttr"), ("net-in", "net_minutes", "net_ttr")):
            answer = told[f"{part}_within_target_by_priority"][priority]
            log.ratio(f"{name}-{number}", f"{clock} <= {target}", f"{own} AND {clock} IS NOT NULL", answer)
    in_time = (f"(priority = '{priority}' AND minutes <= {TARGETS[number]})" for number, priority in PRIORITIES.items())
    log.ratio("in-time", " OR ".join(in_time), "minutes IS NOT NULL", told["ttr_within_target"])
    for end in ("opened", "closed"):
        for month, answer in told[f"made_sla_by_{end}_month"].items():
            log.ratio(f"made-{end}-{month}", "made_sla = 'true'", _in_month(end, month), answer)
        for key, answer in told[f"made_sla_by_{end}_month_priority"].items():
            month, _, priority = key.partition("|")
            own = f"{_in_month(end, month)} AND priority = '{priority}'"
            log.ratio(f"made-{end}-{month}-{priority[0]}", "made_sla = 'true'", own, answer)
    log.count("unresolved", "resolved_at = '?'", told["unresolved(resolved_at=?)"])
    log.count("backwards", "minutes < 0", told["ttr_negative"])
    log.count("paused", "net_minutes < minutes", told["cases_with_pause"])
    return log


def _in_month(end: str, month: str) -> str:
    year, _, number = month.partition("-")
    return f"contains({end}_at, '/{int(number)}/{year} ')"


def uci_rows() -> Log:
    """What is told of the incident log's rows, each a case."""
    told = answers("uci")
    log = Log(case="number", timeFormat="%d/%m/%Y %H:%M", missing="?", attribution="closed_at")
    log.ratio("made", "made_sla = 'true'", "true", told["event_level_made_sla_true"])
    for index, (state, count) in enumerate(told["states"].items()):
        log.count(f"state-{index}", f"incident_state = '{state}'", count)
    return log


def uci_response() -> Log:
    """The time to the first answer; one case's rows are in another order by their number than by their time."""
    told = answers("uci")
    clock = {
        "name": "first_minutes",
        "unit": "minutes",
        "from": "opened_at",
        "to": {"first": "incident_state <> 'New'"},
    }
    log = Log(
        case="number", at="sys_updated_at", timeFormat="%d/%m/%Y %H:%M", missing="?", attribution="closed_at",
        clocks=[clock],
    )  # fmt: skip
    log.spread("first", "true", "first_minutes", told["first_non_New_minutes"])
    log.count("backwards", "first_minutes < 0", told["first_non_New_negative"])
    return log


def bank() -> Log:
    """The calls: four formulas at three thresholds, of all, of each type, priority and day."""
    told = answers("bank")
    log = Log(
        case=["vru+line", "call_id"], timeFormat="%y%m%d", attribution="date",
        wholeNumbers=["vru_time", "q_time", "ser_time"], drop="outcome = 'PHANTOM' OR vru_time < 0",
    )  # fmt: skip
    parts = [("all", "true", told["all"])]
    for column in ("type", "priority", "date"):
        parts += [
            (f"{column}-{value}", f"{column} = '{value}'", told[f"by_{column}"][value])
            for value in told[f"by_{column}"]
        ]
    for kind, own, answer in parts:
        answered, hung = f"{own} AND outcome = 'AGENT'", f"{own} AND {HANG}"
        offered = f"({answered}) OR ({hung})"
        for limit in (limit for limit in (20, 30, 60) if f"SL{limit}" in answer):
            level, short = answer[f"SL{limit}"], f"q_time <= {limit}"
            f1, f2, f3, f4 = (value for name, value in level.items() if name.startswith("F"))
            log.ratio(f"f1-{limit}-{kind}", short, offered, f1)
            log.ratio(f"f2-{limit}-{kind}", short, answered, f2)
            log.ratio(f"f3-{limit}-{kind}", f"outcome = 'AGENT' AND {short}", offered, f3)
            late = f"({answered}) OR ({hung} AND q_time > {limit})"
            log.ratio(f"f4-{limit}-{kind}", f"outcome = 'AGENT' AND {short}", late, f4)
        log.ratio(f"abandoned-{kind}", HANG, offered, answer["abandonment"])
        log.mean(f"speed-{kind}", answered, "q_time", answer["ASA_sum_s"], answer["answered"])
        if "AHT_talk_sum_s" in answer:
            patient = f"({answered}) OR ({hung} AND q_time > 5)"
            log.ratio(f"abandoned-late-{kind}", HANG, patient, answer["abandonment_excl_short_<=5s"])
            log.mean(f"handling-{kind}", answered, "ser_time", answer["AHT_talk_sum_s"], answer["answered"])
    log.count("rows", "true", told["rows_after_exclusions"])
    log.count("menu", "outcome = 'HANG' AND q_start = '0:00:00'", told["abandoned_in_vru"])
    nobody = "outcome = 'AGENT' AND server = 'NO_SERVER'"
    log.count("nobody", nobody, told["answered_with_NO_SERVER"])
    return log


def helpdesk() -> Log:
    """The help desk: an event log with offsets in its times."""
    told = answers("helpdesk")
    start = {"unit": "seconds", "from": {"first": "true"}}
    log = Log(
        case="case:concept:name", at="time:timestamp", timeFormat="ISO", attribution="time:timestamp",
        clocks=[
            {"name": "response", **start, "to": {"first": "Activity = 'Take in charge ticket'"}},
            {"name": "resolve", **start, "to": {"first": "Activity = 'Resolve ticket'"}},
            {"name": "close", **start, "to": {"last": "Activity = 'Closed'"}},
        ],
    )  # fmt: skip
    for clock in ("response", "resolve", "close"):
        log.spread(clock, "true", clock, told[f"{clock}_s"])
    log.ratio("ten-days", "resolve <= 864000", "resolve IS NOT NULL", told["resolved_within_10_days"])
    log.ratio("two-days", "response <= 172800", "response IS NOT NULL", told["response_within_2_days"])
    log.count("cases", "true", told["cases"])
    return log
