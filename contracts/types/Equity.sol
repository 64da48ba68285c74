// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What worker equity is made of (SPEC.md §9)
/// @dev One unit is 1e-6 of a worker token. Times are Unix seconds, durations seconds. Ids start at 1.

/// @notice How the agreement's progress bears on a plan: not at all, as a ceiling of the time share, as a floor of it
/// (acceleration), or multiplied with it.
enum Gate {
    None,
    Minimum,
    Maximum,
    Product
}

/// @notice Why a grant ended: the termination reasons of the Open Cap Format, in its order.
enum Reason {
    VoluntaryOther,
    VoluntaryGoodCause,
    VoluntaryRetirement,
    InvoluntaryOther,
    InvoluntaryDeath,
    InvoluntaryDisability,
    InvoluntaryWithCause
}

/// @notice A plan as the issuer gives it: the schedule and the condition that many grants share.
struct Plan {
    /// Vesting counts from here, whenever a grant was made.
    uint40 start;
    /// Nothing vests before `start + cliff`; then all that has built up since `start`.
    uint32 cliff;
    /// All has vested, as far as time goes, at `start + duration`.
    uint32 duration;
    /// Time counts in whole steps; divides the duration.
    uint32 step;
    Gate gate;
    /// Milestones of the agreement that the gate counts, one bit each.
    uint64 milestones;
    /// Service periods that the gate counts once all their levels are met, one bit each.
    uint256 periods;
    /// Who answers for the periods, and for which service document. Zero if the gate counts no period.
    address oracle;
    bytes32 document;
    /// Seconds from announcing that a grant ends to its end; `NEVER` if none of the plan can be ended.
    uint32 notice;
    /// The most seconds that leaves stop the clock of one grant, all together: `leave` in the document, which Solidity is
    /// about to make a keyword.
    uint32 mostLeave;
    /// What of the unvested vests at once when the client has ended the agreement by notice, ppm.
    uint24 leaver;
}

// The notice of a plan whose grants cannot be ended.
uint32 constant NEVER = type(uint32).max;

/// @notice One grant of a batch.
struct Line {
    /// Number of the worker in the manager's roster.
    uint24 worker;
    uint80 units;
}

/// @notice What is unusual about a grant.
enum Standing {
    /// Nothing: it has no {Mark}.
    Plain,
    /// It has a {Mark}.
    Marked,
    Ended
}

/// @notice A grant, one storage slot.
struct Grant {
    uint24 worker;
    uint32 plan;
    /// What was promised; once ended, what had vested.
    uint80 units;
    uint80 claimed;
    /// The pool's round up to which its revenue is paid.
    uint24 round;
    Standing standing;
}

/// @notice What happened to a grant that few grants see, one storage slot.
struct Mark {
    /// When the running leave began; zero while there is none.
    uint40 leaveSince;
    /// Seconds of the leaves that are over, as far as they count.
    uint32 away;
    /// When its end takes effect, or took; zero if none was announced.
    uint40 endsAt;
    Reason reason;
    /// What of the unvested has vested by an act of the manager, ppm.
    uint24 acceleration;
}

/// @notice Grants offered by a Merkle root, named by the hash of this: nothing of it is stored.
struct Offer {
    uint256 plan;
    /// Numbers the offers by a plan, from 1.
    uint256 number;
    bytes32 book;
    address manager;
    /// The manager's roster: what {Pool} has of it, so that accepting need not read it.
    uint256 roster;
    bytes32 root;
    /// Sum of all leaves, set aside from the pool.
    uint256 units;
    /// The grant of leaf `index` is `first + index`.
    uint256 first;
    uint256 count;
    /// Leaves are accepted from here to `until`, both included; before, the manager may correct the offer.
    uint256 from;
    uint256 until;
    /// The pool's round when it was offered: its grants earn what is distributed from then on.
    uint256 round;
}

/// @notice What is stored of an offer, one storage slot.
struct Accepted {
    uint80 units;
    bool isOpen;
}

/// @notice One leaf that a worker accepts.
struct Acceptance {
    uint256 index;
    uint256 worker;
    /// The worker's wallet; becomes the registered one if the roster has none for this number.
    address wallet;
    uint256 units;
    bytes32 salt;
    bytes32[] proof;
    /// Of the registered wallet; empty if it sends the transaction itself.
    bytes signature;
}

/// @notice The roster of a manager, one storage slot.
struct Roster {
    /// Numbers the rosters from 1, in the order in which they were first needed: shorter than the manager's address.
    uint32 number;
    /// How many workers there are; they are numbered from 1.
    uint24 workers;
}

/// @notice A worker on a manager's roster, one storage slot.
struct Seat {
    address wallet;
    /// How often the wallet was changed, or a change vetoed: what is signed for one change is void for the next.
    uint32 nonce;
}

/// @notice A change of wallet that the manager proposes for a worker who lost it, one storage slot.
struct Proposal {
    /// Zero if none runs.
    address wallet;
    /// From when it can be carried out; after a veto, from when another can be proposed.
    uint40 ripeAt;
}

/// @notice Units that an issuer sets aside for the workers of one agreement.
struct Pool {
    address token;
    /// Rounds of revenue so far.
    uint24 round;
    /// The manager's, so that a claim finds the wallet without reading who the manager is.
    uint32 roster;
    /// What revenue is paid in; zero if the pool shares none.
    address currency;
    address issuer;
    address manager;
    /// What the gates of its plans read; zero if the pool belongs to no agreement.
    address agreement;
    bytes32 origin;
    /// Names the history that the pool's events advance.
    bytes32 book;
    uint80 units;
    /// Sum of all grants and offers ever made, and of what came back: their difference shares revenue, and never exceeds
    /// `units`.
    uint88 granted;
    uint88 forfeited;
    /// Revenue, in 2^-64 of the currency's unit, that did not divide by the shares and goes into the next round.
    uint256 remainder;
}

/// @notice What a grant, an offer and a claim need to know of a plan, one storage slot.
struct Schedule {
    uint32 pool;
    uint40 start;
    uint32 cliff;
    uint32 duration;
    uint32 step;
    Gate gate;
    /// Milestones accepted and periods met as last synced, of `size` that the gate counts. They only rise.
    uint8 accepted;
    uint16 met;
    uint16 size;
    /// The plan's `leaver` once the client has ended the agreement by notice, ppm.
    uint24 acceleration;
    /// Offers made by the plan so far.
    uint16 offers;
}

/// @notice What a sync needs to know of a plan.
struct Condition {
    uint64 milestones;
    address oracle;
    uint256 periods;
    bytes32 document;
}

/// @notice What ending and leave need to know of a plan, one storage slot.
struct Rules {
    uint32 notice;
    uint32 mostLeave;
    uint24 leaver;
}
