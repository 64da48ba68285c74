// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {OfferTest} from "./OfferTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Acceptance, Offer, Reason} from "../../../contracts/types/Equity.sol";

/// @notice Who earns what of which round (SPEC.md 9.12). Of 1,024 shares everything divides; of others little does.
contract RevenueTest is OfferTest {
    function assertRevenue(uint256 round, uint256 earned, uint256 remainder) private view {
        assertEq(equity.poolOf(pool).round, round, "round");
        assertEq(equity.earnedBy(pool, round), earned, "earned");
        assertEq(equity.poolOf(pool).remainder, remainder, "remainder");
    }

    function endAndFinish(uint256 grantId) private {
        end(grantId, Reason.VoluntaryOther);
        vm.warp(vm.getBlockTimestamp() + 10 * DAY);
        equity.finish(listOf(grantId));
    }

    /* distribute */

    function test_distribute() public {
        uint256 one = grantTo(1, daily, 1000);
        uint256 two = grantTo(2, daily, 24);
        currency.mint(STRANGER, 5000);
        vm.prank(STRANGER);
        currency.approve(address(equity), 4096);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.distribute(pool, 4096);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.Distributed.selector, book, pool, STRANGER),
            abi.encode(uint256(1), uint256(4096), uint256(1024))
        );
        assertLinked(book, before, logs, 1);
        assertRevenue(1, 4 << 64, 0);
        assertEq(pending(one), 4000, "of 1000");
        assertEq(pending(two), 96, "of 24");
        assertEq(currency.balanceOf(STRANGER), 904, "stranger");
        assertEq(currency.balanceOf(address(equity)), 4096, "worker equity");
    }

    function test_distribute__nothing_or_more_than_can_be__reverts() public {
        grantTo(1, daily, 1000);
        uint256[3] memory wrong = [uint256(0), 2 ** 96, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongAmount.selector, wrong[i]));
            distribute(wrong[i]);
        }
    }

    /// Nobody is there who could earn it: the money stays with who would have paid it.
    function test_distribute__without_shares__reverts() public {
        bytes memory refusal = abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoShares.selector, pool);
        vm.expectRevert(refusal);
        distribute(1);
        uint256 made = grantTo(1, createPlan(timePlan()), 10);
        end(made, Reason.VoluntaryOther);
        vm.expectRevert(refusal);
        distribute(1);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoShares.selector, 9));
        equity.distribute(9, 1);
    }

    function test_distribute__to_a_pool_that_shares_none__reverts() public {
        vm.startPrank(ISSUER);
        pool = equity.openPool(address(token), MANAGER, POOL, address(progress), ORIGIN, address(0));
        uint256 plan = equity.createPlan(pool, timePlan());
        vm.stopPrank();
        uint256 made = grantTo(1, plan, 10);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoShares.selector, pool));
        distribute(1);
        vm.warp(NOW + 180 * DAY);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 5, "units are claimed all the same");
    }

    /// What comes in is what was said, or nothing does.
    function test_distribute__of_a_token_that_moves_another_amount__reverts() public {
        grantTo(1, daily, 1024);
        currency.setFee(10_000);
        vm.expectRevert(
            abi.encodeWithSelector(
                IWorkerEquity.WorkerEquity_TokenMovedOtherAmount.selector, address(currency), 1000, 990
            )
        );
        distribute(1000);
        currency.setFee(0);
        currency.setAnswer(HostileTokenMock.Answer.False);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(currency)));
        distribute(1000);
        assertRevenue(0, 0, 0);
        assertEq(currency.balanceOf(ISSUER), FUNDS, "issuer");
        currency.setAnswer(HostileTokenMock.Answer.Nothing);
        distribute(1024);
        assertRevenue(1, 1 << 64, 0);
    }

    function test_distribute__the_most_and_the_least() public {
        uint256 least = grantTo(1, daily, 1);
        distribute(2 ** 96 - 1);
        assertEq(pending(least), 2 ** 96 - 1, "all to one unit");
        vm.prank(ISSUER);
        equity.raisePool(pool, type(uint80).max);
        uint256 most = grantTo(2, daily, type(uint80).max - 1);
        distribute(2 ** 96 - 1);
        // (2^160 - 2^64) / (2^80 - 1), rounded down
        assertEq(equity.earnedBy(pool, 2) - equity.earnedBy(pool, 1), 2 ** 80, "earned");
        assertEq(pending(least), 2 ** 96 - 1 + 2 ** 16, "one unit");
        assertEq(pending(most), 2 ** 96 - 2 ** 17, "all the others");
    }

    /* Rounding */

    /// 100 of three units: 33 each, and what is left over comes with the next round.
    function test_rounding__the_remainder_goes_into_the_next_round() public {
        uint256[3] memory grants = [grantTo(1, daily, 1), grantTo(2, daily, 1), grantTo(1, daily, 1)];
        distribute(100);
        // 2^64 = 3 · 6148914691236517205 + 1
        uint256 third = 6_148_914_691_236_517_205;
        assertRevenue(1, 100 * third + 33, 1);
        assertEq(pending(grants[0]), 33, "first");
        distribute(2);
        assertRevenue(2, 34 << 64, 0);
        uint256[] memory list = new uint256[](3);
        (list[0], list[1], list[2]) = (grants[0], grants[1], grants[2]);
        equity.claim(list);
        assertEq(currency.balanceOf(ALICE), 68, "Alice");
        assertEq(currency.balanceOf(BOB), 34, "Bob");
        assertEq(currency.balanceOf(address(equity)), 0, "nothing is left over");
    }

    /// Any rounds, any shares: nothing is minted, and what rounding keeps is less than one a grant.
    /// @custom:threat T17
    function testFuzz_rounding__pays_all_but_less_than_one_a_grant(uint80[4] memory units, uint96[5] memory amounts)
        public
    {
        uint256[] memory grants = new uint256[](4);
        uint256 shares;
        for (uint256 i = 0; i < 4; ++i) {
            units[i] = uint80(bound(units[i], 1, POOL / 4));
            grants[i] = grantTo(uint24(i % 2 + 1), daily, units[i]);
            shares += units[i];
        }
        uint256 all;
        for (uint256 i = 0; i < 5; ++i) {
            amounts[i] = uint96(bound(amounts[i], 1, type(uint96).max));
            distribute(amounts[i]);
            all += amounts[i];
        }
        // With unchanging shares carried remainders make one division of all the rounds.
        uint256 paid;
        for (uint256 i = 0; i < 4; ++i) {
            uint256 expected = units[i] * ((all << 64) / shares) >> 64;
            assertEq(pending(grants[i]), expected, "pending");
            paid += expected;
        }
        equity.claim(grants);
        assertEq(currency.balanceOf(ALICE) + currency.balanceOf(BOB), paid, "paid");
        assertEq(currency.balanceOf(address(equity)), all - paid, "kept");
        assertLe(all - paid, 4, "kept, at most one a grant");
    }

    /* Late grants and offers */

    function test_late__a_grant_made_after_a_round() public {
        uint256 early = grantTo(1, daily, 512);
        distribute(1024);
        uint256 late = grantTo(2, daily, 512);
        assertEq(pending(early), 1024, "early");
        assertEq(pending(late), 0, "late");
        distribute(1024);
        assertEq(pending(early), 1536, "early, both rounds");
        assertEq(pending(late), 512, "late, the second");
    }

    /// @custom:threat T41
    function test_late__an_offer_made_after_a_round() public {
        uint256 early = grantTo(1, daily, 1045);
        distribute(1045);
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        distribute(2048);
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        assertEq(pending(early), 1045 + 1045, "early");
        assertEq(pending(offered.first), 500, "of the second round alone");
    }

    /// When a leaf is accepted changes nothing of what it earns: all rounds since its offer.
    function test_late__a_leaf_accepted_after_later_rounds() public {
        grantTo(1, daily, 21);
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        distribute(1024);
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        distribute(2048);
        acceptAs(BOB, offered, leaves[1]);
        distribute(1024);
        assertEq(pending(1), 84, "the grant beside the offer");
        assertEq(pending(offered.first), 2000, "Alice");
        assertEq(pending(offered.first + 1), 1200, "Bob");
        assertEq(pending(offered.first + 2), 0, "Carol, who has not accepted");
        acceptAs(CAROL, offered, leaves[2]);
        assertEq(pending(offered.first + 2), 812, "Carol");
        equity.claim(listOf(offered.first, offered.first + 1));
        equity.claim(listOf(offered.first + 2, 1));
        assertEq(currency.balanceOf(address(equity)), 0, "every unit of it");
    }

    /* Offers closed */

    /// What nobody accepted has earned comes to the others, with the next round: nothing is lost, nothing paid twice.
    function test_closed__with_a_rest__its_revenue_goes_to_the_others() public {
        uint256 beside = grantTo(2, daily, 21);
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        distribute(4096);
        vm.warp(UNTIL + 1);
        close(STRANGER, offered);
        // Bob's 300 and Carol's 203 units have earned 4 each
        assertRevenue(1, 4 << 64, 2012 << 64);
        assertEq(pending(offered.first), 2000, "Alice, before");
        distribute(72);
        // 2084 of 521 shares
        assertRevenue(2, 8 << 64, 0);
        assertEq(pending(offered.first), 4000, "Alice");
        assertEq(pending(beside), 168, "Bob's other grant");
        equity.claim(listOf(offered.first, beside));
        assertEq(currency.balanceOf(address(equity)), 0, "every unit of it");
    }

    function test_closed__before_it_binds() public {
        grantTo(2, daily, 21);
        (Offer memory offered,) = offerThree();
        distribute(1024);
        close(MANAGER, offered);
        assertRevenue(1, 1 << 64, 1003 << 64);
        distribute(5);
        assertEq(pending(1), 21 + 1008, "all of it");
    }

    /// Nobody is left to share: it waits for the next round that somebody shares.
    function test_closed__and_nobody_left() public {
        (Offer memory offered,) = offerThree();
        distribute(1003);
        close(MANAGER, offered);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoShares.selector, pool));
        distribute(1);
        uint256 made = grantTo(1, daily, 1);
        assertEq(pending(made), 0, "it is no round of its own");
        distribute(1);
        assertEq(pending(made), 1004, "the round after");
    }

    /* Ended grants */

    /// Until it ends all its units earn, then what had vested of them: half of a thousand and a bit.
    function test_ended__between_rounds() public {
        uint256 ends = grantTo(1, daily, 640);
        uint256 stays = grantTo(2, daily, 384);
        distribute(1024);
        vm.warp(NOW + 10 * DAY);
        vm.recordLogs();
        endAndFinish(ends);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[1],
            abi.encode(IWorkerEquity.GrantEnded.selector, book, pool, ends),
            abi.encode(uint256(Reason.VoluntaryOther), NOW + 20 * DAY, uint256(128), uint256(512), uint256(640))
        );
        assertEq(equity.owed(pool, 1), 640, "booked");
        assertEq(pending(ends), 0, "pending");
        assertEq(sharesOf(pool), 512, "shares");
        distribute(1024);
        assertEq(pending(ends), 256, "of what had vested");
        assertEq(pending(stays), 384 + 768, "the other");
        equity.claim(listOf(ends, stays));
        uint256[] memory workers = listOf(1, 2);
        equity.withdraw(pool, workers);
        assertEq(currency.balanceOf(ALICE), 640 + 256, "Alice");
        assertEq(currency.balanceOf(BOB), 384 + 768, "Bob");
        assertEq(currency.balanceOf(address(equity)), 0, "every unit of it");
    }

    /// The notice is time of the grant: what is distributed in it is earned by all units, claimed meanwhile or not.
    function test_ended__announced_before_a_round() public {
        uint256 ends = grantTo(1, daily, 1024);
        end(ends, Reason.VoluntaryOther);
        distribute(1024);
        vm.warp(NOW + 5 * DAY);
        claimAs(STRANGER, ends);
        assertEq(currency.balanceOf(ALICE), 1024, "Alice");
        distribute(2048);
        vm.warp(NOW + 10 * DAY);
        equity.finish(listOf(ends));
        assertEq(equity.owed(pool, 1), 2048, "the second round");
        // 102 of 1024 had vested
        distribute(102);
        assertEq(pending(ends), 102, "the third");
    }

    /// Claimed units go on sharing: revenue is the grant's, not the token's.
    function test_ended__with_everything_claimed__goes_on_sharing() public {
        uint256 ends = grantTo(1, daily, 1024);
        vm.warp(NOW + 100 * DAY);
        claimAs(ALICE, ends);
        endAndFinish(ends);
        vm.prank(ALICE);
        token.transfer(STRANGER, 1024);
        distribute(64);
        assertEq(pending(ends), 64, "pending");
    }

    function test_ended__with_nothing_vested__shares_no_more() public {
        uint256 ends = grantTo(1, createPlan(timePlan()), 512);
        uint256 stays = grantTo(2, daily, 512);
        distribute(1024);
        end(ends, Reason.InvoluntaryWithCause);
        distribute(1024);
        assertEq(equity.owed(pool, 1), 512, "booked");
        assertEq(pending(ends), 0, "pending");
        assertEq(pending(stays), 512 + 1024, "the other");
    }

    /* Pools */

    /// Two pools of one currency: each pays out of its own.
    function test_pools_are_apart() public {
        uint256 here = grantTo(1, daily, 1024);
        vm.startPrank(ISSUER);
        uint256 other = equity.openPool(address(token), MANAGER, POOL, address(progress), ORIGIN, address(currency));
        uint256 plan = equity.createPlan(other, dailyPlan());
        vm.stopPrank();
        uint256 there = grantTo(1, plan, 1024);
        distribute(1024);
        assertEq(pending(here), 1024, "here");
        assertEq(pending(there), 0, "there");
        assertEq(equity.poolOf(other).round, 0, "round there");
        equity.claim(listOf(there, here));
        assertEq(currency.balanceOf(ALICE), 1024, "Alice");
    }
}
