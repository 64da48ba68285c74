"""One side reports, the other answers, arbiters choose: through the SDK, to the second (SPEC.md 8.11 to 8.13)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.sdk.conftest import UNIT
from tests.sdk.contest import DAY, RULING, WINDOW, Desk, contested
from workpact.preflight import ForeignSignature
from workpact.service_levels import (
    BadReport,
    NoQuorum,
    NotTheParty,
    ServiceLevels,
    Side,
    Stage,
    TooEarly,
    TooLate,
    WrongSide,
    WrongStage,
)


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
            doubts=(),
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
