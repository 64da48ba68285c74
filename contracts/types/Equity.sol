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
}

/// @notice One grant of a batch.
struct Line {
    /// Number of the worker in the manager's roster.
    uint24 worker;
    uint80 units;
}

/// @notice A grant, one storage slot.
struct Grant {
    uint24 worker;
    uint32 plan;
    /// What was promised; once ended, what had vested.
    uint80 units;
    uint80 claimed;
    /// Zero while the grant lives.
    uint40 endedAt;
}

/// @notice Units that an issuer sets aside for the workers of one agreement.
struct Pool {
    address token;
    address issuer;
    address manager;
    /// What the gates of its plans read; zero if the pool belongs to no agreement.
    address agreement;
    bytes32 origin;
    /// Names the history that the pool's events advance.
    bytes32 book;
    uint80 units;
    /// Sum of all grants ever made, and of what came back when some ended: their difference never exceeds `units`.
    uint88 granted;
    uint88 forfeited;
}

/// @notice What a claim needs to know of a plan, one storage slot.
struct Schedule {
    uint32 pool;
    uint40 start;
    uint32 cliff;
    uint32 duration;
    uint32 step;
    Gate gate;
    /// Milestones accepted and periods met as last synced, of `size` that the gate counts. They only rise.
    uint16 accepted;
    uint16 met;
    uint16 size;
}

/// @notice What a sync needs to know of a plan.
struct Condition {
    uint64 milestones;
    address oracle;
    uint256 periods;
    bytes32 document;
}
