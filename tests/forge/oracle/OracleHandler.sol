// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Figure, Report} from "../../../contracts/types/ServiceLevels.sol";
import {ServicePeriod, Signed, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Vm} from "../Vm.sol";
import {ContestTest} from "./ContestTest.sol";

/// @notice What two sides, arbiters, strangers and time do to four periods of three days, in any order; with a record of
/// its own beside it. No call of it may revert.
contract OracleHandler is ContestTest {
    uint256 public constant PERIODS = 4;

    bytes32 public history;
    /// What was final first, and what was assessed first: neither may ever change.
    mapping(uint256 period => bytes32) public figuresOf;
    mapping(uint256 period => bytes32) public creditOf;
    /// How often a second result was taken, and how often what the escrow was told did not bound what followed.
    uint256 public secondResults;
    uint256 public brokenBounds;

    bytes32 private _documentHash;
    mapping(uint256 period => bytes) private _clients;
    mapping(uint256 period => bytes) private _contractors;
    mapping(uint256 period => bytes) private _final;
    Answer[PERIODS] private _told;

    constructor() {
        setUp();
    }

    function setUp() public override {
        if (address(oracle) != address(0)) return;

        super.setUp();
        for (uint256 i = 0; i < 12; ++i) {
            schedule.ends[i] = START + (i + 1) * 3 days;
        }
        levels.levels[0].earnBack = 1;
        levels.levels[0].repeat = 2;
        (levels.credits.earnBack, levels.credits.earnBackBefore) = (2, 11);
        (levels.credits.failures, levels.credits.failureWindow) = (2, 3);
        _documentHash = super._document();
        vm.warp(START + 3 days + 1);
        vm.recordLogs();
    }

    function _document() internal view override returns (bytes32) {
        return _documentHash;
    }

    function service() external view returns (ISLAOracle) {
        return oracle;
    }

    function book() external view returns (bytes32) {
        return _book();
    }

    /* ACTS */

    function passTime(uint256 time) public {
        vm.warp(_now() + bound(time, 1 hours, 4 days));
    }

    function agree(uint256 period, uint256 figures) public {
        period = _next(period, Stage.Open, Stage.Contested);
        // Seldom: else nothing would be left to contest.
        if (period == PERIODS || figures % 5 != 0) return;

        Report memory given = _drawn(period, figures / 5);
        _send(given);
        _final[period] = abi.encode(given);
        delete _told[period];
        _record();
    }

    function reportBySide(uint256 period, uint256 figures, bool byClient) public {
        period = _next(period, Stage.Open, Stage.Open);
        if (period == PERIODS) return;
        uint256 end = schedule.ends[period];
        if (_now() <= end || _now() > end + schedule.reportWithin) return;

        Report memory given = _drawnOrNotice(period, figures);
        _sendSide(given, byClient ? CLIENT_REPORTER_KEY : CONTRACTOR_REPORTER_KEY);
        _keep(given, byClient);
        _record();
    }

    function answer(uint256 period, uint256 figures) public {
        period = _next(period, Stage.ClientReported, Stage.ContractorReported);
        if (period == PERIODS || _now() > _stored(period).result.clock + contest.window) return;

        bool byClient = _stage(period) == Stage.ContractorReported;
        Report memory pending = byClient ? _ofContractorKept(period) : _ofClientKept(period);
        Report memory given = _drawnOrNotice(period, figures);
        _counter(pending, given, byClient ? CLIENT_REPORTER_KEY : CONTRACTOR_REPORTER_KEY);
        _keep(given, byClient);
        _record();
    }

    function finalise(uint256 period, bool early) public {
        period = _next(period, Stage.ClientReported, Stage.ContractorReported);
        if (period == PERIODS) return;
        bool isOver = _now() > _stored(period).result.clock + contest.window;
        if (!isOver && !early) return;

        bool ofClient = _stage(period) == Stage.ClientReported;
        Report memory given = ofClient ? _ofClientKept(period) : _ofContractorKept(period);
        _finalise(given, isOver ? STRANGER : vm.addr(ofClient ? CONTRACTOR_KEY : CLIENT_KEY));
        _final[period] = abi.encode(given);
        _record();
    }

    function concede(uint256 period, bool byClient) public {
        period = _next(period, Stage.Contested, Stage.Contested);
        if (period == PERIODS) return;

        Report memory given = byClient ? _ofContractorKept(period) : _ofClientKept(period);
        _finalise(given, vm.addr(byClient ? CLIENT_KEY : CONTRACTOR_KEY));
        _final[period] = abi.encode(given);
        _record();
    }

    function rule(uint256 period, uint256 mask) public {
        period = _next(period, Stage.Contested, Stage.Contested);
        if (period == PERIODS) return;

        Report memory ofClient = _ofClientKept(period);
        Report memory ofContractor = _ofContractorKept(period);
        uint256 sinceContest = _now() - _stored(period).result.clock;
        bool isInPart = ofClient.figures.length != 0 && ofContractor.figures.length != 0;
        mask = isInPart ? mask & ALL : (mask & 1) * ALL;
        if (sinceContest > 2 * contest.ruling) mask = 0;
        address ruler = sinceContest > 2 * contest.ruling ? STRANGER : sinceContest > contest.ruling ? BACKUP : ARBITER;
        _rule(ofClient, ofContractor, mask, ruler);
        Report memory whole = mask == ALL ? ofClient : ofContractor;
        _final[period] = abi.encode(isInPart ? _mergedOf(ofClient, ofContractor, mask) : whole);
        _record();
    }

    function applyDefault(uint256 period) public {
        period = _next(period, Stage.Open, Stage.Open);
        if (period == PERIODS || _now() <= schedule.ends[period] + schedule.reportWithin) return;

        _applyDefault(period);
        _final[period] = abi.encode(_default(period));
        _record();
    }

    function assess(uint256 period) public {
        period = bound(period, 0, PERIODS - 1);
        if (_stage(period) < Stage.Reported || _stored(period).result.finalAt != 0) return;
        if (period > 0 && _stored(period - 1).result.finalAt == 0) return;

        oracle.assess(abi.decode(_final[period], (Report)), _scheduleHash(), levels);
        _record();
    }

    function waive(uint256 period) public {
        period = bound(period, 0, PERIODS - 1);
        bytes32 hashed = _scheduleHash();
        vm.prank(vm.addr(CLIENT_KEY));
        oracle.waive(AGREEMENT, ORIGIN, hashed, levels, period);
        _record();
    }

    /// @notice Whatever comes too late, too early or twice must leave no trace; what succeeds counts as a second result.
    function attempt(uint256 period, uint256 figures, uint256 which) public {
        period = _next(period, Stage.Reported, Stage.DefaultMet);
        if (period == PERIODS) return;

        Report memory given = _drawn(period, figures);
        bytes32 hashed = _scheduleHash();
        Signed[] memory both = _signed(given);
        Signed[] memory one = _signed(given, _keys(CLIENT_REPORTER_KEY));
        bytes memory call = abi.encodeCall(ISLAOracle.report, (given, hashed, levels, both));
        if (which % 5 == 1) {
            call = abi.encodeCall(ISLAOracle.reportBySide, (given, _schedule(), contest, levels, one));
        } else if (which % 5 == 2) {
            call = abi.encodeCall(ISLAOracle.finalise, (given, _schedule(), contest, levels));
        } else if (which % 5 == 3) {
            call = abi.encodeCall(ISLAOracle.applyDefault, (AGREEMENT, ORIGIN, _schedule(), levels, period));
        } else if (which % 5 == 4) {
            call = abi.encodeCall(ISLAOracle.rule, (given, given, _schedule(), contest, levels, 0));
        }
        (bool success,) = address(oracle).call(call);
        if (success) ++secondResults;
    }

    /// @notice With time alone, a stranger's one call makes each period final.
    function endAll() external {
        vm.warp(schedule.ends[PERIODS - 1] + schedule.reportWithin + _now() - START + 30 days);
        for (uint256 period = 0; period < PERIODS; ++period) {
            finalise(period, false);
            rule(period, 0);
            applyDefault(period);
            assess(period);
        }
    }

    /* RECORD */

    function _record() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        history = _rebuilt(history, logs);
        for (uint256 period = 0; period < PERIODS; ++period) {
            ServicePeriod memory stored = _stored(period);
            Answer memory told = _answer(period);
            Answer memory before = _told[period];
            bool isBound = told.known == 1 && told.charge >= before.charge && told.rate <= before.rate;
            if (before.known == 1 && !isBound) ++brokenBounds;
            _told[period] = told;
            if (stored.result.stage < Stage.Reported) continue;

            if (figuresOf[period] == 0) figuresOf[period] = figuresNow(stored);
            if (creditOf[period] == 0 && stored.result.finalAt != 0) creditOf[period] = creditNow(stored);
        }
    }

    function figuresNow(ServicePeriod memory stored) public pure returns (bytes32) {
        return keccak256(
            abi.encode(stored.result.stage, stored.result.failed, stored.commitment, stored.counter, stored.charge)
        );
    }

    function creditNow(ServicePeriod memory stored) public pure returns (bytes32) {
        return keccak256(
            abi.encode(
                stored.result.finalAt, stored.result.rate, stored.result.cumulative, stored.result.endUntil, stored.held
            )
        );
    }

    function _keep(Report memory given, bool byClient) private {
        if (byClient) _clients[given.period] = abi.encode(given);
        else _contractors[given.period] = abi.encode(given);
    }

    function _ofClientKept(uint256 period) private view returns (Report memory) {
        return abi.decode(_clients[period], (Report));
    }

    function _ofContractorKept(uint256 period) private view returns (Report memory) {
        return abi.decode(_contractors[period], (Report));
    }

    function _stage(uint256 period) private view returns (Stage) {
        return _stored(period).result.stage;
    }

    /// @dev The first period from `period` on, in a circle, that is at one of the stages; else their number.
    function _next(uint256 period, Stage first, Stage last) private view returns (uint256) {
        for (uint256 i = 0; i < PERIODS; ++i) {
            uint256 next = (period % PERIODS + i) % PERIODS;
            Stage stage = _stage(next);
            if (first <= stage && stage <= last) return next;
        }
        return PERIODS;
    }

    function _drawn(uint256 period, uint256 figures) private view returns (Report memory given) {
        given = _report(period, Figure(85 + figures % 15, 100, 0), Figure(298 + figures % 5, 1, 0));
        (given.quantities[0], given.quantities[1]) = (figures % 7, figures % 11);
        given.evidence = keccak256(abi.encode(figures));
    }

    function _drawnOrNotice(uint256 period, uint256 figures) private view returns (Report memory) {
        return figures % 4 == 0 ? _notice(period) : _drawn(period, figures);
    }
}
