// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Figure, Report} from "../../../contracts/types/ServiceLevels.sol";
import {ServicePeriod} from "../../../contracts/types/ServicePeriods.sol";
import {ContestTest} from "./ContestTest.sol";

/// @notice SPEC.md 8.14: credits that are held. Level 0 earns back within two periods, level 1 never.
contract EarnBackTest is ContestTest {
    function setUp() public override {
        super.setUp();
        vm.warp(_end(11) + 1 days);
        levels.levels[0].earnBack = 1;
        levels.credits.earnBack = 2;
        levels.credits.earnBackBefore = 10;
        levels.credits.yearPeriods = 0;
    }

    function _figures(uint256 period, bool first, bool second) private view returns (Report memory) {
        return _report(period, Figure(first ? 94 : 95, 100, 0), Figure(second ? 301 : 300, 1, 0));
    }

    function _sendFigures(uint256 period, bool first, bool second) private {
        _send(_figures(period, first, second));
    }

    function _assertRates(uint256 period, uint256 rate, uint256 least) private view {
        Answer memory answer = _answer(period);
        assertEq(answer.rate, rate * UNIT, "rate");
        assertEq(answer.least, least * UNIT, "least");
    }

    function _assertHeld(uint256 period, uint256 rate, uint256 levels_) private view {
        ServicePeriod memory stored = _stored(period);
        assertEq(stored.held.rate, rate, "held");
        assertEq(stored.held.levels, levels_, "levels");
        assertEq(stored.held.periods, levels_ == 0 ? 0 : 2, "periods");
    }

    function testReturnsWhenTheNextPeriodsAreMet() public {
        _sendFigures(0, true, true);
        _assertHeld(0, 50 * UNIT, 1);
        _assertRates(0, 150, 100);
        _sendFigures(1, false, true);
        _assertRates(0, 150, 100);
        _assertHeld(1, 0, 0);
        _sendFigures(2, false, false);
        _assertRates(0, 100, 100);
        assertEq(_stored(0).result.rate, 150 * UNIT, "in the book");
        assertEq(_stored(2).result.cumulative, 250 * UNIT, "what returned still counts in the sum");
    }

    function testIsFinalOnceALevelFailed() public {
        _sendFigures(0, true, false);
        _assertRates(0, 50, 0);
        _sendFigures(1, true, false);
        _assertRates(0, 50, 50);
        _assertRates(1, 50, 0);
        _sendFigures(2, false, false);
        _sendFigures(3, false, false);
        _assertRates(0, 50, 50);
        _assertRates(1, 0, 0);
    }

    /// @dev Final figures decide, in whatever order: a failure at once, a return only when none is missing.
    function testOutOfOrder() public {
        _sendFigures(0, true, false);
        _sendFigures(2, false, false);
        _assertRates(0, 50, 0);
        uint256 state = vm.snapshotState();
        _sendFigures(1, false, false);
        _assertRates(0, 0, 0);
        vm.revertToState(state);
        _sendFigures(1, true, false);
        _assertRates(0, 50, 50);

        vm.revertToState(state);
        _sendFigures(3, true, false);
        _assertRates(0, 50, 0);
    }

    function testAFailureAfterwardsComesTooLate() public {
        _sendFigures(0, true, false);
        _sendFigures(1, false, false);
        _sendFigures(2, false, false);
        _sendFigures(3, true, false);
        _assertRates(0, 0, 0);
    }

    /// @dev What is not final is not met: pending, contested and open periods keep the credit held.
    function testOpenAndContestedPeriodsKeepItHeld() public {
        vm.warp(_end(1) + 1);
        _sendFigures(0, true, false);
        _sendFigures(2, false, false);
        _contested(1);
        _assertRates(0, 50, 0);
        _rule(_ofClient(1), _ofContractor(1), 0, ARBITER);
        _assertRates(0, 0, 0);
    }

    function testAnExcusedPeriodCountsAsMet() public {
        schedule.obliged = 1;
        _sendFigures(0, true, false);
        _applyDefault(1);
        _applyDefault(2);
        _assertRates(0, 0, 0);
        schedule.obliged = 0;
        _sendFigures(0, true, false);
        _applyDefault(1);
        _assertRates(0, 50, 50);
    }

    /// @dev Held is what the other failed levels alone would not have cost.
    function testHeldUnderTheCaps() public {
        levels.credits.periodCap = 120_000;
        _sendFigures(0, true, true);
        _assertHeld(0, 20 * UNIT, 1);
        _assertRates(0, 120, 100);
        levels.credits.periodCap = 100_000;
        _sendFigures(0, true, true);
        _assertHeld(0, 0, 0);
        _assertRates(0, 100, 100);
        levels.credits.periodCap = 1_000_000;
        (levels.credits.yearPeriods, levels.credits.yearCap) = (4, 130_000);
        _sendFigures(0, true, true);
        _assertHeld(0, 30 * UNIT, 1);
        _assertRates(0, 130, 100);
    }

    function testHeldAfterAnAdjustment() public {
        int256[4] memory adjustments = [int256(-30e9), -120e9, -200e9, 900e9];
        uint256[4] memory rates = [uint256(120), 30, 0, 1000];
        uint256[4] memory least = [uint256(70), 0, 0, 1000];
        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < adjustments.length; ++i) {
            vm.revertToState(state);
            Report memory given = _figures(0, true, true);
            given.adjustment = adjustments[i];
            _send(given);
            _assertRates(0, rates[i], least[i]);
        }
    }

    function testTheRepeatedPartIsHeldToo() public {
        levels.levels[0].repeat = 3;
        _sendFigures(0, true, false);
        _sendFigures(1, true, true);
        _assertHeld(1, 150 * UNIT, 1);
        _assertRates(1, 250, 100);
    }

    function testSeveralLevels() public {
        levels.levels[1].earnBack = 1;
        _sendFigures(0, true, true);
        _assertHeld(0, 150 * UNIT, 3);
        _assertRates(0, 150, 0);
        _sendFigures(1, false, true);
        _assertRates(0, 150, 150);
    }

    function testNothingIsHeldAtTheEnd() public {
        for (uint256 i = 0; i < 9; ++i) {
            _sendFigures(i, false, false);
        }
        _sendFigures(9, true, false);
        _assertHeld(9, 50 * UNIT, 1);
        _sendFigures(10, true, false);
        _assertHeld(10, 0, 0);
        _assertRates(10, 50, 50);
    }

    function testNothingIsHeldWithoutEarnBack() public {
        levels.credits.earnBack = 0;
        _sendFigures(0, true, false);
        _assertHeld(0, 0, 0);
        _assertRates(0, 50, 50);
    }

    /// @dev The level of a default counts as failed like any other.
    function testHeldOfADefault() public {
        _applyDefault(0);
        _assertHeld(0, 50 * UNIT, 1);
        _assertRates(0, 150, 100);
    }

    function testHeldWhenAssessedLater() public {
        _sendFigures(1, true, false);
        _assertRates(1, 300, 300);
        _sendFigures(0, false, false);
        oracle.assess(_figures(1, true, false), _scheduleHash(), levels);
        _assertRates(1, 50, 0);
    }

    function testWaivedWhileHeld() public {
        _sendFigures(0, true, true);
        bytes32 hashed = _scheduleHash();
        vm.prank(vm.addr(CLIENT_KEY));
        oracle.waive(AGREEMENT, ORIGIN, hashed, levels, 0);
        _assertRates(0, 0, 0);
    }

    /// @dev At most 24 periods are looked at, within the gas that the escrow gives.
    function testTheLongestEarnBack() public {
        levels.credits.earnBack = type(uint256).max;
        _sendFigures(0, true, false);
        assertEq(_stored(0).held.periods, 24, "periods");
        for (uint256 i = 1; i <= 24; ++i) {
            _assertRates(0, 50, 0);
            _sendFigures(i, false, false);
        }
        bytes32 document = _document();
        uint256 before = gasleft();
        oracle.resultOf(AGREEMENT, ORIGIN, document, 0);
        // The words are warm here: 25 cold ones cost 2,000 each more.
        assertLe(before - gasleft() + 25 * 2_000, 200_000, "gas");
        _assertRates(0, 0, 0);
    }
}
