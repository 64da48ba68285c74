// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {Gate, Mark, Plan, Reason, Standing} from "../../../contracts/types/Equity.sol";

/// @notice Workers who are away for a while (SPEC.md 9.8): the clock stands still, nothing else does. And sequences of
/// all that can happen to a grant: what has vested never falls (I10).
contract LeaveTest is EquityTest {
    uint256 internal daily;
    uint256 internal made;

    function setUp() public override {
        super.setUp();
        daily = createPlan(dailyPlan());
        made = grantTo(1, daily, 1000);
    }

    function goAway() private {
        vm.prank(MANAGER);
        equity.grantLeave(listOf(made));
    }

    function comeBack(address by) private {
        vm.prank(by);
        equity.comeBack(listOf(made));
    }

    function assertMark(uint40 leaveSince, uint32 away) private view {
        Mark memory expected = Mark(leaveSince, away, 0, Reason.VoluntaryOther, 0);
        assertEq(abi.encode(equity.markOf(made)), abi.encode(expected), "mark");
    }

    function assertVested(uint256 time, uint256 expected) private {
        vm.warp(time);
        assertEq(equity.vestedOf(made), expected, vm.toString(time));
    }

    /* grantLeave */

    function test_grantLeave() public {
        uint256 other = grantTo(2, daily, 10);
        vm.warp(NOW + 3 * DAY + 5);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(MANAGER);
        equity.grantLeave(listOf(made, other));

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "events");
        assertEvent(logs[0], abi.encode(IWorkerEquity.LeaveBegan.selector, book, pool, made), "");
        assertEvent(logs[1], abi.encode(IWorkerEquity.LeaveBegan.selector, book, pool, other), "");
        assertLinked(book, before, logs, 2);
        assertMark(NOW + 3 * DAY + 5, 0);
        assertEq(uint256(equity.grantOf(made).standing), uint256(Standing.Marked), "standing");
        assertVested(NOW + 20 * DAY, 30);
    }

    function test_grantLeave__refusals() public {
        uint256[] memory grants = listOf(made);
        address[3] memory others = [ISSUER, ALICE, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, others[i]));
            vm.prank(others[i]);
            equity.grantLeave(grants);
        }
        grants[0] = 9;
        vm.startPrank(MANAGER);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoGrant.selector, 9));
        equity.grantLeave(grants);
        grants[0] = made;
        equity.grantLeave(grants);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoLeave.selector, made, 20 * DAY));
        equity.grantLeave(grants);
        vm.stopPrank();
    }

    function test_grantLeave__of_an_ended_grant__reverts() public {
        end(made, Reason.VoluntaryOther);
        vm.warp(NOW + 10 * DAY);
        equity.finish(listOf(made));
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Ended.selector, made, NOW + 10 * DAY));
        goAway();
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Ended.selector, made, NOW + 10 * DAY));
        comeBack(ALICE);
    }

    function test_grantLeave__of_a_plan_without__reverts() public {
        Plan memory plan = dailyPlan();
        plan.mostLeave = 0;
        made = grantTo(1, createPlan(plan), 1000);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoLeave.selector, made, 0));
        goAway();
    }

    /* comeBack */

    function test_comeBack__of_a_worker_away_for_a_while() public {
        vm.warp(NOW + 10 * DAY);
        goAway();
        vm.warp(NOW + 15 * DAY + 7);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        comeBack(ALICE);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0], abi.encode(IWorkerEquity.LeaveEnded.selector, book, pool, made), abi.encode(uint256(5 * DAY + 7))
        );
        assertLinked(book, before, logs, 1);
        assertEq(logs.length, 1, "events");
        assertMark(0, 5 * DAY + 7);
        assertVested(NOW + 16 * DAY + 6, 100);
        assertVested(NOW + 16 * DAY + 7, 110);
        assertVested(NOW + 105 * DAY + 6, 990);
        assertVested(NOW + 105 * DAY + 7, 1000);
    }

    function test_comeBack__by_the_manager() public {
        goAway();
        vm.warp(NOW + DAY);
        comeBack(MANAGER);
        assertMark(0, DAY);
    }

    /// Who may is who is registered now.
    function test_comeBack__by_the_wallet_that_is_registered() public {
        goAway();
        vm.prank(ALICE);
        equity.rotate(MANAGER, 1, CAROL, 0, "");
        address[4] memory others = [ALICE, BOB, ISSUER, STRANGER];
        uint256[] memory grants = listOf(made);
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, others[i]));
            vm.prank(others[i]);
            equity.comeBack(grants);
        }
        comeBack(CAROL);
        assertMark(0, 0);
    }

    function test_comeBack__refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotOnLeave.selector, made));
        comeBack(ALICE);
        goAway();
        comeBack(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotOnLeave.selector, made));
        comeBack(MANAGER);
        made = 9;
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoGrant.selector, 9));
        comeBack(MANAGER);
    }

    /// The leave of a plan is the most that it stops the clock for: then it runs on by itself.
    /// @custom:threat T38
    function test_leave__used_up__the_clock_runs_on() public {
        vm.warp(NOW + 10 * DAY);
        goAway();
        assertVested(NOW + 30 * DAY, 100);
        assertVested(NOW + 31 * DAY - 1, 100);
        assertVested(NOW + 31 * DAY, 110);
        assertVested(NOW + 60 * DAY, 400);
        comeBack(ALICE);
        assertMark(0, 20 * DAY);
        assertVested(NOW + 60 * DAY, 400);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoLeave.selector, made, 20 * DAY));
        goAway();
        assertVested(NOW + 120 * DAY, 1000);
    }

    function test_leave__several_add_up() public {
        goAway();
        vm.warp(NOW + 12 * DAY);
        comeBack(MANAGER);
        vm.warp(NOW + 20 * DAY);
        goAway();
        vm.warp(NOW + 27 * DAY);
        assertEq(equity.vestedOf(made), 80, "eight days of work");
        comeBack(MANAGER);
        assertMark(0, 19 * DAY);
        goAway();
        assertVested(NOW + 50 * DAY, 300);
        comeBack(MANAGER);
        assertMark(0, 20 * DAY);
    }

    /// Before the plan's start no clock runs that leave could stop.
    function test_leave__before_the_start() public {
        Plan memory plan = dailyPlan();
        plan.start = NOW + 30 * DAY;
        made = grantTo(1, createPlan(plan), 1000);
        goAway();
        vm.warp(NOW + 29 * DAY);
        comeBack(ALICE);
        assertMark(0, 0);
        goAway();
        vm.warp(NOW + 35 * DAY);
        assertEq(equity.vestedOf(made), 0, "on leave");
        comeBack(ALICE);
        assertMark(0, 5 * DAY);
        assertVested(NOW + 36 * DAY, 10);
    }

    function test_leave__before_the_cliff__moves_it() public {
        Plan memory plan = timePlan();
        plan.mostLeave = 30 * DAY;
        made = grantTo(1, createPlan(plan), 1000);
        goAway();
        assertVested(NOW + 210 * DAY - 1, 0);
        assertVested(NOW + 210 * DAY, 500);
    }

    /// Gates rise and revenue is earned meanwhile.
    function test_leave__gate_and_revenue_go_on() public {
        Plan memory plan = dailyPlan();
        (plan.gate, plan.milestones) = (Gate.Maximum, 1);
        uint256 gated = createPlan(plan);
        made = grantTo(1, gated, 1000);
        goAway();
        distribute(2048);
        assertEq(pending(made), 1023, "half of the shares, rounded down");
        accept(1);
        equity.sync(gated);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 1000, "all by the gate");
        assertEq(currency.balanceOf(ALICE), 1023, "revenue");
    }

    /* Leave and end */

    function test_leave__during_the_notice() public {
        vm.warp(NOW + 5 * DAY);
        goAway();
        vm.warp(NOW + 8 * DAY);
        end(made, Reason.InvoluntaryDisability);
        assertVested(NOW + 18 * DAY, 50);
        equity.finish(listOf(made));
        assertEq(equity.vestedOf(made), 50, "ended on leave");
        assertEq(equity.poolOf(pool).forfeited, 950, "forfeited");
    }

    function test_leave__and_back_during_the_notice() public {
        end(made, Reason.InvoluntaryOther);
        vm.warp(NOW + 2 * DAY);
        goAway();
        vm.warp(NOW + 6 * DAY);
        comeBack(ALICE);
        assertVested(NOW + 40 * DAY, 60);
    }

    /// Leave that begins after the announced end stops nothing, nor does what of it comes after.
    function test_leave__after_the_announced_end() public {
        end(made, Reason.InvoluntaryOther);
        vm.warp(NOW + 12 * DAY);
        goAway();
        assertVested(NOW + 15 * DAY, 100);
        comeBack(ALICE);
        assertEq(equity.markOf(made).away, 0, "away");
        assertEq(equity.vestedOf(made), 100, "vested");
    }

    /* Sequences */

    /// Random acts and times on one grant: vested never falls, nor exceeds the units, and no act changes it downward.
    function testFuzz_vested_never_falls(uint256 seed) public {
        vm.pauseGasMetering();
        Plan memory plan = dailyPlan();
        (plan.gate, plan.milestones, plan.leaver) = (Gate(seed % 4), seed % 4 == 0 ? 0 : 15, 300_000);
        plan.cliff = uint32(seed >> 8) % (40 * DAY);
        plan.start = NOW + uint32(seed >> 40) % (20 * DAY);
        made = grantTo(1, createPlan(plan), 999_983);
        uint256 time = NOW;
        uint256 least;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            time += (seed >> 128) % (6 * DAY);
            vm.warp(time);
            uint256 vested = equity.vestedOf(made);
            assertGe(vested, least, "by time");
            act(seed);
            least = equity.vestedOf(made);
            assertGe(least, vested, "by an act");
            assertLe(least, 999_983, "more than there is");
        }
    }

    function act(uint256 seed) private {
        uint256[] memory grants = listOf(made);
        bytes[8] memory calls = [
            abi.encodeCall(equity.grantLeave, (grants)),
            abi.encodeCall(equity.comeBack, (grants)),
            abi.encodeCall(equity.end, (grants, Reason.VoluntaryOther)),
            abi.encodeCall(equity.keep, (grants)),
            abi.encodeCall(equity.accelerate, (grants, (seed >> 16) % 1_000_000)),
            abi.encodeCall(equity.sync, (equity.grantOf(made).plan)),
            abi.encodeCall(equity.claim, (grants)),
            abi.encodeCall(equity.finish, (grants))
        ];
        if (seed % 3 == 0) accept((seed >> 32) % 16);
        if (seed % 37 == 0) progress.setStatus(ORIGIN, 4);
        // `finish` and `accelerate` would end the walk early if they came as often as the others.
        uint256 chosen = (seed >> 8) % 8;
        if ((chosen == 7 || chosen == 4) && (seed >> 64) % 4 != 0) return;
        vm.prank(MANAGER);
        (bool isDone,) = address(equity).call(calls[chosen]);
        isDone;
    }
}
