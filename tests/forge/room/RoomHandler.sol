// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {Access, Manifest} from "../../../contracts/types/Rooms.sol";
import {Conditions, Operators} from "../../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Test, Vm} from "../Vm.sol";
import {BogusAgreement} from "./BogusAgreement.sol";
import {RoomHash} from "./RoomHash.sol";

/// @notice What sides, operators, readers and strangers do in two rooms of the same people, in any order, rightly or not,
/// while the document in force changes back and forth; with a ledger of its own beside it. Each call is made as it comes,
/// and must succeed exactly when the ledger says that it may.
contract RoomHandler is Test {
    using PaperHash for Paper;

    /// A file of the ledger; its number is that of room, side and salt.
    struct Ledger {
        bytes32 id;
        uint256 side;
        uint256 latest;
        bool shredded;
    }

    /// A list of readers, and whether all of them can be given.
    struct Readers {
        Access[] list;
        bool good;
    }

    /// A version on its way.
    struct Draft {
        uint256 file;
        uint256 who;
        Readers readers;
        Manifest manifest;
        bytes32 hashed;
        address[] revoked;
        uint256 by;
        bytes signature;
        bool good;
    }

    uint256 public constant ROOMS = 2;
    uint256 public constant FILES = 8;
    uint256 public constant ACCOUNTS = 8;
    uint256 internal constant DOCUMENTS = 4;
    uint256 internal constant MOST_VERSIONS = 6;
    /// Accounts 0 and 1 are clients in turn, 2 and 3 contractors, 4 and 5 operators of the two sides, 6 an arbiter.
    uint256 internal constant STRANGER = 7;

    IDataRoom public immutable room = IDataRoom(vm.deployCode("out/DataRoom.sol/DataRoom.json"));
    BogusAgreement[ROOMS] internal agreements = [new BogusAgreement(), new BogusAgreement()];
    address[ACCOUNTS] public accounts;
    bytes32[ROOMS] public books;
    bytes32[ROOMS] internal origins;
    bytes32[DOCUMENTS][ROOMS] internal ids;

    uint256 internal time = 1_800_000_000;
    uint256 private _count;

    uint256[ACCOUNTS] public keyVersions;
    bytes32[ACCOUNTS] public keys;
    /// The document in force, and those whose parties and whose operators have their seats.
    uint256[ROOMS] internal current;
    bool[DOCUMENTS][ROOMS] internal seated;
    bool[DOCUMENTS][ROOMS] internal appointed;
    /// What a room says of itself: the last document that was seated, plus one, and whether with operators.
    uint256[ROOMS] public named;
    bool[ROOMS] public operators;
    Ledger[FILES] internal files;
    mapping(uint256 file => mapping(uint256 version => bytes32)) public manifests;
    mapping(uint256 file => mapping(uint256 version => mapping(uint256 reader => bytes32))) public wraps;
    mapping(uint256 file => mapping(uint256 version => mapping(uint256 reader => uint256))) public receipts;
    mapping(bytes32 book => bytes32) public histories;
    /// Of one call: the hashes of the events that it must emit.
    bytes32[] private _events;
    /// Calls that have succeeded, but for seats.
    bytes[] private _past;
    /// The file and version that the last call named.
    uint256 public touched;
    uint256 public touchedVersion;

    constructor() {
        vm.warp(time);
        vm.recordLogs();
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            accounts[i] = vm.addr(i + 1);
        }
        for (uint256 i = 0; i < ROOMS; ++i) {
            origins[i] = _paper(i, 0).id(address(agreements[i]));
            books[i] = RoomHash.book(address(agreements[i]), origins[i]);
            for (uint256 document = 0; document < DOCUMENTS; ++document) {
                ids[i][document] = _paper(i, document).id(address(agreements[i]));
            }
            turn(i, 0);
            seat(i, 0, true);
        }
        for (uint256 i = 0; i < FILES; ++i) {
            uint256 side = i / 2 % 2 + 1;
            files[i] = Ledger(RoomHash.file(books[i / 4], side, bytes32(i % 2)), side, 0, false);
        }
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            registerKey(i, 0, 1);
        }
        // Every second file is there, for every second account.
        for (uint256 i = 0; i < FILES; i += 2) {
            put(i, 0, 0x55, 0, 0, 1);
        }
    }

    /* KEYS, SEATS, DOCUMENTS */

    /// By the account, by its signature, or by that of another; of 16 keys one is none, of 16 versions one not the next.
    function registerKey(uint256 who, uint8 how, uint8 wrong) public {
        who = who % ACCOUNTS;
        uint256 version = keyVersions[who] + (wrong % 16 == 15 ? 2 : 1);
        bytes32 key = wrong % 16 == 0 ? bytes32(0) : keccak256(abi.encode("key", ++_count));
        bytes32 hashed = RoomHash.key(accounts[who], key, version);
        (uint256 by, bytes memory signature, bool good) = _signed(who, hashed, how);
        good = good && wrong % 16 != 15;
        if (good) _expectKey(who, key, version);
        _call(by, abi.encodeCall(IDataRoom.registerKey, (accounts[who], key, version, signature)), good);
    }

    /// Most terms are those in force.
    function seat(uint256 which, uint256 document, bool all) public {
        which = which % ROOMS;
        document = document % 16 < DOCUMENTS ? document % 16 : current[which];
        Paper memory paper = _paper(which, document);
        Conditions[] memory conditions = new Conditions[](all ? 1 : 0);
        Operators[] memory operators_ = new Operators[](all ? 1 : 0);
        if (all) (conditions[0], operators_[0]) = (paper.conditions(), paper.operators);
        bool good = document == current[which];
        if (good && (named[which] != document + 1 || (all && !operators[which]))) _expectSeated(which, document, all);
        bytes memory data =
            abi.encodeCall(IDataRoom.seat, (address(agreements[which]), paper.terms(), conditions, operators_));
        _call(STRANGER, data, good);
        // A stranger may repeat it.
        if (good) _past.pop();
    }

    /// In one of four calls another document is in force, or one that was before.
    function turn(uint256 which, uint256 document) public {
        (which, document) = (which % ROOMS, document % 16);
        if (document >= DOCUMENTS) return;
        current[which] = document;
        agreements[which].turnTo(ids[which][document]);
    }

    /* FILES */

    /// Most authors are of the file's side, most versions the next.
    function put(uint256 file, uint256 who, uint8 given, uint8 taken, uint8 how, uint8 wrong) public {
        file = file % FILES;
        Ledger storage of_ = files[file];
        if (of_.latest == MOST_VERSIONS) return;
        Draft memory draft;
        (draft.file, draft.who) = (file, wrong % 3 == 0 ? who % ACCOUNTS : _partyOf(file));
        uint256 version = of_.latest + (wrong % 16 == 15 ? wrong % 3 : 1);
        (touched, touchedVersion) = (file, version);
        draft.readers = _readersOf(file, version, given, wrong);
        draft.manifest = _manifest(of_.id, version, draft.who, draft.readers.list);
        draft.hashed = RoomHash.manifest(draft.manifest);
        (draft.by, draft.signature, draft.good) = _signed(draft.who, draft.hashed, how);
        _revokedOf(draft, taken, wrong);
        draft.good = draft.good && draft.readers.good && sideOf(file / 4, draft.who) == of_.side && !of_.shredded
            && version == of_.latest + 1;
        if (draft.good) _expectPut(draft);
        _call(draft.by, _putCall(draft, file / 4), draft.good);
        // Nowhere else, whoever carries it and whatever was signed.
        _callBadly(_putCall(draft, 1 - file / 4));
    }

    function giveAccess(uint256 file, uint256 version, uint256 who, uint8 given, uint8 wrong) external {
        file = _existing(file);
        // One in three of the file's side, one of the other.
        who = wrong % 3 == 0 ? who % ACCOUNTS : _partyOf(wrong % 3 == 1 ? file : file ^ 2);
        Ledger storage of_ = files[file];
        version = _versionOf(file, version, wrong);
        (touched, touchedVersion) = (file, version);
        // The other side mostly leaves alone who has access.
        for (uint256 i = 0; i < ACCOUNTS && wrong % 3 == 2 && wrong % 16 != 5; ++i) {
            if (i != who && wraps[file][version][i] != 0) given &= uint8(~(1 << i));
        }
        Readers memory readers = _readersOf(file, version, given, wrong);
        uint256 side = sideOf(file / 4, who);
        bool isOwn = side == of_.side;
        bool good = version > 0 && version <= of_.latest && !of_.shredded && side != 0
            && (isOwn || wraps[file][version][who] != 0) && readers.good;
        for (uint256 i = 0; i < readers.list.length; ++i) {
            uint256 reader = _indexOf(readers.list[i].reader);
            good = good && (isOwn || reader == who || wraps[file][version][reader] == 0);
        }
        if (good) _giveAll(file, version, readers.list, who);
        _call(who, abi.encodeCall(IDataRoom.giveAccess, (of_.id, version, readers.list)), good);
    }

    function giveReceipt(uint256 file, uint256 version, uint256 reader, uint8 how) external {
        (file, reader) = (_existing(file), reader % ACCOUNTS);
        Ledger storage of_ = files[file];
        version = _versionOf(file, version, how / 16);
        // Most readers have access, and have not said so yet.
        for (uint256 i = 0; i < ACCOUNTS && how % 16 != 0 && !_isUnread(file, version, reader); ++i) {
            reader = (reader + 1) % ACCOUNTS;
        }
        (touched, touchedVersion) = (file, version);
        bytes32 hashed = RoomHash.receipt(of_.id, version, accounts[reader]);
        (uint256 by, bytes memory signature, bool good) = _signed(reader, hashed, how);
        good = good && version > 0 && version <= of_.latest && !of_.shredded && wraps[file][version][reader] != 0
            && receipts[file][version][reader] == 0;
        if (good) receipts[file][version][reader] = time;
        bytes32 book = books[file / 4];
        _expect(good, book, abi.encode(IDataRoom.ReceiptGiven.selector, book, of_.id, accounts[reader], version));
        _call(by, abi.encodeCall(IDataRoom.giveReceipt, (of_.id, version, accounts[reader], signature)), good);
    }

    /// One file in four calls, mostly by its side.
    function shred(uint256 file, uint256 who) external {
        if (file % (4 * FILES) >= FILES) return;
        file = file % FILES;
        who = who % 32 < ACCOUNTS ? who % ACCOUNTS : _partyOf(file);
        (touched, touchedVersion) = (file, 1);
        Ledger storage of_ = files[file];
        bool good = of_.latest > 0 && !of_.shredded && sideOf(file / 4, who) == of_.side;
        if (good) of_.shredded = true;
        bytes32 book = books[file / 4];
        _expect(good, book, abi.encode(IDataRoom.Shredded.selector, book, of_.id, accounts[who]));
        _call(who, abi.encodeCall(IDataRoom.shred, (of_.id)), good);
    }

    /* STRANGERS, TIME */

    /// What a stranger saw, it cannot do again.
    function replay(uint256 which) external {
        if (_past.length > 0) _callBadly(_past[which % _past.length]);
    }

    function pass(uint16 secondsPassed) external {
        time += secondsPassed;
        vm.warp(time);
    }

    /* LEDGER */

    function fileAt(uint256 file) external view returns (Ledger memory) {
        return files[file];
    }

    function idOf(uint256 which, uint256 document) external view returns (bytes32) {
        return ids[which][document];
    }

    function sideOf(uint256 which, uint256 who) public view returns (uint256) {
        uint256 document = current[which];
        if (!seated[which][document]) return 0;
        if (who == document % 2) return 1;
        if (who == 2 + document / 2) return 2;
        return appointed[which][document] && (who == 4 || who == 5) ? who - 3 : 0;
    }

    /* WHAT IS CALLED */

    /// By the signer itself, by the stranger with its signature, or with that of another.
    function _signed(uint256 who, bytes32 hashed, uint256 how)
        private
        view
        returns (uint256 by, bytes memory signature, bool good)
    {
        how = how % 8;
        if (how < 4) return (who, "", true);
        good = how < 7 || who == STRANGER;
        uint256 signer = how < 7 ? who : (who + 1) % ACCOUNTS;
        return (STRANGER, sign(signer + 1, RoomHash.digest(hashed, address(room))), good);
    }

    function _manifest(bytes32 id, uint256 version, uint256 who, Access[] memory readers)
        private
        returns (Manifest memory)
    {
        bytes32 content = keccak256(abi.encode("content", ++_count));
        return Manifest(id, version, _count % 8, content, _count, ~content, RoomHash.readers(readers), accounts[who]);
    }

    /// One reader a bit of `given`, most of them with a key; of 16 lists one has a wrong key version, one wraps as they are.
    function _readersOf(uint256 file, uint256 version, uint8 given, uint8 wrong)
        private
        returns (Readers memory readers)
    {
        for (uint256 i = 0; i < ACCOUNTS && wrong % 16 != 9; ++i) {
            if (keys[i] == 0) given &= uint8(~(1 << i));
        }
        readers.list = new Access[](_bits(given));
        readers.good = true;
        uint256 found = 0;
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            if (given >> i & 1 == 0) continue;
            bytes32 wrap = wrong % 16 == 7 ? wraps[file][version][i] : keccak256(abi.encode("wrap", ++_count));
            readers.list[found++] = Access(accounts[i], keyVersions[i] + (wrong % 16 == 11 ? 1 : 0), wrap);
            if (keys[i] == 0 || wrong % 16 == 7 || wrong % 16 == 11) readers.good = false;
        }
    }

    /// Whom the next version leaves out, or sometimes whom it does not.
    function _revokedOf(Draft memory draft, uint8 taken, uint8 wrong) private view {
        uint256 latest = files[draft.file].latest;
        address[] memory revoked = new address[](ACCOUNTS);
        uint256 found = 0;
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            bool lost = wraps[draft.file][latest][i] != 0 && !_isAmong(draft.readers.list, accounts[i]);
            if (taken >> i & 1 == 0 || (!lost && wrong % 16 != 13)) continue;
            revoked[found++] = accounts[i];
            draft.good = draft.good && lost;
        }
        assembly ("memory-safe") {
            mstore(revoked, found)
        }
        draft.revoked = revoked;
    }

    function _putCall(Draft memory draft, uint256 which) private view returns (bytes memory) {
        bytes32 salt = bytes32(draft.file % 2);
        return abi.encodeCall(
            IDataRoom.put, (books[which], salt, draft.manifest, draft.readers.list, draft.revoked, draft.signature)
        );
    }

    function _call(uint256 by, bytes memory data, bool good) private {
        vm.getRecordedLogs();
        vm.prank(accounts[by]);
        (bool success,) = address(room).call(data);
        assertEq(success, good, "success");
        if (!success) return;
        _past.push(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, _events.length, "events");
        for (uint256 i = 0; i < logs.length; ++i) {
            assertEq(eventHash(logs[i]), _events[i], "event");
        }
        delete _events;
    }

    function _callBadly(bytes memory data) private {
        vm.prank(accounts[STRANGER]);
        (bool success,) = address(room).call(data);
        assertFalse(success, "done again or elsewhere");
    }

    /* WHAT IS EXPECTED */

    function _expectKey(uint256 who, bytes32 key, uint256 version) private {
        (keyVersions[who], keys[who]) = (version, key);
        bytes32 book = RoomHash.keyBook(accounts[who]);
        _expect(true, book, abi.encode(IDataRoom.KeyRegistered.selector, book, accounts[who], version, key));
    }

    function _expectSeated(uint256 which, uint256 document, bool all) private {
        (named[which], operators[which], seated[which][document]) = (document + 1, all, true);
        if (all) appointed[which][document] = true;
        bytes32 book = books[which];
        bytes memory topics = abi.encode(IDataRoom.Seated.selector, book, ids[which][document]);
        _expect(true, book, bytes.concat(topics, abi.encode(address(agreements[which]), origins[which], all)));
    }

    function _expect(bool good, bytes32 book, bytes memory words) private {
        if (!good) return;
        _events.push(keccak256(words));
        histories[book] = keccak256(abi.encode(histories[book], time, keccak256(words)));
    }

    function _expectPut(Draft memory draft) private {
        (uint256 file, Manifest memory manifest) = (draft.file, draft.manifest);
        bytes32 book = books[file / 4];
        files[file].latest = manifest.version;
        manifests[file][manifest.version] = draft.hashed;
        bytes memory topics = abi.encode(IDataRoom.VersionPut.selector, book, manifest.file, manifest.author);
        bytes memory data =
            abi.encode(files[file].side, manifest.version, manifest.kind, manifest.content, draft.hashed);
        _expect(true, book, bytes.concat(topics, data));
        _giveAll(file, manifest.version, draft.readers.list, draft.who);
        for (uint256 i = 0; i < draft.revoked.length; ++i) {
            topics = abi.encode(IDataRoom.AccessRevoked.selector, book, manifest.file, draft.revoked[i]);
            _expect(true, book, bytes.concat(topics, bytes32(manifest.version)));
        }
    }

    function _giveAll(uint256 file, uint256 version, Access[] memory readers, uint256 by) private {
        bytes32 book = books[file / 4];
        for (uint256 i = 0; i < readers.length; ++i) {
            Access memory given = readers[i];
            wraps[file][version][_indexOf(given.reader)] = given.wrap;
            bytes memory topics = abi.encode(IDataRoom.AccessGiven.selector, book, files[file].id, given.reader);
            bytes memory data = abi.encode(version, given.keyVersion, given.wrap, accounts[by]);
            _expect(true, book, bytes.concat(topics, data));
        }
    }

    /* HELPERS */

    /// A file that has a version, mostly.
    function _existing(uint256 file) private view returns (uint256) {
        file = file % FILES;
        return files[file].latest == 0 ? file & ~uint256(1) : file;
    }

    /// A version that is there, mostly.
    function _versionOf(uint256 file, uint256 version, uint256 wrong) private view returns (uint256) {
        uint256 latest = files[file].latest;
        return wrong % 16 == 15 || latest == 0 ? version % (MOST_VERSIONS + 2) : version % latest + 1;
    }

    function _isUnread(uint256 file, uint256 version, uint256 reader) private view returns (bool) {
        return wraps[file][version][reader] != 0 && receipts[file][version][reader] == 0;
    }

    /// The party of the file's side in the document in force.
    function _partyOf(uint256 file) private view returns (uint256) {
        uint256 document = current[file / 4];
        return files[file].side == 1 ? document % 2 : 2 + document / 2;
    }

    function _isAmong(Access[] memory readers, address account) private pure returns (bool) {
        for (uint256 i = 0; i < readers.length; ++i) {
            if (readers[i].reader == account) return true;
        }
        return false;
    }

    function _indexOf(address account) private view returns (uint256 index) {
        while (accounts[index] != account) ++index;
    }

    function _bits(uint8 word) private pure returns (uint256 count) {
        for (; word != 0; word &= word - 1) {
            ++count;
        }
    }

    function _paper(uint256 which, uint256 document) private view returns (Paper memory paper) {
        paper.deal.origin = document == 0 ? bytes32(0) : origins[which];
        paper.deal.client = accounts[document % 2];
        paper.deal.contractor = accounts[2 + document / 2];
        paper.operators.client = new address[](1);
        paper.operators.contractor = new address[](1);
        (paper.operators.client[0], paper.operators.contractor[0]) = (accounts[4], accounts[5]);
    }
}
