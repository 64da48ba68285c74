"""What happened in an agreement, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workpact.agreement import Agreement
    from workpact.history import Event

_WORDS = {
    "Opened": "Opened: {deposit} came from the client.",
    "BidWithdrawn": "Withdrawn: this document will never come into force.",
    "PlacedUnder": "An agreement was placed under this one: {placed}.",
    "Amended": "Amended: {id} is in force.",
    "OperatorsAppointed": "The operators can act.",
    "ArbiterConsented": "{arbiter} serves as arbiter.",
    "Funded": "Funded with {amount}.",
    "Submitted": "{milestone} was submitted; the review runs.",
    "Rejected": "{milestone} was rejected.",
    "Disputed": "{item} went to the arbiters.",
    "Ruled": "{item} was ruled: {toContractor} to the contractor, {toClient} to the client, fee {fee}.",
    "Accepted": "{milestones} accepted: {paid} to the contractor, {retained} held back.",
    "AcceptedUpTo": "{milestone} accepted up to {total}: {paid} to the contractor, {retained} held back.",
    "Released": "{milestone} released: {paid} to the contractor, {retained} held back.",
    "Reclaimed": "{milestones} taken back: {refunded} to the client.",
    "Settled": "{period} settled: charge {charge}, credit {credit}; {paid} to the contractor, {retained} held back.",
    "PaidInterim": "{period} is not settled yet: {paid} to the contractor in the interim, {retained} held back.",
    "HoldbackReleased": "The holdback was released: {paid} to the contractor.",
    "Booked": "{amount} waits for {payee}.",
    "Taken": "{payee} took {amount}.",
    "PayeeSet": "The contractor's payments go to {payee}.",
    "EndingAnnounced": "Ends at {endsAt}: {ending}.",
    "Ended": "Ended ({status}): {toContractor} to the contractor, {toClient} to the client.",
    "Withdrawn": "{amount} was withdrawn to {to}.",
}
_MONEY = {"deposit", "amount", "total", "paid", "retained", "refunded", "charge", "credit", "fee"}
_MONEY |= {"toContractor", "toClient"}


def told(agreement: Agreement, event: Event) -> str:
    """One event as a sentence."""
    words = {name: _said(agreement, name, value) for name, value in event.arguments.items()}
    return _WORDS.get(event.name, event.name + ".").format(**words)


def _said(agreement: Agreement, name: str, value: Any) -> str:
    from workpact.agreement import HOLDBACK, Status

    document = agreement.document
    if name in _MONEY:
        return agreement.money(value)
    if name == "item" and value == HOLDBACK:
        return "The holdback"
    if name in ("milestone", "item"):
        return _named("milestone", value, document.milestones)
    if name == "milestones":
        every = [i for i in range(value.bit_length()) if value >> i & 1]
        return ", ".join(_named("milestone", i, document.milestones) for i in every) or "The surplus"
    if name == "period":
        return _named("period", value, document.periods)
    if name in ("ending", "status"):
        return Status(value).words
    if name == "endsAt":
        return when(agreement, value)
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


def _named(kind: str, index: int, written: Sequence[Any]) -> str:
    """By the document's name; a later document of the agreement may have more of them."""
    return str(written[index].name) if index < len(written) else f"{kind} {index}"


def when(agreement: Agreement, seconds: int) -> str:
    """An instant in the document's time zone."""
    from workpact.agreement_state import moment

    zone = agreement.document.zone
    return f"{moment(seconds).astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
