"""Grants offered by a Merkle root, which the workers accept (SPEC.md 9.11).

leaves = grant_leaves(plan.next_offer, grants, roster)
offer = equity.offer_in(plan.offer(leaves, start, until, sender=contractor))
signature = offer.consent(leaves.of(17)).sign(worker)                    # by the worker
offer.accept({leaves.of(17): signature}, sender=carrier)                 # by anyone
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact.batches.leaves import LeafProof
from workpact.consents import Consent
from workpact.preflight import NotReady, ask, chain_id, now, send

if TYPE_CHECKING:
    from workpact.equity import WorkerEquity


class NotOpen(NotReady):
    """The offer cannot be accepted now."""


class Offer:
    """An offer, as the log of its making has it: the contract stores but its hash."""

    def __init__(self, equity: WorkerEquity, made: Sequence[Any]) -> None:
        self.equity = equity
        self.struct = tuple(made)
        named = dict(zip((field.name for field in self._fields), made, strict=True))
        self.plan = int(named["plan"])
        self.number = int(named["number"])
        # Ape leaves addresses within the structs of logs as they are.
        self.manager = to_checksum_address(named["manager"])
        self.root = bytes(named["root"])
        self.units = int(named["units"])
        self.first = int(named["first"])
        self.count = int(named["count"])
        self.opens_at = int(named["from"])
        self.until = int(named["until"])

    def __repr__(self) -> str:
        return f"<Offer {self.number} of plan {self.plan}>"

    @property
    def id(self) -> bytes:
        """The hash that the contract knows it by."""
        return keccak(encode([field.type for field in self._fields], self.struct))

    @property
    def _fields(self) -> Sequence[Any]:
        event = next(each for each in self.equity.contract.contract_type.events if each.name == "Offered")
        struct = next(field for field in event.inputs if field.name == "offer")
        return list(struct.components)

    @property
    def accepted_units(self) -> int:
        """What was accepted of it so far."""
        return int(ask(self.equity.contract.acceptedOf, self.id).units)

    @property
    def is_open(self) -> bool:
        """Whether it is not closed; its time may be over all the same."""
        return bool(ask(self.equity.contract.acceptedOf, self.id).isOpen)

    def consent(self, proof: LeafProof) -> Consent:
        """What a worker signs to accept its leaf. Raises a `ProofError` if the leaf is not one of this offer."""
        self.check(proof)
        wallet = self.equity.wallet(self.manager, proof["worker"]) or proof["wallet"]
        return Consent(
            "Accept",
            self.equity.contract,
            wallet,
            manager=self.manager,
            worker=proof["worker"],
            plan=self.plan,
            offer=self.number,
            index=proof["index"],
            units=proof["units"],
        )

    def check(self, proof: LeafProof) -> None:
        """Raises a `ProofError` if the leaf is of another chain, contract, plan or offer, or not under the root."""
        place = {"chainId": self._chain_id, "equity": self.equity.contract.address}
        proof.check(self.root, **place, plan=self.plan, number=self.number)

    @cached_property
    def _chain_id(self) -> int:
        return chain_id()

    def accept(self, signed: Mapping[LeafProof, bytes], *, sender: Any) -> Any:
        """Accepts leaves, each with its worker's signature; empty where the sender is the worker's wallet.

        Leaves that are accepted already are passed over. Raises a `ProofError`, `NotOpen`, `SignatureMissing` and
        `ForeignSignature` before anything is sent.
        """
        moment = now()
        if not self.opens_at <= moment <= self.until or not self.is_open:
            raise NotOpen(f"Offer {self.number} of plan {self.plan} is closed, not open yet, or its time is over.")
        for proof, signature in signed.items():
            self.consent(proof).require(signature, sender)
        leaves = [
            (*(proof[name] for name in ("index", "worker", "wallet", "units", "salt")), list(proof.proof), signature)
            for proof, signature in signed.items()
        ]
        return send(self.equity.contract.accept, self.struct, leaves, sender=sender)

    def close(self, *, sender: Any) -> Any:
        """Returns what nobody accepted to the pool: the manager before it opens, anyone after its time."""
        return send(self.equity.contract.closeOffer, self.struct, sender=sender)
