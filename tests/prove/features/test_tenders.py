"""Bids with any one value changed and signed again, and tenders in which anybody lays down anything in any order."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from tests.market import asked
from tests.market.papers import CHAIN, REGISTRY, account
from tests.market.spoiling import at, leaves, put
from workpact.audit.bundle.messages import written
from workpact.market.bid import BadBid
from workpact.market.paper import Paper
from workpact.market.tender import State, tender
from workpact.signing import sign
from workpact.terms import eip712

CHANGES = 4_000
TENDERS = 400
FREE = {
    "deal.contractor": False,
    "annex.offer.salt": lambda old, new: new > 0,  # noqa: ARG005
    "annex.offer.openBefore": lambda old, new: new >= asked.DECIDE,  # noqa: ARG005
    "annex.conditions.legalText": lambda old, new: True,  # noqa: ARG005
    "annex.conditions.operators.contractor.#": lambda old, new: True,  # noqa: ARG005
    "annex.conditions.service.levels.reporters.contractorReporters.#": lambda old, new: True,  # noqa: ARG005
    "milestones.#.amount": lambda old, new: new > 0,  # noqa: ARG005
    "milestones.#.due": lambda old, new: new <= old,
    "annex.conditions.billing.fixedCharge": lambda old, new: True,  # noqa: ARG005
    "annex.conditions.billing.cap": lambda old, new: new <= old,
    "annex.conditions.service.levels.prices.#.rate": lambda old, new: True,  # noqa: ARG005
    "annex.conditions.service.levels.credits.atRisk": lambda old, new: old <= new <= 1_000_000,
    "annex.conditions.service.levels.credits.periodCap": lambda old, new: old <= new <= 1_000_000,
    "annex.conditions.service.levels.credits.yearCap": lambda old, new: old <= new <= 1_000_000,
    "annex.conditions.service.levels.levels.#.bands.#.allocation": lambda old, new: old <= new,
    "annex.conditions.service.levels.levels.#.bands.#.threshold": lambda old, new: old <= new <= 1_000_000,
    "annex.conditions.service.levels.levels.#.repeat": lambda old, new: old <= new <= 1_000,
}
"""What a bid may change alone, beside a price of at most 4,000: old and new value, by field."""


def test_bid__with_any_value_changed_and_signed__counts_only_within_what_is_open():
    rest, honest = Random(18), asked.answer().message
    places = list(leaves(honest))
    counted = 0

    for _ in range(CHANGES):
        message, path = asked.deepcopy(honest), rest.choice(places)
        old = at(honest, path)
        put(message, path, _other(rest, old))
        try:
            bid = asked.read(_signed(message))
        except BadBid:
            continue
        counted += 1
        field = re.sub(r"\b\d+\b", "#", ".".join(map(str, path)))
        allowed = FREE.get(field, False)
        assert at(message, path) == old or (callable(allowed) and allowed(old, at(message, path))), (path, old)
        assert bid.price_units <= 4_000_000_000

    assert counted > CHANGES // 100


def test_tender__of_any_papers_in_any_order__counts_what_a_model_counts():
    rest = Random(19)
    good = {number: asked.good_bid(number) for number in range(2, 8)}
    cheap = {number: asked.good_bid(number, ("rate: 2.50 TUSD", "rate: 2 TUSD")) for number in range(2, 5)}
    bad = {8: asked.bid_of(asked.answer(("atRisk: 12 %", "atRisk: 11 %"), bidder=8), 8)}

    for _ in range(TENDERS):
        sealed = {number: asked.seal_of(bid, number) for number, bid in (good | bad).items() if rest.random() < 0.8}
        second = {number: asked.seal_of(bid, number) for number, bid in cheap.items() if rest.random() < 0.3}
        seals = [*sealed.values(), *second.values()]
        listed = [paper for paper in seals if rest.random() < 0.8]
        rolls = [asked.roll_of(*listed), *([asked.roll_of(*seals)] if rest.random() < 0.2 else [])]
        bids = [bid for bid in (*good.values(), *cheap.values(), *bad.values()) if rest.random() < 0.8]
        junk = [
            Paper.signed(account(50), "bid", {"request": asked.request().id, "x": str(n)}, CHAIN, REGISTRY)
            for n in range(2)
        ]
        papers = [rolls, seals, [*bids, *junk]]
        for each in papers:
            rest.shuffle(each)

        found = tender(asked.request(), *papers, asked.DEADLINE + 1, {})

        assert [bid.id for bid in found.bids] == sorted(_model(rolls, listed, sealed, second, bids, good, cheap))
        assert found.is_equivocal == (len({roll.id for roll in rolls}) > 1)
        assert all(entry.state is not State.OPEN or entry.why == () for entry in found.entries)


def _model(
    rolls: list[Paper],
    listed: list[Paper],
    sealed: dict[int, Paper],
    second: dict[int, Paper],
    bids: list[Paper],
    good: dict[int, Paper],
    cheap: dict[int, Paper],
) -> list[str]:
    """The ids of bids that count: whoever has one sealed bid on the one roll, and has laid down just that bid."""
    if len({roll.id for roll in rolls}) > 1:
        return []
    laid, named = {bid.id for bid in bids}, {paper.id for paper in listed}
    counted = []
    for number, bid in good.items():
        first, other = sealed.get(number), second.get(number)
        has_first = first is not None and first.id in named
        has_other = other is not None and other.id in named
        if has_first != has_other:
            own = bid if has_first else cheap[number]
            counted += [own.id] if own.id in laid else []
    return counted


def _other(rest: Random, old: Any) -> Any:
    if isinstance(old, int):
        near = [old + 1, max(old - 1, 0), old * 2, old // 2, 0, 1, 1_000_000, 2**37, 2**96, rest.getrandbits(256)]
        return rest.choice(near)
    if isinstance(old, bytes):
        return rest.randbytes(32)
    if str(old).startswith("0x"):
        return asked.address(str(rest.random()))
    return old + rest.choice(["x", "-1", " "])


def _signed(message: Any) -> Paper:
    domain = eip712.domain(eip712.AGREEMENT_DOMAIN, CHAIN, asked.AGREEMENT)
    signature = sign(account(asked.BIDDER), eip712.typed_data("Agreement", message, domain))
    body = {
        "request": asked.request().id,
        "message": written("Agreement", message),
        "signature": "0x" + signature.hex(),
        "salt": "0x" + asked.SALT.hex(),
        "file": {},
    }
    return Paper.signed(account(asked.BIDDER), "bid", body, CHAIN, REGISTRY)
