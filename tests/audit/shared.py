"""What the sides of an agreement share in its room and say of each other, as calls of two contracts: no secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.terms import AgreementDocument, Kind

KEYS = ("client", "contractor", "client-operator")
"""Who has an encryption key."""
SHARED = [
    "Seated", "VersionPut", "AccessGiven", "AccessGiven", "AccessGiven", "ReceiptGiven", "VersionPut", "AccessGiven",
    "AccessRevoked", "VersionPut", "AccessGiven", "Shredded",
]  # fmt: skip
"""Events of the room, in order."""
REVIEWED = ["ReviewSealed", "ReviewSealed", "ReviewRevealed", "ReviewRevealed"]
"""Events of the reviews, in order."""
MARKS = {"client": (5, 4, 5, 3), "contractor": (4, 4, 2, 5)}
"""What each side says of the other: overall, quality, communication, punctuality."""


@dataclass(frozen=True)
class Call:
    """One transaction."""

    role: str
    contract: str
    function: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Shared:
    """Of one agreement, by the document in force; `address` says who a role is."""

    document: AgreementDocument
    agreement: str
    origin: bytes
    address: Callable[[str], str]

    @property
    def book(self) -> bytes:
        return keccak(encode(["address", "bytes32"], [self.agreement, self.origin]))

    def file(self, number: int, side: int) -> bytes:
        return keccak(encode(["bytes32", "uint256", "bytes32"], [self.book, side, _salt(number)]))

    @property
    def deliverable(self) -> bytes:
        """Of the contractor's side: two versions, the first opened by the client, the second without its operator."""
        return self.file(1, 2)

    @property
    def credential(self) -> bytes:
        """Of the client's side: shredded."""
        return self.file(2, 1)

    def sharing(self) -> list[Call]:
        """Keys, seats, and the two files."""
        calls = [self._room(who, "registerKey", self.address(who), keccak(text=who), 1, b"") for who in KEYS]
        groups = [self.document.conditions()], [self.document.operators()]
        calls.append(self._room("carrier", "seat", self.agreement, self.document.terms(), *groups))
        calls.append(self._put("contractor", 1, 1, Kind.DELIVERABLE, ["client", "client-operator"]))
        calls.append(self._room("contractor", "giveAccess", self.deliverable, 1, [self._access("contractor", 1, 1)]))
        calls.append(self._room("client", "giveReceipt", self.deliverable, 1, self.address("client"), b""))
        calls.append(self._put("contractor", 1, 2, Kind.DELIVERABLE, ["client"], ["client-operator"]))
        calls.append(self._put("client", 2, 1, Kind.CREDENTIAL, ["contractor"]))
        return [*calls, self._room("client", "shred", self.credential)]

    def reviewing(self) -> list[Call]:
        """Both seal, and somebody reveals both; the agreement has ended."""
        terms = self.document.terms()
        reviews = {who: (*marks, sha256(who.encode()).digest(), keccak(text=who)) for who, marks in MARKS.items()}
        form = ["uint256", "uint256", "uint256", "uint256", "bytes32", "bytes32"]
        hashes = {who: keccak(encode(form, review)) for who, review in reviews.items()}
        calls = [Call(who, "TalentRegistry", "sealReview", (self.agreement, terms, hashes[who])) for who in reviews]
        return calls + [
            Call("carrier", "TalentRegistry", "revealReview", (self.book, who == "client", review))
            for who, review in reviews.items()
        ]

    def _put(self, who: str, number: int, version: int, kind: Kind, readers: list[str], revoked: Any = ()) -> Call:
        file = self.file(number, 1 if who == "client" else 2)
        given = [self._access(each, number, version) for each in readers]
        listed = keccak(encode(["(address,uint256,bytes32)[]"], [given]))
        content, commitment = sha256(file + bytes([version])).digest(), keccak(file + bytes([version]))
        manifest = (file, version, int(kind), content, 1_000, commitment, listed, self.address(who))
        taken = [self.address(each) for each in revoked]
        return self._room(who, "put", self.book, _salt(number), manifest, given, taken, b"")

    def _access(self, who: str, number: int, version: int) -> tuple[str, int, bytes]:
        return self.address(who), 1, sha256(f"{who} {number} {version}".encode()).digest()

    @staticmethod
    def _room(role: str, function: str, *arguments: Any) -> Call:
        return Call(role, "DataRoom", function, arguments)


def _salt(number: int) -> bytes:
    return keccak(text=f"file {number}")
