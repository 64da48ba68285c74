// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Closing, Status} from "../../../contracts/types/State.sol";
import {Arbitration, Field, Milestone} from "../../../contracts/types/Terms.sol";
import {HostileTokenTest} from "./HostileTokenTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice Faults reproduced in other escrows, each as the test that it cannot happen here.
contract PeersFaultsTest is HostileTokenTest {
    using PaperHash for Paper;

    /// There the arbiter set its own fee, at any time, up to the whole amount.
    function test_fault_1_an_arbiter_takes_no_more_than_the_signed_fee() public {
        Paper memory paper = _paper();
        paper.arbitration.fee = 200_001;
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_OutOfRange.selector, Field.SHARE));
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", signature, "");

        paper.arbitration.fee = 200_000;
        _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        Arbitration memory own = Arbitration(ARBITER, BACKUP, 1_000_000, 10 days, 400_000);
        bytes32 signed = PaperHash.arbitration(paper.arbitration);
        vm.startPrank(ARBITER);
        vm.expectRevert(
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongGroup.selector, PaperHash.arbitration(own), signed)
        );
        agreement.serve(paper.terms(), own);
        agreement.serve(paper.terms(), paper.arbitration);
        vm.expectRevert(
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongGroup.selector, PaperHash.arbitration(own), signed)
        );
        agreement.rule(paper.terms(), own, 0, 0);
        agreement.rule(paper.terms(), paper.arbitration, 0, 0);
        vm.stopPrank();
        assertEq(agreement.owed(address(token), ARBITER), 20_000, "a fifth at most");
        assertEq(token.balanceOf(CLIENT), FUNDS - ALL + 80_000, "the rest is the client's");
    }

    /// There a call took ether that nothing paid out again.
    /// @custom:threat T24
    function test_fault_2_no_function_takes_ether() public {
        Paper memory paper = _paper();
        _open(paper);
        _submit(paper, 0);
        vm.deal(CLIENT, 1_000);
        bytes[] memory calls = _calls(paper);
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(CLIENT);
            (bool success,) = address(agreement).call{value: 1}(calls[i]);
            assertFalse(success, "took ether");
        }
        assertEq(CLIENT.balance, 1_000, "client");
        assertEq(address(agreement).balance, 0, "agreement");
        vm.prank(CLIENT);
        (bool taken,) = address(agreement).call(calls[4]);
        assertTrue(taken, "the same call without ether");
    }

    /// There a blocked client stopped the ruling and with it the contractor's share.
    function test_fault_3_a_blocked_payee_does_not_stop_a_ruling() public {
        Paper memory paper = _hostilePaper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        _serve(paper, ARBITER);
        hostile.refuse(CLIENT, HostileTokenMock.Refusal.Reverts);
        _expect();
        emit IAgreement.Ruled(id, 0, ARBITER, 600_000, 58_000, 37_000, 5_000);
        _expect();
        emit IMilestoneEscrow.Booked(id, CLIENT, 37_000, false);
        vm.prank(ARBITER);
        agreement.rule(paper.terms(), paper.arbitration, 0, 600_000);
        _check(2);
        assertEq(hostile.balanceOf(CONTRACTOR), 58_000, "contractor");
        vm.prank(CLIENT);
        agreement.withdraw(address(hostile), NEWCOMER);
        assertEq(hostile.balanceOf(NEWCOMER), 37_000, "the client's, elsewhere");
    }

    /// There either party alone added milestones and overwrote the terms.
    /// @custom:threat T22
    function test_fault_4_nobody_changes_the_terms_alone() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        Paper memory next = _changeOf(paper, id);
        next.milestones = new Milestone[](13);
        for (uint256 i = 0; i < 13; ++i) {
            next.milestones[i] = i < 3 ? paper.milestones[i] : Milestone(1, START);
        }
        next.legalText = REASON;
        for (uint256 i = 0; i < 2; ++i) {
            (address by, address other) = i == 0 ? (CONTRACTOR, CLIENT) : (CLIENT, CONTRACTOR);
            bytes[] memory own = _signatures(next);
            own[i] = own[1 - i];
            bytes32 nextId = _id(next);
            vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, nextId, other));
            vm.prank(by);
            agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), own);
        }
        assertEq(_state(paper).id, id, "in force");
    }

    /// There the client got all of it back, by anyone's call, although the work was delivered.
    function test_fault_5_silence_after_delivery_pays_the_contractor() public {
        Paper memory paper = _paper();
        _open(paper);
        _submit(paper, 0);
        _submit(paper, 1);
        _submit(paper, 2);
        vm.warp(START + 900 days);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, i, type(uint256).max));
            vm.prank(CLIENT);
            agreement.reclaim(paper.terms(), paper.conditions(), 1 << i);
            vm.prank(STRANGER);
            agreement.release(paper.terms(), i);
            _check(1);
        }
        _assertMoney(paper, ALL, ALL, 0, 0, 0);
    }

    /// There a fee was taken from refunds too.
    function test_fault_6_refunds_come_back_whole() public {
        Paper memory paper = _heldBackPaper();
        paper.arbitration.fee = 200_000;
        _open(paper);
        vm.warp(START + 94 days);
        vm.prank(STRANGER);
        agreement.reclaim(paper.terms(), paper.conditions(), 7);
        _check(1);
        _assertMoney(paper, 0, 0, 0, 0, 0);
    }

    /// There the answer of the token was ignored: what a blocked client was sent stayed locked for ever.
    function test_fault_7_a_refused_settlement_is_booked_to_the_unit() public {
        Paper memory paper = _hostilePaper();
        bytes32 id = _open(paper);
        hostile.refuse(CLIENT, HostileTokenMock.Refusal.AnswersFalse);
        Closing memory closing = Closing(id, ALL, 140_000, START);
        bytes memory signature = sign(CONTRACTOR_KEY, PaperHash.digest(PaperHash.closing(closing), address(agreement)));
        vm.prank(CLIENT);
        agreement.endByBoth(paper.terms(), closing, "", signature);
        _check(2);
        assertEq(hostile.balanceOf(CONTRACTOR), 140_000, "contractor");
        assertEq(agreement.owed(address(hostile), CLIENT), ALL - 140_000, "booked");
        vm.prank(CLIENT);
        agreement.withdraw(address(hostile), NEWCOMER);
        assertEq(hostile.balanceOf(NEWCOMER), ALL - 140_000, "withdrawn");
        assertEq(hostile.balanceOf(address(agreement)), 0, "nothing is left");
    }

    /// There a token without answers went in and never out.
    function test_fault_8a_a_token_without_answers_comes_out_again() public {
        hostile.setAnswer(HostileTokenMock.Answer.Nothing);
        Paper memory paper = _hostilePaper();
        _open(paper);
        _accept(paper, 1);
        vm.warp(START + 94 days);
        agreement.reclaim(paper.terms(), paper.conditions(), 6);
        _check(1);
        assertEq(hostile.balanceOf(CONTRACTOR), 100_000, "contractor");
        assertEq(hostile.balanceOf(CLIENT), FUNDS - 100_000, "client");
        assertEq(hostile.balanceOf(address(agreement)), 0, "nothing is left");
    }

    /// There a refund was reckoned at a rate changed since, with other users' money.
    function test_fault_8b_a_refund_is_what_this_agreement_holds() public {
        Paper memory other = _paper();
        other.offer.salt = 9;
        _open(other);
        Paper memory paper = _paper();
        paper.offer.deposit = 120_000;
        _open(paper);
        vm.warp(START + 94 days);
        agreement.reclaim(paper.terms(), paper.conditions(), 7);
        agreement.close(paper.terms(), paper.conditions());
        _check(2);
        assertEq(token.balanceOf(CLIENT), FUNDS - ALL, "120,000 and no more");
        assertEq(token.balanceOf(address(agreement)), ALL, "the other's is whole");
        assertEq(_state(other).held, ALL, "held of the other");
    }

    /// There the arbitrator was changed under a running dispute, and then nobody could rule.
    function test_fault_9_a_dispute_keeps_its_arbiter() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        _serve(paper, ARBITER);
        Paper memory next = _changeOf(paper, id);
        next.arbitration.arbiter = STRANGER;
        bytes[] memory signatures = _signatures(next);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_FixedTerm.selector, Field.ARBITRATION, 0));
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures);

        next = _changeOf(paper, id);
        next.deal.review += 1;
        _amend(paper, next);
        vm.prank(ARBITER);
        agreement.rule(next.terms(), next.arbitration, 0, 500_000);
        _check(1);
        _assertMoney(next, ALL - 47_500, 47_500, 250_004, 0, 5_000);
        _assertStatus(next, Status.LIVE, 1, 1);
    }

    /* HELPERS */

    function _calls(Paper memory paper) private pure returns (bytes[] memory calls) {
        calls = new bytes[](10);
        calls[0] = "";
        calls[1] = abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), ALL + 1));
        calls[2] = abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), 1));
        calls[3] = abi.encodeCall(IAgreement.reject, (paper.terms(), 0, REASON));
        calls[4] = abi.encodeCall(IAgreement.dispute, (paper.terms(), 0, REASON));
        calls[5] = abi.encodeCall(IAgreement.giveNotice, (paper.terms(), paper.conditions()));
        calls[6] = abi.encodeCall(IMilestoneEscrow.acceptUpTo, (paper.terms(), 0, 1));
        calls[7] = abi.encodeCall(IAgreement.publish, (REASON, ""));
        calls[8] = abi.encodeCall(IAgreement.appoint, (paper.terms(), paper.conditions(), paper.operators));
        calls[9] = abi.encodeCall(IAgreement.withdrawBid, (paper.terms()));
    }
}
