// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WorkerToken} from "./WorkerToken.sol";
import {IMetPeriods, IProgress} from "./interfaces/IProgress.sol";
import {IWorkerEquity} from "./interfaces/IWorkerEquity.sol";
import {History} from "./libraries/History.sol";
import {VestingMath} from "./libraries/VestingMath.sol";
import {Condition, Gate, Grant, Line, Plan, Pool, Reason, Schedule} from "./types/Equity.sol";

/// @title The share of those who do the work (SPEC.md §9)
contract WorkerEquity is IWorkerEquity {
    /// What a source of a gate may use: 256 periods, each read from two cold words and some.
    uint256 private constant SOURCE_GAS = 2_000_000;

    uint256 private _pools;
    uint256 private _plans;
    uint256 private _grants;

    mapping(uint256 poolId => Pool) private _poolOf;
    mapping(uint256 planId => Schedule) private _scheduleOf;
    mapping(uint256 planId => Condition) private _conditionOf;
    mapping(uint256 grantId => Grant) private _grantOf;

    /// @inheritdoc IWorkerEquity
    mapping(address manager => mapping(uint256 workerId => address wallet)) public walletOf;
    /// @inheritdoc IWorkerEquity
    mapping(address manager => uint256) public workersOf;
    /// @inheritdoc IWorkerEquity
    mapping(address token => address issuer) public issuerOf;
    /// @inheritdoc IWorkerEquity
    mapping(bytes32 book => bytes32) public historyOf;

    /* VIEWS */

    /// @inheritdoc IWorkerEquity
    function vestedOf(uint256 grantId) external view returns (uint256) {
        return _vestedOf(_grantOf[grantId]);
    }

    /// @inheritdoc IWorkerEquity
    function claimableOf(uint256 grantId) external view returns (uint256) {
        Grant memory held = _grantOf[grantId];
        return _vestedOf(held) - held.claimed;
    }

    /// @inheritdoc IWorkerEquity
    function grantOf(uint256 grantId) external view returns (Grant memory) {
        return _grantOf[grantId];
    }

    /// @inheritdoc IWorkerEquity
    function planOf(uint256 planId) external view returns (Schedule memory) {
        return _scheduleOf[planId];
    }

    /// @inheritdoc IWorkerEquity
    function conditionOf(uint256 planId) external view returns (Condition memory) {
        return _conditionOf[planId];
    }

    /// @inheritdoc IWorkerEquity
    function poolOf(uint256 poolId) external view returns (Pool memory) {
        return _poolOf[poolId];
    }

    /// @inheritdoc IWorkerEquity
    function counts() external view returns (uint256 pools, uint256 plans, uint256 grants) {
        return (_pools, _plans, _grants);
    }

    /// @inheritdoc IWorkerEquity
    function bookOf(address agreement, bytes32 origin, address issuer) public pure returns (bytes32) {
        return keccak256(abi.encode(agreement, origin, issuer));
    }

    /* ISSUER */

    /// @inheritdoc IWorkerEquity
    function createToken(string calldata name, string calldata symbol) external returns (address token) {
        token = address(new WorkerToken(name, symbol));
        issuerOf[token] = msg.sender;

        bytes32 book = bookOf(address(0), bytes32(0), msg.sender);
        emit TokenCreated(book, msg.sender, token);
        _link(book, keccak256(abi.encode(TokenCreated.selector, book, msg.sender, token)));
    }

    /// @inheritdoc IWorkerEquity
    function openPool(address token, address manager, uint80 units, address agreement, bytes32 origin)
        external
        returns (uint256 poolId)
    {
        require(manager != address(0), WorkerEquity_NoManager());
        require((agreement == address(0)) == (origin == 0), WorkerEquity_HalfAgreement(agreement, origin));
        require(msg.sender == issuerOf[token], WorkerEquity_NotTokenIssuer(token, msg.sender));

        poolId = ++_pools;
        bytes32 book = bookOf(agreement, origin, msg.sender);
        Pool storage pool = _poolOf[poolId];
        pool.token = token;
        pool.issuer = msg.sender;
        pool.manager = manager;
        pool.agreement = agreement;
        pool.origin = origin;
        pool.book = book;
        pool.units = units;

        emit PoolOpened(book, poolId, msg.sender, token, manager, units, agreement, origin);
        _link(
            book,
            keccak256(
                abi.encode(PoolOpened.selector, book, poolId, msg.sender, token, manager, units, agreement, origin)
            )
        );
    }

    /// @inheritdoc IWorkerEquity
    function raisePool(uint256 poolId, uint80 units) external {
        Pool storage pool = _poolOf[poolId];
        require(pool.issuer != address(0), WorkerEquity_NoPool(poolId));
        require(units > pool.units, WorkerEquity_NotRaised(poolId, units, pool.units));
        require(msg.sender == pool.issuer, WorkerEquity_NotIssuer(poolId, msg.sender));

        pool.units = units;

        bytes32 book = pool.book;
        emit PoolRaised(book, poolId, units);
        _link(book, keccak256(abi.encode(PoolRaised.selector, book, poolId, units)));
    }

    /// @inheritdoc IWorkerEquity
    function createPlan(uint256 poolId, Plan calldata plan) external returns (uint256 planId) {
        Pool storage pool = _poolOf[poolId];
        uint256 size = VestingMath.count(plan.milestones) + VestingMath.count(plan.periods);
        require(pool.issuer != address(0), WorkerEquity_NoPool(poolId));
        require(_isSchedule(plan), WorkerEquity_WrongSchedule(plan.cliff, plan.duration, plan.step));
        require(_isGate(plan, size, pool.agreement), WorkerEquity_WrongGate(poolId));
        require(msg.sender == pool.issuer, WorkerEquity_NotIssuer(poolId, msg.sender));

        planId = ++_plans;
        Schedule storage schedule = _scheduleOf[planId];
        schedule.pool = uint32(poolId);
        schedule.start = plan.start;
        schedule.cliff = plan.cliff;
        schedule.duration = plan.duration;
        schedule.step = plan.step;
        schedule.gate = plan.gate;
        schedule.size = uint16(size);
        if (plan.gate != Gate.None) {
            _conditionOf[planId] = Condition({
                milestones: plan.milestones, oracle: plan.oracle, periods: plan.periods, document: plan.document
            });
        }

        bytes32 book = pool.book;
        emit PlanCreated(book, poolId, planId, plan);
        _link(book, keccak256(abi.encode(PlanCreated.selector, book, poolId, planId, plan)));
    }

    /* MANAGER */

    /// @inheritdoc IWorkerEquity
    function enrol(address[] calldata wallets) external returns (uint256 first) {
        require(wallets.length != 0, WorkerEquity_Empty());

        first = workersOf[msg.sender] + 1;
        workersOf[msg.sender] = first + wallets.length - 1;
        for (uint256 i = 0; i < wallets.length; ++i) {
            require(wallets[i] != address(0), WorkerEquity_NoWallet(i));
            walletOf[msg.sender][first + i] = wallets[i];
        }

        bytes32 book = bookOf(address(0), bytes32(0), msg.sender);
        emit Enrolled(book, msg.sender, first, wallets);
        _link(
            book, keccak256(bytes.concat(abi.encode(Enrolled.selector, book, msg.sender), abi.encode(first, wallets)))
        );
    }

    /// @inheritdoc IWorkerEquity
    function grant(uint256 planId, Line[] calldata lines) external returns (uint256 first) {
        uint256 poolId = _scheduleOf[planId].pool;
        require(poolId != 0, WorkerEquity_NoPlan(planId));
        Pool storage pool = _poolOf[poolId];
        require(lines.length != 0, WorkerEquity_Empty());
        require(msg.sender == pool.manager, WorkerEquity_NotManager(poolId, msg.sender));

        first = _grants + 1;
        _grants += lines.length;
        uint256 units = _write(planId, first, lines);
        uint256 left = uint256(pool.units) + pool.forfeited - pool.granted;
        require(units <= left, WorkerEquity_PoolExceeded(poolId, units, left));

        // The cast does not cut: `left` is at most `pool.units`.
        pool.granted += uint80(units);

        bytes32 book = pool.book;
        emit Granted(book, poolId, planId, first, lines);
        _link(
            book, keccak256(bytes.concat(abi.encode(Granted.selector, book, poolId, planId), abi.encode(first, lines)))
        );
    }

    /// @inheritdoc IWorkerEquity
    function end(uint256 grantId, Reason reason) external {
        Grant memory held = _grantOf[grantId];
        require(held.plan != 0, WorkerEquity_NoGrant(grantId));
        require(held.endedAt == 0, WorkerEquity_Ended(grantId, held.endedAt));
        uint256 poolId = _scheduleOf[held.plan].pool;
        Pool storage pool = _poolOf[poolId];
        require(msg.sender == pool.manager, WorkerEquity_NotManager(poolId, msg.sender));

        sync(held.plan);

        uint256 vested = _vestedOf(held);
        uint256 forfeited = held.units - vested;

        // Neither cast cuts: both are at most `held.units`.
        _grantOf[grantId].units = uint80(vested);
        _grantOf[grantId].endedAt = uint40(block.timestamp);
        pool.forfeited += uint80(forfeited);

        bytes32 book = pool.book;
        emit GrantEnded(book, poolId, grantId, reason, vested, forfeited);
        _link(book, keccak256(abi.encode(GrantEnded.selector, book, poolId, grantId, reason, vested, forfeited)));
    }

    /* ANYONE */

    /// @inheritdoc IWorkerEquity
    function sync(uint256 planId) public {
        Schedule memory schedule = _scheduleOf[planId];
        require(schedule.pool != 0, WorkerEquity_NoPlan(planId));
        if (schedule.gate == Gate.None) return;

        Pool storage pool = _poolOf[schedule.pool];
        Condition memory condition = _conditionOf[planId];
        uint256 accepted = _acceptedNow(pool, condition.milestones);
        uint256 met = _metNow(pool, condition);
        if (accepted <= schedule.accepted && met <= schedule.met) return;

        // Neither cast cuts: a mask has at most 256 bits.
        if (accepted > schedule.accepted) schedule.accepted = uint16(accepted);
        if (met > schedule.met) schedule.met = uint16(met);
        _scheduleOf[planId] = schedule;

        bytes32 book = pool.book;
        emit GateRaised(book, schedule.pool, planId, schedule.accepted, schedule.met);
        _link(
            book,
            keccak256(abi.encode(GateRaised.selector, book, schedule.pool, planId, schedule.accepted, schedule.met))
        );
    }

    /// @inheritdoc IWorkerEquity
    function claim(uint256[] calldata grantIds) external {
        for (uint256 i = 0; i < grantIds.length; ++i) {
            _claim(grantIds[i]);
        }
    }

    /* INTERNAL VIEWS */

    function _isSchedule(Plan calldata plan) private pure returns (bool) {
        return
            plan.step != 0 && plan.cliff <= plan.duration && plan.step <= plan.duration
                && plan.duration % plan.step == 0;
    }

    function _isGate(Plan calldata plan, uint256 size, address agreement) private pure returns (bool) {
        bool isGated = plan.gate != Gate.None;
        bool hasPeriods = plan.periods != 0;
        return isGated == (size != 0) && (!isGated || agreement != address(0))
            && hasPeriods == (plan.oracle != address(0)) && hasPeriods == (plan.document != 0);
    }

    function _vestedOf(Grant memory held) private view returns (uint256) {
        if (held.plan == 0 || held.endedAt != 0) return held.units;

        Schedule memory schedule = _scheduleOf[held.plan];
        uint256 elapsed =
            VestingMath.elapsed(schedule.start, schedule.cliff, schedule.duration, schedule.step, block.timestamp);
        return VestingMath.vestedDown({
            units: held.units,
            gate: schedule.gate,
            time: elapsed,
            duration: schedule.duration,
            reached: uint256(schedule.accepted) + schedule.met,
            size: schedule.size
        });
    }

    function _acceptedNow(Pool storage pool, uint256 milestones) private view returns (uint256) {
        if (milestones == 0) return 0;

        bytes memory answer = _ask(pool.agreement, abi.encodeCall(IProgress.progressOf, (pool.origin)));
        if (answer.length != 96) return 0;
        (, uint256 accepted,) = abi.decode(answer, (uint256, uint256, uint256));
        return VestingMath.count(accepted & milestones);
    }

    function _metNow(Pool storage pool, Condition memory condition) private view returns (uint256) {
        if (condition.periods == 0) return 0;

        bytes memory answer = _ask(
            condition.oracle,
            abi.encodeCall(IMetPeriods.metPeriods, (pool.agreement, pool.origin, condition.document, condition.periods))
        );
        if (answer.length != 32) return 0;
        return VestingMath.count(abi.decode(answer, (uint256)) & condition.periods);
    }

    /// The gas is bounded, so that no source stops `end`, and must be there, so that no manager ends a grant while the
    /// source that would vest it starves. A call passes on all but a 64th of the gas; ten thousand are for making it.
    function _ask(address source, bytes memory question) private view returns (bytes memory answer) {
        require(gasleft() - gasleft() / 64 > SOURCE_GAS + 10_000, WorkerEquity_TooLittleGas(SOURCE_GAS));

        bool isAnswered;
        (isAnswered, answer) = source.staticcall{gas: SOURCE_GAS}(question);
        if (!isAnswered) return "";
    }

    /* INTERNAL WRITES */

    function _write(uint256 planId, uint256 first, Line[] calldata lines) private returns (uint256 units) {
        uint256 workers = workersOf[msg.sender];
        for (uint256 i = 0; i < lines.length; ++i) {
            (uint24 worker, uint80 given) = (lines[i].worker, lines[i].units);
            require(worker != 0 && worker <= workers, WorkerEquity_NoWorker(msg.sender, worker));
            require(given != 0, WorkerEquity_NoUnits(i));

            // The other fields of a new grant are zero: writing them costs 900 gas. The cast does not cut: such a plan
            // exists.
            Grant storage made = _grantOf[first + i];
            made.worker = worker;
            made.plan = uint32(planId);
            made.units = given;
            units += given;
        }
    }

    function _claim(uint256 grantId) private {
        Grant memory held = _grantOf[grantId];
        require(held.plan != 0, WorkerEquity_NoGrant(grantId));

        uint256 units = _vestedOf(held) - held.claimed;
        if (units == 0) return;

        // The cast does not cut: what has vested is at most `held.units`.
        _grantOf[grantId].claimed = held.claimed + uint80(units);

        uint256 poolId = _scheduleOf[held.plan].pool;
        Pool storage pool = _poolOf[poolId];
        bytes32 book = pool.book;
        address wallet = walletOf[pool.manager][held.worker];
        emit Claimed(book, poolId, grantId, held.worker, wallet, units);
        _link(book, keccak256(abi.encode(Claimed.selector, book, poolId, grantId, held.worker, wallet, units)));

        WorkerToken(pool.token).mint(wallet, units);
    }

    function _link(bytes32 book, bytes32 eventHash) private {
        historyOf[book] = History.link(historyOf[book], eventHash);
    }
}
