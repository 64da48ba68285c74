// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EquityPools} from "./EquityPools.sol";
import {WorkerToken} from "./WorkerToken.sol";
import {IWorkerEquity} from "./interfaces/IWorkerEquity.sol";
import {VestingMath} from "./libraries/VestingMath.sol";
import {
    Acceptance,
    Accepted,
    Grant,
    Line,
    Mark,
    NEVER,
    Offer,
    Pool,
    Reason,
    Schedule,
    Standing
} from "./types/Equity.sol";

/// @title The share of those who do the work (SPEC.md §9)
contract WorkerEquity is EquityPools {
    using SafeERC20 for IERC20;

    bytes32 private constant ACCEPT_TYPEHASH =
        keccak256("Accept(address manager,uint256 worker,uint256 plan,uint256 offer,uint256 index,uint256 units)");

    uint256 private _grants;

    mapping(uint256 grantId => Grant) private _grantOf;
    mapping(uint256 grantId => Mark) private _markOf;
    mapping(bytes32 offerId => Accepted) private _acceptedOf;

    /* VIEWS */

    /// @inheritdoc IWorkerEquity
    function vestedOf(uint256 grantId) external view returns (uint256 vested) {
        (,, vested) = _vestedOf(grantId);
    }

    /// @inheritdoc IWorkerEquity
    function claimableOf(uint256 grantId) external view returns (uint256 units, uint256 revenue) {
        (Grant memory held, uint256 poolId, uint256 vested) = _vestedOf(grantId);
        units = vested - held.claimed;
        revenue = _revenueOf(held, poolId, _poolOf[poolId].round);
    }

    /// @inheritdoc IWorkerEquity
    function grantOf(uint256 grantId) external view returns (Grant memory) {
        return _grantOf[grantId];
    }

    /// @inheritdoc IWorkerEquity
    function markOf(uint256 grantId) external view returns (Mark memory) {
        return _markOf[grantId];
    }

    /// @inheritdoc IWorkerEquity
    function acceptedOf(bytes32 offerId) external view returns (Accepted memory) {
        return _acceptedOf[offerId];
    }

    /// @inheritdoc IWorkerEquity
    function counts() external view returns (uint256 pools, uint256 plans, uint256 grants) {
        return (_pools, _plans, _grants);
    }

    /* MANAGER */

    /// @inheritdoc IWorkerEquity
    function grant(uint256 planId, Line[] calldata lines) external returns (uint256 first) {
        uint256 poolId = _scheduleOf[planId].pool;
        require(poolId != 0, WorkerEquity_NoPlan(planId));
        Pool storage pool = _poolOf[poolId];
        require(lines.length != 0, WorkerEquity_Empty());
        _requireManager(poolId, pool);

        first = _grants + 1;
        _grants += lines.length;
        _setAside(poolId, pool, _write(planId, pool.round, first, lines));

        bytes32 book = pool.book;
        bytes memory topics = abi.encode(Granted.selector, book, poolId, planId);
        _log(book, 4, bytes.concat(topics, abi.encode(first, lines)));
    }

    /// @inheritdoc IWorkerEquity
    function offer(
        uint256 planId,
        bytes32 root,
        uint256 units,
        uint256 count,
        uint256 from,
        uint256 until,
        uint256 newWorkers
    ) external returns (bytes32 offerId) {
        uint256 poolId = _scheduleOf[planId].pool;
        require(poolId != 0, WorkerEquity_NoPlan(planId));
        Pool storage pool = _poolOf[poolId];
        require(
            count != 0 && count <= units && from <= until && until > block.timestamp,
            WorkerEquity_WrongOffer(from, until, count)
        );
        _requireManager(poolId, pool);

        if (newWorkers != 0) _reserve(msg.sender, newWorkers);
        _setAside(poolId, pool, units);
        Offer memory made = Offer({
            plan: planId,
            number: ++_scheduleOf[planId].offers,
            book: pool.book,
            manager: msg.sender,
            roster: pool.roster,
            root: root,
            units: units,
            first: _grants + 1,
            count: count,
            from: from,
            until: until,
            round: pool.round
        });
        _grants += count;
        offerId = keccak256(abi.encode(made));
        _acceptedOf[offerId].isOpen = true;

        _log(made.book, 4, abi.encode(Offered.selector, made.book, poolId, planId, made));
    }

    /// @inheritdoc IWorkerEquity
    function end(uint256[] calldata grantIds, Reason reason) external {
        for (uint256 i = 0; i < grantIds.length; ++i) {
            (Mark storage mark, uint256 planId, uint256 poolId, bytes32 book) = _managed(grantIds[i]);
            uint256 notice = _rulesOf[planId].notice;
            require(notice != NEVER, WorkerEquity_Irrevocable(grantIds[i]));
            require(mark.endsAt == 0, WorkerEquity_Ending(grantIds[i], mark.endsAt));

            uint256 endsAt = block.timestamp + notice;
            (mark.endsAt, mark.reason) = (uint40(endsAt), reason);

            _log(book, 4, abi.encode(EndAnnounced.selector, book, poolId, grantIds[i], uint256(reason), endsAt));
            if (notice == 0) _finish(grantIds[i]);
        }
    }

    /// @inheritdoc IWorkerEquity
    function keep(uint256[] calldata grantIds) external {
        for (uint256 i = 0; i < grantIds.length; ++i) {
            (Mark storage mark,, uint256 poolId, bytes32 book) = _managed(grantIds[i]);
            require(block.timestamp < mark.endsAt, WorkerEquity_NotEnding(grantIds[i]));

            (mark.endsAt, mark.reason) = (0, Reason.VoluntaryOther);

            _log(book, 4, abi.encode(EndWithdrawn.selector, book, poolId, grantIds[i]));
        }
    }

    /// @inheritdoc IWorkerEquity
    function grantLeave(uint256[] calldata grantIds) external {
        for (uint256 i = 0; i < grantIds.length; ++i) {
            (Mark storage mark, uint256 planId, uint256 poolId, bytes32 book) = _managed(grantIds[i]);
            uint256 most = _rulesOf[planId].mostLeave;
            require(mark.leaveSince == 0 && mark.away < most, WorkerEquity_NoLeave(grantIds[i], most));

            mark.leaveSince = uint40(block.timestamp);

            _log(book, 4, abi.encode(LeaveBegan.selector, book, poolId, grantIds[i]));
        }
    }

    /// @inheritdoc IWorkerEquity
    function comeBack(uint256[] calldata grantIds) external {
        for (uint256 i = 0; i < grantIds.length; ++i) {
            (Grant memory held, uint256 poolId) = _alive(grantIds[i]);
            Pool storage pool = _poolOf[poolId];
            Mark memory mark = _markOf[grantIds[i]];
            require(mark.leaveSince != 0, WorkerEquity_NotOnLeave(grantIds[i]));
            bool isWorker = msg.sender == _seats[pool.roster][held.worker].wallet;
            require(isWorker || msg.sender == pool.manager, WorkerEquity_NotManager(poolId, msg.sender));

            uint256 away = _away(mark, held.plan, _scheduleOf[held.plan].start, _clock(mark));
            // The cast does not cut: leaves count as far as the plan's `mostLeave`.
            (_markOf[grantIds[i]].away, _markOf[grantIds[i]].leaveSince) = (uint32(away), 0);

            bytes32 book = pool.book;
            _log(book, 4, abi.encode(LeaveEnded.selector, book, poolId, grantIds[i], away));
        }
    }

    /// @inheritdoc IWorkerEquity
    function accelerate(uint256[] calldata grantIds, uint256 acceleration) external {
        require(acceleration <= VestingMath.ONE, WorkerEquity_WrongShare(acceleration, VestingMath.ONE));
        for (uint256 i = 0; i < grantIds.length; ++i) {
            (Mark storage mark,, uint256 poolId, bytes32 book) = _managed(grantIds[i]);
            require(acceleration > mark.acceleration, WorkerEquity_NotAccelerated(grantIds[i], mark.acceleration));

            mark.acceleration = uint24(acceleration);

            _log(book, 4, abi.encode(GrantAccelerated.selector, book, poolId, grantIds[i], acceleration));
        }
    }

    /* ANYONE */

    /// @inheritdoc IWorkerEquity
    function accept(Offer calldata offered, Acceptance[] calldata leaves) external {
        bytes32 offerId = keccak256(abi.encode(offered));
        Accepted storage state = _acceptedOf[offerId];
        require(state.isOpen, WorkerEquity_NoOffer(offerId));
        require(
            offered.from <= block.timestamp && block.timestamp <= offered.until,
            WorkerEquity_NotInTime(offered.from, offered.until)
        );

        uint256 left = offered.units - state.units;
        for (uint256 i = 0; i < leaves.length; ++i) {
            left -= _accept(offered, leaves[i], left);
        }
        // The cast does not cut: the pool had as many.
        state.units = uint80(offered.units - left);
    }

    /// @inheritdoc IWorkerEquity
    function closeOffer(Offer calldata offered) external {
        bytes32 offerId = keccak256(abi.encode(offered));
        Accepted storage state = _acceptedOf[offerId];
        require(state.isOpen, WorkerEquity_NoOffer(offerId));
        bool isCorrected = block.timestamp < offered.from && msg.sender == offered.manager;
        require(isCorrected || block.timestamp > offered.until, WorkerEquity_Binding(offered.from, offered.until));

        state.isOpen = false;
        uint256 left = offered.units - state.units;
        uint256 poolId = _scheduleOf[offered.plan].pool;
        Pool storage pool = _poolOf[poolId];
        _return(pool, left);
        pool.remainder += left * _earned(poolId, offered.round, pool.round);

        _log(
            offered.book, 4, abi.encode(OfferClosed.selector, offered.book, poolId, offered.plan, offered.number, left)
        );
    }

    /// @inheritdoc IWorkerEquity
    function finish(uint256[] calldata grantIds) external {
        for (uint256 i = 0; i < grantIds.length; ++i) {
            _finish(grantIds[i]);
        }
    }

    /// @inheritdoc IWorkerEquity
    function claim(uint256[] calldata grantIds) external {
        for (uint256 i = 0; i < grantIds.length; ++i) {
            _claim(grantIds[i]);
        }
    }

    /* INTERNAL VIEWS */

    function _vestedOf(uint256 grantId) private view returns (Grant memory held, uint256 poolId, uint256 vested) {
        held = _grantOf[grantId];
        Schedule memory schedule = _scheduleOf[held.plan];
        poolId = schedule.pool;
        if (held.plan == 0 || held.standing == Standing.Ended) return (held, poolId, held.units);

        uint256 time = block.timestamp;
        uint256 acceleration = schedule.acceleration;
        if (held.standing == Standing.Marked) {
            Mark memory mark = _markOf[grantId];
            time = _clock(mark);
            time -= _away(mark, held.plan, schedule.start, time);
            acceleration = Math.max(acceleration, mark.acceleration);
        }
        vested = VestingMath.vestedDown(held.units, schedule, time, acceleration);
    }

    /// Until when time counts for a grant.
    function _clock(Mark memory mark) private view returns (uint256) {
        return mark.endsAt == 0 ? block.timestamp : Math.min(block.timestamp, mark.endsAt);
    }

    /// For how long leaves have stopped a grant's clock until `time`.
    function _away(Mark memory mark, uint256 planId, uint256 start, uint256 time) private view returns (uint256) {
        uint256 since = Math.max(mark.leaveSince, start);
        if (mark.leaveSince == 0 || time <= since) return mark.away;
        return Math.min(mark.away + time - since, _rulesOf[planId].mostLeave);
    }

    function _revenueOf(Grant memory held, uint256 poolId, uint256 last) private view returns (uint256) {
        return held.units * _earned(poolId, held.round, last) >> REVENUE_BITS;
    }

    function _alive(uint256 grantId) private view returns (Grant memory held, uint256 poolId) {
        held = _grantOf[grantId];
        require(held.plan != 0, WorkerEquity_NoGrant(grantId));
        require(held.standing != Standing.Ended, WorkerEquity_Ended(grantId, _markOf[grantId].endsAt));
        poolId = _scheduleOf[held.plan].pool;
    }

    function _requireManager(uint256 poolId, Pool storage pool) private view {
        require(msg.sender == pool.manager, WorkerEquity_NotManager(poolId, msg.sender));
    }

    /* INTERNAL WRITES */

    function _write(uint256 planId, uint24 round, uint256 first, Line[] calldata lines)
        private
        returns (uint256 units)
    {
        uint256 workers = _rosterOf[msg.sender].workers;
        for (uint256 i = 0; i < lines.length; ++i) {
            (uint24 worker, uint80 given) = (lines[i].worker, lines[i].units);
            require(worker != 0 && worker <= workers, WorkerEquity_NoWorker(msg.sender, worker));
            require(given != 0, WorkerEquity_NoUnits(i));

            // The other fields of a new grant are zero: writing them costs 900 gas. The cast does not cut: such a plan
            // exists.
            Grant storage made = _grantOf[first + i];
            (made.worker, made.plan, made.units, made.round) = (worker, uint32(planId), given, round);
            units += given;
        }
    }

    /// The units that are accepted by it: none if they were before.
    function _accept(Offer calldata offered, Acceptance calldata leaf, uint256 left) private returns (uint256) {
        uint256 grantId = offered.first + leaf.index;
        require(leaf.index < offered.count && _isUnderRoot(offered, leaf), WorkerEquity_WrongProof(leaf.index));
        Grant storage made = _grantOf[grantId];
        if (made.plan != 0) return 0;
        require(leaf.units <= left, WorkerEquity_OfferExceeded(leaf.index, leaf.units, left));
        address wallet = _seats[offered.roster][leaf.worker].wallet;
        if (wallet == address(0)) {
            _requireWorker(offered.manager, leaf.worker);
            require(leaf.wallet != address(0), WorkerEquity_NoWallet(leaf.index));
            wallet = leaf.wallet;
            _setWallet(offered.manager, offered.roster, leaf.worker, wallet);
        }
        if (msg.sender != wallet) {
            bytes memory message = abi.encode(
                ACCEPT_TYPEHASH, offered.manager, leaf.worker, offered.plan, offered.number, leaf.index, leaf.units
            );
            _requireSigned(wallet, keccak256(message), leaf.signature);
        }

        // No cast cuts: the worker is on the roster, the offer's plan and round exist, and `left` is below 2^80.
        (made.worker, made.plan, made.units, made.round) =
        (uint24(leaf.worker), uint32(offered.plan), uint80(leaf.units), uint24(offered.round));

        _log(
            offered.book,
            4,
            abi.encode(
                GrantAccepted.selector, offered.book, offered.plan, grantId, offered.number, leaf.worker, leaf.units
            )
        );
        return leaf.units;
    }

    function _isUnderRoot(Offer calldata offered, Acceptance calldata leaf) private view returns (bool) {
        bytes memory values = abi.encode(
            block.chainid,
            address(this),
            offered.plan,
            offered.number,
            leaf.index,
            leaf.worker,
            leaf.wallet,
            leaf.units,
            leaf.salt
        );
        return MerkleProof.verifyCalldata(leaf.proof, offered.root, keccak256(bytes.concat(keccak256(values))));
    }

    /// A live grant that the caller manages; from now on it has a mark.
    function _managed(uint256 grantId)
        private
        returns (Mark storage mark, uint256 planId, uint256 poolId, bytes32 book)
    {
        Grant memory held;
        (held, poolId) = _alive(grantId);
        Pool storage pool = _poolOf[poolId];
        _requireManager(poolId, pool);

        if (held.standing == Standing.Plain) _grantOf[grantId].standing = Standing.Marked;
        return (_markOf[grantId], held.plan, poolId, pool.book);
    }

    function _finish(uint256 grantId) private {
        (Grant memory held,) = _alive(grantId);
        (uint256 endsAt, Reason reason) = (_markOf[grantId].endsAt, _markOf[grantId].reason);
        require(endsAt != 0, WorkerEquity_NotEnding(grantId));
        require(block.timestamp >= endsAt, WorkerEquity_NotRipe(endsAt));

        sync(held.plan);

        (, uint256 poolId, uint256 vested) = _vestedOf(grantId);
        Pool storage pool = _poolOf[poolId];
        (bytes32 book, uint24 round) = (pool.book, pool.round);
        uint256 forfeited = held.units - vested;
        uint256 revenue = _revenueOf(held, poolId, round);

        // The cast does not cut: what has vested is at most `held.units`.
        Grant storage ended = _grantOf[grantId];
        (ended.units, ended.round, ended.standing) = (uint80(vested), round, Standing.Ended);
        _return(pool, forfeited);
        if (revenue != 0) owed[poolId][held.worker] += revenue;

        bytes memory words =
            abi.encode(GrantEnded.selector, book, poolId, grantId, uint256(reason), endsAt, vested, forfeited, revenue);
        _log(book, 4, words);
    }

    function _claim(uint256 grantId) private {
        (Grant memory held, uint256 poolId, uint256 vested) = _vestedOf(grantId);
        require(held.plan != 0, WorkerEquity_NoGrant(grantId));
        Pool storage pool = _poolOf[poolId];
        (address token, uint24 round, uint256 roster) = (pool.token, pool.round, pool.roster);

        uint256 units = vested - held.claimed;
        uint256 revenue = _revenueOf(held, poolId, round);
        address wallet = _seats[roster][held.worker].wallet;
        if (units + revenue == 0 || wallet == address(0)) return;

        // The cast does not cut: what has vested is at most `held.units`.
        Grant storage paid = _grantOf[grantId];
        (paid.claimed, paid.round) = (held.claimed + uint80(units), revenue == 0 ? held.round : round);

        bytes32 book = pool.book;
        _log(book, 4, abi.encode(Claimed.selector, book, poolId, grantId, uint256(held.worker), wallet, units, revenue));

        if (units != 0) WorkerToken(token).mint(wallet, units);
        if (revenue != 0 && !IERC20(pool.currency).trySafeTransfer(wallet, revenue)) {
            owed[poolId][held.worker] += revenue;
            _log(book, 4, abi.encode(Booked.selector, book, poolId, uint256(held.worker), revenue));
        }
    }
}
