// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {RosterMock} from "../../../contracts/mocks/RosterMock.sol";
import {Milestone} from "../../../contracts/types/Terms.sol";
import {Account, Posting, Wage} from "../../../contracts/types/Wages.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Test, Vm} from "../Vm.sol";
import {AgreementStub} from "./AgreementStub.sol";

/// @notice What employers, workers, strangers, the agreement, the token and time do to three books of one token, in any
/// order; with a ledger of its own beside it. No call of it may revert.
contract PayrollHandler is Test {
    using PaperHash for Paper;

    /// A posted run of two wages, for the workers 1 and 2, of which `total` is set aside.
    struct Run {
        uint256 book;
        uint256 number;
        uint256[2] amounts;
        uint256 total;
        uint256 from;
        uint256 claimed;
        bool[2] isPaid;
        bool isWithdrawn;
    }

    uint256 public constant BOOKS = 3;
    uint256 internal constant MOST = 1e12;
    uint256 internal constant MOST_RUNS = 24;

    RosterMock public immutable roster = new RosterMock();
    IPayroll public immutable payroll =
        IPayroll(vm.deployCode("out/Payroll.sol/Payroll.json", abi.encode(address(roster))));
    HostileTokenMock public immutable token = new HostileTokenMock();
    AgreementStub internal immutable agreement = new AgreementStub();

    uint256 internal time = 1_700_000_000;
    /// Of the first two books the same.
    address[BOOKS] internal employers = [address(0xe1), address(0xe1), address(0xe2)];
    address[5] public accounts = [address(0xa1), address(0xa2), address(0xa3), address(0xa4), address(0xa5)];
    bytes32[BOOKS] internal origins;
    bytes32[BOOKS] public books;

    uint256[BOOKS] public collected;
    uint256[BOOKS] public wages;
    uint256[BOOKS] public margin;
    uint256[BOOKS] public pledge;
    uint256[BOOKS] public runs;
    bytes32[BOOKS] public history;
    mapping(address account => uint256) public owed;
    mapping(address account => uint256) public received;
    Run[] internal posted;
    /// A book whose margin was taken before its wages.
    uint256 public preferred;

    constructor() {
        vm.warp(time);
        vm.recordLogs();
        for (uint256 i = 0; i < BOOKS; ++i) {
            origins[i] = _paper(i).id(address(agreement));
            books[i] = keccak256(abi.encode(address(agreement), origins[i], employers[i]));
            earn(i, uint96(MOST));
            collect(i);
        }
        for (uint256 i = 1; i <= 2; ++i) {
            roster.setWallet(employers[0], i, accounts[i]);
            roster.setWallet(employers[2], i, accounts[i + 2]);
        }
    }

    /* IN */

    function earn(uint256 book, uint96 amount) public {
        agreement.book(origins[book % BOOKS], address(payroll), address(token), bound(amount, 1, MOST));
    }

    function collect(uint256 book) public {
        book = book % BOOKS;
        if (agreement.toTake(origins[book], address(payroll), address(token)) == 0) return;
        collected[book] += payroll.collect(address(agreement), _paper(book).terms());
        _record();
    }

    /* WAGES */

    function raisePledge(uint256 book, uint256 more) external {
        book = book % BOOKS;
        if (pledge[book] == 1e6) return;
        pledge[book] += bound(more, 1, (1e6 - pledge[book] + 3) / 4);
        vm.prank(employers[book]);
        payroll.raisePledge(address(agreement), origins[book], pledge[book]);
        _record();
    }

    function pay(uint256 book, uint256 first, uint256 second, uint8 payees) external {
        book = book % BOOKS;
        uint256 free = _freeOf(book);
        if (free < 2) return;
        bytes32[] memory lines = new bytes32[](2);
        lines[0] = _line(accounts[payees % 5], bound(first, 1, free / 2));
        lines[1] = _line(accounts[payees / 5 % 5], bound(second, 1, free / 2));
        vm.prank(employers[book]);
        payroll.pay(books[book], ++runs[book], keccak256("payslips"), lines);
        for (uint256 i = 0; i < 2; ++i) {
            (address payee, uint256 amount) = (address(bytes20(lines[i])), uint96(uint256(lines[i])));
            if (_isBlocked(payee)) owed[payee] += amount;
            else received[payee] += amount;
            wages[book] += amount;
        }
        _record();
    }

    /// Some roots promise more than is set aside.
    function post(uint256 book, uint256 first, uint256 second, uint256 lack, uint16 delay) external {
        book = book % BOOKS;
        uint256 free = _freeOf(book);
        if (free < 2 || posted.length == MOST_RUNS) return;
        Run memory run;
        (run.book, run.number, run.from) = (book, ++runs[book], delay % 4 == 0 ? 0 : time + delay);
        run.amounts = [bound(first, 1, free / 2), bound(second, 1, free / 2)];
        run.total = run.amounts[0] + run.amounts[1];
        if (lack % 3 == 0) run.total -= bound(lack, 1, run.total - 1);
        posted.push(run);
        wages[book] += run.total;
        vm.prank(employers[book]);
        payroll.post(books[book], run.number, keccak256("payslips"), _rootOf(run), run.total, run.from);
        _record();
    }

    function withdrawPosting(uint256 which) external {
        if (posted.length == 0) return;
        Run storage run = posted[which % posted.length];
        if (run.isWithdrawn || time >= run.from) return;
        run.isWithdrawn = true;
        wages[run.book] -= run.total;
        vm.prank(employers[run.book]);
        payroll.withdrawPosting(books[run.book], run.number);
        _record();
    }

    /// Both wages of a run, again and again.
    function claim(uint256 which, bool isReversed) external {
        if (posted.length == 0) return;
        Run storage run = posted[which % posted.length];
        if (run.isWithdrawn || time < run.from) return;
        Wage[] memory all = new Wage[](2);
        uint256 count = 0;
        for (uint256 i = 0; i < 2; ++i) {
            uint256 worker = isReversed ? 1 - i : i;
            if (_expect(run, worker)) all[count++] = _wageOf(run, worker);
        }
        Wage[] memory claims = new Wage[](count);
        for (uint256 i = 0; i < count; ++i) {
            claims[i] = all[i];
        }
        payroll.claim(books[run.book], claims);
        _record();
    }

    /* OUT */

    function takeMargin(uint256 book, uint256 amount, uint8 to) external {
        book = book % BOOKS;
        address payee = accounts[to % 5];
        uint256 most = payroll.marginOf(books[book]);
        if (most == 0 || _isBlocked(payee)) return;
        amount = bound(amount, 1, most);
        margin[book] += amount;
        received[payee] += amount;
        uint256 pledged = (collected[book] * pledge[book] + 999_999) / 1e6;
        uint256 left = collected[book] - margin[book];
        if (left < wages[book] || left < pledged) preferred = book + 1;
        vm.prank(employers[book]);
        payroll.takeMargin(books[book], payee, amount);
        _record();
    }

    function withdraw(uint8 payee, uint8 to) external {
        (address from, address target) = (accounts[payee % 5], accounts[to % 5]);
        if (owed[from] == 0 || _isBlocked(target)) return;
        received[target] += owed[from];
        owed[from] = 0;
        vm.prank(from);
        payroll.withdraw(address(token), from, target, 0, "");
        _record();
    }

    /* TOKEN, ROSTER, TIME */

    function refuse(uint8 account, uint8 refusal) external {
        token.refuse(accounts[account % 5], HostileTokenMock.Refusal(refusal % 5 < 3 ? 0 : refusal % 5 - 2));
    }

    function setWallet(uint256 book, uint256 worker, uint8 wallet) external {
        roster.setWallet(employers[book % BOOKS], worker % 2 + 1, wallet % 6 == 5 ? address(0) : accounts[wallet % 6]);
    }

    function pass(uint16 secondsPassed) external {
        time += secondsPassed;
        vm.warp(time);
    }

    /* LEDGER */

    function postedCount() external view returns (uint256) {
        return posted.length;
    }

    function postedAt(uint256 index) external view returns (Run memory) {
        return posted[index];
    }

    /// Whether a wage can be claimed without an error; if it is paid, the ledger has it.
    function _expect(Run storage run, uint256 worker) private returns (bool) {
        if (run.isPaid[worker]) return true;
        uint256 amount = run.amounts[worker];
        if (amount > run.total - run.claimed) return false;
        address wallet = roster.walletOf(employers[run.book], worker + 1);
        if (wallet == address(0) || _isBlocked(wallet)) return true;
        run.isPaid[worker] = true;
        run.claimed += amount;
        received[wallet] += amount;
        return true;
    }

    function _record() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(payroll)) continue;
            for (uint256 book = 0; book < BOOKS; ++book) {
                if (logs[i].topics[1] != books[book]) continue;
                history[book] = keccak256(abi.encode(history[book], time, eventHash(logs[i])));
            }
        }
    }

    function _isBlocked(address account) private view returns (bool) {
        return token.refusals(account) != HostileTokenMock.Refusal.None;
    }

    function _freeOf(uint256 book) private view returns (uint256) {
        return collected[book] - wages[book] - margin[book];
    }

    /* DOCUMENTS, LINES, TREES */

    function _paper(uint256 book) private view returns (Paper memory paper) {
        paper.deal.contractor = employers[book];
        paper.deal.token = address(token);
        paper.offer.salt = book;
        paper.milestones = new Milestone[](0);
    }

    function _line(address payee, uint256 amount) private pure returns (bytes32) {
        return bytes32(uint256(uint160(payee)) << 96 | amount);
    }

    function _wageOf(Run memory run, uint256 worker) private view returns (Wage memory) {
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = _leafOf(run, 1 - worker);
        return Wage(run.number, worker + 1, run.amounts[worker], bytes32(worker), proof);
    }

    function _leafOf(Run memory run, uint256 worker) private view returns (bytes32) {
        bytes memory values = abi.encode(
            block.chainid,
            address(payroll),
            books[run.book],
            run.number,
            worker + 1,
            run.amounts[worker],
            bytes32(worker)
        );
        return keccak256(bytes.concat(keccak256(values)));
    }

    function _rootOf(Run memory run) private view returns (bytes32) {
        (bytes32 one, bytes32 other) = (_leafOf(run, 0), _leafOf(run, 1));
        return one < other ? keccak256(bytes.concat(one, other)) : keccak256(bytes.concat(other, one));
    }
}
