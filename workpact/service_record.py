"""Which events of an oracle are of one book: anybody can report on documents of its own under an agreement's name.

Events that name another document, or another book, are somebody else's. Those that name none are told by the word that
the oracle holds (SPEC.md 13.2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from workpact import WorkpactError
from workpact.history import Event, recompute

MOST_UNCLEAR = 12
"""Events of which it is tried whether they are of the book; twice as many trials for each."""


class Unclear(WorkpactError):
    """Strangers have written so much under the agreement's name that its own events cannot be told from theirs."""


def documents_of(book: bytes, known: Collection[bytes], events: Iterable[Event]) -> frozenset[bytes]:
    """The service documents that lead to a book: `known` ones, and those that replaced each other in it."""
    found = set(known)
    for event in events:
        if event.name == "DocumentReplaced" and bytes(event["book"]) == book:
            found |= {bytes(event["oldDocument"]), bytes(event["newDocument"])}
    return frozenset(found)


def without_strangers(events: Sequence[Event], book: bytes, documents: Collection[bytes]) -> list[Event]:
    """Those that can be of the book: they say so, or they say nothing and are of a period that the book has."""
    told = [(event, _is_own(event, book, documents)) for event in events]
    own, foreign = _periods(told)
    return [event for event, is_own in told if is_own or (is_own is None and _period(event) not in foreign - own)]


def of_book(events: Sequence[Event], book: bytes, documents: Collection[bytes], word: bytes) -> list[Event] | None:
    """The events that make the word which the oracle holds for a book; None if none do.

    Raises `Unclear` where too many could be a stranger's to try them.
    """
    possible = without_strangers(events, book, documents)
    if recompute(possible) == word:
        return possible
    told = [(event, _is_own(event, book, documents)) for event in events]
    _, foreign = _periods(told)
    unclear = [event for event in possible if _is_own(event, book, documents) is None and _period(event) in foreign]
    if len(unclear) > MOST_UNCLEAR:
        raise Unclear(
            f"{len(unclear)} events under this agreement's name are of periods that a stranger has reported too, and "
            "do not say whose they are: read the history at an earlier block, before the stranger's."
        )
    for mask in range(1, 1 << len(unclear)):
        left_out = {event.place for bit, event in enumerate(unclear) if mask >> bit & 1}
        chosen = [event for event in possible if event.place not in left_out]
        if recompute(chosen) == word:
            return chosen
    return None


def _periods(told: Iterable[tuple[Event, bool | None]]) -> tuple[set[int | None], set[int | None]]:
    """Periods of which events are known to be of the book, and known not to be."""
    known = [(_period(event), is_own) for event, is_own in told if is_own is not None]
    return {period for period, is_own in known if is_own}, {period for period, is_own in known if not is_own}


def _period(event: Event) -> int | None:
    return event.arguments.get("period")


def _is_own(event: Event, book: bytes, documents: Collection[bytes]) -> bool | None:
    """Whether an event is of a book; None where it does not say."""
    if "book" in event.arguments:
        return bytes(event["book"]) == book
    document = event.arguments.get("document")
    return None if document is None else bytes(document) in documents
