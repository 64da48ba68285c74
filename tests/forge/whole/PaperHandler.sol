// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {Access, File, Key, Manifest} from "../../../contracts/types/Rooms.sol";
import {Status} from "../../../contracts/types/State.sol";
import {Review} from "../../../contracts/types/Talent.sol";
import {Conditions, Operators} from "../../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {RoomHash} from "../room/RoomHash.sol";
import {Test} from "../Vm.sol";
import {World} from "./World.sol";

/// @notice What the parties of all agreements, readers and strangers do in their rooms and, once they have ended, in the
/// talent registry, in any order.
/// @dev Every action takes three seeds. What a contract refuses is no failure; {World} says what is.
contract PaperHandler is Test {
    using PaperHash for Paper;

    uint256 private constant READERS = 4;
    address private constant STRANGER = address(0x57a6);

    World public immutable world;
    IDataRoom public immutable room;
    ITalentRegistry public immutable talent;
    uint256 private _count;
    /// Openings of what was sealed, by book and side.
    mapping(bytes32 book => mapping(bool byClient => bytes)) private _openings;

    constructor(World world_) {
        (world, room, talent) = (world_, world_.room(), world_.talent());
        for (uint256 i = 0; i < READERS; ++i) {
            registerKey(i, 1, 0);
        }
        for (uint256 i = 0; i < 3; ++i) {
            seat(i, 1, 0);
        }
    }

    /* THE ROOM */

    /// One in eight is none; by the account, or by a stranger with its signature.
    function registerKey(uint256 who, uint256 how, uint256 rarely) public {
        if (rarely % 8 != 0) return;
        address account = _readerAt(who);
        uint256 version = room.keyOf(account).version + 1;
        bytes32 key = how % 8 == 0 ? bytes32(0) : keccak256(abi.encode("key", ++_count));
        bytes memory signature;
        if (how >> 8 & 1 == 1) {
            bytes32 digest = RoomHash.digest(RoomHash.key(account, key, version), address(room));
            signature = sign(0xC1 + who % READERS, digest);
        }
        address by = how >> 8 & 1 == 1 ? STRANGER : account;
        _tryRoom("registerKey", by, abi.encodeCall(IDataRoom.registerKey, (account, key, version, signature)));
    }

    function seat(uint256 which, uint256 all, uint256 rarely) public {
        if (rarely % 8 != 0) return;
        Paper memory paper = _paperAt(which);
        Conditions[] memory conditions = new Conditions[](all & 1);
        Operators[] memory operators = new Operators[](all & 1);
        if (all & 1 == 1) (conditions[0], operators[0]) = (paper.conditions(), paper.operators);
        bytes memory data =
            abi.encodeCall(IDataRoom.seat, (address(world.agreement()), paper.terms(), conditions, operators));
        _tryRoom("seat", STRANGER, data);
    }

    /// By the party of the file's side, which most often has a seat.
    function put(uint256 which, uint256 readers, uint256 salt) external {
        Paper memory paper = _paperAt(which);
        uint256 side = which >> 64 & 1;
        address author = side == 0 ? paper.deal.client : paper.deal.contractor;
        bytes32 book = RoomHash.book(address(world.agreement()), _originAt(which));
        bytes32 file = RoomHash.file(book, side + 1, bytes32(salt % 2));
        Access[] memory list = _readersOf(readers);
        Manifest memory manifest = Manifest(
            file,
            room.stateOf(file).latest + 1,
            _count % 8,
            keccak256(abi.encode("content", ++_count)),
            _count,
            keccak256(abi.encode("commitment", _count)),
            RoomHash.readers(list),
            author
        );
        bytes memory data =
            abi.encodeCall(IDataRoom.put, (book, bytes32(salt % 2), manifest, list, new address[](0), ""));
        _tryRoom("put", author, data);
    }

    function giveAccess(uint256 which, uint256 version, uint256 readers) external {
        (bytes32 file, address party) = _fileAt(which);
        uint256 latest = room.stateOf(file).latest;
        if (latest == 0) return;
        bytes memory data = abi.encodeCall(IDataRoom.giveAccess, (file, version % latest + 1, _readersOf(readers)));
        _tryRoom("giveAccess", party, data);
    }

    function giveReceipt(uint256 which, uint256 version, uint256 who) external {
        (bytes32 file,) = _fileAt(which);
        uint256 latest = room.stateOf(file).latest;
        if (latest == 0) return;
        address reader = _readerAt(who);
        version = version % latest + 1;
        _tryRoom("giveReceipt", reader, abi.encodeCall(IDataRoom.giveReceipt, (file, version, reader, "")));
    }

    function shred(uint256 which, uint256 rarely, uint256) external {
        if (rarely % 3 != 0) return;
        (bytes32 file, address party) = _fileAt(which);
        _tryRoom("shred", party, abi.encodeCall(IDataRoom.shred, (file)));
    }

    /* THE REGISTRY */

    function setProfile(uint256 who, uint256 skip, uint256 rarely) external {
        if (rarely % 4 != 0) return;
        address account = _readerAt(who);
        uint256 version = talent.profileOf(account).version + (skip % 8 == 0 ? 2 : 1);
        bytes memory data =
            abi.encodeCall(ITalentRegistry.setProfile, (account, version, keccak256(abi.encode(++_count)), ""));
        _tryTalent("setProfile", account, data);
    }

    /// Of an agreement that has ended, if there is one.
    function sealReview(uint256 which, uint256 marks, uint256 side) external {
        bytes32 origin = _endedOne(which);
        Paper memory paper = world.paperOf(origin);
        Review memory opening =
            Review(marks % 5 + 1, marks / 8 % 5 + 1, marks / 64 % 5 + 1, 1, 0, keccak256(abi.encode(++_count)));
        bool byClient = side & 1 == 0;
        bytes memory data = abi.encodeCall(
            ITalentRegistry.sealReview, (address(world.agreement()), paper.terms(), keccak256(abi.encode(opening)))
        );
        if (_tryTalent("sealReview", byClient ? paper.deal.client : paper.deal.contractor, data)) {
            _openings[talent.bookOf(address(world.agreement()), origin)][byClient] = abi.encode(opening);
        }
    }

    /// What was sealed; one time in eight other marks, which must be refused.
    function revealReview(uint256 which, uint256 side, uint256 wrong) external {
        bytes32 book = talent.bookOf(address(world.agreement()), _endedOne(which));
        bytes memory opening = _openings[book][side & 1 == 0];
        if (opening.length == 0) return;
        Review memory review = abi.decode(opening, (Review));
        if (wrong % 8 == 0) {
            review.overall = review.overall % 5 + 1;
            bytes memory bad = abi.encodeCall(ITalentRegistry.revealReview, (book, side & 1 == 0, review));
            world.refuse("I33 another opening", STRANGER, address(talent), bad);
            return;
        }
        bytes memory data = abi.encodeCall(ITalentRegistry.revealReview, (book, side & 1 == 0, review));
        _tryTalent("revealReview", STRANGER, data);
    }

    /* HELPERS */

    function _tryRoom(string memory kind, address by, bytes memory data) private {
        world.act(kind, by, address(room), 0, data);
    }

    function _tryTalent(string memory kind, address by, bytes memory data) private returns (bool) {
        return world.act(kind, by, address(talent), 0, data);
    }

    /// The client, both contractors, and somebody else, by their keys.
    function _readerAt(uint256 who) private pure returns (address) {
        return vm.addr(0xC1 + who % READERS);
    }

    function _originAt(uint256 which) private view returns (bytes32) {
        return world.origins(which % world.count());
    }

    function _paperAt(uint256 which) private view returns (Paper memory) {
        return world.paperOf(_originAt(which));
    }

    /// A file that has a version, if there is one; and the party of its side.
    function _fileAt(uint256 which) private view returns (bytes32 file, address party) {
        for (uint256 i = 0; i < 4 * world.count(); ++i) {
            uint256 side = (which >> 64) + i & 1;
            bytes32 book = RoomHash.book(address(world.agreement()), _originAt(which % 97 + i / 4));
            file = RoomHash.file(book, side + 1, bytes32((which >> 66) + i / 2 & 1));
            if (room.stateOf(file).latest == 0) continue;
            Paper memory paper = _paperAt(which % 97 + i / 4);
            return (file, side == 0 ? paper.deal.client : paper.deal.contractor);
        }
    }

    function _endedOne(uint256 which) private view returns (bytes32 origin) {
        uint256 count = world.count();
        for (uint256 i = 0; i < count; ++i) {
            origin = _originAt(which % 97 + i);
            (uint256 status, uint256 accepted, uint256 periods) = world.agreement().progressOf(origin);
            if (status > Status.LIVE && accepted | periods != 0) return origin;
        }
        return _originAt(which);
    }

    /// Those that `mask` has a bit for; one time in eight for another version of their keys.
    function _readersOf(uint256 mask) private returns (Access[] memory list) {
        list = new Access[](READERS);
        uint256 found;
        for (uint256 i = 0; i < READERS; ++i) {
            Key memory key = room.keyOf(_readerAt(i));
            if (mask >> i & 1 == 0 || key.key == 0) continue;
            uint256 version = key.version + (mask >> 8 & 7 == 0 ? 1 : 0);
            list[found++] = Access(_readerAt(i), version, keccak256(abi.encode("wrap", ++_count)));
        }
        assembly ("memory-safe") {
            mstore(list, found)
        }
    }
}
