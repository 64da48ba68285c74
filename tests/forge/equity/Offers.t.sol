// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OfferTest} from "./OfferTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Acceptance, Accepted, Offer} from "../../../contracts/types/Equity.sol";

/// @notice Grants offered by a Merkle root (SPEC.md 9.11): made, corrected, closed.
contract OffersTest is OfferTest {
    function expectBinding() private {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Binding.selector, FROM, UNTIL));
    }

    function expectNoOffer(Offer memory offered) private {
        bytes32 offerId = keccak256(abi.encode(offered));
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoOffer.selector, offerId));
    }

    function assertAccepted(Offer memory offered, uint80 units, bool isOpen) private view {
        bytes32 offerId = keccak256(abi.encode(offered));
        assertEq(abi.encode(equity.acceptedOf(offerId)), abi.encode(Accepted(units, isOpen)), "accepted");
    }

    function assertPool(uint256 granted, uint256 forfeited) private view {
        assertEq(equity.poolOf(pool).granted, granted, "granted");
        assertEq(equity.poolOf(pool).forfeited, forfeited, "forfeited");
        assertEq(sharesOf(pool), granted - forfeited, "shares");
    }

    /* offer */

    function test_offer() public {
        grantTo(1, daily, 10);
        distribute(40);
        Acceptance[] memory leaves = threeLeaves();
        Offer memory offered = nextOffer(leaves, ALL);
        assertEq(offered.first, 2, "first");
        assertEq(offered.round, 1, "round");
        bytes32 before = equity.historyOf(book);
        bytes32 rosterBefore = equity.historyOf(roster);
        vm.recordLogs();
        make(offered, 4);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "events");
        assertEvent(
            logs[0], abi.encode(IWorkerRoster.Reserved.selector, roster, MANAGER), abi.encode(uint256(3), uint256(4))
        );
        assertEvent(logs[1], abi.encode(IWorkerEquity.Offered.selector, book, pool, daily), abi.encode(offered));
        assertLinked(book, before, logs, 1);
        assertLinked(roster, rosterBefore, logs, 1);
        assertAccepted(offered, 0, true);
        assertPool(10 + ALL, 0);
        (,, uint256 grants) = equity.counts();
        assertEq(grants, 4, "numbers set aside");
        assertEq(equity.workersOf(MANAGER), 6, "workers");
        assertEq(equity.planOf(daily).offers, 1, "offers");
        assertEq(abi.encode(equity.grantOf(2)), new bytes(192), "no grant before it is accepted");
        assertEq(grantTo(1, daily, 1), 5, "the next grant");
    }

    function test_offer__to_workers_enrolled__reserves_nobody() public {
        Acceptance[] memory leaves = threeLeaves();
        Offer memory offered = nextOffer(leaves, ALL);
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        make(offered, 0);
        assertEq(vm.getRecordedLogs().length, 1, "events");
        assertEq(equity.historyOf(roster), before, "roster");
        assertEq(equity.workersOf(MANAGER), 2, "workers");
    }

    /// Offers are numbered by their plan.
    function test_offer__again() public {
        offerThree();
        Acceptance[] memory leaves = threeLeaves();
        Offer memory offered = nextOffer(leaves, ALL);
        assertEq(offered.number, 2, "number");
        assertEq(offered.first, 4, "first");
        make(offered, 0);
        daily = createPlan(dailyPlan());
        offered = nextOffer(leaves, ALL);
        assertEq(offered.number, 1, "number by another plan");
        make(offered, 0);
        assertPool(3 * ALL, 0);
    }

    function test_offer__by_no_plan__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoPlan.selector, 9));
        vm.prank(MANAGER);
        equity.offer(9, 0, 1, 1, FROM, UNTIL, 0);
    }

    function test_offer__by_another_than_the_manager__reverts() public {
        address[3] memory others = [ISSUER, ALICE, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, others[i]));
            vm.prank(others[i]);
            equity.offer(daily, 0, 1, 1, FROM, UNTIL, 0);
        }
    }

    function test_offer__that_nobody_could_accept__reverts() public {
        uint256[4][5] memory wrong = [
            [uint256(10), 0, FROM, UNTIL],
            [uint256(10), 11, FROM, UNTIL],
            [uint256(10), 1, UNTIL + 1, UNTIL],
            [uint256(10), 1, 0, NOW],
            [uint256(10), 1, 0, NOW - 1]
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            (uint256 count, uint256 from, uint256 until) = (wrong[i][1], wrong[i][2], wrong[i][3]);
            vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongOffer.selector, from, until, count));
            vm.prank(MANAGER);
            equity.offer(daily, 0, wrong[i][0], count, from, until, 0);
        }
        vm.prank(MANAGER);
        equity.offer(daily, 0, 10, 10, NOW + 1, NOW + 1, 0);
    }

    function test_offer__more_than_the_pool_has__reverts() public {
        grantTo(1, daily, POOL - 10);
        vm.startPrank(MANAGER);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_PoolExceeded.selector, pool, 11, 10));
        equity.offer(daily, 0, 11, 1, FROM, UNTIL, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IWorkerEquity.WorkerEquity_PoolExceeded.selector, pool, type(uint256).max, 10)
        );
        equity.offer(daily, 0, type(uint256).max, 1, FROM, UNTIL, 0);
        equity.offer(daily, 0, 10, 1, FROM, UNTIL, 0);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_PoolExceeded.selector, pool, 1, 0));
        grantTo(1, daily, 1);
    }

    /* closeOffer */

    function test_closeOffer__to_correct_it__by_the_manager_before_it_binds() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM - 1);
        address[3] memory others = [ISSUER, ALICE, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            expectBinding();
            close(others[i], offered);
        }
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        close(MANAGER, offered);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0], abi.encode(IWorkerEquity.OfferClosed.selector, book, pool, daily), abi.encode(uint256(1), ALL)
        );
        assertLinked(book, before, logs, 1);
        assertEq(logs.length, 1, "events");
        assertAccepted(offered, 0, false);
        assertPool(ALL, ALL);

        leaves[0].units = 501;
        Offer memory corrected = nextOffer(leaves, ALL + 1);
        make(corrected, 0);
        vm.warp(FROM);
        acceptAs(ALICE, corrected, leaves[0]);
        assertGrant(corrected, leaves[0], 0);
        expectNoOffer(offered);
        acceptAs(ALICE, offered, leaves[0]);
    }

    /// From `from` to `until`, both included, it binds the manager as everybody else.
    function test_closeOffer__while_it_binds__reverts() public {
        (Offer memory offered,) = offerThree();
        uint256[3] memory times = [FROM, FROM + DAY, UNTIL];
        for (uint256 i = 0; i < times.length; ++i) {
            vm.warp(times[i]);
            expectBinding();
            close(MANAGER, offered);
            expectBinding();
            close(STRANGER, offered);
        }
        assertAccepted(offered, 0, true);
    }

    function test_closeOffer__after_its_time__by_anyone() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(UNTIL);
        acceptAs(BOB, offered, leaves[1]);
        vm.warp(UNTIL + 1);
        vm.recordLogs();
        close(STRANGER, offered);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.OfferClosed.selector, book, pool, daily),
            abi.encode(uint256(1), ALL - 300)
        );
        assertAccepted(offered, 300, false);
        assertPool(ALL, ALL - 300);
        assertGrant(offered, leaves[1], 0);
        grantTo(1, daily, POOL - 300);
        expectNoOffer(offered);
        close(STRANGER, offered);
        expectNoOffer(offered);
        acceptAs(ALICE, offered, leaves[0]);
    }

    function test_closeOffer__everything_accepted__returns_nothing() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        acceptAs(BOB, offered, leaves[1]);
        acceptAs(CAROL, offered, leaves[2]);
        vm.warp(UNTIL + 1);
        close(STRANGER, offered);
        assertPool(ALL, 0);
        assertAccepted(offered, uint80(ALL), false);
    }

    /// What an offer says is in the call; what was stored is its hash: not a word of it can be another.
    function test_closeOffer__of_another_word__reverts() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        for (uint256 i = 0; i < 12; ++i) {
            bytes memory words = abi.encode(offered);
            words[32 * i + 31] = bytes1(uint8(words[32 * i + 31]) ^ 1);
            Offer memory forged = abi.decode(words, (Offer));
            expectNoOffer(forged);
            close(MANAGER, forged);
            expectNoOffer(forged);
            acceptAs(ALICE, forged, leaves[0]);
        }
    }
}
