// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Packing} from "../../contracts/libraries/Packing.sol";
import {State, Step} from "../../contracts/types/State.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title The words in which an agreement is kept
contract PackingProperties is Symbolic {
    function check_S1_head_fromWord(uint256 word) external pure {
        State memory state;
        Packing.unpackHead(state, word);
        assert(Packing.packHead(state) == word);
    }

    function check_S1_head_fromFields(State memory given) external pure {
        vm.assume(given.held < 2 ** 96 && given.settled < 2 ** 64 && given.laneClock < 2 ** 40);
        vm.assume(given.lane < 2 ** 8 && given.lanePhase < 2 ** 8 && given.laneRounds < 2 ** 8);
        vm.assume(given.status < 2 ** 8 && given.flags < 2 ** 8);
        State memory state;
        Packing.unpackHead(state, Packing.packHead(given));
        assert(state.held == given.held && state.settled == given.settled && state.status == given.status);
        assert(state.lane == given.lane && state.laneClock == given.laneClock && state.lanePhase == given.lanePhase);
        assert(state.laneRounds == given.laneRounds && state.flags == given.flags);
    }

    function check_S2_tail_fromWord(uint256 word) external pure {
        State memory state;
        Packing.unpackTail(state, word);
        assert(Packing.packTail(state) == word);
    }

    function check_S2_tail_fromFields(State memory given) external pure {
        vm.assume(given.retained < 2 ** 96 && given.lapsed < 2 ** 64 && given.endsAt < 2 ** 40 && given.ending < 2 ** 8);
        State memory state;
        Packing.unpackTail(state, Packing.packTail(given));
        assert(state.retained == given.retained && state.lapsed == given.lapsed);
        assert(state.endsAt == given.endsAt && state.ending == given.ending);
    }

    function check_S2_step_fromWord(uint256 word) external pure {
        Step memory step;
        Packing.unpackStep(step, word);
        assert(Packing.packStep(step) == word);
    }

    function check_S2_step_fromFields(Step memory given) external pure {
        vm.assume(given.accepted < 2 ** 96 && given.clock < 2 ** 40 && given.rounds < 2 ** 8 && given.phase < 2 ** 8);
        Step memory step;
        Packing.unpackStep(step, Packing.packStep(given));
        assert(step.accepted == given.accepted && step.clock == given.clock);
        assert(step.rounds == given.rounds && step.phase == given.phase);
    }
}
