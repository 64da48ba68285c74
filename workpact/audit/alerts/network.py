"""Who paid whom: the token's transfers as a graph of people, without contracts and without shops and exchanges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workpact.audit.alerts.facts import Facts
from workpact.audit.transfers import Transfer
from workpact.terms.units import PPM


@dataclass(frozen=True)
class Network:
    """Transfers between people, by sender, in order."""

    sent: Mapping[str, Sequence[Transfer]]
    first: Mapping[str, Transfer]
    """The first that each address got."""
    hubs: frozenset[str]

    @classmethod
    def of(cls, facts: Facts, hub_counterparties: int) -> Network:
        """`hub_counterparties`: who deals with as many others, wages apart, is a hub."""
        workers = {each.payee for each in facts.wages}
        met: dict[str, set[str]] = {}
        sent: dict[str, list[Transfer]] = {}
        first: dict[str, Transfer] = {}
        for each in facts.transfers:
            if not each.amount or each.sender == each.receiver:
                continue
            first.setdefault(each.receiver, each)
            if {each.sender, each.receiver} & facts.contracts:
                continue
            sent.setdefault(each.sender, []).append(each)
            met.setdefault(each.sender, set()).update({each.receiver} - workers)
            met.setdefault(each.receiver, set()).update({each.sender} - workers)
        hubs = frozenset(who for who, others in met.items() if len(others) >= hub_counterparties)
        return cls(sent, first, hubs)

    def routes(
        self, start: str, ends: frozenset[str], since: int, until: int, least: int, hops: int
    ) -> Iterator[tuple[Transfer, ...]]:
        """Ways of at most so many transfers to one of `ends`, each later than the last and at least so large."""
        open_ways: list[tuple[Transfer, ...]] = [()]
        for _ in range(hops):
            further: list[tuple[Transfer, ...]] = []
            for way in open_ways:
                at, after = (way[-1].receiver, way[-1].log.place) if way else (start, (0, 0))
                passed = {start, *(each.receiver for each in way)}
                for each in self.sent.get(at, ()):
                    in_time = since <= each.log.timestamp <= until and each.log.place > after
                    if not in_time or each.amount < least or each.receiver in passed:
                        continue
                    if each.receiver in ends:
                        yield (*way, each)
                    elif each.receiver not in self.hubs:
                        further.append((*way, each))
            open_ways = further

    def sweep(self, who: str, amount: int, share_ppm: int) -> tuple[str, list[Transfer]] | None:
        """Where more than a share of an amount, in ppm, goes from an address; with the transfers there."""
        to: dict[str, list[Transfer]] = {}
        for each in self.sent.get(who, ()):
            to.setdefault(each.receiver, []).append(each)
        for receiver, moved in to.items():
            if sum(each.amount for each in moved) * PPM > amount * share_ppm:
                return receiver, moved
        return None

    def spent(self, who: str) -> int:
        """All that an address sent to people."""
        return sum(each.amount for each in self.sent.get(who, ()))
