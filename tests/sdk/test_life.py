"""A whole life through the SDK, and its linked history from logs alone (SPEC.md §4 to §8, §10)."""

from __future__ import annotations

from types import SimpleNamespace

from eth_utils import keccak

from workpact.agreement import Phase, Status
from workpact.service_levels import ServiceLevels, Stage

UNIT = 10**6
DAY = 86_400


def test_life__by_signatures_reports_review_dispute_and_end__everything_paid_and_linked(
    chain, agreement, dollar, client, contractor, carrier, arbiter, roles, contract, tmp_path
):
    dollar.mint(client, 5_000 * UNIT, sender=client)
    permit = agreement.permit(client)
    bid, answer = agreement.sign(contractor), agreement.sign(client)
    agreement.serve(sender=arbiter)
    agreement.open(answer, bid, permit, sender=carrier)

    assert agreement.status is Status.LIVE
    assert (agreement.held_units, agreement.retained_units) == (3_000 * UNIT, 0)
    # rests 500 + 1000.50 + 250, and one period's cap of 1,000
    assert agreement.needed_units == 2_750_500_000
    assert agreement.is_covered
    assert agreement.serves(arbiter.address)

    levels = ServiceLevels.of(agreement)
    chain.pending_timestamp = agreement.document.periods[0].end
    measured = SimpleNamespace(
        period="first",
        figures=[SimpleNamespace(name="in-time", good=90, total=100, excluded=0)],
        quantities=[("tickets", 100)],
        evidence_root=keccak(text="evidence"),
        doubts=(),
    )
    report = levels.report_for(measured)
    signatures = [levels.sign(report, roles["contractor-reporter"]), levels.sign(report, roles["client-reporter"])]
    levels.send(report, signatures, sender=carrier)
    result = levels.result("first")
    assert (result.stage, result.failed, result.variable_units) == (Stage.REPORTED, ("in-time",), 250 * UNIT)
    # at risk 12 % x allocation 30 % = 3.6 %
    assert result.rate == 36_000_000_000
    credit = levels.credit("first")
    assert (credit.charge_units, credit.credit_units) == (850 * UNIT, 30_600_000)
    agreement.settle("first", sender=carrier)
    # 819.40 due, a tenth of it held back
    assert dollar.balanceOf(contractor) == 737_460_000
    assert agreement.retained_units == 81_940_000

    deliverable = tmp_path / "plan.pdf"
    deliverable.write_bytes(b"the plan")
    agreement.submit("plan", deliverable, sender=contractor)
    assert agreement.milestone("plan").phase is Phase.SUBMITTED
    agreement.accept("plan", sender=client)
    assert agreement.milestone("plan").is_accepted

    agreement.submit("build", b"source code", sender=contractor)
    agreement.reject("build", "does not start", sender=client)
    agreement.dispute("build", "it does start", sender=contractor)
    agreement.rule("build", 600_000, sender=arbiter)
    # pot 1000.50, fee 2 % = 20.01; contractor 600.30 - 8.004, client 400.20 - 12.006
    assert agreement.owed_units(arbiter.address) == 20_010_000

    chain.pending_timestamp = agreement.document.periods[1].end + 40 * DAY + 1
    agreement.reclaim("report", sender=carrier)
    agreement.settle("second", sender=carrier)
    agreement.close(sender=carrier)

    assert agreement.status is Status.DONE
    chain.pending_timestamp = agreement.document.spec.review.holdback_until + 1
    agreement.release_holdback(sender=carrier)
    agreement.withdraw(sender=arbiter)

    events = agreement.verify_history()
    ledger = agreement.ledger(events)
    assert ledger.held == ledger.holdback == 0
    assert ledger.funded == ledger.paid + ledger.refunded + ledger.owed
    assert dollar.balanceOf(contract) == 0
    assert dollar.balanceOf(contractor) == ledger.paid
    assert dollar.balanceOf(client) == 5_000 * UNIT - ledger.funded + ledger.refunded
    assert dollar.balanceOf(arbiter) == ledger.owed == 20_010_000
    assert ledger.periods == {0: (850 * UNIT, 30_600_000), 1: (600 * UNIT, 0)}
    assert ledger.milestones == {0: 500 * UNIT, 1: 592_296_000}
    names = [event.name for event in events]
    assert names[:4] == ["ArbiterConsented", "Opened", "Settled", "Submitted"]
    assert names[-2:] == ["Ended", "HoldbackReleased"]
    assert [event.name for event in levels.verify_history()] == ["PeriodReported", "PeriodAssessed"]
