// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {Account, Posting, Wage} from "../../../contracts/types/Wages.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Test} from "../Vm.sol";
import {World} from "./World.sol";

/// @notice What employers, workers, strangers and a token do to the payroll's books of all agreements, in any order.
/// @dev Every action takes three seeds. What the payroll refuses is no failure; {World} says what is.
contract PayrollHandler is Test {
    using PaperHash for Paper;

    /// A posted run of two wages, for the workers 1 and 2 of the employer's roster.
    struct Run {
        bytes32 book;
        uint256 number;
        uint256[2] amounts;
        uint256 total;
    }

    uint256 private constant MOST_RUNS = 24;
    address private constant STRANGER = address(0x57a6);

    World public immutable world;
    IPayroll public immutable payroll;
    HostileTokenMock public immutable hostile;
    bytes32[] private _books;
    mapping(bytes32 book => bool) private _isKnown;
    Run[] private _runs;

    constructor(World world_) {
        (world, payroll, hostile) = (world_, world_.payroll(), world_.hostile());
    }

    /* IN */

    /// Of an agreement that has booked something for the payroll, if there is one.
    function collect(uint256 which, uint256, uint256) external {
        uint256 count = world.count();
        bytes32 origin = world.origins(which % count);
        Paper memory paper = world.paperOf(origin);
        for (uint256 i = 0; i < count; ++i) {
            if (world.agreement().toTake(origin, address(payroll), paper.deal.token) > 0) break;
            origin = world.origins((which % count + i) % count);
            paper = world.paperOf(origin);
        }
        bytes memory data = abi.encodeCall(IPayroll.collect, (address(world.agreement()), paper.terms()));
        if (!world.act("collect", STRANGER, address(payroll), origin, data)) return;
        bytes32 book = payroll.bookOf(address(world.agreement()), origin, paper.deal.contractor);
        if (!_isKnown[book]) _books.push(book);
        _isKnown[book] = true;
    }

    /* WAGES */

    function raisePledge(uint256 which, uint256 more, uint256 rarely) external {
        if (rarely % 8 != 0) return;
        bytes32 origin = world.origins(which % world.count());
        address employer = world.paperOf(origin).deal.contractor;
        bytes32 book = payroll.bookOf(address(world.agreement()), origin, employer);
        uint256 pledge = payroll.accountOf(book).pledge + bound(more, 1, 200_000);
        bytes memory data = abi.encodeCall(IPayroll.raisePledge, (address(world.agreement()), origin, pledge));
        _try("raisePledge", employer, data);
    }

    function pay(uint256 which, uint256 first, uint256 second) external {
        (bytes32 book, Account memory account) = _bookWithFree(which);
        if (account.free < 2) return;
        bytes32[] memory lines = new bytes32[](2);
        lines[0] = _line(_payeeAt(which >> 32), bound(first, 1, account.free / 2));
        lines[1] = _line(_payeeAt(which >> 40), bound(second, 1, account.free / 2));
        if (which >> 48 & 3 == 0) hostile.refuse(_payeeAt(which >> 32), HostileTokenMock.Refusal.Reverts);
        bytes memory data = abi.encodeCall(IPayroll.pay, (book, account.runs + 1, keccak256("payslips"), lines));
        _try("pay", account.employer, data);
    }

    /// Some roots promise more than is set aside.
    function post(uint256 which, uint256 first, uint256 second) external {
        (bytes32 book, Account memory account) = _bookWithFree(which);
        if (account.free < 2 || _runs.length == MOST_RUNS) return;
        Run memory run;
        (run.book, run.number) = (book, account.runs + 1);
        run.amounts = [bound(first, 1, account.free / 2), bound(second, 1, account.free / 2)];
        run.total = run.amounts[0] + run.amounts[1];
        if (which >> 64 & 3 == 0) run.total -= bound(which >> 66, 1, run.total - 1);
        uint256 from = which >> 72 & 1 == 0 ? 0 : vm.getBlockTimestamp() + (which >> 80) % 3 days;
        bytes memory data =
            abi.encodeCall(IPayroll.post, (book, run.number, keccak256("payslips"), _rootOf(run), run.total, from));
        if (_try("post", account.employer, data)) _runs.push(run);
    }

    function withdrawPosting(uint256 which, uint256, uint256) external {
        if (_runs.length == 0) return;
        Run memory run = _runs[which % _runs.length];
        for (uint256 i = 0; i < _runs.length && _isBinding(run); ++i) {
            run = _runs[i];
        }
        bytes memory data = abi.encodeCall(IPayroll.withdrawPosting, (run.book, run.number));
        _try("withdrawPosting", payroll.accountOf(run.book).employer, data);
    }

    /// One or both wages of a run, again and again.
    function claim(uint256 which, uint256 workers, uint256) external {
        if (_runs.length == 0) return;
        Run memory run = _runs[which % _runs.length];
        for (uint256 i = 0; i < _runs.length && !_isClaimable(run); ++i) {
            run = _runs[i];
        }
        Wage[] memory wages = new Wage[](workers & 4 == 0 ? 1 : 2);
        for (uint256 i = 0; i < wages.length; ++i) {
            wages[i] = _wageOf(run, (workers + i) & 1);
        }
        _try("claim wages", STRANGER, abi.encodeCall(IPayroll.claim, (run.book, wages)));
    }

    /* OUT */

    function takeMargin(uint256 which, uint256 amount, uint256 to) external {
        (bytes32 book, Account memory account) = _bookWithFree(which);
        uint256 margin = payroll.marginOf(book);
        if (margin == 0) return;
        // one time in eight more than there is
        amount = bound(amount, 1, which >> 99 & 7 == 0 ? 2 * margin : margin);
        _try("takeMargin", account.employer, abi.encodeCall(IPayroll.takeMargin, (book, _payeeAt(to), amount)));
    }

    function withdraw(uint256 which, uint256 to, uint256 recovers) external {
        address payee = _payeeAt(which);
        for (uint256 i = 0; i < 5 && payroll.owed(address(hostile), payee) == 0; ++i) {
            payee = _payeeAt(which + i);
        }
        if (payroll.owed(address(hostile), payee) == 0) return;
        // most of the time the token has come to its senses
        if (recovers & 3 != 0) hostile.refuse(_payeeAt(to), HostileTokenMock.Refusal.None);
        bytes memory data = abi.encodeCall(IPayroll.withdraw, (address(hostile), payee, _payeeAt(to), 0, ""));
        _try("withdraw wages", payee, data);
    }

    /* THE TOKEN */

    function refuse(uint256 who, uint256 how, uint256) external {
        hostile.refuse(_payeeAt(who), HostileTokenMock.Refusal(how % 4 < 3 ? how % 4 : 0));
    }

    /* HELPERS */

    function _try(string memory kind, address by, bytes memory data) private returns (bool) {
        return world.act(kind, by, address(payroll), 0, data);
    }

    /// One that has something free, if there is one.
    function _bookWithFree(uint256 which) private view returns (bytes32 book, Account memory account) {
        for (uint256 i = 0; i < _books.length && account.free < 2; ++i) {
            book = _books[(which + i) % _books.length];
            account = payroll.accountOf(book);
        }
    }

    function _isBinding(Run memory run) private view returns (bool) {
        return payroll.postingOf(run.book, run.number).opensAt <= vm.getBlockTimestamp();
    }

    function _isClaimable(Run memory run) private view returns (bool) {
        Posting memory posting = payroll.postingOf(run.book, run.number);
        return posting.opensAt <= vm.getBlockTimestamp() && posting.claimed < posting.total;
    }

    /// Wallets of workers, too.
    function _payeeAt(uint256 index) private pure returns (address) {
        return vm.addr(0xa11ce00 + index % 5);
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
            block.chainid, address(payroll), run.book, run.number, worker + 1, run.amounts[worker], bytes32(worker)
        );
        return keccak256(bytes.concat(keccak256(values)));
    }

    function _rootOf(Run memory run) private view returns (bytes32) {
        (bytes32 one, bytes32 other) = (_leafOf(run, 0), _leafOf(run, 1));
        return one < other ? keccak256(bytes.concat(one, other)) : keccak256(bytes.concat(other, one));
    }
}
