"""A relay on a folder, with a clock that goes when it is told to, and clients of it."""

from __future__ import annotations

import warnings

from tests.market.papers import request_paper, seal_paper
from workpact.market.relay import create_app
from workpact.market.relay_limits import DAY, Limits
from workpact.market.relay_place import RelayPlace

with warnings.catch_warnings():  # that it would rather have another client
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

NOW = 1_900_000_020
REQUEST = request_paper(decide=NOW + 10 * DAY)
SEALS = sorted((seal_paper(REQUEST, number) for number in range(2, 7)), key=lambda paper: paper.id)
SMALL = Limits(papers_a_minute_of_author=2, attempts_a_minute_of_peer=10, papers=8, papers_of_author=3)


class Clock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def ask(store, peer="10.0.0.1", **options):
    """A client of the relay at an address."""
    return TestClient(create_app(store, **options), client=(peer, 4000))


def at(store, peer="10.0.0.1"):
    """The relay as a place, as this peer sees it."""
    return RelayPlace("http://testserver", ask(store, peer))


def put(client, paper, content=None):
    return client.put(f"/v1/papers/{paper.address}", content=paper.to_bytes() if content is None else content)


def kept(folder):
    """Every file of a relay's folder, but its lock."""
    files = (each for each in folder.rglob("*") if each.is_file() and each.name != ".lock")
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}
