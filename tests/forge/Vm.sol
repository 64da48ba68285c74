// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheatcodes of forge that the tests use.
interface Vm {
    /// @notice One event as `getRecordedLogs` returns it.
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @notice A key with its address.
    struct Wallet {
        address addr;
        uint256 publicKeyX;
        uint256 publicKeyY;
        uint256 privateKey;
    }

    /// @notice A signed EIP-7702 authorisation.
    struct SignedDelegation {
        uint8 v;
        bytes32 r;
        bytes32 s;
        uint64 nonce;
        address implementation;
    }

    function addr(uint256 privateKey) external pure returns (address);
    function assume(bool condition) external pure;
    function attachDelegation(SignedDelegation calldata delegation) external;
    function chainId(uint256 id) external;
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function createWallet(string calldata label) external returns (Wallet memory);
    function deployCode(string calldata artifact) external returns (address deployed);
    function deployCode(string calldata artifact, bytes calldata arguments) external returns (address deployed);
    function deal(address account, uint256 balance) external;
    function etch(address account, bytes calldata code) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function getBlockTimestamp() external view returns (uint256);
    function getRecordedLogs() external returns (Log[] memory);
    function label(address account, string calldata name) external;
    function load(address account, bytes32 slot) external view returns (bytes32);
    function mockCall(address callee, bytes calldata data, bytes calldata answer) external;
    function mockCallRevert(address callee, bytes calldata data, bytes calldata answer) external;
    function pauseGasMetering() external;
    function prank(address sender) external;
    function recordLogs() external;
    function revertToState(uint256 id) external returns (bool);
    function roll(uint256 blockNumber) external;
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function signAndAttachDelegation(address implementation, uint256 privateKey)
        external
        returns (SignedDelegation memory);
    function signDelegation(address implementation, uint256 privateKey) external returns (SignedDelegation memory);
    function snapshotState() external returns (uint256 id);
    function startPrank(address sender) external;
    function stopPrank() external;
    function store(address account, bytes32 slot, bytes32 value) external;
    function toString(uint256 value) external pure returns (string memory);
    function warp(uint256 timestamp) external;
}

/// @notice Base of the forge tests: equality with both values in the error, bounds for fuzzing, the linked history.
abstract contract Test {
    error Test_False(string label);
    error Test_Words(string label, uint256 given, uint256 expected);
    error Test_Hashes(string label, bytes32 given, bytes32 expected);
    error Test_Addresses(string label, address given, address expected);
    error Test_Bytes(string label, bytes given, bytes expected);

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function assertTrue(bool condition, string memory label) internal pure {
        require(condition, Test_False(label));
    }

    function assertFalse(bool condition, string memory label) internal pure {
        require(!condition, Test_False(label));
    }

    function assertEq(uint256 given, uint256 expected, string memory label) internal pure {
        require(given == expected, Test_Words(label, given, expected));
    }

    function assertEq(bytes32 given, bytes32 expected, string memory label) internal pure {
        require(given == expected, Test_Hashes(label, given, expected));
    }

    function assertEq(address given, address expected, string memory label) internal pure {
        require(given == expected, Test_Addresses(label, given, expected));
    }

    function assertEq(bool given, bool expected, string memory label) internal pure {
        require(given == expected, Test_Words(label, given ? 1 : 0, expected ? 1 : 0));
    }

    function assertEq(bytes memory given, bytes memory expected, string memory label) internal pure {
        require(keccak256(given) == keccak256(expected), Test_Bytes(label, given, expected));
    }

    function assertLe(uint256 given, uint256 most, string memory label) internal pure {
        require(given <= most, Test_Words(label, given, most));
    }

    function assertGe(uint256 given, uint256 least, string memory label) internal pure {
        require(given >= least, Test_Words(label, given, least));
    }

    /// @notice `value` folded into [`least`, `most`].
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        if (value >= least && value <= most) return value;
        uint256 size = most - least + 1;
        return size == 0 ? value : least + value % size;
    }

    /// @notice A 65-byte signature.
    function sign(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @notice `keccak256(topics ‖ data)` of an event as it was recorded: what SPEC.md 10.1 links.
    function eventHash(Vm.Log memory log) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(log.topics, log.data));
    }
}
