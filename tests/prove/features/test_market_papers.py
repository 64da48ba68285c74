"""Spoilt papers are read as no other paper, and a relay loses nothing, whatever is put, killed or started again."""

from __future__ import annotations

import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from tests.market.papers import CHAIN, REGISTRY, account, bid_paper, request_paper, seal_paper
from workpact.market.errors import BadPaper
from workpact.market.paper import Paper
from workpact.market.relay_limits import DAY, Limits, Refused
from workpact.market.relay_store import Store

NOW = 1_900_000_000
MUTATIONS = 30_000
SCHEDULES, STEPS = 60, 120
LIMITS = Limits(papers_a_minute_of_author=4, papers=40, papers_of_author=12, bytes=60_000, bytes_of_author=30_000)


class Killed(BaseException):
    """The process ends here."""


def spoilt(draw: random.Random, content: bytes) -> bytes:
    """One to three changes: bytes flipped, cut, doubled, put in, moved."""
    made = bytearray(content)
    for _ in range(draw.randint(1, 3)):
        place, other = draw.randrange(len(made)), draw.randrange(len(made))
        match draw.randrange(5):
            case 0:
                made[place] ^= 1 << draw.randrange(8)
            case 1:
                del made[place : place + draw.randint(1, 20)]
            case 2:
                made[place:place] = made[other : other + draw.randint(1, 20)]
            case 3:
                made[place:place] = draw.choice([b'"', b"{", b"}", b",", b"\\", b" ", b"\n", b"\0", b"\xc3\xa9"])
            case 4:
                made[place], made[other] = made[other], made[place]
        if not made:
            break
    return bytes(made)


def test_spoilt_papers__read_as_none_or_as_the_same():
    draw = random.Random(15)
    body = {"name": "Ädä", "list": ["a", {"b": "c\n"}], "flag": True, "number": 12}
    papers = [Paper.signed(account(each), "profile", body, CHAIN, REGISTRY) for each in range(1, 6)]
    refused = 0
    for number in range(MUTATIONS):
        paper = papers[number % len(papers)]
        content = spoilt(draw, paper.to_bytes())
        try:
            read = Paper.unchecked(content)
            read.require_signature(keys_only=True)
        except BadPaper:
            refused += 1
        else:
            assert content == paper.to_bytes() == read.to_bytes()
    assert refused > MUTATIONS * 99 // 100


class Model:
    """What a relay must have, told apart from how it keeps it."""

    def __init__(self, folder: Path, draw: random.Random, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.draw, self.patch = folder, draw, patch
        self.now = NOW
        self.kept: dict[str, tuple[bytes, int]] = {}
        self.requests: list[Paper] = []
        self.store = Store(folder, LIMITS, lambda: self.now)

    def step(self) -> None:
        """Something happens."""
        match self.draw.randrange(12):
            case 0:
                self.now += self.draw.choice([1, 60, DAY, 30 * DAY])
            case 1:
                self.start()
            case 2:
                self.store.sweep()
                self.kept = {name: each for name, each in self.kept.items() if each[1] > self.now}
            case _:
                self.put(is_killed=self.draw.random() < 0.1)

    def put(self, *, is_killed: bool) -> None:
        """Some paper is put; perhaps the process is killed in the middle."""
        paper, until = self.paper()
        peer = str(self.draw.randrange(3))
        if not is_killed:
            self.tried(paper, peer, until)
            return

        def die(*_: object, **__: object) -> None:
            raise Killed

        with self.patch.context() as patch:
            patch.setattr(os, self.draw.choice(["fsync", "replace"]), die)
            patch.setattr("pathlib.Path.unlink", die)
            with suppress(Killed):
                self.tried(paper, peer, until)
        self.start()

    def tried(self, paper: Paper, peer: str, until: int) -> None:
        """What is taken is kept; what is refused is not there, and says why."""
        name, error, is_new = f"{paper.address}.json", None, False
        try:
            is_new = self.store.put(paper, peer)
        except Refused as refused:
            error = refused
        # A sweep of the hour may have come before it: what left was over.
        gone = {each for each in self.kept if not self.path(each).is_file()}
        assert all(self.kept.pop(each)[1] <= self.now for each in gone)
        if error is None:
            assert is_new == (name not in self.kept)
            self.kept[name] = paper.to_bytes(), until
            return
        assert name not in self.kept
        assert error.status in (409, 422, 429, 507)
        assert (error.status in (429, 507)) == (error.until is not None)
        assert error.until is None or error.until > self.now

    def path(self, name: str) -> Path:
        """Of a paper."""
        return self.folder / name

    def paper(self) -> tuple[Paper, int]:
        """A new one, or one again, and until when it is kept."""
        number = self.draw.randrange(1, 9)
        if not self.requests or self.draw.random() < 0.25:
            decide = self.now + self.draw.choice([1, 20, 200]) * DAY
            self.requests.append(request_paper(number, decide=decide, text=str(self.draw.randrange(3))))
            return self.requests[-1], decide + 90 * DAY
        request = self.draw.choice(self.requests)
        until = int(request.body["decide"]) + 90 * DAY
        if self.draw.random() < 0.2:
            return request, until
        make = self.draw.choice([seal_paper, bid_paper])
        return make(request, number), until

    def start(self) -> None:
        """The relay ends and starts again, which sweeps."""
        self.store.close()
        self.store = Store(self.folder, LIMITS, lambda: self.now)
        self.kept = {name: each for name, each in self.kept.items() if each[1] > self.now}

    def check(self) -> None:
        """Each paper that was taken is there byte for byte until its request is over; nothing else is."""
        there = {str(each.relative_to(self.folder)): each.read_bytes() for each in self.folder.rglob("*.json")}
        assert {name for name, (_, until) in self.kept.items() if until > self.now} <= there.keys()
        assert there == {name: self.kept[name][0] for name in there}
        assert self.store.counts == (len(there), sum(map(len, there.values())))
        assert len(there) <= LIMITS.papers
        listed = [self.store.page(kind, None, "") for kind in ("request", "seal", "bid")]
        assert sum(map(len, listed)) == len(there)
        assert not list(self.folder.rglob(".*.part"))


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_any_schedule__what_a_relay_took_it_has(seed, tmp_path, monkeypatch):
    model = Model(tmp_path / "relay", random.Random(seed), monkeypatch)
    try:
        for _ in range(STEPS):
            model.step()
            model.check()
    finally:
        model.store.close()
