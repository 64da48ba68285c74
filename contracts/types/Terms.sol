// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The signed document of an agreement, as EIP-712 groups (SPEC.md §3)
/// @dev What the parties sign is
/// `Agreement(Deal deal,Milestone[] milestones,Arbitration arbitration,Annex annex)` with
/// `Annex(Offer offer,Conditions conditions)`.
/// A call carries the groups it reads and the EIP-712 struct hash of the others. Signed integers are `uint256`: cheaper
/// to decode and to hash than packed types; their ranges are checked once, when the agreement is opened or amended.
/// Amounts are in the token's smallest unit, times in Unix seconds, durations in seconds, shares in ppm (1e-6).

/// @notice Who agrees, in which token, and how work is reviewed. Every call carries it.
struct Deal {
    /// Zero in a first document, afterwards the id of the first document: the name of the agreement.
    bytes32 origin;
    address client;
    address contractor;
    address token;
    /// Time the client has to answer a submission; then silence pays.
    uint256 review;
    /// Time after a milestone's due date in which it may still be submitted.
    uint256 grace;
    /// How often one milestone may be rejected.
    uint256 rejections;
    /// Part of each payment that is held back until `holdbackUntil`, ppm.
    uint256 holdback;
    uint256 holdbackUntil;
}

/// @notice A deliverable with its price.
struct Milestone {
    uint256 amount;
    uint256 due;
}

/// @notice Who rules on disputes, for what fee, and what happens when nobody rules.
struct Arbitration {
    address arbiter;
    address backup;
    /// Fee of whoever rules, ppm of the disputed amount that is there.
    uint256 fee;
    /// Time for the arbiter, then again for the backup.
    uint256 window;
    /// The contractor's share when neither has ruled in time, ppm.
    uint256 split;
}

/// @notice How the document comes into force.
struct Offer {
    /// Makes two documents of equal terms two agreements.
    uint256 salt;
    /// A document can be opened, or an amendment made, while the time is at most this.
    uint256 openBefore;
    /// What opening pulls from the client. Zero in an amendment.
    uint256 deposit;
    /// The id this document amends; zero in a first document.
    bytes32 replaces;
    /// The id of the master agreement this one is placed under; zero if none, and in an amendment.
    bytes32 under;
}

/// @notice Ending by one side, and for non-payment.
struct Ending {
    uint256 clientNotice;
    uint256 contractorNotice;
    /// Time a due payment may stay unpaid before the contractor may end.
    uint256 cure;
}

/// @notice What service periods cost. A period's charge is `min(cap, fixedCharge + Σ rate · quantity)`.
struct Billing {
    address oracle;
    uint256 fixedCharge;
    uint256 cap;
    /// How many periods ahead, the running one included, must be held.
    uint256 cover;
}

/// @notice The calendar of service periods.
struct Schedule {
    uint256 start;
    /// Ends of the periods, rising; period `p` runs from the end before it (or `start`) to `ends[p]`.
    uint256[] ends;
    /// Time after a period's end in which it should be reported; then the default of the terms may be applied.
    uint256 reportWithin;
    /// Time after a period's end after which it settles without credit if the oracle has no answer.
    uint256 finalWithin;
    /// The side that must report: 0 contractor (nobody reported: a miss), 1 client (nobody reported: met).
    uint256 obliged;
    /// Hash of the canonical definition by which the levels are measured.
    bytes32 definition;
    /// Struct hash of {Contest}.
    bytes32 contest;
}

/// @notice What happens when the sides report differently:
/// `Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)`.
struct Contest {
    /// Time the other side has to answer a report of one side; then silence accepts it.
    uint256 window;
    address arbiter;
    address backup;
    /// Time for the arbiter, then again for the backup.
    uint256 ruling;
    /// Whose report stands when neither has ruled in time: 0 the contractor's, 1 the client's.
    uint256 standing;
}

/// @notice `Conditions(Operators operators,Ending ending,Billing billing,Service service,Equity equity,bytes32 legalText)`
/// with `Service(Schedule schedule,Levels levels)`, in the form that calls carry.
struct Conditions {
    /// Not a member: the offer's struct hash, which with that of the conditions makes the annex.
    bytes32 offer;
    bytes32 operators;
    Ending ending;
    Billing billing;
    Schedule schedule;
    bytes32 levels;
    bytes32 equity;
    bytes32 legalText;
}

/// @notice Who may act for a side, up to a limit per call; never end, amend, assign or change a payout address.
struct Operators {
    address[] client;
    address[] contractor;
    /// Sum of the milestones that one call may touch.
    uint256 limit;
}

/// @notice The document as most calls carry it.
struct Terms {
    Deal deal;
    Milestone[] milestones;
    bytes32 arbitration;
    bytes32 annex;
}

/// @notice The document as it is carried when it comes into force.
struct Proposal {
    Deal deal;
    Milestone[] milestones;
    Arbitration arbitration;
    Offer offer;
    bytes32 conditions;
}

/// @notice Which terms an error speaks of: bits.
library Field {
    /// Their number; in an amendment also one that may not change, or is missing.
    uint256 internal constant MILESTONES = 1;
    /// Of a milestone, or the deposit.
    uint256 internal constant AMOUNT = 2;
    uint256 internal constant DATE = 4;
    uint256 internal constant DURATION = 8;
    uint256 internal constant REJECTIONS = 16;
    /// Holdback or the arbiter's fee.
    uint256 internal constant SHARE = 32;
    uint256 internal constant SPLIT = 64;
    uint256 internal constant TOKEN = 128;
    uint256 internal constant ARBITRATION = 256;
}
