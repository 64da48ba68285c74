"""The contract against the model on random documents and periods (SPEC.md 8.4 to 8.16)."""

from tests.oracle.chain import oracle_chain
from tests.oracle.differential import compare

CREDITS = {"repeat", "period cap", "year cap", "critical", "failures", "assessed later"}
CONTESTED = {"ruled", "held", "returned", "kept", "adjusted up", "adjusted down"}
RULES = CREDITS | CONTESTED


def test_random_periods__match_the_model() -> None:
    with oracle_chain() as chain:
        met = compare(chain, range(50))
    assert met["periods"] >= 180
    assert {rule for rule in RULES if met[rule] >= 10} == RULES
