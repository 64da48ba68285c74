// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../Vm.sol";
import {EquityHandler} from "./EquityHandler.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {WorkerToken} from "../../../contracts/WorkerToken.sol";
import {Accepted, Grant, Offer, Pool, Standing} from "../../../contracts/types/Equity.sol";

/// @notice The invariants of SPEC.md §11 that concern worker equity: I4, I7, I9, I10.
contract EquityInvariants is Test {
    uint256 private constant ACTIONS = 27;
    uint256 private constant KINDS = 24;

    /// Sums of one pool.
    struct Sums {
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
        uint256 parts;
    }

    EquityHandler internal handler;
    IWorkerEquity internal equity;
    uint256[24] private _successes;

    function setUp() public {
        _begin();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](ACTIONS + 2);
        for (uint256 i = 0; i < ACTIONS + 2; ++i) {
            targets[0].selectors[i] = _action(i);
        }
    }

    /// forge-config: test.invariant.fail-on-revert = true
    function invariant_equity() public view {
        _historyAdvancesExactlyOnceAnEvent();
        _unitsAndMoneyLieWhereTheEventsSay();
        Sums[3] memory sums;
        _addGrants(sums);
        _addOffers(sums);
        for (uint256 pool = 1; pool <= 2; ++pool) {
            _grantedIsAccountedFor(pool, sums[pool]);
            _revenueIsAccountedFor(pool, sums[pool]);
        }
        assertEq(handler.token().totalSupply(), sums[1].claimed + sums[2].claimed, "supply");
        assertEq(handler.fallen(), 0, "grant whose vested units fell");
    }

    /// The campaign would say nothing if its calls were all refused: from fixed seeds each kind succeeds, and often.
    function test_handlers_reach_every_call() public {
        vm.pauseGasMetering();
        for (uint256 run = 0; run < 48; ++run) {
            this.runFrom(run);
        }
        string[24] memory kinds = _kinds();
        for (uint256 i = 0; i < KINDS; ++i) {
            assertGe(_successes[i], 3, kinds[i]);
        }
    }

    /// One run of the campaign, by a seed.
    function runFrom(uint256 seed) external {
        _begin();
        for (uint256 call = 0; call < 100; ++call) {
            seed = uint256(keccak256(abi.encode(seed)));
            (bool success,) = address(handler)
                .call(
                    abi.encodeWithSelector(
                        _action(seed % (ACTIONS + 2)), seed >> 8, seed << 64 | seed >> 192, seed >> 99
                    )
                );
            assertTrue(success, "handler");
        }
        invariant_equity();
        string[24] memory kinds = _kinds();
        for (uint256 i = 0; i < KINDS; ++i) {
            _successes[i] += handler.succeeded(kinds[i]);
        }
    }

    /* INVARIANTS */

    /// I4.
    function _historyAdvancesExactlyOnceAnEvent() private view {
        uint256 count = handler.bookCount();
        assertGe(count, 2, "books");
        for (uint256 i = 0; i < count; ++i) {
            bytes32 book = handler.books(i);
            assertEq(equity.historyOf(book), handler.history(book), "history");
        }
    }

    /// I7: units and revenue that were paid lie in the wallets that were registered then, all of them.
    function _unitsAndMoneyLieWhereTheEventsSay() private view {
        (WorkerToken token, HostileTokenMock currency) = (handler.token(), handler.currency());
        address[] memory wallets = handler.wallets();
        for (uint256 i = 0; i < wallets.length; ++i) {
            assertEq(token.balanceOf(wallets[i]), handler.unitsOf(wallets[i]), "units");
            assertEq(currency.balanceOf(wallets[i]), handler.revenueOf(wallets[i]), "revenue");
        }
        uint256 unpaid = handler.distributed(1) + handler.distributed(2) - handler.paid(1) - handler.paid(2);
        assertEq(currency.balanceOf(address(equity)), unpaid, "money");
    }

    /// With I10: claimed is never above vested, nor that above the units.
    function _addGrants(Sums[3] memory sums) private view {
        (,, uint256 grants) = equity.counts();
        (uint256[] memory pools, uint256[] memory claimed) = handler.grantsOf(grants);
        for (uint256 i = 1; i <= grants; ++i) {
            if (pools[i] == 0) continue;
            Sums memory sum = sums[pools[i]];
            Grant memory held = equity.grantOf(i);
            (uint256 units, uint256 revenue) = equity.claimableOf(i);
            assertEq(held.claimed, claimed[i], "claimed, as counted");
            assertLe(held.claimed + units, held.units, "vested");
            sum.claimed += held.claimed;
            sum.claimable += units;
            if (held.standing != Standing.Ended) sum.unvested += held.units - held.claimed - units;
            sum.shares += held.units;
            sum.pending += revenue;
            ++sum.parts;
        }
    }

    function _addOffers(Sums[3] memory sums) private view {
        (Offer[] memory offers, uint256[] memory accepted) = handler.offersNow();
        for (uint256 i = 0; i < offers.length; ++i) {
            Offer memory offered = offers[i];
            Accepted memory state = equity.acceptedOf(keccak256(abi.encode(offered)));
            assertEq(state.units, accepted[i], "accepted");
            assertLe(state.units, offered.units, "accepted, of what was set aside");
            if (!state.isOpen) continue;
            uint256 pool = equity.planOf(offered.plan).pool;
            Sums memory sum = sums[pool];
            uint256 rest = offered.units - state.units;
            uint256 round = equity.poolOf(pool).round;
            sum.offered += rest;
            sum.shares += rest;
            sum.earned += rest * (equity.earnedBy(pool, round) - equity.earnedBy(pool, offered.round));
            ++sum.parts;
        }
        for (uint256 pool = 1; pool <= 2; ++pool) {
            uint256 workers = equity.workersOf(handler.managerOf(pool));
            for (uint256 worker = 1; worker <= workers; ++worker) {
                sums[pool].owed += equity.owed(pool, worker);
            }
        }
    }

    /// I9 (9.6).
    function _grantedIsAccountedFor(uint256 poolId, Sums memory sum) private view {
        Pool memory pool = equity.poolOf(poolId);
        uint256 granted = handler.granted(poolId);
        uint256 forfeited = handler.forfeited(poolId);
        assertEq(granted, sum.claimed + sum.claimable + sum.unvested + sum.offered + forfeited, "granted");
        assertEq(pool.granted, granted, "granted, as stored");
        assertEq(pool.forfeited, forfeited, "forfeited, as stored");
        assertLe(granted - forfeited, pool.units, "at most the pool");
        assertEq(pool.granted - pool.forfeited, sum.shares, "shares");
    }

    /// 9.12: no more than came in, and no less than that but for what each payment rounds down.
    function _revenueIsAccountedFor(uint256 poolId, Sums memory sum) private view {
        uint256 all = handler.paid(poolId) + sum.owed + sum.pending;
        all += (sum.earned + equity.poolOf(poolId).remainder) >> 64;
        uint256 distributed = handler.distributed(poolId);
        assertLe(all, distributed, "paid, owed, pending and to come");
        assertLe(distributed - all, handler.payments(poolId) + sum.parts + 1, "lost");
    }

    /* CALLS */

    function _begin() private {
        handler = new EquityHandler();
        equity = handler.equity();
    }

    /// What the others wait for comes twice as often.
    function _action(uint256 index) private pure returns (bytes4) {
        bytes4[ACTIONS] memory actions = [
            EquityHandler.createPlan.selector,
            EquityHandler.raisePool.selector,
            EquityHandler.grant.selector,
            EquityHandler.offer.selector,
            EquityHandler.closeOffer.selector,
            EquityHandler.end.selector,
            EquityHandler.keep.selector,
            EquityHandler.grantLeave.selector,
            EquityHandler.accelerate.selector,
            EquityHandler.accept.selector,
            EquityHandler.comeBack.selector,
            EquityHandler.rotate.selector,
            EquityHandler.proposeWallet.selector,
            EquityHandler.veto.selector,
            EquityHandler.setWallet.selector,
            EquityHandler.sync.selector,
            EquityHandler.finish.selector,
            EquityHandler.distribute.selector,
            EquityHandler.claim.selector,
            EquityHandler.withdraw.selector,
            EquityHandler.refuse.selector,
            EquityHandler.progressTo.selector,
            EquityHandler.grant.selector,
            EquityHandler.accept.selector,
            EquityHandler.finish.selector,
            EquityHandler.distribute.selector,
            EquityHandler.claim.selector
        ];
        return index < ACTIONS ? actions[index] : EquityHandler.pass.selector;
    }

    function _kinds() private pure returns (string[24] memory) {
        return [
            "createPlan",
            "raisePool",
            "grant",
            "offer",
            "correct",
            "closeOffer",
            "end",
            "keep",
            "grantLeave",
            "comeBack",
            "accelerate",
            "accept",
            "accept again",
            "rotate",
            "propose",
            "veto",
            "setWallet",
            "sync",
            "finish",
            "distribute",
            "claim revenue",
            "book",
            "withdraw",
            "withdraw something"
        ];
    }
}
