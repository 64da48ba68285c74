// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The service-level part of the signed document (SPEC.md §3, §8)
/// @dev Signed as `Service(Schedule schedule,Levels levels)` inside `Conditions`; its struct hash is the document that
/// the oracle's books are keyed by. Names are signed as strings, so that a wallet shows them, and travel as the hash
/// of the string, which is their EIP-712 word.

/// @notice One step of a level: performance beyond `threshold` on the bad side costs `allocation`, until the next band.
struct Band {
    /// ppm for ratios, the plain unit for averages.
    uint256 threshold;
    /// Share of the amount at risk, ppm.
    uint256 allocation;
}

/// @notice `Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,uint256 critical,uint256 earnBack,Band[] bands)`
struct Level {
    bytes32 name;
    /// 0 ratio at least, 1 ratio at most, 2 average at most, 3 average at least.
    uint256 form;
    uint256 minimumSample;
    /// Below the minimum sample, or at zero: 0 counts as met, 1 is left out, 2 counts as missed.
    uint256 lowVolume;
    /// Whole multiplier of the allocation when the level failed in the period before too; 1 for none.
    uint256 repeat;
    /// 1 if the last band gives the client a right to end.
    uint256 critical;
    /// 1 if the level's credit is held, and returns when the level is met in the periods that follow.
    uint256 earnBack;
    /// The first threshold is the target; thresholds fall (at least) or rise (at most).
    Band[] bands;
}

/// @notice What a failed level can cost, and when failing gives a right to end.
struct Credits {
    /// Share of the period's charge at risk, ppm.
    uint256 atRisk;
    /// Most that one period's credit may be, ppm of its charge.
    uint256 periodCap;
    /// Most that `yearPeriods` consecutive periods' rates may add up to, ppm times their number.
    uint256 yearCap;
    uint256 yearPeriods;
    /// `failures` of one level within `failureWindow` periods give a right to end; zero for none.
    uint256 failures;
    uint256 failureWindow;
    /// How long a right to end lasts after the period became final.
    uint256 lapse;
    /// How many periods must follow without a failure of the levels that a credit is held for; zero for no earn-back.
    uint256 earnBack;
    /// Credits are held of the periods below this one: after it too few follow.
    uint256 earnBackBefore;
}

/// @notice Who measures. A party itself always counts as its side's quorum.
struct Reporters {
    address client;
    address contractor;
    address[] clientReporters;
    uint256 clientQuorum;
    address[] contractorReporters;
    uint256 contractorQuorum;
}

/// @notice `Price(string quantity,uint256 rate)`: what one unit of a counted quantity costs.
struct Price {
    bytes32 quantity;
    uint256 rate;
}

/// @notice `Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)`
struct Levels {
    Level[] levels;
    Credits credits;
    Reporters reporters;
    Price[] prices;
}

/// @notice What was measured for one level. Ratio: `good` of `total`; average: sum and count. `excluded` were left out.
struct Figure {
    uint256 good;
    uint256 total;
    uint256 excluded;
}

/// @notice One period as the reporters sign it, in the oracle's EIP-712 domain.
/// @dev `Report(address agreement,bytes32 origin,bytes32 id,bytes32 document,uint256 period,Figure[] figures,uint256[] quantities,bytes32 evidence,int256 adjustment)`.
/// Without figures it is a notice: the other side has withheld the data.
struct Report {
    address agreement;
    bytes32 origin;
    bytes32 id;
    bytes32 document;
    uint256 period;
    Figure[] figures;
    uint256[] quantities;
    bytes32 evidence;
    /// What both sides add to this period's credit rate for an earlier period, or take off it, 1e-12; in a report of
    /// one side zero.
    int256 adjustment;
}
