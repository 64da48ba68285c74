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
import {Flag, Payout, Phase, State, Status, Step} from "./types/State.sol";
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
        _commit(state, abi.encode(3, Funded.selector, state.origin, msg.sender, amount));

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

        _pay(terms.deal, state, amount, abi.encode(2, Accepted.selector, state.origin, milestones));
    }

    /// @inheritdoc IMilestoneEscrow
    function acceptUpTo(Terms calldata terms, uint256 milestone, uint256 total) external {
        State memory state;
        _live(terms, state);
        (Milestone calldata work, Step memory step) = _unsettled(terms, state, milestone);
        require(step.accepted < total && total < work.amount, Escrow_NotAPart(total, step.accepted, work.amount));
        _checkActor(state, terms.deal.client, work.amount);
        uint256 amount = total - step.accepted;
        require(amount <= state.held, Escrow_Short(state.held, amount));

        step.accepted = total;
        _save(state, milestone, step);
        _pay(terms.deal, state, amount, abi.encode(3, AcceptedUpTo.selector, state.origin, milestone, total));
    }

    /// @inheritdoc IMilestoneEscrow
    function release(Terms calldata terms, uint256 milestone) external {
        State memory state;
        _live(terms, state);
        (Milestone calldata work, Step memory step) = _unsettled(terms, state, milestone);
        uint256 dueAt = _dueAt(terms.deal, step);
        require(block.timestamp > dueAt, Escrow_TooEarly(milestone, dueAt));
        uint256 rest = work.amount - step.accepted;
        uint256 amount = Math.min(rest, state.held);
        require(amount > 0, Escrow_Short(0, rest));

        if (amount == rest) {
            _settle(terms, state, 1 << milestone);
        } else {
            step.accepted += amount;
            _advance(state, milestone, step, Phase.OWED, dueAt);
        }
        _pay(terms.deal, state, amount, abi.encode(3, Released.selector, state.origin, milestone));
    }

    /* MILESTONES AND SURPLUS BACK */

    /// @inheritdoc IMilestoneEscrow
    function reclaim(Terms calldata terms, Conditions calldata conditions, uint256 milestones) external {
        State memory state;
        _liveWith(terms, conditions, state);
        uint256 refunded = type(uint256).max;
        if (milestones == 0) {
            _checkSender(terms.deal.client);
        } else {
            if (msg.sender != terms.deal.contractor) _checkOverdue(terms, state, milestones);
            refunded = _settle(terms, state, milestones);
            state.lapsed |= milestones;
        }
        refunded = Math.min(refunded, Math.saturatingSub(state.held, _needed(terms, conditions, state)));
        require(milestones > 0 || refunded > 0, Escrow_NothingDue());

        state.held -= refunded;
        _commit(state, abi.encode(3, Reclaimed.selector, state.origin, msg.sender, milestones, refunded));

        _send(terms.deal, state, terms.deal.client, refunded);
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

        (uint256 charge, uint256 credit,, bool settles) = _chargeOf(conditions, state, period);
        Step memory interim = _progressOf(state, PERIODS + period);
        uint256 amount = Math.saturatingSub(charge - credit, interim.accepted);
        if (amount > state.held) {
            // Who is owed may take what is there; others may end the waiting after the time to cure it.
            if (msg.sender != terms.deal.contractor) {
                endsAt += Math.min(conditions.ending.cure, TermsLimits.MAX_DURATION);
            }
            require(state.endsAt != 0 && block.timestamp > endsAt, Escrow_Short(state.held, amount));
            amount = state.held;
        }

        bytes32 selector = Settled.selector;
        if (settles) {
            _settledPeriods[state.origin] |= 1 << period;
        } else {
            require(amount > 0, Escrow_NothingDue());
            selector = PaidInterim.selector;
            interim.accepted += amount;
            _save(state, PERIODS + period, interim);
        }
        _pay(terms.deal, state, amount, abi.encode(3, selector, state.origin, period, charge, credit));
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
        _commit(state, abi.encode(2, HoldbackReleased.selector, state.origin, paid));

        _send(terms.deal, state, terms.deal.contractor, paid);
    }

    /// @inheritdoc IMilestoneEscrow
    function setPayee(Terms calldata terms, address payee, bool pulled) external {
        State memory state;
        _inForce(terms, state);
        address contractor = terms.deal.contractor;
        _checkSender(contractor);
        require(payee != address(0) && payee != address(this) && payee != terms.deal.token, Escrow_BadPayee(payee));

        Payout storage payout = _payouts[state.origin][contractor];
        (payout.payee, payout.pulled) = (payee, pulled);
        state.flags |= Flag.REDIRECTED;
        _commit(state, abi.encode(3, PayeeSet.selector, state.origin, contractor, payee, pulled));
    }

    /// @inheritdoc IMilestoneEscrow
    function withdraw(address token, address to) external returns (uint256 amount) {
        amount = _takeOut(owed[token], msg.sender);

        emit Withdrawn(token, msg.sender, to, amount);

        _transfer(token, to, amount);
    }

    /// @inheritdoc IMilestoneEscrow
    function take(bytes32 origin, address token) external returns (uint256 amount) {
        amount = _takeOut(toTake[origin][msg.sender], token);

        _log(abi.encode(3, Taken.selector, origin, msg.sender, amount));

        _transfer(token, msg.sender, amount);
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

    /// A milestone that is not settled, and how far it is.
    function _unsettled(Terms calldata terms, State memory state, uint256 milestone)
        internal
        view
        returns (Milestone calldata, Step memory)
    {
        Milestone[] calldata all = terms.milestones;
        require(milestone < all.length, Escrow_NoMilestone(milestone, all.length));
        require(state.settled >> milestone & 1 == 0, Escrow_MilestoneSettled(milestone));
        return (all[milestone], _progressOf(state, milestone));
    }

    /// Settles every milestone of the mask and returns the sum of their rests.
    function _settle(Terms calldata terms, State memory state, uint256 milestones)
        internal
        view
        returns (uint256 rests)
    {
        Milestone[] calldata all = terms.milestones;
        require(milestones != 0 && milestones >> all.length == 0, Escrow_NoMilestones(milestones, all.length));
        for (uint256 i = 0; i < all.length; ++i) {
            if (milestones >> i & 1 == 0) continue;
            require(state.settled >> i & 1 == 0, Escrow_MilestoneSettled(i));
            rests += all[i].amount - _acceptedOf(state, i);
        }
        state.settled |= milestones;
        if ((milestones << 1) >> state.lane & 1 == 1) {
            (state.lane, state.laneClock, state.laneRounds, state.lanePhase) = (0, 0, 0, Phase.OPEN);
        }
    }

    function _checkOverdue(Terms calldata terms, State memory state, uint256 milestones) private view {
        uint256 count = terms.milestones.length;
        for (uint256 i = 0; i < count; ++i) {
            if (milestones >> i & 1 == 0) continue;
            (Milestone calldata work, Step memory step) = _unsettled(terms, state, i);
            uint256 until = step.phase == Phase.OPEN || step.phase == Phase.REJECTED
                ? _deadline(terms.deal, work, step)
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

    /// What must be held: the rests of open milestones, and the cap, less what was paid in the interim, for each
    /// unsettled period that has ended or is among the next `cover`, unless it ends after the agreement.
    function _needed(Terms calldata terms, Conditions calldata conditions, State memory state)
        internal
        view
        returns (uint256 needed)
    {
        Milestone[] calldata all = terms.milestones;
        for (uint256 i = 0; i < all.length; ++i) {
            if (state.settled >> i & 1 == 0) needed += all[i].amount - _acceptedOf(state, i);
        }
        uint256[] calldata ends = conditions.schedule.ends;
        uint256 settled = _settledPeriods[state.origin];
        uint256 ahead = 0;
        for (uint256 p = 0; p < ends.length && p < 256; ++p) {
            if (ends[p] > block.timestamp && ++ahead > conditions.billing.cover) break;
            if (state.endsAt != 0 && ends[p] > state.endsAt) break;
            if (settled >> p & 1 == 1) continue;
            needed += Math.saturatingSub(_capOf(conditions), _acceptedOf(state, PERIODS + p));
        }
    }

    /// What a period costs, its credit (rounded down, in favour of the contractor), since when it is due, and whether both
    /// are final; else the charge is not less, and the credit not more, than what can follow.
    function _chargeOf(Conditions calldata conditions, State memory state, uint256 period)
        internal
        view
        returns (uint256 charge, uint256 credit, uint256 dueAt, bool settles)
    {
        uint256 known;
        uint256 rate;
        uint256 least;
        (known, dueAt, charge, rate, least) = _askOracle(conditions, state.origin, period);
        if (dueAt == 0) {
            dueAt = Math.saturatingAdd(
                conditions.schedule.ends[period], Math.min(conditions.schedule.finalWithin, TermsLimits.MAX_DURATION)
            );
            settles = block.timestamp > dueAt;
            require(settles || known != 0, Escrow_NotFinal(period, dueAt));
            if (settles) rate = 0;
        } else {
            // A credit that may still return is decided by who ended the agreement.
            settles = rate <= least || _isOver(state);
            if (settles && state.ending == Status.ENDED_BY_CLIENT) rate = Math.min(rate, least);
        }
        charge = Math.min(_capOf(conditions), Math.saturatingAdd(conditions.billing.fixedCharge, charge));
        credit = charge * Math.min(rate, 1e12) / 1e12;
    }

    /// Whether an ending has taken effect.
    function _isOver(State memory state) internal view returns (bool) {
        return state.endsAt != 0 && block.timestamp > state.endsAt;
    }

    function _capOf(Conditions calldata conditions) private pure returns (uint256) {
        return Math.min(conditions.billing.cap, TermsLimits.MAX_AMOUNT);
    }

    /// An answer of the wrong size, or none, or one that knows nothing, is no answer: all zero.
    function _askOracle(Conditions calldata conditions, bytes32 origin, uint256 period)
        private
        view
        returns (uint256 known, uint256 finalAt, uint256 variable_, uint256 rate, uint256 least)
    {
        bytes memory question =
            abi.encodeCall(ISLAOracle.resultOf, (address(this), origin, TermsHash.ofService(conditions), period));
        // A caller must not be able to starve the oracle and have the period settled without its answer.
        require(gasleft() - gasleft() / 64 > ORACLE_GAS + 5_000, Escrow_TooLittleGas(gasleft(), ORACLE_GAS));
        (bool success, bytes memory answer) = conditions.billing.oracle.staticcall{gas: ORACLE_GAS}(question);
        if (!success || answer.length != 160) return (0, 0, 0, 0, 0);
        (known, finalAt, variable_, rate, least) = abi.decode(answer, (uint256, uint256, uint256, uint256, uint256));
        if (known == 0) return (0, 0, 0, 0, 0);
    }

    /* MONEY OUT */

    /// Pays `amount` out of what is held: the holdback's part stays (rounded down), the contractor gets the rest. The
    /// event is `words` and both parts.
    function _pay(Deal calldata deal, State memory state, uint256 amount, bytes memory words) private {
        uint256 retained = 0;
        if (deal.holdback > 0 && block.timestamp <= deal.holdbackUntil) retained = amount * deal.holdback / PPM;
        state.held -= amount;
        state.retained += retained;
        amount -= retained;
        _commit(state, bytes.concat(words, abi.encode(amount, retained)));

        _send(deal, state, deal.contractor, amount);
    }

    /// Pays a party, the contractor where it wants to be paid; all state must be written before. Books what is to be
    /// taken, or what the token refuses the payee: nobody's refusal stops another's payment.
    function _send(Deal calldata deal, State memory state, address payee, uint256 amount) internal {
        if (amount == 0) return;
        bool pulled = false;
        if (state.flags & Flag.REDIRECTED != 0 && payee == deal.contractor) {
            Payout storage payout = _payouts[state.origin][payee];
            // A contractor that came in has set none.
            if (payout.payee != address(0)) (payee, pulled) = (payout.payee, payout.pulled);
        }
        if (pulled) toTake[state.origin][payee][deal.token] += amount;
        else if (IERC20(deal.token).trySafeTransfer(payee, amount)) return;
        else owed[deal.token][payee] += amount;

        _log(abi.encode(3, Booked.selector, state.origin, payee, amount, pulled));
    }

    /// Empties a booked balance.
    function _takeOut(mapping(address => uint256) storage booked, address key) private returns (uint256 amount) {
        amount = booked[key];
        require(amount > 0, Escrow_NothingDue());

        booked[key] = 0;
    }

    function _transfer(address token, address to, uint256 amount) private {
        require(IERC20(token).trySafeTransfer(to, amount), Escrow_BadPayee(to));
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
