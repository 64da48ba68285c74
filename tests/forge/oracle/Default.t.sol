// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Figure, Price} from "../../../contracts/types/ServiceLevels.sol";
import {ServicePeriod, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Vm} from "../Vm.sol";
import {OracleTest} from "./OracleTest.sol";

/// @notice SPEC.md 8.7: nobody reported.
contract DefaultTest is OracleTest {
    uint256 private constant UNIT = 1e9;

    function _deadline(uint256 period) private pure returns (uint256) {
        return START + (period + 1) * MONTH + 10 days;
    }

    /// @dev Contractor obliged: 10 % + 20 % of half the charge.
    /// @custom:threat T12
    function testContractorObliged() public {
        levels.prices.push(Price(keccak256("tickets"), 7));
        vm.warp(_deadline(0) + 1);
        vm.recordLogs();
        vm.prank(address(0x5));
        _applyDefault(0);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        assertEq(logs.length, 2, "events");
        _assertEvent(logs[0], ISLAOracle.PeriodDefaulted.selector, _topics(0), abi.encode(_document(), uint256(3)));
        _assertEvent(logs[1], ISLAOracle.PeriodAssessed.selector, _topics(0), abi.encode(150 * UNIT, uint256(0)));
        assertEq(oracle.historyOf(_book()), _rebuilt(0, logs), "history");
        ServicePeriod memory stored = _stored(0);
        assertEq(uint256(stored.result.stage), uint256(Stage.DefaultMissed), "stage");
        assertEq(stored.result.failed, 3, "failed");
        assertEq(stored.result.finalAt, _deadline(0) + 1, "final at");
        assertEq(stored.result.rate, 150 * UNIT, "rate");
        assertEq(stored.result.cumulative, 150 * UNIT, "cumulative");
        assertEq(stored.charge, 0, "no quantities");
        assertEq(stored.commitment, _commitment(_default(0)), "commitment");
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, _document(), 1), 0, "not met");
    }

    /// @custom:threat T12
    function testClientObliged() public {
        schedule.obliged = 1;
        vm.warp(_deadline(0) + 1);
        vm.recordLogs();
        _applyDefault(0);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        assertEq(logs.length, 2, "events");
        _assertEvent(logs[0], ISLAOracle.PeriodDefaulted.selector, _topics(0), abi.encode(_document(), uint256(0)));
        _assertEvent(logs[1], ISLAOracle.PeriodAssessed.selector, _topics(0), abi.encode(uint256(0), uint256(0)));
        assertEq(oracle.historyOf(_book()), _rebuilt(0, logs), "history");
        assertEq(uint256(_stored(0).result.stage), uint256(Stage.DefaultMet), "stage");
        assertEq(_rate(0), 0, "rate");
        assertEq(_finalAt(0), _deadline(0) + 1, "final at");
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, _document(), 1), 1, "met");
    }

    /// @custom:threat T30
    function testOnlyAfterTheDeadline() public {
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_TooEarly.selector, 1, _deadline(1));
        vm.warp(_deadline(1));
        vm.expectRevert(refusal);
        _applyDefault(1);
        vm.warp(_deadline(1) + 1);
        _applyDefault(1);
        assertEq(uint256(_stored(1).result.stage), uint256(Stage.DefaultMissed), "stage");
        assertEq(_finalAt(1), 0, "period 0 comes first");
    }

    function testOnlyListedPeriods() public {
        vm.warp(_deadline(20));
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_PeriodOutOfRange.selector, 12, 12));
        _applyDefault(12);
        _applyDefault(11);
        assertEq(_stored(11).result.failed, 3, "the last one");
    }

    /// @dev Never critical, however few bands; a level without bands cannot fail; repeats and failures count.
    function testFirstBands() public {
        levels.levels[0].bands.pop();
        levels.levels[1].bands.pop();
        levels.levels[0].repeat = 2;
        levels.credits.yearPeriods = 0;
        levels.credits.failures = 2;
        levels.credits.failureWindow = 2;
        vm.warp(_deadline(1) + 1);
        _applyDefault(0);
        assertEq(_stored(0).result.failed, 1, "failed");
        assertEq(_rate(0), 50 * UNIT, "rate");
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 0), 0, "not critical");
        _applyDefault(1);
        assertEq(_rate(1), 100 * UNIT, "repeat");
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 1), _deadline(1) + 1 + 7 days, "two of two");
    }

    /// @dev After the deadline both may still agree, until somebody applies the default; the first is final.
    /// @custom:threat T30
    function testFirstComesFirst() public {
        vm.warp(_deadline(3) + 1);
        _send(_report(0));
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 0));
        _applyDefault(0);
        _applyDefault(1);
        _refused(_report(1), abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 1));
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 1));
        _applyDefault(1);
        assertEq(_rate(0), 0, "agreed");
        assertEq(_rate(1), 150 * UNIT, "default");
    }

    function testAssessedLater() public {
        levels.levels[0].repeat = 2;
        vm.warp(_deadline(4) + 1);
        _applyDefault(1);
        assertEq(_stored(1).result.finalAt, 0, "waits");
        _send(_report(0, Figure(94, 100, 0), Figure(300, 1, 0)));
        oracle.assess(_default(1), _scheduleHash(), levels);
        // 2 · 10 % + 20 % of half, and what four periods at 20 % leave of two.
        assertEq(_rate(1), 200 * UNIT, "rate");
        assertEq(_finalAt(1), _deadline(4) + 1, "final at");
        assertEq(uint256(_stored(1).result.stage), uint256(Stage.DefaultMissed), "stage kept");

        schedule.obliged = 1;
        _applyDefault(1);
        _applyDefault(0);
        oracle.assess(_default(1), _scheduleHash(), levels);
        assertEq(_rate(1), 0, "met");
        assertEq(_stored(1).result.failed, 0, "none failed");
        assertEq(uint256(_stored(1).result.stage), uint256(Stage.DefaultMet), "stage kept");
    }

    function testTooManyLevels() public {
        while (levels.levels.length < 33) _addLevel(0, 1, 1);
        vm.warp(_deadline(0) + 1);
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_TooManyLevels.selector, 33, 32));
        _applyDefault(0);
        assertEq(oracle.historyOf(_book()), 0, "history");
    }
}
