// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the oracle keeps of a service period (SPEC.md §8)

/// @notice How the figures of a period became final.
enum Basis {
    /// Not final.
    None,
    /// Both sides signed the same report.
    Reported,
    /// Nobody reported and the contractor was obliged to: every level missed.
    DefaultMissed,
    /// Nobody reported and the client was obliged to: every level met.
    DefaultMet
}

/// @notice The result of a period, one storage word.
struct Result {
    Basis basis;
    /// Bit `i` is set if level `i` failed.
    uint32 failed;
    /// When the period was assessed; zero until then.
    uint40 finalAt;
    /// The service credit as a share of the charge, 1e-12.
    uint40 rate;
    /// Sum of the rates up to and with this period.
    uint48 cumulative;
    /// Until when this period gives the client a right to end; zero for none.
    uint40 endUntil;
}

/// @notice Everything the oracle keeps of a period.
struct ServicePeriod {
    Result result;
    /// `keccak256(abi.encode(struct hash of the report, evidence root))`.
    bytes32 commitment;
    /// Variable part of the charge, `Σ rate · quantity`, in the token's smallest unit. Not written when zero.
    uint256 charge;
}

/// @notice A signature, and whose it is.
struct Signed {
    address signer;
    bytes signature;
}
