"""Every view of the contract and of the tokens against the model, word by word, in one request."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

from eth_utils import keccak

from tests.equity.acts import Acts
from tests.equity.model import Plan, Pool
from tests.equity.pool_acts import NOBODY

GATES = ("none", "minimum", "maximum", "product")
View = tuple[str, str, tuple[Any, ...], tuple[Any, ...]]
"""Address, signature, arguments, and the words that must be answered; all static."""


def mask_of(numbers: Any) -> int:
    """Numbers as bits."""
    return sum(1 << number for number in numbers)


def check(url: str, views: list[View], moment: int | None = None) -> None:
    """Asks all at the last block, as if it were of another moment if one is given."""
    at = ["latest"] if moment is None else ["latest", {}, {"time": hex(moment)}]
    if not views:
        return
    calls = [
        {"jsonrpc": "2.0", "id": place, "method": "eth_call", "params": [{"to": to, "data": _data(name, given)}, *at]}
        for place, (to, name, given, _) in enumerate(views)
    ]
    request = urllib.request.Request(url, json.dumps(calls).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        answers = {each["id"]: each.get("result") for each in json.loads(answer.read())}
    wrong = [
        (name, given, "answered", _shown(answers[place]), "expected", expected)
        for place, (_, name, given, expected) in enumerate(views)
        if answers[place] != "0x" + "".join(map(_word, expected))
    ]
    assert not wrong, wrong[:5]


def of_all(model: Acts, now: int, histories: dict[bytes, bytes]) -> Iterator[View]:
    """Everything that the model knows."""
    place = model.place
    counts = len(model.pools), len(model.plans), model.made
    yield place, "counts()", (), counts
    for book, word in histories.items():
        yield place, "historyOf(bytes32)", (book,), (word,)
    yield from _rosters(model)
    for number, pool in model.pools.items():
        yield place, "poolOf(uint256)", (number,), _pool(model, pool)
        for round_, earned in enumerate(pool.earned):
            yield place, "earnedBy(uint256,uint256)", (number, round_), (earned,)
        for worker in model.rosters[pool.manager]:
            yield place, "owed(uint256,uint256)", (number, worker), (pool.owed.get(worker, 0),)
    for number, plan in model.plans.items():
        yield place, "planOf(uint256)", (number,), _schedule(plan)
        yield place, "rulesOf(uint256)", (number,), (plan.notice, plan.leave, plan.leaver)
    for offer in model.offers:
        accepted = sum(offer.accepted.values()), offer.is_open
        yield place, "acceptedOf(bytes32)", (model.offer_id(offer),), accepted
    yield from _grants(model, now)
    yield from of_vested(model, now)
    for (token, account), amount in model.balances.items():
        if account != NOBODY:
            yield token, "balanceOf(address)", (account,), (amount,)
    for token in {pool.token for pool in model.pools.values()}:
        minted = sum(grant.claimed for grant in model.grants.values() if model.pool_of(grant).token == token)
        yield token, "totalSupply()", (), (minted,)


def of_vested(model: Acts, moment: int) -> Iterator[View]:
    """What will have vested at a moment, if nothing happens until then."""
    for number in model.grants:
        claimable = model.claimable(number, moment), model.revenue(number)
        yield model.place, "vestedOf(uint256)", (number,), (model.vested(number, moment),)
        yield model.place, "claimableOf(uint256)", (number,), claimable


def _rosters(model: Acts) -> Iterator[View]:
    for manager, roster in model.rosters.items():
        yield model.place, "workersOf(address)", (manager,), (len(roster),)
        for worker, seat in roster.items():
            named = manager, worker
            yield model.place, "walletOf(address,uint256)", named, (seat.wallet or NOBODY,)
            yield model.place, "nonceOf(address,uint256)", named, (seat.nonce,)
            yield model.place, "proposalOf(address,uint256)", named, (seat.proposed or NOBODY, seat.ripe_at)


def _pool(model: Acts, pool: Pool) -> tuple[Any, ...]:
    """The members of `Pool`, in order."""
    money = pool.token, pool.round, model.roster_of(pool.manager), pool.currency or NOBODY
    named = pool.issuer, pool.manager, pool.agreement, pool.origin, pool.book
    return *money, *named, pool.units, pool.granted, pool.forfeited, pool.remainder


def _schedule(plan: Plan) -> tuple[int, ...]:
    """The members of `Schedule`, in order."""
    times = plan.pool, plan.start, plan.cliff, plan.duration, plan.step
    size = len(plan.milestones) + len(plan.periods)
    return *times, GATES.index(plan.gate), plan.accepted, plan.met, size, plan.applied, plan.offers


def _grants(model: Acts, now: int) -> Iterator[View]:
    offered = [offer.first + index for offer in model.offers for index in range(offer.count)]
    for number in [number for number in offered if number not in model.grants]:
        yield model.place, "grantOf(uint256)", (number,), (0,) * 6
    for number, grant in model.grants.items():
        ended = grant.finished_at is not None
        standing = 2 if ended else int(grant.is_marked)
        held = grant.worker, grant.plan, grant.sharing, grant.claimed, grant.paid_to, standing
        since = grant.leaves[-1][0] if grant.on_leave else 0
        away = model.away(grant, now, only_over=True)
        mark = since, away, model.ends_at(grant) or 0, grant.reason, grant.acceleration
        yield model.place, "grantOf(uint256)", (number,), held
        yield model.place, "markOf(uint256)", (number,), mark


def _data(signature: str, arguments: tuple[Any, ...]) -> str:
    return "0x" + keccak(text=signature)[:4].hex() + "".join(map(_word, arguments))


def _word(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return f"{int(value, 16) if isinstance(value, str) else int(value):064x}"


def _shown(answer: str | None) -> list[int] | None:
    return answer and [int(answer[place : place + 64], 16) for place in range(2, len(answer), 64)]
