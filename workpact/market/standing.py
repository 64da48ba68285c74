"""How far an asker can believe what an account has done: by the payments between them (SPEC.md 15.8).

standing = Standing(dealings, token, asker, trusted)
standing.of(bidder).score(price)
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import networkx as nx
from networkx.algorithms.flow import build_residual_network, shortest_augmenting_path

from workpact.market.dealings import Dealing
from workpact.terms.units import PPM

NEW = 500_000
"""What an account stands at of which nothing is known, ppm."""
ASKER, BIDDER = object(), object()
"""The trusted, drawn together to one; and the end of what flows."""


@dataclass(frozen=True)
class Stand:
    """What of an account's agreements an asker can believe."""

    flow: int
    """How much of its pay is traced to the trusted, in the token's smallest unit."""
    paid: int
    """Its pay in that token in agreements in which something was decided."""
    quality: Fraction | None
    """The share of what it promised that it kept, by what is traced; None if nothing is."""
    agreements: int
    """How many of its agreements something is traced of."""

    def coverage(self, price: int) -> Fraction:
        """How much of a price is covered by what is traced, at most 1; of no price, all if there is anything."""
        if not self.flow:
            return Fraction(0)
        return min(Fraction(1), Fraction(self.flow, price)) if price else Fraction(1)

    @property
    def worth(self) -> Fraction:
        """Its quality, what was not kept counted twice: who kept three quarters stands as new."""
        return max(2 * (self.quality or Fraction(0)) - 1, Fraction(0))

    def score(self, price: int) -> int:
        """ppm: that of the new, moved towards its worth as far as the price is covered."""
        if self.quality is None:
            return NEW
        return int((NEW + self.coverage(price) * (self.worth * PPM - NEW)) // 1)


class Standing:
    """The graph of what was paid in one token, seen from an asker."""

    def __init__(self, dealings: Iterable[Dealing], token: str, asker: str, trusted: Iterable[str]) -> None:
        self._dealings = [each for each in dealings if each.token == token and each.paid]
        self._asker = asker
        self._trusted = frozenset(trusted) | {asker}
        self.network = Network(self._dealings, self._trusted)

    @property
    def used(self) -> frozenset[bytes]:
        """The agreements through which anything is traced."""
        return self.network.used

    def of(self, account: str) -> Stand:
        """How an account stands. That the asker lists it makes its own payments no better for itself."""
        own = [each for each in self._dealings if each.contractor == account and each.quality is not None]
        network, trusted = self.network, self._trusted
        if account in trusted:
            trusted -= {account}
            network = Network(self._dealings, trusted)
        paid: Counter[str] = Counter()
        for each in own:
            paid[each.client] += each.paid
        traced = {client: units for client, units in paid.items() if client in trusted}
        traced |= network.shared({client: paid[client] for client in paid if client not in trusted}, account)
        flow = sum(traced.values())
        kept = sum(
            (Fraction(traced[each.client] * each.paid, paid[each.client]) * (each.quality or 0) for each in own),
            Fraction(0),
        )
        counted = sum(traced[each.client] > 0 for each in own)
        return Stand(flow, paid.total(), kept / flow if flow else None, counted)


class Network:
    """Accounts and what was paid between each two, both ways added; the trusted are one."""

    def __init__(self, dealings: Iterable[Dealing], trusted: frozenset[str]) -> None:
        graph = nx.Graph()
        graph.add_node(ASKER)
        places: dict[bytes, set[Any]] = {}
        for each in dealings:
            one, other = (ASKER if who in trusted else who for who in (each.client, each.contractor))
            places.setdefault(each.origin, set()).add(one)
            if one != other:
                before = graph.get_edge_data(one, other, {"capacity": 0})["capacity"]
                graph.add_edge(one, other, capacity=before + each.paid)
        self._reached = nx.node_connected_component(graph, ASKER)
        self.used = frozenset(origin for origin, ends in places.items() if ends & self._reached)
        self._residual = build_residual_network(graph.subgraph(self._reached), "capacity")

    def shared(self, paid: Mapping[str, int], account: str) -> dict[str, int]:
        """How much of what each client paid an account is traced, of the greatest flow that there is in all.

        Where clients share a way they share it by what they paid: no other division leaves the least of them a greater
        part. The account itself is no way.
        """
        found = dict.fromkeys(paid, 0)
        waiting = {client for client in paid if client in self._reached}
        fixed: dict[str, int] = {}
        closed = self._closed(account)
        try:
            while waiting:
                tight, part = self._tightest(paid, waiting, fixed)
                fixed |= {client: int(paid[client] * part) for client in tight}
                waiting -= tight
        finally:
            for attributes, capacity in closed:
                attributes["capacity"] = capacity
        return found | fixed

    def _tightest(
        self, paid: Mapping[str, int], waiting: set[str], fixed: Mapping[str, int]
    ) -> tuple[set[str], Fraction]:
        """Those of the waiting that can have the least part of what they paid, and that part."""
        tight, part = set(waiting), Fraction(1)
        while True:
            wanted = dict(fixed) | {client: int(paid[client] * part) for client in waiting}
            flow, behind = self._flow(wanted)
            if flow == sum(wanted.values()):
                return tight, part
            tight = waiting & behind
            through = flow - sum(units for client, units in wanted.items() if client not in behind)
            room = through - sum(units for client, units in fixed.items() if client in behind)
            part = Fraction(room, sum(paid[client] for client in tight))

    def _flow(self, wanted: Mapping[str, int]) -> tuple[int, set[Any]]:
        """The greatest flow to clients who want so much, and the accounts on the far side of what limits it."""
        residual = self._residual
        for client, units in wanted.items():
            residual.add_edge(client, BIDDER, capacity=units, flow=0)
            residual.add_edge(BIDDER, client, capacity=0, flow=0)
        residual.graph["inf"] = 3 * (sum(wanted.values()) + 1)
        try:
            flow = shortest_augmenting_path(residual, ASKER, BIDDER, residual=residual).graph["flow_value"]
            return int(flow), _leading_to(residual, BIDDER)
        finally:
            residual.remove_node(BIDDER)

    def _closed(self, account: str) -> list[tuple[dict[str, Any], int]]:
        """Closes all ways through an account; what to set back."""
        if account not in self._residual:
            return []
        near = list(self._residual[account])
        arcs = [self._residual[one][two] for other in near for one, two in ((account, other), (other, account))]
        before = [(each, each["capacity"]) for each in arcs]
        for each in arcs:
            each["capacity"] = 0
        return before


def _leading_to(residual: Any, end: Any) -> set[Any]:
    """The accounts from which more could flow to the end."""
    found, waiting = {end}, deque([end])
    while waiting:
        node = waiting.popleft()
        for before in residual.pred[node]:
            arc = residual[before][node]
            if before not in found and arc["flow"] < arc["capacity"]:
                found.add(before)
                waiting.append(before)
    return found
