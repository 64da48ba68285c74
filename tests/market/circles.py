"""Payments between accounts without a chain, drawn or by hand, and what they are worth by another way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from random import Random

import networkx as nx
from hypothesis import strategies as st

from workpact.chain.state import Status
from workpact.market.dealings import Dealing
from workpact.market.standing import Standing

TOKEN = "0x" + "70" * 20
ASKER = "asker"
NAMES = [ASKER, "trusted", "one", "two", "three", "bidder"]
CIRCLE = ["sybil 1", "sybil 2", "sybil 3"]


def paid(client: str, contractor: str, units: int, kept: int = 1, of: int = 1, token: str = TOKEN) -> Dealing:
    """An agreement in which so much was paid, and `kept` of `of` milestones were accepted."""
    origin = f"{client} {contractor} {units} {kept} {of}".encode()
    return Dealing(
        origin, client, contractor, token, True, status=Status.DONE, paid=units, accepted=kept, lapsed=of - kept
    )


def ring(number: int, random: Random, most: int, name: str = "ring") -> list[Dealing]:
    """So many accounts that pay each other in a circle and across it, always to their full content."""
    names = [f"{name} {each}" for each in range(number)]
    made = [paid(names[each], names[each - 1], random.randint(1, most)) for each in range(number)]
    for _ in range(4 * number):
        one, other = random.sample(names, 2)
        made.append(paid(one, other, random.randint(1, most)))
    return made


def between(made: Iterable[Dealing], circle: Collection[str]) -> int:
    """All that was paid between a circle of accounts and the rest, either way."""
    return sum(each.paid for each in made if (each.client in circle) != (each.contractor in circle))


def traced(made: Sequence[Dealing], account: str, clients: Collection[str], trusted: Collection[str] = ()) -> int:
    """The greatest flow to what these clients paid an account, in a graph that is built for it alone."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink", ASKER])
    graph.add_edges_from([("source", who) for who in {ASKER, *trusted} - {account}])  # without a limit
    for each in made:
        if each.contractor == account and each.client in clients:
            _add(graph, each.client, "sink", each.paid)
        elif account not in (each.client, each.contractor):
            _add(graph, each.client, each.contractor, each.paid)
            _add(graph, each.contractor, each.client, each.paid)
    return int(nx.maximum_flow_value(graph, "source", "sink", flow_func=nx.algorithms.flow.preflow_push))


def unfair(made: Sequence[Dealing], account: str, shares: Mapping[str, int], trusted: Collection[str] = ()) -> str:
    """What is wrong with a division of what clients paid; nothing if none of them can have a greater part but at the
    cost of one whose part is no greater. Each share is floored, so as many units as there are clients may be missing.
    """
    wanted = {client: sum(e.paid for e in made if (e.client, e.contractor) == (client, account)) for client in shares}
    sets = [set(some) for size in range(1, len(shares) + 1) for some in combinations(sorted(shares), size)]
    limits = {frozenset(some): traced(made, account, some, trusted) for some in sets}
    for some, limit in limits.items():
        if sum(shares[each] for each in some) > limit:
            return f"{set(some)} get more than {limit}"
    for client, share in shares.items():
        full = [
            some
            for some, limit in limits.items()
            if client in some
            and sum(shares[each] for each in some) >= limit - len(some)
            and all(shares[each] * wanted[client] <= (share + 1) * wanted[each] for each in some)
        ]
        if share < wanted[client] and not full:
            return f"{client} could get more than {share}"
    return ""


def _add(graph: nx.DiGraph, one: str, other: str, units: int) -> None:
    before = graph.get_edge_data(one, other, {"capacity": 0})["capacity"]
    graph.add_edge(one, other, capacity=before + units)


# What holds of any payments; "trusted" is listed


def payments(names: list[str], most: int) -> st.SearchStrategy[list[Dealing]]:
    """Up to so many agreements between any two of these."""
    pair = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda both: both[0] != both[1])
    made = st.builds(lambda both, units, kept: paid(*both, units, kept, 3), pair, st.integers(1, 99), st.integers(0, 3))
    return st.lists(made, max_size=most)


def check_greatest(made: list[Dealing]) -> None:
    """The bidder's flow is the greatest, but for what is rounded, and divided fairly."""
    standing = Standing(made, TOKEN, ASKER, ["trusted"])
    clients = {each.client for each in made if each.contractor == "bidder"}
    greatest = traced(made, "bidder", clients, ["trusted"])
    assert greatest - len(clients) <= standing.of("bidder").flow <= greatest
    others = dict.fromkeys(clients - {ASKER, "trusted"}, 0)
    for each in made:
        if each.contractor == "bidder" and each.client in others:
            others[each.client] += each.paid
    assert unfair(made, "bidder", standing.network.shared(others, "bidder"), ["trusted"]) == ""


def check_bound(made: list[Dealing]) -> None:
    """Nobody of a circle, nor all together, is traced above what was paid between it and the rest."""
    circle = {*CIRCLE, "bidder"}
    limit = between(made, circle)
    standing = Standing(made, TOKEN, ASKER, ["trusted"])
    assert all(standing.of(each).flow <= limit for each in circle)
    gathered = [paid(each, "gatherer", 10**9) for each in sorted(circle)]
    assert Standing([*made, *gathered], TOKEN, ASKER, ["trusted"]).of("gatherer").flow <= limit


def check_names(made: list[Dealing], random: Random) -> None:
    """Other names in another order stand the same."""
    new = {name: f"{random.random()} {name}" for name in [*NAMES, *CIRCLE]}
    renamed = [
        paid(new[each.client], new[each.contractor], each.paid, each.accepted, each.accepted + each.lapsed)
        for each in random.sample(made, len(made))
    ]
    other = Standing(renamed, TOKEN, new[ASKER], [new["trusted"]])
    this = Standing(made, TOKEN, ASKER, ["trusted"])
    assert [this.of(each) for each in new] == [other.of(new[each]) for each in new]
