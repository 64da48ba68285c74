"""The profiles of a request's bidders that count at a block (SPEC.md 15.2, 15.6)."""

from __future__ import annotations

from collections.abc import Iterable

from workpact.market.account_books import AccountBooks
from workpact.market.errors import BadPaper, NotThere, WrongBytes
from workpact.market.paper import id_of
from workpact.market.place import Place
from workpact.market.profile import BadProfile, Profile


def profiles_of(place: Place, books: AccountBooks, accounts: Iterable[str]) -> dict[str, Profile]:
    """By account; without those that have none, or whose paper the place does not have or is no profile."""
    found = {}
    for account in sorted(set(accounts)):
        content = books.profile(account)
        if content is None:
            continue
        try:
            found[account] = Profile.of(place.paper("profile", account.lower(), id_of(content)))
        except (NotThere, BadPaper, WrongBytes, BadProfile):
            continue
    return found
