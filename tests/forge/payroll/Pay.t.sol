// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Wage} from "../../../contracts/types/Wages.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Caller, PayrollTest} from "./PayrollTest.sol";

/// @notice SPEC 12.2, 2.4: runs that are pushed.
contract PayTest is PayrollTest {
    using PaperHash for Paper;

    function test_a_run_pays_every_line() public {
        fill();
        bytes32 before = payroll.historyOf(book);
        bytes32[] memory lines = new bytes32[](3);
        (lines[0], lines[1], lines[2]) = (line(ALICE, 1), line(BOB, 40_000), line(ALICE, 20_000));

        expectFromPayroll();
        emit IPayroll.Paid(book, 1, 60_001, 3, keccak256(bytes.concat(lines[0], lines[1], lines[2])), PAYSLIPS);
        pay(1, lines);
        assertLinked(book, before, 1, 0);
        assertAccount(FIRST, 60_001, 39_999, 1, 39_999);
        assertHas(ALICE, 20_001);
        assertHas(BOB, 40_000);
        assertHas(address(payroll), 39_999);

        // To the last unit.
        before = payroll.historyOf(book);
        pay(2, linesOf(CAROL, 39_999));
        assertLinked(book, before, 1, 0);
        assertAccount(FIRST, FIRST, 0, 2, 0);
        assertHas(CAROL, 39_999);
        assertHas(address(payroll), 0);
    }

    /* REFUSED */

    /// @custom:threat T43
    function test_a_run_has_the_next_number() public {
        fill();
        uint256[2] memory wrong = [uint256(0), 2];
        for (uint256 i = 0; i < 2; ++i) {
            _refused(abi.encodeWithSelector(IPayroll.Payroll_WrongRun.selector, wrong[i], 1));
            payroll.pay(book, wrong[i], PAYSLIPS, linesOf(ALICE, 10));
        }
        pay(1, linesOf(ALICE, 10));
        // Sent again, and a number that only its last 32 bits would make the next.
        uint256[2] memory again = [uint256(1), 2 ** 32 + 2];
        for (uint256 i = 0; i < 2; ++i) {
            _refused(abi.encodeWithSelector(IPayroll.Payroll_WrongRun.selector, again[i], 2));
            payroll.pay(book, again[i], PAYSLIPS, linesOf(ALICE, 10));
        }
        assertHas(ALICE, 10);
        assertAccount(FIRST, 10, FIRST - 10, 1, FIRST - 10);
    }

    function test_lines_that_pay_nobody_or_nothing() public {
        fill();
        bytes32[] memory lines = new bytes32[](2);
        lines[0] = line(ALICE, 10);
        address[4] memory payees = [address(0), address(token), address(payroll), BOB];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 amount = payees[i] == BOB ? 0 : 10;
            lines[1] = line(payees[i], amount);
            _refused(abi.encodeWithSelector(IPayroll.Payroll_BadLine.selector, 1, payees[i], amount));
            payroll.pay(book, 1, PAYSLIPS, lines);
        }
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Empty.selector));
        payroll.pay(book, 1, PAYSLIPS, new bytes32[](0));
    }

    /// @custom:threat T22
    function test_by_the_employer_alone_and_out_of_its_book() public {
        fill();
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotEmployer.selector, book, CLIENT));
        vm.prank(CLIENT);
        payroll.pay(book, 1, PAYSLIPS, linesOf(ALICE, 1));
        bytes32 unknown = keccak256("no book");
        _refused(abi.encodeWithSelector(IPayroll.Payroll_NoBook.selector, unknown));
        payroll.pay(unknown, 1, PAYSLIPS, linesOf(ALICE, 1));
    }

    function test_no_more_than_is_free() public {
        bytes32 other = employHostile();
        fill();
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Short.selector, FIRST, FIRST + 1));
        payroll.pay(book, 1, PAYSLIPS, linesOf(ALICE, FIRST + 1));
        bytes32[] memory lines = new bytes32[](2);
        (lines[0], lines[1]) = (line(ALICE, 2 ** 96 - 1), line(BOB, 2 ** 96 - 1));
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Short.selector, FIRST, 2 ** 97 - 2));
        payroll.pay(book, 1, PAYSLIPS, lines);
        // What another book has is not this one's.
        assertEq(payroll.accountOf(other).free, ALL, "the other book");
        pay(1, linesOf(ALICE, FIRST));
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Short.selector, 0, 1));
        payroll.pay(book, 2, PAYSLIPS, linesOf(ALICE, 1));
    }

    /* PAYEES THAT BLOCK */

    /// @custom:threat T44
    function test_one_blocked_payee_blocks_nobody() public {
        bytes32 hostileBook = employHostile();
        HostileTokenMock.Refusal[3] memory refusals = [
            HostileTokenMock.Refusal.Reverts, HostileTokenMock.Refusal.AnswersFalse, HostileTokenMock.Refusal.BurnsGas
        ];
        bytes32[] memory lines = new bytes32[](3);
        (lines[0], lines[1], lines[2]) = (line(ALICE, 100), line(BOB, 200), line(CAROL, 300));
        for (uint256 i = 0; i < 3; ++i) {
            hostile.refuse(BOB, refusals[i]);
            bytes32 before = payroll.historyOf(hostileBook);
            expectFromPayroll();
            emit IPayroll.Paid(hostileBook, i + 1, 600, 3, keccak256(abi.encodePacked(lines)), PAYSLIPS);
            expectFromPayroll();
            emit IPayroll.Booked(hostileBook, i + 1, BOB, 200);
            vm.prank(CONTRACTOR);
            payroll.pay{gas: 16_000_000}(hostileBook, i + 1, PAYSLIPS, lines);
            assertLinked(hostileBook, before, 2, 0);
            assertEq(payroll.owed(address(hostile), BOB), 200 * (i + 1), "owed");
            assertEq(payroll.accountOf(hostileBook).free, ALL - 600 * (i + 1), "free");
            assertEq(payroll.accountOf(hostileBook).wages, 600 * (i + 1), "wages");
        }
        assertEq(hostile.balanceOf(ALICE), 300, "first line");
        assertEq(hostile.balanceOf(CAROL), 900, "last line");
        assertEq(hostile.balanceOf(BOB), 0, "blocked");
        assertEq(hostile.balanceOf(address(payroll)), ALL - 1_200, "the blocked wages are there");
    }

    function test_a_token_that_answers_nothing_pays() public {
        bytes32 hostileBook = employHostile();
        hostile.setAnswer(HostileTokenMock.Answer.Nothing);
        vm.prank(CONTRACTOR);
        payroll.pay(hostileBook, 1, PAYSLIPS, linesOf(ALICE, 100));
        assertEq(hostile.balanceOf(ALICE), 100, "paid");
        assertEq(payroll.owed(address(hostile), ALICE), 0, "nothing booked");
    }

    /// A token that pays and says that it has not harms its own book alone.
    /// @custom:threat T47
    function test_a_token_that_lies_cannot_take_what_is_not_its() public {
        bytes32 hostileBook = employHostile();
        fill();
        hostile.setAnswer(HostileTokenMock.Answer.False);
        vm.prank(CONTRACTOR);
        payroll.pay(hostileBook, 1, PAYSLIPS, linesOf(ALICE, ALL));
        assertEq(hostile.balanceOf(ALICE), ALL, "paid");
        assertEq(payroll.owed(address(hostile), ALICE), ALL, "booked as well");
        hostile.setAnswer(HostileTokenMock.Answer.True);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_BadPayee.selector, ALICE));
        vm.prank(ALICE);
        payroll.withdraw(address(hostile), ALICE, ALICE, 0, "");
        assertHas(address(payroll), FIRST);
    }

    /// Told of its wage, the payee, who is the employer too, asks for more by every way.
    /// @custom:threat T1
    function test_a_payee_that_calls_back_gets_nothing_twice() public {
        bytes32 hostileBook = employHostile();
        hostile.refuse(BOB, HostileTokenMock.Refusal.Reverts);
        bytes[5] memory again = [
            abi.encodeCall(IPayroll.pay, (hostileBook, 2, PAYSLIPS, linesOf(ALICE, 1))),
            abi.encodeCall(IPayroll.withdraw, (address(hostile), BOB, BOB, 0, "")),
            abi.encodeCall(IPayroll.takeMargin, (hostileBook, ALICE, 1)),
            abi.encodeCall(IPayroll.claim, (hostileBook, new Wage[](0))),
            abi.encodeCall(IPayroll.collect, (address(agreement), _hostilePaper().terms()))
        ];
        bytes32[] memory lines = new bytes32[](2);
        for (uint256 i = 0; i < 5; ++i) {
            Caller caller = new Caller();
            caller.arm(hostile, address(payroll), again[i]);
            (lines[0], lines[1]) = (line(BOB, 5), line(address(caller), 100));
            vm.prank(CONTRACTOR);
            payroll.pay(hostileBook, i + 1, PAYSLIPS, lines);
            assertTrue(caller.failed(), "refused");
            assertReentered(caller.result());
            assertEq(hostile.balanceOf(address(caller)), 100, "once");
        }
        assertEq(payroll.accountOf(hostileBook).free, ALL - 525, "free");
        assertEq(hostile.balanceOf(address(payroll)), ALL - 500, "balance");
    }

    /* HELPERS */

    function _refused(bytes memory data) private {
        vm.expectRevert(data);
        vm.prank(CONTRACTOR);
    }
}
