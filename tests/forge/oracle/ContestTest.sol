// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Figure, Price, Report} from "../../../contracts/types/ServiceLevels.sol";
import {Signed, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Vm} from "../Vm.sol";
import {DocumentHash} from "./DocumentHash.sol";
import {OracleTest} from "./OracleTest.sol";

/// @notice The calls of the contested lane, on the document of {OracleTest} with two prices, a day after period 0.
/// @dev Tickets cost 7, hours 1000. The window is 7 days, each arbiter has 5.
abstract contract ContestTest is OracleTest {
    uint256 internal constant UNIT = 1e9;
    address internal constant STRANGER = address(0x5);
    /// Every bit that a ruling may set here: two levels, two quantities.
    uint256 internal constant ALL = 3 | 3 << 32;

    bytes32 private _historyBefore;

    function setUp() public virtual override {
        super.setUp();
        levels.prices.push(Price(keccak256("tickets"), 7));
        levels.prices.push(Price(keccak256("hours"), 1000));
        vm.warp(_end(0) + 1 days);
    }

    function _end(uint256 period) internal pure returns (uint256) {
        return START + (period + 1) * MONTH;
    }

    /* REPORTS */

    /// @notice What the client's side says: level 0 missed, 10 tickets, 5 hours.
    function _ofClient(uint256 period) internal view returns (Report memory given) {
        given = _report(period, Figure(94, 100, 0), Figure(300, 1, 0));
        (given.quantities[0], given.quantities[1]) = (10, 5);
        given.evidence = keccak256("client's evidence");
        given.id = keccak256("client's id");
    }

    /// @notice What the contractor's says: level 1 missed, 20 tickets, 3 hours.
    function _ofContractor(uint256 period) internal view returns (Report memory given) {
        given = _report(period, Figure(95, 100, 0), Figure(301, 1, 0));
        (given.quantities[0], given.quantities[1]) = (20, 3);
        given.evidence = keccak256("contractor's evidence");
        given.id = keccak256("contractor's id");
    }

    function _notice(uint256 period) internal view returns (Report memory given) {
        given = _default(period);
        given.id = keccak256("id");
    }

    /* CALLS */

    function _sendSide(Report memory given, uint256 key) internal {
        oracle.reportBySide(given, _schedule(), contest, levels, _signed(given, _keys(key)));
    }

    function _sideRefused(Report memory given, uint256[] memory keys, bytes memory refusal) internal {
        Signed[] memory signatures = _signed(given, keys);
        vm.expectRevert(refusal);
        oracle.reportBySide(given, _schedule(), contest, levels, signatures);
    }

    function _sideRefused(Report memory given, bytes memory refusal) internal {
        _sideRefused(given, _keys(CLIENT_REPORTER_KEY), refusal);
    }

    function _counter(Report memory pending, Report memory given, uint256 key) internal {
        oracle.counter(pending, given, _schedule(), contest, levels, _signed(given, _keys(key)));
    }

    function _counterRefused(Report memory pending, Report memory given, uint256 key, bytes memory refusal) internal {
        Signed[] memory signatures = _signed(given, _keys(key));
        vm.expectRevert(refusal);
        oracle.counter(pending, given, _schedule(), contest, levels, signatures);
    }

    function _finalise(Report memory given, address sender) internal {
        vm.prank(sender);
        oracle.finalise(given, _schedule(), contest, levels);
    }

    function _finaliseRefused(Report memory given, address sender, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        _finalise(given, sender);
    }

    function _rule(uint256 mask, address sender) internal {
        _rule(_ofClient(0), _ofContractor(0), mask, sender);
    }

    function _rule(Report memory ofClient, Report memory ofContractor, uint256 mask, address sender) internal {
        vm.prank(sender);
        oracle.rule(ofClient, ofContractor, _schedule(), contest, levels, mask);
    }

    function _ruleRefused(uint256 mask, address sender, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        _rule(mask, sender);
    }

    /// @notice The client's side reports, the contractor's answers.
    function _contested(uint256 period) internal {
        _sendSide(_ofClient(period), CLIENT_REPORTER_KEY);
        _counter(_ofClient(period), _ofContractor(period), CONTRACTOR_REPORTER_KEY);
    }

    /* OUTCOMES */

    /// @notice The report that a ruling puts together.
    function _mergedOf(Report memory ofClient, Report memory ofContractor, uint256 mask)
        internal
        pure
        returns (Report memory merged)
    {
        merged = abi.decode(abi.encode(mask == ALL ? ofClient : ofContractor), (Report));
        Figure[] memory figures = new Figure[](2);
        uint256[] memory quantities = new uint256[](2);
        for (uint256 i = 0; i < 2; ++i) {
            figures[i] = mask & (1 << i) != 0 ? ofClient.figures[i] : ofContractor.figures[i];
            quantities[i] = mask & (1 << (32 + i)) != 0 ? ofClient.quantities[i] : ofContractor.quantities[i];
        }
        (merged.figures, merged.quantities) = (figures, quantities);
    }

    /// @notice From here on events are recorded.
    function _listen() internal {
        _historyBefore = oracle.historyOf(_book());
        vm.recordLogs();
    }

    /// @notice What was recorded: so many events, all of them in the history.
    function _heard(uint256 count) internal returns (Vm.Log[] memory logs) {
        logs = vm.getRecordedLogs();
        assertEq(logs.length, count, "events");
        assertEq(oracle.historyOf(_book()), _rebuilt(_historyBefore, logs), "history");
    }

    function _assertReported(Vm.Log memory log, Report memory given, uint256 failed, uint256 charge) internal view {
        _assertEvent(
            log,
            ISLAOracle.PeriodReported.selector,
            _topics(given.period),
            abi.encode(given.document, DocumentHash.ofReport(given), given.evidence, failed, charge)
        );
    }

    function _assertDefaulted(Vm.Log memory log, uint256 period, uint256 failed) internal view {
        _assertEvent(log, ISLAOracle.PeriodDefaulted.selector, _topics(period), abi.encode(_document(), failed));
    }

    function _assertAssessed(Vm.Log memory log, uint256 period, uint256 rate) internal view {
        _assertEvent(log, ISLAOracle.PeriodAssessed.selector, _topics(period), abi.encode(rate, uint256(0)));
    }

    function _assertPending(Vm.Log memory log, Report memory given, bool byClient, bool isNotice, uint256 until)
        internal
        view
    {
        bytes memory data =
            abi.encode(given.document, DocumentHash.ofReport(given), given.evidence, byClient, isNotice, until);
        _assertEvent(log, ISLAOracle.PeriodPending.selector, _topics(given.period), data);
    }

    function _assertContested(Vm.Log memory log, Report memory given, bool byClient, uint256 charge) internal view {
        bytes memory data = abi.encode(DocumentHash.ofReport(given), given.evidence, byClient, charge);
        _assertEvent(log, ISLAOracle.PeriodContested.selector, _topics(given.period), data);
    }

    function _assertRuled(Vm.Log memory log, uint256 period, address ruler, uint256 mask) internal view {
        _assertEvent(log, ISLAOracle.PeriodRuled.selector, _topics(period), abi.encode(ruler, mask));
    }

    function _assertStage(uint256 period, Stage stage) internal view {
        assertEq(uint256(_stored(period).result.stage), uint256(stage), "stage");
    }

    function _wrongStage(uint256 period, Stage stage) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongStage.selector, period, stage);
    }
}
