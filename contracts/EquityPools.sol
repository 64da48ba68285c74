// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {WorkerRoster} from "./WorkerRoster.sol";
import {WorkerTokenFactory} from "./WorkerTokenFactory.sol";
import {IMetPeriods, IProgress} from "./interfaces/IProgress.sol";
import {IWorkerEquity} from "./interfaces/IWorkerEquity.sol";
import {VestingMath} from "./libraries/VestingMath.sol";
import {Condition, Gate, Plan, Pool, Rules, Schedule} from "./types/Equity.sol";
import {Status} from "./types/State.sol";

/// @title What issuers set aside, how far its gates are, and the revenue it shares (SPEC.md 9.1–9.3, 9.12)
/// @notice Deployed as part of {WorkerEquity}.
abstract contract EquityPools is IWorkerEquity, WorkerRoster {
    using SafeERC20 for IERC20;

    /// What a source of a gate may use: 256 periods, each read from two cold words and some.
    uint256 private constant SOURCE_GAS = 2_000_000;
    /// Revenue of a unit is counted in 2^-64 of the currency's unit.
    uint256 internal constant REVENUE_BITS = 64;

    WorkerTokenFactory private immutable _tokens = new WorkerTokenFactory();

    uint256 internal _pools;
    uint256 internal _plans;

    mapping(uint256 poolId => Pool) internal _poolOf;
    mapping(uint256 planId => Schedule) internal _scheduleOf;
    mapping(uint256 planId => Rules) internal _rulesOf;
    mapping(uint256 planId => Condition) private _conditionOf;

    /// @inheritdoc IWorkerEquity
    mapping(address token => address issuer) public issuerOf;
    /// @inheritdoc IWorkerEquity
    mapping(uint256 poolId => mapping(uint256 round => uint256)) public earnedBy;
    /// @inheritdoc IWorkerEquity
    mapping(uint256 poolId => mapping(uint256 worker => uint256 amount)) public owed;

    /* VIEWS */

    /// @inheritdoc IWorkerEquity
    function planOf(uint256 planId) external view returns (Schedule memory) {
        return _scheduleOf[planId];
    }

    /// @inheritdoc IWorkerEquity
    function conditionOf(uint256 planId) external view returns (Condition memory) {
        return _conditionOf[planId];
    }

    /// @inheritdoc IWorkerEquity
    function rulesOf(uint256 planId) external view returns (Rules memory) {
        return _rulesOf[planId];
    }

    /// @inheritdoc IWorkerEquity
    function poolOf(uint256 poolId) external view returns (Pool memory) {
        return _poolOf[poolId];
    }

    /* ISSUER */

    /// @inheritdoc IWorkerEquity
    function createToken(string calldata name, string calldata symbol) external returns (address token) {
        token = _tokens.create(name, symbol);
        issuerOf[token] = msg.sender;

        bytes32 book = bookOf(address(0), bytes32(0), msg.sender);
        _log(book, 4, abi.encode(TokenCreated.selector, book, msg.sender, token));
    }

    /// @inheritdoc IWorkerEquity
    function openPool(address token, address manager, uint80 units, address agreement, bytes32 origin, address currency)
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
        pool.roster = _openRoster(manager);
        pool.currency = currency;
        pool.issuer = msg.sender;
        pool.manager = manager;
        pool.agreement = agreement;
        pool.origin = origin;
        pool.book = book;
        pool.units = units;

        _log(
            book,
            4,
            abi.encode(
                PoolOpened.selector, book, poolId, msg.sender, token, manager, units, agreement, origin, currency
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

        _log(pool.book, 3, abi.encode(PoolRaised.selector, pool.book, poolId, units));
    }

    /// @inheritdoc IWorkerEquity
    function createPlan(uint256 poolId, Plan calldata plan) external returns (uint256 planId) {
        Pool storage pool = _poolOf[poolId];
        uint256 size = VestingMath.count(plan.milestones) + VestingMath.count(plan.periods);
        require(pool.issuer != address(0), WorkerEquity_NoPool(poolId));
        require(_isSchedule(plan), WorkerEquity_WrongSchedule(plan.cliff, plan.duration, plan.step));
        require(_isGate(plan, size, pool.agreement), WorkerEquity_WrongGate(poolId));
        uint256 most = pool.agreement == address(0) ? 0 : VestingMath.ONE;
        require(plan.leaver <= most, WorkerEquity_WrongShare(plan.leaver, most));
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
        _rulesOf[planId] = Rules({notice: plan.notice, mostLeave: plan.mostLeave, leaver: plan.leaver});
        if (plan.gate != Gate.None) {
            _conditionOf[planId] = Condition({
                milestones: plan.milestones, oracle: plan.oracle, periods: plan.periods, document: plan.document
            });
        }

        _log(pool.book, 4, abi.encode(PlanCreated.selector, pool.book, poolId, planId, plan));
    }

    /* ANYONE */

    /// @inheritdoc IWorkerEquity
    function distribute(uint256 poolId, uint256 amount) external {
        Pool storage pool = _poolOf[poolId];
        require(amount != 0 && amount <= type(uint96).max, WorkerEquity_WrongAmount(amount));
        uint256 shares = pool.granted - pool.forfeited;
        require(pool.currency != address(0) && shares != 0, WorkerEquity_NoShares(poolId));

        uint256 round = ++pool.round;
        uint256 scaled = (amount << REVENUE_BITS) + pool.remainder;
        earnedBy[poolId][round] = earnedBy[poolId][round - 1] + scaled / shares;
        pool.remainder = scaled % shares;
        _log(pool.book, 4, abi.encode(Distributed.selector, pool.book, poolId, msg.sender, round, amount, shares));

        _pull(IERC20(pool.currency), amount);
    }

    /// @inheritdoc IWorkerEquity
    function withdraw(uint256 poolId, uint256[] calldata workers) external {
        Pool storage pool = _poolOf[poolId];
        IERC20 currency = IERC20(pool.currency);
        for (uint256 i = 0; i < workers.length; ++i) {
            uint256 worker = workers[i];
            uint256 amount = owed[poolId][worker];
            address wallet = _seats[pool.roster][worker].wallet;
            if (amount == 0 || wallet == address(0)) continue;

            owed[poolId][worker] = 0;
            if (currency.trySafeTransfer(wallet, amount)) {
                _log(pool.book, 4, abi.encode(RevenueWithdrawn.selector, pool.book, poolId, worker, wallet, amount));
            } else {
                owed[poolId][worker] += amount;
            }
        }
    }

    /// @inheritdoc IWorkerEquity
    function sync(uint256 planId) public {
        Schedule storage schedule = _scheduleOf[planId];
        uint256 poolId = schedule.pool;
        require(poolId != 0, WorkerEquity_NoPlan(planId));
        uint256 leaver = schedule.acceleration == 0 ? _rulesOf[planId].leaver : 0;
        if (schedule.gate == Gate.None && leaver == 0) return;

        Pool storage pool = _poolOf[poolId];
        bytes32 book = pool.book;
        Condition memory condition = _conditionOf[planId];
        (uint256 accepted, bool isEnded) = _progressNow(pool, condition.milestones, leaver != 0);
        uint256 met = _metNow(pool, condition);
        if (accepted > schedule.accepted || met > schedule.met) {
            (accepted, met) = (Math.max(accepted, schedule.accepted), Math.max(met, schedule.met));
            // Neither cast cuts: the masks have at most 64 and 256 bits.
            (schedule.accepted, schedule.met) = (uint8(accepted), uint16(met));
            _log(book, 4, abi.encode(GateRaised.selector, book, poolId, planId, accepted, met));
        }
        if (isEnded) {
            schedule.acceleration = uint24(leaver);
            _log(book, 4, abi.encode(LeaverRuleApplied.selector, book, poolId, planId, leaver));
        }
    }

    /* INTERNAL */

    /// @dev Units that a batch or an offer grants leave what the pool has left, and share revenue from now on.
    function _setAside(uint256 poolId, Pool storage pool, uint256 units) internal {
        uint256 left = uint256(pool.units) + pool.forfeited - pool.granted;
        require(units <= left, WorkerEquity_PoolExceeded(poolId, units, left));

        // The cast does not cut: `left` is at most `pool.units`.
        pool.granted += uint80(units);
    }

    /// @dev Units go back to the pool and share revenue no more.
    function _return(Pool storage pool, uint256 units) internal {
        // The cast does not cut: no more comes back than was granted.
        pool.forfeited += uint80(units);
    }

    /// @dev What one unit has earned after a round until the last, in 2^-64 of the currency's unit.
    function _earned(uint256 poolId, uint256 round, uint256 last) internal view returns (uint256) {
        mapping(uint256 round => uint256) storage earned = earnedBy[poolId];
        return round == last ? 0 : earned[last] - earned[round];
    }

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

    /// How many of the milestones are accepted, and, if asked, whether the client has ended the agreement.
    function _progressNow(Pool storage pool, uint256 milestones, bool asksEnd)
        private
        view
        returns (uint256 count, bool isEnded)
    {
        if (milestones == 0 && !asksEnd) return (0, false);

        bytes memory answer = _ask(pool.agreement, abi.encodeCall(IProgress.progressOf, (pool.origin)));
        if (answer.length != 96) return (0, false);
        (uint256 status, uint256 accepted,) = abi.decode(answer, (uint256, uint256, uint256));
        return (VestingMath.count(accepted & milestones), asksEnd && status == Status.ENDED_BY_CLIENT);
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

    /// The gas is bounded, so that no source stops `finish`, and must be there, so that nobody ends a grant while the
    /// source that would vest it starves. A call passes on all but a 64th of the gas; ten thousand are for making it.
    function _ask(address source, bytes memory question) private view returns (bytes memory answer) {
        require(gasleft() - gasleft() / 64 > SOURCE_GAS + 10_000, WorkerEquity_TooLittleGas(SOURCE_GAS));

        bool isAnswered;
        (isAnswered, answer) = source.staticcall{gas: SOURCE_GAS}(question);
        if (!isAnswered) return "";
    }

    /// Of the caller; a token that delivers another amount is refused.
    function _pull(IERC20 currency, uint256 amount) private {
        uint256 before = currency.balanceOf(address(this));
        currency.safeTransferFrom(msg.sender, address(this), amount);
        uint256 moved = currency.balanceOf(address(this)) - before;
        require(moved == amount, WorkerEquity_TokenMovedOtherAmount(address(currency), amount, moved));
    }
}
