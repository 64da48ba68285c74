// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {ProgressMock} from "../../../contracts/mocks/ProgressMock.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Gate, Grant, Line, Plan, Reason, Standing} from "../../../contracts/types/Equity.sol";

/// @notice What was found in vesting contracts, payrolls and accumulators of others: each is tried, here or where said.
///
///  1 beneficiary fixed, or moved by another (OpenZeppelin #3152, #3658, Yearn): test_rotating_changes_no_amount,
///    test_enrolling_again_never_moves_what_was_granted, RosterOfWalletsTest, ProposalsTest
///  2 revocation and reinstatement (OpenZeppelin #6493): test_ended_grant_keeps_what_had_vested_for_ever,
///    test_ended_grant_ends_once
///  3 "owner can revoke at any time" (audit pattern lists): test_nobody_but_the_manager_ends,
///    test_end_waits_for_the_notice_that_the_plan_promised,
///    EndingsTest.test_end__of_a_grant_that_cannot_be_ended__reverts
///  4 revoked with a date in the past (Celo #1758): test_end_is_never_back_dated
///  5 revoked a block before the milestone: test_end_counts_an_accepted_milestone_nobody_synced,
///    testFuzz_end_cannot_starve_the_source, EndingsTest.test_finish__counts_what_was_accepted_during_the_notice
///  6 starts in the future, schedules of no length (Sablier M-02, Cantina): test_start_in_the_future,
///    test_start_in_the_past, test_schedules_that_do_not_fit_are_refused, test_schedules_at_the_edge
///  7 cliff without amount, cliff inside the duration (Sablier #240, RAAC): test_cliff_is_inside_the_duration
///  8 floors one by one (RAAC s/5045): testFuzz_claims_of_any_pattern_lose_no_unit
///  9 root of more than its aggregate (Cantina): AcceptTest.test_accept__more_than_was_set_aside__reverts
/// 10 campaign clawed back (Cantina): OffersTest.test_closeOffer__while_it_binds__reverts
/// 11 one tenant's money drained into another's (Hedgey): test_tenants_are_apart, PeersMoneyTest
/// 12 claimed for others, second preimages (Uniswap #9, #35): test_stranger_claims_for_the_worker_only,
///    AcceptTest.test_accept__by_a_proof_of_another_length__reverts
/// 13 one blocked payee stops all (Gitcoin #478, Sentiment #284):
///    PayingTest.test_claim__a_wallet_is_refused__the_others_are_paid; wages:
///    test_one_blocked_payee_blocks_nobody of the payroll
/// 14 one bad line reverts a batch (Sablier #1101): GrantsTest.test_claim__some_with_nothing__passes_over_those,
///    AcceptTest.test_accept__some_again__goes_on; wages: test_who_cannot_be_paid_is_passed_over of the payroll
/// 15 what is owed lost with the cash (Sablier Flow #125): PayingTest.test_withdraw; wages:
///    test_the_payee_takes_it_elsewhere of the payroll
/// 16 ids made from terms (LlamaPay #11): test_equal_grants_are_two_grants
/// 17 rates by the second drift (LlamaPay, Sablier Flow): nothing here is a rate; wages:
///    test_a_posted_run_sets_its_money_aside of the payroll
/// 18 accumulators that round to nothing, shares out of step (Reserve M-04, Unipool, Fjord s/215): PeersMoneyTest
/// 19 votes without delegation (code-423n4 #33): worker tokens do not vote
/// 20 recipients' hooks (Sablier #951): PeersMoneyTest.test_no_wallet_is_called
/// 21 scripts in a token's symbol (Sablier M-01): no contract draws; what draws off chain escapes, and is tested there
/// 22 tokens that take a fee (Yearn 0.4): RevenueTest.test_distribute__of_a_token_that_moves_another_amount__reverts
/// 23 initialised twice, locked after the end, dust swept (Yearn #8, #9, #11): no initialiser, no sweep;
///    PeersMoneyTest.test_tokens_sent_by_mistake_are_nobodys, test_ended_grant_keeps_what_had_vested_for_ever
/// 24 no leave (Carta community): LeaveTest
/// 25 tools round differently (Open Cap Format #505): VestingTest.testFuzz_vestedDown__gated_and_accelerated; the
///    export is tested off chain, against the same values
/// 26 narrow counters of loops and times (Hedgey): test_batches_longer_than_a_byte_counts, test_start_in_the_future
///
/// Late grants and late offers earning past revenue: RevenueTest.test_late__…, test_closed__…, test_ended__….
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

    /// Yearn, OpenZeppelin #3658: a wallet is lost, or stolen. Whoever changes it, and how: no amount changes, nothing
    /// is claimed twice, and no other grant sees it.
    function test_rotating_changes_no_amount() public {
        uint256 plan = createPlan(timePlan());
        uint256 made = grantTo(1, plan, 1024);
        uint256 other = grantTo(2, plan, 1024);
        distribute(4096);
        vm.warp(NOW + 180 * DAY);
        claimAs(STRANGER, made);
        distribute(4096);
        vm.warp(NOW + 270 * DAY);
        bytes memory amounts = amountsOf(made, other);

        vm.prank(ALICE);
        equity.rotate(MANAGER, 1, CAROL, 0, "");
        assertEq(amountsOf(made, other), amounts, "after the worker's");
        vm.prank(MANAGER);
        equity.proposeWallet(1, STRANGER);
        assertEq(amountsOf(made, other), amounts, "after a proposal");
        vm.prank(CAROL);
        equity.veto(MANAGER, 1, "");
        assertEq(amountsOf(made, other), amounts, "after a veto");
        vm.warp(NOW + 360 * DAY);
        vm.prank(MANAGER);
        equity.proposeWallet(1, STRANGER);
        vm.warp(NOW + 374 * DAY);
        equity.setWallet(MANAGER, 1, STRANGER);
        claimAs(ALICE, made);
        assertEq(token.balanceOf(ALICE), 512, "before, to the first wallet");
        assertEq(token.balanceOf(STRANGER), 512, "after, to the last");
        assertEq(token.totalSupply(), 1024, "supply");
        assertEq(currency.balanceOf(ALICE) + currency.balanceOf(STRANGER), 4096, "revenue");
        assertEq(pending(other), 4096, "the other's");
    }

    function amountsOf(uint256 one, uint256 two) private view returns (bytes memory) {
        bytes memory grants = abi.encode(equity.grantOf(one), equity.grantOf(two), equity.poolOf(pool));
        (uint256 ones, uint256 twos) = (claimable(one), claimable(two));
        return bytes.concat(grants, abi.encode(ones, twos, pending(one), pending(two)));
    }

    /// OpenZeppelin #6493: after a revocation, vested is counted on the original allocation and stays claimable.
    /// @custom:threat T18
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
    /// @custom:threat T22
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

    /// The notice that was promised with the plan holds for every reason, with cause as without.
    /// @custom:threat T38
    function test_end_waits_for_the_notice_that_the_plan_promised() public {
        uint256 made = grantTo(1, createPlan(dailyPlan()), 1000);
        end(made, Reason.InvoluntaryWithCause);
        uint256[] memory grants = listOf(made);
        vm.warp(NOW + 10 * DAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NotRipe.selector, NOW + 10 * DAY));
        equity.finish(grants);
        vm.warp(NOW + 10 * DAY);
        equity.finish(grants);
        assertEq(equity.vestedOf(made), 100, "the notice has vested");
    }

    /// Celo #1758: an end date in the past took vested units. Here an end is now, in the second it is mined.
    /// @custom:threat T18
    function test_end_is_never_back_dated() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        vm.warp(NOW + 180 * DAY);
        end(made, Reason.VoluntaryOther);
        assertEq(equity.markOf(made).endsAt, NOW + 180 * DAY, "ended at");
        assertEq(equity.vestedOf(made), 50, "the cliff of this very second counts");
    }

    /// Front-running a revocation: a milestone that nobody has synced yet still counts when the grant ends.
    /// @custom:threat T38
    function test_end_counts_an_accepted_milestone_nobody_synced() public {
        uint256 made = grantTo(1, createPlan(gatedPlan(Gate.Maximum, 1, 0)), 100);
        accept(1);
        end(made, Reason.VoluntaryOther);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 100, "Alice");
    }

    /// The same by starving: with whatever gas the manager sends, the end sees the milestone or does not happen. The
    /// source is slow, so that a 64th of what it lacks would be enough to end the grant without it.
    /// @custom:threat T33
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
    /// @custom:threat T37
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
    /// @custom:threat T17 T18
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
    /// @custom:threat T39
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

    /// Hedgey: a loop counted in a narrow number. Three hundred of each are one call.
    function test_batches_longer_than_a_byte_counts() public {
        Line[] memory lines = new Line[](300);
        uint256[] memory grants = new uint256[](300);
        for (uint256 i = 0; i < 300; ++i) {
            (lines[i], grants[i]) = (Line(uint24(i % 2 + 1), 10), i + 1);
        }
        uint256 plan = createPlan(timePlan());
        vm.prank(MANAGER);
        equity.grant(plan, lines);
        vm.warp(NOW + 360 * DAY);
        equity.claim(grants);
        assertEq(token.balanceOf(ALICE) + token.balanceOf(BOB), 3000, "all of them");
    }

    /// Hedgey 2024-04-19: one tenant's pool drained into another's. A pool can only be granted from by its own
    /// manager, and its units are minted in its issuer's own token.
    function test_tenants_are_apart() public {
        uint256 made = grantTo(1, createPlan(timePlan()), 100);
        vm.startPrank(STRANGER);
        address own = equity.createToken("Own", "OWN");
        uint256 theirs = equity.openPool(own, STRANGER, type(uint80).max, address(progress), ORIGIN, address(currency));
        address[] memory wallets = new address[](1);
        wallets[0] = STRANGER;
        equity.enrol(wallets);
        uint256 ownGrant = equity.grant(equity.createPlan(theirs, timePlan()), lineOf(1, type(uint80).max));
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
