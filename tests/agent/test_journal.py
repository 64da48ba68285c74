"""The journal that lets a key sign one report of a period: through crashes, double starts and damage."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from workpact.agent.errors import AlreadyRunning, JournalDamaged, SignedOtherwise
from workpact.agent.journal import SignOnce

DOCUMENT, OTHER = b"\1" * 32, b"\2" * 32
REPORT = {"period": "first", "levels": []}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "signed" / "key.jsonl"


@pytest.fixture
def journal(path):
    journal = SignOnce.open(path)
    yield journal
    journal.close()


def test_write__same_again_and_other_document__allowed(journal, path):
    assert journal.signed(DOCUMENT, 0) is None
    for _ in range(2):
        journal.write(DOCUMENT, 0, REPORT)
    journal.write(DOCUMENT, 1, REPORT)
    journal.write(OTHER, 0, REPORT | {"period": "second"})

    assert journal.signed(DOCUMENT, 0) == REPORT
    assert len(path.read_text().splitlines()) == 3
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.threat("T29", "T84")
def test_write__another_report_of_the_period__refused_now_and_after_a_restart(journal, path):
    journal.write(DOCUMENT, 0, REPORT)
    journal.close()

    again = SignOnce.open(path)
    with pytest.raises(SignedOtherwise, match=r"period first: another report .* \(.*key.jsonl\)"):
        again.write(DOCUMENT, 0, REPORT | {"quantities": []})

    assert again.signed(DOCUMENT, 0) == REPORT
    assert len(path.read_text().splitlines()) == 1


def test_write__on_disk_before_it_returns__file_and_folder(path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.readlink(f"/proc/self/fd/{handle}")))
    journal = SignOnce.open(path)

    journal.write(DOCUMENT, 0, REPORT)
    journal.write(DOCUMENT, 1, REPORT)

    assert synced == [str(path), str(path.parent), str(path)]
    journal.close()


def test_open__line_cut_short_by_a_crash__dropped(journal, path):
    journal.write(DOCUMENT, 0, REPORT)
    journal.write(DOCUMENT, 1, REPORT)
    journal.close()
    path.write_bytes(path.read_bytes()[:-7])

    again = SignOnce.open(path)
    assert (again.signed(DOCUMENT, 0), again.signed(DOCUMENT, 1)) == (REPORT, None)
    again.write(DOCUMENT, 1, REPORT | {"levels": [1]})
    again.close()
    assert SignOnce.open(path).signed(DOCUMENT, 1) == REPORT | {"levels": [1]}


@pytest.mark.parametrize("line", ["{}", "no json", '{"document": "01", "period": "x", "report": {}}'])
def test_open__line_that_nobody_can_read__refused_by_its_number(path, line):
    path.parent.mkdir()
    path.write_text('{"document": "01", "period": 0, "report": {}}\n' + line + "\n")

    with pytest.raises(JournalDamaged, match="line 2 cannot be read"):
        SignOnce.open(path)


def test_open__two_reports_of_one_period__refused(path):
    path.parent.mkdir()
    path.write_text(
        '{"document": "01", "period": 0, "report": {}}\n{"document": "01", "period": 0, "report": {"a": 1}}\n'
    )

    with pytest.raises(JournalDamaged, match="line 2"):
        SignOnce.open(path)


@pytest.mark.threat("T84")
def test_open__in_another_process__refused_until_that_one_is_gone(journal, path):
    code = "import sys, pathlib; from workpact.agent.journal import SignOnce; SignOnce.open(pathlib.Path(sys.argv[1]))"
    second = [sys.executable, "-c", code, str(path)]

    refused = subprocess.run(second, capture_output=True, text=True)
    assert f"AlreadyRunning: {path}: an agent is running with this key" in refused.stderr
    with pytest.raises(AlreadyRunning):
        SignOnce.open(path)

    journal.close()
    assert subprocess.run(second).returncode == 0
