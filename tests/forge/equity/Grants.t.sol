// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {Grant, Line, Reason} from "../../../contracts/types/Equity.sol";

/// @notice What the manager does and what anyone carries (SPEC.md 9.4–9.7): enrol, grant, claim, end.
contract GrantsTest is EquityTest {
    bytes32 internal roster = keccak256(abi.encode(address(0), bytes32(0), MANAGER));
    uint256 internal plan;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function setUp() public override {
        super.setUp();
        plan = createPlan(timePlan());
    }

    /* enrol */

    function test_enrol__nobody__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Empty.selector));
        vm.prank(MANAGER);
        equity.enrol(new address[](0));
    }

    function test_enrol__without_a_wallet__reverts() public {
        address[] memory wallets = new address[](2);
        wallets[0] = ALICE;
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoWallet.selector, 1));
        vm.prank(MANAGER);
        equity.enrol(wallets);
        assertEq(equity.workersOf(MANAGER), 2, "workers");
    }

    function test_enrol() public {
        address[] memory wallets = new address[](2);
        (wallets[0], wallets[1]) = (STRANGER, ALICE);
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        vm.prank(MANAGER);
        uint256 first = equity.enrol(wallets);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(first, 3, "first");
        assertEvent(
            logs[0], abi.encode(IWorkerEquity.Enrolled.selector, roster, MANAGER), abi.encode(uint256(3), wallets)
        );
        assertLinked(roster, before, logs, 1);
        assertEq(equity.workersOf(MANAGER), 4, "workers");
        assertEq(equity.walletOf(MANAGER, 1), ALICE, "worker 1");
        assertEq(equity.walletOf(MANAGER, 3), STRANGER, "worker 3");
        assertEq(equity.walletOf(MANAGER, 4), ALICE, "worker 4, the wallet of worker 1");
        assertEq(equity.walletOf(MANAGER, 5), address(0), "worker 5");
    }

    /// A roster is its manager's own: nobody else can put a wallet where a manager grants to.
    function test_enrol__by_a_stranger__is_another_roster() public {
        address[] memory wallets = new address[](1);
        wallets[0] = STRANGER;
        vm.prank(STRANGER);
        assertEq(equity.enrol(wallets), 1, "first");
        assertEq(equity.walletOf(MANAGER, 1), ALICE, "worker 1 of the manager");
        assertEq(equity.workersOf(MANAGER), 2, "workers of the manager");
        assertEq(equity.walletOf(STRANGER, 1), STRANGER, "worker 1 of the stranger");
    }

    /* grant */

    function test_grant__by_no_plan__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoPlan.selector, 2));
        vm.prank(MANAGER);
        equity.grant(2, lineOf(1, 1));
    }

    function test_grant__nothing__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_Empty.selector));
        vm.prank(MANAGER);
        equity.grant(plan, new Line[](0));
    }

    function test_grant__by_the_issuer__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, ISSUER));
        vm.prank(ISSUER);
        equity.grant(plan, lineOf(1, 1));
    }

    function test_grant__to_nobody_enrolled__reverts() public {
        Line[] memory lines = new Line[](2);
        lines[0] = Line(1, 1);
        lines[1] = Line(3, 1);
        vm.startPrank(MANAGER);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoWorker.selector, MANAGER, 3));
        equity.grant(plan, lines);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoWorker.selector, MANAGER, 0));
        equity.grant(plan, lineOf(0, 1));
    }

    function test_grant__of_no_units__reverts() public {
        Line[] memory lines = new Line[](2);
        lines[0] = Line(1, 1);
        lines[1] = Line(2, 0);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoUnits.selector, 1));
        vm.prank(MANAGER);
        equity.grant(plan, lines);
    }

    function test_grant__more_than_the_pool_has__reverts() public {
        grantTo(1, plan, POOL - 10);
        Line[] memory lines = new Line[](2);
        lines[0] = Line(1, 10);
        lines[1] = Line(2, 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_PoolExceeded.selector, pool, 11, 10));
        vm.prank(MANAGER);
        equity.grant(plan, lines);
        assertEq(equity.poolOf(pool).granted, POOL - 10, "granted");
        (,, uint256 grants) = equity.counts();
        assertEq(grants, 1, "grants");
    }

    function test_grant() public {
        Line[] memory lines = new Line[](3);
        lines[0] = Line(1, 100);
        lines[1] = Line(2, type(uint80).max >> 41);
        lines[2] = Line(1, 1);
        grantTo(1, plan, 5);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(MANAGER);
        uint256 first = equity.grant(plan, lines);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(first, 2, "first");
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.Granted.selector, book, pool, plan),
            abi.encode(uint256(2), uint256(64), uint256(3), [uint256(1), 100, 2, type(uint80).max >> 41, 1, 1])
        );
        assertLinked(book, before, logs, 1);
        for (uint256 i = 0; i < 3; ++i) {
            Grant memory expected = Grant(lines[i].worker, 1, lines[i].units, 0, 0);
            assertEq(abi.encode(equity.grantOf(first + i)), abi.encode(expected), "grant");
        }
        assertEq(equity.poolOf(pool).granted, 106 + (type(uint80).max >> 41), "granted");
        (,, uint256 grants) = equity.counts();
        assertEq(grants, 4, "grants");
        assertEq(token.totalSupply(), 0, "nothing is minted before it is claimed");
    }

    /* claim */

    function test_claim__of_no_grant__reverts() public {
        uint256[] memory grants = listOf(1);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoGrant.selector, 1));
        equity.claim(grants);
    }

    function test_claim__nothing_vested__changes_nothing() public {
        uint256 made = grantTo(1, plan, 100);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        claimAs(ALICE, made);

        assertEq(vm.getRecordedLogs().length, 0, "events");
        assertEq(equity.historyOf(book), before, "history");
        assertEq(token.balanceOf(ALICE), 0, "balance");
    }

    function test_claim__some_with_nothing__passes_over_those() public {
        uint256 first = grantTo(1, plan, 101);
        uint256 claimed = grantTo(2, plan, 40);
        uint256 second = grantTo(2, plan, 8);
        vm.warp(NOW + 180 * DAY);
        claimAs(STRANGER, claimed);
        uint256[] memory grants = new uint256[](4);
        (grants[0], grants[1], grants[2], grants[3]) = (claimed, first, second, first);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.claim(grants);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 4, "two claims, two transfers");
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.Claimed.selector, book, pool, first),
            abi.encode(uint256(1), ALICE, uint256(50))
        );
        assertEvent(
            logs[2],
            abi.encode(IWorkerEquity.Claimed.selector, book, pool, second),
            abi.encode(uint256(2), BOB, uint256(4))
        );
        assertEq(logs[1].emitter, address(token), "emitter of the transfer");
        assertEq(
            abi.encodePacked(logs[1].topics, logs[1].data),
            abi.encode(Transfer.selector, address(0), ALICE, uint256(50)),
            "transfer"
        );
        assertLinked(book, before, logs, 2);
        assertEq(token.balanceOf(ALICE), 50, "Alice");
        assertEq(token.balanceOf(BOB), 24, "Bob");
        assertEq(token.balanceOf(STRANGER), 0, "stranger");
        assertEq(token.totalSupply(), 74, "supply");
        assertEq(equity.grantOf(first).claimed, 50, "claimed");
        assertEq(equity.claimableOf(first), 0, "claimable");
        assertEq(equity.vestedOf(first), 50, "vested");
    }

    /* end */

    function test_end__of_no_grant__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoGrant.selector, 1));
        vm.prank(MANAGER);
        equity.end(1, Reason.VoluntaryOther);
    }

    function test_end__by_the_issuer__reverts() public {
        uint256 made = grantTo(1, plan, 100);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotManager.selector, pool, ISSUER));
        vm.prank(ISSUER);
        equity.end(made, Reason.VoluntaryOther);
        assertEq(equity.grantOf(made).endedAt, 0, "lives");
    }

    function test_end__before_the_cliff() public {
        uint256 made = grantTo(1, plan, 100);
        vm.warp(NOW + 180 * DAY - 1);
        vm.prank(MANAGER);
        equity.end(made, Reason.InvoluntaryWithCause);

        assertEq(abi.encode(equity.grantOf(made)), abi.encode(Grant(1, 1, 0, 0, NOW + 180 * DAY - 1)), "grant");
        assertEq(equity.poolOf(pool).forfeited, 100, "forfeited");
        vm.warp(NOW + 1000 * DAY);
        assertEq(equity.claimableOf(made), 0, "claimable");
    }

    function test_end__everything_vested__forfeits_nothing() public {
        uint256 made = grantTo(1, plan, 100);
        vm.warp(NOW + 360 * DAY);
        vm.prank(MANAGER);
        equity.end(made, Reason.VoluntaryRetirement);
        assertEq(equity.poolOf(pool).forfeited, 0, "forfeited");
        claimAs(ALICE, made);
        assertEq(token.balanceOf(ALICE), 100, "Alice");
    }

    function test_end__for_each_reason() public {
        vm.warp(NOW + 180 * DAY);
        for (uint256 reason = 0; reason < 7; ++reason) {
            uint256 made = grantTo(2, plan, 101);
            claimAs(STRANGER, made);
            uint256 forfeitedBefore = equity.poolOf(pool).forfeited;
            bytes32 before = equity.historyOf(book);
            vm.recordLogs();
            vm.prank(MANAGER);
            equity.end(made, Reason(reason));

            Vm.Log[] memory logs = vm.getRecordedLogs();
            assertEvent(
                logs[0],
                abi.encode(IWorkerEquity.GrantEnded.selector, book, pool, made),
                abi.encode(reason, uint256(50), uint256(51))
            );
            assertLinked(book, before, logs, 1);
            assertEq(abi.encode(equity.grantOf(made)), abi.encode(Grant(2, 1, 50, 50, NOW + 180 * DAY)), "grant");
            assertEq(equity.poolOf(pool).forfeited, forfeitedBefore + 51, "forfeited");
        }
        assertEq(equity.poolOf(pool).granted, 707, "granted");
    }

    function test_end__returns_the_rest_to_the_pool() public {
        uint256 made = grantTo(1, plan, POOL);
        vm.warp(NOW + 270 * DAY);
        vm.prank(MANAGER);
        equity.end(made, Reason.VoluntaryOther);
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
}
