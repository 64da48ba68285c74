// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Figure, Report} from "../../../contracts/types/ServiceLevels.sol";
import {ServicePeriod, Signed, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Contest} from "../../../contracts/types/Terms.sol";
import {Vm} from "../Vm.sol";
import {DocumentHash} from "./DocumentHash.sol";
import {ContestTest} from "./ContestTest.sol";

/// @notice SPEC.md 8.11, 8.12 and 8.18: one side reports, the other answers, is silent or concedes.
contract ContestedTest is ContestTest {
    /* ONE SIDE */

    /// @custom:threat T10
    function testOneSidesReportWaits() public {
        Report memory given = _ofClient(0);
        _listen();
        vm.prank(STRANGER);
        _sendSide(given, CLIENT_REPORTER_KEY);
        Vm.Log[] memory logs = _heard(1);
        _assertPending(logs[0], given, true, false, _now() + 7 days);

        ServicePeriod memory stored = _stored(0);
        _assertStage(0, Stage.ClientReported);
        assertEq(stored.result.clock, _now(), "clock");
        assertEq(stored.commitment, _commitment(given), "commitment");
        assertEq(stored.charge, 0, "charge");
        _assertAnswer(0, Answer(0, 0, 0, 0, 0));
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, _document(), 1), 0, "met");
    }

    function testTheContractorsSideToo() public {
        Report memory given = _ofContractor(0);
        _listen();
        _sendSide(given, CONTRACTOR_KEY);
        _assertPending(_heard(1)[0], given, false, false, _now() + 7 days);
        _assertStage(0, Stage.ContractorReported);
    }

    function testReportedBetweenTheEndAndReportWithin() public {
        Report memory given = _ofClient(1);
        vm.warp(_end(1));
        _sideRefused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_TooEarly.selector, 1, _end(1)));
        vm.warp(_end(1) + 10 days + 1);
        _sideRefused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_TooLate.selector, 1, _end(1) + 10 days));
        vm.warp(_end(1) + 1);
        uint256 state = vm.snapshotState();
        _sendSide(given, CLIENT_REPORTER_KEY);
        _assertStage(1, Stage.ClientReported);
        vm.revertToState(state);
        vm.warp(_end(1) + 10 days);
        _sendSide(given, CLIENT_REPORTER_KEY);
        _assertStage(1, Stage.ClientReported);
    }

    /// @custom:threat T10
    function testOneSideNeedsAQuorumOfIts() public {
        levels.reporters.clientQuorum = 2;
        Report memory given = _ofClient(0);
        _sideRefused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, false, false));
        bytes memory both = abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, true, true);
        _sideRefused(given, _keys(CLIENT_KEY, CONTRACTOR_REPORTER_KEY), both);
        bytes memory foreign = abi.encodeWithSelector(ISLAOracle.SLAOracle_NotReporter.selector, vm.addr(STRANGER_KEY));
        _sideRefused(given, _keys(STRANGER_KEY), foreign);
        oracle.reportBySide(
            given, _schedule(), contest, levels, _signed(given, _keys(CLIENT_REPORTER_KEY, CLIENT_REPORTER_2_KEY))
        );
        _assertStage(0, Stage.ClientReported);
    }

    function testAnAdjustmentNeedsBothSides() public {
        Report memory given = _ofClient(0);
        given.adjustment = -1;
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_AdjustmentNotAgreed.selector, int256(-1));
        _sideRefused(given, refusal);
        _sendSide(_ofClient(0), CLIENT_REPORTER_KEY);
        _counterRefused(_ofClient(0), given, CONTRACTOR_REPORTER_KEY, refusal);
    }

    /// @dev What could never become final would keep the default away for ever.
    function testWrongFiguresNeverWait() public {
        Report memory given = _ofClient(0);
        given.figures[0] = Figure(101, 100, 0);
        _sideRefused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_GoodExceedsTotal.selector, 0, 101, 100));
        given = _ofClient(0);
        given.quantities[1] = type(uint96).max;
        _sideRefused(
            given,
            abi.encodeWithSelector(
                ISLAOracle.SLAOracle_ChargeOutOfRange.selector, 1000 * uint256(type(uint96).max) + 70, type(uint96).max
            )
        );
        given = _ofClient(0);
        given.figures = new Figure[](0);
        _sideRefused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongFigures.selector, 0, 2));
        given = _ofClient(0);
        given.quantities = new uint256[](0);
        _sideRefused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongQuantities.selector, 0, 2));
        while (levels.levels.length < 33) _addLevel(0, 1, 1);
        _sideRefused(_notice(0), abi.encodeWithSelector(ISLAOracle.SLAOracle_TooManyLevels.selector, 33, 32));
        assertEq(oracle.historyOf(_book()), 0, "history");
    }

    function testOnlyListedPeriodsOfTheDocumentInForce() public {
        Report memory given = _ofClient(12);
        _sideRefused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_PeriodOutOfRange.selector, 12, 12));
        given = _ofClient(0);
        bytes32 document = _document();
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, document, "next");
        _sideRefused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInForce.selector, document));
    }

    function testTheContestIsTheDocuments() public {
        Report memory given = _ofClient(0);
        bytes32 signed = DocumentHash.ofContest(contest);
        Signed[] memory signatures = _signed(given, _keys(CLIENT_REPORTER_KEY));
        Contest memory other = contest;
        other.window += 1;
        vm.expectRevert(
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongDocument.selector, DocumentHash.ofContest(other), signed)
        );
        oracle.reportBySide(given, _schedule(), other, levels, signatures);
    }

    function testOnlyAnOpenPeriod() public {
        _sendSide(_ofClient(0), CLIENT_REPORTER_KEY);
        _sideRefused(_ofClient(0), _wrongStage(0, Stage.ClientReported));
        _sideRefused(_ofContractor(0), _keys(CONTRACTOR_REPORTER_KEY), _wrongStage(0, Stage.ClientReported));
        vm.warp(_end(0) + 11 days);
        vm.expectRevert(_wrongStage(0, Stage.ClientReported));
        _applyDefault(0);
        _send(_ofClient(0));
        _sideRefused(_ofClient(0), abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 0));
    }

    /// @dev A signature over one period, agreement or document is worth nothing for another.
    function testSignaturesOfOneSideAreNotReplayed() public {
        Signed[] memory signatures = _signed(_ofClient(0), _keys(CLIENT_REPORTER_KEY));
        bytes memory refusal =
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongSignature.selector, signatures[0].signer);
        Report memory given = _ofClient(0);
        given.agreement = address(1);
        vm.expectRevert(refusal);
        oracle.reportBySide(given, _schedule(), contest, levels, signatures);
        levels.credits.lapse += 1;
        given = _ofClient(0);
        vm.expectRevert(refusal);
        oracle.reportBySide(given, _schedule(), contest, levels, signatures);
        levels.credits.lapse -= 1;
        vm.warp(_end(1) + 1);
        given = _ofClient(1);
        vm.expectRevert(refusal);
        oracle.reportBySide(given, _schedule(), contest, levels, signatures);
    }

    /* SILENCE */

    /// @custom:threat T9 T12
    function testSilenceAccepts() public {
        Report memory given = _ofClient(0);
        _sendSide(given, CLIENT_REPORTER_KEY);
        uint256 until = _now() + 7 days;
        vm.warp(until);
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_TooEarly.selector, 0, until);
        _finaliseRefused(given, STRANGER, refusal);
        _finaliseRefused(given, vm.addr(CLIENT_KEY), refusal);
        _finaliseRefused(given, vm.addr(CONTRACTOR_REPORTER_KEY), refusal);

        vm.warp(until + 1);
        Report memory wrong = _ofContractor(0);
        _finaliseRefused(
            wrong,
            STRANGER,
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongReport.selector, _commitment(wrong), _commitment(given))
        );
        _listen();
        _finalise(given, STRANGER);
        Vm.Log[] memory logs = _heard(2);
        _assertReported(logs[0], given, 1, 5070);
        _assertAssessed(logs[1], 0, 50 * UNIT);
        _assertStage(0, Stage.Reported);
        assertEq(_stored(0).commitment, _commitment(given), "commitment");
        _assertAnswer(0, Answer(1, _now(), 5070, 50 * UNIT, 50 * UNIT));
        _finaliseRefused(given, STRANGER, abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 0));
    }

    function testNothingToFinalise() public {
        _finaliseRefused(_ofClient(0), STRANGER, _wrongStage(0, Stage.Open));
    }

    /// @dev 8.12: the party itself concedes, before the window is over; a reporter cannot.
    function testThePartyConcedes() public {
        Report memory given = _ofContractor(0);
        _sendSide(given, CONTRACTOR_REPORTER_KEY);
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_TooEarly.selector, 0, _now() + 7 days);
        _finaliseRefused(given, vm.addr(CLIENT_REPORTER_KEY), refusal);
        _finaliseRefused(given, vm.addr(CONTRACTOR_KEY), refusal);
        _listen();
        _finalise(given, vm.addr(CLIENT_KEY));
        Vm.Log[] memory logs = _heard(2);
        _assertReported(logs[0], given, 2, 3140);
        _assertAssessed(logs[1], 0, 100 * UNIT);
    }

    /// @dev Who was a party before an assignment gives nothing away: neither what is pending nor what is contested.
    function testConcessionByTheDocumentInForceAlone() public {
        Report memory given = _ofContractor(0);
        _sendSide(given, CONTRACTOR_REPORTER_KEY);
        bytes32 old = _document();
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, old, keccak256("assigned"));
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInForce.selector, old);
        _finaliseRefused(given, vm.addr(CLIENT_KEY), refusal);
        uint256 state = vm.snapshotState();

        _counter(given, _ofClient(0), CLIENT_REPORTER_KEY);
        _finaliseRefused(given, vm.addr(CLIENT_KEY), refusal);
        _finaliseRefused(_ofClient(0), vm.addr(CONTRACTOR_KEY), refusal);

        vm.revertToState(state);
        vm.warp(_now() + 7 days + 1);
        _finalise(given, STRANGER);
        _assertStage(0, Stage.Reported);
    }

    /* ANSWER */

    function testTheOtherSideAnswers() public {
        _sendSide(_ofClient(0), CLIENT_REPORTER_KEY);
        vm.warp(_now() + 7 days);
        Report memory given = _ofContractor(0);
        _listen();
        _counter(_ofClient(0), given, CONTRACTOR_REPORTER_KEY);
        // 10 tickets at 7 and 3 hours at 1000: the lesser of each.
        _assertContested(_heard(1)[0], given, false, 3070);
        ServicePeriod memory stored = _stored(0);
        _assertStage(0, Stage.Contested);
        assertEq(stored.result.clock, _now(), "clock");
        assertEq(stored.commitment, _commitment(_ofClient(0)), "the client's");
        assertEq(stored.counter, _commitment(given), "the contractor's");
        _assertAnswer(0, Answer(1, 0, 3070, 300 * UNIT, 300 * UNIT));
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, _document(), 1), 0, "met");
    }

    /// @dev The words hold the client's and the contractor's, whoever came first.
    function testTheClientAnswers() public {
        _sendSide(_ofContractor(0), CONTRACTOR_REPORTER_KEY);
        Report memory given = _ofClient(0);
        _listen();
        _counter(_ofContractor(0), given, CLIENT_REPORTER_KEY);
        _assertContested(_heard(1)[0], given, true, 3070);
        assertEq(_stored(0).commitment, _commitment(given), "the client's");
        assertEq(_stored(0).counter, _commitment(_ofContractor(0)), "the contractor's");
    }

    function testAnswersRefused() public {
        Report memory pending = _ofClient(0);
        Report memory given = _ofContractor(0);
        _counterRefused(pending, given, CONTRACTOR_REPORTER_KEY, _wrongStage(0, Stage.Open));
        _sendSide(pending, CLIENT_REPORTER_KEY);
        uint256 until = _now() + 7 days;
        _counterRefused(
            given,
            given,
            CONTRACTOR_REPORTER_KEY,
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongReport.selector, _commitment(given), _commitment(pending))
        );
        _counterRefused(
            pending,
            given,
            CLIENT_REPORTER_KEY,
            abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, true, false)
        );
        Report memory wrong = _ofContractor(0);
        wrong.figures[0].good = 101;
        _counterRefused(
            pending,
            wrong,
            CONTRACTOR_REPORTER_KEY,
            abi.encodeWithSelector(ISLAOracle.SLAOracle_GoodExceedsTotal.selector, 0, 101, 100)
        );
        vm.warp(until + 1);
        _counterRefused(
            pending,
            given,
            CONTRACTOR_REPORTER_KEY,
            abi.encodeWithSelector(ISLAOracle.SLAOracle_TooLate.selector, 0, until)
        );
        vm.warp(until);
        _counter(pending, given, CONTRACTOR_REPORTER_KEY);
        _counterRefused(pending, given, CONTRACTOR_REPORTER_KEY, _wrongStage(0, Stage.Contested));
        _sideRefused(pending, _wrongStage(0, Stage.Contested));
        vm.warp(_end(0) + 20 days);
        vm.expectRevert(_wrongStage(0, Stage.Contested));
        _applyDefault(0);
    }

    /// @dev An answer is by the document of the pending report, replaced since or not; never by another.
    function testAnswerByTheSameDocument() public {
        Report memory pending = _ofClient(0);
        _sendSide(pending, CLIENT_REPORTER_KEY);
        bytes32 old = _document();
        levels.levels[0].bands[0].allocation += 1;
        bytes32 next = _document();
        Report memory given = _ofContractor(0);
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, old, next);
        _counterRefused(
            pending,
            given,
            CONTRACTOR_REPORTER_KEY,
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongDocument.selector, next, old)
        );
        levels.levels[0].bands[0].allocation -= 1;
        _counter(pending, _ofContractor(0), CONTRACTOR_REPORTER_KEY);
        _rule(1, ARBITER);
        assertEq(_answer(next, 0).rate, 150 * UNIT, "ruled by the old document, read by the new");
    }

    /// @dev 8.3: both sides together end any stage, by the document in force.
    function testContestedThenAgreed() public {
        _contested(0);
        Report memory agreed = _report(0);
        _listen();
        _send(agreed);
        Vm.Log[] memory logs = _heard(2);
        _assertReported(logs[0], agreed, 0, 0);
        _assertAssessed(logs[1], 0, 0);
        ServicePeriod memory stored = _stored(0);
        assertEq(stored.charge, 0, "the contest's charge is gone");
        assertEq(stored.counter, 0, "the contest's reports are gone");
        _assertAnswer(0, Answer(1, _now(), 0, 0, 0));
        _ruleRefused(0, ARBITER, abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 0));
    }

    function testPendingThenAgreedUnderTheNextDocument() public {
        _sendSide(_ofClient(0), CLIENT_REPORTER_KEY);
        bytes32 root = _book();
        bytes32 old = _document();
        levels.credits.lapse += 1;
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, old, _document());
        _send(_ofContractor(0));
        assertEq(oracle.periodOf(root, 0).commitment, _commitment(_ofContractor(0)), "agreed");
        assertEq(_rate(0), 100 * UNIT, "rate");
    }

    /* CONCEDED */

    function testContestedThenConceded() public {
        _contested(0);
        Report memory ofClient = _ofClient(0);
        Report memory ofContractor = _ofContractor(0);
        (address client, address contractor) = (vm.addr(CLIENT_KEY), vm.addr(CONTRACTOR_KEY));
        vm.warp(_now() + 300 days);
        bytes4 unauthorised = ISLAOracle.SLAOracle_Unauthorised.selector;
        _finaliseRefused(ofClient, client, abi.encodeWithSelector(unauthorised, client, contractor));
        _finaliseRefused(ofContractor, contractor, abi.encodeWithSelector(unauthorised, contractor, client));
        _finaliseRefused(ofClient, STRANGER, abi.encodeWithSelector(unauthorised, STRANGER, contractor));
        Report memory wrong = _report(0);
        _finaliseRefused(
            wrong,
            client,
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongReport.selector, _commitment(wrong), _commitment(ofClient))
        );

        uint256 state = vm.snapshotState();
        _listen();
        _finalise(ofClient, contractor);
        Vm.Log[] memory logs = _heard(2);
        _assertReported(logs[0], ofClient, 1, 5070);
        _assertAssessed(logs[1], 0, 50 * UNIT);
        assertEq(_stored(0).counter, 0, "counter");

        vm.revertToState(state);
        _listen();
        _finalise(ofContractor, client);
        logs = _heard(2);
        _assertReported(logs[0], ofContractor, 2, 3140);
        _assertAssessed(logs[1], 0, 100 * UNIT);
        assertEq(_stored(0).commitment, _commitment(ofContractor), "commitment");
    }

    /* WINDOWS */

    /// @dev 8.18: no document makes a window without end.
    function testWindowsAreCut() public {
        uint256 most = 2 ** 29 - 1;
        (contest.window, contest.ruling) = (type(uint256).max, type(uint256).max);
        schedule.reportWithin = type(uint256).max;
        vm.warp(_end(0) + most + 1);
        _sideRefused(_ofClient(0), abi.encodeWithSelector(ISLAOracle.SLAOracle_TooLate.selector, 0, _end(0) + most));
        vm.warp(_end(0) + most);
        Report memory given = _ofClient(0);
        _listen();
        _sendSide(given, CLIENT_REPORTER_KEY);
        _assertPending(_heard(1)[0], given, true, false, _now() + most);
        vm.warp(_now() + most);
        _counter(given, _ofContractor(0), CONTRACTOR_REPORTER_KEY);
        uint256 clock = _now();
        vm.warp(clock + 2 * most);
        _ruleRefused(0, STRANGER, abi.encodeWithSelector(ISLAOracle.SLAOracle_Unauthorised.selector, STRANGER, BACKUP));
        vm.warp(clock + 2 * most + 1);
        _rule(0, STRANGER);
        assertEq(_rate(0), 100 * UNIT, "rate");

        vm.warp(_end(11) + most);
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_TooEarly.selector, 11, _end(11) + most));
        _applyDefault(11);
    }
}
