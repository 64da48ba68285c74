// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {AccountMock} from "../../../contracts/mocks/AccountMocks.sol";
import {HostileTokenMock, ITokenHook} from "../../../contracts/mocks/HostileTokenMock.sol";
import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {Closing, Status} from "../../../contracts/types/State.sol";
import {HostileTokenTest} from "./HostileTokenTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice A payee that, told of tokens, makes one call.
contract Caller is ITokenHook {
    address private _target;
    bytes private _data;
    bool private _armed;
    bool public failed;
    bytes public result;

    function arm(HostileTokenMock token, address target, bytes calldata data) external {
        (_target, _data, _armed) = (target, data, true);
        token.hook(this);
    }

    function onTokens(address, address, address, uint256) external {
        if (!_armed) return;
        _armed = false;
        bool success;
        (success, result) = _target.call(_data);
        failed = !success;
    }

    function execute(address target, bytes calldata data) external {
        (bool success, bytes memory answer) = target.call(data);
        require(success, string(answer));
    }
}

/// @notice SPEC 2.4, 4.8, 6.2, 6.4: where payments go, and tokens that misbehave.
contract PayoutTest is HostileTokenTest {
    using PaperHash for Paper;

    /* PAYOUT ADDRESS */

    function test_setPayee_by_the_contractor_alone() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _unauthorised(CLIENT, CONTRACTOR);
        agreement.setPayee(paper.terms(), STRANGER, false);
        address[3] memory bad = [address(0), address(agreement), address(token)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_BadPayee.selector, bad[i]));
            vm.prank(CONTRACTOR);
            agreement.setPayee(paper.terms(), bad[i], false);
        }
        _expect();
        emit IMilestoneEscrow.PayeeSet(id, CONTRACTOR, NEWCOMER, false);
        _setPayee(paper, NEWCOMER, false);
        _accept(paper, 1);
        assertEq(token.balanceOf(NEWCOMER), 100_000, "paid");
        _assertMoney(paper, ALL, 0, 250_004, 0, 0);
    }

    function test_a_payee_that_pulls_takes_by_origin() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _setPayee(paper, NEWCOMER, true);
        _expect();
        emit IMilestoneEscrow.Accepted(id, 1, 100_000, 0);
        _expect();
        emit IMilestoneEscrow.Booked(id, NEWCOMER, 100_000, true);
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), 1);
        _check(2);
        assertEq(agreement.toTake(id, NEWCOMER, address(token)), 100_000, "to take");
        _assertMoney(paper, ALL, 0, 250_004, 0, 100_000);

        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        vm.prank(STRANGER);
        agreement.take(id, address(token));
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        vm.prank(NEWCOMER);
        agreement.withdraw(address(token), NEWCOMER);
        _expect();
        emit IMilestoneEscrow.Taken(id, NEWCOMER, 100_000);
        vm.prank(NEWCOMER);
        assertEq(agreement.take(id, address(token)), 100_000, "taken");
        _check(1);
        assertEq(token.balanceOf(NEWCOMER), 100_000, "has it");
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        vm.prank(NEWCOMER);
        agreement.take(id, address(token));
    }

    /// @custom:threat T48
    function test_a_redirect_ends_with_an_assignment() public {
        Paper memory paper = _paper();
        bytes32 id = _open(paper);
        _setPayee(paper, STRANGER, false);
        Paper memory next = _changeOf(paper, id);
        next.deal.contractor = NEWCOMER;
        _amend(paper, next);
        _accept(next, 1);
        assertEq(token.balanceOf(NEWCOMER), 100_000, "the new contractor");
        _unauthorised(CONTRACTOR, NEWCOMER);
        agreement.setPayee(next.terms(), CONTRACTOR, false);
    }

    /* TOKENS THAT REFUSE */

    /// @custom:threat T8
    function test_a_refused_payee_is_booked_and_withdraws_elsewhere() public {
        HostileTokenMock.Refusal[3] memory refusals = [
            HostileTokenMock.Refusal.Reverts, HostileTokenMock.Refusal.AnswersFalse, HostileTokenMock.Refusal.BurnsGas
        ];
        for (uint256 i = 0; i < 3; ++i) {
            Paper memory paper = _hostilePaper();
            paper.offer.salt = 100 + i;
            bytes32 id = _open(paper);
            hostile.refuse(CONTRACTOR, refusals[i]);
            _expect();
            emit IMilestoneEscrow.Accepted(id, 1, 100_000, 0);
            _expect();
            emit IMilestoneEscrow.Booked(id, CONTRACTOR, 100_000, false);
            vm.prank(CLIENT);
            agreement.accept{gas: 16_000_000}(paper.terms(), 1);
            _check(2);
            assertEq(agreement.owed(address(hostile), CONTRACTOR), 100_000, "booked");
            assertEq(_state(paper).held, 250_004, "held");

            vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_BadPayee.selector, CONTRACTOR));
            vm.prank(CONTRACTOR);
            agreement.withdraw{gas: 16_000_000}(address(hostile), CONTRACTOR);
            vm.getRecordedLogs();
            _expect();
            emit IMilestoneEscrow.Withdrawn(address(hostile), CONTRACTOR, NEWCOMER, 100_000);
            vm.prank(CONTRACTOR);
            assertEq(agreement.withdraw(address(hostile), NEWCOMER), 100_000, "withdrawn");
            _check(1);
            assertEq(hostile.balanceOf(NEWCOMER), (i + 1) * 100_000, "elsewhere");
            assertEq(agreement.owed(address(hostile), CONTRACTOR), 0, "no more");
        }
    }

    /// A payee that burns all gas it gets stops neither the ruling nor the other side's payment.
    /// @custom:threat T8
    function test_a_payee_that_burns_gas_does_not_block_a_ruling() public {
        Paper memory paper = _hostilePaper();
        bytes32 id = _open(paper);
        _submit(paper, 0);
        _dispute(paper, 0);
        hostile.refuse(CONTRACTOR, HostileTokenMock.Refusal.BurnsGas);
        vm.warp(START + 20 days + 1);
        _expect();
        emit IAgreement.Ruled(id, 0, STRANGER, 400_000, 40_000, 60_000, 0);
        _expect();
        emit IMilestoneEscrow.Booked(id, CONTRACTOR, 40_000, false);
        vm.prank(STRANGER);
        agreement.rule{gas: 16_000_000}(paper.terms(), paper.arbitration, 0, 400_000);
        _check(2);
        assertEq(hostile.balanceOf(CLIENT), FUNDS - ALL + 60_000, "client");
        assertEq(hostile.balanceOf(address(agreement)), 250_004 + 40_000, "agreement");
    }

    function test_a_refused_refund_is_booked_for_the_client() public {
        Paper memory paper = _hostilePaper();
        bytes32 id = _open(paper);
        hostile.refuse(CLIENT, HostileTokenMock.Refusal.Reverts);
        Closing memory closing = Closing(id, ALL, 4, START);
        bytes memory signature = sign(CONTRACTOR_KEY, PaperHash.digest(PaperHash.closing(closing), address(agreement)));
        _expect();
        emit IAgreement.Ended(id, Status.ENDED_BY_BOTH, 4, 350_000);
        _expect();
        emit IMilestoneEscrow.Booked(id, CLIENT, 350_000, false);
        vm.prank(CLIENT);
        agreement.endByBoth(paper.terms(), closing, "", signature);
        _check(2);
        assertEq(hostile.balanceOf(CONTRACTOR), 4, "the other is paid");
        assertEq(agreement.owed(address(hostile), CLIENT), 350_000, "booked");
    }

    function test_a_token_without_answers_works_both_ways() public {
        hostile.setAnswer(HostileTokenMock.Answer.Nothing);
        Paper memory paper = _hostilePaper();
        _open(paper);
        _accept(paper, 1);
        vm.prank(CLIENT);
        agreement.fund(paper.terms(), ALL);
        vm.prank(CONTRACTOR);
        agreement.reclaim(paper.terms(), paper.conditions(), 2);
        _check(2);
        assertEq(hostile.balanceOf(CONTRACTOR), 100_000, "contractor");
        assertEq(hostile.balanceOf(CLIENT), FUNDS - ALL - 100_000 + 200_003, "client");
        assertEq(hostile.balanceOf(address(agreement)), 150_001, "held");
    }

    function test_a_token_that_answers_false_brings_no_money_in() public {
        hostile.setAnswer(HostileTokenMock.Answer.False);
        Paper memory paper = _hostilePaper();
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        vm.expectRevert(abi.encodeWithSignature("SafeERC20FailedOperation(address)", address(hostile)));
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", signature, "");
    }

    function test_a_token_that_takes_a_fee_is_refused() public {
        Paper memory paper = _hostilePaper();
        hostile.setFee(10_000);
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMilestoneEscrow.Escrow_TokenMovedOtherAmount.selector, address(hostile), ALL, ALL - 3_500
            )
        );
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", signature, "");
        vm.getRecordedLogs();
        hostile.setFee(0);
        _open(paper);
        hostile.setFee(10_000);
        vm.expectRevert(
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_TokenMovedOtherAmount.selector, address(hostile), 1_000, 990)
        );
        vm.prank(CLIENT);
        agreement.fund(paper.terms(), ALL + 1_000);
        assertEq(_state(paper).held, ALL, "held");
    }

    function test_a_token_without_code_brings_no_money_in() public {
        Paper memory paper = _paper();
        paper.deal.token = address(0xdead);
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        vm.expectRevert();
        vm.prank(CLIENT);
        agreement.open(paper.proposal(), _noMaster(), "", signature, "");
    }

    /* TOKENS THAT CALL BACK */

    /// The client's hook funds in between: what arrived is then not what was asked for.
    /// @custom:threat T1
    function test_money_that_comes_in_between_is_not_counted_twice() public {
        Paper memory other = _hostilePaper();
        other.offer.salt = 5;
        _open(other);
        (Caller caller, Paper memory paper) = _callingClient();
        bytes memory again = abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), ALL + 10));
        caller.arm(hostile, address(agreement), again);
        vm.expectRevert();
        caller.execute(address(agreement), abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), ALL + 5)));
        assertEq(_state(paper).held, ALL, "held");
        assertEq(hostile.balanceOf(address(agreement)), 2 * ALL, "balance");
    }

    /// Paid while its own deposit is still on the way, the contractor would be paid by others.
    function test_accepting_while_the_deposit_is_on_its_way_fails() public {
        Paper memory other = _hostilePaper();
        other.offer.salt = 5;
        _open(other);
        (Caller caller, Paper memory paper) = _callingClient();
        bytes memory accept = abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), 2));
        caller.arm(hostile, address(agreement), accept);
        vm.expectRevert();
        caller.execute(address(agreement), abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), ALL + 5)));
        assertEq(_state(paper).held, ALL, "held");
        assertEq(hostile.balanceOf(CONTRACTOR), 0, "nothing paid");
        assertEq(hostile.balanceOf(address(agreement)), 2 * ALL, "balance");
    }

    /// Told of its payment, the payee asks for it again by every way.
    /// @custom:threat T1
    function test_a_payee_that_calls_back_gets_nothing_twice() public {
        for (uint256 i = 0; i < 4; ++i) {
            Caller caller = new Caller();
            Paper memory paper = _hostilePaper();
            (paper.deal.contractor, paper.offer.salt) = (address(caller), 200 + i);
            bytes memory client = _signature(CLIENT_KEY, paper);
            caller.execute(
                address(agreement),
                abi.encodeCall(IAgreement.open, (paper.proposal(), _noMaster(), client, bytes(""), bytes("")))
            );
            caller.execute(address(agreement), abi.encodeCall(IAgreement.submit, (paper.terms(), 0, WORK)));
            _check(2);
            vm.warp(vm.getBlockTimestamp() + 7 days + 1);
            bytes[4] memory again = [
                abi.encodeCall(IMilestoneEscrow.release, (paper.terms(), 0)),
                abi.encodeCall(IMilestoneEscrow.releaseHoldback, (paper.terms())),
                abi.encodeCall(IMilestoneEscrow.withdraw, (address(hostile), address(caller))),
                abi.encodeCall(IMilestoneEscrow.take, (_id(paper), address(hostile)))
            ];
            caller.arm(hostile, address(agreement), again[i]);
            uint256 before = hostile.balanceOf(address(agreement));
            agreement.release(paper.terms(), 0);
            _check(1);
            assertTrue(caller.failed(), "refused");
            assertEq(hostile.balanceOf(address(caller)), 100_000, "once");
            assertEq(hostile.balanceOf(address(agreement)), before - 100_000, "balance");
            assertEq(_state(paper).held, ALL - 100_000, "held");
            vm.warp(START);
        }
    }

    /* HELPERS */

    function _setPayee(Paper memory paper, address payee, bool pulled) private {
        vm.prank(CONTRACTOR);
        agreement.setPayee(paper.terms(), payee, pulled);
        _check(1);
    }

    /// An agreement in force whose client is a contract that is told of its tokens' moves.
    function _callingClient() private returns (Caller caller, Paper memory paper) {
        caller = new Caller();
        hostile.mint(address(caller), FUNDS);
        caller.execute(address(hostile), abi.encodeCall(hostile.approve, (address(agreement), type(uint256).max)));
        paper = _hostilePaper();
        paper.deal.client = address(caller);
        bytes memory contractor = _signature(CONTRACTOR_KEY, paper);
        caller.execute(
            address(agreement),
            abi.encodeCall(IAgreement.open, (paper.proposal(), _noMaster(), bytes(""), contractor, bytes("")))
        );
        vm.getRecordedLogs();
    }
}
