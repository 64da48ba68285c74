// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Agreement} from "../../contracts/Agreement.sol";
import {Packing} from "../../contracts/libraries/Packing.sol";
import {State, Step} from "../../contracts/types/State.sol";
import {Conditions, Deal, Terms} from "../../contracts/types/Terms.sol";

/// @notice The agreement's own contract, with a door to its words and to its internal functions.
contract EscrowHarness is Agreement {
    function write(State memory state) external {
        (_heads[state.origin], _tails[state.origin]) = (Packing.packHead(state), Packing.packTail(state));
    }

    /// Any words at all: also those that no life of an agreement leads to.
    function writeWords(bytes32 origin, uint256 head, uint256 tail) external {
        (_heads[origin], _tails[origin], _current[origin]) = (head, tail, origin);
    }

    function writeStep(bytes32 origin, uint256 item, uint256 accepted, uint256 clock, uint256 rounds, uint256 phase)
        external
    {
        _steps[origin][item] = Packing.packStep(Step(accepted, clock, rounds, phase));
    }

    function writeStepWord(bytes32 origin, uint256 item, uint256 word) external {
        _steps[origin][item] = word;
    }

    function writeConsent(bytes32 origin, address arbiter, bytes32 group) external {
        serves[origin][arbiter] = group;
    }

    function settleMask(Terms calldata terms, State memory state, uint256 milestones)
        external
        view
        returns (uint256 rests, State memory)
    {
        rests = _settle(terms, state, milestones);
        return (rests, state);
    }

    function advance(State memory state, uint256 item, Step memory step, uint256 phase, uint256 clock)
        external
        returns (State memory)
    {
        _advance(state, item, step, phase, clock);
        return state;
    }

    function progressOf(State memory state, uint256 item) external view returns (Step memory) {
        return _progressOf(state, item);
    }

    function chargeOf(Conditions calldata conditions, State memory state, uint256 period)
        external
        view
        returns (uint256 charge, uint256 credit, uint256 dueAt, bool settles)
    {
        return _chargeOf(conditions, state, period);
    }

    function send(Deal calldata deal, State memory state, address payee, uint256 amount) external {
        _send(deal, state, payee, amount);
    }
}
