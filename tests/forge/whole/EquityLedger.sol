// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Accepted, Grant, Line, Offer, Pool, Schedule, Standing} from "../../../contracts/types/Equity.sol";
import {Vm} from "../Vm.sol";
import {PeriodLedger} from "./PeriodLedger.sol";

/// @notice What the events of the worker equity say of units and revenue, added up beside it: two pools of one worker
/// token, each with a manager and its roster.
abstract contract EquityLedger is PeriodLedger {
    uint256 internal constant POOLS = 2;
    uint256 internal constant MOST_WORKERS = 5;

    /// Of a pool.
    struct Units {
        uint256 granted;
        uint256 forfeited;
        uint256 distributed;
        uint256 paid;
        /// How often revenue was paid or booked: each time rounds down.
        uint256 payments;
    }

    /// What the contract says of one pool's grants and offers.
    struct Parts {
        uint256 claimed;
        uint256 claimable;
        uint256 unvested;
        uint256 offered;
        uint256 shares;
        /// Revenue that grants could claim.
        uint256 pending;
        /// Revenue that open offers have earned, in 2^-64.
        uint256 earned;
        uint256 owed;
        /// Grants and offers whose revenue is rounded down.
        uint256 count;
    }

    address public unit;
    mapping(uint256 pool => Units) internal _units;
    mapping(uint256 grant => uint256) public poolOfGrant;
    mapping(uint256 grant => uint256) internal _claimed;
    mapping(uint256 grant => uint256) private _vested;
    mapping(uint256 grant => bytes32) private _amounts;
    uint256 internal _minted;
    mapping(uint256 plan => Schedule) internal _gates;
    Offer[] internal _offers;
    mapping(uint256 plan => mapping(uint256 number => uint256)) internal _acceptedOf;

    /* EVENTS */

    function _recordEquity(Vm.Log memory log) internal {
        bytes32 kind = log.topics[0];
        if (kind == IWorkerEquity.TokenCreated.selector) {
            unit = address(uint160(uint256(log.topics[3])));
            _join(unit);
        }
        if (log.topics.length < 4) return;
        Units storage units = _units[uint256(log.topics[2])];
        if (kind == IWorkerEquity.Granted.selector) {
            (uint256 first, Line[] memory lines) = abi.decode(log.data, (uint256, Line[]));
            for (uint256 i = 0; i < lines.length; ++i) {
                poolOfGrant[first + i] = uint256(log.topics[2]);
                units.granted += lines[i].units;
            }
        } else if (kind == IWorkerEquity.Offered.selector) {
            _offers.push(abi.decode(log.data, (Offer)));
            units.granted += _offers[_offers.length - 1].units;
        } else if (kind == IWorkerEquity.GrantAccepted.selector) {
            uint256 plan = uint256(log.topics[2]);
            poolOfGrant[uint256(log.topics[3])] = equity.planOf(plan).pool;
            _acceptedOf[plan][_wordAt(log.data, 0)] += _wordAt(log.data, 2);
        } else if (kind == IWorkerEquity.OfferClosed.selector) {
            units.forfeited += _wordAt(log.data, 1);
        } else if (kind == IWorkerEquity.GrantEnded.selector) {
            units.forfeited += _wordAt(log.data, 3);
            if (_wordAt(log.data, 4) != 0) ++units.payments;
        } else {
            _recordRevenue(kind, units, log);
        }
    }

    function _recordRevenue(bytes32 kind, Units storage units, Vm.Log memory log) private {
        if (kind == IWorkerEquity.Distributed.selector) {
            units.distributed += _wordAt(log.data, 1);
        } else if (kind == IWorkerEquity.Claimed.selector) {
            (uint256 claimed, uint256 revenue) = (_wordAt(log.data, 2), _wordAt(log.data, 3));
            _claimed[uint256(log.topics[3])] += claimed;
            _minted += claimed;
            units.paid += revenue;
            if (revenue == 0) return;
            ++units.payments;
            ++succeeded["claim revenue"];
        } else if (kind == IWorkerEquity.Booked.selector) {
            units.paid -= _wordAt(log.data, 0);
            ++succeeded["book revenue"];
        } else if (kind == IWorkerEquity.RevenueWithdrawn.selector) {
            units.paid += _wordAt(log.data, 1);
            ++succeeded["withdraw revenue"];
        } else if (kind == IWorkerEquity.GateRaised.selector) {
            ++succeeded["raise gate"];
        }
    }

    /* AFTER A CALL */

    function _isOfOneGrant(bytes4 selector) private pure returns (bool) {
        return selector == IWorkerRoster.rotate.selector || selector == IWorkerRoster.setWallet.selector
            || selector == IWorkerRoster.proposeWallet.selector || selector == IWorkerRoster.veto.selector
            || selector == IWorkerEquity.grantLeave.selector || selector == IWorkerEquity.comeBack.selector
            || selector == IWorkerEquity.end.selector || selector == IWorkerEquity.keep.selector
            || selector == IWorkerEquity.finish.selector;
    }

    /// The amounts of every grant, before a rotation, leave or ending.
    function _rememberAmounts(bytes4 selector) internal {
        if (!_isOfOneGrant(selector)) return;
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            _amounts[i] = _amountsOf(i);
        }
    }

    function _amountsOf(uint256 grant) private view returns (bytes32) {
        if (poolOfGrant[grant] == 0) return 0;
        Grant memory held = equity.grantOf(grant);
        (uint256 units, uint256 revenue) = equity.claimableOf(grant);
        return keccak256(abi.encode(held.units, held.claimed, units, revenue));
    }

    function _lookAtEquity(bytes4 selector, uint256 named) internal {
        if (_isOfOneGrant(selector)) _i24_noOtherGrantChanges(named);
        (, uint256 plans,) = equity.counts();
        for (uint256 i = 1; i <= plans; ++i) {
            Schedule memory plan = equity.planOf(i);
            _i26_countsOnlyRise(i, plan);
            if (plan.accepted != _gates[i].accepted || plan.met != _gates[i].met) _gates[i] = plan;
        }
        _watchVesting();
    }

    function _watchVesting() internal {
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            if (poolOfGrant[i] == 0) continue;
            uint256 vested = equity.vestedOf(i);
            _i10_whatHasVestedNeverFalls(i, vested);
            if (vested != _vested[i]) _vested[i] = vested;
        }
    }

    /* INVARIANTS */

    function _i09_grantedIsAccountedFor(uint256 pool, Parts memory parts) private view {
        Units storage units = _units[pool];
        Pool memory stored = equity.poolOf(pool);
        uint256 there = parts.claimed + parts.claimable + parts.unvested + parts.offered;
        assertEq(units.granted, there + units.forfeited, "I9 granted");
        assertEq(stored.granted, units.granted, "I9 granted, as stored");
        assertEq(stored.forfeited, units.forfeited, "I9 forfeited, as stored");
        assertEq(units.granted - units.forfeited, parts.shares, "I9 shares");
    }

    function _i10_whatHasVestedNeverFalls(uint256 grant, uint256 vested) private view {
        assertGe(vested, _vested[grant], "I10 vested fell");
        assertLe(_claimed[grant], vested, "I10 claimed more");
        assertLe(vested, equity.grantOf(grant).units, "I10 more than granted");
    }

    function _i23_supplyIsWhatWasClaimed() internal view {
        assertEq(IERC20(unit).totalSupply(), _minted, "I23 supply");
    }

    function _i24_noOtherGrantChanges(uint256 named) private view {
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            if (i != named) assertEq(_amountsOf(i), _amounts[i], "I24 another grant");
        }
    }

    function _i25_revenueIsAccountedFor(uint256 pool, Parts memory parts) private view {
        uint256 all = _units[pool].paid + parts.owed + parts.pending;
        all += (parts.earned + equity.poolOf(pool).remainder) >> 64;
        uint256 distributed = _units[pool].distributed;
        assertLe(all, distributed, "I25 paid, owed, pending and to come");
        assertLe(distributed - all, _units[pool].payments + parts.count + 1, "I25 lost");
        IERC20 currency = IERC20(equity.poolOf(pool).currency);
        uint256 there = distributed - _units[pool].paid + donated[address(equity)][address(currency)];
        assertEq(currency.balanceOf(address(equity)), there, "I25 balance");
    }

    function _i26_countsOnlyRise(uint256 plan, Schedule memory now_) private view {
        assertGe(now_.accepted, _gates[plan].accepted, "I26 accepted");
        assertGe(now_.met, _gates[plan].met, "I26 met");
    }

    function _i27_grantedFitsIntoThePool(uint256 pool) private view {
        Pool memory stored = equity.poolOf(pool);
        assertLe(_units[pool].granted - _units[pool].forfeited, stored.units, "I27 more than the pool");
    }

    /// Each pool has a currency of its own.
    function _checkPools() internal view {
        Parts[POOLS + 1] memory parts;
        _addGrants(parts);
        _addOffers(parts);
        for (uint256 pool = 1; pool <= POOLS; ++pool) {
            _i09_grantedIsAccountedFor(pool, parts[pool]);
            _i25_revenueIsAccountedFor(pool, parts[pool]);
            _i27_grantedFitsIntoThePool(pool);
        }
    }

    function _addGrants(Parts[POOLS + 1] memory all) private view {
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            if (poolOfGrant[i] == 0) continue;
            Parts memory parts = all[poolOfGrant[i]];
            Grant memory held = equity.grantOf(i);
            (uint256 units, uint256 revenue) = equity.claimableOf(i);
            assertEq(held.claimed, _claimed[i], "I9 claimed, as counted");
            parts.claimed += held.claimed;
            parts.claimable += units;
            if (held.standing != Standing.Ended) parts.unvested += held.units - held.claimed - units;
            parts.shares += held.units;
            parts.pending += revenue;
            ++parts.count;
        }
    }

    function _addOffers(Parts[POOLS + 1] memory all) private view {
        for (uint256 i = 0; i < _offers.length; ++i) {
            Offer memory offered = _offers[i];
            Accepted memory state = equity.acceptedOf(keccak256(abi.encode(offered)));
            assertEq(state.units, _acceptedOf[offered.plan][offered.number], "I9 accepted");
            assertLe(state.units, offered.units, "I9 accepted, of what was set aside");
            if (!state.isOpen) continue;
            uint256 pool = equity.planOf(offered.plan).pool;
            Parts memory parts = all[pool];
            uint256 rest = offered.units - state.units;
            uint256 round = equity.poolOf(pool).round;
            parts.offered += rest;
            parts.shares += rest;
            parts.earned += rest * (equity.earnedBy(pool, round) - equity.earnedBy(pool, offered.round));
            ++parts.count;
        }
        for (uint256 pool = 1; pool <= POOLS; ++pool) {
            for (uint256 worker = 1; worker <= MOST_WORKERS; ++worker) {
                all[pool].owed += equity.owed(pool, worker);
            }
        }
    }
}
