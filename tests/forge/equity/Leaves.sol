// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Acceptance, Offer} from "../../../contracts/types/Equity.sol";

/// @notice Leaves of an offer and their tree, as SPEC.md 9.11 says: written without the contract's library.
library Leaves {
    function hashOf(address equity, uint256 plan, uint256 number, Acceptance memory leaf)
        internal
        view
        returns (bytes32)
    {
        bytes memory offered = abi.encode(block.chainid, equity, plan, number);
        bytes memory line = abi.encode(leaf.index, leaf.worker, leaf.wallet, leaf.units, leaf.salt);
        return keccak256(abi.encode(keccak256(bytes.concat(offered, line))));
    }

    /// The tree of OpenZeppelin's standard: the root first, the children of node i at 2i + 1 and 2i + 2, leaves last.
    function treeOf(bytes32[] memory leaves) internal pure returns (bytes32[] memory tree) {
        uint256 last = 2 * leaves.length - 2;
        tree = new bytes32[](last + 1);
        for (uint256 i = 0; i < leaves.length; ++i) {
            tree[last - i] = leaves[i];
        }
        for (uint256 i = leaves.length - 1; i > 0; --i) {
            (bytes32 left, bytes32 right) = (tree[2 * i - 1], tree[2 * i]);
            tree[i - 1] = left < right ? keccak256(abi.encode(left, right)) : keccak256(abi.encode(right, left));
        }
    }

    /// Of the leaf that was given as number `index`.
    function proofOf(bytes32[] memory tree, uint256 index) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](256);
        uint256 size;
        for (uint256 node = tree.length - 1 - index; node != 0; node = (node - 1) / 2) {
            proof[size++] = tree[node % 2 == 0 ? node - 1 : node + 1];
        }
        assembly ("memory-safe") {
            mstore(proof, size)
        }
    }

    /// Puts its proof into each leaf.
    function prove(address equity, uint256 plan, uint256 number, Acceptance[] memory leaves)
        internal
        view
        returns (bytes32 root)
    {
        bytes32[] memory hashes = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            hashes[i] = hashOf(equity, plan, number, leaves[i]);
        }
        bytes32[] memory tree = treeOf(hashes);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i].proof = proofOf(tree, i);
        }
        return tree[0];
    }

    function acceptHash(Offer memory offered, Acceptance memory leaf) internal pure returns (bytes32) {
        bytes32 typeHash =
            keccak256("Accept(address manager,uint256 worker,uint256 plan,uint256 offer,uint256 index,uint256 units)");
        return keccak256(
            abi.encode(typeHash, offered.manager, leaf.worker, offered.plan, offered.number, leaf.index, leaf.units)
        );
    }
}
