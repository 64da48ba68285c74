// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Report} from "../../../contracts/types/ServiceLevels.sol";
import {ServicePeriod, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Vm} from "../Vm.sol";
import {DocumentHash} from "./DocumentHash.sol";
import {ContestTest} from "./ContestTest.sol";

/// @notice SPEC.md 8.12 and 8.9: who rules, on what, and what the report put together is.
contract RulingTest is ContestTest {
    uint256 private _clock;

    function setUp() public override {
        super.setUp();
        _contested(0);
        _clock = _now();
    }

    /* WHO */

    /// @custom:threat T12
    function testTheArbiterThenTheBackupThenTheTerms() public {
        bytes4 unauthorised = ISLAOracle.SLAOracle_Unauthorised.selector;
        address[4] memory others = [BACKUP, STRANGER, vm.addr(CLIENT_KEY), vm.addr(CONTRACTOR_KEY)];
        vm.warp(_clock + 5 days);
        for (uint256 i = 0; i < others.length; ++i) {
            _ruleRefused(1, others[i], abi.encodeWithSelector(unauthorised, others[i], ARBITER));
        }
        uint256 state = vm.snapshotState();
        _rule(1, ARBITER);
        _assertStage(0, Stage.Reported);
        vm.revertToState(state);

        vm.warp(_clock + 5 days + 1);
        _ruleRefused(1, ARBITER, abi.encodeWithSelector(unauthorised, ARBITER, BACKUP));
        vm.warp(_clock + 10 days);
        _ruleRefused(1, ARBITER, abi.encodeWithSelector(unauthorised, ARBITER, BACKUP));
        state = vm.snapshotState();
        _rule(1, BACKUP);
        _assertStage(0, Stage.Reported);
        vm.revertToState(state);

        vm.warp(_clock + 10 days + 1);
        bytes4 wrong = ISLAOracle.SLAOracle_WrongRuling.selector;
        _ruleRefused(1, ARBITER, abi.encodeWithSelector(wrong, 1, 0));
        _ruleRefused(ALL, BACKUP, abi.encodeWithSelector(wrong, ALL, 0));
        _listen();
        _rule(0, STRANGER);
        Vm.Log[] memory logs = _heard(3);
        _assertRuled(logs[0], 0, STRANGER, 0);
        _assertReported(logs[1], _ofContractor(0), 2, 3140);
        _assertAssessed(logs[2], 0, 100 * UNIT);
    }

    function testTheClientsReportStandsByTheTerms() public {
        contest.standing = 1;
        _contested(0);
        vm.warp(_clock + 10 days + 1);
        _ruleRefused(0, STRANGER, abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongRuling.selector, 0, ALL));
        _listen();
        _rule(ALL, STRANGER);
        Vm.Log[] memory logs = _heard(3);
        _assertRuled(logs[0], 0, STRANGER, ALL);
        _assertReported(logs[1], _ofClient(0), 1, 5070);
        _assertAssessed(logs[2], 0, 50 * UNIT);
    }

    /* ON WHAT */

    /// @dev All 16 choices: each figure and quantity is the chosen one's, id and evidence as 8.12 says.
    /// @custom:threat T35
    function testEveryChoice() public {
        uint256 state = vm.snapshotState();
        for (uint256 choice = 0; choice < 16; ++choice) {
            vm.revertToState(state);
            uint256 mask = (choice & 3) | (choice >> 2) << 32;
            Report memory merged = _merged(mask);
            uint256 failed = (choice & 1) | (choice & 2 == 0 ? 2 : 0);
            uint256 charge = (choice & 4 == 0 ? 140 : 70) + (choice & 8 == 0 ? 3000 : 5000);
            uint256 rate = (choice & 1 == 0 ? 0 : 50 * UNIT) + (choice & 2 == 0 ? 100 * UNIT : 0);
            _listen();
            _rule(mask, ARBITER);
            Vm.Log[] memory logs = _heard(3);
            _assertRuled(logs[0], 0, ARBITER, mask);
            _assertReported(logs[1], merged, failed, charge);
            _assertAssessed(logs[2], 0, rate);
            ServicePeriod memory stored = _stored(0);
            assertEq(stored.commitment, _commitment(merged), "commitment");
            assertEq(stored.counter, 0, "counter");
            _assertAnswer(0, Answer(1, _now(), charge, rate, rate));
        }
    }

    /// @custom:threat T35
    function testOnlyFiguresThatThereAre() public {
        bytes4 wrong = ISLAOracle.SLAOracle_WrongRuling.selector;
        uint256[3] memory masks = [uint256(4), 1 << 34, ALL | 1 << 255];
        for (uint256 i = 0; i < masks.length; ++i) {
            _ruleRefused(masks[i], ARBITER, abi.encodeWithSelector(wrong, masks[i], ALL));
        }
    }

    /// @custom:threat T35
    function testRuledByTheTwoReportsAlone() public {
        Report memory ofClient = _ofClient(0);
        Report memory ofContractor = _ofContractor(0);
        bytes4 wrong = ISLAOracle.SLAOracle_WrongReport.selector;
        vm.expectRevert(abi.encodeWithSelector(wrong, _commitment(ofContractor), _commitment(ofClient)));
        _rule(ofContractor, ofClient, 0, ARBITER);
        vm.expectRevert(abi.encodeWithSelector(wrong, _commitment(ofClient), _commitment(ofContractor)));
        _rule(ofClient, ofClient, 0, ARBITER);
    }

    function testOnlyAContestedPeriodOnce() public {
        vm.warp(_end(1) + 1);
        Report memory next = _ofClient(1);
        vm.expectRevert(_wrongStage(1, Stage.Open));
        _rule(next, _ofContractor(1), 0, ARBITER);
        _sendSide(next, CLIENT_REPORTER_KEY);
        vm.expectRevert(_wrongStage(1, Stage.ClientReported));
        _rule(next, _ofContractor(1), 0, ARBITER);
        vm.warp(_clock + 1);
        _rule(0, ARBITER);
        _ruleRefused(0, ARBITER, abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 0));
    }

    /// @dev The choices may add up to more than an amount can be, each report alone never.
    function testTheChargeOfAChoiceIsAnAmount() public {
        levels.prices[0].rate = 1;
        levels.prices[1].rate = 1;
        Report memory one = _ofClient(0);
        Report memory other = _ofContractor(0);
        (one.quantities[0], one.quantities[1]) = (type(uint96).max, 0);
        (other.quantities[0], other.quantities[1]) = (0, type(uint96).max);
        _sendSide(one, CLIENT_REPORTER_KEY);
        _counter(one, other, CONTRACTOR_REPORTER_KEY);
        uint256 most = type(uint96).max;
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_ChargeOutOfRange.selector, 2 * most, most));
        _rule(one, other, 1 << 32, ARBITER);
        _rule(one, other, 1 << 33, ARBITER);
        assertEq(_answer(0).charge, 0, "charge");
    }

    /* AFTERWARDS */

    /// @dev A ruled period waits for an earlier one, and is assessed by the report put together.
    function testRuledBeforeAnEarlierPeriod() public {
        vm.warp(_end(1) + 1);
        _contested(1);
        Report memory ofClient = _ofClient(1);
        Report memory ofContractor = _ofContractor(1);
        _listen();
        _rule(ofClient, ofContractor, 1, ARBITER);
        Vm.Log[] memory logs = _heard(2);
        _assertReported(logs[1], _mergedOf(ofClient, ofContractor, 1), 3, 3140);
        _assertAnswer(1, Answer(1, 0, 3140, 300 * UNIT, 300 * UNIT));
        vm.warp(_clock + 10 days + 1);
        _rule(0, STRANGER);

        bytes32 hashed = _scheduleHash();
        Report memory merged = _mergedOf(ofClient, ofContractor, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISLAOracle.SLAOracle_WrongReport.selector, _commitment(ofContractor), _commitment(merged)
            )
        );
        oracle.assess(ofContractor, hashed, levels);
        oracle.assess(merged, hashed, levels);
        _assertAnswer(1, Answer(1, _now(), 3140, 150 * UNIT, 150 * UNIT));
    }

    /// @dev Of a contested period either report's events can be proved, of a final one those of what stands.
    function testProveAgainstEachRoot() public {
        bytes32 record = keccak256("record");
        bytes32[] memory none = new bytes32[](0);
        vm.warp(_end(1) + 1);
        Report memory ofClient = _ofClient(1);
        Report memory ofContractor = _ofContractor(1);
        ofClient.evidence = keccak256(abi.encode(record));
        ofContractor.evidence = keccak256(abi.encode(keccak256("other")));
        bytes32 hashOfClient = DocumentHash.ofReport(ofClient);
        bytes32 hashOfContractor = DocumentHash.ofReport(ofContractor);
        bytes32 book = _book();
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInEvidence.selector, 1, record);

        _sendSide(ofClient, CLIENT_REPORTER_KEY);
        _listen();
        oracle.prove(book, 1, record, hashOfClient, none);
        _assertEvent(
            _heard(1)[0], ISLAOracle.RecordProved.selector, [book, bytes32(uint256(1)), bytes32(0)], abi.encode(record)
        );
        _counter(ofClient, ofContractor, CONTRACTOR_REPORTER_KEY);
        oracle.prove(book, 1, record, hashOfClient, none);
        oracle.prove(book, 1, keccak256("other"), hashOfContractor, none);
        vm.expectRevert(refusal);
        oracle.prove(book, 1, record, hashOfContractor, none);

        uint256 state = vm.snapshotState();
        _rule(ofClient, ofContractor, ALL, ARBITER);
        oracle.prove(book, 1, record, hashOfClient, none);
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInEvidence.selector, 1, keccak256("other")));
        oracle.prove(book, 1, keccak256("other"), hashOfContractor, none);

        vm.revertToState(state);
        _rule(ofClient, ofContractor, 1, ARBITER);
        bytes32 hashOfMerged = DocumentHash.ofReport(_mergedOf(ofClient, ofContractor, 1));
        oracle.prove(book, 1, keccak256("other"), hashOfMerged, none);
        vm.expectRevert(refusal);
        oracle.prove(book, 1, record, hashOfClient, none);
    }

    function _merged(uint256 mask) private view returns (Report memory) {
        return _mergedOf(_ofClient(0), _ofContractor(0), mask);
    }
}
