// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../Vm.sol";
import {Player} from "./Player.sol";
import {World} from "./World.sol";

/// @notice SPEC 11 over the whole deployed set (17.3): the parties, workers, readers and strangers of all agreements, in any
/// order. I1 to I35 are checked by functions of these numbers in the ledgers of {World}, I5 at the end of each run.
contract WholeInvariants is Test {
    /// Functions of a contract, as forge takes them.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// Shown by forge with -vv.
    event log_named_uint(string key, uint256 value);

    uint256 private constant RUNS = 60;
    uint256 private constant CALLS = 150;

    World internal world;
    Player internal player;

    function setUp() public {
        world = new World();
        player = new Player(world);
        world.check();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(player);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        (targets[0].addr, targets[0].selectors) = (address(player), new bytes4[](1));
        targets[0].selectors[0] = Player.play.selector;
    }

    /// @custom:threat T12
    /// @custom:threat T17
    /// @custom:threat T18
    /// @custom:threat T22
    /// @custom:threat T23
    /// forge-config: test.invariant.fail-on-revert = true
    function invariant_whole() public view {
        // {Player.play} does it: a check from here would cost forge as much as the action itself.
        assertTrue(world.isChecked(), "an action that was not checked");
    }

    function afterInvariant() public {
        world.checkAll();
        _i05_aStrangerLeadsToAnEnd();
        world.checkAll();
    }

    function _i05_aStrangerLeadsToAnEnd() private {
        player.end();
    }

    /// The campaign would say nothing if its calls were all refused: from fixed seeds each kind succeeds.
    function test_handlers_reach_every_call() public {
        vm.pauseGasMetering();
        string[81] memory kinds = _kinds();
        uint256 start = vm.snapshotState();
        uint256[81] memory successes;
        for (uint256 run = 0; run < RUNS; ++run) {
            this.runFrom(run);
            for (uint256 i = 0; i < kinds.length; ++i) {
                successes[i] += world.succeeded(kinds[i]);
            }
            vm.revertToState(start);
        }
        for (uint256 i = 0; i < kinds.length; ++i) {
            emit log_named_uint(kinds[i], successes[i]);
        }
        for (uint256 i = 0; i < kinds.length; ++i) {
            assertGe(successes[i], 2, kinds[i]);
        }
    }

    /// One run of the campaign, by a seed.
    function runFrom(uint256 seed) external {
        for (uint256 call = 0; call < CALLS; ++call) {
            seed = uint256(keccak256(abi.encode(seed)));
            player.play(seed);
        }
        afterInvariant();
    }

    function _kinds() private pure returns (string[81] memory) {
        return [
            "open",
            "withdrawBid",
            "amend",
            "appoint",
            "fund",
            "accept",
            "acceptUpTo",
            "release",
            "reclaim",
            "give up",
            "releaseHoldback",
            "setPayee",
            "take",
            "withdraw",
            "submit",
            "reject",
            "dispute",
            "dispute holdback",
            "serve",
            "rule",
            "split",
            "rule holdback",
            "report",
            "report by side",
            "counter",
            "silence",
            "concede",
            "rule levels",
            "waive",
            "default",
            "settle",
            "interim",
            "giveNotice",
            "endForCause",
            "endForNonPayment",
            "endByBoth",
            "close",
            "booked",
            "createPlan",
            "raisePool",
            "grant",
            "offer",
            "correct",
            "closeOffer",
            "end",
            "keep",
            "grantLeave",
            "comeBack",
            "accelerate",
            "accept again",
            "rotate",
            "propose",
            "veto",
            "setWallet",
            "sync",
            "raise gate",
            "finish",
            "distribute",
            "claim revenue",
            "book revenue",
            "withdraw revenue",
            "collect",
            "raisePledge",
            "pay",
            "post",
            "withdrawPosting",
            "claim a wage",
            "book a wage",
            "withdraw wages",
            "takeMargin",
            "registerKey",
            "seat",
            "put",
            "giveAccess",
            "giveReceipt",
            "shred",
            "setProfile",
            "sealReview",
            "revealReview",
            "donate",
            "force"
        ];
    }
}
