"""Reviews as the registry's events have them: sealed, opened or withheld (SPEC.md 15.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workpact.market.dealings import Dealing, Facts

MARKS = ("overall", "quality", "communication", "punctuality")


@dataclass(frozen=True)
class Review:
    """One review of `subject`; without `marks` it is sealed and was not opened."""

    origin: bytes
    author: str
    subject: str
    sealed_at: int
    marks: tuple[int, int, int, int] | None
    """Overall, quality, communication, punctuality, 1 to 5."""
    text: bytes
    """SHA-256 of its text; zero for none."""

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        marks = None if self.marks is None else dict(zip(MARKS, self.marks, strict=True))
        text = "0x" + self.text.hex() if any(self.text) else None
        return {
            "origin": "0x" + self.origin.hex(),
            "author": self.author,
            "subject": self.subject,
            "sealedAt": self.sealed_at,
            "marks": marks,
            "text": text,
        }


def reviews_of(facts: Facts, parties: Sequence[Dealing]) -> list[Review]:
    """The reviews of an agreement by its last parties, the client's first.

    What was opened is told by its side. Nothing if the parties at the end are not known.
    """
    last = next((each for each in reversed(parties) if each.status is not None), None)
    opened = {bool(each["byClient"]): each for each in facts.reviews if each.name == "ReviewRevealed"}
    found = []
    for entry in facts.reviews:
        if entry.name != "ReviewSealed" or last is None or entry["author"] not in (last.client, last.contractor):
            continue
        by_client = entry["author"] == last.client
        shown = opened.get(by_client)
        marks = None
        if shown is not None:
            marks = shown["overall"], shown["quality"], shown["communication"], shown["punctuality"]
        found.append(
            Review(
                facts.origin,
                entry["author"],
                entry["subject"],
                entry.log.timestamp,
                marks,
                bytes(shown["text"]) if shown is not None else bytes(32),
            )
        )
    return sorted(found, key=lambda each: each.author != (last.client if last else ""))
