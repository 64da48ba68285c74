// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TokenMock} from "../../contracts/mocks/TokenMock.sol";
import {EquityHarness} from "./EquityHarness.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title Revenue and rosters of worker equity
contract EquityProperties is Symbolic {
    address private constant MANAGER = address(0x3A);
    uint256 private constant POOL = 1;

    EquityHarness private equity;
    TokenMock private token;

    function setUp() public {
        equity = EquityHarness(_deploy("out/symbolic/EquityHarness.sol/EquityHarness.json", ""));
        token = TokenMock(_deploy("out/TokenMock.sol/TokenMock.json", abi.encode("Plain", "PLN", 6)));
        token.mint(address(this), 2 ** 128);
        token.approve(address(equity), type(uint256).max);
    }

    /// What is distributed is earned by the shares or stays for the next round, to the last 2^-64 of a unit.
    function check_S31_nothingIsLost(uint96 amount, uint88 granted, uint88 forfeited, uint88 remainder) external {
        vm.assume(granted > forfeited);
        uint256 shares = granted - forfeited;
        vm.assume(remainder < shares);
        equity.writePool(POOL, address(token), granted, forfeited, remainder);

        equity.distribute(POOL, amount);

        uint256 earned = equity.earnedBy(POOL, 1);
        uint256 left = equity.poolOf(POOL).remainder;
        assert(left < shares);
        assert(earned * shares + left == (uint256(amount) << 64) + remainder);
    }

    /// Numbers are given once, from 1, one after another, and fit the 24 bits that a grant keeps of them.
    function check_S32_numbers(uint24 workers, uint256 count, uint256 more) external {
        equity.writeRoster(MANAGER, workers);
        vm.prank(MANAGER);
        uint256 first = equity.reserve(count);
        vm.prank(MANAGER);
        uint256 next = equity.reserve(more);
        assert(first == uint256(workers) + 1 && next == first + count);
        assert(equity.workersOf(MANAGER) == next + more - 1 && next + more - 1 < 2 ** 24);
        assert(count > 0 && more > 0);
    }
}
