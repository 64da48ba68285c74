// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Paper, PaperHash} from "../forge/agreement/Paper.sol";
import {Calls} from "./Calls.sol";

/// @title The status of an agreement only ever moves forward
/// @custom:halmos --array-lengths inputs.clientSignature={0,65},inputs.contractorSignature={0,65} --loop 8
contract StatusProperties is Calls {
    using PaperHash for Paper;

    uint256 private constant LIVE = 1;
    uint256 private constant DONE = 2;
    uint256 private constant ENDED_BY_BOTH = 3;
    uint256 private constant WITHDRAWN = 8;

    /// From an end, or a withdrawal, no call leads anywhere.
    function check_S35_ended_money(
        uint8 which,
        uint256 head,
        uint256 tail,
        address caller,
        uint40 time,
        Inputs memory inputs
    ) external {
        vm.assume(which < FUND);
        _assertFinal(which, head, tail, caller, time, inputs);
    }

    function check_S35_ended_other(
        uint8 which,
        uint256 head,
        uint256 tail,
        address caller,
        uint40 time,
        Inputs memory inputs
    ) external {
        vm.assume(which >= FUND && which < COUNT);
        _assertFinal(which, head, tail, caller, time, inputs);
    }

    /// Before the start it is opened or withdrawn, or nothing.
    function check_S36_none(uint8 which, address caller, uint40 time, Inputs memory inputs) external {
        vm.assume(which < COUNT);
        uint256 status = _after(which, 0, 0, caller, time, inputs);
        assert(
            status == 0 || (which == OPEN && status == LIVE)
                || (which == WITHDRAW_BID && status == WITHDRAWN && (caller == CLIENT || caller == CONTRACTOR))
        );
    }

    function _assertFinal(uint256 which, uint256 head, uint256 tail, address caller, uint256 time, Inputs memory inputs)
        private
    {
        uint256 status = uint8(head >> 224);
        vm.assume(status >= DONE && status <= WITHDRAWN);
        assert(_after(which, head, tail, caller, time, inputs) == status);
    }

    /// The status after the call, from any words.
    function _after(uint256 which, uint256 head, uint256 tail, address caller, uint256 time, Inputs memory inputs)
        private
        returns (uint256)
    {
        bytes32 origin = _paper().id(address(agreement));
        agreement.writeWords(origin, head, tail);
        vm.warp(time);
        _call(which, caller, inputs);
        return agreement.stateOf(origin).status;
    }
}
