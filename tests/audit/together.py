"""What a life on an own chain does with its room, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable

from tests.audit.long_life import DAY, Life
from tests.audit.shared import REVIEWED, SHARED, Call, Shared


def share(life: Life) -> int:
    """Files shared in the first agreement's room; how many events."""
    _carry(life, _shared(life).sharing())
    return len(SHARED)


def part(life: Life) -> int:
    """The first agreement ended by both, all that is left going back, and reviewed by both; how many events."""
    state = life.contract("Agreement").functions.stateOf(life.id()).call()
    closing = (state[2] + state[10], 0, life.now + DAY)
    signature = life.sign("contractor", life.document.closing_typed_data(31337, life.agreement, *closing))
    life.send(*life.act("client", "endByBoth", (life.id(), *closing), b"", signature))
    _carry(life, _shared(life).reviewing())
    return 1 + len(REVIEWED)


def _shared(life: Life) -> Shared:
    return Shared(life.document, life.agreement, life.id(), life.address)


def _carry(life: Life, calls: Iterable[Call]) -> None:
    for each in calls:
        life.send(each.role, life.contract(each.contract).functions[each.function](*each.arguments))
