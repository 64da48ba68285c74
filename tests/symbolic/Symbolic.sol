// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes that halmos knows and the properties use.
interface Vm {
    function assume(bool condition) external pure;
    function getCode(string calldata artifact) external view returns (bytes memory);
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
}

/// @notice Base of the symbolic properties. Every argument of a `check_` function stands for all its values; a path that
/// reverts shows nothing, a path on which `assert` fails is a counterexample.
abstract contract Symbolic {
    uint256 internal constant PPM = 1e6;
    uint256 internal constant RATE = 1e12;

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// A contract as it was built for release (in `out`) or for the properties (in `out/symbolic`).
    function _deploy(string memory artifact, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        assert(deployed != address(0));
    }
}
