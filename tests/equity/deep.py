"""Many walks in a row, which must meet everything that can happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.equity.walk import Walk

EVENTS = """
Booked Claimed Distributed EndAnnounced EndWithdrawn Enrolled GateRaised GrantAccelerated GrantAccepted GrantEnded
Granted LeaveBegan LeaveEnded LeaverRuleApplied OfferClosed Offered PlanCreated PoolOpened PoolRaised Reserved
RevenueWithdrawn WalletProposed WalletSet WalletVetoed
"""
REFUSALS = """
Empty Ended Ending Irrevocable Late NoGrant NoLeave NoOffer NoShares NoWallet NoWorker NotAccelerated NotEnding
NotInTime NotIssuer NotManager NotOnLeave NotProposed NotRaised NotRipe OfferExceeded PoolExceeded WrongAmount
WrongOffer WrongShare WrongSignature
"""


def walk_all(chain: Any, deploy: Any, compiled: Any, accounts: Any, seeds: Iterable[int]) -> None:
    """A walk of 200 steps for each seed, each from a fresh deployment."""
    met: Counter[str] = Counter()
    for seed in seeds:
        with chain.isolate():
            walk = Walk(chain, deploy, compiled, accounts, seed)
            walk.run(200)
            met.update(walk.done)
    assert not {name: met[name] for name in EVENTS.split() if met[name] < 5}
    assert not [name for name in REFUSALS.split() if not met["WorkerEquity_" + name]]
