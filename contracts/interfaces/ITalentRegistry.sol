// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Profile, Review, Reviews} from "../types/Talent.sol";
import {Terms} from "../types/Terms.sol";

/// @title What of the market must be undeniable (SPEC.md §15)
/// @notice Which profile of an account counts, that a paper existed at a time, and what two parties who have worked for
/// money think of each other, sealed until both have said it. Requests and bids need no transaction; what an account has
/// done stands in the other contracts, and nobody can write it.
/// @dev Every event advances the history of its book (SPEC.md §10): reviews that of
/// `keccak256(abi.encode(agreement contract, origin))`, the rest that of
/// `keccak256(abi.encode(address(0), bytes32(0), account))`.
///
/// EIP-712 domain: name "Workpact Market", version "1", this chain and contract. Signed here, by key or ERC-1271:
/// `Profile(address account,uint256 version,bytes32 content)`. Papers off chain are signed in the same domain:
/// `Paper(address author,string kind,bytes32 content)`.
///
/// Warning: whoever names a contract that is no Workpact agreement gets reviews under that contract's address; readers
/// count those of agreements they know.
interface ITalentRegistry {
    /* EVENTS */

    /// @notice `content` is the profile of `account` that counts from now on; none if it is zero.
    event ProfileSet(bytes32 indexed book, address indexed account, uint256 version, bytes32 content);
    /// @notice `account` says that it had what hashes to `content` at this time.
    event Anchored(bytes32 indexed book, address indexed account, bytes32 indexed content);
    /// @notice `author` sealed its review of `subject`.
    event ReviewSealed(
        bytes32 indexed book,
        address indexed author,
        address indexed subject,
        address agreement,
        bytes32 origin,
        bytes32 sealedReview
    );
    /// @notice The review by the client, or else by the contractor, was opened.
    event ReviewRevealed(
        bytes32 indexed book,
        bool indexed byClient,
        uint256 overall,
        uint256 quality,
        uint256 communication,
        uint256 punctuality,
        bytes32 text
    );

    /* ERRORS */

    /// @notice Thrown when a profile's version is not the next one.
    error Talent_WrongVersion(uint256 version, uint256 next);
    /// @notice Thrown when `signer` has neither signed nor sent.
    error Talent_WrongSignature(address signer);
    /// @notice Thrown when the document is not the one in force, or never was.
    error Talent_NotInForce(bytes32 id);
    /// @notice Thrown when the caller is no party of the document in force.
    error Talent_NotParty(bytes32 book, address caller);
    /// @notice Thrown when an agreement still runs, or nothing was ever accepted or settled in it.
    error Talent_NotReviewable(bytes32 book, uint256 status);
    /// @notice Thrown when a side has sealed its review already, or what it seals is zero or what the other has sealed.
    error Talent_AlreadySealed(bytes32 book, bool byClient);
    /// @notice Thrown when the time to seal was over at `until`.
    error Talent_TooLate(bytes32 book, uint256 until);
    /// @notice Thrown when the other side has not sealed yet and may until `until`.
    error Talent_TooEarly(bytes32 book, uint256 until);
    /// @notice Thrown when a review does not open what was sealed, or was opened before.
    error Talent_WrongOpening(bytes32 book, bool byClient);
    /// @notice Thrown when a mark is not 1 to 5.
    error Talent_BadMarks(bytes32 book, uint256 mark);

    /* VIEWS */

    /// @notice The book of an agreement's reviews.
    function bookOf(address agreement, bytes32 origin) external pure returns (bytes32);

    /// @notice The profile of an account that counts.
    function profileOf(address account) external view returns (Profile memory);

    /// @notice The sealed reviews of an agreement.
    function reviewsOf(bytes32 book) external view returns (Reviews memory);

    /// @notice The word that chains every event of a book.
    function historyOf(bytes32 book) external view returns (bytes32);

    /* PAPERS */

    /// @notice Says which profile of `account` counts. The account, or anyone with its signature of `Profile`.
    /// @dev `version` is the next; a zero `content` takes the profile back. Emits {ProfileSet}.
    function setProfile(address account, uint256 version, bytes32 content, bytes calldata signature) external;

    /// @notice Says that the caller has what hashes to `content` now. Emits {Anchored}.
    function anchor(bytes32 content) external;

    /* REVIEWS */

    /// @notice Seals the caller's review of the other party. A party of the document in force, once its agreement has
    /// ended and something was accepted or settled in it; until 14 days after the first of the two.
    /// @dev `sealedReview` is `keccak256(abi.encode(Review))`. Emits {ReviewSealed}.
    function sealReview(address agreement, Terms calldata terms, bytes32 sealedReview) external;

    /// @notice Opens a sealed review. Anyone who has the opening, once both are sealed or the time to seal is over.
    /// @dev Emits {ReviewRevealed}.
    function revealReview(bytes32 book, bool byClient, Review calldata review) external;
}
