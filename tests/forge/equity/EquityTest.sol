// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test, Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {WorkerToken} from "../../../contracts/WorkerToken.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {ProgressMock} from "../../../contracts/mocks/ProgressMock.sol";
import {Gate, Line, Plan, Pool, Reason} from "../../../contracts/types/Equity.sol";

/// @notice An issuer with a token and a pool for one agreement, a manager with two workers, and what they do. The
/// currency does as it should until a test tells it otherwise.
abstract contract EquityTest is Test {
    address internal constant ISSUER = address(0x1551);
    address internal constant MANAGER = address(0x3a4a);
    address internal constant STRANGER = address(0x57a6);
    uint256 internal constant ALICE_KEY = 0xa11ce;
    uint256 internal constant BOB_KEY = 0xb0b;
    uint256 internal constant CAROL_KEY = 0xca401;
    bytes32 internal constant ORIGIN = keccak256("an agreement");
    bytes32 internal constant DOCUMENT = keccak256("its service levels");
    uint80 internal constant POOL = 1_000_000e6;
    uint256 internal constant FUNDS = 1e30;
    uint40 internal constant NOW = 1_700_000_000;
    uint32 internal constant DAY = 86_400;

    address internal immutable ALICE = vm.addr(ALICE_KEY);
    address internal immutable BOB = vm.addr(BOB_KEY);
    /// Not enrolled.
    address internal immutable CAROL = vm.addr(CAROL_KEY);

    IWorkerEquity internal equity;
    WorkerToken internal token;
    HostileTokenMock internal currency;
    ProgressMock internal progress;
    uint256 internal pool;
    bytes32 internal book;
    bytes32 internal roster = keccak256(abi.encode(address(0), bytes32(0), MANAGER));

    function setUp() public virtual {
        vm.warp(NOW);
        equity = IWorkerEquity(vm.deployCode("out/WorkerEquity.sol/WorkerEquity.json"));
        progress = new ProgressMock();
        currency = new HostileTokenMock();
        currency.mint(ISSUER, FUNDS);
        vm.startPrank(ISSUER);
        currency.approve(address(equity), type(uint256).max);
        token = WorkerToken(equity.createToken("Desk Units", "DESK"));
        pool = equity.openPool(address(token), MANAGER, POOL, address(progress), ORIGIN, address(currency));
        vm.stopPrank();
        book = keccak256(abi.encode(address(progress), ORIGIN, ISSUER));
        address[] memory wallets = new address[](2);
        (wallets[0], wallets[1]) = (ALICE, BOB);
        vm.prank(MANAGER);
        equity.enrol(wallets);
    }

    /* PLANS */

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

    /// A hundred days, one by one, without a cliff; ten days of notice, twenty of leave.
    function dailyPlan() internal pure returns (Plan memory plan) {
        plan.start = NOW;
        plan.duration = 100 * DAY;
        plan.step = DAY;
        plan.notice = 10 * DAY;
        plan.mostLeave = 20 * DAY;
    }

    function createPlan(Plan memory plan) internal returns (uint256) {
        vm.prank(ISSUER);
        return equity.createPlan(pool, plan);
    }

    /* CALLS */

    function grantTo(uint24 worker, uint256 plan, uint80 units) internal returns (uint256) {
        vm.prank(MANAGER);
        return equity.grant(plan, lineOf(worker, units));
    }

    function claimAs(address sender, uint256 grantId) internal {
        uint256[] memory grants = listOf(grantId);
        vm.prank(sender);
        equity.claim(grants);
    }

    function end(uint256 grantId, Reason reason) internal {
        uint256[] memory grants = listOf(grantId);
        vm.prank(MANAGER);
        equity.end(grants, reason);
    }

    function distribute(uint256 amount) internal {
        vm.prank(ISSUER);
        equity.distribute(pool, amount);
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

    function listOf(uint256 one, uint256 two) internal pure returns (uint256[] memory grants) {
        grants = new uint256[](2);
        (grants[0], grants[1]) = (one, two);
    }

    /* VIEWS */

    function claimable(uint256 grantId) internal view returns (uint256 units) {
        (units,) = equity.claimableOf(grantId);
    }

    function pending(uint256 grantId) internal view returns (uint256 revenue) {
        (, revenue) = equity.claimableOf(grantId);
    }

    /// What a wallet signs (EIP-712): of the worker equity of this chain.
    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return digestOf(block.chainid, address(equity), structHash);
    }

    function digestOf(uint256 chain, address verifier, bytes32 structHash) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact Equity"),
                keccak256("1"),
                chain,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /* ASSERTIONS */

    /// Units that share revenue.
    function sharesOf(uint256 ofPool) internal view returns (uint256) {
        Pool memory held = equity.poolOf(ofPool);
        return held.granted - held.forfeited;
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
            before = keccak256(abi.encode(before, vm.getBlockTimestamp(), eventHash(logs[i])));
            ++found;
        }
        assertEq(found, count, "events of the book");
        assertEq(equity.historyOf(ofBook), before, "history");
    }
}
