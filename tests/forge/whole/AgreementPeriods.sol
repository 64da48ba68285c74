// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Figure, Levels, Report} from "../../../contracts/types/ServiceLevels.sol";
import {Result, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Status} from "../../../contracts/types/State.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {AgreementDesk} from "./AgreementDesk.sol";

/// @notice What is done to service periods: the sides report together, one by one, or not at all, answer, concede and are
/// ruled on, at the real oracle; and anyone settles.
abstract contract AgreementPeriods is AgreementDesk {
    using PaperHash for Paper;

    /// The reports that are pending or contested, and the levels they were measured by.
    struct Filed {
        bytes ofClient;
        bytes ofContractor;
        uint256 variant;
    }

    enum Seek {
        Pending,
        Answerable,
        Contested
    }

    mapping(bytes32 origin => mapping(uint256 period => Filed)) private _filed;

    /* REPORTS */

    /// By both sides: whatever one of them has said, and whatever was paid on it in the interim.
    function report(uint256 which, uint256 period, uint256 good) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        if (paper.schedule.ends.length == 0) return;
        period = period % paper.schedule.ends.length;
        // half of the time the first that is not final
        for (uint256 p = 0; good & 1 == 0 && p < period; ++p) {
            if (_resultOf(origin, paper, p).stage < Stage.Reported) period = p;
        }
        Report memory given = _report(origin, paper, period, good >> 1);
        _wait(which, paper.schedule.ends[given.period]);
        if (paper.schedule.ends[given.period] > vm.getBlockTimestamp()) return;
        bytes32 schedule = PaperHash.schedule(paper.schedule);
        bytes memory data =
            abi.encodeCall(ISLAOracle.report, (given, schedule, _levelsOf(paper), _sign(given, true, true)));
        if (_tell("report", STRANGER, origin, data)) world.setAgreed(origin, given.period);
    }

    function reportBySide(uint256 which, uint256 period, uint256 good) external {
        _reportBySide(which, period, good);
    }

    function counter(uint256 which, uint256 good, uint256 how) external {
        _counter(which, good, how);
    }

    /// Seven times of eight a period that can be reported now, if there is one.
    function _reportBySide(uint256 which, uint256 period, uint256 good) private {
        (bytes32 origin, Paper memory paper) = _pick(which);
        for (uint256 k = which >> 206 & 7 == 0 ? 4 * origins.length : 0; k < 4 * origins.length; ++k) {
            (bytes32 other, uint256 p) = (origins[(which % 97 + k) / 4 % origins.length], (which % 97 + k) % 4);
            Paper memory document = paperOf(other);
            if (!_isReportable(other, document, p)) continue;
            (origin, paper, period) = (other, document, p);
            break;
        }
        if (paper.schedule.ends.length == 0) return;
        Report memory given = _report(origin, paper, period % paper.schedule.ends.length, good);
        if (which >> 210 & 7 == 0) _makeNotice(given);
        if (which >> 203 & 1 == 0) _wait(which, paper.schedule.ends[given.period] + 1);
        bool byClient = which >> 220 & 1 == 0;
        bytes memory data = abi.encodeCall(
            ISLAOracle.reportBySide,
            (given, paper.schedule, _contest(), _levelsOf(paper), _sign(given, byClient, !byClient))
        );
        if (!_tell("report by side", STRANGER, origin, data)) return;
        _filed[origin][given.period].variant = _variantOf(paper);
        _file(origin, given, byClient);
    }

    /// Of a report that is made for it, if none can be answered.
    function _counter(uint256 which, uint256 good, uint256 how) private {
        (bytes32 origin, Paper memory paper, uint256 period, Stage stage) = _seekPeriod(which, Seek.Answerable);
        if (stage == Stage.Open) {
            _reportBySide(which, good >> 16, how);
            (origin, paper, period, stage) = _seekPeriod(which, Seek.Answerable);
            if (stage == Stage.Open) return;
        }
        bool byClient = stage == Stage.ContractorReported;
        Report memory pending = _filedBy(origin, period, !byClient);
        Report memory given = _report(origin, paper, period, good);
        given.document = pending.document;
        if (how & 7 == 0) _makeNotice(given);
        bytes memory data = abi.encodeCall(
            ISLAOracle.counter,
            (
                pending,
                given,
                paper.schedule,
                _contest(),
                _levels(_filed[origin][period].variant),
                _sign(given, byClient, !byClient)
            )
        );
        if (_tell("counter", STRANGER, origin, data)) _file(origin, given, byClient);
    }

    /// After the other side's silence, or because it concedes.
    function finalise(uint256 which, uint256 concedes, uint256 contested) external {
        (bytes32 origin, Paper memory paper, uint256 period, Stage stage) =
            _seekPeriod(which, contested & 3 == 0 ? Seek.Contested : Seek.Pending);
        if (stage == Stage.Open) {
            _reportBySide(which, contested, concedes);
            (origin, paper, period, stage) = _seekPeriod(which, Seek.Pending);
            if (stage == Stage.Open) return;
        }
        bool ofClient = stage == Stage.Contested ? concedes & 2 == 0 : stage == Stage.ClientReported;
        if (concedes & 1 == 0 && stage != Stage.Contested) {
            uint256 over = _clockOf(origin, paper, period) + _contest().window + 1;
            if (concedes & 4 == 0 && over > vm.getBlockTimestamp()) vm.warp(over);
        }
        bytes memory data = abi.encodeCall(
            ISLAOracle.finalise,
            (_filedBy(origin, period, ofClient), paper.schedule, _contest(), _levels(_filed[origin][period].variant))
        );
        bool byStranger = concedes & 1 == 0 && stage != Stage.Contested;
        address by = byStranger ? STRANGER : ofClient ? CONTRACTOR : CLIENT;
        _tell(byStranger ? "silence" : "concede", by, origin, data);
    }

    /// By whose turn it is.
    function ruleLevels(uint256 which, uint256 late, uint256 mask) external {
        (bytes32 origin, Paper memory paper, uint256 period, Stage stage) = _seekPeriod(which, Seek.Contested);
        if (stage == Stage.Open) return;
        uint256 clock = _clockOf(origin, paper, period);
        uint256 ruling = _contest().ruling;
        _wait(which, clock + late % 3 * ruling + 1);
        address by = STRANGER;
        uint256[4] memory masks = [uint256(0), 1, 1 << 32, 1 << 32 | 1];
        mask = masks[mask % 4];
        if (vm.getBlockTimestamp() <= clock + ruling) by = ARBITER;
        else if (vm.getBlockTimestamp() <= clock + 2 * ruling) by = BACKUP;
        else mask = 1 << 32 | 1;
        bytes memory data = abi.encodeCall(
            ISLAOracle.rule,
            (
                _filedBy(origin, period, true),
                _filedBy(origin, period, false),
                paper.schedule,
                _contest(),
                _levels(_filed[origin][period].variant),
                mask
            )
        );
        _tell("rule levels", by, origin, data);
    }

    function applyDefault(uint256 which, uint256 period, uint256) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        if (paper.schedule.ends.length == 0) return;
        period = period % paper.schedule.ends.length;
        if (which >> 203 & 1 == 0) _wait(which, paper.schedule.ends[period] + paper.schedule.reportWithin + 1);
        bytes memory data = abi.encodeCall(
            ISLAOracle.applyDefault, (address(agreement), origin, paper.schedule, _levelsOf(paper), period)
        );
        _tell("default", STRANGER, origin, data);
    }

    function waive(uint256 which, uint256 period, uint256 rarely) external {
        if (rarely % 4 != 0) return;
        (bytes32 origin, Paper memory paper) = _pick(which);
        bytes32 schedule = PaperHash.schedule(paper.schedule);
        bytes memory data =
            abi.encodeCall(ISLAOracle.waive, (address(agreement), origin, schedule, _levelsOf(paper), period % 4));
        _tell("waive", CLIENT, origin, data);
    }

    /* MONEY */

    /// Half of the time a period that is contested, or whose credit is held, if there is one.
    function settle(uint256 which, uint256 period, uint256 by) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        period = period % (paper.schedule.ends.length + 1);
        if (by & 8 == 0) {
            bool found;
            (found, origin, period) = _seekOpenCredit(which, origin, period);
            if (found) paper = paperOf(origin);
        }
        if (period < paper.schedule.ends.length && by & 6 == 0) {
            _wait(which, paper.schedule.ends[period] + paper.schedule.finalWithin + 1);
        }
        bytes memory data = abi.encodeCall(IMilestoneEscrow.settle, (paper.terms(), paper.conditions(), period));
        _try("settle", by & 1 == 0 ? STRANGER : paper.deal.contractor, origin, data);
    }

    /* REPORTS AND WHAT BECAME OF THEM */

    function _report(bytes32 origin, Paper memory paper, uint256 period, uint256 good)
        private
        view
        returns (Report memory given)
    {
        (given.agreement, given.origin, given.id) = (address(agreement), origin, _id(paper));
        (given.document, given.period) = (paper.service(), period);
        given.figures = new Figure[](1);
        given.figures[0] = Figure(850 + good % 151, 1_000, 0);
        given.quantities = new uint256[](1);
        given.quantities[0] = good % 400;
    }

    function _makeNotice(Report memory given) private pure {
        (given.figures, given.quantities) = (new Figure[](0), new uint256[](0));
    }

    function _file(bytes32 origin, Report memory given, bool byClient) private {
        Filed storage filed = _filed[origin][given.period];
        if (byClient) filed.ofClient = abi.encode(given);
        else filed.ofContractor = abi.encode(given);
    }

    function _filedBy(bytes32 origin, uint256 period, bool byClient) private view returns (Report memory) {
        Filed storage filed = _filed[origin][period];
        return abi.decode(byClient ? filed.ofClient : filed.ofContractor, (Report));
    }

    /// A period that waits for an act; of the open stage if there is none.
    function _seekPeriod(uint256 seed, Seek what)
        private
        view
        returns (bytes32 origin, Paper memory paper, uint256 period, Stage)
    {
        for (uint256 k = 0; k < 4 * origins.length; ++k) {
            origin = origins[(seed % 97 + k) / 4 % origins.length];
            period = (seed % 97 + k) % 4;
            paper = paperOf(origin);
            Result memory result = _resultOf(origin, paper, period);
            bool pending = result.stage == Stage.ClientReported || result.stage == Stage.ContractorReported;
            if (what == Seek.Contested) pending = result.stage == Stage.Contested;
            if (what == Seek.Answerable && vm.getBlockTimestamp() > result.clock + _contest().window) continue;
            if (pending) return (origin, paper, period, result.stage);
        }
        return (origin, paper, period, Stage.Open);
    }

    function _isReportable(bytes32 origin, Paper memory paper, uint256 period) private view returns (bool) {
        if (period >= paper.schedule.ends.length) return false;
        uint256 end = paper.schedule.ends[period];
        if (vm.getBlockTimestamp() <= end || vm.getBlockTimestamp() > end + paper.schedule.reportWithin) return false;
        return _resultOf(origin, paper, period).stage == Stage.Open;
    }

    function _seekOpenCredit(uint256 seed, bytes32 origin, uint256 period)
        private
        view
        returns (bool, bytes32, uint256)
    {
        for (uint256 k = 0; k < 4 * origins.length; ++k) {
            bytes32 other = origins[(seed % 97 + k) / 4 % origins.length];
            uint256 p = (seed % 97 + k) % 4;
            if (agreement.stateOf(other).status != Status.LIVE) continue;
            (uint256 known, uint256 finalAt,, uint256 rate, uint256 least) =
                sla.resultOf(address(agreement), other, paperOf(other).service(), p);
            if (known != 0 && (finalAt == 0 || rate > least)) return (true, other, p);
        }
        return (false, origin, period);
    }

    function _clockOf(bytes32 origin, Paper memory paper, uint256 period) private view returns (uint256) {
        return _resultOf(origin, paper, period).clock;
    }

    function _resultOf(bytes32 origin, Paper memory paper, uint256 period) private view returns (Result memory) {
        return sla.periodOf(sla.bookOf(address(agreement), origin, paper.service()), period).result;
    }
}
