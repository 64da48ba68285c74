"""What a record is carried away as: the bundle, the timeline and the payments."""

from __future__ import annotations

import asyncio
import csv
import io
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support import ROOT
from tests.web.recorded import Recorded, recorded
from workpact.audit.bundle import opened
from workpact.audit.telling import Telling
from workpact.ledger import Ledger
from workpact.web import exports
from workpact.web.evidence_facts import Moment
from workpact.web.kept import MOST, WAITING, Busy, Kept
from workpact.web.snapshot import Snapshot

HEADING = "time,block,position,transaction,contract,address,event,what,actor,role,sender"


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> Iterator[Recorded]:
    with recorded(tmp_path_factory.mktemp("town")) as made:
        yield made


def fetched(record: Recorded, name: str, document: Any = None, **asked: str) -> httpx.Response:
    own = record.town.page_of(document or record.ended)
    return httpx.get(f"{record.url}{own}/{name}", params=asked, timeout=60)


def test_a_bundle__opens_by_the_block_hash_alone_with_the_whole_record(record, tmp_path):
    answer = fetched(record, "bundle")
    history = record.history
    found = opened(answer.content, [history.head.hash])
    assert [each.word for each in found.history.books] == [each.word for each in history.books]
    assert [each.log.hash for book in found.history.books for each in book.entries] == [
        each.log.hash for book in history.books for each in book.entries
    ]
    assert found.statement.facts["events"] == len(history.entries)
    file = tmp_path / "desk.bundle"
    file.write_bytes(answer.content)
    checked = subprocess.run(
        [sys.executable, ROOT / "tools/verify_bundle.py", file, "0x" + history.head.hash.hex()],
        capture_output=True,
        check=True,
    )
    assert f"{len(history.entries)} events of {len(history.books)} books" in checked.stdout.decode()


def test_a_bundle__is_made_once_for_a_block(record, monkeypatch):
    made: list[Snapshot] = []
    own = exports.bundle
    monkeypatch.setattr("workpact.web.exports.bundle", lambda node, of: made.append(of) or own(node, of))
    contents = {fetched(record, "bundle", record.amended).content for _ in range(3)}
    assert len(contents) == 1
    assert len(made) == 1


def test_a_files_name__is_of_hex_digits_and_a_block(record):
    number = record.history.head.number
    own = f"workpact-{record.town.id(record.ended).hex()[:8]}-{number}"
    for name, ending in (("bundle", "bundle"), ("timeline.csv", "timeline.csv"), ("payments.csv", "payments.csv")):
        answer = fetched(record, name)
        assert answer.headers["content-disposition"] == f'attachment; filename="{own}.{ending}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        kind = "application/octet-stream" if name == "bundle" else "text/csv; charset=utf-8"
        assert answer.headers["content-type"] == kind


def test_the_timeline_as_csv__has_every_event(record):
    rows = list(csv.reader(io.StringIO(fetched(record, "timeline.csv").content.decode(), newline="")))
    telling, roles = Telling.of(record.history.subject), record.history.subject.roles()
    assert rows[0] == HEADING.split(",")
    assert rows[1:] == [
        [
            f"{datetime.fromtimestamp(each.log.timestamp, UTC):%Y-%m-%dT%H:%M:%SZ}",
            str(each.log.block),
            str(each.log.position),
            "0x" + each.log.transaction.hex(),
            each.contract,
            each.log.address,
            each.name,
            telling.told(each.contract, each.name, each.arguments),
            each.actor,
            roles.get(each.actor, ""),
            each.log.sender,
        ]
        for each in record.entries
    ]


def test_the_timeline_as_csv__is_filtered_as_the_page_is(record):
    chosen = fetched(record, "timeline.csv", contract="Payroll").text.splitlines()
    assert len(chosen) == 1 + sum(each.contract == "Payroll" for each in record.entries) > 1
    assert fetched(record, "timeline.csv", contract="Bank").status_code == 400


@pytest.mark.threat("T76")
@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_a_spreadsheet_would_run__is_text(record, begins):
    hostile = begins + 'HYPERLINK("http://x","y")'
    moment = Moment(record.entries[0], hostile, hostile)
    (_, row) = csv.reader(io.StringIO(exports.timeline_csv([moment]).decode(), newline=""))
    assert row[7] == row[9] == "'" + hostile


def test_payments_as_csv__sum_to_what_the_agreement_holds(record):
    history = record.history
    rows = list(csv.DictReader(io.StringIO(fetched(record, "payments.csv").text)))
    amounts = [int(Decimal(each["*Amount"]) * 10**6) for each in rows]
    message = history.subject.messages[history.subject.origin]
    ledger = Ledger.of(
        [each.event for each in history.of("Agreement")],
        message["deal"]["client"],
        [int(each["amount"]) for each in message["milestones"]],
    )
    assert sum(amounts) == ledger.held + ledger.holdback == 0
    assert sum(each for each in amounts if each > 0) == ledger.funded
    assert {each["Reference"] for each in rows} <= {"0x" + each.log.transaction.hex() for each in history.entries}


def test_payments_with_hostile_names__are_text(record):
    history = record.history
    (id_, paper), *_ = history.subject.papers.items()
    parties = paper.agreement.spec.parties
    client = parties.client.model_copy(update={"legal_name": "=cmd|' /C calc'!A0\r\nSet-Cookie: a=b"})
    spec = paper.agreement.spec.model_copy(update={"parties": parties.model_copy(update={"client": client})})
    hostile = paper.model_copy(update={"agreement": paper.agreement.model_copy(update={"spec": spec})})
    snapshot = Snapshot(replace(history, subject=replace(history.subject, papers={id_: hostile})))
    rows = list(csv.DictReader(io.StringIO(exports.payments_csv(snapshot).decode(), newline="")))
    assert "'=cmd|' /C calc'!A0 Set-Cookie: a=b" in {each["Payee"] for each in rows}


def test_payments_without_an_agreements_file__say_what_is_missing(record):
    bare = replace(record.history.subject, papers={})
    with pytest.raises(Exception, match="No file says what the agreement's token is called"):
        exports.payments_csv(Snapshot(replace(record.history, subject=bare)))


def test_another_agreement__has_no_files_to_give(record):
    for name in ("bundle", "timeline.csv", "payments.csv", "proof.json", "evidence", "checks"):
        assert httpx.get(f"{record.url}/agreement/0x{'12' * 32}/{name}").status_code == 404
        assert httpx.get(f"{record.url}/agreement/0x12%0d%0aSet-Cookie:a=b/{name}").status_code == 404


# One at a time


def run(asked: Coroutine[Any, Any, Any]) -> Any:
    """To its end, in a thread of its own: a browser's driver has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def test_who_asks_for_what_is_being_made__waits_for_the_same():
    kept, made = Kept[int](), []

    async def ask() -> list[int | None]:
        return await asyncio.gather(*(kept.get("a", lambda: made.append(1) or 7) for _ in range(5)))

    assert run(ask()) == [7] * 5
    assert made == [1]
    assert run(kept.get("a", lambda: 8)) == 7


def test_more_than_can_be_made__is_sent_away():
    kept, going = Kept[int](), threading.Event()

    async def ask() -> None:
        waiting = [asyncio.ensure_future(kept.get(number, lambda: going.wait() and 1)) for number in range(WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="ask again in a minute"):
            await kept.get(WAITING, lambda: 1)
        assert await kept.get(0, lambda: 2, seconds=0) is None
        going.set()
        assert await asyncio.gather(*waiting) == [1] * WAITING

    run(ask())


def test_what_failed__is_made_again_and_only_the_last_are_kept():
    kept, fails = Kept[int](), iter([True, False])

    def make() -> int:
        if next(fails):
            raise ValueError("no")
        return 3

    with pytest.raises(ValueError, match="no"):
        run(kept.get("a", make))
    assert run(kept.get("a", make)) == 3
    for number in range(MOST):
        assert run(kept.get(number, lambda of=number: of)) == number
    assert run(kept.get("a", lambda: 4)) == 4
    assert run(kept.get(MOST - 1, lambda: 99)) == MOST - 1
