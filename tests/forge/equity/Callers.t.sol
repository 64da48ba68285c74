// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OfferTest} from "./OfferTest.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Acceptance, Offer, Reason} from "../../../contracts/types/Equity.sol";

/// @notice Every call of a role in the worker equity, by everybody who has another one, or none.
contract CallersTest is OfferTest {
    /// Bit of each in {_all}.
    uint256 private constant BY_ISSUER = 1;
    uint256 private constant BY_MANAGER = 2;
    uint256 private constant BY_ALICE = 4;

    function _all() private view returns (address[6] memory) {
        return [ISSUER, MANAGER, ALICE, BOB, STRANGER, address(progress)];
    }

    /// @custom:threat T22
    function test_calls_of_the_issuer_are_refused_to_everybody_else() public {
        bytes4 notIssuer = IWorkerEquity.WorkerEquity_NotIssuer.selector;
        bytes memory opening = abi.encodeCall(
            equity.openPool, (address(token), MANAGER, POOL, address(progress), ORIGIN, address(currency))
        );
        _onlyBy(BY_ISSUER, IWorkerEquity.WorkerEquity_NotTokenIssuer.selector, abi.encode(token), opening);
        _onlyBy(BY_ISSUER, notIssuer, abi.encode(pool), abi.encodeCall(equity.raisePool, (pool, POOL + 1)));
        _onlyBy(BY_ISSUER, notIssuer, abi.encode(pool), abi.encodeCall(equity.createPlan, (pool, timePlan())));
    }

    /// @custom:threat T22
    function test_calls_of_the_manager_are_refused_to_everybody_else() public {
        bytes4 notManager = IWorkerEquity.WorkerEquity_NotManager.selector;
        bytes memory named = abi.encode(pool);
        uint256[] memory made = listOf(grantTo(1, daily, 1000));
        uint256[] memory ending = listOf(grantTo(1, daily, 1000));
        end(ending[0], Reason.VoluntaryOther);
        _onlyBy(BY_MANAGER, notManager, named, abi.encodeCall(equity.grant, (daily, lineOf(1, 1))));
        bytes memory offering = abi.encodeCall(equity.offer, (daily, keccak256("root"), 5, 1, FROM, UNTIL, 0));
        _onlyBy(BY_MANAGER, notManager, named, offering);
        _onlyBy(BY_MANAGER, notManager, named, abi.encodeCall(equity.end, (made, Reason.VoluntaryOther)));
        _onlyBy(BY_MANAGER, notManager, named, abi.encodeCall(equity.keep, (ending)));
        _onlyBy(BY_MANAGER, notManager, named, abi.encodeCall(equity.grantLeave, (made)));
        _onlyBy(BY_MANAGER, notManager, named, abi.encodeCall(equity.accelerate, (made, 1)));
        vm.prank(MANAGER);
        equity.grantLeave(made);
        _onlyBy(BY_MANAGER | BY_ALICE, notManager, named, abi.encodeCall(equity.comeBack, (made)));
        (Offer memory offered,) = offerThree();
        bytes4 binding = IWorkerEquity.WorkerEquity_Binding.selector;
        _refusedTo(
            BY_MANAGER, abi.encodeWithSelector(binding, FROM, UNTIL), abi.encodeCall(equity.closeOffer, (offered))
        );
    }

    /// Proposing is for the caller's own roster: whoever else calls has no such worker.
    /// @custom:threat T22 T39
    function test_calls_of_a_worker_are_refused_to_everybody_else() public {
        bytes memory proposing = abi.encodeCall(equity.proposeWallet, (1, CAROL));
        address[6] memory all = _all();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == MANAGER) continue;
            bytes memory refusal = abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, all[i], 1);
            _refused(all[i], refusal, proposing);
        }
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.prank(MANAGER);
        equity.proposeWallet(1, CAROL);
        vm.warp(FROM);
        bytes memory unsigned = abi.encodeWithSelector(IWorkerRoster.WorkerEquity_WrongSignature.selector, ALICE);
        Acceptance[] memory own = new Acceptance[](1);
        own[0] = leaves[0];
        _refusedTo(BY_ALICE, unsigned, abi.encodeCall(equity.accept, (offered, own)));
        _refusedTo(BY_ALICE, unsigned, abi.encodeCall(equity.rotate, (MANAGER, 1, STRANGER, FROM, "")));
        _refusedTo(BY_ALICE, unsigned, abi.encodeCall(equity.veto, (MANAGER, 1, "")));
    }

    /// The error names what it is of, then the caller.
    function _onlyBy(uint256 may, bytes4 selector, bytes memory named, bytes memory data) private {
        address[6] memory all = _all();
        for (uint256 i = 0; i < all.length; ++i) {
            if (may >> i & 1 == 0) _refused(all[i], bytes.concat(selector, named, abi.encode(all[i])), data);
            else _done(all[i], data);
        }
    }

    function _refusedTo(uint256 may, bytes memory refusal, bytes memory data) private {
        address[6] memory all = _all();
        for (uint256 i = 0; i < all.length; ++i) {
            if (may >> i & 1 == 0) _refused(all[i], refusal, data);
            else _done(all[i], data);
        }
    }

    function _refused(address by, bytes memory refusal, bytes memory data) private {
        vm.prank(by);
        (bool isDone, bytes memory answer) = address(equity).call(data);
        assertFalse(isDone, "done");
        assertEq(answer, refusal, "error");
    }

    function _done(address by, bytes memory data) private {
        uint256 state = vm.snapshotState();
        vm.prank(by);
        (bool isDone,) = address(equity).call(data);
        assertTrue(isDone, "not done");
        vm.revertToState(state);
    }
}
