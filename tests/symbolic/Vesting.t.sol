// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {VestingMath} from "../../contracts/libraries/VestingMath.sol";
import {Gate, Schedule} from "../../contracts/types/Equity.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title What of a grant has vested
/// @dev One schedule, so that divisions are by constants: four years in 48 steps, with a cliff of a year.
contract VestingProperties is Symbolic {
    uint256 private constant START = 1_800_000_000;
    uint256 private constant STEP = 30 days;
    uint256 private constant CLIFF = 12 * STEP;
    uint256 private constant DURATION = 48 * STEP;
    uint256 private constant SIZE = 4;

    /// @notice What vesting depends on, within the ranges of SPEC 9.
    struct Given {
        uint80 units;
        uint40 time;
        uint8 accepted;
        uint16 met;
        uint24 acceleration;
    }

    function check_S9_wholeSteps(uint40 time) external pure {
        uint256 counted = _elapsed(time);
        assert(counted <= DURATION && counted % STEP == 0);
        if (time < START + CLIFF) assert(counted == 0);
        else assert(counted <= time - START);
        if (time >= START + CLIFF && time < START + DURATION) assert(counted + STEP > time - START);
        if (time >= START + DURATION) assert(counted == DURATION);
    }

    function check_S10_neverFalls(uint40 time, uint40 later) external pure {
        vm.assume(later >= time);
        assert(_elapsed(time) <= _elapsed(later));
    }

    function check_S11_atMostTheUnits(Given memory given, uint8 gate) external pure {
        _within(given);
        vm.assume(gate <= uint8(type(Gate).max));
        assert(_vested(given, Gate(gate)) <= given.units);
    }

    /// With time over and the gate full all has vested, to the last unit, whatever the acceleration.
    function check_S12_complete(Given memory given, uint8 gate) external pure {
        _within(given);
        vm.assume(gate <= uint8(type(Gate).max) && given.time >= START + DURATION);
        vm.assume(uint256(given.accepted) + given.met == SIZE);
        assert(_vested(given, Gate(gate)) == given.units);
    }

    function check_S12_fullAcceleration(Given memory given, uint8 gate) external pure {
        _within(given);
        vm.assume(gate <= uint8(type(Gate).max) && given.acceleration == PPM);
        assert(_vested(given, Gate(gate)) == given.units);
    }

    /// The more seconds count, the more has vested; that they never fall is S10.
    function check_S13_neverLess_later(uint80 units, uint40 counted, uint40 more) external pure {
        vm.assume(more >= counted);
        Schedule memory schedule;
        (schedule.duration, schedule.step) = (uint32(DURATION), 1);
        uint256 before = VestingMath.vestedDown(units, schedule, counted, 0);
        assert(VestingMath.vestedDown(units, schedule, more, 0) >= before);
    }

    /// Faster: never less.
    function check_S13_neverLess_faster(Given memory given, uint24 acceleration) external pure {
        _within(given);
        vm.assume(acceleration >= given.acceleration && acceleration <= PPM);
        uint256 before = _vested(given, Gate.None);
        given.acceleration = acceleration;
        assert(_vested(given, Gate.None) >= before);
    }

    function _within(Given memory given) private pure {
        vm.assume(uint256(given.accepted) + given.met <= SIZE && given.acceleration <= PPM);
    }

    function _elapsed(uint256 time) private pure returns (uint256) {
        return VestingMath.elapsed(START, CLIFF, DURATION, STEP, time);
    }

    function _vested(Given memory given, Gate gate) private pure returns (uint256) {
        Schedule memory schedule;
        (schedule.start, schedule.cliff, schedule.duration) = (uint40(START), uint32(CLIFF), uint32(DURATION));
        (schedule.step, schedule.gate, schedule.size) = (uint32(STEP), gate, uint16(SIZE));
        (schedule.accepted, schedule.met) = (given.accepted, given.met);
        return VestingMath.vestedDown(given.units, schedule, given.time, given.acceleration);
    }
}
