// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IAgreement} from "../../../contracts/interfaces/IAgreement.sol";
import {IMilestoneEscrow} from "../../../contracts/interfaces/IMilestoneEscrow.sol";
import {HostileTokenMock, ITokenHook} from "../../../contracts/mocks/HostileTokenMock.sol";
import {OracleMock} from "../../../contracts/mocks/OracleMock.sol";
import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {Closing, State} from "../../../contracts/types/State.sol";
import {HostileTokenTest} from "./HostileTokenTest.sol";
import {Paper, PaperHash} from "./Paper.sol";

/// @notice What a page or another contract would read while money is on its way.
contract Viewer is ITokenHook {
    IAgreement private immutable AGREEMENT;
    HostileTokenMock private immutable TOKEN;
    bytes32 private _origin;
    bytes32[] public seen;

    constructor(IAgreement agreement, HostileTokenMock token) {
        (AGREEMENT, TOKEN) = (agreement, token);
    }

    function watch(bytes32 origin) external {
        _origin = origin;
        delete seen;
    }

    function onTokens(address, address, address, uint256) external {
        if (_origin != 0) seen.push(views());
    }

    function count() external view returns (uint256) {
        return seen.length;
    }

    function views() public view returns (bytes32) {
        State memory state = AGREEMENT.stateOf(_origin);
        (uint256 status, uint256 accepted, uint256 periods) = AGREEMENT.progressOf(_origin);
        require(TOKEN.balanceOf(address(AGREEMENT)) >= state.held + state.retained, "less than is held");
        return keccak256(
            abi.encode(
                state,
                AGREEMENT.history(_origin),
                AGREEMENT.progressOfItem(_origin, 0),
                AGREEMENT.progressOfItem(_origin, 65),
                [status, accepted, periods]
            )
        );
    }
}

/// @notice A wallet contract that is asked for its signature and does something else.
contract BadWallet {
    enum How {
        Reverts,
        AnswersJunk,
        AnswersShort,
        AnswersHuge,
        BurnsAllGas,
        CallsBack
    }

    How private immutable HOW;
    address private immutable TARGET;
    bytes private _data;

    constructor(How how, address target) {
        (HOW, TARGET) = (how, target);
    }

    function arm(bytes calldata data) external {
        _data = data;
    }

    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        require(HOW != How.Reverts, "no");
        if (HOW == How.BurnsAllGas) while (true) {}
        if (HOW == How.AnswersJunk) return 0xdeadbeef;
        if (HOW == How.CallsBack) {
            // What it would change does not change: it is asked by a static call.
            (bool isDone,) = TARGET.call(_data);
            require(!isDone, "called back");
            return IERC1271.isValidSignature.selector;
        }
        uint256 size = HOW == How.AnswersShort ? 31 : 1_000_000;
        assembly ("memory-safe") {
            return(0, size)
        }
    }
}

/// @notice A token whose answer to a payment of one payee is a megabyte, as a result or as a reason.
contract BombToken is TokenMock {
    address private immutable VICTIM;
    bool private immutable REVERTS;

    constructor(address victim, bool reverts_) TokenMock("Bomb", "BOMB", 6) {
        (VICTIM, REVERTS) = (victim, reverts_);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (to != VICTIM) return super.transfer(to, amount);
        if (REVERTS) {
            assembly ("memory-safe") {
                revert(0, 1000000)
            }
        }
        assembly ("memory-safe") {
            return(0, 1000000)
        }
    }
}

/// @notice Whoever is called while a call runs, payee, token or wallet, learns nothing false and stops nobody.
contract CallbacksTest is HostileTokenTest {
    using PaperHash for Paper;

    /// In the middle of a payment every view says what it says after the call; the balance is never below what is held.
    /// @custom:threat T2
    function test_views_in_a_callback_are_those_after_the_call() public {
        uint8[7] memory payments = [1, 1, 1, 1, 2, 2, 1];
        for (uint256 i = 0; i < payments.length; ++i) {
            vm.warp(START);
            Viewer viewer = new Viewer(agreement, hostile);
            (Paper memory paper, address by, bytes memory data) = _paying(i);
            vm.prank(CLIENT);
            hostile.hook(viewer);
            vm.prank(CONTRACTOR);
            hostile.hook(viewer);
            viewer.watch(_id(paper));
            bytes32 before = viewer.views();

            vm.prank(by);
            (bool isDone,) = address(agreement).call(data);

            assertTrue(isDone, vm.toString(i));
            assertEq(viewer.count(), payments[i], vm.toString(i));
            for (uint256 k = 0; k < payments[i]; ++k) {
                assertEq(viewer.seen(k), viewer.views(), vm.toString(i));
            }
            assertTrue(viewer.views() != before, "something was paid");
        }
    }

    /// Only the party whose wallet it is cannot open by it; with its own call it can.
    /// @custom:threat T6
    function test_a_wallet_that_gives_no_clear_answer_has_not_signed() public {
        for (uint256 i = 0; i < 5; ++i) {
            Paper memory paper = _paper();
            BadWallet wallet = new BadWallet(BadWallet.How(i), address(agreement));
            (paper.deal.contractor, paper.offer.salt) = (address(wallet), 100 + i);
            bytes32 id = _id(paper);
            vm.expectRevert(abi.encodeWithSelector(IAgreement.Agreement_NotSigned.selector, id, address(wallet)));
            vm.prank(CLIENT);
            agreement.open{gas: 10_000_000}(paper.proposal(), _noMaster(), "", "any", "");
            vm.prank(address(wallet));
            agreement.open(paper.proposal(), _noMaster(), _signature(CLIENT_KEY, paper), "", "");
            _check(1);
        }
    }

    /// @custom:threat T1 T6
    function test_a_wallet_that_calls_back_while_it_is_asked_changes_nothing() public {
        Paper memory paper = _paper();
        BadWallet wallet = new BadWallet(BadWallet.How.CallsBack, address(agreement));
        paper.deal.contractor = address(wallet);
        wallet.arm(abi.encodeCall(IAgreement.withdrawBid, (paper.terms())));
        vm.prank(CLIENT);
        agreement.open{gas: 16_000_000}(paper.proposal(), _noMaster(), "", "any", "");
        _check(1);
        assertEq(_state(paper).held, ALL, "open, and not withdrawn");
        vm.prank(address(wallet));
        agreement.submit(paper.terms(), 0, WORK);
        _check(1);
    }

    /// A delegated payee is paid as any: its code is not asked.
    /// @custom:threat T6
    function test_a_payee_that_gets_code_is_paid_as_before() public {
        Paper memory paper = _paper();
        _open(paper);
        BadWallet code = new BadWallet(BadWallet.How.BurnsAllGas, address(agreement));
        vm.etch(CONTRACTOR, bytes.concat(hex"ef0100", bytes20(address(code))));
        _submit(paper, 0);
        _accept(paper, 1);
        _assertMoney(paper, ALL, 100_000, ALL - 100_000, 0, 0);
        Closing memory closing = Closing(_id(paper), ALL - 100_000, 4, START);
        bytes memory signature = sign(CONTRACTOR_KEY, PaperHash.digest(PaperHash.closing(closing), address(agreement)));
        vm.prank(CLIENT);
        agreement.endByBoth(paper.terms(), closing, "", signature);
        _check(1);
        _assertMoney(paper, 100_004, 100_004, 0, 0, 0);
    }

    /// Nobody copies the megabyte: it costs who makes it, and the other side is paid.
    /// @custom:threat T8
    function test_an_answer_of_a_megabyte_is_booked_and_not_copied() public {
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(START);
            BombToken bomb = new BombToken(CONTRACTOR, i == 1);
            Paper memory paper = _paper();
            paper.deal.token = address(bomb);
            bomb.mint(CLIENT, ALL);
            vm.prank(CLIENT);
            bomb.approve(address(agreement), ALL);
            vm.getRecordedLogs();
            bytes32 id = _open(paper);
            _submit(paper, 0);
            _dispute(paper, 0);
            vm.warp(START + 20 days + 1);
            bytes memory data = abi.encodeCall(IAgreement.rule, (paper.terms(), paper.arbitration, 0, 400_000));
            uint256 before = gasleft();
            (bool isDone,) = address(agreement).call(data);
            uint256 used = before - gasleft();

            assertTrue(isDone, "ruled");
            _check(2);
            // The token's own memory takes two million.
            assertLe(used, 2_400_000, "gas");
            assertEq(agreement.owed(address(bomb), CONTRACTOR), 40_000, "booked");
            assertEq(bomb.balanceOf(CLIENT), 60_000, "client");
            vm.expectRevert(abi.encodeWithSelector(IMilestoneEscrow.Escrow_BadPayee.selector, CONTRACTOR));
            vm.prank(CONTRACTOR);
            agreement.withdraw(address(bomb), CONTRACTOR);
            vm.prank(CONTRACTOR);
            agreement.withdraw(address(bomb), NEWCOMER);
            assertEq(bomb.balanceOf(NEWCOMER), 40_000, "elsewhere");
            assertEq(bomb.balanceOf(address(agreement)), agreement.stateOf(id).held, "held");
        }
    }

    /// One of seven calls that pay, in an agreement of its own that is ready for it.
    function _paying(uint256 which) private returns (Paper memory paper, address by, bytes memory data) {
        paper = _servicePaper();
        (paper.deal.token, paper.offer.salt) = (address(hostile), 10 + which);
        vm.getRecordedLogs();
        bytes32 id = _open(paper);
        if (which == 0) return (paper, CLIENT, abi.encodeCall(IMilestoneEscrow.accept, (paper.terms(), 1)));
        if (which == 1) {
            return (paper, CLIENT, abi.encodeCall(IMilestoneEscrow.acceptUpTo, (paper.terms(), 0, 40_000)));
        }
        if (which == 2) {
            _submit(paper, 0);
            vm.warp(START + 7 days + 1);
            return (paper, STRANGER, abi.encodeCall(IMilestoneEscrow.release, (paper.terms(), 0)));
        }
        if (which == 3) {
            return (paper, CONTRACTOR, abi.encodeCall(IMilestoneEscrow.reclaim, (paper.terms(), paper.conditions(), 1)));
        }
        if (which == 4) {
            _submit(paper, 0);
            _dispute(paper, 0);
            vm.warp(START + 20 days + 1);
            return (paper, STRANGER, abi.encodeCall(IAgreement.rule, (paper.terms(), paper.arbitration, 0, 400_000)));
        }
        if (which == 5) {
            Closing memory closing = Closing(id, ALL + 24_000, 50_000, START);
            bytes32 digest = PaperHash.digest(PaperHash.closing(closing), address(agreement));
            (bytes memory client, bytes memory contractor) = (sign(CLIENT_KEY, digest), sign(CONTRACTOR_KEY, digest));
            return (paper, STRANGER, abi.encodeCall(IAgreement.endByBoth, (paper.terms(), closing, client, contractor)));
        }
        vm.warp(START + 31 days);
        oracle.answer(id, paper.service(), 0, OracleMock.Result(1, START + 31 days, 0, 0, 0));
        return (paper, STRANGER, abi.encodeCall(IMilestoneEscrow.settle, (paper.terms(), paper.conditions(), 0)));
    }
}
