// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../contracts/interfaces/IMilestoneEscrow.sol";
import {Closing} from "../../contracts/types/State.sol";
import {Conditions, Offer, Terms} from "../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../forge/agreement/Paper.sol";
import {AgreementSymbolic} from "./AgreementSymbolic.sol";

/// @title Every call of the agreement's contract that changes something, with any numbers, dates and signatures
abstract contract Calls is AgreementSymbolic {
    using PaperHash for Paper;

    uint256 internal constant OPEN = 0;
    uint256 internal constant WITHDRAW_BID = 1;
    uint256 internal constant END_BY_BOTH = 2;
    uint256 internal constant CLOSE = 3;
    uint256 internal constant RULE = 4;
    uint256 internal constant RELEASE = 5;
    uint256 internal constant RECLAIM = 6;
    uint256 internal constant RELEASE_HOLDBACK = 7;
    uint256 internal constant FUND = 8;
    uint256 internal constant COUNT = 23;

    /// @notice What a call may carry beside the document.
    struct Inputs {
        uint256 item;
        uint256 number;
        uint256 other;
        address account;
        bytes32 word;
        bool flag;
        bytes clientSignature;
        bytes contractorSignature;
    }

    function _call(uint256 which, address caller, Inputs memory inputs) internal returns (bool success) {
        Paper memory paper = _paper();
        inputs.item = _item(inputs.item);
        bytes memory data = which < FUND ? _moneyCall(which, paper, inputs) : _otherCall(which, paper, inputs);
        vm.prank(caller);
        (success,) = address(agreement).call(data);
    }

    /// Halmos reads no list at a symbolic place: the milestone, the holdback, or one that there is not.
    function _item(uint256 item) private pure returns (uint256) {
        if (item == 0) return 0;
        return item == HOLDBACK ? HOLDBACK : 1;
    }

    function _moneyCall(uint256 which, Paper memory paper, Inputs memory inputs) private pure returns (bytes memory) {
        Terms memory terms = paper.terms();
        (bytes memory client, bytes memory contractor) = (inputs.clientSignature, inputs.contractorSignature);
        if (which == OPEN) {
            return abi.encodeCall(IAgreement.open, (paper.proposal(), new Terms[](0), client, contractor, ""));
        }
        if (which == WITHDRAW_BID) return abi.encodeCall(IAgreement.withdrawBid, (terms));
        if (which == END_BY_BOTH) {
            Closing memory closing = Closing(inputs.word, inputs.number, inputs.other, type(uint256).max);
            return abi.encodeCall(IAgreement.endByBoth, (terms, closing, client, contractor));
        }
        if (which == CLOSE) return abi.encodeCall(IAgreement.close, (terms, paper.conditions()));
        if (which == RULE) {
            return abi.encodeCall(IAgreement.rule, (terms, paper.arbitration, inputs.item, inputs.other));
        }
        if (which == RELEASE) return abi.encodeCall(IMilestoneEscrow.release, (terms, inputs.item));
        if (which == RECLAIM) {
            return abi.encodeCall(IMilestoneEscrow.reclaim, (terms, paper.conditions(), inputs.number));
        }
        return abi.encodeCall(IMilestoneEscrow.releaseHoldback, (terms));
    }

    function _otherCall(uint256 which, Paper memory paper, Inputs memory inputs) private view returns (bytes memory) {
        Terms memory terms = paper.terms();
        Conditions memory conditions = paper.conditions();
        if (which == FUND) return abi.encodeCall(IMilestoneEscrow.fund, (terms, inputs.number));
        if (which == 9) return abi.encodeCall(IMilestoneEscrow.accept, (terms, inputs.number));
        if (which == 10) return abi.encodeCall(IMilestoneEscrow.acceptUpTo, (terms, inputs.item, inputs.other));
        if (which == 11) return abi.encodeCall(IMilestoneEscrow.settle, (terms, conditions, inputs.item));
        if (which == 12) return abi.encodeCall(IAgreement.submit, (terms, inputs.item, inputs.word));
        if (which == 13) return abi.encodeCall(IAgreement.reject, (terms, inputs.item, inputs.word));
        if (which == 14) return abi.encodeCall(IAgreement.dispute, (terms, inputs.item, inputs.word));
        if (which == 15) return abi.encodeCall(IAgreement.giveNotice, (terms, conditions));
        if (which == 16) return abi.encodeCall(IAgreement.endForCause, (terms, conditions, inputs.item));
        if (which == 17) {
            return abi.encodeCall(IAgreement.endForNonPayment, (terms, conditions, inputs.item, inputs.flag));
        }
        if (which == 18) return abi.encodeCall(IAgreement.appoint, (terms, conditions, paper.operators));
        if (which == 19) return abi.encodeCall(IAgreement.serve, (terms, paper.arbitration));
        if (which == 20) return abi.encodeCall(IMilestoneEscrow.setPayee, (terms, inputs.account, inputs.flag));
        if (which == 21) return abi.encodeCall(IMilestoneEscrow.take, (paper.id(address(agreement)), address(token)));
        return _amendment(paper, inputs);
    }

    /// A change order of the same words.
    function _amendment(Paper memory paper, Inputs memory inputs) private view returns (bytes memory) {
        Paper memory next = _paper();
        next.deal.origin = paper.id(address(agreement));
        next.offer = Offer(2, type(uint40).max, 0, next.deal.origin, 0);
        bytes[] memory signatures = new bytes[](4);
        (signatures[0], signatures[1]) = (inputs.clientSignature, inputs.contractorSignature);
        Conditions[] memory none = new Conditions[](0);
        return abi.encodeCall(IAgreement.amend, (paper.terms(), next.proposal(), paper.offerHash(), none, signatures));
    }
}
