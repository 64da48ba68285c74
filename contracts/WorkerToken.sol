// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IWorkerToken} from "./interfaces/IWorkerToken.sol";

/// @title The units that workers hold (SPEC.md 9.1)
contract WorkerToken is IWorkerToken, ERC20Permit {
    /// @inheritdoc IWorkerToken
    address public immutable equity;

    constructor(string memory name, string memory symbol, address equity_) ERC20(name, symbol) ERC20Permit(name) {
        equity = equity_;
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @inheritdoc IWorkerToken
    function mint(address wallet, uint256 units) external {
        require(msg.sender == equity, WorkerToken_NotEquity(msg.sender));

        _mint(wallet, units);
    }
}
