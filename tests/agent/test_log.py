"""A side's log: a file is measured again when it has changed and only then, a database whenever it is asked for."""

from __future__ import annotations

from typing import Any

import duckdb
import fsspec
import pytest

from tests.agent import paper
from workpact.agent.errors import LogUnavailable
from workpact.agent.log import Log
from workpact.measurement import definition_of, period_of
from workpact.measurement.errors import DoubtfulData, EmptyPeriod, SourceError

HEADER = "number,changes,opened,resolved,closed,met\n"
DOCUMENT = paper.levels().document
FIRST = period_of(DOCUMENT, "first")
DEFINITION = definition_of(DOCUMENT)
SECRET = b"\5" * 32


def rows(good: int, total: int) -> bytes:
    day = f"{DOCUMENT.periods[0].start_at:%Y-%m-%d} 09:00"
    lines = [f"C{case},1,{day},{day},{day},{'yes' if case < good else 'no'}" for case in range(total)]
    return (HEADER + "\n".join(lines) + "\n").encode()


@pytest.fixture(params=["file", "store"])
def address(request, tmp_path) -> str:
    return str(tmp_path / "log.csv") if request.param == "file" else f"memory://{tmp_path.name}/log.csv"


def put(address: str, content: bytes) -> None:
    with fsspec.open(address, "wb") as file:
        file.write(content)


def test_measure__unchanged__once_and_again_after_a_change(address):
    put(address, rows(3, 4))
    log = Log(address, DEFINITION, SECRET)
    first: Any = log.measure(FIRST)
    assert [(figure.good, figure.total) for figure in first.figures] == [(3, 4)]
    assert log.measure(FIRST) is first

    put(address, rows(5, 6))
    assert [(figure.good, figure.total) for figure in log.measure(FIRST).figures] == [(5, 6)]


def test_measure__no_case__only_where_that_is_allowed(address):
    later = f"{DOCUMENT.periods[0].end_at:%Y-%m-%d} 09:00"
    put(address, HEADER.encode() + f"C1,1,{later},{later},{later},yes\n".encode())

    with pytest.raises(EmptyPeriod):
        Log(address, DEFINITION, SECRET).measure(FIRST)
    assert Log(address, DEFINITION, SECRET, allow_empty=True).measure(FIRST).figures[0].total == 0


def test_measure__in_doubt__only_where_that_is_accepted(address):
    put(address, rows(3, 4) + rows(3, 4).splitlines()[1].replace(b",yes", b",no") + b"\n")
    doubtful = definition_of(DOCUMENT).model_copy(
        update={"source": DEFINITION.source.model_copy(update={"order": None, "at": None})}
    )

    with pytest.raises(DoubtfulData) as caught:
        Log(address, doubtful, SECRET, accept=["lagging"]).measure(FIRST)
    measured = Log(address, doubtful, SECRET, accept=["repeated"]).measure(FIRST)

    assert measured.doubts == caught.value.doubts
    assert [doubt.name for doubt in measured.doubts] == ["repeated"]
    assert (measured.figures[0].good, measured.figures[0].total) == (3, 5)


@pytest.mark.threat("T82", "T85")
def test_measure__a_database__as_it_is_now_and_without_its_credentials(tmp_path):
    file = tmp_path / "log.db"
    with duckdb.connect(file) as connection:
        path = tmp_path / "log.csv"
        path.write_bytes(rows(3, 4))
        connection.execute(f"CREATE TABLE log AS SELECT * FROM read_csv('{path}', all_varchar = true)")
    source = DEFINITION.source.model_copy(update={"table": "log"})
    log = Log(f"duckdb://{file}", DEFINITION.model_copy(update={"source": source}), SECRET)

    assert log.is_service
    assert log.measure(FIRST).figures[0].good == 3
    with duckdb.connect(file) as connection:
        connection.execute("UPDATE log SET met = 'yes'")
    assert log.measure(FIRST).figures[0].good == 4

    away = Log("prometheus://reader:secret@127.0.0.1:1", DEFINITION, SECRET)
    assert away.is_service
    with pytest.raises(SourceError, match=r"^prometheus://127\.0\.0\.1:1: "):
        away.measure(FIRST)


def test_measure__absent__named(address):
    with pytest.raises(LogUnavailable, match=r"log\.csv cannot be read"):
        Log(address, DEFINITION, SECRET).measure(FIRST)
    with pytest.raises(LogUnavailable, match="cannot be opened"):
        Log("nothing://there", DEFINITION, SECRET)
