// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Figure} from "../../../contracts/types/ServiceLevels.sol";
import {OracleTest} from "./OracleTest.sol";

/// @notice SPEC.md 8.4: forms, bands, low volume, ranges. Level 0 is the one judged; rates are its allocations.
contract VerdictTest is OracleTest {
    uint256 private constant MAX = type(uint96).max;
    uint256 private _next;

    function setUp() public override {
        super.setUp();
        levels.credits.atRisk = 1_000_000;
        levels.credits.periodCap = 1_000_000;
        levels.credits.yearPeriods = 0;
        levels.levels[1].bands.pop();
    }

    function _form(uint256 form, uint256 first, uint256 second) private {
        levels.levels[0].form = form;
        levels.levels[0].bands[0].threshold = first;
        levels.levels[0].bands[1].threshold = second;
        _next = 0;
    }

    /// @dev `bands`: how many bands fail.
    function _judged(uint256 good, uint256 total, uint256 bands) private {
        _send(_report(_next, Figure(good, total, 0), Figure(7, 7, 0)));
        uint256 allocation = bands == 0 ? 0 : levels.levels[0].bands[bands - 1].allocation;
        assertEq(_rate(_next), allocation * 1e6, "rate");
        assertEq(_stored(_next).result.failed, bands == 0 ? 0 : 1, "failed");
        bool critical = oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), _next) > 0;
        assertEq(critical, bands == 2, "critical");
        ++_next;
    }

    function testRatioAtLeast() public {
        _form(0, 950_000, 900_000);
        _judged(950, 1000, 0);
        _judged(949_999, 1_000_000, 1);
        _judged(900, 1000, 1);
        _judged(899_999, 1_000_000, 2);
        _judged(0, 1, 2);
        _judged(1, 1, 0);
        _judged(MAX, MAX, 0);
        _judged(MAX - MAX / 20 - 1, MAX, 1);
    }

    function testRatioAtMost() public {
        _form(1, 50_000, 100_000);
        _judged(50, 1000, 0);
        _judged(50_001, 1_000_000, 1);
        _judged(100, 1000, 1);
        _judged(100_001, 1_000_000, 2);
        _judged(0, 1, 0);
        _judged(MAX, MAX, 2);
    }

    function testAverageAtMost() public {
        _form(2, 30, 60);
        _judged(3000, 100, 0);
        _judged(3001, 100, 1);
        _judged(6000, 100, 1);
        _judged(6001, 100, 2);
        _judged(MAX, 1, 2);
        _judged(0, MAX, 0);
    }

    function testAverageAtLeast() public {
        _form(3, 8, 5);
        _judged(800, 100, 0);
        _judged(799, 100, 1);
        _judged(500, 100, 1);
        _judged(499, 100, 2);
        _judged(MAX, 1, 0);
        _judged(0, MAX, 2);
    }

    /// @dev The first threshold is exact on both sides, for every form and every figure.
    function testFuzzOneMoreOrLessDecides(uint256 target, uint256 total) public {
        total = bound(total, 1, 1e20);
        target = bound(target, 0, 1_000_000);
        _form(0, target, 0);
        uint256 least = (target * total + 1_000_000 - 1) / 1_000_000;
        _judged(least, total, 0);
        if (least > 0) _judged(least - 1, total, 1);

        _form(1, target, type(uint96).max);
        uint256 most = target * total / 1_000_000;
        levels.levels[0].name = "another document";
        _judged(most, total, 0);
        if (most < total) _judged(most + 1, total, 1);
    }

    function testLowVolume() public {
        levels.levels[0].minimumSample = 10;
        _form(0, 950_000, 900_000);
        _judged(0, 10, 2);
        _judged(0, 9, 0);
        _judged(0, 0, 0);

        levels.levels[0].lowVolume = 1;
        _next = 0;
        _judged(0, 10, 2);
        _judged(0, 9, 0);
        _judged(0, 0, 0);

        // Missed: the first band, even where the last would be critical, even with every case good.
        levels.levels[0].lowVolume = 2;
        _next = 0;
        _judged(0, 10, 2);
        _judged(0, 9, 1);
        _judged(9, 9, 1);
        _judged(0, 0, 1);
    }

    function testLowVolumeOfASingleCriticalBandIsNotCritical() public {
        levels.levels[0].bands.pop();
        levels.levels[0].lowVolume = 2;
        _send(_report(0, Figure(0, 0, 0), Figure(7, 7, 0)));
        assertEq(_stored(0).result.failed, 1, "failed");
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 0), 0, "right to end");
        _send(_report(1, Figure(0, 1, 0), Figure(7, 7, 0)));
        assertEq(oracle.rightToEnd(AGREEMENT, ORIGIN, _document(), 1), block.timestamp + 7 days, "measured");
    }

    /// @dev A level without bands is measured and never fails.
    function testLevelWithoutBands() public {
        levels.levels[0].bands.pop();
        levels.levels[0].bands.pop();
        levels.levels[0].lowVolume = 2;
        _judged(0, 1, 0);
        _judged(0, 0, 0);
    }

    /// @dev Excluded cases are signed, and change nothing.
    function testExcludedIsInformation() public {
        _send(_report(0, Figure(95, 100, type(uint256).max), Figure(7, 7, 1)));
        assertEq(_rate(0), 0, "rate");
    }

    function testRanges() public {
        _form(0, 950_000, 900_000);
        // A wrong figure is refused even where the sample is too small to count.
        levels.levels[0].minimumSample = 1000;
        _refused(
            _report(0, Figure(3, 2, 0), Figure(7, 7, 0)),
            abi.encodeWithSelector(ISLAOracle.SLAOracle_GoodExceedsTotal.selector, 0, 3, 2)
        );
        _refused(
            _report(0, Figure(0, MAX + 1, 0), Figure(7, 7, 0)),
            abi.encodeWithSelector(ISLAOracle.SLAOracle_FigureOutOfRange.selector, 0, 0, MAX + 1)
        );
        _refused(
            _report(0, Figure(0, 0, 0), Figure(MAX + 1, 1, 0)),
            abi.encodeWithSelector(ISLAOracle.SLAOracle_FigureOutOfRange.selector, 1, MAX + 1, 1)
        );
        levels.levels[0].form = 1;
        _refused(
            _report(0, Figure(1, 0, 0), Figure(7, 7, 0)),
            abi.encodeWithSelector(ISLAOracle.SLAOracle_GoodExceedsTotal.selector, 0, 1, 0)
        );
        levels.levels[1].form = 4;
        _refused(
            _report(0, Figure(0, 0, 0), Figure(7, 7, 0)),
            abi.encodeWithSelector(ISLAOracle.SLAOracle_UnknownForm.selector, 1, 4)
        );
        assertEq(oracle.historyOf(_book()), 0, "history");
    }
}
