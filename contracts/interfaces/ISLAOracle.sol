// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Levels, Report} from "../types/ServiceLevels.sol";
import {ServicePeriod, Signed, Stage} from "../types/ServicePeriods.sol";
import {Contest, Schedule} from "../types/Terms.sol";

/// @title What was delivered in each service period, what it costs and what credit follows (SPEC.md §8)
/// @notice Reporters of both sides sign the same figures, or one side reports and the other answers within its window,
/// by silence or with figures of its own, between which the arbiters choose. The oracle turns final figures into the
/// variable part of the period's charge and a credit rate, which the escrow multiplies. It stores no terms and knows no
/// agreement: its books are keyed by the agreement contract, the origin and the struct hash of the signed service
/// document, so that a document which nobody agreed to makes a book that nobody reads.
/// @dev Notes:
/// - Periods count from zero, at most 256; at most 32 levels.
/// - Figures become final in any order, credits strictly in order: only an assessed period has a result.
/// - The document travels in calldata with each call that judges figures; its calendar, where not needed, as a hash.
interface ISLAOracle {
    /* ERRORS */

    /// @notice Thrown when a call comes before `from` is over: the end of the period, or somebody's time to act.
    error SLAOracle_TooEarly(uint256 period, uint256 from);
    /// @notice Thrown when the time to report or to answer is over.
    error SLAOracle_TooLate(uint256 period, uint256 until);
    /// @notice Thrown when one side's report carries an adjustment: only both sides can agree on one.
    error SLAOracle_AdjustmentNotAgreed(int256 adjustment);
    /// @notice Thrown when two reports do not prove that a reporter contradicts itself.
    error SLAOracle_NoEquivocation(address reporter);
    /// @notice Thrown when the sender is not the party, or not the arbiter whose turn it is.
    error SLAOracle_Unauthorised(address sender, address expected);
    /// @notice Thrown when a ruling names a figure or quantity that there is not, rules in part where a report has no
    /// figures, or, when both arbiters have let their time pass, is not what the terms say: then `most` is.
    error SLAOracle_WrongRuling(uint256 mask, uint256 most);
    /// @notice Thrown when the period is at another stage than the call needs.
    error SLAOracle_WrongStage(uint256 period, Stage stage);
    /// @notice Thrown when a period is final already: its figures never change.
    error SLAOracle_AlreadyFinal(uint256 period);
    /// @notice Thrown when a period is assessed already.
    error SLAOracle_AlreadyAssessed(uint256 period);
    /// @notice Thrown when the charge of the quantities is larger than an amount can be.
    error SLAOracle_ChargeOutOfRange(uint256 charge, uint256 most);
    /// @notice Thrown when a figure is larger than a figure can be.
    error SLAOracle_FigureOutOfRange(uint256 level, uint256 good, uint256 total);
    /// @notice Thrown when more good cases than cases are reported for a ratio.
    error SLAOracle_GoodExceedsTotal(uint256 level, uint256 good, uint256 total);
    /// @notice Thrown when a side's quorum is missing.
    error SLAOracle_NoQuorum(bool client, bool contractor);
    /// @notice Thrown when a period must have final figures for the call, and has none.
    error SLAOracle_NotFinal(uint256 period);
    /// @notice Thrown when the record is not one of the period's evidence.
    error SLAOracle_NotInEvidence(uint256 period, bytes32 record);
    /// @notice Thrown when another document has taken the place of this one, or when it belongs to another book.
    error SLAOracle_NotInForce(bytes32 document);
    /// @notice Thrown when the period before is not assessed yet.
    error SLAOracle_NotInOrder(uint256 period);
    /// @notice Thrown when an address counts for neither side, or is named by both, and so cannot sign or leave; or when
    /// it cannot become a reporter, because it is one, was removed, or is the other side's.
    error SLAOracle_NotReporter(address signer);
    /// @notice Thrown when there is no such period.
    error SLAOracle_PeriodOutOfRange(uint256 period, uint256 periods);
    /// @notice Thrown when a document is to replace itself.
    error SLAOracle_SameDocument(bytes32 document);
    /// @notice Thrown when a signer does not come after the one before it by address: so none counts twice.
    error SLAOracle_SignersNotRising(address before, address signer);
    /// @notice Thrown when the document has more levels than there are bits for them.
    error SLAOracle_TooManyLevels(uint256 levels, uint256 most);
    /// @notice Thrown when a level has a form that does not exist.
    error SLAOracle_UnknownForm(uint256 level, uint256 form);
    /// @notice Thrown when the document in the call is not the one that the report names, or the contest not the one of
    /// the document's calendar.
    error SLAOracle_WrongDocument(bytes32 given, bytes32 named);
    /// @notice Thrown when the figures are not one per level.
    error SLAOracle_WrongFigures(uint256 figures, uint256 levels);
    /// @notice Thrown when the quantities are not one per price.
    error SLAOracle_WrongQuantities(uint256 quantities, uint256 prices);
    /// @notice Thrown when the report is not the one that the period is pending, contested or final by.
    error SLAOracle_WrongReport(bytes32 given, bytes32 expected);
    /// @notice Thrown when a signature is not the signer's over this report.
    error SLAOracle_WrongSignature(address signer);

    /* EVENTS */

    /// @notice One side has reported; the other may answer until `until`.
    /// @param byClient Whether the client's side has.
    /// @param isNotice Whether it says that the data are withheld, instead of figures.
    event PeriodPending(
        address indexed agreement,
        bytes32 indexed origin,
        uint256 indexed period,
        bytes32 document,
        bytes32 report,
        bytes32 evidence,
        bool byClient,
        bool isNotice,
        uint256 until
    );
    /// @notice The other side has answered with a report of its own: the period is with the arbiters.
    event PeriodContested(
        address indexed agreement,
        bytes32 indexed origin,
        uint256 indexed period,
        bytes32 report,
        bytes32 evidence,
        bool byClient,
        uint256 charge
    );
    /// @notice A contested period was ruled on. The final figures follow in {PeriodReported} or {PeriodDefaulted}.
    /// @param mask What stands as the client reported it: bit `i` level `i`, bit `32 + j` quantity `j`.
    event PeriodRuled(
        address indexed agreement, bytes32 indexed origin, uint256 indexed period, address ruler, uint256 mask
    );
    /// @notice The client has waived the credit of a period.
    event CreditWaived(address indexed agreement, bytes32 indexed origin, uint256 indexed period);
    /// @notice A party has replaced a reporter, from a period on; zero for none.
    event ReporterReplaced(
        address indexed agreement,
        bytes32 indexed origin,
        bytes32 document,
        address party,
        address oldReporter,
        address newReporter,
        uint256 fromPeriod
    );
    /// @notice A reporter has signed different reports of one period, and counts no more.
    event ReporterRemoved(
        address indexed agreement, bytes32 indexed origin, bytes32 document, address reporter, uint256 period
    );
    /// @notice A report became final: signed by both sides, accepted by silence, conceded or ruled.
    /// @param document The service document it was measured by.
    /// @param report Its EIP-712 struct hash.
    /// @param evidence Root of the tree over the period's events.
    /// @param failed The levels that failed, one bit each.
    /// @param charge Variable part of the period's charge, in the token's smallest unit.
    event PeriodReported(
        address indexed agreement,
        bytes32 indexed origin,
        uint256 indexed period,
        bytes32 document,
        bytes32 report,
        bytes32 evidence,
        uint256 failed,
        uint256 charge
    );
    /// @notice A period became final without figures: nobody reported in time, or a notice stands.
    /// @param failed Every level that has a band if it counts as missed, none if it counts as met.
    event PeriodDefaulted(
        address indexed agreement, bytes32 indexed origin, uint256 indexed period, bytes32 document, uint256 failed
    );
    /// @notice The credit of a period became final.
    /// @param rate The credit as a share of the charge, 1e-12.
    /// @param endUntil Until when it gives the client a right to end; zero for none.
    event PeriodAssessed(
        address indexed agreement, bytes32 indexed origin, uint256 indexed period, uint256 rate, uint256 endUntil
    );
    /// @notice An amendment put another service document in force for the same book.
    event DocumentReplaced(
        address indexed agreement,
        bytes32 indexed origin,
        bytes32 indexed book,
        bytes32 oldDocument,
        bytes32 newDocument
    );
    /// @notice A record was shown to be one of a final period's evidence.
    event RecordProved(bytes32 indexed book, uint256 indexed period, bytes32 record);

    /* READ */

    /// @notice The book that a document leads to: of its own, until it took the place of another.
    function bookOf(address agreement, bytes32 origin, bytes32 document) external view returns (bytes32);

    /// @notice Whether reports and defaults are taken by this document: it was not replaced.
    function isInForce(address agreement, bytes32 origin, bytes32 document) external view returns (bool);

    /// @notice All that is kept of a period.
    function periodOf(bytes32 book, uint256 period) external view returns (ServicePeriod memory);

    /// @notice The word that chains every event of a book (SPEC.md §10).
    function historyOf(bytes32 book) external view returns (bytes32);

    /// @notice What the escrow settles a period by.
    /// @return known 1 if charge and rate bound what can follow: the charge is not less, the rate not more; else 0.
    /// @return finalAt When the period was assessed; zero if it is not.
    /// @return charge Variable part of the charge, `Σ rate · quantity`, in the token's smallest unit.
    /// @return rate The service credit as a share of the charge, 1e-12, at most 1e12.
    /// @return least What the rate is if a credit that is held returns; `rate` when nothing is held.
    function resultOf(address agreement, bytes32 origin, bytes32 document, uint256 period)
        external
        view
        returns (uint256 known, uint256 finalAt, uint256 charge, uint256 rate, uint256 least);

    /// @notice For which side an address signs reports of a period, by the document and what was done to it since.
    function isReporter(
        address agreement,
        bytes32 origin,
        bytes32 schedule,
        Levels calldata levels,
        address reporter,
        uint256 period
    ) external view returns (bool forClient, bool forContractor);

    /// @notice Until when the period gives the client a right to end for cause; zero for none.
    function rightToEnd(address agreement, bytes32 origin, bytes32 document, uint256 period)
        external
        view
        returns (uint256 until);

    /// @notice Those of the periods in `mask`, one bit each, whose figures are final with no level failed.
    function metPeriods(address agreement, bytes32 origin, bytes32 document, uint256 mask)
        external
        view
        returns (uint256 met);

    /* REPORT */

    /// @notice Makes the figures of a period final at once, by signatures of both sides, carried by anyone.
    /// @dev Emits {PeriodReported}, and {PeriodAssessed} if the period before is assessed.
    ///
    /// Notes:
    /// - The party itself counts as its side's quorum; a quorum of zero leaves the party alone to sign.
    /// - Every signature must be good, whether the quorum needs it or not.
    /// - The end of the period is not checked: both sides say that it is over.
    ///
    /// Requirements: the document hashes to the report's and is in force; the period has no final figures; figures and
    /// quantities fit the document; signers rise by address and are named for one side each.
    ///
    /// @param given The report that both sides signed.
    /// @param schedule EIP-712 struct hash of the document's calendar.
    /// @param levels The rest of the service document.
    /// @param signatures Signatures over the report, by rising signer.
    function report(Report calldata given, bytes32 schedule, Levels calldata levels, Signed[] calldata signatures)
        external;

    /// @notice Reports for one side. Then the other may answer until its window is over.
    /// @dev Emits {PeriodPending}.
    ///
    /// Notes:
    /// - Without figures, quantities and evidence it is a notice: the other side has withheld the data.
    ///
    /// Requirements: the document hashes to the report's and is in force; the period is over, `reportWithin` is not; the
    /// period is open; no adjustment; figures fit the document; the signers are a quorum of exactly one side.
    function reportBySide(
        Report calldata given,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels,
        Signed[] calldata signatures
    ) external;

    /// @notice Answers the other side's report with one of the own side.
    /// @dev Emits {PeriodContested}; or {PeriodPending}, where figures answer a notice.
    ///
    /// Requirements: `pending` is what the other side reported and names the same document; its window is not over; the
    /// rest as for {reportBySide}, but for the document in force and `reportWithin`.
    function counter(
        Report calldata pending,
        Report calldata given,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels,
        Signed[] calldata signatures
    ) external;

    /// @notice Makes a pending report final after the other side's silence, by anyone; or before, by the other party
    /// itself, which concedes. While contested, a party concedes to the other side's report. Only a party of the document
    /// in force concedes.
    /// @dev Emits {PeriodReported} or {PeriodDefaulted}, and {PeriodAssessed} if the period before is assessed. The
    /// document is the report's own, replaced since or not; so it is for {counter} and {rule}.
    function finalise(
        Report calldata given,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels
    ) external;

    /// @notice Chooses between the two reports of a contested period, figure by figure: the arbiter, then the backup, then
    /// anyone with what the terms say.
    /// @dev Emits {PeriodRuled}, {PeriodReported} or {PeriodDefaulted}, and {PeriodAssessed} if the period before is
    /// assessed. The report that is final takes each figure and quantity from the report that stands for it; id and
    /// evidence are the client's if every bit is set, else the contractor's.
    /// @param mask What stands as the client reported it: bit `i` level `i`, bit `32 + j` quantity `j`.
    function rule(
        Report calldata ofClient,
        Report calldata ofContractor,
        Schedule calldata schedule,
        Contest calldata contest,
        Levels calldata levels,
        uint256 mask
    ) external;

    /// @notice Makes the default of the terms final for a period that nobody reported in time. Open to all.
    /// @dev Emits {PeriodDefaulted}, and {PeriodAssessed} if the period before is assessed. The contractor obliged to
    /// report: every level in its first band, never critical. The client obliged: every level met. No quantities.
    function applyDefault(
        address agreement,
        bytes32 origin,
        Schedule calldata schedule,
        Levels calldata levels,
        uint256 period
    ) external;

    /// @notice Computes the credit of a period whose figures became final before those of an earlier one. Open to all.
    /// @dev Emits {PeriodAssessed}. The document is the report's own, replaced since or not.
    /// @param given The report that made it final: put together as it was ruled; the notice that stands; for a default
    /// that nobody reported, one without id, figures, quantities and evidence.
    function assess(Report calldata given, bytes32 schedule, Levels calldata levels) external;

    /// @notice Shows that a record is one of a final period's evidence, and writes that into the history. Open to all.
    /// @dev Emits {RecordProved}. Shown by its hash: neither salt nor row need be published.
    /// @param record `keccak256(abi.encode(salt, rowHash))`; the leaf is its hash.
    /// @param reportHash EIP-712 struct hash of the period's report.
    /// @param proof The siblings from the leaf to the root.
    function prove(bytes32 book, uint256 period, bytes32 record, bytes32 reportHash, bytes32[] calldata proof) external;

    /* PARTIES' ACTS */

    /// @notice Waives the credit of a period, whatever its stage: the client of the document in force alone.
    /// @dev Emits {CreditWaived}. Repeated, it changes nothing; after the period is settled, nothing in money.
    function waive(address agreement, bytes32 origin, bytes32 schedule, Levels calldata levels, uint256 period) external;

    /// @notice Replaces one of the sender's own reporters from the period after the running one.
    /// @dev Emits {ReporterReplaced}. Zero addresses add or remove one; the quorum stays. Before the first period has
    /// begun it holds from that one on. The document must be in force.
    function replaceReporter(
        address agreement,
        bytes32 origin,
        Schedule calldata schedule,
        Levels calldata levels,
        address oldReporter,
        address newReporter
    ) external;

    /// @notice Removes a reporter that has signed two different reports with figures of one period. Open to all.
    /// @dev Emits {ReporterRemoved}. Of a reporter that is a contract it can be proved only while its code still says
    /// yes to both. Reports that differ in their id, evidence or adjustment alone contradict each other too.
    function proveEquivocation(
        Report calldata one,
        Report calldata other,
        bytes32 schedule,
        Levels calldata levels,
        Signed calldata signedOne,
        bytes calldata signatureOfOther
    ) external;

    /* AMEND */

    /// @notice Puts another service document in force for the same book. The agreement contract calls it.
    /// @dev Emits {DocumentReplaced}. The book is the caller's own, so nobody else can touch it. Levels and periods are
    /// append-only: history, caps and repeat failures go on.
    function replace(bytes32 origin, bytes32 oldDocument, bytes32 newDocument) external;
}
