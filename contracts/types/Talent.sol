// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the market keeps on chain (SPEC.md §15)

/// @notice The profile of an account that counts.
struct Profile {
    /// Counts from 1.
    uint256 version;
    /// SHA-256 of the paper; zero: the account has none any more.
    bytes32 content;
}

/// @notice The two sealed reviews of an agreement.
struct Reviews {
    /// By the client of the contractor, and by the contractor of the client; zero until sealed.
    bytes32 byClient;
    bytes32 byContractor;
    // slot 2
    /// When the first was sealed.
    uint64 since;
    bool clientRevealed;
    bool contractorRevealed;
}

/// @notice One review, opened. Marks are 1 to 5.
struct Review {
    uint256 overall;
    uint256 quality;
    uint256 communication;
    uint256 punctuality;
    /// SHA-256 of the review's text; zero without.
    bytes32 text;
    bytes32 salt;
}
