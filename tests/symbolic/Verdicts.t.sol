// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CreditMath} from "../../contracts/libraries/CreditMath.sol";
import {Band, Figure, Level, Report} from "../../contracts/types/ServiceLevels.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title When a service level is met, and what it costs when it is not
/// @custom:halmos --array-lengths level.bands=0
contract VerdictsProperties is Symbolic {
    uint256 private constant AT_LEAST = 0;
    uint256 private constant AT_MOST = 1;
    uint256 private constant AVERAGE_AT_MOST = 2;
    uint256 private constant AVERAGE_AT_LEAST = 3;

    /// The library reads calldata.
    function measured(Level[] calldata levels, Report calldata report, uint256 failedBefore)
        external
        pure
        returns (CreditMath.Verdict memory)
    {
        return CreditMath.measured(levels, report, report, 0, failedBefore);
    }

    /// Met ⇔ good / total ≥ target / 1e6, as exact fractions.
    function check_S3_ratioAtLeast(uint96 good, uint96 total, uint24 target) external view {
        vm.assume(total > 0 && target <= PPM);
        bool failed = _failed(AT_LEAST, target, good, total);
        assert(failed == (uint256(good) * PPM < uint256(target) * total));
    }

    /// Met ⇔ good / total ≤ target / 1e6.
    function check_S4_ratioAtMost(uint96 good, uint96 total, uint24 target) external view {
        vm.assume(total > 0 && target <= PPM);
        bool failed = _failed(AT_MOST, target, good, total);
        assert(failed == (uint256(good) * PPM > uint256(target) * total));
    }

    function check_S3_S4_aRatioAboveOneIsRefused(uint96 good, uint96 total, uint24 target, uint256 form) external view {
        vm.assume(total > 0 && form <= AT_MOST);
        _failed(form, target, good, total);
        assert(good <= total);
    }

    /// Met ⇔ the mean, sum / count, is at most (at least) the target.
    function check_S5_averageAtMost(uint96 sum, uint96 count, uint96 target) external view {
        vm.assume(count > 0);
        bool failed = _failed(AVERAGE_AT_MOST, target, sum, count);
        unchecked {
            assert(failed == (uint256(sum) > uint256(target) * count));
        }
    }

    function check_S5_averageAtLeast(uint96 sum, uint96 count, uint96 target) external view {
        vm.assume(count > 0);
        bool failed = _failed(AVERAGE_AT_LEAST, target, sum, count);
        unchecked {
            assert(failed == (uint256(sum) < uint256(target) * count));
        }
    }

    function check_S6_aLevelWithoutBandsNeverFails(Level memory level, Figure memory figure, uint256 before)
        external
        view
    {
        CreditMath.Verdict memory verdict = this.measured(_levels(level), _report(figure), before);
        assert(verdict.failed == 0 && !verdict.critical && verdict.allocation == 0);
        assert(verdict.heldLevels == 0 && verdict.heldAllocation == 0);
    }

    /// Below the sample, or without a case: met, left out, or missed in the first band; never critical.
    function check_S7_lowVolume(
        Figure memory figure,
        uint256 policy,
        uint256 sample,
        uint256 form,
        Band memory one,
        bool alone
    ) external view {
        vm.assume(figure.total == 0 || figure.total < sample);
        Level memory level = alone ? _level(form, one) : _level(form, one, Band(0, 999_999));
        (level.lowVolume, level.minimumSample, level.critical) = (policy, sample, 1);
        CreditMath.Verdict memory verdict = this.measured(_levels(level), _report(figure), 0);
        assert(!verdict.critical);
        if (policy < 2) assert(verdict.failed == 0 && verdict.allocation == 0);
        else assert(verdict.failed == 1 && verdict.allocation == one.allocation);
    }

    /// Of two bands the last that is failed counts, once; times `repeat` only if the level failed before.
    function check_S8_theLastFailedBand(uint96 good, uint96 total, uint24 first, uint24 last, uint8 repeat, bool again)
        external
        view
    {
        vm.assume(total > 0 && first <= PPM && last <= PPM);
        Level memory level = _level(AT_LEAST, Band(first, 10), Band(last, 30));
        (level.repeat, level.critical) = (repeat, 1);
        CreditMath.Verdict memory verdict =
            this.measured(_levels(level), _report(Figure(good, total, 0)), again ? 1 : 0);

        uint256 given = uint256(good) * PPM;
        bool failsFirst = given < uint256(first) * total;
        bool failsLast = failsFirst && given < uint256(last) * total;
        uint256 allocation = failsLast ? 30 : failsFirst ? 10 : 0;
        assert(verdict.failed == (failsFirst ? 1 : 0));
        assert(verdict.allocation == (again ? allocation * repeat : allocation));
        assert(verdict.critical == failsLast);
    }

    function _failed(uint256 form, uint256 target, uint256 good, uint256 total) private view returns (bool) {
        return this.measured(_levels(_level(form, Band(target, 1))), _report(Figure(good, total, 0)), 0).failed == 1;
    }

    function _level(uint256 form, Band memory only) private pure returns (Level memory level) {
        level.form = form;
        level.bands = new Band[](1);
        level.bands[0] = only;
    }

    function _level(uint256 form, Band memory first, Band memory last) private pure returns (Level memory level) {
        level.form = form;
        level.bands = new Band[](2);
        (level.bands[0], level.bands[1]) = (first, last);
    }

    function _levels(Level memory level) private pure returns (Level[] memory levels) {
        levels = new Level[](1);
        levels[0] = level;
    }

    function _report(Figure memory figure) private pure returns (Report memory report) {
        report.figures = new Figure[](1);
        report.figures[0] = figure;
    }
}
