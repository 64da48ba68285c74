// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {History} from "../../contracts/libraries/History.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title The linked history
contract HistoryProperties is Symbolic {
    mapping(bytes32 owner => bytes32) private words;

    /// Two words are equal only if all that went into them is.
    function check_S14_linkIsInjective(bytes32 one, bytes32 other, bytes32 event_, bytes32 another, uint64 t, uint64 u)
        external
    {
        vm.warp(t);
        bytes32 left = History.link(one, event_);
        vm.warp(u);
        bytes32 right = History.link(other, another);
        assert(left != right || (one == other && event_ == another && t == u));
    }

    /// An event advances the word of what it names by itself, once, and no other's.
    function check_S15_logAdvancesOneWord(
        bytes32 owner,
        bytes32 stranger,
        bytes32 before,
        bytes32 theirs,
        uint256 value
    ) external {
        vm.assume(owner != stranger);
        (words[owner], words[stranger]) = (before, theirs);
        bytes32 selector = keccak256("Event(bytes32,uint256)");
        History.log(words, abi.encode(2, selector, owner, value));
        bytes32 event_ = keccak256(abi.encode(selector, owner, value));
        assert(words[owner] == keccak256(abi.encode(before, block.timestamp, event_)));
        assert(words[stranger] == theirs);
    }
}
