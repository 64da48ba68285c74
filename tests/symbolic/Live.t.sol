// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {State} from "../../contracts/types/State.sol";
import {Paper, PaperHash} from "../forge/agreement/Paper.sol";
import {Calls} from "./Calls.sol";

/// @title What anybody can do to a live agreement of one milestone
/// @custom:halmos --array-lengths inputs.clientSignature=0,inputs.contractorSignature=0 --loop 8
contract LiveProperties is Calls {
    using PaperHash for Paper;

    uint256 private constant SUBMITTED = 1;
    uint256 private constant REJECTED = 2;
    uint256 private constant DISPUTED = 3;
    uint256 private constant OWED = 4;

    function check_S37_onlyToAnEnd_money(uint8 which, uint8 phase, Given memory given, Inputs memory inputs) external {
        vm.assume(which < FUND && phase <= OWED);
        State memory state = _do(which, phase, given, inputs);
        bool canEnd = which == END_BY_BOTH || which == CLOSE;
        assert(state.status == 1 || (canEnd && state.status > 1 && state.status < 8));
        if (state.status != 1) assert(state.held == 0);
    }

    function check_S37_onlyToAnEnd_other(uint8 which, uint8 phase, Given memory given, Inputs memory inputs) external {
        vm.assume(which >= FUND && which < COUNT && phase <= OWED);
        assert(_do(which, phase, given, inputs).status == 1);
    }

    /// Who is no party gets nothing but an arbiter's fee; what leaves is what the parties and the arbiter get.
    function check_S38_strangersGetNothing(uint8 which, uint8 phase, Given memory given, Inputs memory inputs)
        external
    {
        vm.assume(which < FUND && phase <= OWED && given.caller != CLIENT && given.caller != CONTRACTOR);
        vm.assume(given.caller != address(agreement));
        (uint256 client, uint256 contractor) = (_balance(CLIENT), _balance(CONTRACTOR));
        uint256 own = _balance(given.caller);

        State memory state = _do(which, phase, given, inputs);

        uint256 fee = agreement.owed(address(token), given.caller);
        uint256 left = uint256(given.held) + given.retained - state.held - state.retained;
        assert(left == _balance(CLIENT) - client + _balance(CONTRACTOR) - contractor + fee);
        assert(_balance(given.caller) == own);
        assert(fee == 0 || (which == RULE && (given.caller == ARBITER || given.caller == BACKUP)));
    }

    /// A stranger moves what is held only when the terms say so: by silence, by a ruling, at the end.
    function check_S39_onlyByTheTerms(uint8 which, uint8 phase, Given memory given, Inputs memory inputs) external {
        vm.assume(which < FUND && phase <= OWED && given.caller != CLIENT && given.caller != CONTRACTOR);
        State memory state = _do(which, phase, given, inputs);
        if (state.held == given.held) return;

        assert(state.held < given.held);
        uint256 clock = given.clock;
        if (which == RELEASE) {
            assert((phase == SUBMITTED && given.time > clock + REVIEW) || (phase == OWED && given.time > clock));
        } else if (which == RECLAIM) {
            assert(given.time > DUE + GRACE && (phase == 0 || phase == REJECTED));
            if (phase == REJECTED) assert(given.time > clock + REVIEW);
        } else {
            assert(which == RULE && phase == DISPUTED);
            bool isArbiter = given.caller == ARBITER && given.time <= clock + WINDOW;
            bool isBackup = given.caller == BACKUP && given.time > clock + WINDOW && given.time <= clock + 2 * WINDOW;
            assert(isArbiter || isBackup || (given.time > clock + 2 * WINDOW && inputs.other == SPLIT));
        }
    }

    function check_S40_fund(uint96 upTo, uint8 phase, Given memory given) external {
        vm.assume(phase <= OWED && given.caller != address(agreement) && given.caller != address(0));
        Paper memory paper = _paper();
        bytes32 origin = _live(paper, given, phase);
        uint256 before = _balance(address(agreement));
        token.mint(given.caller, type(uint96).max);
        vm.prank(given.caller);
        token.approve(address(agreement), type(uint256).max);
        vm.prank(given.caller);
        agreement.fund(paper.terms(), upTo);
        State memory state = agreement.stateOf(origin);
        assert(state.held == (upTo > given.held ? upTo : given.held));
        assert(_balance(address(agreement)) - before == state.held - given.held);
        assert(state.held + state.retained < 2 ** 96 && state.retained == given.retained);
    }

    function _do(uint256 which, uint256 phase, Given memory given, Inputs memory inputs)
        private
        returns (State memory)
    {
        Paper memory paper = _paper();
        bytes32 origin = _live(paper, given, phase);
        agreement.writeConsent(origin, ARBITER, PaperHash.arbitration(paper.arbitration));
        agreement.writeConsent(origin, BACKUP, PaperHash.arbitration(paper.arbitration));
        _call(which, given.caller, inputs);
        return agreement.stateOf(origin);
    }
}
