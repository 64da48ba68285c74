// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {Closing, Status} from "../../../contracts/types/State.sol";
import {Arbitration, Billing, Deal, Milestone, Offer, Schedule} from "../../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Ending, Life, TokenDesk} from "./TokenDesk.sol";
import {TokenWages} from "./TokenWages.sol";

/// @notice The whole life of an agreement in {STEPS} steps: amounts, shares, ways and ending follow from a seed.
/// @dev Milestones 0 to 6: accepted in parts, released by silence after a rejection, ruled, divided by the backup or by the
/// split, reclaimed, owed for want of money, and what becomes of the last depends on the ending. Periods 0 to 3: settled
/// with a credit, paid in the interim first, settled without the oracle, final.
abstract contract TokenLife is TokenWages {
    using PaperHash for Paper;

    uint256 internal constant STEPS = 25;
    uint256 private constant INTERIM_RATE = 4e11;

    /// Of each milestone, what is not accepted yet.
    uint256[7] private _rests;
    uint256 private _settledPeriods;
    uint256 private _interim;
    uint256 private _lives;
    /// What is called a whole payment: amounts are drawn up to it.
    uint256 internal most = 1e12;

    /* THE DOCUMENT */

    function _begin(uint256 seed, Ending ending) internal returns (Life memory life) {
        (held, retained, toTake, hasWages, _settledPeriods, _interim) = (0, 0, 0, false, 0, 0);
        (life.seed, life.ending, life.begun) = (seed, ending, vm.getBlockTimestamp());
        uint256 from = life.begun;
        Paper memory paper = _paper();
        paper.milestones = new Milestone[](7);
        for (uint256 i = 0; i < 7; ++i) {
            _rests[i] = _draw(life, bytes32(i), 8, most);
            paper.milestones[i] = Milestone(_rests[i], from + (i == 4 ? 20 days : 100 days));
        }
        paper.deal = Deal(0, CLIENT, CONTRACTOR, address(token), 7 days, 3 days, 2, 0, from + 200 days);
        paper.deal.holdback = _draw(life, "holdback", 0, 2) * 100_000;
        paper.arbitration = Arbitration(ARBITER, BACKUP, _draw(life, "fee", 0, 200_000), 10 days, _share(life, "split"));
        uint256 cap = _draw(life, "cap", 8, most);
        paper.billing = Billing(address(oracle), _draw(life, "fixed charge", 4, cap), cap, 2);
        uint256[] memory ends = new uint256[](4);
        for (uint256 p = 0; p < 4; ++p) {
            ends[p] = from + (p + 1) * 30 days;
        }
        paper.schedule = Schedule(from, ends, 10 days, 20 days, 0, keccak256("definition"), keccak256("contest"));
        paper.offer = Offer(++_lives, from + 5 days, _draw(life, "deposit", 1, _rests[5] - 1), 0, 0);
        _carry(life, paper);
        life.origin = _id(paper);
        life.book = payroll.bookOf(address(agreement), life.origin, CONTRACTOR);
        (life.payTo, life.pulled) = (CONTRACTOR, false);
        _expectWhatIs();
    }

    function _revenueAtMost() internal view override returns (uint256) {
        return most;
    }

    function _carry(Life memory life, Paper memory paper) private pure {
        (life.paper, life.terms, life.conditions) = (paper, paper.terms(), paper.conditions());
    }

    function _draw(Life memory life, bytes32 what, uint256 least, uint256 greatest) internal pure returns (uint256) {
        return bound(uint256(keccak256(abi.encode(life.seed, what))), least, greatest);
    }

    /// Nothing and all of it, each one time of four.
    function _share(Life memory life, bytes32 what) private pure returns (uint256) {
        uint256 drawn = _draw(life, what, 0, 2e6);
        return drawn < 500_000 ? 0 : drawn > 1_500_000 ? 1e6 : drawn - 500_000;
    }

    /* THE STEPS */

    /// From the first step to the last unit.
    function _live(uint256 seed, Ending ending) internal {
        Life memory life = _begin(seed, ending);
        for (uint256 step = 0; step < STEPS; ++step) {
            _before(life, step);
            _play(life, step);
        }
        _letAll();
        _takeWhatWaited(life);
        _assertNothingLeft();
    }

    /// What the token or its issuer does on the way.
    function _before(Life memory life, uint256 step) internal virtual {}

    function _play(Life memory life, uint256 step) internal {
        if (step == 0) _open(life);
        else if (step < 4) _payLate(life, step);
        else if (step < 9) _review(life, step);
        else if (step < 13) _settleSome(life, step);
        else if (step == 13) _collect(life);
        else if (step < 17) _changeAndBill(life, step);
        else if (step == 17) _announce(life);
        else if (step == 18) _finishWork(life);
        else if (step == 19) _close(life);
        else if (step < 22) _endHoldback(life, step);
        else if (step == 22) _payWages(life);
        else if (step == 23) _distribute(life);
        else _claimRevenue(life);
        if (step == 22 || step == 13) _verify();
        else _verifyState(life);
    }

    /// By the client itself, or carried by a stranger, with a permit that may be good for nothing.
    function _open(Life memory life) private {
        uint256 way = _draw(life, "way to open", 0, 2);
        bytes memory ofClient = way == 0 ? bytes("") : sign(CLIENT_KEY, life.origin);
        bytes memory permit = way < 2 ? bytes("") : _permit();
        bytes memory data = abi.encodeCall(
            IAgreement.open, (life.paper.proposal(), _noMaster(), ofClient, sign(CONTRACTOR_KEY, life.origin), permit)
        );
        _do(way == 0 ? CLIENT : STRANGER, address(agreement), data);
        held = life.paper.offer.deposit;
        expected[CLIENT] -= held;
    }

    /// A payee is named, milestone 5 falls due with too little held, and is paid when the money is there.
    function _payLate(Life memory life, uint256 step) private {
        if (step == 1) {
            _at(life, 1);
            _redirect(life);
            _do(CONTRACTOR, address(agreement), abi.encodeCall(IAgreement.submit, (life.terms, 5, WORK)));
            return;
        }
        bytes memory release = abi.encodeCall(IMilestoneEscrow.release, (life.terms, 5));
        _at(life, 9);
        if (step == 3) {
            uint256 upTo = 4 * life.paper.billing.cap;
            for (uint256 i = 0; i < 7; ++i) {
                upTo += _rests[i];
            }
            // Enough for all but the last milestone and the later periods.
            if (life.ending == Ending.ForNonPayment) upTo -= _rests[6] + 2 * life.paper.billing.cap;
            _fund(life, upTo);
        }
        uint256 paid = step == 2 ? held : _rests[5];
        _do(STRANGER, address(agreement), release);
        _rests[5] -= paid;
        _earn(life, paid);
    }

    function _redirect(Life memory life) private {
        uint256 way = _draw(life, "payee", 0, 2);
        if (forced == PAYEE) way = 1;
        if (forced == address(payroll) || forced == ALICE) way = 2;
        if (way == 0) return;
        (life.payTo, life.pulled) = way == 1 ? (PAYEE, false) : (address(payroll), true);
        _do(
            CONTRACTOR,
            address(agreement),
            abi.encodeCall(IMilestoneEscrow.setPayee, (life.terms, life.payTo, life.pulled))
        );
    }

    function _fund(Life memory life, uint256 upTo) private {
        if (upTo <= held) return;
        address by = blocked == CLIENT ? STRANGER : CLIENT;
        bytes memory data = abi.encodeCall(IMilestoneEscrow.fund, (life.terms, upTo));
        uint256 amount = upTo - held;
        _bringIn(by, address(agreement), data, amount);
        held = upTo;
    }

    function _review(Life memory life, uint256 step) private {
        if (step == 4) {
            uint256 part = _draw(life, "part", 1, _rests[0] - 1);
            _do(CLIENT, address(agreement), abi.encodeCall(IMilestoneEscrow.acceptUpTo, (life.terms, 0, part)));
            _rests[0] -= part;
            _earn(life, part);
        } else if (step == 5) {
            for (uint256 i = 1; i < 4; ++i) {
                _do(CONTRACTOR, address(agreement), abi.encodeCall(IAgreement.submit, (life.terms, i, WORK)));
            }
        } else if (step == 6) {
            _at(life, 12);
            _do(CLIENT, address(agreement), abi.encodeCall(IAgreement.reject, (life.terms, 1, REASON)));
            _do(CONTRACTOR, address(agreement), abi.encodeCall(IAgreement.submit, (life.terms, 1, WORK)));
            _do(CLIENT, address(agreement), abi.encodeCall(IAgreement.dispute, (life.terms, 2, REASON)));
            _do(CONTRACTOR, address(agreement), abi.encodeCall(IAgreement.dispute, (life.terms, 3, REASON)));
            bytes memory serve = abi.encodeCall(IAgreement.serve, (life.terms, life.paper.arbitration));
            _do(ARBITER, address(agreement), serve);
            _do(BACKUP, address(agreement), serve);
        } else if (step == 7) {
            _at(life, 13);
            _ruleMilestone(life, 2, ARBITER, _share(life, "ruled"));
        } else {
            _at(life, 20);
            _do(STRANGER, address(agreement), abi.encodeCall(IMilestoneEscrow.release, (life.terms, 1)));
            _earnAll(life, 1);
        }
    }

    function _settleSome(Life memory life, uint256 step) private {
        if (step == 9) {
            bool bySplit = _draw(life, "silent backup", 0, 1) == 1;
            _at(life, bySplit ? 33 : 23);
            if (bySplit) _ruleMilestone(life, 3, STRANGER, life.paper.arbitration.split);
            else _ruleMilestone(life, 3, BACKUP, _share(life, "ruled by the backup"));
        } else if (step == 10) {
            _at(life, 34);
            uint256 rest = _rests[4];
            _rests[4] = 0;
            _reclaim(life, STRANGER, 1 << 4, rest);
        } else if (step == 11) {
            _do(CLIENT, address(agreement), abi.encodeCall(IMilestoneEscrow.accept, (life.terms, 1)));
            _earnAll(life, 0);
        } else {
            _at(life, 35);
            _bill(life, 0, _draw(life, "variable", 0, life.paper.billing.cap), _draw(life, "rate", 0, 2e12));
        }
    }

    function _changeAndBill(Life memory life, uint256 step) private {
        if (step == 14) {
            _at(life, 40);
            _amend(life);
        } else if (step == 15) {
            _at(life, 61);
            _answer(life, 1, OracleMock.Result(1, 0, 0, INTERIM_RATE, 0));
            uint256 charge = life.paper.billing.fixedCharge;
            _interim = charge - charge * INTERIM_RATE / 1e12;
            _settlePeriod(life, 1);
            _earn(life, _interim);
        } else {
            _bill(life, 1, _draw(life, "final", 0, life.paper.billing.cap), _draw(life, "final rate", 0, INTERIM_RATE));
            uint256 surplus = _surplus(life);
            if (surplus > 0) _reclaim(life, CLIENT, 0, surplus);
        }
    }

    /// The last milestone gets dearer.
    function _amend(Life memory life) private {
        Paper memory next = _changeOf(life.paper, life.origin);
        uint256 more = _draw(life, "more", 1, most);
        // More than can be left of the rest.
        if (life.ending == Ending.ForNonPayment) more += 3 * most;
        next.milestones[6].amount += more;
        _do(
            STRANGER,
            address(agreement),
            abi.encodeCall(
                IAgreement.amend,
                (life.terms, next.proposal(), life.paper.offerHash(), _conditions(life.paper, next), _signatures(next))
            )
        );
        _rests[6] += more;
        _carry(life, next);
        if (life.ending != Ending.ForNonPayment) _fund(life, held + more);
    }

    /* ENDINGS */

    function _announce(Life memory life) private {
        _at(life, 66);
        if (life.ending == Ending.ByClient || life.ending == Ending.ByContractor) {
            bytes memory data = abi.encodeCall(IAgreement.giveNotice, (life.terms, life.conditions));
            _do(life.ending == Ending.ByClient ? CLIENT : CONTRACTOR, address(agreement), data);
        } else if (life.ending == Ending.ByBoth) {
            _endByBoth(life);
        } else if (life.ending == Ending.ForCause) {
            oracle.give(life.origin, life.paper.service(), 1, vm.getBlockTimestamp());
            _do(CLIENT, address(agreement), abi.encodeCall(IAgreement.endForCause, (life.terms, life.conditions, 1)));
        } else if (life.ending == Ending.ForNonPayment) {
            _do(CONTRACTOR, address(agreement), abi.encodeCall(IAgreement.submit, (life.terms, 6, WORK)));
        }
    }

    function _endByBoth(Life memory life) private {
        uint256 all = held + retained;
        Closing memory closing = Closing(_id(life.paper), all, _draw(life, "closing", 0, all), vm.getBlockTimestamp());
        bytes32 digest = PaperHash.digest(PaperHash.closing(closing), address(agreement));
        _do(
            STRANGER,
            address(agreement),
            abi.encodeCall(
                IAgreement.endByBoth, (life.terms, closing, sign(CLIENT_KEY, digest), sign(CONTRACTOR_KEY, digest))
            )
        );
        (held, retained) = (0, 0);
        _gainContractor(life, closing.toContractor);
        _gain(CLIENT, all - closing.toContractor);
    }

    /// Until the end that was announced: what falls due is paid.
    function _finishWork(Life memory life) private {
        Ending ending = life.ending;
        if (ending == Ending.ByClient || ending == Ending.Done) {
            _do(CLIENT, address(agreement), abi.encodeCall(IMilestoneEscrow.accept, (life.terms, 1 << 6)));
            _earnAll(life, 6);
        }
        if (ending == Ending.ForNonPayment) {
            _at(life, 89);
            _do(
                CONTRACTOR,
                address(agreement),
                abi.encodeCall(IAgreement.endForNonPayment, (life.terms, life.conditions, 6, false))
            );
            uint256 paid = held;
            _do(STRANGER, address(agreement), abi.encodeCall(IMilestoneEscrow.release, (life.terms, 6)));
            _earn(life, paid);
        }
        if (ending == Ending.ByClient || ending == Ending.ByContractor || ending == Ending.Done) {
            // The oracle is silent: the fixed charge.
            _at(life, 111);
            _settlePeriod(life, 2);
            _earn(life, life.paper.billing.fixedCharge);
        }
        if (ending == Ending.ByClient || ending == Ending.Done) {
            _at(life, 121);
            _bill(life, 3, _draw(life, "last", 0, life.paper.billing.cap), _draw(life, "last rate", 0, 2e12));
        }
    }

    function _close(Life memory life) private {
        if (life.ending != Ending.ByBoth) {
            vm.warp(vm.getBlockTimestamp() + 1);
            _do(STRANGER, address(agreement), abi.encodeCall(IAgreement.close, (life.terms, life.conditions)));
            uint256 left = held;
            held = 0;
            _gain(CLIENT, left);
        }
        uint256[6] memory statuses = [
            Status.ENDED_BY_CLIENT,
            Status.ENDED_BY_CONTRACTOR,
            Status.ENDED_BY_BOTH,
            Status.ENDED_FOR_NON_PAYMENT,
            Status.ENDED_FOR_CAUSE,
            Status.DONE
        ];
        assertEq(agreement.stateOf(life.origin).status, statuses[uint256(life.ending)], "status");
    }

    /// Released after its date, or disputed before and ruled, or divided by the split.
    function _endHoldback(Life memory life, uint256 step) private {
        bool disputed = _draw(life, "holdback disputed", 0, 2) > 0;
        if (retained == 0) return;
        if (step == 20) {
            _at(life, 195);
            if (!disputed) return;
            _do(CLIENT, address(agreement), abi.encodeCall(IAgreement.dispute, (life.terms, HOLDBACK, REASON)));
            return;
        }
        uint256 pot = retained;
        retained = 0;
        if (!disputed) {
            _at(life, 201);
            _do(STRANGER, address(agreement), abi.encodeCall(IMilestoneEscrow.releaseHoldback, (life.terms)));
            _gainContractor(life, pot);
        } else if (_draw(life, "holdback disputed", 0, 2) == 1) {
            _at(life, 196);
            _rule(life, HOLDBACK, ARBITER, _share(life, "ruled holdback"), pot);
        } else {
            _at(life, 216);
            _rule(life, HOLDBACK, STRANGER, life.paper.arbitration.split, pot);
        }
    }

    /* WHAT MOVES MONEY */

    function _earnAll(Life memory life, uint256 milestone) private {
        uint256 rest = _rests[milestone];
        _rests[milestone] = 0;
        _earn(life, rest);
    }

    function _ruleMilestone(Life memory life, uint256 milestone, address by, uint256 share) private {
        uint256 pot = _rests[milestone];
        _rests[milestone] = 0;
        held -= pot;
        _rule(life, milestone, by, share, pot);
    }

    function _rule(Life memory life, uint256 item, address by, uint256 share, uint256 pot) private {
        _do(by, address(agreement), abi.encodeCall(IAgreement.rule, (life.terms, life.paper.arbitration, item, share)));
        uint256 rate = by == STRANGER ? 0 : life.paper.arbitration.fee;
        (uint256 toContractor, uint256 toClient, uint256 fee) = _divided(pot, share, rate);
        booked[by] += fee;
        _gainContractor(life, toContractor);
        _gain(CLIENT, toClient);
    }

    function _reclaim(Life memory life, address by, uint256 milestones, uint256 atMost) private {
        uint256 surplus = _surplus(life);
        uint256 refunded = atMost < surplus ? atMost : surplus;
        _do(by, address(agreement), abi.encodeCall(IMilestoneEscrow.reclaim, (life.terms, life.conditions, milestones)));
        held -= refunded;
        _gain(CLIENT, refunded);
    }

    /// SPEC 6.6, before any ending.
    function _surplus(Life memory life) private view returns (uint256) {
        uint256 needed = 0;
        for (uint256 i = 0; i < 7; ++i) {
            needed += _rests[i];
        }
        // Each period that has ended, and the next two.
        for (uint256 p = 0; p < 4 && p * 30 days <= vm.getBlockTimestamp() - life.begun + 30 days; ++p) {
            if (_settledPeriods >> p & 1 == 0) needed += life.paper.billing.cap;
        }
        return held > needed ? held - needed : 0;
    }

    /// A period whose figures are final.
    function _bill(Life memory life, uint256 period, uint256 variable_, uint256 rate) private {
        _answer(life, period, OracleMock.Result(1, vm.getBlockTimestamp(), variable_, rate, rate));
        Billing memory billing = life.paper.billing;
        uint256 charge = billing.fixedCharge + variable_;
        if (charge > billing.cap) charge = billing.cap;
        if (rate > 1e12) rate = 1e12;
        uint256 due = charge - charge * rate / 1e12;
        if (period == 1) due -= _interim;
        _settlePeriod(life, period);
        _settledPeriods |= 1 << period;
        _earn(life, due);
    }

    function _answer(Life memory life, uint256 period, OracleMock.Result memory result) private {
        oracle.answer(life.origin, life.paper.service(), period, result);
    }

    function _settlePeriod(Life memory life, uint256 period) private {
        _do(
            STRANGER, address(agreement), abi.encodeCall(IMilestoneEscrow.settle, (life.terms, life.conditions, period))
        );
    }

    function _at(Life memory life, uint256 day) private {
        vm.warp(life.begun + day * 1 days);
    }
}
