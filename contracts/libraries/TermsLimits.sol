// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAgreement} from "../interfaces/IAgreement.sol";
import {Arbitration, Deal, Field, Milestone, Proposal} from "../types/Terms.sol";

/// @title Ranges of signed terms (SPEC.md 3.6)
/// @dev Within them no sum of a call overflows, so no state can be reached that has no way out. Limits that are one
/// below a power of two are checked over the union of all values.
library TermsLimits {
    /// Seventeen years, in seconds.
    uint256 internal constant MAX_DURATION = 2 ** 29 - 1;
    uint256 internal constant MAX_DATE = 2 ** 39 - 1;
    uint256 internal constant MAX_AMOUNT = 2 ** 96 - 1;
    uint256 internal constant MAX_SHARE = 200_000;
    uint256 internal constant MAX_REJECTIONS = 255;
    uint256 internal constant MAX_MILESTONES = 64;
    uint256 internal constant PPM = 1e6;

    /// @notice Reverts {IAgreement-Agreement_OutOfRange} or {IAgreement-Agreement_RolesOverlap}.
    function check(Proposal calldata proposal) internal pure {
        Deal calldata deal = proposal.deal;
        Arbitration calldata arbitration = proposal.arbitration;
        _checkRoles(deal.client, deal.contractor, arbitration.arbiter, arbitration.backup);

        uint256 amounts = proposal.offer.deposit;
        uint256 dates = deal.holdbackUntil;
        uint256 out = 0;
        Milestone[] calldata milestones = proposal.milestones;
        for (uint256 i = 0; i < milestones.length; ++i) {
            Milestone calldata milestone = milestones[i];
            amounts |= milestone.amount;
            dates |= milestone.due;
            if (milestone.amount == 0) out |= Field.AMOUNT;
        }
        if (milestones.length > MAX_MILESTONES) out |= Field.MILESTONES;
        if (amounts > MAX_AMOUNT) out |= Field.AMOUNT;
        if (dates > MAX_DATE) out |= Field.DATE;
        if ((deal.review | deal.grace | arbitration.window) > MAX_DURATION) out |= Field.DURATION;
        if (deal.rejections > MAX_REJECTIONS) out |= Field.REJECTIONS;
        if (Math.max(deal.holdback, arbitration.fee) > MAX_SHARE) out |= Field.SHARE;
        if (arbitration.split > PPM) out |= Field.SPLIT;
        require(out == 0, IAgreement.Agreement_OutOfRange(out));
    }

    function _checkRoles(address client, address contractor, address arbiter, address backup) private pure {
        require(
            client != address(0) && contractor != address(0) && client != contractor,
            IAgreement.Agreement_RolesOverlap(client)
        );
        require(
            arbiter != client && arbiter != contractor && (arbiter != backup || arbiter == address(0)),
            IAgreement.Agreement_RolesOverlap(arbiter)
        );
        require(backup != client && backup != contractor, IAgreement.Agreement_RolesOverlap(backup));
    }
}
