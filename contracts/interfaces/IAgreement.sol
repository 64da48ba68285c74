// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMilestoneEscrow} from "./IMilestoneEscrow.sol";
import {Closing, State} from "../types/State.sol";
import {Arbitration, Conditions, Operators, Proposal, Terms} from "../types/Terms.sol";

/// @title The life of an agreement (SPEC.md §3, §4, §5)
/// @notice Who may do what, when, and what silence means. What the parties sign is the EIP-712 `Agreement`; its digest
/// is the id; the id of the first document, the origin, names the agreement for life.
interface IAgreement is IMilestoneEscrow {
    /// @notice An agreement came into force and `deposit` was pulled from the client.
    event Opened(
        bytes32 indexed origin, address indexed client, address indexed contractor, address token, uint256 deposit
    );
    /// @notice A document that was not in force never will be.
    event BidWithdrawn(bytes32 indexed id, address indexed by);
    /// @notice An agreement was opened under the master agreement `origin`.
    event PlacedUnder(bytes32 indexed origin, bytes32 indexed placed);
    /// @notice `id` is in force in the place of `replaced`.
    event Amended(bytes32 indexed origin, bytes32 indexed id, bytes32 replaced);
    /// @notice The operators that the document names can act.
    event OperatorsAppointed(bytes32 indexed origin, bytes32 indexed id);
    /// @notice `arbiter` serves under the arbitration group of document `id`. In the history of that id, so in the
    /// agreement's if it is the first document.
    event ArbiterConsented(bytes32 indexed id, address indexed arbiter, bytes32 arbitration);
    /// @notice Work was submitted; the review runs.
    event Submitted(bytes32 indexed origin, uint256 indexed milestone, bytes32 deliverable);
    /// @notice A submission was rejected, for a reason behind a salted hash.
    event Rejected(bytes32 indexed origin, uint256 indexed milestone, bytes32 reason);
    /// @notice A milestone, or the holdback (64), went to the arbiters.
    event Disputed(bytes32 indexed origin, uint256 indexed item, address indexed by, bytes32 reason);
    /// @notice A dispute was ruled, or divided as the terms say: `share` is the contractor's, ppm; `fee` is booked for `by`.
    event Ruled(
        bytes32 indexed origin,
        uint256 indexed item,
        address indexed by,
        uint256 share,
        uint256 toContractor,
        uint256 toClient,
        uint256 fee
    );
    /// @notice The agreement ends at `endsAt`, in the way `ending`.
    event EndingAnnounced(bytes32 indexed origin, address indexed by, uint256 ending, uint256 endsAt);
    /// @notice The agreement has ended and all that was held is paid out.
    event Ended(bytes32 indexed origin, uint256 status, uint256 toContractor, uint256 toClient);
    /// @notice The whole document, for readers: what does not hash to `id` says nothing. Outside the history.
    event Published(bytes32 indexed id, bytes document);

    /// @notice Thrown when a document cannot come into force by this call: it amends another, or amends nothing, or an
    /// amendment names a deposit or a master.
    error Agreement_WrongReference(bytes32 id);
    /// @notice Thrown when an id was withdrawn, or its agreement is over.
    error Agreement_NotOpenable(bytes32 id, uint256 status);
    /// @notice Thrown when a document could be opened until `openBefore` only.
    error Agreement_Expired(bytes32 id, uint256 openBefore);
    /// @notice Thrown when `party` has neither signed nor sent the document `id`.
    error Agreement_NotSigned(bytes32 id, address party);
    /// @notice Thrown when two roles are held by one address, or a role that must be filled is empty.
    error Agreement_RolesOverlap(address account);
    /// @notice Thrown when terms are out of their ranges (SPEC.md 3.6): bits of {Field}.
    error Agreement_OutOfRange(uint256 fields);
    /// @notice Thrown when the master agreement is not live, not named, or shares no party.
    error Agreement_NotPlaceable(bytes32 under);
    /// @notice Thrown when an amendment changes what is fixed: settled, ruled or disputed milestones, token, number.
    error Agreement_FixedTerm(uint256 field, uint256 index);
    /// @notice Thrown when the time for the step was over at `until`.
    error Agreement_TooLate(uint256 item, uint256 until);
    /// @notice Thrown when a milestone was rejected as often as the terms allow.
    error Agreement_NoRoundLeft(uint256 milestone, uint256 rejections);
    /// @notice Thrown when the caller is no arbiter of the document (share 0), or may not rule now with this share.
    error Agreement_NotArbiter(address caller, uint256 share);
    /// @notice Thrown when an arbiter has not consented to serve.
    error Agreement_NotServing(address arbiter);
    /// @notice Thrown when no ending has taken effect, or one is announced that is not later.
    error Agreement_Ending(uint256 endsAt);
    /// @notice Thrown when the oracle knows no right to end for the period now, or there is none to ask.
    error Agreement_NoRightToEnd(uint256 period, uint256 until);
    /// @notice Thrown when nothing has been unpaid for longer than the cure time.
    error Agreement_NotUnpaid(uint256 item, uint256 until);
    /// @notice Thrown when something still has to be decided or paid before the agreement can close.
    error Agreement_StillOpen(uint256 item);
    /// @notice Thrown when the agreed split was signed for another state, or too long ago.
    error Agreement_StaleClosing(bytes32 id, uint256 held, uint256 deadline);

    /// @notice Brings a document into force: from now on it is an agreement, and `deposit` is pulled from the client.
    /// @dev Open to all who carry both signatures; a party that sends needs none. `permit` is empty or the ABI-encoded
    /// `(value, deadline, v, r, s)` of an EIP-2612 permit by the client; it only sets the allowance and may fail.
    /// `master` is empty, or the terms in force of the agreement that `offer.under` names. Emits {Opened}, and
    /// {PlacedUnder} for the master. Repeated for an agreement in force it changes nothing.
    ///
    /// Warning: a signed document is an order to pay `deposit` for whoever carries it until `openBefore`.
    function open(
        Proposal calldata proposal,
        Terms[] calldata master,
        bytes calldata clientSignature,
        bytes calldata contractorSignature,
        bytes calldata permit
    ) external returns (bytes32 id);

    /// @notice Makes sure that a document which is not in force never will be.
    /// @dev Either party it names. Emits {BidWithdrawn}.
    function withdrawBid(Terms calldata terms) external;

    /// @notice Puts a change order into force.
    /// @dev Open to all who carry the signatures over the new document: of client and contractor, and as third and
    /// fourth of an incoming client and contractor. `offer` is the struct hash of the offer in force. `conditions` is empty
    /// when that group stays the same, otherwise the group in force and the new one. Emits {Amended}. Withdraws a running ending; moves no money.
    function amend(
        Terms calldata terms,
        Proposal calldata next,
        bytes32 offer,
        Conditions[] calldata conditions,
        bytes[] calldata signatures
    ) external;

    /// @notice Lets the operators that the document names act for their sides.
    /// @dev Open to all, once for each document in force. Emits {OperatorsAppointed}.
    function appoint(Terms calldata terms, Conditions calldata conditions, Operators calldata operators) external;

    /// @notice Records that the caller serves as arbiter of the agreement while its arbitration group stays the same.
    /// @dev The arbiter or the backup that the document names, also before it is in force. Emits {ArbiterConsented}.
    function serve(Terms calldata terms, Arbitration calldata arbitration) external;

    /// @notice Submits a milestone's work, as a salted hash of it; the review starts.
    /// @dev The contractor or its operator, from Open or Rejected, until its deadline. Emits {Submitted}.
    function submit(Terms calldata terms, uint256 milestone, bytes32 deliverable) external;

    /// @notice Rejects a submission, for a reason given as a salted hash.
    /// @dev The client or its operator, while the review runs and rounds are left. Emits {Rejected}.
    function reject(Terms calldata terms, uint256 milestone, bytes32 reason) external;

    /// @notice Takes a milestone to the arbiters; the rest of the agreement goes on.
    /// @dev Either party or its operator, from Submitted while the review runs or from Rejected until its deadline; the
    /// holdback (64) by the client or its operator, until its date. Emits {Disputed}.
    function dispute(Terms calldata terms, uint256 item, bytes32 reason) external;

    /// @notice Rules on a dispute: `share` (ppm) of what is disputed goes to the contractor.
    /// @dev The arbiter in its window, then the backup in its own, then anyone with the share of the terms. Fees are
    /// booked. Emits {Ruled}.
    function rule(Terms calldata terms, Arbitration calldata arbitration, uint256 item, uint256 share) external;

    /// @notice Gives notice; the agreement ends at the end of the service period in which the notice runs out.
    /// @dev Either party; of several endings the earliest counts. Emits {EndingAnnounced}.
    function giveNotice(Terms calldata terms, Conditions calldata conditions) external;

    /// @notice Ends at once, for a right to end that the oracle gives for `period`.
    /// @dev The client. Emits {EndingAnnounced}; what is in flight or due is still decided and paid.
    function endForCause(Terms calldata terms, Conditions calldata conditions, uint256 period) external;

    /// @notice Ends at once, because a milestone, or a period if `isPeriod`, fell due longer than the cure time ago and
    /// too little is held for it.
    /// @dev The contractor. Emits {EndingAnnounced}; what is in flight or due is still decided and paid.
    function endForNonPayment(Terms calldata terms, Conditions calldata conditions, uint256 item, bool isPeriod)
        external;

    /// @notice Ends at once with the split that both signed: all that is held or held back is paid out.
    /// @dev Open to all who carry both signatures over `Closing`; a party that sends needs none. Emits {Ended}.
    function endByBoth(
        Terms calldata terms,
        Closing calldata closing,
        bytes calldata clientSignature,
        bytes calldata contractorSignature
    ) external;

    /// @notice Ends an agreement in which nothing is open any more, or whose announced end has passed with all decided.
    /// @dev Open to all. What is held goes to the client; the holdback keeps its date. Emits {Ended}.
    function close(Terms calldata terms, Conditions calldata conditions) external;

    /// @notice Emits a document for readers. Open to all; proves nothing by itself. Emits {Published}.
    function publish(bytes32 id, bytes calldata document) external;

    /// @notice All that is stored for an agreement itself; the milestone in flight stands in the lane.
    function stateOf(bytes32 origin) external view returns (State memory);

    /// @notice What gates read: status, milestones accepted, service periods settled.
    function progressOf(bytes32 origin) external view returns (uint256 status, uint256 accepted, uint256 periods);

    /// @notice The arbitration group under which `arbiter` has consented to serve, as its struct hash; zero for none.
    function serves(bytes32 origin, address arbiter) external view returns (bytes32 arbitration);
}
