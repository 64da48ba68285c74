// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {Status} from "../../../contracts/types/State.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 3.4, 3.8: bids withdrawn, and agreements placed under a master.
contract PlacingTest is AgreementTest {
    using PaperHash for Paper;

    /* WITHDRAWAL */

    function test_withdrawBid_by_either_party_is_for_ever() public {
        Paper memory paper = _paper();
        for (uint256 i = 0; i < 2; ++i) {
            paper.offer.salt = 10 + i;
            address by = i == 0 ? CLIENT : CONTRACTOR;
            bytes32 id = _id(paper);
            _expect();
            emit IAgreement.BidWithdrawn(id, by);
            vm.prank(by);
            agreement.withdrawBid(paper.terms());
            _check(1);
            assertEq(agreement.stateOf(id).status, Status.WITHDRAWN, "status");
            bytes memory refusal =
                abi.encodeWithSelector(IAgreement.Agreement_NotOpenable.selector, id, Status.WITHDRAWN);
            _openFails(paper, refusal);
            vm.expectRevert(refusal);
            vm.prank(CLIENT);
            agreement.withdrawBid(paper.terms());
        }
    }

    function test_withdrawBid_refuses_strangers_and_what_is_in_force() public {
        Paper memory paper = _paper();
        _unauthorised(STRANGER, CLIENT);
        agreement.withdrawBid(paper.terms());

        bytes32 id = _open(paper);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotOpenable.selector, id, Status.LIVE));
        vm.prank(CLIENT);
        agreement.withdrawBid(paper.terms());

        Paper memory next = _changeOf(paper, id);
        _amend(paper, next);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotOpenable.selector, _id(next), Status.NONE));
        vm.prank(CONTRACTOR);
        agreement.withdrawBid(next.terms());
    }

    /// @custom:threat T15
    function test_withdrawBid_of_a_change_order_leaves_the_agreement_alone() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        bytes32 history = agreement.history(id);
        Paper memory next = _changeOf(paper, id);
        bytes32 nextId = _id(next);
        _expect();
        emit IAgreement.BidWithdrawn(nextId, CONTRACTOR);
        vm.prank(CONTRACTOR);
        agreement.withdrawBid(next.terms());
        _check(1);

        assertEq(agreement.history(id), history, "history of the agreement");
        bytes[] memory signatures = _signatures(next);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotOpenable.selector, nextId, Status.WITHDRAWN));
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures);
        _accept(paper, 1);
    }

    /* UNDER A MASTER */

    function test_open_under_a_master_advances_its_history() public {
        Paper memory master = _master();
        bytes32 under = _open(master);
        Paper memory paper = _paper();
        paper.offer.under = under;
        bytes32 id = _id(paper);
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);

        _expect();
        emit IAgreement.PlacedUnder(under, id);
        _expect();
        emit IAgreement.Opened(id, CLIENT, CONTRACTOR, address(token), ALL);
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _list(master), "", signature, "");
        _check(2);
        _assertMoney(paper, ALL, 0, ALL, 0, 0);

        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _list(master), "", signature, "");
        _check(0);
    }

    function test_open_under_refuses_masters_not_live_not_named_or_of_others() public {
        Paper memory master = _master();
        Paper memory paper = _paper();
        paper.offer.under = _id(master);
        bytes memory refusal = abi.encodeWithSelector(IAgreement.Agreement_NotPlaceable.selector, paper.offer.under);
        _placedFails(paper, _noMaster(), refusal);
        _placedFails(
            paper, _list(master), abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, _id(master))
        );

        bytes32 under = _open(master);
        Paper memory other = _master();
        other.offer.salt = 9;
        _open(other);
        _placedFails(paper, _list(other), refusal);

        // nobody of the master signs
        paper.deal.client = NEWCOMER;
        paper.deal.contractor = STRANGER;
        bytes memory newcomer = _signature(NEWCOMER_KEY, paper);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        agreement.open(paper.proposal(), _list(master), newcomer, "", "");

        // amended: the old document is not in force
        Paper memory next = _changeOf(master, under);
        _amend(master, next);
        paper = _paper();
        paper.offer.under = under;
        _placedFails(paper, _list(master), abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, under));
        paper.offer.under = _id(next);
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        _expect();
        emit IAgreement.PlacedUnder(under, _id(paper));
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _list(next), "", signature, "");
        _check(2);
    }

    /* HELPERS */

    function _master() private view returns (Paper memory paper) {
        paper = _paper();
        paper.milestones = _none();
        paper.offer.deposit = 0;
        paper.offer.salt = 7;
    }

    function _list(Paper memory paper) private pure returns (Terms[] memory list) {
        list = new Terms[](1);
        list[0] = paper.terms();
    }

    function _placedFails(Paper memory paper, Terms[] memory master, bytes memory refusal) private {
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        vm.expectRevert(refusal);
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), master, "", signature, "");
    }

    function _openFails(Paper memory paper, bytes memory refusal) private {
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        vm.expectRevert(refusal);
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", contractor, "");
    }
}
