// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WorkerEquity} from "../../contracts/WorkerEquity.sol";

/// @notice The worker equity's own contract, with a door to its pools and rosters.
contract EquityHarness is WorkerEquity {
    function writePool(uint256 poolId, address currency, uint88 granted, uint88 forfeited, uint256 remainder) external {
        _poolOf[poolId].currency = currency;
        (_poolOf[poolId].granted, _poolOf[poolId].forfeited) = (granted, forfeited);
        _poolOf[poolId].remainder = remainder;
    }

    function writeRoster(address manager, uint24 workers) external {
        (_rosterOf[manager].number, _rosterOf[manager].workers) = (1, workers);
    }
}
