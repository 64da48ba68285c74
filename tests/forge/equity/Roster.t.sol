// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RosterTest} from "./RosterTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";

/// @notice Who the workers are, and how they change their wallets themselves (SPEC.md 9.9, 9.10).
contract RosterOfWalletsTest is RosterTest {
    /* enrol */

    function test_enrol__nobody__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_Empty.selector));
        vm.prank(MANAGER);
        equity.enrol(new address[](0));
    }

    function test_enrol__without_a_wallet__reverts() public {
        address[] memory wallets = new address[](2);
        wallets[0] = ALICE;
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWallet.selector, 1));
        vm.prank(MANAGER);
        equity.enrol(wallets);
        assertEq(equity.workersOf(MANAGER), 2, "workers");
    }

    function test_enrol() public {
        address[] memory wallets = new address[](2);
        (wallets[0], wallets[1]) = (STRANGER, ALICE);
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        vm.prank(MANAGER);
        uint256 first = equity.enrol(wallets);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(first, 3, "first");
        assertEvent(
            logs[0], abi.encode(IWorkerRoster.Enrolled.selector, roster, MANAGER), abi.encode(uint256(3), wallets)
        );
        assertLinked(roster, before, logs, 1);
        assertEq(equity.workersOf(MANAGER), 4, "workers");
        assertEq(equity.walletOf(MANAGER, 1), ALICE, "worker 1");
        assertEq(equity.walletOf(MANAGER, 3), STRANGER, "worker 3");
        assertEq(equity.walletOf(MANAGER, 4), ALICE, "worker 4, the wallet of worker 1");
        assertEq(equity.walletOf(MANAGER, 5), address(0), "worker 5");
    }

    /// A roster is its manager's own: nobody else can put a wallet where a manager grants to.
    function test_enrol__by_a_stranger__is_another_roster() public {
        address[] memory wallets = new address[](1);
        wallets[0] = STRANGER;
        vm.prank(STRANGER);
        assertEq(equity.enrol(wallets), 1, "first");
        assertEq(equity.walletOf(MANAGER, 1), ALICE, "worker 1 of the manager");
        assertEq(equity.workersOf(MANAGER), 2, "workers of the manager");
        assertEq(equity.walletOf(STRANGER, 1), STRANGER, "worker 1 of the stranger");
    }

    /* reserve */

    function test_reserve() public {
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        vm.prank(MANAGER);
        uint256 first = equity.reserve(5);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(first, 3, "first");
        assertEvent(
            logs[0], abi.encode(IWorkerRoster.Reserved.selector, roster, MANAGER), abi.encode(uint256(3), uint256(5))
        );
        assertLinked(roster, before, logs, 1);
        assertEq(equity.workersOf(MANAGER), 7, "workers");
        assertSeat(3, address(0), 0);
        assertEq(equity.workersOf(STRANGER), 0, "workers of others");
    }

    function test_reserve__nobody__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_Empty.selector));
        vm.prank(MANAGER);
        equity.reserve(0);
    }

    /// A grant keeps 24 bits of a worker's number.
    function test_reserve__as_many_as_a_grant_can_name() public {
        uint256 most = 2 ** 24 - 1;
        vm.startPrank(MANAGER);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, MANAGER, most + 1));
        equity.reserve(most - 1);
        assertEq(equity.reserve(most - 2), 3, "first");
        assertEq(equity.workersOf(MANAGER), most, "workers");
        address[] memory wallets = new address[](1);
        wallets[0] = CAROL;
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, MANAGER, most + 1));
        equity.enrol(wallets);
        vm.stopPrank();
        assertEq(equity.workersOf(MANAGER), most, "workers, still");
    }

    /* rotate */

    function test_rotate__by_the_wallet_itself() public {
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        // The deadline is the signature's: it says nothing to who sends.
        vm.prank(ALICE);
        equity.rotate(MANAGER, 1, CAROL, 0, "");

        expectWalletSet(before, 1, ALICE, CAROL);
        assertSeat(1, CAROL, 1);
        assertSeat(2, BOB, 0);
    }

    function test_rotate__with_a_signature__until_its_deadline() public {
        bytes memory signature = sign(ALICE_KEY, digestOf(rotateHash(1, CAROL, 0, NOW + 100)));
        vm.warp(NOW + 101);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_Late.selector, NOW + 100));
        vm.prank(STRANGER);
        equity.rotate(MANAGER, 1, CAROL, NOW + 100, signature);

        vm.warp(NOW + 100);
        bytes32 before = equity.historyOf(roster);
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.rotate(MANAGER, 1, CAROL, NOW + 100, signature);

        expectWalletSet(before, 1, ALICE, CAROL);
        assertSeat(1, CAROL, 1);
    }

    function test_rotate__of_nobody_registered__reverts() public {
        vm.prank(MANAGER);
        equity.reserve(1);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, MANAGER, 3));
        equity.rotate(MANAGER, 3, CAROL, NOW, "");
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, STRANGER, 1));
        equity.rotate(STRANGER, 1, CAROL, NOW, "");
    }

    function test_rotate__to_nothing__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWallet.selector, 0));
        vm.prank(ALICE);
        equity.rotate(MANAGER, 1, address(0), 0, "");
    }

    /// Neither the manager nor the issuer, nor another worker, nor anybody without a word of the wallet.
    function test_rotate__by_others__reverts() public {
        address[4] memory others = [MANAGER, ISSUER, BOB, STRANGER];
        bytes memory bobs = sign(BOB_KEY, digestOf(rotateHash(1, BOB, 0, NOW)));
        for (uint256 i = 0; i < others.length; ++i) {
            expectWrongSignature(ALICE);
            vm.prank(others[i]);
            equity.rotate(MANAGER, 1, BOB, NOW, i % 2 == 0 ? bobs : bytes(""));
        }
        assertSeat(1, ALICE, 0);
    }

    /// Every word that is signed counts: manager, worker, wallet, nonce, deadline, chain and contract.
    function test_rotate__signed_for_something_else__reverts() public {
        bytes32 wanted = rotateHash(1, CAROL, 0, NOW);
        bytes32[8] memory digests = [
            digestOf(keccak256(abi.encode(ROTATE, STRANGER, 1, CAROL, 0, NOW))),
            digestOf(rotateHash(2, CAROL, 0, NOW)),
            digestOf(rotateHash(1, BOB, 0, NOW)),
            digestOf(rotateHash(1, CAROL, 1, NOW)),
            digestOf(rotateHash(1, CAROL, 0, NOW + 1)),
            digestOf(block.chainid + 1, address(equity), wanted),
            digestOf(block.chainid, address(token), wanted),
            wanted
        ];
        for (uint256 i = 0; i < digests.length; ++i) {
            expectWrongSignature(ALICE);
            equity.rotate(MANAGER, 1, CAROL, NOW, sign(ALICE_KEY, digests[i]));
        }
        equity.rotate(MANAGER, 1, CAROL, NOW, sign(ALICE_KEY, digestOf(wanted)));
        assertSeat(1, CAROL, 1);
    }

    function test_rotate__a_signature_counts_once() public {
        bytes memory away = sign(ALICE_KEY, digestOf(rotateHash(1, CAROL, 0, NOW)));
        equity.rotate(MANAGER, 1, CAROL, NOW, away);
        vm.prank(CAROL);
        equity.rotate(MANAGER, 1, ALICE, NOW, "");
        assertSeat(1, ALICE, 2);
        expectWrongSignature(ALICE);
        equity.rotate(MANAGER, 1, CAROL, NOW, away);
    }

    /// The chain splits: what was signed before for this side does not count on the other.
    /// @custom:threat T4
    function test_rotate__on_another_chain__reverts() public {
        bytes memory signature = sign(ALICE_KEY, digestOf(rotateHash(1, CAROL, 0, NOW)));
        vm.chainId(block.chainid + 1);
        expectWrongSignature(ALICE);
        equity.rotate(MANAGER, 1, CAROL, NOW, signature);
    }

    /// @custom:threat T5
    function test_rotate__malleable_or_short_signatures__reverts() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ALICE_KEY, digestOf(rotateHash(1, CAROL, 0, NOW)));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        expectWrongSignature(ALICE);
        equity.rotate(MANAGER, 1, CAROL, NOW, abi.encodePacked(r, order - uint256(s), v ^ 7));
        expectWrongSignature(ALICE);
        equity.rotate(MANAGER, 1, CAROL, NOW, abi.encodePacked(r, s));
        expectWrongSignature(ALICE);
        equity.rotate(MANAGER, 1, CAROL, NOW, "");
    }

    function test_rotate__by_a_wallet_contract() public {
        WalletMock safe = new WalletMock();
        vm.prank(ALICE);
        equity.rotate(MANAGER, 1, address(safe), 0, "");
        expectWrongSignature(address(safe));
        equity.rotate(MANAGER, 1, CAROL, NOW, "");
        safe.approve(digestOf(rotateHash(1, CAROL, 1, NOW)));
        vm.prank(STRANGER);
        equity.rotate(MANAGER, 1, CAROL, NOW, "");
        assertSeat(1, CAROL, 2);
    }

    /// EIP-7702: the key goes on signing, whatever the code is; the code's word counts too, where it gives one.
    /// @custom:threat T6
    function test_rotate__by_a_key_with_code() public {
        vm.etch(ALICE, bytes.concat(hex"ef0100", bytes20(address(token))));
        equity.rotate(MANAGER, 1, CAROL, NOW, sign(ALICE_KEY, digestOf(rotateHash(1, CAROL, 0, NOW))));
        assertSeat(1, CAROL, 1);
        vm.etch(BOB, address(new WalletMock()).code);
        equity.rotate(MANAGER, 2, CAROL, NOW, sign(BOB_KEY, digestOf(rotateHash(2, CAROL, 0, NOW))));
        assertSeat(2, CAROL, 1);
        vm.prank(CAROL);
        equity.rotate(MANAGER, 2, BOB, 0, "");
        WalletMock(BOB).approve(digestOf(rotateHash(2, ALICE, 2, NOW)));
        equity.rotate(MANAGER, 2, ALICE, NOW, "");
        assertSeat(2, ALICE, 3);
    }

    function test_rotate__voids_a_proposal() public {
        propose(1, STRANGER);
        vm.prank(ALICE);
        equity.rotate(MANAGER, 1, CAROL, 0, "");
        assertProposal(1, address(0), 0);
        vm.warp(NOW + 14 * DAY);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NotProposed.selector, 1, STRANGER));
        equity.setWallet(MANAGER, 1, STRANGER);
        assertSeat(1, CAROL, 1);
    }
}
