"""Two thousand random periods against the model (SPEC.md 8.4 to 8.8)."""

from tests.oracle.chain import oracle_chain
from tests.oracle.differential import compare
from tests.oracle.test_differential import RULES


def test_many_random_periods__match_the_model() -> None:
    with oracle_chain() as chain:
        met = compare(chain, range(1000, 1520))
    assert met["periods"] >= 2000
    assert {rule for rule in RULES if met[rule] >= 100} == RULES
