// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMetPeriods, IProgress} from "../interfaces/IProgress.sol";

/// @title Agreement and oracle in one, whose progress the test sets and whose failures it chooses
contract ProgressMock is IProgress, IMetPeriods {
    enum Failure {
        None,
        Reverts,
        BurnsAllGas,
        AnswersTooLong,
        AnswersTooShort
    }

    mapping(bytes32 origin => uint256) public accepted;
    mapping(bytes32 key => uint256) public met;
    Failure public failure;

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
        _fail();
        return (1, accepted[origin], type(uint256).max);
    }

    /// Answers more than was asked for, which must not count.
    function metPeriods(address agreement, bytes32 origin, bytes32 document, uint256) external view returns (uint256) {
        _fail();
        return met[keccak256(abi.encode(agreement, origin, document))];
    }

    function _fail() private view {
        require(failure != Failure.Reverts, "no answer");
        if (failure == Failure.BurnsAllGas) while (gasleft() != 0) {}
        if (failure == Failure.AnswersTooLong) _answer(new bytes(128));
        if (failure == Failure.AnswersTooShort) _answer(new bytes(31));
    }

    function _answer(bytes memory words) private pure {
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = 0xff;
        }
        assembly {
            return(add(words, 32), mload(words))
        }
    }
}
