// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test, Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {WorkerToken} from "../../../contracts/WorkerToken.sol";
import {ProgressMock} from "../../../contracts/mocks/ProgressMock.sol";
import {Gate, Grant, Line, Plan, Pool, Reason, Schedule, Standing} from "../../../contracts/types/Equity.sol";

/// @notice What issuers, managers, strangers, the agreement and time do to two pools of one token, in any order; with a
/// ledger of its own beside it. No call of it may revert.
contract EquityHandler is Test {
    address internal constant ISSUER = address(0x1551);
    bytes32 internal constant ORIGIN = keccak256("an agreement");
    bytes32 internal constant DOCUMENT = keccak256("its service levels");
    uint256 internal constant MOST_GRANTS = 24;

    IWorkerEquity public immutable equity = IWorkerEquity(vm.deployCode("out/WorkerEquity.sol/WorkerEquity.json"));
    ProgressMock public immutable progress = new ProgressMock();
    WorkerToken public immutable token;

    uint256 internal time = 1_700_000_000;
    address[2] internal managers = [address(0x3a4a), address(0x3a4b)];

    mapping(uint256 pool => uint256) public granted;
    mapping(uint256 pool => uint256) public forfeited;
    mapping(uint256 grant => uint256) public claimed;
    mapping(bytes32 book => bytes32) public history;
    bytes32[] public books;
    mapping(uint256 grant => uint256) internal vested;
    uint256 public fallen;

    constructor() {
        vm.warp(time);
        vm.recordLogs();
        vm.prank(ISSUER);
        token = WorkerToken(equity.createToken("Desk Units", "DESK"));
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(ISSUER);
            equity.openPool(address(token), managers[i], 1e9, address(progress), ORIGIN, address(0));
            address[] memory wallets = new address[](2);
            (wallets[0], wallets[1]) = (address(uint160(0xa0 + i)), address(uint160(0xb0 + i)));
            vm.prank(managers[i]);
            equity.enrol(wallets);
            createPlan(i, 100, 4, 25, 0, 0, 0);
        }
        _record();
    }

    function createPlan(
        uint256 pool,
        uint32 step,
        uint32 steps,
        uint32 cliff,
        uint8 gate,
        uint64 milestones,
        uint256 periods
    ) public {
        Plan memory plan;
        plan.start = uint40(time + cliff % 1000 - 500);
        plan.step = uint32(bound(step, 1, 1000));
        plan.duration = plan.step * uint32(bound(steps, 1, 20));
        plan.cliff = uint32(bound(cliff, 0, plan.duration));
        plan.gate = Gate(gate % 4);
        if (plan.gate != Gate.None) {
            plan.milestones = milestones % 16;
            plan.periods = plan.milestones == 0 ? periods % 15 + 1 : periods % 16;
            if (plan.periods != 0) (plan.oracle, plan.document) = (address(progress), DOCUMENT);
        }
        vm.prank(ISSUER);
        equity.createPlan(pool % 2 + 1, plan);
        _record();
    }

    function raisePool(uint256 pool, uint80 more) external {
        pool = pool % 2 + 1;
        uint80 units = equity.poolOf(pool).units;
        vm.prank(ISSUER);
        equity.raisePool(pool, units + 1 + more % 1e9);
        _record();
    }

    function grant(uint256 plan, uint80 first, uint80 second) external {
        (, uint256 plans, uint256 grants) = equity.counts();
        if (grants >= MOST_GRANTS) return;
        plan = plan % plans + 1;
        uint256 pool = _poolOf(plan);
        Pool memory state = equity.poolOf(pool);
        uint256 left = state.units + state.forfeited - state.granted;
        if (left < 2) return;

        Line[] memory lines = new Line[](2);
        lines[0] = Line(1, uint80(bound(first, 1, left - 1)));
        lines[1] = Line(2, uint80(bound(second, 1, left - lines[0].units)));
        vm.prank(state.manager);
        equity.grant(plan, lines);
        granted[pool] += lines[0].units + lines[1].units;
        _record();
    }

    function progressTo(uint256 accepted, uint256 met, uint8 failure) external {
        progress.accept(ORIGIN, accepted);
        progress.meet(address(progress), ORIGIN, DOCUMENT, met);
        progress.fail(ProgressMock.Failure(failure < 200 ? 0 : failure % 5));
    }

    function sync(uint256 plan) external {
        (, uint256 plans,) = equity.counts();
        equity.sync(plan % plans + 1);
        _record();
    }

    /// The grants that `which` has a bit for, and some of them again.
    function claim(uint256 which) external {
        (,, uint256 grants) = equity.counts();
        uint256[] memory chosen = new uint256[](2 * grants);
        uint256 count;
        for (uint256 i = 0; i < 2 * grants; ++i) {
            if (which >> i & 1 == 1) chosen[count++] = i % grants + 1;
        }
        uint256[] memory grantIds = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            grantIds[i] = chosen[i];
            claimed[chosen[i]] = equity.vestedOf(chosen[i]);
        }
        equity.claim(grantIds);
        _record();
    }

    function end(uint256 which, uint8 reason) external {
        (,, uint256 grants) = equity.counts();
        if (grants == 0) return;
        which = which % grants + 1;
        Grant memory held = equity.grantOf(which);
        if (held.standing == Standing.Ended) return;

        uint256 pool = _poolOf(held.plan);
        address manager = equity.poolOf(pool).manager;
        uint256[] memory grantIds = new uint256[](1);
        grantIds[0] = which;
        vm.prank(manager);
        equity.end(grantIds, Reason(reason % 7));
        forfeited[pool] += held.units - equity.vestedOf(which);
        _record();
    }

    function pass(uint16 secondsPassed) external {
        time += secondsPassed % 2000;
        vm.warp(time);
        _watch();
    }

    function bookCount() external view returns (uint256) {
        return books.length;
    }

    /// The ledger's history of what was emitted, and the highest that each grant has vested.
    function _record() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(equity)) continue;
            bytes32 book = logs[i].topics[1];
            if (history[book] == 0) books.push(book);
            history[book] = keccak256(abi.encode(history[book], time, eventHash(logs[i])));
        }
        _watch();
    }

    function _watch() private {
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            uint256 vestedNow = equity.vestedOf(i);
            if (vestedNow < vested[i]) fallen = i;
            vested[i] = vestedNow;
        }
    }

    function _poolOf(uint256 plan) private view returns (uint256) {
        Schedule memory schedule = equity.planOf(plan);
        return schedule.pool;
    }
}
