// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Line, Plan} from "../../../contracts/types/Equity.sol";
import {Wage} from "../../../contracts/types/Wages.sol";
import {Life, TokenDesk} from "./TokenDesk.sol";

/// @notice What becomes of the contractor's money behind the agreement: collected, paid as wages that are pushed and wages
/// that are claimed, and taken as margin; and of revenue that is shared by the units of three workers.
abstract contract TokenWages is TokenDesk {
    bytes32 private constant PAYSLIPS = keccak256("payslips");
    bytes32 private constant SALT = keccak256("salt");

    /// The account for whom the way of being paid is chosen; zero for any.
    address internal forced;
    uint256 private _collected;
    uint256 private _wage;
    uint256 private _pool;
    uint256 private _grants;
    uint256[3] private _units;
    uint256 private _revenue;
    /// Less than one unit a round and grant that rounding keeps, of all pools of the token (SPEC 9.12).
    uint256 internal dust;
    mapping(uint256 worker => uint256) private _revenueBooked;
    mapping(bytes32 book => mapping(uint256 worker => bool)) private _isPaid;
    /// Margin that the token has refused so far.
    uint256 private _margin;

    /* WAGES */

    /// Nothing is taken while the token refuses the payroll: it waits.
    function _collect(Life memory life) internal {
        if (toTake == 0) return;
        bytes memory data = abi.encodeCall(IPayroll.collect, (address(agreement), life.terms));
        if (_isRefused(address(agreement), address(payroll))) {
            _refuses(
                STRANGER,
                address(payroll),
                data,
                abi.encodeWithSelector(IMilestoneEscrow.Escrow_BadPayee.selector, address(payroll))
            );
            return;
        }
        _do(STRANGER, address(payroll), data);
        (inPayroll, _collected, toTake) = (inPayroll + toTake, _collected + toTake, 0);
    }

    /// A third pushed to three, two ninths to be claimed by two, the rest margin; all margin of what comes later.
    function _payWages(Life memory life) internal {
        _collect(life);
        if (_runsOf(life) > 0 && _collected > 0) {
            _takeMargin(life, _collected);
            _collected = 0;
        }
        if (_collected == 0) return;
        // Each of at least one unit: milestone 5 alone brings more.
        uint256 part = _collected / 9 + 1;
        bytes32[] memory lines = new bytes32[](3);
        (lines[0], lines[1], lines[2]) = (_line(ALICE, part), _line(BOB, part), _line(CAROL, part));
        _do(CONTRACTOR, address(payroll), abi.encodeCall(IPayroll.pay, (life.book, 1, PAYSLIPS, lines)));
        _payLine(ALICE, part);
        _payLine(BOB, part);
        _payLine(CAROL, part);

        (_wage, hasWages) = (part, true);
        bytes32 root = _rootOf(_leafOf(life.book, 1), _leafOf(life.book, 2));
        _do(CONTRACTOR, address(payroll), abi.encodeCall(IPayroll.post, (life.book, 2, PAYSLIPS, root, 2 * part, 0)));
        _claimWages(life);
        _takeMargin(life, _collected - 5 * part);
        _collected = 0;
    }

    function _payLine(address payee, uint256 amount) private {
        inPayroll -= amount;
        if (_isRefused(address(payroll), payee)) wagesBooked[payee] += amount;
        else expected[payee] += amount;
    }

    /// Of both workers; one that is refused is passed over and keeps its claim.
    function _claimWages(Life memory life) private {
        Wage[] memory wages = new Wage[](2);
        for (uint256 i = 0; i < 2; ++i) {
            bytes32[] memory proof = new bytes32[](1);
            proof[0] = _leafOf(life.book, 2 - i);
            wages[i] = Wage(2, i + 1, _wage, SALT, proof);
        }
        _do(STRANGER, address(payroll), abi.encodeCall(IPayroll.claim, (life.book, wages)));
        for (uint256 worker = 1; worker <= 2; ++worker) {
            address wallet = equity.walletOf(CONTRACTOR, worker);
            if (_isRefused(address(payroll), wallet) || _isPaid[life.book][worker]) continue;
            _isPaid[life.book][worker] = true;
            inPayroll -= _wage;
            expected[wallet] += _wage;
        }
    }

    function _takeMargin(Life memory life, uint256 amount) private {
        amount += _margin;
        _margin = amount;
        bytes memory data = abi.encodeCall(IPayroll.takeMargin, (life.book, NEWCOMER, amount));
        if (_isRefused(address(payroll), NEWCOMER)) {
            _refuses(
                CONTRACTOR, address(payroll), data, abi.encodeWithSelector(IPayroll.Payroll_BadPayee.selector, NEWCOMER)
            );
            return;
        }
        _do(CONTRACTOR, address(payroll), data);
        inPayroll -= amount;
        expected[NEWCOMER] += amount;
        _margin = 0;
    }

    /* REVENUE */

    function _distribute(Life memory life) internal {
        Plan memory plan;
        plan.start = uint40(vm.getBlockTimestamp());
        (plan.cliff, plan.duration, plan.step) = (360 days, 360 days, 360 days);
        _pool = equity.openPool(units, CONTRACTOR, 3e12, address(0), 0, address(token));
        uint256 planId = equity.createPlan(_pool, plan);
        Line[] memory lines = new Line[](3);
        for (uint24 i = 0; i < 3; ++i) {
            _units[i] = bound(uint256(keccak256(abi.encode(life.seed, "units", i))), 1, 1e12);
            lines[i] = Line(i + 1, uint80(_units[i]));
        }
        _grants = abi.decode(
            _do(CONTRACTOR, address(equity), abi.encodeCall(IWorkerEquity.grant, (planId, lines))), (uint256)
        );
        _revenue = bound(uint256(keccak256(abi.encode(life.seed, "revenue"))), 1, _revenueAtMost());
        _bringIn(STRANGER, address(equity), abi.encodeCall(IWorkerEquity.distribute, (_pool, _revenue)), _revenue);
        _verifyEquity(_revenue);
    }

    function _revenueAtMost() internal view virtual returns (uint256);

    function _claimRevenue(Life memory) internal {
        uint256[] memory grants = new uint256[](3);
        (grants[0], grants[1], grants[2]) = (_grants, _grants + 1, _grants + 2);
        _do(STRANGER, address(equity), abi.encodeCall(IWorkerEquity.claim, (grants)));
        uint256 left = _revenue;
        for (uint256 i = 0; i < 3; ++i) {
            // The floor of the floor of SPEC 9.12.
            uint256 earned = (_revenue << 64) / (_units[0] + _units[1] + _units[2]);
            uint256 share = _units[i] * earned >> 64;
            address wallet = equity.walletOf(CONTRACTOR, i + 1);
            if (_isRefused(address(equity), wallet)) {
                _revenueBooked[i + 1] = share;
            } else {
                expected[wallet] += share;
                left -= share;
            }
        }
        _verifyEquity(left);
        _revenue = left;
    }

    function _verifyEquity(uint256 there) private view {
        assertEq(token.balanceOf(address(equity)), dust + there, "worker equity");
        for (uint256 worker = 1; worker <= 3; ++worker) {
            assertEq(equity.owed(_pool, worker), _revenueBooked[worker], "revenue booked");
        }
    }

    /* WHAT WAITED */

    /// Once nobody is refused, or to another receiver while somebody is: all that waited is taken.
    function _takeWhatWaited(Life memory life) internal {
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (accounts[i] != blocked) _withdraw(accounts[i], accounts[i]);
        }
        if (toTake > 0) _payWages(life);
        if (inPayroll > 0 && _runsOf(life) > 1) {
            _claimWages(life);
            if (_margin > 0) _takeMargin(life, 0);
        }
        if (_revenue > 0) _withdrawRevenue();
        _verify();
    }

    function _runsOf(Life memory life) private view returns (uint256) {
        return payroll.accountOf(life.book).runs;
    }

    function _withdraw(address account, address to) internal {
        uint256 amount = booked[account];
        if (amount > 0) {
            booked[account] = 0;
            _do(account, address(agreement), abi.encodeCall(IMilestoneEscrow.withdraw, (address(token), to)));
            expected[to] += amount;
        }
        amount = wagesBooked[account];
        if (amount > 0) {
            wagesBooked[account] = 0;
            _do(account, address(payroll), abi.encodeCall(IPayroll.withdraw, (address(token), account, to, 0, "")));
            expected[to] += amount;
        }
    }

    function _withdrawRevenue() private {
        uint256[] memory workers = new uint256[](3);
        (workers[0], workers[1], workers[2]) = (1, 2, 3);
        _do(STRANGER, address(equity), abi.encodeCall(IWorkerEquity.withdraw, (_pool, workers)));
        for (uint256 worker = 1; worker <= 3; ++worker) {
            address wallet = equity.walletOf(CONTRACTOR, worker);
            if (_isRefused(address(equity), wallet)) continue;
            expected[wallet] += _revenueBooked[worker];
            _revenue -= _revenueBooked[worker];
            _revenueBooked[worker] = 0;
        }
        _verifyEquity(_revenue);
    }

    /// Who can never be paid names another: by a withdrawal, or, on the roster, by another wallet.
    function _takeElsewhere(Life memory life) internal {
        address payee = blocked;
        _withdraw(payee, NEWCOMER);
        if (payee == ALICE) {
            _do(ALICE, address(equity), abi.encodeCall(IWorkerRoster.rotate, (CONTRACTOR, 1, NEWCOMER, 0, "")));
        }
        _takeWhatWaited(life);
        _assertNothingLeft();
        if (payee == ALICE) {
            _do(NEWCOMER, address(equity), abi.encodeCall(IWorkerRoster.rotate, (CONTRACTOR, 1, ALICE, 0, "")));
        }
    }

    /// Every unit has gone where it belongs; rounding has kept less than one a grant.
    function _assertNothingLeft() internal {
        assertEq(token.balanceOf(address(agreement)), donated, "left in the agreement");
        assertEq(token.balanceOf(address(payroll)), 0, "left in the payroll");
        assertLe(_revenue, 2, "dust of a round");
        dust += _revenue;
        _revenue = 0;
        assertEq(token.balanceOf(address(equity)), dust, "left in worker equity");
    }

    /* PACKING */

    function _line(address payee, uint256 amount) private pure returns (bytes32) {
        return bytes32(uint256(uint160(payee)) << 96 | amount);
    }

    function _leafOf(bytes32 book, uint256 worker) private view returns (bytes32) {
        bytes memory values = abi.encode(block.chainid, address(payroll), book, 2, worker, _wage, SALT);
        return keccak256(bytes.concat(keccak256(values)));
    }

    function _rootOf(bytes32 one, bytes32 other) private pure returns (bytes32) {
        return one < other ? keccak256(bytes.concat(one, other)) : keccak256(bytes.concat(other, one));
    }
}
