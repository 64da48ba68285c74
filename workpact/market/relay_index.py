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
    until: int


class Index:
    """All that is kept, by id."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.bytes = 0
        self.papers_of: Counter[str] = Counter()
        self.bytes_of: Counter[str] = Counter()
        self._order: dict[tuple[str, str | None], list[str]] = {}

    def page(self, kind: str, subject: str | None, after: str, count: int) -> list[str]:
        """The next papers after an id, in order of ids, as subject/id."""
        order = self._order.get((kind, subject), [])
        start = bisect_right(order, after)
        found = (self.entries.get(paper_id) for paper_id in order[start : start + count])
        return [f"{entry.subject}/{entry.id}" for entry in found if entry]

    def first_end(self, author: str | None = None) -> int:
        """When the first paper may go, of all or of an author's; zero if there is none."""
        chosen = (each for each in self.entries.values() if author in (None, each.author))
        return min((each.until for each in chosen), default=0)

    def add(self, entry: Entry) -> None:
        """Takes a paper in."""
        self.entries[entry.id] = entry
        for key in ((entry.kind, entry.subject), (entry.kind, None)):
            insort(self._order.setdefault(key, []), entry.id)
        self.bytes += entry.size
        self.papers_of[entry.author] += 1
        self.bytes_of[entry.author] += entry.size

    def drop(self, entry: Entry) -> None:
        """Lets a paper go."""
        del self.entries[entry.id]
        for key in ((entry.kind, entry.subject), (entry.kind, None)):
            self._order[key].remove(entry.id)
            if not self._order[key]:
                del self._order[key]
        self.bytes -= entry.size
        self.papers_of[entry.author] -= 1
        self.bytes_of[entry.author] -= entry.size
        if not self.papers_of[entry.author]:
            del self.papers_of[entry.author], self.bytes_of[entry.author]
