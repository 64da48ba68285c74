// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {Vm} from "../Vm.sol";
import {WeirdToken} from "./WeirdToken.sol";

/// @notice Tokens that move another amount than asked, or have balances that change without a transfer.

/// @notice Keeps a part of what is transferred, as STA and PAXG do; a part that is changed later, as USDT's can be.
contract WeirdFee is WeirdToken {
    address public constant ISSUER = address(0xfee);

    uint256 public fee;

    constructor(uint256 fee_) {
        fee = fee_;
    }

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 kept = from == address(0) ? 0 : amount * fee / 1e6;
        super._update(from, to, amount - kept);
        if (kept > 0) super._update(from, ISSUER, kept);
    }
}

/// @notice Takes a part from the sender on top of what is transferred, as some tokens with a tax do.
contract WeirdFeeOnTop is WeirdToken {
    address public constant ISSUER = address(0xfee);

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0)) super._update(from, ISSUER, amount / 100);
    }
}

/// @notice Balances rise and fall by themselves, as those of AMPL and stETH do.
contract WeirdRebasing is WeirdToken {
    function rebase(address account, int256 change) external {
        if (change < 0) _burn(account, uint256(-change));
        else _mint(account, uint256(change));
    }
}

/// @notice Takes the greatest amount for all that the sender has, as cUSDCv3 does.
contract WeirdMaxIsBalance is WeirdToken {
    function _update(address from, address to, uint256 amount) internal override {
        if (amount == type(uint256).max && from != address(0)) amount = balanceOf(from);
        super._update(from, to, amount);
    }

    function _spendAllowance(address owner, address spender, uint256 amount) internal override {
        if (amount == type(uint256).max) amount = balanceOf(owner);
        super._spendAllowance(owner, spender, amount);
    }
}

/// @notice The chain's own coin as a token, as CELO and POL are: what arrives as ether is in the balance too.
contract WeirdNative is WeirdToken {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function balanceOf(address account) public view override returns (uint256) {
        return account.balance;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0)) {
            require(from.balance >= amount, ERC20InsufficientBalance(from, from.balance, amount));
            vm.deal(from, from.balance - amount);
        }
        vm.deal(to, to.balance + amount);
    }
}

/// @notice Has two addresses with the same balances, as TUSD had: this one, and {WeirdSecondAddress}.
contract WeirdTwoAddresses is WeirdToken {
    address public immutable second = address(new WeirdSecondAddress());

    function transferFor(address from, address to, uint256 amount) external returns (bool) {
        require(msg.sender == second, ERC20InvalidSender(msg.sender));
        _transfer(from, to, amount);
        return true;
    }
}

contract WeirdSecondAddress is ERC20 {
    WeirdTwoAddresses public immutable first = WeirdTwoAddresses(msg.sender);

    constructor() ERC20("Weird", "WRD") {}

    function balanceOf(address account) public view override returns (uint256) {
        return first.balanceOf(account);
    }

    function mint(address to, uint256 amount) external {
        first.mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        first.transferFor(from, to, amount);
    }
}

/// @notice Lends any amount of itself within a transaction, as DAI does.
contract WeirdFlashMint is WeirdToken {
    function flash(address borrower, uint256 amount, bytes calldata data) external {
        _mint(borrower, amount);
        (bool success,) = borrower.call(data);
        require(success, ERC20InvalidReceiver(borrower));
        _burn(borrower, amount);
    }
}
