// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SLAOracle} from "../../contracts/SLAOracle.sol";
import {Credits} from "../../contracts/types/ServiceLevels.sol";
import {Stage} from "../../contracts/types/ServicePeriods.sol";

/// @notice The oracle's own contract, with a door to its books.
contract OracleHarness is SLAOracle {
    function writeCumulative(bytes32 book, uint256 period, uint48 cumulative) external {
        (_periods[book][period].result.cumulative, _periods[book][period].result.finalAt) = (cumulative, 1);
    }

    /// Assesses final figures of a period of which one level failed.
    function assess(bytes32 book, uint256 period, Credits calldata credits, uint256 allocation, int256 adjustment)
        external
    {
        Subject memory subject;
        (subject.book, subject.period) = (book, period);
        Outcome memory outcome;
        (outcome.stage, outcome.adjustment) = (Stage.Reported, adjustment);
        (outcome.verdict.failed, outcome.verdict.allocation) = (1, allocation);
        _assess(subject, credits, _before(subject), outcome);
    }
}

/// @notice An oracle that answers any five words.
contract AnyOracle {
    uint256[5] private _answer;

    function set(uint256[5] calldata answer) external {
        _answer = answer;
    }

    function resultOf(address, bytes32, bytes32, uint256) external view returns (uint256[5] memory) {
        return _answer;
    }
}
