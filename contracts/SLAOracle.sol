// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {SLAReporters} from "./SLAReporters.sol";
import {ISLAOracle} from "./interfaces/ISLAOracle.sol";
import {CreditMath} from "./libraries/CreditMath.sol";
import {ServiceLevelsHash} from "./libraries/ServiceLevelsHash.sol";
import {Levels, Report, Reporters} from "./types/ServiceLevels.sol";
import {Result, ServicePeriod, Signed, Stage} from "./types/ServicePeriods.sol";
import {Contest, Schedule} from "./types/Terms.sol";

/// @title SLAOracle
/// @dev See {ISLAOracle} for what it does and {CreditMath} for the arithmetic; {SLABooks} is what it keeps and
/// {SLAReporters} who signs. Here is how figures become final.
contract SLAOracle is SLAReporters {
    using ServiceLevelsHash for Contest;
    using ServiceLevelsHash for Levels;
    using ServiceLevelsHash for Report;
    using ServiceLevelsHash for Schedule;

    /// @dev Every window is cut at this, seventeen years, in seconds: so that a document cannot make one without end.
    uint256 private constant MAX_WINDOW = 2 ** 29 - 1;

    /* AGREED */

    /// @inheritdoc ISLAOracle
    function report(Report calldata given, bytes32 schedule, Levels calldata levels, Signed[] calldata signatures)
        external
    {
        Subject memory subject = _subjectOf(given, schedule, levels);
        _requireInForce(subject, MAX_PERIODS);
        _requireNotFinal(subject);
        _requireFitting(given, levels);
        bytes32 reportHash = given.hash();
        (bool client, bool contractor) = _quorums(subject, levels.reporters, reportHash, signatures);
        require(client && contractor, SLAOracle_NoQuorum(client, contractor));

        _finish(subject, levels, Stage.Reported, reportHash, given, given, 0);
    }

    /* ONE SIDE */

    /// @inheritdoc ISLAOracle
    function reportBySide(
        Report calldata given,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels,
        Signed[] calldata signatures
    ) external {
        Subject memory subject = _contestedOf(given, schedule, contest, levels);
        _requireInForce(subject, Math.min(schedule.ends.length, MAX_PERIODS));
        _requireStage(_requireNotFinal(subject) == Stage.Open, subject);
        uint256 end = schedule.ends[subject.period];
        require(block.timestamp > end, SLAOracle_TooEarly(subject.period, end));
        _requireUntil(subject, _reportUntil(schedule, subject.period));

        (bytes32 reportHash, bool byClient) = _requireOneSided(subject, given, levels, signatures);
        _await(subject, given, reportHash, byClient, contest);
    }

    /// @inheritdoc ISLAOracle
    function counter(
        Report calldata pending,
        Report calldata given,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels,
        Signed[] calldata signatures
    ) external {
        Subject memory subject = _contestedOf(given, schedule, contest, levels);
        bool isByClient = _requirePending(subject) == Stage.ContractorReported;
        require(pending.document == given.document, SLAOracle_WrongDocument(given.document, pending.document));
        bytes32 commitment = _commitment(pending.hash(), pending);
        _requireCommitted(commitment, _stored(subject).commitment);
        _requireUntil(subject, _stored(subject).result.clock + _cut(contest.window));

        (bytes32 reportHash, bool byClient) = _requireOneSided(subject, given, levels, signatures);
        require(byClient == isByClient, SLAOracle_NoQuorum(byClient, !byClient));
        if (_isNotice(pending) && !_isNotice(given)) _await(subject, given, reportHash, byClient, contest);
        else _contest(subject, levels, pending, given, reportHash, byClient);
    }

    /// @inheritdoc ISLAOracle
    function finalise(
        Report calldata given,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels
    ) external {
        Subject memory subject = _contestedOf(given, schedule, contest, levels);
        Stage stage = _requireNotFinal(subject);
        _requireStage(stage != Stage.Open, subject);
        bytes32 reportHash = given.hash();
        bytes32 commitment = _commitment(reportHash, given);
        ServicePeriod storage stored = _stored(subject);
        bool ofClient = stage == Stage.ClientReported;
        bool isConceded = stage == Stage.Contested;
        if (isConceded) {
            ofClient = _requireConceded(levels.reporters, commitment, stored);
        } else {
            _requireCommitted(commitment, stored.commitment);
            uint256 until = stored.result.clock + _cut(contest.window);
            isConceded = block.timestamp <= until;
            address other = ofClient ? levels.reporters.contractor : levels.reporters.client;
            require(!isConceded || msg.sender == other, SLAOracle_TooEarly(subject.period, until));
        }
        // Who was a party before an assignment must not give away what is its successor's.
        if (isConceded) _requireInForce(subject, MAX_PERIODS);

        _finish(subject, levels, _stageOf(given, ofClient), reportHash, given, given, 0);
    }

    /// @inheritdoc ISLAOracle
    function rule(
        Report calldata ofClient,
        Report calldata ofContractor,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels,
        uint256 mask
    ) external {
        Subject memory subject = _contestedOf(ofClient, schedule, contest, levels);
        _requireStage(_requireNotFinal(subject) == Stage.Contested, subject);
        ServicePeriod storage stored = _stored(subject);
        _requireCommitted(_commitment(ofClient.hash(), ofClient), stored.commitment);
        _requireCommitted(_commitment(ofContractor.hash(), ofContractor), stored.counter);
        uint256 all = _wholeMask(levels);
        bool isWhole = mask == 0 || mask == all;
        bool isInPart = !_isNotice(ofClient) && !_isNotice(ofContractor);
        require(isWhole || isInPart && mask & ~all == 0, SLAOracle_WrongRuling(mask, all));
        _requireRuler(contest, stored.result.clock, mask, all);

        _logOf(subject, PeriodRuled.selector, abi.encode(msg.sender, mask));
        bool standsWhole = mask == all;
        Report calldata base = standsWhole ? ofClient : ofContractor;
        if (standsWhole) mask = 0;
        _finish(subject, levels, _stageOf(base, standsWhole), base.hashMerged(ofClient, mask), base, ofClient, mask);
    }

    /* NOBODY */

    /// @inheritdoc ISLAOracle
    function applyDefault(
        address agreement,
        bytes32 origin,
        Schedule calldata schedule,
        Levels calldata levels,
        uint256 period
    ) external {
        bytes32 document = ServiceLevelsHash.hashService(schedule.hash(), levels.hash());
        Subject memory subject = _subject(agreement, origin, period, document);
        _requireInForce(subject, Math.min(schedule.ends.length, MAX_PERIODS));
        _requireStage(_requireNotFinal(subject) == Stage.Open, subject);
        uint256 reportUntil = _reportUntil(schedule, period);
        require(block.timestamp > reportUntil, SLAOracle_TooEarly(period, reportUntil));
        _requireFew(levels);

        Result memory before = _before(subject);
        Outcome memory outcome;
        outcome.stage = schedule.obliged == 0 ? Stage.DefaultMissed : Stage.DefaultMet;
        outcome.report = ServiceLevelsHash.hashDefault(agreement, origin, document, period);
        if (schedule.obliged == 0) outcome.verdict = CreditMath.missed(levels.levels, before.failed);
        _conclude(subject, levels.credits, before, outcome);
    }

    /* AFTERWARDS */

    /// @inheritdoc ISLAOracle
    function assess(Report calldata given, bytes32 schedule, Levels calldata levels) external {
        Subject memory subject = _subjectOf(given, schedule, levels);
        ServicePeriod storage stored = _stored(subject);
        Stage stage = stored.result.stage;
        require(_isFinal(stage), SLAOracle_NotFinal(subject.period));
        require(stored.result.finalAt == 0, SLAOracle_AlreadyAssessed(subject.period));
        Result memory before = _before(subject);
        require(_isInOrder(subject, before), SLAOracle_NotInOrder(subject.period));
        _requireCommitted(_commitment(given.hash(), given), stored.commitment);

        Outcome memory outcome;
        outcome.stage = stage;
        outcome.adjustment = given.adjustment;
        outcome.verdict = _verdict(stage, levels, given, given, 0, before.failed);
        _assess(subject, levels.credits, before, outcome);
    }

    /// @inheritdoc ISLAOracle
    function waive(address agreement, bytes32 origin, bytes32 schedule, Levels calldata levels, uint256 period)
        external
    {
        address client = levels.reporters.client;
        require(msg.sender == client, SLAOracle_Unauthorised(msg.sender, client));
        bytes32 document = ServiceLevelsHash.hashService(schedule, levels.hash());
        Subject memory subject = _subject(agreement, origin, period, document);
        _requireInForce(subject, MAX_PERIODS);
        Result storage result = _stored(subject).result;
        if (result.waived) return;

        result.waived = true;
        _logOf(subject, CreditWaived.selector, "");
    }

    /* CHECKS */

    function _contestedOf(
        Report calldata given,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels
    ) private view returns (Subject memory) {
        bytes32 contestHash = contest.hash();
        require(contestHash == schedule.contest, SLAOracle_WrongDocument(contestHash, schedule.contest));

        return _subjectOf(given, schedule.hash(), levels);
    }

    function _requireNotFinal(Subject memory subject) private view returns (Stage stage) {
        stage = _stored(subject).result.stage;
        require(!_isFinal(stage), SLAOracle_AlreadyFinal(subject.period));
    }

    function _requirePending(Subject memory subject) private view returns (Stage stage) {
        stage = _requireNotFinal(subject);
        _requireStage(stage == Stage.ClientReported || stage == Stage.ContractorReported, subject);
    }

    function _requireStage(bool isRight, Subject memory subject) private view {
        require(isRight, SLAOracle_WrongStage(subject.period, _stored(subject).result.stage));
    }

    function _requireUntil(Subject memory subject, uint256 until) private view {
        require(block.timestamp <= until, SLAOracle_TooLate(subject.period, until));
    }

    function _requireCommitted(bytes32 commitment, bytes32 expected) private pure {
        require(commitment == expected, SLAOracle_WrongReport(commitment, expected));
    }

    function _requireFew(Levels calldata levels) private pure returns (uint256 count) {
        count = levels.levels.length;
        require(count <= MAX_LEVELS, SLAOracle_TooManyLevels(count, MAX_LEVELS));
    }

    function _requireFitting(Report calldata given, Levels calldata levels) private pure {
        uint256 count = _requireFew(levels);
        require(given.figures.length == count, SLAOracle_WrongFigures(given.figures.length, count));
        require(
            given.quantities.length == levels.prices.length,
            SLAOracle_WrongQuantities(given.quantities.length, levels.prices.length)
        );
    }

    /// @dev Figures are judged now, for their ranges: what could not be made final would keep the default away.
    function _requireOneSided(
        Subject memory subject,
        Report calldata given,
        Levels calldata levels,
        Signed[] calldata signatures
    ) private view returns (bytes32 reportHash, bool byClient) {
        require(given.adjustment == 0, SLAOracle_AdjustmentNotAgreed(given.adjustment));
        if (_isNotice(given)) {
            _requireFew(levels);
        } else {
            _requireFitting(given, levels);
            CreditMath.measured(levels.levels, given, given, 0, 0);
            CreditMath.charge(levels.prices, given, given, 0);
        }
        reportHash = given.hash();
        bool contractor;
        (byClient, contractor) = _quorums(subject, levels.reporters, reportHash, signatures);
        require(byClient != contractor, SLAOracle_NoQuorum(byClient, contractor));
    }

    /// @dev Whose report a party concedes to: only ever the other's.
    function _requireConceded(Reporters calldata reporters, bytes32 commitment, ServicePeriod storage stored)
        private
        view
        returns (bool ofClient)
    {
        bool isOfContractor = commitment == stored.counter;
        ofClient = commitment == stored.commitment;
        if (!isOfContractor) _requireCommitted(commitment, stored.commitment);
        if (isOfContractor && msg.sender == reporters.client) return false;

        address expected = ofClient ? reporters.contractor : reporters.client;
        require(msg.sender == expected, SLAOracle_Unauthorised(msg.sender, expected));
    }

    /// @dev The arbiter, then the backup, then anyone with what the terms say.
    function _requireRuler(Contest calldata contest, uint256 clock, uint256 mask, uint256 all) private view {
        uint256 ruling = _cut(contest.ruling);
        if (block.timestamp > clock + 2 * ruling) {
            uint256 standing = contest.standing == 0 ? 0 : all;
            require(mask == standing, SLAOracle_WrongRuling(mask, standing));
            return;
        }
        address ruler = block.timestamp > clock + ruling ? contest.backup : contest.arbiter;
        require(msg.sender == ruler, SLAOracle_Unauthorised(msg.sender, ruler));
    }

    /// @dev Every bit that a ruling may set. A level beyond the 32nd there is not, a price beyond the 224th has no bit.
    function _wholeMask(Levels calldata levels) private pure returns (uint256) {
        uint256 quantities = Math.min(levels.prices.length, 256 - ServiceLevelsHash.QUANTITIES);
        return (1 << levels.levels.length) - 1 | ((1 << quantities) - 1) << ServiceLevelsHash.QUANTITIES;
    }

    function _stageOf(Report calldata given, bool ofClient) private pure returns (Stage) {
        if (!_isNotice(given)) return Stage.Reported;

        return ofClient ? Stage.DefaultMissed : Stage.DefaultMet;
    }

    function _reportUntil(Schedule calldata schedule, uint256 period) private pure returns (uint256) {
        return schedule.ends[period] + _cut(schedule.reportWithin);
    }

    function _cut(uint256 duration) private pure returns (uint256) {
        return Math.min(duration, MAX_WINDOW);
    }

    function _commitment(bytes32 reportHash, Report calldata given) private pure returns (bytes32) {
        return Hashes.efficientKeccak256(reportHash, given.evidence);
    }

    /* STAGES */

    /// @dev The other side may answer from now on.
    function _await(
        Subject memory subject,
        Report calldata given,
        bytes32 reportHash,
        bool byClient,
        Contest calldata contest
    ) private {
        ServicePeriod storage stored = _stored(subject);
        stored.commitment = _commitment(reportHash, given);
        _enter(stored.result, byClient ? Stage.ClientReported : Stage.ContractorReported);

        uint256 until = block.timestamp + _cut(contest.window);
        bytes memory data = abi.encode(subject.document, reportHash, given.evidence, byClient, _isNotice(given), until);
        _logOf(subject, PeriodPending.selector, data);
    }

    function _contest(
        Subject memory subject,
        Levels calldata levels,
        Report calldata pending,
        Report calldata given,
        bytes32 reportHash,
        bool byClient
    ) private {
        ServicePeriod storage stored = _stored(subject);
        bytes32 commitment = _commitment(reportHash, given);
        if (byClient) (stored.commitment, stored.counter) = (commitment, stored.commitment);
        else stored.counter = commitment;
        uint256 charge = CreditMath.leastCharge(levels.prices, pending.quantities, given.quantities);
        if (charge > 0) stored.charge = charge;
        stored.result.rate = uint40(CreditMath.mostRate(levels.credits));
        _enter(stored.result, Stage.Contested);

        _logOf(subject, PeriodContested.selector, abi.encode(reportHash, given.evidence, byClient, charge));
    }

    function _enter(Result storage result, Stage stage) private {
        (result.stage, result.clock) = (stage, uint40(block.timestamp));
    }

    /// @dev Final is `base`, but for what `mask` takes from `other`; the default, where `base` is a notice.
    function _finish(
        Subject memory subject,
        Levels calldata levels,
        Stage stage,
        bytes32 reportHash,
        Report calldata base,
        Report calldata other,
        uint256 mask
    ) private {
        Result memory before = _before(subject);
        Outcome memory outcome;
        (outcome.stage, outcome.report, outcome.evidence) = (stage, reportHash, base.evidence);
        outcome.adjustment = base.adjustment;
        outcome.verdict = _verdict(stage, levels, base, other, mask, before.failed);
        if (stage == Stage.Reported) {
            outcome.charge = CreditMath.charge(levels.prices, base, other, mask >> ServiceLevelsHash.QUANTITIES);
        }
        _conclude(subject, levels.credits, before, outcome);
    }
}
