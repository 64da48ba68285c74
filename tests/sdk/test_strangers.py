"""What strangers report under an agreement's name is not of its record (SPEC.md 8.1, 13.2)."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from eth_utils import keccak

from tests.sdk.contest import DAY, Desk
from workpact.agreement_view import AgreementView
from workpact.history import Event, recompute
from workpact.service_levels import HistoryDiffers, ServiceLevels, Side, Stage, Unclear
from workpact.service_record import MOST_UNCLEAR, documents_of, of_book, without_strangers
from workpact.terms import change_order
from workpact.terms.units import write_instant

BOOK, OWN, FOREIGN = b"b" * 32, b"o" * 32, b"f" * 32


@pytest.fixture
def intruder(desk, stranger, carrier, chain, client_reporters, contractor_reporters) -> Desk:
    """Who names the agreement as the origin of a document that nobody else has signed, and reports on that."""
    live = desk.levels.agreement
    parties = {"client": (carrier, client_reporters[1]), "contractor": (stranger, contractor_reporters[1])}

    def own(plain: Any) -> None:
        for side, (party, reporter) in parties.items():
            written = plain[0]["spec"]["parties"][side]
            written["wallet"], written["reporters"]["wallets"] = party.address, [reporter.address]

    document = change_order(
        live.document,
        origin=live.origin,
        replaces=live.id,
        open_before=write_instant(int(chain.blocks.head.timestamp) + DAY, live.document.zone, last=False),
        offer_salt=keccak(text="offer"),
        legal_salt=keccak(text="legal"),
        edit=own,
    )
    roles = {side: party for side, (party, _) in parties.items()}
    roles |= {f"{side}-reporter": reporter for side, (_, reporter) in parties.items()}
    levels = ServiceLevels(document, desk.levels.oracle, AgreementView(document, live.contract))
    return Desk(levels, desk.roles | roles, carrier, chain)


@pytest.mark.threat("T32")
def test_stranger_reports_the_same_period__history_and_stage_are_as_without_it(desk, intruder, arbiter):
    intruder.by("contractor", intruder.report(1))
    assert desk.levels.events() == []
    assert desk.levels.status("first").stage is Stage.OPEN

    own = [desk.by("contractor", desk.report(96))]
    intruder.counter("client", intruder.report(2))
    own.append(desk.counter("client", desk.report(80)))
    own.append(desk.levels.rule("first", Side.CLIENT, sender=arbiter))
    intruder.levels.rule("first", Side.CLIENT, sender=arbiter)
    found = desk.levels.verify_history()
    assert [event.name for event in found] == [
        "PeriodPending", "PeriodContested", "PeriodRuled", "PeriodReported", "PeriodAssessed",
    ]  # fmt: skip
    assert list(dict.fromkeys(event.transaction for event in found)) == [receipt.txn_hash for receipt in own]
    assert desk.levels.result("first").stage is Stage.REPORTED
    assert len(intruder.levels.verify_history()) == 5


def event(name: str, number: int, **arguments: object) -> Event:
    return Event(name, arguments, 1_000 + number, number, 0, "0x", (keccak(text=name), bytes([number]) * 32), b"")


def test_events_of_periods_that_the_book_has_not__left_out_without_the_word():
    events = [
        event("PeriodPending", 1, period=0, document=OWN),
        event("PeriodAssessed", 2, period=0),
        event("PeriodPending", 3, period=1, document=FOREIGN),
        event("PeriodContested", 4, period=1),
        event("CreditWaived", 5, period=2),
        event("DocumentReplaced", 6, book=b"x" * 32, oldDocument=FOREIGN, newDocument=OWN),
    ]
    assert without_strangers(events, BOOK, {OWN}) == [events[0], events[1], events[4]]


def test_documents_of_a_book__those_that_replaced_each_other_in_it():
    events = [
        event("DocumentReplaced", 1, book=BOOK, oldDocument=OWN, newDocument=b"n" * 32),
        event("DocumentReplaced", 2, book=b"x" * 32, oldDocument=FOREIGN, newDocument=b"y" * 32),
    ]
    assert documents_of(BOOK, {OWN}, events) == {OWN, b"n" * 32}


def test_event_left_out_by_the_node__no_choice_makes_the_word():
    numbers = count(1)
    events = [event("PeriodPending", next(numbers), period=0, document=OWN)]
    events += [event("PeriodAssessed", next(numbers), period=each) for each in range(20)]
    word = recompute(events)
    assert of_book(events, BOOK, {OWN}, word) == events
    for left_out in events:
        assert of_book([each for each in events if each != left_out], BOOK, {OWN}, word) is None


def test_more_unclear_events_than_can_be_tried__said_so():
    own = [event("PeriodPending", 1, period=0, document=OWN), event("PeriodAssessed", 2, period=0)]
    strangers = [event("PeriodPending", 3, period=0, document=FOREIGN)]
    strangers += [event("PeriodContested", 4 + number, period=0) for number in range(MOST_UNCLEAR)]
    word = recompute(own)
    assert of_book([*own, *strangers[:MOST_UNCLEAR]], BOOK, {OWN}, word) == own
    with pytest.raises(Unclear, match=f"^{MOST_UNCLEAR + 1} events under this agreement's name"):
        of_book([*own, *strangers], BOOK, {OWN}, word)


def test_history_that_no_choice_explains__differs(desk, intruder, monkeypatch):
    intruder.by("contractor", intruder.report(1))
    desk.by("contractor", desk.report(96))
    kept = desk.levels._under_its_name
    monkeypatch.setattr(desk.levels, "_under_its_name", lambda until: kept(until)[:1])
    with pytest.raises(HistoryDiffers, match=r"^1 logs give another history than 0x"):
        desk.levels.verify_history()
