// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {RoomHash} from "./RoomHash.sol";
import {RoomTest} from "./RoomTest.sol";

/// @notice SPEC 14.5, 14.6: who says to have read, and the end of a file.
contract ReceiptsTest is RoomTest {
    using PaperHash for Paper;

    function setUp() public override {
        super.setUp();
        put(list(access(CLIENT, 1), access(ARBITER, 1)));
        linked(3);
    }

    /* RECEIPTS */

    function test_a_reader_gives_its_receipt_once() public {
        vm.warp(START + 7);
        expect();
        emit IDataRoom.ReceiptGiven(book, file, CLIENT, 1);
        vm.prank(CLIENT);
        room.giveReceipt(file, 1, CLIENT, "");
        linked(1);
        assertEq(room.receiptOf(file, 1, CLIENT), START + 7, "receipt");
        assertEq(room.receiptOf(file, 1, ARBITER), 0, "of another reader");
        assertEq(room.receiptOf(file, 2, CLIENT), 0, "of another version");

        vm.warp(START + 8);
        nothingNew(1, CLIENT);
        vm.prank(CLIENT);
        room.giveReceipt(file, 1, CLIENT, "");
        assertEq(room.receiptOf(file, 1, CLIENT), START + 7, "as it was");
    }

    function test_a_reader_needs_no_seat() public {
        vm.prank(ARBITER);
        room.giveReceipt(file, 1, ARBITER, "");
        linked(1);
        assertEq(room.receiptOf(file, 1, ARBITER), START, "receipt");
    }

    function test_anyone_carries_the_readers_signature_once() public {
        bytes memory signature = signed(CLIENT_KEY, RoomHash.receipt(file, 1, CLIENT));
        expect();
        emit IDataRoom.ReceiptGiven(book, file, CLIENT, 1);
        vm.prank(STRANGER);
        room.giveReceipt(file, 1, CLIENT, signature);
        linked(1);
        assertEq(room.receiptOf(file, 1, CLIENT), START, "receipt");
        nothingNew(1, CLIENT);
        vm.prank(STRANGER);
        room.giveReceipt(file, 1, CLIENT, signature);
        // Not of the next version.
        put(list(access(CLIENT, 2)));
        linked(2);
        wrongSignature(CLIENT);
        vm.prank(STRANGER);
        room.giveReceipt(file, 2, CLIENT, signature);
    }

    function test_a_signature_holds_for_what_it_says_alone() public {
        bytes32 good = RoomHash.receipt(file, 1, CLIENT);
        bytes[7] memory bad = [
            signed(CLIENT_KEY, RoomHash.receipt(RoomHash.file(book, CLIENT_SIDE, SALT), 1, CLIENT)),
            signed(CLIENT_KEY, RoomHash.receipt(file, 2, CLIENT)),
            signed(CLIENT_KEY, RoomHash.receipt(file, 1, ARBITER)),
            signed(CONTRACTOR_KEY, good),
            sign(CLIENT_KEY, RoomHash.digest(good, RoomHash.NAME, block.chainid + 1, address(room))),
            sign(CLIENT_KEY, RoomHash.digest(good, RoomHash.NAME, block.chainid, address(deployed()))),
            bytes("")
        ];
        for (uint256 i = 0; i < 7; ++i) {
            wrongSignature(CLIENT);
            vm.prank(STRANGER);
            room.giveReceipt(file, 1, CLIENT, bad[i]);
        }
        linked(0);
        assertEq(room.receiptOf(file, 1, CLIENT), 0, "receipt");
    }

    function test_a_wallet_signs_by_erc1271() public {
        WalletMock wallet = new WalletMock();
        register(address(wallet));
        give(CONTRACTOR, 1, list(access(address(wallet), 1)));
        linked(2);
        wrongSignature(address(wallet));
        room.giveReceipt(file, 1, address(wallet), "");
        wallet.approve(RoomHash.digest(RoomHash.receipt(file, 1, address(wallet)), address(room)));
        room.giveReceipt(file, 1, address(wallet), "");
        linked(1);
    }

    function test_not_by_who_was_not_given_that_version() public {
        address[3] memory others = [STRANGER, CONTRACTOR, CLIENT_OPERATOR];
        for (uint256 i = 0; i < 3; ++i) {
            noAccess(1, others[i]);
            vm.prank(others[i]);
            room.giveReceipt(file, 1, others[i], "");
        }
        put(none(), list(CLIENT));
        linked(2);
        noAccess(2, CLIENT);
        vm.prank(CLIENT);
        room.giveReceipt(file, 2, CLIENT, "");
        // What it could open before it has opened, may be.
        vm.prank(CLIENT);
        room.giveReceipt(file, 1, CLIENT, "");
        linked(1);
    }

    function test_not_of_a_version_that_is_not_there() public {
        uint256[3] memory wrong = [uint256(0), 2, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            wrongVersion(wrong[i], 1);
            vm.prank(CLIENT);
            room.giveReceipt(file, wrong[i], CLIENT, "");
        }
        wrongVersion(1, 0);
        vm.prank(CLIENT);
        room.giveReceipt(keccak256("no file"), 1, CLIENT, "");
    }

    function test_also_after_its_key_was_rotated_and_its_seat_was_lost() public {
        register(CLIENT);
        Paper memory next = _changeOf(_paper(), origin);
        next.deal.client = NEWCOMER;
        linked(1);
        _amend(_paper(), next);
        vm.prank(CLIENT);
        room.giveReceipt(file, 1, CLIENT, "");
        linked(1);
        assertEq(room.receiptOf(file, 1, CLIENT), START, "receipt");
    }

    /* SHREDDED */

    /// @custom:threat T53
    function test_the_side_shreds_its_file_and_nothing_follows() public {
        expect();
        emit IDataRoom.Shredded(book, file, CONTRACTOR_OPERATOR);
        vm.prank(CONTRACTOR_OPERATOR);
        room.shred(file);
        linked(1);
        assertFile(1, true);
        // What was, stays told.
        assertWraps(1, wrapOf(CLIENT, 1), 0, 0, wrapOf(ARBITER, 1));
        assertTrue(room.manifestOf(file, 1) != 0, "manifest");

        bytes memory signature = signed(CLIENT_KEY, RoomHash.receipt(file, 1, CLIENT));
        isShredded();
        room.giveReceipt(file, 1, CLIENT, signature);
        isShredded();
        vm.prank(CONTRACTOR);
        room.shred(file);
        linked(0);
    }

    /// @custom:threat T55
    function test_shredded_by_its_side_alone() public {
        notYours(file, CLIENT);
        vm.prank(CLIENT);
        room.shred(file);
        address[2] memory strangers = [STRANGER, ARBITER];
        for (uint256 i = 0; i < 2; ++i) {
            noSeat(book, strangers[i]);
            vm.prank(strangers[i]);
            room.shred(file);
        }
        Paper memory next = _changeOf(_paper(), origin);
        next.deal.contractor = NEWCOMER;
        _amend(_paper(), next);
        seat(next);
        linked(1);
        noSeat(book, CONTRACTOR);
        vm.prank(CONTRACTOR);
        room.shred(file);
        assertFile(1, false);
        expect();
        emit IDataRoom.Shredded(book, file, NEWCOMER);
        vm.prank(NEWCOMER);
        room.shred(file);
        linked(1);
    }

    function test_nothing_to_shred_before_a_version() public {
        wrongVersion(1, 0);
        vm.prank(CONTRACTOR);
        room.shred(keccak256("no file"));
    }
}
