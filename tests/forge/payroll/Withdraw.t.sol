// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {WalletMock} from "../../../contracts/mocks/AccountMocks.sol";
import {HostileTokenMock} from "../../../contracts/mocks/HostileTokenMock.sol";
import {PayrollTest} from "./PayrollTest.sol";

/// @notice SPEC 12.2, 2.6: what was booked for a payee, and who may take it where.
contract WithdrawTest is PayrollTest {
    uint256 private constant DEADLINE = START + 1 days;
    bytes32 private hostileBook;

    /// A wage of 700 is booked for the payee.
    function setUp() public override {
        super.setUp();
        hostileBook = employHostile();
        _book(PAYEE, 700);
    }

    /* WITHOUT A SIGNATURE */

    /// @custom:threat T44
    function test_the_payee_takes_it_elsewhere() public {
        bytes32 before = payroll.historyOf(hostileBook);
        expectFromPayroll();
        emit IPayroll.Withdrawn(address(hostile), PAYEE, NEWCOMER, 700);
        vm.prank(PAYEE);
        assertEq(payroll.withdraw(address(hostile), PAYEE, NEWCOMER, 0, ""), 700, "withdrawn");
        assertLinked(hostileBook, before, 0, 1);
        _assertTaken(NEWCOMER, 0);

        _nothingOwed(address(hostile));
        vm.prank(PAYEE);
        payroll.withdraw(address(hostile), PAYEE, NEWCOMER, 0, "");
    }

    function test_anyone_has_it_paid_to_the_payee_once_the_token_lets_it() public {
        _badPayee(PAYEE);
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), PAYEE, PAYEE, 0, "");
        assertEq(payroll.owed(address(hostile), PAYEE), 700, "still owed");

        hostile.refuse(PAYEE, HostileTokenMock.Refusal.None);
        expectFromPayroll();
        emit IPayroll.Withdrawn(address(hostile), PAYEE, PAYEE, 700);
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), PAYEE, PAYEE, 0, "");
        _assertTaken(PAYEE, 0);
    }

    function test_not_to_where_it_would_be_lost() public {
        address[3] memory lost = [address(0), address(hostile), address(payroll)];
        for (uint256 i = 0; i < 3; ++i) {
            _badPayee(lost[i]);
            vm.prank(PAYEE);
            payroll.withdraw(address(hostile), PAYEE, lost[i], 0, "");
        }
        _nothingOwed(address(token));
        vm.prank(PAYEE);
        payroll.withdraw(address(token), PAYEE, NEWCOMER, 0, "");
    }

    /* BY SIGNATURE */

    /// @custom:threat T3
    function test_anyone_carries_the_payees_signature_once() public {
        bytes memory signature = _signature(PAYEE_KEY, NEWCOMER, 0, DEADLINE);
        vm.warp(DEADLINE);
        vm.getRecordedLogs();
        expectFromPayroll();
        emit IPayroll.Withdrawn(address(hostile), PAYEE, NEWCOMER, 700);
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), PAYEE, NEWCOMER, DEADLINE, signature);
        _assertTaken(NEWCOMER, 1);

        _book(PAYEE, 50);
        _wrongSignature(PAYEE);
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), PAYEE, NEWCOMER, DEADLINE, signature);
        signature = _signature(PAYEE_KEY, NEWCOMER, 1, DEADLINE);
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), PAYEE, NEWCOMER, DEADLINE, signature);
        assertEq(hostile.balanceOf(NEWCOMER), 750, "and again by the next");
        assertEq(payroll.nonceOf(PAYEE), 2, "nonce");
    }

    function test_not_after_its_deadline() public {
        bytes memory signature = _signature(PAYEE_KEY, NEWCOMER, 0, DEADLINE);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_Late.selector, DEADLINE));
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), PAYEE, NEWCOMER, DEADLINE, signature);
    }

    function test_a_signature_holds_for_what_it_says_alone() public {
        bytes memory good = _signature(PAYEE_KEY, NEWCOMER, 0, DEADLINE);
        bytes[5] memory bad = [
            _signature(CONTRACTOR_KEY, NEWCOMER, 0, DEADLINE),
            _signature(PAYEE_KEY, NEWCOMER, 1, DEADLINE),
            _signature(PAYEE_KEY, NEWCOMER, 0, DEADLINE + 1),
            sign(PAYEE_KEY, _digest(address(token), PAYEE, NEWCOMER, 0, DEADLINE)),
            bytes("")
        ];
        for (uint256 i = 0; i < 5; ++i) {
            _wrongSignature(PAYEE);
            vm.prank(STRANGER);
            payroll.withdraw(address(hostile), PAYEE, NEWCOMER, DEADLINE, bad[i]);
        }
        _wrongSignature(PAYEE);
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), PAYEE, STRANGER, DEADLINE, good);
        vm.chainId(5);
        _wrongSignature(PAYEE);
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), PAYEE, NEWCOMER, DEADLINE, good);
        assertEq(payroll.owed(address(hostile), PAYEE), 700, "still owed");
        assertEq(payroll.nonceOf(PAYEE), 0, "nonce");
    }

    function test_a_wallet_signs_by_erc1271() public {
        WalletMock wallet = new WalletMock();
        _book(address(wallet), 30);
        bytes32 digest = _digest(address(hostile), address(wallet), NEWCOMER, 0, DEADLINE);
        _wrongSignature(address(wallet));
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), address(wallet), NEWCOMER, DEADLINE, "");
        wallet.approve(digest);
        vm.prank(STRANGER);
        payroll.withdraw(address(hostile), address(wallet), NEWCOMER, DEADLINE, "");
        assertEq(hostile.balanceOf(NEWCOMER), 30, "paid");
        assertEq(payroll.owed(address(hostile), address(wallet)), 0, "owed");
    }

    /* HELPERS */

    /// A run books a wage for a payee that the token refuses.
    function _book(address payee, uint256 amount) private {
        hostile.refuse(payee, HostileTokenMock.Refusal.Reverts);
        uint256 run = payroll.accountOf(hostileBook).runs + 1;
        vm.prank(CONTRACTOR);
        payroll.pay(hostileBook, run, PAYSLIPS, linesOf(payee, amount));
        vm.getRecordedLogs();
    }

    function _signature(uint256 key, address to, uint256 nonce, uint256 deadline) private view returns (bytes memory) {
        return sign(key, _digest(address(hostile), PAYEE, to, nonce, deadline));
    }

    function _digest(address money, address payee, address to, uint256 nonce, uint256 deadline)
        private
        view
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact Payroll"),
                keccak256("1"),
                block.chainid,
                address(payroll)
            )
        );
        bytes32 kind = keccak256("Withdraw(address token,address payee,address to,uint256 nonce,uint256 deadline)");
        bytes32 withdrawal = keccak256(abi.encode(kind, money, payee, to, nonce, deadline));
        return keccak256(abi.encodePacked(hex"1901", domain, withdrawal));
    }

    function _assertTaken(address by, uint256 nonce) private view {
        assertEq(hostile.balanceOf(by), 700, "taken");
        assertEq(hostile.balanceOf(address(payroll)), ALL - 700, "left");
        assertEq(payroll.owed(address(hostile), PAYEE), 0, "owed");
        assertEq(payroll.nonceOf(PAYEE), nonce, "nonce");
        assertEq(payroll.accountOf(hostileBook).free, ALL - 700, "free");
    }

    function _nothingOwed(address money) private {
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_NothingOwed.selector, money, PAYEE));
    }

    function _badPayee(address to) private {
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_BadPayee.selector, to));
    }

    function _wrongSignature(address payee) private {
        vm.expectRevert(abi.encodeWithSelector(IPayroll.Payroll_WrongSignature.selector, payee));
    }
}
