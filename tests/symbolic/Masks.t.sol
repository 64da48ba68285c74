// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {State, Step} from "../../contracts/types/State.sol";
import {Milestone, Terms} from "../../contracts/types/Terms.sol";
import {EscrowHarness} from "./EscrowHarness.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title Which milestones an act touches
contract MasksProperties is Symbolic {
    EscrowHarness private agreement;

    function setUp() public {
        agreement = EscrowHarness(_deploy("out/symbolic/EscrowHarness.sol/EscrowHarness.json", ""));
    }

    /// Exactly the chosen ones are settled, none twice, and the sum is that of their rests.
    function check_S17_onlyTheChosen(uint96[3] memory amounts, uint96[3] memory accepted, uint64 settled, uint256 mask)
        external
    {
        State memory state = _state(accepted, settled);
        (uint256 rests, State memory after_) = agreement.settleMask(_terms(amounts), state, mask);

        assert(mask != 0 && mask < 8 && mask & settled == 0);
        assert(after_.settled == settled + mask);
        uint256 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            if (mask & 1 << i != 0) sum += amounts[i] - accepted[i];
        }
        assert(rests == sum);
    }

    /// One after the other, or both at once: the same is settled, for the same sum.
    function check_S18_anyOrder(uint96[3] memory amounts, uint96[3] memory accepted, uint256 one, uint256 other)
        external
    {
        Terms memory terms = _terms(amounts);
        (uint256 first, State memory state) = agreement.settleMask(terms, _state(accepted, 0), one);
        uint256 second;
        (second, state) = agreement.settleMask(terms, state, other);
        (uint256 both, State memory atOnce) = agreement.settleMask(terms, _state(accepted, 0), one | other);
        assert(first + second == both && state.settled == atOnce.settled);
    }

    /// The phase of one milestone is nobody else's, wherever each is kept.
    function check_S19_oneItemAdvances(uint8 item, uint8 other, uint8 lane, uint256[2] memory words, Step memory step)
        external
    {
        vm.assume(item < 65 && other < 65 && item != other && lane < 65);
        vm.assume(step.accepted < 2 ** 96 && step.clock < 2 ** 40 && step.rounds < 2 ** 8 && step.phase <= 4);
        State memory state;
        (state.flags, state.lane, state.laneClock, state.lanePhase) = (2, lane, 7, 1);
        agreement.writeStepWord(0, item, words[0]);
        agreement.writeStepWord(0, other, words[1]);
        Step memory before = agreement.progressOf(state, other);

        State memory after_ = agreement.advance(state, item, step, step.phase, step.clock);

        assert(keccak256(abi.encode(agreement.progressOf(after_, other))) == keccak256(abi.encode(before)));
        Step memory now_ = agreement.progressOf(after_, item);
        assert(now_.phase == step.phase && now_.clock == step.clock && now_.rounds == step.rounds);
    }

    function _state(uint96[3] memory accepted, uint64 settled) private returns (State memory state) {
        (state.flags, state.settled) = (2, settled);
        for (uint256 i = 0; i < 3; ++i) {
            agreement.writeStep(0, i, accepted[i], 0, 0, 0);
        }
    }

    function _terms(uint96[3] memory amounts) private pure returns (Terms memory terms) {
        terms.milestones = new Milestone[](3);
        for (uint256 i = 0; i < 3; ++i) {
            terms.milestones[i] = Milestone(amounts[i], 0);
        }
    }
}
