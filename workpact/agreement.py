"""An agreement on chain, from its first signature to its end (SPEC.md §3 to §7).

    document = terms.load("agreement.yaml", wallets=…, token=…, contracts=…)
    agreement = Agreement.deployed(document)
    bid = agreement.sign(contractor)                     # bytes: send them to the client, any way
    agreement.open(contractor_signature=bid, sender=client)
    agreement.submit("onboarding", Path("roster.pdf"), sender=contractor)
    agreement.accept("onboarding", sender=client)
    agreement.verify_history()                           # every event, proved against the contract's own word

One object is one signed document; `agreement.amended(next_document)` is the next one of the same agreement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.agreement_state import HOLDBACK, MilestoneState, Silence
from workpact.agreement_view import AgreementView, BadArgument
from workpact.agreement_work import AgreementWork, Amount
from workpact.chain import contracts, deployments
from workpact.chain.state import Phase, Status
from workpact.history import Event, HistoryDiffers, logs
from workpact.ledger import Ledger
from workpact.permits import allowed_by, own_way, permit
from workpact.preflight import (
    Expired,
    ForeignSignature,
    NotReady,
    SignatureMissing,
    TooLittleAllowance,
    TooLittleBalance,
    check_money,
    check_not_expired,
    check_signature,
    check_token,
    now,
    send,
)
from workpact.publication import encoded
from workpact.signing import digest, is_signed, sign
from workpact.terms import AgreementDocument

__all__ = [
    "HOLDBACK",
    "Agreement",
    "AgreementView",
    "BadArgument",
    "Closing",
    "Event",
    "Expired",
    "ForeignSignature",
    "HistoryDiffers",
    "Ledger",
    "MilestoneState",
    "NotReady",
    "Phase",
    "SignatureMissing",
    "Silence",
    "Status",
    "TooLittleAllowance",
    "TooLittleBalance",
]


@dataclass(frozen=True)
class Closing:
    """Ending by both, as it is signed (SPEC.md 4.6): smallest units, `held` with the holdback; deadline Unix."""

    held: int
    to_contractor: int
    deadline: int


class Agreement(AgreementWork):
    """One agreement on chain, by one of its documents; reads as in `AgreementView`, acts as in `AgreementWork`."""

    @classmethod
    def deployed(cls, document: AgreementDocument) -> Self:
        """With the Agreement contract that is recorded for the connected chain; checks chain and code."""
        return cls(document, deployments.contract("Agreement"))

    # Signing

    def typed_data(self) -> dict[str, Any]:
        """What wallets show and sign (`eth_signTypedData_v4`)."""
        return self.document.typed_data(self.chain_id, self.contract.address)

    def sign(self, account: Any) -> bytes:
        """The account's signature over this document: its consent, and from the client an order to pay the deposit."""
        return sign(account, self.typed_data())

    def signer_of(self, signature: bytes) -> str:
        """Whose signature it is, "client" or "contractor"; raises `ForeignSignature`."""
        for party in ("client", "contractor"):
            if is_signed(getattr(self, party), self.id, signature):
                return party
        raise ForeignSignature(
            f"The signature 0x{signature.hex()[:8]}… is neither the client's, {self.client}, nor the contractor's, "
            f"{self.contractor}, over this document on chain {self.chain_id}: sign again with --network as here."
        )

    def permit(self, account: Any, value: Amount | None = None, deadline: int | None = None) -> bytes:
        """The account's EIP-2612 permit for the deposit, or `value`; until the document expires, or `deadline`."""
        offer = self.document.spec.offer
        units = offer.deposit if value is None else self.units(value)
        until = offer.open_before if deadline is None else deadline
        token = contracts.token(self.document.token.address)
        made = permit(token, account, self.contract.address, units, until, self.chain_id)
        if until >= now() and allowed_by(token, account.address, self.contract.address, made) < units:
            raise own_way(token.address)
        return made

    # Coming into force

    def open(
        self,
        client_signature: bytes | None = None,
        contractor_signature: bytes | None = None,
        permit: bytes | None = None,
        *,
        master: AgreementView | None = None,
        sender: Any,
    ) -> Any:
        """Brings the document into force and pulls the deposit from the client. Anyone who carries the signatures.

        A party that sends needs none. `permit` is the client's; `master` the agreement this one is placed under.
        Repeated for a document in force it changes nothing.
        """
        if self.status is Status.NONE:
            self._check_opening(client_signature, contractor_signature, permit, sender)
        masters = [master.document.terms()] if master else []
        carried = (client_signature or b"", contractor_signature or b"", permit or b"")
        return send(self.contract.open, self.document.proposal(), masters, *carried, sender=sender)

    def withdraw_bid(self, *, sender: Any) -> Any:
        """Makes sure that this document, not in force, never will be. Either party."""
        return send(self.contract.withdrawBid, self.document.terms(), sender=sender)

    def amended(self, next_document: AgreementDocument) -> Self:
        """The same agreement by another of its documents."""
        return type(self)(next_document, self.contract)

    def amend(self, next_document: AgreementDocument, signatures: Iterable[bytes] = (), *, sender: Any) -> Any:
        """Puts a change order into force. Anyone who carries the signatures over it, in any order.

        Of client and contractor, and of an incoming party as well; a party that sends needs none.
        """
        following = self.amended(next_document)
        check_not_expired(next_document)
        given = list(signatures)
        parties = [("client", self.client), ("contractor", self.contractor)]
        if (following.client, following.contractor) != (self.client, self.contractor):
            parties += [("incoming client", following.client), ("incoming contractor", following.contractor)]
        placed = []
        for name, address in parties:
            own = next((each for each in given if is_signed(address, following.id, each)), None)
            check_signature(name, address, following.id, own or next(iter(given), None), sender)
            placed.append(own or b"")
        same = next_document.conditions_hash() == self.document.conditions_hash()
        conditions = [] if same else [self.document.conditions(), next_document.conditions()]
        arguments = (self.document.terms(), next_document.proposal(), self.document.offer_hash(), conditions, placed)
        return send(self.contract.amend, *arguments, sender=sender)

    def publish(self, *, sender: Any) -> Any:
        """Emits the signed terms for readers: no names, titles or texts, but everything that was signed. Anyone."""
        return send(self.contract.publish, self.id, self._published, sender=sender)

    @property
    def is_published(self) -> bool:
        """Whether the log has these very terms; anyone can publish anything under an id, so they are compared."""
        topics = [keccak(text=self.contract.Published.abi.selector), self.id]
        data = encode(["bytes"], [self._published])
        return any(bytes.fromhex(log["data"][2:]) == data for log in logs(self.contract, topics))

    # Ending

    def give_notice(self, *, sender: Any) -> Any:
        """Gives notice; it takes effect at the end of the service period in which it runs out. Either party."""
        return send(self.contract.giveNotice, self.document.terms(), self.document.conditions(), sender=sender)

    def end_for_cause(self, period: str | int, *, sender: Any) -> Any:
        """Ends at once, for a right to end that the oracle gives for the period. The client."""
        terms, conditions = self.document.terms(), self.document.conditions()
        return send(self.contract.endForCause, terms, conditions, self.period_index(period), sender=sender)

    def end_for_non_payment(
        self, *, milestone: str | int | None = None, period: str | int | None = None, sender: Any
    ) -> Any:
        """Ends at once, for a milestone or a period that stayed unpaid past the cure time. The contractor."""
        if (milestone is None) == (period is None):
            raise BadArgument("Name the milestone or the period that is unpaid.")
        item = self.period_index(period) if period is not None else self.milestone_index(milestone or 0)
        terms, conditions = self.document.terms(), self.document.conditions()
        return send(self.contract.endForNonPayment, terms, conditions, item, period is not None, sender=sender)

    def closing(self, to_contractor: Amount, deadline: int | None = None) -> Closing:
        """An end by both at what is held now, with the holdback: the contractor's part, the rest is the client's.

        Can be used until `deadline`, Unix seconds; seven days from now if not said.
        """
        state = self.state
        until = now() + 7 * 86_400 if deadline is None else deadline
        return Closing(int(state.held) + int(state.retained), self.units(to_contractor), until)

    def closing_typed_data(self, closing: Closing) -> dict[str, Any]:
        """What both parties sign to end at once."""
        parts = (closing.held, closing.to_contractor, closing.deadline)
        return self.document.closing_typed_data(self.chain_id, self.contract.address, *parts)

    def sign_closing(self, account: Any, closing: Closing) -> bytes:
        """The account's signature over an end by both."""
        return sign(account, self.closing_typed_data(closing))

    def end_by_both(
        self,
        closing: Closing,
        client_signature: bytes | None = None,
        contractor_signature: bytes | None = None,
        *,
        sender: Any,
    ) -> Any:
        """Ends at once with the split that both signed. Anyone who carries the signatures."""
        signed = digest(self.closing_typed_data(closing))
        check_signature("client", self.client, signed, client_signature, sender)
        check_signature("contractor", self.contractor, signed, contractor_signature, sender)
        words = (self.id, closing.held, closing.to_contractor, closing.deadline)
        carried = (client_signature or b"", contractor_signature or b"")
        return send(self.contract.endByBoth, self.document.terms(), words, *carried, sender=sender)

    def close(self, *, sender: Any) -> Any:
        """Ends an agreement in which nothing is open any more, or whose announced end has passed. Anyone."""
        return send(self.contract.close, self.document.terms(), self.document.conditions(), sender=sender)

    @property
    def _published(self) -> bytes:
        return encoded(self.typed_data()["message"])

    def _check_opening(
        self, client_signature: bytes | None, contractor_signature: bytes | None, permit: bytes | None, sender: Any
    ) -> None:
        check_not_expired(self.document)
        check_signature("client", self.client, self.id, client_signature, sender)
        check_signature("contractor", self.contractor, self.id, contractor_signature, sender)
        token = check_token(self.document)
        deposit, spender = self.document.spec.offer.deposit, self.contract.address
        permitted = allowed_by(token, self.client, spender, permit) if permit else None
        check_money(self.document, self.client, spender, deposit, permitted)
