// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Figure, Report} from "../../../contracts/types/ServiceLevels.sol";
import {ContestTest} from "./ContestTest.sol";

/// @notice SPEC.md 8.15 and 8.16: the client waives, both adjust.
contract ReliefTest is ContestTest {
    address private _client = vm.addr(CLIENT_KEY);

    function setUp() public override {
        super.setUp();
        vm.warp(_end(11) + 1 days);
    }

    function _adjusted(uint256 period, bool missed, int256 adjustment) private view returns (Report memory given) {
        given = _report(period, Figure(missed ? 94 : 95, 100, 0), Figure(300, 1, 0));
        given.adjustment = adjustment;
    }

    /* ADJUSTMENT */

    function testAdjustmentsAddAndTakeOff() public {
        levels.credits.yearPeriods = 0;
        int256[8] memory given = [int256(25e9), -30e9, -50e9, -51e9, type(int256).min, 950e9, 951e9, type(int256).max];
        uint256[8] memory expected = [75 * UNIT, 20 * UNIT, 0, 0, 0, 1000 * UNIT, 1000 * UNIT, 1000 * UNIT];
        uint256 cumulative;
        for (uint256 i = 0; i < given.length; ++i) {
            _listen();
            Report memory report = _adjusted(i, true, given[i]);
            _send(report);
            _assertAssessed(_heard(2)[1], i, expected[i]);
            _assertAnswer(i, Answer(1, _now(), 0, expected[i], expected[i]));
            cumulative += expected[i];
            assertEq(_stored(i).result.cumulative, cumulative, "cumulative");
        }
        _send(_adjusted(8, false, 7));
        assertEq(_rate(8), 7, "without a failure");
        assertEq(_stored(8).result.failed, 0, "failed");
    }

    /// @dev After the caps, and counted in the sum of the year.
    function testAnAdjustmentCountsInTheYear() public {
        _send(_adjusted(0, false, 500e9));
        assertEq(_rate(0), 500 * UNIT, "above the caps of a period and of the year");
        _send(_adjusted(1, true, 0));
        assertEq(_rate(1), 0, "nothing is left of two periods");
        _send(_adjusted(2, true, 0));
        assertEq(_rate(2), 50 * UNIT, "100 is left of three");
        _send(_adjusted(3, true, -20e9));
        assertEq(_rate(3), 30 * UNIT, "taken off what the caps leave");
        _send(_adjusted(4, true, 0));
        assertEq(_rate(4), 50 * UNIT, "the first is out of the year");
    }

    /// @dev Until it is assessed the rate is at most the period cap, or nothing, with the adjustment.
    function testWhatIsToldBeforeTheAssessment() public {
        _send(_adjusted(1, true, 25e9));
        _assertAnswer(1, Answer(1, 0, 0, 325 * UNIT, 325 * UNIT));
        _send(_adjusted(2, true, -25e9));
        _assertAnswer(2, Answer(1, 0, 0, 275 * UNIT, 275 * UNIT));
        _send(_adjusted(3, false, 0));
        _assertAnswer(3, Answer(1, 0, 0, 0, 0));
        _send(_adjusted(4, false, 25e9));
        _assertAnswer(4, Answer(1, 0, 0, 25 * UNIT, 25 * UNIT));
        _send(_adjusted(5, true, 900e9));
        _assertAnswer(5, Answer(1, 0, 0, 1000 * UNIT, 1000 * UNIT));

        _send(_report(0));
        bytes32 hashed = _scheduleHash();
        oracle.assess(_adjusted(1, true, 25e9), hashed, levels);
        _assertAnswer(1, Answer(1, _now(), 0, 75 * UNIT, 75 * UNIT));
        Report memory wrong = _adjusted(2, true, 0);
        bytes32 expected = _commitment(_adjusted(2, true, -25e9));
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongReport.selector, _commitment(wrong), expected));
        oracle.assess(wrong, hashed, levels);
    }

    /* WAIVER */

    function _waive(uint256 period) private {
        bytes32 hashed = _scheduleHash();
        vm.prank(_client);
        oracle.waive(AGREEMENT, ORIGIN, hashed, levels, period);
    }

    function testWaived() public {
        levels.levels[0].repeat = 2;
        _send(_adjusted(0, true, 0));
        _listen();
        _waive(0);
        _assertEvent(_heard(1)[0], ISLAOracle.CreditWaived.selector, _topics(0), "");
        _assertAnswer(0, Answer(1, _now(), 0, 0, 0));
        assertEq(_stored(0).result.rate, 50 * UNIT, "the rate stays in the book");
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, _document(), 1), 0, "the verdict stays");
        _listen();
        _waive(0);
        _heard(0);
        _send(_adjusted(1, true, 0));
        assertEq(_rate(1), 100 * UNIT, "the repeat stays");
        assertEq(_stored(1).result.cumulative, 150 * UNIT, "the sum stays");
    }

    /// @dev At every stage, and through all that follow.
    function testAWaiverSurvives() public {
        vm.warp(_end(0) + 1 days);
        _waive(0);
        _assertAnswer(0, Answer(0, 0, 0, 0, 0));
        _sendSide(_ofClient(0), CLIENT_REPORTER_KEY);
        _counter(_ofClient(0), _ofContractor(0), CONTRACTOR_REPORTER_KEY);
        _assertAnswer(0, Answer(1, 0, 3070, 0, 0));
        _rule(1, ARBITER);
        _assertAnswer(0, Answer(1, _now(), 3140, 0, 0));

        _waive(2);
        _send(_adjusted(2, true, 0));
        _assertAnswer(2, Answer(1, 0, 0, 0, 0));
        _waive(1);
        vm.warp(_end(1) + 11 days);
        _applyDefault(1);
        _assertAnswer(1, Answer(1, _now(), 0, 0, 0));
        oracle.assess(_adjusted(2, true, 0), _scheduleHash(), levels);
        _assertAnswer(2, Answer(1, _now(), 0, 0, 0));
        assertEq(_stored(2).result.rate, 50 * UNIT, "rate in the book");
    }

    /// @custom:threat T22
    function testOnlyTheClientOfTheDocumentInForceWaives() public {
        address[3] memory others = [vm.addr(CONTRACTOR_KEY), vm.addr(CLIENT_REPORTER_KEY), STRANGER];
        bytes32 hashed = _scheduleHash();
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_Unauthorised.selector, others[i], _client));
            vm.prank(others[i]);
            oracle.waive(AGREEMENT, ORIGIN, hashed, levels, 0);
        }
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_PeriodOutOfRange.selector, 256, 256));
        vm.prank(_client);
        oracle.waive(AGREEMENT, ORIGIN, hashed, levels, 256);

        bytes32 document = _document();
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, document, "next");
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInForce.selector, document));
        vm.prank(_client);
        oracle.waive(AGREEMENT, ORIGIN, hashed, levels, 0);
        assertFalse(_stored(0).result.waived, "waived");
    }
}
