"""What a relay keeps: papers and sealed bytes in a folder, whole or not at all, until their request is over."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TextIO

from workpact.market.errors import BadPaper, MarketError, PlaceUnavailable
from workpact.market.folder_place import read_bounded, write_whole
from workpact.market.paper import KINDS, SIZES, Paper, id_of
from workpact.market.place import SEALED
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
        self._writing = Lock()
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

    def sealed_path(self, name: str) -> Path | None:
        """The file of sealed bytes; None if they are not kept."""
        return self.folder / "sealed" / name if name in self._index.sealed else None

    def page(self, kind: str, subject: str | None, after: str) -> list[str]:
        """The next papers after an id, in order of ids, as subject/id."""
        return self._index.page(kind, subject, after, PAGE)

    # Writing

    def attempt(self, peer: str) -> None:
        """Counts what a peer tries; raises `Refused` for more than it may a minute."""
        limit, now = self.limits.attempts_a_minute_of_peer, self.now
        with self._writing:
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
            self._require_room(entry.author, entry.size, 1, now)
            path = self._path(entry)
            write_whole(path, content)
            os.utime(path, (now, now))
            self._index.add(entry)
            self._minute.add(entry.author, 1, now)
            self._day.add(peer, 1, now)
            self._day_bytes.add(peer, entry.size, now)
        return True

    def put_sealed(self, name: str, content: bytes, peer: str) -> bool:
        """Keeps sealed bytes that a kept paper names; False if they are there already. Raises `Refused`."""
        if id_of(sha256(content).digest()) != name:
            raise Refused(422, f"These bytes are {id_of(sha256(content).digest())}, not {name}: put them there.")
        with self._writing:
            now = self.now
            if name in self._index.sealed:
                return False
            namers = self._index.namers(name)
            if not namers:
                raise Refused(409, f"No paper here names {name} as its sealedFile: lay the paper down first.")
            self._require_bytes_a_day(peer, len(content), now)
            self._require_room(namers[0].author, len(content), 0, now)
            write_whole(self.folder / "sealed" / name, content)
            self._index.add_sealed(name, len(content))
            self._day_bytes.add(peer, len(content), now)
        return True

    def sweep(self) -> int:
        """Removes what may go now; how many papers that were."""
        with self._writing:
            return self._sweep(self.now)

    # Limits

    def _require_rate(self, entry: Entry, peer: str, now: int) -> None:
        limit = self.limits.papers_a_minute_of_author
        if self._minute.of(entry.author, now) >= limit:
            raise _later("papers a minute of one author", limit, self._minute.end(now))
        limit = self.limits.papers_a_day_of_peer
        if self._day.of(peer, now) >= limit:
            raise _later("papers a day of one peer", limit, self._day.end(now))
        self._require_bytes_a_day(peer, entry.size, now)

    def _require_bytes_a_day(self, peer: str, size: int, now: int) -> None:
        limit = self.limits.bytes_a_day_of_peer
        if self._day_bytes.of(peer, now) + size > limit:
            raise _later("bytes a day of one peer", limit, self._day_bytes.end(now))

    def _require_room(self, author: str, size: int, papers: int, now: int) -> None:
        limits = self.limits
        if self._index.papers_of[author] + papers > limits.papers_of_author:
            raise self._full("papers of one author", limits.papers_of_author, now)
        if self._index.bytes_of[author] + size > limits.bytes_of_author:
            raise self._full("bytes of one author", limits.bytes_of_author, now)
        if len(self._index.entries) + papers > limits.papers:
            raise self._full("papers in all", limits.papers, now)
        if self._index.bytes + size > limits.bytes:
            raise self._full("bytes in all", limits.bytes, now)

    def _full(self, name: str, limit: int, now: int) -> Refused:
        # Who asks in vain again and again makes nobody count everything again.
        minute = now // MINUTE
        if self._frees is None or self._frees[0] != minute:
            first = min((entry.until for entry in self._index.entries.values()), default=now)
            self._frees = (minute, max(first, now) + MINUTE)
        until = self._frees[1]
        return Refused(507, f"This relay keeps {limit:,} {name}, and has them: some go at {_when(until)}.", name, until)

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
        return Entry(paper.kind, paper.subject, paper.id, paper.author, size, paper.sealed_file, until)

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
        for path in sorted((self.folder / "sealed").glob("*")):
            content = read_bounded(path, SEALED) or b""
            if self._index.namers(path.name) and id_of(sha256(content).digest()) == path.name:
                self._index.add_sealed(path.name, len(content))
            else:
                self.passed_over.append(f"sealed/{path.name}: no paper here names it, or it is damaged")

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
            unnamed = self._index.drop(entry)
            if unnamed is not None:
                (self.folder / "sealed" / unnamed).unlink(missing_ok=True)
        return len(over)


def _later(name: str, limit: int, until: int) -> Refused:
    return Refused(429, f"This relay takes {limit:,} {name}: try again at {_when(until)}.", name, until)


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
