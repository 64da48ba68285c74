// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WorkerToken} from "./WorkerToken.sol";

/// @title Creates the worker tokens of one {WorkerEquity}, which itself would not fit beside their code
/// @notice Created by the worker equity; nobody else can use it.
contract WorkerTokenFactory {
    /// @notice The worker equity.
    address public immutable equity = msg.sender;

    /// @notice Thrown when somebody else asks for a token.
    error WorkerTokenFactory_NotEquity(address caller);

    /// @notice Creates a token that the worker equity alone mints. The worker equity alone.
    function create(string calldata name, string calldata symbol) external returns (address) {
        require(msg.sender == equity, WorkerTokenFactory_NotEquity(msg.sender));

        return address(new WorkerToken(name, symbol, equity));
    }
}
