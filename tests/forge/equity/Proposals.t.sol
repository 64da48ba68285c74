// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RosterTest} from "./RosterTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";

/// @notice A worker who lost its wallet, or is said to have (SPEC.md 9.10): proposal, veto, delay.
contract ProposalsTest is RosterTest {
    uint40 internal constant RIPE = NOW + 14 * DAY;

    function expectNotProposed(uint256 worker, address wallet) private {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NotProposed.selector, worker, wallet));
    }

    function expectNotRipe(uint256 from) private {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NotRipe.selector, from));
    }

    /* proposeWallet */

    function test_proposeWallet() public {
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        propose(1, CAROL);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerRoster.WalletProposed.selector, roster, MANAGER, uint256(1)),
            abi.encode(CAROL, RIPE)
        );
        assertLinked(roster, before, logs, 1);
        assertEq(logs.length, 1, "events");
        assertProposal(1, CAROL, RIPE);
        assertSeat(1, ALICE, 0);
    }

    function test_proposeWallet__for_nobody_on_the_roster__reverts() public {
        for (uint256 worker = 0; worker < 4; worker += 3) {
            vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, MANAGER, worker));
            propose(worker, CAROL);
        }
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, STRANGER, 1));
        vm.prank(STRANGER);
        equity.proposeWallet(1, CAROL);
    }

    function test_proposeWallet__of_nothing__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWallet.selector, 0));
        propose(1, address(0));
    }

    /// Another proposal begins its own delay; the one before is void.
    function test_proposeWallet__again__begins_anew() public {
        propose(1, CAROL);
        vm.warp(RIPE - 1);
        propose(1, STRANGER);
        assertProposal(1, STRANGER, RIPE - 1 + 14 * DAY);
        vm.warp(RIPE);
        expectNotProposed(1, CAROL);
        equity.setWallet(MANAGER, 1, CAROL);
        expectNotRipe(RIPE - 1 + 14 * DAY);
        equity.setWallet(MANAGER, 1, STRANGER);
    }

    /* setWallet */

    /// @custom:threat T39
    function test_setWallet__not_before_fourteen_days() public {
        propose(1, CAROL);
        vm.warp(RIPE - 1);
        expectNotRipe(RIPE);
        vm.prank(MANAGER);
        equity.setWallet(MANAGER, 1, CAROL);

        vm.warp(RIPE);
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.setWallet(MANAGER, 1, CAROL);

        expectWalletSet(before, 1, ALICE, CAROL);
        assertSeat(1, CAROL, 1);
        assertProposal(1, address(0), 0);
        expectNotProposed(1, CAROL);
        equity.setWallet(MANAGER, 1, CAROL);
    }

    function test_setWallet__late__still() public {
        propose(1, CAROL);
        vm.warp(2 ** 40);
        equity.setWallet(MANAGER, 1, CAROL);
        assertSeat(1, CAROL, 1);
    }

    function test_setWallet__what_was_never_proposed__reverts() public {
        expectNotProposed(1, CAROL);
        equity.setWallet(MANAGER, 1, CAROL);
        expectNotProposed(1, address(0));
        equity.setWallet(MANAGER, 1, address(0));
        propose(1, CAROL);
        vm.warp(RIPE);
        expectNotProposed(1, address(0));
        equity.setWallet(MANAGER, 1, address(0));
        expectNotProposed(2, CAROL);
        equity.setWallet(MANAGER, 2, CAROL);
    }

    /// A number set aside, whose worker cannot sign a leaf: the manager's way to give it a wallet.
    function test_setWallet__of_a_number_set_aside() public {
        vm.prank(MANAGER);
        equity.reserve(1);
        uint256 made = grantTo(3, createPlan(timePlan()), 100);
        propose(3, CAROL);
        vm.warp(NOW + 180 * DAY);
        claimAs(STRANGER, made);
        assertEq(token.totalSupply(), 0, "no wallet, no claim");
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        equity.setWallet(MANAGER, 3, CAROL);
        expectWalletSet(before, 3, address(0), CAROL);
        claimAs(STRANGER, made);
        assertEq(token.balanceOf(CAROL), 50, "Carol");
    }

    function test_setWallet__voids_what_the_old_wallet_signed() public {
        bytes memory signature = sign(ALICE_KEY, digestOf(rotateHash(1, STRANGER, 0, RIPE + 1)));
        propose(1, CAROL);
        vm.warp(RIPE);
        equity.setWallet(MANAGER, 1, CAROL);
        expectWrongSignature(CAROL);
        equity.rotate(MANAGER, 1, STRANGER, RIPE + 1, signature);
    }

    /* veto */

    function test_veto__by_the_wallet_itself() public {
        propose(1, CAROL);
        vm.warp(RIPE + 5);
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        vm.prank(ALICE);
        equity.veto(MANAGER, 1, "");

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0],
            abi.encode(IWorkerRoster.WalletVetoed.selector, roster, MANAGER, uint256(1)),
            abi.encode(CAROL, RIPE + 5 + 90 * DAY)
        );
        assertLinked(roster, before, logs, 1);
        assertEq(logs.length, 1, "events");
        assertProposal(1, address(0), RIPE + 5 + 90 * DAY);
        assertSeat(1, ALICE, 1);
        expectNotProposed(1, CAROL);
        equity.setWallet(MANAGER, 1, CAROL);
    }

    /// @custom:threat T39
    function test_veto__no_proposal_for_ninety_days() public {
        propose(1, CAROL);
        vm.prank(ALICE);
        equity.veto(MANAGER, 1, "");
        vm.warp(NOW + 90 * DAY - 1);
        expectNotRipe(NOW + 90 * DAY);
        propose(1, CAROL);
        propose(2, CAROL);
        vm.warp(NOW + 90 * DAY);
        propose(1, CAROL);
        assertProposal(1, CAROL, NOW + 104 * DAY);
    }

    /// A change by the worker does not shorten the rest that its veto has bought.
    function test_veto__and_a_rotation__the_rest_stays() public {
        propose(1, STRANGER);
        vm.startPrank(ALICE);
        equity.veto(MANAGER, 1, "");
        equity.rotate(MANAGER, 1, CAROL, 0, "");
        vm.stopPrank();
        assertSeat(1, CAROL, 2);
        expectNotRipe(NOW + 90 * DAY);
        propose(1, STRANGER);
    }

    function test_veto__of_nothing__reverts() public {
        expectNotProposed(1, address(0));
        vm.prank(ALICE);
        equity.veto(MANAGER, 1, "");
    }

    function test_veto__by_others__reverts() public {
        propose(1, CAROL);
        address[4] memory others = [MANAGER, CAROL, BOB, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            expectWrongSignature(ALICE);
            vm.prank(others[i]);
            equity.veto(MANAGER, 1, "");
        }
        assertProposal(1, CAROL, RIPE);
    }

    function test_veto__with_a_signature__counts_once() public {
        propose(1, CAROL);
        bytes memory signature = sign(ALICE_KEY, digestOf(vetoHash(1, CAROL, 0)));
        vm.prank(STRANGER);
        equity.veto(MANAGER, 1, signature);
        assertSeat(1, ALICE, 1);
        vm.warp(NOW + 90 * DAY);
        propose(1, CAROL);
        expectWrongSignature(ALICE);
        equity.veto(MANAGER, 1, signature);
        equity.veto(MANAGER, 1, sign(ALICE_KEY, digestOf(vetoHash(1, CAROL, 1))));
        assertSeat(1, ALICE, 2);
    }

    /// A veto voids what was signed to rotate, and a rotation what was signed to veto.
    function test_veto__and_rotate__share_a_nonce() public {
        propose(1, CAROL);
        bytes memory rotation = sign(ALICE_KEY, digestOf(rotateHash(1, STRANGER, 0, NOW)));
        bytes memory refusal = sign(ALICE_KEY, digestOf(vetoHash(1, CAROL, 0)));
        equity.veto(MANAGER, 1, refusal);
        expectWrongSignature(ALICE);
        equity.rotate(MANAGER, 1, STRANGER, NOW, rotation);
        bytes memory own = sign(BOB_KEY, digestOf(vetoHash(2, CAROL, 0)));
        vm.prank(BOB);
        equity.rotate(MANAGER, 2, BOB, 0, "");
        propose(2, CAROL);
        expectWrongSignature(BOB);
        equity.veto(MANAGER, 2, own);
    }

    /// @custom:threat T39
    function test_veto__signed_for_something_else__reverts() public {
        propose(1, CAROL);
        bytes32 wanted = vetoHash(1, CAROL, 0);
        bytes32[7] memory digests = [
            digestOf(keccak256(abi.encode(VETO, STRANGER, 1, CAROL, 0))),
            digestOf(vetoHash(2, CAROL, 0)),
            digestOf(vetoHash(1, BOB, 0)),
            digestOf(vetoHash(1, CAROL, 1)),
            digestOf(block.chainid + 1, address(equity), wanted),
            digestOf(block.chainid, address(currency), wanted),
            wanted
        ];
        for (uint256 i = 0; i < digests.length; ++i) {
            expectWrongSignature(ALICE);
            equity.veto(MANAGER, 1, sign(ALICE_KEY, digests[i]));
        }
        assertProposal(1, CAROL, RIPE);
    }

    /// Nobody can veto for a number without a wallet, not even with the signature that recovers to no address.
    function test_veto__of_a_number_set_aside__reverts() public {
        vm.prank(MANAGER);
        equity.reserve(1);
        propose(3, CAROL);
        expectWrongSignature(address(0));
        equity.veto(MANAGER, 3, "");
        expectWrongSignature(address(0));
        equity.veto(MANAGER, 3, new bytes(65));
        assertProposal(3, CAROL, RIPE);
    }

    function test_veto__by_a_wallet_contract() public {
        WalletMock safe = new WalletMock();
        vm.prank(ALICE);
        equity.rotate(MANAGER, 1, address(safe), 0, "");
        propose(1, CAROL);
        expectWrongSignature(address(safe));
        equity.veto(MANAGER, 1, "");
        safe.approve(digestOf(vetoHash(1, CAROL, 1)));
        vm.prank(STRANGER);
        equity.veto(MANAGER, 1, "");
        assertSeat(1, address(safe), 2);
    }
}
