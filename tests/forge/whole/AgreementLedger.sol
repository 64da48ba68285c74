// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {Phase, State, Status, Step} from "../../../contracts/types/State.sol";
import {Paper} from "../agreement/Paper.sol";
import {Vm} from "../Vm.sol";
import {Journal} from "./Journal.sol";

/// @notice What the agreements' events say of money and documents, added up beside them, and how each was last seen.
abstract contract AgreementLedger is Journal {
    struct Ledger {
        uint256 funded;
        uint256 paid;
        uint256 refunded;
        uint256 fees;
        /// The document in force, by the events.
        bytes32 id;
    }

    /// Of a token, over all agreements.
    struct Sums {
        uint256 held;
        uint256 retained;
        /// Booked to be withdrawn, and withdrawn; booked to be taken, and taken.
        uint256 booked;
        uint256 withdrawn;
        uint256 bookedToTake;
        uint256 taken;
    }

    uint256 internal constant HOLDBACK = 64;

    bytes32[] public origins;
    mapping(bytes32 origin => address) internal _tokenOf;
    mapping(bytes32 origin => Ledger) internal _accounts;
    mapping(bytes32 origin => State) internal _seen;
    mapping(bytes32 origin => uint256) internal _seenPeriods;
    mapping(bytes32 origin => mapping(uint256 item => Step)) internal _seenSteps;
    /// The document in force, ABI-encoded.
    mapping(bytes32 origin => bytes) private _papers;
    mapping(bytes32 id => bool) public isWithdrawn;
    mapping(address token => Sums) internal _sums;
    mapping(address token => mapping(address payee => uint256)) internal _owed;
    mapping(bytes32 origin => mapping(address payee => uint256)) internal _toTake;
    address[] internal _payees;
    mapping(address => bool) private _isPayee;
    /// What has left an agreement, or was held back in it, on account of a milestone.
    mapping(bytes32 origin => mapping(uint256 milestone => uint256)) internal _spent;
    bool private _amended;

    function paperOf(bytes32 origin) public view returns (Paper memory) {
        return abi.decode(_papers[origin], (Paper));
    }

    function count() external view returns (uint256) {
        return origins.length;
    }

    /// A document has come into force.
    function keep(bytes32 origin, Paper calldata paper) external {
        if (_papers[origin].length == 0) {
            origins.push(origin);
            _tokenOf[origin] = paper.deal.token;
            _nameBook(origin, paper);
        }
        _papers[origin] = abi.encode(paper);
        _look(origin);
    }

    function _nameBook(bytes32 origin, Paper calldata paper) internal virtual;

    function _isKept(bytes32 origin) internal view returns (bool) {
        return _papers[origin].length > 0;
    }

    /* EVENTS */

    function _recordAgreement(Vm.Log memory log) internal {
        bytes32 kind = log.topics[0];
        bytes32 owner = log.topics[1];
        uint256 item = log.topics.length > 2 ? uint256(log.topics[2]) : 0;
        uint256[5] memory words;
        for (uint256 i = 0; i < log.data.length / 32 && i < 5; ++i) {
            words[i] = _wordAt(log.data, i);
        }
        _recordDocument(kind, owner, bytes32(item), words);
        _recordMoney(kind, owner, item, words);
        _recordBooked(kind, owner, address(uint160(item)), words);
        _recordPeriodMoney(kind, owner, item, words);
        if (kind == IAgreement.Ruled.selector && words[3] > 0) {
            _book(_tokenOf[owner], address(uint160(uint256(log.topics[3]))), words[3]);
        }
        if (kind == IMilestoneEscrow.Withdrawn.selector) {
            address token = address(uint160(uint256(owner)));
            _sums[token].withdrawn += words[1];
            _owed[token][address(uint160(item))] -= words[1];
        }
    }

    function _recordPeriodMoney(bytes32 kind, bytes32 owner, uint256 period, uint256[5] memory words) internal virtual;

    function _recordDocument(bytes32 kind, bytes32 owner, bytes32 id, uint256[5] memory words) private {
        if (kind == IAgreement.Opened.selector) _accounts[owner].id = owner;
        if (kind == IAgreement.BidWithdrawn.selector) isWithdrawn[owner] = true;
        if (kind != IAgreement.Amended.selector) return;
        assertEq(bytes32(words[0]), _accounts[owner].id, "I16 replaced");
        (_accounts[owner].id, _amended) = (id, true);
    }

    function _recordMoney(bytes32 kind, bytes32 owner, uint256 item, uint256[5] memory words) private {
        Ledger storage account = _accounts[owner];
        if (kind == IAgreement.Opened.selector) {
            account.funded += words[1];
        } else if (kind == IMilestoneEscrow.Funded.selector) {
            account.funded += words[0];
        } else if (kind == IMilestoneEscrow.Accepted.selector) {
            account.paid += words[1];
            assertEq(_spendAll(owner, words[0]), words[1] + words[2], "I6 every rest, paid or held back");
        } else if (kind == IMilestoneEscrow.AcceptedUpTo.selector) {
            account.paid += words[1];
            _spend(owner, item, words[1] + words[2]);
        } else if (kind == IMilestoneEscrow.Released.selector) {
            account.paid += words[0];
            _spend(owner, item, words[0] + words[1]);
        } else if (kind == IMilestoneEscrow.Reclaimed.selector) {
            account.refunded += words[1];
            assertEq(_seen[owner].settled & words[0], 0, "I3 reclaimed what was settled");
        } else if (kind == IMilestoneEscrow.HoldbackReleased.selector) {
            account.paid += words[0];
        } else if (kind == IAgreement.Ruled.selector) {
            account.paid += words[1];
            account.refunded += words[2];
            account.fees += words[3];
            if (item != HOLDBACK) _spend(owner, item, words[1] + words[2] + words[3]);
        } else if (kind == IAgreement.Ended.selector) {
            account.paid += words[1];
            account.refunded += words[2];
        }
    }

    function _recordBooked(bytes32 kind, bytes32 owner, address payee, uint256[5] memory words) private {
        if (kind == IMilestoneEscrow.Booked.selector) {
            address token = _tokenOf[owner];
            if (words[1] == 1) {
                _name(payee);
                _sums[token].bookedToTake += words[0];
                _toTake[owner][payee] += words[0];
            } else {
                _book(token, payee, words[0]);
            }
            ++succeeded["booked"];
        } else if (kind == IMilestoneEscrow.Taken.selector) {
            _sums[_tokenOf[owner]].taken += words[0];
            _toTake[owner][payee] -= words[0];
        }
    }

    function _name(address payee) private {
        if (!_isPayee[payee]) _payees.push(payee);
        _isPayee[payee] = true;
    }

    function _book(address token, address payee, uint256 amount) private {
        _name(payee);
        _sums[token].booked += amount;
        _owed[token][payee] += amount;
    }

    function _spend(bytes32 owner, uint256 milestone, uint256 amount) private {
        _spent[owner][milestone] += amount;
        assertEq(_seen[owner].settled >> milestone & 1, 0, "I3 moved what was settled");
        assertLe(_spent[owner][milestone], paperOf(owner).milestones[milestone].amount, "I6 more than its amount");
    }

    function _spendAll(bytes32 owner, uint256 milestones) private returns (uint256 sum) {
        Paper memory paper = paperOf(owner);
        for (uint256 i = 0; i < paper.milestones.length; ++i) {
            if (milestones >> i & 1 == 0) continue;
            uint256 rest = paper.milestones[i].amount - _seenSteps[owner][i].accepted;
            _spend(owner, i, rest);
            sum += rest;
        }
    }

    function _wordAt(bytes memory data, uint256 index) internal pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := mload(add(add(data, 32), mul(index, 32)))
        }
    }

    /* AFTER A CALL */

    /// Compares an agreement with how it was seen last, and keeps how it is now.
    function _look(bytes32 origin) internal {
        if (!_isKept(origin)) return;
        State memory state = agreement.stateOf(origin);
        (,, uint256 periods) = agreement.progressOf(origin);
        _i02_statusMovesForwardOnce(origin, state);
        _i03_settledStaysSettled(origin, state, periods);
        _i16_oneDocumentInForce(origin, state);
        _i17_noWithdrawnIdComesIntoForce(state);
        _i19_anEndMovesToAnEarlierDate(origin, state);
        _lookAtMilestones(origin, state);
        Sums storage sums = _sums[_tokenOf[origin]];
        sums.held = sums.held + state.held - _seen[origin].held;
        sums.retained = sums.retained + state.retained - _seen[origin].retained;
        (_seen[origin], _seenPeriods[origin], _amended) = (state, periods, false);
    }

    function _lookAtMilestones(bytes32 origin, State memory state) private {
        Paper memory paper = paperOf(origin);
        for (uint256 i = 0; i < paper.milestones.length; ++i) {
            if (_seen[origin].settled >> i & 1 == 1) continue;
            Step memory step = agreement.progressOfItem(origin, i);
            bool isSettled = state.settled >> i & 1 == 1;
            if (!isSettled) _i14_aPhaseMovesAsListed(origin, i, step, paper.deal.rejections);
            if (!isSettled) _i15_whatWasAcceptedNeverFalls(origin, i, step);
            Step storage seen = _seenSteps[origin][i];
            if (seen.phase != step.phase || seen.rounds != step.rounds || seen.accepted != step.accepted) {
                _seenSteps[origin][i] = step;
            }
        }
    }

    /* INVARIANTS */

    function _i01_fundedIsAccountedFor(bytes32 origin) internal view {
        Ledger storage account = _accounts[origin];
        State memory state = agreement.stateOf(origin);
        uint256 out = account.paid + account.refunded + account.fees;
        assertEq(account.funded, out + state.held + state.retained, "I1 funded");
    }

    function _i02_statusMovesForwardOnce(bytes32 origin, State memory state) private view {
        uint256 before = _seen[origin].status;
        if (before == state.status) return;
        bool opened = before == Status.NONE && state.status == Status.LIVE;
        bool ended = before == Status.LIVE && state.status >= Status.DONE && state.status < Status.WITHDRAWN;
        assertTrue(opened || ended, "I2 status");
    }

    function _i03_settledStaysSettled(bytes32 origin, State memory state, uint256 periods) private view {
        assertEq(_seen[origin].settled & ~state.settled, 0, "I3 milestones settled for ever");
        assertEq(_seenPeriods[origin] & ~periods, 0, "I3 periods settled for ever");
    }

    function _i12_balancesAreWhatIsHeld() internal view {
        address[2] memory tokens = [address(plain), address(hostile)];
        for (uint256 i = 0; i < 2; ++i) {
            Sums storage sums = _sums[tokens[i]];
            uint256 waiting = sums.booked - sums.withdrawn + sums.bookedToTake - sums.taken;
            uint256 expected = sums.held + sums.retained + waiting + donated[address(agreement)][tokens[i]];
            assertEq(IERC20(tokens[i]).balanceOf(address(agreement)), expected, "I12 balance");
        }
    }

    /// With the contract's own words for every payee and origin.
    function _i13_bookedIsWithdrawnOrOwed() internal view {
        address[2] memory tokens = [address(plain), address(hostile)];
        for (uint256 t = 0; t < 2; ++t) {
            Sums storage sums = _sums[tokens[t]];
            uint256 owed;
            uint256 toTake;
            for (uint256 p = 0; p < _payees.length; ++p) {
                uint256 one = agreement.owed(tokens[t], _payees[p]);
                assertEq(one, _owed[tokens[t]][_payees[p]], "I13 owed to one");
                owed += one;
            }
            assertEq(sums.booked, sums.withdrawn + owed, "I13 booked");
            for (uint256 i = 0; i < origins.length; ++i) {
                if (_tokenOf[origins[i]] != tokens[t]) continue;
                for (uint256 p = 0; p < _payees.length; ++p) {
                    uint256 one = agreement.toTake(origins[i], _payees[p], tokens[t]);
                    assertEq(one, _toTake[origins[i]][_payees[p]], "I13 to take by one");
                    toTake += one;
                }
            }
            assertEq(sums.bookedToTake, sums.taken + toTake, "I13 booked to take");
        }
    }

    function _i14_aPhaseMovesAsListed(bytes32 origin, uint256 milestone, Step memory step, uint256 rejections)
        private
        view
    {
        Step storage seen = _seenSteps[origin][milestone];
        (uint256 from, uint256 to) = (seen.phase, step.phase);
        bool isListed = from == to || (from == Phase.OPEN && to == Phase.SUBMITTED)
            || (from == Phase.SUBMITTED && (to == Phase.REJECTED || to == Phase.DISPUTED || to == Phase.OWED))
            || (from == Phase.REJECTED && (to == Phase.SUBMITTED || to == Phase.DISPUTED))
            || (from == Phase.DISPUTED && to == Phase.OWED);
        // 4.3: a change of what was submitted or rejected opens it again, its rounds at zero
        bool isReopened = _amended && to == Phase.OPEN && step.rounds == 0 && from <= Phase.REJECTED;
        assertTrue(isListed || isReopened, "I14 phase");
        bool isRejection = from != to && to == Phase.REJECTED;
        if (!isReopened) assertEq(step.rounds, seen.rounds + (isRejection ? 1 : 0), "I14 rounds");
        assertLe(step.rounds, rejections, "I14 rejections");
    }

    function _i15_whatWasAcceptedNeverFalls(bytes32 origin, uint256 milestone, Step memory step) private view {
        assertGe(step.accepted, _seenSteps[origin][milestone].accepted, "I15 accepted");
    }

    function _i16_oneDocumentInForce(bytes32 origin, State memory state) private view {
        assertEq(state.id, _accounts[origin].id, "I16 in force");
        if (_seen[origin].id != 0 && _seen[origin].id != state.id) assertTrue(_amended, "I16 changed by a call");
    }

    function _i17_noWithdrawnIdComesIntoForce(State memory state) private view {
        assertFalse(isWithdrawn[state.id], "I17 withdrawn");
    }

    function _i18_anEndedAgreementHoldsNothing(bytes32 origin) internal view {
        State memory state = agreement.stateOf(origin);
        if (state.status != Status.LIVE) assertEq(state.held, 0, "I18 held after the end");
    }

    function _i19_anEndMovesToAnEarlierDate(bytes32 origin, State memory state) private view {
        uint256 before = _seen[origin].endsAt;
        if (before == 0 || before == state.endsAt) return;
        bool isEarlier = state.endsAt != 0 && state.endsAt < before;
        assertTrue(isEarlier || (_amended && state.endsAt == 0), "I19 ends at");
    }
}
