// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account, Posting, Wage} from "../types/Wages.sol";
import {Terms} from "../types/Terms.sol";

/// @title Wages out of what the contractor earns, wages first (SPEC.md §12)
/// @notice A contractor names this contract as the payee of an agreement, to be pulled. Anyone then collects what the
/// agreement booked; the contractor, here the employer, pays wages out of it, to many wallets at once or by a Merkle root
/// from which each worker claims, and takes the margin only after the wages. There is no unit here without an agreement.
/// @dev Every event but {Withdrawn} advances the history of its book (SPEC.md §10), which is
/// `keccak256(abi.encode(agreement contract, origin, employer))`.
///
/// Assumptions on tokens are those of the escrow. EIP-712 domain: name "Workpact Payroll", version "1", this chain and
/// contract; signed by a payee, key or ERC-1271:
/// `Withdraw(address token,address payee,address to,uint256 nonce,uint256 deadline)`.
interface IPayroll {
    /* EVENTS */

    /// @notice `amount` of what the agreement booked came in.
    event Collected(
        bytes32 indexed book,
        address indexed agreement,
        bytes32 indexed origin,
        address employer,
        address token,
        uint256 amount
    );
    /// @notice `pledge` ppm of all that is collected is for wages, at least.
    event Pledged(bytes32 indexed book, uint256 pledge);
    /// @notice A run paid `total` to `count` payees: the words of `lines` are hashed one after the other. `payslips` is the
    /// root over the payslips of the run.
    event Paid(
        bytes32 indexed book, uint256 indexed run, uint256 total, uint256 count, bytes32 lines, bytes32 payslips
    );
    /// @notice The token refused a line of a run: `amount` is owed to `payee`.
    event Booked(bytes32 indexed book, uint256 indexed run, address indexed payee, uint256 amount);
    /// @notice A run set `total` aside for wages that are claimed by proofs to `root`, from `from` on.
    event Posted(
        bytes32 indexed book, uint256 indexed run, uint256 total, bytes32 root, bytes32 payslips, uint256 from
    );
    /// @notice A posted run was withdrawn before it was binding; its `total` is free again.
    event PostingWithdrawn(bytes32 indexed book, uint256 indexed run, uint256 total);
    /// @notice A worker's wage of a posted run was paid to its registered wallet.
    event WageClaimed(
        bytes32 indexed book, uint256 indexed run, uint256 indexed worker, address wallet, uint256 amount
    );
    /// @notice The employer took `amount` of its margin.
    event MarginTaken(bytes32 indexed book, address to, uint256 amount);
    /// @notice A payee took what was booked for it. Belongs to no agreement, so to no history.
    event Withdrawn(address indexed token, address indexed payee, address to, uint256 amount);

    /* ERRORS */

    /// @notice Thrown when the terms are not the document in force of their agreement.
    error Payroll_NotInForce(bytes32 id);
    /// @notice Thrown when the agreement has nothing booked for this contract.
    error Payroll_NothingToCollect(bytes32 origin);
    /// @notice Thrown when the terms are in another token than what the book has collected: the agreement is a bogus one.
    error Payroll_OtherToken(address token, address given);
    /// @notice Thrown when a book would have collected 2^96 or more.
    error Payroll_TooMuch(uint256 collected);
    /// @notice Thrown when of what an agreement says to have sent nothing arrived, or more: agreement or token is bogus.
    error Payroll_TokenMovedOtherAmount(address token, uint256 asked, uint256 moved);
    /// @notice Thrown when nothing was ever collected into the book.
    error Payroll_NoBook(bytes32 book);
    /// @notice Thrown when `caller` is not the employer of the book.
    error Payroll_NotEmployer(bytes32 book, address caller);
    /// @notice Thrown when a pledge does not rise, or is above 1,000,000 ppm.
    error Payroll_NotRaised(uint256 given, uint256 pledge);
    /// @notice Thrown when a run carries another number than the next: it was made already, or another before it.
    error Payroll_WrongRun(uint256 given, uint256 next);
    /// @notice Thrown when a run has no line, no root or no total, or no margin is asked for.
    error Payroll_Empty();
    /// @notice Thrown when a line pays nothing, the zero address, the token or this contract.
    error Payroll_BadLine(uint256 line, address payee, uint256 amount);
    /// @notice Thrown when wages or margin need more than is free for them.
    error Payroll_Short(uint256 free, uint256 needed);
    /// @notice Thrown when a run is no posted one.
    error Payroll_NotPosted(uint256 run);
    /// @notice Thrown when a posted run is binding since `from`, so that it cannot be withdrawn.
    error Payroll_Binding(uint256 run, uint256 from);
    /// @notice Thrown when a posted run is not open yet.
    error Payroll_TooEarly(uint256 run, uint256 from);
    /// @notice Thrown when a wage is not under the run's root.
    error Payroll_WrongProof(uint256 run, uint256 worker);
    /// @notice Thrown when more would be claimed of a run than it set aside.
    error Payroll_RunExceeded(uint256 run, uint256 amount, uint256 left);
    /// @notice Thrown when nothing is owed.
    error Payroll_NothingOwed(address token, address payee);
    /// @notice Thrown when the payee neither sends the transaction nor has signed this.
    error Payroll_WrongSignature(address payee);
    /// @notice Thrown when a signature is carried after its deadline.
    error Payroll_Late(uint256 deadline);
    /// @notice Thrown when an address cannot be paid.
    error Payroll_BadPayee(address payee);

    /* VIEWS */

    /// @notice The worker equity whose rosters say which wallet is whose.
    function equity() external view returns (address);

    /// @notice The book of what `employer` earns by an agreement.
    function bookOf(address agreement, bytes32 origin, address employer) external pure returns (bytes32);

    /// @notice A book; all zero before the first collection.
    function accountOf(bytes32 book) external view returns (Account memory);

    /// @notice What the employer could take as margin now.
    function marginOf(bytes32 book) external view returns (uint256);

    /// @notice A posted run; all zero if it is none.
    function postingOf(bytes32 book, uint256 run) external view returns (Posting memory);

    /// @notice Whether a worker has claimed its wage of a posted run.
    function isClaimed(bytes32 book, uint256 run, uint256 worker) external view returns (bool);

    /// @notice Booked for `payee`, to be withdrawn.
    function owed(address token, address payee) external view returns (uint256);

    /// @notice What the next signature of a payee must carry as `nonce`.
    function nonceOf(address payee) external view returns (uint256);

    /// @notice The word that chains all events of a book (SPEC.md §10).
    function historyOf(bytes32 book) external view returns (bytes32);

    /* EMPLOYER */

    /// @notice Promises that at least `pledge` ppm of all that the caller collects of an agreement, before and after, goes
    /// into wages. Only rises; can be given before anything is collected.
    /// @dev Emits {Pledged}, in the caller's own book.
    function raisePledge(address agreement, bytes32 origin, uint256 pledge) external;

    /// @notice Pays a run of wages. Only the employer.
    /// @dev Emits {Paid}, and {Booked} for each line that the token refuses: one blocked payee never blocks another.
    /// @param run Number of the run, the next of the book, so that a call sent again pays nothing twice.
    /// @param payslips Root over the payslips of the run.
    /// @param lines Payee in the upper 160 bits, amount in the lower 96.
    function pay(bytes32 book, uint256 run, bytes32 payslips, bytes32[] calldata lines) external;

    /// @notice Sets a run of wages aside, to be claimed by proof. Only the employer.
    /// @dev Emits {Posted}. A leaf is `keccak256(keccak256(abi.encode(chain id, this contract, book, run, worker, amount,
    /// salt)))`, the last of them bytes32, in a tree of sorted pairs. Each run has its own root and its own money, which
    /// no later run touches.
    /// @param from Binding and open to claims from here on; until then it can be withdrawn. In the past: at once. Cut at
    /// 2^40 - 1.
    function post(bytes32 book, uint256 run, bytes32 payslips, bytes32 root, uint256 total, uint256 from) external;

    /// @notice Withdraws a posted run before it is binding. Only the employer.
    /// @dev Emits {PostingWithdrawn}. Its number stays used.
    function withdrawPosting(bytes32 book, uint256 run) external;

    /// @notice Takes margin: what is collected above the wages set aside, and above the pledged part. Only the employer.
    /// @dev Emits {MarginTaken}.
    function takeMargin(bytes32 book, address to, uint256 amount) external;

    /* ANYONE */

    /// @notice Collects what the agreement booked for this contract, for the contractor of the document in force. Anyone.
    /// What arrives counts, if the token takes a part of it.
    /// @dev Emits {Collected}. Warning: what was booked for a former contractor and not collected before the assignment is
    /// the new one's.
    /// @param agreement The agreement contract. A bogus one makes a book that nobody reads.
    function collect(address agreement, Terms calldata terms) external returns (uint256 amount);

    /// @notice Pays posted wages, each to the worker's registered wallet. Anyone.
    /// @dev Emits {WageClaimed} for each. Wages that are claimed already, of workers without a wallet that can be paid, or
    /// that the token refuses, are passed over: they stay. A root has one wage a worker: of more the first claimed counts.
    function claim(bytes32 book, Wage[] calldata wages) external;

    /// @notice Pays what is booked for `payee`, all of it, to `to`. The payee, or anyone with its signature; to the payee
    /// itself anyone.
    /// @dev Emits {Withdrawn}.
    /// @param signature Of `Withdraw`; empty if the payee sends, or is `to`. The deadline counts for it alone.
    function withdraw(address token, address payee, address to, uint256 deadline, bytes calldata signature)
        external
        returns (uint256 amount);
}
