"""What follows a report, and reports as they are found and written: by the SDK (SPEC.md 8.1, 8.6, 8.15 to 8.17)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.sdk.conftest import UNIT
from tests.sdk.contest import DAY, Desk, amended, signatures
from workpact.preflight import ForeignSignature
from workpact.service_calls import reports_in
from workpact.service_levels import (
    BadReport,
    NotInForce,
    NotTheParty,
    ReportUnknown,
    ServiceLevels,
    Side,
    Stage,
    TooLate,
    UnderAnotherDocument,
)


def test_assess__after_an_earlier_period__with_the_report_from_the_chain(desk, live):
    desk.chain.mine(1, timestamp=live.document.periods[1].end + 1)
    second = desk.report(96, period="second")
    desk.by("contractor", second)
    desk.levels.concede("second", sender=desk.client)
    assert desk.levels.status("second").may == {"anyone": ("assess",)}
    desk.levels.apply_default("first", sender=desk.carrier)
    desk.levels.assess("second", sender=desk.carrier)
    assert desk.levels.result("second").assessed_at is not None


def test_waive__the_client_alone__nothing_comes_off_and_the_verdict_stays(desk):
    desk.by("client", desk.report(90))
    desk.levels.concede("first", sender=desk.contractor)
    assert desk.levels.status("first").may == {"client": ("waive",)}
    with pytest.raises(NotTheParty, match=f"{desk.client.address} may, a party itself"):
        desk.levels.waive("first", sender=desk.contractor)
    desk.levels.waive("first", sender=desk.client)
    result = desk.levels.result("first")
    assert (result.waived, result.rate, result.failed) == (True, 36_000_000_000, ("in-time",))
    credit = desk.levels.credit("first")
    assert (credit.charge_units, credit.credit_units, credit.due_units) == (850 * UNIT, 0, 850 * UNIT)
    assert desk.levels.status("first").may == {}


def test_adjustment__signed_by_both__comes_off_the_rate(desk):
    measured = SimpleNamespace(
        period="first",
        figures=[SimpleNamespace(name="in-time", good=90, total=100, excluded=0)],
        quantities=[("tickets", 100)],
        evidence_root=bytes(32),
        doubts=(),
    )
    report = desk.levels.report_for(measured, adjustment=-6_000_000_000)
    signed = [desk.levels.sign(report, desk.client), desk.levels.sign(report, desk.contractor)]
    desk.levels.send(report, signed, sender=desk.carrier)
    assert desk.levels.result("first").rate == 30_000_000_000
    assert desk.levels.final_report("first") == report


def test_replace_reporter__counts_from_the_period_after_the_running_one(live, roles, carrier, chain, stranger):
    desk = Desk(ServiceLevels.of(live), roles, carrier, chain)
    levels, old = desk.levels, desk.roles["client-reporter"].address
    chain.mine(1, timestamp=live.document.periods[0].start)
    with pytest.raises(NotTheParty, match="may not do this"):
        levels.replace_reporter(old, stranger.address, sender=carrier)
    levels.replace_reporter(old, stranger.address, sender=desk.client)
    assert [levels.side_of(old, period) for period in ("first", "second")] == [Side.CLIENT, None]
    assert [levels.side_of(stranger.address, period) for period in ("first", "second")] == [None, Side.CLIENT]
    assert [event["fromPeriod"] for event in levels.verify_history()] == [1]

    chain.mine(1, timestamp=live.document.periods[0].end)
    height = desk.height
    with pytest.raises(TooLate, match="The last period, second, is running: no period follows"):
        levels.replace_reporter(stranger.address, old, sender=desk.client)
    assert desk.height == height


def test_prove_equivocation__the_reporter_counts_no_more(desk):
    reporter = desk.roles["client-reporter"]
    one, other = desk.report(90), desk.report(91)
    signed, also = desk.levels.sign(one, reporter), desk.levels.sign(other, reporter).signature
    with pytest.raises(BadReport, match="no contradiction"):
        desk.levels.prove_equivocation(one, one, signed, signed.signature, sender=desk.carrier)
    with pytest.raises(ForeignSignature):
        desk.levels.prove_equivocation(one, other, signed, signed.signature, sender=desk.carrier)
    desk.levels.prove_equivocation(one, other, signed, also, sender=desk.carrier)
    assert desk.levels.side_of(reporter.address, "first") is None
    with pytest.raises(ForeignSignature, match="reports for neither side"):
        desk.by("client", one)


def test_reports_in__calls_bundled_in_another_call__every_report_found(desk):
    one, other = desk.report(96), desk.report(90)
    structs = [desk.levels._struct(report) for report in (one, other)]
    oracle, terms = desk.levels.oracle, desk.levels._terms()
    calls = [oracle.reportBySide.encode_input(structs[0], *terms, []), oracle.rule.encode_input(*structs, *terms, 1)]
    found = [desk.levels._of_struct(each) for each in reports_in(b"\x6a" * 37 + b"\0".join(calls) + b"\xff" * 9)]
    # The ruling takes the level from the first, which is the client's there, all else from the other.
    ruled = replace(other, figures=one.figures)
    assert found == [one, one, other, ruled]
    assert list(reports_in(b"")) == list(reports_in(calls[0][:50])) == []


def test_report__in_no_call_that_can_be_read__named_and_its_file_goes_on(desk, monkeypatch):
    report = desk.report(96)
    desk.by("contractor", report)
    monkeypatch.setattr("workpact.service_state.reports_in", lambda data: iter(()))  # noqa: ARG005
    with pytest.raises(ReportUnknown, match="ask the side that signed it for its file"):
        desk.levels.pending_report("first")
    # With the file it goes on.
    signed = [desk.levels.sign(desk.report(90), desk.roles["client-reporter"])]
    desk.levels.counter(desk.report(90), signed, pending=report, sender=desk.carrier)
    assert desk.levels.result("first").stage is Stage.CONTESTED


def test_report__under_a_service_document_that_was_replaced__named_and_read_by_its_file(desk):
    """8.1: reported, and by default."""
    report = desk.report(90)
    desk.levels.send(report, signatures(desk, report), sender=desk.carrier)
    desk.at(desk.levels.document.periods[1].end + 10 * DAY + 1)
    desk.levels.apply_default("second", sender=desk.carrier)
    after = amended(desk)

    for period in ("first", "second"):
        with pytest.raises(UnderAnotherDocument, match=f"{period} was reported under another service document, 0x"):
            after.reckoning(period)
        with pytest.raises(UnderAnotherDocument):
            after.final_report(period)
    assert desk.levels.final_report("first") == report
    assert desk.levels.final_report("second").is_notice
    assert [desk.levels.reckoning(period).rate for period in ("first", "second")] == [36 * 10**9, 72 * 10**9]


def test_concede__by_a_document_that_was_replaced__refused_before_sending(desk):
    desk.by("contractor", desk.report(96))
    amended(desk)
    height = desk.height
    with pytest.raises(NotInForce, match="Another service document has taken this one"):
        desk.levels.concede("first", sender=desk.client)
    assert desk.height == height


def test_json__report_and_signatures__written_and_read(desk):
    report = desk.report(96)
    signed = [desk.levels.sign(report, desk.roles["client-reporter"])]
    written = desk.levels.to_json(report, signed)
    assert written["levels"] == [{"name": "in-time", "good": 96, "total": 100, "excluded": 0}]
    assert (desk.levels.report_from(written), desk.levels.signatures_in(written)) == (report, signed)
    assert "doubts" not in written
    doubt = {"name": "lagging", "count": 2, "detail": "the newest row is two days old"}
    doubtful = desk.levels.report_from(written | {"doubts": [doubt]})
    assert desk.levels.to_json(doubtful, signed) == written | {"doubts": [doubt]}
    assert desk.levels.digest(doubtful) == desk.levels.digest(report)
    notice = desk.levels.notice("second")
    assert desk.levels.report_from(desk.levels.to_json(notice)) == notice
    # As measured, it is not signed yet; signed before an amendment, it names the document of then.
    assert written["id"] == "0x" + desk.levels.agreement.id.hex()
    assert desk.levels.report_from({name: value for name, value in written.items() if name != "id"}) == report
    earlier = replace(report, signed_under=bytes(31) + b"\1")
    assert desk.levels.report_from(desk.levels.to_json(earlier)) == earlier
    for damaged in ("0xno", "0x" + "11" * 33):
        with pytest.raises(BadReport, match="This is no measured period"):
            desk.levels.report_from(written | {"id": damaged})
    with pytest.raises(BadReport, match="signatures are not readable"):
        desk.levels.signatures_in({"signatures": [{"signer": "0x"}]})
