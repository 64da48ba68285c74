// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {Account, Posting} from "../../../contracts/types/Wages.sol";
import {Test} from "../Vm.sol";
import {PayrollHandler} from "./PayrollHandler.sol";

/// @notice The invariants of SPEC.md §11 that concern the payroll: I4, I7, I11.
contract PayrollInvariants is Test {
    PayrollHandler internal handler;
    IPayroll internal payroll;

    function setUp() public {
        handler = new PayrollHandler();
        payroll = handler.payroll();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// forge-config: test.invariant.fail-on-revert = true
    function invariant_payroll() public view {
        uint256 due = _accountsAddUp();
        due += _postingsPayNoMoreThanTheySetAside() + _owed();
        // 12.4: wages owed never exceed what is held; nothing is there that belongs to nobody.
        assertEq(handler.token().balanceOf(address(payroll)), due, "balance");
        assertEq(handler.preferred(), 0, "book whose margin came before wages");
    }

    /// I4, and 12.4 for each book.
    function _accountsAddUp() private view returns (uint256 free) {
        for (uint256 i = 0; i < handler.BOOKS(); ++i) {
            bytes32 book = handler.books(i);
            Account memory account = payroll.accountOf(book);
            assertEq(payroll.historyOf(book), handler.history(i), "history");
            assertEq(account.collected, handler.collected(i), "collected");
            assertEq(account.wages, handler.wages(i), "wages");
            assertEq(account.pledge, handler.pledge(i), "pledge");
            assertEq(account.runs, handler.runs(i), "runs");
            assertEq(account.collected, account.free + account.wages + handler.margin(i), "where it is");
            assertLe(payroll.marginOf(book), account.free, "margin");
            free += account.free;
        }
    }

    function _postingsPayNoMoreThanTheySetAside() private view returns (uint256 waiting) {
        for (uint256 i = 0; i < handler.postedCount(); ++i) {
            PayrollHandler.Run memory run = handler.postedAt(i);
            bytes32 book = handler.books(run.book);
            Posting memory posting = payroll.postingOf(book, run.number);
            assertEq(posting.total, run.isWithdrawn ? 0 : run.total, "total");
            assertEq(posting.claimed, run.claimed, "claimed");
            assertLe(posting.claimed, posting.total, "no more than set aside");
            for (uint256 worker = 0; worker < 2; ++worker) {
                assertEq(payroll.isClaimed(book, run.number, worker + 1), run.isPaid[worker], "paid");
            }
            waiting += posting.total - posting.claimed;
        }
    }

    /// I7: what was paid lies where it was paid to, all of it.
    function _owed() private view returns (uint256 owed) {
        for (uint256 i = 0; i < 5; ++i) {
            address account = handler.accounts(i);
            assertEq(handler.token().balanceOf(account), handler.received(account), "received");
            assertEq(payroll.owed(address(handler.token()), account), handler.owed(account), "owed");
            owed += handler.owed(account);
        }
    }
}
