// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {State} from "../../contracts/types/State.sol";
import {AgreementSymbolic} from "./AgreementSymbolic.sol";

/// @title What a token refuses is booked, and taken once
contract BookedProperties is AgreementSymbolic {
    address private constant PAYEE = address(0xC2);
    address private constant OTHER = address(0xC1);

    /// @notice A payment to one of two payees, or a withdrawal by one of them.
    struct Act {
        bool pays;
        bool toOther;
        uint96 amount;
    }

    /// Over two acts: booked = withdrawn + owed for each payee, and neither's is touched by the other's.
    function check_S41_booked(Act memory one, Act memory two, uint96 before, bool blocked) external {
        token.setBlocked(PAYEE, true);
        (uint256 booked, uint256 withdrawn) = _act(Act(true, false, before), true, 0, 0);
        token.setBlocked(PAYEE, blocked);
        (booked, withdrawn) = _act(one, blocked, booked, withdrawn);
        (booked, withdrawn) = _act(two, blocked, booked, withdrawn);
        assert(booked == withdrawn + agreement.owed(address(token), PAYEE));
        assert(agreement.owed(address(token), OTHER) == 0);
        assert(_balance(address(0x70)) == withdrawn);
    }

    function _act(Act memory act, bool blocked, uint256 booked, uint256 withdrawn) private returns (uint256, uint256) {
        address payee = act.toOther ? OTHER : PAYEE;
        if (act.pays) {
            State memory state;
            agreement.send(_paper().deal, state, payee, act.amount);
            return (booked + (payee == PAYEE && blocked ? act.amount : 0), withdrawn);
        }
        vm.prank(payee);
        uint256 taken = agreement.withdraw(address(token), address(0x70));
        return (booked, withdrawn + taken);
    }
}
