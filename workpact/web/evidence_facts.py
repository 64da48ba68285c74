"""The timeline of an agreement: every event in words, with its place, filtered and by pages (SPEC.md 13.1).

timeline = Timeline.of(snapshot)
timeline.chosen(Choice.read({"contract": "Payroll"}))
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from workpact import WorkpactError
from workpact.audit.entries import CONTRACTS, Entry, plain
from workpact.audit.telling import Telling
from workpact.web.snapshot import Snapshot

PAGE = 200
"""Events on one page."""
MOST_TEXT = 200
"""Letters of a text that is looked for."""


KEPT = 16
"""Timelines."""

State = tuple[bytes, tuple[bytes, ...], bytes, tuple[bytes, ...]]


class BadChoice(WorkpactError):
    """A filter of the timeline is none."""

    status = 400


@dataclass(frozen=True)
class Moment:
    """One event: what it says, who acted, and where it is in its book."""

    entry: Entry
    what: str
    role: str | None
    """Of who acted, by the documents."""

    @property
    def id(self) -> str:
        """Names it on the page and in links: block and position."""
        return f"{self.entry.log.block}-{self.entry.log.position}"

    @property
    def actor(self) -> str:
        """Address of who acted."""
        return self.entry.actor

    @property
    def kind(self) -> str:
        """The event's name in words."""
        return words_of(self.entry.name)

    @property
    def day(self) -> date:
        """When, UTC."""
        return datetime.fromtimestamp(self.entry.log.timestamp, UTC).date()

    @property
    def searched(self) -> str:
        """All that a text is looked for in, in small letters."""
        log, entry = self.entry.log, self.entry
        return " ".join(
            (
                self.what,
                entry.contract,
                entry.name,
                self.role or "",
                self.actor,
                log.sender,
                "0x" + log.transaction.hex(),
            )
        ).lower()


@dataclass(frozen=True)
class Choice:
    """Which events: those that meet all that is not empty."""

    contract: str = ""
    kind: str = ""
    """The event's name."""
    actor: str = ""
    """Address."""
    text: str = ""
    since: str = ""
    until: str = ""
    """Days, UTC, YYYY-MM-DD, both included."""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Choice:
        """From an address's query; `BadChoice`."""
        made = cls(**{each.name: asked.get(each.name, "").strip() for each in fields(cls)})
        if made.contract and made.contract not in CONTRACTS:
            raise BadChoice(f"There is no contract of that name: choose one of {', '.join(CONTRACTS)}.")
        if made.kind and not re.fullmatch("[A-Za-z]{1,40}", made.kind):
            raise BadChoice("There is no event of that name: choose one from the list.")
        if made.actor and not re.fullmatch("0x[0-9a-fA-F]{40}", made.actor):
            raise BadChoice("Who acted is an address, 0x and 40 hex digits: choose one from the list.")
        if len(made.text) > MOST_TEXT:
            raise BadChoice(f"The text to look for is longer than {MOST_TEXT} letters: look for less.")
        for name in ("since", "until"):
            _day(name, getattr(made, name))
        return made

    def has(self, moment: Moment) -> bool:
        """Whether it is one of those."""
        entry = moment.entry
        return (
            self.contract in ("", entry.contract)
            and self.kind in ("", entry.name)
            and self.actor.lower() in ("", moment.actor.lower())
            and (not self.since or self.since <= moment.day.isoformat())
            and (not self.until or moment.day.isoformat() <= self.until)
            and (not self.text or self.text.lower() in moment.searched)
        )

    def query(self, **more: Any) -> str:
        """As an address has it, from its "?" on; empty if there is nothing to say."""
        said = {each.name: getattr(self, each.name) for each in fields(self)} | more
        found = urlencode({name: value for name, value in said.items() if value})
        return "?" + found if found else ""


@dataclass(frozen=True)
class Timeline:
    """All events, the newest first."""

    moments: tuple[Moment, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Timeline:
        """Of an agreement at a block."""
        history = snapshot.history
        telling, roles = Telling.of(history.subject), history.subject.roles()
        found = [
            Moment(each, telling.told(each.contract, each.name, each.arguments), roles.get(each.actor))
            for each in reversed(history.entries)
        ]
        return cls(tuple(found))

    def chosen(self, choice: Choice) -> Sequence[Moment]:
        """Those that a filter leaves."""
        return self.moments if choice == Choice() else [each for each in self.moments if choice.has(each)]

    @property
    def contracts(self) -> list[str]:
        """Those with events, in the order of `CONTRACTS`."""
        found = {each.entry.contract for each in self.moments}
        return [each for each in CONTRACTS if each in found]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Names of events and their words, by these."""
        found = {each.entry.name: each.kind for each in self.moments}
        return sorted(found.items(), key=lambda each: each[1])

    @property
    def actors(self) -> list[tuple[str, str]]:
        """Addresses of who acted, and their roles, those with one first."""
        found = {each.actor: each.role or "" for each in self.moments}
        return sorted(found.items(), key=lambda each: (not each[1], each[1], each[0]))


@dataclass(frozen=True)
class Page:
    """One page of chosen events."""

    moments: Sequence[Moment]
    number: int
    """From 1, the newest."""
    of: int
    chosen: int
    """Events on all of them."""

    @classmethod
    def read(cls, chosen: Sequence[Moment], asked: Mapping[str, str]) -> Page:
        """The page with a number (`page`), or with an event on it (`at`); `BadChoice`."""
        of = max(1, -(-len(chosen) // PAGE))
        number = _containing(chosen, asked["at"]) if "at" in asked else _number(asked.get("page", "1"), of)
        return cls(chosen[(number - 1) * PAGE : number * PAGE], number, of, len(chosen))


class Timelines:
    """The last few timelines, each made once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: OrderedDict[State, Timeline] = OrderedDict()

    def of(self, snapshot: Snapshot) -> Timeline:
        """That of an agreement at a block."""
        state = state_of(snapshot)
        with self._lock:
            found = self._made.pop(state, None) or Timeline.of(snapshot)
            self._made[state] = found
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
            return found


def state_of(snapshot: Snapshot) -> State:
    """What all that is said of an agreement's events depends on: they, the blocks they are in, and its files."""
    books = snapshot.history.books
    last = max((each.entries[-1].log for each in books if each.entries), key=lambda each: each.place)
    return snapshot.origin, tuple(each.word for each in books), last.block_hash, tuple(snapshot.history.subject.papers)


def words_of(name: str) -> str:
    """The name of an event in words: "Accepted up to"."""
    return re.sub("(?<!^)([A-Z])", r" \1", name).capitalize()


def documents_facts(snapshot: Snapshot) -> list[dict[str, Any]]:
    """One value for each signed document, in the order they came into force."""
    subject = snapshot.history.subject
    changes = [each for each in snapshot.history.of("Agreement") if each.name in ("Opened", "Amended")]
    began = {subject.origin if each.name == "Opened" else bytes(each["id"]): each for each in changes}
    return [
        {
            "id": plain(id_),
            "since": began[id_].log.timestamp,
            "legalText": plain(message["annex"]["conditions"]["legalText"]),
            "file": id_ in subject.papers,
            "inForce": id_ == snapshot.id,
        }
        for id_, message in subject.messages.items()
    ]


def _day(name: str, written: str) -> None:
    if not written:
        return
    try:
        if date.fromisoformat(written).isoformat() == written:
            return
    except ValueError:
        pass
    raise BadChoice(f"{name} is no day: write it as 2026-12-31.")


def _number(written: str, of: int) -> int:
    if re.fullmatch("[1-9][0-9]{0,8}", written) and int(written) <= of:
        return int(written)
    raise BadChoice(f"There is no such page: they go from 1 to {of}.")


def _containing(chosen: Sequence[Moment], written: str) -> int:
    found = next((index for index, each in enumerate(chosen) if each.id == written), None)
    if found is None:
        raise BadChoice("The record has no such event: it was in a block that was replaced, or the link is wrong.")
    return found // PAGE + 1
