// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice What an account does when tokens leave or reach it.
interface ITokenHook {
    function onTokens(address token, address from, address to, uint256 amount) external;
}

/// @title A token that does what tokens should not: it takes a fee, answers nothing or false, refuses payees, calls back
contract HostileTokenMock is ERC20 {
    enum Answer {
        True,
        False,
        Nothing
    }
    /// What happens when the account is paid.
    enum Refusal {
        None,
        Reverts,
        AnswersFalse,
        BurnsGas
    }

    Answer public answer;
    /// Share of each transfer that goes astray, ppm.
    uint256 public fee;
    mapping(address account => Refusal) public refusals;
    mapping(address account => ITokenHook) public hooks;

    constructor() ERC20("Hostile", "HOST") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function refuse(address account, Refusal refusal) external {
        refusals[account] = refusal;
    }

    /// From now on the caller is told before its tokens leave, and after tokens have reached it.
    function hook(ITokenHook hook_) external {
        hooks[msg.sender] = hook_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (refusals[to] == Refusal.AnswersFalse) return false;
        super.transfer(to, amount);
        return _answer();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        return _answer();
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(refusals[to] != Refusal.Reverts, "refused");
        if (refusals[to] == Refusal.BurnsGas) while (true) {}
        _call(from, from, to, amount);
        uint256 astray = amount * fee / 1e6;
        super._update(from, to, amount - astray);
        if (astray > 0) super._update(from, address(0xfee), astray);
        _call(to, from, to, amount);
    }

    function _call(address account, address from, address to, uint256 amount) private {
        ITokenHook called = hooks[account];
        if (address(called) != address(0)) called.onTokens(address(this), from, to, amount);
    }

    function _answer() private view returns (bool) {
        if (answer == Answer.Nothing) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        return answer == Answer.True;
    }
}
