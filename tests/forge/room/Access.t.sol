// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {Access} from "../../../contracts/types/Rooms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {RoomTest} from "./RoomTest.sol";

/// @notice SPEC 14.4: access after a version was put; who may give it, and replace it.
contract AccessTest is RoomTest {
    using PaperHash for Paper;

    function setUp() public override {
        super.setUp();
        put(list(access(CLIENT, 1)));
        linked(2);
    }

    function _expectGiven(address reader, uint256 version, uint256 keyVersion, bytes32 wrap, address by) private {
        expect();
        emit IDataRoom.AccessGiven(book, file, reader, version, keyVersion, wrap, by);
    }

    function _otherWrap(address reader) private view returns (Access memory other) {
        other = access(reader, 1);
        other.wrap = keccak256("another wrap");
    }

    /* GIVEN */

    function test_the_side_gives_its_file_to_more() public {
        _expectGiven(ARBITER, 1, 1, wrapOf(ARBITER, 1), CONTRACTOR_OPERATOR);
        _expectGiven(CONTRACTOR, 1, 1, wrapOf(CONTRACTOR, 1), CONTRACTOR_OPERATOR);
        give(CONTRACTOR_OPERATOR, 1, list(access(ARBITER, 1), access(CONTRACTOR, 1)));
        linked(2);
        assertWraps(1, wrapOf(CLIENT, 1), wrapOf(CONTRACTOR, 1), 0, wrapOf(ARBITER, 1));
        assertFile(1, false);
    }

    function test_who_was_given_a_version_passes_it_on() public {
        _expectGiven(ARBITER, 1, 1, wrapOf(ARBITER, 1), CLIENT);
        give(CLIENT, 1, list(access(ARBITER, 1)));
        linked(1);
        assertWraps(1, wrapOf(CLIENT, 1), 0, 0, wrapOf(ARBITER, 1));
    }

    function test_not_by_the_other_side_without_access_to_that_version() public {
        Access[] memory readers = list(access(ARBITER, 1));
        notYours(file, CLIENT_OPERATOR);
        give(CLIENT_OPERATOR, 1, readers);
        put(none());
        linked(1);
        notYours(file, CLIENT);
        give(CLIENT, 2, readers);
        // Of the version before it may still.
        give(CLIENT, 1, readers);
        linked(1);
        assertWraps(2, 0, 0, 0, 0);
    }

    function test_not_by_who_has_no_seat_even_with_access() public {
        give(CONTRACTOR, 1, list(access(ARBITER, 1)));
        linked(1);
        Access[] memory readers = list(access(CONTRACTOR, 1));
        address[2] memory strangers = [STRANGER, ARBITER];
        for (uint256 i = 0; i < 2; ++i) {
            noSeat(book, strangers[i]);
            give(strangers[i], 1, readers);
        }
        linked(0);
    }

    function test_a_party_that_went_gives_nothing_more() public {
        Paper memory next = _changeOf(_paper(), origin);
        next.deal.client = NEWCOMER;
        _amend(_paper(), next);
        Access[] memory readers = list(access(ARBITER, 1));
        noSeat(book, CLIENT);
        give(CLIENT, 1, readers);
        noSeat(book, CONTRACTOR);
        give(CONTRACTOR, 1, readers);
        seat(next);
        linked(1);
        noSeat(book, CLIENT);
        give(CLIENT, 1, readers);
        notYours(file, NEWCOMER);
        give(NEWCOMER, 1, readers);
        give(CONTRACTOR, 1, readers);
        linked(1);
    }

    /// @custom:threat T52
    function test_who_lost_it_regains_it_only_by_being_given_anew() public {
        put(none(), list(CLIENT));
        linked(2);
        assertWraps(2, 0, 0, 0, 0);
        register(CLIENT);
        assertWraps(2, 0, 0, 0, 0);
        Access[] memory readers = list(access(CLIENT, 2));
        notYours(file, CLIENT);
        give(CLIENT, 2, readers);
        _expectGiven(CLIENT, 2, 2, wrapOf(CLIENT, 2), CONTRACTOR);
        give(CONTRACTOR, 2, readers);
        linked(2);
        assertWraps(2, wrapOf(CLIENT, 2), 0, 0, 0);
    }

    /* GIVEN ANEW */

    function test_a_rotated_key_is_given_access_anew_by_the_side_or_its_own_hand() public {
        register(CLIENT);
        linked(1);
        Access[] memory readers = list(_otherWrap(CLIENT));
        assertEq(readers[0].keyVersion, 2, "its key of now");
        _expectGiven(CLIENT, 1, 2, readers[0].wrap, CLIENT);
        give(CLIENT, 1, readers);
        linked(1);
        assertWraps(1, readers[0].wrap, 0, 0, 0);

        readers[0].wrap = keccak256("third wrap");
        _expectGiven(CLIENT, 1, 2, readers[0].wrap, CONTRACTOR);
        give(CONTRACTOR, 1, readers);
        linked(1);
        assertWraps(1, readers[0].wrap, 0, 0, 0);

        readers[0].keyVersion = 1;
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_OtherKey.selector, CLIENT, 1, 2));
        give(CONTRACTOR, 1, readers);
    }

    /// A reader could lock another one out with a wrap that opens nothing.
    /// @custom:threat T52
    function test_a_reader_of_the_other_side_replaces_no_wrap_but_its_own() public {
        give(CONTRACTOR, 1, list(access(ARBITER, 1), access(CONTRACTOR_OPERATOR, 1)));
        linked(2);
        address[2] memory readers = [ARBITER, CONTRACTOR_OPERATOR];
        for (uint256 i = 0; i < 2; ++i) {
            Access[] memory bad = list(_otherWrap(readers[i]));
            notYours(file, CLIENT);
            give(CLIENT, 1, bad);
            register(readers[i]);
            linked(1);
            bad = list(_otherWrap(readers[i]));
            notYours(file, CLIENT);
            give(CLIENT, 1, bad);
        }
        give(CLIENT, 1, list(_otherWrap(CLIENT)));
        linked(1);
        assertWraps(1, keccak256("another wrap"), 0, wrapOf(CONTRACTOR_OPERATOR, 1), wrapOf(ARBITER, 1));
    }

    /* REFUSED */

    function test_not_twice_the_same_nor_nothing() public {
        Access[] memory readers = list(access(CLIENT, 1));
        nothingNew(1, CLIENT);
        give(CONTRACTOR, 1, readers);
        nothingNew(1, CLIENT);
        give(CLIENT, 1, readers);
        readers[0].wrap = 0;
        nothingNew(1, CLIENT);
        give(CONTRACTOR, 1, readers);
        readers = list(access(ARBITER, 1), access(ARBITER, 1));
        nothingNew(1, ARBITER);
        give(CONTRACTOR, 1, readers);
        readers[1].wrap = keccak256("another wrap");
        notYours(file, CLIENT);
        give(CLIENT, 1, readers);
        undone();
        assertWraps(1, wrapOf(CLIENT, 1), 0, 0, 0);
    }

    function test_one_bad_reader_and_none_is_given() public {
        Access[] memory readers = list(access(ARBITER, 1), Access(STRANGER, 0, keccak256("wrap")));
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_NoKey.selector, STRANGER));
        give(CONTRACTOR, 1, readers);
        readers[1] = Access(CONTRACTOR, 2, keccak256("wrap"));
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_OtherKey.selector, CONTRACTOR, 2, 1));
        give(CONTRACTOR, 1, readers);
        undone();
        assertWraps(1, wrapOf(CLIENT, 1), 0, 0, 0);
    }

    function test_not_of_a_version_that_is_not_there() public {
        Access[] memory readers = list(access(ARBITER, 1));
        uint256[3] memory wrong = [uint256(0), 2, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            wrongVersion(wrong[i], 1);
            give(CONTRACTOR, wrong[i], readers);
        }
        wrongVersion(1, 0);
        vm.prank(CONTRACTOR);
        room.giveAccess(keccak256("no file"), 1, readers);
    }

    /// @custom:threat T53
    function test_not_after_shredding() public {
        vm.prank(CONTRACTOR);
        room.shred(file);
        linked(1);
        Access[] memory readers = list(access(ARBITER, 1));
        isShredded();
        give(CONTRACTOR, 1, readers);
        isShredded();
        give(CLIENT, 1, readers);
        assertWraps(1, wrapOf(CLIENT, 1), 0, 0, 0);
    }

    function test_given_to_nobody_nothing_changes() public {
        give(CONTRACTOR, 1, none());
        linked(0);
    }

    function testFuzz_a_version_is_given_in_that_file_and_version_alone(uint256 version, bytes32 wrap, bytes32 salt)
        public
    {
        vm.assume(wrap != 0 && salt != SALT);
        put(none());
        put(none());
        version = bound(version, 1, 3);
        Access memory one = access(ARBITER, version);
        one.wrap = wrap;
        give(CONTRACTOR, version, list(one));
        linked(3);
        for (uint256 i = 0; i <= 4; ++i) {
            assertEq(room.wrapOf(file, i, ARBITER), i == version ? wrap : bytes32(0), "wrap");
        }
        assertEq(room.wrapOf(room.fileOf(book, CONTRACTOR_SIDE, salt), version, ARBITER), 0, "in another file");
        assertEq(room.wrapOf(room.fileOf(book, CLIENT_SIDE, SALT), version, ARBITER), 0, "of the other side");
    }
}
