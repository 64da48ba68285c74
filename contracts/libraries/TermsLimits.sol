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

        uint256 count = proposal.milestones.length;
        _atMost(Field.MILESTONES, count, MAX_MILESTONES);
        uint256 amounts = proposal.offer.deposit;
        uint256 dates = deal.holdbackUntil;
        for (uint256 i = 0; i < count; ++i) {
            Milestone calldata milestone = proposal.milestones[i];
            require(milestone.amount > 0, IAgreement.Agreement_OutOfRange(Field.AMOUNT, 0, MAX_AMOUNT));
            amounts |= milestone.amount;
            dates |= milestone.due;
        }
        _atMost(Field.AMOUNT, amounts, MAX_AMOUNT);
        _atMost(Field.DATE, dates, MAX_DATE);
        _atMost(Field.DURATION, deal.review | deal.grace | arbitration.window, MAX_DURATION);
        _atMost(Field.REJECTIONS, deal.rejections, MAX_REJECTIONS);
        _atMost(Field.SHARE, Math.max(deal.holdback, arbitration.fee), MAX_SHARE);
        _atMost(Field.SPLIT, arbitration.split, PPM);
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

    function _atMost(uint256 field, uint256 value, uint256 limit) private pure {
        require(value <= limit, IAgreement.Agreement_OutOfRange(field, value, limit));
    }
}
