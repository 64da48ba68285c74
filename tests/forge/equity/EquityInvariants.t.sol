// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../Vm.sol";
import {EquityHandler} from "./EquityHandler.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {Grant, Pool, Schedule, Standing} from "../../../contracts/types/Equity.sol";

/// @notice The invariants of SPEC.md §11 that concern worker equity: I4, I7, I9, I10.
contract EquityInvariants is Test {
    EquityHandler internal handler;
    IWorkerEquity internal equity;

    function setUp() public {
        handler = new EquityHandler();
        equity = handler.equity();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// forge-config: test.invariant.fail-on-revert = true
    function invariant_equity() public view {
        _historyAdvancesExactlyOnceAnEvent();
        _unitsLieWhereTheyWereClaimedTo();
        _grantedIsClaimedClaimableUnvestedAndForfeited();
        _vestedNeverFallsAndCoversWhatWasClaimed();
    }

    /// I4.
    function _historyAdvancesExactlyOnceAnEvent() private view {
        assertGe(handler.bookCount(), 2, "books");
        for (uint256 i = 0; i < handler.bookCount(); ++i) {
            bytes32 book = handler.books(i);
            assertEq(equity.historyOf(book), handler.history(book), "history");
        }
    }

    /// I9.
    function _grantedIsClaimedClaimableUnvestedAndForfeited() private view {
        uint256[3] memory claimed;
        uint256[3] memory claimable;
        uint256[3] memory unvested;
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            Grant memory held = equity.grantOf(i);
            Schedule memory schedule = equity.planOf(held.plan);
            claimed[schedule.pool] += handler.claimed(i);
            (uint256 units,) = equity.claimableOf(i);
            claimable[schedule.pool] += units;
            if (held.standing != Standing.Ended) unvested[schedule.pool] += held.units - equity.vestedOf(i);
        }
        for (uint256 i = 1; i <= 2; ++i) {
            Pool memory pool = equity.poolOf(i);
            assertEq(handler.granted(i), claimed[i] + claimable[i] + unvested[i] + handler.forfeited(i), "granted");
            assertEq(pool.granted, handler.granted(i), "granted, as stored");
            assertEq(pool.forfeited, handler.forfeited(i), "forfeited, as stored");
            assertLe(handler.granted(i) - handler.forfeited(i), pool.units, "at most the pool");
        }
        assertEq(handler.token().totalSupply(), claimed[1] + claimed[2], "supply");
    }

    /// I7: what was claimed lies in the wallets of the rosters, all of it.
    function _unitsLieWhereTheyWereClaimedTo() private view {
        uint256[4] memory balances;
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            Grant memory held = equity.grantOf(i);
            Schedule memory schedule = equity.planOf(held.plan);
            balances[2 * (schedule.pool - 1) + held.worker - 1] += handler.claimed(i);
        }
        assertEq(handler.token().balanceOf(address(0xa0)), balances[0], "worker 1 of the first manager");
        assertEq(handler.token().balanceOf(address(0xb0)), balances[1], "worker 2 of the first manager");
        assertEq(handler.token().balanceOf(address(0xa1)), balances[2], "worker 1 of the second manager");
        assertEq(handler.token().balanceOf(address(0xb1)), balances[3], "worker 2 of the second manager");
    }

    /// I10.
    function _vestedNeverFallsAndCoversWhatWasClaimed() private view {
        assertEq(handler.fallen(), 0, "grant whose vested units fell");
        (,, uint256 grants) = equity.counts();
        for (uint256 i = 1; i <= grants; ++i) {
            Grant memory held = equity.grantOf(i);
            assertLe(held.claimed, equity.vestedOf(i), "claimed");
            assertLe(equity.vestedOf(i), held.units, "vested");
            assertEq(held.claimed, handler.claimed(i), "claimed, as counted");
        }
    }
}
