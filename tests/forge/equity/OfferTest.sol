// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EquityTest} from "./EquityTest.sol";
import {Leaves} from "./Leaves.sol";
import {Acceptance, Grant, Offer, Standing} from "../../../contracts/types/Equity.sol";

/// @notice An offer to Alice (worker 1), Bob (worker 2) and Carol (worker 3, whose wallet the leaf names), by a daily
/// plan, from a day after now until thirty.
abstract contract OfferTest is EquityTest {
    uint256 internal constant FROM = uint256(NOW) + DAY;
    uint256 internal constant UNTIL = uint256(NOW) + 30 * DAY;
    uint256 internal constant ALL = 1003;

    uint256 internal daily;

    function setUp() public virtual override {
        super.setUp();
        daily = createPlan(dailyPlan());
    }

    function leafOf(uint256 index, uint256 worker, address wallet, uint256 units)
        internal
        pure
        returns (Acceptance memory leaf)
    {
        (leaf.index, leaf.worker, leaf.wallet, leaf.units) = (index, worker, wallet, units);
        leaf.salt = keccak256(abi.encode("salt", index));
    }

    /// 500 for Alice, 300 for Bob, 203 for Carol.
    function threeLeaves() internal view returns (Acceptance[] memory leaves) {
        leaves = new Acceptance[](3);
        leaves[0] = leafOf(0, 1, ALICE, 500);
        leaves[1] = leafOf(1, 2, BOB, 300);
        leaves[2] = leafOf(2, 3, CAROL, 203);
    }

    /// What the next offer by the daily plan must be; gives the leaves their proofs.
    function nextOffer(Acceptance[] memory leaves, uint256 units) internal view returns (Offer memory offered) {
        (,, uint256 grants) = equity.counts();
        offered.plan = daily;
        offered.number = uint256(equity.planOf(daily).offers) + 1;
        offered.book = book;
        offered.manager = MANAGER;
        offered.roster = equity.poolOf(pool).roster;
        offered.root = Leaves.prove(address(equity), daily, offered.number, leaves);
        offered.units = units;
        offered.first = grants + 1;
        offered.count = leaves.length;
        offered.from = FROM;
        offered.until = UNTIL;
        offered.round = equity.poolOf(pool).round;
    }

    function make(Offer memory offered, uint256 newWorkers) internal returns (bytes32 offerId) {
        vm.prank(MANAGER);
        offerId = equity.offer(
            offered.plan, offered.root, offered.units, offered.count, offered.from, offered.until, newWorkers
        );
        assertEq(offerId, keccak256(abi.encode(offered)), "offer");
    }

    function offerThree() internal returns (Offer memory offered, Acceptance[] memory leaves) {
        leaves = threeLeaves();
        offered = nextOffer(leaves, ALL);
        make(offered, 1);
    }

    function acceptAs(address by, Offer memory offered, Acceptance memory leaf) internal {
        Acceptance[] memory leaves = new Acceptance[](1);
        leaves[0] = leaf;
        vm.prank(by);
        equity.accept(offered, leaves);
    }

    function signed(uint256 key, Offer memory offered, Acceptance memory leaf)
        internal
        view
        returns (Acceptance memory)
    {
        leaf.signature = sign(key, digestOf(Leaves.acceptHash(offered, leaf)));
        return leaf;
    }

    function close(address by, Offer memory offered) internal {
        vm.prank(by);
        equity.closeOffer(offered);
    }

    function assertGrant(Offer memory offered, Acceptance memory leaf, uint256 round) internal view {
        Grant memory expected =
            Grant(uint24(leaf.worker), uint32(offered.plan), uint80(leaf.units), 0, uint24(round), Standing.Plain);
        assertEq(abi.encode(equity.grantOf(offered.first + leaf.index)), abi.encode(expected), "grant");
    }
}
