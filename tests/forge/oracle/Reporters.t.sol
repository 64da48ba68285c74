// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Report} from "../../../contracts/types/ServiceLevels.sol";
import {Signed} from "../../../contracts/types/ServicePeriods.sol";
import {Vm} from "../Vm.sol";
import {ContestTest} from "./ContestTest.sol";

/// @notice SPEC.md 8.17: replaced reporters, and reporters that contradict themselves.
contract ReportersTest is ContestTest {
    uint256 private constant NEW_KEY = 0xA3;

    address private _client = vm.addr(CLIENT_KEY);
    address private _contractor = vm.addr(CONTRACTOR_KEY);
    address private _old = vm.addr(CLIENT_REPORTER_KEY);
    address private _new = vm.addr(NEW_KEY);

    function _replaceReporter(address party, address oldReporter, address newReporter) private {
        vm.prank(party);
        oracle.replaceReporter(AGREEMENT, ORIGIN, _schedule(), levels, oldReporter, newReporter);
    }

    function _replaceRefused(address party, address oldReporter, address newReporter, bytes memory refusal) private {
        vm.expectRevert(refusal);
        _replaceReporter(party, oldReporter, newReporter);
    }

    function _assertSide(address reporter, uint256 period, bool client, bool contractor) private view {
        (bool forClient, bool forContractor) =
            oracle.isReporter(AGREEMENT, ORIGIN, _scheduleHash(), levels, reporter, period);
        assertEq(forClient, client, "for the client");
        assertEq(forContractor, contractor, "for the contractor");
    }

    function _notReporter(address reporter) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISLAOracle.SLAOracle_NotReporter.selector, reporter);
    }

    function _assertReplaced(Vm.Log memory log, address party, address oldReporter, address newReporter, uint256 from)
        private
        view
    {
        bytes memory data = abi.encode(_document(), party, oldReporter, newReporter, from);
        _assertEvent(log, ISLAOracle.ReporterReplaced.selector, _topics(0), data);
    }

    function testSidesByTheDocument() public {
        _assertSide(_old, 0, true, false);
        _assertSide(_client, 0, true, false);
        _assertSide(vm.addr(CONTRACTOR_REPORTER_KEY), 255, false, true);
        _assertSide(_contractor, 0, false, true);
        _assertSide(_new, 0, false, false);
        levels.reporters.contractorReporters.push(_old);
        _assertSide(_old, 0, false, false);
    }

    /* REPLACED */

    /// @dev In period 1: it holds from period 2.
    /// @custom:threat T34
    function testReplacedFromThePeriodAfterTheRunningOne() public {
        _listen();
        _replaceReporter(_client, _old, _new);
        _assertReplaced(_heard(1)[0], _client, _old, _new, 2);
        _assertSide(_old, 1, true, false);
        _assertSide(_old, 2, false, false);
        _assertSide(_new, 1, false, false);
        _assertSide(_new, 2, true, false);
        assertTrue(oracle.isInForce(AGREEMENT, ORIGIN, _document()), "in force");
        assertEq(oracle.bookOf(AGREEMENT, ORIGIN, _document()), _book(), "book");

        Report memory given = _ofClient(0);
        _sideRefused(given, _keys(NEW_KEY), _notReporter(_new));
        _sendSide(given, CLIENT_REPORTER_KEY);
        vm.warp(_end(2) + 1);
        given = _ofClient(2);
        _sideRefused(given, _keys(CLIENT_REPORTER_KEY), _notReporter(_old));
        _sendSide(given, NEW_KEY);
        given = _report(3);
        oracle.report(given, _scheduleHash(), levels, _signed(given, _keys(NEW_KEY, CONTRACTOR_REPORTER_KEY)));
    }

    function testBeforeAndAtTheEndsOfPeriods() public {
        uint256 state = vm.snapshotState();
        uint256[6] memory times = [START - 1, START, _end(0) - 1, _end(0), _end(10) - 1, _end(10)];
        uint256[5] memory from = [uint256(0), 1, 1, 2, 11];
        for (uint256 i = 0; i < from.length; ++i) {
            vm.revertToState(state);
            vm.warp(times[i]);
            _listen();
            _replaceReporter(_contractor, address(0), _new);
            _assertReplaced(_heard(1)[0], _contractor, address(0), _new, from[i]);
            _assertSide(_new, from[i], false, true);
        }
        vm.revertToState(state);
        vm.warp(times[5]);
        _replaceRefused(
            _client, _old, _new, abi.encodeWithSelector(ISLAOracle.SLAOracle_PeriodOutOfRange.selector, 12, 12)
        );
    }

    function testRemovedAndBackAgain() public {
        _replaceReporter(_client, _old, address(0));
        _assertSide(_old, 2, false, false);
        _replaceRefused(_client, _old, address(0), _notReporter(_old));
        // In the same period: as if it had never left.
        _replaceReporter(_client, address(0), _old);
        _assertSide(_old, 0, true, false);
        _assertSide(_old, 2, true, false);
        _replaceReporter(_client, _old, address(0));
        vm.warp(_end(1));
        _replaceReporter(_client, address(0), _old);
        _assertSide(_old, 2, false, false);
        _assertSide(_old, 3, true, false);

        _replaceReporter(_client, address(0), _new);
        _replaceReporter(_client, _new, address(0));
        _assertSide(_new, 3, false, false);
    }

    function testReplacementsRefused() public {
        address contractorReporter = vm.addr(CONTRACTOR_REPORTER_KEY);
        bytes memory unauthorised = abi.encodeWithSelector(ISLAOracle.SLAOracle_Unauthorised.selector, _old, _client);
        _replaceRefused(_old, _old, _new, unauthorised);
        _replaceRefused(_client, address(0), address(0), _notReporter(address(0)));
        _replaceRefused(_client, _old, _old, _notReporter(_old));
        _replaceRefused(_client, contractorReporter, _new, _notReporter(contractorReporter));
        _replaceRefused(_client, _new, address(0), _notReporter(_new));
        _replaceRefused(_client, _client, _new, _notReporter(_client));
        _replaceRefused(_client, address(0), contractorReporter, _notReporter(contractorReporter));
        _replaceRefused(_client, address(0), _contractor, _notReporter(_contractor));
        _replaceRefused(_client, address(0), _client, _notReporter(_client));
        _replaceRefused(_client, address(0), _old, _notReporter(_old));
        // Who once counted for one side never counts for the other.
        _replaceReporter(_client, address(0), _new);
        vm.warp(_end(2));
        _replaceReporter(_client, _new, address(0));
        _replaceRefused(_contractor, address(0), _new, _notReporter(_new));
        // Named by both: it counts for none, and stays so.
        levels.reporters.contractorReporters.push(_old);
        _replaceRefused(_client, address(0), _old, _notReporter(_old));

        bytes32 document = _document();
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, document, "next");
        _replaceRefused(
            _client, address(0), _new, abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInForce.selector, document)
        );
    }

    /// @dev What a named party does under a document before it is in force does not keep it from coming into force.
    function testATouchedDocumentComesIntoForce() public {
        bytes32 first = _document();
        bytes32 book = _book();
        levels.credits.lapse += 1;
        bytes32 second = _document();
        _replaceReporter(_client, _old, _new);
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, first, second);
        assertTrue(oracle.isInForce(AGREEMENT, ORIGIN, second), "in force");
        assertEq(oracle.bookOf(AGREEMENT, ORIGIN, second), book, "book");
        _assertSide(_new, 2, true, false);
        _assertSide(_old, 2, false, false);
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, second, first);
        assertTrue(oracle.isInForce(AGREEMENT, ORIGIN, first), "back");
        levels.credits.lapse -= 1;
        _assertSide(_old, 2, true, false);
    }

    /* CONTRADICTED */

    function _proveEquivocation(Report memory one, Report memory other, uint256 key) private {
        Signed memory signedOne = _signed(one, _keys(key))[0];
        bytes memory signatureOfOther = sign(key, _digest(other));
        bytes32 hashed = _scheduleHash();
        vm.prank(STRANGER);
        oracle.proveEquivocation(one, other, hashed, levels, signedOne, signatureOfOther);
    }

    function _equivocationRefused(Report memory one, Report memory other, uint256 key, bytes memory refusal) private {
        vm.expectRevert(refusal);
        this.proveEquivocation(one, other, key);
    }

    function proveEquivocation(Report calldata one, Report calldata other, uint256 key) external {
        _proveEquivocation(one, other, key);
    }

    /// @custom:threat T29
    function testAReporterThatContradictsItselfIsRemoved() public {
        _listen();
        _proveEquivocation(_ofClient(0), _report(0), CLIENT_REPORTER_KEY);
        bytes memory data = abi.encode(_document(), _old, uint256(0));
        _assertEvent(_heard(1)[0], ISLAOracle.ReporterRemoved.selector, _topics(0), data);
        _assertSide(_old, 0, false, false);
        _assertSide(_old, 200, false, false);
        _sideRefused(_ofClient(0), _notReporter(_old));
        _refused(_report(0), _notReporter(_old));
        _equivocationRefused(_ofClient(0), _report(0), CLIENT_REPORTER_KEY, _notReporter(_old));
        _replaceRefused(_client, address(0), _old, _notReporter(_old));
        _replaceRefused(_client, _old, _new, _notReporter(_old));
        _replaceReporter(_client, address(0), _new);
        _assertSide(_new, 2, true, false);
        _sendSide(_ofClient(0), CLIENT_REPORTER_2_KEY);
    }

    /// @dev Its signature under a report that is pending has counted and stays; the next one does not.
    /// @custom:threat T34
    function testThePendingReportStays() public {
        Report memory given = _ofClient(0);
        _sendSide(given, CLIENT_REPORTER_KEY);
        _proveEquivocation(given, _report(0), CLIENT_REPORTER_KEY);
        vm.warp(_now() + 7 days + 1);
        _finalise(given, STRANGER);
        assertEq(_rate(0), 50 * UNIT, "rate");
    }

    function testWhatIsNoContradiction() public {
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_NoEquivocation.selector, _old);
        _equivocationRefused(_ofClient(0), _ofClient(0), CLIENT_REPORTER_KEY, refusal);
        _equivocationRefused(_ofClient(0), _ofClient(1), CLIENT_REPORTER_KEY, refusal);
        _equivocationRefused(_ofClient(0), _notice(0), CLIENT_REPORTER_KEY, refusal);
        _equivocationRefused(_notice(0), _ofClient(0), CLIENT_REPORTER_KEY, refusal);
        Report memory other = _report(0);
        other.agreement = address(1);
        _equivocationRefused(_ofClient(0), other, CLIENT_REPORTER_KEY, refusal);
        other = _report(0);
        other.origin = "other";
        _equivocationRefused(_ofClient(0), other, CLIENT_REPORTER_KEY, refusal);
        other = _report(0);
        other.document = "other";
        _equivocationRefused(_ofClient(0), other, CLIENT_REPORTER_KEY, refusal);
        refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_NoEquivocation.selector, _client);
        _equivocationRefused(_ofClient(0), _report(0), CLIENT_KEY, refusal);
        _equivocationRefused(_ofClient(0), _report(0), STRANGER_KEY, _notReporter(vm.addr(STRANGER_KEY)));

        Signed memory signedOne = _signed(_ofClient(0), _keys(CLIENT_REPORTER_KEY))[0];
        bytes memory good = sign(CLIENT_REPORTER_KEY, _digest(_report(0)));
        bytes32 hashed = _scheduleHash();
        refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongSignature.selector, _old);
        vm.expectRevert(refusal);
        oracle.proveEquivocation(_ofClient(0), _report(0), hashed, levels, signedOne, signedOne.signature);
        vm.expectRevert(refusal);
        oracle.proveEquivocation(_report(0), _ofClient(0), hashed, levels, signedOne, good);
        oracle.proveEquivocation(_ofClient(0), _report(0), hashed, levels, signedOne, good);
    }

    /// @dev Both acts hold for the document under which they were done.
    function testAnotherDocumentHasItsOwnReporters() public {
        _proveEquivocation(_ofClient(0), _report(0), CLIENT_REPORTER_KEY);
        bytes32 old = _document();
        levels.credits.lapse += 1;
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, old, _document());
        _assertSide(_old, 0, true, false);
        _send(_report(0));
    }
}
