// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {IWorkerRoster} from "../../../contracts/interfaces/IWorkerRoster.sol";
import {Wage} from "../../../contracts/types/Wages.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {PayrollTest} from "./PayrollTest.sol";

/// @notice SPEC 12.2 with 9.9 and 9.10: posted wages belong to the number on the real roster, whoever's wallet it has now.
contract RosterTest is PayrollTest {
    using PaperHash for Paper;

    uint256 private constant ALICE_KEY = 0xA11CE;
    IWorkerRoster private equity;
    address private wallet;
    bytes32 private root;
    Wage[] private wages;

    /// A run of 300 for worker 1, who is enrolled, and 500 for worker 2, whose number is only reserved.
    function setUp() public override {
        super.setUp();
        wallet = vm.addr(ALICE_KEY);
        equity = IWorkerRoster(vm.deployCode("out/WorkerEquity.sol/WorkerEquity.json"));
        payroll = IPayroll(vm.deployCode("out/Payroll.sol/Payroll.json", abi.encode(equity)));
        assertEq(payroll.equity(), address(equity), "rosters");
        Paper memory paper = _paper();
        paper.offer.salt = 9;
        book = bookOf(employ(paper));
        earn(paper, 1);
        payroll.collect(address(agreement), paper.terms());

        address[] memory wallets = new address[](1);
        wallets[0] = wallet;
        vm.prank(CONTRACTOR);
        assertEq(equity.enrol(wallets), 1, "first number");
        vm.prank(CONTRACTOR);
        assertEq(equity.reserve(1), 2, "second number");
        // On another roster both numbers have wallets.
        wallets = new address[](2);
        (wallets[0], wallets[1]) = (STRANGER, STRANGER);
        vm.prank(CLIENT);
        equity.enrol(wallets);

        root = rootOf(leafOf(1, 1, 300), leafOf(1, 2, 500));
        post(1, root, 800, 0);
        wages.push(wageOf(1, 1, 300, leafOf(1, 2, 500)));
        wages.push(wageOf(1, 2, 500, leafOf(1, 1, 300)));
    }

    function test_who_is_not_registered_yet_is_paid_later() public {
        payroll.claim(book, wages);
        assertHas(wallet, 300);
        assertHas(STRANGER, 0);
        assertPosting(1, root, 800, 300, 0);
        assertFalse(payroll.isClaimed(book, 1, 2), "waits");

        vm.prank(CONTRACTOR);
        equity.proposeWallet(2, BOB);
        vm.warp(START + 14 days);
        equity.setWallet(CONTRACTOR, 2, BOB);
        payroll.claim(book, wages);
        assertHas(BOB, 500);
        assertHas(wallet, 300);
        assertPosting(1, root, 800, 800, 0);
    }

    /// A worker with a fresh key and no ether: a carrier rotates the wallet and claims.
    function test_a_rotated_wallet_gets_the_wage() public {
        uint256 deadline = START + 1 days;
        bytes32 kind = keccak256("Rotate(address manager,uint256 worker,address wallet,uint256 nonce,uint256 deadline)");
        bytes32 rotation = keccak256(abi.encode(kind, CONTRACTOR, 1, CAROL, 0, deadline));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Workpact Equity"),
                keccak256("1"),
                block.chainid,
                address(equity)
            )
        );
        bytes memory signature = sign(ALICE_KEY, keccak256(abi.encodePacked(hex"1901", domain, rotation)));
        vm.prank(STRANGER);
        equity.rotate(CONTRACTOR, 1, CAROL, deadline, signature);
        vm.prank(STRANGER);
        payroll.claim(book, wages);
        assertHas(CAROL, 300);
        assertHas(wallet, 0);
    }
}
