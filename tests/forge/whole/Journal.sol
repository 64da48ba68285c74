// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IDataRoom} from "../../../contracts/interfaces/IDataRoom.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {ISLAOracle} from "../../../contracts/interfaces/ISLAOracle.sol";
import {ITalentRegistry} from "../../../contracts/interfaces/ITalentRegistry.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {Test, Vm} from "../Vm.sol";

/// @notice The deployed set, and every event of every call of it: each goes into the history of its book once.
abstract contract Journal is Test {
    uint256 internal constant START = 1_800_000_000;
    uint256 public constant FUNDS = 10_000_000;
    /// It allows the set everything and never calls.
    address public constant BYSTANDER = address(0xB5);

    IAgreement public immutable agreement = IAgreement(vm.deployCode("out/Agreement.sol/Agreement.json"));
    ISLAOracle public immutable sla = ISLAOracle(vm.deployCode("out/SLAOracle.sol/SLAOracle.json"));
    IWorkerEquity public immutable equity = IWorkerEquity(vm.deployCode("out/WorkerEquity.sol/WorkerEquity.json"));
    IPayroll public immutable payroll = IPayroll(vm.deployCode("out/Payroll.sol/Payroll.json", abi.encode(equity)));
    IDataRoom public immutable room = IDataRoom(vm.deployCode("out/DataRoom.sol/DataRoom.json"));
    ITalentRegistry public immutable talent =
        ITalentRegistry(vm.deployCode("out/TalentRegistry.sol/TalentRegistry.json"));
    TokenMock public immutable plain = new TokenMock("Plain", "PLN", 6);
    HostileTokenMock public immutable hostile = new HostileTokenMock();
    /// The contracts of the set; a worker token joins when it is created.
    address[] public set;
    mapping(address => bool) public isOfSet;

    mapping(address emitter => mapping(bytes32 book => bytes32)) public history;
    /// What was sent to a contract of the set by a plain transfer, and forced into it as ether.
    mapping(address to => mapping(address token => uint256)) public donated;
    mapping(address to => uint256) public forced;
    mapping(string kind => uint256) public succeeded;
    /// Calls that succeeded.
    uint256 public done;

    /// A word of a history that was touched.
    struct Book {
        address emitter;
        bytes32 name;
    }

    Book[] internal _books;
    Book[] internal _touchedBooks;
    mapping(bytes32 origin => bytes32) internal _oracleBooks;
    address internal _by;
    address private _depositor;
    uint256 private _deposit;

    constructor() {
        vm.warp(START);
        vm.recordLogs();
        address[6] memory all =
            [address(agreement), address(sla), address(equity), address(payroll), address(room), address(talent)];
        for (uint256 i = 0; i < 6; ++i) {
            _join(all[i]);
        }
        endow(BYSTANDER);
        vm.getRecordedLogs();
    }

    function _join(address one) internal {
        set.push(one);
        isOfSet[one] = true;
    }

    /// Gives money in both tokens, and lets the agreement and worker equity have it.
    function endow(address account) public {
        IERC20[2] memory tokens = [IERC20(address(plain)), IERC20(address(hostile))];
        plain.mint(account, FUNDS);
        hostile.mint(account, FUNDS);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(account);
            tokens[i].approve(address(agreement), type(uint256).max);
            vm.prank(account);
            tokens[i].approve(address(equity), type(uint256).max);
        }
        vm.getRecordedLogs();
    }

    /* A CALL */

    /// Calls a contract of the set, keeps what it did, and checks what may only move one way. A refusal is right by one
    /// of the set's own errors; a failure of arithmetic, or one without words, never is.
    function act(string calldata kind, address by, address target, bytes32 about, bytes calldata data)
        external
        returns (bool success)
    {
        bytes memory answer;
        _before(target, bytes4(data));
        vm.prank(by);
        (success, answer) = target.call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (!success) {
            assertGe(answer.length, 4, kind);
            assertFalse(bytes4(answer) == bytes4(keccak256("Panic(uint256)")), kind);
            return false;
        }
        ++succeeded[kind];
        ++done;
        _by = by;
        _findDeposit(logs);
        for (uint256 i = 0; i < logs.length; ++i) {
            _record(logs[i]);
        }
        _after(target, bytes4(data), about);
    }

    /// A call that must be refused.
    function refuse(string calldata what, address by, address target, bytes calldata data) external {
        vm.prank(by);
        (bool success,) = target.call(data);
        assertFalse(success, what);
        vm.getRecordedLogs();
    }

    /// Anybody sends tokens to a contract of the set, by a plain transfer.
    function donate(address by, address token, address to, uint256 amount) external {
        bytes32 before = _state();
        vm.prank(by);
        assertTrue(IERC20(token).transfer(to, amount), "donation");
        _i35_aPlainTransferChangesNoBook(before);
        donated[to][token] += amount;
        ++succeeded["donate"];
        ++done;
        _by = by;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            _record(logs[i]);
        }
    }

    /// A block's reward, say, for an address of the set; what is sent in a call is refused.
    function force(address to, uint256 amount, bytes calldata data) external {
        forced[to] += amount;
        vm.deal(to, forced[to]);
        vm.deal(address(this), 1);
        (bool success,) = to.call{value: 1}(data);
        assertFalse(success, "I34 takes ether");
        ++succeeded["force"];
        ++done;
        vm.getRecordedLogs();
    }

    function _before(address target, bytes4 selector) internal virtual;

    function _after(address target, bytes4 selector, bytes32 about) internal virtual;

    /// All that the books of the set say of units and money.
    function _state() internal view virtual returns (bytes32);

    /* AN EVENT */

    function _record(Vm.Log memory log) internal virtual {
        if (isOfSet[log.emitter]) _link(log);
        bytes32 kind = log.topics[0];
        if (kind == IERC20.Approval.selector) _i34_noAllowanceIsGiven(log);
        if (kind == IERC20.Transfer.selector) _i07_noStrangerTakesAUnit(log);
    }

    function _findDeposit(Vm.Log[] memory logs) private {
        _depositor = address(0);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(agreement) || logs[i].topics[0] != IAgreement.Opened.selector) continue;
            _depositor = address(uint160(uint256(logs[i].topics[2])));
            (, _deposit) = abi.decode(logs[i].data, (address, uint256));
        }
    }

    function _link(Vm.Log memory log) private {
        (address emitter, bytes32 kind, bytes32 book) = (log.emitter, log.topics[0], log.topics[1]);
        // 10.2; the tokens of workers have no books
        bool isOutside = kind == IMilestoneEscrow.Withdrawn.selector || kind == IERC20.Transfer.selector
            || kind == IERC20.Approval.selector;
        if (isOutside) return;
        // 10.1: of the oracle the book of the document that the agreement first had
        if (emitter == address(sla)) book = _oracleBooks[log.topics[2]];
        if (history[emitter][book] == 0) _books.push(Book(emitter, book));
        history[emitter][book] = keccak256(abi.encode(history[emitter][book], vm.getBlockTimestamp(), eventHash(log)));
        _touchedBooks.push(Book(emitter, book));
    }

    /* INVARIANTS */

    function _i04_historyAdvancesOnceAnEvent(Book memory book) internal view {
        bytes32 told = book.emitter == address(agreement)
            ? agreement.history(book.name)
            : ITalentRegistry(book.emitter).historyOf(book.name);
        assertEq(told, history[book.emitter][book.name], "I4 history");
    }

    /// Units leave only a contract of the set, the caller's wallet, or the client's who signed the deposit.
    function _i07_noStrangerTakesAUnit(Vm.Log memory log) private view {
        address from = address(uint160(uint256(log.topics[1])));
        if (from == address(0) || from == _by || isOfSet[from]) return;
        assertEq(from, _depositor, "I7 from a wallet");
        assertEq(abi.decode(log.data, (uint256)), _deposit, "I7 another amount than signed");
    }

    function _i07_bystandersKeepWhatTheyHave() internal view {
        assertEq(plain.balanceOf(BYSTANDER), FUNDS, "I7 bystander");
        assertEq(hostile.balanceOf(BYSTANDER), FUNDS, "I7 bystander, hostile token");
    }

    function _i34_noAllowanceIsGiven(Vm.Log memory log) private view {
        assertFalse(isOfSet[address(uint160(uint256(log.topics[1])))], "I34 an allowance");
    }

    /// What is forced in stays: nothing else came, and nothing left.
    function _i34_noEtherIsHeld() internal view {
        for (uint256 i = 0; i < set.length; ++i) {
            assertEq(set[i].balance, forced[set[i]], "I34 ether");
        }
    }

    function _i35_aPlainTransferChangesNoBook(bytes32 before) internal view {
        assertEq(_state(), before, "I35 books");
    }
}
