// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WeirdToken} from "./WeirdToken.sol";

/// @notice Tokens that refuse a transfer, or make it cost.

/// @notice Refuses what comes from or goes to a blocked account, as USDC and USDT do.
contract WeirdBlocklist is WeirdToken {
    error Weird_Blocked(address account);

    mapping(address account => bool) public isBlocked;

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!isBlocked[from], Weird_Blocked(from));
        require(!isBlocked[to], Weird_Blocked(to));
        super._update(from, to, amount);
    }
}

/// @notice Refuses every transfer while it is paused, as BNB and ZIL can.
contract WeirdPausable is WeirdToken {
    error Weird_Paused();

    bool public isPaused;

    function setPaused(bool paused) external {
        isPaused = paused;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!isPaused, Weird_Paused());
        super._update(from, to, amount);
    }
}

/// @notice Refuses to transfer nothing, as LEND did.
contract WeirdRevertZero is WeirdToken {
    error Weird_Nothing();

    function _update(address from, address to, uint256 amount) internal override {
        require(amount > 0, Weird_Nothing());
        super._update(from, to, amount);
    }
}

/// @notice Refuses the zero address by a string of its own, as tokens on OpenZeppelin's older ERC-20 do.
contract WeirdRevertToZero is WeirdToken {
    function transfer(address to, uint256 amount) public override returns (bool) {
        require(to != address(0), "ERC20: transfer to the zero address");
        return super.transfer(to, amount);
    }
}

/// @notice Keeps amounts in 96 bits and refuses larger ones, an endless allowance apart, as UNI and COMP do.
contract WeirdUint96 is WeirdToken {
    error Weird_Exceeds96Bits(uint256 amount);

    function approve(address spender, uint256 amount) public override returns (bool) {
        require(amount <= type(uint96).max || amount == type(uint256).max, Weird_Exceeds96Bits(amount));
        return super.approve(spender, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(amount <= type(uint96).max, Weird_Exceeds96Bits(amount));
        super._update(from, to, amount);
        require(balanceOf(to) <= type(uint96).max, Weird_Exceeds96Bits(balanceOf(to)));
    }
}

/// @notice Refuses to change an allowance to another but zero, as USDT and KNC do against the race of two approvals.
contract WeirdApproveRace is WeirdToken {
    error Weird_AllowanceFirstToZero(uint256 allowed);

    function approve(address spender, uint256 amount) public override returns (bool) {
        uint256 allowed = allowance(msg.sender, spender);
        require(amount == 0 || allowed == 0, Weird_AllowanceFirstToZero(allowed));
        return super.approve(spender, amount);
    }
}

/// @notice Refuses an allowance of zero, as BNB does.
contract WeirdApproveZero is WeirdToken {
    error Weird_AllowanceOfNothing();

    function approve(address spender, uint256 amount) public override returns (bool) {
        require(amount > 0, Weird_AllowanceOfNothing());
        return super.approve(spender, amount);
    }
}

/// @notice Uses up all gas that it is given when one account is paid, as a token with a hook for that account could.
contract WeirdGasBurner is WeirdToken {
    mapping(address account => bool) public isBlocked;

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (isBlocked[to]) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        super._update(from, to, amount);
    }
}
