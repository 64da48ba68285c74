// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {ProgressMock} from "../../../contracts/mocks/ProgressMock.sol";
import {Gate, Mark, Plan, Reason} from "../../../contracts/types/Equity.sol";
import {Status} from "../../../contracts/types/State.sol";

/// @notice What vests at once (SPEC.md 9.3): by an act of the manager, and when the client ends the agreement.
contract LeaversTest is EquityTest {
    uint256 internal daily;
    uint256 internal made;

    function setUp() public override {
        super.setUp();
        Plan memory plan = dailyPlan();
        plan.leaver = 400_000;
        daily = createPlan(plan);
        made = grantTo(1, daily, 1000);
    }

    function accelerate(uint256 acceleration) private {
        vm.prank(MANAGER);
        equity.accelerate(listOf(made), acceleration);
    }

    function assertVested(uint256 time, uint256 expected) private {
        vm.warp(time);
        assertEq(equity.vestedOf(made), expected, vm.toString(time));
    }

    /* accelerate */

    function test_accelerate() public {
        uint256 other = grantTo(2, daily, 10);
        vm.warp(NOW + 10 * DAY);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(MANAGER);
        equity.accelerate(listOf(other, made), 333_333);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "events");
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.GrantAccelerated.selector, book, pool, other),
            abi.encode(uint256(333_333))
        );
        assertEvent(
            logs[1], abi.encode(IWorkerEquity.GrantAccelerated.selector, book, pool, made), abi.encode(uint256(333_333))
        );
        assertLinked(book, before, logs, 2);
        Mark memory expected = Mark(0, 0, 0, Reason.VoluntaryOther, 333_333);
        assertEq(abi.encode(equity.markOf(made)), abi.encode(expected), "mark");
        // 100 by time, and 299.9997 of the other 900
        assertVested(NOW + 10 * DAY, 399);
        // 990 by time, and 3.33333 of the other 10
        assertVested(NOW + 99 * DAY, 993);
        assertVested(NOW + 100 * DAY, 1000);
    }

    function test_accelerate__all_at_once() public {
        accelerate(1_000_000);
        assertVested(NOW, 1000);
        end(made, Reason.InvoluntaryOther);
        vm.warp(NOW + 10 * DAY);
        equity.finish(listOf(made));
        assertEq(equity.poolOf(pool).forfeited, 0, "forfeited");
    }

    /// Nothing is too early: the cliff holds back time, not what the manager gives.
    function test_accelerate__before_the_start_and_the_cliff() public {
        Plan memory plan = timePlan();
        plan.start = NOW + 100 * DAY;
        made = grantTo(1, createPlan(plan), 1000);
        accelerate(500_000);
        assertVested(NOW, 500);
        assertVested(NOW + 280 * DAY, 750);
    }

    function test_accelerate__only_rises() public {
        accelerate(2);
        for (uint256 less = 0; less < 3; ++less) {
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotAccelerated.selector, made, 2));
            accelerate(less);
        }
        accelerate(3);
        assertEq(equity.markOf(made).acceleration, 3, "acceleration");
    }

    function test_accelerate__refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongShare.selector, 1_000_001, 1_000_000));
        accelerate(1_000_001);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotAccelerated.selector, made, 0));
        accelerate(0);
        uint256[] memory grants = listOf(made);
        address[3] memory others = [ISSUER, ALICE, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, others[i]));
            vm.prank(others[i]);
            equity.accelerate(grants, 1);
        }
        end(made, Reason.VoluntaryOther);
        vm.warp(NOW + 10 * DAY);
        equity.finish(listOf(made));
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Ended.selector, made, NOW + 10 * DAY));
        accelerate(1);
        made = 9;
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoGrant.selector, 9));
        accelerate(1);
    }

    /* The leaver rule */

    function test_leaver__the_client_has_ended_the_agreement() public {
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        vm.warp(NOW + 10 * DAY);
        assertEq(equity.vestedOf(made), 100, "until somebody syncs");
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.sync(daily);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.LeaverRuleApplied.selector, book, pool, daily),
            abi.encode(uint256(400_000))
        );
        assertLinked(book, before, logs, 1);
        assertEq(logs.length, 1, "events");
        assertEq(equity.planOf(daily).acceleration, 400_000, "acceleration");
        // 100 by time, 360 of the other 900
        assertVested(NOW + 10 * DAY, 460);
        assertVested(NOW + 50 * DAY, 700);

        before = equity.historyOf(book);
        equity.sync(daily);
        assertEq(vm.getRecordedLogs().length, 0, "applied once");
        assertEq(equity.historyOf(book), before, "history");
    }

    /// In no other way does an agreement end as a good leaver's would.
    function test_leaver__agreements_in_any_other_state__apply_nothing() public {
        for (uint256 status = 0; status <= 9; ++status) {
            if (status == Status.ENDED_BY_CLIENT) continue;
            progress.setStatus(ORIGIN, status);
            equity.sync(daily);
            assertEq(equity.planOf(daily).acceleration, 0, vm.toString(status));
        }
        progress.setStatus(ORIGIN, 2 ** 248 + Status.ENDED_BY_CLIENT);
        equity.sync(daily);
        assertEq(equity.planOf(daily).acceleration, 0, "a number that only ends like it");
    }

    function test_leaver__a_plan_without__is_not_even_asked() public {
        uint256 plain = createPlan(dailyPlan());
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        progress.fail(ProgressMock.Failure.BurnsAllGas);
        uint256 before = gasleft();
        equity.sync(plain);
        assertLe(before - gasleft(), 100_000, "gas");
        assertEq(equity.planOf(plain).acceleration, 0, "acceleration");
    }

    /// Whatever a broken source answers does not count; once it is well again it does.
    function test_leaver__the_source_fails__applies_later() public {
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        for (uint256 how = 1; how <= 4; ++how) {
            progress.fail(ProgressMock.Failure(how));
            equity.sync(daily);
            assertEq(equity.planOf(daily).acceleration, 0, vm.toString(how));
        }
        progress.fail(ProgressMock.Failure.None);
        equity.sync(daily);
        assertEq(equity.planOf(daily).acceleration, 400_000, "acceleration");
    }

    /// Nobody applies it too late by starving the source: the call has the source's gas, or does nothing.
    /// @custom:threat T33
    function test_leaver__with_too_little_gas__reverts() public {
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        (bool isDone, bytes memory answer) = address(equity).call{gas: 2_000_000}(abi.encodeCall(equity.sync, (daily)));
        assertFalse(isDone, "done");
        assertEq(answer, abi.encodeWithSelector(IWorkerEquity.WorkerEquity_TooLittleGas.selector, 2_000_000), "error");
        (isDone,) = address(equity).call{gas: 2_200_000}(abi.encodeCall(equity.sync, (daily)));
        assertTrue(isDone, "not done");
        assertEq(equity.planOf(daily).acceleration, 400_000, "acceleration");
    }

    function test_leaver__with_a_gate__both_in_one_sync() public {
        Plan memory plan = gatedPlan(Gate.Minimum, 3, 1);
        plan.leaver = 1_000_000;
        uint256 gated = createPlan(plan);
        made = grantTo(2, gated, 77);
        accept(2);
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        equity.sync(gated);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.GateRaised.selector, book, pool, gated),
            abi.encode(uint256(1), uint256(0))
        );
        assertEvent(
            logs[1],
            abi.encode(IWorkerEquity.LeaverRuleApplied.selector, book, pool, gated),
            abi.encode(uint256(1_000_000))
        );
        assertLinked(book, before, logs, 2);
        assertEq(equity.vestedOf(made), 77, "all of it");
        meet(1);
        equity.sync(gated);
        assertEq(equity.planOf(gated).met, 1, "gates go on rising");
        assertEq(equity.planOf(daily).acceleration, 0, "the other plan, until it is synced");
    }

    /// The larger of the two counts, not their sum.
    function test_leaver__beside_the_managers_acceleration() public {
        uint256 other = grantTo(2, daily, 1000);
        accelerate(600_000);
        vm.prank(MANAGER);
        equity.accelerate(listOf(other), 100_000);
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        equity.sync(daily);
        assertEq(equity.vestedOf(made), 600, "the manager's");
        assertEq(equity.vestedOf(other), 400, "the plan's");
    }

    /// Whoever is told to go because the client went is a leaver of the plan: `finish` looks first.
    /// @custom:threat T38
    function test_leaver__found_when_the_end_is_carried_out() public {
        end(made, Reason.InvoluntaryOther);
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        vm.warp(NOW + 60 * DAY);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        equity.finish(listOf(made));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.LeaverRuleApplied.selector, book, pool, daily),
            abi.encode(uint256(400_000))
        );
        assertEvent(
            logs[1],
            abi.encode(IWorkerEquity.GrantEnded.selector, book, pool, made),
            abi.encode(uint256(Reason.InvoluntaryOther), NOW + 10 * DAY, uint256(460), uint256(540), uint256(0))
        );
        assertLinked(book, before, logs, 2);
    }

    function test_leaver__what_has_ended_before__stays_as_it_ended() public {
        end(made, Reason.VoluntaryOther);
        vm.warp(NOW + 10 * DAY);
        equity.finish(listOf(made));
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        equity.sync(daily);
        assertEq(equity.vestedOf(made), 100, "vested");
    }

    function test_leaver__holds_for_grants_made_later() public {
        progress.setStatus(ORIGIN, Status.ENDED_BY_CLIENT);
        equity.sync(daily);
        assertEq(equity.vestedOf(grantTo(2, daily, 10)), 4, "vested");
    }
}
