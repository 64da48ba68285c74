// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";
import {TalentTest} from "./TalentTest.sol";

/// @notice SPEC 15.2: which profile counts, and what existed when.
contract ProfilesTest is TalentTest {
    uint256 private constant OWNER_KEY = 0xA11CE;
    address private immutable OWNER = vm.addr(OWNER_KEY);
    bytes32 private constant FIRST = keccak256("first profile");
    bytes32 private constant SECOND = keccak256("second profile");
    bytes32 private constant NAME = keccak256("Workpact Market");

    function _struct(address account, uint256 version, bytes32 content) private pure returns (bytes32) {
        bytes32 typeHash = keccak256("Profile(address account,uint256 version,bytes32 content)");
        bytes32 who = bytes32(uint256(uint160(account)));
        return keccak256(bytes.concat(typeHash, who, bytes32(version), content));
    }

    function _digest(bytes32 structHash, bytes32 name, uint256 chain, address verifier) private pure returns (bytes32) {
        bytes32 typeHash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes memory words = bytes.concat(typeHash, name, keccak256("1"), bytes32(chain));
        words = bytes.concat(words, bytes32(uint256(uint160(verifier))));
        return keccak256(bytes.concat(hex"1901", keccak256(words), structHash));
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        return _digest(structHash, NAME, block.chainid, address(registry));
    }

    function _wrongSignature(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(ITalentRegistry.Talent_WrongSignature.selector, signer));
    }

    function _wrongVersion(uint256 version, uint256 next) private {
        vm.expectRevert(abi.encodeWithSelector(ITalentRegistry.Talent_WrongVersion.selector, version, next));
    }

    /* PROFILES */

    function test_an_account_sets_changes_and_takes_back_its_profile() public {
        bytes32[3] memory contents = [FIRST, SECOND, bytes32(0)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.warp(START + i);
            expect();
            emit ITalentRegistry.ProfileSet(accountBook(OWNER), OWNER, i + 1, contents[i]);
            vm.prank(OWNER);
            registry.setProfile(OWNER, i + 1, contents[i], "");
            linked(1);
            assertProfile(OWNER, i + 1, contents[i]);
        }
        assertProfile(CLIENT, 0, 0);
        assertEq(registry.historyOf(accountBook(OWNER)), told[accountBook(OWNER)], "history of the account");
    }

    function test_anyone_carries_the_accounts_signature_once() public {
        bytes memory signature = sign(OWNER_KEY, _digest(_struct(OWNER, 1, FIRST)));
        expect();
        emit ITalentRegistry.ProfileSet(accountBook(OWNER), OWNER, 1, FIRST);
        vm.prank(STRANGER);
        registry.setProfile(OWNER, 1, FIRST, signature);
        linked(1);
        assertProfile(OWNER, 1, FIRST);
        _wrongVersion(1, 2);
        vm.prank(STRANGER);
        registry.setProfile(OWNER, 1, FIRST, signature);
        _wrongSignature(OWNER);
        vm.prank(STRANGER);
        registry.setProfile(OWNER, 2, FIRST, signature);
    }

    function test_a_signature_holds_for_what_it_says_alone() public {
        bytes32 good = _struct(OWNER, 1, FIRST);
        bytes[8] memory bad = [
            sign(OWNER_KEY, _digest(_struct(CLIENT, 1, FIRST))),
            sign(OWNER_KEY, _digest(_struct(OWNER, 2, FIRST))),
            sign(OWNER_KEY, _digest(_struct(OWNER, 1, SECOND))),
            sign(CLIENT_KEY, _digest(good)),
            sign(OWNER_KEY, _digest(good, keccak256("Workpact Data Room"), block.chainid, address(registry))),
            sign(OWNER_KEY, _digest(good, NAME, block.chainid + 1, address(registry))),
            sign(OWNER_KEY, _digest(good, NAME, block.chainid, address(deployed()))),
            bytes("")
        ];
        for (uint256 i = 0; i < 8; ++i) {
            _wrongSignature(OWNER);
            vm.prank(STRANGER);
            registry.setProfile(OWNER, 1, FIRST, bad[i]);
        }
        _wrongSignature(address(0));
        vm.prank(STRANGER);
        registry.setProfile(address(0), 1, FIRST, new bytes(65));
        linked(0);
        assertProfile(OWNER, 0, 0);
    }

    function test_a_signature_of_this_chain_holds_on_no_fork() public {
        bytes memory signature = sign(OWNER_KEY, _digest(_struct(OWNER, 1, FIRST)));
        vm.chainId(5);
        _wrongSignature(OWNER);
        vm.prank(STRANGER);
        registry.setProfile(OWNER, 1, FIRST, signature);
        signature = sign(OWNER_KEY, _digest(_struct(OWNER, 1, FIRST), NAME, 5, address(registry)));
        vm.prank(STRANGER);
        registry.setProfile(OWNER, 1, FIRST, signature);
        assertProfile(OWNER, 1, FIRST);
    }

    function test_versions_rise_by_one() public {
        uint256[3] memory wrong = [uint256(0), 2, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            _wrongVersion(wrong[i], 1);
            vm.prank(OWNER);
            registry.setProfile(OWNER, wrong[i], FIRST, "");
        }
    }

    function test_a_wallet_signs_by_erc1271() public {
        WalletMock wallet = new WalletMock();
        _wrongSignature(address(wallet));
        registry.setProfile(address(wallet), 1, FIRST, "");
        wallet.approve(_digest(_struct(address(wallet), 1, FIRST)));
        registry.setProfile(address(wallet), 1, FIRST, "");
        linked(1);
        assertProfile(address(wallet), 1, FIRST);
    }

    /// EIP-7702: the key goes on signing, whatever the code is, and the code's word counts where it gives one.
    function test_a_delegated_account_signs_by_its_key() public {
        vm.etch(OWNER, bytes.concat(hex"ef0100", bytes20(address(token))));
        bytes memory signature = sign(OWNER_KEY, _digest(_struct(OWNER, 1, FIRST)));
        vm.prank(STRANGER);
        registry.setProfile(OWNER, 1, FIRST, signature);
        vm.etch(OWNER, address(new WalletMock()).code);
        WalletMock(OWNER).approve(_digest(_struct(OWNER, 2, SECOND)));
        vm.prank(STRANGER);
        registry.setProfile(OWNER, 2, SECOND, "");
        linked(2);
        assertProfile(OWNER, 2, SECOND);
    }

    function testFuzz_any_content_by_signature(uint256 key, bytes32 content) public {
        key = bound(key, 1, 2 ** 200);
        address account = vm.addr(key);
        bytes memory signature = sign(key, _digest(_struct(account, 1, content)));
        expect();
        emit ITalentRegistry.ProfileSet(accountBook(account), account, 1, content);
        vm.prank(STRANGER);
        registry.setProfile(account, 1, content, signature);
        linked(1);
        assertProfile(account, 1, content);
    }

    /* ANCHORS */

    function test_an_anchor_stands_in_the_history_of_its_account() public {
        expect();
        emit ITalentRegistry.Anchored(accountBook(OWNER), OWNER, FIRST);
        vm.prank(OWNER);
        registry.anchor(FIRST);
        linked(1);
        vm.warp(START + 1);
        vm.prank(OWNER);
        registry.anchor(FIRST);
        vm.prank(STRANGER);
        registry.anchor(FIRST);
        linked(2);
        assertTrue(told[accountBook(OWNER)] != told[accountBook(STRANGER)], "each its own");
        assertProfile(OWNER, 0, 0);
    }

    function testFuzz_profiles_and_anchors_of_accounts_are_apart(uint8 turns, uint256 seed) public {
        address[2] memory owners = [OWNER, NEWCOMER];
        uint256[2] memory versions;
        for (uint256 i = 0; i < turns % 16; ++i) {
            uint256 who = seed >> 2 * i & 1;
            bytes32 content = keccak256(abi.encode(seed, i));
            bool isAnchor = seed >> 2 * i + 1 & 1 == 1;
            vm.prank(owners[who]);
            if (isAnchor) registry.anchor(content);
            else registry.setProfile(owners[who], ++versions[who], content, "");
            if (!isAnchor) assertProfile(owners[who], versions[who], content);
        }
        linked(turns % 16);
        assertEq(registry.profileOf(OWNER).version, versions[0], "owner's");
        assertEq(registry.profileOf(NEWCOMER).version, versions[1], "newcomer's");
    }
}
