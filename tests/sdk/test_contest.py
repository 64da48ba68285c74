"""One side reports, the other answers, arbiters choose: through the SDK, to the second (SPEC.md 8.11 to 8.17)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from eth_utils import keccak

from tests.sdk.conftest import UNIT
from workpact.preflight import ForeignSignature
from workpact.service_calls import reports_in
from workpact.service_levels import (
    BadReport,
    NoQuorum,
    NotTheParty,
    ReportUnknown,
    ServiceLevels,
    Side,
    Stage,
    TooEarly,
    TooLate,
    UnderAnotherDocument,
    WrongSide,
    WrongStage,
)
from workpact.terms import change_order
from workpact.terms.units import write_instant

DAY = 86_400
WINDOW, RULING = 5 * DAY, 7 * DAY


class Desk:
    """A live agreement whose first period is over, and who may act in it."""

    def __init__(self, levels: ServiceLevels, roles: dict[str, Any], carrier: Any, chain: Any) -> None:
        self.levels = levels
        self.roles = roles
        self.carrier = carrier
        self.chain = chain

    def __getattr__(self, role: str) -> Any:
        return self.roles[role]

    def report(self, good: int, tickets: int = 100, period: str = "first") -> Any:
        figures = [SimpleNamespace(name="in-time", good=good, total=100, excluded=0)]
        root = keccak(text=f"evidence {good}")
        quantities = [("tickets", tickets)]
        made = SimpleNamespace(period=period, figures=figures, quantities=quantities, evidence_root=root)
        return self.levels.report_for(made)

    def by(self, side: str, report: Any) -> Any:
        """One side reports alone."""
        signed = [self.levels.sign(report, self.roles[f"{side}-reporter"])]
        return self.levels.report_by_side(report, signed, sender=self.carrier)

    def counter(self, side: str, report: Any) -> Any:
        """It answers."""
        signed = [self.levels.sign(report, self.roles[f"{side}-reporter"])]
        return self.levels.counter(report, signed, sender=self.carrier)

    def at(self, moment: int) -> None:
        """The next block is mined at this second."""
        self.chain.pending_timestamp = moment

    @property
    def since(self) -> int:
        """When the stage began."""
        found = self.levels.result("first").since_at
        assert found is not None
        return found

    @property
    def height(self) -> int:
        return int(self.chain.blocks.height)


@pytest.fixture
def desk(live, roles, carrier, chain) -> Desk:
    levels = ServiceLevels.of(live)
    chain.mine(1, timestamp=live.document.periods[0].end + 1)
    return Desk(levels, roles, carrier, chain)


def contested(desk: Desk) -> dict[Side, Any]:
    """Both sides have reported differently: the client that the level failed, the contractor that it did not."""
    reports = {Side.CLIENT: desk.report(90, tickets=100), Side.CONTRACTOR: desk.report(96, tickets=110)}
    desk.by("contractor", reports[Side.CONTRACTOR])
    desk.counter("client", reports[Side.CLIENT])
    return reports


def test_silence_after_one_sides_report__accepts_it_to_the_second(desk):
    report = desk.report(96)
    desk.by("contractor", report)

    status = desk.levels.status("first")
    assert (status.stage, status.is_notice, status.until_at) == (
        Stage.CONTRACTOR_REPORTED, False, desk.since + WINDOW,
    )  # fmt: skip
    assert status.may == {"client": ("counter", "concede")}
    assert desk.levels.pending_report("first") == report
    with pytest.raises(NotTheParty, match=f"this report: {desk.client.address} may"):
        desk.levels.concede("first", sender=desk.contractor)
    desk.at(desk.since + WINDOW)
    for sender in (desk.client, desk.carrier):
        with pytest.raises(TooEarly) as early:
            desk.levels.finalise("first", sender=sender)
    assert early.value.until_at == desk.since + WINDOW
    assert f"or let {desk.client.address} accept the report" in str(early.value)

    desk.at(desk.since + WINDOW + 1)
    desk.levels.finalise("first", sender=desk.carrier)
    result = desk.levels.result("first")
    assert (result.stage, result.failed, result.variable_units) == (Stage.REPORTED, (), 250 * UNIT)
    assert desk.levels.final_report("first") == report
    assert [event.name for event in desk.levels.verify_history()] == [
        "PeriodPending", "PeriodReported", "PeriodAssessed",
    ]  # fmt: skip


def test_report_before_the_end_or_after_its_time__refused_before_sending(live, roles, carrier, chain):
    desk = Desk(ServiceLevels.of(live), roles, carrier, chain)
    report = desk.report(96)
    end = live.document.periods[0].end
    height = desk.height
    with pytest.raises(TooEarly, match=r"^first runs until \d{4}-\d\d-\d\d 00:00:00 \(UTC\): report it after that\.$"):
        desk.by("contractor", report)
    assert desk.levels.status("first").may == {"anyone": ("report",)}
    assert desk.height == height
    chain.mine(1, timestamp=end + 10 * DAY)
    desk.at(end + 10 * DAY + 1)
    with pytest.raises(TooLate, match="One side could report until") as late:
        desk.by("contractor", report)
    assert late.value.until_at == end + 10 * DAY
    assert desk.levels.status("first").may == {"anyone": ("report", "default")}


def test_party_alone_concedes__a_reporter_or_the_same_side_does_not(desk):
    report = desk.report(90)
    desk.by("client", report)
    height = desk.height
    for sender in (desk.client, desk.roles["contractor-operator"], desk.carrier):
        with pytest.raises(NotTheParty, match=f"{desk.contractor.address} may, a party itself"):
            desk.levels.concede("first", sender=sender)
    assert desk.height == height
    desk.levels.concede("first", sender=desk.contractor)
    result = desk.levels.result("first")
    # 90 of 100 fails 95 %: 12 % at risk of 30 %
    assert (result.stage, result.failed, result.rate) == (Stage.REPORTED, ("in-time",), 36_000_000_000)


def test_report_by_side__wrong_signatures__named_before_sending(desk, stranger):
    report = desk.report(96)
    sign = desk.levels.sign
    ours, theirs = sign(report, desk.roles["contractor-reporter"]), sign(report, desk.roles["client-reporter"])
    height = desk.height
    with pytest.raises(WrongSide, match="Both sides have signed this report"):
        desk.levels.report_by_side(report, [ours, theirs], sender=desk.carrier)
    with pytest.raises(NoQuorum, match="The contractor's side has signed with 0 of 1 reporters"):
        desk.levels.report_by_side(report, [], sender=desk.carrier)
    with pytest.raises(ForeignSignature, match=f"{stranger.address} reports for neither side in first"):
        desk.levels.report_by_side(report, [sign(report, stranger)], sender=desk.carrier)
    adjusted = desk.levels.report_for(
        SimpleNamespace(
            period="first",
            figures=[SimpleNamespace(name="in-time", good=96, total=100, excluded=0)],
            quantities=[("tickets", 1)],
            evidence_root=bytes(32),
        ),
        adjustment=-1,
    )
    with pytest.raises(BadReport, match="An adjustment needs both sides"):
        desk.levels.report_by_side(adjusted, [sign(adjusted, desk.contractor)], sender=desk.carrier)
    with pytest.raises(WrongStage, match="first is at the stage open: no report waits for an answer"):
        desk.counter("client", report)
    with pytest.raises(WrongStage, match="no report waits for an answer"):
        desk.levels.finalise("first", sender=desk.carrier)
    desk.by("contractor", report)
    with pytest.raises(WrongSide, match="The contractor's side has reported itself: the client's side answers"):
        desk.counter("contractor", desk.report(97))
    with pytest.raises(WrongStage, match="one side can report while nobody has"):
        desk.by("client", desk.report(90))
    desk.at(desk.since + WINDOW + 1)
    with pytest.raises(TooLate, match="The report could be answered until"):
        desk.counter("client", desk.report(90))
    assert desk.height == height + 1


@pytest.mark.parametrize(
    ("as_client", "good", "variable"),
    [(["in-time"], 90, 275), (["tickets"], 96, 250), (["in-time", "tickets"], 90, 250), ([], 96, 275)],
)
def test_rule__arbiter_chooses_figure_by_figure__the_report_so_put_together_is_final(desk, as_client, good, variable):
    reports = contested(desk)
    assert desk.levels.contested_reports("first") == reports
    assert desk.levels.result("first").variable_units == 250 * UNIT
    status = desk.levels.status("first")
    assert (status.stage, status.until_at) == (Stage.CONTESTED, desk.since + RULING)
    assert status.may == {"client": ("concede",), "contractor": ("concede",), "arbiter": ("rule",)}

    desk.levels.rule("first", as_client, sender=desk.arbiter)

    result = desk.levels.result("first")
    assert (result.stage, result.variable_units) == (Stage.REPORTED, variable * UNIT)
    assert result.failed == (("in-time",) if good == 90 else ())
    final = desk.levels.final_report("first")
    whole = Side.CLIENT if len(as_client) == 2 else Side.CONTRACTOR
    assert final.figures == ((good, 100, 0),)
    assert final.evidence == reports[whole].evidence
    assert [event.name for event in desk.levels.verify_history()][2:4] == ["PeriodRuled", "PeriodReported"]


def test_rule__arbiter_then_backup_then_what_the_terms_say(desk):
    contested(desk)
    clock = desk.since
    with pytest.raises(NotTheParty, match=f"may not choose now: {desk.arbiter.address} may"):
        desk.levels.rule("first", Side.CLIENT, sender=desk.backup)
    with pytest.raises(BadReport, match="There is no level or quantity on-time: the document has in-time, tickets"):
        desk.levels.rule("first", ["on-time"], sender=desk.arbiter)
    desk.at(clock + RULING + 1)
    assert desk.levels.status("first").may["backup"] == ("rule",)
    with pytest.raises(NotTheParty, match=f"{desk.backup.address} may"):
        desk.levels.rule("first", Side.CLIENT, sender=desk.arbiter)
    desk.at(clock + 2 * RULING + 1)
    status = desk.levels.status("first")
    assert (status.until_at, status.may["anyone"]) == (None, ("rule",))
    with pytest.raises(NotTheParty, match="only the contractor's report can be made final, by anyone"):
        desk.levels.rule("first", Side.CLIENT, sender=desk.carrier)
    desk.levels.rule("first", Side.CONTRACTOR, sender=desk.carrier)
    assert desk.levels.result("first").failed == ()


def test_settle__while_contested__pays_what_no_ruling_can_take_back(desk, live, dollar):
    contested(desk)
    live.settle("first", sender=desk.carrier)
    # the lesser charge 600 + 100 x 2.50 less the most that a month can cost, 12 %; a tenth held back
    assert live.interim_units("first") == 748 * UNIT
    assert dollar.balanceOf(desk.contractor) == 673_200_000
    assert live.settled_periods == ()
    desk.levels.rule("first", Side.CONTRACTOR, sender=desk.arbiter)
    live.settle("first", sender=desk.carrier)
    # 600 + 110 x 2.50 without credit, less what it got
    assert live.settled_periods == ("first",)
    assert dollar.balanceOf(desk.contractor) == 673_200_000 + 114_300_000
    ledger = live.ledger(live.verify_history())
    assert (ledger.periods, ledger.interim) == ({0: (875 * UNIT, 0)}, {0: 748 * UNIT})
    assert ledger.paid == dollar.balanceOf(desk.contractor)
    assert (ledger.held, ledger.holdback) == (live.held_units, live.retained_units)


def test_concede__while_contested__the_others_report_is_final(desk):
    contested(desk)
    desk.levels.concede("first", sender=desk.client)
    assert desk.levels.result("first").variable_units == 275 * UNIT


def test_notice__silence_after_the_clients__missed_and_assessed_by_the_notice(desk):
    notice = desk.levels.notice("first")
    assert notice.is_notice
    desk.by("client", notice)
    assert desk.levels.status("first").is_notice
    desk.at(desk.since + WINDOW + 1)
    desk.levels.finalise("first", sender=desk.carrier)
    result = desk.levels.result("first")
    assert (result.stage, result.failed, result.variable_units) == (Stage.DEFAULT_MISSED, ("in-time",), 0)
    assert desk.levels.final_report("first") == notice


def test_notice__answered_with_figures__the_other_side_answers_those(desk):
    desk.by("contractor", desk.levels.notice("first"))
    figures = desk.report(90)
    desk.counter("client", figures)
    assert desk.levels.result("first").stage is Stage.CLIENT_REPORTED
    assert desk.levels.pending_report("first") == figures
    desk.counter("contractor", desk.report(96))
    assert desk.levels.result("first").stage is Stage.CONTESTED


def test_rule__beside_a_notice__only_as_a_whole(desk):
    desk.by("contractor", desk.report(96))
    desk.counter("client", desk.levels.notice("first"))
    with pytest.raises(BadReport, match="rule for the client's whole report or the contractor's"):
        desk.levels.rule("first", ["in-time"], sender=desk.arbiter)
    desk.levels.rule("first", Side.CLIENT, sender=desk.arbiter)
    assert desk.levels.result("first").stage is Stage.DEFAULT_MISSED


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


def signatures(desk: Desk, report: Any) -> list[Any]:
    return [desk.levels.sign(report, desk.roles[f"{side}-reporter"]) for side in ("client", "contractor")]


def amended(desk: Desk) -> ServiceLevels:
    """The same agreement by a document that wants less."""

    def lower(plain: Any) -> None:
        slo, credit = plain[2]["spec"], plain[3]["spec"]
        slo["objectives"][0]["target"] = "0.9"
        credit["levels"][0]["bands"][0]["below"] = "90 %"

    live = desk.levels.agreement
    document = change_order(
        live.document,
        origin=live.origin,
        replaces=live.id,
        open_before=write_instant(int(desk.chain.blocks.head.timestamp) + DAY, live.document.zone, last=False),
        offer_salt=keccak(text="offer"),
        legal_salt=keccak(text="legal"),
        edit=lower,
    )
    following = live.amended(document)
    live.amend(document, [following.sign(desk.contractor)], sender=desk.client)
    return ServiceLevels.of(following)


def test_json__report_and_signatures__written_and_read(desk):
    report = desk.report(96)
    signed = [desk.levels.sign(report, desk.roles["client-reporter"])]
    written = desk.levels.to_json(report, signed)
    assert written["levels"] == [{"name": "in-time", "good": 96, "total": 100, "excluded": 0}]
    assert (desk.levels.report_from(written), desk.levels.signatures_in(written)) == (report, signed)
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
