// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The part of worker equity's rosters that the payroll reads; anyone sets it
contract RosterMock {
    mapping(address manager => mapping(uint256 worker => address wallet)) public walletOf;

    function setWallet(address manager, uint256 worker, address wallet) external {
        walletOf[manager][worker] = wallet;
    }
}
