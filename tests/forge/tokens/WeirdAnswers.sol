// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WeirdToken} from "./WeirdToken.sol";

/// @notice Tokens whose answers are not what an ERC-20 answers.

/// @notice Answers nothing to anything, as USDT and OMG do.
contract WeirdMissingReturn is WeirdToken {
    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        _answer(0, 0);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        _answer(0, 0);
    }

    function approve(address spender, uint256 amount) public override returns (bool) {
        super.approve(spender, amount);
        _answer(0, 0);
    }
}

/// @notice Answers nothing to a transfer, but true to the others, as BNB does.
contract WeirdHalfReturn is WeirdToken {
    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        _answer(0, 0);
    }
}

/// @notice Moves the tokens and answers false, as Tether Gold does.
contract WeirdReturnsFalse is WeirdToken {
    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        return false;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        return false;
    }
}

/// @notice Moves the tokens and answers false when they are sent by their owner alone; no known token does, and it cannot
/// be seen when money comes in.
contract WeirdFalseOut is WeirdToken {
    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        return false;
    }
}

/// @notice Answers two for true, as a token compiled by hand could.
contract WeirdReturnsTwo is WeirdToken {
    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        _answer(2, 32);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        _answer(2, 32);
    }
}

/// @notice Answers true and moves nothing, as a fraud does.
contract WeirdLying is WeirdToken {
    function transfer(address, uint256) public pure override returns (bool) {
        return true;
    }

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Answers false where others revert, as ZRX and EURS do; some accounts are not paid.
contract WeirdNoRevert is WeirdToken {
    mapping(address account => bool) public isBlocked;

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (isBlocked[to] || balanceOf(msg.sender) < amount) return false;
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (isBlocked[to] || balanceOf(from) < amount || allowance(from, msg.sender) < amount) return false;
        return super.transferFrom(from, to, amount);
    }
}

/// @notice Answers a hundred thousand bytes, or reverts with as many, so that who copies them runs out of gas.
contract WeirdReturnBomb is WeirdToken {
    uint256 private constant SIZE = 100_000;

    mapping(address account => bool) public isBlocked;

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (isBlocked[to]) {
            assembly ("memory-safe") {
                revert(mload(0x40), SIZE)
            }
        }
        super.transfer(to, amount);
        _answer(1, SIZE);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        _answer(1, SIZE);
    }
}
