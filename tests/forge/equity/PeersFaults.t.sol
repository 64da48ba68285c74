// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {ProgressMock} from "../../../contracts/mocks/ProgressMock.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {Gate, Grant, Line, Plan, Reason, Standing} from "../../../contracts/types/Equity.sol";

/// @notice What was found in vesting contracts of others, each tried here.
contract PeersFaultsTest is EquityTest {
    /// OpenZeppelin #3152, Yearn "remove rotation of recipient keys": who may move the beneficiary can take everything.
    /// Enrolling a wallet anew, by anyone, moves nothing that was granted.
    function test_enrolling_again_never_moves_what_was_granted() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        address[] memory wallets = new address[](1);
        wallets[0] = STRANGER;
        vm.prank(STRANGER);
        equity.enrol(wallets);
        vm.prank(MANAGER);
        equity.enrol(wallets);
        vm.warp(NOW + 360 * DAY);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 100, "Alice");
        assertEq(token.balanceOf(STRANGER), 0, "stranger");
    }

    /// OpenZeppelin #6493: after a revocation, vested is counted on the original allocation and stays claimable.
    function test_ended_grant_keeps_what_had_vested_for_ever() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 1003);
        vm.warp(NOW + 180 * DAY);
        claimAs(STRANGER, made);
        vm.warp(NOW + 270 * DAY + 5);
        end(made, Reason.VoluntaryGoodCause);
        assertEq(equity.vestedOf(made), 752, "vested, of 1003");
        vm.warp(2 ** 40 - 1);
        assertEq(claimable(made), 251, "claimable");
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 752, "Alice");
    }

    /// OpenZeppelin #6493: no second revocation, no reinstatement.
    function test_ended_grant_ends_once() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        end(made, Reason.VoluntaryOther);
        vm.warp(NOW + 180 * DAY);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Ended.selector, made, NOW));
        end(made, Reason.VoluntaryOther);
        assertEq(abi.encode(equity.grantOf(made)), abi.encode(Grant(1, 1, 0, 0, 0, Standing.Ended)), "grant");
        assertEq(equity.poolOf(pool).forfeited, 100, "forfeited once");
    }

    /// Audit pattern lists: "owner can revoke at any time", "beneficiary reassigned". Neither issuer nor worker nor
    /// stranger ends a grant, and nobody takes back units that were claimed.
    function test_nobody_but_the_manager_ends() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        address[3] memory others = [ISSUER, ALICE, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            uint256[] memory grants = listOf(made);
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, others[i]));
            vm.prank(others[i]);
            equity.end(grants, Reason.VoluntaryOther);
        }
        vm.warp(NOW + 180 * DAY);
        claimAs(ALICE, made);
        end(made, Reason.InvoluntaryWithCause);
        assertEq(token.balanceOf(ALICE), 50, "claimed units are the worker's own");
        assertEq(token.allowance(ALICE, address(equity)), 0, "allowance");
    }

    /// Celo #1758: an end date in the past took vested units. Here an end is now, in the second it is mined.
    function test_end_is_never_back_dated() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        vm.warp(NOW + 180 * DAY);
        end(made, Reason.VoluntaryOther);
        assertEq(equity.markOf(made).endsAt, NOW + 180 * DAY, "ended at");
        assertEq(equity.vestedOf(made), 50, "the cliff of this very second counts");
    }

    /// Front-running a revocation: a milestone that nobody has synced yet still counts when the grant ends.
    function test_end_counts_an_accepted_milestone_nobody_synced() public {
        uint256 made = grantTo(1, createPlan(gatedPlan(Gate.Maximum, 1, 0)), 100);
        accept(1);
        end(made, Reason.VoluntaryOther);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 100, "Alice");
    }

    /// The same by starving: with whatever gas the manager sends, the end sees the milestone or does not happen. The
    /// source is slow, so that a 64th of what it lacks would be enough to end the grant without it.
    function testFuzz_end_cannot_starve_the_source(uint256 gasLimit) public {
        gasLimit = bound(gasLimit, 1_000_000, 2_300_000);
        uint256 plan = createPlan(gatedPlan(Gate.Maximum, 1, 0));
        uint256 made = grantTo(1, plan, 100);
        uint256 other = grantTo(1, plan, 100);
        end(other, Reason.VoluntaryOther);
        accept(1);
        progress.fail(ProgressMock.Failure.AnswersSlowly);
        vm.prank(MANAGER);
        (bool isDone, bytes memory answer) =
            address(equity).call{gas: gasLimit}(abi.encodeCall(equity.end, (listOf(made), Reason.VoluntaryOther)));

        assertEq(equity.vestedOf(made), isDone ? 100 : 0, "vested");
        assertEq(equity.markOf(made).endsAt, isDone ? NOW : 0, "ended at");
        if (isDone || answer.length == 0) return;
        assertEq(answer, abi.encodeWithSelector(IWorkerEquity.WorkerEquity_TooLittleGas.selector, 2_000_000), "error");
    }

    /// A source that burns whatever it is given takes its two million gas and no more: `end` goes on.
    function test_end_survives_a_source_that_burns_all_gas() public {
        uint256 made = grantTo(1, createPlan(gatedPlan(Gate.Maximum, 1, 1)), 100);
        progress.fail(ProgressMock.Failure.BurnsAllGas);
        uint256 before = gasleft();
        end(made, Reason.VoluntaryOther);
        uint256 used = before - gasleft();
        assertGe(used, 4_000_000, "both sources burned theirs");
        assertLe(used, 4_150_000, "and no more");
        assertEq(equity.markOf(made).endsAt, NOW, "ended at");
    }

    /// Sablier CodeHawks v2.2 M-02: a linear stream that starts in the future overflowed.
    function test_start_in_the_future() public {
        Plan memory plan = timePlan();
        plan.start = type(uint40).max;
        uint256 far = grantTo(1, createPlan(plan), 100);
        plan.start = NOW + 1;
        plan.cliff = 0;
        plan.step = plan.duration = 1;
        uint256 near = grantTo(1, createPlan(plan), 100);
        assertEq(equity.vestedOf(far), 0, "far");
        assertEq(equity.vestedOf(near), 0, "near, before");
        vm.warp(NOW + 1);
        assertEq(equity.vestedOf(near), 0, "near, at the start");
        vm.warp(NOW + 2);
        assertEq(equity.vestedOf(near), 100, "near, a second later");
    }

    function test_start_in_the_past() public {
        Plan memory plan = timePlan();
        plan.start = 0;
        uint256 made = grantTo(1, createPlan(plan), 100);
        assertEq(equity.vestedOf(made), 100, "vested");
    }

    /// Sablier 4.0.0 (Cantina 2, 17, 22): schedules of no length or of steps that do not fit.
    function test_schedules_that_do_not_fit_are_refused() public {
        expectWrongSchedule(0, 0, 0);
        expectWrongSchedule(0, 0, 1);
        expectWrongSchedule(0, 10, 0);
        expectWrongSchedule(0, 10, 11);
        expectWrongSchedule(0, 10, 20);
        expectWrongSchedule(0, 10, 3);
        expectWrongSchedule(11, 10, 5);
    }

    function test_schedules_at_the_edge() public {
        Plan memory plan = timePlan();
        (plan.cliff, plan.duration, plan.step) = (10, 10, 10);
        uint256 cliffAtTheEnd = grantTo(1, createPlan(plan), 100);
        (plan.cliff, plan.duration, plan.step) = (type(uint32).max, type(uint32).max, type(uint32).max);
        uint256 longest = grantTo(1, createPlan(plan), 100);
        vm.warp(NOW + 9);
        assertEq(equity.vestedOf(cliffAtTheEnd), 0, "before");
        vm.warp(NOW + 10);
        assertEq(equity.vestedOf(cliffAtTheEnd), 100, "at the cliff");
        vm.warp(uint256(NOW) + type(uint32).max - 1);
        assertEq(equity.vestedOf(longest), 0, "longest, before");
        vm.warp(uint256(NOW) + type(uint32).max);
        assertEq(equity.vestedOf(longest), 100, "longest");
    }

    /// RAAC s/1867, Sablier Solana #240: the cliff is inside the duration, and nothing comes before it.
    function test_cliff_is_inside_the_duration() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 1000);
        vm.warp(NOW + 180 * DAY - 1);
        assertEq(equity.vestedOf(made), 0, "a second before the cliff, two steps after the start");
        vm.warp(NOW + 180 * DAY);
        assertEq(equity.vestedOf(made), 500, "both steps at once");
        vm.warp(NOW + 360 * DAY);
        assertEq(equity.vestedOf(made), 1000, "all at the duration, not at cliff + duration");
    }

    /// RAAC s/5045: parts floored one by one lose units. Any pattern of claims ends with every unit.
    function testFuzz_claims_of_any_pattern_lose_no_unit(uint80 units, uint256 pattern) public {
        units = uint80(bound(units, 1, POOL));
        Plan memory plan = timePlan();
        (plan.cliff, plan.duration, plan.step) = (5, 97, 1);
        uint256 made = grantTo(1, createPlan(plan), units);
        for (uint256 i = 0; i < 97; ++i) {
            vm.warp(NOW + i);
            if (pattern >> i & 1 == 1) claimAs(STRANGER, made);
            assertEq(token.balanceOf(ALICE) + claimable(made), equity.vestedOf(made), "claimed + claimable");
        }
        vm.warp(NOW + 97);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), units, "Alice");
        assertEq(token.totalSupply(), units, "supply");
        assertEq(claimable(made), 0, "claimable");
    }

    /// Uniswap #9: claiming for others is harmless only if it pays the registered wallet, and only what vested.
    function test_stranger_claims_for_the_worker_only() public {
        uint256 made = grantTo(2, createPlan(timePlan()), 100);
        vm.warp(NOW + 360 * DAY);
        claimAs(STRANGER, made);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(BOB), 100, "Bob");
        assertEq(token.totalSupply(), 100, "supply");
    }

    /// LlamaPay #11: ids made from terms allow no two equal streams.
    function test_equal_grants_are_two_grants() public {
        uint256 plan = createPlan(timePlan());
        Line[] memory lines = new Line[](2);
        (lines[0], lines[1]) = (Line(1, 10), Line(1, 10));
        vm.prank(MANAGER);
        uint256 first = equity.grant(plan, lines);
        vm.warp(NOW + 360 * DAY);
        claimAs(STRANGER, first);
        assertEq(claimable(first), 0, "first");
        assertEq(claimable(first + 1), 10, "second");
    }

    /// Hedgey 2024-04-19: one tenant's pool drained into another's. A pool can only be granted from by its own
    /// manager, and its units are minted in its issuer's own token.
    function test_tenants_are_apart() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        vm.startPrank(STRANGER);
        address own = equity.createToken("Own", "OWN");
        uint256 ownPool = equity.openPool(own, STRANGER, type(uint80).max, address(progress), ORIGIN, address(currency));
        address[] memory wallets = new address[](1);
        wallets[0] = STRANGER;
        equity.enrol(wallets);
        uint256 ownGrant = equity.grant(equity.createPlan(ownPool, timePlan()), lineOf(1, type(uint80).max));
        vm.warp(NOW + 360 * DAY);
        uint256[] memory grants = new uint256[](2);
        (grants[0], grants[1]) = (ownGrant, made);
        equity.claim(grants);
        vm.stopPrank();
        assertEq(token.totalSupply(), 100, "supply of the client's token");
        assertEq(token.balanceOf(ALICE), 100, "Alice");
        assertEq(token.balanceOf(STRANGER), 0, "stranger, in the client's token");
    }

    function expectWrongSchedule(uint32 cliff, uint32 duration, uint32 step) private {
        Plan memory plan = timePlan();
        (plan.cliff, plan.duration, plan.step) = (cliff, duration, step);
        vm.expectRevert(
            abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongSchedule.selector, cliff, duration, step)
        );
        vm.prank(ISSUER);
        equity.createPlan(pool, plan);
    }
}
