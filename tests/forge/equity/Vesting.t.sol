// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {ProgressMock} from "../../../contracts/mocks/ProgressMock.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {VestingMath} from "../../../contracts/libraries/VestingMath.sol";
import {Gate, Plan, Reason, Schedule} from "../../../contracts/types/Equity.sol";

/// @notice What has vested when (SPEC.md 9.2, 9.3), and how the agreement's progress comes in.
contract VestingTest is EquityTest {
    /* Time */

    /// @custom:threat T18
    function test_vestedOf__around_cliff_and_steps() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 1003);
        assertVested(made, NOW, 0);
        assertVested(made, NOW + 180 * DAY - 1, 0);
        assertVested(made, NOW + 180 * DAY, 501);
        assertVested(made, NOW + 180 * DAY + 1, 501);
        assertVested(made, NOW + 270 * DAY - 1, 501);
        assertVested(made, NOW + 270 * DAY, 752);
        assertVested(made, NOW + 270 * DAY + 1, 752);
        assertVested(made, NOW + 360 * DAY - 1, 752);
        assertVested(made, NOW + 360 * DAY, 1003);
        assertVested(made, NOW + 360 * DAY + 1, 1003);
        assertVested(made, 2 ** 40 - 1, 1003);
    }

    function test_vestedOf__each_second() public {
        Plan memory plan = timePlan();
        (plan.cliff, plan.duration, plan.step) = (3, 7, 1);
        uint256 made = grantTo(1, createPlan(plan), 1000);
        uint16[10] memory expected = [0, 0, 0, 428, 571, 714, 857, 1000, 1000, 1000];
        for (uint256 i = 0; i < expected.length; ++i) {
            assertVested(made, NOW + i, expected[i]);
        }
    }

    /// SPEC.md 9.7: a grant counts from its plan's start, whenever it was made.
    function test_vestedOf__granted_late() public {
        uint256 plan = createPlan(timePlan());
        vm.warp(NOW + 200 * DAY);
        assertVested(grantTo(1, plan, 1003), NOW + 200 * DAY, 501);
    }

    function test_vestedOf__no_grant() public view {
        assertEq(equity.vestedOf(1), 0, "vested");
        assertEq(claimable(1), 0, "claimable");
    }

    /// Against the text, not the code: whole steps by counting them, the share by comparing whole numbers of units.
    function testFuzz_vestedDown__is_the_floor_of_the_share(
        uint80 units,
        uint32 steps,
        uint32 step,
        uint32 cliff,
        uint40 start,
        uint40 time
    ) public pure {
        steps = uint32(bound(steps, 1, 500));
        step = uint32(bound(step, 1, type(uint32).max / steps));
        uint256 duration = uint256(steps) * step;
        cliff = uint32(bound(cliff, 0, duration));
        uint256 passed = 0;
        if (time >= uint256(start) + cliff) {
            while (passed < steps && uint256(start) + (passed + 1) * step <= time) ++passed;
        }

        assertEq(VestingMath.elapsed(start, cliff, duration, step, time), passed * step, "elapsed");
        Schedule memory schedule = Schedule(1, start, cliff, uint32(duration), step, Gate.None, 0, 0, 0, 0, 0);
        uint256 vested = VestingMath.vestedDown(units, schedule, time, 0);
        assertLe(vested * steps, uint256(units) * passed, "not above the share");
        assertTrue((vested + 1) * steps > uint256(units) * passed, "less than a unit below the share");
    }

    /// Against what is left: unvested is units · (1 − f) · (1 − a), rounded up, and f of each gate by its name.
    function testFuzz_vestedDown__gated_and_accelerated(
        uint80 units,
        uint32 duration,
        uint32 time,
        uint16 size,
        uint16 reached,
        uint8 mode,
        uint24 acceleration
    ) public pure {
        duration = uint32(bound(duration, 1, type(uint32).max));
        time = uint32(bound(time, 0, duration));
        size = uint16(bound(size, 1, 320));
        reached = uint16(bound(reached, 0, size));
        acceleration = uint24(bound(acceleration, 0, 1_000_000));
        Gate gate = Gate(bound(mode, 0, 3));
        Schedule memory schedule =
            Schedule(1, 0, 0, duration, 1, gate, uint8(reached / 5), reached - reached / 5, size, 0, 0);
        assertEq(
            VestingMath.vestedDown(units, schedule, time, acceleration),
            units - unvestedUp(units, schedule, time, acceleration),
            "vested"
        );
    }

    function unvestedUp(uint256 units, Schedule memory schedule, uint256 time, uint256 acceleration)
        private
        pure
        returns (uint256)
    {
        uint256 whole = uint256(schedule.duration) * schedule.size;
        uint256 part = time * schedule.size;
        uint256 reached = schedule.accepted + schedule.met;
        uint256 byGate = reached * schedule.duration;
        if (schedule.gate == Gate.Minimum && byGate < part) part = byGate;
        if (schedule.gate == Gate.Maximum && byGate > part) part = byGate;
        if (schedule.gate == Gate.Product) part = time * reached;
        uint256 divisor = whole * 1_000_000;
        return (units * (whole - part) * (1_000_000 - acceleration) + divisor - 1) / divisor;
    }

    function testFuzz_count(uint256 mask) public pure {
        uint256 bits;
        for (uint256 i = 0; i < 256; ++i) {
            bits += mask >> i & 1;
        }
        assertEq(VestingMath.count(mask), bits, "bits");
    }

    /* Gates */

    function test_gate__minimum() public {
        uint256 made = gatedGrant(Gate.Minimum, 7, 0);
        assertVested(made, NOW + 180 * DAY, 0);
        raise(made, 1, 0);
        assertVested(made, NOW + 180 * DAY, 333);
        raise(made, 5, 0);
        assertVested(made, NOW + 180 * DAY, 500);
        assertVested(made, NOW + 360 * DAY, 666);
        raise(made, 7, 0);
        assertVested(made, NOW + 360 * DAY, 1000);
    }

    function test_gate__maximum() public {
        uint256 made = gatedGrant(Gate.Maximum, 7, 0);
        raise(made, 2, 0);
        assertVested(made, NOW, 333);
        assertVested(made, NOW + 180 * DAY, 500);
        raise(made, 7, 0);
        assertVested(made, NOW + 180 * DAY, 1000);
    }

    function test_gate__product() public {
        uint256 made = gatedGrant(Gate.Product, 7, 0);
        assertVested(made, NOW + 360 * DAY, 0);
        raise(made, 3, 0);
        assertVested(made, NOW, 0);
        assertVested(made, NOW + 270 * DAY, 500);
        assertVested(made, NOW + 360 * DAY, 666);
        raise(made, 7, 0);
        assertVested(made, NOW + 180 * DAY, 500);
        assertVested(made, NOW + 360 * DAY, 1000);
    }

    function test_gate__milestones_and_periods_count_alike() public {
        uint256 made = gatedGrant(Gate.Maximum, 1 << 63 | 1, 1 << 255 | 6);
        raise(made, 1 << 63, 2);
        assertVested(made, NOW, 400);
        raise(made, 1 << 63, 1 << 255 | 6);
        assertVested(made, NOW, 800);
        raise(made, 1 << 63 | 1, 1 << 255 | 6);
        assertVested(made, NOW, 1000);
    }

    function test_gate__what_is_outside_the_masks_does_not_count() public {
        uint256 made = gatedGrant(Gate.Maximum, 6, 6);
        raise(made, type(uint256).max ^ 6, type(uint256).max ^ 6);
        assertVested(made, NOW, 0);
    }

    /* sync */

    function test_sync__no_plan__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoPlan.selector, 1));
        equity.sync(1);
    }

    function test_sync__without_gate__changes_nothing() public {
        uint256 plan = createPlan(timePlan());
        bytes32 before = equity.historyOf(book);
        equity.sync(plan);
        assertEq(equity.historyOf(book), before, "history");
    }

    function test_sync() public {
        uint256 plan = createPlan(gatedPlan(Gate.Minimum, 7, 3));
        accept(5);
        meet(2);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.sync(plan);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0], abi.encode(IWorkerEquity.GateRaised.selector, book, pool, plan), abi.encode(uint256(2), uint256(1))
        );
        assertLinked(book, before, logs, 1);
        assertGate(plan, 2, 1);

        before = equity.historyOf(book);
        equity.sync(plan);
        assertEq(vm.getRecordedLogs().length, 0, "nothing new, no event");
        assertEq(equity.historyOf(book), before, "nothing new, no history");
    }

    /// @custom:threat T37
    function test_sync__a_source_says_less__keeps_the_gate() public {
        uint256 plan = createPlan(gatedPlan(Gate.Minimum, 7, 3));
        accept(7);
        meet(1);
        equity.sync(plan);
        vm.recordLogs();
        accept(1);
        equity.sync(plan);
        accept(7);
        meet(0);
        equity.sync(plan);
        accept(1);
        equity.sync(plan);
        assertEq(vm.getRecordedLogs().length, 0, "nothing raised, no event");
        assertGate(plan, 3, 1);
        meet(3);
        equity.sync(plan);
        assertGate(plan, 3, 2);
    }

    /// @custom:threat T37
    function test_sync__a_source_fails__keeps_the_gate_and_claims_go_on() public {
        uint256 made = gatedGrant(Gate.Minimum, 3, 3);
        uint256 plan = equity.grantOf(made).plan;
        raise(made, 1, 1);
        accept(3);
        meet(3);
        vm.warp(NOW + 360 * DAY);
        for (uint256 how = 1; how <= 4; ++how) {
            progress.fail(ProgressMock.Failure(how));
            equity.sync(plan);
            assertGate(plan, 1, 1);
        }
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 500, "Alice");

        progress.fail(ProgressMock.Failure.None);
        equity.sync(plan);
        assertGate(plan, 2, 2);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 1000, "Alice, at last");
    }

    function test_sync__the_oracle_alone_fails__milestones_still_count() public {
        Plan memory terms = gatedPlan(Gate.Maximum, 3, 3);
        ProgressMock oracle = new ProgressMock();
        terms.oracle = address(oracle);
        uint256 plan = createPlan(terms);
        oracle.fail(ProgressMock.Failure.BurnsAllGas);
        accept(1);
        equity.sync(plan);
        assertGate(plan, 1, 0);
    }

    function test_sync__no_code_at_the_sources__keeps_the_gate() public {
        Plan memory terms = gatedPlan(Gate.Maximum, 3, 3);
        terms.oracle = STRANGER;
        vm.startPrank(ISSUER);
        uint256 nowhere = equity.openPool(address(token), MANAGER, POOL, STRANGER, ORIGIN, address(0));
        uint256 plan = equity.createPlan(nowhere, terms);
        vm.stopPrank();
        equity.sync(plan);
        assertGate(plan, 0, 0);
    }

    function test_end__syncs_first() public {
        uint256 made = gatedGrant(Gate.Minimum, 3, 0);
        accept(1);
        vm.warp(NOW + 360 * DAY);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        end(made, Reason.InvoluntaryOther);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[1],
            abi.encode(IWorkerEquity.GateRaised.selector, book, pool, equity.grantOf(made).plan),
            abi.encode(uint256(1), uint256(0))
        );
        assertEvent(
            logs[2],
            abi.encode(IWorkerEquity.GrantEnded.selector, book, pool, made),
            abi.encode(uint256(Reason.InvoluntaryOther), NOW + 360 * DAY, uint256(500), uint256(500), uint256(0))
        );
        assertLinked(book, before, logs, 3);
        raise(made, 3, 0);
        assertVested(made, NOW + 400 * DAY, 500);
    }

    function gatedGrant(Gate gate, uint64 milestones, uint256 periods) private returns (uint256) {
        return grantTo(1, createPlan(gatedPlan(gate, milestones, periods)), 1000);
    }

    function raise(uint256 made, uint256 accepted, uint256 met) private {
        accept(accepted);
        meet(met);
        equity.sync(equity.grantOf(made).plan);
    }

    function assertVested(uint256 made, uint256 time, uint256 expected) private {
        vm.warp(time);
        assertEq(equity.vestedOf(made), expected, vm.toString(time));
        assertEq(claimable(made), expected, "claimable");
    }

    function assertGate(uint256 plan, uint256 accepted, uint256 met) private view {
        Schedule memory schedule = equity.planOf(plan);
        assertEq(schedule.accepted, accepted, "accepted");
        assertEq(schedule.met, met, "met");
    }
}
