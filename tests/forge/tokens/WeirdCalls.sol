// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";

import {WeirdToken} from "./WeirdToken.sol";

/// @notice Tokens that call others, or run another's code.

/// @notice What is called for an account whose tokens move.
interface IWeirdHook {
    function onTokens() external;
}

/// @notice Calls for who sends, before, and for who receives, after, as AMP and imBTC (ERC-777) do.
contract WeirdHooks is WeirdToken {
    mapping(address account => IWeirdHook) public hookOf;

    function setHook(address account, IWeirdHook hook) external {
        hookOf[account] = hook;
    }

    function _update(address from, address to, uint256 amount) internal override {
        _call(from);
        super._update(from, to, amount);
        _call(to);
    }

    function _call(address account) private {
        IWeirdHook hook = hookOf[account];
        if (address(hook) != address(0)) hook.onTokens();
    }
}

/// @notice Becomes another token when it is told, as USDC and USDT can.
contract WeirdUpgradable is ERC1967Proxy {
    constructor(address implementation) ERC1967Proxy(implementation, "") {}

    receive() external payable {}

    function upgradeTo(address implementation) external {
        ERC1967Utils.upgradeToAndCall(implementation, "");
    }

    function _unsafeAllowUninitialized() internal pure override returns (bool) {
        return true;
    }
}
