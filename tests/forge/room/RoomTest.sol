// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {Access, File, Key, Manifest, Room} from "../../../contracts/types/Rooms.sol";
import {Conditions, Operators, Terms} from "../../../contracts/types/Terms.sol";
import {AgreementTest} from "../agreement/AgreementTest.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Vm} from "../Vm.sol";
import {RoomHash} from "./RoomHash.sol";

/// @notice An open agreement whose parties and operators have seats, and keys with the client, the contractor, its operator
/// and the arbiter. {linked} follows the history of every book and counts the room's events since the last look.
abstract contract RoomTest is AgreementTest {
    using PaperHash for Paper;

    uint256 internal constant CLIENT_SIDE = 1;
    uint256 internal constant CONTRACTOR_SIDE = 2;
    uint256 internal constant DELIVERABLE = 2;
    bytes32 internal constant SALT = keccak256("salt");

    IDataRoom internal room;
    bytes32 internal origin;
    bytes32 internal book;
    /// The contractor's, under {SALT}.
    bytes32 internal file;
    /// The histories as the recorded events make them.
    mapping(bytes32 book => bytes32) internal told;

    function setUp() public virtual override {
        super.setUp();
        room = deployed();
        origin = _open(_paper());
        book = RoomHash.book(address(agreement), origin);
        file = RoomHash.file(book, CONTRACTOR_SIDE, SALT);
        seatAll(_paper());
        register(CLIENT);
        register(CONTRACTOR);
        register(CONTRACTOR_OPERATOR);
        register(ARBITER);
        linked(5);
    }

    /* ARRANGE */

    function deployed() internal returns (IDataRoom) {
        return IDataRoom(vm.deployCode("out/DataRoom.sol/DataRoom.json"));
    }

    function seat(Paper memory paper) internal {
        vm.prank(STRANGER);
        room.seat(address(agreement), paper.terms(), new Conditions[](0), new Operators[](0));
    }

    function seatAll(Paper memory paper) internal {
        vm.prank(STRANGER);
        room.seat(address(agreement), paper.terms(), conditionsOf(paper), operatorsOf(paper));
    }

    function conditionsOf(Paper memory paper) internal pure returns (Conditions[] memory all) {
        all = new Conditions[](1);
        all[0] = paper.conditions();
    }

    function operatorsOf(Paper memory paper) internal pure returns (Operators[] memory all) {
        all = new Operators[](1);
        all[0] = paper.operators;
    }

    /// The account gets its next key.
    function register(address account) internal returns (uint256 version) {
        version = room.keyOf(account).version + 1;
        vm.prank(account);
        room.registerKey(account, keyOf(account, version), version, "");
    }

    function keyOf(address account, uint256 version) internal pure returns (bytes32) {
        return keccak256(abi.encode("key", account, version));
    }

    /* FILES */

    function manifestOf(bytes32 file_, uint256 version, address author, Access[] memory readers)
        internal
        pure
        returns (Manifest memory)
    {
        bytes32 content = keccak256(abi.encode("content", file_, version));
        bytes32 commitment = keccak256(abi.encode("commitment", content));
        return Manifest(file_, version, DELIVERABLE, content, 65_553, commitment, RoomHash.readers(readers), author);
    }

    /// The contractor's file {SALT} gets its next version.
    function put(Access[] memory readers) internal returns (Manifest memory manifest) {
        return put(readers, new address[](0));
    }

    function put(Access[] memory readers, address[] memory revoked) internal returns (Manifest memory manifest) {
        manifest = manifestOf(file, room.stateOf(file).latest + 1, CONTRACTOR, readers);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, readers, revoked, "");
    }

    /// What {put} would, by a stranger with a signature.
    function carry(Manifest memory manifest, Access[] memory readers, bytes memory signature) internal {
        vm.prank(STRANGER);
        room.put(book, SALT, manifest, readers, new address[](0), signature);
    }

    function give(address by, uint256 version, Access[] memory readers) internal {
        vm.prank(by);
        room.giveAccess(file, version, readers);
    }

    function signed(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        return sign(key, RoomHash.digest(structHash, address(room)));
    }

    function wrapOf(address reader, uint256 version) internal pure returns (bytes32) {
        return keccak256(abi.encode("wrap", reader, version));
    }

    /// Access to a version by the reader's key of now.
    function access(address reader, uint256 version) internal view returns (Access memory) {
        return Access(reader, room.keyOf(reader).version, wrapOf(reader, version));
    }

    function none() internal pure returns (Access[] memory) {
        return new Access[](0);
    }

    function list(Access memory one) internal pure returns (Access[] memory all) {
        all = new Access[](1);
        all[0] = one;
    }

    function list(Access memory one, Access memory other) internal pure returns (Access[] memory all) {
        all = new Access[](2);
        (all[0], all[1]) = (one, other);
    }

    function list(address one) internal pure returns (address[] memory all) {
        all = new address[](1);
        all[0] = one;
    }

    /* OUTCOMES */

    /// Announces that the next call of the room emits the event that follows.
    function expect() internal {
        vm.expectEmit(true, true, true, true, address(room));
    }

    function wrongVersion(uint256 version, uint256 next) internal {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_WrongVersion.selector, version, next));
    }

    function wrongSignature(address signer) internal {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_WrongSignature.selector, signer));
    }

    function noSeat(bytes32 book_, address account) internal {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_NoSeat.selector, book_, account));
    }

    function notYours(bytes32 file_, address account) internal {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_NotYours.selector, file_, account));
    }

    function noAccess(uint256 version, address reader) internal {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_NoAccess.selector, file, version, reader));
    }

    function nothingNew(uint256 version, address reader) internal {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_NothingNew.selector, file, version, reader));
    }

    function isShredded() internal {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_IsShredded.selector, file));
    }

    /// Since the last look the room emitted exactly `count` events, and each advanced the history of the book it names.
    function linked(uint256 count) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(room)) continue;
            ++found;
            bytes32 of_ = logs[i].topics[1];
            told[of_] = keccak256(abi.encode(told[of_], vm.getBlockTimestamp(), eventHash(logs[i])));
        }
        assertEq(found, count, "events of the room");
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(room)) continue;
            assertEq(room.historyOf(logs[i].topics[1]), told[logs[i].topics[1]], "history");
        }
        assertEq(room.historyOf(book), told[book], "history of the room");
    }

    /// Nothing has happened since the last look; forge records the events of calls that failed half-way, too.
    function undone() internal {
        vm.getRecordedLogs();
        assertEq(room.historyOf(book), told[book], "history as it was");
    }

    function assertSides(address client, address contractor, address clientOperator, address contractorOperator)
        internal
        view
    {
        assertEq(room.sideOf(book, client), CLIENT_SIDE, "side of the client");
        assertEq(room.sideOf(book, contractor), CONTRACTOR_SIDE, "side of the contractor");
        assertEq(room.sideOf(book, clientOperator), CLIENT_SIDE, "side of the client's operator");
        assertEq(room.sideOf(book, contractorOperator), CONTRACTOR_SIDE, "side of the contractor's operator");
        assertEq(room.sideOf(book, STRANGER), 0, "side of a stranger");
        assertEq(room.sideOf(book, ARBITER), 0, "side of the arbiter");
    }

    function assertRoom(bytes32 id, bool operators) internal view {
        Room memory of_ = room.roomOf(book);
        assertEq(of_.agreement, address(agreement), "agreement of the room");
        assertEq(of_.origin, origin, "origin of the room");
        assertEq(of_.id, id, "document of the room");
        assertEq(of_.operators, operators, "operators of the room");
    }

    function assertFile(uint256 latest, bool shredded) internal view {
        File memory state = room.stateOf(file);
        assertEq(state.book, latest == 0 ? bytes32(0) : book, "book of the file");
        assertEq(state.side, latest == 0 ? 0 : CONTRACTOR_SIDE, "side of the file");
        assertEq(state.latest, latest, "latest version");
        assertEq(state.shredded, shredded, "shredded");
        assertEq(room.manifestOf(file, latest + 1), 0, "manifest of the next version");
    }

    function assertWraps(uint256 version, bytes32 client, bytes32 contractor, bytes32 operator, bytes32 arbiter)
        internal
        view
    {
        assertEq(room.wrapOf(file, version, CLIENT), client, "wrap for the client");
        assertEq(room.wrapOf(file, version, CONTRACTOR), contractor, "wrap for the contractor");
        assertEq(room.wrapOf(file, version, CONTRACTOR_OPERATOR), operator, "wrap for the operator");
        assertEq(room.wrapOf(file, version, ARBITER), arbiter, "wrap for the arbiter");
    }

    function assertKey(address account, bytes32 key, uint256 version) internal view {
        Key memory of_ = room.keyOf(account);
        assertEq(of_.key, key, "key");
        assertEq(of_.version, version, "version of the key");
    }
}
