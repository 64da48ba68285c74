// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {State, Step} from "../../contracts/types/State.sol";
import {Paper, PaperHash} from "../forge/agreement/Paper.sol";
import {AgreementSymbolic} from "./AgreementSymbolic.sol";

/// @title What a ruling and a payment are divided into
contract SplitsProperties is AgreementSymbolic {
    using PaperHash for Paper;

    uint256 private constant DISPUTED = 3;
    uint256 private constant FEE = 50_000;

    /// @notice What a ruling moved.
    struct Ruling {
        /// What there is of what is disputed.
        uint256 pot;
        /// By how much that fell.
        uint256 left;
        uint256 toContractor;
        uint256 toClient;
        uint256 fee;
    }

    function check_S20_partsOfAMilestone(Given memory given, uint256 share) external {
        Ruling memory ruling = _byArbiter(given, share);
        assert(ruling.left == ruling.pot);
        assert(ruling.toContractor + ruling.toClient + ruling.fee == ruling.pot);
    }

    function check_S20_partsByDefault(Given memory given, uint256 share) external {
        vm.assume(given.time > uint256(given.clock) + 2 * WINDOW);
        Ruling memory ruling = _rule(given, 0, share);
        assert(share == SPLIT && ruling.fee == 0 && ruling.left == ruling.pot);
        assert(ruling.toContractor + ruling.toClient == ruling.pot);
        assert(ruling.toContractor == ruling.pot * SPLIT / PPM);
    }

    function check_S20_partsOfTheHoldback(Given memory given, uint256 share) external {
        vm.assume(given.retained > 0 && given.time <= uint256(given.clock) + WINDOW);
        Ruling memory ruling = _rule(given, HOLDBACK, share);
        assert(ruling.left == given.retained);
        assert(ruling.toContractor + ruling.toClient + ruling.fee == ruling.pot);
    }

    function check_S21_fee(Given memory given, uint256 share) external {
        Ruling memory ruling = _byArbiter(given, share);
        assert(ruling.fee == ruling.pot * FEE / PPM);
    }

    /// Neither gets more than its share, and all of it if the other lost all.
    function check_S22_noSideGains(Given memory given, uint256 share) external {
        Ruling memory ruling = _byArbiter(given, share);
        uint256 part = ruling.pot * share / PPM;
        assert(ruling.toContractor <= part && ruling.toClient <= ruling.pot - part);
    }

    function check_S22_whoLostNothingBearsNothing(Given memory given, bool contractor) external {
        Ruling memory ruling = _byArbiter(given, contractor ? PPM : 0);
        assert(contractor ? ruling.toContractor == ruling.pot - ruling.fee : ruling.toContractor == 0);
        assert(contractor ? ruling.toClient == 0 : ruling.toClient == ruling.pot - ruling.fee);
    }

    /// What was missing in the pot stays owed by the contractor's share, rounded down, and is not disputed again.
    function check_S23_missing(Given memory given, uint256 share) external {
        Ruling memory ruling = _byArbiter(given, share);
        bytes32 origin = _paper().id(address(agreement));
        State memory state = agreement.stateOf(origin);
        uint256 missing = (AMOUNT - given.accepted - ruling.pot) * share / PPM;
        Step memory step = agreement.progressOfItem(origin, 0);
        if (missing == 0) assert(state.settled == 1);
        else assert(state.settled == 0 && step.phase == 4 && AMOUNT - step.accepted == missing);
    }

    /// Of what is accepted the holdback's part stays, rounded down; together they are what left `held`.
    function check_S24_acceptUpTo(Given memory given, uint96 total) external {
        Paper memory paper = _paper();
        bytes32 origin = _live(paper, given, 0);
        vm.assume(given.time <= paper.deal.holdbackUntil);
        uint256 contractor = _balance(CONTRACTOR);
        vm.prank(CLIENT);
        agreement.acceptUpTo(paper.terms(), 0, total);

        State memory state = agreement.stateOf(origin);
        // Said of this difference, as the contract does: the solver would have to find out that quotients of two are one.
        uint256 amount = uint256(total) - given.accepted;
        uint256 kept = state.retained - given.retained;
        assert(given.held - state.held == amount && amount > 0);
        assert(kept == amount * paper.deal.holdback / PPM);
        assert(_balance(CONTRACTOR) - contractor + kept == amount);
    }

    function check_S25_releaseHoldback(Given memory given) external {
        Paper memory paper = _paper();
        bytes32 origin = _live(paper, given, 0);
        uint256 contractor = _balance(CONTRACTOR);
        vm.prank(given.caller);
        agreement.releaseHoldback(paper.terms());

        State memory state = agreement.stateOf(origin);
        assert(given.time > paper.deal.holdbackUntil);
        assert(state.retained == 0 && state.held == given.held);
        assert(_balance(CONTRACTOR) - contractor == given.retained);
    }

    function _byArbiter(Given memory given, uint256 share) private returns (Ruling memory) {
        vm.assume(given.time <= uint256(given.clock) + WINDOW);
        given.caller = ARBITER;
        return _rule(given, 0, share);
    }

    function _rule(Given memory given, uint256 item, uint256 share) private returns (Ruling memory ruling) {
        Paper memory paper = _paper();
        bytes32 origin = _live(paper, given, DISPUTED);
        if (item == HOLDBACK) agreement.writeStep(origin, HOLDBACK, 0, given.clock, 0, DISPUTED);
        agreement.writeConsent(origin, ARBITER, PaperHash.arbitration(paper.arbitration));
        (uint256 contractor, uint256 client) = (_balance(CONTRACTOR), _balance(CLIENT));
        if (item == HOLDBACK) given.caller = ARBITER;

        vm.prank(given.caller);
        agreement.rule(paper.terms(), paper.arbitration, item, share);

        State memory state = agreement.stateOf(origin);
        ruling.pot = item == HOLDBACK ? given.retained : Math.min(AMOUNT - given.accepted, given.held);
        ruling.left = item == HOLDBACK ? given.retained - state.retained : given.held - state.held;
        ruling.toContractor = _balance(CONTRACTOR) - contractor;
        ruling.toClient = _balance(CLIENT) - client;
        ruling.fee = agreement.owed(address(token), given.caller);
    }
}
