// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IPayroll} from "../../../contracts/interfaces/IPayroll.sol";
import {IWorkerEquity} from "../../../contracts/interfaces/IWorkerEquity.sol";
import {TokenMock} from "../../../contracts/mocks/TokenMock.sol";
import {State} from "../../../contracts/types/State.sol";
import {Conditions, Terms} from "../../../contracts/types/Terms.sol";
import {AgreementTest} from "../agreement/AgreementTest.sol";
import {Paper, PaperHash} from "../agreement/Paper.sol";
import {Reentry} from "./Reentry.sol";
import {WeirdHooks} from "./WeirdCalls.sol";
import {WeirdBlocklist, WeirdPausable} from "./WeirdRefusals.sol";

/// @notice One agreement on its way through all states, with what its calls carry.
struct Life {
    Paper paper;
    Terms terms;
    Conditions conditions;
    bytes32 origin;
    bytes32 book;
    uint256 seed;
    uint256 begun;
    Ending ending;
    /// Who gets the contractor's payments, and whether it has to take them.
    address payTo;
    bool pulled;
}

/// @notice How an agreement ends.
enum Ending {
    ByClient,
    ByContractor,
    ByBoth,
    ForNonPayment,
    ForCause,
    Done
}

/// @notice Agreement, payroll and worker equity over one token, with what each account must have by the terms. After each
/// step {_verify} compares: who is not refused has been paid at once, what is refused is booked, and to the unit.
abstract contract TokenDesk is AgreementTest {
    using PaperHash for Paper;

    error TokenDesk_NotDue(address account, uint256 given, uint256 due);

    address internal constant PAYEE = address(0xE1);
    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);
    address internal constant CAROL = address(0xca401);
    /// EIP-7825: of a transaction.
    uint256 internal constant GAS = 16_777_216;

    IPayroll internal payroll;
    IWorkerEquity internal equity;
    address internal units;
    address[10] internal accounts;

    /// Refused by the token; zero for nobody.
    address internal blocked;
    bool internal paused;
    /// What is called when tokens move, if the token calls.
    Reentry internal reentry;

    /// Whether a permit of ERC-2612 works.
    bool internal hasPermit;

    /* WHAT IS DUE BY THE TERMS */

    uint256 internal held;
    uint256 internal retained;
    uint256 internal toTake;
    uint256 internal inPayroll;
    /// Whether a wage was paid in this life.
    bool internal hasWages;
    /// Sent to the agreement outside of all terms.
    uint256 internal donated;
    mapping(address account => uint256) internal expected;
    mapping(address account => uint256) internal booked;
    mapping(address account => uint256) internal wagesBooked;

    function setUp() public virtual override {
        super.setUp();
        equity = IWorkerEquity(vm.deployCode("out/WorkerEquity.sol/WorkerEquity.json"));
        payroll = IPayroll(vm.deployCode("out/Payroll.sol/Payroll.json", abi.encode(equity)));
        units = equity.createToken("Desk Units", "DESK");
        accounts = [CLIENT, CONTRACTOR, PAYEE, ARBITER, BACKUP, STRANGER, NEWCOMER, ALICE, BOB, CAROL];
        address[] memory wallets = new address[](3);
        (wallets[0], wallets[1], wallets[2]) = (ALICE, BOB, CAROL);
        vm.prank(CONTRACTOR);
        equity.enrol(wallets);
    }

    /// From now on this is the token; the client and the stranger have of it and allow it to be pulled.
    function _use(address used, uint256 funds) internal {
        token = TokenMock(used);
        token.mint(CLIENT, funds);
        token.mint(STRANGER, funds);
        _approve(CLIENT, address(agreement), type(uint256).max);
        _approve(STRANGER, address(agreement), type(uint256).max);
        _approve(STRANGER, address(equity), type(uint256).max);
    }

    function _approve(address owner, address spender, uint256 amount) internal {
        // a plain call: some tokens answer nothing
        vm.prank(owner);
        (bool success,) = address(token).call(abi.encodeCall(IERC20.approve, (spender, amount)));
        assertTrue(success, "approve");
    }

    /* CALLS */

    /// A call that succeeds, from within which it is tried again if the token calls.
    function _do(address by, address target, bytes memory data) internal returns (bytes memory answer) {
        if (address(reentry) != address(0) && bytes4(data) != IWorkerEquity.distribute.selector) {
            reentry.arm(by, target, data);
        }
        bool success;
        vm.prank(by);
        (success, answer) = target.call{gas: GAS}(data);
        if (success) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    /// A call that is refused with these very words, and moves nothing.
    function _refuses(address by, address target, bytes memory data, bytes memory error_) internal {
        vm.prank(by);
        (bool success, bytes memory answer) = target.call{gas: GAS}(data);
        assertFalse(success, "refused");
        assertEq(answer, error_, "error");
        _verify();
    }

    /// Signed with ERC-2612, where there is nothing else to spend; else one that no token takes.
    function _permit() internal returns (bytes memory) {
        if (!hasPermit) return abi.encode(type(uint256).max, type(uint256).max, uint8(27), bytes32("r"), bytes32("s"));
        _approve(CLIENT, address(agreement), 0);
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(
            abi.encode(typeHash, CLIENT, agreement, type(uint256).max, token.nonces(CLIENT), type(uint256).max)
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(CLIENT_KEY, digest);
        return abi.encode(type(uint256).max, type(uint256).max, v, r, s);
    }

    /* BLOCKING */

    function _block(address account, bool isBlocked) internal {
        WeirdBlocklist(address(token)).setBlocked(account, isBlocked);
        blocked = isBlocked ? account : address(0);
    }

    function _pause(bool isPaused) internal {
        WeirdPausable(address(token)).setPaused(isPaused);
        paused = isPaused;
    }

    /// Nobody is refused any more.
    function _letAll() internal {
        if (paused) _pause(false);
        if (blocked != address(0)) _block(blocked, false);
    }

    function _isRefused(address from, address to) internal view returns (bool) {
        return paused || blocked == from || blocked == to;
    }

    /// What the token says of the next transfer.
    function _tokenError() internal view returns (bytes memory) {
        if (paused) return abi.encodeWithSelector(WeirdPausable.Weird_Paused.selector);
        return abi.encodeWithSelector(WeirdBlocklist.Weird_Blocked.selector, blocked);
    }

    /// Brings money in. Refused while the token is paused or blocks who takes it: then nothing moves, and it comes in
    /// once the token lets it.
    function _bringIn(address by, address to, bytes memory data, uint256 amount) internal {
        if (_isRefused(by, to)) {
            _refuses(by, to, data, _tokenError());
            (address account, bool wasPaused) = (blocked, paused);
            if (wasPaused) _pause(false);
            else _block(account, false);
            _do(by, to, data);
            if (wasPaused) _pause(true);
            else _block(account, true);
        } else {
            _do(by, to, data);
        }
        expected[by] -= amount;
    }

    /* DUE */

    /// Due to an account, from the agreement.
    function _gain(address account, uint256 amount) internal {
        if (_isRefused(address(agreement), account)) booked[account] += amount;
        else expected[account] += amount;
    }

    /// Due to the contractor for its work: a part is held back, the rest goes where it wants to be paid.
    function _earn(Life memory life, uint256 amount) internal {
        uint256 kept = 0;
        if (vm.getBlockTimestamp() <= life.paper.deal.holdbackUntil) kept = amount * life.paper.deal.holdback / 1e6;
        held -= amount;
        retained += kept;
        _gainContractor(life, amount - kept);
    }

    function _gainContractor(Life memory life, uint256 amount) internal {
        if (life.pulled) toTake += amount;
        else _gain(life.payTo, amount);
    }

    /// SPEC 5.8 of a pot: the fee by what each lost, as far as its part goes.
    function _divided(uint256 pot, uint256 share, uint256 feeRate)
        internal
        pure
        returns (uint256 toContractor, uint256 toClient, uint256 fee)
    {
        fee = pot * feeRate / 1e6;
        toContractor = pot * share / 1e6;
        toClient = pot - toContractor;
        if (pot == 0) return (0, 0, 0);
        uint256 ofContractor = fee * toClient / pot;
        uint256 ofClient = fee - ofContractor;
        if (ofContractor > toContractor) (ofClient, ofContractor) = (fee - toContractor, toContractor);
        if (ofClient > toClient) (ofContractor, ofClient) = (fee - toClient, toClient);
        return (toContractor - ofContractor, toClient - ofClient, fee);
    }

    /* OUTCOMES */

    /// Where every unit is.
    function _verify() internal view {
        uint256 owedByAgreement = toTake;
        uint256 owedByPayroll = 0;
        address[10] memory all = accounts;
        for (uint256 i = 0; i < 10; ++i) {
            address account = all[i];
            uint256 due = booked[account];
            _compare(account, token.balanceOf(account), expected[account]);
            _compare(account, agreement.owed(address(token), account), due);
            owedByAgreement += due;
            if (!hasWages) continue;
            due = wagesBooked[account];
            _compare(account, payroll.owed(address(token), account), due);
            owedByPayroll += due;
        }
        _compare(address(agreement), token.balanceOf(address(agreement)), held + retained + owedByAgreement + donated);
        _compare(address(payroll), token.balanceOf(address(payroll)), inPayroll + owedByPayroll);
    }

    /// What an account has, or is owed, and what is due to it by the terms.
    function _compare(address account, uint256 given, uint256 due) internal pure {
        require(given == due, TokenDesk_NotDue(account, given, due));
    }

    function _verifyState(Life memory life) internal view {
        State memory state = agreement.stateOf(life.origin);
        _compare(address(agreement), state.held, held);
        _compare(address(agreement), state.retained, retained);
        _compare(address(payroll), agreement.toTake(life.origin, address(payroll), address(token)), toTake);
        _verify();
    }

    /// What is there before a life begins.
    function _expectWhatIs() internal {
        for (uint256 i = 0; i < accounts.length; ++i) {
            expected[accounts[i]] = token.balanceOf(accounts[i]);
        }
    }

    function _setHooks() internal {
        reentry = new Reentry();
        for (uint256 i = 0; i < accounts.length; ++i) {
            WeirdHooks(address(token)).setHook(accounts[i], reentry);
        }
        WeirdHooks(address(token)).setHook(address(agreement), reentry);
        WeirdHooks(address(token)).setHook(address(payroll), reentry);
        WeirdHooks(address(token)).setHook(address(equity), reentry);
    }
}
