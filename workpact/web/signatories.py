"""Who has to sign a document, who of them has, and what is wrong with a signature (SPEC.md 2.6, 3.4, 3.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_utils.address import is_address, to_checksum_address

from workpact.signing import normalised, recovered
from workpact.web.asking import Chain


@dataclass(frozen=True)
class Seat:
    """One who has to sign: its role in words, its wallet, its name in law."""

    role: str
    address: str
    name: str = ""


@dataclass(frozen=True)
class Signature:
    """What came with a document: whose it is said to be, and its bytes."""

    signer: str
    signature: bytes


@dataclass(frozen=True)
class Signed:
    """The signatures that count, by seat, and what is to be said of the others."""

    seats: tuple[Seat, ...]
    found: dict[str, bytes] = field(default_factory=dict)
    """By address."""
    how: dict[str, str] = field(default_factory=dict)
    """By address: "key", "contract", or "waiting" for a contract that does not confirm it yet."""
    faults: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Seat, ...]:
        """Those who have not signed."""
        return tuple(seat for seat in self.seats if seat.address not in self.found)

    def of(self, address: str) -> bytes:
        """The address's signature, empty if there is none."""
        return self.found.get(address, b"")

    def to_json(self) -> list[dict[str, Any]]:
        """For the browser."""
        return [
            {
                "role": seat.role,
                "address": seat.address,
                "name": seat.name,
                "signed": self.how.get(seat.address, ""),
                "signature": "0x" + self.of(seat.address).hex(),
            }
            for seat in self.seats
        ]


def check(
    chain: Chain, seats: Sequence[Seat], digest: bytes, given: Sequence[Signature], elsewhere: str = ""
) -> Signed:
    """Which of the signatures are whose; `elsewhere` says that the document was made for another chain or contract."""
    found: dict[str, bytes] = {}
    how: dict[str, str] = {}
    faults: list[str] = []
    for each in given:
        signature = normalised(each.signature)
        whose, kind = _whose(chain, seats, digest, Signature(each.signer, signature))
        if kind in ("key", "contract"):
            found[whose], how[whose] = signature, kind
        elif kind == "waiting":
            how[whose] = kind
        else:
            faults.append(elsewhere or _fault(seats, digest, each.signer, signature))
    for seat in seats:
        # A contract may have approved the document on chain, which takes no bytes.
        if seat.address not in how and chain.signed(seat.address, digest, b""):
            found[seat.address], how[seat.address] = b"", "contract"
    return Signed(tuple(seats), found, how, tuple(dict.fromkeys(faults)))


def _whose(chain: Chain, seats: Sequence[Seat], digest: bytes, given: Signature) -> tuple[str, str]:
    for seat in seats:
        kind = chain.signed(seat.address, digest, given.signature)
        if kind:
            return seat.address, kind
    signer = to_checksum_address(given.signer) if is_address(given.signer) else ""
    if any(seat.address == signer for seat in seats) and chain.has_code(signer):
        return signer, "waiting"
    return "", ""


def _fault(seats: Sequence[Seat], digest: bytes, signer: str, signature: bytes) -> str:
    by_key = recovered(digest, signature)
    claimed = to_checksum_address(signer) if is_address(signer) else None
    if by_key is None:
        return f"What is said to be the signature of {claimed or 'nobody'} is no signature of a key: it was damaged."
    if by_key == claimed:
        names = ", ".join(dict.fromkeys(f"{seat.address} (the {seat.role})" for seat in seats))
        return f"{by_key} has signed this document, and is none of those who have to: {names}."
    return (
        f"The signature of {claimed or 'nobody'} is over another document: over this one it would be that of "
        f"{by_key}. The document was changed after it was signed, or was signed for another chain or contract."
    )
