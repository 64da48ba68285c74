// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {Phase, Status} from "../../../contracts/types/State.sol";
import {Conditions, Field, Milestone} from "../../../contracts/types/Terms.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 3.3, 3.7, 4.3: what both may change, and what nobody may.
contract AmendingTest is AgreementTest {
    using PaperHash for Paper;

    /* SUCCESS */

    function test_amend_adds_a_milestone_keeps_the_money_and_the_origin() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _accept(paper, 1);
        _submit(paper, 1);
        Paper memory next = _changeOf(paper, id);
        next.milestones = _four(paper);
        bytes32 nextId = _id(next);

        _expect();
        emit IAgreement.Amended(id, nextId, id);
        _amend(paper, next);

        assertEq(_state(next).id, nextId, "in force");
        assertEq(_state(next).origin, id, "origin");
        assertEq(agreement.stateOf(nextId).status, Status.NONE, "the id is no origin");
        _assertMoney(next, ALL, 100_000, 250_004, 0, 0);
        _assertItem(next, 1, 0, START, 0, Phase.SUBMITTED);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, id));
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 2);
        _fund(next, 260_004);
        _accept(next, 8);
        _assertMoney(next, ALL + 10_000, 110_000, 250_004, 0, 0);
        _assertStatus(next, Status.LIVE, 9, 9);
    }

    function test_amend_twice_and_no_amendment_comes_back() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        Paper memory second = _changeOf(paper, id);
        _amend(paper, second);
        Paper memory third = _changeOf(second, id);
        _expect();
        emit IAgreement.Amended(id, _id(third), _id(second));
        _amend(second, third);

        // carried again: by the terms in force, and by the old ones
        _amendFails(third, second, abi.encodeWithSelector(IAgreement.Agreement_WrongReference.selector, _id(second)));
        _amendFails(paper, second, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, id));
        _amendFails(third, third, abi.encodeWithSelector(IAgreement.Agreement_WrongReference.selector, _id(third)));
        _amendFails(second, third, abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, _id(second)));
        assertEq(_state(third).id, _id(third), "in force");
        _check(0);
    }

    function test_amend_by_a_sending_party_needs_the_other_signature_only() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        Paper memory next = _changeOf(paper, id);
        bytes[] memory signatures = new bytes[](2);
        signatures[1] = _signature(CONTRACTOR_KEY, next);
        vm.prank(CLIENT);
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures);
        _check(1);
        assertEq(_state(next).id, _id(next), "in force");
    }

    function test_amend_starts_a_changed_milestone_again() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _reject(paper, 0);
        _submit(paper, 1);
        vm.prank(CLIENT);
        agreement.acceptUpTo(paper.terms(), 0, 40_000);
        _check(1);
        _submit(paper, 0);
        Paper memory next = _changeOf(paper, id);
        next.milestones[0].amount = 40_001;
        next.milestones[1].due += 1;
        next.milestones[2].amount += 1;
        _amend(paper, next);
        _assertItem(next, 0, 40_000, 0, 0, Phase.OPEN);
        _assertItem(next, 1, 0, 0, 0, Phase.OPEN);
        _assertItem(next, 2, 0, 0, 0, Phase.OPEN);
        vm.warp(START + 8 days);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, 0, type(uint256).max));
        agreement.release(next.terms(), 0);
        _submit(next, 0);
        _reject(next, 0);
        _submit(next, 0);
        _reject(next, 0);
        _accept(next, 1);
        _assertMoney(next, ALL, 40_001, ALL - 40_001, 0, 0);
    }

    function test_amend_withdraws_a_running_ending() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _notice(paper, CLIENT);
        Paper memory next = _changeOf(paper, id);
        _amend(paper, next);
        vm.warp(START + 31 days);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_Ending.selector, 0));
        agreement.close(next.terms(), next.conditions());
        _submit(next, 1);
        _notice(next, CONTRACTOR);
        assertEq(_state(next).ending, Status.ENDED_BY_CONTRACTOR, "a new one");
    }

    /* ASSIGNMENT */

    function test_amend_assigns_with_the_signature_of_the_incoming_party() public {
        Paper memory paper = _heldBackPaper();
        bytes32 id = _open(paper);
        _accept(paper, 1);
        Paper memory next = _changeOf(paper, id);
        next.deal.contractor = NEWCOMER;
        bytes[] memory signatures = _signatures(next);
        signatures[3] = _signature(CONTRACTOR_KEY, next);
        _amendFails(
            paper,
            next,
            signatures,
            abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, _id(next), NEWCOMER)
        );
        _amend(paper, next);
        _accept(next, 2);
        assertEq(token.balanceOf(NEWCOMER), 180_003, "new contractor");
        vm.warp(START + 201 days);
        agreement.releaseHoldback(next.terms());
        assertEq(token.balanceOf(NEWCOMER), 210_003, "and the holdback");
        assertEq(token.balanceOf(CONTRACTOR), 90_000, "old contractor");

        Paper memory last = _changeOf(next, id);
        last.deal.client = STRANGER;
        signatures[0] = _signature(CLIENT_KEY, last);
        signatures[1] = _signature(NEWCOMER_KEY, last);
        signatures[2] = "";
        _amendFails(
            next, last, signatures, abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, _id(last), STRANGER)
        );
    }

    /* WHAT IS FIXED */

    function test_amend_refuses_what_is_fixed() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _accept(paper, 1);
        Paper memory next = _changeOf(paper, id);
        next.milestones[0].amount += 1;
        _fixed(paper, next, Field.MILESTONES, 0);
        next = _changeOf(paper, id);
        next.milestones[0].due += 1;
        _fixed(paper, next, Field.MILESTONES, 0);
        next = _changeOf(paper, id);
        next.milestones = new Milestone[](2);
        (next.milestones[0], next.milestones[1]) = (paper.milestones[0], paper.milestones[1]);
        _fixed(paper, next, Field.MILESTONES, 2);
        next = _changeOf(paper, id);
        next.deal.token = STRANGER;
        _fixed(paper, next, Field.TOKEN, 0);
        vm.prank(CLIENT);
        agreement.acceptUpTo(paper.terms(), 1, 500);
        next = _changeOf(paper, id);
        next.milestones[1].amount = 500;
        _fixed(paper, next, Field.MILESTONES, 1);
    }

    function test_amend_while_disputed_keeps_item_arbitration_and_parties() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _submit(paper, 1);
        _dispute(paper, 1);
        Paper memory next = _changeOf(paper, id);
        next.milestones[1].amount += 1;
        _fixed(paper, next, Field.MILESTONES, 1);
        next = _changeOf(paper, id);
        next.arbitration.fee = 0;
        _fixed(paper, next, Field.ARBITRATION, 0);
        next = _changeOf(paper, id);
        next.deal.contractor = NEWCOMER;
        _fixed(paper, next, Field.ARBITRATION, 0);
        next = _changeOf(paper, id);
        next.milestones[0].amount += 1;
        next.deal.review = 1 days;
        _amend(paper, next);
        _assertItem(next, 1, 0, START, 0, Phase.DISPUTED);
        _serve(next, ARBITER);
        vm.prank(ARBITER);
        agreement.rule(next.terms(), next.arbitration, 1, 1_000_000);
        _check(1);
        _assertMoney(next, ALL, 190_003, 150_001, 0, 10_000);
    }

    function test_amend_while_the_holdback_is_disputed() public {
        Paper memory paper = _heldBackPaper();
        bytes32 id = _open(paper);
        _accept(paper, 1);
        _dispute(paper, HOLDBACK);
        Paper memory next = _changeOf(paper, id);
        next.arbitration.window += 1;
        _fixed(paper, next, Field.ARBITRATION, 0);
        next = _changeOf(paper, id);
        next.deal.client = NEWCOMER;
        _fixed(paper, next, Field.ARBITRATION, 0);
        next = _changeOf(paper, id);
        next.deal.holdbackUntil = START;
        _amend(paper, next);
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongPhase.selector, HOLDBACK, Phase.DISPUTED));
        agreement.releaseHoldback(next.terms());
    }

    function test_amend_refuses_to_change_a_debt() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 1;
        bytes32 id = _open(paper);
        _submit(paper, 0);
        vm.warp(START + 8 days);
        agreement.release(paper.terms(), 0);
        Paper memory next = _changeOf(paper, id);
        next.milestones[0].amount -= 1;
        _fixed(paper, next, Field.MILESTONES, 0);
    }

    /* REFERENCES AND SIGNATURES */

    function test_amend_refuses_wrong_references_deposits_and_lateness() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        for (uint256 i = 0; i < 5; ++i) {
            Paper memory next = _changeOf(paper, id);
            if (i == 0) next.deal.origin = 0;
            if (i == 1) next.deal.origin = REASON;
            if (i == 2) next.offer.replaces = REASON;
            if (i == 3) next.offer.under = REASON;
            if (i == 4) next.offer.deposit = 1;
            _amendFails(paper, next, abi.encodeWithSelector(IAgreement.Agreement_WrongReference.selector, _id(next)));
        }
        Paper memory late = _changeOf(paper, id);
        late.offer.openBefore = START - 1;
        _amendFails(paper, late, abi.encodeWithSelector(IAgreement.Agreement_Expired.selector, _id(late), START - 1));
        late = _changeOf(paper, id);
        late.milestones[0].amount = 0;
        _amendFails(paper, late, abi.encodeWithSelector(IAgreement.Agreement_OutOfRange.selector, Field.AMOUNT));
    }

    function test_amend_needs_both() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        Paper memory next = _changeOf(paper, id);
        bytes[] memory signatures = _signatures(next);
        signatures[0] = signatures[1];
        _amendFails(
            paper, next, signatures, abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, _id(next), CLIENT)
        );
        signatures = _signatures(next);
        signatures[1] = "";
        _amendFails(
            paper,
            next,
            signatures,
            abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, _id(next), CONTRACTOR)
        );
    }

    /* CONDITIONS */

    function test_amend_passes_a_changed_service_document_to_the_oracle() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        Paper memory next = _changeOf(paper, id);
        next.legalText = REASON;
        _amend(paper, next);
        assertEq(oracle.replaced(), 0, "service unchanged");
        Paper memory last = _changeOf(next, id);
        last.levels = REASON;
        _amend(next, last);
        bytes32 expected = keccak256(abi.encode(address(agreement), id, next.service(), last.service()));
        assertEq(oracle.replaced(), expected, "replaced");

        // another oracle keeps books of its own
        Paper memory elsewhere = _changeOf(last, id);
        elsewhere.billing.oracle = STRANGER;
        elsewhere.levels = WORK;
        _amend(last, elsewhere);
        assertEq(oracle.replaced(), expected, "not told");
    }

    function test_amend_refuses_conditions_that_are_not_the_signed_ones() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        Paper memory next = _changeOf(paper, id);
        next.levels = REASON;
        bytes[] memory signatures = _signatures(next);
        Conditions[] memory both = _conditions(paper, next);
        both[1].equity = WORK;
        vm.expectRevert(
            abi.encodeWithSelector(
                IMilestoneEscrow.Escrow_WrongGroup.selector, _conditionsHash(next, WORK), next.conditionsHash()
            )
        );
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), both, signatures);
        // nor can a carrier name another oracle as the one in force, which would keep this one's book on the old service
        both = _conditions(paper, next);
        Paper memory told = _servicePaper();
        told.billing.oracle = STRANGER;
        both[0] = told.conditions();
        vm.expectRevert(
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongGroup.selector, told.annex(), paper.annex())
        );
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), both, signatures);
        // nor leave them out, by whatever it says the offer is
        vm.expectRevert();
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), new Conditions[](0), signatures);
        vm.expectRevert();
        agreement.amend(paper.terms(), next.proposal(), next.offerHash(), new Conditions[](0), signatures);
        vm.getRecordedLogs();
        _amend(paper, next);
        assertTrue(oracle.replaced() != 0, "told");
    }

    /* HELPERS */

    function _four(Paper memory paper) private pure returns (Milestone[] memory four) {
        four = new Milestone[](4);
        for (uint256 i = 0; i < 3; ++i) {
            four[i] = paper.milestones[i];
        }
        four[3] = Milestone(10_000, START + 120 days);
    }

    function _conditionsHash(Paper memory paper, bytes32 equity) private pure returns (bytes32) {
        Paper memory other = abi.decode(abi.encode(paper), (Paper));
        other.equity = equity;
        return other.conditionsHash();
    }

    function _fixed(Paper memory paper, Paper memory next, uint256 field, uint256 index) private {
        _amendFails(paper, next, abi.encodeWithSelector(IAgreement.Agreement_FixedTerm.selector, field, index));
    }

    function _amendFails(Paper memory paper, Paper memory next, bytes memory refusal) private {
        _amendFails(paper, next, _signatures(next), refusal);
    }

    function _amendFails(Paper memory paper, Paper memory next, bytes[] memory signatures, bytes memory refusal)
        private
    {
        vm.expectRevert(refusal);
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures);
    }
}
