"""What a proposal says and what is next for it: a document with the signatures over it so far (SPEC.md 16.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from eth_utils.address import to_checksum_address
from pydantic import BaseModel, ConfigDict, Field

from workpact import WorkpactError
from workpact.chain.state import Status
from workpact.publication import encoded
from workpact.terms import AgreementDocument, loads, structs
from workpact.terms.fields import ZERO_WORD
from workpact.terms.units import write_instant, write_money
from workpact.web.asking import Chain
from workpact.web.deposits import Deposit, deposit_of, token_fault
from workpact.web.follower import Follower
from workpact.web.move import Json
from workpact.web.prose import blocks
from workpact.web.signatories import Seat, Signature, Signed, check
from workpact.web.snapshot import Snapshot

LONGEST = 400_000
"""Characters of a document."""
NAME = "the proposal"


class BadProposal(WorkpactError):
    """What came is no proposal; says what is missing."""


class GivenSignature(BaseModel):
    """One signature of a link: who is said to have made it, and its hex digits."""

    model_config = ConfigDict(extra="forbid")
    signer: str = Field(max_length=42)
    signature: str = Field(pattern="^0x([0-9a-fA-F]{2})*$", max_length=20_000)


class Given(BaseModel):
    """A proposal of a document as it travels; `chain` and `agreement` say for which deployment it was made."""

    model_config = ConfigDict(extra="forbid")
    document: str = Field(max_length=LONGEST)
    signatures: list[GivenSignature] = Field(default_factory=list, max_length=8)
    permit: str = Field(default="", pattern="^(0x([0-9a-fA-F]{2})*)?$", max_length=2_000)
    chain: int | None = None
    agreement: str | None = Field(default=None, max_length=42)


def chain_of(follower: Follower) -> Chain:
    """The follower's chain at its head."""
    return Chain(follower.node, follower.node.chain_id, follower.index.deployed.contracts["Agreement"], follower.head)


def read(follower: Follower, given: Given) -> Reading:
    """A proposal at the follower's head. Raises `TermsError`."""
    return Reading(follower, chain_of(follower), given, loads(given.document, file=NAME))


def elsewhere(chain: Chain, given_chain: int | None, given_agreement: str | None) -> str:
    """What is to be said of a link that was made for another chain or deployment; empty if it was not."""
    if given_chain is not None and given_chain != chain.id:
        return f"This was made for chain {given_chain}, and this server is of chain {chain.id}."
    if given_agreement is not None and given_agreement.lower() != chain.agreement.lower():
        return (
            f"This was made for the Agreement contract {given_agreement}, and this server is of the one at "
            f"{chain.agreement}."
        )
    return ""


def unmeasurable(document: AgreementDocument) -> Iterator[str]:
    """Why a level or a price of the document could never be measured."""
    from workpact.measurement import definition_of  # takes a second to import
    from workpact.measurement.errors import DefinitionError

    if not document.levels and not document.prices:
        return
    try:
        definition_of(document)
    except DefinitionError as error:
        yield f"Nobody could measure this: {error}"


@dataclass(frozen=True)
class Reading:
    """A document that is proposed, at one block."""

    follower: Follower
    chain: Chain
    given: Given
    document: AgreementDocument

    @cached_property
    def id(self) -> bytes:
        return self.document.id(self.chain.id, self.chain.agreement)

    @property
    def is_change(self) -> bool:
        """Whether it is a change order."""
        return self.document.spec.replaces != ZERO_WORD

    @cached_property
    def origin(self) -> bytes:
        return self.document.origin(self.chain.id, self.chain.agreement)

    @cached_property
    def base(self) -> Snapshot | None:
        """The agreement that a change order is of, or that is placed above; None if it cannot be read."""
        named = self.origin if self.is_change else structs.word(self.document.spec.under)
        try:
            return self.follower.snapshot(named) if any(named) else None
        except WorkpactError:
            return None

    @cached_property
    def signed(self) -> Signed:
        """Who has to sign, and who has."""
        given = [Signature(each.signer, bytes.fromhex(each.signature[2:])) for each in self.given.signatures]
        there = elsewhere(self.chain, self.given.chain, self.given.agreement)
        return check(self.chain, tuple(self._seats()), self.id, given, there)

    @cached_property
    def deposit(self) -> Deposit | None:
        """Of a document that opens an agreement; None where its token cannot be asked."""
        if self.is_change or self._token_fault:
            return None
        return deposit_of(self.chain, self.document, bytes.fromhex(self.given.permit[2:]))

    @cached_property
    def state(self) -> tuple[str, str]:
        """How it stands on chain: a key, and a sentence."""
        until = self.document.spec.offer.open_before
        found = self.chain.state(self.origin)
        own = found if self.origin == self.id else self.chain.state(self.id)
        status = Status(found["status"])
        if Status(own["status"]) is Status.WITHDRAWN:
            return "withdrawn", "It was withdrawn: it never comes into force."
        if found["id"] == self.id and status is Status.LIVE:
            return "in force", "It is in force."
        if status not in (Status.NONE, Status.LIVE):
            return "over", f"Its agreement is over: {status.words}."
        if not self.is_change and status is Status.LIVE:
            return "amended", "It was opened, and has been amended since."
        if self.chain.head.timestamp > until:
            written = write_instant(until, self.document.zone, last=True)
            return "expired", f"It could come into force until {written} ({self.document.zone.key}), which has passed."
        return "proposed", "It is not in force."

    def to_json(self) -> Json:
        """For the browser."""
        key, words = self.state
        return {
            "kind": "change" if self.is_change else "opening",
            "title": self.document.title,
            "id": "0x" + self.id.hex(),
            "origin": "0x" + self.origin.hex(),
            "block": self.chain.head.number,
            "time": self.chain.head.timestamp,
            "text": [list(each) for each in blocks(self.document.document_markdown())],
            "typed": self.document.typed_data(self.chain.id, self.chain.agreement),
            "facts": list(self._facts()),
            "state": {"key": key, "words": words, "page": self._page(key)},
            "signers": self.signed.to_json(),
            "faults": list(self.faults),
            "foreign": list(self.signed.faults),
            "deposit": self.deposit.to_json(self.document) if self.deposit else None,
            "is_kept": any(each.id(self.chain.id, self.chain.agreement) == self.id for each in self._known),
        }

    @property
    def _known(self) -> list[AgreementDocument]:
        return self.follower.documents.of(self.origin)

    def _page(self, key: str) -> str | None:
        return f"/agreement/0x{self.origin.hex()}" if key in ("in force", "amended", "over") or self.is_change else None

    def _seats(self) -> Iterator[Seat]:
        client, contractor = self.document.parties.client, self.document.parties.contractor
        own = (("client", client.wallet, client.legal_name), ("contractor", contractor.wallet, contractor.legal_name))
        if not self.is_change or self.base is None:
            yield from (Seat(*each) for each in own)
            return
        deal = self.base.message["deal"]
        before = {role: str(to_checksum_address(deal[role])) for role in ("client", "contractor")}
        for role, wallet, name in own:
            yield Seat(role, before[role], name if before[role] == wallet else "")
        if (client.wallet, contractor.wallet) != (before["client"], before["contractor"]):
            for role, wallet, name in own:
                if wallet not in before.values():
                    yield Seat(f"incoming {role}", wallet, name)

    # What hinders

    @cached_property
    def _token_fault(self) -> str:
        return token_fault(self.chain, self.document)

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What must be mended before anybody signs."""
        return tuple(self._faults())

    def _faults(self) -> Iterator[str]:
        if there := elsewhere(self.chain, self.given.chain, self.given.agreement):
            yield there
        if self._token_fault:
            yield self._token_fault
        if self.state[0] == "proposed" and self.is_change:
            yield from self._change_faults()
        if self.state[0] == "proposed" and self.document.spec.under != ZERO_WORD and self.base is None:
            yield f"The agreement {self.document.spec.under} that it is placed under cannot be read here."
        yield from unmeasurable(self.document)

    def _change_faults(self) -> Iterator[str]:
        if self.base is None:
            yield (
                f"The agreement 0x{self.origin.hex()} that it changes cannot be read here: it was not opened on this "
                "chain, or its document is neither published nor kept by this server."
            )
        elif self.base.id != structs.word(self.document.spec.replaces):
            yield (
                f"It replaces the document {self.document.spec.replaces}, and 0x{self.base.id.hex()} is in force: "
                "make the change order anew."
            )

    # What is shown and done

    def _facts(self) -> Iterator[list[str]]:
        """What matters most, as label and value."""
        spec, token = self.document.spec, self.document.token
        milestones = sum(each.amount for each in self.document.milestones)
        yield ["Client", f"{spec.parties.client.legal_name}, {spec.parties.client.wallet}"]
        yield ["Contractor", f"{spec.parties.contractor.legal_name}, {spec.parties.contractor.wallet}"]
        yield ["Token", f"{token.symbol}, {token.address}"]
        if not self.is_change:
            yield ["Opening takes from the client", write_money(spec.offer.deposit, token.symbol, token.decimals)]
        yield ["Milestones", f"{len(spec.milestones)}, {write_money(milestones, token.symbol, token.decimals)}"]
        if spec.billing:
            cap = write_money(spec.billing.cap, token.symbol, token.decimals)
            yield ["Service periods", f"{len(self.document.periods)}, at most {cap} each"]
        until = write_instant(spec.offer.open_before, self.document.zone, last=True)
        yield ["Can come into force until", f"{until} ({self.document.zone.key})"]

    @property
    def publication(self) -> bytes:
        """The document as `publish` emits it."""
        return encoded(self.document.typed_data(self.chain.id, self.chain.agreement)["message"])
