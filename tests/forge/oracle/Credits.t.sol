// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Figure, Report} from "../../../contracts/types/ServiceLevels.sol";
import {ServicePeriod, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Vm} from "../Vm.sol";
import {OracleTest} from "./OracleTest.sol";

/// @notice SPEC.md 8.5, 8.6 and 8.8: rates, caps, order, right to end.
contract CreditsTest is OracleTest {
    uint256 private constant UNIT = 1e9;

    function _missed(uint256 period) private view returns (Report memory) {
        return _report(period, Figure(94, 100, 0), Figure(300, 1, 0));
    }

    function _bothMissed(uint256 period) private view returns (Report memory) {
        return _report(period, Figure(94, 100, 0), Figure(301, 1, 0));
    }

    function _critical(uint256 period) private view returns (Report memory) {
        return _report(period, Figure(89, 100, 0), Figure(300, 1, 0));
    }

    /* RATE */

    function testRateIsAtRiskTimesAllocation() public {
        levels.credits.atRisk = 123_457;
        levels.levels[0].bands[0].allocation = 98_765;
        _send(_missed(0));
        assertEq(_rate(0), 123_457 * 98_765, "rate");
    }

    function testPeriodCap() public {
        levels.credits.yearPeriods = 0;
        levels.credits.periodCap = 150_000;
        _send(_bothMissed(0));
        assertEq(_rate(0), 150 * UNIT, "at the cap");
        levels.credits.periodCap = 149_999;
        _send(_bothMissed(0));
        assertEq(_rate(0), 149_999 * 1e6, "below it");
        levels.credits.periodCap = 150_001;
        _send(_bothMissed(0));
        assertEq(_rate(0), 150 * UNIT, "above it");
    }

    /// @dev I8: whatever the document says, a credit is never more than the charge.
    function testNeverMoreThanTheCharge() public {
        levels.credits.yearPeriods = 0;
        levels.credits.atRisk = 5_000_000;
        levels.credits.periodCap = 7_000_000;
        levels.levels[0].bands[0].allocation = 900_000;
        _send(_missed(0));
        assertEq(_rate(0), 1e12, "rate");
        _send(_missed(1));
        assertEq(_stored(1).result.cumulative, 2e12, "cumulative");
    }

    function testNoYearCapWithoutYear() public {
        levels.credits.yearPeriods = 0;
        levels.credits.yearCap = 0;
        _send(_missed(0));
        assertEq(_rate(0), 50 * UNIT, "rate");
    }

    /// @dev Σ of the rates of any four periods is at most 4 · 20 %; early periods have the room of those so far.
    function testYearCapSlides() public {
        levels.credits.atRisk = 1_000_000;
        uint256[6] memory expected = [uint256(200 * UNIT), 200 * UNIT, 200 * UNIT, 200 * UNIT, 200 * UNIT, 200 * UNIT];
        for (uint256 i = 0; i < 6; ++i) {
            _send(_bothMissed(i));
            assertEq(_rate(i), expected[i], "all missed");
        }
        // A new agreement: unused room of the first periods is used later, never more than 30 % a period.
        levels.credits.lapse = 1;
        uint256[7] memory rates = [uint256(0), 100 * UNIT, 300 * UNIT, 300 * UNIT, 100 * UNIT, 100 * UNIT, 300 * UNIT];
        uint256 cumulative;
        for (uint256 i = 0; i < 7; ++i) {
            if (i == 0) _send(_report(0));
            else if (i == 1) _send(_missed(1));
            else _send(_bothMissed(i));
            assertEq(_rate(i), rates[i], "rate");
            cumulative += rates[i];
            assertEq(_stored(i).result.cumulative, cumulative, "cumulative");
        }
    }

    /// @dev An amendment may lower the cap below what was used: then nothing is left, and nothing reverts.
    function testYearCapLowered() public {
        _send(_bothMissed(0));
        bytes32 oldDocument = _document();
        levels.credits.yearCap = 10_000;
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, oldDocument, _document());
        _send(_bothMissed(1));
        assertEq(_rate(1), 0, "rate");
        assertEq(_finalAt(1), block.timestamp, "assessed");
    }

    function testRepeatOnlyAfterTheDirectlyPrecedingPeriod() public {
        levels.credits.yearPeriods = 0;
        levels.levels[0].repeat = 3;
        levels.levels[1].repeat = 0;
        _send(_missed(0));
        _send(_bothMissed(1));
        _send(_report(2));
        _send(_missed(3));
        _send(_bothMissed(4));
        _send(_bothMissed(5));
        assertEq(_rate(0), 50 * UNIT, "first");
        assertEq(_rate(1), (3 * 50 + 100) * UNIT, "first level again");
        assertEq(_rate(2), 0, "met");
        assertEq(_rate(3), 50 * UNIT, "after a met period");
        assertEq(_rate(4), (3 * 50 + 100) * UNIT, "again");
        assertEq(_rate(5), 3 * 50 * UNIT, "third time: flat; a multiplier of zero takes all");
    }

    /* ORDER */

    function testAssessedInOrder() public {
        levels.levels[0].repeat = 2;
        Report memory second = _missed(1);
        Report memory third = _missed(2);
        _send(third);
        vm.recordLogs();
        _send(second);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "reported only");
        assertEq(logs[0].topics[0], ISLAOracle.PeriodReported.selector, "reported");
        ServicePeriod memory stored = _stored(1);
        assertEq(uint256(stored.result.stage), uint256(Stage.Reported), "stage");
        assertEq(stored.result.failed, 1, "failed");
        assertEq(stored.result.finalAt, 0, "not final for the escrow");
        _assertAnswer(1, Answer(1, 0, 0, 300 * UNIT, 300 * UNIT));

        bytes32 hashed = _scheduleHash();
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInOrder.selector, 1));
        oracle.assess(second, hashed, levels);
        _send(_missed(0));
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInOrder.selector, 2));
        oracle.assess(third, hashed, levels);

        bytes32 before = oracle.historyOf(_book());
        vm.warp(START + 14 * MONTH);
        vm.recordLogs();
        vm.prank(address(0x5));
        oracle.assess(second, hashed, levels);
        logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "events");
        _assertEvent(logs[0], ISLAOracle.PeriodAssessed.selector, _topics(1), abi.encode(100 * UNIT, uint256(0)));
        assertEq(
            oracle.historyOf(_book()), keccak256(abi.encode(before, START + 14 * MONTH, eventHash(logs[0]))), "history"
        );
        stored = _stored(1);
        assertEq(uint256(stored.result.stage), uint256(Stage.Reported), "stage kept");
        assertEq(stored.result.failed, 1, "failed kept");
        assertEq(stored.result.finalAt, START + 14 * MONTH, "final now");
        assertEq(stored.result.rate, 100 * UNIT, "rate with the multiplier");
        assertEq(stored.result.cumulative, 150 * UNIT, "cumulative");
        oracle.assess(third, hashed, levels);
        assertEq(_rate(2), 100 * UNIT, "third");

        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyAssessed.selector, 2));
        oracle.assess(third, hashed, levels);
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_NotFinal.selector, 3));
        oracle.assess(_missed(3), hashed, levels);
    }

    function testAssessNeedsTheVeryReport() public {
        Report memory second = _missed(1);
        _send(second);
        _send(_missed(0));
        bytes32 expected = _commitment(second);
        bytes32 hashed = _scheduleHash();
        Report memory wrong = _report(1);
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongReport.selector, _commitment(wrong), expected));
        oracle.assess(wrong, hashed, levels);
        wrong = _missed(1);
        wrong.evidence = 0;
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongReport.selector, _commitment(wrong), expected));
        oracle.assess(wrong, hashed, levels);
        oracle.assess(second, hashed, levels);
        assertEq(_rate(1), 50 * UNIT, "rate");
    }

    /// @dev The same reports in any order come to the same results, held credits and adjustments included.
    /// @custom:threat T13
    function testFuzzOrderDoesNotMatter(uint256 seed) public {
        levels.levels[0].repeat = 2;
        levels.levels[0].earnBack = 1;
        levels.credits.earnBack = 1 + seed % 3;
        Answer[4] memory inOrder;
        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < 4; ++i) {
            _send(_adjusted(seed, i));
        }
        for (uint256 i = 0; i < 4; ++i) {
            inOrder[i] = _answer(i);
        }

        vm.revertToState(state);
        uint256 first = seed % 4;
        for (uint256 i = 0; i < 4; ++i) {
            _send(_adjusted(seed, (first + i * 3) % 4));
        }
        for (uint256 i = 0; i < 4; ++i) {
            if (_finalAt(i) == 0) oracle.assess(_adjusted(seed, i), _scheduleHash(), levels);
        }
        for (uint256 i = 0; i < 4; ++i) {
            _assertAnswer(i, inOrder[i]);
        }
    }

    function _drawn(uint256 seed, uint256 period) private view returns (Report memory) {
        uint256 word = uint256(keccak256(abi.encode(seed, period)));
        return _report(period, Figure(85 + word % 15, 100, 0), Figure(298 + word % 5, 1, 0));
    }

    function _adjusted(uint256 seed, uint256 period) private view returns (Report memory given) {
        given = _drawn(seed, period);
        uint256 size = uint256(keccak256(abi.encode(seed, period, "adjustment"))) % (200 * UNIT);
        if (size % 3 != 0) given.adjustment = size % 3 == 1 ? int256(size) : -int256(size);
    }

    /* RIGHT TO END */

    function testCriticalBandGivesARightThatLapses() public {
        vm.recordLogs();
        _send(_critical(0));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 until = START + 13 * MONTH + 7 days;
        assertEq(logs.length, 2, "events");
        _assertEvent(logs[1], ISLAOracle.PeriodAssessed.selector, _topics(0), abi.encode(200 * UNIT, until));
        assertEq(oracle.historyOf(_book()), _rebuilt(0, logs), "history");
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 0), until, "until");
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 1), 0, "no other period");
        assertEq(oracle.rightToEnd(AGREEMENT, "other", _document(), 0), 0, "no other agreement");
    }

    function testExactlyTheCriticalThresholdGivesNone() public {
        _send(_report(0, Figure(90, 100, 0), Figure(300, 1, 0)));
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 0), 0, "at the threshold");
        _send(_report(1, Figure(899_999, 1_000_000, 0), Figure(300, 1, 0)));
        assertTrue(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 1) > 0, "below it");
    }

    function testNotCriticalGivesNone() public {
        levels.levels[0].critical = 0;
        _send(_critical(0));
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 0), 0, "until");
        assertEq(_rate(0), 200 * UNIT, "rate of the last band");
    }

    function testTheRightRunsFromTheAssessment() public {
        Report memory second = _critical(1);
        _send(second);
        _send(_report(0));
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 1), 0, "not before");
        vm.warp(START + 20 * MONTH);
        oracle.assess(second, _scheduleHash(), levels);
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 1), START + 20 * MONTH + 7 days, "after");
    }

    function testALapseWithoutEnd() public {
        levels.credits.lapse = type(uint256).max;
        _send(_critical(0));
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 0), type(uint40).max, "the latest time there is");
    }

    /// @dev 3 of one level within 5, this one included and failed.
    function testRepeatedFailures() public {
        levels.credits.failures = 3;
        levels.credits.failureWindow = 5;
        string[9] memory story = ["a", "b", "a", "", "a", "", "", "a", "b"];
        bool[9] memory right = [false, false, false, false, true, false, false, false, false];
        for (uint256 i = 0; i < story.length; ++i) {
            bool a = keccak256(bytes(story[i])) == keccak256("a");
            bool b = keccak256(bytes(story[i])) == keccak256("b");
            _send(_report(i, Figure(a ? 94 : 95, 100, 0), Figure(b ? 301 : 300, 1, 0)));
            uint256 until = oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), i);
            assertEq(until, right[i] ? block.timestamp + 7 days : 0, story[i]);
        }
    }

    function testEdgeOfTheFailureWindow() public {
        levels.credits.failures = 2;
        levels.credits.failureWindow = 3;
        _send(_missed(0));
        _send(_report(1));
        _send(_missed(2));
        assertTrue(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 2) > 0, "two periods before");
        _send(_report(3));
        _send(_report(4));
        _send(_missed(5));
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 5), 0, "three periods before");
    }

    function testOneFailureIsEnoughIfTheTermsSaySo() public {
        levels.credits.failures = 1;
        levels.credits.failureWindow = 1;
        _send(_report(0));
        _send(_missed(1));
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 0), 0, "met");
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 1), block.timestamp + 7 days, "missed");
    }

    /* PROPERTIES */

    /// @dev I8: a rate is at most every cap, whatever the document and the figures.
    /// @custom:threat T11
    function testFuzzRateIsWithinEveryCap(uint256 seed) public {
        levels.credits.atRisk = _draw(seed, "at risk", 2_000_000);
        levels.credits.periodCap = _draw(seed, "period", 1_200_000);
        levels.credits.yearCap = _draw(seed, "year", 1_200_000);
        levels.credits.yearPeriods = _draw(seed, "periods", 5);
        levels.levels[0].repeat = _draw(seed, "repeat", 4);
        levels.levels[0].bands[1].allocation = _draw(seed, "band", 1_000_000);

        uint256[6] memory rates;
        for (uint256 i = 0; i < 6; ++i) {
            _send(_drawn(seed, i));
            rates[i] = _rate(i);
            assertLe(rates[i], 1e12, "the charge");
            assertLe(rates[i], levels.credits.periodCap * 1e6, "period cap");
            if (levels.credits.yearPeriods == 0) continue;
            uint256 sum;
            uint256 count;
            for (; count < levels.credits.yearPeriods && count <= i; ++count) {
                sum += rates[i - count];
            }
            if (rates[i] > 0) assertLe(sum, levels.credits.yearCap * 1e6 * count, "year cap");
        }
    }

    /// @dev Better service never costs more, nor leaves more when what is held returns, as long as the bands'
    /// allocations rise; in a later period too, with what the repeat and the year leave.
    function testFuzzBetterIsNeverDearer(uint256 good, uint256 better, uint256 total, bool earnsBack) public {
        levels.levels[0].earnBack = earnsBack ? 1 : 0;
        (levels.levels[0].repeat, levels.credits.earnBack) = (2, 1);
        total = bound(total, 1, type(uint96).max);
        better = bound(better, 0, total);
        good = bound(good, 0, better);
        _send(_bothMissed(0));
        uint256 state = vm.snapshotState();
        _send(_report(1, Figure(good, total, 0), Figure(301, 1, 0)));
        Answer memory worse = _answer(1);
        vm.revertToState(state);
        _send(_report(1, Figure(better, total, 0), Figure(301, 1, 0)));
        assertLe(_rate(1), worse.rate, "rate");
        assertLe(_answer(1).least, worse.least, "least");
    }

    function _draw(uint256 seed, string memory what, uint256 most) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % (most + 1);
    }
}
