// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {Flag, Phase, Status} from "../../../contracts/types/State.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 6.3: the holdback as an item of disputes.
contract HoldbackTest is AgreementTest {
    using PaperHash for Paper;

    function test_holdback_is_disputed_by_the_client_until_its_date_and_ruled() public {
        Paper memory paper = _heldBackPaper();
        bytes32 id = _open(paper);
        _accept(paper, 3);
        _assertMoney(paper, ALL, 270_003, 50_001, 30_000, 0);
        _unauthorised(CONTRACTOR, CLIENT);
        agreement.dispute(paper.terms(), HOLDBACK, REASON);
        vm.warp(START + 200 days + 1);
        _disputeFails(
            CLIENT,
            paper,
            HOLDBACK,
            abi.encodeWithSelector(IAgreement.Agreement_TooLate.selector, HOLDBACK, START + 200 days)
        );
        vm.warp(START + 200 days);
        _expect();
        emit IAgreement.Disputed(id, HOLDBACK, CLIENT, REASON);
        _dispute(paper, HOLDBACK);
        _disputeFails(
            CLIENT,
            paper,
            HOLDBACK,
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, HOLDBACK, Phase.DISPUTED)
        );
        vm.warp(START + 201 days);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, HOLDBACK, Phase.DISPUTED));
        agreement.releaseHoldback(paper.terms());
        _serve(paper, ARBITER);
        _expect();
        emit IAgreement.Ruled(id, HOLDBACK, ARBITER, 250_000, 6_375, 22_125, 1_500);
        vm.prank(ARBITER);
        agreement.rule(paper.terms(), paper.arbitration, HOLDBACK, 250_000);
        _check(1);
        _assertMoney(paper, ALL - 22_125, 276_378, 50_001, 0, 1_500);
        _assertItem(paper, HOLDBACK, 0, 0, 0, Phase.OPEN);
        _itemFails(
            ARBITER,
            paper,
            HOLDBACK,
            0,
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, HOLDBACK, Phase.OPEN)
        );
    }

    /// Closing is open to all; it must not cut off the client's claim for defects.
    function test_holdback_is_disputed_after_the_end_too() public {
        Paper memory paper = _heldBackPaper();
        bytes32 id = _open(paper);
        _accept(paper, 7);
        vm.prank(CONTRACTOR);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        _assertMoney(paper, ALL, 315_004, 0, 35_000, 0);
        vm.warp(START + 100 days);
        _dispute(paper, HOLDBACK);
        vm.warp(START + 120 days + 1);
        _expect();
        emit IAgreement.Ruled(id, HOLDBACK, STRANGER, 400_000, 14_000, 21_000, 0);
        _rule(STRANGER, paper, HOLDBACK, 400_000);
        _assertMoney(paper, ALL - 21_000, 329_004, 0, 0, 0);
        _assertStatus(paper, Status.DONE, 7, 7);
    }

    /// A ruling is over when it is made: what is held back later is released and disputed like before, and terms are free.
    function test_holdback_after_a_ruling_is_like_before_it() public {
        Paper memory paper = _heldBackPaper();
        bytes32 id = _open(paper);
        _accept(paper, 1);
        _dispute(paper, HOLDBACK);
        _serve(paper, ARBITER);
        _rule(ARBITER, paper, HOLDBACK, 1_000_000);
        assertEq(_state(paper).flags & Flag.HOLDBACK_DISPUTED, 0, "flag");
        _accept(paper, 2);
        uint256 before = vm.snapshotState();
        _dispute(paper, HOLDBACK);
        _rule(ARBITER, paper, HOLDBACK, 0);
        // of 20,000: fee 1,000, all of it the contractor's to bear, who has no part
        _assertMoney(paper, ALL - 19_000, 279_503, 50_001, 0, 500 + 1_000);

        vm.revertToState(before);
        word[id] = agreement.history(id);
        Paper memory next = _changeOf(paper, id);
        next.arbitration.fee = 0;
        _amend(paper, next);
        vm.warp(START + 201 days);
        _expect();
        emit IMilestoneEscrow.HoldbackReleased(id, 20_000);
        agreement.releaseHoldback(next.terms());
        _check(1);
        _assertMoney(next, ALL, 299_503, 50_001, 0, 500);
    }

    /* HELPERS */

    function _rule(address by, Paper memory paper, uint256 item, uint256 share) private {
        vm.prank(by);
        agreement.rule(paper.terms(), paper.arbitration, item, share);
        _check(1);
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
