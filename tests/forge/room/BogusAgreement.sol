// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {State} from "../../../contracts/types/State.sol";

/// @notice A contract that says of itself that it is an agreement, and answers as it is told to.
contract BogusAgreement {
    enum Answer {
        State,
        Revert,
        Short,
        Huge
    }

    Answer private _answer;
    bytes32 private _id;
    uint256 private _status = 1;
    uint256 private _accepted;

    function answer(Answer how) external {
        _answer = how;
    }

    /// The document that is in force from now on, whatever was before.
    function turnTo(bytes32 id) external {
        _id = id;
    }

    function progress(uint256 status, uint256 accepted) external {
        (_status, _accepted) = (status, accepted);
    }

    function stateOf(bytes32) external view returns (State memory state) {
        if (_answer == Answer.Revert) revert("bogus");
        if (_answer == Answer.Short) {
            assembly ("memory-safe") {
                return(0x80, 0x40)
            }
        }
        (state.id, state.status) = (_id, _status);
        if (_answer == Answer.Huge) {
            bytes memory more = bytes.concat(abi.encode(state), new bytes(1_000_000));
            assembly ("memory-safe") {
                return(add(more, 0x20), mload(more))
            }
        }
    }

    function progressOf(bytes32) external view returns (uint256 status, uint256 accepted, uint256 periods) {
        return (_status, _accepted, 0);
    }
}
