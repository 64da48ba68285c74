// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {Band, Credits, Figure, Level, Levels, Report} from "../../../contracts/types/ServiceLevels.sol";
import {ServicePeriod, Signed} from "../../../contracts/types/ServicePeriods.sol";
import {Contest, Schedule} from "../../../contracts/types/Terms.sol";
import {Test, Vm} from "../Vm.sol";
import {DocumentHash} from "./DocumentHash.sol";

/// @notice A document, keys and the usual calls for the oracle's tests; every success is checked against the history.
/// @dev The document: level 0 a ratio of at least 95 %, 90 % critical; level 1 an average of at most 300; 12 periods of
/// 30 days; half of the charge at risk; at most 30 % a period, 20 % over four.
abstract contract OracleTest is Test {
    uint256 internal constant CLIENT_KEY = 0xC1;
    uint256 internal constant CONTRACTOR_KEY = 0xC2;
    uint256 internal constant CLIENT_REPORTER_KEY = 0xA1;
    uint256 internal constant CLIENT_REPORTER_2_KEY = 0xA2;
    uint256 internal constant CONTRACTOR_REPORTER_KEY = 0xB1;
    uint256 internal constant STRANGER_KEY = 0x5;
    uint256 internal constant START = 1_700_000_000;
    uint256 internal constant MONTH = 30 days;

    address internal constant AGREEMENT = address(0xA9);
    bytes32 internal constant ORIGIN = keccak256("origin");
    bytes32 internal constant EVIDENCE = keccak256("evidence");
    address internal constant ARBITER = address(0xA7B1);
    address internal constant BACKUP = address(0xBAC0);

    /// @notice What the escrow is told.
    struct Answer {
        uint256 known;
        uint256 finalAt;
        uint256 charge;
        uint256 rate;
        uint256 least;
    }

    ISLAOracle internal oracle;
    Schedule internal schedule;
    Contest internal contest;
    Levels internal levels;

    function setUp() public virtual {
        vm.warp(START + 13 * MONTH);
        oracle = _deployed();

        schedule.start = START;
        for (uint256 i = 1; i <= 12; ++i) {
            schedule.ends.push(START + i * MONTH);
        }
        schedule.reportWithin = 10 days;
        schedule.finalWithin = 60 days;
        schedule.definition = keccak256("definition");
        contest = Contest(7 days, ARBITER, BACKUP, 5 days, 0);

        levels.reporters.client = vm.addr(CLIENT_KEY);
        levels.reporters.contractor = vm.addr(CONTRACTOR_KEY);
        levels.reporters.clientReporters = [vm.addr(CLIENT_REPORTER_KEY), vm.addr(CLIENT_REPORTER_2_KEY)];
        levels.reporters.clientQuorum = 1;
        levels.reporters.contractorReporters = [vm.addr(CONTRACTOR_REPORTER_KEY)];
        levels.reporters.contractorQuorum = 1;
        levels.credits = Credits({
            atRisk: 500_000,
            periodCap: 300_000,
            yearCap: 200_000,
            yearPeriods: 4,
            failures: 0,
            failureWindow: 0,
            lapse: 7 days,
            earnBack: 0,
            earnBackBefore: 256
        });
        _addLevel(0, 950_000, 100_000);
        levels.levels[0].bands.push(Band(900_000, 400_000));
        levels.levels[0].critical = 1;
        _addLevel(2, 300, 200_000);
    }

    function _deployed() internal returns (ISLAOracle) {
        return ISLAOracle(vm.deployCode("out/SLAOracle.sol/SLAOracle.json"));
    }

    /* DOCUMENT */

    function _addLevel(uint256 form, uint256 threshold, uint256 allocation) internal {
        Level storage level = levels.levels.push();
        level.name = keccak256(abi.encode("level", levels.levels.length));
        level.form = form;
        level.repeat = 1;
        level.bands.push(Band(threshold, allocation));
    }

    function _document() internal view virtual returns (bytes32) {
        return DocumentHash.ofService(_schedule(), contest, levels);
    }

    function _scheduleHash() internal view returns (bytes32) {
        return DocumentHash.ofSchedule(_schedule(), contest);
    }

    /// @notice The calendar as calls carry it.
    function _schedule() internal view returns (Schedule memory given) {
        given = schedule;
        given.contest = DocumentHash.ofContest(contest);
    }

    function _book() internal view returns (bytes32) {
        return keccak256(abi.encode(AGREEMENT, ORIGIN, _document()));
    }

    /* REPORTS */

    /// @notice A report with all levels met.
    function _report(uint256 period) internal view returns (Report memory given) {
        given = _report(period, Figure(100, 100, 0), Figure(300, 1, 0));
    }

    function _report(uint256 period, Figure memory first, Figure memory second)
        internal
        view
        returns (Report memory given)
    {
        given.agreement = AGREEMENT;
        given.origin = ORIGIN;
        given.id = keccak256("id");
        given.document = _document();
        given.period = period;
        given.figures = new Figure[](2);
        (given.figures[0], given.figures[1]) = (first, second);
        given.quantities = new uint256[](levels.prices.length);
        given.evidence = EVIDENCE;
    }

    /// @notice The report that stands for a default.
    function _default(uint256 period) internal view returns (Report memory given) {
        given.agreement = AGREEMENT;
        given.origin = ORIGIN;
        given.document = _document();
        given.period = period;
    }

    function _digest(Report memory given) internal view returns (bytes32) {
        return _digest(given, block.chainid, address(oracle));
    }

    function _digest(Report memory given, uint256 chainId, address verifier) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact SLA"),
                keccak256("1"),
                chainId,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, DocumentHash.ofReport(given)));
    }

    /// @notice Signatures of the keys, by rising address.
    function _signed(Report memory given, uint256[] memory keys) internal view returns (Signed[] memory list) {
        list = new Signed[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            list[i] = Signed(vm.addr(keys[i]), sign(keys[i], _digest(given)));
        }
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && list[j - 1].signer > list[j].signer; --j) {
                (list[j - 1], list[j]) = (list[j], list[j - 1]);
            }
        }
    }

    function _signed(Report memory given) internal view returns (Signed[] memory) {
        return _signed(given, _keys(CLIENT_REPORTER_KEY, CONTRACTOR_REPORTER_KEY));
    }

    function _keys(uint256 a) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](1);
        keys[0] = a;
    }

    function _keys(uint256 a, uint256 b) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](2);
        (keys[0], keys[1]) = (a, b);
    }

    function _keys(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](3);
        (keys[0], keys[1], keys[2]) = (a, b, c);
    }

    /* CALLS */

    function _send(Report memory given) internal {
        oracle.report(given, _scheduleHash(), levels, _signed(given));
    }

    function _refused(Report memory given, Signed[] memory signatures, bytes memory refusal) internal {
        bytes32 hashed = _scheduleHash();
        vm.expectRevert(refusal);
        oracle.report(given, hashed, levels, signatures);
    }

    function _refused(Report memory given, bytes memory refusal) internal {
        _refused(given, _signed(given), refusal);
    }

    function _applyDefault(uint256 period) internal {
        oracle.applyDefault(AGREEMENT, ORIGIN, _schedule(), levels, period);
    }

    /// @dev The compiler takes `block.timestamp` for the same throughout a call.
    function _now() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    /* OUTCOMES */

    function _stored(uint256 period) internal view returns (ServicePeriod memory) {
        return oracle.periodOf(_book(), period);
    }

    function _answer(uint256 period) internal view returns (Answer memory) {
        return _answer(_document(), period);
    }

    function _answer(bytes32 document, uint256 period) internal view returns (Answer memory answer) {
        (answer.known, answer.finalAt, answer.charge, answer.rate, answer.least) =
            oracle.resultOf(AGREEMENT, ORIGIN, document, period);
    }

    function _assertAnswer(uint256 period, Answer memory expected) internal view {
        Answer memory answer = _answer(period);
        assertEq(answer.known, expected.known, "known");
        assertEq(answer.finalAt, expected.finalAt, "final at");
        assertEq(answer.charge, expected.charge, "charge");
        assertEq(answer.rate, expected.rate, "rate");
        assertEq(answer.least, expected.least, "least");
    }

    function _rate(uint256 period) internal view returns (uint256) {
        return _answer(period).rate;
    }

    function _finalAt(uint256 period) internal view returns (uint256) {
        return _answer(period).finalAt;
    }

    function _commitment(Report memory given) internal pure returns (bytes32) {
        return keccak256(bytes.concat(DocumentHash.ofReport(given), given.evidence));
    }

    /// @notice One recorded event is exactly this one.
    function _assertEvent(Vm.Log memory log, bytes32 selector, bytes32[3] memory indexed_, bytes memory data)
        internal
        view
    {
        assertEq(log.emitter, address(oracle), "emitter");
        assertEq(log.topics[0], selector, "selector");
        for (uint256 i = 1; i < log.topics.length; ++i) {
            assertEq(log.topics[i], indexed_[i - 1], "indexed argument");
        }
        assertEq(log.data, data, "data");
    }

    /// @notice The word that the recorded events lead to from `history`, all at the present time.
    function _rebuilt(bytes32 history, Vm.Log[] memory logs) internal view returns (bytes32) {
        for (uint256 i = 0; i < logs.length; ++i) {
            history = keccak256(abi.encode(history, _now(), eventHash(logs[i])));
        }
        return history;
    }

    function _topics(uint256 period) internal pure returns (bytes32[3] memory) {
        return [bytes32(uint256(uint160(AGREEMENT))), ORIGIN, bytes32(period)];
    }
}
