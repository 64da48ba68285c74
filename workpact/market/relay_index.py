"""What a relay knows of the papers that it keeps: who laid down how much, what goes when, in which order."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One paper that is kept. `until`: when it may go, Unix seconds."""

    kind: str
    subject: str
    id: str
    author: str
    size: int
    sealed: str | None
    until: int


class Index:
    """All that is kept, by id."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.sealed: dict[str, int] = {}
        """Bytes of each sealed file, by its id."""
        self.bytes = 0
        self.papers_of: Counter[str] = Counter()
        self.bytes_of: Counter[str] = Counter()
        self._order: dict[tuple[str, str | None], list[str]] = {}
        self._namers: dict[str, set[str]] = {}
        self._owner: dict[str, str] = {}

    def page(self, kind: str, subject: str | None, after: str, count: int) -> list[str]:
        """The next papers after an id, in order of ids, as subject/id."""
        order = self._order.get((kind, subject), [])
        start = bisect_right(order, after)
        found = (self.entries.get(paper_id) for paper_id in order[start : start + count])
        return [f"{entry.subject}/{entry.id}" for entry in found if entry]

    def namers(self, sealed: str) -> list[Entry]:
        """The papers that name sealed bytes, in order of ids."""
        return [self.entries[each] for each in sorted(self._namers.get(sealed, ()))]

    def add(self, entry: Entry) -> None:
        """Takes a paper in."""
        self.entries[entry.id] = entry
        for key in ((entry.kind, entry.subject), (entry.kind, None)):
            insort(self._order.setdefault(key, []), entry.id)
        if entry.sealed:
            self._namers.setdefault(entry.sealed, set()).add(entry.id)
        self.bytes += entry.size
        self.papers_of[entry.author] += 1
        self.bytes_of[entry.author] += entry.size

    def add_sealed(self, name: str, size: int) -> None:
        """Takes sealed bytes in, at the cost of the first author of those that name them."""
        self._owner[name] = self.namers(name)[0].author
        self.sealed[name] = size
        self.bytes += size
        self.bytes_of[self._owner[name]] += size

    def drop(self, entry: Entry) -> str | None:
        """Lets a paper go; the id of sealed bytes that nobody names any more."""
        del self.entries[entry.id]
        for key in ((entry.kind, entry.subject), (entry.kind, None)):
            self._order[key].remove(entry.id)
            if not self._order[key]:
                del self._order[key]
        self.bytes -= entry.size
        self.papers_of[entry.author] -= 1
        self._give_back(entry.author, entry.size)
        namers = self._namers.get(entry.sealed or "", set())
        namers.discard(entry.id)
        if namers or not entry.sealed:
            return None
        del self._namers[entry.sealed]
        if entry.sealed in self.sealed:
            size = self.sealed.pop(entry.sealed)
            self.bytes -= size
            self._give_back(self._owner.pop(entry.sealed), size)
        return entry.sealed

    def _give_back(self, author: str, size: int) -> None:
        self.bytes_of[author] -= size
        if not self.bytes_of[author]:
            del self.bytes_of[author], self.papers_of[author]
