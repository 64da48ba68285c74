// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {Phase, Status} from "../../../contracts/types/State.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 5.8, 5.9: who may dispute and rule, when, and how what is there is divided.
contract DisputeTest is AgreementTest {
    using PaperHash for Paper;

    /* DISPUTE */

    function test_dispute_by_either_party_from_submitted_or_rejected() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        vm.warp(START + 7 days);
        _expect();
        emit IAgreement.Disputed(id, 0, CONTRACTOR, REASON);
        vm.prank(CONTRACTOR);
        agreement.dispute(paper.terms(), 0, REASON);
        _check(1);
        _assertItem(paper, 0, 0, START + 7 days, 0, Phase.DISPUTED);

        _submit(paper, 1);
        _reject(paper, 1);
        vm.warp(START + 63 days);
        _expect();
        emit IAgreement.Disputed(id, 1, CLIENT, REASON);
        _dispute(paper, 1);
        _assertItem(paper, 1, 0, START + 63 days, 1, Phase.DISPUTED);
        _assertMoney(paper, ALL, 0, ALL, 0, 0);
    }

    function test_dispute_reverts() public {
        Paper memory paper = _paper();
        _open(paper);
        _disputeFails(
            CLIENT, paper, 0, abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, 0, Phase.OPEN)
        );
        _disputeFails(CLIENT, paper, 3, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoMilestone.selector, 3, 3));
        _disputeFails(CLIENT, paper, HOLDBACK, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        _submit(paper, 0);
        _unauthorised(STRANGER, CLIENT);
        agreement.dispute(paper.terms(), 0, REASON);
        _unauthorised(ARBITER, CLIENT);
        agreement.dispute(paper.terms(), 0, REASON);
        vm.warp(START + 7 days + 1);
        bytes memory late = abi.encodeWithSelector(IAgreement.Agreement_TooLate.selector, 0, START + 7 days);
        _disputeFails(CLIENT, paper, 0, late);
        _disputeFails(CONTRACTOR, paper, 0, late);
        _submit(paper, 1);
        _dispute(paper, 1);
        _disputeFails(
            CLIENT, paper, 1, abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, 1, Phase.DISPUTED)
        );
        _accept(paper, 1);
        _disputeFails(CLIENT, paper, 0, abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 0));
    }

    /* SERVE */

    function test_serve_before_and_after_opening() public {
        Paper memory paper = _paper();
        bytes32 id = _id(paper);
        bytes32 group = PaperHash.arbitration(paper.arbitration);
        _expect();
        emit IAgreement.ArbiterConsented(id, BACKUP, group);
        _serve(paper, BACKUP);
        _open(paper);
        _expect();
        emit IAgreement.ArbiterConsented(id, ARBITER, group);
        _serve(paper, ARBITER);
        assertEq(agreement.serves(id, ARBITER), group, "arbiter");
        assertEq(agreement.serves(id, BACKUP), group, "backup");
        vm.prank(ARBITER);
        agreement.serve(paper.terms(), paper.arbitration);
        _check(0);

        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotArbiter.selector, STRANGER, 0));
        vm.prank(STRANGER);
        agreement.serve(paper.terms(), paper.arbitration);
        Paper memory other = _paper();
        other.arbitration.arbiter = STRANGER;
        bytes32 given = PaperHash.arbitration(other.arbitration);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongGroup.selector, given, group));
        vm.prank(STRANGER);
        agreement.serve(paper.terms(), other.arbitration);
    }

    /// A document that nobody signed may name any agreement as its origin.
    function test_serve_of_a_forged_document_leaves_the_agreement_alone() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _serve(paper, ARBITER);
        bytes32 history = agreement.history(id);
        Paper memory forged = _changeOf(paper, id);
        forged.arbitration.arbiter = STRANGER;
        _serve(forged, STRANGER);
        assertEq(agreement.history(id), history, "history");
        _submit(paper, 0);
        _dispute(paper, 0);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotArbiter.selector, STRANGER, 0));
        vm.prank(STRANGER);
        agreement.rule(paper.terms(), paper.arbitration, 0, 0);
        bytes32 group = PaperHash.arbitration(forged.arbitration);
        bytes32 signed = PaperHash.arbitration(paper.arbitration);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongGroup.selector, group, signed));
        vm.prank(STRANGER);
        agreement.rule(paper.terms(), forged.arbitration, 0, 0);
    }

    /* WHO RULES, AND WHEN */

    /// @custom:threat T9
    function test_rule_by_the_arbiter_until_its_window_ends_then_by_the_backup() public {
        (Paper memory paper,) = _disputed();
        vm.warp(START + 10 days);
        _ruleFails(BACKUP, paper, 0, abi.encodeWithSelector(IAgreement.Agreement_NotArbiter.selector, BACKUP, 0));
        _ruleFails(
            ARBITER,
            paper,
            1_000_001,
            abi.encodeWithSelector(IAgreement.Agreement_NotArbiter.selector, ARBITER, 1_000_001)
        );
        _ruleFails(ARBITER, paper, 0, abi.encodeWithSelector(IAgreement.Agreement_NotServing.selector, ARBITER));
        _serve(paper, ARBITER);
        vm.warp(START + 10 days + 1);
        _ruleFails(ARBITER, paper, 0, abi.encodeWithSelector(IAgreement.Agreement_NotArbiter.selector, ARBITER, 0));
        _ruleFails(BACKUP, paper, 0, abi.encodeWithSelector(IAgreement.Agreement_NotServing.selector, BACKUP));
        _serve(paper, BACKUP);
        vm.warp(START + 20 days);
        _ruleFails(
            STRANGER,
            paper,
            400_000,
            abi.encodeWithSelector(IAgreement.Agreement_NotArbiter.selector, STRANGER, 400_000)
        );
        _rule(BACKUP, paper, 0, 1_000_000);
        // fee 5,000 of 100,000: the client lost everything and bears it, but has no part; so the contractor's bears it
        _assertMoney(paper, ALL, 95_000, 250_004, 0, 5_000);
        assertEq(agreement.owed(address(token), BACKUP), 5_000, "fee");
        _assertStatus(paper, Status.LIVE, 1, 1);
    }

    function test_rule_by_the_split_of_the_terms_when_nobody_has() public {
        (Paper memory paper, bytes32 id) = _disputed();
        _serve(paper, ARBITER);
        vm.warp(START + 20 days + 1);
        _ruleFails(
            ARBITER, paper, 500_000, abi.encodeWithSelector(IAgreement.Agreement_NotArbiter.selector, ARBITER, 500_000)
        );
        _expect();
        emit IAgreement.Ruled(id, 0, STRANGER, 400_000, 40_000, 60_000, 0);
        _rule(STRANGER, paper, 0, 400_000);
        _assertMoney(paper, ALL - 60_000, 40_000, 250_004, 0, 0);
        assertEq(agreement.owed(address(token), STRANGER), 0, "no fee");
    }

    /* HOW IT IS DIVIDED */

    function test_rule_lays_the_fee_on_each_side_by_what_it_lost() public {
        (Paper memory paper, bytes32 id) = _disputed();
        _serve(paper, ARBITER);
        // P 100,000, F 5,000, C 33,333: the contractor lost 66,667 and bears 3,333, the client 1,667
        _expect();
        emit IAgreement.Ruled(id, 0, ARBITER, 333_330, 30_000, 65_000, 5_000);
        _rule(ARBITER, paper, 0, 333_330);
        _assertMoney(paper, ALL - 65_000, 30_000, 250_004, 0, 5_000);
        vm.prank(ARBITER);
        assertEq(agreement.withdraw(address(token), ARBITER), 5_000, "withdrawn");
        assertEq(token.balanceOf(ARBITER), 5_000, "fee taken");
    }

    /// @custom:threat T17
    function testFuzz_rule_divides_all_of_it_and_only_it(uint256 amount, uint256 fee, uint256 share, uint256 held)
        public
    {
        amount = bound(amount, 1, 2 ** 96 - 1);
        fee = bound(fee, 0, 200_000);
        share = bound(share, 0, 1_000_000);
        held = bound(held, 0, amount);
        Paper memory paper = _paper();
        (paper.milestones[0].amount, paper.arbitration.fee, paper.offer.deposit) = (amount, fee, held);
        token.mint(CLIENT, held);
        _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        _serve(paper, ARBITER);
        uint256 client = token.balanceOf(CLIENT);
        vm.prank(ARBITER);
        agreement.rule(paper.terms(), paper.arbitration, 0, share);

        // SPEC 5.8, once more
        uint256 total = held * fee / 1e6;
        uint256 part = held * share / 1e6;
        uint256 borne = held == 0 ? 0 : total * (held - part) / held;
        if (borne > part) borne = part;
        if (total - borne > held - part) borne = total - (held - part);
        uint256 missing = (amount - held) * share / 1e6;
        assertEq(token.balanceOf(CONTRACTOR), part - borne, "contractor");
        assertEq(token.balanceOf(CLIENT) - client, held - total - (part - borne), "client");
        assertEq(agreement.owed(address(token), ARBITER), total, "fee");
        assertEq(_state(paper).held, 0, "held");
        assertEq(token.balanceOf(address(agreement)), total, "balance");
        (, uint256 accepted,) = agreement.progressOf(_id(paper));
        if (missing > 0) {
            _assertItem(paper, 0, amount - missing, START, 0, Phase.OWED);
            assertEq(_state(paper).settled, 0, "still owed");
        } else {
            assertEq(_state(paper).settled, 1, "settled");
            assertEq(accepted, share == 0 ? 0 : 1, "counts as accepted");
        }
    }

    function test_rule_of_what_is_short_owes_the_contractor_the_rest() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 60_000;
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        _serve(paper, ARBITER);
        vm.warp(START + 2 days);
        // of 60,000: fee 3,000, contractor's 30,000 less 1,500; of the missing 40,000 half stays owed
        _expect();
        emit IAgreement.Ruled(id, 0, ARBITER, 500_000, 28_500, 28_500, 3_000);
        _rule(ARBITER, paper, 0, 500_000);
        _assertItem(paper, 0, 80_000, START + 2 days, 0, Phase.OWED);
        _ruleFails(
            ARBITER, paper, 0, abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, 0, Phase.OWED)
        );
        _disputeFails(
            CLIENT, paper, 0, abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, 0, Phase.OWED)
        );
        _fund(paper, 20_000);
        vm.warp(START + 2 days + 1);
        agreement.release(paper.terms(), 0);
        _check(1);
        _assertMoney(paper, 80_000 - 28_500, 48_500, 0, 0, 3_000);
        _assertStatus(paper, Status.LIVE, 1, 1);
    }

    function test_rule_of_a_part_accepted_milestone_divides_the_rest() public {
        Paper memory paper = _paper();
        _open(paper);
        _submit(paper, 0);
        vm.prank(CLIENT);
        agreement.acceptUpTo(paper.terms(), 0, 60_000);
        _check(1);
        _dispute(paper, 0);
        _serve(paper, ARBITER);
        _rule(ARBITER, paper, 0, 0);
        // P 40,000, F 2,000: the contractor bears all of it, but has no part
        _assertMoney(paper, ALL - 38_000, 60_000, 250_004, 0, 2_000);
        _assertStatus(paper, Status.LIVE, 1, 0);
    }

    function test_no_holdback_on_ruled_money() public {
        Paper memory paper = _heldBackPaper();
        _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        _serve(paper, ARBITER);
        _rule(ARBITER, paper, 0, 500_000);
        _assertMoney(paper, ALL - 47_500, 47_500, 250_004, 0, 5_000);
    }

    /* A DISPUTE THAT IS OVER */

    /// The second in flight has a word of its own, which outlives its settlement.
    function test_rule_refuses_a_milestone_accepted_meanwhile() public {
        Paper memory paper = _twoInFlight();
        _accept(paper, 2);
        _settledForEver(paper, 1, 200_003);
    }

    function test_rule_refuses_a_milestone_given_up_meanwhile() public {
        Paper memory paper = _twoInFlight();
        vm.prank(CONTRACTOR);
        agreement.reclaim(paper.terms(), paper.conditions(), 2);
        _check(1);
        bytes memory refusal = abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 1);
        _itemFails(ARBITER, paper, 1, 1_000_000, refusal);
        _assertMoney(paper, 150_001, 0, 150_001, 0, 0);
    }

    function test_rule_refuses_to_rule_twice() public {
        Paper memory paper = _twoInFlight();
        vm.prank(ARBITER);
        agreement.rule(paper.terms(), paper.arbitration, 1, 1_000_000);
        _check(1);
        bytes memory refusal = abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 1);
        _itemFails(ARBITER, paper, 1, 1_000_000, refusal);
        _assertMoney(paper, ALL, 190_003, 150_001, 0, 10_000);
    }

    /// What nobody was paid for is not among the accepted, whichever milestone it is.
    function test_rule_for_the_client_settles_without_acceptance() public {
        Paper memory paper = _twoInFlight();
        _rule(ARBITER, paper, 1, 0);
        _assertStatus(paper, Status.LIVE, 2, 0);
        _assertMoney(paper, ALL - 190_003, 0, 150_001, 0, 10_000);
    }

    /// The first in flight has a word beside the lane as soon as a part of it is accepted.
    function test_rule_refuses_a_part_accepted_milestone_accepted_meanwhile() public {
        Paper memory paper = _paper();
        _open(paper);
        _submit(paper, 1);
        vm.prank(CLIENT);
        agreement.acceptUpTo(paper.terms(), 1, 3);
        _check(1);
        _dispute(paper, 1);
        _serve(paper, ARBITER);
        _accept(paper, 2);
        _settledForEver(paper, 1, 200_003);
    }

    function test_rule_of_a_milestone_ends_with_the_agreement() public {
        (Paper memory paper, bytes32 id) = _disputed();
        _serve(paper, ARBITER);
        vm.prank(CONTRACTOR);
        agreement.reclaim(paper.terms(), paper.conditions(), 7);
        agreement.close(paper.terms(), paper.conditions());
        _check(2);
        _ruleFails(ARBITER, paper, 0, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotLive.selector, id, Status.DONE));
        _assertMoney(paper, 0, 0, 0, 0, 0);
    }

    /* HELPERS */

    function _disputed() private returns (Paper memory paper, bytes32 id) {
        paper = _paper();
        id = _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
    }

    /// Milestone 0 in the lane, milestone 1 disputed in a word of its own.
    function _twoInFlight() private returns (Paper memory paper) {
        paper = _paper();
        _open(paper);
        _submit(paper, 0);
        _submit(paper, 1);
        _dispute(paper, 1);
        _serve(paper, ARBITER);
    }

    function _settledForEver(Paper memory paper, uint256 milestone, uint256 paid) private {
        bytes memory refusal = abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, milestone);
        _itemFails(ARBITER, paper, milestone, 1_000_000, refusal);
        vm.warp(START + 900 days);
        _itemFails(STRANGER, paper, milestone, 400_000, refusal);
        _assertMoney(paper, ALL, paid, ALL - paid, 0, 0);
    }

    function _rule(address by, Paper memory paper, uint256 item, uint256 share) private {
        vm.prank(by);
        agreement.rule(paper.terms(), paper.arbitration, item, share);
        _check(1);
    }

    function _ruleFails(address by, Paper memory paper, uint256 share, bytes memory refusal) private {
        _itemFails(by, paper, 0, share, refusal);
    }

    function _itemFails(address by, Paper memory paper, uint256 item, uint256 share, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(by);
        agreement.rule(paper.terms(), paper.arbitration, item, share);
    }

    function _disputeFails(address by, Paper memory paper, uint256 item, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(by);
        agreement.dispute(paper.terms(), item, REASON);
    }
}
