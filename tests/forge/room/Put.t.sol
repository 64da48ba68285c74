// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";
import {Access, Manifest} from "../../../contracts/types/Rooms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {RoomHash} from "./RoomHash.sol";
import {RoomTest} from "./RoomTest.sol";

/// @notice SPEC 14.3, 14.5: versions of files, who reads them from the start, and from whom they are taken.
contract PutTest is RoomTest {
    using PaperHash for Paper;

    address[] private nobody;

    function _first() private view returns (Manifest memory manifest, Access[] memory readers) {
        readers = list(access(CLIENT, 1), access(CONTRACTOR, 1));
        manifest = manifestOf(file, 1, CONTRACTOR, readers);
    }

    function _expectPut(Manifest memory given, address author) private {
        expect();
        bytes32 hashed = RoomHash.manifest(given);
        emit IDataRoom.VersionPut(book, file, author, CONTRACTOR_SIDE, given.version, given.kind, given.content, hashed);
    }

    function _expectGiven(address reader, uint256 version, uint256 keyVersion, bytes32 wrap, address by) private {
        expect();
        emit IDataRoom.AccessGiven(book, file, reader, version, keyVersion, wrap, by);
    }

    /* PUT */

    function test_a_version_with_its_readers() public {
        (Manifest memory manifest, Access[] memory readers) = _first();
        assertEq(room.fileOf(book, CONTRACTOR_SIDE, SALT), file, "file");
        assertFile(0, false);
        _expectPut(manifest, CONTRACTOR);
        _expectGiven(CLIENT, 1, 1, wrapOf(CLIENT, 1), CONTRACTOR);
        _expectGiven(CONTRACTOR, 1, 1, wrapOf(CONTRACTOR, 1), CONTRACTOR);
        put(readers);
        linked(3);
        assertFile(1, false);
        assertEq(room.manifestOf(file, 1), RoomHash.manifest(manifest), "manifest");
        assertWraps(1, wrapOf(CLIENT, 1), wrapOf(CONTRACTOR, 1), 0, 0);
        assertWraps(0, 0, 0, 0, 0);
        assertEq(room.receiptOf(file, 1, CLIENT), 0, "receipt");
    }

    function test_a_version_for_nobody() public {
        put(none());
        linked(1);
        assertFile(1, false);
        assertWraps(1, 0, 0, 0, 0);
    }

    function test_the_next_version_names_whom_it_takes_access_from() public {
        put(list(access(CLIENT, 1), access(CONTRACTOR, 1)));
        give(CONTRACTOR, 1, list(access(ARBITER, 1)));
        linked(4);
        vm.warp(START + 60);
        Access[] memory readers = list(access(CONTRACTOR, 2));
        address[] memory revoked = new address[](2);
        (revoked[0], revoked[1]) = (ARBITER, CLIENT);
        _expectPut(manifestOf(file, 2, CONTRACTOR, readers), CONTRACTOR);
        _expectGiven(CONTRACTOR, 2, 1, wrapOf(CONTRACTOR, 2), CONTRACTOR);
        expect();
        emit IDataRoom.AccessRevoked(book, file, ARBITER, 2);
        expect();
        emit IDataRoom.AccessRevoked(book, file, CLIENT, 2);
        put(readers, revoked);
        linked(4);
        assertFile(2, false);
        assertWraps(2, 0, wrapOf(CONTRACTOR, 2), 0, 0);
        // What could be opened stays so.
        assertWraps(1, wrapOf(CLIENT, 1), wrapOf(CONTRACTOR, 1), 0, wrapOf(ARBITER, 1));
    }

    function test_whoever_is_not_listed_reads_nothing_named_or_not() public {
        put(list(access(CLIENT, 1), access(CONTRACTOR, 1)));
        put(none());
        linked(4);
        assertWraps(2, 0, 0, 0, 0);
        // Nor is it anything to revoke later.
        Manifest memory manifest = manifestOf(file, 3, CONTRACTOR, none());
        noAccess(3, CLIENT);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, none(), list(CLIENT), "");
    }

    function test_all_of_a_side_go_on_with_its_files() public {
        put(list(access(CLIENT, 1)));
        linked(2);
        Access[] memory readers = list(access(CONTRACTOR, 2));
        Manifest memory manifest = manifestOf(file, 2, CONTRACTOR_OPERATOR, readers);
        _expectPut(manifest, CONTRACTOR_OPERATOR);
        _expectGiven(CONTRACTOR, 2, 1, wrapOf(CONTRACTOR, 2), CONTRACTOR_OPERATOR);
        vm.prank(CONTRACTOR_OPERATOR);
        room.put(book, SALT, manifest, readers, nobody, "");
        linked(2);
        put(none());
        linked(1);
        assertFile(3, false);
    }

    function test_with_an_assignment_the_side_goes_on() public {
        put(list(access(CONTRACTOR, 1)));
        linked(2);
        Paper memory next = _changeOf(_paper(), origin);
        next.deal.contractor = NEWCOMER;
        _amend(_paper(), next);
        Manifest memory manifest = manifestOf(file, 2, CONTRACTOR, none());
        noSeat(book, CONTRACTOR);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, none(), nobody, "");

        seat(next);
        noSeat(book, CONTRACTOR);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, none(), nobody, "");
        bytes memory signature = signed(CONTRACTOR_KEY, RoomHash.manifest(manifest));
        noSeat(book, CONTRACTOR);
        carry(manifest, none(), signature);

        manifest = manifestOf(file, 2, NEWCOMER, none());
        _expectPut(manifest, NEWCOMER);
        vm.prank(NEWCOMER);
        room.put(book, SALT, manifest, none(), list(CONTRACTOR), "");
        linked(3);
        assertFile(2, false);
        assertEq(room.wrapOf(file, 1, CONTRACTOR), wrapOf(CONTRACTOR, 1), "what it could read");
    }

    /// The last one counts, and all stand in the history.
    function test_a_reader_listed_twice() public {
        Access memory again = access(CLIENT, 1);
        again.wrap = keccak256("another wrap");
        Access[] memory readers = list(access(CLIENT, 1), again);
        _expectPut(manifestOf(file, 1, CONTRACTOR, readers), CONTRACTOR);
        _expectGiven(CLIENT, 1, 1, wrapOf(CLIENT, 1), CONTRACTOR);
        _expectGiven(CLIENT, 1, 1, again.wrap, CONTRACTOR);
        put(readers);
        linked(3);
        assertWraps(1, again.wrap, 0, 0, 0);
    }

    /* BY SIGNATURE */

    function test_anyone_carries_the_authors_signature_once() public {
        (Manifest memory manifest, Access[] memory readers) = _first();
        bytes memory signature = signed(CONTRACTOR_KEY, RoomHash.manifest(manifest));
        _expectPut(manifest, CONTRACTOR);
        _expectGiven(CLIENT, 1, 1, wrapOf(CLIENT, 1), CONTRACTOR);
        _expectGiven(CONTRACTOR, 1, 1, wrapOf(CONTRACTOR, 1), CONTRACTOR);
        carry(manifest, readers, signature);
        linked(3);
        assertFile(1, false);
        wrongVersion(1, 2);
        carry(manifest, readers, signature);
    }

    function test_a_signature_holds_for_what_it_says_alone() public {
        (Manifest memory manifest, Access[] memory readers) = _first();
        bytes memory signature = signed(CONTRACTOR_KEY, RoomHash.manifest(manifest));
        Manifest[5] memory others;
        for (uint256 i = 0; i < 5; ++i) {
            others[i] = abi.decode(abi.encode(manifest), (Manifest));
        }
        others[0].kind = 3;
        others[1].content = keccak256("other content");
        others[2].size += 1;
        others[3].commitment = keccak256("other commitment");
        others[4].author = CONTRACTOR_OPERATOR;
        for (uint256 i = 0; i < 5; ++i) {
            wrongSignature(others[i].author);
            carry(others[i], readers, signature);
        }
        bytes32 good = RoomHash.manifest(manifest);
        bytes[5] memory bad = [
            signed(CLIENT_KEY, good),
            sign(CONTRACTOR_KEY, RoomHash.digest(good, keccak256("Workpact"), block.chainid, address(room))),
            sign(CONTRACTOR_KEY, RoomHash.digest(good, RoomHash.NAME, block.chainid + 1, address(room))),
            sign(CONTRACTOR_KEY, RoomHash.digest(good, RoomHash.NAME, block.chainid, address(agreement))),
            bytes("")
        ];
        for (uint256 i = 0; i < 5; ++i) {
            wrongSignature(CONTRACTOR);
            carry(manifest, readers, bad[i]);
        }
        linked(0);
        assertFile(0, false);
        carry(manifest, readers, signature);
        linked(3);
    }

    /// @custom:threat T49
    function test_not_in_another_room_of_the_same_parties() public {
        (Manifest memory manifest, Access[] memory readers) = _first();
        bytes memory signature = signed(CONTRACTOR_KEY, RoomHash.manifest(manifest));
        Paper memory paper = _paper();
        paper.offer.salt = 2;
        bytes32 other = RoomHash.book(address(agreement), _open(paper));
        seat(paper);
        linked(1);
        notYours(file, CONTRACTOR);
        room.put(other, SALT, manifest, readers, nobody, signature);
        manifest.file = RoomHash.file(other, CONTRACTOR_SIDE, SALT);
        wrongSignature(CONTRACTOR);
        room.put(other, SALT, manifest, readers, nobody, signature);
    }

    function test_a_wallet_signs_by_erc1271() public {
        WalletMock wallet = new WalletMock();
        Paper memory next = _changeOf(_paper(), origin);
        next.operators.contractor[0] = address(wallet);
        _amend(_paper(), next);
        seatAll(next);
        Manifest memory manifest = manifestOf(file, 1, address(wallet), none());
        wrongSignature(address(wallet));
        carry(manifest, none(), "");
        wallet.approve(RoomHash.digest(RoomHash.manifest(manifest), address(room)));
        carry(manifest, none(), "");
        linked(2);
        assertFile(1, false);
    }

    /* REFUSED */

    function test_versions_rise_by_one() public {
        Manifest memory manifest = manifestOf(file, 0, CONTRACTOR, none());
        uint256[3] memory wrong = [uint256(0), 2, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            manifest.version = wrong[i];
            wrongVersion(wrong[i], 1);
            vm.prank(CONTRACTOR);
            room.put(book, SALT, manifest, none(), nobody, "");
        }
        put(none());
        put(none());
        manifest.version = 2;
        wrongVersion(2, 3);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, none(), nobody, "");
        linked(2);
        assertFile(2, false);
    }

    /// @custom:threat T55
    function test_not_by_who_has_no_seat() public {
        address[2] memory strangers = [STRANGER, ARBITER];
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 id = RoomHash.file(book, 0, SALT);
            Manifest memory manifest = manifestOf(id, 1, strangers[i], none());
            noSeat(book, strangers[i]);
            vm.prank(strangers[i]);
            room.put(book, SALT, manifest, none(), nobody, "");
        }
        bytes32 unknown = keccak256("no room");
        Manifest memory nowhere = manifestOf(RoomHash.file(unknown, CLIENT_SIDE, SALT), 1, CLIENT, none());
        noSeat(unknown, CLIENT);
        vm.prank(CLIENT);
        room.put(unknown, SALT, nowhere, none(), nobody, "");
        linked(0);
    }

    function test_not_in_a_file_of_the_other_side_or_another_salt() public {
        put(none());
        linked(1);
        Manifest memory manifest = manifestOf(file, 2, CLIENT, none());
        notYours(file, CLIENT);
        vm.prank(CLIENT);
        room.put(book, SALT, manifest, none(), nobody, "");
        manifest = manifestOf(file, 2, CONTRACTOR, none());
        notYours(file, CONTRACTOR);
        vm.prank(CONTRACTOR);
        room.put(book, keccak256("another salt"), manifest, none(), nobody, "");
        // Under the same salt each side has a file of its own.
        bytes32 theirs = RoomHash.file(book, CLIENT_SIDE, SALT);
        manifest = manifestOf(theirs, 1, CLIENT, none());
        vm.prank(CLIENT);
        room.put(book, SALT, manifest, none(), nobody, "");
        linked(1);
        assertFile(1, false);
        assertEq(room.stateOf(theirs).side, CLIENT_SIDE, "the client's");
        assertEq(room.stateOf(theirs).latest, 1, "its first version");
    }

    function test_not_for_other_readers_than_signed() public {
        (Manifest memory manifest, Access[] memory readers) = _first();
        Access[][4] memory others =
            [none(), list(readers[0]), list(readers[1], readers[0]), list(access(CLIENT, 1), access(ARBITER, 1))];
        for (uint256 i = 0; i < 4; ++i) {
            bytes32 given = RoomHash.readers(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_OtherReaders.selector, given, manifest.readers));
            vm.prank(CONTRACTOR);
            room.put(book, SALT, manifest, others[i], nobody, "");
        }
    }

    function test_not_by_a_key_that_the_reader_does_not_have_now() public {
        _putFails(Access(STRANGER, 0, keccak256("wrap")), _noKey(STRANGER));
        _putFails(Access(CLIENT, 0, keccak256("wrap")), _otherKey(CLIENT, 0, 1));
        _putFails(Access(CLIENT, 2, keccak256("wrap")), _otherKey(CLIENT, 2, 1));
        register(CLIENT);
        _putFails(Access(CLIENT, 1, keccak256("wrap")), _otherKey(CLIENT, 1, 2));
        vm.prank(CLIENT);
        room.registerKey(CLIENT, 0, 3, "");
        _putFails(Access(CLIENT, 3, keccak256("wrap")), _noKey(CLIENT));
        undone();
        assertFile(0, false);
    }

    function test_not_with_a_wrap_of_nothing_or_twice_the_same() public {
        bytes memory refusal = abi.encodeWithSelector(IDataRoom.DataRoom_NothingNew.selector, file, 1, CLIENT);
        _putFails(Access(CLIENT, 1, 0), refusal);
        _putFails(list(access(CLIENT, 1), access(CLIENT, 1)), refusal);
    }

    function test_not_taken_from_who_keeps_it_or_never_had_it() public {
        Manifest memory manifest = manifestOf(file, 1, CONTRACTOR, none());
        noAccess(1, CLIENT);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, none(), list(CLIENT), "");
        undone();

        put(list(access(CLIENT, 1)));
        linked(2);
        Access[] memory readers = list(access(CLIENT, 2));
        manifest = manifestOf(file, 2, CONTRACTOR, readers);
        noAccess(2, CLIENT);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, readers, list(CLIENT), "");
        noAccess(2, ARBITER);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, readers, list(ARBITER), "");
        undone();
        assertFile(1, false);
    }

    function test_not_after_shredding() public {
        put(none());
        vm.prank(CONTRACTOR);
        room.shred(file);
        Manifest memory manifest = manifestOf(file, 2, CONTRACTOR, none());
        isShredded();
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, none(), nobody, "");
        linked(2);
        assertFile(1, true);
    }

    /* WHATEVER IS SIGNED */

    function testFuzz_whatever_is_signed_is_told(
        uint256 kind,
        bytes32 content,
        uint256 size,
        bytes32 commitment,
        bytes32 salt
    ) public {
        bytes32 id = RoomHash.file(book, CLIENT_SIDE, salt);
        Manifest memory manifest = Manifest(id, 1, kind, content, size, commitment, RoomHash.readers(none()), CLIENT);
        bytes32 hashed = RoomHash.manifest(manifest);
        bytes memory signature = signed(CLIENT_KEY, hashed);
        expect();
        emit IDataRoom.VersionPut(book, id, CLIENT, CLIENT_SIDE, 1, kind, content, hashed);
        vm.prank(STRANGER);
        room.put(book, salt, manifest, none(), nobody, signature);
        linked(1);
        assertEq(room.manifestOf(id, 1), hashed, "manifest");
        assertEq(room.fileOf(book, CLIENT_SIDE, salt), id, "file");
    }

    function testFuzz_exactly_those_listed_have_a_wrap(uint8 count, uint256 listed, bytes32 seed) public {
        count = count % 9;
        Access[] memory readers = new Access[](count);
        uint256 found = 0;
        for (uint256 i = 0; i < count; ++i) {
            address reader = address(uint160(0x1000 + i));
            register(reader);
            if (listed >> i & 1 == 1) readers[found++] = Access(reader, 1, keccak256(abi.encode(seed, i)));
        }
        assembly ("memory-safe") {
            mstore(readers, found)
        }
        put(readers);
        linked(count + 1 + found);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 wrap = listed >> i & 1 == 1 ? keccak256(abi.encode(seed, i)) : bytes32(0);
            assertEq(room.wrapOf(file, 1, address(uint160(0x1000 + i))), wrap, "wrap");
        }
    }

    /* HELPERS */

    function _putFails(Access memory reader, bytes memory refusal) private {
        _putFails(list(reader), refusal);
    }

    function _putFails(Access[] memory readers, bytes memory refusal) private {
        Manifest memory manifest = manifestOf(file, 1, CONTRACTOR, readers);
        vm.expectRevert(refusal);
        vm.prank(CONTRACTOR);
        room.put(book, SALT, manifest, readers, nobody, "");
    }

    function _noKey(address reader) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDataRoom.DataRoom_NoKey.selector, reader);
    }

    function _otherKey(address reader, uint256 version, uint256 current) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDataRoom.DataRoom_OtherKey.selector, reader, version, current);
    }
}
