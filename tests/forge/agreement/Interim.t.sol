// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {Phase, Status} from "../../../contracts/types/State.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 7.5 to 7.7: what is paid while a period's credit is open, and how it ends.
contract InterimTest is AgreementTest {
    using PaperHash for Paper;

    uint256 private constant PERIODS = 65;
    /// When the first period has had its time.
    uint256 private constant UNTIL = START + 50 days;

    /* PAID WHATEVER FOLLOWS */

    function test_settle__contested_period__pays_only_what_has_been_added() public {
        Paper memory paper = _servicePaper();
        (paper.deal.holdback, paper.deal.holdbackUntil) = (100_000, START + 200 days);
        bytes32 id = _open(paper);
        _submit(paper, 0);
        vm.warp(START + 31 days);

        // 10,777 less ⌊10,777 · 0.3⌋ = 3,233; of 7,544 ⌊754.4⌋ is held back
        _answer(paper, 0, 777, 3e11, 0);
        _expect();
        emit IMilestoneEscrow.PaidInterim(id, 0, 10_777, 3_233, 6_790, 754);
        _settle(paper, 0);
        _assertInterim(id, 0, 7_544);
        _assertMoney(paper, ALL + 24_000, 6_790, ALL + 24_000 - 7_544, 754, 0);
        _assertItem(paper, 0, 0, START, 0, Phase.SUBMITTED);
        _nothingDue(paper);

        // 10,900 less 2,180, of which 7,544 are paid
        _answer(paper, 0, 900, 2e11, 0);
        _expect();
        emit IMilestoneEscrow.PaidInterim(id, 0, 10_900, 2_180, 1_059, 117);
        _settle(paper, 0);
        _assertInterim(id, 0, 8_720);
        _nothingDue(paper);

        // 11,000 less 1,100, of which 8,720 are paid
        _answer(paper, START + 31 days, 1_000, 1e11, 1e11);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 11_000, 1_100, 1_062, 118);
        _settle(paper, 0);
        _assertPeriods(id, 1);
        _assertMoney(paper, ALL + 24_000, 8_911, ALL + 14_100, 989, 0);

        _answer(paper, START + 31 days, 2_000, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_PeriodSettled.selector, 0));
        agreement.settle(paper.terms(), paper.conditions(), 0);
        // what is accepted of milestones is not touched
        _accept(paper, 7);
        _assertMoney(paper, ALL + 24_000, 8_911 + ALL - 35_000, 14_100, 989 + 35_000, 0);
    }

    function test_settle__all_may_be_credited__nothing_is_due() public {
        Paper memory paper = _servicePaper();
        _open(paper);
        vm.warp(START + 31 days);
        _answer(paper, 0, 5_000, 1e12, 0);
        _nothingDue(paper);
        _assertMoney(paper, ALL + 24_000, 0, ALL + 24_000, 0, 0);
    }

    function test_settle__interim_payments__count_off_the_reserve() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        vm.warp(START + 31 days);
        _answer(paper, 0, 0, 25e10, 0);
        _assertCover(paper, false, ALL + 36_000);
        _settle(paper, 0);
        _assertInterim(id, 0, 7_500);
        _assertCover(paper, false, ALL + 28_500);
        _fund(paper, ALL + 28_501);
        _assertCover(paper, true, ALL + 28_500);
        _expect();
        emit IMilestoneEscrow.Reclaimed(id, CLIENT, 0, 1);
        vm.prank(CLIENT);
        agreement.reclaim(paper.terms(), paper.conditions(), 0);
        _check(1);
        // final, it needs nothing any more: 12,000 of the cap are free, of which 7,500 were paid
        _answer(paper, START + 31 days, 0, 25e10, 25e10);
        _settle(paper, 0);
        _assertCover(paper, true, ALL + 24_000);
        _assertMoney(paper, ALL + 36_000, 7_500, ALL + 28_500, 0, 0);
    }

    /* TIME AND ANSWERS */

    function test_settle__contested_until_its_time_is_over__settles_without_credit_at_the_known_charge() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        _answer(paper, 0, 700, 3e11, 0);
        vm.warp(UNTIL);
        _settle(paper, 0);
        _assertInterim(id, 0, 7_490);
        vm.warp(UNTIL + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_700, 0, 3_210, 0);
        _settle(paper, 0);
        _assertPeriods(id, 1);
        _assertMoney(paper, ALL + 24_000, 10_700, ALL + 13_300, 0, 0);
    }

    /// Whatever else it says: an oracle that knows nothing is not asked for a charge either.
    function test_settle__oracle_that_knows_nothing__is_no_answer() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        oracle.answer(id, paper.service(), 0, OracleMock.Result(0, START + 31 days, 700, 3e11, 3e11));
        vm.warp(UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotFinal.selector, 0, UNTIL));
        agreement.settle(paper.terms(), paper.conditions(), 0);
        vm.warp(UNTIL + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 0, 10_000, 0);
        _settle(paper, 0);
    }

    function test_settle__oracle_gone_after_an_interim_payment__pays_the_rest_of_the_fixed_charge() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        vm.warp(START + 31 days);
        _answer(paper, 0, 700, 3e11, 0);
        _settle(paper, 0);
        oracle.fail(OracleMock.Failure.Reverts);
        vm.warp(UNTIL + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 0, 2_510, 0);
        _settle(paper, 0);
        _assertMoney(paper, ALL + 24_000, 10_000, ALL + 14_000, 0, 0);
    }

    /* HELD CREDITS */

    function test_settle__held_credit_that_returns__pays_it() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        _holdCredit(paper);
        // the time of the oracle is over, that of the held credit is not
        vm.warp(UNTIL + 1);
        _nothingDue(paper);
        _answer(paper, START + 31 days, 0, 5e10, 5e10);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 500, 1_500, 0);
        _settle(paper, 0);
        _assertMoney(paper, ALL + 24_000, 9_500, ALL + 14_500, 0, 0);
    }

    function test_settle__held_credit_that_is_lost__pays_nothing_more() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        _holdCredit(paper);
        _answer(paper, START + 31 days, 0, 2e11, 2e11);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 2_000, 0, 0);
        _settle(paper, 0);
        _assertPeriods(id, 1);
        _assertMoney(paper, ALL + 24_000, 8_000, ALL + 16_000, 0, 0);
    }

    /// The notice runs out in the third period, so at its end; until then, the last second included, the credit is held.
    function test_settle__held_credit_when_the_client_ended_by_notice__returns() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        _holdCredit(paper);
        _notice(paper, CLIENT);
        assertEq(_state(paper).endsAt, START + 90 days, "endsAt");
        vm.warp(START + 90 days);
        _nothingDue(paper);
        vm.warp(START + 90 days + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 500, 1_500, 0);
        _settle(paper, 0);
        _assertMoney(paper, ALL + 24_000, 9_500, ALL + 14_500, 0, 0);
    }

    function test_settle__held_credit_when_ended_otherwise__is_the_clients() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        _holdCredit(paper);
        uint256 before = vm.snapshotState();
        _notice(paper, CONTRACTOR);
        vm.warp(_state(paper).endsAt + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 2_000, 0, 0);
        _settle(paper, 0);

        vm.revertToState(before);
        word[id] = agreement.history(id);
        oracle.give(id, paper.service(), 0, START + 900 days);
        // the earlier notice of the client does not count: of several endings the earliest does
        _notice(paper, CLIENT);
        vm.prank(CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        _check(1);
        vm.warp(START + 31 days + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 2_000, 0, 0);
        _settle(paper, 0);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        assertEq(_state(paper).status, Status.ENDED_FOR_CAUSE, "status");
        _assertMoney(paper, 8_000, 8_000, 0, 0, 0);
    }

    function test_settle__least_above_the_rate__is_final_at_the_rate() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        vm.warp(START + 31 days);
        _answer(paper, START + 31 days, 0, 1e11, 9e11);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 1_000, 9_000, 0);
        _settle(paper, 0);
    }

    /* TOO LITTLE HELD */

    function test_settle__interim_with_too_little_held__waits_as_settling_does() public {
        Paper memory paper = _servicePaper();
        paper.milestones = _none();
        paper.offer.deposit = 5_000;
        bytes32 id = _open(paper);
        vm.warp(START + 1 days);
        _notice(paper, CONTRACTOR);
        _answer(paper, 0, 0, 2e11, 0);
        bytes memory refusal = abi.encodeWithSelector(IMilestoneEscrow.Escrow_Short.selector, 5_000, 8_000);
        vm.warp(START + 30 days);
        vm.expectRevert(refusal);
        vm.prank(CONTRACTOR);
        agreement.settle(paper.terms(), paper.conditions(), 0);

        // over: the contractor may take what is there, others after the time to cure it
        vm.warp(START + 44 days);
        vm.expectRevert(refusal);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        uint256 before = vm.snapshotState();
        _expect();
        emit IMilestoneEscrow.PaidInterim(id, 0, 10_000, 2_000, 5_000, 0);
        vm.prank(CONTRACTOR);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        _check(1);
        // nothing is there any more, and the period is still open
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        vm.prank(CONTRACTOR);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        _fund(paper, 10_000);
        _expect();
        emit IMilestoneEscrow.PaidInterim(id, 0, 10_000, 2_000, 3_000, 0);
        _settle(paper, 0);
        _assertInterim(id, 0, 8_000);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_StillOpen.selector, PERIODS));
        agreement.close(paper.terms(), paper.conditions());
        vm.warp(UNTIL + 1);
        _settle(paper, 0);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        _assertMoney(paper, 10_000, 10_000, 0, 0, 0);

        vm.revertToState(before);
        word[id] = agreement.history(id);
        vm.warp(START + 44 days + 1);
        _expect();
        emit IMilestoneEscrow.PaidInterim(id, 0, 10_000, 2_000, 5_000, 0);
        _settle(paper, 0);
        // a debt with nothing held keeps nothing open
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        _assertMoney(paper, 5_000, 5_000, 0, 0, 0);
    }

    function test_endForNonPayment__interim_payments__count_off_what_is_unpaid() public {
        Paper memory paper = _servicePaper();
        paper.milestones = _none();
        paper.offer.deposit = 8_000;
        bytes32 id = _open(paper);
        _holdCredit(paper);
        vm.warp(START + 45 days + 1);
        _notUnpaid(paper, START + 45 days);
        // it returns: 1,500 more, due since the period was assessed
        _answer(paper, START + 31 days, 0, 5e10, 5e10);
        vm.warp(START + 45 days);
        _notUnpaid(paper, START + 45 days);
        vm.warp(START + 45 days + 1);
        _expect();
        emit IAgreement.EndingAnnounced(id, CONTRACTOR, Status.ENDED_FOR_NON_PAYMENT, START + 45 days + 1);
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, true);
        _check(1);
    }

    function test_endForNonPayment__interim_payment_of_a_later_period__counts_off_what_is_unpaid_of_it() public {
        Paper memory paper = _servicePaper();
        paper.milestones = _none();
        paper.offer.deposit = 8_000;
        bytes32 id = _open(paper);
        vm.warp(START + 61 days);
        oracle.answer(id, paper.service(), 1, OracleMock.Result(1, START + 61 days, 0, 2e11, 5e10));
        _settle(paper, 1);
        _assertInterim(id, 1, 8_000);
        // nothing of it is withheld any more: 2,000 are left to pay, and there
        oracle.answer(id, paper.service(), 1, OracleMock.Result(1, START + 61 days, 0, 0, 0));
        vm.startPrank(CLIENT);
        token.approve(address(agreement), 2_000);
        agreement.fund(paper.terms(), 2_000);
        vm.stopPrank();
        vm.warp(START + 120 days);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotUnpaid.selector, 1, START + 75 days));
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 1, true);
    }

    function test_endForNonPayment__contested_period__is_due_when_its_time_is_over() public {
        Paper memory paper = _servicePaper();
        paper.milestones = _none();
        paper.offer.deposit = 0;
        _open(paper);
        vm.warp(START + 31 days);
        _answer(paper, 0, 0, 2e11, 0);
        _notUnpaid(paper, UNTIL + 14 days);
        vm.warp(UNTIL + 14 days);
        _notUnpaid(paper, UNTIL + 14 days);
        vm.warp(UNTIL + 14 days + 1);
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, true);
        _check(1);
    }

    /* ORACLES THAT ANSWER BADLY, TERMS THAT CHANGE */

    function test_settle__final_below_what_was_paid__pays_nothing() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        _holdCredit(paper);
        _answer(paper, START + 31 days, 0, 9e11, 0);
        _nothingDue(paper);
        _answer(paper, START + 31 days, 0, 9e11, 9e11);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 9_000, 0, 0);
        _settle(paper, 0);
        _assertMoney(paper, ALL + 24_000, 8_000, ALL + 16_000, 0, 0);
    }

    function test_amend__cap_below_what_was_paid__leaves_nothing_to_hold_or_to_pay() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        _holdCredit(paper);
        Paper memory next = _changeOf(paper, id);
        next.billing.cap = 7_000;
        _amend(paper, next);
        // of the three periods the first needs nothing any more
        _assertCover(next, true, ALL + 14_000);
        oracle.answer(id, next.service(), 0, OracleMock.Result(1, START + 31 days, 0, 0, 0));
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 7_000, 0, 0, 0);
        vm.prank(STRANGER);
        agreement.settle(next.terms(), next.conditions(), 0);
        _check(1);
    }

    /// I3, I6: whatever an oracle answers, one answer after another, never more than the cap is paid, and nothing twice.
    /// @custom:threat T11 T36
    function testFuzz_settle__any_answers__never_pay_more_than_the_cap(
        uint256[5] memory charges,
        uint256[5] memory rates
    ) public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        vm.warp(START + 31 days);
        uint256 most;
        for (uint256 i = 0; i < 5; ++i) {
            if (rates[i] & 7 != 0) rates[i] %= 1e12;
            if (charges[i] & 7 != 0) charges[i] %= 3_000;
            bool isFinal = i == 4;
            _answer(paper, isFinal ? START : 0, charges[i], rates[i], rates[i]);
            uint256 charge = charges[i] > 2_000 ? 12_000 : 10_000 + charges[i];
            uint256 due = rates[i] >= 1e12 ? 0 : charge - charge * rates[i] / 1e12;
            if (due > most) most = due;
            else if (!isFinal) vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
            agreement.settle(paper.terms(), paper.conditions(), 0);
            assertEq(token.balanceOf(CONTRACTOR), most, "paid");
            assertLe(most, 12_000, "cap");
        }
        _assertPeriods(id, 1);
    }

    /* HELPERS */

    /// A final period with a credit of 20 % of which 15 % may return, on day 31: 8,000 are paid.
    function _holdCredit(Paper memory paper) private {
        vm.warp(START + 31 days);
        _answer(paper, START + 31 days, 0, 2e11, 5e10);
        _expect();
        emit IMilestoneEscrow.PaidInterim(_id(paper), 0, 10_000, 2_000, 8_000, 0);
        _settle(paper, 0);
        _assertInterim(_id(paper), 0, 8_000);
    }

    function _answer(Paper memory paper, uint256 finalAt, uint256 charge, uint256 rate, uint256 least) private {
        oracle.answer(_id(paper), paper.service(), 0, OracleMock.Result(1, finalAt, charge, rate, least));
    }

    function _settle(Paper memory paper, uint256 period) private {
        vm.prank(STRANGER);
        agreement.settle(paper.terms(), paper.conditions(), period);
        _check(1);
    }

    function _nothingDue(Paper memory paper) private {
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        agreement.settle(paper.terms(), paper.conditions(), 0);
    }

    function _notUnpaid(Paper memory paper, uint256 until) private {
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotUnpaid.selector, 0, until));
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, true);
    }

    /// The period is not settled, and has got `paid`.
    function _assertInterim(bytes32 id, uint256 period, uint256 paid) private view {
        assertEq(agreement.progressOfItem(id, PERIODS + period).accepted, paid, "paid in the interim");
        _assertPeriods(id, 0);
    }

    function _assertPeriods(bytes32 id, uint256 settled) private view {
        (,, uint256 periods) = agreement.progressOf(id);
        assertEq(periods, settled, "settled periods");
    }

    function _assertCover(Paper memory paper, bool expected, uint256 needed) private view {
        (bool covered, uint256 needed_) = agreement.isCovered(paper.terms(), paper.conditions());
        assertEq(needed_, needed, "needed");
        assertEq(covered, expected, "covered");
    }
}
