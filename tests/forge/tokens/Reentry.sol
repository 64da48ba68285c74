// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "../Vm.sol";
import {IWeirdHook} from "./WeirdCalls.sol";

/// @notice Told that tokens move, makes the call that moves them once more, from the same account.
contract Reentry is IWeirdHook {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    address private _by;
    address private _target;
    bytes private _data;
    uint256 public entered;

    function arm(address by, address target, bytes calldata data) external {
        (_by, _target, _data) = (by, target, data);
    }

    function onTokens() external {
        if (_target == address(0)) return;
        (address by, address target, bytes memory data) = (_by, _target, _data);
        _target = address(0);
        ++entered;
        // Refused or without effect: the caller's model of the money says whether it had one.
        vm.prank(by);
        (bool success,) = target.call(data);
        success;
    }
}
