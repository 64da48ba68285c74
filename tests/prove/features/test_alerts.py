"""Every scheme on fifty seeds that nothing was tuned on, and a hundred thousand honest events (SPEC.md 13.9)."""

import pytest

from tests.audit.schemes import SCHEMES
from tests.audit.schemes.measuring import REPORTED, clean, missed
from workpact.audit.alerts import RULES

ALLOWED = 5
"""Per cent of seeds at which a scheme may stay unseen."""


@pytest.mark.parametrize("name", SCHEMES)
def test_scheme__on_fifty_other_seeds__is_asked_about(name):
    unseen = missed(SCHEMES[name], REPORTED)
    assert 100 * len(unseen) <= ALLOWED * len(REPORTED), unseen


def test_honest_agreements__at_most_one_false_alarm_in_a_thousand_events():
    found = clean(REPORTED)
    assert found.events >= 100_000
    assert 1_000 * found.alarms.total() <= found.events, found.alarms
    assert set(found.alarms) <= set(RULES)
