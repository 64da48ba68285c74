// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IMilestoneEscrow} from "./interfaces/IMilestoneEscrow.sol";
import {History} from "./libraries/History.sol";
import {Packing} from "./libraries/Packing.sol";
import {TermsHash} from "./libraries/TermsHash.sol";
import {Flag, Operator, Payout, Phase, State, Status, Step} from "./types/State.sol";
import {Conditions, Terms} from "./types/Terms.sol";

/// @title What is stored of agreements
/// @notice Deployed as part of {Agreement}: its words, which document is in force, who may act, and the linked history.
abstract contract AgreementStorage is IMilestoneEscrow {
    uint256 internal constant PPM = 1e6;
    /// The holdback as an item of disputes.
    uint256 internal constant HOLDBACK = 64;
    /// The first service period as an item; what is accepted of it is what it got in the interim.
    uint256 internal constant PERIODS = 65;

    uint256 private immutable _CHAIN_ID = block.chainid;
    bytes32 private immutable _DOMAIN = TermsHash.domain();

    mapping(bytes32 origin => uint256) internal _heads;
    mapping(bytes32 origin => uint256) internal _tails;
    mapping(bytes32 origin => mapping(uint256 item => uint256)) internal _steps;
    mapping(bytes32 id => mapping(address operator => Operator)) internal _operators;

    /// @inheritdoc IMilestoneEscrow
    mapping(bytes32 origin => bytes32) public history;
    mapping(bytes32 origin => bytes32) internal _current;
    mapping(bytes32 origin => uint256) internal _settledPeriods;
    mapping(bytes32 origin => mapping(address contractor => Payout)) internal _payouts;
    /// @inheritdoc IMilestoneEscrow
    mapping(address token => mapping(address payee => uint256)) public owed;
    /// @inheritdoc IMilestoneEscrow
    mapping(bytes32 origin => mapping(address payee => mapping(address token => uint256))) public toTake;

    /* WHAT IS IN FORCE, AND WHO MAY ACT */

    /// What a wallet signs. OpenZeppelin's EIP712 does the same with 420 bytes more (docs/decisions/0002).
    function _hashTypedDataV4(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(block.chainid == _CHAIN_ID ? _DOMAIN : TermsHash.domain(), structHash);
    }

    function _idOf(Terms calldata terms) internal view returns (bytes32) {
        return _hashTypedDataV4(TermsHash.ofTerms(terms));
    }

    /// Fills `state`; returning it would clear it three times on the way.
    function _inForce(Terms calldata terms, State memory state) internal view {
        bytes32 id = _idOf(terms);
        _load(terms.deal.origin == 0 ? id : terms.deal.origin, state);
        require(state.status != Status.NONE && state.id == id, Escrow_NotInForce(id));
    }

    function _live(Terms calldata terms, State memory state) internal view {
        _inForce(terms, state);
        require(state.status == Status.LIVE, Escrow_NotLive(state.origin, state.status));
    }

    function _liveWith(Terms calldata terms, Conditions calldata conditions, State memory state) internal view {
        _checkConditions(terms, conditions);
        _live(terms, state);
    }

    function _checkSender(address party) internal view {
        require(msg.sender == party, Escrow_Unauthorised(msg.sender, party));
    }

    /// The party itself, or its operator within its limit.
    function _checkActor(State memory state, address party, uint256 amount) internal view {
        if (msg.sender == party) return;
        Operator storage operator = _operators[state.id][msg.sender];
        require(operator.party == party, Escrow_Unauthorised(msg.sender, party));
        require(amount <= operator.limit, Escrow_AboveLimit(msg.sender, amount, operator.limit));
    }

    function _checkConditions(Terms calldata terms, Conditions calldata conditions) internal pure {
        bytes32 given = TermsHash.ofAnnex(conditions);
        require(given == terms.annex, Escrow_WrongGroup(given, terms.annex));
    }

    /* WORDS */

    function _load(bytes32 origin, State memory state) internal view {
        state.origin = origin;
        Packing.unpackHead(state, _heads[origin]);
        state.id = state.flags & Flag.AMENDED == 0 ? origin : _current[origin];
        if (state.flags & Flag.TAIL != 0) Packing.unpackTail(state, _tails[origin]);
    }

    /// Writes the state, and the event of what was done with it.
    function _commit(State memory state, bytes memory words) internal {
        uint256 tail = Packing.packTail(state);
        if (tail != 0) state.flags |= Flag.TAIL;
        _heads[state.origin] = Packing.packHead(state);
        if (state.flags & Flag.TAIL != 0) _tails[state.origin] = tail;
        _log(words);
    }

    /* PROGRESS OF MILESTONES */

    function _progressOf(State memory state, uint256 item) internal view returns (Step memory step) {
        if (state.flags & Flag.PROGRESS != 0) Packing.unpackStep(step, _steps[state.origin][item]);
        if (state.lane == item + 1) {
            (step.clock, step.rounds, step.phase) = (state.laneClock, state.laneRounds, state.lanePhase);
        }
    }

    /// What is accepted of an item: the lane keeps none of it.
    function _acceptedOf(State memory state, uint256 item) internal view returns (uint256) {
        return state.flags & Flag.PROGRESS == 0 ? 0 : uint96(_steps[state.origin][item]);
    }

    /// Brings an item into a phase that began, or fell due, at `clock`.
    function _advance(State memory state, uint256 item, Step memory step, uint256 phase, uint256 clock) internal {
        (step.phase, step.clock) = (phase, clock);
        _save(state, item, step);
    }

    /// Keeps what fits in the lane there; the rest in a word of its own.
    function _save(State memory state, uint256 item, Step memory step) internal {
        bool inLane = state.lane == item + 1;
        if (!inLane && state.lane == 0 && item != HOLDBACK && step.phase != Phase.OPEN) {
            state.lane = item + 1;
            inLane = true;
        }
        if (inLane) {
            (state.laneClock, state.laneRounds, state.lanePhase) = (step.clock, step.rounds, step.phase);
        }
        if (!inLane || step.accepted > 0) {
            _steps[state.origin][item] = Packing.packStep(step);
            state.flags |= Flag.PROGRESS;
        }
    }

    /* LINKED HISTORY */

    /// Emits an event of an agreement, given as its words, and links it to the history.
    function _log(bytes memory words) internal {
        History.log(history, words);
    }
}
