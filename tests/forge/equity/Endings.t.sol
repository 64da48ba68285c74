// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Gate, Grant, Mark, NEVER, Plan, Reason, Standing} from "../../../contracts/types/Equity.sol";

/// @notice How a grant ends (SPEC.md 9.5): announced, withdrawn, carried out.
contract EndingsTest is EquityTest {
    uint256 internal daily;

    function setUp() public override {
        super.setUp();
        daily = createPlan(dailyPlan());
    }

    function keep(uint256 grantId) private {
        uint256[] memory grants = listOf(grantId);
        vm.prank(MANAGER);
        equity.keep(grants);
    }

    function finish(uint256 grantId) private {
        uint256[] memory grants = listOf(grantId);
        vm.prank(STRANGER);
        equity.finish(grants);
    }

    function expect(bytes4 error_, uint256 grantId) private {
        vm.expectRevert(abi.encodeWithSelector(error_, grantId));
    }

    function assertMark(uint256 grantId, uint256 endsAt, Reason reason) private view {
        Mark memory expected = Mark(0, 0, uint40(endsAt), reason, 0);
        assertEq(abi.encode(equity.markOf(grantId)), abi.encode(expected), "mark");
    }

    function assertGrant(uint256 grantId, uint80 units, uint80 claimed, Standing standing) private view {
        Grant memory held = equity.grantOf(grantId);
        Grant memory expected = Grant(held.worker, held.plan, units, claimed, 0, standing);
        assertEq(abi.encode(held), abi.encode(expected), "grant");
    }

    /* end */

    function test_end__of_no_grant__reverts() public {
        expect(IWorkerEquity.WorkerEquity_NoGrant.selector, 1);
        end(1, Reason.VoluntaryOther);
    }

    function test_end__of_a_grant_that_cannot_be_ended__reverts() public {
        Plan memory plan = dailyPlan();
        plan.notice = NEVER;
        uint256 made = grantTo(1, createPlan(plan), 1000);
        expect(IWorkerEquity.WorkerEquity_Irrevocable.selector, made);
        end(made, Reason.InvoluntaryWithCause);
        plan.notice = NEVER - 1;
        uint256 late = grantTo(1, createPlan(plan), 1000);
        end(late, Reason.InvoluntaryWithCause);
        assertMark(late, uint256(NOW) + NEVER - 1, Reason.InvoluntaryWithCause);
    }

    function test_end__by_the_issuer__reverts() public {
        uint256[] memory grants = listOf(grantTo(1, daily, 1000));
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, ISSUER));
        vm.prank(ISSUER);
        equity.end(grants, Reason.VoluntaryOther);
        assertGrant(grants[0], 1000, 0, Standing.Plain);
    }

    function test_end__one_of_a_batch_cannot__none_does() public {
        uint256 made = grantTo(1, daily, 1000);
        uint256[] memory grants = listOf(made, made);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Ending.selector, made, NOW + 10 * DAY));
        vm.prank(MANAGER);
        equity.end(grants, Reason.VoluntaryOther);
        assertMark(made, 0, Reason.VoluntaryOther);
    }

    function test_end__announces() public {
        uint256 one = grantTo(1, daily, 1000);
        uint256 two = grantTo(2, daily, 500);
        vm.warp(NOW + 5 * DAY);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(MANAGER);
        equity.end(listOf(one, two), Reason.InvoluntaryDisability);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "events");
        for (uint256 i = 0; i < 2; ++i) {
            assertEvent(
                logs[i],
                abi.encode(IWorkerEquity.EndAnnounced.selector, book, pool, one + i),
                abi.encode(uint256(Reason.InvoluntaryDisability), NOW + 15 * DAY)
            );
            assertMark(one + i, NOW + 15 * DAY, Reason.InvoluntaryDisability);
        }
        assertLinked(book, before, logs, 2);
        assertGrant(one, 1000, 0, Standing.Marked);
        assertEq(equity.poolOf(pool).forfeited, 0, "forfeited");
        assertEq(equity.vestedOf(one), 50, "vested");
    }

    function test_end__time_counts_up_to_the_announced_end() public {
        uint256 made = grantTo(1, daily, 1000);
        end(made, Reason.VoluntaryOther);
        vm.warp(NOW + 10 * DAY - 1);
        assertEq(equity.vestedOf(made), 90, "before the end");
        vm.warp(NOW + 10 * DAY);
        assertEq(equity.vestedOf(made), 100, "at the end");
        vm.warp(NOW + 50 * DAY);
        assertEq(equity.vestedOf(made), 100, "long after");
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 100, "claimed before anyone carried it out");
        finish(made);
        assertGrant(made, 100, 100, Standing.Ended);
        assertEq(equity.poolOf(pool).forfeited, 900, "forfeited");
    }

    function test_end__without_notice__for_each_reason() public {
        uint256 plan = createPlan(timePlan());
        vm.warp(NOW + 180 * DAY);
        for (uint256 reason = 0; reason < 7; ++reason) {
            uint256 made = grantTo(2, plan, 101);
            claimAs(STRANGER, made);
            uint256 forfeitedBefore = equity.poolOf(pool).forfeited;
            bytes32 before = equity.historyOf(book);
            vm.recordLogs();
            end(made, Reason(reason));

            Vm.Log[] memory logs = vm.getRecordedLogs();
            assertEvent(
                logs[0],
                abi.encode(IWorkerEquity.EndAnnounced.selector, book, pool, made),
                abi.encode(reason, NOW + 180 * DAY)
            );
            assertEvent(
                logs[1],
                abi.encode(IWorkerEquity.GrantEnded.selector, book, pool, made),
                abi.encode(reason, NOW + 180 * DAY, uint256(50), uint256(51), uint256(0))
            );
            assertLinked(book, before, logs, 2);
            assertGrant(made, 50, 50, Standing.Ended);
            assertMark(made, NOW + 180 * DAY, Reason(reason));
            assertEq(equity.poolOf(pool).forfeited, forfeitedBefore + 51, "forfeited");
        }
        assertEq(equity.poolOf(pool).granted, 707, "granted");
        assertEq(sharesOf(pool), 350, "shares");
    }

    function test_end__before_the_cliff() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        vm.warp(NOW + 180 * DAY - 1);
        end(made, Reason.InvoluntaryWithCause);

        assertGrant(made, 0, 0, Standing.Ended);
        assertEq(equity.poolOf(pool).forfeited, 100, "forfeited");
        vm.warp(NOW + 1000 * DAY);
        assertEq(claimable(made), 0, "claimable");
    }

    function test_end__everything_vested__forfeits_nothing() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        vm.warp(NOW + 360 * DAY);
        end(made, Reason.VoluntaryRetirement);
        assertEq(equity.poolOf(pool).forfeited, 0, "forfeited");
        claimAs(ALICE, made);
        assertEq(token.balanceOf(ALICE), 100, "Alice");
    }

    function test_end__returns_the_rest_to_the_pool() public {
        uint256 plan = createPlan(timePlan());
        uint256 made = grantTo(1, plan, POOL);
        vm.warp(NOW + 270 * DAY);
        end(made, Reason.VoluntaryOther);
        vm.expectRevert(
            abi.encodeWithSelector(IWorkerEquity.WorkerEquity_PoolExceeded.selector, pool, POOL / 4 + 1, POOL / 4)
        );
        vm.prank(MANAGER);
        equity.grant(plan, lineOf(2, POOL / 4 + 1));

        uint256 again = grantTo(2, plan, POOL / 4);
        vm.warp(NOW + 360 * DAY);
        claimAs(BOB, again);
        claimAs(BOB, made);
        assertEq(token.balanceOf(ALICE), POOL / 4 * 3, "Alice");
        assertEq(token.balanceOf(BOB), POOL / 4, "Bob");
        assertEq(token.totalSupply(), POOL, "the pool, to the unit");
    }

    /* finish */

    function test_finish__not_before_the_announced_end() public {
        uint256 made = grantTo(1, daily, 1001);
        end(made, Reason.VoluntaryGoodCause);
        vm.warp(NOW + 10 * DAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NotRipe.selector, NOW + 10 * DAY));
        finish(made);

        vm.warp(NOW + 10 * DAY);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        finish(made);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.GrantEnded.selector, book, pool, made),
            abi.encode(uint256(Reason.VoluntaryGoodCause), NOW + 10 * DAY, uint256(100), uint256(901), uint256(0))
        );
        assertLinked(book, before, logs, 1);
        assertEq(logs.length, 1, "events");
        assertGrant(made, 100, 0, Standing.Ended);
        assertEq(equity.poolOf(pool).forfeited, 901, "forfeited");
        assertEq(sharesOf(pool), 100, "shares");
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Ended.selector, made, NOW + 10 * DAY));
        finish(made);
    }

    function test_finish__what_was_not_announced__reverts() public {
        expect(IWorkerEquity.WorkerEquity_NoGrant.selector, 1);
        finish(1);
        uint256 made = grantTo(1, daily, 1000);
        expect(IWorkerEquity.WorkerEquity_NotEnding.selector, made);
        finish(made);
        end(made, Reason.VoluntaryOther);
        keep(made);
        vm.warp(NOW + 10 * DAY);
        expect(IWorkerEquity.WorkerEquity_NotEnding.selector, made);
        finish(made);
    }

    function test_finish__several_at_once() public {
        uint256 one = grantTo(1, daily, 1000);
        uint256 two = grantTo(2, daily, 300);
        vm.prank(MANAGER);
        equity.end(listOf(one, two), Reason.InvoluntaryOther);
        vm.warp(NOW + 30 * DAY);
        equity.finish(listOf(two, one));
        assertGrant(one, 100, 0, Standing.Ended);
        assertGrant(two, 30, 0, Standing.Ended);
        assertEq(equity.poolOf(pool).forfeited, 1170, "forfeited");
        assertEq(sharesOf(pool), 130, "shares");
    }

    /// The gate counts as it is found when the end is carried out: what is accepted meanwhile, not what comes after.
    function test_finish__counts_what_was_accepted_during_the_notice() public {
        Plan memory plan = gatedPlan(Gate.Maximum, 3, 0);
        plan.notice = 10 * DAY;
        uint256 made = grantTo(1, createPlan(plan), 1000);
        end(made, Reason.InvoluntaryOther);
        accept(1);
        vm.warp(NOW + 20 * DAY);
        vm.recordLogs();
        bytes32 before = equity.historyOf(book);
        finish(made);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "events");
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.GateRaised.selector, book, pool, equity.grantOf(made).plan),
            abi.encode(uint256(1), uint256(0))
        );
        assertEvent(
            logs[1],
            abi.encode(IWorkerEquity.GrantEnded.selector, book, pool, made),
            abi.encode(uint256(Reason.InvoluntaryOther), NOW + 10 * DAY, uint256(500), uint256(500), uint256(0))
        );
        assertLinked(book, before, logs, 2);

        accept(3);
        equity.sync(equity.grantOf(made).plan);
        assertEq(equity.vestedOf(made), 500, "after the end");
    }

    /* keep */

    function test_keep() public {
        uint256 made = grantTo(1, daily, 1000);
        end(made, Reason.InvoluntaryWithCause);
        vm.warp(NOW + 9 * DAY);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        keep(made);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(logs[0], abi.encode(IWorkerEquity.EndWithdrawn.selector, book, pool, made), "");
        assertLinked(book, before, logs, 1);
        assertMark(made, 0, Reason.VoluntaryOther);
        assertGrant(made, 1000, 0, Standing.Marked);
        vm.warp(NOW + 50 * DAY);
        assertEq(equity.vestedOf(made), 500, "as if nothing had been announced");
        end(made, Reason.VoluntaryOther);
        assertMark(made, NOW + 60 * DAY, Reason.VoluntaryOther);
    }

    /// Once it has come nobody takes it back, whoever carries it out, and when.
    function test_keep__from_the_announced_end_on__reverts() public {
        uint256 made = grantTo(1, daily, 1000);
        end(made, Reason.VoluntaryOther);
        vm.warp(NOW + 10 * DAY);
        expect(IWorkerEquity.WorkerEquity_NotEnding.selector, made);
        keep(made);
        vm.warp(NOW + 10 * DAY - 1);
        keep(made);
        assertMark(made, 0, Reason.VoluntaryOther);
    }

    function test_keep__refusals() public {
        uint256 made = grantTo(1, daily, 1000);
        expect(IWorkerEquity.WorkerEquity_NoGrant.selector, made + 1);
        keep(made + 1);
        expect(IWorkerEquity.WorkerEquity_NotEnding.selector, made);
        keep(made);
        end(made, Reason.VoluntaryOther);
        uint256[] memory grants = listOf(made);
        address[3] memory others = [ISSUER, ALICE, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, others[i]));
            vm.prank(others[i]);
            equity.keep(grants);
        }
        vm.warp(NOW + 10 * DAY);
        finish(made);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Ended.selector, made, NOW + 10 * DAY));
        keep(made);
    }
}
