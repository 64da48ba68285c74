// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ISLAOracle} from "./interfaces/ISLAOracle.sol";
import {CreditMath} from "./libraries/CreditMath.sol";
import {History} from "./libraries/History.sol";
import {ServiceLevelsHash} from "./libraries/ServiceLevelsHash.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Credits, Levels, Report, Reporters} from "./types/ServiceLevels.sol";
import {Basis, Result, ServicePeriod, Signed} from "./types/ServicePeriods.sol";
import {Schedule} from "./types/Terms.sol";

/// @title SLAOracle
/// @dev See {ISLAOracle} for what it does and {CreditMath} for the arithmetic.
contract SLAOracle is ISLAOracle, EIP712("Workpact SLA", "1") {
    using History for bytes32;
    using ServiceLevelsHash for Levels;
    using ServiceLevelsHash for Report;
    using ServiceLevelsHash for Schedule;

    uint256 private constant MAX_LEVELS = 32;
    uint256 private constant MAX_PERIODS = 256;

    /// @dev Who is asked about in a call: spares every function four arguments.
    struct Subject {
        address agreement;
        bytes32 origin;
        uint256 period;
        bytes32 document;
        bytes32 key;
        bytes32 book;
    }

    /* STORAGE */

    mapping(bytes32 book => mapping(uint256 period => ServicePeriod)) private _periods;
    mapping(bytes32 book => bytes32 history) private _histories;
    /// @dev Zero for a document that never was part of a replacement: then its key is its book, and it is in force.
    mapping(bytes32 key => bytes32 book) private _books;
    mapping(bytes32 book => bytes32 key) private _inForce;

    /* READ */

    /// @inheritdoc ISLAOracle
    function bookOf(address agreement, bytes32 origin, bytes32 document) external view returns (bytes32) {
        return _bookOf(_key(agreement, origin, document));
    }

    /// @inheritdoc ISLAOracle
    function isInForce(address agreement, bytes32 origin, bytes32 document) external view returns (bool) {
        return _isInForce(_key(agreement, origin, document));
    }

    /// @inheritdoc ISLAOracle
    function periodOf(bytes32 book, uint256 period) external view returns (ServicePeriod memory) {
        return _periods[book][period];
    }

    /// @inheritdoc ISLAOracle
    function historyOf(bytes32 book) external view returns (bytes32) {
        return _histories[book];
    }

    /// @inheritdoc ISLAOracle
    function resultOf(address agreement, bytes32 origin, bytes32 document, uint256 period)
        external
        view
        returns (uint256 finalAt, uint256 charge, uint256 rate)
    {
        ServicePeriod storage stored = _periods[_bookOf(_key(agreement, origin, document))][period];
        Result memory result = stored.result;
        if (result.finalAt != 0) (finalAt, charge, rate) = (result.finalAt, stored.charge, result.rate);
    }

    /// @inheritdoc ISLAOracle
    function rightToEnd(address agreement, bytes32 origin, bytes32 document, uint256 period)
        external
        view
        returns (uint256 until)
    {
        return _periods[_bookOf(_key(agreement, origin, document))][period].result.endUntil;
    }

    /// @inheritdoc ISLAOracle
    function metPeriods(address agreement, bytes32 origin, bytes32 document, uint256 mask)
        external
        view
        returns (uint256 met)
    {
        bytes32 book = _bookOf(_key(agreement, origin, document));
        for (uint256 period = 0; period < MAX_PERIODS && mask >> period != 0; ++period) {
            if (mask & (1 << period) == 0) continue;

            Result memory result = _periods[book][period].result;
            if (result.basis != Basis.None && result.failed == 0) met |= 1 << period;
        }
    }

    /* REPORT */

    /// @inheritdoc ISLAOracle
    function report(Report calldata given, bytes32 schedule, Levels calldata levels, Signed[] calldata signatures)
        external
    {
        Subject memory subject = _subjectOf(given, schedule, levels);
        _requireOpen(subject, MAX_PERIODS);
        _requireFitting(given, levels);
        bytes32 reportHash = given.hash();
        _requireQuorums(levels.reporters, _hashTypedDataV4(reportHash), signatures);

        Result memory before = _before(subject);
        CreditMath.Verdict memory verdict = CreditMath.measured(levels.levels, given.figures, before.failed);
        uint256 charge = CreditMath.charge(levels.prices, given.quantities);

        ServicePeriod storage stored = _periods[subject.book][subject.period];
        stored.commitment = Hashes.efficientKeccak256(reportHash, given.evidence);
        if (charge > 0) stored.charge = charge;
        _emitReported(subject, reportHash, given.evidence, verdict.failed, charge);

        _finish(subject, levels.credits, Basis.Reported, before, verdict);
    }

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
        _requireOpen(subject, Math.min(schedule.ends.length, MAX_PERIODS));
        uint256 reportUntil = schedule.ends[period] + schedule.reportWithin;
        require(block.timestamp > reportUntil, SLAOracle_TooEarly(period, reportUntil));
        require(levels.levels.length <= MAX_LEVELS, SLAOracle_TooManyLevels(levels.levels.length, MAX_LEVELS));

        Basis basis = schedule.obliged == 0 ? Basis.DefaultMissed : Basis.DefaultMet;
        Result memory before = _before(subject);
        CreditMath.Verdict memory verdict;
        if (basis == Basis.DefaultMissed) verdict = CreditMath.missed(levels.levels, before.failed);

        bytes32 reportHash = ServiceLevelsHash.hashDefault(agreement, origin, document, period);
        _periods[subject.book][period].commitment = Hashes.efficientKeccak256(reportHash, 0);
        _emitDefaulted(subject, verdict.failed);

        _finish(subject, levels.credits, basis, before, verdict);
    }

    /// @inheritdoc ISLAOracle
    function assess(Report calldata given, bytes32 schedule, Levels calldata levels) external {
        Subject memory subject = _subjectOf(given, schedule, levels);
        ServicePeriod storage stored = _periods[subject.book][subject.period];
        Result memory result = stored.result;
        require(result.basis != Basis.None, SLAOracle_NotFinal(subject.period));
        require(result.finalAt == 0, SLAOracle_AlreadyAssessed(subject.period));
        Result memory before = _before(subject);
        require(_isInOrder(subject, before), SLAOracle_NotInOrder(subject.period));
        bytes32 commitment = Hashes.efficientKeccak256(given.hash(), given.evidence);
        require(commitment == stored.commitment, SLAOracle_WrongReport(commitment, stored.commitment));

        CreditMath.Verdict memory verdict;
        if (result.basis == Basis.Reported) {
            verdict = CreditMath.measured(levels.levels, given.figures, before.failed);
        } else if (result.basis == Basis.DefaultMissed) {
            verdict = CreditMath.missed(levels.levels, before.failed);
        }

        _finish(subject, levels.credits, result.basis, before, verdict);
    }

    /// @inheritdoc ISLAOracle
    function prove(bytes32 book, uint256 period, bytes32 record, bytes32 reportHash, bytes32[] calldata proof)
        external
    {
        bytes32 root = MerkleProof.processProofCalldata(proof, keccak256(abi.encode(record)));
        require(
            Hashes.efficientKeccak256(reportHash, root) == _periods[book][period].commitment,
            SLAOracle_NotInEvidence(period, record)
        );

        emit RecordProved(book, period, record);
        _advance(book, keccak256(abi.encode(RecordProved.selector, book, period, record)));
    }

    /* AMEND */

    /// @inheritdoc ISLAOracle
    function replace(bytes32 origin, bytes32 oldDocument, bytes32 newDocument) external {
        bytes32 oldKey = _key(msg.sender, origin, oldDocument);
        bytes32 newKey = _key(msg.sender, origin, newDocument);
        bytes32 book = _bookOf(oldKey);
        require(oldKey != newKey, SLAOracle_SameDocument(newDocument));
        require(_isInForce(oldKey), SLAOracle_NotInForce(oldDocument));
        require(_books[newKey] == 0 || _books[newKey] == book, SLAOracle_NotInForce(newDocument));

        _books[oldKey] = book;
        _books[newKey] = book;
        _inForce[book] = newKey;

        emit DocumentReplaced(msg.sender, origin, book, oldDocument, newDocument);
        _advance(
            book, keccak256(abi.encode(DocumentReplaced.selector, msg.sender, origin, book, oldDocument, newDocument))
        );
    }

    /* CHECKS */

    function _subjectOf(Report calldata given, bytes32 schedule, Levels calldata levels)
        private
        view
        returns (Subject memory)
    {
        bytes32 document = ServiceLevelsHash.hashService(schedule, levels.hash());
        require(given.document == document, SLAOracle_WrongDocument(document, given.document));

        return _subject(given.agreement, given.origin, given.period, document);
    }

    function _subject(address agreement, bytes32 origin, uint256 period, bytes32 document)
        private
        view
        returns (Subject memory)
    {
        bytes32 key = _key(agreement, origin, document);
        return Subject(agreement, origin, period, document, key, _bookOf(key));
    }

    function _requireOpen(Subject memory subject, uint256 periods) private view {
        require(_isInForce(subject.key), SLAOracle_NotInForce(subject.document));
        require(subject.period < periods, SLAOracle_PeriodOutOfRange(subject.period, periods));
        Basis basis = _periods[subject.book][subject.period].result.basis;
        require(basis == Basis.None, SLAOracle_AlreadyFinal(subject.period));
    }

    function _requireFitting(Report calldata given, Levels calldata levels) private pure {
        uint256 count = levels.levels.length;
        require(count <= MAX_LEVELS, SLAOracle_TooManyLevels(count, MAX_LEVELS));
        require(given.figures.length == count, SLAOracle_WrongFigures(given.figures.length, count));
        require(
            given.quantities.length == levels.prices.length,
            SLAOracle_WrongQuantities(given.quantities.length, levels.prices.length)
        );
    }

    /// @dev A signer that both sides name is refused: it could otherwise make a quorum of each by itself.
    function _requireQuorums(Reporters calldata reporters, bytes32 digest, Signed[] calldata signatures) private view {
        uint256 clientCount;
        uint256 contractorCount;
        bool client;
        bool contractor;
        address last;
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = signatures[i].signer;
            require(signer > last, SLAOracle_SignersNotRising(last, signer));
            last = signer;

            bool isClient = signer == reporters.client;
            bool isContractor = signer == reporters.contractor;
            bool forClient = isClient || _contains(reporters.clientReporters, signer);
            bool forContractor = isContractor || _contains(reporters.contractorReporters, signer);
            require(forClient != forContractor, SLAOracle_NotReporter(signer));
            require(Signatures.isValid(signer, digest, signatures[i].signature), SLAOracle_WrongSignature(signer));

            if (forClient) client = isClient || ++clientCount == reporters.clientQuorum || client;
            else contractor = isContractor || ++contractorCount == reporters.contractorQuorum || contractor;
        }
        require(client && contractor, SLAOracle_NoQuorum(client, contractor));
    }

    function _contains(address[] calldata list, address member) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == member) return true;
        }
        return false;
    }

    /* ASSESSMENT */

    /// @dev Writes the result of a period whose figures are final; assessed, if the period before is.
    function _finish(
        Subject memory subject,
        Credits calldata credits,
        Basis basis,
        Result memory before,
        CreditMath.Verdict memory verdict
    ) private {
        Result memory result;
        result.basis = basis;
        result.failed = uint32(verdict.failed);
        if (_isInOrder(subject, before)) {
            result.finalAt = uint40(block.timestamp);
            // At most 1e12, and 256 times that for the sum.
            result.rate = uint40(_rate(subject, credits, verdict.allocation, before.cumulative));
            result.cumulative = before.cumulative + result.rate;
            result.endUntil = uint40(_endUntil(subject, credits, verdict));
            _emitAssessed(subject, result.rate, result.endUntil);
        }
        _periods[subject.book][subject.period].result = result;
    }

    function _rate(Subject memory subject, Credits calldata credits, uint256 allocation, uint256 cumulative)
        private
        view
        returns (uint256 rate)
    {
        rate = CreditMath.periodRate(credits, allocation);
        uint256 yearPeriods = credits.yearPeriods;
        if (rate == 0 || yearPeriods == 0) return rate;

        if (subject.period < yearPeriods) {
            return Math.min(rate, CreditMath.yearRoom(credits, subject.period + 1, cumulative));
        }
        uint256 older = _periods[subject.book][subject.period - yearPeriods].result.cumulative;
        return Math.min(rate, CreditMath.yearRoom(credits, yearPeriods, cumulative - older));
    }

    function _endUntil(Subject memory subject, Credits calldata credits, CreditMath.Verdict memory verdict)
        private
        view
        returns (uint256)
    {
        if (verdict.failed == 0) return 0;
        if (!verdict.critical && !_isRepeated(subject, credits, verdict.failed)) return 0;

        return block.timestamp + Math.min(credits.lapse, type(uint40).max - block.timestamp);
    }

    /// @dev Whether a level that failed now has failed often enough within the window, this period included.
    function _isRepeated(Subject memory subject, Credits calldata credits, uint256 failed) private view returns (bool) {
        uint256 needed = credits.failures;
        if (needed == 0) return false;

        uint256[MAX_LEVELS] memory counts;
        uint256 window = Math.min(credits.failureWindow, subject.period + 1);
        for (uint256 back = 0; back < window; ++back) {
            uint256 both = failed;
            if (back > 0) both &= _periods[subject.book][subject.period - back].result.failed;
            for (uint256 level = 0; both >> level != 0; ++level) {
                if (both & (1 << level) != 0 && ++counts[level] == needed) return true;
            }
        }
        return false;
    }

    function _bookOf(bytes32 key) private view returns (bytes32) {
        bytes32 book = _books[key];
        return book == 0 ? key : book;
    }

    function _isInForce(bytes32 key) private view returns (bool) {
        bytes32 book = _books[key];
        return book == 0 || _inForce[book] == key;
    }

    function _before(Subject memory subject) private view returns (Result memory before) {
        if (subject.period > 0) before = _periods[subject.book][subject.period - 1].result;
    }

    function _isInOrder(Subject memory subject, Result memory before) private pure returns (bool) {
        return subject.period == 0 || before.finalAt != 0;
    }

    function _key(address agreement, bytes32 origin, bytes32 document) private pure returns (bytes32) {
        return keccak256(abi.encode(agreement, origin, document));
    }

    /* HISTORY */

    function _emitReported(Subject memory subject, bytes32 reportHash, bytes32 evidence, uint256 failed, uint256 charge)
        private
    {
        emit PeriodReported(
            subject.agreement, subject.origin, subject.period, subject.document, reportHash, evidence, failed, charge
        );
        _advance(
            subject.book,
            keccak256(
                abi.encode(
                    PeriodReported.selector,
                    subject.agreement,
                    subject.origin,
                    subject.period,
                    subject.document,
                    reportHash,
                    evidence,
                    failed,
                    charge
                )
            )
        );
    }

    function _emitDefaulted(Subject memory subject, uint256 failed) private {
        emit PeriodDefaulted(subject.agreement, subject.origin, subject.period, subject.document, failed);
        _advance(
            subject.book,
            keccak256(
                abi.encode(
                    PeriodDefaulted.selector,
                    subject.agreement,
                    subject.origin,
                    subject.period,
                    subject.document,
                    failed
                )
            )
        );
    }

    function _emitAssessed(Subject memory subject, uint256 rate, uint256 endUntil) private {
        emit PeriodAssessed(subject.agreement, subject.origin, subject.period, rate, endUntil);
        _advance(
            subject.book,
            keccak256(
                abi.encode(PeriodAssessed.selector, subject.agreement, subject.origin, subject.period, rate, endUntil)
            )
        );
    }

    function _advance(bytes32 book, bytes32 eventHash) private {
        _histories[book] = _histories[book].link(eventHash);
    }
}
