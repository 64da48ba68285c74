// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {AccountMock} from "../../../contracts/mocks/AccountMocks.sol";
import {HostileTokenMock, ITokenHook} from "../../../contracts/mocks/HostileTokenMock.sol";
import {RosterMock} from "../../../contracts/mocks/RosterMock.sol";
import {Account, Posting, Wage} from "../../../contracts/types/Wages.sol";
import {AgreementTest} from "../agreement/AgreementTest.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Vm} from "../Vm.sol";

/// @notice A payee that, told of tokens, makes one call.
contract Caller is AccountMock, ITokenHook {
    address private _target;
    bytes private _data;
    bool public failed;
    bytes public result;

    function arm(HostileTokenMock token, address target, bytes calldata data) external {
        (_target, _data) = (target, data);
        token.hook(this);
    }

    function onTokens(address, address, address, uint256) external {
        if (_target == address(0)) return;
        address target = _target;
        _target = address(0);
        bool success;
        (success, result) = target.call(_data);
        failed = !success;
    }
}

/// @notice A contractor that is an employer: the payroll is the payee of its agreement, with milestones of 100,000, 200,003
/// and 50,001 to earn; three workers have wallets on its roster.
abstract contract PayrollTest is AgreementTest {
    using PaperHash for Paper;

    uint256 internal constant PAYEE_KEY = 0xE1;
    address internal immutable PAYEE = vm.addr(PAYEE_KEY);
    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);
    address internal constant CAROL = address(0xca401);
    bytes32 internal constant PAYSLIPS = keccak256("payslips");
    uint256 internal constant FIRST = 100_000;

    IPayroll internal payroll;
    RosterMock internal roster;
    HostileTokenMock internal hostile;
    bytes32 internal origin;
    bytes32 internal book;

    function setUp() public virtual override {
        super.setUp();
        roster = new RosterMock();
        payroll = deployed();
        hostile = new HostileTokenMock();
        hostile.mint(CLIENT, FUNDS);
        vm.prank(CLIENT);
        hostile.approve(address(agreement), type(uint256).max);
        vm.getRecordedLogs();
        enrol(1, ALICE);
        enrol(2, BOB);
        enrol(3, CAROL);
        origin = employ(_paper());
        book = bookOf(origin);
    }

    /* ARRANGE */

    function deployed() internal returns (IPayroll) {
        return IPayroll(vm.deployCode("out/Payroll.sol/Payroll.json", abi.encode(roster)));
    }

    /// Opens an agreement whose contractor is paid by the payroll.
    function employ(Paper memory paper) internal returns (bytes32 origin_) {
        origin_ = _open(paper);
        vm.prank(paper.deal.contractor);
        agreement.setPayee(paper.terms(), address(payroll), true);
        _check(1);
    }

    /// The same in the token that misbehaves, with all milestones accepted and collected.
    function employHostile() internal returns (bytes32 book_) {
        Paper memory paper = _hostilePaper();
        book_ = bookOf(employ(paper));
        earn(paper, 7);
        payroll.collect(address(agreement), paper.terms());
        vm.getRecordedLogs();
    }

    function _hostilePaper() internal view returns (Paper memory paper) {
        paper = _paper();
        paper.deal.token = address(hostile);
    }

    function earn(Paper memory paper, uint256 milestones) internal {
        vm.prank(CLIENT);
        agreement.accept(paper.terms(), milestones);
        vm.getRecordedLogs();
    }

    /// The book has collected the first milestone.
    function fill() internal {
        fill(1);
    }

    function fill(uint256 milestones) internal {
        earn(_paper(), milestones);
        payroll.collect(address(agreement), _paper().terms());
        vm.getRecordedLogs();
    }

    function enrol(uint256 worker, address wallet) internal {
        roster.setWallet(CONTRACTOR, worker, wallet);
    }

    function bookOf(bytes32 origin_) internal view returns (bytes32) {
        return keccak256(abi.encode(address(agreement), origin_, CONTRACTOR));
    }

    /* CALLS */

    function line(address payee, uint256 amount) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(payee)) << 96 | amount);
    }

    function linesOf(address payee, uint256 amount) internal pure returns (bytes32[] memory lines) {
        lines = new bytes32[](1);
        lines[0] = line(payee, amount);
    }

    function pay(uint256 run, bytes32[] memory lines) internal {
        vm.prank(CONTRACTOR);
        payroll.pay(book, run, PAYSLIPS, lines);
    }

    function post(uint256 run, bytes32 root, uint256 total, uint256 from) internal {
        vm.prank(CONTRACTOR);
        payroll.post(book, run, PAYSLIPS, root, total, from);
        vm.getRecordedLogs();
    }

    function takeMargin(uint256 amount) internal {
        vm.prank(CONTRACTOR);
        payroll.takeMargin(book, NEWCOMER, amount);
    }

    /* TREES */

    function saltOf(uint256 worker) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt", worker));
    }

    /// The leaf of SPEC 12.2.
    function leafOf(uint256 run, uint256 worker, uint256 amount) internal view returns (bytes32) {
        return leafOf(block.chainid, address(payroll), book, run, worker, amount, saltOf(worker));
    }

    function leafOf(
        uint256 chain,
        address of_,
        bytes32 book_,
        uint256 run,
        uint256 worker,
        uint256 amount,
        bytes32 salt
    ) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(chain, of_, book_, run, worker, amount, salt))));
    }

    /// The root of two leaves.
    function rootOf(bytes32 one, bytes32 other) internal pure returns (bytes32) {
        return one < other ? keccak256(bytes.concat(one, other)) : keccak256(bytes.concat(other, one));
    }

    function wageOf(uint256 run, uint256 worker, uint256 amount, bytes32 sibling) internal pure returns (Wage memory) {
        bytes32[] memory proof = new bytes32[](sibling == 0 ? 0 : 1);
        if (sibling != 0) proof[0] = sibling;
        return Wage(run, worker, amount, saltOf(worker), proof);
    }

    function listOf(Wage memory wage) internal pure returns (Wage[] memory wages) {
        wages = new Wage[](1);
        wages[0] = wage;
    }

    function listOf(Wage memory first, Wage memory second) internal pure returns (Wage[] memory wages) {
        wages = new Wage[](2);
        (wages[0], wages[1]) = (first, second);
    }

    /* OUTCOMES */

    /// Announces that the next call of the payroll emits the event that follows.
    function expectFromPayroll() internal {
        vm.expectEmit(true, true, true, true, address(payroll));
    }

    function refused(bytes4 selector) internal {
        vm.expectRevert(abi.encodeWithSelector(selector));
    }

    /// Since the last look the payroll emitted `count` events that name the book, each linked after `before`, and
    /// `outside` that name none.
    function assertLinked(bytes32 book_, bytes32 before, uint256 count, uint256 outside) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 linked = 0;
        uint256 all = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(payroll)) continue;
            ++all;
            if (logs[i].topics[0] == IPayroll.Withdrawn.selector) continue;
            assertEq(logs[i].topics[1], book_, "book of the event");
            before = keccak256(abi.encode(before, vm.getBlockTimestamp(), eventHash(logs[i])));
            ++linked;
        }
        assertEq(linked, count, "events of the book");
        assertEq(all - linked, outside, "events outside");
        assertEq(payroll.historyOf(book_), before, "history");
    }

    /// The book's account, whole; margin = what could be taken.
    function assertAccount(uint256 collected, uint256 wages, uint256 free, uint256 runs, uint256 margin) internal view {
        Account memory account = payroll.accountOf(book);
        assertEq(account.employer, CONTRACTOR, "employer");
        assertEq(account.token, address(token), "token of the book");
        assertEq(account.collected, collected, "collected");
        assertEq(account.wages, wages, "wages");
        assertEq(account.free, free, "free");
        assertEq(account.runs, runs, "runs");
        assertEq(payroll.marginOf(book), margin, "margin");
    }

    function assertPosting(uint256 run, bytes32 root, uint256 total, uint256 claimed, uint256 from) internal view {
        Posting memory posting = payroll.postingOf(book, run);
        assertEq(posting.root, root, "root");
        assertEq(posting.total, total, "total of the run");
        assertEq(posting.claimed, claimed, "claimed of the run");
        assertEq(posting.opensAt, from, "from");
    }

    function assertHas(address account, uint256 amount) internal view {
        assertEq(token.balanceOf(account), amount, "balance");
    }

    function assertReentered(bytes memory result) internal pure {
        assertEq(result, abi.encodeWithSignature("ReentrancyGuardReentrantCall()"), "guarded");
    }
}
