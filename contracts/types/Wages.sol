// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a payroll is made of (SPEC.md §12)
/// @dev Amounts are in the token's smallest unit, shares in ppm, times Unix seconds. Runs count from 1 in each book.

/// @notice What one employer has collected from one agreement, and where it went.
struct Account {
    address employer;
    /// Collected, and neither set aside for wages nor taken as margin.
    uint96 free;
    address token;
    uint96 collected;
    /// Set aside for wages by all runs so far, paid or not.
    uint96 wages;
    /// What of all that is collected is for wages at least; only rises.
    uint24 pledge;
    uint32 runs;
}

/// @notice A run whose wages are claimed by proof.
struct Posting {
    bytes32 root;
    uint96 total;
    uint96 claimed;
    /// Binding, and open to claims, from here on.
    uint40 opensAt;
}

/// @notice One wage that is claimed by proof.
struct Wage {
    uint256 run;
    /// Number of the worker on the employer's roster in the worker equity.
    uint256 worker;
    uint256 amount;
    bytes32 salt;
    bytes32[] proof;
}
