// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the oracle keeps of a service period (SPEC.md §8)

/// @notice How far a period is; from `Reported` on its figures are final.
enum Stage {
    /// Nobody has reported.
    Open,
    /// The client's side has reported, and the other may answer.
    ClientReported,
    /// The contractor's side has reported, and the other may answer.
    ContractorReported,
    /// Both have, differently: it is with the arbiters.
    Contested,
    /// Figures are final: signed by both, accepted by silence, conceded or ruled.
    Reported,
    /// Every level counts as missed.
    DefaultMissed,
    /// Every level counts as met.
    DefaultMet
}

/// @notice The result of a period, one storage word.
struct Result {
    Stage stage;
    /// The client has waived the period's credit.
    bool waived;
    /// Bit `i` is set if level `i` failed.
    uint32 failed;
    /// When the last stage that waited for somebody began; zero if none did.
    uint40 clock;
    /// When the period was assessed; zero until then.
    uint40 finalAt;
    /// The service credit as a share of the charge, 1e-12; until the period is assessed, the most it can be.
    uint40 rate;
    /// Sum of the rates up to and with this period.
    uint48 cumulative;
    /// Until when this period gives the client a right to end; zero for none.
    uint40 endUntil;
}

/// @notice The part of a credit that may still return to the contractor, one storage word; zero for none.
struct Held {
    /// Share of the charge, 1e-12.
    uint40 rate;
    /// The levels it is held for, one bit each.
    uint32 levels;
    /// In how many of the periods that follow none of them may fail.
    uint16 periods;
}

/// @notice Everything the oracle keeps of a period.
struct ServicePeriod {
    Result result;
    /// `keccak256(abi.encode(struct hash of the report, evidence root))`; while contested, of the client's report.
    bytes32 commitment;
    /// While contested, the same of the contractor's report.
    bytes32 counter;
    /// Variable part of the charge, `Σ rate · quantity`, in the token's smallest unit; while contested, of the
    /// lesser quantities. Not written when zero.
    uint256 charge;
    Held held;
}

/// @notice Which side a reporter counts for by an act after signing.
enum Side {
    /// No act has touched it: the lists of the document say.
    Listed,
    Client,
    Contractor,
    /// It contradicted itself, and counts no more.
    Removed
}

/// @notice What was done to a reporter since the document was signed: it counts from one period until before another.
struct Seat {
    Side side;
    uint16 from;
    uint16 until;
}

/// @notice A signature, and whose it is.
struct Signed {
    address signer;
    bytes signature;
}
