// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Vm} from "../Vm.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Proposal} from "../../../contracts/types/Equity.sol";

/// @notice What the tests of wallets and their changes share.
abstract contract RosterTest is EquityTest {
    bytes32 internal constant ROTATE =
        keccak256("Rotate(address manager,uint256 worker,address wallet,uint256 nonce,uint256 deadline)");
    bytes32 internal constant VETO = keccak256("Veto(address manager,uint256 worker,address wallet,uint256 nonce)");

    function rotateHash(uint256 worker, address wallet, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(ROTATE, MANAGER, worker, wallet, nonce, deadline));
    }

    function vetoHash(uint256 worker, address wallet, uint256 nonce) internal pure returns (bytes32) {
        return keccak256(abi.encode(VETO, MANAGER, worker, wallet, nonce));
    }

    function propose(uint256 worker, address wallet) internal {
        vm.prank(MANAGER);
        equity.proposeWallet(worker, wallet);
    }

    function assertProposal(uint256 worker, address wallet, uint40 ripeAt) internal view {
        assertEq(abi.encode(equity.proposalOf(MANAGER, worker)), abi.encode(Proposal(wallet, ripeAt)), "proposal");
    }

    function assertSeat(uint256 worker, address wallet, uint256 nonce) internal view {
        assertEq(equity.walletOf(MANAGER, worker), wallet, "wallet");
        assertEq(equity.nonceOf(MANAGER, worker), nonce, "nonce");
    }

    function expectWrongSignature(address signer) internal {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_WrongSignature.selector, signer));
    }

    function expectWalletSet(bytes32 before, uint256 worker, address previous, address wallet) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEvent(
            logs[0], abi.encode(IWorkerRoster.WalletSet.selector, roster, MANAGER, worker), abi.encode(previous, wallet)
        );
        assertLinked(roster, before, logs, 1);
        assertEq(logs.length, 1, "events");
    }
}
