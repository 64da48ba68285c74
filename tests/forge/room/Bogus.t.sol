// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {Access, Manifest} from "../../../contracts/types/Rooms.sol";
import {Conditions, Operators} from "../../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {BogusAgreement} from "./BogusAgreement.sol";
import {RoomHash} from "./RoomHash.sol";
import {RoomTest} from "./RoomTest.sol";

/// @notice Whoever names a bogus agreement gets a room under that contract's address, and touches no other.
contract BogusTest is RoomTest {
    using PaperHash for Paper;

    BogusAgreement private bogus;
    bytes32 private bogusId;
    bytes32 private bogusBook;

    function setUp() public override {
        super.setUp();
        put(list(access(CLIENT, 1)));
        linked(2);
        bogus = new BogusAgreement();
        bogusId = _paper().id(address(bogus));
        bogusBook = RoomHash.book(address(bogus), bogusId);
        bogus.turnTo(bogusId);
    }

    function _seat(Paper memory paper) private {
        room.seat(address(bogus), paper.terms(), new Conditions[](0), new Operators[](0));
    }

    /// @custom:threat T55
    function test_a_room_of_its_own_with_the_same_people() public {
        expect();
        emit IDataRoom.Seated(bogusBook, bogusId, address(bogus), bogusId, false);
        _seat(_paper());
        linked(1);
        assertEq(room.sideOf(bogusBook, CONTRACTOR), CONTRACTOR_SIDE, "side");

        // The real file cannot be reached through it, neither by who has a seat in both.
        Manifest memory manifest = manifestOf(file, 2, CONTRACTOR, none());
        notYours(file, CONTRACTOR);
        vm.prank(CONTRACTOR);
        room.put(bogusBook, SALT, manifest, none(), new address[](0), "");
        assertFile(1, false);
    }

    function test_seats_of_a_stranger_there_are_none_here() public {
        Paper memory paper = _paper();
        (paper.deal.client, paper.deal.contractor) = (STRANGER, CONTRACTOR);
        // It claims to be the very agreement of the room.
        paper.deal.origin = origin;
        bogus.turnTo(paper.id(address(bogus)));
        _seat(paper);
        linked(1);
        assertEq(room.sideOf(RoomHash.book(address(bogus), origin), STRANGER), CLIENT_SIDE, "side there");
        assertEq(room.sideOf(book, STRANGER), 0, "side here");
        noSeat(book, STRANGER);
        vm.prank(STRANGER);
        room.shred(file);
        Access[] memory readers = list(access(ARBITER, 1));
        noSeat(book, STRANGER);
        give(STRANGER, 1, readers);
        linked(0);
    }

    /// It can fill its own history alone.
    function test_documents_back_and_forth() public {
        Paper memory other = _paper();
        (other.deal.origin, other.deal.contractor) = (bogusId, NEWCOMER);
        bytes32 before = room.historyOf(book);
        for (uint256 i = 0; i < 3; ++i) {
            bogus.turnTo(bogusId);
            _seat(_paper());
            assertEq(room.sideOf(bogusBook, CONTRACTOR), CONTRACTOR_SIDE, "contractor");
            assertEq(room.sideOf(bogusBook, NEWCOMER), 0, "not both");
            bogus.turnTo(other.id(address(bogus)));
            assertEq(room.sideOf(bogusBook, CONTRACTOR), 0, "at once");
            _seat(other);
            assertEq(room.sideOf(bogusBook, NEWCOMER), CONTRACTOR_SIDE, "newcomer");
        }
        linked(6);
        assertEq(room.historyOf(book), before, "history of the real room");
    }

    function test_answers_that_are_none() public {
        bogus.answer(BogusAgreement.Answer.Revert);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "bogus"));
        _seat(_paper());
        bogus.answer(BogusAgreement.Answer.Short);
        vm.expectRevert(bytes(""));
        _seat(_paper());
        vm.expectRevert(bytes(""));
        room.seat(STRANGER, _paper().terms(), new Conditions[](0), new Operators[](0));
        linked(0);
        assertEq(room.sideOf(bogusBook, CONTRACTOR), 0, "no seat");
    }

    /// What comes after the answer is not read.
    function test_an_answer_that_is_too_long() public {
        bogus.answer(BogusAgreement.Answer.Huge);
        _seat(_paper());
        linked(1);
        assertEq(room.sideOf(bogusBook, CLIENT), CLIENT_SIDE, "side");
    }

    function test_an_agreement_that_stops_answering_closes_its_room_alone() public {
        _seat(_paper());
        linked(1);
        bogus.answer(BogusAgreement.Answer.Revert);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "bogus"));
        room.sideOf(bogusBook, CLIENT);
        put(none());
        linked(1);
        assertFile(2, false);
    }
}
