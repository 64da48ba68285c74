"""What is looked at after a call: views, and what the model says of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.model.acts import Model
from tests.model.books import CONTESTED, Period
from tests.model.papers import ZERO, Paper
from tests.model.stage import Stage
from tests.model.world import HOLDBACK, LIVE, PERIODS, WITHDRAWN, Pact, mask_of
from tests.oracle import typed

AMENDED, HOLDBACK_DISPUTED, APPOINTED = 1, 16, 32
"""The flags that say something; the others spare reads."""


def same(value: Any) -> Any:
    """What a view says, as it is."""
    return value.lower() if isinstance(value, str) else value


@dataclass
class Sight:
    """One view, what is taken from its answer, and what that must be."""

    contract: str
    function: str
    arguments: tuple[Any, ...]
    expected: Any
    read: Callable[[Any], Any] = same


def sights(
    model: Model, stage: Stage, papers: Iterable[Paper], histories: dict[tuple[str, bytes], bytes]
) -> Iterator[Sight]:
    """Everybody's money, and all about these documents."""
    for token in stage.tokens:
        for account in (*stage.everybody, stage.agreement):
            yield Sight(token, "balanceOf", (account,), model.balances[token][account])
    for (token, account), amount in model.owed.items():
        yield Sight("Agreement", "owed", (token, account), amount)
    for (origin, payee, token), amount in model.to_take.items():
        yield Sight("Agreement", "toTake", (origin, payee, token), amount)
    for (origin, arbiter), group in model.serves.items():
        yield Sight("Agreement", "serves", (origin, arbiter), group)
    for paper in papers:
        for key in {paper.id, paper.origin}:
            yield Sight("Agreement", "history", (key,), histories.get(("Agreement", key), ZERO))
        yield from _agreement(model, paper)
        if paper.schedule["ends"]:
            yield from _oracle(model, paper, histories)


def _agreement(model: Model, paper: Paper) -> Iterator[Sight]:
    pact = model.pacts.get(paper.origin)
    if pact is None:
        status = WITHDRAWN if paper.origin in model.withdrawn else 0
        yield Sight("Agreement", "stateOf", (paper.origin,), (status, 0), lambda state: (state[8], state[2]))
        return
    lane = Lane(pact)
    yield Sight("Agreement", "stateOf", (pact.origin,), _state(pact), lane.read_state)
    accepted, settled = mask_of(pact.settled - pact.lapsed), mask_of(pact.periods)
    yield Sight("Agreement", "progressOf", (pact.origin,), (pact.status, accepted, settled))
    for item in pact.open_items:
        expected = pact.steps[item]
        shown = expected.accepted, expected.clock, expected.rounds, expected.phase
        yield Sight("Agreement", "progressOfItem", (pact.origin, item), shown, partial(lane.read_step, item))
    step = pact.holdback
    yield Sight(
        "Agreement", "progressOfItem", (pact.origin, HOLDBACK), (step.clock, step.phase), lambda s: (s[1], s[3])
    )
    for period in range(len(pact.paper.schedule["ends"])):
        got = pact.interim[period]
        if period not in pact.periods:
            yield Sight("Agreement", "progressOfItem", (pact.origin, PERIODS + period), got, lambda step: step[0])
    if pact.status == LIVE:
        needed = model.needed(pact)
        terms = pact.paper.abi_terms, pact.paper.abi_conditions
        yield Sight("Agreement", "isCovered", terms, (pact.held >= needed, needed))


def _state(pact: Pact) -> tuple[Any, ...]:
    flags = AMENDED * (pact.paper.id != pact.origin) | APPOINTED * pact.appointed
    flags |= HOLDBACK_DISPUTED * (pact.holdback.phase == 3)
    known = pact.paper.id, pact.held, mask_of(pact.settled), pact.status, flags, pact.retained, mask_of(pact.lapsed)
    return (*known, pact.ends_at, pact.ending)


class Lane:
    """The milestone in flight, whose progress stands in the state."""

    def __init__(self, pact: Pact) -> None:
        self.pact = pact
        self.item: int | None = None
        self.shown: tuple[int, int, int] = (0, 0, 0)

    def read_state(self, state: Any) -> tuple[Any, ...]:
        id, _, held, settled, clock, lane, phase, rounds, status, flags, retained, lapsed, ends_at, ending = state
        if lane:
            self.item, self.shown = lane - 1, (clock, rounds, phase)
        seen = flags & (APPOINTED | HOLDBACK_DISPUTED | AMENDED)
        return id, held, settled, status, seen, retained, lapsed, ends_at, ending

    def read_step(self, item: int, step: Any) -> tuple[Any, ...]:
        return (step[0], *self.shown) if item == self.item else tuple(step)


def _oracle(model: Model, paper: Paper, histories: dict[tuple[str, bytes], bytes]) -> Iterator[Sight]:
    named = model.agreement, paper.origin, paper.document
    book_id, book = model.book_of(paper), model.book(paper)
    yield Sight("SLAOracle", "bookOf", named, book_id)
    yield Sight("SLAOracle", "isInForce", named, model.is_in_force(paper))
    yield Sight("SLAOracle", "historyOf", (book_id,), histories.get(("SLAOracle", book_id), ZERO))
    yield Sight("SLAOracle", "metPeriods", (*named, 2**256 - 1), model.met_periods(paper))
    for number in range(len(paper.schedule["ends"])):
        yield Sight("SLAOracle", "periodOf", (book_id, number), _period(book.periods[number]))
        answer = model.answer(paper, number)
        told = answer.known, answer.final_at, answer.charge, answer.rate, answer.least
        yield Sight("SLAOracle", "resultOf", (*named, number), told)
        yield Sight("SLAOracle", "rightToEnd", (*named, number), model.right_to_end(paper, number))
    reporters = paper.levels["reporters"]
    listed = [*reporters["clientReporters"], *reporters["contractorReporters"]]
    moved = [reporter for document, reporter in book.seats if document == paper.document]
    for reporter in {*listed, *moved}:
        for number in range(len(paper.schedule["ends"])):
            shown = (model.agreement, paper.origin, paper.schedule_hash, paper.abi_levels, reporter, number)
            yield Sight("SLAOracle", "isReporter", shown, model.names(paper, reporter, number))


def _period(period: Period) -> tuple[Any, ...]:
    word = (
        *(period.stage, period.waived, mask_of(period.failed), period.clock, period.final_at, period.rate),
        *(period.cumulative, period.end_until),
    )
    commitment = typed.commitment(period.given) if period.given else ZERO
    counter = typed.commitment(period.other) if period.stage == CONTESTED and period.other else ZERO
    return word, commitment, counter, period.charge, period.held
