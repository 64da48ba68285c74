"""What a relay keeps: papers in a folder, whole or not at all, until their request is over."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TextIO

from workpact.market.errors import BadPaper, MarketError, PlaceUnavailable
from workpact.market.folder_place import read_bounded, write_whole
from workpact.market.paper import KINDS, SIZES, Paper
from workpact.market.relay_index import Entry, Index
from workpact.market.relay_limits import DAY, MINUTE, Limits, Refused, Window

HOUR = 60 * 60
PAGE = 1_000
"""Names that one answer lists."""


class Store:
    """The folder of one relay. Safe from several threads; one process has it."""

    def __init__(self, folder: Path, limits: Limits | None = None, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        self._clock = clock
        # Counting waits for nobody who writes: it is done where all requests are served.
        self._writing, self._counting = Lock(), Lock()
        self._index = Index()
        self._minute, self._day, self._day_bytes = Window(MINUTE), Window(DAY), Window(DAY)
        self._attempts = Window(MINUTE)
        self._frees: tuple[int, int] | None = None
        self.passed_over: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder)
        self._load()
        self._swept = 0
        self.sweep()

    def close(self) -> None:
        """Lets another process have the folder."""
        self._lock.close()

    @property
    def now(self) -> int:
        """The relay's clock, Unix seconds."""
        return int(self._clock())

    @property
    def counts(self) -> tuple[int, int]:
        """Papers and bytes that are kept."""
        return len(self._index.entries), self._index.bytes

    # Reading

    def path(self, kind: str, subject: str, paper_id: str) -> Path | None:
        """The file of a paper; None if it is not kept."""
        entry = self._index.entries.get(paper_id)
        return self._path(entry) if entry and (entry.kind, entry.subject) == (kind, subject) else None

    def page(self, kind: str, subject: str | None, after: str) -> list[str]:
        """The next papers after an id, in order of ids, as subject/id."""
        return self._index.page(kind, subject, after, PAGE)

    # Writing

    def attempt(self, peer: str) -> None:
        """Counts what a peer tries; raises `Refused` for more than it may a minute."""
        limit, now = self.limits.attempts_a_minute_of_peer, self.now
        with self._counting:
            if self._attempts.of(peer, now) >= limit:
                raise _later("attempts a minute of one peer", limit, self._attempts.end(now))
            self._attempts.add(peer, 1, now)

    def put(self, paper: Paper, peer: str) -> bool:
        """Keeps a paper, whose signature was checked; False if it is there already. Raises `Refused`."""
        content = paper.to_bytes()
        with self._writing:
            now = self.now
            there = self._index.entries.get(paper.id)
            if there is not None:
                self._renew(there, now)
                return False
            self._sweep_hourly(now)
            entry = self._entry(paper, len(content), now)
            self._require_open(entry, now)
            self._require_rate(entry, peer, now)
            self._require_room(entry, now)
            path = self._path(entry)
            write_whole(path, content)
            os.utime(path, (now, now))
            self._index.add(entry)
            self._minute.add(entry.author, 1, now)
            self._day.add(peer, 1, now)
            self._day_bytes.add(peer, entry.size, now)
        return True

    def sweep(self) -> int:
        """Removes what may go now; how many papers that were."""
        with self._writing:
            return self._sweep(self.now)

    # Limits

    def _require_rate(self, entry: Entry, peer: str, now: int) -> None:
        limits = self.limits
        if self._minute.of(entry.author, now) >= limits.papers_a_minute_of_author:
            raise _later("papers a minute of one author", limits.papers_a_minute_of_author, self._minute.end(now))
        if self._day.of(peer, now) >= limits.papers_a_day_of_peer:
            raise _later("papers a day of one peer", limits.papers_a_day_of_peer, self._day.end(now))
        if self._day_bytes.of(peer, now) + entry.size > limits.bytes_a_day_of_peer:
            raise _later("bytes a day of one peer", limits.bytes_a_day_of_peer, self._day_bytes.end(now))

    def _require_room(self, entry: Entry, now: int) -> None:
        limits, kept = self.limits, self._index
        if kept.papers_of[entry.author] >= limits.papers_of_author:
            raise _full("papers of one author", limits.papers_of_author, kept.first_end(entry.author), now)
        if kept.bytes_of[entry.author] + entry.size > limits.bytes_of_author:
            raise _full("bytes of one author", limits.bytes_of_author, kept.first_end(entry.author), now)
        if len(kept.entries) >= limits.papers:
            raise _full("papers in all", limits.papers, self._first_end(now), now)
        if kept.bytes + entry.size > limits.bytes:
            raise _full("bytes in all", limits.bytes, self._first_end(now), now)

    def _first_end(self, now: int) -> int:
        # Who asks in vain again and again makes nobody look at all papers again.
        if self._frees is None or self._frees[0] != now // MINUTE:
            self._frees = (now // MINUTE, self._index.first_end())
        return self._frees[1]

    # What is kept, and until when

    def _entry(self, paper: Paper, size: int, laid: int) -> Entry:
        """Raises `Refused` for a paper whose request is not here, or says no end."""
        if paper.kind in ("profile", "review"):
            until = laid + self.limits.days_ahead * DAY
        elif paper.kind == "request":
            until = _decide(paper) + self.limits.days_after * DAY
        else:
            request = self._index.entries.get(paper.subject)
            if request is None or request.kind != "request":
                raise Refused(409, f"The request {paper.subject} is not here: lay it down first.")
            until = request.until
        return Entry(paper.kind, paper.subject, paper.id, paper.author, size, until)

    def _require_open(self, entry: Entry, now: int) -> None:
        limits = self.limits
        if entry.until <= now:
            raise Refused(422, f"The request of this {entry.kind} was over {limits.days_after} days ago.")
        if entry.kind == "request" and entry.until > now + (limits.days_ahead + limits.days_after) * DAY:
            raise Refused(422, f"The request is decided more than {limits.days_ahead} days ahead: set a nearer date.")

    def _renew(self, entry: Entry, now: int) -> None:
        """A profile or review stays as long as somebody lays it down again."""
        if entry.kind in ("profile", "review"):
            os.utime(self._path(entry), (now, now))
            self._index.entries[entry.id] = Entry(**vars(entry) | {"until": now + self.limits.days_ahead * DAY})

    def _load(self) -> None:
        """What the folder has; drafts of a write that never ended go."""
        for draft in self.folder.rglob(".*.part"):
            draft.unlink()
        for kind in ("request", *(each for each in KINDS if each != "request")):
            for path in sorted((self.folder / kind).glob("*/*.json")):
                try:
                    content = read_bounded(path, SIZES[kind]) or b""
                    paper = Paper.unchecked(content, kind=kind)
                    if paper.address != str(path.relative_to(self.folder).with_suffix("")):
                        raise BadPaper(f"is the paper {paper.id}")
                    self._index.add(self._entry(paper, len(content), int(path.stat().st_mtime)))
                except MarketError as error:
                    self.passed_over.append(f"{path.relative_to(self.folder)}: {error}")

    def _path(self, entry: Entry) -> Path:
        return self.folder / entry.kind / entry.subject / f"{entry.id}.json"

    def _sweep_hourly(self, now: int) -> None:
        if now >= self._swept + HOUR:
            self._sweep(now)

    def _sweep(self, now: int) -> int:
        self._swept = now
        over = [entry for entry in self._index.entries.values() if entry.until <= now]
        # Papers before their request: what a crash leaves can still be placed.
        for entry in sorted(over, key=lambda entry: entry.kind == "request"):
            self._path(entry).unlink(missing_ok=True)
            self._index.drop(entry)
        return len(over)


def _later(name: str, limit: int, until: int) -> Refused:
    return Refused(429, f"This relay takes {limit:,} {name}: try again at {_when(until)}.", name, until)


def _full(name: str, limit: int, first_end: int, now: int) -> Refused:
    until = max(first_end, now) + HOUR  # by when a sweep has come
    return Refused(507, f"This relay keeps {limit:,} {name}, and has them: some go until {_when(until)}.", name, until)


def _decide(paper: Paper) -> int:
    decide = paper.body.get("decide")
    if not isinstance(decide, str) or not decide.isascii() or not decide.isdigit() or len(decide) > 12:
        raise Refused(422, "The request does not say until when it is decided.")
    return int(decide)


def _when(at: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))


def _locked(folder: Path) -> TextIO:
    file = open(folder / ".lock", "w")  # noqa: SIM115 - held until the relay ends
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise PlaceUnavailable(f"Another relay has {folder}: stop it, or name another folder.") from None
    return file
