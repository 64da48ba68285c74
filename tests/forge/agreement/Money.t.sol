// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {Phase, Status} from "../../../contracts/types/State.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 5.4, 5.6, 5.7, 6.1 to 6.6: what pays, what refunds, and to the second when.
contract MoneyTest is AgreementTest {
    using PaperHash for Paper;

    /* FUND */

    function test_fund_raises_what_is_held_to_a_total() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 0;
        bytes32 id = _open(paper);
        _expect();
        emit IMilestoneEscrow.Funded(id, CLIENT, 1_000);
        _fund(paper, 1_000);
        _expect();
        emit IMilestoneEscrow.Funded(id, CLIENT, 500);
        _fund(paper, 1_500);
        _assertMoney(paper, 1_500, 0, 1_500, 0, 0);

        vm.prank(CLIENT);
        agreement.fund(paper.terms(), 1_500);
        _check(0);
        _assertMoney(paper, 1_500, 0, 1_500, 0, 0);
    }

    function test_fund_by_a_stranger_takes_the_strangers_money() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        token.mint(STRANGER, 100);
        vm.prank(STRANGER);
        token.approve(address(agreement), 100);
        _expect();
        emit IMilestoneEscrow.Funded(id, STRANGER, 100);
        vm.prank(STRANGER);
        agreement.fund(paper.terms(), ALL + 100);
        vm.getRecordedLogs();
        _assertMoney(paper, ALL, 0, ALL + 100, 0, 0);
    }

    function test_fund_refuses_more_than_96_bits_and_terms_not_in_force() public {
        Paper memory paper = _paper();
        bytes32 id = _id(paper);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, id));
        agreement.fund(paper.terms(), 1);
        _open(paper);
        vm.expectRevert(
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooMuch.selector, 2 ** 96, uint256(type(uint96).max))
        );
        agreement.fund(paper.terms(), 2 ** 96);
        paper.milestones[0].due += 1;
        id = _id(paper);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, id));
        agreement.fund(paper.terms(), ALL + 1);
    }

    /* ACCEPT */

    function test_accept_pays_many_at_once_in_any_order() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _expect();
        emit IMilestoneEscrow.Accepted(id, 5, 150_001, 0);
        _accept(paper, 5);
        _assertMoney(paper, ALL, 150_001, 200_003, 0, 0);
        _assertStatus(paper, Status.LIVE, 5, 5);
        _expect();
        emit IMilestoneEscrow.Accepted(id, 2, 200_003, 0);
        _accept(paper, 2);
        _assertMoney(paper, ALL, ALL, 0, 0, 0);
        _assertStatus(paper, Status.LIVE, 7, 7);
    }

    function test_accept_reverts() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 299_000;
        bytes32 id = _id(paper);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, id));
        agreement.accept(paper.terms(), 1);
        _open(paper);
        _acceptFails(paper, 0, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoMilestones.selector, 0, 3));
        _acceptFails(paper, 9, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoMilestones.selector, 9, 3));
        _acceptFails(
            paper, 1 << 255, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoMilestones.selector, 1 << 255, 3)
        );
        _acceptFails(paper, 3, abi.encodeWithSelector(IMilestoneEscrow.Escrow_Short.selector, 299_000, 300_003));
        _unauthorised(STRANGER, CLIENT);
        agreement.accept(paper.terms(), 1);
        _unauthorised(CONTRACTOR, CLIENT);
        agreement.accept(paper.terms(), 1);
        _accept(paper, 1);
        _acceptFails(paper, 1, abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 0));
        _acceptFails(paper, 3, abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 0));
        _assertMoney(paper, 299_000, 100_000, 199_000, 0, 0);
    }

    function test_accept_in_every_phase() public {
        Paper memory paper = _paper();
        _open(paper);
        _submit(paper, 0);
        _submit(paper, 1);
        _reject(paper, 1);
        _submit(paper, 2);
        _dispute(paper, 2);
        _accept(paper, 7);
        _assertMoney(paper, ALL, ALL, 0, 0, 0);
    }

    function test_acceptUpTo_names_a_total_and_the_clock_runs_on() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _submit(paper, 1);
        vm.warp(START + 1 days);
        _expect();
        emit IMilestoneEscrow.AcceptedUpTo(id, 1, 70_000, 70_000, 0);
        _acceptUpTo(paper, 1, 70_000);
        _assertItem(paper, 1, 70_000, START, 0, Phase.SUBMITTED);
        _expect();
        emit IMilestoneEscrow.AcceptedUpTo(id, 1, 200_002, 130_002, 0);
        _acceptUpTo(paper, 1, 200_002);
        _assertMoney(paper, ALL, 200_002, ALL - 200_002, 0, 0);

        // what is open of it is one unit, by whatever way
        vm.warp(START + 7 days + 1);
        _expect();
        emit IMilestoneEscrow.Released(id, 1, 1, 0);
        agreement.release(paper.terms(), 1);
        _check(1);
        _assertMoney(paper, ALL, 200_003, 150_001, 0, 0);
        _assertStatus(paper, Status.LIVE, 2, 2);
    }

    function test_acceptUpTo_reverts() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 10_000;
        _open(paper);
        _partFails(paper, 3, 1, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoMilestone.selector, 3, 3));
        _partFails(paper, 0, 0, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotAPart.selector, 0, 0, 100_000));
        _partFails(
            paper, 0, 100_000, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotAPart.selector, 100_000, 0, 100_000)
        );
        _partFails(paper, 0, 10_001, abi.encodeWithSelector(IMilestoneEscrow.Escrow_Short.selector, 10_000, 10_001));
        _unauthorised(STRANGER, CLIENT);
        agreement.acceptUpTo(paper.terms(), 0, 1);
        _acceptUpTo(paper, 0, 6_000);
        _partFails(
            paper, 0, 6_000, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotAPart.selector, 6_000, 6_000, 100_000)
        );
        _partFails(
            paper, 0, 5_999, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotAPart.selector, 5_999, 6_000, 100_000)
        );
        _fund(paper, 94_000);
        _accept(paper, 1);
        _assertMoney(paper, 100_000, 100_000, 0, 0, 0);
        _partFails(paper, 0, 7_000, abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 0));
    }

    /* RELEASE */

    /// @custom:threat T9
    function test_release_after_the_review_by_anyone() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        vm.warp(START + 7 days);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, 0, START + 7 days));
        agreement.release(paper.terms(), 0);
        vm.warp(START + 7 days + 1);
        _expect();
        emit IMilestoneEscrow.Released(id, 0, 100_000, 0);
        vm.prank(STRANGER);
        agreement.release(paper.terms(), 0);
        _check(1);
        _assertMoney(paper, ALL, 100_000, ALL - 100_000, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 0));
        agreement.release(paper.terms(), 0);
    }

    function test_release_refuses_phases_that_silence_does_not_pay() public {
        Paper memory paper = _paper();
        _open(paper);
        _submit(paper, 0);
        _reject(paper, 0);
        _submit(paper, 1);
        _dispute(paper, 1);
        vm.warp(START + 900 days);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, i, type(uint256).max));
            agreement.release(paper.terms(), i);
        }
    }

    function test_release_of_what_is_short_pays_what_is_there_and_owes_the_rest() public {
        Paper memory paper = _heldBackPaper();
        paper.offer.deposit = 40_005;
        bytes32 id = _open(paper);
        _submit(paper, 0);
        vm.warp(START + 8 days);
        _expect();
        emit IMilestoneEscrow.Released(id, 0, 36_005, 4_000);
        agreement.release(paper.terms(), 0);
        _check(1);
        _assertMoney(paper, 40_005, 36_005, 0, 4_000, 0);
        _assertItem(paper, 0, 40_005, START + 7 days, 0, Phase.OWED);
        _assertStatus(paper, Status.LIVE, 0, 0);

        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_Short.selector, 0, 59_995));
        agreement.release(paper.terms(), 0);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, 0, Phase.OWED));
        vm.prank(CLIENT);
        agreement.dispute(paper.terms(), 0, REASON);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, 0, type(uint256).max));
        vm.prank(CLIENT);
        agreement.reclaim(paper.terms(), paper.conditions(), 1);

        _fund(paper, 59_995);
        _expect();
        emit IMilestoneEscrow.Released(id, 0, 53_996, 5_999);
        agreement.release(paper.terms(), 0);
        _check(1);
        _assertMoney(paper, 100_000, 90_001, 0, 9_999, 0);
        _assertStatus(paper, Status.LIVE, 1, 1);
    }

    /* RECLAIM */

    function test_reclaim_after_due_and_grace_by_anyone() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        uint256 until = START + 33 days;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, 0, until));
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        vm.warp(until + 1);
        _expect();
        emit IMilestoneEscrow.Reclaimed(id, STRANGER, 1, 100_000);
        vm.prank(STRANGER);
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        _check(1);
        _assertMoney(paper, ALL - 100_000, 0, ALL - 100_000, 0, 0);
        _assertStatus(paper, Status.LIVE, 1, 0);
        assertEq(_state(paper).lapsed, 1, "lapsed");
    }

    function test_reclaim_by_the_contractor_at_any_time_in_any_phase() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        _submit(paper, 2);
        _expect();
        emit IMilestoneEscrow.Reclaimed(id, CONTRACTOR, 7, ALL);
        vm.prank(CONTRACTOR);
        agreement.reclaim(paper.terms(), paper.conditions(), 7);
        _check(1);
        _assertMoney(paper, 0, 0, 0, 0, 0);
        _assertStatus(paper, Status.LIVE, 7, 0);
    }

    function test_reclaim_refunds_the_rest_only() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _acceptUpTo(paper, 0, 30_000);
        vm.warp(START + 34 days);
        _expect();
        emit IMilestoneEscrow.Reclaimed(id, STRANGER, 1, 70_000);
        vm.prank(STRANGER);
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        _check(1);
        _assertMoney(paper, ALL - 70_000, 30_000, 250_004, 0, 0);
    }

    function test_reclaim_never_refunds_what_open_milestones_need() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 260_000;
        bytes32 id = _open(paper);
        vm.warp(START + 34 days);
        _expect();
        emit IMilestoneEscrow.Reclaimed(id, STRANGER, 1, 9_996);
        vm.prank(STRANGER);
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        _check(1);
        _assertMoney(paper, 250_004, 0, 250_004, 0, 0);
    }

    function test_reclaim_with_an_empty_mask_refunds_the_client_the_surplus() public {
        Paper memory paper = _paper();
        paper.offer.deposit = ALL + 77;
        bytes32 id = _open(paper);
        _unauthorised(STRANGER, CLIENT);
        agreement.reclaim(paper.terms(), paper.conditions(), 0);
        _expect();
        emit IMilestoneEscrow.Reclaimed(id, CLIENT, 0, 77);
        vm.prank(CLIENT);
        agreement.reclaim(paper.terms(), paper.conditions(), 0);
        _check(1);
        _assertMoney(paper, ALL, 0, ALL, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        vm.prank(CLIENT);
        agreement.reclaim(paper.terms(), paper.conditions(), 0);
    }

    function test_reclaim_reverts() public {
        Paper memory paper = _paper();
        _open(paper);
        Paper memory other = _paper();
        other.legalText = REASON;
        bytes32 annex = paper.annex();
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongGroup.selector, other.annex(), annex));
        agreement.reclaim(paper.terms(), other.conditions(), 1);
        vm.warp(START + 900 days);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoMilestones.selector, 8, 3));
        agreement.reclaim(paper.terms(), paper.conditions(), 8);
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 0));
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
    }

    /// @custom:threat T9
    function test_a_rejection_extends_the_deadline_and_the_windows_stay_disjoint() public {
        Paper memory paper = _paper();
        _open(paper);
        vm.warp(START + 33 days);
        _submit(paper, 0);
        vm.warp(START + 40 days);
        _reject(paper, 0);
        uint256 until = START + 47 days;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, 0, until));
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_TooLate.selector, 0, until));
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), 0, WORK);
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        _check(1);
        _assertMoney(paper, ALL - 100_000, 0, ALL - 100_000, 0, 0);
    }

    /* HOLDBACK */

    function test_holdback_is_kept_until_its_date_and_then_paid() public {
        Paper memory paper = _heldBackPaper();
        bytes32 id = _open(paper);
        _expect();
        emit IMilestoneEscrow.Accepted(id, 2, 180_003, 20_000);
        _accept(paper, 2);
        _expect();
        emit IMilestoneEscrow.AcceptedUpTo(id, 0, 19, 18, 1);
        _acceptUpTo(paper, 0, 19);
        _assertMoney(paper, ALL, 180_021, 149_982, 20_001, 0);

        vm.warp(START + 200 days);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, 64, START + 200 days));
        agreement.releaseHoldback(paper.terms());
        vm.warp(START + 200 days + 1);
        _expect();
        emit IMilestoneEscrow.HoldbackReleased(id, 20_001);
        vm.prank(STRANGER);
        agreement.releaseHoldback(paper.terms());
        _check(1);
        _assertMoney(paper, ALL, 200_022, 149_982, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        agreement.releaseHoldback(paper.terms());

        // nothing is held back any more
        _accept(paper, 5);
        _assertMoney(paper, ALL, ALL, 0, 0, 0);
    }

    function test_holdback_keeps_its_date_after_the_end() public {
        Paper memory paper = _heldBackPaper();
        bytes32 id = _open(paper);
        _accept(paper, 7);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        _assertStatus(paper, Status.DONE, 7, 7);
        _assertMoney(paper, ALL, 315_004, 0, 35_000, 0);
        vm.warp(START + 201 days);
        _expect();
        emit IMilestoneEscrow.HoldbackReleased(id, 35_000);
        agreement.releaseHoldback(paper.terms());
        _check(1);
        _assertMoney(paper, ALL, ALL, 0, 0, 0);
    }

    /// Tokens of more than 2^96 units exist; what is held and held back together must fit its place.
    function test_holdback_cannot_outgrow_its_place() public {
        Paper memory paper = _heldBackPaper();
        (paper.deal.holdback, paper.offer.deposit) = (200_000, 0);
        for (uint256 i = 0; i < 3; ++i) {
            paper.milestones[i].amount = 2 ** 96 - 1;
        }
        token.mint(CLIENT, 2 ** 100);
        _open(paper);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 most = 2 ** 96 - 1 - _state(paper).retained;
            vm.prank(CLIENT);
            try agreement.fund(paper.terms(), 2 ** 96 - 1) {}
            catch {
                vm.prank(CLIENT);
                agreement.fund(paper.terms(), most);
            }
            vm.prank(CLIENT);
            agreement.acceptUpTo(paper.terms(), i, most - 1);
            vm.getRecordedLogs();
            uint256 balance = token.balanceOf(address(agreement));
            assertEq(_state(paper).held + _state(paper).retained, balance, "held and held back");
        }
        assertLe(_state(paper).retained + _state(paper).held, 2 ** 96 - 1, "fits");
    }

    /* HELPERS */

    function _acceptUpTo(Paper memory paper, uint256 milestone, uint256 total) private {
        vm.prank(CLIENT);
        agreement.acceptUpTo(paper.terms(), milestone, total);
        _check(1);
    }

    function _acceptFails(Paper memory paper, uint256 milestones, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), milestones);
    }

    function _partFails(Paper memory paper, uint256 milestone, uint256 total, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(CLIENT);
        agreement.acceptUpTo(paper.terms(), milestone, total);
    }
}
