// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ISLAOracle} from "./interfaces/ISLAOracle.sol";
import {CreditMath} from "./libraries/CreditMath.sol";
import {History} from "./libraries/History.sol";
import {ServiceLevelsHash} from "./libraries/ServiceLevelsHash.sol";
import {Credits, Levels, Report} from "./types/ServiceLevels.sol";
import {Held, Result, ServicePeriod, Stage} from "./types/ServicePeriods.sol";

/// @title The books of the oracle: what is final, what it comes to, and who may read it
/// @notice Deployed as part of {SLAOracle}.
abstract contract SLABooks is ISLAOracle {
    using History for mapping(bytes32 => bytes32);
    using ServiceLevelsHash for Levels;

    uint256 internal constant MAX_LEVELS = 32;
    uint256 internal constant MAX_PERIODS = 256;
    /// @dev As many results are read for a credit that is held, within the gas that the escrow gives.
    uint256 private constant MAX_EARN_BACK = 24;

    /// @dev Who is asked about in a call: spares every function four arguments.
    struct Subject {
        address agreement;
        bytes32 origin;
        uint256 period;
        bytes32 document;
        bytes32 key;
        bytes32 book;
        /// Whether the document has an entry in `_books`.
        bool isTouched;
    }

    /// @dev What a period comes to by its final figures, or without any.
    struct Outcome {
        Stage stage;
        bytes32 report;
        bytes32 evidence;
        uint256 charge;
        int256 adjustment;
        CreditMath.Verdict verdict;
    }

    /* STORAGE */

    mapping(bytes32 book => mapping(uint256 period => ServicePeriod)) internal _periods;
    /// @dev Zero for a document that was never part of a replacement, and whose reporters are those it was signed with:
    /// then its key is its book, and it is in force.
    mapping(bytes32 key => bytes32 book) internal _books;
    mapping(bytes32 book => bytes32 key) internal _inForce;
    mapping(bytes32 book => bytes32 history) private _histories;

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
        returns (uint256 known, uint256 finalAt, uint256 charge, uint256 rate, uint256 least)
    {
        bytes32 book = _bookOf(_key(agreement, origin, document));
        ServicePeriod storage stored = _periods[book][period];
        Result memory result = stored.result;
        if (result.stage < Stage.Contested) return (0, 0, 0, 0, 0);

        (known, finalAt, charge) = (1, result.finalAt, stored.charge);
        if (!result.waived && result.rate > 0) (rate, least) = _rates(book, period, result.rate, stored.held);
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
            if (_isFinal(result.stage) && result.failed == 0) met |= 1 << period;
        }
    }

    /* EVIDENCE */

    /// @inheritdoc ISLAOracle
    function prove(bytes32 book, uint256 period, bytes32 record, bytes32 reportHash, bytes32[] calldata proof)
        external
    {
        bytes32 root = MerkleProof.processProofCalldata(proof, keccak256(abi.encode(record)));
        bytes32 commitment = Hashes.efficientKeccak256(reportHash, root);
        ServicePeriod storage stored = _periods[book][period];
        require(
            commitment == stored.commitment || commitment == stored.counter, SLAOracle_NotInEvidence(period, record)
        );

        _log(book, 3, abi.encode(RecordProved.selector, book, period, record));
    }

    /* AMEND */

    /// @inheritdoc ISLAOracle
    function replace(bytes32 origin, bytes32 oldDocument, bytes32 newDocument) external {
        bytes32 oldKey = _key(msg.sender, origin, oldDocument);
        bytes32 newKey = _key(msg.sender, origin, newDocument);
        bytes32 book = _bookOf(oldKey);
        require(oldKey != newKey, SLAOracle_SameDocument(newDocument));
        require(_isInForce(oldKey), SLAOracle_NotInForce(oldDocument));
        // A book of its own is no obstacle: whoever is named in a document can make one before it is in force.
        bytes32 newBook = _bookOf(newKey);
        require(newBook == book || newBook == newKey, SLAOracle_NotInForce(newDocument));

        _books[oldKey] = book;
        _books[newKey] = book;
        _inForce[book] = newKey;

        _log(book, 4, abi.encode(DocumentReplaced.selector, msg.sender, origin, book, oldDocument, newDocument));
    }

    /* SUBJECT */

    function _subjectOf(Report calldata given, bytes32 schedule, Levels calldata levels)
        internal
        view
        returns (Subject memory)
    {
        bytes32 document = ServiceLevelsHash.hashService(schedule, levels.hash());
        require(given.document == document, SLAOracle_WrongDocument(document, given.document));

        return _subject(given.agreement, given.origin, given.period, document);
    }

    function _subject(address agreement, bytes32 origin, uint256 period, bytes32 document)
        internal
        view
        returns (Subject memory)
    {
        bytes32 key = _key(agreement, origin, document);
        bytes32 book = _books[key];
        bool isTouched = book != 0;
        return Subject(agreement, origin, period, document, key, isTouched ? book : key, isTouched);
    }

    function _requireInForce(Subject memory subject, uint256 periods) internal view {
        bool isInForce_ = !subject.isTouched || _inForce[subject.book] == subject.key;
        require(isInForce_, SLAOracle_NotInForce(subject.document));
        require(subject.period < periods, SLAOracle_PeriodOutOfRange(subject.period, periods));
    }

    function _stored(Subject memory subject) internal view returns (ServicePeriod storage) {
        return _periods[subject.book][subject.period];
    }

    /// @dev What was assessed of the period before.
    function _before(Subject memory subject) internal view returns (Result memory before) {
        if (subject.period > 0) before = _periods[subject.book][subject.period - 1].result;
    }

    function _isInOrder(Subject memory subject, Result memory before) internal pure returns (bool) {
        return subject.period == 0 || before.finalAt != 0;
    }

    function _isFinal(Stage stage) internal pure returns (bool) {
        return stage >= Stage.Reported;
    }

    function _bookOf(bytes32 key) private view returns (bytes32) {
        bytes32 book = _books[key];
        return book == 0 ? key : book;
    }

    function _isInForce(bytes32 key) private view returns (bool) {
        bytes32 book = _books[key];
        return book == 0 || _inForce[book] == key;
    }

    function _key(address agreement, bytes32 origin, bytes32 document) private pure returns (bytes32) {
        return keccak256(abi.encode(agreement, origin, document));
    }

    /* FINAL FIGURES */

    /// @dev The verdict at a final stage: on the figures of `base` but for those in `mask`, or without figures.
    function _verdict(
        Stage stage,
        Levels calldata levels,
        Report calldata base,
        Report calldata other,
        uint256 mask,
        uint256 failedBefore
    ) internal pure returns (CreditMath.Verdict memory verdict) {
        if (stage == Stage.Reported) {
            verdict = CreditMath.measured(levels.levels, base, other, mask, failedBefore);
        } else if (stage == Stage.DefaultMissed) {
            verdict = CreditMath.missed(levels.levels, failedBefore);
        }
    }

    /// @dev Makes the figures of a period final, whatever stage it was at.
    function _conclude(Subject memory subject, Credits calldata credits, Result memory before, Outcome memory outcome)
        internal
    {
        ServicePeriod storage stored = _stored(subject);
        if (stored.result.stage == Stage.Contested) (stored.counter, stored.charge) = (0, outcome.charge);
        else if (outcome.charge > 0) stored.charge = outcome.charge;
        stored.commitment = Hashes.efficientKeccak256(outcome.report, outcome.evidence);

        if (outcome.stage == Stage.Reported) {
            _log(
                subject.book,
                4,
                abi.encode(
                    PeriodReported.selector,
                    subject.agreement,
                    subject.origin,
                    subject.period,
                    subject.document,
                    outcome.report,
                    outcome.evidence,
                    outcome.verdict.failed,
                    outcome.charge
                )
            );
        } else {
            _logOf(subject, PeriodDefaulted.selector, abi.encode(subject.document, outcome.verdict.failed));
        }

        _assess(subject, credits, before, outcome);
    }

    /// @dev Writes the result of a period whose figures are final; assessed, if the period before is.
    function _assess(Subject memory subject, Credits calldata credits, Result memory before, Outcome memory outcome)
        internal
    {
        ServicePeriod storage stored = _stored(subject);
        CreditMath.Verdict memory verdict = outcome.verdict;
        bool isInOrder = _isInOrder(subject, before);
        // At most 1e12, and 256 times that for the sum.
        uint256 rate;
        uint256 endUntil;
        if (isInOrder) {
            uint256 room = _yearRoom(subject, credits, before.cumulative);
            rate = _rate(credits, verdict.allocation, room, outcome.adjustment);
            endUntil = _endUntil(subject, credits, verdict);
            if (verdict.heldLevels != 0 && credits.earnBack > 0 && subject.period < credits.earnBackBefore) {
                uint256 least = _rate(credits, verdict.allocation - verdict.heldAllocation, room, outcome.adjustment);
                uint256 periods = Math.min(credits.earnBack, MAX_EARN_BACK);
                if (rate > least) {
                    stored.held = Held(uint40(rate - least), uint32(verdict.heldLevels), uint16(periods));
                }
            }
            _log(
                subject.book,
                4,
                abi.encode(PeriodAssessed.selector, subject.agreement, subject.origin, subject.period, rate, endUntil)
            );
        } else if (verdict.failed == 0) {
            rate = CreditMath.adjusted(0, outcome.adjustment);
        } else {
            rate = CreditMath.adjusted(CreditMath.mostRate(credits), outcome.adjustment);
        }
        Result storage result = stored.result;
        result.stage = outcome.stage;
        result.failed = uint32(verdict.failed);
        result.rate = uint40(rate);
        if (isInOrder) {
            result.finalAt = uint40(block.timestamp);
            result.cumulative = before.cumulative + uint48(rate);
            result.endUntil = uint40(endUntil);
        }
    }

    function _rate(Credits calldata credits, uint256 allocation, uint256 room, int256 adjustment)
        private
        pure
        returns (uint256)
    {
        return CreditMath.adjusted(Math.min(CreditMath.periodRate(credits, allocation), room), adjustment);
    }

    function _yearRoom(Subject memory subject, Credits calldata credits, uint256 cumulative)
        private
        view
        returns (uint256)
    {
        uint256 periods = credits.yearPeriods;
        if (periods == 0) return type(uint256).max;

        if (subject.period < periods) return CreditMath.yearRoom(credits, subject.period + 1, cumulative);

        uint256 older = _periods[subject.book][subject.period - periods].result.cumulative;
        return CreditMath.yearRoom(credits, periods, cumulative - older);
    }

    /// @dev The rate as it stands, and what it is if all that is held returns.
    function _rates(bytes32 book, uint256 period, uint256 rate, Held memory held)
        private
        view
        returns (uint256, uint256)
    {
        bool isOpen;
        for (uint256 after_ = 1; after_ <= held.periods; ++after_) {
            Result memory result = _periods[book][period + after_].result;
            if (result.failed & held.levels != 0) return (rate, rate);
            if (!_isFinal(result.stage)) isOpen = true;
        }
        uint256 least = rate - held.rate;
        return (isOpen ? rate : least, least);
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

    /* HISTORY */

    /// @dev Of an event whose indexed arguments are agreement, origin and period.
    function _logOf(Subject memory subject, bytes32 selector, bytes memory data) internal {
        bytes memory topics = abi.encode(selector, subject.agreement, subject.origin, subject.period);
        _log(subject.book, 4, bytes.concat(topics, data));
    }

    function _log(bytes32 book, uint256 topics, bytes memory words) internal {
        _histories.log(book, topics, words);
    }
}
