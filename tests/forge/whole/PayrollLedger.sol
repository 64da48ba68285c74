// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {Account, Posting} from "../../../contracts/types/Wages.sol";
import {Vm} from "../Vm.sol";
import {EquityLedger} from "./EquityLedger.sol";

/// @notice What the payroll's events say of each book, added up beside it.
abstract contract PayrollLedger is EquityLedger {
    struct Wages {
        uint256 collected;
        uint256 wages;
        uint256 margin;
        uint256 pledge;
    }

    /// A posted run.
    struct Run {
        bytes32 book;
        uint256 number;
        uint256 total;
        uint256 claimed;
    }

    bytes32[] internal _wageBooks;
    mapping(bytes32 book => address) internal _tokenOfBook;
    mapping(bytes32 book => Wages) internal _wages;
    Run[] internal _runs;
    mapping(bytes32 book => mapping(uint256 run => uint256)) private _runAt;
    mapping(bytes32 book => mapping(uint256 run => mapping(uint256 worker => bool))) private _isPaid;
    mapping(address token => mapping(address payee => uint256)) internal _wagesOwed;
    address[] internal _wagePayees;
    mapping(address => bool) private _isWagePayee;

    /* EVENTS */

    function _recordPayroll(Vm.Log memory log) internal {
        (bytes32 kind, bytes32 book) = (log.topics[0], log.topics[1]);
        uint256 run = log.topics.length > 2 ? uint256(log.topics[2]) : 0;
        Wages storage wages = _wages[book];
        uint256 amount = _wordAt(log.data, 0);
        if (kind == IPayroll.Collected.selector) {
            _recordCollected(book, log.data);
        } else if (kind == IPayroll.Pledged.selector) {
            assertGe(amount, wages.pledge + 1, "I29 the pledge fell");
            wages.pledge = amount;
        } else if (kind == IPayroll.Paid.selector) {
            wages.wages += amount;
        } else if (kind == IPayroll.Booked.selector) {
            address payee = address(uint160(uint256(log.topics[3])));
            if (!_isWagePayee[payee]) _wagePayees.push(payee);
            _isWagePayee[payee] = true;
            _wagesOwed[_tokenOfBook[book]][payee] += amount;
            ++succeeded["book a wage"];
        } else if (kind == IPayroll.Posted.selector) {
            wages.wages += amount;
            _runs.push(Run(book, run, amount, 0));
            _runAt[book][run] = _runs.length;
        } else if (kind == IPayroll.PostingWithdrawn.selector) {
            wages.wages -= amount;
            _runs[_runAt[book][run] - 1].total = 0;
        } else {
            _recordOut(kind, book, run, log);
        }
    }

    function _recordCollected(bytes32 book, bytes memory data) private {
        (, address token, uint256 amount) = abi.decode(data, (address, address, uint256));
        if (_tokenOfBook[book] == address(0)) _wageBooks.push(book);
        _tokenOfBook[book] = token;
        _wages[book].collected += amount;
    }

    function _recordOut(bytes32 kind, bytes32 book, uint256 run, Vm.Log memory log) private {
        if (kind == IPayroll.WageClaimed.selector) {
            _i30_aWageIsPaidOnce(book, run, uint256(log.topics[3]));
            _isPaid[book][run][uint256(log.topics[3])] = true;
            _runs[_runAt[book][run] - 1].claimed += _wordAt(log.data, 1);
            ++succeeded["claim a wage"];
        } else if (kind == IPayroll.MarginTaken.selector) {
            uint256 amount = _wordAt(log.data, 1);
            _i29_marginLeavesWagesAndPledge(book, amount);
            _wages[book].margin += amount;
        } else if (kind == IPayroll.Withdrawn.selector) {
            (address token, address payee) = (address(uint160(uint256(book))), address(uint160(run)));
            _wagesOwed[token][payee] -= _wordAt(log.data, 1);
        }
    }

    /* INVARIANTS */

    function _i11_collectedIsAccountedFor(bytes32 book) private view {
        Account memory account = payroll.accountOf(book);
        Wages storage wages = _wages[book];
        assertEq(account.collected, wages.collected, "I11 collected");
        assertEq(account.wages, wages.wages, "I11 wages");
        assertEq(wages.collected, account.free + wages.wages + wages.margin, "I11 where it is");
    }

    /// To the unit: what was sent to it beside is there, too.
    function _i28_theBalanceIsThere() internal view {
        address[2] memory tokens = [address(plain), address(hostile)];
        uint256[2] memory due;
        for (uint256 i = 0; i < _wageBooks.length; ++i) {
            due[_tokenOfBook[_wageBooks[i]] == tokens[0] ? 0 : 1] += payroll.accountOf(_wageBooks[i]).free;
        }
        for (uint256 i = 0; i < _runs.length; ++i) {
            Posting memory posting = payroll.postingOf(_runs[i].book, _runs[i].number);
            due[_tokenOfBook[_runs[i].book] == tokens[0] ? 0 : 1] += posting.total - posting.claimed;
        }
        for (uint256 t = 0; t < 2; ++t) {
            for (uint256 i = 0; i < _wagePayees.length; ++i) {
                uint256 owed = payroll.owed(tokens[t], _wagePayees[i]);
                assertEq(owed, _wagesOwed[tokens[t]][_wagePayees[i]], "I28 owed to one");
                due[t] += owed;
            }
            due[t] += donated[address(payroll)][tokens[t]];
            assertEq(IERC20(tokens[t]).balanceOf(address(payroll)), due[t], "I28 balance");
        }
    }

    /// 12.5: what is left of all collected is the wages and the pledge at least.
    function _i29_marginLeavesWagesAndPledge(bytes32 book, uint256 amount) private view {
        Wages storage wages = _wages[book];
        uint256 left = wages.collected - wages.margin;
        uint256 pledged = (wages.collected * wages.pledge + 999_999) / 1e6;
        assertGe(left, amount + (wages.wages > pledged ? wages.wages : pledged), "I29 margin before wages");
    }

    function _i30_aWageIsPaidOnce(bytes32 book, uint256 run, uint256 worker) private view {
        assertFalse(_isPaid[book][run][worker], "I30 paid twice");
    }

    function _i30_claimedIsWithinPosted() private view {
        for (uint256 i = 0; i < _runs.length; ++i) {
            Posting memory posting = payroll.postingOf(_runs[i].book, _runs[i].number);
            assertEq(posting.total, _runs[i].total, "I30 total");
            assertEq(posting.claimed, _runs[i].claimed, "I30 claimed");
            assertLe(posting.claimed, posting.total, "I30 more than posted");
        }
    }

    function _checkBooks() internal view {
        for (uint256 i = 0; i < _wageBooks.length; ++i) {
            _i11_collectedIsAccountedFor(_wageBooks[i]);
        }
        _i30_claimedIsWithinPosted();
        _i28_theBalanceIsThere();
    }
}
