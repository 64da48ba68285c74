// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {Closing, State} from "../../../contracts/types/State.sol";
import {Conditions, Offer} from "../../../contracts/types/Terms.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice I7, SPEC 2.7: with allowances without end standing, no wallet but the sender's loses a unit that its owner did
/// not sign for; and calls carried twice, out of order or copied change nothing for anyone.
contract StrangersTest is AgreementTest {
    using PaperHash for Paper;

    address internal constant BYSTANDER = address(0xB5);

    function setUp() public override {
        super.setUp();
        address[3] memory wealthy = [BYSTANDER, CONTRACTOR, NEWCOMER];
        for (uint256 i = 0; i < 3; ++i) {
            token.mint(wealthy[i], FUNDS);
            vm.prank(wealthy[i]);
            token.approve(address(agreement), type(uint256).max);
        }
        vm.getRecordedLogs();
    }

    /// Every entry, with the caller's own choice of arguments, in every stage of an agreement, by everybody who is not
    /// the client: the client's wallet only ever gains, the bystander's never moves.
    /// @custom:threat T22
    function testFuzz_nobody_moves_what_the_client_did_not_sign_for(uint256 seed, uint256 stage) public {
        Paper memory paper = _stage(bound(stage, 0, 6));
        uint256 client = token.balanceOf(CLIENT);
        address[5] memory callers = [STRANGER, CONTRACTOR, NEWCOMER, ARBITER, CONTRACTOR_OPERATOR];
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            address caller = callers[seed % 5];
            uint256 others = token.balanceOf(BYSTANDER) + (caller == NEWCOMER ? 0 : token.balanceOf(NEWCOMER));
            bytes memory data = _call(paper, seed / 5);
            vm.warp(vm.getBlockTimestamp() + (seed >> 200) % 12 days);
            vm.prank(caller);
            (bool success,) = address(agreement).call(data);
            success;
            assertGe(token.balanceOf(CLIENT), client, "client");
            assertGe(
                token.balanceOf(BYSTANDER) + (caller == NEWCOMER ? 0 : token.balanceOf(NEWCOMER)), others, "bystanders"
            );
            client = token.balanceOf(CLIENT);
        }
    }

    /// A signed document is an order for its deposit, once, and for nothing else.
    /// @custom:threat T3
    function test_a_relayer_pulls_the_deposit_once() public {
        Paper memory paper = _paper();
        bytes memory client = _signature(CLIENT_KEY, paper);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        vm.startPrank(STRANGER);
        agreement.open(paper.proposal(), _noMaster(), client, contractor, "");
        agreement.open(paper.proposal(), _noMaster(), client, contractor, "");
        for (uint256 i = 0; i < 6; ++i) {
            Paper memory other = _paper();
            if (i == 0) other.offer.deposit += 1;
            if (i == 1) other.offer.salt += 1;
            if (i == 2) other.deal.contractor = STRANGER;
            if (i == 3) other.milestones[0].amount -= 1;
            if (i == 4) other.arbitration.arbiter = STRANGER;
            if (i == 5) other.legalText = REASON;
            vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, _id(other), CLIENT));
            agreement.open(other.proposal(), _noMaster(), client, contractor, "");
        }
        vm.stopPrank();
        _check(1);
        assertEq(token.balanceOf(CLIENT), FUNDS - ALL, "client");
    }

    /// The change order's signatures open nothing, the first document's amend nothing.
    /// @custom:threat T3
    function test_signatures_serve_the_call_they_were_given_for() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        Paper memory next = _changeOf(paper, id);
        bytes[] memory signatures = _signatures(next);
        vm.startPrank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_WrongReference.selector, _id(next)));
        agreement.open(next.proposal(), _noMaster(), signatures[0], signatures[1], "");
        Paper memory first = _paper();
        first.offer.salt = 2;
        signatures = _signatures(first);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_WrongReference.selector, _id(first)));
        agreement.amend(paper.terms(), first.proposal(), paper.offerHash(), new Conditions[](0), signatures);
        Closing memory closing = Closing(id, ALL, ALL, START);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, CLIENT));
        agreement.endByBoth(paper.terms(), closing, signatures[0], signatures[1]);
        vm.stopPrank();
    }

    /// The split was signed for one document: an amendment in between makes it stale.
    /// @custom:threat T15
    function test_a_signed_end_is_not_carried_past_an_amendment() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        Closing memory closing = Closing(id, ALL, ALL, START);
        bytes32 digest = PaperHash.digest(PaperHash.closing(closing), address(agreement));
        Paper memory next = _changeOf(paper, id);
        _amend(paper, next);
        bytes memory client = sign(CLIENT_KEY, digest);
        bytes memory contractor = sign(CONTRACTOR_KEY, digest);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_StaleClosing.selector, _id(next), ALL, START));
        agreement.endByBoth(next.terms(), closing, client, contractor);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, id));
        agreement.endByBoth(paper.terms(), closing, client, contractor);
    }

    /// Whoever copies a call acts for itself: funds from its own wallet, or is refused.
    function test_a_copied_call_is_the_copiers_own() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 0;
        _open(paper);
        vm.prank(BYSTANDER);
        agreement.fund(paper.terms(), ALL);
        vm.prank(CLIENT);
        agreement.fund(paper.terms(), ALL);
        _check(1);
        assertEq(token.balanceOf(BYSTANDER), FUNDS - ALL, "the copier");
        assertEq(token.balanceOf(CLIENT), FUNDS, "the client");
        _unauthorised(STRANGER, CLIENT);
        agreement.accept(paper.terms(), 7);
        _unauthorised(STRANGER, CONTRACTOR);
        agreement.submit(paper.terms(), 0, WORK);
        _submit(paper, 0);
        _unauthorised(STRANGER, CLIENT);
        agreement.reject(paper.terms(), 0, REASON);
        _unauthorised(STRANGER, CLIENT);
        agreement.dispute(paper.terms(), 0, REASON);
        _unauthorised(STRANGER, CONTRACTOR);
        agreement.setPayee(paper.terms(), STRANGER, false);
    }

    /// What anyone may call is the same whoever calls: each a second time moves nothing.
    function test_calls_open_to_all_are_repeated_in_vain() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        vm.warp(START + 64 days);
        oracle.answer(id, paper.service(), 0, OracleMock.Result(1, START + 31 days, 0, 0, 0));
        bytes[4] memory calls = [
            abi.encodeCall(IMilestoneEscrow.release, (paper.terms(), 0)),
            abi.encodeCall(IMilestoneEscrow.reclaim, (paper.terms(), paper.conditions(), 2)),
            abi.encodeCall(IMilestoneEscrow.settle, (paper.terms(), paper.conditions(), 0)),
            abi.encodeCall(IAgreement.appoint, (paper.terms(), paper.conditions(), paper.operators))
        ];
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(STRANGER);
            (bool first,) = address(agreement).call(calls[i]);
            assertTrue(first, "first");
            _check(1);
            (uint256 held, bytes32 history) = (_state(paper).held, agreement.history(id));
            vm.prank(BYSTANDER);
            (bool second,) = address(agreement).call(calls[i]);
            second;
            assertEq(_state(paper).held, held, "held");
            assertEq(agreement.history(id), history, "history");
        }
    }

    /* STAGES AND CALLS */

    function _stage(uint256 stage) private returns (Paper memory paper) {
        paper = _servicePaper();
        (paper.deal.holdback, paper.deal.holdbackUntil) = (100_000, START + 40 days);
        if (stage == 0) return paper;
        bytes32 id = _open(paper);
        oracle.answer(id, paper.service(), 0, OracleMock.Result(1, START + 1, 400, 1e11, 1e11));
        if (stage == 1) return paper;
        _submit(paper, 0);
        _submit(paper, 1);
        if (stage == 2) return paper;
        _dispute(paper, 1);
        _serve(paper, ARBITER);
        if (stage == 3) return paper;
        _accept(paper, 4);
        _dispute(paper, HOLDBACK);
        if (stage == 4) return paper;
        _notice(paper, CLIENT);
        if (stage == 5) return paper;
        Paper memory next = _changeOf(paper, id);
        next.legalText = REASON;
        _amend(paper, next);
        return next;
    }

    /// One of all entries, with arguments that may be good.
    function _call(Paper memory paper, uint256 seed) private view returns (bytes memory) {
        (uint256 kind, uint256 item) = (seed % 20, (seed >> 8) % 4);
        if (item == 3) item = HOLDBACK;
        if (kind == 0) return abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), seed >> 16 & 0xfffff));
        if (kind == 1) return abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), seed >> 16 & 7));
        if (kind == 2) return abi.encodeCall(IMilestoneEscrow.acceptUpTo, (paper.terms(), item, seed >> 16 & 0xffff));
        if (kind == 3) return abi.encodeCall(IMilestoneEscrow.release, (paper.terms(), item));
        if (kind == 4) return abi.encodeCall(IAgreement.submit, (paper.terms(), item, WORK));
        if (kind == 5) return abi.encodeCall(IAgreement.reject, (paper.terms(), item, REASON));
        if (kind == 6) return abi.encodeCall(IAgreement.dispute, (paper.terms(), item, REASON));
        if (kind == 7) return _rule(paper, item, seed >> 16 & 1 == 0 ? 400_000 : (seed >> 17) % 1e6);
        if (kind == 8) return abi.encodeCall(IMilestoneEscrow.releaseHoldback, (paper.terms()));
        if (kind == 9) {
            return abi.encodeCall(IMilestoneEscrow.setPayee, (paper.terms(), NEWCOMER, seed >> 16 & 1 == 0));
        }
        if (kind == 10) return abi.encodeCall(IMilestoneEscrow.withdraw, (address(token), STRANGER));
        if (kind == 11) return abi.encodeCall(IMilestoneEscrow.take, (_origin(paper), address(token)));
        if (kind == 12) return abi.encodeCall(IAgreement.serve, (paper.terms(), paper.arbitration));
        if (kind == 13) return abi.encodeCall(IAgreement.withdrawBid, (paper.terms()));
        return _callWithConditions(paper, kind, seed);
    }

    function _callWithConditions(Paper memory paper, uint256 kind, uint256 seed) private view returns (bytes memory) {
        Conditions memory conditions = paper.conditions();
        if (kind == 14) return abi.encodeCall(IMilestoneEscrow.reclaim, (paper.terms(), conditions, seed >> 16 & 7));
        if (kind == 15) return abi.encodeCall(IMilestoneEscrow.settle, (paper.terms(), conditions, seed >> 16 & 3));
        if (kind == 16) return abi.encodeCall(IAgreement.giveNotice, (paper.terms(), conditions));
        if (kind == 17) {
            return abi.encodeCall(
                IAgreement.endForNonPayment, (paper.terms(), conditions, seed >> 16 & 3, seed >> 20 & 1 == 0)
            );
        }
        if (kind == 18) return abi.encodeCall(IAgreement.close, (paper.terms(), conditions));
        // what a carrier makes of the client's signature over another document
        Paper memory other = _paper();
        other.offer = Offer(3, type(uint256).max, seed >> 16 & 0xfffff, 0, 0);
        bytes memory foreign = _signature(CLIENT_KEY, _paper());
        bytes memory own = _signature(CONTRACTOR_KEY, other);
        return abi.encodeCall(IAgreement.open, (other.proposal(), _noMaster(), foreign, own, bytes("")));
    }

    function _rule(Paper memory paper, uint256 item, uint256 share) private pure returns (bytes memory) {
        return abi.encodeCall(IAgreement.rule, (paper.terms(), paper.arbitration, item, share));
    }

    function _origin(Paper memory paper) private view returns (bytes32) {
        return paper.deal.origin == 0 ? _id(paper) : paper.deal.origin;
    }
}
