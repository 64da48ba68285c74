// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IAgreement} from "./interfaces/IAgreement.sol";
import {ITalentRegistry} from "./interfaces/ITalentRegistry.sol";
import {Documents} from "./libraries/Documents.sol";
import {History} from "./libraries/History.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {Status} from "./types/State.sol";
import {Profile, Review, Reviews} from "./types/Talent.sol";
import {Terms} from "./types/Terms.sol";

/// @title TalentRegistry
/// @dev See {ITalentRegistry} for what it does. It calls agreements for views alone.
contract TalentRegistry is ITalentRegistry {
    bytes32 private constant PROFILE_TYPEHASH = keccak256("Profile(address account,uint256 version,bytes32 content)");
    /// Time for the second review, from the first.
    uint256 private constant SEALING = 14 days;

    mapping(address account => Profile) private _profiles;
    mapping(bytes32 book => Reviews) private _reviews;

    /// @inheritdoc ITalentRegistry
    mapping(bytes32 book => bytes32) public historyOf;

    /* VIEWS */

    /// @inheritdoc ITalentRegistry
    function bookOf(address agreement, bytes32 origin) public pure returns (bytes32) {
        return keccak256(abi.encode(agreement, origin));
    }

    /// @inheritdoc ITalentRegistry
    function profileOf(address account) external view returns (Profile memory) {
        return _profiles[account];
    }

    /// @inheritdoc ITalentRegistry
    function reviewsOf(bytes32 book) external view returns (Reviews memory) {
        return _reviews[book];
    }

    /* PAPERS */

    /// @inheritdoc ITalentRegistry
    function setProfile(address account, uint256 version, bytes32 content, bytes calldata signature) external {
        uint256 next = _profiles[account].version + 1;
        require(version == next, Talent_WrongVersion(version, next));
        if (msg.sender != account) {
            bytes32 hashed = keccak256(abi.encode(PROFILE_TYPEHASH, account, version, content));
            bytes32 domain = TypedData.domain("Workpact Market", address(this));
            bytes32 digest = MessageHashUtils.toTypedDataHash(domain, hashed);
            require(Signatures.isValid(account, digest, signature), Talent_WrongSignature(account));
        }

        _profiles[account] = Profile({version: version, content: content});
        _log(abi.encode(3, ProfileSet.selector, _bookOf(account), account, version, content));
    }

    /// @inheritdoc ITalentRegistry
    function anchor(bytes32 content) external {
        _log(abi.encode(4, Anchored.selector, _bookOf(msg.sender), msg.sender, content));
    }

    /* REVIEWS */

    /// @inheritdoc ITalentRegistry
    function sealReview(address agreement, Terms calldata terms, bytes32 sealedReview) external {
        (bytes32 id, bytes32 origin) = Documents.idOf(agreement, terms);
        require(Documents.isInForce(agreement, id, origin), Talent_NotInForce(id));
        bytes32 book = bookOf(agreement, origin);
        bool byClient = msg.sender == terms.deal.client;
        require(byClient || msg.sender == terms.deal.contractor, Talent_NotParty(book, msg.sender));
        (uint256 status, uint256 accepted, uint256 periods) = IAgreement(agreement).progressOf(origin);
        require(status > Status.LIVE && accepted | periods != 0, Talent_NotReviewable(book, status));
        Reviews storage reviews = _reviews[book];
        (bytes32 before, bytes32 other) =
            byClient ? (reviews.byClient, reviews.byContractor) : (reviews.byContractor, reviews.byClient);
        // Who copies the other's seal would open it with the other's opening: an answer in kind, given unseen.
        require(before == 0 && sealedReview != 0 && sealedReview != other, Talent_AlreadySealed(book, byClient));
        if (reviews.since == 0) reviews.since = uint64(block.timestamp);
        uint256 until = reviews.since + SEALING;
        require(block.timestamp <= until, Talent_TooLate(book, until));

        if (byClient) reviews.byClient = sealedReview;
        else reviews.byContractor = sealedReview;
        address subject = byClient ? terms.deal.contractor : terms.deal.client;
        _log(abi.encode(4, ReviewSealed.selector, book, msg.sender, subject, agreement, origin, sealedReview));
    }

    /// @inheritdoc ITalentRegistry
    function revealReview(bytes32 book, bool byClient, Review calldata review) external {
        Reviews storage reviews = _reviews[book];
        uint256 until = reviews.since + SEALING;
        bool both = reviews.byClient != 0 && reviews.byContractor != 0;
        require(both || block.timestamp > until, Talent_TooEarly(book, until));
        bool revealed = byClient ? reviews.clientRevealed : reviews.contractorRevealed;
        bytes32 expected = byClient ? reviews.byClient : reviews.byContractor;
        bool opens = !revealed && keccak256(abi.encode(review)) == expected;
        require(opens, Talent_WrongOpening(book, byClient));
        _checkMark(book, review.overall);
        _checkMark(book, review.quality);
        _checkMark(book, review.communication);
        _checkMark(book, review.punctuality);

        if (byClient) reviews.clientRevealed = true;
        else reviews.contractorRevealed = true;
        _log(
            abi.encode(
                3,
                ReviewRevealed.selector,
                book,
                byClient,
                review.overall,
                review.quality,
                review.communication,
                review.punctuality,
                review.text
            )
        );
    }

    function _checkMark(bytes32 book, uint256 mark) private pure {
        require(mark >= 1 && mark <= 5, Talent_BadMarks(book, mark));
    }

    function _bookOf(address account) private pure returns (bytes32) {
        return keccak256(abi.encode(address(0), bytes32(0), account));
    }

    function _log(bytes memory words) private {
        History.log(historyOf, words);
    }
}
