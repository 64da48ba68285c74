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
}
