// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The units that workers hold (SPEC.md 9.1)
/// @notice An ERC-20 of six decimals with EIP-2612 permits. One per issuer and name; `WorkerEquity` alone mints, to
/// nobody but the registered wallet of a worker, nothing but vested units.
interface IWorkerToken is IERC20 {
    /// @notice Thrown when anybody but `WorkerEquity` mints.
    error WorkerToken_NotEquity(address caller);

    /// @notice The contract that alone mints.
    function equity() external view returns (address);

    /// @notice Mints `units` to `wallet`. Only `equity`.
    function mint(address wallet, uint256 units) external;
}
