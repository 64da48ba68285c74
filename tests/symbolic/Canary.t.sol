// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CreditMath} from "../../contracts/libraries/CreditMath.sol";
import {Packing} from "../../contracts/libraries/Packing.sol";
import {State} from "../../contracts/types/State.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title Properties that are false: halmos must say so
contract CanaryProperties is Symbolic {
    /// What is above 96 bits spills into the next field.
    function check_anyAmountIsKept(uint256 held) external pure {
        State memory state;
        state.held = held;
        Packing.unpackHead(state, Packing.packHead(state));
        assert(state.held == held);
    }

    /// False for one pair of values in 2^80 alone.
    function check_noAdjustmentTakesAll(uint40 rate, uint40 taken) external pure {
        vm.assume(taken > 0 && rate == 0x1234567890);
        assert(CreditMath.adjusted(rate, -int256(uint256(taken))) != 1);
    }
}
