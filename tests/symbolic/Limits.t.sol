// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TermsLimits} from "../../contracts/libraries/TermsLimits.sol";
import {Milestone, Proposal} from "../../contracts/types/Terms.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title What comes into force is within the limits of SPEC 3.6
/// @custom:halmos --array-lengths given.milestones=2 --loop 16
contract LimitsProperties is Symbolic {
    /// The library reads calldata.
    function check(Proposal calldata proposal) external pure {
        TermsLimits.check(proposal);
    }

    function check_S16_numbers(Proposal memory given, Milestone memory one, Milestone memory two) external view {
        (given.milestones[0], given.milestones[1]) = (one, two);
        this.check(given);

        assert(one.amount > 0 && one.amount < 2 ** 96 && two.amount > 0 && two.amount < 2 ** 96);
        assert(one.due < 2 ** 39 && two.due < 2 ** 39 && given.deal.holdbackUntil < 2 ** 39);
        assert(given.offer.deposit < 2 ** 96 && given.deal.rejections <= 255);
        assert(given.deal.review < 2 ** 29 && given.deal.grace < 2 ** 29 && given.arbitration.window < 2 ** 29);
        assert(given.deal.holdback <= 200_000 && given.arbitration.fee <= 200_000);
        assert(given.arbitration.split <= 1_000_000);
    }

    function check_S16_roles(Proposal memory given) external view {
        this.check(given);

        address[4] memory all =
            [given.deal.client, given.deal.contractor, given.arbitration.arbiter, given.arbitration.backup];
        assert(all[0] != address(0) && all[1] != address(0));
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                assert(all[i] == address(0) || all[i] != all[j]);
            }
        }
    }
}
