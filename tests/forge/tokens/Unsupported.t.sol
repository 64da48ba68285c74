// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {Line, Plan} from "../../../contracts/types/Equity.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {TokenDesk} from "./TokenDesk.sol";
import {WeirdFee, WeirdFeeOnTop, WeirdRebasing} from "./WeirdAmounts.sol";
import {WeirdFalseOut, WeirdLying, WeirdMissingReturn} from "./WeirdAnswers.sol";
import {WeirdUpgradable} from "./WeirdCalls.sol";

/// @notice Tokens that deliver what is asked when money comes in, and do not afterwards: SPEC 2.4 leaves them out. What
/// happens with them is shown, and that agreements in another token settle all the same.
contract UnsupportedTest is TokenDesk {
    using PaperHash for Paper;

    TokenMock private _plain;

    /// An agreement in another token is there before, and settles to the unit after.
    modifier leavesOthersAlone() {
        _plain = token;
        Paper memory other = _paper();
        _open(other);
        _;
        token = _plain;
        vm.prank(CLIENT);
        agreement.accept(other.terms(), 7);
        vm.prank(STRANGER);
        agreement.close(other.terms(), other.conditions());
        assertEq(_plain.balanceOf(CONTRACTOR), ALL, "the other contractor");
        assertEq(_plain.balanceOf(CLIENT), FUNDS - ALL, "the other client");
        assertEq(_plain.balanceOf(address(agreement)), 0, "nothing is left of the other");
    }

    /// What is held is sent to the unit, less the fee for who gets it, the payroll as well; nothing new comes in.
    function test_fee_turned_on_later__unsupported() public leavesOthersAlone {
        WeirdFee made = new WeirdFee(0);
        Paper memory paper = _openIn(address(made));
        made.setFee(10_000);
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 1);
        assertEq(token.balanceOf(CONTRACTOR), 99_000, "less one percent");
        assertEq(token.balanceOf(address(agreement)), ALL - 100_000, "sent to the unit");

        _refuses(
            CLIENT,
            abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), ALL)),
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_TokenMovedOtherAmount.selector, made, 100_000, 99_000)
        );
        vm.startPrank(CONTRACTOR);
        agreement.setPayee(paper.terms(), address(payroll), true);
        vm.stopPrank();
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 2);
        // the fee, rounded down, is 2,000
        assertEq(payroll.collect(address(agreement), paper.terms()), 198_003, "collected");
        assertEq(token.balanceOf(address(payroll)), 198_003, "is there");
    }

    /// Each payment out costs the contract more than it sends: the last of this token go short until somebody makes up
    /// for it.
    function test_fee_on_top_of_the_amount__unsupported() public leavesOthersAlone {
        Paper memory paper = _openIn(address(new WeirdFeeOnTop()));
        vm.startPrank(CLIENT);
        agreement.accept(paper.terms(), 3);
        agreement.accept(paper.terms(), 4);
        vm.stopPrank();
        assertEq(token.balanceOf(CONTRACTOR), 300_003, "pushed");
        assertEq(agreement.owed(address(token), CONTRACTOR), 50_001, "booked, for want of 3,000 and the next fee");
        _withdrawalFails(CONTRACTOR);
        token.mint(address(agreement), 3_500);
        vm.prank(CONTRACTOR);
        agreement.withdraw(address(token), CONTRACTOR);
        assertEq(token.balanceOf(CONTRACTOR), ALL, "made up for");
    }

    /// What comes is nobody's; what goes is missing to who is paid last.
    function test_rebasing__unsupported() public leavesOthersAlone {
        WeirdRebasing made = new WeirdRebasing();
        Paper memory paper = _openIn(address(made));
        made.rebase(address(agreement), 7);
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 1);
        assertEq(token.balanceOf(address(agreement)), ALL - 100_000 + 7, "nobody's");
        made.rebase(address(agreement), -10);
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 6);
        assertEq(token.balanceOf(CONTRACTOR), 100_000, "paid before");
        assertEq(agreement.owed(address(token), CONTRACTOR), 250_004, "booked");
        _withdrawalFails(CONTRACTOR);
        made.rebase(address(agreement), 3);
        vm.prank(CONTRACTOR);
        agreement.withdraw(address(token), CONTRACTOR);
        assertEq(token.balanceOf(CONTRACTOR), ALL, "back");
        assertEq(token.balanceOf(address(agreement)), 0, "nothing is left");
    }

    /// Was sound, and lies now: what it says it sends does not arrive.
    function test_upgraded_to_a_lie__unsupported() public leavesOthersAlone {
        WeirdUpgradable made = new WeirdUpgradable(address(new WeirdMissingReturn()));
        Paper memory paper = _openIn(address(made));
        made.upgradeTo(address(new WeirdLying()));
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 1);
        assertEq(token.balanceOf(CONTRACTOR), 0, "not paid");
        assertEq(agreement.owed(address(token), CONTRACTOR), 0, "nor booked");
        _refuses(
            CLIENT,
            abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), ALL)),
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_TokenMovedOtherAmount.selector, made, 100_000, 0)
        );
    }

    /// What was sent is booked as well, and can never be withdrawn; nothing comes into the payroll. A worker's revenue
    /// is paid anew at each withdrawal, from what others of this currency have.
    function test_answers_false_when_sent_by_the_owner__unsupported() public leavesOthersAlone {
        Paper memory paper = _openIn(address(new WeirdFalseOut()));
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 1);
        assertEq(token.balanceOf(CONTRACTOR), 100_000, "sent");
        assertEq(agreement.owed(address(token), CONTRACTOR), 100_000, "and booked");
        _withdrawalFails(CONTRACTOR);
        vm.prank(CONTRACTOR);
        agreement.setPayee(paper.terms(), address(payroll), true);
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 2);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_BadPayee.selector, address(payroll)));
        payroll.collect(address(agreement), paper.terms());

        uint256 pool = _poolOfAlice();
        _poolOfAlice();
        uint256[] memory alice = new uint256[](1);
        alice[0] = 1;
        equity.claim(alice);
        assertEq(token.balanceOf(ALICE), 1_000, "sent");
        equity.withdraw(pool, alice);
        assertEq(token.balanceOf(ALICE), 2_000, "of the other pool of this currency");
        assertEq(token.balanceOf(address(equity)), 0, "empty");
    }

    /* HELPERS */

    function _openIn(address made) private returns (Paper memory paper) {
        _use(made, FUNDS);
        paper = _paper();
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", signature, "");
        assertEq(token.balanceOf(address(agreement)), ALL, "came in");
    }

    function _refuses(address by, bytes memory data, bytes memory refusal) private {
        uint256 before = token.balanceOf(by);
        vm.expectRevert(refusal);
        vm.prank(by);
        (bool reverted,) = address(agreement).call(data);
        assertTrue(reverted, "refused");
        assertEq(token.balanceOf(by), before, "nothing moved");
    }

    function _withdrawalFails(address payee) private {
        uint256 owed = agreement.owed(address(token), payee);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_BadPayee.selector, payee));
        vm.prank(payee);
        agreement.withdraw(address(token), payee);
        assertEq(agreement.owed(address(token), payee), owed, "still owed");
    }

    /// A pool in which a thousand were distributed to Alice's one unit.
    function _poolOfAlice() private returns (uint256 pool) {
        pool = equity.openPool(units, CONTRACTOR, 1, address(0), 0, address(token));
        Plan memory plan;
        plan.start = uint40(vm.getBlockTimestamp());
        (plan.cliff, plan.duration, plan.step) = (1 days, 1 days, 1 days);
        uint256 planId = equity.createPlan(pool, plan);
        Line[] memory lines = new Line[](1);
        lines[0] = Line(1, 1);
        vm.prank(CONTRACTOR);
        equity.grant(planId, lines);
        vm.prank(STRANGER);
        equity.distribute(pool, 1_000);
    }
}
