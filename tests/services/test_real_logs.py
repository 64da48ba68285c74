"""Real logs on PostgreSQL and Spark: every number of their references, by the definitions of their files."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.measurement.desk import ALL, SECRET
from tests.real_logs.logs import BANK, HELPDESK, UCI, Log, answers, bank, helpdesk, uci, uci_response, uci_rows
from tests.services.test_engines import to_postgres, to_spark
from workpact.measurement import measure

Row = list[str]


def changes(row: Row) -> int:
    """An incident's row by its number."""
    return int(row[5])


def moment(row: Row) -> datetime:
    """An incident's row by its time."""
    return datetime.strptime(row[13], "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def line(_: Row) -> int:
    """A row by its line alone."""
    return 0


# In what order a table's rows are numbered, and how many events they are; those in one order by their lines.
LOGS = {
    "uci": (UCI, uci, changes, "events"),
    "uci-response": (UCI, uci_response, moment, "events"),
    "uci-rows": (UCI, uci_rows, None, "events"),
    "bank": (BANK, bank, None, "rows_after_exclusions"),
    "helpdesk": (HELPDESK, helpdesk, line, "events"),
}


def table(path: Path, order: Callable[[Row], Any] | None) -> tuple[Row, list[Row]]:
    """A log's columns and rows, as a user would load them: numbered, where the log has several for a case."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        columns, *rows = csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
    if order is None:
        return columns, rows
    rows.sort(key=order)
    return [*columns, "row_number"], [[*row, str(number)] for number, row in enumerate(rows)]


def check(make: Callable[[], Log], path: Path, order: Callable[[Row], Any] | None, events: str, data: Any) -> None:
    log = make().of_numbered_rows() if order else make()
    measured = measure(log.definition(), data, ALL, SECRET, accept=["backwards", "repeated"])

    log.check(measured)
    assert measured.event_count == answers(path.name.split("_")[0])[events]


@pytest.mark.parametrize("name", LOGS)
def test_log__on_postgres__every_number(name, postgres):
    path, make, order, events = LOGS[name]
    to_postgres(postgres, "log", *table(path, order))
    check(make, path, order, events, postgres)


@pytest.mark.parametrize("name", LOGS)
def test_log__on_spark__every_number(name, spark, tmp_path):
    path, make, order, events = LOGS[name]
    to_spark(spark, "log", *table(path, order), tmp_path)
    check(make, path, order, events, spark)
