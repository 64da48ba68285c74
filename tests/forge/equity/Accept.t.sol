// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OfferTest} from "./OfferTest.sol";
import {Leaves} from "./Leaves.sol";
import {Vm} from "../Vm.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";
import {Acceptance, Accepted, Offer, Proposal} from "../../../contracts/types/Equity.sol";

/// @notice Leaves that workers accept (SPEC.md 9.9, 9.11): when, by whose word, which, and how much.
contract AcceptTest is OfferTest {
    function expectWrongSignature(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_WrongSignature.selector, signer));
    }

    function expectWrongProof(uint256 index) private {
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_WrongProof.selector, index));
    }

    function accepted(Offer memory offered) private view returns (uint256) {
        Accepted memory state = equity.acceptedOf(keccak256(abi.encode(offered)));
        return state.units;
    }

    function assertAcceptedEvent(Vm.Log memory log, Offer memory offered, Acceptance memory leaf) private view {
        assertEvent(
            log,
            abi.encode(IWorkerEquity.GrantAccepted.selector, book, daily, offered.first + leaf.index),
            abi.encode(offered.number, leaf.worker, leaf.units)
        );
    }

    /* When */

    function test_accept__from_and_until_are_included() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        bytes memory refusal = abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NotInTime.selector, FROM, UNTIL);
        vm.warp(FROM - 1);
        vm.expectRevert(refusal);
        acceptAs(ALICE, offered, leaves[0]);
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        vm.warp(UNTIL);
        acceptAs(BOB, offered, leaves[1]);
        vm.warp(UNTIL + 1);
        vm.expectRevert(refusal);
        acceptAs(CAROL, offered, leaves[2]);
        assertEq(accepted(offered), 800, "accepted");
    }

    function test_accept__of_no_offer__reverts() public {
        Acceptance[] memory leaves = threeLeaves();
        Offer memory offered = nextOffer(leaves, ALL);
        vm.warp(FROM);
        vm.expectRevert(
            abi.encodeWithSelector(IWorkerEquity.WorkerEquity_NoOffer.selector, keccak256(abi.encode(offered)))
        );
        acceptAs(ALICE, offered, leaves[0]);
    }

    /* By whose word */

    function test_accept__by_the_wallet_itself() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        bytes32 before = equity.historyOf(book);
        vm.recordLogs();
        acceptAs(ALICE, offered, leaves[0]);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertAcceptedEvent(logs[0], offered, leaves[0]);
        assertLinked(book, before, logs, 1);
        assertEq(logs.length, 1, "events");
        assertGrant(offered, leaves[0], 0);
        assertEq(accepted(offered), 500, "accepted");
        assertEq(equity.poolOf(pool).granted, ALL, "granted");
        // of 500 a hundredth a day, from the plan's start on
        assertEq(equity.vestedOf(offered.first), 5, "vested");
    }

    /// All three by their signatures, carried by a stranger; Carol's wallet comes from her leaf.
    function test_accept__by_signatures__carried_by_anyone() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        uint256[3] memory keys = [ALICE_KEY, BOB_KEY, CAROL_KEY];
        for (uint256 i = 0; i < 3; ++i) {
            leaves[i] = signed(keys[i], offered, leaves[i]);
        }
        vm.warp(FROM);
        (bytes32 before, bytes32 rosterBefore) = (equity.historyOf(book), equity.historyOf(roster));
        vm.recordLogs();
        vm.prank(STRANGER);
        equity.accept(offered, leaves);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 4, "events");
        assertAcceptedEvent(logs[0], offered, leaves[0]);
        assertAcceptedEvent(logs[1], offered, leaves[1]);
        assertEvent(
            logs[2],
            abi.encode(IWorkerRoster.WalletSet.selector, roster, MANAGER, uint256(3)),
            abi.encode(address(0), CAROL)
        );
        assertAcceptedEvent(logs[3], offered, leaves[2]);
        assertLinked(book, before, logs, 3);
        assertLinked(roster, rosterBefore, logs, 1);
        for (uint256 i = 0; i < 3; ++i) {
            assertGrant(offered, leaves[i], 0);
        }
        assertEq(accepted(offered), ALL, "accepted");
        assertEq(equity.walletOf(MANAGER, 3), CAROL, "worker 3");
        assertEq(equity.nonceOf(MANAGER, 3), 1, "nonce");
    }

    function test_accept__by_others__reverts() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        address[4] memory others = [MANAGER, ISSUER, BOB, STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            expectWrongSignature(ALICE);
            acceptAs(others[i], offered, leaves[0]);
            expectWrongSignature(CAROL);
            acceptAs(others[i], offered, leaves[2]);
        }
        expectWrongSignature(ALICE);
        acceptAs(STRANGER, offered, signed(BOB_KEY, offered, leaves[0]));
        assertEq(equity.walletOf(MANAGER, 3), address(0), "no wallet without a word of it");
    }

    /// Every word that is signed counts: manager, worker, plan, offer, index, units, chain, contract.
    function test_accept__signed_for_something_else__reverts() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        bytes32 typeHash =
            keccak256("Accept(address manager,uint256 worker,uint256 plan,uint256 offer,uint256 index,uint256 units)");
        bytes32 wanted = Leaves.acceptHash(offered, leaves[0]);
        bytes32[9] memory digests = [
            digestOf(keccak256(abi.encode(typeHash, STRANGER, 1, daily, 1, 0, 500))),
            digestOf(keccak256(abi.encode(typeHash, MANAGER, 2, daily, 1, 0, 500))),
            digestOf(keccak256(abi.encode(typeHash, MANAGER, 1, daily + 1, 1, 0, 500))),
            digestOf(keccak256(abi.encode(typeHash, MANAGER, 1, daily, 2, 0, 500))),
            digestOf(keccak256(abi.encode(typeHash, MANAGER, 1, daily, 1, 1, 500))),
            digestOf(keccak256(abi.encode(typeHash, MANAGER, 1, daily, 1, 0, 501))),
            digestOf(block.chainid + 1, address(equity), wanted),
            digestOf(block.chainid, address(token), wanted),
            wanted
        ];
        for (uint256 i = 0; i < digests.length; ++i) {
            leaves[0].signature = sign(ALICE_KEY, digests[i]);
            expectWrongSignature(ALICE);
            acceptAs(STRANGER, offered, leaves[0]);
        }
        leaves[0].signature = sign(ALICE_KEY, digestOf(wanted));
        acceptAs(STRANGER, offered, leaves[0]);
    }

    /// Who lost the wallet that the leaf names accepts with the new one, and the old one's word is void.
    function test_accept__after_a_rotation__by_the_registered_wallet() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        Acceptance memory old = signed(ALICE_KEY, offered, leaves[0]);
        vm.prank(ALICE);
        equity.rotate(MANAGER, 1, STRANGER, 0, "");
        vm.warp(FROM);
        expectWrongSignature(STRANGER);
        acceptAs(MANAGER, offered, old);
        expectWrongSignature(STRANGER);
        acceptAs(ALICE, offered, old);
        acceptAs(STRANGER, offered, leaves[0]);
        assertGrant(offered, leaves[0], 0);
        assertEq(equity.walletOf(MANAGER, 1), STRANGER, "wallet");
    }

    function test_accept__by_a_wallet_contract_and_a_key_with_code() public {
        WalletMock safe = new WalletMock();
        Acceptance[] memory leaves = threeLeaves();
        leaves[2].wallet = address(safe);
        Offer memory offered = nextOffer(leaves, ALL);
        make(offered, 1);
        vm.warp(FROM);
        expectWrongSignature(address(safe));
        acceptAs(STRANGER, offered, leaves[2]);
        safe.approve(digestOf(Leaves.acceptHash(offered, leaves[2])));
        acceptAs(STRANGER, offered, leaves[2]);
        assertEq(equity.walletOf(MANAGER, 3), address(safe), "worker 3");
        vm.etch(ALICE, bytes.concat(hex"ef0100", bytes20(address(token))));
        acceptAs(STRANGER, offered, signed(ALICE_KEY, offered, leaves[0]));
        vm.etch(BOB, address(new WalletMock()).code);
        WalletMock(BOB).approve(digestOf(Leaves.acceptHash(offered, leaves[1])));
        acceptAs(STRANGER, offered, leaves[1]);
        assertEq(accepted(offered), ALL, "accepted");
    }

    /* Numbers set aside */

    /// The first accepted leaf registers the wallet; another leaf of the same worker that names another does not.
    function test_accept__two_leaves_of_a_new_worker() public {
        Acceptance[] memory leaves = new Acceptance[](2);
        (leaves[0], leaves[1]) = (leafOf(0, 3, CAROL, 10), leafOf(1, 3, STRANGER, 20));
        Offer memory offered = nextOffer(leaves, 30);
        make(offered, 1);
        vm.warp(FROM);
        vm.prank(CAROL);
        equity.accept(offered, leaves);
        assertEq(equity.walletOf(MANAGER, 3), CAROL, "wallet");
        assertEq(equity.nonceOf(MANAGER, 3), 1, "nonce");
        assertGrant(offered, leaves[1], 0);
    }

    function test_accept__voids_a_proposal_for_the_number() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.prank(MANAGER);
        equity.proposeWallet(3, STRANGER);
        vm.warp(FROM);
        acceptAs(CAROL, offered, leaves[2]);
        assertEq(abi.encode(equity.proposalOf(MANAGER, 3)), abi.encode(Proposal(address(0), 0)), "proposal");
    }

    function test_accept__of_nobody_on_the_roster__reverts() public {
        Acceptance[] memory leaves = threeLeaves();
        leaves[1].worker = 0;
        Offer memory offered = nextOffer(leaves, ALL);
        make(offered, 0);
        vm.warp(FROM);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, MANAGER, 3));
        acceptAs(CAROL, offered, leaves[2]);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWorker.selector, MANAGER, 0));
        acceptAs(BOB, offered, leaves[1]);
    }

    function test_accept__by_a_leaf_without_a_wallet() public {
        Acceptance[] memory leaves = threeLeaves();
        leaves[0].wallet = leaves[2].wallet = address(0);
        Offer memory offered = nextOffer(leaves, ALL);
        make(offered, 1);
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        vm.expectRevert(abi.encodeWithSelector(IWorkerRoster.WorkerEquity_NoWallet.selector, 2));
        acceptAs(CAROL, offered, leaves[2]);
    }

    /* Which */

    function test_accept__of_another_leaf__reverts() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        for (uint256 i = 0; i < 6; ++i) {
            Acceptance memory leaf = abi.decode(abi.encode(leaves[0]), (Acceptance));
            if (i == 0) leaf.index = 1;
            if (i == 1) leaf.worker = 2;
            if (i == 2) leaf.wallet = BOB;
            if (i == 3) leaf.units = 501;
            if (i == 4) leaf.salt = keccak256("other");
            if (i == 5) leaf.proof = leaves[1].proof;
            expectWrongProof(leaf.index);
            acceptAs(ALICE, offered, leaf);
        }
    }

    /// A leaf of another chain, another contract, plan or offer: its root may be offered, it cannot be accepted.
    /// @custom:threat T40
    function test_accept__of_a_tree_for_something_else__reverts() public {
        vm.warp(FROM);
        address other = vm.deployCode("out/WorkerEquity.sol/WorkerEquity.json");
        for (uint256 i = 0; i < 4; ++i) {
            Acceptance[] memory leaves = threeLeaves();
            Offer memory offered = nextOffer(leaves, ALL);
            if (i == 0) vm.chainId(block.chainid + 1);
            address verifier = i == 1 ? other : address(equity);
            uint256 plan = i == 2 ? daily + 1 : daily;
            uint256 number = i == 3 ? offered.number + 1 : offered.number;
            offered.root = Leaves.prove(verifier, plan, number, leaves);
            if (i == 0) vm.chainId(block.chainid - 1);
            make(offered, 0);
            expectWrongProof(0);
            acceptAs(ALICE, offered, leaves[0]);
        }
    }

    /// An index beyond the count would be a number of somebody else's grant.
    function test_accept__beyond_the_count__reverts() public {
        Acceptance[] memory leaves = threeLeaves();
        leaves[2].index = 3;
        Offer memory offered = nextOffer(leaves, ALL);
        make(offered, 1);
        uint256 next = grantTo(2, daily, 7);
        vm.warp(FROM);
        expectWrongProof(3);
        acceptAs(CAROL, offered, leaves[2]);
        assertEq(next, offered.first + 3, "whose number it would be");
        assertEq(equity.grantOf(next).units, 7, "the grant of that number");
    }

    /// An inner node is no leaf, and a leaf no inner node: neither a shorter proof fits nor a longer one.
    function test_accept__by_a_proof_of_another_length__reverts() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        bytes32[] memory proof = leaves[0].proof;
        leaves[0].proof = new bytes32[](proof.length - 1);
        for (uint256 i = 1; i < proof.length; ++i) {
            leaves[0].proof[i - 1] = proof[i];
        }
        expectWrongProof(0);
        acceptAs(ALICE, offered, leaves[0]);
        leaves[0].proof = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; ++i) {
            leaves[0].proof[i] = proof[i];
        }
        leaves[0].proof[proof.length] = offered.root;
        expectWrongProof(0);
        acceptAs(ALICE, offered, leaves[0]);
        leaves[0].proof = proof;
        acceptAs(ALICE, offered, leaves[0]);
    }

    /// @custom:threat T40
    function test_accept__again__is_passed_over() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        claimAs(ALICE, offered.first);
        bytes memory grant = abi.encode(equity.grantOf(offered.first));
        vm.recordLogs();
        acceptAs(STRANGER, offered, leaves[0]);
        assertEq(vm.getRecordedLogs().length, 0, "events");
        assertEq(abi.encode(equity.grantOf(offered.first)), grant, "grant");
        assertEq(accepted(offered), 500, "accepted");
    }

    /// What is passed over does not stop the others.
    function test_accept__some_again__goes_on() public {
        (Offer memory offered, Acceptance[] memory leaves) = offerThree();
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        leaves[1] = signed(BOB_KEY, offered, leaves[1]);
        leaves[2] = signed(CAROL_KEY, offered, leaves[2]);
        vm.prank(STRANGER);
        equity.accept(offered, leaves);
        assertEq(accepted(offered), ALL, "accepted");
    }

    function test_accept__no_leaf__changes_nothing() public {
        (Offer memory offered,) = offerThree();
        vm.warp(FROM);
        bytes32 before = equity.historyOf(book);
        equity.accept(offered, new Acceptance[](0));
        assertEq(equity.historyOf(book), before, "history");
        assertEq(accepted(offered), 0, "accepted");
    }

    function test_accept__the_only_leaf() public {
        Acceptance[] memory leaves = new Acceptance[](1);
        leaves[0] = leafOf(0, 1, ALICE, POOL);
        Offer memory offered = nextOffer(leaves, POOL);
        make(offered, 0);
        vm.warp(FROM);
        assertEq(leaves[0].proof.length, 0, "proof");
        acceptAs(ALICE, offered, leaves[0]);
        assertGrant(offered, leaves[0], 0);
    }

    /* How much */

    /// Cantina on Sablier's Merkle campaigns: leaves that sum to more than what was set aside.
    /// @custom:threat T40
    function test_accept__more_than_was_set_aside__reverts() public {
        Acceptance[] memory leaves = threeLeaves();
        Offer memory offered = nextOffer(leaves, ALL - 1);
        make(offered, 1);
        vm.warp(FROM);
        acceptAs(ALICE, offered, leaves[0]);
        acceptAs(CAROL, offered, leaves[2]);
        vm.expectRevert(abi.encodeWithSelector(IWorkerEquity.WorkerEquity_OfferExceeded.selector, 1, 300, 299));
        acceptAs(BOB, offered, leaves[1]);
        assertEq(accepted(offered), 703, "accepted");
        vm.warp(UNTIL + 1);
        close(STRANGER, offered);
        assertEq(equity.poolOf(pool).forfeited, 299, "returned");
    }

    /// Random leaves, of which random ones are accepted, one by one and in batches: never more than was set aside, and
    /// what is left over returns.
    /// @custom:threat T40
    function testFuzz_accept__never_more_than_was_set_aside(uint256 seed) public {
        uint256 count = seed % 9 + 1;
        Acceptance[] memory leaves = new Acceptance[](count);
        uint256 sum;
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            leaves[i] = leafOf(i, random % 2 + 1, random % 2 == 0 ? ALICE : BOB, (random >> 8) % 1000 + 1);
            sum += leaves[i].units;
        }
        Offer memory offered = nextOffer(leaves, bound(seed >> 8, count, sum + sum / 4 + 1));
        make(offered, 0);
        vm.warp(FROM);
        uint256 taken;
        for (uint256 i = 0; i < 2 * count; ++i) {
            uint256 chosen = uint256(keccak256(abi.encode(i, seed))) % count;
            Acceptance memory leaf = leaves[chosen];
            bool isNew = equity.grantOf(offered.first + chosen).plan == 0;
            bool isTooMuch = isNew && taken + leaf.units > offered.units;
            if (isTooMuch) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IWorkerEquity.WorkerEquity_OfferExceeded.selector, chosen, leaf.units, offered.units - taken
                    )
                );
            }
            acceptAs(leaf.wallet, offered, leaf);
            if (isNew && !isTooMuch) taken += leaf.units;
            assertEq(accepted(offered), taken, "accepted");
        }
        vm.warp(UNTIL + 1);
        close(STRANGER, offered);
        assertEq(equity.poolOf(pool).forfeited, offered.units - taken, "returned");
        assertEq(sharesOf(pool), taken, "shares");
    }
}
