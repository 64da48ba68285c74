// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {Phase, Status} from "../../../contracts/types/State.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 4.9, 5.1, 5.3, 5.5: submitting and rejecting, and who may act for a side.
contract ReviewTest is AgreementTest {
    using PaperHash for Paper;

    /* SUBMIT AND REJECT */

    function test_submit_reject_submit_in_the_lane() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _expect();
        emit IAgreement.Submitted(id, 1, WORK);
        _submit(paper, 1);
        _assertItem(paper, 1, 0, START, 0, Phase.SUBMITTED);
        assertEq(_state(paper).lane, 2, "lane");

        vm.warp(START + 2 days);
        _expect();
        emit IAgreement.Rejected(id, 1, REASON);
        _reject(paper, 1);
        _assertItem(paper, 1, 0, START + 2 days, 1, Phase.REJECTED);

        vm.warp(START + 3 days);
        _submit(paper, 1);
        _assertItem(paper, 1, 0, START + 3 days, 1, Phase.SUBMITTED);
        _reject(paper, 1);
        _submit(paper, 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NoRoundLeft.selector, 1, 2));
        vm.prank(CLIENT);
        agreement.reject(paper.terms(), 1, REASON);
        _assertMoney(paper, ALL, 0, ALL, 0, 0);
    }

    function test_many_in_flight_keep_their_own_clocks() public {
        Paper memory paper = _paper();
        _open(paper);
        _submit(paper, 0);
        vm.warp(START + 1 days);
        _submit(paper, 1);
        vm.warp(START + 2 days);
        _submit(paper, 2);
        _reject(paper, 2);
        _assertItem(paper, 0, 0, START, 0, Phase.SUBMITTED);
        _assertItem(paper, 1, 0, START + 1 days, 0, Phase.SUBMITTED);
        _assertItem(paper, 2, 0, START + 2 days, 1, Phase.REJECTED);

        // the lane is free again: what moves next moves in, and what it leaves behind does not speak
        _accept(paper, 1);
        assertEq(_state(paper).lane, 0, "free");
        _assertItem(paper, 1, 0, START + 1 days, 0, Phase.SUBMITTED);
        _assertItem(paper, 2, 0, START + 2 days, 1, Phase.REJECTED);
        vm.warp(START + 3 days);
        _reject(paper, 1);
        assertEq(_state(paper).lane, 2, "moved in");
        _assertItem(paper, 1, 0, START + 3 days, 1, Phase.REJECTED);
        vm.warp(START + 4 days);
        _submit(paper, 2);
        _assertItem(paper, 2, 0, START + 4 days, 1, Phase.SUBMITTED);
        _assertItem(paper, 1, 0, START + 3 days, 1, Phase.REJECTED);
        _submit(paper, 1);
        vm.warp(START + 11 days + 1);
        agreement.release(paper.terms(), 1);
        agreement.release(paper.terms(), 2);
        _check(2);
        _assertMoney(paper, ALL, ALL, 0, 0, 0);
    }

    /// @custom:threat T9
    function test_submit_until_due_and_grace() public {
        Paper memory paper = _paper();
        _open(paper);
        vm.warp(START + 33 days);
        _submit(paper, 0);
        vm.warp(START + 63 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_TooLate.selector, 1, START + 63 days));
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), 1, WORK);
    }

    /// @custom:threat T9
    function test_reject_until_the_review_ends() public {
        Paper memory paper = _paper();
        _open(paper);
        _submit(paper, 0);
        _submit(paper, 1);
        vm.warp(START + 7 days);
        _reject(paper, 0);
        vm.warp(START + 7 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_TooLate.selector, 1, START + 7 days));
        vm.prank(CLIENT);
        agreement.reject(paper.terms(), 1, REASON);
    }

    function test_submit_and_reject_revert() public {
        Paper memory paper = _paper();
        _open(paper);
        _unauthorised(CLIENT, CONTRACTOR);
        agreement.submit(paper.terms(), 0, WORK);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoMilestone.selector, 3, 3));
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), 3, WORK);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, 0, Phase.OPEN));
        vm.prank(CLIENT);
        agreement.reject(paper.terms(), 0, REASON);
        _submit(paper, 0);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, 0, Phase.SUBMITTED));
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), 0, WORK);
        _unauthorised(CONTRACTOR, CLIENT);
        agreement.reject(paper.terms(), 0, REASON);
        _accept(paper, 1);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 0));
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), 0, WORK);
    }

    /* OPERATORS */

    function test_operators_act_after_appoint_for_their_own_side() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _unauthorised(CLIENT_OPERATOR, CLIENT);
        agreement.accept(paper.terms(), 1);
        _expect();
        emit IAgreement.OperatorsAppointed(id, id);
        _appoint(paper);

        vm.prank(CONTRACTOR_OPERATOR);
        agreement.submit(paper.terms(), 0, WORK);
        vm.prank(CLIENT_OPERATOR);
        agreement.reject(paper.terms(), 0, REASON);
        _expect();
        emit IAgreement.Disputed(id, 0, CONTRACTOR_OPERATOR, REASON);
        vm.prank(CONTRACTOR_OPERATOR);
        agreement.dispute(paper.terms(), 0, REASON);
        vm.prank(CLIENT_OPERATOR);
        agreement.acceptUpTo(paper.terms(), 2, 7);
        vm.prank(CLIENT_OPERATOR);
        agreement.accept(paper.terms(), 4);
        _check(5);
        _assertMoney(paper, ALL, 50_001, ALL - 50_001, 0, 0);

        _unauthorised(CLIENT_OPERATOR, CONTRACTOR);
        agreement.submit(paper.terms(), 1, WORK);
        _unauthorised(CONTRACTOR_OPERATOR, CLIENT);
        agreement.accept(paper.terms(), 1);
        _unauthorised(CONTRACTOR_OPERATOR, CLIENT);
        agreement.reject(paper.terms(), 1, REASON);
        _unauthorised(CONTRACTOR_OPERATOR, CLIENT);
        agreement.acceptUpTo(paper.terms(), 1, 5);
    }

    function test_operators_have_a_limit_a_call() public {
        Paper memory paper = _paper();
        _open(paper);
        _appoint(paper);
        _aboveLimit(CONTRACTOR_OPERATOR, 200_003);
        agreement.submit(paper.terms(), 1, WORK);
        _aboveLimit(CLIENT_OPERATOR, 150_001);
        agreement.accept(paper.terms(), 5);
        _submit(paper, 1);
        _aboveLimit(CLIENT_OPERATOR, 200_003);
        agreement.reject(paper.terms(), 1, REASON);
        _aboveLimit(CLIENT_OPERATOR, 200_003);
        agreement.dispute(paper.terms(), 1, REASON);
        vm.prank(CLIENT_OPERATOR);
        agreement.accept(paper.terms(), 1);
        _check(1);
    }

    function test_client_whom_the_contractor_names_as_its_operator_has_no_limit() public {
        Paper memory paper = _paper();
        (paper.operators.contractor[0], paper.operators.limit) = (CLIENT, 1);
        _open(paper);
        _appoint(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        _assertItem(paper, 0, 0, START, 0, Phase.DISPUTED);
    }

    /// SPEC 4.9: the sum of the touched milestones' amounts, else parts would go round it.
    function test_operators_limit_holds_for_parts() public {
        Paper memory paper = _paper();
        _open(paper);
        _appoint(paper);
        _aboveLimit(CLIENT_OPERATOR, 200_003);
        agreement.acceptUpTo(paper.terms(), 1, 100);
    }

    /// @custom:threat T22
    function test_operators_may_not_end_amend_or_redirect() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _appoint(paper);
        _unauthorised(CLIENT_OPERATOR, CLIENT);
        agreement.giveNotice(paper.terms(), paper.conditions());
        _unauthorised(CONTRACTOR_OPERATOR, CONTRACTOR);
        agreement.setPayee(paper.terms(), STRANGER, false);
        _unauthorised(CLIENT_OPERATOR, CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        _unauthorised(CONTRACTOR_OPERATOR, CONTRACTOR);
        agreement.endForNonPayment(paper.terms(), paper.conditions(), 0, false);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, 0, START + 33 days));
        vm.prank(CONTRACTOR_OPERATOR);
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        Paper memory next = _changeOf(paper, id);
        bytes[] memory none = new bytes[](4);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, _id(next), CLIENT));
        vm.prank(CLIENT_OPERATOR);
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), none);
    }

    function test_operators_end_with_the_document_that_names_them() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _appoint(paper);
        Paper memory next = _changeOf(paper, id);
        next.operators.client[0] = NEWCOMER;
        _amend(paper, next);
        _unauthorised(CLIENT_OPERATOR, CLIENT);
        agreement.accept(next.terms(), 1);
        _unauthorised(NEWCOMER, CLIENT);
        agreement.accept(next.terms(), 1);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, id));
        agreement.appoint(paper.terms(), paper.conditions(), paper.operators);
        _expect();
        emit IAgreement.OperatorsAppointed(id, _id(next));
        _appoint(next);
        vm.prank(NEWCOMER);
        agreement.accept(next.terms(), 1);
        _check(1);
        _unauthorised(CLIENT_OPERATOR, CLIENT);
        agreement.accept(next.terms(), 4);
    }

    function test_appoint_refuses_another_list() public {
        Paper memory paper = _paper();
        _open(paper);
        Paper memory other = _paper();
        other.operators.limit += 1;
        bytes memory refusal = abi.encodeWithSelector(
            IMilestoneEscrow.Escrow_WrongGroup.selector,
            PaperHash.operators(other.operators),
            PaperHash.operators(paper.operators)
        );
        vm.expectRevert(refusal);
        agreement.appoint(paper.terms(), paper.conditions(), other.operators);
    }

    /// SPEC 2.7: what anyone may repeat changes nothing more.
    function test_appoint_again_changes_nothing() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _appoint(paper);
        bytes32 history = agreement.history(id);
        vm.prank(STRANGER);
        try agreement.appoint(paper.terms(), paper.conditions(), paper.operators) {} catch {}
        _check(0);
        assertEq(agreement.history(id), history, "history");
    }

    /* HELPERS */

    function _appoint(Paper memory paper) private {
        vm.prank(STRANGER);
        agreement.appoint(paper.terms(), paper.conditions(), paper.operators);
        _check(1);
    }

    function _aboveLimit(address operator, uint256 amount) private {
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_AboveLimit.selector, operator, amount, 150_000));
        vm.prank(operator);
    }
}
