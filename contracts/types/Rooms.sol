// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a data room is made of (SPEC.md §14)
/// @dev Versions of files and of keys count from 1. Everything about a file's content is a hash.

/// @notice The encryption key of an account.
struct Key {
    /// X25519; zero: the account has none.
    bytes32 key;
    uint256 version;
}

/// @notice The agreement that a room belongs to.
struct Room {
    // slot 0
    address agreement;
    /// The operators of that document have their seats.
    bool operators;
    // slot 1
    bytes32 origin;
    // slot 2
    /// The document whose people have seats.
    bytes32 id;
}

/// @notice Where a file stands.
struct File {
    // slot 0
    bytes32 book;
    // slot 1
    /// Whose it is: 1 the client's side, 2 the contractor's.
    uint8 side;
    bool shredded;
    uint64 latest;
}

/// @notice What the author of a version signs.
/// @dev `Manifest(bytes32 file,uint256 version,uint256 kind,bytes32 content,uint256 size,bytes32 commitment,`
/// `bytes32 readers,address author)`, in this order.
struct Manifest {
    bytes32 file;
    uint256 version;
    /// SPEC.md 14.7.
    uint256 kind;
    /// SHA-256 of the sealed bytes.
    bytes32 content;
    uint256 size;
    /// keccak256(salt ‖ sha256(plaintext)).
    bytes32 commitment;
    /// keccak256(abi.encode(Access[])) of those who can read it from the start.
    bytes32 readers;
    address author;
}

/// @notice The leave to open a version.
struct Access {
    address reader;
    /// The version of the reader's key that the wrap is made for.
    uint256 keyVersion;
    /// SHA-256 of the wrap.
    bytes32 wrap;
}

/// @notice Whose side an address is on.
library Side {
    uint256 internal constant CLIENT = 1;
    uint256 internal constant CONTRACTOR = 2;
}
