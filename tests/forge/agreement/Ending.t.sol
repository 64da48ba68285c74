// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {Closing, Phase, Status} from "../../../contracts/types/State.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 4.4 to 4.7: how an agreement ends, and what each way still pays.
contract EndingTest is AgreementTest {
    using PaperHash for Paper;

    /* DONE */

    function test_close_when_nothing_is_open_is_done() public {
        Paper memory paper = _paper();
        paper.offer.deposit = ALL + 9;
        bytes32 id = _open(paper);
        _accept(paper, 3);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_Ending.selector, 0));
        _accept(paper, 4);
        _expect();
        emit IAgreement.Ended(id, Status.DONE, 0, 9);
        _close(paper);
        _assertStatus(paper, Status.DONE, 7, 7);
        _assertMoney(paper, ALL, ALL, 0, 0, 0);
    }

    function test_nothing_but_the_holdback_and_the_payout_address_moves_after_the_end() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _accept(paper, 7);
        _close(paper);
        bytes memory over = abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotLive.selector, id, Status.DONE);
        vm.startPrank(CLIENT);
        vm.expectRevert(over);
        agreement.fund(paper.terms(), ALL);
        vm.expectRevert(over);
        agreement.accept(paper.terms(), 1);
        vm.expectRevert(over);
        agreement.acceptUpTo(paper.terms(), 0, 1);
        vm.expectRevert(over);
        agreement.release(paper.terms(), 0);
        vm.expectRevert(over);
        agreement.reclaim(paper.terms(), paper.conditions(), 0);
        vm.expectRevert(over);
        agreement.reject(paper.terms(), 0, REASON);
        vm.expectRevert(over);
        agreement.dispute(paper.terms(), 0, REASON);
        vm.expectRevert(over);
        agreement.giveNotice(paper.terms(), paper.conditions());
        vm.expectRevert(over);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        vm.expectRevert(over);
        agreement.close(paper.terms(), paper.conditions());
        vm.expectRevert(over);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        vm.expectRevert(over);
        agreement.appoint(paper.terms(), paper.conditions(), paper.operators);
        vm.stopPrank();
        vm.startPrank(CONTRACTOR);
        vm.expectRevert(over);
        agreement.submit(paper.terms(), 0, WORK);
        vm.expectRevert(over);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, false);
        vm.stopPrank();
        _reopeningFails(paper, id, over);
        _check(0);
    }

    function test_a_master_without_milestones_never_is_done_but_ends_by_notice() public {
        Paper memory paper = _paper();
        paper.milestones = _none();
        paper.offer.deposit = 50;
        bytes32 id = _open(paper);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_Ending.selector, 0));
        _notice(paper, CLIENT);
        vm.warp(START + 30 days + 1);
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_BY_CLIENT, 0, 50);
        _close(paper);
        _assertMoney(paper, 0, 0, 0, 0, 0);
    }

    /* NOTICE */

    function test_notice_by_the_client_lets_the_rest_lapse() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _expect();
        emit IAgreement.EndingAnnounced(id, CLIENT, Status.ENDED_BY_CLIENT, START + 30 days);
        _notice(paper, CLIENT);
        _submit(paper, 0);
        vm.warp(START + 30 days);
        _submit(paper, 1);
        agreement.release(paper.terms(), 0);
        _check(1);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_Ending.selector, START + 30 days));
        vm.warp(START + 30 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_TooLate.selector, 2, START + 30 days));
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), 2, WORK);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_StillOpen.selector, 1));
        vm.warp(START + 37 days + 1);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_StillOpen.selector, 1));
        agreement.release(paper.terms(), 1);
        _check(1);
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_BY_CLIENT, 0, 50_001);
        _close(paper);
        _assertStatus(paper, Status.ENDED_BY_CLIENT, 3, 3);
        _assertMoney(paper, 300_003, 300_003, 0, 0, 0);
    }

    function test_notice_ends_with_the_service_period_it_falls_in() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        vm.warp(START + 1);
        _expect();
        emit IAgreement.EndingAnnounced(id, CLIENT, Status.ENDED_BY_CLIENT, START + 60 days);
        _notice(paper, CLIENT);

        paper.offer.salt = 2;
        id = _open(paper);
        vm.warp(START + 40 days);
        _expect();
        emit IAgreement.EndingAnnounced(id, CONTRACTOR, Status.ENDED_BY_CONTRACTOR, START + 60 days);
        _notice(paper, CONTRACTOR);

        paper.offer = _servicePaper().offer;
        (paper.offer.salt, paper.offer.openBefore) = (3, START + 70 days);
        vm.warp(START + 70 days + 0);
        id = _open(paper);
        _expect();
        emit IAgreement.EndingAnnounced(id, CLIENT, Status.ENDED_BY_CLIENT, START + 100 days);
        _notice(paper, CLIENT);
    }

    function test_notice_by_strangers_is_refused_and_only_an_earlier_one_counts() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _unauthorised(STRANGER, CLIENT);
        agreement.giveNotice(paper.terms(), paper.conditions());
        _notice(paper, CLIENT);
        bytes memory refusal = abi.encodeWithSelector(IAgreement.Agreement_Ending.selector, START + 30 days);
        vm.warp(START + 10 days);
        vm.expectRevert(refusal);
        vm.prank(CONTRACTOR);
        agreement.giveNotice(paper.terms(), paper.conditions());
        vm.warp(START + 10 days - 1);
        _expect();
        emit IAgreement.EndingAnnounced(id, CONTRACTOR, Status.ENDED_BY_CONTRACTOR, START + 30 days - 1);
        _notice(paper, CONTRACTOR);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_Ending.selector, START + 30 days - 1));
        vm.prank(CLIENT);
        agreement.giveNotice(paper.terms(), paper.conditions());
    }

    /// Work rejected before the end may be disputed; it does not hold the rest until a due date years away.
    function test_a_rejected_milestone_does_not_keep_an_ended_agreement_open() public {
        Paper memory paper = _paper();
        paper.milestones[0].due = START + 3_000 days;
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _notice(paper, CLIENT);
        vm.warp(START + 5 days);
        _reject(paper, 0);
        vm.warp(START + 30 days + 1);
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_BY_CLIENT, 0, ALL);
        _close(paper);
        _assertMoney(paper, 0, 0, 0, 0, 0);
    }

    function test_a_rejection_after_the_end_leaves_time_to_dispute_it() public {
        Paper memory paper = _paper();
        _open(paper);
        _notice(paper, CLIENT);
        vm.warp(START + 30 days);
        _submit(paper, 0);
        vm.warp(START + 37 days);
        _reject(paper, 0);
        vm.warp(START + 44 days);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_StillOpen.selector, 0));
        vm.prank(CONTRACTOR);
        agreement.dispute(paper.terms(), 0, REASON);
        _check(1);
        vm.warp(START + 64 days + 1);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_StillOpen.selector, 0));
        vm.prank(STRANGER);
        agreement.rule(paper.terms(), paper.arbitration, 0, 400_000);
        _check(1);
        _close(paper);
        _assertMoney(paper, 40_000, 40_000, 0, 0, 0);
    }

    function test_debts_with_nothing_held_do_not_keep_an_agreement_open() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 30_000;
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _submit(paper, 1);
        _notice(paper, CONTRACTOR);
        vm.warp(START + 20 days + 1);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_StillOpen.selector, 0));
        vm.prank(STRANGER);
        agreement.release(paper.terms(), 0);
        _check(1);
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_BY_CONTRACTOR, 0, 0);
        _close(paper);
        _assertStatus(paper, Status.ENDED_BY_CONTRACTOR, 0, 0);
        _assertMoney(paper, 30_000, 30_000, 0, 0, 0);
    }

    /* FOR CAUSE */

    function test_endForCause_without_an_oracle_is_no_right() public {
        Paper memory paper = _servicePaper();
        paper.billing.oracle = address(0);
        _open(paper);
        _hasNoRight(paper);
        paper.offer.salt = 2;
        paper.billing.oracle = STRANGER;
        _open(paper);
        _hasNoRight(paper);
    }

    function _hasNoRight(Paper memory paper) private {
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NoRightToEnd.selector, 1, 0));
        vm.prank(CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 1);
    }

    function test_endForCause_by_the_client_while_the_oracle_gives_the_right() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        vm.warp(START + 31 days);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NoRightToEnd.selector, 0, 0));
        vm.prank(CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        oracle.give(id, paper.service(), 0, START + 31 days);
        _unauthorised(CONTRACTOR, CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        uint256 right = vm.snapshotState();
        vm.warp(START + 31 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NoRightToEnd.selector, 0, START + 31 days));
        vm.prank(CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        vm.revertToState(right);
        vm.warp(START + 31 days);
        _expect();
        emit IAgreement.EndingAnnounced(id, CLIENT, Status.ENDED_FOR_CAUSE, START + 31 days);
        _cause(paper);

        // the period that ended is still paid, the running one lapses
        vm.warp(START + 31 days + 1);
        _closeFails(paper, abi.encodeWithSelector(IAgreement.Agreement_StillOpen.selector, 65));
        oracle.answer(id, paper.service(), 0, OracleMock.Result(1, START + 31 days, 0, 3e11, 3e11));
        agreement.settle(paper.terms(), paper.conditions(), 0);
        _check(1);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_PeriodLapsed.selector, 1, START + 31 days));
        agreement.settle(paper.terms(), paper.conditions(), 1);
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_FOR_CAUSE, 0, ALL + 17_000);
        _close(paper);
        _assertMoney(paper, 7_000, 7_000, 0, 0, 0);
    }

    function test_an_ending_that_took_effect_is_not_moved_or_renamed() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        vm.warp(START + 1 days);
        _notice(paper, CONTRACTOR);
        oracle.give(id, paper.service(), 0, START + 900 days);
        vm.warp(START + 75 days);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_Ending.selector, START + 30 days));
        vm.prank(CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_PeriodLapsed.selector, 1, START + 30 days));
        agreement.settle(paper.terms(), paper.conditions(), 1);
    }

    /// Giving up what is open must not turn an ending for cause into an orderly end.
    function test_close_keeps_the_name_of_an_ending_that_took_effect() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        oracle.give(id, paper.service(), 0, START);
        _cause(paper);
        vm.prank(CONTRACTOR);
        agreement.reclaim(paper.terms(), paper.conditions(), 7);
        _check(1);
        vm.warp(START + 1);
        _close(paper);
        _assertStatus(paper, Status.ENDED_FOR_CAUSE, 7, 0);
    }

    /* FOR NON-PAYMENT */

    function test_endForNonPayment_of_a_milestone_after_the_cure() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 99_999;
        bytes32 id = _open(paper);
        _submit(paper, 0);
        uint256 until = START + 7 days + 14 days;
        vm.warp(until);
        bytes memory refusal = abi.encodeWithSelector(IAgreement.Agreement_NotUnpaid.selector, 0, until);
        vm.expectRevert(refusal);
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, false);
        vm.warp(until + 1);
        uint256 unpaid = vm.snapshotState();
        _fund(paper, 100_000);
        vm.expectRevert(refusal);
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, false);
        vm.revertToState(unpaid);
        word[id] = agreement.history(id);
        _unauthorised(CLIENT, CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, false);

        _expect();
        emit IAgreement.EndingAnnounced(id, CONTRACTOR, Status.ENDED_FOR_NON_PAYMENT, until + 1);
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, false);
        _check(1);
        vm.warp(until + 2);
        agreement.release(paper.terms(), 0);
        _check(1);
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_FOR_NON_PAYMENT, 0, 0);
        _close(paper);
        _assertMoney(paper, 99_999, 99_999, 0, 0, 0);
    }

    /// SPEC 3.6: a cure that never ends is cut, as notices are.
    function test_endForNonPayment_after_the_longest_cure_that_counts() public {
        Paper memory paper = _paper();
        paper.ending.cure = type(uint256).max;
        paper.offer.deposit = 1;
        bytes32 id = _open(paper);
        _submit(paper, 0);
        uint256 until = START + 7 days + 2 ** 29 - 1;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotUnpaid.selector, 0, until));
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, false);

        vm.warp(until + 1);
        _expect();
        emit IAgreement.EndingAnnounced(id, CONTRACTOR, Status.ENDED_FOR_NON_PAYMENT, until + 1);
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, false);
        _check(1);
    }

    function test_endForNonPayment_of_a_period_and_what_is_there_is_paid() public {
        Paper memory paper = _servicePaper();
        paper.milestones = _none();
        paper.offer.deposit = 4_000;
        bytes32 id = _open(paper);
        oracle.answer(id, paper.service(), 0, OracleMock.Result(1, START + 31 days, 500, 1e11, 1e11));
        vm.warp(START + 45 days);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_Short.selector, 4_000, 9_450));
        agreement.settle(paper.terms(), paper.conditions(), 0);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotUnpaid.selector, 0, START + 45 days));
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, true);
        vm.warp(START + 45 days + 1);
        _expect();
        emit IAgreement.EndingAnnounced(id, CONTRACTOR, Status.ENDED_FOR_NON_PAYMENT, START + 45 days + 1);
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, true);
        _check(1);
        vm.warp(START + 45 days + 2);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_500, 1_050, 4_000, 0);
        vm.prank(CONTRACTOR);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        _check(1);
        _close(paper);
        _assertStatus(paper, Status.ENDED_FOR_NON_PAYMENT, 0, 0);
        _assertMoney(paper, 4_000, 4_000, 0, 0, 0);
    }

    function test_endForNonPayment_refuses_what_is_not_due() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 0;
        _open(paper);
        _submit(paper, 1);
        _reject(paper, 1);
        vm.warp(START + 900 days);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotUnpaid.selector, i, type(uint256).max));
            vm.prank(CONTRACTOR);
            agreement.endForNonPayment(paper.terms(), paper.conditions(), i, false);
        }
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoMilestone.selector, 3, 3));
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 3, false);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoPeriod.selector, 0, 0));
        vm.prank(CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, true);
    }

    /* HELPERS */

    function _reopeningFails(Paper memory paper, bytes32 id, bytes memory over) private {
        Closing memory closing = Closing(id, 0, 0, START);
        vm.expectRevert(over);
        agreement.endByBoth(paper.terms(), closing, "", "");
        Paper memory next = _changeOf(paper, id);
        bytes[] memory signatures = _signatures(next);
        vm.expectRevert(over);
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotOpenable.selector, id, Status.DONE));
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", contractor, "");
    }

    function _close(Paper memory paper) private {
        vm.prank(STRANGER);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
    }

    function _closeFails(Paper memory paper, bytes memory refusal) private {
        vm.expectRevert(refusal);
        agreement.close(paper.terms(), paper.conditions());
    }

    function _cause(Paper memory paper) private {
        vm.prank(CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        _check(1);
    }
}
