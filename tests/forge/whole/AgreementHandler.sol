// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Closing, Phase, State, Status} from "../../../contracts/types/State.sol";
import {Conditions, Milestone, Terms} from "../../../contracts/types/Terms.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {AgreementDesk} from "./AgreementDesk.sol";
import {AgreementPeriods} from "./AgreementPeriods.sol";
import {World} from "./World.sol";

/// @notice What parties, arbiters, reporters, strangers, a token that refuses and time do to three agreements and those
/// placed under the first, in any order. The first two have service periods at the real oracle, the last a hostile token.
/// @dev Every action takes three seeds. What an agreement refuses is no failure; {World} says what is.
contract AgreementHandler is AgreementPeriods {
    using PaperHash for Paper;

    uint256 private constant MOST_AGREEMENTS = 8;

    /// Of the first and the third the contractor is an employer from the start; a fourth has ended.
    constructor(World world_) AgreementDesk(world_) {
        for (uint256 i = 0; i < 3; ++i) {
            address payee = i == 1 ? BACKUP : address(world.payroll());
            bytes memory data = abi.encodeCall(IMilestoneEscrow.setPayee, (paperOf(origins[i]).terms(), payee, true));
            _try("setPayee", CONTRACTOR, origins[i], data);
        }
        _begin(_document(0), new Terms[](0));
        _try("accept", CLIENT, origins[3], abi.encodeCall(IMilestoneEscrow.accept, (paperOf(origins[3]).terms(), 1)));
        _endByBoth(origins[3], paperOf(origins[3]), 0);
    }

    /* COMING INTO FORCE */

    function open(uint256, uint256 kind, uint256 rarely) external {
        if (origins.length >= MOST_AGREEMENTS || rarely % 4 != 0) return;
        Paper memory master = paperOf(origins[0]);
        Paper memory paper = _document(kind % 3);
        if (master.deal.contractor == CONTRACTOR) paper.offer.under = _id(master);
        Terms[] memory list = new Terms[](1);
        list[0] = master.terms();
        _begin(paper, list);
    }

    function withdrawBid(uint256 which, uint256 rarely, uint256) external {
        if (rarely % 4 != 0) return;
        (bytes32 origin, Paper memory paper) = _pick(which);
        Paper memory bid = _changeOf(paper, origin);
        bid.offer.salt = ++_salt;
        if (!_try("withdrawBid", CLIENT, _id(bid), abi.encodeCall(IAgreement.withdrawBid, (bid.terms())))) return;
        // I17: signed by all, and refused
        bytes[] memory signatures = _signaturesOf(paper, bid);
        bytes memory data =
            abi.encodeCall(IAgreement.amend, (paper.terms(), bid.proposal(), paper.offerHash(), _same(), signatures));
        world.refuse("I17 a withdrawn bid", STRANGER, address(agreement), data);
    }

    /// I16: what was replaced is in force no more.
    function actOnReplaced(uint256 which, uint256 upTo, uint256) external {
        if (_stale.length == 0) return;
        Paper memory paper = abi.decode(_stale[which % _stale.length], (Paper));
        bytes memory data = abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), upTo % 450_000));
        world.refuse("I16 a replaced document", CLIENT, address(agreement), data);
    }

    function _same() private pure returns (Conditions[] memory none) {}

    function _signaturesOf(Paper memory paper, Paper memory next) private view returns (bytes[] memory signatures) {
        signatures = _signatures(next);
        signatures[1] = _signature(_keyOf(paper.deal.contractor), next);
        signatures[3] = _signature(_keyOf(next.deal.contractor), next);
    }

    function amend(uint256 which, uint256 how, uint256 value) external {
        if (which >> 140 & 1 == 1) return;
        (bytes32 origin, Paper memory paper) = _pick(which);
        Paper memory next = _changeOf(paper, origin);
        next.offer.salt = ++_salt;
        if (how & 1 == 1) next.legalText = bytes32(value);
        if (how & 2 == 2) next.milestones[value % next.milestones.length].amount = 1 + (value >> 8) % 150_000;
        if (how & 12 == 12 && next.milestones.length < 6) next.milestones = _oneMore(next, value);
        if (how & 48 == 48) next.deal.contractor = paper.deal.contractor == CONTRACTOR ? NEWCOMER : CONTRACTOR;
        if (how & 64 == 64) next.deal.holdback = value % 200_001;
        if (how & 384 == 384) next.levels = _levelsHashes[value % 2];
        bytes[] memory signatures = _signaturesOf(paper, next);
        bytes memory data = abi.encodeCall(
            IAgreement.amend, (paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), signatures)
        );
        if (_try("amend", STRANGER, origin, data)) _keep(origin, next);
    }

    function _oneMore(Paper memory paper, uint256 value) private view returns (Milestone[] memory more) {
        more = new Milestone[](paper.milestones.length + 1);
        for (uint256 i = 0; i < paper.milestones.length; ++i) {
            more[i] = paper.milestones[i];
        }
        more[paper.milestones.length] = Milestone(1 + value % 60_000, vm.getBlockTimestamp() + 15 days);
    }

    function _keyOf(address contractor) private view returns (uint256) {
        return contractor == CONTRACTOR ? CONTRACTOR_KEY : NEWCOMER_KEY;
    }

    function appoint(uint256 which, uint256 rarely, uint256) external {
        if (rarely % 4 != 0) return;
        (bytes32 origin, Paper memory paper) = _pick(which);
        bytes memory data = abi.encodeCall(IAgreement.appoint, (paper.terms(), paper.conditions(), paper.operators));
        _try("appoint", STRANGER, origin, data);
    }

    /* MONEY */

    function fund(uint256 which, uint256 by, uint256 upTo) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        if (by & 48 == 0) upTo = upTo % 60_000;
        bytes memory data = abi.encodeCall(IMilestoneEscrow.fund, (paper.terms(), upTo % 450_000));
        _try("fund", by % 4 == 0 ? STRANGER : CLIENT, origin, data);
    }

    function accept(uint256 which, uint256 mask, uint256 by) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        mask = by & 1 == 0 ? 1 << mask % paper.milestones.length : mask % (1 << paper.milestones.length);
        bytes memory data = abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), mask));
        _try("accept", by & 6 == 0 ? CLIENT_OPERATOR : CLIENT, origin, data);
    }

    function acceptUpTo(uint256 which, uint256 item, uint256 total) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        item = item % paper.milestones.length;
        total = total % paper.milestones[item].amount;
        bytes memory data = abi.encodeCall(IMilestoneEscrow.acceptUpTo, (paper.terms(), item, total));
        _try("acceptUpTo", CLIENT, origin, data);
    }

    function release(uint256 which, uint256 owed, uint256) external {
        bytes32 origin;
        Paper memory paper;
        uint256 item;
        (origin, paper, item) = _seek(which, owed & 3 == 0 ? Phase.OWED : Phase.SUBMITTED);
        if (owed & 8 == 0) _wait(which, agreement.progressOfItem(origin, item).clock + paper.deal.review + 1);
        _try("release", STRANGER, origin, abi.encodeCall(IMilestoneEscrow.release, (paper.terms(), item)));
    }

    function reclaim(uint256 which, uint256 mask, uint256 by) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        address[4] memory callers = [STRANGER, STRANGER, CLIENT, paper.deal.contractor];
        uint256 first = mask % paper.milestones.length;
        mask = by & 16 == 0 ? 1 << first : mask % (1 << paper.milestones.length);
        if (by & 32 == 0) _wait(which, paper.milestones[first].due + paper.deal.grace + 1);
        if (by % 4 == 2 && by & 8 == 0) mask = 0;
        bytes memory data = abi.encodeCall(IMilestoneEscrow.reclaim, (paper.terms(), paper.conditions(), mask));
        _try(by % 4 == 3 ? "give up" : "reclaim", callers[by % 4], origin, data);
    }

    function releaseHoldback(uint256 which, uint256, uint256) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        for (uint256 i = 0; i < origins.length && agreement.stateOf(origin).retained == 0; ++i) {
            (origin, paper) = (origins[i], paperOf(origins[i]));
        }
        _wait(which, paper.deal.holdbackUntil + 1);
        _try("releaseHoldback", STRANGER, origin, abi.encodeCall(IMilestoneEscrow.releaseHoldback, (paper.terms())));
    }

    function setPayee(uint256 which, uint256 pulled, uint256 rarely) external {
        if (rarely % 8 != 0) return;
        (bytes32 origin, Paper memory paper) = _pick(which);
        // what is pushed to the payroll is in no book of it
        bool isPayroll = pulled & 48 == 0;
        address payee = isPayroll ? address(world.payroll()) : pulled & 3 == 0 ? paper.deal.contractor : BACKUP;
        bytes memory data =
            abi.encodeCall(IMilestoneEscrow.setPayee, (paper.terms(), payee, isPayroll || pulled & 12 != 0));
        _try("setPayee", paper.deal.contractor, origin, data);
    }

    /// What is booked for somebody, if anything is.
    function takeOut(uint256 which, uint256 how, uint256) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        address[5] memory payees_ = [BACKUP, ARBITER, CLIENT, CONTRACTOR, NEWCOMER];
        address by = payees_[how % 5];
        for (uint256 i = 0; i < 5; ++i) {
            if (agreement.owed(address(hostile), payees_[i]) + agreement.owed(address(token), payees_[i]) == 0) {
                continue;
            }
            by = payees_[i];
            break;
        }
        address paid = agreement.owed(address(hostile), by) > 0 ? address(hostile) : address(token);
        if (how & 1 == 0) _try("withdraw", by, origin, abi.encodeCall(IMilestoneEscrow.withdraw, (paid, ARBITER)));
        for (uint256 i = 0; i < origins.length && agreement.toTake(origin, BACKUP, paper.deal.token) == 0; ++i) {
            (origin, paper) = (origins[i], paperOf(origins[i]));
        }
        if (how & 1 == 1) {
            _try("take", BACKUP, origin, abi.encodeCall(IMilestoneEscrow.take, (origin, paper.deal.token)));
        }
    }

    function refuse(uint256 who, uint256 how, uint256) external {
        address[3] memory refused = [CLIENT, CONTRACTOR, BACKUP];
        hostile.refuse(refused[who % 3], HostileTokenMock.Refusal(how % 3));
    }

    /* REVIEW AND DISPUTES */

    function submit(uint256 which, uint256 rejected, uint256) external {
        (bytes32 origin, Paper memory paper, uint256 item) =
            _seek(which, rejected % 3 == 0 ? Phase.REJECTED : Phase.OPEN);
        _try("submit", paper.deal.contractor, origin, abi.encodeCall(IAgreement.submit, (paper.terms(), item, WORK)));
    }

    function reject(uint256 which, uint256, uint256) external {
        (bytes32 origin, Paper memory paper, uint256 item) = _seek(which, Phase.SUBMITTED);
        _try("reject", CLIENT, origin, abi.encodeCall(IAgreement.reject, (paper.terms(), item, REASON)));
    }

    function dispute(uint256 which, uint256 by, uint256) external {
        (bytes32 origin, Paper memory paper, uint256 item) =
            _seek(which, by & 2 == 0 ? Phase.SUBMITTED : Phase.REJECTED);
        bytes memory data = abi.encodeCall(IAgreement.dispute, (paper.terms(), item, REASON));
        _try("dispute", by & 1 == 0 ? CLIENT : paper.deal.contractor, origin, data);
    }

    function disputeHoldback(uint256 which, uint256, uint256) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        bytes memory data = abi.encodeCall(IAgreement.dispute, (paper.terms(), HOLDBACK, REASON));
        _try("dispute holdback", CLIENT, origin, data);
    }

    function serve(uint256 which, uint256 backup, uint256 rarely) external {
        if (rarely % 4 != 0) return;
        (bytes32 origin, Paper memory paper) = _pick(which);
        bytes memory data = abi.encodeCall(IAgreement.serve, (paper.terms(), paper.arbitration));
        _try("serve", backup & 1 == 0 ? ARBITER : BACKUP, origin, data);
    }

    function rule(uint256 which, uint256 late, uint256 share) external {
        (bytes32 origin, Paper memory paper, uint256 item) = _seek(which, Phase.DISPUTED);
        _ruleOn(origin, paper, item, late, share);
    }

    function ruleHoldback(uint256 which, uint256 late, uint256 share) external {
        for (uint256 i = 0; i < origins.length; ++i) {
            bytes32 origin = origins[(which % 97 + i) % origins.length];
            if (agreement.progressOfItem(origin, HOLDBACK).phase != Phase.DISPUTED) continue;
            _ruleOn(origin, paperOf(origin), HOLDBACK, late, share);
            return;
        }
    }

    /// By whoever's turn it is, with or without its consent.
    function _ruleOn(bytes32 origin, Paper memory paper, uint256 item, uint256 late, uint256 share) private {
        uint256 since = agreement.progressOfItem(origin, item).clock;
        _wait(late, since + late % 4 * paper.arbitration.window);
        address by = STRANGER;
        if (vm.getBlockTimestamp() <= since + 2 * paper.arbitration.window) {
            by = vm.getBlockTimestamp() <= since + paper.arbitration.window ? ARBITER : BACKUP;
            share = share & 7 == 0 ? 0 : share % 1_000_001;
            bytes memory consent = abi.encodeCall(IAgreement.serve, (paper.terms(), paper.arbitration));
            if (late >> 64 & 3 != 0) _try("serve", by, origin, consent);
        } else {
            share = paper.arbitration.split;
        }
        bytes memory data = abi.encodeCall(IAgreement.rule, (paper.terms(), paper.arbitration, item, share));
        _try(item == HOLDBACK ? "rule holdback" : by == STRANGER ? "split" : "rule", by, origin, data);
    }

    /* ENDING */

    function giveNotice(uint256 which, uint256 by, uint256 rarely) external {
        if (rarely % 8 != 0) return;
        (bytes32 origin, Paper memory paper) = _pick(which);
        bytes memory data = abi.encodeCall(IAgreement.giveNotice, (paper.terms(), paper.conditions()));
        _try("giveNotice", by & 1 == 0 ? CLIENT : paper.deal.contractor, origin, data);
    }

    function endForCause(uint256 which, uint256 period, uint256) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        for (uint256 i = 0; i < 4 * origins.length; ++i) {
            bytes32 document = paperOf(origins[i / 4]).service();
            uint256 until = sla.rightToEnd(address(agreement), origins[i / 4], document, i % 4);
            State memory state = agreement.stateOf(origins[i / 4]);
            if (until < vm.getBlockTimestamp() || state.endsAt != 0 || state.status != Status.LIVE) continue;
            (origin, paper, period) = (origins[i / 4], paperOf(origins[i / 4]), i % 4);
            break;
        }
        bytes memory data = abi.encodeCall(IAgreement.endForCause, (paper.terms(), paper.conditions(), period % 4));
        _try("endForCause", CLIENT, origin, data);
    }

    function endForNonPayment(uint256 which, uint256 owed, uint256 isPeriod) external {
        (bytes32 origin, Paper memory paper, uint256 item) =
            _seek(which, owed & 24 == 24 ? Phase.SUBMITTED : Phase.OWED);
        if (owed & 6 != 0) {
            uint256 due = agreement.progressOfItem(origin, item).clock + paper.deal.review + paper.ending.cure + 1;
            if (due > vm.getBlockTimestamp()) vm.warp(due);
        }
        if (isPeriod & 3 == 3) item = (item + 1) % 4;
        bytes memory data =
            abi.encodeCall(IAgreement.endForNonPayment, (paper.terms(), paper.conditions(), item, isPeriod & 3 == 3));
        _try("endForNonPayment", paper.deal.contractor, origin, data);
    }

    function endByBoth(uint256 which, uint256 part, uint256 rarely) external {
        if (rarely % 8 != 0) return;
        (bytes32 origin, Paper memory paper) = _pick(which);
        _endByBoth(origin, paper, part);
    }

    function _endByBoth(bytes32 origin, Paper memory paper, uint256 part) private {
        State memory state = agreement.stateOf(origin);
        uint256 all = state.held + state.retained;
        Closing memory closing = Closing(state.id, all, part % (all + 1), vm.getBlockTimestamp());
        bytes32 digest = PaperHash.digest(PaperHash.closing(closing), address(agreement));
        bytes memory client = sign(CLIENT_KEY, digest);
        bytes memory contractor = sign(_keyOf(paper.deal.contractor), digest);
        bytes memory data = abi.encodeCall(IAgreement.endByBoth, (paper.terms(), closing, client, contractor));
        _try("endByBoth", STRANGER, origin, data);
    }

    function close(uint256 which, uint256, uint256) external {
        (bytes32 origin, Paper memory paper) = _pick(which);
        for (uint256 i = 0; i < origins.length && agreement.stateOf(origin).endsAt == 0; ++i) {
            if (agreement.stateOf(origins[i]).status == Status.LIVE) {
                (origin, paper) = (origins[i], paperOf(origins[i]));
            }
        }
        _wait(which, agreement.stateOf(origin).endsAt + 1);
        if (which >> 203 & 1 == 0) {
            _decide(origin, paper);
            _payOut(origin, paper);
        }
        _try("close", STRANGER, origin, abi.encodeCall(IAgreement.close, (paper.terms(), paper.conditions())));
    }

    function pass(uint256 duration, uint256, uint256) external {
        vm.warp(vm.getBlockTimestamp() + duration % 7 days);
    }

    /* THE WAY OUT */

    /// I5: once an end is announced, a stranger and time alone bring the agreement to it, with nothing left in it.
    function wayOut(uint256 which) external {
        bytes32 origin = origins[which];
        Paper memory paper = paperOf(origin);
        State memory state = agreement.stateOf(origin);
        if (state.status == Status.LIVE && state.endsAt == 0) {
            bytes memory data = abi.encodeCall(IAgreement.giveNotice, (paper.terms(), paper.conditions()));
            address by = which & 1 == 0 ? CLIENT : paper.deal.contractor;
            assertTrue(_try("last notice", by, origin, data), "I5 notice");
            state = agreement.stateOf(origin);
        }
        // the longest of what may still run: two windows of the arbiters, the oracle's time, the review, the cure
        uint256 over = state.endsAt > vm.getBlockTimestamp() ? state.endsAt : vm.getBlockTimestamp();
        vm.warp(over + 2 * paper.arbitration.window + paper.deal.review + paper.ending.cure + 1);
        _decide(origin, paper);
        vm.warp(vm.getBlockTimestamp() + 1);
        _payOut(origin, paper);
        if (agreement.stateOf(origin).status == Status.LIVE) {
            bytes memory data = abi.encodeCall(IAgreement.close, (paper.terms(), paper.conditions()));
            assertTrue(_try("last close", STRANGER, origin, data), "I5 close");
        }
        if (vm.getBlockTimestamp() <= paper.deal.holdbackUntil) vm.warp(paper.deal.holdbackUntil + 1);
        bytes memory release_ = abi.encodeCall(IMilestoneEscrow.releaseHoldback, (paper.terms()));
        if (agreement.stateOf(origin).retained > 0) {
            assertTrue(_try("last holdback", STRANGER, origin, release_), "I5 holdback");
        }
        state = agreement.stateOf(origin);
        assertTrue(state.status >= Status.DONE, "I5 not ended");
        assertEq(state.held + state.retained, 0, "I5 something is left");
    }

    function _decide(bytes32 origin, Paper memory paper) private {
        bytes memory data;
        for (uint256 i = 0; i <= paper.milestones.length; ++i) {
            uint256 item = i == paper.milestones.length ? HOLDBACK : i;
            data = abi.encodeCall(IAgreement.rule, (paper.terms(), paper.arbitration, item, paper.arbitration.split));
            _try("last split", STRANGER, origin, data);
        }
    }

    function _payOut(bytes32 origin, Paper memory paper) private {
        bytes memory data;
        for (uint256 i = 0; i < paper.milestones.length; ++i) {
            data = abi.encodeCall(IMilestoneEscrow.release, (paper.terms(), i));
            _try("last release", STRANGER, origin, data);
        }
        for (uint256 i = 0; i < paper.schedule.ends.length; ++i) {
            data = abi.encodeCall(IMilestoneEscrow.settle, (paper.terms(), paper.conditions(), i));
            _try("last settle", STRANGER, origin, data);
        }
    }
}
