// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {HostileTokenMock, ITokenHook} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Plan, Reason} from "../../../contracts/types/Equity.sol";

/// @notice How revenue reaches the workers (SPEC.md 9.4, 9.12): by claims, past wallets that are refused, and past
/// currencies that call back. 512 of 1,024 shares are Alice's, 256 Bob's, 256 Carol's, who is worker 3.
contract PayingTest is EquityTest, ITokenHook {
    uint256 internal daily;
    uint256[] internal grants;
    /// What {onTokens} does, and what came of it.
    bytes[] private _reentries;
    bool[] private _results;

    function setUp() public override {
        super.setUp();
        Plan memory plan = dailyPlan();
        plan.notice = 0;
        daily = createPlan(plan);
        address[] memory wallets = new address[](1);
        wallets[0] = CAROL;
        vm.prank(MANAGER);
        equity.enrol(wallets);
        grants = [grantTo(1, daily, 512), grantTo(2, daily, 256), grantTo(3, daily, 256)];
    }

    function onTokens(address, address, address, uint256) external {
        bytes[] memory calls = _reentries;
        delete _reentries;
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool isDone,) = address(equity).call(calls[i]);
            _results.push(isDone);
        }
    }

    function assertPaid(uint256 alice, uint256 bob, uint256 carol) private view {
        assertEq(currency.balanceOf(ALICE), alice, "Alice");
        assertEq(currency.balanceOf(BOB), bob, "Bob");
        assertEq(currency.balanceOf(CAROL), carol, "Carol");
    }

    function withdraw(uint256 worker) private {
        vm.prank(STRANGER);
        equity.withdraw(pool, listOf(worker));
    }

    /* claim */

    function test_claim__pays_the_revenue_too() public {
        distribute(2048);
        vm.warp(NOW + 10 * DAY);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.claim(grants);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 9, "claim, units and money of three");
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.Claimed.selector, book, pool, grants[0]),
            abi.encode(uint256(1), ALICE, uint256(51), uint256(1024))
        );
        assertEvent(
            logs[3],
            abi.encode(IWorkerEquity.Claimed.selector, book, pool, grants[1]),
            abi.encode(uint256(2), BOB, uint256(25), uint256(512))
        );
        assertEvent(
            logs[6],
            abi.encode(IWorkerEquity.Claimed.selector, book, pool, grants[2]),
            abi.encode(uint256(3), CAROL, uint256(25), uint256(512))
        );
        assertLinked(book, before, logs, 3);
        assertPaid(1024, 512, 512);
        assertEq(equity.grantOf(grants[0]).round, 1, "round");
        assertEq(pending(grants[0]), 0, "pending");
        equity.claim(grants);
        assertEq(vm.getRecordedLogs().length, 0, "once");
    }

    function test_claim__of_revenue_alone() public {
        distribute(1024);
        vm.recordLogs();
        claimAs(STRANGER, grants[1]);
        assertEvent(
            vm.getRecordedLogs()[0],
            abi.encode(IWorkerEquity.Claimed.selector, book, pool, grants[1]),
            abi.encode(uint256(2), BOB, uint256(0), uint256(256))
        );
        assertPaid(0, 256, 0);
        assertEq(token.totalSupply(), 0, "units");
        assertEq(pending(grants[0]), 512, "the others'");
    }

    /// @custom:threat T18
    function test_claim__named_twice__pays_once() public {
        distribute(1024);
        equity.claim(listOf(grants[0], grants[0]));
        assertPaid(512, 0, 0);
    }

    /// Less than one of the currency's unit is no revenue yet: a claim of units leaves it where it grows.
    function test_claim__of_a_fraction__waits() public {
        distribute(3);
        vm.warp(NOW + 10 * DAY);
        claimAs(STRANGER, grants[1]);
        assertPaid(0, 0, 0);
        assertEq(equity.grantOf(grants[1]).round, 0, "round");
        assertEq(token.balanceOf(BOB), 25, "units");
        distribute(1);
        claimAs(STRANGER, grants[1]);
        assertPaid(0, 1, 0);
    }

    /// Who has no wallet yet is passed over, and has it all later.
    /// @custom:threat T42
    function test_claim__without_a_wallet__later() public {
        vm.prank(MANAGER);
        equity.reserve(1);
        grants[0] = grantTo(4, daily, 1024);
        distribute(2048);
        vm.warp(NOW + 100 * DAY);
        equity.claim(grants);
        assertPaid(0, 256, 256);
        vm.prank(MANAGER);
        equity.proposeWallet(4, ALICE);
        vm.warp(NOW + 114 * DAY);
        equity.setWallet(MANAGER, 4, ALICE);
        claimAs(STRANGER, grants[0]);
        assertPaid(1024, 256, 256);
        assertEq(token.balanceOf(ALICE), 1024, "units");
    }

    /* Wallets that the currency refuses */

    /// Gitcoin #478, Sentiment #284: one blocked payee, and nobody was paid. Here it is booked, and the batch goes on.
    /// @custom:threat T42
    function test_claim__a_wallet_is_refused__the_others_are_paid() public {
        for (uint256 how = 1; how <= 2; ++how) {
            currency.refuse(BOB, HostileTokenMock.Refusal(how));
            distribute(1024);
            bytes32 before = equity.historyOf(book);
            vm.recordLogs();
            equity.claim(grants);

            Vm.Log[] memory logs = vm.getRecordedLogs();
            assertEq(logs.length, 6, "three claims, two transfers, a booking");
            assertEvent(
                logs[2],
                abi.encode(IWorkerEquity.Claimed.selector, book, pool, grants[1]),
                abi.encode(uint256(2), BOB, uint256(0), uint256(256))
            );
            assertEvent(
                logs[3], abi.encode(IWorkerEquity.Booked.selector, book, pool, uint256(2)), abi.encode(uint256(256))
            );
            assertLinked(book, before, logs, 4);
            assertPaid(512 * how, 0, 256 * how);
            assertEq(equity.owed(pool, 2), 256 * how, "booked");
            assertEq(currency.balanceOf(address(equity)), 256 * how, "kept for him");
        }
    }

    function test_withdraw() public {
        currency.refuse(BOB, HostileTokenMock.Refusal.Reverts);
        currency.refuse(CAROL, HostileTokenMock.Refusal.AnswersFalse);
        distribute(1024);
        equity.claim(grants);
        currency.refuse(BOB, HostileTokenMock.Refusal.None);
        uint256[] memory workers = new uint256[](5);
        (workers[0], workers[1], workers[2], workers[3], workers[4]) = (3, 1, 2, 9, 2);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.withdraw(pool, workers);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "a transfer, and who was paid");
        assertEvent(
            logs[1],
            abi.encode(IWorkerEquity.RevenueWithdrawn.selector, book, pool, uint256(2)),
            abi.encode(BOB, uint256(256))
        );
        assertLinked(book, before, logs, 1);
        assertPaid(512, 256, 0);
        assertEq(equity.owed(pool, 2), 0, "Bob");
        assertEq(equity.owed(pool, 3), 256, "Carol, refused again");
    }

    /// The worker's own way out: another wallet.
    function test_withdraw__after_a_rotation() public {
        currency.refuse(BOB, HostileTokenMock.Refusal.Reverts);
        distribute(1024);
        claimAs(STRANGER, grants[1]);
        withdraw(2);
        assertEq(equity.owed(pool, 2), 256, "still");
        vm.prank(BOB);
        equity.rotate(MANAGER, 2, STRANGER, 0, "");
        withdraw(2);
        assertEq(currency.balanceOf(STRANGER), 256, "the new wallet");
        assertEq(equity.owed(pool, 2), 0, "owed");
        withdraw(2);
        assertEq(currency.balanceOf(STRANGER), 256, "once");
    }

    function test_withdraw__what_nobody_is_owed__changes_nothing() public {
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        withdraw(1);
        withdraw(99);
        equity.withdraw(99, listOf(1));
        equity.withdraw(pool, new uint256[](0));
        assertEq(vm.getRecordedLogs().length, 0, "events");
        assertEq(equity.historyOf(book), before, "history");
    }

    /// A fee that comes later is taken from what is paid: nobody else's share is touched.
    function test_claim__of_a_currency_that_takes_a_fee_since() public {
        distribute(1024);
        currency.setFee(500_000);
        equity.claim(grants);
        assertPaid(256, 128, 128);
        assertEq(currency.balanceOf(address(equity)), 0, "worker equity");
    }

    /// The currency is gone: revenue is booked, units are claimed.
    function test_claim__of_a_currency_without_code() public {
        distribute(1024);
        vm.etch(address(currency), "");
        vm.warp(NOW + 100 * DAY);
        equity.claim(grants);
        assertEq(token.totalSupply(), 1024, "units");
        assertEq(equity.owed(pool, 1), 512, "Alice");
    }

    /* Currencies that call back */

    function hookCarol() private {
        vm.prank(CAROL);
        equity.rotate(MANAGER, 3, address(this), 0, "");
        currency.hook(this);
    }

    /// @custom:threat T1
    function test_reentering__while_it_is_paid__pays_once() public {
        hookCarol();
        distribute(1024);
        _reentries.push(abi.encodeCall(equity.claim, (grants)));
        _reentries.push(abi.encodeCall(equity.withdraw, (pool, listOf(3, 1))));
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        claimAs(STRANGER, grants[2]);
        assertLinked(book, before, vm.getRecordedLogs(), 3);
        assertTrue(_results[0] && _results[1], "both went through");
        assertPaid(512, 256, 0);
        assertEq(currency.balanceOf(address(this)), 256, "the wallet that reenters");
        assertEq(currency.balanceOf(address(equity)), 0, "worker equity");
    }

    /// What comes to be owed while a payment runs that is refused in the end is owed as well.
    function test_reentering__while_a_withdrawal_is_refused__loses_nothing() public {
        hookCarol();
        uint256 ends = grantTo(3, createPlan(dailyPlan()), 1024);
        end(ends, Reason.VoluntaryOther);
        distribute(2048);
        currency.refuse(address(this), HostileTokenMock.Refusal.Reverts);
        claimAs(STRANGER, grants[2]);
        assertEq(equity.owed(pool, 3), 256, "booked");

        currency.refuse(address(this), HostileTokenMock.Refusal.None);
        currency.setAnswer(HostileTokenMock.Answer.False);
        vm.warp(NOW + 10 * DAY);
        _reentries.push(abi.encodeCall(equity.finish, (listOf(ends))));
        withdraw(3);
        assertTrue(_results[0], "ended while it was paid");
        assertEq(equity.owed(pool, 3), 256 + 1024, "both");
    }

    /// The payer's own hook, before its money moves: what it makes the contract pay is missing then.
    function test_reentering__while_it_is_distributed__cannot_be_paid_in_advance() public {
        hookCarol();
        distribute(1024);
        currency.mint(address(this), 2048);
        currency.approve(address(equity), 2048);
        _reentries.push(abi.encodeCall(equity.claim, (grants)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IWorkerEquity.WorkerEquity_TokenMovedOtherAmount.selector, address(currency), 1024, 0
            )
        );
        equity.distribute(pool, 1024);
        delete _reentries;
        _reentries.push(abi.encodeCall(equity.distribute, (pool, 1024)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IWorkerEquity.WorkerEquity_TokenMovedOtherAmount.selector, address(currency), 1024, 2048
            )
        );
        equity.distribute(pool, 1024);
        delete _reentries;
        assertEq(equity.poolOf(pool).round, 1, "round");
        equity.claim(grants);
        assertPaid(512, 256, 0);
    }
}
