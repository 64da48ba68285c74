// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {Status} from "../../../contracts/types/State.sol";
import {AgreementTest} from "./AgreementTest.sol";
import {Paper, PaperHash} from "./Paper.sol";
import {Vm} from "../Vm.sol";

/// @notice SPEC 6.6, 7: service periods in money, by oracles good and bad.
contract PeriodsTest is AgreementTest {
    using PaperHash for Paper;

    /* SETTLE */

    function test_settle_pays_charge_less_credit_in_any_order() public {
        Paper memory paper = _servicePaper();
        (paper.deal.holdback, paper.deal.holdbackUntil) = (100_000, START + 200 days);
        bytes32 id = _open(paper);
        vm.warp(START + 61 days);
        _answer(paper, 1, 777, 123_456_789_012);
        _answer(paper, 0, 9_000, 1e12);
        // charge 10,777, credit ⌊10,777 · 0.123456789012⌋ = 1,330, holdback ⌊9,447 / 10⌋
        _expect();
        emit IMilestoneEscrow.Settled(id, 1, 10_777, 1_330, 8_503, 944);
        _settle(paper, 1);
        // the cap, and all of it credited
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 12_000, 12_000, 0, 0);
        _settle(paper, 0);
        _assertMoney(paper, ALL + 24_000, 8_503, ALL + 14_553, 944, 0);
        (uint256 status,, uint256 periods) = agreement.progressOf(id);
        assertEq(status, Status.LIVE, "status");
        assertEq(periods, 3, "settled periods");
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_PeriodSettled.selector, 1));
        agreement.settle(paper.terms(), paper.conditions(), 1);
    }

    function testFuzz_settle_has_one_floor(uint256 charge, uint256 fixedCharge, uint256 cap, uint256 rate) public {
        Paper memory paper = _servicePaper();
        cap = bound(cap, 0, 2 ** 97);
        (paper.billing.cap, paper.billing.fixedCharge, paper.offer.deposit) = (cap, fixedCharge, 2 ** 96 - 1);
        token.mint(CLIENT, 2 ** 96);
        _open(paper);
        vm.warp(START + 31 days);
        _answer(paper, 0, charge, rate);
        agreement.settle(paper.terms(), paper.conditions(), 0);

        uint256 due = charge > type(uint256).max - fixedCharge ? type(uint256).max : charge + fixedCharge;
        if (due > cap) due = cap;
        if (due > 2 ** 96 - 1) due = 2 ** 96 - 1;
        uint256 credit = rate >= 1e12 ? due : due * rate / 1e12;
        assertEq(token.balanceOf(CONTRACTOR), due - credit, "contractor");
        assertEq(_state(paper).held, 2 ** 96 - 1 - (due - credit), "held");
    }

    /// @custom:threat T12
    function test_settle_waits_for_the_oracle_then_goes_without() public {
        Paper memory paper = _servicePaper();
        bytes32 id = _open(paper);
        vm.warp(START + 50 days);
        _notFinal(paper, START + 50 days);
        vm.warp(START + 50 days + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 0, 10_000, 0);
        _settle(paper, 0);
        _assertMoney(paper, ALL + 24_000, 10_000, ALL + 14_000, 0, 0);
    }

    function test_settle_reverts() public {
        Paper memory paper = _servicePaper();
        paper.offer.deposit = 9_999;
        _open(paper);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NoPeriod.selector, 3, 3));
        agreement.settle(paper.terms(), paper.conditions(), 3);
        vm.warp(START + 51 days);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_Short.selector, 9_999, 10_000));
        agreement.settle(paper.terms(), paper.conditions(), 0);
        _fund(paper, 10_000);
        _settle(paper, 0);
        _assertMoney(paper, 10_000, 10_000, 0, 0, 0);
    }

    function test_all_milestones_and_periods_settled_is_done() public {
        Paper memory paper = _servicePaper();
        paper.offer.deposit = ALL + 36_000;
        bytes32 id = _open(paper);
        _accept(paper, 7);
        vm.warp(START + 111 days);
        _settle(paper, 2);
        _settle(paper, 0);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_Ending.selector, 0));
        agreement.close(paper.terms(), paper.conditions());
        _settle(paper, 1);
        _expect();
        emit IAgreement.Ended(id, Status.DONE, 0, 6_000);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        _assertMoney(paper, ALL + 30_000, ALL + 30_000, 0, 0, 0);
    }

    /* ORACLES THAT FAIL */

    /// @custom:threat T36
    function test_an_oracle_that_fails_settles_without_credit_when_its_time_is_over() public {
        for (uint256 i = 1; i <= 4; ++i) {
            Paper memory paper = _servicePaper();
            paper.offer.salt = 10 + i;
            vm.warp(START);
            bytes32 id = _open(paper);
            vm.warp(START + 50 days);
            _answer(paper, 0, 5, 1e12);
            oracle.fail(OracleMock.Failure(i));
            _notFinal(paper, START + 50 days);
            vm.warp(START + 50 days + 1);
            _expect();
            emit IMilestoneEscrow.Settled(id, 0, 10_000, 0, 10_000, 0);
            _settle(paper, 0);
        }
    }

    /// @custom:threat T36
    function test_an_oracle_that_is_none_settles_without_credit() public {
        address[3] memory none = [address(0), STRANGER, address(token)];
        for (uint256 i = 0; i < 3; ++i) {
            Paper memory paper = _servicePaper();
            (paper.billing.oracle, paper.offer.salt) = (none[i], 20 + i);
            vm.warp(START);
            bytes32 id = _open(paper);
            vm.warp(START + 50 days);
            _notFinal(paper, START + 50 days);
            vm.warp(START + 50 days + 1);
            _expect();
            emit IMilestoneEscrow.Settled(id, 0, 10_000, 0, 10_000, 0);
            _settle(paper, 0);
        }
    }

    /// Whoever calls chooses the gas; the oracle must get its share or the call fails.
    /// @custom:threat T33
    function test_a_caller_cannot_starve_the_oracle() public {
        Paper memory paper = _servicePaper();
        _open(paper);
        vm.warp(START + 80 days);
        _answer(paper, 0, 0, 1e12);
        oracle.need(399_000);
        uint256 settled;
        for (uint256 gas_ = 400_000; gas_ < 560_000; gas_ += 500) {
            uint256 before = vm.snapshotState();
            try agreement.settle{gas: gas_}(paper.terms(), paper.conditions(), 0) {
                ++settled;
                assertEq(token.balanceOf(CONTRACTOR), 0, "settled without its answer");
            } catch {}
            vm.revertToState(before);
        }
        assertTrue(settled > 50, "never enough");
        assertTrue(settled < 320, "always enough");
    }

    /// @custom:threat T36
    function test_a_wait_without_end_is_bounded() public {
        Paper memory paper = _servicePaper();
        paper.schedule.finalWithin = type(uint256).max;
        bytes32 id = _open(paper);
        uint256 until = START + 30 days + 2 ** 29 - 1;
        vm.warp(until);
        _notFinal(paper, until);
        vm.warp(until + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 0, 10_000, 0);
        _settle(paper, 0);
    }

    /// A token that refuses transfers of nothing would leave an empty booking.
    function test_a_period_without_pay_transfers_and_books_nothing() public {
        Paper memory paper = _servicePaper();
        _open(paper);
        _answer(paper, 0, 0, 1e12);
        vm.warp(START + 80 days);
        vm.recordLogs();
        agreement.settle(paper.terms(), paper.conditions(), 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "settled, and nothing else");
        assertEq(logs[0].topics[0], IMilestoneEscrow.Settled.selector, "settled");
        assertEq(token.balanceOf(CONTRACTOR), 0, "nothing to pay");
    }

    /* COVER AND SURPLUS */

    function test_cover_counts_ended_and_next_periods_until_the_end() public {
        Paper memory paper = _servicePaper();
        _open(paper);
        _assertCover(paper, true, ALL + 24_000);
        vm.warp(START + 30 days - 1);
        _assertCover(paper, true, ALL + 24_000);
        vm.warp(START + 30 days);
        _assertCover(paper, false, ALL + 36_000);
        vm.warp(START + 51 days);
        _settle(paper, 0);
        _assertCover(paper, false, ALL + 24_000);
        _fund(paper, ALL + 24_000);
        _assertCover(paper, true, ALL + 24_000);
        _notice(paper, CONTRACTOR);
        _assertCover(paper, true, ALL + 24_000);
        vm.warp(START + 111 days);
        _accept(paper, 1);
        _assertCover(paper, true, ALL - 100_000 + 24_000);
    }

    /// Who asks cannot lower what is needed by a price that nobody signed.
    function test_cover_is_told_for_the_signed_conditions_only() public {
        Paper memory paper = _servicePaper();
        _open(paper);
        Paper memory cheaper = _servicePaper();
        cheaper.billing.cap = 1;
        vm.expectRevert(
            abi.encodeWithSelector(IMilestoneEscrow.Escrow_WrongGroup.selector, cheaper.annex(), paper.annex())
        );
        agreement.isCovered(paper.terms(), cheaper.conditions());
    }

    function test_cover_stops_where_the_agreement_ends() public {
        Paper memory paper = _servicePaper();
        _open(paper);
        oracle.give(_id(paper), paper.service(), 0, START + 900 days);
        vm.warp(START + 31 days);
        vm.prank(CLIENT);
        agreement.endForCause(paper.terms(), paper.conditions(), 0);
        _check(1);
        _assertCover(paper, true, ALL + 12_000);
        // what is not needed any more is the client's at once
        vm.prank(CLIENT);
        agreement.reclaim(paper.terms(), paper.conditions(), 0);
        _check(1);
        _assertMoney(paper, ALL + 12_000, 0, ALL + 12_000, 0, 0);
    }

    function test_the_client_cannot_take_what_periods_need() public {
        Paper memory paper = _servicePaper();
        paper.offer.deposit = ALL + 24_001;
        _open(paper);
        vm.prank(CLIENT);
        agreement.reclaim(paper.terms(), paper.conditions(), 0);
        _check(1);
        _assertMoney(paper, ALL + 24_000, 0, ALL + 24_000, 0, 0);
        vm.warp(START + 31 days);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NothingDue.selector));
        vm.prank(CLIENT);
        agreement.reclaim(paper.terms(), paper.conditions(), 0);
    }

    /* AFTER THE END */

    function test_close_after_a_change_order_that_shortens_the_schedule() public {
        Paper memory paper = _servicePaper();
        paper.offer.deposit = ALL + 36_000;
        bytes32 id = _open(paper);
        _accept(paper, 7);
        vm.warp(START + 111 days);
        _settle(paper, 0);
        _settle(paper, 1);
        Paper memory next = _changeOf(paper, id);
        (next.offer.openBefore, next.schedule.ends) = (START + 200 days, new uint256[](1));
        next.schedule.ends[0] = START + 30 days;
        _amend(paper, next);
        _expect();
        emit IAgreement.Ended(id, Status.DONE, 0, 16_000);
        agreement.close(next.terms(), next.conditions());
        _check(1);
    }

    function test_close_after_an_ending_asks_for_the_first_256_periods_alone() public {
        Paper memory paper = _servicePaper();
        (paper.billing.fixedCharge, paper.billing.cap) = (1, 1);
        paper.schedule.ends = new uint256[](257);
        for (uint256 i = 0; i < 257; ++i) {
            paper.schedule.ends[i] = START + 1 + i;
        }
        bytes32 id = _open(paper);
        vm.warp(START + 300);
        _notice(paper, CONTRACTOR);
        vm.warp(START + 100 days);
        for (uint256 i = 0; i < 256; ++i) {
            _settle(paper, i);
        }
        agreement.close(paper.terms(), paper.conditions());
        assertEq(agreement.stateOf(id).status, Status.ENDED_BY_CONTRACTOR, "ended");
    }

    function test_periods_after_the_end_lapse() public {
        Paper memory paper = _servicePaper();
        _open(paper);
        vm.warp(START + 1 days);
        _notice(paper, CONTRACTOR);
        _answer(paper, 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_PeriodLapsed.selector, 1, START + 30 days));
        agreement.settle(paper.terms(), paper.conditions(), 1);
        _answer(paper, 0, 0, 0);
        vm.warp(START + 30 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_StillOpen.selector, 65));
        agreement.close(paper.terms(), paper.conditions());
        _settle(paper, 0);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        _assertMoney(paper, 10_000, 10_000, 0, 0, 0);
    }

    /// After the end a period pays what is there; until the time to cure is over that is the contractor's choice alone,
    /// so that nobody writes its claim off while the client's money is on the way.
    function test_a_short_period_after_the_end_is_cut_by_the_contractor_or_after_the_cure() public {
        Paper memory paper = _servicePaper();
        paper.milestones = _none();
        paper.offer.deposit = 3_000;
        bytes32 id = _open(paper);
        vm.warp(START + 1 days);
        _notice(paper, CONTRACTOR);
        _answer(paper, 0, 0, 0);
        vm.warp(START + 44 days);
        bytes memory refusal = abi.encodeWithSelector(IMilestoneEscrow.Escrow_Short.selector, 3_000, 10_000);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        vm.expectRevert(refusal);
        vm.prank(CLIENT);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        uint256 before = vm.snapshotState();
        _fund(paper, 10_000);
        _settle(paper, 0);
        _assertMoney(paper, 10_000, 10_000, 0, 0, 0);

        vm.revertToState(before);
        word[id] = agreement.history(id);
        vm.prank(CONTRACTOR);
        agreement.settle(paper.terms(), paper.conditions(), 0);
        _check(1);
        _assertMoney(paper, 3_000, 3_000, 0, 0, 0);

        vm.revertToState(before);
        word[id] = agreement.history(id);
        vm.warp(START + 44 days + 1);
        _expect();
        emit IMilestoneEscrow.Settled(id, 0, 10_000, 0, 3_000, 0);
        _settle(paper, 0);
        agreement.close(paper.terms(), paper.conditions());
        _check(1);
        _assertMoney(paper, 3_000, 3_000, 0, 0, 0);
    }

    /* HELPERS */

    function _answer(Paper memory paper, uint256 period, uint256 charge, uint256 rate) private {
        oracle.answer(
            _id(paper), paper.service(), period, OracleMock.Result(1, vm.getBlockTimestamp(), charge, rate, rate)
        );
    }

    function _settle(Paper memory paper, uint256 period) private {
        vm.prank(STRANGER);
        agreement.settle(paper.terms(), paper.conditions(), period);
        _check(1);
    }

    function _notFinal(Paper memory paper, uint256 until) private {
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_NotFinal.selector, 0, until));
        agreement.settle(paper.terms(), paper.conditions(), 0);
    }

    function _assertCover(Paper memory paper, bool expected, uint256 needed) private view {
        (bool covered, uint256 needed_) = agreement.isCovered(paper.terms(), paper.conditions());
        assertEq(needed_, needed, "needed");
        assertEq(covered, expected, "covered");
    }
}
