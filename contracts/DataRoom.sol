// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IDataRoom} from "./interfaces/IDataRoom.sol";
import {Documents} from "./libraries/Documents.sol";
import {History} from "./libraries/History.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TermsHash} from "./libraries/TermsHash.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {Access, File, Key, Manifest, Room, Side} from "./types/Rooms.sol";
import {Conditions, Operators, Terms} from "./types/Terms.sol";

/// @title DataRoom
/// @dev See {IDataRoom} for what it does. It calls agreements for views alone; a bogus one answers for its own room.
contract DataRoom is IDataRoom {
    bytes32 private constant KEY_TYPEHASH = keccak256("Key(address account,bytes32 key,uint256 version)");
    bytes32 private constant MANIFEST_TYPEHASH = keccak256(
        "Manifest(bytes32 file,uint256 version,uint256 kind,bytes32 content,uint256 size,bytes32 commitment,"
        "bytes32 readers,address author)"
    );
    bytes32 private constant RECEIPT_TYPEHASH = keccak256("Receipt(bytes32 file,uint256 version,address reader)");

    mapping(address account => Key) private _keys;
    mapping(bytes32 book => Room) private _rooms;
    mapping(bytes32 book => mapping(bytes32 id => mapping(address account => uint256))) private _seats;
    mapping(bytes32 file => File) private _files;

    /// @inheritdoc IDataRoom
    mapping(bytes32 file => mapping(uint256 version => bytes32)) public manifestOf;
    /// @inheritdoc IDataRoom
    mapping(bytes32 file => mapping(uint256 version => mapping(address reader => bytes32))) public wrapOf;
    /// @inheritdoc IDataRoom
    mapping(bytes32 file => mapping(uint256 version => mapping(address reader => uint256))) public receiptOf;
    /// @inheritdoc IDataRoom
    mapping(bytes32 book => bytes32) public historyOf;

    /* VIEWS */

    /// @inheritdoc IDataRoom
    function bookOf(address agreement, bytes32 origin) public pure returns (bytes32) {
        return keccak256(abi.encode(agreement, origin));
    }

    /// @inheritdoc IDataRoom
    function fileOf(bytes32 book, uint256 side, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(book, side, salt));
    }

    /// @inheritdoc IDataRoom
    function keyOf(address account) external view returns (Key memory) {
        return _keys[account];
    }

    /// @inheritdoc IDataRoom
    function roomOf(bytes32 book) external view returns (Room memory) {
        return _rooms[book];
    }

    /// @inheritdoc IDataRoom
    function sideOf(bytes32 book, address account) public view returns (uint256) {
        Room storage room = _rooms[book];
        if (room.agreement == address(0)) return 0;
        return _seats[book][Documents.stateOf(room.agreement, room.origin).id][account];
    }

    /// @inheritdoc IDataRoom
    function stateOf(bytes32 file) external view returns (File memory) {
        return _files[file];
    }

    /* KEYS AND SEATS */

    /// @inheritdoc IDataRoom
    function registerKey(address account, bytes32 key, uint256 version, bytes calldata signature) external {
        uint256 next = _keys[account].version + 1;
        require(version == next, DataRoom_WrongVersion(version, next));
        _checkSigned(account, keccak256(abi.encode(KEY_TYPEHASH, account, key, version)), signature);

        _keys[account] = Key({key: key, version: version});
        bytes32 book = keccak256(abi.encode(address(0), bytes32(0), account));
        _log(abi.encode(3, KeyRegistered.selector, book, account, version, key));
    }

    /// @inheritdoc IDataRoom
    function seat(
        address agreement,
        Terms calldata terms,
        Conditions[] calldata conditions,
        Operators[] calldata operators
    ) external {
        (bytes32 id, bytes32 origin) = Documents.idOf(agreement, terms);
        require(Documents.isInForce(agreement, id, origin), DataRoom_NotInForce(id));
        bytes32 book = bookOf(agreement, origin);
        Room storage room = _rooms[book];
        bool all = operators.length > 0;
        if (room.id == id && (room.operators || !all)) return;

        (room.agreement, room.operators, room.origin, room.id) = (agreement, all, origin, id);
        mapping(address account => uint256) storage seats = _seats[book][id];
        if (all) {
            require(conditions.length > 0, DataRoom_WrongGroup(0, terms.annex));
            _seatOperators(terms, conditions[0], operators[0], seats);
        }
        seats[terms.deal.client] = Side.CLIENT;
        seats[terms.deal.contractor] = Side.CONTRACTOR;
        _log(abi.encode(3, Seated.selector, book, id, agreement, origin, all));
    }

    /* FILES */

    /// @inheritdoc IDataRoom
    function put(
        bytes32 book,
        bytes32 salt,
        Manifest calldata manifest,
        Access[] calldata readers,
        address[] calldata revoked,
        bytes calldata signature
    ) external {
        (bytes32 id, uint256 version, address author) = (manifest.file, manifest.version, manifest.author);
        File storage file = _files[id];
        uint256 side = _seatOf(book, author);
        require(id == fileOf(book, side, salt), DataRoom_NotYours(id, author));
        require(!file.shredded, DataRoom_IsShredded(id));
        uint256 next = uint256(file.latest) + 1;
        require(version == next, DataRoom_WrongVersion(version, next));
        bytes32 given = keccak256(abi.encode(readers));
        require(given == manifest.readers, DataRoom_OtherReaders(given, manifest.readers));
        bytes32 hashed = keccak256(abi.encode(MANIFEST_TYPEHASH, manifest));
        _checkSigned(author, hashed, signature);

        (file.book, file.side, file.latest) = (book, uint8(side), uint64(version));
        manifestOf[id][version] = hashed;
        _log(
            abi.encode(4, VersionPut.selector, book, id, author, side, version, manifest.kind, manifest.content, hashed)
        );
        _give(book, id, version, readers, author, true);
        for (uint256 i = 0; i < revoked.length; ++i) {
            address reader = revoked[i];
            bool had = wrapOf[id][version - 1][reader] != 0 && wrapOf[id][version][reader] == 0;
            require(had, DataRoom_NoAccess(id, version, reader));
            _log(abi.encode(4, AccessRevoked.selector, book, id, reader, version));
        }
    }

    /// @inheritdoc IDataRoom
    function giveAccess(bytes32 file, uint256 version, Access[] calldata readers) external {
        bytes32 book = _existing(file, version);
        bool isOwn = _seatOf(book, msg.sender) == _files[file].side;
        require(isOwn || wrapOf[file][version][msg.sender] != 0, DataRoom_NotYours(file, msg.sender));

        _give(book, file, version, readers, msg.sender, isOwn);
    }

    /// @inheritdoc IDataRoom
    function giveReceipt(bytes32 file, uint256 version, address reader, bytes calldata signature) external {
        bytes32 book = _existing(file, version);
        require(wrapOf[file][version][reader] != 0, DataRoom_NoAccess(file, version, reader));
        require(receiptOf[file][version][reader] == 0, DataRoom_NothingNew(file, version, reader));
        _checkSigned(reader, keccak256(abi.encode(RECEIPT_TYPEHASH, file, version, reader)), signature);

        receiptOf[file][version][reader] = block.timestamp;
        _log(abi.encode(4, ReceiptGiven.selector, book, file, reader, version));
    }

    /// @inheritdoc IDataRoom
    function shred(bytes32 file) external {
        bytes32 book = _existing(file, 1);
        require(_seatOf(book, msg.sender) == _files[file].side, DataRoom_NotYours(file, msg.sender));

        _files[file].shredded = true;
        _log(abi.encode(4, Shredded.selector, book, file, msg.sender));
    }

    /* CHECKS */

    /// The book of a file that has this version and is not shredded.
    function _existing(bytes32 id, uint256 version) private view returns (bytes32) {
        File storage file = _files[id];
        require(version > 0 && version <= file.latest, DataRoom_WrongVersion(version, file.latest));
        require(!file.shredded, DataRoom_IsShredded(id));
        return file.book;
    }

    function _seatOf(bytes32 book, address account) private view returns (uint256 side) {
        side = sideOf(book, account);
        require(side != 0, DataRoom_NoSeat(book, account));
    }

    /// The signer has sent, or has signed by its key or contract.
    function _checkSigned(address signer, bytes32 hashed, bytes calldata signature) private view {
        if (msg.sender == signer) return;
        bytes32 domain = TypedData.domain("Workpact Data Room", address(this));
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, hashed);
        require(Signatures.isValid(signer, digest, signature), DataRoom_WrongSignature(signer));
    }

    /* WORDS */

    function _seatOperators(
        Terms calldata terms,
        Conditions calldata conditions,
        Operators calldata operators,
        mapping(address account => uint256) storage seats
    ) private {
        bytes32 given = TermsHash.ofAnnex(conditions);
        require(given == terms.annex, DataRoom_WrongGroup(given, terms.annex));
        given = TermsHash.ofOperators(operators);
        require(given == conditions.operators, DataRoom_WrongGroup(given, conditions.operators));
        for (uint256 i = 0; i < operators.client.length; ++i) {
            seats[operators.client[i]] = Side.CLIENT;
        }
        for (uint256 i = 0; i < operators.contractor.length; ++i) {
            seats[operators.contractor[i]] = Side.CONTRACTOR;
        }
    }

    /// Whoever is not of the file's side replaces no wrap but its own: a bad one would lock its reader out.
    function _give(bytes32 book, bytes32 file, uint256 version, Access[] calldata readers, address by, bool isOwn)
        private
    {
        for (uint256 i = 0; i < readers.length; ++i) {
            (address reader, uint256 keyVersion, bytes32 wrap) =
                (readers[i].reader, readers[i].keyVersion, readers[i].wrap);
            Key storage key = _keys[reader];
            require(key.key != 0, DataRoom_NoKey(reader));
            require(keyVersion == key.version, DataRoom_OtherKey(reader, keyVersion, key.version));
            bytes32 before = wrapOf[file][version][reader];
            require(wrap != 0 && before != wrap, DataRoom_NothingNew(file, version, reader));
            require(isOwn || before == 0 || reader == by, DataRoom_NotYours(file, by));

            wrapOf[file][version][reader] = wrap;
            _log(abi.encode(4, AccessGiven.selector, book, file, reader, version, keyVersion, wrap, by));
        }
    }

    function _log(bytes memory words) private {
        History.log(historyOf, words);
    }
}
