// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {Test} from "../Vm.sol";
import {World} from "./World.sol";

/// @notice What comes from outside: time, tokens sent to contracts of the set by plain transfers, ether.
contract OutsideHandler is Test {
    World public immutable world;

    constructor(World world_) {
        world = world_;
    }

    function pass(uint256 duration, uint256, uint256) external {
        vm.warp(vm.getBlockTimestamp() + duration % 7 days);
    }

    /// Of either token by the client, or of worker tokens by a wallet that has claimed some.
    function donate(uint256 to, uint256 which, uint256 amount) external {
        if (which >> 8 & 3 != 0) return;
        address target = world.set(to % 6);
        address[3] memory tokens = [address(world.plain()), address(world.hostile()), world.unit()];
        address by = which % 3 == 2 ? vm.addr(0xa11ce00 + which % 10) : vm.addr(0xC1);
        uint256 most = IERC20(tokens[which % 3]).balanceOf(by);
        if (most == 0) return;
        world.donate(by, tokens[which % 3], target, bound(amount, 1, most < 10_000 ? most : 10_000));
    }

    function force(uint256 to, uint256 amount, uint256 how) external {
        if (how >> 8 & 7 != 0) return;
        bytes memory data;
        if (how % 3 == 1) data = abi.encodeCall(IMilestoneEscrow.withdraw, (address(world.plain()), address(this)));
        if (how % 3 == 2) {
            data = abi.encodeCall(IPayroll.withdraw, (address(world.plain()), address(this), address(this), 0, ""));
        }
        world.force(world.set(to % 7), amount % 1 ether, data);
    }
}
