// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Accepted,
    Acceptance,
    Condition,
    Grant,
    Line,
    Mark,
    Offer,
    Plan,
    Pool,
    Reason,
    Rules,
    Schedule
} from "../types/Equity.sol";
import {IWorkerRoster} from "./IWorkerRoster.sol";

/// @title The share of those who do the work (SPEC.md §9)
/// @notice An issuer creates a token, sets pools of its units aside for the workers of an agreement, and fixes plans
/// by which they vest. The pool's manager keeps a roster of workers and grants them units, one by one or by a Merkle root
/// whose leaves the workers accept. What has vested is minted to the worker's registered wallet, whoever asks, and is
/// never taken back; revenue distributed to a pool is shared by all its units, vested or not.
///
/// Every event advances the history of its book (SPEC.md §10): the name of all that one issuer did for one agreement,
/// so that nobody else can write there, and who knows the terms knows the book. What belongs to no agreement (tokens,
/// rosters, pools without one) is in the book of the zero agreement of whoever did it.
/// @dev EIP-712, of the same domain as the roster's messages, signed by a worker's wallet:
/// `Accept(address manager,uint256 worker,uint256 plan,uint256 offer,uint256 index,uint256 units)`.
interface IWorkerEquity is IWorkerRoster {
    /* EVENTS */

    /// @notice `issuer` created `token`, which has its name and symbol.
    event TokenCreated(bytes32 indexed book, address indexed issuer, address indexed token);
    /// @notice `issuer` set `units` of `token` aside, from which `manager` grants; revenue comes in `currency`.
    event PoolOpened(
        bytes32 indexed book,
        uint256 indexed pool,
        address indexed issuer,
        address token,
        address manager,
        uint256 units,
        address agreement,
        bytes32 origin,
        address currency
    );
    /// @notice A pool holds `units` from now on, what is granted already included.
    event PoolRaised(bytes32 indexed book, uint256 indexed pool, uint256 units);
    /// @notice The issuer fixed a plan for the grants from `pool`.
    event PlanCreated(bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, Plan terms);
    /// @notice The manager granted `lines` by `plan`, as the grants numbered from `first` on.
    event Granted(bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, uint256 first, Line[] lines);
    /// @notice The manager offered grants by a Merkle root; `offer` is what names it from now on.
    event Offered(bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, Offer offer);
    /// @notice A worker accepted a leaf of offer `number` of `plan`.
    event GrantAccepted(
        bytes32 indexed book, uint256 indexed plan, uint256 indexed grant, uint256 number, uint256 worker, uint256 units
    );
    /// @notice Offer `number` of `plan` is closed: `returned` units that nobody accepted went back to the pool.
    event OfferClosed(
        bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, uint256 number, uint256 returned
    );
    /// @notice The gate of `plan` counts `accepted` milestones and `met` periods from now on.
    event GateRaised(bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, uint256 accepted, uint256 met);
    /// @notice The client has ended the agreement by notice: of what is unvested by `plan`, `acceleration` vests at once.
    event LeaverRuleApplied(bytes32 indexed book, uint256 indexed pool, uint256 indexed plan, uint256 acceleration);
    /// @notice Of what is unvested of a grant, `acceleration` ppm vests at once: all acts of the manager together.
    event GrantAccelerated(bytes32 indexed book, uint256 indexed pool, uint256 indexed grant, uint256 acceleration);
    /// @notice The clock of a grant stands still from now on.
    event LeaveBegan(bytes32 indexed book, uint256 indexed pool, uint256 indexed grant);
    /// @notice The clock of a grant runs on; its leaves have stopped it for `away` seconds in all.
    event LeaveEnded(bytes32 indexed book, uint256 indexed pool, uint256 indexed grant, uint256 away);
    /// @notice A grant ends at `endsAt`.
    event EndAnnounced(
        bytes32 indexed book, uint256 indexed pool, uint256 indexed grant, Reason reason, uint256 endsAt
    );
    /// @notice The announced end of a grant was withdrawn.
    event EndWithdrawn(bytes32 indexed book, uint256 indexed pool, uint256 indexed grant);
    /// @notice A grant ended: `vested` units remain the worker's, `forfeited` units went back to the pool; `revenue` of
    /// its units until now is owed to the worker.
    event GrantEnded(
        bytes32 indexed book,
        uint256 indexed pool,
        uint256 indexed grant,
        Reason reason,
        uint256 endsAt,
        uint256 vested,
        uint256 forfeited,
        uint256 revenue
    );
    /// @notice `units` that had vested were minted to the wallet of `worker`, and `revenue` was paid to it.
    event Claimed(
        bytes32 indexed book,
        uint256 indexed pool,
        uint256 indexed grant,
        uint256 worker,
        address wallet,
        uint256 units,
        uint256 revenue
    );
    /// @notice `amount` of a pool's currency was shared by all its units; it came from `by`.
    event Distributed(
        bytes32 indexed book, uint256 indexed pool, address indexed by, uint256 round, uint256 amount, uint256 shares
    );
    /// @notice The currency refused the wallet of `worker`: `amount` is owed to it.
    event Booked(bytes32 indexed book, uint256 indexed pool, uint256 indexed worker, uint256 amount);
    /// @notice `amount` that was owed to `worker` was paid to its wallet.
    event RevenueWithdrawn(
        bytes32 indexed book, uint256 indexed pool, uint256 indexed worker, address wallet, uint256 amount
    );

    /* ERRORS */

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
    /// @notice Thrown when a leaver rule has no agreement whose end it could follow, or a share is above `most` ppm.
    error WorkerEquity_WrongShare(uint256 share, uint256 most);
    /// @notice Thrown when there is no such plan.
    error WorkerEquity_NoPlan(uint256 plan);
    /// @notice Thrown when a line of a batch grants nothing.
    error WorkerEquity_NoUnits(uint256 line);
    /// @notice Thrown when a batch or an offer grants more than the pool has left.
    error WorkerEquity_PoolExceeded(uint256 pool, uint256 given, uint256 left);
    /// @notice Thrown when there is no such grant.
    error WorkerEquity_NoGrant(uint256 grant);
    /// @notice Thrown when a grant has ended already.
    error WorkerEquity_Ended(uint256 grant, uint256 endedAt);
    /// @notice Thrown when the end of a grant was announced already.
    error WorkerEquity_Ending(uint256 grant, uint256 endsAt);
    /// @notice Thrown when no end of a grant runs that could be carried out or withdrawn.
    error WorkerEquity_NotEnding(uint256 grant);
    /// @notice Thrown when the plan's grants cannot be ended.
    error WorkerEquity_Irrevocable(uint256 grant);
    /// @notice Thrown when the leave of a grant cannot begin, because it is on leave, its plan knows none or the leave of
    /// its plan, `most` seconds, is used up.
    error WorkerEquity_NoLeave(uint256 grant, uint256 most);
    /// @notice Thrown when a grant is not on leave.
    error WorkerEquity_NotOnLeave(uint256 grant);
    /// @notice Thrown when an acceleration does not rise above what it is.
    error WorkerEquity_NotAccelerated(uint256 grant, uint256 acceleration);
    /// @notice Thrown when an offer ends before it begins or not after now, or counts no leaf, or more leaves than units.
    error WorkerEquity_WrongOffer(uint256 from, uint256 until, uint256 count);
    /// @notice Thrown when no such offer is open: it was never made, or is closed.
    error WorkerEquity_NoOffer(bytes32 offer);
    /// @notice Thrown when a leaf can be accepted from `from` to `until` only.
    error WorkerEquity_NotInTime(uint256 from, uint256 until);
    /// @notice Thrown when an offer is binding: it can be closed before `from` by its manager, after `until` by anyone.
    error WorkerEquity_Binding(uint256 from, uint256 until);
    /// @notice Thrown when a leaf is not under the offer's root.
    error WorkerEquity_WrongProof(uint256 index);
    /// @notice Thrown when more would be accepted than the offer set aside.
    error WorkerEquity_OfferExceeded(uint256 index, uint256 units, uint256 left);
    /// @notice Thrown when a pool shares no revenue, or has no units that could share it.
    error WorkerEquity_NoShares(uint256 pool);
    /// @notice Thrown when nothing is distributed, or more than can be.
    error WorkerEquity_WrongAmount(uint256 amount);
    /// @notice Thrown when a token moved another amount than asked: it takes a fee, or is none.
    error WorkerEquity_TokenMovedOtherAmount(address token, uint256 asked, uint256 moved);
    /// @notice Thrown when a call carries too little gas for a source to answer: `needed` more than the rest costs.
    error WorkerEquity_TooLittleGas(uint256 needed);

    /* VIEWS */

    /// @notice Vested units of a grant, claimed ones included, by the gate as last synced.
    /// @dev A grant that ended keeps what had vested then.
    function vestedOf(uint256 grantId) external view returns (uint256);

    /// @notice What `claim` would mint for a grant now, and the revenue that it would pay.
    function claimableOf(uint256 grantId) external view returns (uint256 units, uint256 revenue);

    /// @notice A grant; all zero if there is none, or while its leaf is not accepted.
    function grantOf(uint256 grantId) external view returns (Grant memory);

    /// @notice Leave, end and acceleration of a grant; all zero if it has had none.
    function markOf(uint256 grantId) external view returns (Mark memory);

    /// @notice The schedule of a plan, with its gate as last synced; all zero if there is none.
    function planOf(uint256 planId) external view returns (Schedule memory);

    /// @notice What the gate of a plan counts; all zero if it has none.
    function conditionOf(uint256 planId) external view returns (Condition memory);

    /// @notice What a plan says of endings, leave and leavers, and how many offers were made by it.
    function rulesOf(uint256 planId) external view returns (Rules memory);

    /// @notice A pool; all zero if there is none.
    function poolOf(uint256 poolId) external view returns (Pool memory);

    /// @notice What of an offer was accepted, and whether it is open, by `keccak256(abi.encode(offer))`.
    function acceptedOf(bytes32 offer) external view returns (Accepted memory);

    /// @notice What one unit has earned in a pool until a round, that included, in 2^-64 of the currency's unit.
    function earnedBy(uint256 poolId, uint256 round) external view returns (uint256);

    /// @notice Revenue that is booked for a worker of a pool's manager, to be withdrawn.
    function owed(uint256 poolId, uint256 worker) external view returns (uint256);

    /// @notice Who created a worker token here; zero for any other token.
    function issuerOf(address token) external view returns (address);

    /// @notice How many pools, plans and grants there are, offered grants included; each is numbered from 1.
    function counts() external view returns (uint256 pools, uint256 plans, uint256 grants);

    /* ISSUER */

    /// @notice Creates a token of six decimals, which this contract alone mints. Anyone; the caller is its issuer.
    /// @dev Emits {TokenCreated}. Name and symbol are public for ever.
    function createToken(string calldata name, string calldata symbol) external returns (address token);

    /// @notice Sets `units` of `token` aside for the workers of an agreement. Only the issuer of the token.
    /// @dev Emits {PoolOpened}. Nothing is minted before it is claimed.
    /// @param manager Who grants from the pool, to workers of its own roster.
    /// @param agreement The agreement contract that gates read, and `origin` the agreement; both zero for none.
    /// @param currency The ERC-20 token that revenue comes in; zero if the pool shares none.
    function openPool(address token, address manager, uint80 units, address agreement, bytes32 origin, address currency)
        external
        returns (uint256 poolId);

    /// @notice Raises what a pool holds to `units`. Only its issuer.
    /// @dev Emits {PoolRaised}.
    function raisePool(uint256 poolId, uint80 units) external;

    /// @notice Fixes a plan for grants from a pool. Only its issuer; nothing of a plan can be changed.
    /// @dev Emits {PlanCreated}. Warning: whoever is granted by a plan trusts the sources that it names.
    function createPlan(uint256 poolId, Plan calldata plan) external returns (uint256 planId);

    /* MANAGER */

    /// @notice Grants units by a plan. Only the manager of its pool.
    /// @dev Emits {Granted}. A worker may hold any number of grants.
    /// @return first The number of the first grant; the others follow.
    function grant(uint256 planId, Line[] calldata lines) external returns (uint256 first);

    /// @notice Offers any number of grants by a plan, in a Merkle root. Only the manager of its pool.
    /// @dev Emits {Reserved} if numbers are set aside, and {Offered}, which has all that later calls must carry. Sets
    /// `units` aside from the pool. A leaf is `keccak256(keccak256(abi.encode(chain id, this contract, plan, number,
    /// index, worker, wallet, units, salt)))`, the last of them bytes32, in a tree of sorted pairs.
    /// @param from Binding from here on; until then the manager can close the offer and make another.
    /// @param newWorkers Numbers to set aside on the roster for workers whose wallet the leaves name.
    function offer(
        uint256 planId,
        bytes32 root,
        uint256 units,
        uint256 count,
        uint256 from,
        uint256 until,
        uint256 newWorkers
    ) external returns (bytes32 offerId);

    /// @notice Announces that grants end, after the notice of their plan. Only the manager of their pools.
    /// @dev Emits {EndAnnounced} for each; with a notice of zero carries it out, as {finish}. Never back-dated.
    function end(uint256[] calldata grantIds, Reason reason) external;

    /// @notice Withdraws announced ends that have not come yet. Only the manager.
    /// @dev Emits {EndWithdrawn} for each.
    function keep(uint256[] calldata grantIds) external;

    /// @notice Stops the clocks of grants: their workers are on leave. Only the manager.
    /// @dev Emits {LeaveBegan} for each. What has vested stays; the units go on sharing revenue. The clock runs on by
    /// itself when all the leave of the plan is used up.
    function grantLeave(uint256[] calldata grantIds) external;

    /// @notice Lets the clocks run on. The manager, or the registered wallet of the worker.
    /// @dev Emits {LeaveEnded} for each.
    function comeBack(uint256[] calldata grantIds) external;

    /// @notice Vests part of what is unvested of grants at once, and of all that follows. Only the manager.
    /// @dev Emits {GrantAccelerated} for each. Vested is then units · (f + (1 − f) · acceleration).
    /// @param acceleration In ppm; only rises.
    function accelerate(uint256[] calldata grantIds, uint256 acceleration) external;

    /* ANYONE */

    /// @notice Accepts leaves of an offer: makes them grants. Each by the worker's wallet, or anyone with its signature.
    /// @dev Emits {GrantAccepted} for each, and {WalletSet} where the roster had no wallet. A leaf that is accepted already
    /// is passed over.
    function accept(Offer calldata offered, Acceptance[] calldata leaves) external;

    /// @notice Returns what nobody accepted of an offer to the pool: the manager before it binds, anyone after it ended.
    /// @dev Emits {OfferClosed}. The revenue of the returned units goes into the next round.
    function closeOffer(Offer calldata offered) external;

    /// @notice Reads the agreement's progress and raises the gate of a plan to it. Anyone.
    /// @dev Emits {GateRaised} if it rises, {LeaverRuleApplied} once if the client has ended the agreement by notice. A
    /// source that fails, answers in another form or says less than it did leaves what is stored. A source has two
    /// million gas; the call must carry as much for each one it asks.
    function sync(uint256 planId) external;

    /// @notice Carries out ends whose notice is over. Anyone.
    /// @dev Syncs first. Emits {GateRaised} and {LeaverRuleApplied} as {sync}, and {GrantEnded} for each. Time counts up to
    /// the announced end, the gate as it stands now. What has vested can be claimed for ever; the rest goes back to the
    /// pool. Revenue until now is owed to the worker, later rounds are earned by what had vested.
    function finish(uint256[] calldata grantIds) external;

    /// @notice Mints what has vested and is not claimed yet, and pays its revenue, each to the worker's registered wallet.
    /// Anyone.
    /// @dev Emits {Claimed} for each grant that has something to claim; the others, and workers without a wallet, are
    /// passed over. Where the currency refuses a wallet the revenue is booked: {Booked}.
    function claim(uint256[] calldata grantIds) external;

    /// @notice Shares `amount` of a pool's currency by all its units, vested or not, claimed or not. Anyone; taken from
    /// the caller.
    /// @dev Emits {Distributed}. What does not divide goes into the next round. A grant earns from its round on.
    function distribute(uint256 poolId, uint256 amount) external;

    /// @notice Pays booked revenue to the registered wallets of workers. Anyone.
    /// @dev Emits {RevenueWithdrawn} for each that is owed something and is not refused again; the others are passed over.
    function withdraw(uint256 poolId, uint256[] calldata workers) external;
}
