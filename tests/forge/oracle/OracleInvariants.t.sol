// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {ServicePeriod, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Test} from "../Vm.sol";
import {OracleHandler} from "./OracleHandler.sol";

/// @notice The invariants of SPEC.md §11 that concern service levels: I4, I8, and the way out of I5.
contract OracleInvariants is Test {
    /// @notice Functions of a contract, as forge takes them.
    struct Selectors {
        address target;
        bytes4[] selectors;
    }

    OracleHandler internal handler;
    ISLAOracle internal oracle;
    bytes32 internal book;

    function setUp() public {
        handler = new OracleHandler();
        oracle = handler.service();
        book = handler.book();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function excludeSelectors() public view returns (Selectors[] memory excluded) {
        excluded = new Selectors[](1);
        excluded[0].target = address(handler);
        excluded[0].selectors = new bytes4[](2);
        (excluded[0].selectors[0], excluded[0].selectors[1]) = (handler.setUp.selector, handler.endAll.selector);
    }

    /// forge-config: test.invariant.fail-on-revert = true
    function invariant_oracle() public view {
        assertEq(oracle.historyOf(book), handler.history(), "history advances exactly once an event");
        assertEq(handler.secondResults(), 0, "second results");
        assertEq(handler.brokenBounds(), 0, "what the escrow was told bounds what follows");
        _aPeriodHasOneResult();
        _ratesAreWithinTheCaps();
    }

    function afterInvariant() external {
        handler.endAll();
        for (uint256 period = 0; period < handler.PERIODS(); ++period) {
            assertTrue(oracle.periodOf(book, period).result.finalAt != 0, "a stranger makes it final");
        }
        invariant_oracle();
    }

    function _aPeriodHasOneResult() private view {
        for (uint256 period = 0; period < handler.PERIODS(); ++period) {
            ServicePeriod memory stored = oracle.periodOf(book, period);
            bool isFinal = stored.result.stage >= Stage.Reported;
            bytes32 figures = isFinal ? handler.figuresNow(stored) : bytes32(0);
            assertEq(handler.figuresOf(period), figures, "figures");
            bytes32 credit = stored.result.finalAt != 0 ? handler.creditNow(stored) : bytes32(0);
            assertEq(handler.creditOf(period), credit, "credit");
        }
    }

    /// @dev 30 % a period, 20 % over the four.
    function _ratesAreWithinTheCaps() private view {
        uint256 sum;
        for (uint256 period = 0; period < handler.PERIODS(); ++period) {
            ServicePeriod memory stored = oracle.periodOf(book, period);
            assertLe(stored.result.rate, 300e9, "period cap");
            assertLe(stored.held.rate, stored.result.rate, "held");
            if (stored.result.finalAt == 0) break;

            sum += stored.result.rate;
            assertEq(stored.result.cumulative, sum, "cumulative");
            assertLe(sum, (period + 1) * 200e9, "year cap");
        }
    }
}
