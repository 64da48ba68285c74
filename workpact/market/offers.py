"""When the bidders of a request can work, by the profiles that count at a block (SPEC.md 15.2, 15.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workpact.market.account_books import AccountBooks
from workpact.market.errors import BadPaper, NotThere, WrongBytes
from workpact.market.paper import Paper, id_of
from workpact.market.place import Place

_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True)
class Offer:
    """What a profile says of when its author works."""

    paper: Paper
    available_from: int
    """Unix seconds."""
    at_once: int
    """How many agreements at a time."""

    @classmethod
    def of(cls, paper: Paper) -> Offer | None:
        """By a profile's paper; None if that does not say it in whole numbers."""
        start, places = paper.body.get("availableFrom"), paper.body.get("atOnce")
        if not all(isinstance(each, str) and _NUMBER.fullmatch(each) for each in (start, places)):
            return None
        return cls(paper, int(str(start)), int(str(places)))


def offers(place: Place, books: AccountBooks, accounts: Iterable[str]) -> dict[str, Offer]:
    """By account; without those that have no profile, or whose paper the place does not have."""
    found = {}
    for account in sorted(set(accounts)):
        content = books.profile(account)
        if content is None:
            continue
        try:
            offer = Offer.of(place.paper("profile", account.lower(), id_of(content)))
        except (NotThere, BadPaper, WrongBytes):
            continue
        if offer is not None:
            found[account] = offer
    return found
