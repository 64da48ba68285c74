// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMetPeriods, IProgress} from "../interfaces/IProgress.sol";
import {Status} from "../types/State.sol";

/// @title Agreement and oracle in one, whose progress the test sets and whose failures it chooses
contract ProgressMock is IProgress, IMetPeriods {
    enum Failure {
        None,
        Reverts,
        BurnsAllGas,
        AnswersTooLong,
        AnswersTooShort,
        AnswersSlowly
    }

    /// Live while it is zero.
    mapping(bytes32 origin => uint256) public status;
    mapping(bytes32 origin => uint256) public accepted;
    mapping(bytes32 key => uint256) public met;
    Failure public failure;

    function setStatus(bytes32 origin, uint256 status_) external {
        status[origin] = status_;
    }

    function accept(bytes32 origin, uint256 mask) external {
        accepted[origin] = mask;
    }

    function meet(address agreement, bytes32 origin, bytes32 document, uint256 mask) external {
        met[keccak256(abi.encode(agreement, origin, document))] = mask;
    }

    function fail(Failure how) external {
        failure = how;
    }

    function progressOf(bytes32 origin) external view returns (uint256, uint256, uint256) {
        _fail(96);
        return (status[origin] == 0 ? Status.LIVE : status[origin], accepted[origin], type(uint256).max);
    }

    /// Answers more than was asked for, which must not count.
    function metPeriods(address agreement, bytes32 origin, bytes32 document, uint256) external view returns (uint256) {
        _fail(32);
        return met[keccak256(abi.encode(agreement, origin, document))];
    }

    /// Every false answer is all ones: whoever believes it believes that everything is reached.
    function _fail(uint256 size) private view {
        uint256 given = gasleft();
        if (failure == Failure.BurnsAllGas) while (gasleft() != 0) {}
        if (failure == Failure.AnswersSlowly) while (given - gasleft() < 1_900_000) {}
        if (failure == Failure.AnswersTooLong) _answer(_ones(size + 32));
        if (failure == Failure.AnswersTooShort) _answer(_ones(size - 1));
        if (failure != Failure.Reverts) return;

        bytes memory words = _ones(size);
        assembly {
            revert(add(words, 32), mload(words))
        }
    }

    function _answer(bytes memory words) private pure {
        assembly {
            return(add(words, 32), mload(words))
        }
    }

    function _ones(uint256 size) private pure returns (bytes memory words) {
        words = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            words[i] = 0xff;
        }
    }
}
