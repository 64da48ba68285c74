// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {Status} from "../../../contracts/types/State.sol";
import {HostileTokenTest} from "./HostileTokenTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice Threats of SECURITY.md that no other test of the agreement shows: forks of the chain, forms of signatures, who
/// comes first, wrong callers, money without a call.
contract ThreatsTest is HostileTokenTest {
    using PaperHash for Paper;

    /// The chain takes another id. What was signed before opens nothing there, and an agreement's terms are in force no
    /// more: only what was booked comes out. On the chain that keeps its id all goes on.
    /// @custom:threat T4
    function test_on_a_chain_with_another_id_nothing_that_was_signed_before_counts() public {
        Paper memory paper = _hostilePaper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        _serve(paper, ARBITER);
        vm.prank(ARBITER);
        agreement.rule(paper.terms(), paper.arbitration, 0, 400_000);
        _check(1);
        Paper memory bid = _hostilePaper();
        bid.offer.salt = 2;
        bytes memory signature = _signature(CONTRACTOR_KEY, bid);

        uint256 chain = block.chainid;
        for (uint256 i = 0; i < 2; ++i) {
            vm.chainId(i == 0 ? chain + 1 : chain - 1);
            vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, _id(bid), CONTRACTOR));
            vm.prank(CLIENT);
            agreement.open(bid.proposal(), _noMaster(), "", signature, "");
            vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, _id(paper)));
            vm.prank(CLIENT);
            agreement.accept(paper.terms(), 2);
        }
        vm.prank(ARBITER);
        assertEq(agreement.withdraw(address(hostile), ARBITER), 5_000, "the arbiter's fee");
        _check(1);

        vm.chainId(chain);
        _accept(paper, 2);
        vm.prank(CLIENT);
        agreement.open(bid.proposal(), _noMaster(), "", signature, "");
        assertEq(agreement.stateOf(id).held, ALL - 300_003, "goes on");
    }

    /// r and s right, but written otherwise: 64 bytes (EIP-2098), v of 0 or 1 or none, a word too few, all zero.
    /// @custom:threat T5
    function test_a_signature_counts_in_one_form() public {
        Paper memory paper = _paper();
        bytes32 id = _id(paper);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(CONTRACTOR_KEY, id);
        bytes[6] memory forms = [
            abi.encodePacked(r, bytes32(uint256(v - 27) << 255 | uint256(s))),
            abi.encodePacked(r, s, v - 27),
            abi.encodePacked(r, s, uint8(v == 27 ? 28 : 27)),
            abi.encodePacked(r, s, uint8(255)),
            abi.encodePacked(r, v),
            new bytes(65)
        ];
        for (uint256 i = 0; i < forms.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, CONTRACTOR));
            vm.prank(CLIENT);
            agreement.open(paper.proposal(), _noMaster(), "", forms[i], "");
        }
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", abi.encodePacked(r, s, v), "");
        _check(1);
    }

    /// An amendment and an acceptance of the same work are on their way: whichever comes second fails whole.
    /// @custom:threat T15
    function test_of_an_amendment_and_an_acceptance_the_second_fails_whole() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        Paper memory next = _changeOf(paper, id);
        next.milestones[0].amount = 1;
        bytes[] memory signatures = _signatures(next);
        bytes memory amending = abi.encodeCall(
            IAgreement.amend, (paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures)
        );
        uint256 state = vm.snapshotState();
        _accept(paper, 1);
        _refused(STRANGER, amending, abi.encodeWithSelector(IAgreement.Agreement_FixedTerm.selector, 1, 0));
        _assertMoney(paper, ALL, 100_000, ALL - 100_000, 0, 0);

        vm.revertToState(state);
        vm.prank(STRANGER);
        (bool isDone,) = address(agreement).call(amending);
        assertTrue(isDone, "amended");
        bytes memory outOfForce = abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotInForce.selector, id);
        _refused(CLIENT, abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), 1)), outOfForce);
        _refused(CONTRACTOR, abi.encodeCall(IAgreement.submit, (paper.terms(), 1, WORK)), outOfForce);
        _refused(CLIENT, abi.encodeCall(IAgreement.reject, (paper.terms(), 0, REASON)), outOfForce);
        _assertMoney(next, ALL, 0, ALL, 0, 0);
    }

    /// The contractor gives a milestone up while the client accepts it; the client takes it back while it is submitted.
    /// @custom:threat T15
    function test_of_giving_up_and_accepting_or_submitting_the_second_fails_whole() public {
        Paper memory paper = _paper();
        _open(paper);
        bytes memory giving = abi.encodeCall(IMilestoneEscrow.reclaim, (paper.terms(), paper.conditions(), 1));
        bytes memory accepting = abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), 1));
        bytes memory settled = abi.encodeWithSelector(IMilestoneEscrow.Escrow_MilestoneSettled.selector, 0);
        uint256 state = vm.snapshotState();
        vm.prank(CONTRACTOR);
        agreement.reclaim(paper.terms(), paper.conditions(), 1);
        _refused(CLIENT, accepting, settled);
        _assertMoney(paper, ALL - 100_000, 0, ALL - 100_000, 0, 0);
        vm.revertToState(state);
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 1);
        _refused(CONTRACTOR, giving, settled);
        _assertMoney(paper, ALL, 100_000, ALL - 100_000, 0, 0);

        vm.revertToState(state);
        vm.warp(START + 33 days);
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), 0, WORK);
        vm.warp(START + 33 days + 1);
        uint256 until = type(uint256).max;
        _refused(STRANGER, giving, abi.encodeWithSelector(IMilestoneEscrow.Escrow_TooEarly.selector, 0, until));
    }

    /// The chain stood still, or nobody called: what was ripe is the same a second later and years later.
    /// @custom:threat T9
    function test_what_is_ripe_is_the_same_however_late_it_is_called() public {
        uint256 ripe = START + 63 days + 1;
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(START);
            vm.getRecordedLogs();
            Paper memory paper = _paper();
            paper.offer.salt = 7 + i;
            bytes32 id = _open(paper);
            _submit(paper, 0);
            _submit(paper, 2);
            _dispute(paper, 2);
            uint256 client = token.balanceOf(CLIENT);
            vm.warp(i == 0 ? ripe : ripe + 9_000 days);
            vm.startPrank(STRANGER);
            agreement.release(paper.terms(), 0);
            agreement.reclaim(paper.terms(), paper.conditions(), 2);
            agreement.rule(paper.terms(), paper.arbitration, 2, 400_000);
            agreement.close(paper.terms(), paper.conditions());
            vm.stopPrank();
            assertEq(agreement.stateOf(id).status, Status.DONE, "done");
            assertEq(token.balanceOf(CONTRACTOR), (i + 1) * (100_000 + 20_000), "released, and two fifths of 50,001");
            assertEq(token.balanceOf(CLIENT) - client, 200_003 + 30_001, "reclaimed, and the rest");
        }
    }

    /// Ether that is forced in and tokens that are sent without a call: no book moves, nobody gets them, all goes on.
    /// @custom:threat T23
    function test_ether_and_tokens_without_a_call_change_nothing() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        bytes memory before = abi.encode(agreement.stateOf(id), agreement.history(id));
        vm.deal(address(agreement), 1 ether);
        token.mint(address(agreement), 77);
        hostile.mint(address(agreement), 77);
        assertEq(abi.encode(agreement.stateOf(id), agreement.history(id)), before, "books");
        vm.getRecordedLogs();
        _accept(paper, 7);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        _assertStatus(paper, Status.DONE, 7, 7);
        _assertMoney(paper, ALL, ALL, 0, 0, 77);
        assertEq(hostile.balanceOf(address(agreement)), 77, "of a token that no agreement has");
        assertEq(address(agreement).balance, 1 ether, "ether");
    }

    /// Every call of a role, by everybody who has another one, or none.
    /// @custom:threat T22
    function test_a_call_of_a_role_is_refused_to_everybody_else() public {
        Paper memory paper = _servicePaper();
        _open(paper);
        vm.prank(STRANGER);
        agreement.appoint(paper.terms(), paper.conditions(), paper.operators);
        _check(1);
        _submit(paper, 0);
        _submit(paper, 1);
        address[10] memory all = [
            STRANGER,
            CLIENT,
            CONTRACTOR,
            CLIENT_OPERATOR,
            CONTRACTOR_OPERATOR,
            ARBITER,
            BACKUP,
            NEWCOMER,
            address(oracle),
            address(token)
        ];
        // who may, by position
        uint256 client = 1 << 1;
        uint256 contractor = 1 << 2;
        _onlyBy(all, client | 1 << 3, CLIENT, abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), 1)));
        _onlyBy(all, client | 1 << 3, CLIENT, abi.encodeCall(IMilestoneEscrow.acceptUpTo, (paper.terms(), 0, 1)));
        _onlyBy(all, client | 1 << 3, CLIENT, abi.encodeCall(IAgreement.reject, (paper.terms(), 0, REASON)));
        _onlyBy(all, contractor | 1 << 4, CONTRACTOR, abi.encodeCall(IAgreement.submit, (paper.terms(), 2, WORK)));
        uint256 either = client | contractor | 1 << 3 | 1 << 4;
        _onlyBy(all, either, CLIENT, abi.encodeCall(IAgreement.dispute, (paper.terms(), 0, REASON)));
        _onlyBy(
            all, contractor, CONTRACTOR, abi.encodeCall(IMilestoneEscrow.setPayee, (paper.terms(), NEWCOMER, false))
        );
        either = client | contractor;
        _onlyBy(all, either, CLIENT, abi.encodeCall(IAgreement.giveNotice, (paper.terms(), paper.conditions())));
        oracle.give(_id(paper), paper.service(), 0, START + 1);
        _onlyBy(all, client, CLIENT, abi.encodeCall(IAgreement.endForCause, (paper.terms(), paper.conditions(), 0)));
        Paper memory bid = _paper();
        bid.offer.salt = 5;
        _onlyBy(all, either, CLIENT, abi.encodeCall(IAgreement.withdrawBid, (bid.terms())));
    }

    function _onlyBy(address[10] memory all, uint256 may, address party, bytes memory data) private {
        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < all.length; ++i) {
            if (may >> i & 1 == 1) {
                vm.prank(all[i]);
                (bool isDone,) = address(agreement).call(data);
                assertTrue(isDone, vm.toString(i));
                vm.revertToState(state);
                continue;
            }
            _refused(all[i], data, abi.encodeWithSelector(IMilestoneEscrow.Escrow_Unauthorised.selector, all[i], party));
        }
    }

    /// Fails with this error, and leaves no trace.
    function _refused(address by, bytes memory data, bytes memory expected) private {
        vm.prank(by);
        (bool isDone, bytes memory answer) = address(agreement).call(data);
        assertFalse(isDone, "done");
        assertEq(answer, expected, "error");
    }
}
