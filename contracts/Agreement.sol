// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {MilestoneReview} from "./MilestoneReview.sol";
import {IAgreement} from "./interfaces/IAgreement.sol";
import {ISLAOracle} from "./interfaces/ISLAOracle.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TermsHash} from "./libraries/TermsHash.sol";
import {TermsLimits} from "./libraries/TermsLimits.sol";
import {Closing, Flag, Phase, State, Status, Step} from "./types/State.sol";
import {Conditions, Deal, Field, Milestone, Proposal, Terms} from "./types/Terms.sol";

/// @title The life of an agreement
/// @notice A singleton without owner: nobody but the signed terms, silence and time moves money.
contract Agreement is MilestoneReview {
    /* COMING INTO FORCE */

    /// @inheritdoc IAgreement
    function open(
        Proposal calldata proposal,
        Terms[] calldata master,
        bytes calldata clientSignature,
        bytes calldata contractorSignature,
        bytes calldata permit
    ) external returns (bytes32 id) {
        id = _hashTypedDataV4(TermsHash.ofProposal(proposal));
        State memory state;
        _load(id, state);
        if (state.status == Status.LIVE) return id;
        require(state.status == Status.NONE, Agreement_NotOpenable(id, state.status));
        require(proposal.deal.origin == 0 && proposal.offer.replaces == 0, Agreement_WrongReference(id));
        _checkOffer(proposal, id);
        _checkBothSigned(proposal.deal, id, id, clientSignature, contractorSignature);
        _placeUnder(proposal, master, id);

        (address client, address token, uint256 deposit) =
            (proposal.deal.client, proposal.deal.token, proposal.offer.deposit);
        state.status = Status.LIVE;
        state.held = deposit;
        _commit(state, abi.encode(4, Opened.selector, id, client, proposal.deal.contractor, token, deposit));

        if (permit.length > 0) _tryPermit(token, client, permit);
        if (deposit > 0) _pull(token, client, deposit);
    }

    /// @inheritdoc IAgreement
    function withdrawBid(Terms calldata terms) external {
        if (msg.sender != terms.deal.contractor) _checkSender(terms.deal.client);
        bytes32 id = _idOf(terms);
        State memory state;
        _load(id, state);
        require(
            state.status == Status.NONE && _current[terms.deal.origin] != id, Agreement_NotOpenable(id, state.status)
        );

        state.status = Status.WITHDRAWN;
        _commit(state, abi.encode(3, BidWithdrawn.selector, id, msg.sender));
    }

    /// @inheritdoc IAgreement
    function amend(
        Terms calldata terms,
        Proposal calldata next,
        bytes32 offer,
        Conditions[] calldata conditions,
        bytes[] calldata signatures
    ) external {
        State memory state;
        _live(terms, state);
        bytes32 nextId = _hashTypedDataV4(TermsHash.ofProposal(next));
        require(
            next.deal.origin == state.origin && next.offer.replaces == state.id && next.offer.under == 0
                && next.offer.deposit == 0,
            Agreement_WrongReference(nextId)
        );
        require(_heads[nextId] == 0, Agreement_NotOpenable(nextId, Status.WITHDRAWN));
        _checkOffer(next, nextId);
        _checkSignatures(terms.deal, next.deal, nextId, signatures);
        _checkFixed(terms, next, state);

        (state.flags, state.endsAt, state.ending) = ((state.flags | Flag.AMENDED) & ~Flag.APPOINTED, 0, 0);
        _current[state.origin] = nextId;
        _commit(state, abi.encode(3, Amended.selector, state.origin, nextId, state.id));

        if (TermsHash.ofAnnex(offer, next.conditions) != terms.annex) {
            _replaceConditions(terms, next, conditions, state.origin);
        }
    }

    /// @inheritdoc IAgreement
    function publish(bytes32 id, bytes calldata document) external {
        emit Published(id, document);
    }

    /* ENDING */

    /// @inheritdoc IAgreement
    function giveNotice(Terms calldata terms, Conditions calldata conditions) external {
        State memory state;
        _liveWith(terms, conditions, state);
        bool byContractor = msg.sender == terms.deal.contractor;
        if (!byContractor) _checkSender(terms.deal.client);

        uint256 notice = byContractor ? conditions.ending.contractorNotice : conditions.ending.clientNotice;
        uint256 endsAt = block.timestamp + Math.min(notice, TermsLimits.MAX_DURATION);
        uint256[] calldata ends = conditions.schedule.ends;
        for (uint256 p = 0; p < ends.length; ++p) {
            if (ends[p] < endsAt) continue;
            endsAt = Math.min(ends[p], endsAt + TermsLimits.MAX_DURATION);
            break;
        }
        state.ending = byContractor ? Status.ENDED_BY_CONTRACTOR : Status.ENDED_BY_CLIENT;
        _announce(state, endsAt);
    }

    /// @inheritdoc IAgreement
    function endForCause(Terms calldata terms, Conditions calldata conditions, uint256 period) external {
        State memory state;
        _liveWith(terms, conditions, state);
        _checkSender(terms.deal.client);
        ISLAOracle oracle = ISLAOracle(conditions.billing.oracle);
        uint256 until = 0;
        if (address(oracle).code.length > 0) {
            until = oracle.rightToEnd(address(this), state.origin, TermsHash.ofService(conditions), period);
        }
        require(block.timestamp <= until, Agreement_NoRightToEnd(period, until));

        state.ending = Status.ENDED_FOR_CAUSE;
        _announce(state, block.timestamp);
    }

    /// @inheritdoc IAgreement
    function endForNonPayment(Terms calldata terms, Conditions calldata conditions, uint256 item, bool isPeriod)
        external
    {
        State memory state;
        _liveWith(terms, conditions, state);
        _checkSender(terms.deal.contractor);
        (uint256 amount, uint256 until) = _unpaid(terms, conditions, state, item, isPeriod);
        until = Math.saturatingAdd(until, Math.min(conditions.ending.cure, TermsLimits.MAX_DURATION));
        require(state.held < amount && block.timestamp > until, Agreement_NotUnpaid(item, until));

        state.ending = Status.ENDED_FOR_NON_PAYMENT;
        _announce(state, block.timestamp);
    }

    /// @inheritdoc IAgreement
    function endByBoth(
        Terms calldata terms,
        Closing calldata closing,
        bytes calldata clientSignature,
        bytes calldata contractorSignature
    ) external {
        State memory state;
        _live(terms, state);
        bytes32 digest = _hashTypedDataV4(TermsHash.ofClosing(closing));
        _checkBothSigned(terms.deal, state.id, digest, clientSignature, contractorSignature);
        uint256 all = state.held + state.retained;
        require(
            closing.id == state.id && closing.held <= all && closing.toContractor <= closing.held
                && block.timestamp <= closing.deadline,
            Agreement_StaleClosing(state.id, all, closing.deadline)
        );

        (state.status, state.held, state.retained) = (Status.ENDED_BY_BOTH, all, 0);
        _end(terms, state, all - closing.toContractor);
    }

    /// @inheritdoc IAgreement
    function close(Terms calldata terms, Conditions calldata conditions) external {
        State memory state;
        _liveWith(terms, conditions, state);
        bool over = _isOver(state);
        if (!_isDone(terms, conditions, state)) {
            require(over, Agreement_Ending(state.endsAt));
            _checkDecided(terms, conditions, state);
        }
        state.status = over ? state.ending : Status.DONE;
        _end(terms, state, state.held);
    }

    /* VIEWS */

    /// @inheritdoc IAgreement
    function stateOf(bytes32 origin) external view returns (State memory state) {
        _load(origin, state);
    }

    /// @inheritdoc IAgreement
    function progressOf(bytes32 origin) external view returns (uint256 status, uint256 accepted, uint256 periods) {
        State memory state;
        _load(origin, state);
        return (state.status, state.settled & ~state.lapsed, _settledPeriods[origin]);
    }

    /* CHECKS OF COMING INTO FORCE */

    function _checkOffer(Proposal calldata proposal, bytes32 id) private view {
        require(block.timestamp <= proposal.offer.openBefore, Agreement_Expired(id, proposal.offer.openBefore));
        TermsLimits.check(proposal);
    }

    /// The party has sent, or has signed by its key or contract.
    function _checkSigned(bytes32 id, bytes32 digest, address party, bytes calldata signature) private view {
        require(msg.sender == party || Signatures.isValid(party, digest, signature), Agreement_NotSigned(id, party));
    }

    function _checkBothSigned(
        Deal calldata deal,
        bytes32 id,
        bytes32 digest,
        bytes calldata clientSignature,
        bytes calldata contractorSignature
    ) private view {
        _checkSigned(id, digest, deal.client, clientSignature);
        _checkSigned(id, digest, deal.contractor, contractorSignature);
    }

    /// Both parties, and whoever comes in for one of them.
    function _checkSignatures(Deal calldata deal, Deal calldata next, bytes32 nextId, bytes[] calldata signatures)
        private
        view
    {
        address[4] memory parties = [deal.client, deal.contractor, next.client, next.contractor];
        for (uint256 i = 0; i < 4; ++i) {
            if (i < 2 || parties[i] != parties[i - 2]) _checkSigned(nextId, nextId, parties[i], signatures[i]);
        }
    }

    /// The master must be live and share a party; the list of what is placed under it is complete by its history.
    function _placeUnder(Proposal calldata proposal, Terms[] calldata master, bytes32 id) private {
        bytes32 under = proposal.offer.under;
        if (under == 0) return;
        require(master.length == 1, Agreement_NotPlaceable(under));
        Terms calldata above = master[0];
        State memory state;
        _live(above, state);
        (address client, address contractor) = (proposal.deal.client, proposal.deal.contractor);
        bool shared = client == above.deal.client || client == above.deal.contractor || contractor == above.deal.client
            || contractor == above.deal.contractor;
        require(state.id == under && shared, Agreement_NotPlaceable(under));

        _log(abi.encode(3, PlacedUnder.selector, state.origin, id));
    }

    /// What an amendment may not change; milestones that it does change start again.
    function _checkFixed(Terms calldata terms, Proposal calldata next, State memory state) private {
        require(next.deal.token == terms.deal.token, Agreement_FixedTerm(Field.TOKEN, 0));
        (Milestone[] calldata old, Milestone[] calldata all) = (terms.milestones, next.milestones);
        require(all.length >= old.length, Agreement_FixedTerm(Field.MILESTONES, all.length));
        bool disputed = state.flags & Flag.HOLDBACK_DISPUTED != 0;
        for (uint256 i = 0; i < old.length; ++i) {
            (Milestone calldata from, Milestone calldata to) = (old[i], all[i]);
            bool settled = state.settled >> i & 1 == 1;
            Step memory step = _progressOf(state, i);
            if (step.phase == Phase.DISPUTED && !settled) disputed = true;
            if (from.amount == to.amount && from.due == to.due) continue;
            bool open_ = !settled && step.phase < Phase.DISPUTED && step.accepted < to.amount;
            require(open_, Agreement_FixedTerm(Field.MILESTONES, i));
            step.rounds = 0;
            _advance(state, i, step, Phase.OPEN, 0);
        }
        require(
            !disputed
                || (TermsHash.ofArbitration(next.arbitration) == terms.arbitration
                    && next.deal.client == terms.deal.client
                    && next.deal.contractor == terms.deal.contractor),
            Agreement_FixedTerm(Field.ARBITRATION, 0)
        );
    }

    /// The oracle goes on with the same book when the service document changes.
    function _replaceConditions(
        Terms calldata terms,
        Proposal calldata next,
        Conditions[] calldata conditions,
        bytes32 origin
    ) private {
        (Conditions calldata old, Conditions calldata changed) = (conditions[0], conditions[1]);
        _checkConditions(terms, old);
        bytes32 given = TermsHash.ofConditions(changed);
        require(given == next.conditions, Escrow_WrongGroup(given, next.conditions));
        (bytes32 from, bytes32 to) = (TermsHash.ofService(old), TermsHash.ofService(changed));
        address oracle = old.billing.oracle;
        if (from != to && oracle != address(0) && oracle == changed.billing.oracle) {
            ISLAOracle(oracle).replace(origin, from, to);
        }
    }

    /// Sets an allowance, or fails: it may have been used up by a front-runner, and what counts is the allowance.
    function _tryPermit(address token, address client, bytes calldata permit) private returns (bool success) {
        (success,) = token.call(bytes.concat(IERC20Permit.permit.selector, abi.encode(client, address(this)), permit));
    }

    /* CHECKS OF ENDING */

    /// What is unpaid of a milestone or period, and since when.
    function _unpaid(
        Terms calldata terms,
        Conditions calldata conditions,
        State memory state,
        uint256 item,
        bool isPeriod
    ) private view returns (uint256 amount, uint256 dueAt) {
        if (isPeriod) {
            _checkPeriod(conditions, state.origin, item);
            uint256 credit;
            (amount, credit, dueAt,) = _chargeOf(conditions, state, item);
            return (Math.saturatingSub(amount - credit, _acceptedOf(state, PERIODS + item)), dueAt);
        }
        (Milestone calldata work, Step memory step) = _unsettled(terms, state, item);
        return (work.amount - step.accepted, _dueAt(terms.deal, step));
    }

    function _announce(State memory state, uint256 endsAt) private {
        require(state.endsAt == 0 || endsAt < state.endsAt, Agreement_Ending(state.endsAt));
        state.endsAt = endsAt;
        _commit(state, abi.encode(3, EndingAnnounced.selector, state.origin, msg.sender, state.ending, endsAt));
    }

    /// Something was agreed, and nothing of it is open.
    function _isDone(Terms calldata terms, Conditions calldata conditions, State memory state)
        private
        view
        returns (bool)
    {
        uint256 milestones = terms.milestones.length;
        uint256 periods = Math.min(conditions.schedule.ends.length, 256);
        // 256 periods shift the one out and leave all bits. Of a schedule that was longer once more may be settled.
        unchecked {
            uint256 all = (1 << periods) - 1;
            return milestones + periods > 0 && state.settled == (1 << milestones) - 1
                && _settledPeriods[state.origin] & all == all;
        }
    }

    /// Nothing is in flight, and what fell due until the end is settled, or cannot be paid because nothing is held.
    function _checkDecided(Terms calldata terms, Conditions calldata conditions, State memory state) private view {
        bool empty = state.held == 0;
        uint256 count = terms.milestones.length;
        for (uint256 i = 0; i < count; ++i) {
            if (state.settled >> i & 1 == 1) continue;
            Step memory step = _progressOf(state, i);
            if (step.phase == Phase.OPEN) continue;
            bool decided = step.phase == Phase.REJECTED
                ? block.timestamp > step.clock + terms.deal.review
                : empty && block.timestamp > _dueAt(terms.deal, step);
            require(decided, Agreement_StillOpen(i));
        }
        if (empty) return;
        uint256[] calldata ends = conditions.schedule.ends;
        uint256 settled = _settledPeriods[state.origin];
        for (uint256 p = 0; p < ends.length && p < 256 && ends[p] <= state.endsAt; ++p) {
            require(settled >> p & 1 == 1, Agreement_StillOpen(PERIODS + p));
        }
    }

    /// Pays out what is held: `toClient`, and the rest to the contractor.
    function _end(Terms calldata terms, State memory state, uint256 toClient) private {
        uint256 toContractor = state.held - toClient;
        state.held = 0;
        _commit(state, abi.encode(2, Ended.selector, state.origin, state.status, toContractor, toClient));

        _send(terms.deal, state, terms.deal.contractor, toContractor);
        _send(terms.deal, state, terms.deal.client, toClient);
    }
}
