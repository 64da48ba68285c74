// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";

/// @title OpenZeppelin's verifier of trie proofs, to be asked from outside
contract ProofMock {
    function verify(bytes memory value, bytes32 root, bytes memory key, bytes[] memory proof)
        external
        pure
        returns (bool)
    {
        return TrieProof.verify(value, root, key, proof);
    }
}
