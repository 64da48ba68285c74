// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The linked history (SPEC.md §10)
/// @notice One word that chains every event of an agreement: nothing can be left out, edited or reordered unseen.
library History {
    /// @notice The word after one more event.
    /// @param history The word before it, zero at first.
    /// @param eventHash `keccak256(topics ‖ data)` of the event as it was emitted.
    function link(bytes32 history, bytes32 eventHash) internal view returns (bytes32) {
        return keccak256(abi.encode(history, block.timestamp, eventHash));
    }

    /// @notice Emits an event and links it to the history of what its first indexed argument names.
    /// @param words `abi.encode(topics, selector, indexed arguments…, other arguments…)`, of which `topics` is taken off:
    /// as an argument, literal in each call, the compiler would make a copy of all this for each number.
    function log(mapping(bytes32 => bytes32) storage histories, bytes memory words) internal {
        bytes32 owner;
        uint256 topics;
        assembly ("memory-safe") {
            let rest := add(words, 0x20)
            topics := mload(rest)
            mstore(rest, sub(mload(words), 0x20))
            words := rest
            owner := mload(add(words, 0x40))
        }
        log(histories, owner, topics, words);
    }

    /// @notice Emits an event and links it to the history of what it belongs to: what is hashed is what is emitted.
    /// @param owner What the event belongs to.
    /// @param topics How many of the words are topics: the selector and one to three indexed arguments.
    /// @param words `abi.encode(selector, indexed arguments…, other arguments…)`, all static; of an event with an array, the
    /// topics so, and after them its data as it is encoded alone.
    function log(mapping(bytes32 => bytes32) storage histories, bytes32 owner, uint256 topics, bytes memory words)
        internal
    {
        assembly ("memory-safe") {
            let topic := add(words, 0x20)
            let first := mload(add(topic, 0x20))
            let data := add(topic, mul(topics, 0x20))
            let size := sub(mload(words), mul(topics, 0x20))
            switch topics
            case 2 { log2(data, size, mload(topic), first) }
            case 3 { log3(data, size, mload(topic), first, mload(add(topic, 0x40))) }
            case 4 { log4(data, size, mload(topic), first, mload(add(topic, 0x40)), mload(add(topic, 0x60))) }
            default { revert(0, 0) }
        }
        histories[owner] = link(histories[owner], keccak256(words));
    }
}
