// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {State} from "../../../contracts/types/State.sol";

/// @notice A contract that says of itself that it is an agreement: it books what it is told to, and when that is taken mints
/// as much of the token as it is told to, after a call of anybody's choice.
contract AgreementStub {
    mapping(bytes32 origin => mapping(address payee => mapping(address token => uint256))) public toTake;

    uint256 private _astray;
    address private _target;
    bytes private _data;
    bool public failed;
    bytes public result;

    function book(bytes32 origin, address payee, address token, uint256 amount) external {
        toTake[origin][payee][token] += amount;
    }

    /// From now on `amount` less than said is delivered.
    function divert(uint256 amount) external {
        _astray = amount;
    }

    /// When something is taken next, `target` is called first.
    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// Every document is in force.
    function stateOf(bytes32 origin) external pure returns (State memory state) {
        (state.id, state.origin) = (origin, origin);
    }

    function take(bytes32 origin, address token) external returns (uint256 amount) {
        amount = toTake[origin][msg.sender][token];
        toTake[origin][msg.sender][token] = 0;
        if (_target != address(0)) {
            bool success;
            (success, result) = _target.call(_data);
            failed = !success;
            _target = address(0);
        }
        TokenMock(token).mint(msg.sender, amount - _astray);
    }
}
