// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Condition, Grant, Line, Plan, Pool, Reason, Schedule} from "../types/Equity.sol";

/// @title The share of those who do the work (SPEC.md §9)
/// @notice An issuer creates a token, sets pools of its units aside for the workers of an agreement, and fixes plans
/// by which they vest. The pool's manager keeps a roster of workers and grants them units. What has vested is minted to
/// the worker's registered wallet, whoever asks, and is never taken back.
///
/// Every event advances the history of its book (SPEC.md §10): the name of all that one issuer did for one agreement,
/// so that nobody else can write there, and who knows the terms knows the book. What belongs to no agreement (tokens,
/// rosters, pools without one) is in the book of the zero agreement of whoever did it.
interface IWorkerEquity {
    /// @notice `issuer` created `token`, which has its name and symbol.
    event TokenCreated(bytes32 indexed book, address indexed issuer, address indexed token);
    /// @notice `manager` put `wallets` on its roster, as the workers numbered from `first` on.
    event Enrolled(bytes32 indexed book, address indexed manager, uint256 first, address[] wallets);
    /// @notice `issuer` set `units` of `token` aside, from which `manager` grants.
    event PoolOpened(
        bytes32 indexed book,
        uint256 indexed pool,
        address indexed issuer,
        address token,
        address manager,
        uint256 units,
        address agreement,
        bytes32 origin
    );
    /// @notice A pool holds `units` from now on, what is granted already included.
    event PoolRaised(bytes32 indexed book, uint256 indexed pool, uint256 units);
    /// @notice The issuer fixed a plan for the grants from `pool`.
    event PlanCreated(bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, Plan terms);
    /// @notice The manager granted `lines` by `plan`, as the grants numbered from `first` on.
    event Granted(bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, uint256 first, Line[] lines);
    /// @notice The gate of `plan` counts `accepted` milestones and `met` periods from now on.
    event GateRaised(bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, uint256 accepted, uint256 met);
    /// @notice `units` that had vested were minted to the wallet of `worker`.
    event Claimed(
        bytes32 indexed book, uint256 indexed pool, uint256 indexed grant, uint256 worker, address wallet, uint256 units
    );
    /// @notice A grant ended: `vested` units remain the worker's, `forfeited` units went back to the pool.
    event GrantEnded(
        bytes32 indexed book,
        uint256 indexed pool,
        uint256 indexed grant,
        Reason reason,
        uint256 vested,
        uint256 forfeited
    );

    /// @notice Thrown when `caller` did not create `token` here.
    error WorkerEquity_NotTokenIssuer(address token, address caller);
    /// @notice Thrown when a pool has no manager.
    error WorkerEquity_NoManager();
    /// @notice Thrown when one of agreement and origin is given without the other.
    error WorkerEquity_HalfAgreement(address agreement, bytes32 origin);
    /// @notice Thrown when there is no such pool.
    error WorkerEquity_NoPool(uint256 pool);
    /// @notice Thrown when a pool would not rise above the `units` it holds.
    error WorkerEquity_NotRaised(uint256 pool, uint256 given, uint256 units);
    /// @notice Thrown when `caller` is not the issuer of the pool.
    error WorkerEquity_NotIssuer(uint256 pool, address caller);
    /// @notice Thrown when `caller` is not the manager of the pool.
    error WorkerEquity_NotManager(uint256 pool, address caller);
    /// @notice Thrown when cliff ≤ duration, 0 < step ≤ duration or "step divides duration" does not hold.
    error WorkerEquity_WrongSchedule(uint256 cliff, uint256 duration, uint256 step);
    /// @notice Thrown when a gate counts nothing, counts periods without an oracle or anything without an agreement, or
    /// when a plan without a gate, or an oracle without periods, names what would never be read.
    error WorkerEquity_WrongGate(uint256 pool);
    /// @notice Thrown when there is no such plan.
    error WorkerEquity_NoPlan(uint256 plan);
    /// @notice Thrown when a batch is empty.
    error WorkerEquity_Empty();
    /// @notice Thrown when a line of a batch names the zero address as a wallet.
    error WorkerEquity_NoWallet(uint256 line);
    /// @notice Thrown when a line of a batch grants nothing.
    error WorkerEquity_NoUnits(uint256 line);
    /// @notice Thrown when `manager` has no such worker on its roster.
    error WorkerEquity_NoWorker(address manager, uint256 worker);
    /// @notice Thrown when a batch grants more than the pool has left.
    error WorkerEquity_PoolExceeded(uint256 pool, uint256 given, uint256 left);
    /// @notice Thrown when there is no such grant.
    error WorkerEquity_NoGrant(uint256 grant);
    /// @notice Thrown when a grant has ended already.
    error WorkerEquity_Ended(uint256 grant, uint256 endedAt);
    /// @notice Thrown when a call carries too little gas for a source to answer: `needed` more than the rest costs.
    error WorkerEquity_TooLittleGas(uint256 needed);

    /// @notice Vested units of a grant, claimed ones included, by the gate as last synced.
    /// @dev A grant that ended keeps what had vested then.
    function vestedOf(uint256 grantId) external view returns (uint256);

    /// @notice What `claim` would mint for a grant now.
    function claimableOf(uint256 grantId) external view returns (uint256);

    /// @notice A grant; all zero if there is none.
    function grantOf(uint256 grantId) external view returns (Grant memory);

    /// @notice The schedule of a plan, with its gate as last synced; all zero if there is none.
    function planOf(uint256 planId) external view returns (Schedule memory);

    /// @notice What the gate of a plan counts; all zero if it has none.
    function conditionOf(uint256 planId) external view returns (Condition memory);

    /// @notice A pool; all zero if there is none.
    function poolOf(uint256 poolId) external view returns (Pool memory);

    /// @notice The registered wallet of a worker on a manager's roster; zero if there is none.
    function walletOf(address manager, uint256 workerId) external view returns (address);

    /// @notice How many workers a manager has enrolled; they are numbered from 1.
    function workersOf(address manager) external view returns (uint256);

    /// @notice Who created a worker token here; zero for any other token.
    function issuerOf(address token) external view returns (address);

    /// @notice The book of what `issuer` did for an agreement: `keccak256(abi.encode(agreement, origin, issuer))`.
    function bookOf(address agreement, bytes32 origin, address issuer) external pure returns (bytes32);

    /// @notice The word that chains all events of a book (SPEC.md §10).
    function historyOf(bytes32 book) external view returns (bytes32);

    /// @notice How many pools, plans and grants there are; each is numbered from 1.
    function counts() external view returns (uint256 pools, uint256 plans, uint256 grants);

    /// @notice Creates a token of six decimals, which this contract alone mints. Anyone; the caller is its issuer.
    /// @dev Emits {TokenCreated}. Name and symbol are public for ever.
    function createToken(string calldata name, string calldata symbol) external returns (address token);

    /// @notice Puts wallets on the caller's own roster. Anyone; who grants needs one.
    /// @dev Emits {Enrolled}. The same wallet may be enrolled again and is another worker then.
    /// @return first The number of the first of them; the others follow.
    function enrol(address[] calldata wallets) external returns (uint256 first);

    /// @notice Sets `units` of `token` aside for the workers of an agreement. Only the issuer of the token.
    /// @dev Emits {PoolOpened}. Nothing is minted before it is claimed.
    /// @param manager Who grants from the pool, to workers of its own roster.
    /// @param agreement The agreement contract that gates read, and `origin` the agreement; both zero for none.
    function openPool(address token, address manager, uint80 units, address agreement, bytes32 origin)
        external
        returns (uint256 poolId);

    /// @notice Raises what a pool holds to `units`. Only its issuer.
    /// @dev Emits {PoolRaised}.
    function raisePool(uint256 poolId, uint80 units) external;

    /// @notice Fixes a plan for grants from a pool. Only its issuer; nothing of a plan can be changed.
    /// @dev Emits {PlanCreated}. Warning: whoever is granted by a plan trusts the sources that it names.
    function createPlan(uint256 poolId, Plan calldata plan) external returns (uint256 planId);

    /// @notice Grants units by a plan. Only the manager of its pool.
    /// @dev Emits {Granted}. A worker may hold any number of grants.
    /// @return first The number of the first grant; the others follow.
    function grant(uint256 planId, Line[] calldata lines) external returns (uint256 first);

    /// @notice Reads the agreement's progress and raises the gate of a plan to it. Anyone.
    /// @dev Emits {GateRaised} if it rises. A source that fails, answers in another form or says less than it did
    /// leaves what is stored. A source has two million gas; the call must carry as much for each one it asks.
    function sync(uint256 planId) external;

    /// @notice Mints what has vested and is not claimed yet, each grant to its worker's registered wallet. Anyone.
    /// @dev Emits {Claimed} for each grant that has something to claim; the others are passed over.
    function claim(uint256[] calldata grantIds) external;

    /// @notice Ends a grant now. Only the manager of its pool.
    /// @dev Emits {GateRaised} if the gate rises, which is synced first, and {GrantEnded}. What has vested can be
    /// claimed for ever; the rest goes back to the pool.
    function end(uint256 grantId, Reason reason) external;
}
