"""Sealed bids and the client's roll of those that count (SPEC.md 15.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workpact.market.errors import MarketError, shown
from workpact.market.paper import Paper, is_id
from workpact.market.request import Request

MAX_SEALS = 1_000
"""The most sealed bids that one roll has."""
_WORD = re.compile(r"0x[0-9a-f]{64}", re.ASCII)


class BadSealedBid(MarketError):
    """A paper that is no sealed bid of the request."""


class BadRoll(MarketError):
    """A paper that is no roll of the request."""


@dataclass(frozen=True)
class SealedBid:
    """One bidder's word before the deadline; only its commitment is there."""

    paper: Paper
    commitment: bytes

    @property
    def id(self) -> str:
        """The paper's."""
        return self.paper.id

    @property
    def bidder(self) -> str:
        """Who laid it down."""
        return self.paper.author

    @classmethod
    def of(cls, paper: Paper, request: Request) -> SealedBid:
        """Reads a sealed bid's paper; raises `BadSealedBid`."""
        given = paper.body.get("commitment")
        if paper.kind != "seal" or not _is_about(paper, request) or set(paper.body) != {"request", "commitment"}:
            raise BadSealedBid(f"{paper.id} is no sealed bid for the request {request.id}.")
        if not isinstance(given, str) or not _WORD.fullmatch(given):
            raise BadSealedBid(f"The sealed bid {paper.id} has no commitment of 32 bytes: {shown(given)}.")
        return cls(paper, bytes.fromhex(given[2:]))


@dataclass(frozen=True)
class Roll:
    """The sealed bids that count, as the client says once after the deadline."""

    paper: Paper
    seals: tuple[str, ...]
    """Ids of sealed bids, in order."""

    @property
    def id(self) -> str:
        """The paper's."""
        return self.paper.id

    @classmethod
    def of(cls, paper: Paper, request: Request) -> Roll:
        """Reads a roll's paper; raises `BadRoll`."""
        if paper.kind != "roll" or not _is_about(paper, request) or set(paper.body) != {"request", "seals"}:
            raise BadRoll(f"{paper.id} is no roll of the request {request.id}.")
        if paper.author != request.client:
            raise BadRoll(f"The roll {paper.id} is by {paper.author}, not by the client {request.client}.")
        seals = paper.body["seals"]
        if not isinstance(seals, list) or not all(map(is_id, seals)):
            raise BadRoll(f"The roll {paper.id} is no list of sealed bids' ids.")
        if seals != sorted(set(seals)) or len(seals) > MAX_SEALS:
            raise BadRoll(f"The roll {paper.id} is not in order, has one twice, or more than {MAX_SEALS:,}.")
        return cls(paper, tuple(seals))


def seal_body(request: Request, commitment: bytes) -> dict[str, Any]:
    """The body of a sealed bid's paper."""
    return {"request": request.id, "commitment": "0x" + commitment.hex()}


def roll_body(request: Request, seals: Iterable[str]) -> dict[str, Any]:
    """The body of a roll's paper."""
    return {"request": request.id, "seals": sorted(set(seals))}


def _is_about(paper: Paper, request: Request) -> bool:
    named = (paper.body.get("request"), paper.chain_id, paper.registry)
    return named == (request.id, request.chain_id, request.registry)
