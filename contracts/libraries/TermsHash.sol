// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Arbitration, Conditions, Deal, Milestone, Operators, Proposal, Terms} from "../types/Terms.sol";
import {Closing} from "../types/State.sol";
import {ServiceLevelsHash} from "./ServiceLevelsHash.sol";

/// @title EIP-712 struct hashes of the signed document (SPEC.md §3)
/// @dev A static struct is encoded by `abi.encode(TYPEHASH, struct)`: its members stand in the order of its type.
library TermsHash {
    bytes32 internal constant AGREEMENT_TYPEHASH = keccak256(
        "Agreement(Deal deal,Milestone[] milestones,Arbitration arbitration,Annex annex)"
        "Annex(Offer offer,Conditions conditions)"
        "Arbitration(address arbiter,address backup,uint256 fee,uint256 window,uint256 split)"
        "Band(uint256 threshold,uint256 allocation)"
        "Billing(address oracle,uint256 fixedCharge,uint256 cap,uint256 cover)"
        "Conditions(Operators operators,Ending ending,Billing billing,Service service,Equity equity,"
        "bytes32 legalText)" "Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)"
        "Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,"
        "uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore)"
        "Deal(bytes32 origin,address client,address contractor,address token,uint256 review,uint256 grace,"
        "uint256 rejections,uint256 holdback,uint256 holdbackUntil)"
        "Ending(uint256 clientNotice,uint256 contractorNotice,uint256 cure)"
        "Equity(address equity,uint256 units,bytes32 plans)"
        "Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,"
        "uint256 critical,uint256 earnBack,Band[] bands)"
        "Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)"
        "Milestone(uint256 amount,uint256 due)"
        "Offer(uint256 salt,uint256 openBefore,uint256 deposit,bytes32 replaces,bytes32 under)"
        "Operators(address[] client,address[] contractor,uint256 limit)" "Price(string quantity,uint256 rate)"
        "Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,"
        "address[] contractorReporters,uint256 contractorQuorum)"
        "Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,"
        "bytes32 definition,Contest contest)" "Service(Schedule schedule,Levels levels)"
    );
    bytes32 internal constant ANNEX_TYPEHASH = keccak256(
        "Annex(Offer offer,Conditions conditions)" "Band(uint256 threshold,uint256 allocation)"
        "Billing(address oracle,uint256 fixedCharge,uint256 cap,uint256 cover)"
        "Conditions(Operators operators,Ending ending,Billing billing,Service service,Equity equity,"
        "bytes32 legalText)" "Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)"
        "Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,"
        "uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore)"
        "Ending(uint256 clientNotice,uint256 contractorNotice,uint256 cure)"
        "Equity(address equity,uint256 units,bytes32 plans)"
        "Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,"
        "uint256 critical,uint256 earnBack,Band[] bands)"
        "Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)"
        "Offer(uint256 salt,uint256 openBefore,uint256 deposit,bytes32 replaces,bytes32 under)"
        "Operators(address[] client,address[] contractor,uint256 limit)" "Price(string quantity,uint256 rate)"
        "Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,"
        "address[] contractorReporters,uint256 contractorQuorum)"
        "Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,"
        "bytes32 definition,Contest contest)" "Service(Schedule schedule,Levels levels)"
    );
    bytes32 internal constant ARBITRATION_TYPEHASH =
        keccak256("Arbitration(address arbiter,address backup,uint256 fee,uint256 window,uint256 split)");
    bytes32 internal constant BILLING_TYPEHASH =
        keccak256("Billing(address oracle,uint256 fixedCharge,uint256 cap,uint256 cover)");
    bytes32 internal constant CLOSING_TYPEHASH =
        keccak256("Closing(bytes32 id,uint256 held,uint256 toContractor,uint256 deadline)");
    bytes32 internal constant CONDITIONS_TYPEHASH = keccak256(
        "Conditions(Operators operators,Ending ending,Billing billing,Service service,Equity equity,"
        "bytes32 legalText)" "Band(uint256 threshold,uint256 allocation)"
        "Billing(address oracle,uint256 fixedCharge,uint256 cap,uint256 cover)"
        "Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)"
        "Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,"
        "uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore)"
        "Ending(uint256 clientNotice,uint256 contractorNotice,uint256 cure)"
        "Equity(address equity,uint256 units,bytes32 plans)"
        "Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,"
        "uint256 critical,uint256 earnBack,Band[] bands)"
        "Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)"
        "Operators(address[] client,address[] contractor,uint256 limit)" "Price(string quantity,uint256 rate)"
        "Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,"
        "address[] contractorReporters,uint256 contractorQuorum)"
        "Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,"
        "bytes32 definition,Contest contest)" "Service(Schedule schedule,Levels levels)"
    );
    bytes32 internal constant DEAL_TYPEHASH = keccak256(
        "Deal(bytes32 origin,address client,address contractor,address token,uint256 review,uint256 grace,"
        "uint256 rejections,uint256 holdback,uint256 holdbackUntil)"
    );
    bytes32 internal constant ENDING_TYPEHASH =
        keccak256("Ending(uint256 clientNotice,uint256 contractorNotice,uint256 cure)");
    bytes32 internal constant MILESTONE_TYPEHASH = keccak256("Milestone(uint256 amount,uint256 due)");
    bytes32 internal constant OFFER_TYPEHASH =
        keccak256("Offer(uint256 salt,uint256 openBefore,uint256 deposit,bytes32 replaces,bytes32 under)");
    bytes32 internal constant OPERATORS_TYPEHASH =
        keccak256("Operators(address[] client,address[] contractor,uint256 limit)");

    /// @notice The EIP-712 domain of this contract on this chain.
    function domain() internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }

    /// @notice Struct hash of the `Agreement` that `terms` stands for.
    function ofTerms(Terms calldata terms) internal pure returns (bytes32) {
        return _ofAgreement(terms.deal, terms.milestones, terms.arbitration, terms.annex);
    }

    /// @notice Struct hash of the `Agreement` that `proposal` stands for.
    function ofProposal(Proposal calldata proposal) internal pure returns (bytes32) {
        return _ofAgreement(
            proposal.deal,
            proposal.milestones,
            ofArbitration(proposal.arbitration),
            ofAnnex(keccak256(abi.encode(OFFER_TYPEHASH, proposal.offer)), proposal.conditions)
        );
    }

    /// @notice Struct hash of the arbitration group.
    function ofArbitration(Arbitration calldata arbitration) internal pure returns (bytes32) {
        return keccak256(abi.encode(ARBITRATION_TYPEHASH, arbitration));
    }

    /// @notice Struct hash of the annex: of the offer and the conditions.
    function ofAnnex(Conditions calldata conditions) internal pure returns (bytes32) {
        return ofAnnex(conditions.offer, ofConditions(conditions));
    }

    /// @notice Struct hash of the annex: of the offer and the conditions.
    function ofAnnex(bytes32 offer, bytes32 conditions) internal pure returns (bytes32) {
        return keccak256(abi.encode(ANNEX_TYPEHASH, offer, conditions));
    }

    /// @notice Struct hash of the conditions.
    function ofConditions(Conditions calldata conditions) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                CONDITIONS_TYPEHASH,
                conditions.operators,
                keccak256(abi.encode(ENDING_TYPEHASH, conditions.ending)),
                keccak256(abi.encode(BILLING_TYPEHASH, conditions.billing)),
                ofService(conditions),
                conditions.equity,
                conditions.legalText
            )
        );
    }

    /// @notice Struct hash of the service document: what the oracle's books are keyed by.
    function ofService(Conditions calldata conditions) internal pure returns (bytes32) {
        return ServiceLevelsHash.hashService(ServiceLevelsHash.hash(conditions.schedule), conditions.levels);
    }

    /// @notice Struct hash of the operators.
    function ofOperators(Operators calldata operators) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                OPERATORS_TYPEHASH, _ofAddresses(operators.client), _ofAddresses(operators.contractor), operators.limit
            )
        );
    }

    /// @notice Struct hash of what both sign to end at once.
    function ofClosing(Closing calldata closing) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSING_TYPEHASH, closing));
    }

    function _ofAgreement(Deal calldata deal, Milestone[] calldata milestones, bytes32 arbitration, bytes32 annex)
        private
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                AGREEMENT_TYPEHASH,
                keccak256(abi.encode(DEAL_TYPEHASH, deal)),
                _ofMilestones(milestones),
                arbitration,
                annex
            )
        );
    }

    function _ofAddresses(address[] calldata addresses) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(addresses));
    }

    function _ofMilestones(Milestone[] calldata milestones) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](milestones.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(abi.encode(MILESTONE_TYPEHASH, milestones[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
