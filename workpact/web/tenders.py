"""Tenders as pages show them: papers of one place, ranked by the record of the chain (SPEC.md §15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from workpact.audit.history import Head
from workpact.audit.index import IndexLogs
from workpact.market.account_books import AccountBooks, read_books
from workpact.market.errors import NotThere
from workpact.market.offers import profiles_of
from workpact.market.place import Place, market_place
from workpact.market.profile import Profile
from workpact.market.ranking import Ranking, rank
from workpact.market.request import BadRequest, Request
from workpact.market.sources import READ, Contracts, block_until, from_node, require_same
from workpact.market.tender import State, Tender, read_tender
from workpact.web.follower import Follower

KEPT = 50
"""Rankings that are kept at once."""


@dataclass(frozen=True)
class Shown:
    """A tender at the head; `ranking` is None until bids can be ranked, `why` then says when."""

    tender: Tender
    head: Head
    ranking: Ranking | None
    why: str
    profiles: Mapping[str, Profile]
    damaged: tuple[str, ...]
    """What of the place could not be read."""


class Tenders:
    """The tenders of one place. Raises `PlaceUnavailable` where that does not answer."""

    def __init__(self, follower: Follower, address: str) -> None:
        self._follower = follower
        self._address = address
        self._lock = Lock()
        self._ranked: dict[tuple[str, ...], tuple[Ranking, Mapping[str, Profile]]] = {}
        deployed = follower.index.deployed
        known = {name: deployed.contracts[name] for name in READ if name in deployed.contracts}
        self._contracts = Contracts(deployed.chain_id, known)

    def requests(self) -> tuple[list[Request], tuple[str, ...]]:
        """All requests for these contracts, those that can still be answered first; and what else lies there."""
        place = market_place(self._address)
        found, passed = [], []
        for paper in place.papers("request"):
            try:
                request = Request.of(paper)
            except BadRequest as error:
                passed.append(str(error))
                continue
            if (request.agreement, request.registry) == (self._contracts.agreement, self._contracts.registry):
                found.append(request)
        now = self._follower.head.timestamp
        found.sort(key=lambda each: (each.deadline < now, -each.deadline, each.id))
        return found, (*passed, *place.damaged)

    def shown(self, request_id: str) -> Shown:
        """One tender. Raises `NotThere`, `BadRequest`, `OtherContracts`."""
        place, head = market_place(self._address), self._follower.head
        found = next((each for each in place.papers("request") if each.id == request_id), None)
        if found is None:
            raise NotThere(f"The place of papers has no request {request_id}: check the address, or ask its client.")
        request = Request.of(found)
        require_same(request, self._contracts)
        node, logs = self._follower.node, IndexLogs(self._follower.index)
        bidders = {each.author for kind in ("seal", "bid") for each in place.papers(kind, request.id)}
        at = block_until(node, request.reveal) if head.timestamp > request.reveal else head
        books = read_books(node, self._contracts, bidders, at, head, logs)
        seals = place.papers("seal", request.id)
        tender = read_tender(place, request, head.timestamp, books.anchored(seals))
        ranking, profiles, why = self._ranking(place, tender, books, head)
        return Shown(tender, head, ranking, why, profiles, place.damaged)

    def _ranking(
        self, place: Place, tender: Tender, books: AccountBooks, head: Head
    ) -> tuple[Ranking | None, Mapping[str, Profile], str]:
        request = tender.request
        if tender.is_equivocal:
            return None, {}, "The client has signed two rolls: no bid counts."
        if head.timestamp <= request.reveal:
            return None, {}, "Bids are ranked when they can be opened no more."
        if not tender.rolls:
            return None, {}, "The client has laid down no roll: nothing can be ranked."
        papers = sorted(each.id for kind in ("seal", "bid") for each in place.papers(kind, request.id))
        key = (request.id, books.head.hash.hex(), *papers)
        with self._lock:
            if key not in self._ranked:
                node, logs = self._follower.node, IndexLogs(self._follower.index)
                records = from_node(node, self._contracts, books.head, head, logs)
                profiles = profiles_of(place, books, [bid.bidder for bid in tender.bids])
                refused = [each for each in tender.entries if each.state is not State.OPEN]
                if len(self._ranked) == KEPT:
                    self._ranked.pop(next(iter(self._ranked)))
                self._ranked[key] = rank(request, tender.bids, records, profiles, refused), profiles
            return *self._ranked[key], ""
