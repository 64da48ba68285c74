// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {State, Step} from "../types/State.sol";

/// @title How the words of an agreement are laid out
/// @dev Packed by hand in this one place: the compiler writes a struct's fields one after another, which costs a call
/// 1,200 gas and the contract 700 bytes. No field outgrows its place: money is below 2^96 (SPEC.md 3.6 and 6.2), times
/// below 2^40, the rest are bitmaps and small counts.
///
/// head: held 96 | settled 64 | laneClock 40 | lane 8 | lanePhase 8 | laneRounds 8 | status 8 | flags 8
/// tail: retained 96 | lapsed 64 | endsAt 40 | ending 8
/// step: accepted 96 | clock 40 | rounds 8 | phase 8
library Packing {
    function packHead(State memory state) internal pure returns (uint256) {
        return state.held | state.settled << 96 | state.laneClock << 160 | state.lane << 200 | state.lanePhase << 208
            | state.laneRounds << 216 | state.status << 224 | state.flags << 232;
    }

    function unpackHead(State memory state, uint256 head) internal pure {
        state.held = uint96(head);
        state.settled = uint64(head >> 96);
        state.laneClock = uint40(head >> 160);
        state.lane = uint8(head >> 200);
        state.lanePhase = uint8(head >> 208);
        state.laneRounds = uint8(head >> 216);
        state.status = uint8(head >> 224);
        state.flags = head >> 232;
    }

    function packTail(State memory state) internal pure returns (uint256) {
        return state.retained | state.lapsed << 96 | state.endsAt << 160 | state.ending << 200;
    }

    function unpackTail(State memory state, uint256 tail) internal pure {
        state.retained = uint96(tail);
        state.lapsed = uint64(tail >> 96);
        state.endsAt = uint40(tail >> 160);
        state.ending = tail >> 200;
    }

    function packStep(Step memory step) internal pure returns (uint256) {
        return step.accepted | step.clock << 96 | step.rounds << 136 | step.phase << 144;
    }

    function unpackStep(Step memory step, uint256 word) internal pure {
        step.accepted = uint96(word);
        step.clock = uint40(word >> 96);
        step.rounds = uint8(word >> 136);
        step.phase = word >> 144;
    }
}
