// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Band, Figure, Price, Report} from "../../../contracts/types/ServiceLevels.sol";
import {ServicePeriod, Signed, Stage} from "../../../contracts/types/ServicePeriods.sol";
import {Vm} from "../Vm.sol";
import {DocumentHash} from "./DocumentHash.sol";
import {OracleTest} from "./OracleTest.sol";

/// @notice An ERC-1271 wallet that accepts what its key signed.
contract WalletMock {
    address private immutable _KEY;

    constructor(address key) {
        _KEY = key;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s) = abi.decode(signature[:64], (bytes32, bytes32));
        return ecrecover(digest, uint8(signature[64]), r, s) == _KEY ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice SPEC.md 8.2 and 8.3: the agreed lane.
contract ReportTest is OracleTest {
    function testReportedAndAssessedAtOnce() public {
        levels.prices.push(Price(keccak256("tickets"), 7));
        levels.prices.push(Price(keccak256("hours"), 1000));
        Report memory given = _report(0, Figure(94, 100, 5), Figure(301, 1, 0));
        (given.quantities[0], given.quantities[1]) = (11, 3);

        vm.recordLogs();
        _send(given);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        // Half at risk; 10 % and 20 % fail: 15 %; the caps are higher in the first period.
        assertEq(logs.length, 2, "events");
        _assertEvent(
            logs[0],
            ISLAOracle.PeriodReported.selector,
            _topics(0),
            abi.encode(_document(), DocumentHash.ofReport(given), EVIDENCE, 3, 3077)
        );
        _assertEvent(
            logs[1], ISLAOracle.PeriodAssessed.selector, _topics(0), abi.encode(uint256(150_000_000_000), uint256(0))
        );
        assertEq(oracle.historyOf(_book()), _rebuilt(0, logs), "history");

        ServicePeriod memory stored = _stored(0);
        assertEq(uint256(stored.result.stage), uint256(Stage.Reported), "stage");
        assertEq(stored.result.failed, 3, "failed");
        assertEq(stored.result.finalAt, block.timestamp, "final at");
        assertEq(stored.result.rate, 150_000_000_000, "rate");
        assertEq(stored.result.cumulative, 150_000_000_000, "cumulative");
        assertEq(stored.result.endUntil, 0, "right to end");
        assertEq(stored.commitment, _commitment(given), "commitment");
        assertEq(stored.charge, 3077, "charge");

        _assertAnswer(0, Answer(1, block.timestamp, 3077, 150_000_000_000, 150_000_000_000));
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, _document(), type(uint256).max), 0, "met");
    }

    /// @dev The escrow reads exactly five words.
    function testResultIsFiveWords() public view {
        (bool success, bytes memory answer) =
            address(oracle).staticcall(abi.encodeCall(ISLAOracle.resultOf, (AGREEMENT, ORIGIN, _document(), 0)));
        assertTrue(success, "success");
        assertEq(answer, new bytes(160), "answer");
    }

    function testEveryMetPeriodIsABit() public {
        _send(_report(0));
        _send(_report(2));
        _send(_report(1, Figure(0, 100, 0), Figure(1, 1, 0)));
        _send(_report(255));

        bytes32 document = _document();
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, document, type(uint256).max), 5 | 1 << 255, "all");
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, document, 6), 4, "masked");
        assertEq(oracle.metPeriods(AGREEMENT, ORIGIN, document, 0), 0, "none asked");
        assertEq(oracle.metPeriods(AGREEMENT, "other", document, type(uint256).max), 0, "another agreement");
    }

    /* WHO SIGNS */

    function testPartiesAloneAreQuorums() public {
        levels.reporters.clientQuorum = 0;
        levels.reporters.contractorQuorum = 2;
        Report memory given = _report(0);
        oracle.report(given, _scheduleHash(), levels, _signed(given, _keys(CLIENT_KEY, CONTRACTOR_KEY)));
        assertEq(_finalAt(0), block.timestamp, "final");
    }

    function testQuorumOfZeroIsThePartyAlone() public {
        levels.reporters.clientQuorum = 0;
        Report memory given = _report(0);
        _refused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, false, true));
        Signed[] memory both = _signed(given, _keys(CLIENT_REPORTER_KEY, CLIENT_KEY, CONTRACTOR_REPORTER_KEY));
        oracle.report(given, _scheduleHash(), levels, both);
        assertEq(_finalAt(0), block.timestamp, "final");
    }

    function testQuorumOfTwo() public {
        levels.reporters.clientQuorum = 2;
        Report memory given = _report(0);
        _refused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, false, true));
        Signed[] memory three =
            _signed(given, _keys(CLIENT_REPORTER_KEY, CLIENT_REPORTER_2_KEY, CONTRACTOR_REPORTER_KEY));
        oracle.report(given, _scheduleHash(), levels, three);
        assertEq(_finalAt(0), block.timestamp, "final");
    }

    /// @custom:threat T10
    function testOneSideIsNotEnough() public {
        Report memory given = _report(0);
        Signed[] memory ofClient = _signed(given, _keys(CLIENT_KEY, CLIENT_REPORTER_KEY, CLIENT_REPORTER_2_KEY));
        _refused(given, ofClient, abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, true, false));
        Signed[] memory ofContractor = _signed(given, _keys(CONTRACTOR_KEY, CONTRACTOR_REPORTER_KEY));
        _refused(given, ofContractor, abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, false, true));
        _refused(given, new Signed[](0), abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, false, false));
        assertEq(oracle.historyOf(_book()), 0, "history");
    }

    /// @dev A reporter named twice in its list counts once; one named by both sides counts for none.
    function testDoubleNames() public {
        levels.reporters.clientReporters = [vm.addr(CLIENT_REPORTER_KEY), vm.addr(CLIENT_REPORTER_KEY)];
        levels.reporters.clientQuorum = 2;
        _refused(_report(0), abi.encodeWithSelector(ISLAOracle.SLAOracle_NoQuorum.selector, false, true));

        levels.reporters.clientReporters = [vm.addr(CONTRACTOR_REPORTER_KEY)];
        levels.reporters.clientQuorum = 1;
        Report memory given = _report(0);
        bytes memory refusal =
            abi.encodeWithSelector(ISLAOracle.SLAOracle_NotReporter.selector, vm.addr(CONTRACTOR_REPORTER_KEY));
        _refused(given, _signed(given, _keys(CONTRACTOR_REPORTER_KEY)), refusal);

        levels.reporters.clientReporters = [vm.addr(CONTRACTOR_KEY)];
        given = _report(0);
        refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_NotReporter.selector, vm.addr(CONTRACTOR_KEY));
        _refused(given, _signed(given, _keys(CONTRACTOR_KEY)), refusal);

        levels.reporters.contractorReporters = [vm.addr(CLIENT_KEY)];
        given = _report(0);
        refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_NotReporter.selector, vm.addr(CLIENT_KEY));
        _refused(given, _signed(given, _keys(CLIENT_KEY)), refusal);
    }

    function testForeignSigner() public {
        Report memory given = _report(0);
        Signed[] memory signatures = _signed(given, _keys(STRANGER_KEY));
        _refused(
            given, signatures, abi.encodeWithSelector(ISLAOracle.SLAOracle_NotReporter.selector, vm.addr(STRANGER_KEY))
        );
    }

    function testSignersMustRise() public {
        Report memory given = _report(0);
        Signed[] memory signatures = _signed(given);
        (address low, address high) = (signatures[0].signer, signatures[1].signer);

        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        _refused(given, signatures, abi.encodeWithSelector(ISLAOracle.SLAOracle_SignersNotRising.selector, high, low));
        signatures[1] = signatures[0];
        _refused(given, signatures, abi.encodeWithSelector(ISLAOracle.SLAOracle_SignersNotRising.selector, high, high));
        signatures[0].signer = address(0);
        _refused(
            given,
            signatures,
            abi.encodeWithSelector(ISLAOracle.SLAOracle_SignersNotRising.selector, address(0), address(0))
        );
    }

    function testWrongSignatures() public {
        Report memory given = _report(0);
        Signed[] memory signatures = _signed(given);
        address signer = signatures[1].signer;
        bytes memory good = signatures[1].signature;
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongSignature.selector, signer);

        signatures[1].signature = signatures[0].signature;
        _refused(given, signatures, refusal);
        signatures[1].signature = "";
        _refused(given, signatures, refusal);
        signatures[1].signature = _malleated(good);
        _refused(given, signatures, refusal);
        given.figures[0].excluded = 1;
        signatures = _signed(_report(0));
        refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongSignature.selector, signatures[0].signer);
        _refused(given, signatures, refusal);
    }

    /// @dev The other `s` of the same signature recovers the same key, and is refused.
    function _malleated(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        return abi.encodePacked(r, order - uint256(s), uint8(signature[64]) == 27 ? uint8(28) : uint8(27));
    }

    /// @custom:threat T3 T4
    function testReplayOnAnotherChainOrContract() public {
        vm.chainId(1);
        Report memory given = _report(0);
        Signed[] memory signatures = _signed(given);
        bytes memory refusal =
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongSignature.selector, signatures[0].signer);

        vm.chainId(2);
        _refused(given, signatures, refusal);
        vm.chainId(1);

        ISLAOracle first = oracle;
        oracle = _deployed();
        _refused(given, signatures, refusal);

        oracle = first;
        oracle.report(given, _scheduleHash(), levels, signatures);
        assertEq(_finalAt(0), block.timestamp, "final where it was signed for");
    }

    /// @custom:threat T3 T13
    function testReplayForAnotherAgreementOriginOrPeriod() public {
        Report memory given = _report(0);
        Signed[] memory signatures = _signed(given);
        bytes memory refusal =
            abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongSignature.selector, signatures[0].signer);

        given.period = 1;
        _refused(given, signatures, refusal);
        given.period = 0;
        given.origin = "other";
        _refused(given, signatures, refusal);
        given.origin = ORIGIN;
        given.agreement = address(1);
        _refused(given, signatures, refusal);
        given.agreement = AGREEMENT;
        given.id = "other";
        _refused(given, signatures, refusal);
        given.id = keccak256("id");
        given.evidence = "other";
        _refused(given, signatures, refusal);
    }

    function testContractWalletReports() public {
        WalletMock wallet = new WalletMock(vm.addr(STRANGER_KEY));
        levels.reporters.client = address(wallet);
        Report memory given = _report(0);
        Signed[] memory signatures = _signed(given, _keys(STRANGER_KEY, CONTRACTOR_KEY));
        for (uint256 i = 0; i < 2; ++i) {
            if (signatures[i].signer == vm.addr(STRANGER_KEY)) signatures[i].signer = address(wallet);
        }
        if (signatures[0].signer > signatures[1].signer) {
            (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        }

        Signed[] memory wrong = _signed(_report(1), _keys(CONTRACTOR_KEY));
        wrong[0].signer = address(wallet);
        _refused(given, wrong, abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongSignature.selector, address(wallet)));
        oracle.report(given, _scheduleHash(), levels, signatures);
        assertEq(_finalAt(0), block.timestamp, "final");
    }

    /// @dev SPEC.md 2.6: an account that delegates its code keeps its key, whatever that code knows of ERC-1271.
    function testDelegatedAccountReports() public {
        vm.etch(vm.addr(CLIENT_REPORTER_KEY), abi.encodePacked(hex"ef0100", address(oracle)));
        _send(_report(0));
        assertEq(_finalAt(0), block.timestamp, "final");
    }

    /* WHAT IS REPORTED */

    function testWrongDocument() public {
        Report memory given = _report(0);
        bytes32 named = given.document;
        levels.credits.atRisk += 1;
        bytes32 changed = _document();
        bytes memory refusal = abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongDocument.selector, changed, named);
        _refused(given, refusal);
        vm.expectRevert(refusal);
        oracle.assess(given, _scheduleHash(), levels);
    }

    /// @custom:threat T13
    function testFinalOnce() public {
        _send(_report(0));
        bytes32 history = oracle.historyOf(_book());
        _refused(_report(0), abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 0));
        _refused(
            _report(0, Figure(1, 2, 3), Figure(4, 5, 6)),
            abi.encodeWithSelector(ISLAOracle.SLAOracle_AlreadyFinal.selector, 0)
        );
        assertEq(oracle.historyOf(_book()), history, "history");
    }

    function testNoPeriodPastTheMask() public {
        _refused(_report(256), abi.encodeWithSelector(ISLAOracle.SLAOracle_PeriodOutOfRange.selector, 256, 256));
        _send(_report(255));
        assertEq(_finalAt(255), 0, "final, not assessed");
        assertEq(uint256(_stored(255).result.stage), uint256(Stage.Reported), "stage");
    }

    function testFiguresAndQuantitiesFitTheDocument() public {
        Report memory given = _report(0);
        given.figures = new Figure[](1);
        _refused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongFigures.selector, 1, 2));
        given.figures = new Figure[](3);
        _refused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongFigures.selector, 3, 2));
        given = _report(0);
        given.quantities = new uint256[](1);
        _refused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongQuantities.selector, 1, 0));
        levels.prices.push(Price("", 1));
        given = _report(0);
        given.quantities = new uint256[](0);
        _refused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_WrongQuantities.selector, 0, 1));
    }

    /// @dev 32 levels of four bands, 32 prices, eight reporters of each side, all of whom sign: less than a third of what
    /// a transaction can have, its data included.
    /// @custom:threat T16
    function testTheLongestReportCostsLessThanAThirdOfATransaction() public {
        while (levels.levels.length < 32) _addLevel(0, 1_000_000, 0);
        for (uint256 i = 0; i < 32; ++i) {
            while (levels.levels[i].bands.length < 4) levels.levels[i].bands.push(Band(1, 1_000));
            levels.prices.push(Price(keccak256(abi.encode(i)), 7));
        }
        uint256[] memory keys = new uint256[](16);
        delete levels.reporters.clientReporters;
        delete levels.reporters.contractorReporters;
        for (uint256 i = 0; i < 16; ++i) {
            keys[i] = 0xE000 + i;
            if (i < 8) levels.reporters.clientReporters.push(vm.addr(keys[i]));
            else levels.reporters.contractorReporters.push(vm.addr(keys[i]));
        }
        (levels.reporters.clientQuorum, levels.reporters.contractorQuorum) = (8, 8);
        Report memory given = _report(0);
        given.figures = new Figure[](32);
        for (uint256 i = 0; i < 32; ++i) {
            (given.figures[i], given.quantities[i]) = (Figure(1, i == 1 ? 1 : 2, 3), i);
        }
        bytes memory data = abi.encodeCall(ISLAOracle.report, (given, _scheduleHash(), levels, _signed(given, keys)));
        uint256 before = gasleft();
        (bool isDone,) = address(oracle).call(data);
        uint256 used = before - gasleft();
        assertTrue(isDone, "reported");
        assertLe(21_000 + 16 * data.length + used, uint256(16_777_216) / 3, "gas");
        assertEq(_finalAt(0), block.timestamp, "final");
    }

    /// @custom:threat T16
    function testMostLevels() public {
        while (levels.levels.length < 32) _addLevel(0, 1_000_000, 0);
        Report memory given = _report(0);
        given.figures = new Figure[](32);
        given.figures[31] = Figure(0, 1, 0);
        _send(given);
        assertEq(_stored(0).result.failed, 1 << 31, "failed");

        _addLevel(0, 1_000_000, 0);
        given = _report(0);
        given.figures = new Figure[](33);
        _refused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_TooManyLevels.selector, 33, 32));
    }

    function testChargeIsAnAmount() public {
        levels.prices.push(Price("", 1 << 95));
        levels.prices.push(Price("", 1));
        Report memory given = _report(0);
        (given.quantities[0], given.quantities[1]) = (2, 0);
        uint256 most = type(uint96).max;
        _refused(given, abi.encodeWithSelector(ISLAOracle.SLAOracle_ChargeOutOfRange.selector, most + 1, most));
        (given.quantities[0], given.quantities[1]) = (1, (1 << 95) - 1);
        _send(given);
        assertEq(_answer(0).charge, most, "charge");
    }
}
