"""The ranking of a request's bids: pure, exact, the same for whoever has the same papers and record (15.6, 15.10).

ranking = rank(request, tender.bids, records, profiles, refused)
ranking.to_json()
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workpact.audit.history import Head
from workpact.market import words
from workpact.market.bid import Bid
from workpact.market.promise import promises, service_score
from workpact.market.record import Record, Records
from workpact.market.request import SCORES, Request
from workpact.market.standing import Standing
from workpact.market.tender import Entry
from workpact.terms.structs import Message
from workpact.terms.units import PPM

DAY = 86_400
DAYS = 30
"""So many days later, nothing is left of the score of availability."""


class Offering(Protocol):
    """What a profile says of when its author works."""

    @property
    def available_from(self) -> int:
        """Unix seconds."""

    @property
    def at_once(self) -> int:
        """How many agreements at a time."""


@dataclass(frozen=True)
class Score:
    """One of a bid's four scores, ppm, and what it is made of."""

    name: str
    value: int
    weight: int
    words: str

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {"name": self.name, "score": self.value, "weight": self.weight, "words": self.words}


@dataclass(frozen=True)
class Ranked:
    """A valid bid in its place. Money in the token's smallest unit."""

    bid: str
    bidder: str
    agreement_id: bytes
    price: int
    scores: tuple[Score, ...]
    record: Record

    @property
    def total(self) -> int:
        """The weighted mean of the scores, ppm."""
        return sum(each.weight * each.value for each in self.scores) // PPM

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "bid": self.bid,
            "bidder": self.bidder,
            "agreement": "0x" + self.agreement_id.hex(),
            "price": str(self.price),
            "total": self.total,
            "scores": [each.to_json() for each in self.scores],
            "record": self.record.to_json(),
        }


@dataclass(frozen=True)
class Ranking:
    """All bids of a request: those that count, best first, and the others with why they do not."""

    request: Request
    head: Head
    ranked: tuple[Ranked, ...]
    refused: tuple[Entry, ...]
    agreements: tuple[bytes, ...]
    """Of which the record is used here: the bidders' own, and those through which pay is traced to the trusted."""
    unknown: tuple[bytes, ...]
    """Of these, those of which a document is not published, or a period unclear."""

    def to_json(self) -> dict[str, Any]:
        """For programs; the same bytes from a node, an index and bundles of the block."""
        head = self.head
        return {
            "request": self.request.id,
            "chain": self.request.chain_id,
            "block": {"number": head.number, "hash": "0x" + head.hash.hex(), "timestamp": head.timestamp},
            "ranked": [each.to_json() for each in self.ranked],
            "refused": [
                {"state": str(each.state), "bidder": each.bidder, "seal": each.seal, "bid": each.bid}
                | {"why": list(each.why)}
                for each in self.refused
            ],
            "agreements": ["0x" + each.hex() for each in self.agreements],
            "unknown": ["0x" + each.hex() for each in self.unknown],
        }


def rank(
    request: Request,
    bids: Sequence[Bid],
    records: Records,
    profiles: Mapping[str, Offering],
    refused: Iterable[Entry] = (),
) -> Ranking:
    """Ranks valid bids by the record at its block; `profiles` are those that count there, by account."""
    token = request.message["deal"]["token"]
    standing = Standing(records.dealings, token, request.client, request.trusted)
    lowest = min((bid.price_units for bid in bids), default=0)
    made = [_ranked(request, bid, lowest, standing, records.of(bid.bidder), profiles.get(bid.bidder)) for bid in bids]
    own = {each.origin for each in records.involving(bid.bidder for bid in bids)}
    used = own | standing.used
    unknown = {each.origin for each in records.dealings if each.origin in used and not each.is_known}
    return Ranking(
        request,
        records.head,
        tuple(sorted(made, key=lambda each: (-each.total, each.price, each.bid))),
        tuple(sorted(refused, key=lambda each: (each.bidder.lower(), each.seal, each.bid))),
        tuple(sorted(used)),
        tuple(sorted(unknown)),
    )


def price_score(price: int, lowest: int) -> int:
    """ppm: the lowest price as a share of this one; of no price, all."""
    return lowest * PPM // price if price else PPM


def availability_score(offering: Offering | None, live: int, starts: int) -> int:
    """ppm: all if work can start when it shall and a place is free, less a thirtieth for each day begun later."""
    if offering is None or live >= offering.at_once:
        return 0
    return PPM * max(DAYS - days_late(offering, starts), 0) // DAYS


def days_late(offering: Offering, starts: int) -> int:
    """Days, the last one begun, that it is available after work shall start."""
    return max(-((starts - offering.available_from) // DAY), 0)


def start_of_work(request: Request) -> int:
    """When work can begin at the latest: with milestones when the request is decided, else when the service starts."""
    message: Message = request.message
    if message["milestones"]:
        return request.decide
    return int(message["annex"]["conditions"]["service"]["schedule"]["start"])


def _ranked(
    request: Request, bid: Bid, lowest: int, standing: Standing, record: Record, offering: Offering | None
) -> Ranked:
    price, starts = bid.price_units, start_of_work(request)
    made, stand, live = promises(request.message, bid.message), standing.of(bid.bidder), record.contractor.live
    money = words.Money.of(request)
    offered = None if offering is None else (offering.at_once, days_late(offering, starts))
    values = {
        "price": (price_score(price, lowest), words.price(price, lowest, money)),
        "service": (service_score(made), words.service(made)),
        "record": (stand.score(price), words.record(stand, price, money)),
        "availability": (
            availability_score(offering, live, starts),
            words.availability(live, offered),
        ),
    }
    scores = tuple(Score(name, values[name][0], request.weights[name], values[name][1]) for name in SCORES)
    return Ranked(bid.id, bid.bidder, bid.agreement_id, price, scores, record)
