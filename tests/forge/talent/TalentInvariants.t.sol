// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {Profile, Reviews} from "../../../contracts/types/Talent.sol";
import {Test} from "../Vm.sol";
import {TalentHandler} from "./TalentHandler.sol";

/// @notice SPEC 15.2, 15.9, I4 and I33, call by call: a seal never changes, nothing is opened before both are sealed or time
/// is up, each event is in its history once.
contract TalentInvariants is Test {
    TalentHandler internal handler;
    ITalentRegistry internal registry;

    function setUp() public {
        handler = new TalentHandler();
        registry = handler.registry();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// forge-config: test.invariant.fail-on-revert = true
    function invariant_talent() public view {
        assertEq(handler.early(), 0, "opened early");
        for (uint256 i = 0; i < handler.BOOKS(); ++i) {
            _assertReviews(i, handler.books(i));
        }
        for (uint256 i = 0; i < handler.ACCOUNTS(); ++i) {
            Profile memory profile = registry.profileOf(handler.accounts(i));
            assertEq(profile.version, handler.versions(i), "version");
            assertEq(profile.content, handler.contents(i), "content");
            bytes32 book = keccak256(abi.encode(0, 0, handler.accounts(i)));
            assertEq(registry.historyOf(book), handler.histories(book), "history of the account");
        }
    }

    function _assertReviews(uint256 which, bytes32 book) private view {
        Reviews memory reviews = registry.reviewsOf(book);
        TalentHandler.Ledger memory client = handler.reviewAt(which, 0);
        TalentHandler.Ledger memory contractor = handler.reviewAt(which, 1);
        assertEq(reviews.byClient, client.seal, "sealed by the client");
        assertEq(reviews.byContractor, contractor.seal, "sealed by the contractor");
        assertEq(reviews.clientRevealed, client.revealed, "the client's revealed");
        assertEq(reviews.contractorRevealed, contractor.revealed, "the contractor's revealed");
        assertEq(reviews.since, handler.since(which), "since");
        assertEq(registry.historyOf(book), handler.histories(book), "history of the reviews");
    }
}
