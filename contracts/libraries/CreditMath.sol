// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

import {ISLAOracle} from "../interfaces/ISLAOracle.sol";
import {Band, Credits, Figure, Level, Price, Report} from "../types/ServiceLevels.sol";

/// @title From figures to a charge and a credit rate, in whole numbers without a division (SPEC.md 8.4, 8.5)
library CreditMath {
    /// Shares are in 1e-6.
    uint256 internal constant PPM = 1e6;
    /// Largest figure and largest charge, one below a power of two: the union of two is above it if one is.
    uint256 internal constant MAX_AMOUNT = type(uint96).max;

    uint256 private constant RATIO_AT_LEAST = 0;
    uint256 private constant RATIO_AT_MOST = 1;
    uint256 private constant AVERAGE_AT_LEAST = 3;

    uint256 private constant LOW_VOLUME_MET = 0;
    uint256 private constant LOW_VOLUME_LEFT_OUT = 1;

    /// @notice What the levels of one period come to.
    struct Verdict {
        /// Bit `i` is set if level `i` failed.
        uint256 failed;
        /// Whether a critical band failed.
        bool critical;
        /// Sum of the failed bands' allocations, each times its repeat multiplier, ppm.
        uint256 allocation;
        /// The failed levels whose credit is held, and their part of the sum.
        uint256 heldLevels;
        uint256 heldAllocation;
    }

    /// @notice The verdict on measured figures: those of `base`, but for the levels in `mask`, which are `other`'s.
    /// @param failedBefore Levels that failed in the period before: their multiplier applies.
    function measured(
        Level[] calldata levels,
        Report calldata base,
        Report calldata other,
        uint256 mask,
        uint256 failedBefore
    ) internal pure returns (Verdict memory verdict) {
        Figure[] calldata figures = base.figures;
        for (uint256 i = 0; i < levels.length; ++i) {
            Level calldata level = levels[i];
            Figure calldata figure = mask >> i & 1 == 0 ? figures[i] : other.figures[i];
            uint256 failures = _failedBands(level, figure, i);
            if (failures == 0) continue;

            _fail(verdict, level, i, failures, failedBefore);
            if (level.critical == 1 && failures == level.bands.length && !_isLowVolume(level, figure)) {
                verdict.critical = true;
            }
        }
    }

    /// @notice The verdict when every level is missed for want of a report: first bands, none critical.
    function missed(Level[] calldata levels, uint256 failedBefore) internal pure returns (Verdict memory verdict) {
        for (uint256 i = 0; i < levels.length; ++i) {
            if (levels[i].bands.length > 0) _fail(verdict, levels[i], i, 1, failedBefore);
        }
    }

    /// @notice The credit rate of a period before the cap over the trailing year, 1e-12.
    function periodRate(Credits calldata credits, uint256 allocation) internal pure returns (uint256) {
        return Math.min(credits.atRisk * allocation, mostRate(credits));
    }

    /// @notice The most that a period's credit rate can be before an adjustment, 1e-12.
    function mostRate(Credits calldata credits) internal pure returns (uint256) {
        return Math.min(credits.periodCap, PPM) * PPM;
    }

    /// @notice How much the rates of `periods` consecutive periods leave for the last of them, 1e-12.
    /// @dev Nothing if more than the cap was used already, as an amendment that lowers the cap can bring about.
    function yearRoom(Credits calldata credits, uint256 periods, uint256 used) internal pure returns (uint256) {
        return Math.saturatingSub(credits.yearCap * PPM * periods, used);
    }

    /// @notice A rate with what both sides add to it or take off it, between nothing and the whole charge.
    function adjusted(uint256 rate, int256 adjustment) internal pure returns (uint256) {
        if (adjustment == 0) return rate;
        uint256 size = SignedMath.abs(adjustment);
        if (adjustment < 0) return Math.saturatingSub(rate, size);

        return Math.min(Math.saturatingAdd(rate, size), PPM * PPM);
    }

    /// @notice Variable part of the charge, `Σ rate · quantity`: of `base`, but for the prices in `mask`, of `other`.
    function charge(Price[] calldata prices, Report calldata base, Report calldata other, uint256 mask)
        internal
        pure
        returns (uint256 sum)
    {
        for (uint256 i = 0; i < prices.length; ++i) {
            sum += prices[i].rate * (mask >> i & 1 == 0 ? base : other).quantities[i];
        }
        require(sum <= MAX_AMOUNT, ISLAOracle.SLAOracle_ChargeOutOfRange(sum, MAX_AMOUNT));
    }

    /// @notice What the variable part of the charge is at least, whichever of two reports stands for each quantity.
    /// @dev Of a notice there are no quantities.
    function leastCharge(Price[] calldata prices, uint256[] calldata one, uint256[] calldata other)
        internal
        pure
        returns (uint256 sum)
    {
        if (one.length != other.length) return 0;
        for (uint256 i = 0; i < one.length; ++i) {
            sum += prices[i].rate * Math.min(one[i], other[i]);
        }
    }

    function _fail(Verdict memory verdict, Level calldata level, uint256 i, uint256 failures, uint256 failedBefore)
        private
        pure
    {
        uint256 allocation = level.bands[failures - 1].allocation;
        if (failedBefore & (1 << i) != 0) allocation *= level.repeat;
        verdict.failed |= 1 << i;
        verdict.allocation += allocation;
        if (level.earnBack == 1) {
            verdict.heldLevels |= 1 << i;
            verdict.heldAllocation += allocation;
        }
    }

    /// @notice How many bands of a level its figure fails, from the first on.
    function _failedBands(Level calldata level, Figure calldata figure, uint256 i)
        private
        pure
        returns (uint256 failures)
    {
        uint256 form = level.form;
        (uint256 good, uint256 total) = (figure.good, figure.total);
        require(form <= AVERAGE_AT_LEAST, ISLAOracle.SLAOracle_UnknownForm(i, form));
        require(good | total <= MAX_AMOUNT, ISLAOracle.SLAOracle_FigureOutOfRange(i, good, total));
        // Before the sample is looked at: a wrong figure is refused, however small.
        bool isRatio = form <= RATIO_AT_MOST;
        require(!isRatio || good <= total, ISLAOracle.SLAOracle_GoodExceedsTotal(i, good, total));

        Band[] calldata bands = level.bands;
        if (_isLowVolume(level, figure)) {
            return
                level.lowVolume == LOW_VOLUME_MET || level.lowVolume == LOW_VOLUME_LEFT_OUT
                    ? 0
                    : Math.min(bands.length, 1);
        }

        uint256 given = isRatio ? good * PPM : good;
        bool isAtLeast = form == RATIO_AT_LEAST || form == AVERAGE_AT_LEAST;
        while (failures < bands.length) {
            uint256 limit = bands[failures].threshold * total;
            if (isAtLeast ? given >= limit : given <= limit) break;
            ++failures;
        }
    }

    function _isLowVolume(Level calldata level, Figure calldata figure) private pure returns (bool) {
        return figure.total == 0 || figure.total < level.minimumSample;
    }
}
