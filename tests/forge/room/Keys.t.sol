// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";
import {RoomHash} from "./RoomHash.sol";
import {RoomTest} from "./RoomTest.sol";

/// @notice SPEC 14.1, 2.6: whose encryption key is which.
contract KeysTest is RoomTest {
    uint256 private constant OWNER_KEY = 0xA11CE;
    address private immutable OWNER = vm.addr(OWNER_KEY);
    bytes32 private constant FIRST = keccak256("first key");
    bytes32 private constant SECOND = keccak256("second key");

    function test_an_account_registers_its_key() public {
        bytes32 keys = RoomHash.keyBook(OWNER);
        expect();
        emit IDataRoom.KeyRegistered(keys, OWNER, 1, FIRST);
        vm.prank(OWNER);
        room.registerKey(OWNER, FIRST, 1, "");
        linked(1);
        assertKey(OWNER, FIRST, 1);
        assertEq(room.historyOf(keys), told[keys], "history of the keys");

        vm.warp(START + 5);
        expect();
        emit IDataRoom.KeyRegistered(keys, OWNER, 2, SECOND);
        vm.prank(OWNER);
        room.registerKey(OWNER, SECOND, 2, "");
        linked(1);
        assertKey(OWNER, SECOND, 2);
        assertKey(CLIENT, keyOf(CLIENT, 1), 1);
    }

    function test_anyone_carries_the_accounts_signature_once() public {
        bytes memory signature = signed(OWNER_KEY, RoomHash.key(OWNER, FIRST, 1));
        expect();
        emit IDataRoom.KeyRegistered(RoomHash.keyBook(OWNER), OWNER, 1, FIRST);
        vm.prank(STRANGER);
        room.registerKey(OWNER, FIRST, 1, signature);
        linked(1);
        assertKey(OWNER, FIRST, 1);

        wrongVersion(1, 2);
        vm.prank(STRANGER);
        room.registerKey(OWNER, FIRST, 1, signature);
        wrongSignature(OWNER);
        vm.prank(STRANGER);
        room.registerKey(OWNER, FIRST, 2, signature);
        assertKey(OWNER, FIRST, 1);
    }

    /// @custom:threat T5
    function test_a_signature_holds_for_what_it_says_alone() public {
        bytes32 good = RoomHash.key(OWNER, FIRST, 1);
        bytes[8] memory bad = [
            signed(OWNER_KEY, RoomHash.key(CLIENT, FIRST, 1)),
            signed(OWNER_KEY, RoomHash.key(OWNER, SECOND, 1)),
            signed(OWNER_KEY, RoomHash.key(OWNER, FIRST, 2)),
            signed(CLIENT_KEY, good),
            sign(OWNER_KEY, RoomHash.digest(good, keccak256("Workpact Market"), block.chainid, address(room))),
            sign(OWNER_KEY, RoomHash.digest(good, RoomHash.NAME, block.chainid + 1, address(room))),
            sign(OWNER_KEY, RoomHash.digest(good, RoomHash.NAME, block.chainid, address(deployed()))),
            bytes("")
        ];
        for (uint256 i = 0; i < 8; ++i) {
            wrongSignature(OWNER);
            vm.prank(STRANGER);
            room.registerKey(OWNER, FIRST, 1, bad[i]);
        }
        // Nobody has signed when a signature recovers to nobody.
        wrongSignature(address(0));
        vm.prank(STRANGER);
        room.registerKey(address(0), FIRST, 1, new bytes(65));
        linked(0);
        assertKey(OWNER, 0, 0);
    }

    /// @custom:threat T4
    function test_a_signature_of_this_chain_holds_on_no_fork() public {
        bytes memory signature = signed(OWNER_KEY, RoomHash.key(OWNER, FIRST, 1));
        vm.chainId(5);
        wrongSignature(OWNER);
        vm.prank(STRANGER);
        room.registerKey(OWNER, FIRST, 1, signature);
        signature = sign(OWNER_KEY, RoomHash.digest(RoomHash.key(OWNER, FIRST, 1), RoomHash.NAME, 5, address(room)));
        vm.prank(STRANGER);
        room.registerKey(OWNER, FIRST, 1, signature);
        assertKey(OWNER, FIRST, 1);
    }

    function test_versions_rise_by_one() public {
        uint256[3] memory wrong = [uint256(0), 2, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            wrongVersion(wrong[i], 1);
            vm.prank(OWNER);
            room.registerKey(OWNER, FIRST, wrong[i], "");
        }
        register(OWNER);
        wrongVersion(1, 2);
        vm.prank(OWNER);
        room.registerKey(OWNER, FIRST, 1, "");
    }

    function test_the_zero_key_says_none_until_the_next() public {
        register(OWNER);
        linked(1);
        expect();
        emit IDataRoom.KeyRegistered(RoomHash.keyBook(OWNER), OWNER, 2, 0);
        vm.prank(OWNER);
        room.registerKey(OWNER, 0, 2, "");
        linked(1);
        assertKey(OWNER, 0, 2);
        register(OWNER);
        linked(1);
        assertKey(OWNER, keyOf(OWNER, 3), 3);
    }

    function test_a_wallet_signs_by_erc1271() public {
        WalletMock wallet = new WalletMock();
        wrongSignature(address(wallet));
        vm.prank(STRANGER);
        room.registerKey(address(wallet), FIRST, 1, "");
        wallet.approve(RoomHash.digest(RoomHash.key(address(wallet), FIRST, 1), address(room)));
        vm.prank(STRANGER);
        room.registerKey(address(wallet), FIRST, 1, "");
        linked(1);
        assertKey(address(wallet), FIRST, 1);
    }

    /// EIP-7702: the key goes on signing, whatever the code is, and the code's word counts where it gives one.
    function test_a_delegated_account_signs_by_its_key() public {
        vm.etch(OWNER, bytes.concat(hex"ef0100", bytes20(address(token))));
        bytes memory signature = signed(OWNER_KEY, RoomHash.key(OWNER, FIRST, 1));
        vm.prank(STRANGER);
        room.registerKey(OWNER, FIRST, 1, signature);

        vm.etch(OWNER, address(new WalletMock()).code);
        WalletMock(OWNER).approve(RoomHash.digest(RoomHash.key(OWNER, SECOND, 2), address(room)));
        vm.prank(STRANGER);
        room.registerKey(OWNER, SECOND, 2, "");
        linked(2);
        assertKey(OWNER, SECOND, 2);
    }

    function testFuzz_keys_of_one_account_are_no_one_elses(uint8 turns, uint256 seed) public {
        uint256[2] memory versions;
        address[2] memory owners = [OWNER, NEWCOMER];
        for (uint256 i = 0; i < turns % 16; ++i) {
            uint256 who = seed >> i & 1;
            bytes32 key = keccak256(abi.encode(seed, i));
            vm.prank(owners[who]);
            room.registerKey(owners[who], key, ++versions[who], "");
            assertKey(owners[who], key, versions[who]);
        }
        linked(turns % 16);
        assertEq(room.keyOf(OWNER).version, versions[0], "owner's");
        assertEq(room.keyOf(NEWCOMER).version, versions[1], "newcomer's");
    }
}
