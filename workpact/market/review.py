"""A party's own review: sealed first, opened when both are sealed or time is up (SPEC.md 15.9)."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.agreement import Agreement
from workpact.agreement_state import moment
from workpact.chain.journal import data_folder
from workpact.chain.state import Status
from workpact.market.errors import MarketError
from workpact.market.place import Place
from workpact.market.reviews import MARKS
from workpact.preflight import ask, now, send
from workpact.private_file import read_private, write_private

SEALING = 14 * 86_400
"""Seconds for the second review, from the first."""
Marks = tuple[int, int, int, int]
LONGEST = 32_768
"""Bytes of a review's text."""


class BadReview(MarketError):
    """Marks or text that no review can have. Nothing was sealed."""


class OtherReview(MarketError):
    """What was sealed is another review: it cannot be changed."""


class OpeningLost(MarketError):
    """A review is sealed on chain, and its opening is not kept here."""


class NotReviewing(MarketError):
    """The account is no party of the document in force."""


class NotReviewable(MarketError):
    """The agreement cannot be reviewed, not yet or not any more. Nothing was sent."""


class Stage(StrEnum):
    """How far a side's review is."""

    NONE = "not sealed"
    SEALED = "sealed"
    READY = "can be opened"
    OPENED = "opened"


@dataclass(frozen=True, repr=False)
class OwnReview:
    """A review with its salt. Marks are 1 to 5, in the order of `MARKS`; the text is empty for none."""

    marks: Marks
    text: bytes
    salt: bytes

    def __repr__(self) -> str:
        return "<OwnReview>"

    @classmethod
    def of(cls, marks: Marks, text: bytes = b"") -> OwnReview:
        """With a fresh salt; raises `BadReview`."""
        for name, mark in zip(MARKS, marks, strict=True):
            if not 1 <= mark <= 5:
                raise BadReview(f"The mark for {name} is {mark}: marks are 1 to 5. Nothing was sealed.")
        if len(text) > LONGEST:
            raise BadReview(f"The text has {len(text):,} bytes; a review has at most {LONGEST:,}. Shorten it.")
        try:
            text.decode()
        except UnicodeDecodeError:
            raise BadReview("The text is not UTF-8: save it as UTF-8. Nothing was sealed.") from None
        return cls(marks, text, secrets.token_bytes(32))

    @property
    def text_hash(self) -> bytes:
        """SHA-256 of the text; zero for none."""
        return sha256(self.text).digest() if self.text else bytes(32)

    @property
    def opening(self) -> tuple[int | bytes, ...]:
        """The `Review` that opens it on chain."""
        return (*self.marks, self.text_hash, self.salt)

    @property
    def sealed(self) -> bytes:
        """What is sealed on chain."""
        return keccak(encode(["uint256"] * len(MARKS) + ["bytes32", "bytes32"], self.opening))

    def says(self, marks: Marks, text: bytes) -> bool:
        """Whether it is this review, whatever its salt."""
        return (self.marks, self.text) == (marks, text)


class Reviewing:
    """One party's review of the other, in an agreement by its document in force."""

    def __init__(self, agreement: Agreement, registry: Any, author: str) -> None:
        if author not in (agreement.client, agreement.contractor):
            raise NotReviewing(
                f"{author} is neither the client {agreement.client} nor the contractor {agreement.contractor} of "
                f"{agreement.document.name}: review with the account of a party, by the document in force."
            )
        self.agreement = agreement
        self.registry = registry
        self.author = author
        self.by_client = author == agreement.client
        self.book = keccak(encode(["address", "bytes32"], [agreement.contract.address, agreement.origin]))

    @property
    def folder(self) -> Path:
        """Where openings are kept: each that was ever to be sealed, as one sent may still be on its way."""
        return data_folder() / "reviews" / str(self.agreement.chain_id) / self.book.hex() / self.author.lower()

    @property
    def stage(self) -> Stage:
        """How far it is on chain."""
        state = ask(self.registry.reviewsOf, self.book)
        if state.clientRevealed if self.by_client else state.contractorRevealed:
            return Stage.OPENED
        if not any(self._sealed(state)):
            return Stage.NONE
        both = any(state.byClient) and any(state.byContractor)
        return Stage.READY if both or now() > state.since + SEALING else Stage.SEALED

    @property
    def until(self) -> int | None:
        """Until when the other side can seal, Unix seconds; None before the first has."""
        since = int(ask(self.registry.reviewsOf, self.book).since)
        return since + SEALING if since else None

    def kept(self) -> list[OwnReview]:
        """The openings that are kept here; raises `OpeningLost` if one cannot be read."""
        return [_read(path) for path in sorted(self.folder.glob("*.json"))]

    def opening(self) -> OwnReview:
        """The opening of what is sealed on chain; raises `OpeningLost`."""
        sealed = self._sealed(ask(self.registry.reviewsOf, self.book))
        for own in self.kept():
            if own.sealed == sealed:
                return own
        raise OpeningLost(
            f"What {self.author} has sealed, 0x{sealed.hex()}, is not kept in {self.folder}: bring its file from where "
            "it was sealed. Without it the review stays sealed for ever, and is shown as withheld."
        )

    def seal(self, marks: Marks, text: bytes, *, sender: Any) -> Any:
        """Seals a review; its opening is kept before anything is sent. Raises `BadReview`, `NotReviewable`."""
        self._require_reviewable()
        same = [each for each in self.kept() if each.says(marks, text)]
        own = same[0] if same else OwnReview.of(marks, text)
        if not same:
            self._keep(own)
        contract, terms = self.agreement.contract.address, self.agreement.document.terms()
        return send(self.registry.sealReview, contract, terms, own.sealed, sender=sender)

    def require_same(self, own: OwnReview, marks: Marks, text: bytes) -> None:
        """Raises `OtherReview` unless these are what was sealed."""
        if not own.says(marks, text):
            raise OtherReview(
                f"{self.author} has sealed other marks or another text for {self.agreement.document.name}: what is "
                "sealed cannot be changed. Run this without marks to open it. Nothing was sent."
            )

    def reveal(self, *, sender: Any) -> Any:
        """Opens what is sealed. Raises `OpeningLost`; anyone who has the opening may send."""
        return send(self.registry.revealReview, self.book, self.by_client, self.opening().opening, sender=sender)

    def _require_reviewable(self) -> None:
        name, origin = self.agreement.document.name, self.agreement.origin
        contract = self.agreement.contract
        if bytes(ask(contract.stateOf, origin).id) != self.agreement.id:
            raise NotReviewable(f"Of {name} another document is in force: review with the newest file.")
        status, accepted, periods = ask(contract.progressOf, origin)
        if status <= Status.LIVE:
            raise NotReviewable(f"{name} still runs: it is reviewed once it has ended.")
        if not accepted and not periods:
            raise NotReviewable(f"In {name} nothing was accepted or settled: there is nothing to review.")
        if self.until is not None and now() > self.until:
            raise NotReviewable(
                f"The time to seal a review of {name} was over at {moment(self.until):%Y-%m-%d %H:%M} UTC."
            )

    def _sealed(self, state: Any) -> bytes:
        return bytes(state.byClient if self.by_client else state.byContractor)

    def _keep(self, own: OwnReview) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        content: dict[str, Any] = dict(zip(MARKS, own.marks, strict=True))
        content |= {"text": own.text.decode(), "salt": "0x" + own.salt.hex()}
        path = self.folder / f"{own.sealed.hex()}.json"
        write_private(path, [(json.dumps(content, indent=2) + "\n").encode()])


def _read(path: Path) -> OwnReview:
    try:
        found = json.loads(read_private(path))
        first, second, third, fourth = (int(found[name]) for name in MARKS)
        return OwnReview((first, second, third, fourth), found["text"].encode(), bytes.fromhex(found["salt"][2:]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OpeningLost(f"{path} is no kept review: restore it from a copy, or move it away.") from None


def text_of(place: Place, origin: bytes, text: bytes) -> str | None:
    """The text of an opened review by its SHA-256, whoever laid it down; None if the place does not have it."""
    for paper in place.papers("review", origin.hex()):
        said = paper.body.get("text")
        if isinstance(said, str) and sha256(said.encode()).digest() == text:
            return said
    return None


def text_body(origin: bytes, by_client: bool, text: bytes) -> dict[str, Any]:
    """The body of the paper that has an opened review's text; the chain has its hash."""
    return {"origin": "0x" + origin.hex(), "byClient": by_client, "text": text.decode()}
