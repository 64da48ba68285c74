// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Access, File, Key, Manifest, Room} from "../types/Rooms.sol";
import {Conditions, Operators, Terms} from "../types/Terms.sol";

/// @title Who may read which version of which file (SPEC.md §14)
/// @notice The sides of an agreement share files that lie encrypted wherever they like. Here stand the keys of readers,
/// the hash of each version, who was given access by whom, from whom it was taken, and who says to have read: no
/// plaintext, no name, no key that opens anything.
/// @dev Every event advances the history of its book (SPEC.md §10): a room's is
/// `keccak256(abi.encode(agreement contract, origin))`, that of an account's keys
/// `keccak256(abi.encode(address(0), bytes32(0), account))`.
///
/// EIP-712 domain: name "Workpact Data Room", version "1", this chain and contract. Signed, by key or ERC-1271:
/// `Key(address account,bytes32 key,uint256 version)`,
/// `Manifest(bytes32 file,uint256 version,uint256 kind,bytes32 content,uint256 size,bytes32 commitment,bytes32 readers,address author)`,
/// `Receipt(bytes32 file,uint256 version,address reader)`.
///
/// Warning: taking access away hides later versions, never what was opened.
interface IDataRoom {
    /* EVENTS */

    /// @notice `account` has this encryption key from now on; none if it is zero.
    event KeyRegistered(bytes32 indexed book, address indexed account, uint256 version, bytes32 key);
    /// @notice The parties of the document `id`, and its operators if `operators`, have their seats.
    event Seated(bytes32 indexed book, bytes32 indexed id, address agreement, bytes32 origin, bool operators);
    /// @notice A version was put; `manifest` is the struct hash of what its author signed.
    event VersionPut(
        bytes32 indexed book,
        bytes32 indexed file,
        address indexed author,
        uint256 side,
        uint256 version,
        uint256 kind,
        bytes32 content,
        bytes32 manifest
    );
    /// @notice `by` let `reader` open a version by the wrap made for its key of that version.
    event AccessGiven(
        bytes32 indexed book,
        bytes32 indexed file,
        address indexed reader,
        uint256 version,
        uint256 keyVersion,
        bytes32 wrap,
        address by
    );
    /// @notice From `version` on `reader` can open nothing of the file, unless it is given access anew.
    event AccessRevoked(bytes32 indexed book, bytes32 indexed file, address indexed reader, uint256 version);
    /// @notice `reader` says to have opened a version.
    event ReceiptGiven(bytes32 indexed book, bytes32 indexed file, address indexed reader, uint256 version);
    /// @notice The owner's side says that all sealed bytes and wraps of the file are destroyed.
    event Shredded(bytes32 indexed book, bytes32 indexed file, address indexed by);

    /* ERRORS */

    /// @notice Thrown when a key or a file's version is not the next one, or a file has no such version: its latest is then
    /// `next`.
    error DataRoom_WrongVersion(uint256 version, uint256 next);
    /// @notice Thrown when `signer` has neither signed nor sent.
    error DataRoom_WrongSignature(address signer);
    /// @notice Thrown when the document is not the one in force, or never was.
    error DataRoom_NotInForce(bytes32 id);
    /// @notice Thrown when a group of the terms is missing or not the one that the document has.
    error DataRoom_WrongGroup(bytes32 given, bytes32 expected);
    /// @notice Thrown when `account` has no seat in the room under the document in force.
    error DataRoom_NoSeat(bytes32 book, address account);
    /// @notice Thrown when a file is of the other side, or of another room, or was not put under this salt, or when another
    /// reader's wrap is replaced in it.
    error DataRoom_NotYours(bytes32 file, address account);
    /// @notice Thrown when the list of readers is not the one that was signed.
    error DataRoom_OtherReaders(bytes32 given, bytes32 signed);
    /// @notice Thrown when a reader has no encryption key.
    error DataRoom_NoKey(address reader);
    /// @notice Thrown when a wrap is for another version of the reader's key than the one it has now.
    error DataRoom_OtherKey(address reader, uint256 keyVersion, uint256 current);
    /// @notice Thrown when a reader has no access to a version, or when it is to be revoked while it keeps it.
    error DataRoom_NoAccess(bytes32 file, uint256 version, address reader);
    /// @notice Thrown when access would not change, a receipt was given before, or a hash is zero.
    error DataRoom_NothingNew(bytes32 file, uint256 version, address reader);
    /// @notice Thrown when a file is shredded.
    error DataRoom_IsShredded(bytes32 file);

    /* VIEWS */

    /// @notice The book of an agreement's room.
    function bookOf(address agreement, bytes32 origin) external pure returns (bytes32);

    /// @notice The file that a side of a room puts under a salt.
    function fileOf(bytes32 book, uint256 side, bytes32 salt) external pure returns (bytes32);

    /// @notice The encryption key of an account.
    function keyOf(address account) external view returns (Key memory);

    /// @notice The agreement of a room, and the document whose people have seats.
    function roomOf(bytes32 book) external view returns (Room memory);

    /// @notice Whose side `account` acts for now: 1 client, 2 contractor, 0 none.
    function sideOf(bytes32 book, address account) external view returns (uint256);

    /// @notice Where a file stands.
    function stateOf(bytes32 file) external view returns (File memory);

    /// @notice The struct hash of the manifest of a version; zero for none.
    function manifestOf(bytes32 file, uint256 version) external view returns (bytes32);

    /// @notice SHA-256 of the wrap by which `reader` opens a version; zero for none.
    function wrapOf(bytes32 file, uint256 version, address reader) external view returns (bytes32);

    /// @notice When `reader` gave its receipt for a version; zero if it did not.
    function receiptOf(bytes32 file, uint256 version, address reader) external view returns (uint256);

    /// @notice The word that chains every event of a book.
    function historyOf(bytes32 book) external view returns (bytes32);

    /* KEYS AND SEATS */

    /// @notice Sets the encryption key of `account`. The account, or anyone with its signature of `Key`.
    /// @dev `version` is the next; the zero key takes the account's key away. Emits {KeyRegistered}.
    function registerKey(address account, bytes32 key, uint256 version, bytes calldata signature) external;

    /// @notice Gives the people of the document in force their seats. Anyone; repeated, it changes nothing.
    /// @dev `conditions` and `operators` are empty, or one each: then operators have seats too. Emits {Seated}.
    function seat(
        address agreement,
        Terms calldata terms,
        Conditions[] calldata conditions,
        Operators[] calldata operators
    ) external;

    /* FILES */

    /// @notice Puts the next version of a file. Its author, who has a seat of the file's side, or anyone with its signature
    /// of the manifest.
    /// @dev Emits {VersionPut}, {AccessGiven} for each of `readers`, {AccessRevoked} for each of `revoked`, who could open
    /// the version before and is not among the readers of this one. Of a reader listed twice the last wrap counts.
    /// @param salt Of the file, {fileOf}.
    /// @param revoked Not signed: who carries a manifest names them. Whoever is not among the readers opens nothing, named
    /// or not.
    function put(
        bytes32 book,
        bytes32 salt,
        Manifest calldata manifest,
        Access[] calldata readers,
        address[] calldata revoked,
        bytes calldata signature
    ) external;

    /// @notice Lets more readers open a version, or the same by a new key. Whoever has a seat of the file's side, or has a
    /// seat and access itself; the latter replaces no wrap but its own.
    /// @dev Emits {AccessGiven} for each.
    function giveAccess(bytes32 file, uint256 version, Access[] calldata readers) external;

    /// @notice Says that `reader` has opened a version. The reader, or anyone with its signature of `Receipt`; once.
    /// @dev Emits {ReceiptGiven}.
    function giveReceipt(bytes32 file, uint256 version, address reader, bytes calldata signature) external;

    /// @notice Says that sealed bytes and wraps of a file are destroyed; nothing follows. Whoever has a seat of its side.
    /// @dev Emits {Shredded}.
    function shred(bytes32 file) external;
}
