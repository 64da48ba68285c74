// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Report} from "../../../contracts/types/ServiceLevels.sol";
import {Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Vm} from "../Vm.sol";
import {ContestTest} from "./ContestTest.sol";

/// @notice SPEC.md 8.13: the other side withholds the data.
contract NoticeTest is ContestTest {
    function testANoticeWaits() public {
        Report memory notice = _notice(0);
        _listen();
        _sendSide(notice, CONTRACTOR_REPORTER_KEY);
        _assertPending(_heard(1)[0], notice, false, true, _now() + 7 days);
        _assertStage(0, Stage.ContractorReported);
        _assertAnswer(0, Answer(0, 0, 0, 0, 0));
    }

    /// @dev With evidence, or with quantities, it is a report whose figures are missing.
    function testANoticeCarriesNothing() public {
        Report memory notice = _notice(0);
        notice.evidence = EVIDENCE;
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongFigures.selector, 0, 2);
        _sideRefused(notice, refusal);
        notice = _notice(0);
        notice.quantities = new uint256[](2);
        _sideRefused(notice, refusal);
        _refused(_notice(0), refusal);
    }

    /// @custom:threat T31
    function testSilenceAfterTheContractorsNotice() public {
        Report memory notice = _notice(0);
        _sendSide(notice, CONTRACTOR_REPORTER_KEY);
        vm.warp(_now() + 7 days + 1);
        _listen();
        _finalise(notice, STRANGER);
        Vm.Log[] memory logs = _heard(2);
        _assertDefaulted(logs[0], 0, 0);
        _assertAssessed(logs[1], 0, 0);
        _assertStage(0, Stage.DefaultMet);
        assertEq(_stored(0).commitment, _commitment(notice), "commitment");
        _assertAnswer(0, Answer(1, _now(), 0, 0, 0));
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, _document(), 1), 1, "met");
    }

    /// @dev Every level in its first band: 10 % and 20 % of half.
    /// @custom:threat T31
    function testSilenceAfterTheClientsNotice() public {
        Report memory notice = _notice(0);
        _sendSide(notice, CLIENT_REPORTER_KEY);
        vm.warp(_now() + 7 days + 1);
        _listen();
        _finalise(notice, STRANGER);
        Vm.Log[] memory logs = _heard(2);
        _assertDefaulted(logs[0], 0, 3);
        _assertAssessed(logs[1], 0, 150 * UNIT);
        _assertStage(0, Stage.DefaultMissed);
        _assertAnswer(0, Answer(1, _now(), 0, 150 * UNIT, 150 * UNIT));
    }

    function testThePartyConcedesThatItWithholds() public {
        Report memory notice = _notice(0);
        _sendSide(notice, CLIENT_REPORTER_KEY);
        _finalise(notice, vm.addr(CONTRACTOR_KEY));
        _assertStage(0, Stage.DefaultMissed);
    }

    /// @dev The figures are the pending report now, and whoever gave notice may answer them in a window of its own.
    /// @custom:threat T31
    function testFiguresAnswerANotice() public {
        Report memory notice = _notice(0);
        _sendSide(notice, CLIENT_REPORTER_KEY);
        vm.warp(_now() + 7 days);
        Report memory figures = _ofContractor(0);
        _listen();
        _counter(notice, figures, CONTRACTOR_REPORTER_KEY);
        _assertPending(_heard(1)[0], figures, false, false, _now() + 7 days);
        _assertStage(0, Stage.ContractorReported);
        assertEq(_stored(0).commitment, _commitment(figures), "commitment");
        _finaliseRefused(
            notice,
            vm.addr(CONTRACTOR_KEY),
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongReport.selector, _commitment(notice), _commitment(figures))
        );

        uint256 state = vm.snapshotState();
        vm.warp(_now() + 7 days + 1);
        _finalise(figures, STRANGER);
        _assertAnswer(0, Answer(1, _now(), 3140, 100 * UNIT, 100 * UNIT));

        vm.revertToState(state);
        vm.warp(_now() + 7 days);
        _listen();
        _counter(figures, _ofClient(0), CLIENT_REPORTER_KEY);
        _assertContested(_heard(1)[0], _ofClient(0), true, 3070);
        _rule(ALL, ARBITER);
        _assertAnswer(0, Answer(1, _now(), 5070, 50 * UNIT, 50 * UNIT));
    }

    /// @dev A notice against figures: the arbiter takes one or the other whole; where the notice stands nothing counts.
    function testANoticeAnswersFigures() public {
        Report memory notice = _notice(0);
        Report memory figures = _ofClient(0);
        _sendSide(figures, CLIENT_REPORTER_KEY);
        _listen();
        _counter(figures, notice, CONTRACTOR_REPORTER_KEY);
        _assertContested(_heard(1)[0], notice, false, 0);
        _assertAnswer(0, Answer(1, 0, 0, 300 * UNIT, 300 * UNIT));
        bytes4 wrong = ISLAOracle.SLAOracle_WrongRuling.selector;
        uint256[3] memory parts = [uint256(1), 1 << 33, 3];
        for (uint256 i = 0; i < parts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(wrong, parts[i], ALL));
            _rule(figures, notice, parts[i], ARBITER);
        }

        uint256 state = vm.snapshotState();
        _listen();
        _rule(figures, notice, 0, ARBITER);
        Vm.Log[] memory logs = _heard(3);
        _assertRuled(logs[0], 0, ARBITER, 0);
        _assertDefaulted(logs[1], 0, 0);
        _assertAssessed(logs[2], 0, 0);
        _assertStage(0, Stage.DefaultMet);

        vm.revertToState(state);
        _listen();
        _rule(figures, notice, ALL, ARBITER);
        logs = _heard(3);
        _assertReported(logs[1], figures, 1, 5070);
        _assertAssessed(logs[2], 0, 50 * UNIT);
    }

    /// @dev Both say that the other withholds, in the same words: the mask says whose notice stands.
    function testNoticeAgainstNotice() public {
        Report memory notice = _notice(0);
        _sendSide(notice, CONTRACTOR_REPORTER_KEY);
        _listen();
        _counter(notice, notice, CLIENT_REPORTER_KEY);
        _assertContested(_heard(1)[0], notice, true, 0);

        uint256 state = vm.snapshotState();
        _rule(notice, notice, ALL, ARBITER);
        _assertStage(0, Stage.DefaultMissed);
        vm.revertToState(state);
        _rule(notice, notice, 0, ARBITER);
        _assertStage(0, Stage.DefaultMet);
        vm.revertToState(state);
        vm.warp(_now() + 10 days + 1);
        _rule(notice, notice, 0, STRANGER);
        _assertStage(0, Stage.DefaultMet);

        // Whoever concedes, concedes to the other's.
        vm.revertToState(state);
        _finalise(notice, vm.addr(CONTRACTOR_KEY));
        _assertStage(0, Stage.DefaultMissed);
        vm.revertToState(state);
        _finalise(notice, vm.addr(CLIENT_KEY));
        _assertStage(0, Stage.DefaultMet);
    }

    /// @dev A period by notice is assessed by the notice, when an earlier one was open.
    function testANoticeAssessedLater() public {
        vm.warp(_end(1) + 1);
        Report memory notice = _notice(1);
        _sendSide(notice, CLIENT_REPORTER_KEY);
        vm.warp(_now() + 7 days + 1);
        _finalise(notice, STRANGER);
        _assertAnswer(1, Answer(1, 0, 0, 300 * UNIT, 300 * UNIT));
        _send(_report(0));
        bytes32 hashed = _scheduleHash();
        vm.expectRevert(
            abi.encodeWithSelector(
                ISLAOracle.SLAOracle_WrongReport.selector, _commitment(_default(1)), _commitment(notice)
            )
        );
        oracle.assess(_default(1), hashed, levels);
        oracle.assess(notice, hashed, levels);
        _assertAnswer(1, Answer(1, _now(), 0, 150 * UNIT, 150 * UNIT));
    }
}
