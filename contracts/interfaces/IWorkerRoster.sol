// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Proposal} from "../types/Equity.sol";

/// @title Who the workers are, and which wallet is whose (SPEC.md 9.9, 9.10)
/// @notice Every manager keeps a roster of its own, on which workers have numbers from 1. Grants, revenue and wages belong
/// to the number; the wallet that they are paid to can be changed, by the worker's signature, or by the manager after a
/// delay in which the worker can veto.
/// @dev EIP-712 domain: name "Workpact Equity", version "1", this chain and contract. Signed by the registered wallet, key
/// or ERC-1271: `Rotate(address manager,uint256 worker,address wallet,uint256 nonce,uint256 deadline)` and
/// `Veto(address manager,uint256 worker,address wallet,uint256 nonce)`.
interface IWorkerRoster {
    /// @notice `manager` put `wallets` on its roster, as the workers numbered from `first` on.
    event Enrolled(bytes32 indexed book, address indexed manager, uint256 first, address[] wallets);
    /// @notice `manager` set `count` numbers aside, from `first` on, for workers who name their wallets when they accept.
    event Reserved(bytes32 indexed book, address indexed manager, uint256 first, uint256 count);
    /// @notice The wallet of `worker` is `wallet` from now on; `previous` is zero if it had none.
    event WalletSet(
        bytes32 indexed book, address indexed manager, uint256 indexed worker, address previous, address wallet
    );
    /// @notice The manager proposes `wallet` for a worker who lost its own; from `ripeAt` on it can be carried out.
    event WalletProposed(
        bytes32 indexed book, address indexed manager, uint256 indexed worker, address wallet, uint256 ripeAt
    );
    /// @notice The worker has its wallet still: the proposal is void, and the next one possible from `from` on.
    event WalletVetoed(
        bytes32 indexed book, address indexed manager, uint256 indexed worker, address wallet, uint256 from
    );

    /// @notice Thrown when a batch is empty.
    error WorkerEquity_Empty();
    /// @notice Thrown when a line of a batch, or a change, names the zero address as a wallet.
    error WorkerEquity_NoWallet(uint256 line);
    /// @notice Thrown when `manager` has no such worker on its roster.
    error WorkerEquity_NoWorker(address manager, uint256 worker);
    /// @notice Thrown when `signer`, the registered wallet, neither sends the transaction nor has signed this.
    error WorkerEquity_WrongSignature(address signer);
    /// @notice Thrown when a signature is carried after its deadline.
    error WorkerEquity_Late(uint256 deadline);
    /// @notice Thrown when a proposal can be made, or carried out, or an end carried out, from `from` on only.
    error WorkerEquity_NotRipe(uint256 from);
    /// @notice Thrown when no proposal of this wallet runs for the worker.
    error WorkerEquity_NotProposed(uint256 worker, address wallet);

    /// @notice The registered wallet of a worker on a manager's roster; zero if there is none.
    function walletOf(address manager, uint256 worker) external view returns (address);

    /// @notice What the next signature of a worker must carry as `nonce`.
    function nonceOf(address manager, uint256 worker) external view returns (uint256);

    /// @notice The change of wallet that the manager proposes for a worker; all zero if none ever was.
    function proposalOf(address manager, uint256 worker) external view returns (Proposal memory);

    /// @notice How many numbers a manager's roster has; they count from 1.
    function workersOf(address manager) external view returns (uint256);

    /// @notice The book of what `issuer` did for an agreement: `keccak256(abi.encode(agreement, origin, issuer))`.
    function bookOf(address agreement, bytes32 origin, address issuer) external pure returns (bytes32);

    /// @notice The word that chains all events of a book (SPEC.md §10).
    function historyOf(bytes32 book) external view returns (bytes32);

    /// @notice Puts wallets on the caller's own roster. Anyone; who grants needs one.
    /// @dev Emits {Enrolled}. The same wallet may be enrolled again and is another worker then.
    /// @return first The number of the first of them; the others follow.
    function enrol(address[] calldata wallets) external returns (uint256 first);

    /// @notice Sets numbers aside on the caller's own roster for workers without a wallet yet.
    /// @dev Emits {Reserved}. The first accepted leaf that names the worker registers its wallet, or a proposal does.
    function reserve(uint256 count) external returns (uint256 first);

    /// @notice Changes the registered wallet of a worker. The wallet itself, or anyone with its signature.
    /// @dev Emits {WalletSet}. All grants, revenue and posted wages go to the new one from now on; a running proposal is
    /// void.
    /// @param signature Of `Rotate`; empty if the registered wallet sends. The deadline counts for it alone.
    function rotate(address manager, uint256 worker, address wallet, uint256 deadline, bytes calldata signature)
        external;

    /// @notice Proposes a wallet for a worker of the caller's roster who lost its own, or never had one.
    /// @dev Emits {WalletProposed}. Replaces a running proposal and its delay; refused for 90 days after a veto.
    function proposeWallet(uint256 worker, address wallet) external;

    /// @notice Voids a proposal: the worker has its wallet still. The wallet itself, or anyone with its signature.
    /// @dev Emits {WalletVetoed}.
    /// @param signature Of `Veto`; empty if the registered wallet sends.
    function veto(address manager, uint256 worker, bytes calldata signature) external;

    /// @notice Carries a proposal out, 14 days after it was made. Anyone.
    /// @dev Emits {WalletSet}.
    /// @param wallet The proposed one, so that a proposal replaced meanwhile is not carried out by mistake.
    function setWallet(address manager, uint256 worker, address wallet) external;
}
