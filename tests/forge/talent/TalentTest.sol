// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {Closing} from "../../../contracts/types/State.sol";
import {Profile, Review, Reviews} from "../../../contracts/types/Talent.sol";
import {AgreementTest} from "../agreement/AgreementTest.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Vm} from "../Vm.sol";

/// @notice An open agreement, the calls of its end, reviews, and the histories that the registry must tell.
abstract contract TalentTest is AgreementTest {
    using PaperHash for Paper;

    uint256 internal constant SEALING = 14 days;
    bool internal constant BY_CLIENT = true;
    bool internal constant BY_CONTRACTOR = false;

    ITalentRegistry internal registry;
    bytes32 internal origin;
    bytes32 internal book;
    /// The histories as the recorded events make them.
    mapping(bytes32 book => bytes32) internal told;

    function setUp() public virtual override {
        super.setUp();
        registry = deployed();
        origin = _open(_paper());
        book = bookOf(address(agreement), origin);
    }

    /* ARRANGE */

    function deployed() internal returns (ITalentRegistry) {
        return ITalentRegistry(vm.deployCode("out/TalentRegistry.sol/TalentRegistry.json"));
    }

    function bookOf(address agreement_, bytes32 origin_) internal pure returns (bytes32) {
        return keccak256(bytes.concat(bytes32(uint256(uint160(agreement_))), origin_));
    }

    function accountBook(address account) internal pure returns (bytes32) {
        return keccak256(bytes.concat(bytes32(0), bytes32(0), bytes32(uint256(uint160(account)))));
    }

    /// The first milestone is accepted and both end the agreement.
    function finish(Paper memory paper) internal {
        _accept(paper, 1);
        end(paper);
    }

    /// All that is held goes to the client.
    function end(Paper memory paper) internal {
        Closing memory closing = Closing(_id(paper), 0, 0, vm.getBlockTimestamp());
        bytes32 digest = PaperHash.digest(PaperHash.closing(closing), address(agreement));
        bytes memory signature = sign(CONTRACTOR_KEY, digest);
        vm.prank(paper.deal.client);
        agreement.endByBoth(paper.terms(), closing, "", signature);
        _check(1);
    }

    function reviewOf(bytes32 salt) internal pure returns (Review memory) {
        return Review(5, 4, 3, 1, keccak256(abi.encode("text", salt)), salt);
    }

    /// What is sealed, from words one by one.
    function sealOf(Review memory review) internal pure returns (bytes32) {
        bytes memory marks = bytes.concat(bytes32(review.overall), bytes32(review.quality));
        marks = bytes.concat(marks, bytes32(review.communication), bytes32(review.punctuality));
        return keccak256(bytes.concat(marks, review.text, review.salt));
    }

    function seal(address by, bytes32 sealed_) internal {
        seal(by, _paper(), sealed_);
    }

    function seal(address by, Paper memory paper, bytes32 sealed_) internal {
        vm.prank(by);
        registry.sealReview(address(agreement), paper.terms(), sealed_);
    }

    function sealBoth() internal {
        seal(CLIENT, sealOf(reviewOf("client")));
        seal(CONTRACTOR, sealOf(reviewOf("contractor")));
    }

    function reveal(bool byClient, Review memory review) internal {
        vm.prank(STRANGER);
        registry.revealReview(book, byClient, review);
    }

    /* OUTCOMES */

    /// Announces that the next call of the registry emits the event that follows.
    function expect() internal {
        vm.expectEmit(true, true, true, true, address(registry));
    }

    function refused(bytes4 selector, bytes32 of_, uint256 value) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, of_, value));
    }

    function refused(bytes4 selector, bool byClient) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, book, byClient));
    }

    /// Since the last look the registry emitted exactly `count` events, and each advanced the history of its book.
    function linked(uint256 count) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(registry)) continue;
            ++found;
            bytes32 of_ = logs[i].topics[1];
            told[of_] = keccak256(abi.encode(told[of_], vm.getBlockTimestamp(), eventHash(logs[i])));
        }
        assertEq(found, count, "events of the registry");
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(registry)) continue;
            assertEq(registry.historyOf(logs[i].topics[1]), told[logs[i].topics[1]], "history");
        }
        assertEq(registry.historyOf(book), told[book], "history of the reviews");
    }

    function assertProfile(address account, uint256 version, bytes32 content) internal view {
        Profile memory profile = registry.profileOf(account);
        assertEq(profile.version, version, "version of the profile");
        assertEq(profile.content, content, "content of the profile");
    }

    function assertReviews(bytes32 byClient, bytes32 byContractor, uint256 since, bool client, bool contractor)
        internal
        view
    {
        Reviews memory reviews = registry.reviewsOf(book);
        assertEq(reviews.byClient, byClient, "sealed by the client");
        assertEq(reviews.byContractor, byContractor, "sealed by the contractor");
        assertEq(reviews.since, since, "since");
        assertEq(reviews.clientRevealed, client, "the client's revealed");
        assertEq(reviews.contractorRevealed, contractor, "the contractor's revealed");
    }
}
