// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Closing} from "../../../contracts/types/State.sol";
import {
    Arbitration,
    Billing,
    Conditions,
    Contest,
    Deal,
    Ending,
    Milestone,
    Offer,
    Operators,
    Proposal,
    Schedule,
    Terms
} from "../../../contracts/types/Terms.sol";

/// @notice A whole document, as the parties read it.
struct Paper {
    Deal deal;
    Milestone[] milestones;
    Arbitration arbitration;
    Offer offer;
    Operators operators;
    Ending ending;
    Billing billing;
    Schedule schedule;
    bytes32 levels;
    bytes32 equity;
    bytes32 legalText;
}

/// @notice The EIP-712 hashes of SPEC.md 3.1 once more, from memory and from other strings than the contract's; and the
/// shapes in which calls carry a document.
library PaperHash {
    bytes private constant ANNEX = "Annex(Offer offer,Conditions conditions)";
    bytes private constant ARBITRATION =
        "Arbitration(address arbiter,address backup,uint256 fee,uint256 window,uint256 split)";
    bytes private constant BILLING = "Billing(address oracle,uint256 fixedCharge,uint256 cap,uint256 cover)";
    bytes private constant CONDITIONS = "Conditions(Operators operators,Ending ending,Billing billing,Service service,"
        "Equity equity,bytes32 legalText)";
    bytes private constant DEAL = "Deal(bytes32 origin,address client,address contractor,address token,uint256 review,"
        "uint256 grace,uint256 rejections,uint256 holdback,uint256 holdbackUntil)";
    bytes private constant ENDING = "Ending(uint256 clientNotice,uint256 contractorNotice,uint256 cure)";
    bytes private constant MILESTONE = "Milestone(uint256 amount,uint256 due)";
    bytes private constant OFFER =
        "Offer(uint256 salt,uint256 openBefore,uint256 deposit,bytes32 replaces,bytes32 under)";
    bytes private constant OPERATORS = "Operators(address[] client,address[] contractor,uint256 limit)";
    bytes private constant SCHEDULE = "Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,"
        "uint256 obliged,bytes32 definition,Contest contest)";
    /// The other types below `Conditions`, in the order of their names.
    bytes private constant BAND = "Band(uint256 threshold,uint256 allocation)";
    bytes private constant CONTEST =
        "Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)";
    bytes private constant CREDITS = "Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,"
        "uint256 failures,uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore)";
    bytes private constant EQUITY = "Equity(address equity,uint256 units,bytes32 plans)";
    bytes private constant LEVEL = "Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,"
        "uint256 repeat,uint256 critical,uint256 earnBack,Band[] bands)";
    bytes private constant LEVELS = "Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)";
    bytes private constant PRICE = "Price(string quantity,uint256 rate)";
    bytes private constant REPORTERS = "Reporters(address client,address contractor,address[] clientReporters,"
        "uint256 clientQuorum,address[] contractorReporters,uint256 contractorQuorum)";
    bytes private constant SERVICE = "Service(Schedule schedule,Levels levels)";

    /* ID */

    function id(Paper memory paper, address verifier) internal view returns (bytes32) {
        return digest(struct_(paper), verifier);
    }

    function digest(bytes32 structHash, address verifier) internal view returns (bytes32) {
        return digest(structHash, verifier, block.chainid);
    }

    function digest(bytes32 structHash, address verifier, uint256 chain) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact"),
                keccak256("1"),
                chain,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function struct_(Paper memory paper) internal pure returns (bytes32) {
        bytes memory list;
        for (uint256 i = 0; i < paper.milestones.length; ++i) {
            Milestone memory milestone = paper.milestones[i];
            list = bytes.concat(list, keccak256(abi.encode(keccak256(MILESTONE), milestone.amount, milestone.due)));
        }
        bytes memory types = bytes.concat(
            "Agreement(Deal deal,Milestone[] milestones,Arbitration arbitration,Annex annex)",
            ANNEX,
            ARBITRATION,
            BAND,
            BILLING,
            CONDITIONS,
            CONTEST,
            CREDITS
        );
        types = bytes.concat(types, DEAL, ENDING, EQUITY, LEVEL, LEVELS, MILESTONE, OFFER);
        types = bytes.concat(types, OPERATORS, PRICE, REPORTERS, SCHEDULE, SERVICE);
        return keccak256(
            bytes.concat(
                keccak256(types), deal(paper.deal), keccak256(list), arbitration(paper.arbitration), annex(paper)
            )
        );
    }

    /* GROUPS */

    function deal(Deal memory group) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(DEAL), group));
    }

    function arbitration(Arbitration memory group) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(ARBITRATION), group));
    }

    function offer(Offer memory group) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(OFFER), group));
    }

    function annex(Paper memory paper) internal pure returns (bytes32) {
        bytes memory types = bytes.concat(ANNEX, BAND, BILLING, CONDITIONS, CONTEST, CREDITS, ENDING, EQUITY, LEVEL);
        types = bytes.concat(types, LEVELS, OFFER, OPERATORS, PRICE, REPORTERS, SCHEDULE, SERVICE);
        return keccak256(bytes.concat(keccak256(types), offer(paper.offer), conditionsHash(paper)));
    }

    function conditionsHash(Paper memory paper) internal pure returns (bytes32) {
        bytes memory types = bytes.concat(CONDITIONS, BAND, BILLING, CONTEST, CREDITS, ENDING, EQUITY, LEVEL, LEVELS);
        types = bytes.concat(types, OPERATORS, PRICE, REPORTERS, SCHEDULE, SERVICE);
        return keccak256(
            bytes.concat(
                keccak256(types),
                operators(paper.operators),
                keccak256(abi.encode(keccak256(ENDING), paper.ending)),
                keccak256(abi.encode(keccak256(BILLING), paper.billing)),
                service(paper),
                paper.equity,
                paper.legalText
            )
        );
    }

    function operators(Operators memory group) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256(OPERATORS),
                keccak256(abi.encodePacked(group.client)),
                keccak256(abi.encodePacked(group.contractor)),
                bytes32(group.limit)
            )
        );
    }

    function schedule(Schedule memory group) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256(bytes.concat(SCHEDULE, CONTEST)),
                bytes32(group.start),
                keccak256(abi.encodePacked(group.ends)),
                abi.encode(group.reportWithin, group.finalWithin, group.obliged, group.definition, group.contest)
            )
        );
    }

    function contest(Contest memory group) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(CONTEST), group));
    }

    function service(Paper memory paper) internal pure returns (bytes32) {
        bytes memory types = bytes.concat(SERVICE, BAND, CONTEST, CREDITS, LEVEL, LEVELS, PRICE, REPORTERS, SCHEDULE);
        return keccak256(bytes.concat(keccak256(types), schedule(paper.schedule), paper.levels));
    }

    function offerHash(Paper memory paper) internal pure returns (bytes32) {
        return offer(paper.offer);
    }

    function closing(Closing memory group) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("Closing(bytes32 id,uint256 held,uint256 toContractor,uint256 deadline)");
        return keccak256(abi.encode(typeHash, group.id, group.held, group.toContractor, group.deadline));
    }

    /* SHAPES OF CALLS */

    function terms(Paper memory paper) internal pure returns (Terms memory) {
        return Terms(paper.deal, paper.milestones, arbitration(paper.arbitration), annex(paper));
    }

    function proposal(Paper memory paper) internal pure returns (Proposal memory) {
        return Proposal(paper.deal, paper.milestones, paper.arbitration, paper.offer, conditionsHash(paper));
    }

    function conditions(Paper memory paper) internal pure returns (Conditions memory) {
        return Conditions(
            offer(paper.offer),
            operators(paper.operators),
            paper.ending,
            paper.billing,
            paper.schedule,
            paper.levels,
            paper.equity,
            paper.legalText
        );
    }
}
