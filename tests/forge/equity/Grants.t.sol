// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Grant, Line, Standing} from "../../../contracts/types/Equity.sol";

/// @notice What the manager grants and anyone claims (SPEC.md 9.4, 9.6, 9.7).
contract GrantsTest is EquityTest {
    uint256 internal plan;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function setUp() public override {
        super.setUp();
        plan = createPlan(timePlan());
    }

    /* grant */

    function test_grant__by_no_plan__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoPlan.selector, 2));
        vm.prank(MANAGER);
        equity.grant(2, lineOf(1, 1));
    }

    function test_grant__nothing__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_Empty.selector));
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
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, MANAGER, 3));
        equity.grant(plan, lines);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, MANAGER, 0));
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
            Grant memory expected = Grant(lines[i].worker, 1, lines[i].units, 0, 0, Standing.Plain);
            assertEq(abi.encode(equity.grantOf(first + i)), abi.encode(expected), "grant");
        }
        assertEq(equity.poolOf(pool).granted, 106 + (type(uint80).max >> 41), "granted");
        assertEq(sharesOf(pool), 106 + (type(uint80).max >> 41), "shares");
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
            abi.encode(uint256(1), ALICE, uint256(50), uint256(0))
        );
        assertEvent(
            logs[2],
            abi.encode(IWorkerEquity.Claimed.selector, book, pool, second),
            abi.encode(uint256(2), BOB, uint256(4), uint256(0))
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
        assertEq(claimable(first), 0, "claimable");
        assertEq(equity.vestedOf(first), 50, "vested");
    }
}
