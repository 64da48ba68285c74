// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IAgreement} from "../interfaces/IAgreement.sol";
import {State, Status} from "../types/State.sol";
import {Terms} from "../types/Terms.sol";
import {TermsHash} from "./TermsHash.sol";
import {TypedData} from "./TypedData.sol";

/// @title Documents of agreements, for contracts that serve them
library Documents {
    /// @notice The id of a document at an agreement contract, and the origin of its agreement.
    function idOf(address agreement, Terms calldata terms) internal view returns (bytes32 id, bytes32 origin) {
        id = MessageHashUtils.toTypedDataHash(TypedData.domain("Workpact", agreement), TermsHash.ofTerms(terms));
        origin = terms.deal.origin == 0 ? id : terms.deal.origin;
    }

    /// @notice Where an agreement stands, as its contract says: whoever names a bogus contract gets bogus answers, and
    /// only ever changes what is kept under that contract's address.
    function stateOf(address agreement, bytes32 origin) internal view returns (State memory) {
        return IAgreement(agreement).stateOf(origin);
    }

    /// @notice Whether a document has come into force and is the one that counts. An id that was never opened stands as
    /// its own origin's document, so its status has to be asked too.
    function isInForce(address agreement, bytes32 id, bytes32 origin) internal view returns (bool) {
        State memory state = stateOf(agreement, origin);
        return state.id == id && state.status != Status.NONE && state.status != Status.WITHDRAWN;
    }
}
