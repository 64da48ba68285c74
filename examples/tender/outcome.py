"""Who bid what, where each came and why, and what must hold of a tender that anyone can check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tender import TenderStory

from workpact.agreement import Agreement, Status
from workpact.terms import load


@dataclass(frozen=True)
class Check:
    """Two values that must be equal."""

    what: str
    expected: Any
    found: Any

    @property
    def holds(self) -> bool:
        """Whether they are."""
        return bool(self.expected == self.found)


class Outcome:
    """The end of the story."""

    def __init__(self, story: TenderStory) -> None:
        self.story = story
        self.request = story.request
        self.ranked: list[dict[str, Any]] = story.ranking["ranked"]
        self.refused: dict[str, str] = {
            story.name_of(each["bidder"]): each["state"] for each in story.ranking["refused"]
        }
        self.checks = list(self._checks())

    @cached_property
    def agreement(self) -> Agreement:
        """What was accepted, from the file that accepting wrote."""
        return Agreement.deployed(load(self.story.agreement_file))

    @property
    def gas(self) -> int:
        """Of the one transaction."""
        return int(self.story.accepted["gasUsed"])

    def name(self, bid: dict[str, Any]) -> str:
        """Whose a ranked bid is."""
        return self.story.name_of(bid["bidder"])

    def score(self, bidder: str, name: str) -> int:
        """One score of a ranked bidder, ppm."""
        (bid,) = (each for each in self.ranked if self.name(each) == bidder)
        return next(int(each["score"]) for each in bid["scores"] if each["name"] == name)

    def _checks(self) -> Iterator[Check]:
        story, agreement, best = self.story, self.agreement, self.ranked[0]
        deposit = agreement.document.spec.offer.deposit
        token, asker = story.people.token, story.people["asker"]
        yield Check("before the roll nobody saw a bid", 0, story.seen_before)
        yield Check("who has only the exported papers and bundles ranks the same", story.ranking, story.again)
        yield Check("the one that delivered before is first", "lumen", self.name(best))
        yield Check("the ring that paid itself stands as new", 500_000, self.score("mirror", "record"))
        poor = self.score("cutrate", "record")
        yield Check("a poor record is worth less than none", True, poor < 500_000)
        yield Check("the late and the invalid are not ranked", {"tardy": "late", "offbeat": "invalid"}, self.refused)
        yield Check("accepting was one transaction", 1, story.sent)
        yield Check("what is open is what the best bidder signed", best["agreement"], "0x" + agreement.id.hex())
        yield Check("the agreement is live", Status.LIVE, agreement.status)
        yield Check("it holds the deposit", deposit, agreement.held_units)
        yield Check("which came from the asker", deposit, story.balance_before - token.balanceOf(asker))
