// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Wage} from "../../../contracts/types/Wages.sol";
import {Caller, PayrollTest} from "./PayrollTest.sol";

/// @notice SPEC 12.2: runs that are posted, and the wages claimed of them.
contract PostTest is PayrollTest {
    /// The first run: 300 for Alice, 500 for Bob.
    bytes32 private alice;
    bytes32 private bob;
    bytes32 private root;

    function setUp() public override {
        super.setUp();
        fill();
        alice = leafOf(1, 1, 300);
        bob = leafOf(1, 2, 500);
        root = rootOf(alice, bob);
    }

    /* POSTED */

    function test_a_posted_run_sets_its_money_aside() public {
        bytes32 before = payroll.historyOf(book);
        expectFromPayroll();
        emit IPayroll.Posted(book, 1, 800, root, PAYSLIPS, START + 60);
        vm.prank(CONTRACTOR);
        payroll.post(book, 1, PAYSLIPS, root, 800, START + 60);
        assertLinked(book, before, 1, 0);
        assertAccount(FIRST, 800, FIRST - 800, 1, FIRST - 800);
        assertPosting(1, root, 800, 0, START + 60);
        assertHas(address(payroll), FIRST);
    }

    function test_a_date_without_end_is_cut() public {
        expectFromPayroll();
        emit IPayroll.Posted(book, 1, 800, root, PAYSLIPS, 2 ** 40 - 1);
        vm.prank(CONTRACTOR);
        payroll.post(book, 1, PAYSLIPS, root, 800, 2 ** 40 + 5);
        assertPosting(1, root, 800, 0, 2 ** 40 - 1);
    }

    function test_postings_that_are_refused() public {
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Empty.selector));
        payroll.post(book, 1, PAYSLIPS, root, 0, 0);
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Empty.selector));
        payroll.post(book, 1, PAYSLIPS, 0, 800, 0);
        _refused(abi.encodeWithSelector(IPayroll.Payroll_WrongRun.selector, 2, 1));
        payroll.post(book, 2, PAYSLIPS, root, 800, 0);
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Short.selector, FIRST, FIRST + 1));
        payroll.post(book, 1, PAYSLIPS, root, FIRST + 1, 0);
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Short.selector, FIRST, 2 ** 96 + 1));
        payroll.post(book, 1, PAYSLIPS, root, 2 ** 96 + 1, 0);
        bytes32 unknown = keccak256("no book");
        _refused(abi.encodeWithSelector(IPayroll.Payroll_NoBook.selector, unknown));
        payroll.post(unknown, 1, PAYSLIPS, root, 800, 0);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotEmployer.selector, book, STRANGER));
        vm.prank(STRANGER);
        payroll.post(book, 1, PAYSLIPS, root, 800, 0);
        assertAccount(FIRST, 0, FIRST, 0, FIRST);

        post(1, root, 800, 0);
        _refused(abi.encodeWithSelector(IPayroll.Payroll_WrongRun.selector, 1, 2));
        payroll.post(book, 1, PAYSLIPS, keccak256("another"), 800, 0);
        assertPosting(1, root, 800, 0, 0);
    }

    /* WITHDRAWN */

    function test_withdrawn_before_it_is_binding() public {
        post(1, root, 800, START + 60);
        vm.warp(START + 59);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotEmployer.selector, book, STRANGER));
        vm.prank(STRANGER);
        payroll.withdrawPosting(book, 1);

        bytes32 before = payroll.historyOf(book);
        expectFromPayroll();
        emit IPayroll.PostingWithdrawn(book, 1, 800);
        vm.prank(CONTRACTOR);
        payroll.withdrawPosting(book, 1);
        assertLinked(book, before, 1, 0);
        assertAccount(FIRST, 0, FIRST, 1, FIRST);
        assertPosting(1, 0, 0, 0, 0);

        vm.warp(START + 60);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotPosted.selector, 1));
        payroll.claim(book, listOf(wageOf(1, 1, 300, bob)));
        _refused(abi.encodeWithSelector(IPayroll.Payroll_NotPosted.selector, 1));
        payroll.withdrawPosting(book, 1);
        // Its number stays used.
        _refused(abi.encodeWithSelector(IPayroll.Payroll_WrongRun.selector, 1, 2));
        payroll.post(book, 1, PAYSLIPS, root, 800, 0);
    }

    function test_not_withdrawn_from_then_on() public {
        post(1, root, 800, START + 60);
        vm.warp(START + 60);
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Binding.selector, 1, START + 60));
        payroll.withdrawPosting(book, 1);
        // Bound at once.
        post(2, root, 800, 0);
        _refused(abi.encodeWithSelector(IPayroll.Payroll_Binding.selector, 2, 0));
        payroll.withdrawPosting(book, 2);
        assertAccount(FIRST, 1_600, FIRST - 1_600, 2, FIRST - 1_600);
    }

    function test_what_was_pushed_is_no_posting() public {
        pay(1, linesOf(ALICE, 10));
        _refused(abi.encodeWithSelector(IPayroll.Payroll_NotPosted.selector, 1));
        payroll.withdrawPosting(book, 1);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NotPosted.selector, 1));
        payroll.claim(book, listOf(wageOf(1, 1, 300, bob)));
    }

    /* CLAIMED */

    function test_anyone_claims_for_the_worker() public {
        post(1, root, 800, START + 60);
        Wage[] memory both = listOf(wageOf(1, 1, 300, bob), wageOf(1, 2, 500, alice));
        vm.warp(START + 59);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_TooEarly.selector, 1, START + 60));
        payroll.claim(book, both);

        vm.warp(START + 60);
        bytes32 before = payroll.historyOf(book);
        vm.getRecordedLogs();
        expectFromPayroll();
        emit IPayroll.WageClaimed(book, 1, 1, ALICE, 300);
        expectFromPayroll();
        emit IPayroll.WageClaimed(book, 1, 2, BOB, 500);
        vm.prank(STRANGER);
        payroll.claim(book, both);
        assertLinked(book, before, 2, 0);
        assertHas(ALICE, 300);
        assertHas(BOB, 500);
        assertHas(address(payroll), FIRST - 800);
        assertPosting(1, root, 800, 800, START + 60);
        assertAccount(FIRST, 800, FIRST - 800, 1, FIRST - 800);
        assertTrue(payroll.isClaimed(book, 1, 1) && payroll.isClaimed(book, 1, 2), "claimed");
        assertFalse(payroll.isClaimed(book, 1, 3) || payroll.isClaimed(book, 2, 1), "others");
    }

    /// @custom:threat T43
    function test_many_runs_at_once_and_each_once() public {
        post(1, root, 800, 0);
        post(2, leafOf(2, 1, 70), 70, 0);
        Wage memory first = wageOf(1, 1, 300, bob);
        payroll.claim(book, listOf(first, wageOf(2, 1, 70, 0)));
        assertHas(ALICE, 370);

        bytes32 before = payroll.historyOf(book);
        vm.getRecordedLogs();
        payroll.claim(book, listOf(first, wageOf(1, 2, 500, alice)));
        assertLinked(book, before, 1, 0);
        payroll.claim(book, listOf(first, first));
        assertHas(ALICE, 370);
        assertHas(BOB, 500);
        assertPosting(1, root, 800, 800, 0);
        assertPosting(2, leafOf(2, 1, 70), 70, 70, 0);
    }

    function test_a_wage_of_anything_else_is_not_under_the_root() public {
        post(1, root, 800, 0);
        post(2, keccak256("another"), 800, 0);
        _wrongProof(1, 2, wageOf(1, 2, 300, bob));
        _wrongProof(1, 1, wageOf(1, 1, 301, bob));
        _wrongProof(1, 1, wageOf(1, 1, 300, alice));
        _wrongProof(1, 1, wageOf(1, 1, 300, 0));
        _wrongProof(2, 1, wageOf(2, 1, 300, bob));
        Wage memory wage = wageOf(1, 1, 300, bob);
        wage.salt = 0;
        _wrongProof(1, 1, wage);

        wage = wageOf(1, 1, 300, bob);
        vm.chainId(5);
        _wrongProof(1, 1, wage);
        vm.chainId(31_337);
        payroll.claim(book, listOf(wage));
        assertHas(ALICE, 300);
    }

    /// The same tree, posted where its leaves do not belong.
    /// @custom:threat T45
    function test_leaves_of_another_chain_contract_or_book() public {
        bytes32 other = keccak256("other");
        bytes32[3] memory leaves = [
            leafOf(1, address(payroll), book, 1, 1, 300, saltOf(1)),
            leafOf(block.chainid, address(deployed()), book, 1, 1, 300, saltOf(1)),
            leafOf(block.chainid, address(payroll), other, 1, 1, 300, saltOf(1))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            post(i + 1, leaves[i], 800, 0);
            _wrongProof(i + 1, 1, wageOf(i + 1, 1, 300, 0));
        }
    }

    /// Its leaves sum up to more than was set aside: who comes late gets nothing, the other runs are whole.
    /// @custom:threat T45
    function test_a_dishonest_root_takes_from_no_other_run() public {
        post(1, root, 799, 0);
        post(2, rootOf(leafOf(2, 1, 300), leafOf(2, 2, 500)), 800, 0);
        payroll.claim(book, listOf(wageOf(1, 1, 300, bob)));
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_RunExceeded.selector, 1, 500, 499));
        payroll.claim(book, listOf(wageOf(1, 2, 500, alice)));
        assertFalse(payroll.isClaimed(book, 1, 2), "not claimed");

        payroll.claim(book, listOf(wageOf(2, 1, 300, leafOf(2, 2, 500)), wageOf(2, 2, 500, leafOf(2, 1, 300))));
        assertHas(ALICE, 600);
        assertHas(BOB, 500);
        assertHas(address(payroll), FIRST - 1_100);
        assertAccount(FIRST, 1_599, FIRST - 1_599, 2, FIRST - 1_599);

        post(3, leafOf(3, 1, 2 ** 96), 10, 0);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_RunExceeded.selector, 3, 2 ** 96, 10));
        payroll.claim(book, listOf(wageOf(3, 1, 2 ** 96, 0)));
    }

    /* WALLETS */

    function test_who_cannot_be_paid_is_passed_over() public {
        post(1, root, 800, 0);
        address[4] memory wallets = [address(0), address(token), address(payroll), CAROL];
        for (uint256 i = 0; i < 4; ++i) {
            enrol(1, wallets[i]);
            bytes32 before = payroll.historyOf(book);
            payroll.claim(book, listOf(wageOf(1, 1, 300, bob), wageOf(1, 2, 500, alice)));
            assertEq(payroll.isClaimed(book, 1, 1), wallets[i] == CAROL, "claimed");
            assertLinked(book, before, i == 0 || i == 3 ? 1 : 0, 0);
        }
        // The wallet of today gets the wage of then.
        assertHas(CAROL, 300);
        assertHas(ALICE, 0);
        assertHas(BOB, 500);
        assertPosting(1, root, 800, 800, 0);
    }

    /// @custom:threat T44
    function test_a_worker_that_the_token_refuses_is_passed_over() public {
        book = employHostile();
        root = rootOf(leafOf(1, 1, 300), leafOf(1, 2, 500));
        post(1, root, 800, 0);
        Wage[] memory both = listOf(wageOf(1, 1, 300, leafOf(1, 2, 500)), wageOf(1, 2, 500, leafOf(1, 1, 300)));
        HostileTokenMock.Refusal[3] memory refusals = [
            HostileTokenMock.Refusal.Reverts, HostileTokenMock.Refusal.AnswersFalse, HostileTokenMock.Refusal.BurnsGas
        ];
        bytes32 before = payroll.historyOf(book);
        for (uint256 i = 0; i < 3; ++i) {
            hostile.refuse(ALICE, refusals[i]);
            payroll.claim{gas: 16_000_000}(book, both);
            assertFalse(payroll.isClaimed(book, 1, 1), "claimed");
        }
        assertLinked(book, before, 1, 0);
        assertEq(hostile.balanceOf(BOB), 500, "the other one");
        assertPosting(1, root, 800, 500, 0);

        hostile.refuse(ALICE, HostileTokenMock.Refusal.None);
        payroll.claim(book, both);
        assertEq(hostile.balanceOf(ALICE), 300, "later");
        assertEq(hostile.balanceOf(address(payroll)), ALL - 800, "left");
        assertPosting(1, root, 800, 800, 0);
    }

    function test_a_worker_that_calls_back_is_paid_once() public {
        book = employHostile();
        Caller caller = new Caller();
        enrol(1, address(caller));
        post(1, leafOf(1, 1, 300), 900, 0);
        Wage[] memory wages = listOf(wageOf(1, 1, 300, 0));
        caller.arm(hostile, address(payroll), abi.encodeCall(IPayroll.claim, (book, wages)));
        payroll.claim(book, wages);
        assertReentered(caller.result());
        assertEq(hostile.balanceOf(address(caller)), 300, "once");
        payroll.claim(book, wages);
        assertEq(hostile.balanceOf(address(caller)), 300, "still");
        assertPosting(1, leafOf(1, 1, 300), 900, 300, 0);
    }

    /// A worker has one bit for a run, whatever its number.
    function testFuzz_numbers_do_not_share_a_bit(uint256 worker, uint256 other) public {
        if (worker == other) return;
        enrol(worker, CAROL);
        post(1, leafOf(1, worker, 10), 10, 0);
        payroll.claim(book, listOf(wageOf(1, worker, 10, 0)));
        assertTrue(payroll.isClaimed(book, 1, worker), "claimed");
        assertFalse(payroll.isClaimed(book, 1, other), "the other one");
    }

    /* HELPERS */

    function _refused(bytes memory data) private {
        vm.expectRevert(data);
        vm.prank(CONTRACTOR);
    }

    function _wrongProof(uint256 run, uint256 worker, Wage memory wage) private {
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_WrongProof.selector, run, worker));
        payroll.claim(book, listOf(wage));
    }
}
