// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Access, Manifest} from "../../../contracts/types/Rooms.sol";

/// @notice Names and signed hashes of SPEC.md §14 once more, from words one by one instead of whole structs.
library RoomHash {
    bytes32 internal constant NAME = keccak256("Workpact Data Room");

    function book(address agreement, bytes32 origin) internal pure returns (bytes32) {
        return keccak256(bytes.concat(word(agreement), origin));
    }

    function keyBook(address account) internal pure returns (bytes32) {
        return keccak256(bytes.concat(bytes32(0), bytes32(0), word(account)));
    }

    function file(bytes32 book_, uint256 side, bytes32 salt) internal pure returns (bytes32) {
        return keccak256(bytes.concat(book_, bytes32(side), salt));
    }

    function key(address account, bytes32 key_, uint256 version) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("Key(address account,bytes32 key,uint256 version)");
        return keccak256(bytes.concat(typeHash, word(account), key_, bytes32(version)));
    }

    function manifest(Manifest memory given) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            bytes.concat(
                "Manifest(bytes32 file,uint256 version,uint256 kind,bytes32 content,",
                "uint256 size,bytes32 commitment,bytes32 readers,address author)"
            )
        );
        bytes memory words = bytes.concat(typeHash, given.file, bytes32(given.version), bytes32(given.kind));
        words = bytes.concat(words, given.content, bytes32(given.size), given.commitment, given.readers);
        return keccak256(bytes.concat(words, word(given.author)));
    }

    function receipt(bytes32 file_, uint256 version, address reader) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("Receipt(bytes32 file,uint256 version,address reader)");
        return keccak256(bytes.concat(typeHash, file_, bytes32(version), word(reader)));
    }

    /// `keccak256(abi.encode(Access[]))`: where the list begins, how many there are, and three words each.
    function readers(Access[] memory list) internal pure returns (bytes32) {
        bytes memory words = bytes.concat(bytes32(uint256(32)), bytes32(list.length));
        for (uint256 i = 0; i < list.length; ++i) {
            words = bytes.concat(words, word(list[i].reader), bytes32(list[i].keyVersion), list[i].wrap);
        }
        return keccak256(words);
    }

    function digest(bytes32 structHash, address verifier) internal view returns (bytes32) {
        return digest(structHash, NAME, block.chainid, verifier);
    }

    function digest(bytes32 structHash, bytes32 name, uint256 chain, address verifier) internal pure returns (bytes32) {
        bytes32 typeHash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes memory words = bytes.concat(typeHash, name, keccak256("1"), bytes32(chain), word(verifier));
        return keccak256(bytes.concat(hex"1901", keccak256(words), structHash));
    }

    function word(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
