// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Caller, PayrollTest} from "./PayrollTest.sol";

/// @notice SPEC 12.5: wages first.
contract MarginTest is PayrollTest {
    function setUp() public override {
        super.setUp();
        fill();
    }

    /* PLEDGE */

    function test_a_pledge_only_rises() public {
        bytes32 before = payroll.historyOf(book);
        expectFromPayroll();
        emit IPayroll.Pledged(book, 700_000);
        _pledge(700_000);
        assertLinked(book, before, 1, 0);
        assertEq(payroll.accountOf(book).pledge, 700_000, "pledge");
        assertAccount(FIRST, 0, FIRST, 0, 30_000);

        uint256[5] memory wrong = [uint256(0), 699_999, 700_000, 1_000_001, 2 ** 24 + 800_000];
        for (uint256 i = 0; i < 5; ++i) {
            _refused(abi.encodeWithSelector(IPayroll.Payroll_NotRaised.selector, wrong[i], 700_000));
            payroll.raisePledge(address(agreement), origin, wrong[i]);
        }
        _pledge(1_000_000);
        assertEq(payroll.marginOf(book), 0, "all is for wages");
    }

    function test_a_pledge_is_of_the_callers_own_book() public {
        bytes32 own = keccak256(abi.encode(address(agreement), origin, STRANGER));
        vm.prank(STRANGER);
        payroll.raisePledge(address(agreement), origin, 1_000_000);
        assertEq(payroll.accountOf(own).pledge, 1_000_000, "of the stranger");
        assertEq(payroll.accountOf(book).pledge, 0, "of the employer");
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NoBook.selector, own));
        vm.prank(STRANGER);
        payroll.takeMargin(own, STRANGER, 1);
    }

    function test_by_the_employer_alone() public {
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotEmployer.selector, book, STRANGER));
        vm.prank(STRANGER);
        payroll.takeMargin(book, STRANGER, 1);
        bytes32 unknown = keccak256("no book");
        _refused(abi.encodeWithSelector(IPayroll.Payroll_NoBook.selector, unknown));
        payroll.takeMargin(unknown, CONTRACTOR, 1);
        assertEq(payroll.marginOf(unknown), 0, "no margin");
    }

    /* MARGIN */

    function test_margin_is_what_is_above_wages_and_pledge() public {
        _pledge(600_000);
        _short(40_000, 40_001);
        payroll.takeMargin(book, NEWCOMER, 40_001);
        vm.getRecordedLogs();

        bytes32 before = payroll.historyOf(book);
        expectFromPayroll();
        emit IPayroll.MarginTaken(book, NEWCOMER, 40_000);
        takeMargin(40_000);
        assertLinked(book, before, 1, 0);
        assertAccount(FIRST, 0, 60_000, 0, 0);
        assertHas(NEWCOMER, 40_000);
        assertHas(address(payroll), 60_000);
        _short(0, 1);
        payroll.takeMargin(book, NEWCOMER, 1);

        // More wages than pledged: what is pledged is spent, what is free is free.
        fill(2);
        assertAccount(300_003, 0, 260_003, 0, 80_001);
        pay(1, linesOf(ALICE, 250_000));
        assertAccount(300_003, 250_000, 10_003, 1, 10_003);
        takeMargin(10_003);
        assertAccount(300_003, 250_000, 0, 1, 0);
        assertHas(NEWCOMER, 50_003);
        assertHas(ALICE, 250_000);
    }

    /// One ppm of 100,000 is a tenth of a unit: a whole one is kept.
    function test_the_pledged_part_is_rounded_up() public {
        _pledge(1);
        assertEq(payroll.marginOf(book), 99_999, "one unit for wages");
        _pledge(10);
        assertEq(payroll.marginOf(book), 99_999, "exactly one");
        _pledge(11);
        assertEq(payroll.marginOf(book), 99_998, "1.1 are two");
        _short(99_998, 99_999);
        payroll.takeMargin(book, NEWCOMER, 99_999);
        takeMargin(99_998);
        assertAccount(FIRST, 0, 2, 0, 0);
    }

    /// Wages of exactly the pledged part, one unit more and one less.
    /// @custom:threat T46
    function test_wages_around_the_pledge() public {
        _pledge(500_000);
        pay(1, linesOf(ALICE, 49_999));
        assertAccount(FIRST, 49_999, 50_001, 1, 50_000);
        pay(2, linesOf(ALICE, 1));
        assertAccount(FIRST, 50_000, 50_000, 2, 50_000);
        pay(3, linesOf(ALICE, 1));
        assertAccount(FIRST, 50_001, 49_999, 3, 49_999);
        takeMargin(49_999);
        assertAccount(FIRST, 50_001, 0, 3, 0);
    }

    /// What was taken before stays taken; the next collections make up for it first.
    function test_a_pledge_raised_after_the_margin_was_taken() public {
        takeMargin(90_000);
        _pledge(800_000);
        assertAccount(FIRST, 0, 10_000, 0, 0);
        fill(4);
        // 150,001 collected, 120,001 of it pledged, 90,000 gone.
        assertAccount(150_001, 0, 60_001, 0, 0);
        pay(1, linesOf(ALICE, 60_001));
        assertAccount(150_001, 60_001, 0, 1, 0);
    }

    /// Posted and withdrawn, wages make no margin.
    /// @custom:threat T46
    function test_a_withdrawn_posting_gives_no_margin() public {
        _pledge(900_000);
        post(1, keccak256("root"), 90_000, START + 60);
        assertEq(payroll.marginOf(book), 10_000, "posted");
        takeMargin(10_000);
        vm.prank(CONTRACTOR);
        payroll.withdrawPosting(book, 1);
        assertAccount(FIRST, 0, 90_000, 1, 0);
        _short(0, 1);
        payroll.takeMargin(book, NEWCOMER, 1);
    }

    /// @custom:threat T17
    function testFuzz_margin(uint24 pledge, uint256 wages, uint256 taken) public {
        pledge = uint24(bound(pledge, 1, 1e6));
        _pledge(pledge);
        wages = bound(wages, 0, FIRST);
        if (wages > 0) pay(1, linesOf(ALICE, wages));
        uint256 least = (FIRST * pledge + 999_999) / 1e6;
        uint256 most = FIRST - (wages > least ? wages : least);
        assertEq(payroll.marginOf(book), most, "margin");
        _short(most, most + 1);
        payroll.takeMargin(book, NEWCOMER, most + 1);
        if (most == 0) return;
        taken = bound(taken, 1, most);
        takeMargin(taken);
        assertEq(payroll.marginOf(book), most - taken, "rest");
        assertEq(payroll.accountOf(book).free, FIRST - wages - taken, "free");
    }

    /* WHERE IT GOES */

    function test_not_to_where_it_would_be_lost() public {
        address[3] memory lost = [address(0), address(token), address(payroll)];
        for (uint256 i = 0; i < 3; ++i) {
            _refused(abi.encodeWithSelector(IPayroll.Payroll_BadPayee.selector, lost[i]));
            payroll.takeMargin(book, lost[i], 1);
        }
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Empty.selector));
        payroll.takeMargin(book, NEWCOMER, 0);
    }

    function test_a_refused_margin_stays() public {
        bytes32 hostileBook = employHostile();
        hostile.refuse(NEWCOMER, HostileTokenMock.Refusal.Reverts);
        _refused(abi.encodeWithSelector(IPayroll.Payroll_BadPayee.selector, NEWCOMER));
        payroll.takeMargin(hostileBook, NEWCOMER, 10);
        assertEq(payroll.accountOf(hostileBook).free, ALL, "free");

        Caller caller = new Caller();
        caller.arm(hostile, address(payroll), abi.encodeCall(IPayroll.takeMargin, (hostileBook, address(caller), 10)));
        vm.prank(CONTRACTOR);
        payroll.takeMargin(hostileBook, address(caller), 10);
        assertReentered(caller.result());
        assertEq(hostile.balanceOf(address(caller)), 10, "once");
        assertEq(payroll.accountOf(hostileBook).free, ALL - 10, "free");
    }

    /* HELPERS */

    function _pledge(uint256 pledge) private {
        vm.prank(CONTRACTOR);
        payroll.raisePledge(address(agreement), origin, pledge);
    }

    function _short(uint256 free, uint256 needed) private {
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Short.selector, free, needed));
    }

    function _refused(bytes memory data) private {
        vm.expectRevert(data);
        vm.prank(CONTRACTOR);
    }
}
