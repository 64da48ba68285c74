"""Places where papers lie: a folder, a bucket, memory, or a relay (SPEC.md 15.1).

Everybody can write into a place, so it is trusted with nothing: what is read is checked and bounded, what is damaged or
foreign is named and passed over. What a place hides, a roll or the chain names: ask for that by its id.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from workpact.market.errors import BadPaper, MarketError, NotThere, PlaceUnavailable, WrongBytes, shown
from workpact.market.paper import KINDS, SIZES, Paper, is_id

NAMES = 100_000
"""Names that one listing looks at."""
READ = 256 * 1024 * 1024
"""Bytes that one listing reads."""
ASKED = 200
"""Signatures of no key of which one listing asks the node whether they are a contract's; each costs a reader time."""
NAMED = 100
"""Damaged or foreign names that are told one by one; of more, their number."""

_SUBJECTS = {
    "profile": re.compile(r"0x[0-9a-f]{40}", re.ASCII),
    "request": re.compile(r"0x[0-9a-f]{40}", re.ASCII),
    "review": re.compile(r"[0-9a-f]{64}", re.ASCII),
}


def market_place(address: str) -> Place:
    """The place at an address: a folder, what fsspec opens (`s3://…`, `memory://…`), or a relay (`https://…`)."""
    scheme, colon, rest = address.partition("://")
    if colon and scheme in ("http", "https"):
        from workpact.market.relay_place import RelayPlace

        return RelayPlace(address)
    if colon and scheme != "file":
        from workpact.market.bucket_place import BucketPlace

        return BucketPlace(address)
    from workpact.market.folder_place import FolderPlace

    return FolderPlace(rest if colon else address)


class Place(ABC):
    """Where papers lie, each at kind/subject/id.json."""

    def __init__(self, address: str) -> None:
        self.address = re.sub(r"//[^/@]*@", "//…@", address)
        self._damaged: dict[str, str] = {}
        self._more = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address}>"

    @property
    def damaged(self) -> tuple[str, ...]:
        """What of this place was passed over since it was opened, and why."""
        told = [f"{where}: {why}" for where, why in sorted(self._damaged.items())]
        return (*told, f"{self._more:,} more that are no papers") if self._more else tuple(told)

    def lay(self, paper: Paper) -> str:
        """Lays a paper down and returns its id; one that lies there whole stays as it is.

        Raises `PlaceUnavailable`, of which `PlaceFull` says until when and `PlaceRefuses` why.
        """
        with self._named():
            if not self._has(paper):
                self._put(paper.address + ".json", paper.to_bytes())
        return paper.id

    def paper(self, kind: str, subject: str, paper_id: str) -> Paper:
        """One paper by its id. Raises `NotThere`, `BadPaper`, `WrongBytes`, `PlaceUnavailable`."""
        where = _address(kind, subject, paper_id)
        with self._named():
            content = self._get(where + ".json", SIZES[kind])
        if content is None:
            raise NotThere(f"{self.address} does not have {where}: ask whoever named it where it lies.")
        paper = _formed(where, content, kind)
        try:
            paper.require_signature()
        except BadPaper as error:
            raise type(error)(f"{where} {error}") from error
        return paper

    def papers(self, kind: str, subject: str | None = None) -> list[Paper]:
        """All papers of a kind, or of one subject, that are whole and signed, in order of their ids.

        At most `NAMES` names and `READ` bytes are looked at; what was left is told in `damaged`.
        """
        if kind not in KINDS:
            raise BadPaper(f"'{shown(kind)}' is no kind of papers: there are {', '.join(KINDS)}.")
        with self._named():
            return list(self._readable(kind, self._chosen(kind, subject)))

    # What places differ in

    @abstractmethod
    def _get(self, path: str, most: int) -> bytes | None:
        """What lies at a path, cut after one byte more than `most`; None if nothing does."""

    @abstractmethod
    def _put(self, path: str, content: bytes) -> None:
        """Lays bytes down at a path, whole or not at all."""

    @abstractmethod
    def _list(self, kind: str, subject: str | None) -> Iterator[str]:
        """The paths below a kind or subject, in any order; a subject's own ends with a slash."""

    @abstractmethod
    def _reason(self, error: Exception) -> str | None:
        """Why the place failed, if this error says that it did."""

    # What all do

    def _chosen(self, kind: str, subject: str | None) -> list[tuple[str, str]]:
        """The names that can be papers, as id and subject, in order."""
        found: set[tuple[str, str]] = set()
        looked = 0
        for path in self._list(kind, subject):
            looked += 1
            if looked > NAMES:
                self._pass_over(f"{kind}/{subject or ''}", f"has more than {NAMES:,} names; the rest was not looked at")
                break
            parts = path.split("/")
            name = parts[-1]
            if not name or (name.startswith(".") and name.endswith(".part")):
                continue  # a subject's own folder, or a draft that somebody writes now, or never finished
            whole = len(parts) == 3 and parts[0] == kind and name.endswith(".json")
            if whole and is_subject(kind, parts[1]) and is_id(name[:-5]):
                found.add((name[:-5], parts[1]))
            else:
                self._pass_over(path, "is no paper's address")
        return sorted(found)

    def _readable(self, kind: str, names: Iterable[tuple[str, str]]) -> Iterator[Paper]:
        left, asked = READ, 0
        for paper_id, subject in names:
            where = f"{kind}/{subject}/{paper_id}"
            if left <= 0:
                self._pass_over(f"{kind}/…", f"has more than {READ:,} bytes; what follows {where} was not read")
                return
            try:
                content = self._get(where + ".json", SIZES[kind])
                if content is None:
                    continue
                left -= len(content)
                paper = _formed(where, content, kind)
                if not paper.is_signed_by_key:
                    asked += 1
                    paper.require_signature(keys_only=asked > ASKED)
                yield paper
            except (BadPaper, WrongBytes) as error:
                self._pass_over(where + ".json", str(error).removeprefix(f"{where} "))

    def _has(self, paper: Paper) -> bool:
        """Whether the paper lies there whole, by this signature of its author or another."""
        try:
            there = self._get(paper.address + ".json", SIZES[paper.kind])
            return there is not None and Paper.read(there, kind=paper.kind).id == paper.id
        except (BadPaper, WrongBytes):
            return False

    def _pass_over(self, where: str, why: str) -> None:
        where = shown(where)
        if where in self._damaged or len(self._damaged) < NAMED:
            self._damaged[where] = why
        else:
            self._more += 1

    def _named(self) -> _Naming:
        return _Naming(self)


class _Naming:
    """Turns what a place's library raises into `PlaceUnavailable`."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        if not isinstance(error, Exception) or isinstance(error, MarketError):
            return
        reason = self._place._reason(error)
        if reason is not None:
            raise PlaceUnavailable(
                f"{self._place.address} cannot be read or written: {shown(reason)}. Check --place (WORKPACT_MARKET)."
            ) from error


def is_subject(kind: str, text: str) -> bool:
    """Whether papers of the kind can lie under this subject."""
    form = _SUBJECTS.get(kind)
    return bool(form.fullmatch(text)) if form else is_id(text)


def _address(kind: str, subject: str, paper_id: str) -> str:
    if kind not in KINDS or not is_subject(kind, subject) or not is_id(paper_id):
        raise BadPaper(f"{shown(f'{kind}/{subject}/{paper_id}')} is no paper's address.")
    return f"{kind}/{subject}/{paper_id}"


def _formed(where: str, content: bytes, kind: str) -> Paper:
    """The paper that these bytes are, whoever signed it, if it belongs where it lies."""
    try:
        paper = Paper.unchecked(content, kind=kind)
    except BadPaper as error:
        raise type(error)(f"{where} {error}") from error
    if paper.address != where:
        raise WrongBytes(f"{where} is the paper {paper.id} under another name")
    return paper
