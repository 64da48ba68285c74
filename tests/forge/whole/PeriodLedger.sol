// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {ServicePeriod, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Vm} from "../Vm.sol";
import {AgreementLedger} from "./AgreementLedger.sol";

/// @notice What the oracle's events say of the periods of each agreement, what was final of them first, and what they cost.
/// @dev Every document has a cap of 30 % a period and of 25 % on average over four.
abstract contract PeriodLedger is AgreementLedger {
    using PaperHash for Paper;

    uint256 private constant PERIODS = 4;
    uint256 private constant PERIOD_CAP = 300_000e6;
    uint256 private constant YEAR_CAP = 250_000e6;

    /// Paid for the period so far, held back included.
    mapping(bytes32 origin => mapping(uint256 period => uint256)) internal _spentOnPeriod;
    /// Both sides signed a report since something was paid: it may take back what was due whatever else followed.
    mapping(bytes32 origin => mapping(uint256 period => bool)) internal _agreed;
    mapping(bytes32 origin => mapping(uint256 period => uint256)) internal _results;
    /// How many were assessed, and the sum of the rates up to each.
    mapping(bytes32 origin => uint256) internal _assessed;
    mapping(bytes32 origin => mapping(uint256 period => uint256)) private _rates;
    mapping(bytes32 origin => mapping(uint256 period => bytes32)) private _figures;

    function _nameBook(bytes32 origin, Paper calldata paper) internal override {
        Paper memory copy = paper;
        _oracleBooks[origin] = keccak256(abi.encode(address(agreement), origin, copy.service()));
    }

    function setAgreed(bytes32 origin, uint256 period) external {
        _agreed[origin][period] = true;
    }

    /* EVENTS */

    function _recordPeriodMoney(bytes32 kind, bytes32 owner, uint256 period, uint256[5] memory words)
        internal
        override
    {
        bool isInterim = kind == IMilestoneEscrow.PaidInterim.selector;
        if (!isInterim && kind != IMilestoneEscrow.Settled.selector) return;
        if (isInterim) {
            ++succeeded["interim"];
            assertGe(words[2] + words[3], 1, "I6 nothing paid");
        }
        _accounts[owner].paid += words[2];
        assertEq(_seenPeriods[owner] >> period & 1, 0, "I3 moved what was settled");
        if (!isInterim) _i22_theInterimIsWithinWhatIsDue(owner, period, words[0] - words[1]);
        _spentOnPeriod[owner][period] += words[2] + words[3];
        _i06_aPeriodIsPaidWithinItsCap(owner, period, words);
    }

    function _recordOracle(Vm.Log memory log) internal {
        bytes32 kind = log.topics[0];
        bytes32 origin = log.topics[2];
        uint256 period = log.topics.length > 3 ? uint256(log.topics[3]) : 0;
        if (kind == ISLAOracle.PeriodReported.selector || kind == ISLAOracle.PeriodDefaulted.selector) {
            ++_results[origin][period];
            assertEq(_results[origin][period], 1, "I20 a second result");
        } else if (kind == ISLAOracle.PeriodAssessed.selector) {
            assertEq(period, _assessed[origin], "I21 order");
            _assessed[origin] = period + 1;
            _rates[origin][period] = _wordAt(log.data, 0) + (period == 0 ? 0 : _rates[origin][period - 1]);
            _i08_ratesAreWithinTheCaps(origin, period);
        }
    }

    /// The figures of each period as they were when they became final, or as they are now.
    function _lookAtPeriods(bytes32 origin) internal {
        bytes32 book = _oracleBooks[origin];
        for (uint256 period = 0; period < PERIODS; ++period) {
            if (_results[origin][period] == 0) continue;
            ServicePeriod memory stored = sla.periodOf(book, period);
            _i20_figuresStay(origin, period, stored);
            if (_figures[origin][period] == 0) _figures[origin][period] = _figuresOf(stored);
        }
    }

    function _figuresOf(ServicePeriod memory stored) private pure returns (bytes32) {
        return keccak256(abi.encode(stored.result.stage, stored.result.failed, stored.commitment, stored.charge));
    }

    /* INVARIANTS */

    function _i06_aPeriodIsPaidWithinItsCap(bytes32 origin, uint256 period, uint256[5] memory words) private view {
        uint256 cap = paperOf(origin).billing.cap;
        assertLe(words[0], cap, "I6 charge");
        assertLe(words[1], words[0] * PERIOD_CAP / 1e12, "I6 credit above the cap of the period");
        assertLe(_spentOnPeriod[origin][period], cap, "I6 paid above the cap");
        if (words[2] + words[3] == 0) return;
        assertLe(_spentOnPeriod[origin][period], words[0] - words[1], "I6 paid for a period");
    }

    function _i08_ratesAreWithinTheCaps(bytes32 origin, uint256 period) private view {
        uint256 sum = _rates[origin][period];
        uint256 rate = sum - (period == 0 ? 0 : _rates[origin][period - 1]);
        assertLe(rate, 1e12, "I8 rate");
        assertLe(rate, PERIOD_CAP, "I8 cap of the period");
        assertLe(sum, YEAR_CAP * (period + 1), "I8 cap of the year");
    }

    function _i20_figuresStay(bytes32 origin, uint256 period, ServicePeriod memory stored) private view {
        bytes32 first = _figures[origin][period];
        assertTrue(stored.result.stage >= Stage.Reported, "I20 stage");
        if (first != 0) assertEq(_figuresOf(stored), first, "I20 figures");
    }

    function _i21_creditsAreAssessedInOrder(bytes32 origin) internal view {
        for (uint256 period = 0; period < PERIODS; ++period) {
            bool isAssessed = sla.periodOf(_oracleBooks[origin], period).result.finalAt != 0;
            assertEq(isAssessed, period < _assessed[origin], "I21 assessed");
        }
    }

    function _i22_theInterimIsWithinWhatIsDue(bytes32 origin, uint256 period, uint256 due) private view {
        if (!_agreed[origin][period]) assertLe(_spentOnPeriod[origin][period], due, "I22 paid in the interim");
    }
}
