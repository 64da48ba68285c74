"""Recall of schemes and false alarms on honest agreements, by seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.audit.schemes.honest import honest
from tests.audit.schemes.scheme import Scheme
from workpact.audit.alerts import look

TUNED = range(0, 50)
"""Seeds that thresholds were chosen on."""
REPORTED = range(1_000, 1_050)
"""Seeds that nothing was chosen on."""
CLEAN_OF_SEED = 7
"""Honest agreements of one seed."""


@dataclass
class Clean:
    """What the rules say of honest agreements."""

    agreements: int = 0
    events: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    """By rule."""
    touched: int = 0
    """Agreements with at least one."""


def missed(scheme: Scheme, seeds: Iterable[int]) -> list[int]:
    """The seeds at which a scheme stays unseen."""
    return [seed for seed in seeds if not scheme.is_found(seed)]


def clean(seeds: Iterable[int], each: int = CLEAN_OF_SEED) -> Clean:
    """All alarms on honest agreements, every one false."""
    found = Clean()
    for seed in seeds:
        for number in range(each):
            case = honest(f"clean/{seed}/{number}").case()
            alerts = look(case).alerts
            found.agreements += 1
            # Shared files are no occasion for most rules: they would make the rate look better.
            found.events += sum(each.contract != "DataRoom" for each in case.history.entries)
            found.alarms.update(alert.rule for alert in alerts)
            found.touched += bool(alerts)
    return found
