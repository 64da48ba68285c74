// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OfferTest} from "./OfferTest.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {Acceptance, Offer, Reason} from "../../../contracts/types/Equity.sol";

/// @notice What was found in accumulators and pooled escrows of others, each tried here. {PeersFaultsTest} lists them.
contract PeersMoneyTest is OfferTest {
    /// Late grants: who comes after a round, by whatever way, has nothing of it; who was there loses nothing.
    /// @custom:threat T41
    function test_no_way_in_earns_past_revenue() public {
        uint256 early = grantTo(1, daily, 1024);
        distribute(1024);
        uint256 late = grantTo(2, daily, 1024);
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        acceptAs(CAROL, offered, leaves[2]);
        vm.prank(ISSUER);
        equity.raisePool(pool, POOL + 1);
        vm.warp(UNTIL + 1);
        close(STRANGER, offered);
        end(late, Reason.VoluntaryOther);
        vm.warp(UNTIL + 1 + 10 * DAY);
        equity.finish(listOf(late));
        uint256 again = grantTo(2, daily, 5);

        assertEq(pending(early), 1024, "early");
        assertEq(pending(offered.first) + pending(offered.first + 2) + pending(again) + pending(late), 0, "late");
        assertEq(equity.owed(pool, 2), 0, "ended late");
        assertEq(equity.poolOf(pool).remainder, 0, "the closed offer");
    }

    /// The same for a second round's late comers, who share the rounds from theirs on, and only those.
    function testFuzz_everyone_earns_from_their_own_round_on(uint256 seed) public {
        uint256[] memory grants = new uint256[](8);
        uint256[] memory expected = new uint256[](8);
        uint256 shares;
        for (uint256 i = 0; i < 8; ++i) {
            uint80 units = uint80(seed >> 8 * i & 0xff) + 1;
            grants[i] = grantTo(uint24(i % 2 + 1), daily, units);
            shares += units;
            // whole units of the currency for each share: rounding has no part in this
            distribute(shares * (i + 1));
            for (uint256 k = 0; k <= i; ++k) {
                expected[k] += uint256(equity.grantOf(grants[k]).units) * (i + 1);
            }
        }
        for (uint256 i = 0; i < 8; ++i) {
            assertEq(pending(grants[i]), expected[i], "pending");
        }
        equity.claim(grants);
        assertEq(currency.balanceOf(address(equity)), 0, "every unit of it");
    }

    /// Unipool, Sigma Prime: a rate that rounds to zero. A hundred rounds of one for a million million shares are a
    /// hundred in the end.
    function test_revenue_far_below_a_unit_a_share_adds_up() public {
        uint256 most = grantTo(1, daily, POOL / 4 * 3);
        uint256 rest = grantTo(2, daily, POOL / 4);
        for (uint256 i = 0; i < 100; ++i) {
            distribute(1);
        }
        // 2^64 / 10^12 = 18446744 and a remainder, all of which is carried on
        assertEq(equity.earnedBy(pool, 1), 18_446_744, "a unit's");
        assertEq(equity.earnedBy(pool, 100), 1_844_674_407, "a unit's, of a hundred");
        assertEq(pending(most), 74, "three quarters, rounded down");
        assertEq(pending(rest), 24, "a quarter, rounded down");
    }

    /// Reserve M-04: half of the rewards lost where a currency has few decimals. Less than one of its units is.
    function test_revenue_of_a_currency_without_decimals() public {
        uint256[] memory grants = new uint256[](3);
        for (uint256 i = 0; i < 3; ++i) {
            grants[i] = grantTo(uint24(i % 2 + 1), daily, POOL / 4);
        }
        distribute(10);
        distribute(20);
        equity.claim(grants);
        uint256 paid = currency.balanceOf(ALICE) + currency.balanceOf(BOB);
        assertGe(paid, 27, "at least");
        assertEq(paid + currency.balanceOf(address(equity)), 30, "paid and kept");
    }

    /// Fjord s/215: shares that left the total but went on earning, and the last one could not be paid. Everyone here
    /// comes, goes and claims in another order; the last is paid as the first.
    function test_the_last_is_paid_as_the_first() public {
        uint256 stays = grantTo(1, daily, 600);
        uint256 ends = grantTo(2, daily, 424);
        distribute(1024);
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        distribute(2027);
        vm.warp(FROM);
        acceptAs(CAROL, offered, leaves[2]);
        end(ends, Reason.VoluntaryOther);
        vm.warp(UNTIL + 1);
        // the rest of the offer has earned 800, 424 units end with 46 vested
        close(STRANGER, offered);
        equity.finish(listOf(ends));
        assertEq(equity.vestedOf(ends), 46, "vested");
        assertEq(sharesOf(pool), 600 + 46 + 203, "shares");
        distribute(898);
        equity.claim(listOf(offered.first + 2, ends));
        equity.claim(listOf(stays, ends));
        equity.withdraw(pool, listOf(2));
        // 1698 of 849 shares: two each
        assertEq(currency.balanceOf(CAROL), 203 + 406, "Carol");
        assertEq(currency.balanceOf(BOB), 848 + 92, "Bob");
        assertEq(currency.balanceOf(ALICE), 1200 + 1200, "Alice");
        assertEq(currency.balanceOf(address(equity)), 0, "worker equity");
    }

    /// Hedgey: an approval left over was the door. This contract approves nobody, and calls no address that a caller
    /// names: the money of one pool cannot be asked for by another.
    /// @custom:threat T22
    function test_a_foreign_pool_reaches_no_money() public {
        grantTo(1, daily, 1024);
        distribute(1024);
        vm.startPrank(STRANGER);
        address own = equity.createToken("Own", "OWN");
        uint256 ownPool = equity.openPool(own, STRANGER, POOL, address(0), 0, address(currency));
        uint256 plan = equity.createPlan(ownPool, timePlan());
        address[] memory wallets = new address[](1);
        wallets[0] = STRANGER;
        equity.enrol(wallets);
        uint256 made = equity.grant(plan, lineOf(1, POOL));
        equity.claim(listOf(made));
        equity.withdraw(ownPool, listOf(1));
        equity.withdraw(pool, listOf(1));
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, STRANGER));
        equity.grant(daily, lineOf(1, 1));
        vm.stopPrank();
        assertEq(currency.balanceOf(STRANGER), 0, "stranger");
        assertEq(currency.balanceOf(address(equity)), 1024, "worker equity");
        address[4] memory others = [ISSUER, MANAGER, STRANGER, address(token)];
        for (uint256 i = 0; i < others.length; ++i) {
            assertEq(currency.allowance(address(equity), others[i]), 0, "allowance");
        }
    }

    /// Sablier #951: a recipient's hook that reverts. Nobody who is paid is called: a wallet whose code refuses every
    /// call gets its units and its revenue.
    function test_no_wallet_is_called() public {
        uint256 made = grantTo(1, daily, 1024);
        vm.etch(ALICE, hex"5f5ffd");
        distribute(1024);
        vm.warp(NOW + 100 * DAY);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(ALICE), 1024, "units");
        assertEq(currency.balanceOf(ALICE), 1024, "revenue");
    }

    /// Tokens are passed on between rounds, to somebody with a grant too: revenue stays with the grants.
    /// @custom:threat T19
    function test_moved_tokens_move_no_revenue() public {
        uint256[2] memory grants = [grantTo(1, daily, 512), grantTo(2, daily, 512)];
        vm.warp(NOW + 100 * DAY);
        claimAs(STRANGER, grants[0]);
        address[3] memory owners = [ALICE, STRANGER, BOB];
        for (uint256 i = 0; i < 3; ++i) {
            distribute(1024);
            assertEq(pending(grants[0]), 512 * (i + 1), "the first grant");
            assertEq(pending(grants[1]), 512 * (i + 1), "the second grant");
            if (i == 2) break;
            vm.prank(owners[i]);
            token.transfer(owners[i + 1], 512);
        }
        equity.claim(listOf(grants[0], grants[1]));
        assertEq(currency.balanceOf(ALICE), 1536, "Alice, without a token");
        assertEq(currency.balanceOf(BOB), 1536, "Bob, with hers");
        assertEq(currency.balanceOf(STRANGER), 0, "who held them in between");
        assertEq(token.balanceOf(BOB), 1024, "tokens");
    }

    /// Yearn #9: what is sent here without a word is nobody's, and changes nobody's share.
    /// @custom:threat T23
    function test_tokens_sent_by_mistake_are_nobodys() public {
        uint256 made = grantTo(1, daily, 1024);
        currency.mint(address(equity), 77);
        distribute(1024);
        claimAs(STRANGER, made);
        assertEq(currency.balanceOf(ALICE), 1024, "Alice");
        assertEq(currency.balanceOf(address(equity)), 77, "still");
    }
}
