// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {Status} from "../../../contracts/types/State.sol";
import {Review} from "../../../contracts/types/Talent.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {BogusAgreement} from "../room/BogusAgreement.sol";
import {TalentTest} from "./TalentTest.sol";

/// @notice SPEC 15.9: what two parties who have worked for money think of each other.
contract ReviewsTest is TalentTest {
    using PaperHash for Paper;

    Review private clients = reviewOf("client");
    Review private contractors = reviewOf("contractor");

    function _expectSealed(address author, address subject, bytes32 sealed_) private {
        expect();
        emit ITalentRegistry.ReviewSealed(book, author, subject, address(agreement), origin, sealed_);
    }

    function _expectRevealed(bool byClient, Review memory given) private {
        expect();
        emit ITalentRegistry.ReviewRevealed(
            book, byClient, given.overall, given.quality, given.communication, given.punctuality, given.text
        );
    }

    function _notReviewable(uint256 status) private {
        refused(ITalentRegistry.Talent_NotReviewable.selector, book, status);
    }

    function _notInForce(bytes32 id) private {
        vm.expectRevert(abi.encodeWithSelector(ITalentRegistry.Talent_NotInForce.selector, id));
    }

    function _notParty(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(ITalentRegistry.Talent_NotParty.selector, book, caller));
    }

    function _tooLate() private {
        refused(ITalentRegistry.Talent_TooLate.selector, book, START + SEALING);
    }

    function _tooEarly() private {
        refused(ITalentRegistry.Talent_TooEarly.selector, book, START + SEALING);
    }

    function _wrongOpening(bool byClient) private {
        refused(ITalentRegistry.Talent_WrongOpening.selector, byClient);
    }

    function _alreadySealed(bool byClient) private {
        refused(ITalentRegistry.Talent_AlreadySealed.selector, byClient);
    }

    /* BOTH */

    function test_both_seal_then_anyone_opens_each() public {
        finish(_paper());
        assertEq(registry.bookOf(address(agreement), origin), book, "book");
        _expectSealed(CLIENT, CONTRACTOR, sealOf(clients));
        seal(CLIENT, sealOf(clients));
        linked(1);
        assertReviews(sealOf(clients), 0, START, false, false);

        vm.warp(START + SEALING);
        _expectSealed(CONTRACTOR, CLIENT, sealOf(contractors));
        seal(CONTRACTOR, sealOf(contractors));
        linked(1);
        assertReviews(sealOf(clients), sealOf(contractors), START, false, false);

        _expectRevealed(BY_CONTRACTOR, contractors);
        reveal(BY_CONTRACTOR, contractors);
        linked(1);
        assertReviews(sealOf(clients), sealOf(contractors), START, false, true);
        _expectRevealed(BY_CLIENT, clients);
        reveal(BY_CLIENT, clients);
        linked(1);
        assertReviews(sealOf(clients), sealOf(contractors), START, true, true);
    }

    function test_the_contractor_first() public {
        finish(_paper());
        _expectSealed(CONTRACTOR, CLIENT, sealOf(contractors));
        seal(CONTRACTOR, sealOf(contractors));
        _expectSealed(CLIENT, CONTRACTOR, sealOf(clients));
        seal(CLIENT, sealOf(clients));
        linked(2);
        assertReviews(sealOf(clients), sealOf(contractors), START, false, false);
        reveal(BY_CLIENT, clients);
        linked(1);
    }

    /* ONE ALONE */

    function test_one_alone_is_opened_when_the_time_is_over() public {
        finish(_paper());
        seal(CLIENT, sealOf(clients));
        linked(1);
        vm.warp(START + SEALING);
        _tooEarly();
        reveal(BY_CLIENT, clients);

        vm.warp(START + SEALING + 1);
        _tooLate();
        seal(CONTRACTOR, sealOf(contractors));
        _wrongOpening(BY_CONTRACTOR);
        reveal(BY_CONTRACTOR, contractors);
        _expectRevealed(BY_CLIENT, clients);
        reveal(BY_CLIENT, clients);
        linked(1);
        _tooLate();
        seal(CONTRACTOR, sealOf(contractors));
        assertReviews(sealOf(clients), 0, START, true, false);
    }

    /// The time runs from the first, whenever that is; before the second nobody reads.
    /// @custom:threat T59
    function test_nothing_is_opened_before_both_or_time() public {
        finish(_paper());
        vm.warp(START + 400 days);
        seal(CONTRACTOR, sealOf(contractors));
        linked(1);
        assertReviews(0, sealOf(contractors), START + 400 days, false, false);
        refused(ITalentRegistry.Talent_TooEarly.selector, book, START + 414 days);
        reveal(BY_CONTRACTOR, contractors);
        refused(ITalentRegistry.Talent_TooEarly.selector, book, START + 414 days);
        reveal(BY_CLIENT, clients);
    }

    function test_nothing_sealed_nothing_to_open() public {
        finish(_paper());
        _wrongOpening(BY_CLIENT);
        reveal(BY_CLIENT, clients);
        _wrongOpening(BY_CONTRACTOR);
        registry.revealReview(book, false, Review(0, 0, 0, 0, 0, 0));
        linked(0);
    }

    /// Who withholds its opening is seen to.
    function test_withheld_stays_sealed() public {
        finish(_paper());
        sealBoth();
        reveal(BY_CLIENT, clients);
        linked(3);
        vm.warp(START + 1000 days);
        assertReviews(sealOf(clients), sealOf(contractors), START, true, false);
        reveal(BY_CONTRACTOR, contractors);
        linked(1);
    }

    /* WHAT IS SEALED STANDS */

    /// @custom:threat T59
    function test_each_seals_once_and_never_nothing() public {
        finish(_paper());
        _alreadySealed(BY_CLIENT);
        seal(CLIENT, 0);
        _alreadySealed(BY_CONTRACTOR);
        seal(CONTRACTOR, 0);
        assertReviews(0, 0, 0, false, false);
        sealBoth();
        linked(2);
        _alreadySealed(BY_CLIENT);
        seal(CLIENT, keccak256("second thoughts"));
        _alreadySealed(BY_CONTRACTOR);
        seal(CONTRACTOR, keccak256("second thoughts"));
        reveal(BY_CLIENT, clients);
        _alreadySealed(BY_CLIENT);
        seal(CLIENT, keccak256("after all"));
        assertReviews(sealOf(clients), sealOf(contractors), START, true, false);
    }

    /// Whoever seals what the other has sealed could open it with the other's opening: an answer in kind, given unseen.
    /// @custom:threat T59
    function test_nobody_copies_the_others_seal() public {
        finish(_paper());
        seal(CONTRACTOR, sealOf(contractors));
        _alreadySealed(BY_CLIENT);
        seal(CLIENT, sealOf(contractors));
        seal(CLIENT, sealOf(clients));
        linked(2);
        _wrongOpening(BY_CLIENT);
        reveal(BY_CLIENT, contractors);
        _wrongOpening(BY_CONTRACTOR);
        reveal(BY_CONTRACTOR, clients);
    }

    function test_opened_once_and_by_what_was_sealed_alone() public {
        finish(_paper());
        sealBoth();
        linked(2);
        for (uint256 i = 0; i < 6; ++i) {
            Review memory other = reviewOf("client");
            if (i == 0) other.overall = 4;
            if (i == 1) other.quality = 5;
            if (i == 2) other.communication = 4;
            if (i == 3) other.punctuality = 2;
            if (i == 4) other.text = 0;
            if (i == 5) other.salt = "other";
            _wrongOpening(BY_CLIENT);
            reveal(BY_CLIENT, other);
        }
        reveal(BY_CLIENT, clients);
        _wrongOpening(BY_CLIENT);
        reveal(BY_CLIENT, clients);
        linked(1);
    }

    function test_marks_out_of_range_are_never_opened() public {
        finish(_paper());
        uint256[3] memory wrong = [uint256(0), 6, type(uint256).max];
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < 12; ++i) {
            Review memory bad = reviewOf("client");
            uint256 mark = wrong[i / 4];
            if (i % 4 == 0) bad.overall = mark;
            if (i % 4 == 1) bad.quality = mark;
            if (i % 4 == 2) bad.communication = mark;
            if (i % 4 == 3) bad.punctuality = mark;
            seal(CLIENT, sealOf(bad));
            seal(CONTRACTOR, sealOf(contractors));
            refused(ITalentRegistry.Talent_BadMarks.selector, book, mark);
            reveal(BY_CLIENT, bad);
            vm.warp(START + 1000 days);
            refused(ITalentRegistry.Talent_BadMarks.selector, book, mark);
            reveal(BY_CLIENT, bad);
            reveal(BY_CONTRACTOR, contractors);
            assertReviews(sealOf(bad), sealOf(contractors), START, false, true);
            vm.revertToState(before);
        }
    }

    function testFuzz_marks_from_1_to_5(uint256 overall, uint256 quality, uint256 communication, uint256 punctuality)
        public
    {
        // Most are in the range, some beside it, some anywhere.
        uint256[4] memory marks = [overall, quality, communication, punctuality];
        uint256 bad = 0;
        for (uint256 i = 4; i > 0; --i) {
            if (marks[i - 1] % 16 != 15) {
                marks[i - 1] = marks[i - 1] % 16 == 14 ? marks[i - 1] % 7 : marks[i - 1] % 5 + 1;
            }
            if (marks[i - 1] < 1 || marks[i - 1] > 5) bad = i;
        }
        Review memory given = Review(marks[0], marks[1], marks[2], marks[3], 0, "salt");
        finish(_paper());
        seal(CLIENT, sealOf(given));
        linked(1);
        vm.warp(START + SEALING + 1);
        if (bad > 0) refused(ITalentRegistry.Talent_BadMarks.selector, book, marks[bad - 1]);
        else _expectRevealed(BY_CLIENT, given);
        reveal(BY_CLIENT, given);
        linked(bad > 0 ? 0 : 1);
    }

    function testFuzz_sealed_in_time_by_either(bool clientFirst, uint256 gap) public {
        gap = bound(gap, 0, 2 * SEALING);
        finish(_paper());
        (address first, address second) = clientFirst ? (CLIENT, CONTRACTOR) : (CONTRACTOR, CLIENT);
        seal(first, "first");
        vm.warp(START + gap);
        if (gap > SEALING) _tooLate();
        seal(second, "second");
        bytes32 late = gap > SEALING ? bytes32(0) : bytes32("second");
        assertReviews(clientFirst ? bytes32("first") : late, clientFirst ? late : bytes32("first"), START, false, false);
    }

    /* OF WHICH AGREEMENTS */

    function test_not_while_it_runs() public {
        _accept(_paper(), 1);
        _notReviewable(Status.LIVE);
        seal(CLIENT, sealOf(clients));
        _notice(_paper(), CLIENT);
        vm.warp(START + 31 days);
        _notReviewable(Status.LIVE);
        seal(CLIENT, sealOf(clients));
        vm.prank(STRANGER);
        agreement.close(_paper().terms(), _paper().conditions());
        _check(1);
        seal(CLIENT, sealOf(clients));
        linked(1);
        assertReviews(sealOf(clients), 0, START + 31 days, false, false);
    }

    function test_done() public {
        _accept(_paper(), 7);
        vm.prank(STRANGER);
        agreement.close(_paper().terms(), _paper().conditions());
        _check(1);
        sealBoth();
        linked(2);
    }

    function test_not_where_nothing_was_ever_accepted() public {
        end(_paper());
        _notReviewable(Status.ENDED_BY_BOTH);
        seal(CLIENT, sealOf(clients));
        _notReviewable(Status.ENDED_BY_BOTH);
        seal(CONTRACTOR, sealOf(contractors));
        assertReviews(0, 0, 0, false, false);
    }

    /// Of a dispute, a ruling that gives the contractor something.
    function test_a_ruling_counts_if_it_pays() public {
        _submit(_paper(), 0);
        _dispute(_paper(), 0);
        vm.warp(START + 21 days);
        agreement.rule(_paper().terms(), _paper().arbitration, 0, 400_000);
        _check(1);
        end(_paper());
        seal(CLIENT, sealOf(clients));
        linked(1);
    }

    function test_not_of_what_never_was_in_force() public {
        Paper memory paper = _paper();
        paper.offer.salt = 2;
        _notInForce(_id(paper));
        seal(CLIENT, paper, sealOf(clients));
        vm.prank(CONTRACTOR);
        agreement.withdrawBid(paper.terms());
        _check(1);
        _notInForce(_id(paper));
        seal(CLIENT, paper, sealOf(clients));
    }

    function test_a_settled_period_counts() public {
        Paper memory paper = _servicePaper();
        paper.offer.salt = 2;
        origin = _open(paper);
        book = bookOf(address(agreement), origin);
        vm.warp(START + 51 days);
        vm.prank(STRANGER);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        _check(1);
        end(paper);
        seal(CONTRACTOR, paper, sealOf(contractors));
        linked(1);
    }

    /* BY WHOM */

    function test_by_the_parties_alone() public {
        finish(_paper());
        address[4] memory others = [STRANGER, ARBITER, CLIENT_OPERATOR, CONTRACTOR_OPERATOR];
        for (uint256 i = 0; i < 4; ++i) {
            _notParty(others[i]);
            seal(others[i], sealOf(clients));
        }
        linked(0);
    }

    function test_by_the_parties_of_the_document_in_force() public {
        Paper memory paper = _paper();
        Paper memory next = _changeOf(paper, origin);
        next.deal.contractor = NEWCOMER;
        _accept(paper, 1);
        _amend(paper, next);
        // Whose work was accepted has no word once another has taken its place.
        bytes32 id = _id(paper);
        vm.prank(NEWCOMER);
        agreement.giveNotice(next.terms(), next.conditions());
        _check(1);
        vm.warp(START + 20 days + 1);
        agreement.close(next.terms(), next.conditions());
        _check(1);
        _notInForce(id);
        seal(CONTRACTOR, sealOf(contractors));
        _notParty(CONTRACTOR);
        seal(CONTRACTOR, next, sealOf(contractors));
        _expectSealed(NEWCOMER, CLIENT, sealOf(contractors));
        seal(NEWCOMER, next, sealOf(contractors));
        _expectSealed(CLIENT, NEWCOMER, sealOf(clients));
        seal(CLIENT, next, sealOf(clients));
        linked(2);
    }

    function test_not_by_terms_of_other_content() public {
        finish(_paper());
        Paper memory paper = _paper();
        paper.deal.client = STRANGER;
        _notInForce(_id(paper));
        seal(STRANGER, paper, sealOf(clients));
    }

    /* BOGUS AGREEMENTS */

    /// It answers for its own book, whatever it says.
    function test_a_bogus_agreement_writes_its_own_book() public {
        BogusAgreement bogus = new BogusAgreement();
        Paper memory paper = _paper();
        (paper.deal.origin, paper.deal.contractor) = (origin, STRANGER);
        bogus.turnTo(paper.id(address(bogus)));
        bogus.progress(Status.DONE, 1);
        vm.prank(STRANGER);
        registry.sealReview(address(bogus), paper.terms(), sealOf(clients));
        linked(1);
        assertEq(registry.reviewsOf(bookOf(address(bogus), origin)).byContractor, sealOf(clients), "there");
        assertReviews(0, 0, 0, false, false);
        bogus.answer(BogusAgreement.Answer.Revert);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "bogus"));
        registry.sealReview(address(bogus), paper.terms(), sealOf(clients));
        vm.expectRevert(bytes(""));
        registry.sealReview(STRANGER, paper.terms(), sealOf(clients));
    }

    /// Other people each time: what was sealed stands, and the time runs from the first.
    function test_a_bogus_agreement_that_changes_its_parties() public {
        BogusAgreement bogus = new BogusAgreement();
        bogus.progress(Status.DONE, 1);
        Paper memory paper = _paper();
        paper.deal.origin = origin;
        book = bookOf(address(bogus), origin);
        bogus.turnTo(paper.id(address(bogus)));
        vm.prank(CLIENT);
        registry.sealReview(address(bogus), paper.terms(), sealOf(clients));
        paper.deal.client = STRANGER;
        bogus.turnTo(paper.id(address(bogus)));
        _alreadySealed(BY_CLIENT);
        vm.prank(STRANGER);
        registry.sealReview(address(bogus), paper.terms(), sealOf(contractors));
        linked(1);
        assertReviews(sealOf(clients), 0, START, false, false);
    }
}
