"""Random documents with service levels of every form, and the oracle that their periods are reported to."""

from __future__ import annotations

from typing import Any

from tests import anvil
from tests.audit.random_life import Life
from tests.audit.random_stage import ARBITER, BACKUP, Deal

Message = dict[str, Any]
SIDES = ("client", "contractor")
REPORTERS = {"client": 7, "contractor": 8}
LENGTH = 1500
"""Seconds of a period."""


class ServiceDocuments(Life):
    """A life whose agreements name a real SLAOracle."""

    def __init__(self, web3: Any, seed: int) -> None:
        super().__init__(web3, seed)
        self.oracle = anvil.deployed(web3, "SLAOracle")

    def document(self, token: Any, **deal: Any) -> Message:
        """Reporters are the parties', and worker equity is named."""
        return self._reporting(super().document(token, **deal))

    def amended(self, deal: Deal, item: int) -> Message:
        """At times with other levels, so that another service document takes the place of the one in force."""
        message = super().amended(deal, item)
        if self.random.random() < 0.5:
            conditions = message["annex"]["conditions"]
            service = conditions["service"] | {"levels": conditions["service"]["levels"] | self._levels()}
            message |= {"annex": message["annex"] | {"conditions": conditions | {"service": service}}}
        return self._reporting(message)

    def _reporting(self, message: Message) -> Message:
        parties = {side: message["deal"][side] for side in SIDES}
        conditions = message["annex"]["conditions"]
        levels = conditions["service"]["levels"]
        levels = levels | {"reporters": levels["reporters"] | parties}
        conditions = conditions | {"service": conditions["service"] | {"levels": levels}}
        return message | {"annex": message["annex"] | {"conditions": conditions}}

    def _conditions(self, now: int, ends: list[int]) -> Message:
        draw = self.random
        found = super()._conditions(now, [now + LENGTH * (number + 1) for number in range(len(ends) + 1)])
        ruling = draw.choice((300, 900))
        contest = {"window": draw.choice((300, 900)), "ruling": ruling, "standing": draw.randrange(2)}
        contest |= {"arbiter": self.accounts[ARBITER], "backup": self.accounts[BACKUP]}
        schedule = found["service"]["schedule"] | {
            "reportWithin": draw.choice((600, 1500)),
            "finalWithin": draw.choice((1000, 6000, 9000)),
            "obliged": draw.randrange(2),
            "contest": contest,
        }
        levels = found["service"]["levels"] | self._levels()
        own = {f"{side}Reporters": [self.accounts[number]] for side, number in REPORTERS.items()}
        levels |= {
            "reporters": levels["reporters"] | own | {"clientQuorum": 1, "contractorQuorum": draw.choice((0, 1))}
        }
        operators = {"client": [self.accounts[9]], "contractor": [self.accounts[7]], "limit": 10**9}
        billing = found["billing"] | {"cover": draw.randrange(3)}
        equity = found["equity"] | {"equity": self.equity.address}
        return found | {
            "service": {"schedule": schedule, "levels": levels},
            "operators": operators,
            "billing": billing,
            "equity": equity,
        }

    def _levels(self) -> Message:
        """Levels of every form with bands, credits with every cap, and prices."""
        draw = self.random
        levels = []
        for number in range(draw.randrange(4)):
            form = draw.randrange(4)
            thresholds = (950_000, 500_000) if form < 2 else (40, 20)
            rising = form in (1, 2)
            bands = [
                {"threshold": each, "allocation": share}
                for each, share in zip(sorted(thresholds, reverse=not rising), (100_000, 700_000), strict=True)
            ]
            level = {"name": f"level {number}", "form": form, "minimumSample": draw.choice((0, 5))}
            level |= {"lowVolume": draw.randrange(3), "repeat": draw.choice((1, 2)), "critical": draw.randrange(2)}
            levels.append(level | {"earnBack": draw.randrange(2), "bands": bands[: draw.choice((0, 1, 2, 2))]})
        credits = {
            "atRisk": draw.choice((120_000, 333_333)),
            "periodCap": draw.choice((60_000, 250_001)),
            "yearCap": 100_000,
            "yearPeriods": draw.choice((0, 2, 12)),
            "failures": 2,
            "failureWindow": 3,
            "lapse": 2000,
            "earnBack": draw.choice((0, 1, 2)),
            "earnBackBefore": draw.choice((1, 2, 3)),
        }
        prices = [{"quantity": f"count {number}", "rate": self.amount()} for number in range(draw.randrange(3))]
        return {"levels": levels, "credits": credits, "prices": prices}
