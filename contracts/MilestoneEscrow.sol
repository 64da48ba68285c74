// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {AgreementStorage} from "./AgreementStorage.sol";
import {IMilestoneEscrow} from "./interfaces/IMilestoneEscrow.sol";
import {ISLAOracle} from "./interfaces/ISLAOracle.sol";
import {TermsHash} from "./libraries/TermsHash.sol";
import {TermsLimits} from "./libraries/TermsLimits.sol";
import {Flag, Payout, Phase, State, Step} from "./types/State.sol";
import {Conditions, Deal, Milestone, Terms} from "./types/Terms.sol";

/// @title The money of an agreement
/// @notice Deployed as part of {Agreement}: both share storage words, and all that moves money is in this file.
abstract contract MilestoneEscrow is AgreementStorage {
    using SafeERC20 for IERC20;

    /// What both the oracle's answer costs at most and must be left for it.
    uint256 internal constant ORACLE_GAS = 400_000;

    /* MONEY IN */

    /// @inheritdoc IMilestoneEscrow
    function fund(Terms calldata terms, uint256 upTo) external {
        State memory state;
        _live(terms, state);
        if (upTo <= state.held) return;
        uint256 amount = upTo - state.held;
        require(upTo <= TermsLimits.MAX_AMOUNT - state.retained, Escrow_TooMuch(upTo, TermsLimits.MAX_AMOUNT));

        state.held = upTo;
        _commit(state, 3, abi.encode(Funded.selector, state.origin, msg.sender, amount));

        _pull(terms.deal.token, msg.sender, amount);
    }

    /* MILESTONES PAID */

    /// @inheritdoc IMilestoneEscrow
    function accept(Terms calldata terms, uint256 milestones) external {
        State memory state;
        _live(terms, state);
        uint256 amount = _settle(terms, state, milestones);
        _checkActor(state, terms.deal.client, amount);
        require(amount <= state.held, Escrow_Short(state.held, amount));

        (uint256 paid, uint256 retained) = _spend(terms.deal, state, amount);
        _commit(state, 2, abi.encode(Accepted.selector, state.origin, milestones, paid, retained));

        _payContractor(terms.deal, state, paid);
    }

    /// @inheritdoc IMilestoneEscrow
    function acceptUpTo(Terms calldata terms, uint256 milestone, uint256 total) external {
        State memory state;
        _live(terms, state);
        uint256 amount = _unsettled(terms, state, milestone).amount;
        Step memory step = _progressOf(state, milestone);
        require(step.accepted < total && total < amount, Escrow_NotAPart(total, step.accepted, amount));
        _checkActor(state, terms.deal.client, amount);
        amount = total - step.accepted;
        require(amount <= state.held, Escrow_Short(state.held, amount));

        step.accepted = total;
        _save(state, milestone, step);
        (uint256 paid, uint256 retained) = _spend(terms.deal, state, amount);
        _commit(state, 3, abi.encode(AcceptedUpTo.selector, state.origin, milestone, total, paid, retained));

        _payContractor(terms.deal, state, paid);
    }

    /// @inheritdoc IMilestoneEscrow
    function release(Terms calldata terms, uint256 milestone) external {
        State memory state;
        _live(terms, state);
        uint256 rest = _unsettled(terms, state, milestone).amount;
        Step memory step = _progressOf(state, milestone);
        uint256 dueAt = _dueAt(terms.deal, step);
        require(block.timestamp > dueAt, Escrow_TooEarly(milestone, dueAt));
        rest -= step.accepted;
        uint256 amount = Math.min(rest, state.held);
        require(amount > 0, Escrow_Short(0, rest));

        if (amount == rest) {
            _settle(terms, state, 1 << milestone);
        } else {
            step.accepted += amount;
            _advance(state, milestone, step, Phase.OWED, dueAt);
        }
        (uint256 paid, uint256 retained) = _spend(terms.deal, state, amount);
        _commit(state, 3, abi.encode(Released.selector, state.origin, milestone, paid, retained));

        _payContractor(terms.deal, state, paid);
    }

    /* MILESTONES AND SURPLUS BACK */

    /// @inheritdoc IMilestoneEscrow
    function reclaim(Terms calldata terms, Conditions calldata conditions, uint256 milestones) external {
        State memory state;
        _liveWith(terms, conditions, state);
        uint256 refunded = type(uint256).max;
        if (milestones == 0) {
            require(msg.sender == terms.deal.client, Escrow_Unauthorised(msg.sender, terms.deal.client));
        } else {
            if (msg.sender != terms.deal.contractor) _checkOverdue(terms, state, milestones);
            refunded = _settle(terms, state, milestones);
            (state.lapsed, state.flags) = (state.lapsed | milestones, state.flags | Flag.TAIL);
        }
        refunded = Math.min(refunded, Math.saturatingSub(state.held, _needed(terms, conditions, state)));
        require(milestones > 0 || refunded > 0, Escrow_NothingDue());

        state.held -= refunded;
        _commit(state, 3, abi.encode(Reclaimed.selector, state.origin, msg.sender, milestones, refunded));

        _push(state.origin, terms.deal.token, terms.deal.client, refunded);
    }

    /* SERVICE PERIODS */

    /// @inheritdoc IMilestoneEscrow
    function settle(Terms calldata terms, Conditions calldata conditions, uint256 period) external {
        State memory state;
        _liveWith(terms, conditions, state);
        _checkPeriod(conditions, state.origin, period);
        uint256 end = conditions.schedule.ends[period];
        uint256 endsAt = state.endsAt;
        require(endsAt == 0 || end <= endsAt, Escrow_PeriodLapsed(period, endsAt));

        (uint256 charge, uint256 credit,) = _chargeOf(conditions, state.origin, period);
        uint256 amount = charge - credit;
        if (amount > state.held) {
            // Who is owed may take what is there; others may end the waiting after the time to cure it.
            if (msg.sender != terms.deal.contractor) {
                endsAt += Math.min(conditions.ending.cure, TermsLimits.MAX_DURATION);
            }
            require(state.endsAt != 0 && block.timestamp > endsAt, Escrow_Short(state.held, amount));
            amount = state.held;
        }

        _settledPeriods[state.origin] |= 1 << period;
        (uint256 paid, uint256 retained) = _spend(terms.deal, state, amount);
        _commit(state, 3, abi.encode(Settled.selector, state.origin, period, charge, credit, paid, retained));

        _payContractor(terms.deal, state, paid);
    }

    /* HOLDBACK, PAYEE, BOOKED BALANCES */

    /// @inheritdoc IMilestoneEscrow
    function releaseHoldback(Terms calldata terms) external {
        State memory state;
        _inForce(terms, state);
        require(block.timestamp > terms.deal.holdbackUntil, Escrow_TooEarly(HOLDBACK, terms.deal.holdbackUntil));
        require(state.flags & Flag.HOLDBACK_DISPUTED == 0, Escrow_WrongPhase(HOLDBACK, Phase.DISPUTED));
        uint256 paid = state.retained;
        require(paid > 0, Escrow_NothingDue());

        state.retained = 0;
        _commit(state, 2, abi.encode(HoldbackReleased.selector, state.origin, paid));

        _payContractor(terms.deal, state, paid);
    }

    /// @inheritdoc IMilestoneEscrow
    function setPayee(Terms calldata terms, address payee, bool pulled) external {
        State memory state;
        _inForce(terms, state);
        address contractor = terms.deal.contractor;
        require(msg.sender == contractor, Escrow_Unauthorised(msg.sender, contractor));
        require(payee != address(0) && payee != address(this) && payee != terms.deal.token, Escrow_BadPayee(payee));

        Payout storage payout = _payouts[state.origin][contractor];
        (payout.payee, payout.pulled) = (payee, pulled);
        state.flags |= Flag.REDIRECTED;
        _commit(state, 3, abi.encode(PayeeSet.selector, state.origin, contractor, payee, pulled));
    }

    /// @inheritdoc IMilestoneEscrow
    function withdraw(address token, address to) external returns (uint256 amount) {
        amount = owed[token][msg.sender];
        require(amount > 0, Escrow_NothingDue());

        owed[token][msg.sender] = 0;

        emit Withdrawn(token, msg.sender, to, amount);

        require(IERC20(token).trySafeTransfer(to, amount), Escrow_BadPayee(to));
    }

    /// @inheritdoc IMilestoneEscrow
    function take(bytes32 origin, address token) external returns (uint256 amount) {
        amount = toTake[origin][msg.sender][token];
        require(amount > 0, Escrow_NothingDue());

        toTake[origin][msg.sender][token] = 0;

        _log(3, abi.encode(Taken.selector, origin, msg.sender, amount));

        require(IERC20(token).trySafeTransfer(msg.sender, amount), Escrow_BadPayee(msg.sender));
    }

    /* VIEWS */

    /// @inheritdoc IMilestoneEscrow
    function isCovered(Terms calldata terms, Conditions calldata conditions)
        external
        view
        returns (bool covered, uint256 needed)
    {
        State memory state;
        _inForce(terms, state);
        _checkConditions(terms, conditions);
        needed = _needed(terms, conditions, state);
        covered = state.held >= needed;
    }

    /// @inheritdoc IMilestoneEscrow
    function progressOfItem(bytes32 origin, uint256 item) external view returns (Step memory) {
        State memory state;
        _load(origin, state);
        return _progressOf(state, item);
    }

    function _checkPeriod(Conditions calldata conditions, bytes32 origin, uint256 period) internal view {
        uint256 count = Math.min(conditions.schedule.ends.length, 256);
        require(period < count, Escrow_NoPeriod(period, count));
        require(_settledPeriods[origin] >> period & 1 == 0, Escrow_PeriodSettled(period));
    }

    /* PROGRESS */

    /// A milestone that is not settled.
    function _unsettled(Terms calldata terms, State memory state, uint256 milestone)
        internal
        pure
        returns (Milestone calldata)
    {
        uint256 count = terms.milestones.length;
        require(milestone < count, Escrow_NoMilestone(milestone, count));
        require(state.settled >> milestone & 1 == 0, Escrow_MilestoneSettled(milestone));
        return terms.milestones[milestone];
    }

    /// Settles every milestone of the mask and returns the sum of their rests.
    function _settle(Terms calldata terms, State memory state, uint256 milestones)
        internal
        view
        returns (uint256 rests)
    {
        Milestone[] calldata all = terms.milestones;
        bool hasProgress = state.flags & Flag.PROGRESS != 0;
        uint256 settled = state.settled;
        require(milestones != 0 && milestones >> all.length == 0, Escrow_NoMilestones(milestones, all.length));
        for (uint256 i = 0; i < all.length; ++i) {
            if (milestones >> i & 1 == 0) continue;
            require(settled >> i & 1 == 0, Escrow_MilestoneSettled(i));
            rests += all[i].amount;
            if (hasProgress) rests -= uint96(_steps[state.origin][i]);
        }
        state.settled = settled | milestones;
        if ((milestones << 1) >> state.lane & 1 == 1) {
            (state.lane, state.laneClock, state.laneRounds, state.lanePhase) = (0, 0, 0, Phase.OPEN);
        }
    }

    function _checkOverdue(Terms calldata terms, State memory state, uint256 milestones) private view {
        for (uint256 i = 0; i < terms.milestones.length; ++i) {
            if (milestones >> i & 1 == 0) continue;
            Step memory step = _progressOf(state, i);
            uint256 until = step.phase == Phase.OPEN || step.phase == Phase.REJECTED
                ? _deadline(terms.deal, terms.milestones[i], step)
                : type(uint256).max;
            require(block.timestamp > until, Escrow_TooEarly(i, until));
        }
    }

    /// Until when a milestone may be submitted.
    function _deadline(Deal calldata deal, Milestone calldata milestone, Step memory step)
        internal
        pure
        returns (uint256 deadline)
    {
        deadline = milestone.due + deal.grace;
        if (step.phase == Phase.REJECTED) deadline = Math.max(deadline, step.clock + deal.review);
    }

    /// When a milestone fell due for payment; never, in a phase that silence does not pay.
    function _dueAt(Deal calldata deal, Step memory step) internal pure returns (uint256) {
        if (step.phase == Phase.OWED) return step.clock;
        return step.phase == Phase.SUBMITTED ? step.clock + deal.review : type(uint256).max;
    }

    /// What must be held: the rests of open milestones, and the cap for each unsettled period that has ended or is
    /// among the next `cover`, unless it ends after the agreement.
    function _needed(Terms calldata terms, Conditions calldata conditions, State memory state)
        internal
        view
        returns (uint256 needed)
    {
        Milestone[] calldata all = terms.milestones;
        for (uint256 i = 0; i < all.length; ++i) {
            if (state.settled >> i & 1 == 0) needed += all[i].amount - _progressOf(state, i).accepted;
        }
        uint256[] calldata ends = conditions.schedule.ends;
        uint256 settled = _settledPeriods[state.origin];
        uint256 ahead = 0;
        for (uint256 p = 0; p < ends.length && p < 256; ++p) {
            if (ends[p] > block.timestamp && ++ahead > conditions.billing.cover) break;
            if (state.endsAt != 0 && ends[p] > state.endsAt) break;
            if (settled >> p & 1 == 0) needed += Math.min(conditions.billing.cap, TermsLimits.MAX_AMOUNT);
        }
    }

    /// What a period costs, its credit (rounded down, in favour of the contractor), and since when it is due.
    function _chargeOf(Conditions calldata conditions, bytes32 origin, uint256 period)
        internal
        view
        returns (uint256 charge, uint256 credit, uint256 dueAt)
    {
        uint256 variable_;
        uint256 rate;
        (dueAt, variable_, rate) = _askOracle(conditions, origin, period);
        if (dueAt == 0) {
            dueAt = Math.saturatingAdd(
                conditions.schedule.ends[period], Math.min(conditions.schedule.finalWithin, TermsLimits.MAX_DURATION)
            );
            require(block.timestamp > dueAt, Escrow_NotFinal(period, dueAt));
        }
        charge = Math.min(
            Math.min(conditions.billing.cap, TermsLimits.MAX_AMOUNT),
            Math.saturatingAdd(conditions.billing.fixedCharge, variable_)
        );
        credit = charge * Math.min(rate, 1e12) / 1e12;
    }

    /// An answer of the wrong size, or none, is no answer: all zero.
    function _askOracle(Conditions calldata conditions, bytes32 origin, uint256 period)
        private
        view
        returns (uint256 finalAt, uint256 variable_, uint256 rate)
    {
        bytes memory question =
            abi.encodeCall(ISLAOracle.resultOf, (address(this), origin, TermsHash.ofService(conditions), period));
        // A caller must not be able to starve the oracle and have the period settled without its answer.
        require(gasleft() - gasleft() / 64 > ORACLE_GAS + 5_000, Escrow_TooLittleGas(gasleft(), ORACLE_GAS));
        (bool success, bytes memory answer) = conditions.billing.oracle.staticcall{gas: ORACLE_GAS}(question);
        if (success && answer.length == 96) return abi.decode(answer, (uint256, uint256, uint256));
    }

    /* MONEY OUT */

    /// Takes `amount` out of what is held: the holdback's part stays (rounded down), the rest is to be paid.
    function _spend(Deal calldata deal, State memory state, uint256 amount)
        private
        view
        returns (uint256 paid, uint256 retained)
    {
        if (deal.holdback > 0 && block.timestamp <= deal.holdbackUntil) {
            retained = amount * deal.holdback / PPM;
            (state.retained, state.flags) = (state.retained + retained, state.flags | Flag.TAIL);
        }
        state.held -= amount;
        paid = amount - retained;
    }

    /// Pays the contractor where it wants to be paid; all state must be written before.
    function _payContractor(Deal calldata deal, State memory state, uint256 amount) internal {
        address payee = deal.contractor;
        if (state.flags & Flag.REDIRECTED != 0) {
            Payout storage payout = _payouts[state.origin][payee];
            if (payout.payee != address(0)) payee = payout.payee;
            if (payout.pulled && amount > 0) {
                toTake[state.origin][payee][deal.token] += amount;

                _log(3, abi.encode(Booked.selector, state.origin, payee, amount, true));
                return;
            }
        }
        _push(state.origin, deal.token, payee, amount);
    }

    /// Sends, or books if the token refuses the payee: nobody's refusal stops another's payment.
    function _push(bytes32 origin, address token, address payee, uint256 amount) internal {
        if (amount == 0 || IERC20(token).trySafeTransfer(payee, amount)) return;
        owed[token][payee] += amount;

        _log(3, abi.encode(Booked.selector, origin, payee, amount, false));
    }

    /// Refuses a token that delivers another amount than asked, also when it calls back in between.
    function _pull(address token, address from, uint256 amount) internal {
        uint256 before = _balance(token);
        IERC20(token).safeTransferFrom(from, address(this), amount);
        uint256 moved = _balance(token) - before;
        require(moved == amount, Escrow_TokenMovedOtherAmount(token, amount, moved));
    }

    function _balance(address token) private view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }
}
