// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BlockingTokenMock} from "../../contracts/mocks/BlockingTokenMock.sol";
import {State} from "../../contracts/types/State.sol";
import {Arbitration, Deal, Ending, Milestone, Offer, Terms} from "../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../forge/agreement/Paper.sol";
import {EscrowHarness} from "./EscrowHarness.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title An agreement of one milestone at the agreement's own contract
/// @dev The document is fixed, so that its id is; what is stored of it, the time and the caller are any. What is left of the
/// milestone is any amount all the same: its amount is the greatest, and what was accepted of it is any.
abstract contract AgreementSymbolic is Symbolic {
    using PaperHash for Paper;

    address internal constant CLIENT = address(0xC1);
    address internal constant CONTRACTOR = address(0xC2);
    address internal constant ARBITER = address(0xAB1);
    address internal constant BACKUP = address(0xAB2);
    uint256 internal constant HOLDBACK = 64;
    uint256 internal constant AMOUNT = 2 ** 96 - 1;
    uint256 internal constant DUE = 1_800_000_000;
    uint256 internal constant REVIEW = 7 days;
    uint256 internal constant GRACE = 3 days;
    uint256 internal constant WINDOW = 10 days;
    uint256 internal constant SPLIT = 400_000;
    /// Flags of an agreement of which both words and those of its milestones are read.
    uint256 internal constant WRITTEN = 6;

    EscrowHarness internal agreement;
    BlockingTokenMock internal token;

    /// @notice What is stored of the agreement and its milestone, each field any value that fits it.
    struct Given {
        uint96 held;
        uint96 retained;
        uint96 accepted;
        uint40 clock;
        uint40 time;
        address caller;
    }

    function setUp() public virtual {
        agreement = EscrowHarness(_deploy("out/symbolic/EscrowHarness.sol/EscrowHarness.json", ""));
        token = BlockingTokenMock(
            _deploy("out/BlockingTokenMock.sol/BlockingTokenMock.json", abi.encode("Plain", "PLN", 6))
        );
        token.mint(address(agreement), 2 ** 100);
    }

    function _paper() internal view returns (Paper memory paper) {
        paper.deal = Deal(0, CLIENT, CONTRACTOR, address(token), REVIEW, GRACE, 2, 100_000, DUE + 200 days);
        paper.milestones = new Milestone[](1);
        paper.milestones[0] = Milestone(AMOUNT, DUE);
        paper.arbitration = Arbitration(ARBITER, BACKUP, 50_000, WINDOW, SPLIT);
        paper.offer = Offer(1, DUE, 0, 0, 0);
        paper.ending = Ending(30 days, 20 days, 14 days);
    }

    /// Writes a live agreement and returns its origin. Neither is anything settled, nor is there an ending.
    function _live(Paper memory paper, Given memory given, uint256 phase) internal returns (bytes32 origin) {
        vm.assume(given.accepted < AMOUNT && uint256(given.held) + given.retained <= AMOUNT);
        State memory state;
        origin = paper.id(address(agreement));
        (state.status, state.flags, state.origin, state.id) = (1, WRITTEN, origin, origin);
        (state.held, state.retained) = (given.held, given.retained);
        agreement.write(state);
        agreement.writeStep(origin, 0, given.accepted, given.clock, 0, phase);
        vm.warp(given.time);
    }

    function _balance(address account) internal view returns (uint256) {
        return token.balanceOf(account);
    }

    function _terms(Paper memory paper) internal pure returns (Terms memory) {
        return paper.terms();
    }
}
