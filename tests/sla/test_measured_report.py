"""What is excluded, and what is in doubt, goes from the log into the report that sides sign (SPEC.md 8.2, 8.4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.measurement.desk import SECRET, row, write_log
from tests.scripts.typed import Terminal
from tests.terms.example import changed
from workpact.report import report_of
from workpact.terms import loads

RELIEF = 'exclude: [{reason: planned-outage, where: "priority LIKE \'4 -%\'"}, {reason: client-cause, where: "false"}]'


@pytest.fixture
def paper(tmp_path) -> Path:
    """The example, whose first level excludes, and the small log beside it."""
    text = changed(
        ('spec: {where: "true"}', f'spec: {{where: "true", {RELIEF}}}'),
        ("    at: sys_updated_at        # when a row was written\n", ""),
        ("        pause: incident_state LIKE 'Awaiting%'   # from such a row to the next, the clock stands\n", ""),
    )
    (tmp_path / "desk.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "evidence.key").write_text(SECRET.hex())
    (tmp_path / "evidence.key").chmod(0o600)
    rows = [row(number=f"INC{n}", made_sla="true" if n else "false") for n in range(3)]
    write_log(tmp_path / "log.csv", [*rows, row(number="INC3", priority="4 - Low")])
    return tmp_path / "desk.yaml"


@pytest.fixture
def command(paper) -> tuple[str, ...]:
    """What measures the month of it."""
    log, key = str(paper.with_name("log.csv")), str(paper.with_name("evidence.key"))
    return ("sla", "measure", str(paper), "--data", log, "--period", "2016-03", "--secret", key)


@pytest.fixture
def terminal(monkeypatch) -> Terminal:
    return Terminal({}, monkeypatch)


def test_excluded__measured_and_signed__without_their_reasons(paper, terminal, command):
    written = terminal.json(*command)
    first = {"name": "made-sla", "good": 2, "total": 3, "excluded": 1}
    reasons = [{"reason": "planned-outage", "count": 1}, {"reason": "client-cause", "count": 0}]
    assert written["levels"][0] == first | {"exclusions": reasons}

    document = loads(paper.read_text(encoding="utf-8"))
    report = report_of(document, written)
    assert report.figures[0] == (2, 3, 1)
    assert {excluded for _, _, excluded in report.figures[1:]} == {0}
    # Another file, as reports are exchanged, is the same report.
    assert report_of(document, written | {"levels": [first, *written["levels"][1:]]}) == report


def test_excluded__told_by_reason(terminal, command):
    lines = terminal.text(*command).splitlines()
    assert "  made-sla: 2 of 3, 1 excluded for planned-outage, 0 excluded for client-cause" in lines
    assert "  made-sla-p4: 1 of 1" in lines


def test_doubt__accepted__goes_with_the_report(paper, terminal, command):
    text = paper.read_text(encoding="utf-8").replace("maxLag: 31 days ", "maxLag: 1 day ")
    paper.write_text(text, encoding="utf-8")
    measured = terminal.json(*command, "--accept", "lagging")
    (doubt,) = measured["doubts"]
    assert doubt["name"] == "lagging"
    assert report_of(loads(text), measured).doubts == (doubt,)
