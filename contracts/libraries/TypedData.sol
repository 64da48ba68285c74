// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title EIP-712 domains by name
library TypedData {
    /// @notice The domain of a contract of ours on this chain.
    function domain(string memory name, address verifier) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
    }
}
