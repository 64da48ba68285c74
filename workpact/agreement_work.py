"""Acting on an agreement: money in and out, work, review, disputes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from workpact.agreement_state import HOLDBACK
from workpact.agreement_view import AgreementView, BadArgument
from workpact.preflight import address_of, allow, ask, check_contract, check_money, check_token, receiver, send
from workpact.sealing import Sealed, kept_seal, seal, seal_file

Amount = int | Decimal | str
"""Smallest units, tokens, or text like "12,500 USDC"."""


class AgreementWork(AgreementView):
    """What can be done in a live agreement.

    Every write takes `sender`, an Ape account or a `workpact.chain.sender.Sender`, and returns what was sent: a
    receipt, or what a Safe proposed. Milestones and periods go by name or number. Refusals of the contract are
    `ContractError`s; what can be seen before is named before anything is sent (`NotReady`).
    """

    # Money

    def approve(self, amount: Amount, *, sender: Any) -> Any:
        """Lets the Agreement contract take up to `amount` of the token from the sender, in all."""
        return allow(check_token(self.document), self.contract.address, self.units(amount), sender=sender)

    def fund(self, up_to: Amount, *, sender: Any) -> Any:
        """Raises what is held to `up_to` with the sender's money; does nothing when that much is held. Anyone."""
        total = self.units(up_to)
        if self.is_in_force:
            check_money(self.document, address_of(sender), self.contract.address, max(total - self.held_units, 0))
        return send(self.contract.fund, self.document.terms(), total, sender=sender)

    def reclaim(self, *milestones: str | int, sender: Any) -> Any:
        """Takes overdue milestones back for the client; none named: the client takes the surplus.

        Anyone once a milestone is overdue; the contractor at any time.
        """
        terms, conditions = self.document.terms(), self.document.conditions()
        return send(self.contract.reclaim, terms, conditions, self.mask(milestones), sender=sender)

    def settle(self, period: str | int, *, sender: Any) -> Any:
        """Settles a service period in money, once the oracle made it final or has had its time. Anyone.

        While its credit is open it pays what is due whatever follows (SPEC.md 7.6); the period stays unsettled.
        """
        terms, conditions = self.document.terms(), self.document.conditions()
        return send(self.contract.settle, terms, conditions, self.period_index(period), sender=sender)

    def release_holdback(self, *, sender: Any) -> Any:
        """Pays the holdback after its date. Anyone."""
        return send(self.contract.releaseHoldback, self.document.terms(), sender=sender)

    def set_payee(self, payee: Any, *, pulled: bool = False, sender: Any) -> Any:
        """Sends the contractor's payments to `payee` from now on; `pulled` books them for `take`. The contractor."""
        return send(
            self.contract.setPayee, self.document.terms(), receiver(payee, pulled=pulled), pulled, sender=sender
        )

    def withdraw(self, to: Any = None, *, sender: Any) -> Any:
        """Takes the sender's booked balance of the token, of all agreements, to `to` or itself."""
        target = address_of(sender) if to is None else receiver(to)
        return send(self.contract.withdraw, self.document.token.address, target, sender=sender)

    def take(self, *, sender: Any) -> Any:
        """Takes what is booked for the sender under this agreement."""
        return send(self.contract.take, self.origin, self.document.token.address, sender=sender)

    # Work

    def appoint(self, *, sender: Any) -> Any:
        """Lets the operators that the document names act. Anyone, once for each document in force."""
        document = self.document
        arguments = (document.terms(), document.conditions(), document.operators())
        return send(self.contract.appoint, *arguments, sender=sender)

    def submit(self, milestone: str | int, deliverable: Path | bytes | Sealed, *, sender: Any) -> Any:
        """Submits a milestone as a salted hash of what is handed over; the review starts. The contractor.

        The salt is kept: beside a file as `<file>.….seal.json`, for bytes in the user's data folder (`sealing`).
        """
        return self._send_sealed("submit", self.milestone_index(milestone), deliverable, sender)

    def accept(self, *milestones: str | int, sender: Any) -> Any:
        """Accepts milestones and pays what is open of each; all of it must be held. The client."""
        if not milestones:
            raise BadArgument("Name the milestones to accept.")
        return send(self.contract.accept, self.document.terms(), self.mask(milestones), sender=sender)

    def accept_up_to(self, milestone: str | int, total: Amount, *, sender: Any) -> Any:
        """Raises what is accepted of a milestone to `total`, below its amount, and pays the difference. The client."""
        index = self.milestone_index(milestone)
        return send(self.contract.acceptUpTo, self.document.terms(), index, self.units(total), sender=sender)

    def reject(self, milestone: str | int, reason: str | Sealed, *, sender: Any) -> Any:
        """Rejects a submission; on chain is a salted hash of the reason, the salt in the data folder. The client."""
        return self._send_sealed("reject", self.milestone_index(milestone), reason, sender)

    def release(self, milestone: str | int, *, sender: Any) -> Any:
        """Pays a milestone whose review the client let pass, or what is owed of one. Anyone."""
        return send(self.contract.release, self.document.terms(), self.milestone_index(milestone), sender=sender)

    # Disputes

    def dispute(self, item: str | int, reason: str | Sealed, *, sender: Any) -> Any:
        """Takes a milestone, or as "holdback" the holdback, to the arbiters. Either party."""
        return self._send_sealed("dispute", self._item(item), reason, sender)

    def serve(self, *, sender: Any) -> Any:
        """Records that the sender, arbiter or backup of the document, serves; also before it is opened."""
        return send(self.contract.serve, self.document.terms(), self.document.arbitration(), sender=sender)

    def rule(self, item: str | int, share: int, *, sender: Any) -> Any:
        """Rules that `share` (ppm) of what is disputed goes to the contractor.

        The arbiter, then the backup, each in its window; then anyone with the split of the terms.
        """
        terms, arbitration = self.document.terms(), self.document.arbitration()
        return send(self.contract.rule, terms, arbitration, self._item(item), share, sender=sender)

    def _item(self, item: str | int) -> int:
        return HOLDBACK if item in ("holdback", HOLDBACK) else self.milestone_index(item)

    # Salted hashes

    def sealed(self, call: str, item: str | int, content: Path | str | bytes, *, sender: Any) -> Sealed:
        """What `submit`, `reject` or `dispute` (`call`) sends of a content; its salt is kept.

        No salt is kept of what the contract would refuse.
        """
        kept = kept_seal(content) if isinstance(content, Path) else None
        if kept is not None:
            return kept
        check_contract(self.contract)
        method = getattr(self.contract, call)
        ask(method.call, self.document.terms(), self._item(item), bytes(32), sender=address_of(sender))
        if isinstance(content, Path):
            return seal_file(content)
        return seal(content.encode() if isinstance(content, str) else content)

    def _send_sealed(self, call: str, item: int, content: Path | str | bytes | Sealed, sender: Any) -> Any:
        sealed = content if isinstance(content, Sealed) else self.sealed(call, item, content, sender=sender)
        return send(getattr(self.contract, call), self.document.terms(), item, sealed.hash, sender=sender)
