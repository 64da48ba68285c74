// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Figure, Report} from "../../../contracts/types/ServiceLevels.sol";
import {Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Vm} from "../Vm.sol";
import {DocumentHash} from "./DocumentHash.sol";
import {OracleTest} from "./OracleTest.sol";

/// @notice SPEC.md 8.1, 8.9 and §10: books, replaced documents, evidence, the linked history.
contract BookTest is OracleTest {
    bytes32 private _old;
    bytes32 private _root;

    function setUp() public override {
        super.setUp();
        _old = _document();
        _root = _book();
    }

    function _replace(bytes32 oldDocument, bytes32 newDocument) private {
        vm.prank(AGREEMENT);
        oracle.replace(ORIGIN, oldDocument, newDocument);
    }

    function _replaceRefused(bytes32 oldDocument, bytes32 newDocument, bytes memory refusal) private {
        vm.prank(AGREEMENT);
        vm.expectRevert(refusal);
        oracle.replace(ORIGIN, oldDocument, newDocument);
    }

    /* REPLACED DOCUMENTS */

    function testTheBookGoesOn() public {
        levels.levels[0].repeat = 2;
        _old = _document();
        _root = _book();
        _send(_report(0, Figure(94, 100, 0), Figure(300, 1, 0)));
        bytes32 history = oracle.historyOf(_root);

        levels.levels[0].repeat = 3;
        levels.reporters.clientReporters = [vm.addr(CLIENT_REPORTER_2_KEY)];
        vm.recordLogs();
        _replace(_old, _document());
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "events");
        _assertEvent(
            logs[0],
            ISLAOracle.DocumentReplaced.selector,
            [bytes32(uint256(uint160(AGREEMENT))), ORIGIN, _root],
            abi.encode(_old, _document())
        );
        assertEq(oracle.historyOf(_root), _rebuilt(history, logs), "history");
        assertEq(oracle.bookOf(AGREEMENT, ORIGIN, _old), _root, "old document's book");
        assertEq(oracle.bookOf(AGREEMENT, ORIGIN, _document()), _root, "new document's book");
        assertFalse(oracle.isInForce(AGREEMENT, ORIGIN, _old), "old out of force");
        assertTrue(oracle.isInForce(AGREEMENT, ORIGIN, _document()), "new in force");
        assertEq(_rate(0), 50e9, "the new document reads the old results");

        Report memory given = _report(1, Figure(94, 100, 0), Figure(300, 1, 0));
        oracle.report(
            given, _scheduleHash(), levels, _signed(given, _keys(CLIENT_REPORTER_2_KEY, CONTRACTOR_REPORTER_KEY))
        );
        assertEq(oracle.periodOf(_root, 1).result.rate, 150e9, "repeat of a period under the old document");
        assertEq(_answer(_old, 1).rate, 150e9, "the old document reads the new results");
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, _old, 3), 0, "met");
    }

    /// @dev Reporters who were replaced cannot report any more, nor is a default of the old terms applied.
    function testTheOldDocumentIsOutOfForce() public {
        Report memory given = _report(0);
        levels.credits.lapse += 1;
        bytes32 replacement = _document();
        levels.credits.lapse -= 1;
        _replace(_old, replacement);
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInForce.selector, _old);
        _refused(given, refusal);
        vm.warp(START + 20 * MONTH);
        vm.expectRevert(refusal);
        _applyDefault(0);
        assertEq(uint256(oracle.periodOf(_root, 0).result.stage), uint256(Stage.Open), "nothing written");
    }

    /// @dev A report that was final before is assessed by the document that it names.
    function testAssessedByTheReportsOwnDocument() public {
        Report memory second = _report(1, Figure(94, 100, 0), Figure(300, 1, 0));
        _send(second);
        bytes32 oldSchedule = _scheduleHash();
        uint256 atRisk = levels.credits.atRisk;
        levels.credits.atRisk = 1;
        _replace(_old, _document());
        _send(_report(0));

        bytes32 hashed = _scheduleHash();
        Report memory renamed = _report(1, Figure(94, 100, 0), Figure(300, 1, 0));
        vm.expectRevert(
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongReport.selector, _commitment(renamed), _commitment(second))
        );
        oracle.assess(renamed, hashed, levels);
        levels.credits.atRisk = atRisk;
        oracle.assess(second, oldSchedule, levels);
        assertEq(oracle.periodOf(_root, 1).result.rate, 50e9, "rate");
    }

    function testBackToAnEarlierDocument() public {
        bytes32 second = "second";
        bytes32 third = "third";
        _replace(_old, second);
        _replace(second, third);
        _replace(third, _old);
        assertTrue(oracle.isInForce(AGREEMENT, ORIGIN, _old), "first again");
        assertFalse(oracle.isInForce(AGREEMENT, ORIGIN, second), "second");
        assertFalse(oracle.isInForce(AGREEMENT, ORIGIN, third), "third");
        assertEq(oracle.bookOf(AGREEMENT, ORIGIN, third), _root, "one book");
        _send(_report(0));
        assertEq(_finalAt(0), block.timestamp, "reported");
    }

    function testReplaceRefused() public {
        _replaceRefused(_old, _old, abi.encodeWithSelector(ISLAOracle.SLAOracle_SameDocument.selector, _old));
        _replace(_old, "second");
        _replaceRefused(_old, "third", abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInForce.selector, _old));
        _replaceRefused(
            "foreign", "second", abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInForce.selector, bytes32("second"))
        );
        assertTrue(oracle.isInForce(AGREEMENT, ORIGIN, "second"), "in force");
    }

    /// @dev Of books by many names, so that some come before the document's own in order, and some after.
    function testReplaceRefusesADocumentOfAnotherBook() public {
        for (uint256 i = 0; i < 8; ++i) {
            bytes32 first = keccak256(abi.encode("first", i));
            bytes32 second = keccak256(abi.encode("second", i));
            _replace(first, second);
            _replaceRefused(_old, second, abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInForce.selector, second));
        }
        assertTrue(oracle.isInForce(AGREEMENT, ORIGIN, _old), "in force");
    }

    /// @dev Nobody but the agreement contract reaches its books.
    /// @custom:threat T32
    function testAStrangerReplacesOnlyItsOwn() public {
        vm.prank(address(0x5));
        oracle.replace(ORIGIN, _old, "second");
        assertTrue(oracle.isInForce(AGREEMENT, ORIGIN, _old), "in force");
        assertEq(oracle.historyOf(_root), 0, "history");
        bytes32 foreign = keccak256(abi.encode(address(0x5), ORIGIN, _old));
        assertTrue(oracle.historyOf(foreign) != 0, "history of the stranger's");
    }

    /// @dev A bogus document makes a book that nobody reads, and leaves the agreement's history alone.
    /// @custom:threat T32
    function testABogusDocumentIsAnotherBook() public {
        levels.reporters.clientReporters = [vm.addr(STRANGER_KEY)];
        levels.reporters.contractorReporters = [vm.addr(STRANGER_KEY + 1)];
        Report memory given = _report(0, Figure(0, 100, 0), Figure(999, 1, 0));
        oracle.report(given, _scheduleHash(), levels, _signed(given, _keys(STRANGER_KEY, STRANGER_KEY + 1)));
        assertTrue(oracle.historyOf(_book()) != 0, "the bogus book");
        assertEq(oracle.historyOf(_root), 0, "the agreement's book");
        assertEq(_answer(_old, 0).known, 0, "the agreement's result");
    }

    /* EVIDENCE */

    /// @dev Five leaves, so that the odd one is carried up twice: SPEC.md 8.9.
    function testProve() public {
        bytes32[] memory records = new bytes32[](5);
        bytes32[] memory leaves = new bytes32[](5);
        for (uint256 i = 0; i < 5; ++i) {
            records[i] = keccak256(abi.encode(keccak256(abi.encode("salt", i)), keccak256(abi.encode("row", i))));
            leaves[i] = keccak256(abi.encode(records[i]));
        }
        _sort(leaves);
        bytes32 left = _pair(leaves[0], leaves[1]);
        bytes32 right = _pair(leaves[2], leaves[3]);
        Report memory given = _report(0);
        given.evidence = _pair(_pair(left, right), leaves[4]);
        _send(given);
        bytes32 reportHash = DocumentHash.ofReport(given);
        bytes32 history = oracle.historyOf(_root);

        for (uint256 i = 0; i < 5; ++i) {
            bytes32[] memory proof = _proof(leaves, keccak256(abi.encode(records[i])), left, right);
            vm.recordLogs();
            vm.prank(address(0x5));
            oracle.prove(_root, 0, records[i], reportHash, proof);
            Vm.Log[] memory logs = vm.getRecordedLogs();
            assertEq(logs.length, 1, "events");
            _assertEvent(
                logs[0], ISLAOracle.RecordProved.selector, [_root, bytes32(0), bytes32(0)], abi.encode(records[i])
            );
            history = _rebuilt(history, logs);
            assertEq(oracle.historyOf(_root), history, "history");
        }

        bytes32[] memory ofLast = new bytes32[](1);
        ofLast[0] = _pair(left, right);
        _proveRefused(0, bytes32(uint256(1)), reportHash, ofLast);
        // An inner node is no leaf, nor is a leaf its own record, nor another report or period.
        bytes32[] memory ofNode = new bytes32[](1);
        ofNode[0] = leaves[4];
        _proveRefused(0, _pair(left, right), reportHash, ofNode);
        _proveRefused(0, leaves[4], reportHash, ofLast);
        _proveRefused(0, records[0], bytes32(0), _proof(leaves, keccak256(abi.encode(records[0])), left, right));
        _proveRefused(1, records[0], reportHash, _proof(leaves, keccak256(abi.encode(records[0])), left, right));
        assertEq(oracle.historyOf(_root), history, "history stays");
    }

    function _proveRefused(uint256 period, bytes32 record, bytes32 reportHash, bytes32[] memory proof) private {
        vm.expectRevert(abi.encodeWithSelector(ISLAOracle.SLAOracle_NotInEvidence.selector, period, record));
        oracle.prove(_root, period, record, reportHash, proof);
    }

    function _proof(bytes32[] memory leaves, bytes32 leaf, bytes32 left, bytes32 right)
        private
        pure
        returns (bytes32[] memory proof)
    {
        if (leaf == leaves[4]) {
            proof = new bytes32[](1);
            proof[0] = _pair(left, right);
            return proof;
        }
        proof = new bytes32[](3);
        proof[2] = leaves[4];
        for (uint256 i = 0; i < 4; ++i) {
            if (leaves[i] == leaf) (proof[0], proof[1]) = (leaves[i ^ 1], i < 2 ? right : left);
        }
    }

    function _pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }

    function _sort(bytes32[] memory words) private pure {
        for (uint256 i = 1; i < words.length; ++i) {
            for (uint256 j = i; j > 0 && words[j - 1] > words[j]; --j) {
                (words[j - 1], words[j]) = (words[j], words[j - 1]);
            }
        }
    }
}
