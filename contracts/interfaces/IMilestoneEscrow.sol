// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Step} from "../types/State.sol";
import {Conditions, Terms} from "../types/Terms.sol";

/// @title The money of an agreement (SPEC.md §5, §6, §7)
/// @notice Everything that moves money: paying by the signed terms, by silence and by time, and what stays booked.
/// @dev Milestones are bits of a mask. `terms` is the document in force; a call with another one reverts.
///
/// Assumptions on tokens. Safety: a transfer moves exactly the amount, and balances change only by transfers. Liveness:
/// a transfer to a payee may fail (the amount is booked then), but does not burn all gas. A token that breaks them can
/// harm agreements in this token, never those in others.
///
/// Warning: money sent to the contract by a plain transfer belongs to no agreement and is lost.
interface IMilestoneEscrow {
    /// @notice Money came in beside the deposit of the opening.
    event Funded(bytes32 indexed origin, address indexed by, uint256 amount);
    /// @notice The client accepted `milestones`; `paid` went to the contractor, `retained` waits for its date.
    event Accepted(bytes32 indexed origin, uint256 milestones, uint256 paid, uint256 retained);
    /// @notice The client raised what it accepts of a milestone to `total`.
    event AcceptedUpTo(
        bytes32 indexed origin, uint256 indexed milestone, uint256 total, uint256 paid, uint256 retained
    );
    /// @notice Silence, or a debt, was paid as far as money is held.
    event Released(bytes32 indexed origin, uint256 indexed milestone, uint256 paid, uint256 retained);
    /// @notice `milestones` were not delivered, or given up; `refunded` went to the client.
    event Reclaimed(bytes32 indexed origin, address indexed by, uint256 milestones, uint256 refunded);
    /// @notice A service period was settled: the contractor's part, but for what it got in the interim, is `paid` and
    /// `retained`, the rest stays held.
    event Settled(
        bytes32 indexed origin, uint256 indexed period, uint256 charge, uint256 credit, uint256 paid, uint256 retained
    );
    /// @notice While a service period's credit is open, the contractor got what is due whatever follows: `charge` is the
    /// least that is possible, `credit` the most; `paid` and `retained` come on top of what it got before.
    event PaidInterim(
        bytes32 indexed origin, uint256 indexed period, uint256 charge, uint256 credit, uint256 paid, uint256 retained
    );
    /// @notice The holdback's date has passed.
    event HoldbackReleased(bytes32 indexed origin, uint256 paid);
    /// @notice `amount` of a payment waits for `payee`: to be withdrawn, or `toTake` by origin.
    event Booked(bytes32 indexed origin, address indexed payee, uint256 amount, bool toTake);
    /// @notice A payee that takes by origin took what was booked.
    event Taken(bytes32 indexed origin, address indexed payee, uint256 amount);
    /// @notice The contractor's payments go to `payee` from now on.
    event PayeeSet(bytes32 indexed origin, address indexed contractor, address payee, bool pulled);
    /// @notice A payee took its booked balance. Belongs to no agreement, so to no history.
    event Withdrawn(address indexed token, address indexed payee, address to, uint256 amount);

    /// @notice Thrown when the document `id` is not the one in force of its agreement.
    error Escrow_NotInForce(bytes32 id);
    /// @notice Thrown when the agreement's status does not allow the call.
    error Escrow_NotLive(bytes32 origin, uint256 status);
    /// @notice Thrown when the caller is neither `party` nor its appointed operator.
    error Escrow_Unauthorised(address caller, address party);
    /// @notice Thrown when an operator touches more than its limit allows in one call.
    error Escrow_AboveLimit(address operator, uint256 amount, uint256 limit);
    /// @notice Thrown when the terms have only `count` milestones.
    error Escrow_NoMilestone(uint256 milestone, uint256 count);
    /// @notice Thrown when a mask names none, or one that the terms' `count` milestones do not have.
    error Escrow_NoMilestones(uint256 milestones, uint256 count);
    /// @notice Thrown when a milestone is settled already.
    error Escrow_MilestoneSettled(uint256 milestone);
    /// @notice Thrown when less is held than the call needs.
    error Escrow_Short(uint256 held, uint256 needed);
    /// @notice Thrown when more would be held than an agreement can.
    error Escrow_TooMuch(uint256 upTo, uint256 limit);
    /// @notice Thrown when a part-acceptance names no more than is accepted, or not less than the amount.
    error Escrow_NotAPart(uint256 total, uint256 accepted, uint256 amount);
    /// @notice Thrown when a milestone, or the holdback (64), can be released or reclaimed after `until` only; never in a
    /// phase that time does not end.
    error Escrow_TooEarly(uint256 item, uint256 until);
    /// @notice Thrown when there is nothing to pay out.
    error Escrow_NothingDue();
    /// @notice Thrown when the groups passed are not those of the document.
    error Escrow_WrongGroup(bytes32 given, bytes32 signed);
    /// @notice Thrown when the terms have only `count` service periods.
    error Escrow_NoPeriod(uint256 period, uint256 count);
    /// @notice Thrown when a service period is settled already.
    error Escrow_PeriodSettled(uint256 period);
    /// @notice Thrown when the period ends after the agreement does.
    error Escrow_PeriodLapsed(uint256 period, uint256 endsAt);
    /// @notice Thrown when the oracle has no answer; after `until` the period settles without one.
    error Escrow_NotFinal(uint256 period, uint256 until);
    /// @notice Thrown when the call carries too little gas to ask the oracle safely.
    error Escrow_TooLittleGas(uint256 given, uint256 needed);
    /// @notice Thrown when a token moved another amount than asked: it takes a fee, or is none.
    error Escrow_TokenMovedOtherAmount(address token, uint256 asked, uint256 moved);
    /// @notice Thrown when the phase of a milestone, or of the holdback (64), does not allow the step.
    error Escrow_WrongPhase(uint256 item, uint256 phase);
    /// @notice Thrown when an address cannot be paid, or is none that payments could go to.
    error Escrow_BadPayee(address payee);

    /// @notice Raises what is held to `upTo`, with the caller's money.
    /// @dev Open to all; does nothing when that much is held. Needs an allowance from the caller. Emits {Funded}.
    /// Warning: what is held above the terms' needs belongs to the client, whoever paid it in.
    function fund(Terms calldata terms, uint256 upTo) external;

    /// @notice Accepts every milestone of the mask and pays what is open of each.
    /// @dev The client or its operator, in any phase. Emits {Accepted}. Reverts {Escrow_Short} if less is held.
    function accept(Terms calldata terms, uint256 milestones) external;

    /// @notice Raises what is accepted of one milestone to `total`, which is below its amount; its clock runs on.
    /// @dev The client or its operator. Emits {AcceptedUpTo}.
    function acceptUpTo(Terms calldata terms, uint256 milestone, uint256 total) external;

    /// @notice Pays a milestone whose review the client let pass, or what is still owed of one, as far as money is held.
    /// @dev Open to all. Emits {Released}. What could not be paid stays owed and can be released when money comes.
    function release(Terms calldata terms, uint256 milestone) external;

    /// @notice Takes undelivered milestones back for the client and refunds what they free.
    /// @dev Open to all once a milestone is overdue; the contractor may give milestones up at any time. The refund is at
    /// most the surplus. With an empty mask the client takes the whole surplus. Emits {Reclaimed}.
    function reclaim(Terms calldata terms, Conditions calldata conditions, uint256 milestones) external;

    /// @notice Settles a service period: the contractor gets charge − credit, less what it got in the interim; the rest
    /// stays held. While the credit is open it pays, in the interim, what is due whatever follows.
    /// @dev Open to all. The period settles once the oracle has made it final, or has had its time; with a credit that may
    /// still return, when the agreement is over: then it returns if the client gave notice. Before that, repeated, the
    /// call pays what has been added. Reverts {Escrow_Short} while too little is held; after an ending took effect it
    /// pays what is there. Reverts {Escrow_NothingDue} if nothing has been added. Emits {Settled} or {PaidInterim}.
    function settle(Terms calldata terms, Conditions calldata conditions, uint256 period) external;

    /// @notice Pays the holdback after its date.
    /// @dev Open to all, also after the end, unless the holdback is disputed. Emits {HoldbackReleased}.
    function releaseHoldback(Terms calldata terms) external;

    /// @notice Sends the contractor's payments to `payee` from now on.
    /// @dev The contractor only. With `pulled` they are booked by origin for `payee` to {take}: for contracts that must
    /// know which agreement each unit came from. Emits {PayeeSet}.
    function setPayee(Terms calldata terms, address payee, bool pulled) external;

    /// @notice Takes the caller's booked balance of `token`, all of it, to `to`.
    /// @dev Emits {Withdrawn}.
    function withdraw(address token, address to) external returns (uint256 amount);

    /// @notice Takes what was booked for the caller under `origin`.
    /// @dev Emits {Taken}.
    function take(bytes32 origin, address token) external returns (uint256 amount);

    /// @notice Whether what is held covers what the terms want covered, and how much that is.
    function isCovered(Terms calldata terms, Conditions calldata conditions)
        external
        view
        returns (bool covered, uint256 needed);

    /// @notice The word that chains all events of the agreement in this contract.
    function history(bytes32 origin) external view returns (bytes32);

    /// @notice Booked for `payee`, to be withdrawn.
    function owed(address token, address payee) external view returns (uint256);

    /// @notice Booked for `payee` under `origin`, to be taken.
    function toTake(bytes32 origin, address payee, address token) external view returns (uint256);

    /// @notice The progress of one milestone, or of the holdback (64). Of service period `p` (65 + p), what it got in the
    /// interim counts as accepted.
    function progressOfItem(bytes32 origin, uint256 item) external view returns (Step memory);
}
