// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {MilestoneEscrow} from "./MilestoneEscrow.sol";
import {IAgreement} from "./interfaces/IAgreement.sol";
import {TermsHash} from "./libraries/TermsHash.sol";
import {Flag, Operator, Phase, State, Status, Step} from "./types/State.sol";
import {Arbitration, Conditions, Milestone, Operators, Terms} from "./types/Terms.sol";

/// @title The review of work, and its disputes
/// @notice Deployed as part of {Agreement}: who may submit, reject, dispute and rule, and when.
abstract contract MilestoneReview is IAgreement, MilestoneEscrow {
    /// @inheritdoc IAgreement
    mapping(bytes32 origin => mapping(address arbiter => bytes32 arbitration)) public serves;

    /* WORK */

    /// @inheritdoc IAgreement
    function appoint(Terms calldata terms, Conditions calldata conditions, Operators calldata operators) external {
        State memory state;
        _liveWith(terms, conditions, state);
        bytes32 given = TermsHash.ofOperators(operators);
        require(given == conditions.operators, Escrow_WrongGroup(given, conditions.operators));
        if (state.flags & Flag.APPOINTED != 0) return;
        uint96 limit = uint96(Math.min(operators.limit, type(uint96).max));

        _seat(state.id, operators.client, terms.deal.client, limit);
        _seat(state.id, operators.contractor, terms.deal.contractor, limit);

        state.flags |= Flag.APPOINTED;
        _commit(state, abi.encode(3, OperatorsAppointed.selector, state.origin, state.id));
    }

    /// @inheritdoc IAgreement
    function submit(Terms calldata terms, uint256 milestone, bytes32 deliverable) external {
        State memory state;
        _live(terms, state);
        (Milestone calldata work, Step memory step) = _unsettled(terms, state, milestone);
        _checkActor(state, terms.deal.contractor, work.amount);
        require(step.phase == Phase.OPEN || step.phase == Phase.REJECTED, Escrow_WrongPhase(milestone, step.phase));
        uint256 until = _deadline(terms.deal, work, step);
        if (state.endsAt != 0) until = Math.min(until, state.endsAt);
        require(block.timestamp <= until, Agreement_TooLate(milestone, until));

        _advance(state, milestone, step, Phase.SUBMITTED, block.timestamp);
        _commit(state, abi.encode(3, Submitted.selector, state.origin, milestone, deliverable));
    }

    /// @inheritdoc IAgreement
    function reject(Terms calldata terms, uint256 milestone, bytes32 reason) external {
        State memory state;
        _live(terms, state);
        (Milestone calldata work, Step memory step) = _unsettled(terms, state, milestone);
        _checkActor(state, terms.deal.client, work.amount);
        require(step.phase == Phase.SUBMITTED, Escrow_WrongPhase(milestone, step.phase));
        uint256 until = step.clock + terms.deal.review;
        require(block.timestamp <= until, Agreement_TooLate(milestone, until));
        require(step.rounds < terms.deal.rejections, Agreement_NoRoundLeft(milestone, terms.deal.rejections));

        ++step.rounds;
        _advance(state, milestone, step, Phase.REJECTED, block.timestamp);
        _commit(state, abi.encode(3, Rejected.selector, state.origin, milestone, reason));
    }

    /* DISPUTES */

    /// @inheritdoc IAgreement
    function dispute(Terms calldata terms, uint256 item, bytes32 reason) external {
        State memory state;
        (uint256 amount, Step memory step) = _atStake(terms, state, item);
        require(amount > 0, Escrow_NothingDue());
        _checkDisputer(terms, state, item, amount);
        uint256 until = _disputableUntil(terms, item, step);
        require(block.timestamp <= until, Agreement_TooLate(item, until));

        if (item == HOLDBACK) state.flags |= Flag.HOLDBACK_DISPUTED;
        _advance(state, item, step, Phase.DISPUTED, block.timestamp);
        _commit(state, abi.encode(4, Disputed.selector, state.origin, item, msg.sender, reason));
    }

    /// @inheritdoc IAgreement
    function serve(Terms calldata terms, Arbitration calldata arbitration) external {
        bytes32 id = _idOf(terms);
        bytes32 origin = terms.deal.origin == 0 ? id : terms.deal.origin;
        bytes32 group = _checkArbitration(terms, arbitration);
        require(
            msg.sender == arbitration.arbiter || msg.sender == arbitration.backup, Agreement_NotArbiter(msg.sender, 0)
        );

        if (serves[origin][msg.sender] == group) return;

        serves[origin][msg.sender] = group;

        _log(abi.encode(3, ArbiterConsented.selector, id, msg.sender, group));
    }

    /// @inheritdoc IAgreement
    function rule(Terms calldata terms, Arbitration calldata arbitration, uint256 item, uint256 share) external {
        State memory state;
        (, Step memory step) = _atStake(terms, state, item);
        bytes32 group = _checkArbitration(terms, arbitration);
        require(step.phase == Phase.DISPUTED, Escrow_WrongPhase(item, step.phase));
        bool byArbiter = _checkRuler(state.origin, group, arbitration, step.clock, share);

        (uint256 toContractor, uint256 toClient, uint256 fee) =
            _divide(terms, state, item, step, byArbiter ? arbitration.fee : 0, share);
        _commit(
            state, abi.encode(4, Ruled.selector, state.origin, item, msg.sender, share, toContractor, toClient, fee)
        );

        if (fee > 0) owed[terms.deal.token][msg.sender] += fee;
        _send(terms.deal, state, terms.deal.contractor, toContractor);
        _send(terms.deal, state, terms.deal.client, toClient);
    }

    /* CHECKS */

    function _seat(bytes32 id, address[] calldata operators, address party, uint96 limit) private {
        for (uint256 i = 0; i < operators.length; ++i) {
            Operator storage operator = _operators[id][operators[i]];
            (operator.party, operator.limit) = (party, limit);
        }
    }

    /// Fills `state` and returns the amount and progress of a milestone that is not settled, or of the holdback, which
    /// outlives the end.
    function _atStake(Terms calldata terms, State memory state, uint256 item)
        private
        view
        returns (uint256, Step memory step)
    {
        _inForce(terms, state);
        if (item == HOLDBACK) return (state.retained, _progressOf(state, item));
        require(state.status == Status.LIVE, Escrow_NotLive(state.origin, state.status));
        Milestone calldata work;
        (work, step) = _unsettled(terms, state, item);
        return (work.amount, step);
    }

    /// Either party or its operator for a milestone, the client's side alone for the holdback.
    function _checkDisputer(Terms calldata terms, State memory state, uint256 item, uint256 amount) private view {
        (address party, address contractor) = (terms.deal.client, terms.deal.contractor);
        if (msg.sender == party) return;
        bool asContractor = msg.sender == contractor || _operators[state.id][msg.sender].party == contractor;
        if (item != HOLDBACK && asContractor) party = contractor;
        _checkActor(state, party, amount);
    }

    function _disputableUntil(Terms calldata terms, uint256 item, Step memory step) private pure returns (uint256) {
        if (item == HOLDBACK && step.phase == Phase.OPEN) return terms.deal.holdbackUntil;
        require(step.phase == Phase.SUBMITTED || step.phase == Phase.REJECTED, Escrow_WrongPhase(item, step.phase));
        return step.phase == Phase.SUBMITTED
            ? step.clock + terms.deal.review
            : _deadline(terms.deal, terms.milestones[item], step);
    }

    function _checkArbitration(Terms calldata terms, Arbitration calldata arbitration)
        private
        pure
        returns (bytes32 group)
    {
        group = TermsHash.ofArbitration(arbitration);
        require(group == terms.arbitration, Escrow_WrongGroup(group, terms.arbitration));
    }

    /// The arbiter's window, then the backup's, then the split of the terms by anyone.
    function _checkRuler(
        bytes32 origin,
        bytes32 group,
        Arbitration calldata arbitration,
        uint256 disputedAt,
        uint256 share
    ) private view returns (bool byArbiter) {
        uint256 backupFrom = disputedAt + arbitration.window;
        byArbiter = block.timestamp <= backupFrom + arbitration.window;
        if (!byArbiter) {
            require(share == arbitration.split, Agreement_NotArbiter(msg.sender, share));
            return false;
        }
        address ruler = block.timestamp <= backupFrom ? arbitration.arbiter : arbitration.backup;
        require(msg.sender == ruler && share <= PPM, Agreement_NotArbiter(msg.sender, share));
        require(serves[origin][ruler] == group, Agreement_NotServing(ruler));
    }

    /// Divides what is there. The fee falls on each side by what it lost, as far as its part goes.
    function _divide(
        Terms calldata terms,
        State memory state,
        uint256 item,
        Step memory step,
        uint256 feeRate,
        uint256 share
    ) private returns (uint256 toContractor, uint256 toClient, uint256 fee) {
        uint256 pot;
        uint256 missing = 0;
        if (item == HOLDBACK) {
            pot = state.retained;
            state.retained = 0;
            state.flags ^= Flag.HOLDBACK_DISPUTED;
            delete _steps[state.origin][item];
        } else {
            uint256 amount = terms.milestones[item].amount;
            pot = Math.min(amount - step.accepted, state.held);
            missing = (amount - step.accepted - pot) * share / PPM;
            state.held -= pot;
            if (missing > 0) {
                step.accepted = amount - missing;
                _advance(state, item, step, Phase.OWED, block.timestamp);
            } else {
                _settle(terms, state, 1 << item);
                if (share == 0) state.lapsed |= 1 << item;
            }
        }
        if (pot == 0) return (0, 0, 0);

        fee = pot * feeRate / PPM;
        uint256 part = pot * share / PPM;
        uint256 borne = Math.min(part, fee * (pot - part) / pot);
        // What the client's part cannot bear falls on the contractor's.
        if (fee - borne > pot - part) borne = fee - (pot - part);
        toContractor = part - borne;
        toClient = pot - fee - toContractor;
    }
}
