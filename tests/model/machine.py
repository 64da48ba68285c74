"""The state machine: Hypothesis chooses what kind of thing happens, and finds the shortest way to a difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.model.acts import Model
from tests.model.kinds import GROUPS, SELDOM
from tests.model.oracle_hands import OracleHands
from tests.model.pair import Pair
from tests.model.stage import Stage
from tests.model.world import LIVE

MOST_LIVE = 3
SEEDS = st.integers(0, 2**64 - 1)


class SecondOpinion(RuleBasedStateMachine):
    """Model and contracts from a fresh start."""

    def __init__(self, stage: Stage, model: type[Model], tally: Tally) -> None:
        super().__init__()
        self.stage, self.tally = stage, tally
        self.snapshot = stage.wire.ask("evm_snapshot")
        self.pair = Pair(stage, model)
        self.hands = OracleHands(0, self.pair)
        self.favourites = list(GROUPS)
        self.drawn = 0

    @initialize(seed=SEEDS, favourites=st.lists(st.sampled_from(list(GROUPS)), min_size=1, max_size=3, unique=True))
    def begin(self, seed: int, favourites: list[str]) -> None:
        self.favourites = favourites
        self.hands.random = self.hands.drafts.random = Random(seed)
        self.play("open")

    @rule(seed=SEEDS)
    def act(self, seed: int) -> None:
        """Something, mostly of what this walk is about; at times an agreement more."""
        # Hypothesis likes to repeat itself
        self.drawn += 1
        self.hands.random = random = self.hands.drafts.random = Random(seed + self.drawn)
        live = sum(pact.status == LIVE for pact in self.pair.model.pacts.values())
        needs_one = live == 0 or (live < MOST_LIVE and random.random() < 0.01)
        group = random.choice(self.favourites if random.random() < 0.6 else list(GROUPS))
        kinds = GROUPS[group] if live < MOST_LIVE else tuple(kind for kind in GROUPS[group] if kind != "open")
        if random.random() < 0.25:
            kinds = SELDOM
        self.play(*(("open",) if needs_one else kinds))

    def play(self, *kinds: str) -> None:
        call = self.hands.guided(kinds)
        if call is not None:
            self.tally.steps += 1
            self.pair.play(call)

    def teardown(self) -> None:
        self.tally.done += self.pair.done
        self.tally.refused += self.pair.refused
        self.stage.wire.ask("evm_revert", self.snapshot)


class Tally:
    """How much was seen."""

    def __init__(self) -> None:
        self.steps = 0
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()


def opine(
    stage: Stage, number: int, examples: int, tally: Tally, model: type[Model] = Model, shrinks: bool = True
) -> None:
    """Walks of at most 60 steps from a seed; a difference is raised, after the shortest way to it was found."""
    phases = (Phase.generate, Phase.shrink) if shrinks else (Phase.generate,)
    chosen = settings(
        max_examples=examples,
        stateful_step_count=60,
        phases=phases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    machine: Callable[[], Any] = partial(SecondOpinion, stage, model, tally)
    run_state_machine_as_test(seed(number)(machine), settings=chosen)
