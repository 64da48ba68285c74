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
    /// What a ruling pays.
    struct Ruling {
        uint256 toContractor;
        uint256 toClient;
        uint256 fee;
    }

    /// @inheritdoc IAgreement
    mapping(bytes32 origin => mapping(bytes32 arbitration => mapping(address arbiter => bool))) public serves;

    /* WORK */

    /// @inheritdoc IAgreement
    function appoint(Terms calldata terms, Conditions calldata conditions, Operators calldata operators) external {
        State memory state = _liveWith(terms, conditions);
        bytes32 given = TermsHash.ofOperators(operators);
        require(given == conditions.operators, Agreement_WrongGroup(given, conditions.operators));
        uint128 limit = uint128(Math.min(operators.limit, type(uint128).max));

        _seat(state.id, operators.client, Operator(true, limit));
        _seat(state.id, operators.contractor, Operator(false, limit));

        _log(state.origin, 3, abi.encode(OperatorsAppointed.selector, state.origin, state.id));
    }

    /// @inheritdoc IAgreement
    function submit(Terms calldata terms, uint256 milestone, bytes32 deliverable) external {
        State memory state = _live(terms);
        Milestone calldata work = _unsettled(terms, state, milestone);
        _checkActor(state.id, terms.deal.contractor, false, work.amount);
        Step memory step = _progressOf(state, milestone);
        require(step.phase == Phase.OPEN || step.phase == Phase.REJECTED, Agreement_WrongPhase(milestone, step.phase));
        uint256 until = _deadline(terms.deal, work, step);
        if (state.endsAt != 0) until = Math.min(until, state.endsAt);
        require(block.timestamp <= until, Agreement_TooLate(milestone, until));

        _advance(state, milestone, step, Phase.SUBMITTED, block.timestamp);
        _store(state);

        _log(state.origin, 3, abi.encode(Submitted.selector, state.origin, milestone, deliverable));
    }

    /// @inheritdoc IAgreement
    function reject(Terms calldata terms, uint256 milestone, bytes32 reason) external {
        State memory state = _live(terms);
        _checkActor(state.id, terms.deal.client, true, _unsettled(terms, state, milestone).amount);
        Step memory step = _progressOf(state, milestone);
        require(step.phase == Phase.SUBMITTED, Agreement_WrongPhase(milestone, step.phase));
        uint256 until = step.clock + terms.deal.review;
        require(block.timestamp <= until, Agreement_TooLate(milestone, until));
        require(step.rounds < terms.deal.rejections, Agreement_NoRoundLeft(milestone, terms.deal.rejections));

        ++step.rounds;
        _advance(state, milestone, step, Phase.REJECTED, block.timestamp);
        _store(state);

        _log(state.origin, 3, abi.encode(Rejected.selector, state.origin, milestone, reason));
    }

    /* DISPUTES */

    /// @inheritdoc IAgreement
    function dispute(Terms calldata terms, uint256 item, bytes32 reason) external {
        State memory state = _live(terms);
        Step memory step = _progressOf(state, item);
        uint256 amount = item == HOLDBACK ? state.retained : _unsettled(terms, state, item).amount;
        require(amount > 0, Escrow_NothingDue());
        _checkDisputer(terms, state.id, item, amount);
        uint256 until = _disputableUntil(terms, item, step);
        require(block.timestamp <= until, Agreement_TooLate(item, until));

        _advance(state, item, step, Phase.DISPUTED, block.timestamp);
        _store(state);

        _log(state.origin, 4, abi.encode(Disputed.selector, state.origin, item, msg.sender, reason));
    }

    /// @inheritdoc IAgreement
    function serve(Terms calldata terms, Arbitration calldata arbitration) external {
        bytes32 id = _idOf(terms);
        bytes32 origin = terms.deal.origin == 0 ? id : terms.deal.origin;
        bytes32 group = _checkArbitration(terms, arbitration);
        require(
            msg.sender == arbitration.arbiter || msg.sender == arbitration.backup, Agreement_NotArbiter(msg.sender, 0)
        );

        serves[origin][group][msg.sender] = true;

        // A document that is not in force has no place in the history of the agreement that it names.
        bytes32 named = _current[origin] == id ? origin : id;
        _log(named, 3, abi.encode(ArbiterConsented.selector, named, msg.sender, group));
    }

    /// @inheritdoc IAgreement
    function rule(Terms calldata terms, Arbitration calldata arbitration, uint256 item, uint256 share) external {
        State memory state = _inForce(terms);
        require(state.status == Status.LIVE || item == HOLDBACK, Escrow_NotLive(state.origin, state.status));
        bytes32 group = _checkArbitration(terms, arbitration);
        Step memory step = _progressOf(state, item);
        require(step.phase == Phase.DISPUTED, Agreement_WrongPhase(item, step.phase));
        bool byArbiter = _checkRuler(state.origin, group, arbitration, step.clock, share);

        Ruling memory ruling = _divide(terms, state, item, step, byArbiter ? arbitration.fee : 0, share);
        _store(state);

        _log(
            state.origin,
            4,
            abi.encode(
                Ruled.selector, state.origin, item, msg.sender, share, ruling.toContractor, ruling.toClient, ruling.fee
            )
        );

        if (ruling.fee > 0) owed[terms.deal.token][msg.sender] += ruling.fee;
        _payContractor(terms.deal, state, ruling.toContractor);
        _push(state.origin, terms.deal.token, terms.deal.client, ruling.toClient);
    }

    /* CHECKS */

    function _seat(bytes32 id, address[] calldata operators, Operator memory operator) private {
        for (uint256 i = 0; i < operators.length; ++i) {
            _operators[id][operators[i]] = operator;
        }
    }

    /// Either party or its operator for a milestone, the client's side alone for the holdback.
    function _checkDisputer(Terms calldata terms, bytes32 id, uint256 item, uint256 amount) private view {
        bool asContractor = item != HOLDBACK
            && (msg.sender == terms.deal.contractor
                || (_operators[id][msg.sender].limit > 0 && !_operators[id][msg.sender].forClient));
        _checkActor(id, asContractor ? terms.deal.contractor : terms.deal.client, !asContractor, amount);
    }

    function _disputableUntil(Terms calldata terms, uint256 item, Step memory step) private pure returns (uint256) {
        if (item == HOLDBACK && step.phase == Phase.OPEN) return terms.deal.holdbackUntil;
        require(step.phase == Phase.SUBMITTED || step.phase == Phase.REJECTED, Agreement_WrongPhase(item, step.phase));
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
        require(group == terms.arbitration, Agreement_WrongGroup(group, terms.arbitration));
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
        require(serves[origin][group][ruler], Agreement_NotServing(ruler));
    }

    /// Divides what is there. The fee falls on each side by what it lost, as far as its part goes.
    function _divide(
        Terms calldata terms,
        State memory state,
        uint256 item,
        Step memory step,
        uint256 feeRate,
        uint256 share
    ) private returns (Ruling memory ruling) {
        uint256 pot;
        uint256 missing = 0;
        if (item == HOLDBACK) {
            pot = state.retained;
            state.retained = 0;
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
                _markSettled(state, item);
                if (share == 0) (state.lapsed, state.flags) = (state.lapsed | 1 << item, state.flags | Flag.TAIL);
            }
        }
        if (pot == 0) return ruling;

        ruling.fee = pot * feeRate / PPM;
        uint256 part = pot * share / PPM;
        uint256 borne = Math.min(part, ruling.fee * (pot - part) / pot);
        // What the client's part cannot bear falls on the contractor's.
        if (ruling.fee - borne > pot - part) borne = ruling.fee - (pot - part);
        ruling.toContractor = part - borne;
        ruling.toClient = pot - ruling.fee - ruling.toContractor;
    }
}
