// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {Closing} from "../../../contracts/types/State.sol";
import {Conditions, Operators} from "../../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {RoomHash} from "./RoomHash.sol";
import {RoomTest} from "./RoomTest.sol";

/// @notice SPEC 14.2: who acts for which side.
contract SeatsTest is RoomTest {
    using PaperHash for Paper;

    address private constant NOBODY = address(0);

    /// The same agreement with another salt, not opened yet.
    function _second() private view returns (Paper memory paper) {
        paper = _paper();
        paper.offer.salt = 2;
        paper.offer.deposit = 0;
    }

    /// From now on the tests look at the room of this agreement.
    function _enter(Paper memory paper) private {
        origin = _open(paper);
        book = RoomHash.book(address(agreement), origin);
        assertEq(room.bookOf(address(agreement), origin), book, "book");
    }

    function _assertNobody() private view {
        address[4] memory all = [CLIENT, CONTRACTOR, CLIENT_OPERATOR, CONTRACTOR_OPERATOR];
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(room.sideOf(book, all[i]), 0, "no side");
        }
    }

    /* SEATED */

    function test_anyone_seats_the_parties_then_their_operators_once() public {
        Paper memory paper = _second();
        _enter(paper);
        _assertNobody();

        expect();
        emit IDataRoom.Seated(book, origin, address(agreement), origin, false);
        seat(paper);
        linked(1);
        assertRoom(origin, false);
        assertEq(room.sideOf(book, CLIENT), CLIENT_SIDE, "client");
        assertEq(room.sideOf(book, CONTRACTOR), CONTRACTOR_SIDE, "contractor");
        assertEq(room.sideOf(book, CLIENT_OPERATOR), 0, "client's operator not yet");
        assertEq(room.sideOf(book, CONTRACTOR_OPERATOR), 0, "contractor's operator not yet");

        seat(paper);
        linked(0);
        expect();
        emit IDataRoom.Seated(book, origin, address(agreement), origin, true);
        seatAll(paper);
        linked(1);
        assertRoom(origin, true);
        assertSides(CLIENT, CONTRACTOR, CLIENT_OPERATOR, CONTRACTOR_OPERATOR);

        seatAll(paper);
        seat(paper);
        linked(0);
        assertRoom(origin, true);
        assertSides(CLIENT, CONTRACTOR, CLIENT_OPERATOR, CONTRACTOR_OPERATOR);
    }

    function test_a_document_without_operators_has_none_to_seat() public {
        Paper memory paper = _second();
        paper.operators = Operators(new address[](0), new address[](0), 0);
        _enter(paper);
        expect();
        emit IDataRoom.Seated(book, origin, address(agreement), origin, true);
        seatAll(paper);
        linked(1);
        assertEq(room.sideOf(book, CLIENT_OPERATOR), 0, "operator of another agreement");
    }

    /// As {Agreement-appoint} seats them: a party is a party, and of an address named twice the last counts.
    function test_named_on_both_sides_or_party_as_well() public {
        Paper memory paper = _second();
        paper.operators.client = new address[](3);
        (paper.operators.client[0], paper.operators.client[1], paper.operators.client[2]) =
        (NEWCOMER, CONTRACTOR, NOBODY);
        paper.operators.contractor = new address[](2);
        (paper.operators.contractor[0], paper.operators.contractor[1]) = (NEWCOMER, CLIENT);
        _enter(paper);
        seatAll(paper);
        linked(1);
        assertSides(CLIENT, CONTRACTOR, CLIENT, NEWCOMER);
        // A seat that is nobody's can be used by nobody: no signature recovers to it.
        assertEq(room.sideOf(book, NOBODY), CLIENT_SIDE, "side of the zero address");
        bytes32 id = RoomHash.file(book, CLIENT_SIDE, SALT);
        wrongSignature(NOBODY);
        room.put(book, SALT, manifestOf(id, 1, NOBODY, none()), none(), new address[](0), new bytes(65));
    }

    function test_seats_outlast_the_agreement() public {
        Paper memory paper = _second();
        _enter(paper);
        bytes32 structHash = PaperHash.closing(Closing(origin, 0, 0, START + 1 days));
        bytes memory signature = sign(CONTRACTOR_KEY, PaperHash.digest(structHash, address(agreement)));
        vm.prank(CLIENT);
        agreement.endByBoth(paper.terms(), Closing(origin, 0, 0, START + 1 days), "", signature);
        _check(1);
        seatAll(paper);
        linked(1);
        assertSides(CLIENT, CONTRACTOR, CLIENT_OPERATOR, CONTRACTOR_OPERATOR);
    }

    /* AMENDED */

    function test_after_an_amendment_nobody_until_seated_again() public {
        Paper memory paper = _paper();
        Paper memory next = _changeOf(paper, origin);
        next.deal.contractor = NEWCOMER;
        next.operators.client[0] = STRANGER;
        _amend(paper, next);
        _assertNobody();
        assertEq(room.sideOf(book, NEWCOMER), 0, "newcomer not yet");

        _notInForce(origin);
        room.seat(address(agreement), paper.terms(), conditionsOf(paper), operatorsOf(paper));
        bytes32 id = _id(next);
        expect();
        emit IDataRoom.Seated(book, id, address(agreement), origin, false);
        seat(next);
        linked(1);
        assertRoom(id, false);
        assertEq(room.sideOf(book, CLIENT), CLIENT_SIDE, "client again");
        assertEq(room.sideOf(book, NEWCOMER), CONTRACTOR_SIDE, "who came in");
        assertEq(room.sideOf(book, CONTRACTOR), 0, "who went");
        assertEq(room.sideOf(book, CONTRACTOR_OPERATOR), 0, "operator not yet");

        seatAll(next);
        linked(1);
        assertRoom(id, true);
        assertEq(room.sideOf(book, STRANGER), CLIENT_SIDE, "new operator");
        assertEq(room.sideOf(book, CLIENT_OPERATOR), 0, "old operator");
        assertEq(room.sideOf(book, CONTRACTOR_OPERATOR), CONTRACTOR_SIDE, "operator that stays");
        assertEq(room.sideOf(book, CONTRACTOR), 0, "who went, still");
    }

    /* REFUSED */

    /// What was never opened, or withdrawn, stands at the agreement as the document of its own id all the same.
    function test_not_before_it_is_in_force() public {
        Paper memory paper = _second();
        _notInForce(_id(paper));
        seat(paper);
        vm.prank(CLIENT);
        agreement.withdrawBid(paper.terms());
        _check(1);
        _notInForce(_id(paper));
        seatAll(paper);
        linked(0);
    }

    function test_not_by_terms_of_other_content() public {
        Paper memory paper = _paper();
        paper.deal.contractor = STRANGER;
        _notInForce(_id(paper));
        seat(paper);
        // A document that names the agreement as its own, signed by nobody.
        paper.deal.origin = origin;
        _notInForce(_id(paper));
        seat(paper);
        linked(0);
        assertEq(room.sideOf(book, STRANGER), 0, "stranger");
    }

    function test_not_by_a_group_that_is_missing_or_other() public {
        Paper memory paper = _second();
        _enter(paper);
        bytes32 annex = paper.annex();
        _wrongGroup(0, annex);
        room.seat(address(agreement), paper.terms(), new Conditions[](0), operatorsOf(paper));

        Conditions[] memory conditions = conditionsOf(paper);
        conditions[0].legalText = keccak256("other text");
        Paper memory other = _second();
        other.legalText = conditions[0].legalText;
        _wrongGroup(other.annex(), annex);
        room.seat(address(agreement), paper.terms(), conditions, operatorsOf(paper));

        Paper memory foreign = _second();
        foreign.operators.client[0] = STRANGER;
        _wrongGroup(PaperHash.operators(foreign.operators), PaperHash.operators(paper.operators));
        room.seat(address(agreement), paper.terms(), conditionsOf(paper), operatorsOf(foreign));
        linked(0);
        assertEq(room.roomOf(book).agreement, address(0), "no room");
        _assertNobody();
    }

    function test_no_room_no_side() public view {
        bytes32 unknown = keccak256("unknown");
        assertEq(room.sideOf(unknown, CLIENT), 0, "side");
        assertEq(room.roomOf(unknown).id, 0, "document");
        assertEq(room.historyOf(unknown), 0, "history");
    }

    function _notInForce(bytes32 id) private {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_NotInForce.selector, id));
    }

    function _wrongGroup(bytes32 given, bytes32 expected) private {
        vm.expectRevert(abi.encodeWithSelector(IDataRoom.DataRoom_WrongGroup.selector, given, expected));
    }
}
