// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {PaperHash, Paper} from "../agreement/Paper.sol";
import {Ending, Life} from "./TokenDesk.sol";
import {TokenLife} from "./TokenLife.sol";
import {WeirdBlocklist, WeirdPausable} from "./WeirdRefusals.sol";

/// @notice SPEC 17.2: whoever is blocked, from whatever state on, to each ending: after every step everybody else has been
/// paid at once and in full; who is blocked takes it elsewhere, or when it is let again, to the unit.
contract BlockedTest is TokenLife {
    using PaperHash for Paper;

    /// @custom:threat T8
    function test_client_blocked_in_any_state() public {
        _anyState(CLIENT);
    }

    /// @custom:threat T8
    function test_contractor_blocked_in_any_state() public {
        _anyState(CONTRACTOR);
    }

    /// @custom:threat T8
    function test_payee_blocked_in_any_state() public {
        _anyState(PAYEE);
    }

    /// @custom:threat T8
    function test_arbiter_blocked_in_any_state() public {
        _anyState(ARBITER);
    }

    /// @custom:threat T8
    function test_worker_blocked_in_any_state() public {
        _anyState(ALICE);
    }

    /// Nothing can come in or go out: all is booked in time.
    function test_agreement_blocked_in_any_state() public {
        _anyState(address(agreement));
    }

    function test_payroll_blocked_in_any_state() public {
        _anyState(address(payroll));
    }

    function test_worker_equity_blocked_in_any_state() public {
        _anyState(address(equity));
    }

    /// Deadlines pass while the token is paused: states settle, and the money follows.
    /// @custom:threat T9
    function test_paused_from_any_state() public {
        _anyState(address(0));
    }

    /// Any amounts, shares, state, ending and account.
    /// @custom:threat T8
    function testFuzz_blocked(uint256 seed, uint256 who, uint256 from, uint256 ending) public {
        address[9] memory all = [
            address(0), CLIENT, CONTRACTOR, PAYEE, ARBITER, ALICE, address(agreement), address(payroll), address(equity)
        ];
        _begin(all[who % 9]);
        _liveBlocked(seed, 1 + from % (STEPS - 1), Ending(ending % 6));
    }

    /// A blocked client brings nothing in; whoever else wants to can.
    function test_blocked_client_at_opening() public {
        _begin(CLIENT);
        Life memory life = _begin(1, Ending.Done);
        _block(CLIENT, true);
        bytes memory data = abi.encodeCall(
            IAgreement.open, (life.paper.proposal(), _noMaster(), "", sign(CONTRACTOR_KEY, life.origin), "")
        );
        _refuses(CLIENT, address(agreement), data, _tokenError());
        assertEq(agreement.stateOf(life.origin).status, 0, "not opened");

        life.paper.offer.deposit = 0;
        data = abi.encodeCall(
            IAgreement.open, (life.paper.proposal(), _noMaster(), "", sign(CONTRACTOR_KEY, _id(life.paper)), "")
        );
        life.origin = abi.decode(_do(CLIENT, address(agreement), data), (bytes32));
        _do(STRANGER, address(agreement), abi.encodeCall(IMilestoneEscrow.fund, (life.paper.terms(), 1_000)));
        expected[STRANGER] -= 1_000;
        held = 1_000;
        _verifyState(life);
    }

    /* LIVES */

    function _begin(address account) private {
        forced = account;
        _use(account == address(0) ? address(new WeirdPausable()) : address(new WeirdBlocklist()), 1e30);
    }

    /// Each state, each ending with a quarter of them; every second time what is due is taken elsewhere.
    function _anyState(address account) private {
        _begin(account);
        for (uint256 step = 1; step < STEPS; ++step) {
            _liveBlocked(step, step, Ending((step + step / 6) % 6));
        }
    }

    function _liveBlocked(uint256 seed, uint256 from, Ending ending) private {
        Life memory life = _begin(seed, ending);
        for (uint256 step = 0; step < STEPS; ++step) {
            if (step == from && forced == address(0)) _pause(true);
            else if (step == from) _block(forced, true);
            _play(life, step);
        }
        bool isPerson =
            forced == CLIENT || forced == CONTRACTOR || forced == PAYEE || forced == ARBITER || forced == ALICE;
        if (isPerson && seed % 2 == 0) _takeElsewhere(life);
        _letAll();
        _takeWhatWaited(life);
        _assertNothingLeft();
    }
}
