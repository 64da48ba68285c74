// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {Account, Wage} from "../../../contracts/types/Wages.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {AgreementStub} from "./AgreementStub.sol";
import {PayrollTest} from "./PayrollTest.sol";

/// @notice SPEC 12.1, 4.8: what comes in, from whom, and what is refused.
contract CollectTest is PayrollTest {
    using PaperHash for Paper;

    /* FROM AN AGREEMENT */

    /// The main path: accepted, booked, collected, paid as wages, margin.
    function test_from_an_accepted_milestone_to_wages_and_margin() public {
        earn(_paper(), 1);
        assertEq(agreement.toTake(origin, address(payroll), address(token)), FIRST, "booked");

        vm.expectEmit(true, true, true, true, address(agreement));
        emit IMilestoneEscrow.Taken(origin, address(payroll), FIRST);
        expectFromPayroll();
        emit IPayroll.Collected(book, address(agreement), origin, CONTRACTOR, address(token), FIRST);
        vm.prank(STRANGER);
        assertEq(payroll.collect(address(agreement), _paper().terms()), FIRST, "collected");
        assertLinked(book, 0, 1, 0);
        assertEq(payroll.bookOf(address(agreement), origin, CONTRACTOR), book, "name of the book");
        assertAccount(FIRST, 0, FIRST, 0, FIRST);
        assertHas(address(payroll), FIRST);

        bytes32[] memory lines = new bytes32[](2);
        (lines[0], lines[1]) = (line(ALICE, 30_000), line(BOB, 45_000));
        pay(1, lines);
        takeMargin(25_000);
        assertAccount(FIRST, 75_000, 0, 1, 0);
        assertHas(ALICE, 30_000);
        assertHas(BOB, 45_000);
        assertHas(NEWCOMER, 25_000);
        assertHas(CONTRACTOR, 0);
        assertHas(address(payroll), 0);
        assertHas(address(agreement), ALL - FIRST);
    }

    function test_collections_add_up_and_nothing_is_collected_twice() public {
        fill();
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NothingToCollect.selector, origin));
        payroll.collect(address(agreement), _paper().terms());

        bytes32 before = payroll.historyOf(book);
        earn(_paper(), 2);
        earn(_paper(), 4);
        assertEq(payroll.collect(address(agreement), _paper().terms()), 250_004, "both at once");
        assertLinked(book, before, 1, 0);
        assertAccount(ALL, 0, ALL, 0, ALL);
        assertHas(address(payroll), ALL);
    }

    function test_nothing_before_the_payroll_is_the_payee() public {
        Paper memory paper = _paper();
        paper.offer.salt = 2;
        bytes32 id = _open(paper);
        earn(paper, 1);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NothingToCollect.selector, id));
        payroll.collect(address(agreement), paper.terms());
        assertHas(CONTRACTOR, FIRST);
        assertAccountless(bookOf(id));
    }

    function test_only_by_the_document_in_force() public {
        earn(_paper(), 1);
        Paper memory other = _paper();
        other.deal.origin = origin;
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotInForce.selector, _id(other)));
        payroll.collect(address(agreement), other.terms());

        Paper memory next = _changeOf(_paper(), origin);
        next.milestones[1].amount += 1;
        _amendUnseen(_paper(), next);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotInForce.selector, origin));
        payroll.collect(address(agreement), _paper().terms());
        assertEq(payroll.collect(address(agreement), next.terms()), FIRST, "by the new document");
        assertAccount(FIRST, 0, FIRST, 0, FIRST);
    }

    function test_a_document_never_opened_has_nothing() public {
        Paper memory paper = _paper();
        paper.offer.salt = 3;
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NothingToCollect.selector, _id(paper)));
        payroll.collect(address(agreement), paper.terms());
    }

    /// What a former contractor left is the new one's; its own book stays its own.
    /// @custom:threat T48
    function test_after_an_assignment_the_new_contractor_is_the_employer() public {
        fill();
        earn(_paper(), 2);
        Paper memory next = _changeOf(_paper(), origin);
        next.deal.contractor = NEWCOMER;
        _amendUnseen(_paper(), next);

        bytes32 newBook = payroll.bookOf(address(agreement), origin, NEWCOMER);
        expectFromPayroll();
        emit IPayroll.Collected(newBook, address(agreement), origin, NEWCOMER, address(token), 200_003);
        payroll.collect(address(agreement), next.terms());
        assertLinked(newBook, 0, 1, 0);
        assertAccount(FIRST, 0, FIRST, 0, FIRST);
        assertEq(payroll.accountOf(newBook).employer, NEWCOMER, "employer");
        assertEq(payroll.accountOf(newBook).free, 200_003, "free");

        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotEmployer.selector, book, NEWCOMER));
        vm.prank(NEWCOMER);
        payroll.pay(book, 1, PAYSLIPS, linesOf(NEWCOMER, 1));
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotEmployer.selector, newBook, CONTRACTOR));
        vm.prank(CONTRACTOR);
        payroll.pay(newBook, 1, PAYSLIPS, linesOf(CONTRACTOR, 1));
    }

    /* TOKENS AND AGREEMENTS THAT LIE */

    /// Its fee came after the money: what arrives is there to be paid out, and nothing waits.
    function test_of_a_token_that_takes_a_fee_what_arrives_counts() public {
        Paper memory paper = _hostilePaper();
        bytes32 id = employ(paper);
        earn(paper, 1);
        hostile.setFee(10_000);
        assertEq(payroll.collect(address(agreement), paper.terms()), FIRST - 1_000, "one percent less");
        assertEq(agreement.toTake(id, address(payroll), address(hostile)), 0, "taken");
        assertEq(hostile.balanceOf(address(payroll)), FIRST - 1_000, "there");
        assertEq(payroll.accountOf(bookOf(id)).free, FIRST - 1_000, "free");
        assertEq(payroll.accountOf(bookOf(id)).collected, FIRST - 1_000, "collected");
    }

    function test_a_bogus_agreement_that_delivers_less_counts_for_no_more() public {
        (AgreementStub stub, Terms memory terms, bytes32 id) = _stub(address(token));
        stub.book(id, address(payroll), address(token), 1_000);
        stub.divert(1);
        assertEq(payroll.collect(address(stub), terms), 999, "what arrived");
        assertEq(token.balanceOf(address(payroll)), 999, "is there");
    }

    function test_a_bogus_agreement_that_delivers_nothing_is_refused() public {
        (AgreementStub stub, Terms memory terms, bytes32 id) = _stub(address(token));
        stub.book(id, address(payroll), address(token), 1_000);
        stub.divert(1_000);
        vm.expectRevert(
            abi.encodeWithSelector(IPayroll.Payroll_TokenMovedOtherAmount.selector, address(token), 1_000, 0)
        );
        payroll.collect(address(stub), terms);
    }

    /// What the real agreement pays in between must not count for the bogus one.
    /// @custom:threat T47
    function test_a_bogus_agreement_cannot_count_what_comes_in_between() public {
        earn(_paper(), 1);
        (AgreementStub stub, Terms memory terms, bytes32 id) = _stub(address(token));
        stub.book(id, address(payroll), address(token), FIRST);
        stub.divert(FIRST);
        stub.arm(address(payroll), abi.encodeCall(IPayroll.collect, (address(agreement), _paper().terms())));
        vm.expectRevert(
            abi.encodeWithSelector(IPayroll.Payroll_TokenMovedOtherAmount.selector, address(token), FIRST, 0)
        );
        payroll.collect(address(stub), terms);
    }

    /// @custom:threat T1
    function test_while_something_is_collected_nothing_else_moves() public {
        fill();
        (AgreementStub stub, Terms memory terms, bytes32 id) = _stub(address(token));
        bytes[5] memory calls = [
            abi.encodeCall(IPayroll.collect, (address(agreement), _paper().terms())),
            abi.encodeCall(IPayroll.pay, (book, 1, PAYSLIPS, linesOf(ALICE, 1))),
            abi.encodeCall(IPayroll.claim, (book, new Wage[](0))),
            abi.encodeCall(IPayroll.takeMargin, (book, CONTRACTOR, 1)),
            abi.encodeCall(IPayroll.withdraw, (address(token), ALICE, ALICE, 0, ""))
        ];
        for (uint256 i = 0; i < 5; ++i) {
            stub.book(id, address(payroll), address(token), 10);
            stub.arm(address(payroll), calls[i]);
            payroll.collect(address(stub), terms);
            assertTrue(stub.failed(), "refused");
            assertReentered(stub.result());
        }
        assertHas(address(payroll), FIRST + 50);
        assertAccount(FIRST, 0, FIRST, 0, FIRST);
        assertEq(payroll.accountOf(_stubBook(stub, id)).free, 50, "its own book");
    }

    /// A book of a worthless token, continued in a good one, would be paid by others.
    /// @custom:threat T47
    function test_a_bogus_agreement_cannot_change_the_token_of_a_book() public {
        fill();
        (AgreementStub stub, Terms memory terms, bytes32 id) = _stub(address(hostile));
        stub.book(id, address(payroll), address(hostile), FIRST);
        payroll.collect(address(stub), terms);

        Paper memory next = _paper();
        next.deal.origin = id;
        bytes32 nextId = next.id(address(stub));
        vm.mockCall(address(stub), abi.encodeWithSignature("stateOf(bytes32)", id), _stateOf(nextId));
        stub.book(id, address(payroll), address(token), 1);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_OtherToken.selector, address(hostile), address(token)));
        payroll.collect(address(stub), next.terms());
        assertEq(payroll.accountOf(_stubBook(stub, id)).token, address(hostile), "its token");
        assertHas(address(payroll), FIRST);
    }

    function test_a_book_collects_less_than_2_to_the_96() public {
        (AgreementStub stub, Terms memory terms, bytes32 id) = _stub(address(token));
        stub.book(id, address(payroll), address(token), 2 ** 96 - 1);
        payroll.collect(address(stub), terms);
        bytes32 stubBook = _stubBook(stub, id);
        assertEq(payroll.accountOf(stubBook).free, 2 ** 96 - 1, "free");
        assertEq(payroll.marginOf(stubBook), 2 ** 96 - 1, "margin");
        stub.book(id, address(payroll), address(token), 1);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_TooMuch.selector, 2 ** 96));
        payroll.collect(address(stub), terms);
    }

    function test_an_address_without_code_is_no_agreement() public {
        vm.expectRevert(bytes(""));
        payroll.collect(address(0xdead), _paper().terms());
    }

    /* HELPERS */

    function assertAccountless(bytes32 book_) private view {
        Account memory none;
        assertEq(abi.encode(payroll.accountOf(book_)), abi.encode(none), "no account");
        assertEq(payroll.historyOf(book_), bytes32(0), "no history");
    }

    /// An agreement contract of somebody's own, which names the contractor in a document of its own domain.
    function _stub(address money) private returns (AgreementStub stub, Terms memory terms, bytes32 id) {
        stub = new AgreementStub();
        Paper memory paper = _paper();
        paper.deal.token = money;
        return (stub, paper.terms(), paper.id(address(stub)));
    }

    function _stubBook(AgreementStub stub, bytes32 id) private view returns (bytes32) {
        return keccak256(abi.encode(address(stub), id, CONTRACTOR));
    }

    function _stateOf(bytes32 id) private pure returns (bytes memory) {
        uint256[13] memory rest;
        return abi.encode(id, rest);
    }

    function _amendUnseen(Paper memory paper, Paper memory next) private {
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), _signatures(next));
        vm.getRecordedLogs();
    }
}
