// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test, Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {WorkerToken} from "../../../contracts/WorkerToken.sol";
import {ProgressMock} from "../../../contracts/mocks/ProgressMock.sol";
import {Gate, Line, Plan} from "../../../contracts/types/Equity.sol";

/// @notice An issuer with a token and a pool for one agreement, a manager with two workers, and what they do.
abstract contract EquityTest is Test {
    address internal constant ISSUER = address(0x1551);
    address internal constant MANAGER = address(0x3a4a);
    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);
    address internal constant STRANGER = address(0x57a6);
    bytes32 internal constant ORIGIN = keccak256("an agreement");
    bytes32 internal constant DOCUMENT = keccak256("its service levels");
    uint80 internal constant POOL = 1_000_000e6;
    uint40 internal constant NOW = 1_700_000_000;
    uint32 internal constant DAY = 86_400;

    IWorkerEquity internal equity;
    WorkerToken internal token;
    ProgressMock internal progress;
    uint256 internal pool;
    bytes32 internal book;

    function setUp() public virtual {
        vm.warp(NOW);
        equity = IWorkerEquity(vm.deployCode("out/WorkerEquity.sol/WorkerEquity.json"));
        progress = new ProgressMock();
        vm.startPrank(ISSUER);
        token = WorkerToken(equity.createToken("Desk Units", "DESK"));
        pool = equity.openPool(address(token), MANAGER, POOL, address(progress), ORIGIN);
        vm.stopPrank();
        book = keccak256(abi.encode(address(progress), ORIGIN, ISSUER));
        address[] memory wallets = new address[](2);
        (wallets[0], wallets[1]) = (ALICE, BOB);
        vm.prank(MANAGER);
        equity.enrol(wallets);
    }

    /// Four steps of 90 days, cliff after the first two.
    function timePlan() internal pure returns (Plan memory plan) {
        plan.start = NOW;
        plan.cliff = 180 * DAY;
        plan.duration = 360 * DAY;
        plan.step = 90 * DAY;
    }

    function gatedPlan(Gate gate, uint64 milestones, uint256 periods) internal view returns (Plan memory plan) {
        plan = timePlan();
        plan.gate = gate;
        plan.milestones = milestones;
        plan.periods = periods;
        if (periods != 0) (plan.oracle, plan.document) = (address(progress), DOCUMENT);
    }

    function createPlan(Plan memory plan) internal returns (uint256) {
        vm.prank(ISSUER);
        return equity.createPlan(pool, plan);
    }

    function grantTo(uint24 worker, uint256 plan, uint80 units) internal returns (uint256) {
        vm.prank(MANAGER);
        return equity.grant(plan, lineOf(worker, units));
    }

    function claimAs(address sender, uint256 grantId) internal {
        uint256[] memory grants = listOf(grantId);
        vm.prank(sender);
        equity.claim(grants);
    }

    function accept(uint256 mask) internal {
        progress.accept(ORIGIN, mask);
    }

    function meet(uint256 mask) internal {
        progress.meet(address(progress), ORIGIN, DOCUMENT, mask);
    }

    function lineOf(uint24 worker, uint80 units) internal pure returns (Line[] memory lines) {
        lines = new Line[](1);
        lines[0] = Line(worker, units);
    }

    function listOf(uint256 grantId) internal pure returns (uint256[] memory grants) {
        grants = new uint256[](1);
        grants[0] = grantId;
    }

    /// One event, complete: emitter, every topic, all data.
    function assertEvent(Vm.Log memory log, bytes memory topics, bytes memory data) internal view {
        assertEq(log.emitter, address(equity), "emitter");
        assertEq(abi.encodePacked(log.topics), topics, "topics");
        assertEq(log.data, data, "data");
    }

    /// The history is what the raw logs of the contract for this book lead to, from `before`; and nothing else.
    function assertLinked(bytes32 ofBook, bytes32 before, Vm.Log[] memory logs, uint256 count) internal view {
        uint256 found;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(equity) || logs[i].topics[1] != ofBook) continue;
            before = keccak256(abi.encode(before, block.timestamp, eventHash(logs[i])));
            ++found;
        }
        assertEq(found, count, "events of the book");
        assertEq(equity.historyOf(ofBook), before, "history");
    }
}
