// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Payroll} from "../../contracts/Payroll.sol";
import {TokenMock} from "../../contracts/mocks/TokenMock.sol";
import {Account} from "../../contracts/types/Wages.sol";
import {Deal} from "../../contracts/types/Terms.sol";
import {AgreementStub} from "../forge/payroll/AgreementStub.sol";
import {Paper, PaperHash} from "../forge/agreement/Paper.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title Wages come first
contract PayrollProperties is Symbolic {
    using PaperHash for Paper;

    address private constant EMPLOYER = address(0xE1);

    Payroll private payroll;
    TokenMock private token;
    AgreementStub private agreement;
    bytes32 private book;
    bytes32 private origin;

    function setUp() public {
        payroll = Payroll(_deploy("out/Payroll.sol/Payroll.json", abi.encode(address(0xE9))));
        token = TokenMock(_deploy("out/TokenMock.sol/TokenMock.json", abi.encode("Plain", "PLN", 6)));
        agreement = AgreementStub(_deploy("out/symbolic/AgreementStub.sol/AgreementStub.json", ""));
        origin = _paper().id(address(agreement));
        book = payroll.bookOf(address(agreement), origin, EMPLOYER);
    }

    /// After the margin is taken, what was collected less the margin is no less than the pledge, nor than the wages.
    function check_S33_marginLeavesThePledge(uint96 collected, uint24 pledge, uint96 wages, uint96 margin) external {
        _collect(collected);
        vm.prank(EMPLOYER);
        payroll.raisePledge(address(agreement), origin, pledge);
        vm.prank(EMPLOYER);
        payroll.post(book, 1, 0, bytes32(uint256(1)), wages, 0);
        vm.prank(EMPLOYER);
        payroll.takeMargin(book, EMPLOYER, margin);

        assert(uint256(collected) - margin >= Math.ceilDiv(uint256(collected) * pledge, PPM));
        assert(uint256(margin) + wages <= collected);
        Account memory account = payroll.accountOf(book);
        assert(account.free == collected - margin - wages && account.wages == wages);
        assert(token.balanceOf(EMPLOYER) == margin);
    }

    /// A line is its first 20 bytes as payee and its last 12 as amount; nobody else is paid, nor anything else.
    function check_S34_line(uint96 collected, bytes32 line) external {
        _collect(collected);
        bytes32[] memory lines = new bytes32[](1);
        lines[0] = line;
        vm.prank(EMPLOYER);
        payroll.pay(book, 1, 0, lines);

        uint256 amount = uint256(line) % 2 ** 96;
        assert(token.balanceOf(address(uint160(uint256(line) / 2 ** 96))) == amount && amount > 0);
        assert(payroll.accountOf(book).free == collected - amount && payroll.accountOf(book).wages == amount);
        assert(token.balanceOf(address(payroll)) == collected - amount);
    }

    function _collect(uint256 amount) private {
        agreement.book(origin, address(payroll), address(token), amount);
        payroll.collect(address(agreement), _paper().terms());
    }

    function _paper() private view returns (Paper memory paper) {
        paper.deal = Deal(0, address(0xC1), EMPLOYER, address(token), 0, 0, 0, 0, 0);
    }
}
