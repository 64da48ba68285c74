// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the gates of worker equity read from an agreement contract (SPEC.md 9.3).
interface IProgress {
    /// @param origin The agreement.
    /// @return status Its status, SPEC.md 4.1.
    /// @return accepted The milestones that count as accepted (SPEC.md 5.9), one bit each.
    /// @return settled The service periods settled in money, one bit each.
    function progressOf(bytes32 origin) external view returns (uint256 status, uint256 accepted, uint256 settled);
}

/// @notice What the gates of worker equity read from an oracle (SPEC.md 9.3).
interface IMetPeriods {
    /// @param agreement The agreement contract.
    /// @param origin The agreement.
    /// @param document The struct hash of its service document.
    /// @param mask The periods asked for, one bit each.
    /// @return met Those of them that are final with every level met.
    function metPeriods(address agreement, bytes32 origin, bytes32 document, uint256 mask)
        external
        view
        returns (uint256 met);
}
