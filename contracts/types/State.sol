// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the Agreement contract stores: facts, never terms (SPEC.md §4, §5)

/// @notice Status of an agreement, only ever forward. `WITHDRAWN` is that of an id that never came into force.
library Status {
    uint256 internal constant NONE = 0;
    uint256 internal constant LIVE = 1;
    uint256 internal constant DONE = 2;
    uint256 internal constant ENDED_BY_BOTH = 3;
    uint256 internal constant ENDED_BY_CLIENT = 4;
    uint256 internal constant ENDED_BY_CONTRACTOR = 5;
    uint256 internal constant ENDED_FOR_CAUSE = 6;
    uint256 internal constant ENDED_FOR_NON_PAYMENT = 7;
    uint256 internal constant WITHDRAWN = 8;
}

/// @notice Phase of a milestone that is not settled.
/// @dev Plain numbers, as the statuses: an enum in memory is checked at each reading.
library Phase {
    uint256 internal constant OPEN = 0;
    uint256 internal constant SUBMITTED = 1;
    uint256 internal constant REJECTED = 2;
    uint256 internal constant DISPUTED = 3;
    uint256 internal constant OWED = 4;
}

/// @notice Facts about an agreement that spare the reads of words that were never written.
library Flag {
    /// Another document than the first is in force.
    uint256 internal constant AMENDED = 1;
    /// A milestone, the holdback or a service period has a word of its own.
    uint256 internal constant PROGRESS = 2;
    /// The second word was written.
    uint256 internal constant TAIL = 4;
    /// The contractor has set where its payments go.
    uint256 internal constant REDIRECTED = 8;
    /// The holdback is with the arbiters.
    uint256 internal constant HOLDBACK_DISPUTED = 16;
    /// The operators of the document in force have their seats.
    uint256 internal constant APPOINTED = 32;
}

/// @notice What is stored of an agreement itself, unpacked.
/// @dev The lane is the progress of the one milestone in flight, so that the usual life, one after another, touches no
/// word but the first. {Packing} says where each field stands.
struct State {
    /// The document in force.
    bytes32 id;
    bytes32 origin;
    uint256 held;
    uint256 settled;
    uint256 laneClock;
    /// Milestone in flight plus one; zero for none.
    uint256 lane;
    uint256 lanePhase;
    uint256 laneRounds;
    uint256 status;
    uint256 flags;
    uint256 retained;
    /// Milestones that are settled, but not by acceptance.
    uint256 lapsed;
    /// When a running ending takes effect; zero for none.
    uint256 endsAt;
    uint256 ending;
}

/// @notice Progress of a milestone, of the holdback, or of a service period.
struct Step {
    /// Of a service period, what it got in the interim.
    uint256 accepted;
    /// When the phase began; for `OWED`, when the payment fell due.
    uint256 clock;
    uint256 rounds;
    uint256 phase;
}

/// @notice Where a contractor's payments go.
struct Payout {
    // slot 0
    address payee;
    /// Booked by origin and taken by the payee, instead of pushed.
    bool pulled;
}

/// @notice An operator's seat for one document.
struct Operator {
    // slot 0
    /// The party it acts for.
    address party;
    uint96 limit;
}

/// @notice What both parties sign to end at once: `Closing(bytes32 id,uint256 held,uint256 toContractor,uint256 deadline)`
struct Closing {
    bytes32 id;
    uint256 held;
    uint256 toContractor;
    uint256 deadline;
}
