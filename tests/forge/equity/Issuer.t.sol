// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {WorkerToken} from "../../../contracts/WorkerToken.sol";
import {WorkerTokenFactory} from "../../../contracts/WorkerTokenFactory.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerToken} from "../../../contracts/interfaces/IWorkerToken.sol";
import {Condition, Gate, NEVER, Plan, Pool, Rules, Schedule} from "../../../contracts/types/Equity.sol";

/// @notice What the issuer fixes (SPEC.md 9.1, 9.2): tokens, pools, plans.
contract IssuerTest is EquityTest {
    bytes32 internal ownBook = keccak256(abi.encode(address(0), bytes32(0), ISSUER));

    function test_bookOf() public view {
        assertEq(equity.bookOf(address(progress), ORIGIN, ISSUER), book, "book");
        assertEq(equity.bookOf(address(0), 0, ISSUER), ownBook, "own book");
    }

    /* createToken */

    function test_createToken() public {
        bytes32 before = equity.historyOf(ownBook);
        vm.recordLogs();
        vm.prank(ISSUER);
        WorkerToken made = WorkerToken(equity.createToken("Other Units", "OTHER"));

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(logs[0], abi.encode(IWorkerEquity.TokenCreated.selector, ownBook, ISSUER, address(made)), "");
        assertLinked(ownBook, before, logs, 1);
        assertEq(bytes(made.name()), "Other Units", "name");
        assertEq(bytes(made.symbol()), "OTHER", "symbol");
        assertEq(made.decimals(), 6, "decimals");
        assertEq(made.totalSupply(), 0, "supply");
        assertEq(made.equity(), address(equity), "equity");
        assertEq(equity.issuerOf(address(made)), ISSUER, "issuer");
    }

    /// @custom:threat T22
    function test_mint__by_anyone_else__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerToken.WorkerToken_NotEquity.selector, ISSUER));
        vm.prank(ISSUER);
        token.mint(ISSUER, 1);
        assertEq(token.totalSupply(), 0, "supply");
    }

    function test_createToken__at_the_factory__by_anyone_else__reverts() public {
        // The first contract that the worker equity has made, in its constructor.
        WorkerTokenFactory factory = WorkerTokenFactory(vm.computeCreateAddress(address(equity), 1));
        assertEq(factory.equity(), address(equity), "equity");
        vm.expectRevert(abi.encodeWithSelector(WorkerTokenFactory.WorkerTokenFactory_NotEquity.selector, ISSUER));
        vm.prank(ISSUER);
        factory.create("Own", "OWN");

        vm.prank(address(equity));
        WorkerToken made = WorkerToken(factory.create("Own", "OWN"));
        assertEq(made.equity(), address(equity), "the token's equity");
    }

    /* openPool */

    function test_openPool__without_manager__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoManager.selector));
        vm.prank(ISSUER);
        equity.openPool(address(token), address(0), POOL, address(progress), ORIGIN, address(currency));
    }

    function test_openPool__with_half_an_agreement__reverts() public {
        vm.startPrank(ISSUER);
        vm.expectRevert(
            abi.encodeWithSelector(IWorkerEquity.WorkerEquity_HalfAgreement.selector, address(progress), bytes32(0))
        );
        equity.openPool(address(token), MANAGER, POOL, address(progress), 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_HalfAgreement.selector, address(0), ORIGIN));
        equity.openPool(address(token), MANAGER, POOL, address(0), ORIGIN, address(0));
    }

    function test_openPool__by_another_than_the_tokens_issuer__reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotTokenIssuer.selector, address(token), STRANGER)
        );
        vm.prank(STRANGER);
        equity.openPool(address(token), MANAGER, POOL, address(progress), ORIGIN, address(currency));
    }

    function test_openPool__of_a_token_made_elsewhere__reverts() public {
        WorkerToken foreign = new WorkerToken("Foreign", "F", address(equity));
        vm.expectRevert(
            abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotTokenIssuer.selector, address(foreign), ISSUER)
        );
        vm.prank(ISSUER);
        equity.openPool(address(foreign), MANAGER, POOL, address(progress), ORIGIN, address(currency));
    }

    function test_openPool() public {
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(ISSUER);
        uint256 opened = equity.openPool(address(token), MANAGER, 7, address(progress), ORIGIN, address(currency));

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(opened, 2, "id");
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.PoolOpened.selector, book, opened, ISSUER),
            abi.encode(address(token), MANAGER, uint256(7), address(progress), ORIGIN, address(currency))
        );
        assertLinked(book, before, logs, 1);
        Pool memory expected;
        (expected.token, expected.roster, expected.currency) = (address(token), 1, address(currency));
        (expected.issuer, expected.manager) = (ISSUER, MANAGER);
        (expected.agreement, expected.origin, expected.book) = (address(progress), ORIGIN, book);
        expected.units = 7;
        assertEq(abi.encode(equity.poolOf(opened)), abi.encode(expected), "pool");
        (uint256 pools, uint256 plans, uint256 grants) = equity.counts();
        assertEq(abi.encode(pools, plans, grants), abi.encode(2, 0, 0), "counts");
    }

    function test_openPool__of_no_agreement() public {
        bytes32 before = equity.historyOf(ownBook);
        vm.recordLogs();
        vm.prank(ISSUER);
        uint256 opened = equity.openPool(address(token), MANAGER, 7, address(0), 0, address(0));

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.PoolOpened.selector, ownBook, opened, ISSUER),
            abi.encode(address(token), MANAGER, uint256(7), address(0), bytes32(0), address(0))
        );
        assertLinked(ownBook, before, logs, 1);
    }

    /// Who names somebody else's agreement writes in a book of its own.
    function test_openPool__by_a_stranger__leaves_the_clients_book_alone() public {
        bytes32 before = equity.historyOf(book);
        vm.startPrank(STRANGER);
        address own = equity.createToken("Spam", "SPAM");
        uint256 opened = equity.openPool(own, STRANGER, 1, address(progress), ORIGIN, address(currency));
        vm.stopPrank();

        assertEq(equity.historyOf(book), before, "history of the client's book");
        assertEq(
            equity.poolOf(opened).book, keccak256(abi.encode(address(progress), ORIGIN, STRANGER)), "stranger's book"
        );
        assertTrue(equity.historyOf(equity.poolOf(opened).book) != 0, "stranger's history");
    }

    /* raisePool */

    function test_raisePool__unknown__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoPool.selector, 2));
        vm.prank(ISSUER);
        equity.raisePool(2, POOL + 1);
    }

    function test_raisePool__to_no_more__reverts() public {
        vm.startPrank(ISSUER);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotRaised.selector, pool, POOL, POOL));
        equity.raisePool(pool, POOL);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotRaised.selector, pool, POOL - 1, POOL));
        equity.raisePool(pool, POOL - 1);
    }

    function test_raisePool__by_the_manager__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotIssuer.selector, pool, MANAGER));
        vm.prank(MANAGER);
        equity.raisePool(pool, POOL + 1);
        assertEq(equity.poolOf(pool).units, POOL, "units");
    }

    function test_raisePool() public {
        grantTo(1, createPlan(timePlan()), POOL);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        vm.prank(ISSUER);
        equity.raisePool(pool, POOL + 5);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(logs[0], abi.encode(IWorkerEquity.PoolRaised.selector, book, pool), abi.encode(uint256(POOL) + 5));
        assertLinked(book, before, logs, 1);
        assertEq(equity.poolOf(pool).units, POOL + 5, "units");
        assertEq(grantTo(1, 1, 5), 2, "the rest can be granted");
    }

    /* createPlan */

    function test_createPlan__in_no_pool__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoPool.selector, 9));
        vm.prank(ISSUER);
        equity.createPlan(9, timePlan());
    }

    function test_createPlan__by_the_manager__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotIssuer.selector, pool, MANAGER));
        vm.prank(MANAGER);
        equity.createPlan(pool, timePlan());
    }

    function test_createPlan__with_a_gate_that_counts_nothing__reverts() public {
        expectWrongGate(gatedPlan(Gate.Minimum, 0, 0));
    }

    function test_createPlan__without_gate_but_with_masks__reverts() public {
        expectWrongGate(gatedPlan(Gate.None, 1, 0));
        expectWrongGate(gatedPlan(Gate.None, 0, 1));
    }

    function test_createPlan__with_periods_but_no_oracle_or_document__reverts() public {
        Plan memory plan = gatedPlan(Gate.Minimum, 0, 1);
        plan.oracle = address(0);
        expectWrongGate(plan);
        plan = gatedPlan(Gate.Minimum, 0, 1);
        plan.document = 0;
        expectWrongGate(plan);
    }

    function test_createPlan__with_an_oracle_but_no_periods__reverts() public {
        Plan memory plan = gatedPlan(Gate.Minimum, 1, 0);
        plan.oracle = address(progress);
        expectWrongGate(plan);
        plan = timePlan();
        plan.document = DOCUMENT;
        expectWrongGate(plan);
    }

    function test_createPlan__gated_in_a_pool_of_no_agreement__reverts() public {
        vm.startPrank(ISSUER);
        uint256 free = equity.openPool(address(token), MANAGER, POOL, address(0), 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongGate.selector, free));
        equity.createPlan(free, gatedPlan(Gate.Minimum, 1, 0));
        assertEq(equity.createPlan(free, timePlan()), 1, "time alone");
    }

    function test_createPlan() public {
        Plan memory plan = gatedPlan(Gate.Product, type(uint64).max, type(uint256).max);
        (plan.notice, plan.mostLeave, plan.leaver) = (NEVER, DAY, 1_000_000);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        uint256 made = createPlan(plan);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(made, 1, "id");
        assertEvent(
            logs[0],
            abi.encode(IWorkerEquity.PlanCreated.selector, book, pool, made),
            abi.encode(
                uint256(NOW),
                uint256(180 * DAY),
                uint256(360 * DAY),
                uint256(90 * DAY),
                uint256(3),
                uint256(type(uint64).max),
                type(uint256).max,
                address(progress),
                DOCUMENT,
                [uint256(NEVER), 86_400, 1_000_000]
            )
        );
        assertLinked(book, before, logs, 1);
        Schedule memory schedule = equity.planOf(made);
        Condition memory condition = equity.conditionOf(made);
        assertEq(
            abi.encode(schedule),
            abi.encode(Schedule(1, NOW, 180 * DAY, 360 * DAY, 90 * DAY, Gate.Product, 0, 0, 320, 0, 0)),
            "schedule"
        );
        assertEq(
            abi.encode(condition),
            abi.encode(Condition(type(uint64).max, address(progress), type(uint256).max, DOCUMENT)),
            "condition"
        );
        assertEq(abi.encode(equity.rulesOf(made)), abi.encode(Rules(NEVER, DAY, 1_000_000)), "rules");
    }

    function test_createPlan__without_gate_or_rules() public {
        uint256 made = createPlan(timePlan());
        Condition memory none;
        assertEq(abi.encode(equity.conditionOf(made)), abi.encode(none), "condition");
        assertEq(abi.encode(equity.rulesOf(made)), abi.encode(Rules(0, 0, 0)), "rules");
    }

    function test_createPlan__with_a_leaver_part_above_the_whole__reverts() public {
        Plan memory plan = timePlan();
        plan.leaver = 1_000_001;
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongShare.selector, 1_000_001, 1_000_000));
        vm.prank(ISSUER);
        equity.createPlan(pool, plan);
    }

    /// No agreement, no end of one that a leaver rule could follow.
    function test_createPlan__with_a_leaver_part_in_a_pool_of_no_agreement__reverts() public {
        Plan memory plan = timePlan();
        plan.leaver = 1;
        vm.startPrank(ISSUER);
        uint256 free = equity.openPool(address(token), MANAGER, POOL, address(0), 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongShare.selector, 1, 0));
        equity.createPlan(free, plan);
        vm.stopPrank();
    }

    /* views */

    function test_views__of_nothing__are_zero() public view {
        Pool memory noPool;
        Schedule memory noPlan;
        assertEq(abi.encode(equity.poolOf(9)), abi.encode(noPool), "pool");
        assertEq(abi.encode(equity.planOf(9)), abi.encode(noPlan), "plan");
        assertEq(abi.encode(equity.rulesOf(9)), abi.encode(Rules(0, 0, 0)), "rules");
        assertEq(abi.encode(equity.grantOf(9)), new bytes(192), "grant");
        assertEq(abi.encode(equity.markOf(9)), new bytes(160), "mark");
        assertEq(abi.encode(equity.acceptedOf(0)), new bytes(64), "offer");
        assertEq(equity.earnedBy(pool, 1) + equity.owed(pool, 1), 0, "revenue");
        assertEq(equity.issuerOf(address(currency)), address(0), "issuer of a token made elsewhere");
    }

    function expectWrongGate(Plan memory plan) private {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongGate.selector, pool));
        vm.prank(ISSUER);
        equity.createPlan(pool, plan);
    }
}
