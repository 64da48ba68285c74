// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {Phase, State, Status, Step} from "../../../contracts/types/State.sol";
import {
    Arbitration,
    Billing,
    Conditions,
    Deal,
    Ending,
    Milestone,
    Offer,
    Operators,
    Proposal,
    Schedule,
    Terms
} from "../../../contracts/types/Terms.sol";
import {Test, Vm} from "../Vm.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice Parties, a document and the usual calls for the agreement's tests. {_check} follows the linked history after
/// each call and counts its events; {_assertMoney} accounts for every unit.
/// @dev The document: three milestones of 100,000, 200,003 and 50,001, due after 30, 60 and 90 days, all deposited; a
/// review of 7 days, 3 days of grace, two rejections; an arbiter with a fee of 5 %, windows of 10 days and a split of
/// 40 %. {_servicePaper} adds three periods of 30 days at 10,000, at most 12,000, two of them covered.
abstract contract AgreementTest is Test {
    using PaperHash for Paper;

    uint256 internal constant CLIENT_KEY = 0xC1;
    uint256 internal constant CONTRACTOR_KEY = 0xC2;
    uint256 internal constant NEWCOMER_KEY = 0xC3;
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant FUNDS = 10_000_000;
    uint256 internal constant ALL = 350_004;
    uint256 internal constant HOLDBACK = 64;
    bytes32 internal constant WORK = keccak256("work");
    bytes32 internal constant REASON = keccak256("reason");

    address internal immutable CLIENT = vm.addr(CLIENT_KEY);
    address internal immutable CONTRACTOR = vm.addr(CONTRACTOR_KEY);
    address internal immutable NEWCOMER = vm.addr(NEWCOMER_KEY);
    address internal constant ARBITER = address(0xAB1);
    address internal constant BACKUP = address(0xAB2);
    address internal constant CLIENT_OPERATOR = address(0x0C1);
    address internal constant CONTRACTOR_OPERATOR = address(0x0C2);
    address internal constant STRANGER = address(0x5);

    IAgreement internal agreement;
    TokenMock internal token;
    OracleMock internal oracle;

    /// The history as the recorded events make it.
    mapping(bytes32 owner => bytes32) internal word;
    mapping(bytes32 selector => uint256) internal seen;
    uint256 private found;

    function setUp() public virtual {
        vm.warp(START);
        agreement = IAgreement(vm.deployCode("out/Agreement.sol/Agreement.json"));
        token = new TokenMock("Plain", "PLN", 6);
        oracle = OracleMock(vm.deployCode("out/OracleMock.sol/OracleMock.json"));
        token.mint(CLIENT, FUNDS);
        vm.prank(CLIENT);
        token.approve(address(agreement), type(uint256).max);
        vm.recordLogs();
    }

    /* DOCUMENTS */

    function _paper() internal view returns (Paper memory paper) {
        paper.deal = Deal(0, CLIENT, CONTRACTOR, address(token), 7 days, 3 days, 2, 0, 0);
        paper.milestones = new Milestone[](3);
        paper.milestones[0] = Milestone(100_000, START + 30 days);
        paper.milestones[1] = Milestone(200_003, START + 60 days);
        paper.milestones[2] = Milestone(50_001, START + 90 days);
        paper.arbitration = Arbitration(ARBITER, BACKUP, 50_000, 10 days, 400_000);
        paper.offer = Offer(1, START + 5 days, ALL, 0, 0);
        paper.operators.client = new address[](1);
        paper.operators.client[0] = CLIENT_OPERATOR;
        paper.operators.contractor = new address[](1);
        paper.operators.contractor[0] = CONTRACTOR_OPERATOR;
        paper.operators.limit = 150_000;
        paper.ending = Ending(30 days, 20 days, 14 days);
        paper.billing.oracle = address(oracle);
        paper.levels = keccak256("levels");
        paper.equity = keccak256("equity");
        paper.legalText = keccak256("legal text");
    }

    function _heldBackPaper() internal view returns (Paper memory paper) {
        paper = _paper();
        (paper.deal.holdback, paper.deal.holdbackUntil) = (100_000, START + 200 days);
    }

    function _servicePaper() internal view returns (Paper memory paper) {
        paper = _paper();
        paper.billing = Billing(address(oracle), 10_000, 12_000, 2);
        uint256[] memory ends = new uint256[](3);
        (ends[0], ends[1], ends[2]) = (START + 30 days, START + 60 days, START + 90 days);
        paper.schedule = Schedule(START, ends, 10 days, 20 days, 0, keccak256("definition"), keccak256("contest"));
        paper.offer.deposit = ALL + 24_000;
    }

    function _none() internal pure returns (Milestone[] memory) {
        return new Milestone[](0);
    }

    function _id(Paper memory paper) internal view returns (bytes32) {
        return paper.id(address(agreement));
    }

    function _signature(uint256 key, Paper memory paper) internal view returns (bytes memory) {
        return sign(key, _id(paper));
    }

    function _noMaster() internal pure returns (Terms[] memory) {
        return new Terms[](0);
    }

    /* CALLS */

    /// The client opens what the contractor has signed.
    function _open(Paper memory paper) internal returns (bytes32 id) {
        bytes memory signature = _signature(CONTRACTOR_KEY, paper);
        vm.prank(CLIENT);
        id = agreement.open(paper.proposal(), _noMaster(), "", signature, "");
        _check(1);
    }

    function _fund(Paper memory paper, uint256 upTo) internal {
        vm.prank(CLIENT);
        agreement.fund(paper.terms(), upTo);
        _check(1);
    }

    function _accept(Paper memory paper, uint256 milestones) internal {
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), milestones);
        _check(1);
    }

    function _submit(Paper memory paper, uint256 milestone) internal {
        vm.prank(CONTRACTOR);
        agreement.submit(paper.terms(), milestone, WORK);
        _check(1);
    }

    function _reject(Paper memory paper, uint256 milestone) internal {
        vm.prank(CLIENT);
        agreement.reject(paper.terms(), milestone, REASON);
        _check(1);
    }

    function _dispute(Paper memory paper, uint256 item) internal {
        vm.prank(CLIENT);
        agreement.dispute(paper.terms(), item, REASON);
        _check(1);
    }

    function _serve(Paper memory paper, address arbiter) internal {
        vm.prank(arbiter);
        agreement.serve(paper.terms(), paper.arbitration);
        _check(1);
    }

    function _notice(Paper memory paper, address by) internal {
        vm.prank(by);
        agreement.giveNotice(paper.terms(), paper.conditions());
        _check(1);
    }

    /// A change order of both parties, carried by a stranger.
    function _amend(Paper memory paper, Paper memory next) internal {
        vm.prank(STRANGER);
        agreement.amend(paper.terms(), next.proposal(), paper.offerHash(), _conditions(paper, next), _signatures(next));
        _check(1);
    }

    /// The same paper as a change order of it.
    function _changeOf(Paper memory paper, bytes32 origin) internal view returns (Paper memory next) {
        next = abi.decode(abi.encode(paper), (Paper));
        next.deal.origin = origin;
        next.offer = Offer(2, vm.getBlockTimestamp() + 5 days, 0, _id(paper), 0);
    }

    function _conditions(Paper memory paper, Paper memory next) internal pure returns (Conditions[] memory both) {
        if (paper.conditionsHash() == next.conditionsHash()) return both;
        both = new Conditions[](2);
        (both[0], both[1]) = (paper.conditions(), next.conditions());
    }

    function _signatures(Paper memory next) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](4);
        signatures[0] = _signature(CLIENT_KEY, next);
        signatures[1] = _signature(CONTRACTOR_KEY, next);
        signatures[2] = _signature(NEWCOMER_KEY, next);
        signatures[3] = signatures[2];
    }

    /* OUTCOMES */

    /// Announces that the next call emits the event that follows.
    function _expect() internal {
        vm.expectEmit(true, true, true, true, address(agreement));
    }

    function _unauthorised(address caller, address party) internal {
        vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_Unauthorised.selector, caller, party));
        vm.prank(caller);
    }

    /// Since the last call exactly `count` events were emitted, and each advanced the history of what it names.
    function _check(uint256 count) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        found = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(agreement)) _follow(logs[i].topics, keccak256(_words(logs[i])));
        }
        assertEq(found, count, "events");
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(agreement)) _compare(logs[i].topics);
        }
    }

    /// `topics ‖ data` of an event as it was recorded.
    function _words(Vm.Log memory log) private pure returns (bytes memory) {
        return abi.encodePacked(log.topics, log.data);
    }

    function _follow(bytes32[] memory topics, bytes32 hashed) private {
        ++found;
        ++seen[topics[0]];
        if (_isOutside(topics[0])) return;
        word[topics[1]] = keccak256(abi.encode(word[topics[1]], vm.getBlockTimestamp(), hashed));
    }

    function _compare(bytes32[] memory topics) private view {
        if (!_isOutside(topics[0])) assertEq(agreement.history(topics[1]), word[topics[1]], "history");
    }

    /// SPEC 10.2.
    function _isOutside(bytes32 selector) internal pure returns (bool) {
        return selector == IMilestoneEscrow.Withdrawn.selector || selector == IAgreement.Published.selector;
    }

    /// Where every unit is: the client has paid `spent` net.
    function _assertMoney(
        Paper memory paper,
        uint256 spent,
        uint256 contractor,
        uint256 held,
        uint256 retained,
        uint256 booked
    ) internal view {
        State memory state = _state(paper);
        assertEq(state.held, held, "held");
        assertEq(state.retained, retained, "retained");
        assertEq(token.balanceOf(CLIENT), FUNDS - spent, "client");
        assertEq(token.balanceOf(CONTRACTOR), contractor, "contractor");
        assertEq(token.balanceOf(address(agreement)), held + retained + booked, "agreement");
        assertEq(token.balanceOf(STRANGER), 0, "stranger");
    }

    function _state(Paper memory paper) internal view returns (State memory) {
        return agreement.stateOf(paper.deal.origin == 0 ? _id(paper) : paper.deal.origin);
    }

    function _assertStatus(Paper memory paper, uint256 status, uint256 settled, uint256 accepted) internal view {
        bytes32 origin = paper.deal.origin == 0 ? _id(paper) : paper.deal.origin;
        (uint256 status_, uint256 accepted_,) = agreement.progressOf(origin);
        assertEq(status_, status, "status");
        assertEq(accepted_, accepted, "accepted milestones");
        assertEq(_state(paper).settled, settled, "settled milestones");
        assertEq(_state(paper).status, status, "status in state");
    }

    function _assertItem(
        Paper memory paper,
        uint256 item,
        uint256 accepted,
        uint256 clock,
        uint256 rounds,
        uint256 phase
    ) internal view {
        bytes32 origin = paper.deal.origin == 0 ? _id(paper) : paper.deal.origin;
        Step memory step = agreement.progressOfItem(origin, item);
        assertEq(step.accepted, accepted, "accepted part");
        assertEq(step.clock, clock, "clock");
        assertEq(step.rounds, rounds, "rounds");
        assertEq(step.phase, phase, "phase");
    }
}
