// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {SLABooks} from "./SLABooks.sol";
import {ISLAOracle} from "./interfaces/ISLAOracle.sol";
import {ServiceLevelsHash} from "./libraries/ServiceLevelsHash.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Levels, Report, Reporters} from "./types/ServiceLevels.sol";
import {Seat, Side, Signed} from "./types/ServicePeriods.sol";
import {Schedule} from "./types/Terms.sol";

/// @title Whose signature counts for which side
/// @notice Deployed as part of {SLAOracle}.
abstract contract SLAReporters is SLABooks {
    using ServiceLevelsHash for Levels;
    using ServiceLevelsHash for Report;
    using ServiceLevelsHash for Schedule;

    /// @dev Read only for a document with an entry in `_books`: the usual report does not pay for it.
    mapping(bytes32 key => mapping(address reporter => Seat)) private _seats;

    /// @inheritdoc ISLAOracle
    function isReporter(
        address agreement,
        bytes32 origin,
        bytes32 schedule,
        Levels calldata levels,
        address reporter,
        uint256 period
    ) external view returns (bool forClient, bool forContractor) {
        bytes32 document = ServiceLevelsHash.hashService(schedule, levels.hash());
        return _sidesOf(_subject(agreement, origin, period, document), levels.reporters, reporter);
    }

    /// @inheritdoc ISLAOracle
    function replaceReporter(
        address agreement,
        bytes32 origin,
        Schedule calldata schedule,
        Levels calldata levels,
        address oldReporter,
        address newReporter
    ) external {
        Reporters calldata reporters = levels.reporters;
        bool isClient = msg.sender == reporters.client;
        require(isClient || msg.sender == reporters.contractor, SLAOracle_Unauthorised(msg.sender, reporters.client));
        require(oldReporter != newReporter, SLAOracle_NotReporter(newReporter));
        bytes32 document = ServiceLevelsHash.hashService(schedule.hash(), levels.hash());
        uint256 from = _nextPeriod(schedule);
        Subject memory subject = _subject(agreement, origin, from, document);
        _requireInForce(subject, Math.min(schedule.ends.length, MAX_PERIODS));

        if (oldReporter != address(0)) _leave(subject, reporters, oldReporter, isClient);
        if (newReporter != address(0)) _join(subject, reporters, newReporter, isClient);
        _touch(subject);

        _log(
            subject.book,
            3,
            abi.encode(
                ReporterReplaced.selector, agreement, origin, document, msg.sender, oldReporter, newReporter, from
            )
        );
    }

    /// @inheritdoc ISLAOracle
    function proveEquivocation(
        Report calldata one,
        Report calldata other,
        bytes32 schedule,
        Levels calldata levels,
        Signed calldata signedOne,
        bytes calldata signatureOfOther
    ) external {
        Subject memory subject = _subjectOf(one, schedule, levels);
        address reporter = signedOne.signer;
        (bytes32 hashOfOne, bytes32 hashOfOther) = (one.hash(), other.hash());
        bool isSamePeriod = one.agreement == other.agreement && one.origin == other.origin
            && one.document == other.document && one.period == other.period;
        require(
            isSamePeriod && hashOfOne != hashOfOther && !_isNotice(one) && !_isNotice(other)
                && !_isParty(levels.reporters, reporter),
            SLAOracle_NoEquivocation(reporter)
        );
        (bool forClient, bool forContractor) = _sidesOf(subject, levels.reporters, reporter);
        require(forClient || forContractor, SLAOracle_NotReporter(reporter));
        require(
            Signatures.isValid(reporter, _digest(hashOfOne), signedOne.signature)
                && Signatures.isValid(reporter, _digest(hashOfOther), signatureOfOther),
            SLAOracle_WrongSignature(reporter)
        );

        _seats[subject.key][reporter].side = Side.Removed;
        _touch(subject);

        _log(
            subject.book,
            3,
            abi.encode(
                ReporterRemoved.selector, subject.agreement, subject.origin, subject.document, reporter, subject.period
            )
        );
    }

    /// @dev Of which sides the signers are a quorum.
    function _quorums(
        Subject memory subject,
        Reporters calldata reporters,
        bytes32 reportHash,
        Signed[] calldata signatures
    ) internal view returns (bool client, bool contractor) {
        bytes32 digest = _digest(reportHash);
        uint256 clientCount;
        uint256 contractorCount;
        address last;
        bool isTouched = subject.isTouched;
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = signatures[i].signer;
            require(signer > last, SLAOracle_SignersNotRising(last, signer));
            last = signer;

            (bool forClient, bool forContractor) =
                isTouched ? _sidesOf(subject, reporters, signer) : _listedSides(reporters, signer);
            require(forClient || forContractor, SLAOracle_NotReporter(signer));
            require(Signatures.isValid(signer, digest, signatures[i].signature), SLAOracle_WrongSignature(signer));

            if (forClient) {
                client = signer == reporters.client || ++clientCount == reporters.clientQuorum || client;
            } else {
                contractor =
                    signer == reporters.contractor || ++contractorCount == reporters.contractorQuorum || contractor;
            }
        }
    }

    /// @dev Whether the report says that the data are withheld.
    function _isNotice(Report calldata given) internal pure returns (bool) {
        return given.figures.length == 0 && given.quantities.length == 0 && given.evidence == 0;
    }

    function _sidesOf(Subject memory subject, Reporters calldata reporters, address signer)
        private
        view
        returns (bool forClient, bool forContractor)
    {
        Seat memory seat = _seats[subject.key][signer];
        if (seat.side == Side.Listed) return _listedSides(reporters, signer);

        bool counts = seat.from <= subject.period && subject.period < seat.until;
        return (counts && seat.side == Side.Client, counts && seat.side == Side.Contractor);
    }

    /// @dev A signer that both sides name counts for none: it could otherwise make a quorum of each by itself.
    function _listedSides(Reporters calldata reporters, address signer)
        private
        pure
        returns (bool forClient, bool forContractor)
    {
        forClient = signer == reporters.client || _contains(reporters.clientReporters, signer);
        forContractor = signer == reporters.contractor || _contains(reporters.contractorReporters, signer);
        if (forClient && forContractor) return (false, false);
    }

    function _leave(Subject memory subject, Reporters calldata reporters, address reporter, bool isClient) private {
        (bool forClient, bool forContractor) = _sidesOf(subject, reporters, reporter);
        require(
            !_isParty(reporters, reporter) && (isClient ? forClient : forContractor), SLAOracle_NotReporter(reporter)
        );

        Seat storage seat = _seats[subject.key][reporter];
        seat.side = isClient ? Side.Client : Side.Contractor;
        seat.until = uint16(subject.period);
    }

    function _join(Subject memory subject, Reporters calldata reporters, address reporter, bool isClient) private {
        (bool forClient, bool forContractor) = _sidesOf(subject, reporters, reporter);
        Seat storage seat = _seats[subject.key][reporter];
        Side side = isClient ? Side.Client : Side.Contractor;
        require(
            !_isParty(reporters, reporter) && !forClient && !forContractor
                && (seat.side == side || seat.side == Side.Listed)
                && !_contains(isClient ? reporters.contractorReporters : reporters.clientReporters, reporter),
            SLAOracle_NotReporter(reporter)
        );

        // Who left in the same period has never been away.
        if (seat.side == Side.Listed || seat.until != subject.period) seat.from = uint16(subject.period);
        (seat.side, seat.until) = (side, type(uint16).max);
    }

    /// @dev From now on the seats of the document's reporters are read.
    function _touch(Subject memory subject) private {
        if (!subject.isTouched) (_books[subject.key], _inForce[subject.key]) = (subject.key, subject.key);
    }

    /// @dev The period after the running one; the first, before it has begun.
    function _nextPeriod(Schedule calldata schedule) private view returns (uint256 period) {
        if (block.timestamp < schedule.start) return 0;

        uint256 periods = Math.min(schedule.ends.length, MAX_PERIODS);
        while (period < periods && schedule.ends[period] <= block.timestamp) ++period;
        ++period;
    }

    function _digest(bytes32 reportHash) private view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(ServiceLevelsHash.domain(), reportHash);
    }

    function _isParty(Reporters calldata reporters, address account) private pure returns (bool) {
        return account == reporters.client || account == reporters.contractor;
    }

    function _contains(address[] calldata list, address member) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == member) return true;
        }
        return false;
    }
}
