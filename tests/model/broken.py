"""Models that are wrong in one place each: what a second opinion is worth is that it tells them from the contracts."""

from __future__ import annotations

from typing import Any

from tests.model.acts import Model
from tests.model.papers import Paper
from tests.model.world import PPM, Doubts, Pact


class WrongConstant(Model):
    """The holdback is a share of 1e5."""

    def keep_back(self, pact: Pact, amount: int) -> tuple[int, int]:
        paid, kept = super().keep_back(pact, amount)
        more = min(9 * kept, paid)
        pact.retained += more
        return paid - more, kept + more


class WrongComparison(Model):
    """Who asks for exactly what is held funds one unit."""

    def fund(self, caller: str, paper: Paper, up_to: int) -> None:
        pact = self.in_force(paper, Doubts())
        super().fund(caller, paper, up_to + (up_to == pact.held))


class WrongRounding(Model):
    """What of a holdback does not divide is kept too."""

    def keep_back(self, pact: Pact, amount: int) -> tuple[int, int]:
        paid, kept = super().keep_back(pact, amount)
        up = int(kept * PPM != amount * pact.paper.deal["holdback"] and kept > 0)
        pact.retained += up
        return paid - up, kept + up


class MissingField(Model):
    """The event of an opening says nothing of the deposit."""

    def say(self, name: str, history: bytes | None, **arguments: Any) -> None:
        super().say(name, history, **arguments | ({"deposit": 0} if name == "Opened" else {}))


class WrongWindow(Model):
    """The review ends one second early."""

    def submit(self, caller: str, paper: Paper, item: int, deliverable: bytes) -> None:
        super().submit(caller, paper, item, deliverable)
        self.pacts[paper.origin].steps[item].clock -= 1


BROKEN = (WrongConstant, WrongComparison, WrongRounding, MissingField, WrongWindow)
