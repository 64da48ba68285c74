// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";
import {State, Status} from "../../../contracts/types/State.sol";
import {Field, Milestone} from "../../../contracts/types/Terms.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice SPEC 3, 4.2: how a document comes into force.
contract OpeningTest is AgreementTest {
    using PaperHash for Paper;

    /* SUCCESS */

    function test_open_by_the_client_pulls_the_deposit() public {
        Paper memory paper = _paper();
        bytes32 id = _id(paper);
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);

        _expect();
        emit IAgreement.Opened(id, CLIENT, CONTRACTOR, address(token), ALL);
        vm.prank(CLIENT);
        assertEq(agreement.open(paper.proposal(), _noMaster(), "", signature, ""), id, "id");

        _check(1);
        _assertMoney(paper, ALL, 0, ALL, 0, 0);
        _assertStatus(paper, Status.LIVE, 0, 0);
        State memory state = agreement.stateOf(id);
        assertEq(state.id, id, "in force");
        assertEq(state.origin, id, "origin");
        assertEq(state.lane + state.laneClock + state.lanePhase + state.laneRounds, 0, "lane");
        assertEq(state.flags + state.retained + state.lapsed + state.endsAt + state.ending, 0, "the rest");
    }

    function test_open_carried_by_a_stranger_with_two_signatures() public {
        Paper memory paper = _paper();
        bytes memory client = _signature(CLIENT_KEY, paper);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);

        _expect();
        emit IAgreement.Opened(_id(paper), CLIENT, CONTRACTOR, address(token), ALL);
        vm.prank(STRANGER);
        agreement.open(paper.proposal(), _noMaster(), client, contractor, "");

        _check(1);
        _assertMoney(paper, ALL, 0, ALL, 0, 0);
    }

    function test_open_without_deposit_moves_nothing() public {
        Paper memory paper = _paper();
        paper.offer.deposit = 0;
        _open(paper);
        _assertMoney(paper, 0, 0, 0, 0, 0);
        _assertStatus(paper, Status.LIVE, 0, 0);
    }

    function test_open_again_changes_nothing() public {
        Paper memory paper = _paper();
        bytes memory client = _signature(CLIENT_KEY, paper);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        _open(paper);
        _accept(paper, 1);
        vm.warp(START + 6 days);

        vm.prank(STRANGER);
        assertEq(agreement.open(paper.proposal(), _noMaster(), client, contractor, ""), _id(paper), "id");

        _check(0);
        _assertMoney(paper, ALL, 100_000, ALL - 100_000, 0, 0);
    }

    function test_open_until_its_last_second() public {
        Paper memory paper = _paper();
        vm.warp(paper.offer.openBefore);
        _open(paper);
        paper.offer.salt = 2;
        vm.warp(paper.offer.openBefore + 1);
        bytes32 id = _id(paper);
        _openFails(paper, abi.encodeWithSelector(IAgreement.Agreement_Expired.selector, id, paper.offer.openBefore));
    }

    function test_a_renewal_with_another_salt_is_another_agreement() public {
        Paper memory paper = _paper();
        bytes32 first = _open(paper);
        paper.offer.salt = 2;
        bytes32 second = _open(paper);
        assertTrue(first != second, "two ids");
        assertEq(token.balanceOf(address(agreement)), 2 * ALL, "both deposits");
        assertEq(agreement.stateOf(first).held, ALL, "first");
        assertEq(agreement.stateOf(second).held, ALL, "second");
    }

    /* PERMIT */

    function test_open_with_a_permit() public {
        Paper memory paper = _paper();
        vm.prank(CLIENT);
        token.approve(address(agreement), 0);
        _openRelayed(paper, _permit(ALL));
        _assertMoney(paper, ALL, 0, ALL, 0, 0);
        assertEq(token.allowance(CLIENT, address(agreement)), 0, "used up");
    }

    /// @custom:threat T7
    function test_open_with_a_permit_used_up_by_a_front_runner() public {
        Paper memory paper = _paper();
        vm.prank(CLIENT);
        token.approve(address(agreement), 0);
        bytes memory permit = _permit(ALL);
        (uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) =
            abi.decode(permit, (uint256, uint256, uint8, bytes32, bytes32));
        token.permit(CLIENT, address(agreement), value, deadline, v, r, s);
        assertEq(token.nonces(CLIENT), 1, "used");

        _openRelayed(paper, permit);

        assertEq(token.nonces(CLIENT), 1, "not used again");
        _assertMoney(paper, ALL, 0, ALL, 0, 0);
    }

    function test_open_with_rubbish_for_a_permit_needs_the_allowance_alone() public {
        Paper memory paper = _paper();
        _openRelayed(paper, abi.encode(ALL, START, 27, bytes32(uint256(1)), bytes32(uint256(2))));
        _assertMoney(paper, ALL, 0, ALL, 0, 0);
    }

    function test_open_without_allowance_fails_whole() public {
        Paper memory paper = _paper();
        vm.prank(CLIENT);
        token.approve(address(agreement), ALL - 1);
        _openFails(
            paper,
            abi.encodeWithSignature(
                "ERC20InsufficientAllowance(address,uint256,uint256)", address(agreement), ALL - 1, ALL
            )
        );
        assertEq(agreement.stateOf(_id(paper)).status, Status.NONE, "status");
        assertEq(agreement.history(_id(paper)), 0, "history");
    }

    /* SIGNATURES */

    /// @custom:threat T6
    function test_open_with_a_wallet_contract_as_each_party() public {
        WalletMock wallet = new WalletMock();
        Paper memory paper = _paper();
        paper.deal.contractor = address(wallet);
        bytes32 id = _id(paper);
        _openFails(paper, "", abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, address(wallet)));
        wallet.approve(id);
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", "", "");
        _check(1);

        paper = _paper();
        paper.deal.client = address(wallet);
        token.mint(address(wallet), ALL);
        wallet.execute(address(token), abi.encodeCall(token.approve, (address(agreement), ALL)));
        vm.getRecordedLogs();
        id = _id(paper);
        wallet.approve(id);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        _expect();
        emit IAgreement.Opened(id, address(wallet), CONTRACTOR, address(token), ALL);
        agreement.open(paper.proposal(), _noMaster(), "anything", contractor, "");
        _check(1);
        assertEq(token.balanceOf(address(wallet)), 0, "wallet paid");
    }

    /// @custom:threat T6
    function test_open_with_delegated_accounts_that_know_signatures_and_not() public {
        // EIP-7702: the key goes on signing, whatever the code is
        vm.etch(CONTRACTOR, bytes.concat(hex"ef0100", bytes20(address(token))));
        vm.etch(CLIENT, address(new WalletMock()).code);
        Paper memory paper = _paper();
        bytes memory client = _signature(CLIENT_KEY, paper);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        vm.prank(STRANGER);
        agreement.open(paper.proposal(), _noMaster(), client, contractor, "");
        _check(1);
        _assertMoney(paper, ALL, 0, ALL, 0, 0);

        // the code's word counts too, where it gives one
        paper.offer.salt = 2;
        bytes32 id = _id(paper);
        contractor = _signature(CONTRACTOR_KEY, paper);
        WalletMock(CLIENT).approve(id);
        vm.prank(STRANGER);
        agreement.open(paper.proposal(), _noMaster(), "", contractor, "");
        _check(1);
        assertEq(agreement.stateOf(id).held, ALL, "second");
    }

    function test_open_refuses_signatures_of_others_of_other_chains_and_malleable_ones() public {
        Paper memory paper = _paper();
        bytes32 id = _id(paper);
        bytes memory refusal = abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, CONTRACTOR);
        bytes memory good = _signature(CONTRACTOR_KEY, paper);
        _openFails(paper, "", refusal);
        _openFails(paper, _signature(NEWCOMER_KEY, paper), refusal);
        _openFails(paper, sign(CONTRACTOR_KEY, PaperHash.digest(paper.struct_(), STRANGER)), refusal);
        _openFails(paper, bytes.concat(good, hex"00"), refusal);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(CONTRACTOR_KEY, id);
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        _openFails(paper, abi.encodePacked(r, n - uint256(s), v == 27 ? uint8(28) : uint8(27)), refusal);

        bytes32 elsewhere = PaperHash.digest(paper.struct_(), address(agreement), block.chainid + 1);
        _openFails(paper, sign(CONTRACTOR_KEY, elsewhere), refusal);

        refusal = abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, CLIENT);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        agreement.open(paper.proposal(), _noMaster(), good, good, "");
    }

    /* LIMITS */

    function test_open_refuses_a_change_order() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        Paper memory next = _changeOf(paper, id);
        _openFails(next, abi.encodeWithSelector(IAgreement.Agreement_WrongReference.selector, _id(next)));
        next.deal.origin = 0;
        _openFails(next, abi.encodeWithSelector(IAgreement.Agreement_WrongReference.selector, _id(next)));
        next = _paper();
        next.deal.origin = id;
        _openFails(next, abi.encodeWithSelector(IAgreement.Agreement_WrongReference.selector, _id(next)));
    }

    function test_open_refuses_roles_that_overlap() public {
        _rolesOverlap(address(0), CONTRACTOR, ARBITER, BACKUP, address(0));
        _rolesOverlap(CLIENT, address(0), ARBITER, BACKUP, CLIENT);
        _rolesOverlap(CLIENT, CLIENT, ARBITER, BACKUP, CLIENT);
        _rolesOverlap(CLIENT, CONTRACTOR, CLIENT, BACKUP, CLIENT);
        _rolesOverlap(CLIENT, CONTRACTOR, CONTRACTOR, BACKUP, CONTRACTOR);
        _rolesOverlap(CLIENT, CONTRACTOR, ARBITER, CLIENT, CLIENT);
        _rolesOverlap(CLIENT, CONTRACTOR, ARBITER, CONTRACTOR, CONTRACTOR);
        _rolesOverlap(CLIENT, CONTRACTOR, ARBITER, ARBITER, ARBITER);
    }

    function test_open_without_arbiters() public {
        Paper memory paper = _paper();
        (paper.arbitration.arbiter, paper.arbitration.backup) = (address(0), address(0));
        _open(paper);
    }

    function test_open_refuses_terms_out_of_range_and_takes_the_last_in_it() public {
        Paper memory paper = _paper();
        paper.milestones[1].amount = 0;
        _outOfRange(paper, Field.AMOUNT);
        paper.milestones[1].amount = 2 ** 96;
        _outOfRange(paper, Field.AMOUNT);
        paper.milestones[1] = Milestone(2 ** 96 - 1, 2 ** 39);
        _outOfRange(paper, Field.DATE);
        paper.milestones[1].due = 2 ** 39 - 1;
        paper.deal.holdbackUntil = 2 ** 39;
        _outOfRange(paper, Field.DATE);
        (paper.deal.holdbackUntil, paper.deal.holdback) = (2 ** 39 - 1, 200_001);
        _outOfRange(paper, Field.SHARE);
        (paper.deal.holdback, paper.deal.rejections) = (200_000, 256);
        _outOfRange(paper, Field.REJECTIONS);
        (paper.deal.rejections, paper.deal.review) = (255, 2 ** 29);
        _outOfRange(paper, Field.DURATION);
        (paper.deal.review, paper.deal.grace) = (2 ** 29 - 1, 2 ** 29);
        _outOfRange(paper, Field.DURATION);
        (paper.deal.grace, paper.arbitration.window) = (2 ** 29 - 1, 2 ** 29);
        _outOfRange(paper, Field.DURATION);
        (paper.arbitration.window, paper.arbitration.fee) = (2 ** 29 - 1, 200_001);
        _outOfRange(paper, Field.SHARE);
        (paper.arbitration.fee, paper.arbitration.split) = (200_000, 1_000_001);
        _outOfRange(paper, Field.SPLIT);
        (paper.arbitration.split, paper.offer.deposit) = (1_000_000, 2 ** 96);
        _outOfRange(paper, Field.AMOUNT);
        paper.offer.deposit = 0;
        _open(paper);
    }

    /// @custom:threat T16
    function test_open_with_64_milestones_and_not_with_65() public {
        Paper memory paper = _paper();
        paper.milestones = new Milestone[](65);
        for (uint256 i = 0; i < 65; ++i) {
            paper.milestones[i] = Milestone(i + 1, START + i * 1 days);
        }
        paper.offer.deposit = 65 * 32;
        _outOfRange(paper, Field.MILESTONES);
        Milestone[] memory fewer = new Milestone[](64);
        for (uint256 i = 0; i < 64; ++i) {
            fewer[i] = paper.milestones[i];
        }
        paper.milestones = fewer;
        _open(paper);
        _accept(paper, type(uint64).max);
        _assertMoney(paper, 65 * 32, 65 * 32, 0, 0, 0);
        _assertStatus(paper, Status.LIVE, type(uint64).max, type(uint64).max);
        agreement.close(paper.terms(), paper.conditions());
        _assertStatus(paper, Status.DONE, type(uint64).max, type(uint64).max);
    }

    function test_publish_is_outside_the_history() public {
        _expect();
        emit IAgreement.Published(WORK, "document");
        vm.prank(STRANGER);
        agreement.publish(WORK, "document");
        _check(1);
        assertEq(agreement.history(WORK), 0, "history");
    }

    /* HELPERS */

    function _permit(uint256 value) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                CLIENT,
                address(agreement),
                value,
                token.nonces(CLIENT),
                START + 1 days
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(CLIENT_KEY, digest);
        return abi.encode(value, START + 1 days, v, r, s);
    }

    function _openRelayed(Paper memory paper, bytes memory permit) private {
        bytes memory client = _signature(CLIENT_KEY, paper);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        vm.prank(STRANGER);
        agreement.open(paper.proposal(), _noMaster(), client, contractor, permit);
        _check(1);
    }

    function _openFails(Paper memory paper, bytes memory refusal) private {
        _openFails(paper, _signature(CONTRACTOR_KEY, paper), refusal);
    }

    function _openFails(Paper memory paper, bytes memory contractor, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", contractor, "");
    }

    function _outOfRange(Paper memory paper, uint256 field) private {
        _openFails(paper, abi.encodeWithSelector(IAgreement.Agreement_OutOfRange.selector, field));
    }

    function _rolesOverlap(address client, address contractor, address arbiter, address backup, address named) private {
        Paper memory paper = _paper();
        (paper.deal.client, paper.deal.contractor) = (client, contractor);
        (paper.arbitration.arbiter, paper.arbitration.backup) = (arbiter, backup);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_RolesOverlap.selector, named));
        agreement.open(paper.proposal(), _noMaster(), "", "", "");
    }
}
