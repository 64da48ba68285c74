"""The words for the numbers that contracts store and answer with, as contracts/types/State.sol has them."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Status of an agreement, only ever forward (SPEC.md 4.1). `WITHDRAWN` is that of an id, not of an agreement."""

    NONE = 0
    LIVE = 1
    DONE = 2
    ENDED_BY_BOTH = 3
    ENDED_BY_CLIENT = 4
    ENDED_BY_CONTRACTOR = 5
    ENDED_FOR_CAUSE = 6
    ENDED_FOR_NON_PAYMENT = 7
    WITHDRAWN = 8

    @property
    def words(self) -> str:
        """As people write it: "ended by both"."""
        return "not open" if self is Status.NONE else self.name.lower().replace("_", " ")


class Phase(IntEnum):
    """Phase of a milestone that is not settled (SPEC.md 5.1)."""

    OPEN = 0
    SUBMITTED = 1
    REJECTED = 2
    DISPUTED = 3
    OWED = 4
