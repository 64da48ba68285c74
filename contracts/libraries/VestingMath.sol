// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Gate, Schedule} from "../types/Equity.sol";

/// @title What has vested (SPEC.md 9.2, 9.3)
library VestingMath {
    /// @notice The whole of a share, in ppm.
    uint256 internal constant ONE = 1_000_000;

    /// @notice The seconds of `duration` that count at `time`: none before the cliff, then whole steps since `start`.
    /// @dev `step` divides `duration` and `cliff` is at most `duration`.
    function elapsed(uint256 start, uint256 cliff, uint256 duration, uint256 step, uint256 time)
        internal
        pure
        returns (uint256)
    {
        if (time < start + cliff) return 0;

        uint256 since = time - start;
        return since >= duration ? duration : since - since % step;
    }

    /// @notice What has vested of `units` by a schedule, when its clock stands at `time` and `acceleration` ppm of what
    /// is unvested vests at once.
    /// @dev Rounds down once, on the cumulative value, in favour of the pool; the last unit vests when all is reached.
    function vestedDown(uint256 units, Schedule memory schedule, uint256 time, uint256 acceleration)
        internal
        pure
        returns (uint256)
    {
        (uint256 reached, uint256 size) = (uint256(schedule.accepted) + schedule.met, schedule.size);
        uint256 whole = schedule.duration;
        uint256 part = elapsed(schedule.start, schedule.cliff, whole, schedule.step, time);
        Gate gate = schedule.gate;
        if (gate == Gate.Product) {
            (part, whole) = (part * reached, whole * size);
        } else if (gate != Gate.None) {
            bool isTimeBehind = part * size < reached * whole;
            if (isTimeBehind != (gate == Gate.Minimum)) (part, whole) = (reached, size);
        }
        return units * (part * ONE + (whole - part) * acceleration) / (whole * ONE);
    }

    /// @notice How many bits of `mask` are set.
    function count(uint256 mask) internal pure returns (uint256 bits) {
        for (; mask != 0; mask &= mask - 1) {
            ++bits;
        }
    }
}
