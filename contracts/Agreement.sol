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
import {Conditions, Field, Milestone, Proposal, Terms} from "./types/Terms.sol";

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
        _checkSigned(id, id, proposal.deal.client, clientSignature);
        _checkSigned(id, id, proposal.deal.contractor, contractorSignature);
        _placeUnder(proposal, master, id);

        (address client, address token, uint256 deposit) =
            (proposal.deal.client, proposal.deal.token, proposal.offer.deposit);
        state.status = Status.LIVE;
        state.held = deposit;
        _commit(state, 4, abi.encode(Opened.selector, id, client, proposal.deal.contractor, token, deposit));

        if (permit.length > 0) _tryPermit(token, client, permit);
        if (deposit > 0) _pull(token, client, deposit);
    }

    /// @inheritdoc IAgreement
    function withdrawBid(Terms calldata terms) external {
        require(
            msg.sender == terms.deal.client || msg.sender == terms.deal.contractor,
            Escrow_Unauthorised(msg.sender, terms.deal.client)
        );
        bytes32 id = _idOf(terms);
        State memory state;
        _load(id, state);
        require(
            state.status == Status.NONE && _current[terms.deal.origin] != id, Agreement_NotOpenable(id, state.status)
        );

        state.status = Status.WITHDRAWN;
        _commit(state, 3, abi.encode(BidWithdrawn.selector, id, msg.sender));
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
        _checkSignatures(terms, next, nextId, signatures);
        _checkFixed(terms, next, state);

        (state.flags, state.endsAt, state.ending) = ((state.flags | Flag.AMENDED) & ~Flag.APPOINTED, 0, 0);
        _store(state);
        _current[state.origin] = nextId;

        _log(3, abi.encode(Amended.selector, state.origin, nextId, state.id));

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
        bool byClient = msg.sender == terms.deal.client;
        require(byClient || msg.sender == terms.deal.contractor, Escrow_Unauthorised(msg.sender, terms.deal.client));

        uint256 notice = byClient ? conditions.ending.clientNotice : conditions.ending.contractorNotice;
        uint256 endsAt = block.timestamp + Math.min(notice, TermsLimits.MAX_DURATION);
        uint256[] calldata ends = conditions.schedule.ends;
        for (uint256 p = 0; p < ends.length; ++p) {
            if (ends[p] < endsAt) continue;
            endsAt = Math.min(ends[p], endsAt + TermsLimits.MAX_DURATION);
            break;
        }
        _announce(state, byClient ? Status.ENDED_BY_CLIENT : Status.ENDED_BY_CONTRACTOR, endsAt);
    }

    /// @inheritdoc IAgreement
    function endForCause(Terms calldata terms, Conditions calldata conditions, uint256 period) external {
        State memory state;
        _liveWith(terms, conditions, state);
        require(msg.sender == terms.deal.client, Escrow_Unauthorised(msg.sender, terms.deal.client));
        uint256 until = ISLAOracle(conditions.billing.oracle)
            .rightToEnd(address(this), state.origin, TermsHash.ofService(conditions), period);
        require(block.timestamp <= until, Agreement_NoRightToEnd(period, until));

        _announce(state, Status.ENDED_FOR_CAUSE, block.timestamp);
    }

    /// @inheritdoc IAgreement
    function endForNonPayment(Terms calldata terms, Conditions calldata conditions, uint256 item, bool isPeriod)
        external
    {
        State memory state;
        _liveWith(terms, conditions, state);
        require(msg.sender == terms.deal.contractor, Escrow_Unauthorised(msg.sender, terms.deal.contractor));
        (uint256 amount, uint256 until) = _unpaid(terms, conditions, state, item, isPeriod);
        until = Math.saturatingAdd(until, Math.min(conditions.ending.cure, TermsLimits.MAX_DURATION));
        require(state.held < amount && block.timestamp > until, Agreement_NotUnpaid(item, until));

        _announce(state, Status.ENDED_FOR_NON_PAYMENT, block.timestamp);
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
        _checkSigned(state.id, digest, terms.deal.client, clientSignature);
        _checkSigned(state.id, digest, terms.deal.contractor, contractorSignature);
        uint256 all = state.held + state.retained;
        require(
            closing.id == state.id && closing.held <= all && closing.toContractor <= closing.held
                && block.timestamp <= closing.deadline,
            Agreement_StaleClosing(state.id, all, closing.deadline)
        );

        state.retained = 0;
        _end(terms, state, Status.ENDED_BY_BOTH, closing.toContractor, all - closing.toContractor);
    }

    /// @inheritdoc IAgreement
    function close(Terms calldata terms, Conditions calldata conditions) external {
        State memory state;
        _liveWith(terms, conditions, state);
        bool over = state.endsAt != 0 && block.timestamp > state.endsAt;
        if (!_isDone(terms, conditions, state)) {
            require(over, Agreement_Ending(state.endsAt));
            _checkDecided(terms, conditions, state);
        }
        _end(terms, state, over ? state.ending : Status.DONE, 0, state.held);
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

    /// Both parties, and whoever comes in for one of them.
    function _checkSignatures(Terms calldata terms, Proposal calldata next, bytes32 nextId, bytes[] calldata signatures)
        private
        view
    {
        address[4] memory parties = [terms.deal.client, terms.deal.contractor, next.deal.client, next.deal.contractor];
        for (uint256 i = 0; i < 4; ++i) {
            if (i < 2 || parties[i] != parties[i - 2]) _checkSigned(nextId, nextId, parties[i], signatures[i]);
        }
    }

    /// The master must be live and share a party; the list of what is placed under it is complete by its history.
    function _placeUnder(Proposal calldata proposal, Terms[] calldata master, bytes32 id) private {
        bytes32 under = proposal.offer.under;
        if (under == 0) return;
        require(master.length == 1, Agreement_NotPlaceable(under));
        State memory state;
        _live(master[0], state);
        (address client, address contractor) = (master[0].deal.client, master[0].deal.contractor);
        bool shared = client == proposal.deal.client || client == proposal.deal.contractor
            || contractor == proposal.deal.client || contractor == proposal.deal.contractor;
        require(state.id == under && shared, Agreement_NotPlaceable(under));

        _log(3, abi.encode(PlacedUnder.selector, state.origin, id));
    }

    /// What an amendment may not change; milestones that it does change start again.
    function _checkFixed(Terms calldata terms, Proposal calldata next, State memory state) private {
        require(next.deal.token == terms.deal.token, Agreement_FixedTerm(Field.TOKEN, 0));
        uint256 count = terms.milestones.length;
        require(next.milestones.length >= count, Agreement_FixedTerm(Field.MILESTONES, next.milestones.length));
        bool disputed = state.flags & Flag.HOLDBACK_DISPUTED != 0;
        bool hasProgress = state.flags & Flag.PROGRESS != 0;
        uint256 settled = state.settled;
        for (uint256 i = 0; i < count; ++i) {
            Milestone calldata from = terms.milestones[i];
            Milestone calldata to = next.milestones[i];
            bool changed = from.amount != to.amount || from.due != to.due;
            require(!changed || settled >> i & 1 == 0, Agreement_FixedTerm(Field.MILESTONES, i));
            if (settled >> i & 1 == 1 || (!hasProgress && state.lane != i + 1)) continue;

            Step memory step = _progressOf(state, i);
            if (step.phase == Phase.DISPUTED) disputed = true;
            if (!changed) continue;
            require(step.phase < Phase.DISPUTED && step.accepted < to.amount, Agreement_FixedTerm(Field.MILESTONES, i));
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
        _checkConditions(terms, conditions[0]);
        bytes32 given = TermsHash.ofConditions(conditions[1]);
        require(given == next.conditions, Escrow_WrongGroup(given, next.conditions));
        bytes32 from = TermsHash.ofService(conditions[0]);
        bytes32 to = TermsHash.ofService(conditions[1]);
        address oracle = conditions[0].billing.oracle;
        if (from != to && oracle != address(0) && oracle == conditions[1].billing.oracle) {
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
            (amount, credit, dueAt) = _chargeOf(conditions, state.origin, item);
            return (amount - credit, dueAt);
        }
        amount = _unsettled(terms, state, item).amount;
        Step memory step = _progressOf(state, item);
        return (amount - step.accepted, _dueAt(terms.deal, step));
    }

    function _announce(State memory state, uint256 ending, uint256 endsAt) private {
        require(state.endsAt == 0 || endsAt < state.endsAt, Agreement_Ending(state.endsAt));
        (state.endsAt, state.ending, state.flags) = (endsAt, ending, state.flags | Flag.TAIL);
        _commit(state, 3, abi.encode(EndingAnnounced.selector, state.origin, msg.sender, ending, endsAt));
    }

    /// Something was agreed, and nothing of it is open.
    function _isDone(Terms calldata terms, Conditions calldata conditions, State memory state)
        private
        view
        returns (bool)
    {
        uint256 milestones = terms.milestones.length;
        uint256 periods = Math.min(conditions.schedule.ends.length, 256);
        // 256 periods shift the one out and leave all bits.
        unchecked {
            return milestones + periods > 0 && state.settled == (1 << milestones) - 1
                && _settledPeriods[state.origin] == (1 << periods) - 1;
        }
    }

    /// Nothing is in flight, and what fell due until the end is settled, or cannot be paid because nothing is held.
    function _checkDecided(Terms calldata terms, Conditions calldata conditions, State memory state) private view {
        bool empty = state.held == 0;
        for (uint256 i = 0; i < terms.milestones.length; ++i) {
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
            require(settled >> p & 1 == 1, Agreement_StillOpen(HOLDBACK + 1 + p));
        }
    }

    function _end(Terms calldata terms, State memory state, uint256 status, uint256 toContractor, uint256 toClient)
        private
    {
        (state.status, state.held) = (status, 0);
        _commit(state, 2, abi.encode(Ended.selector, state.origin, status, toContractor, toClient));

        _payContractor(terms.deal, state, toContractor);
        _push(state.origin, terms.deal.token, terms.deal.client, toClient);
    }
}
