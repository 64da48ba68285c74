// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Gate} from "../types/Equity.sol";

/// @title What has vested (SPEC.md 9.2, 9.3)
library VestingMath {
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

    /// @notice What has vested of `units` when `time` of `duration` seconds and `reached` of `size` goals count.
    /// @dev Rounds down once, on the cumulative value, in favour of the pool; the last unit vests when all is reached.
    function vestedDown(uint256 units, Gate gate, uint256 time, uint256 duration, uint256 reached, uint256 size)
        internal
        pure
        returns (uint256)
    {
        if (gate == Gate.Product) return units * time * reached / (duration * size);

        bool isTimeBehind = time * size < reached * duration;
        bool countsTime = gate == Gate.None || isTimeBehind == (gate == Gate.Minimum);
        return countsTime ? units * time / duration : units * reached / size;
    }

    /// @notice How many bits of `mask` are set.
    function count(uint256 mask) internal pure returns (uint256 bits) {
        for (; mask != 0; mask &= mask - 1) {
            ++bits;
        }
    }
}
