// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title What a Safe tells its handler
interface ISafe {
    function domainSeparator() external view returns (bytes32);

    function checkSignatures(bytes32 dataHash, bytes calldata data, bytes calldata signatures) external view;
}

/// @title What makes a Safe answer ERC-1271: its owners' signatures over its own message of the digest
contract SafeHandlerMock is IERC1271 {
    bytes32 private constant MESSAGE = keccak256("SafeMessage(bytes message)");

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        bytes32 message = keccak256(abi.encode(MESSAGE, keccak256(abi.encode(digest))));
        bytes memory data = abi.encodePacked(hex"1901", ISafe(msg.sender).domainSeparator(), message);
        ISafe(msg.sender).checkSignatures(keccak256(data), data, signature);
        return IERC1271.isValidSignature.selector;
    }
}
