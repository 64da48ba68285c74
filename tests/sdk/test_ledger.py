"""Booked money is told apart by what it was booked for, whoever the parties are by now (SPEC.md 4.3, 6.1, 6.4)."""

from __future__ import annotations

import pytest

from workpact.history import Event
from workpact.ledger import Ledger

FIRST, CURRENT, BETWEEN, CONTRACTOR = (f"0x{number:040x}" for number in range(1, 5))


def event(name: str, **arguments) -> Event:
    """One of an agreement's events."""
    return Event(name, arguments, 0, 0, 0, "0x", (), b"")


OPENED = event("Opened", client=FIRST, contractor=CONTRACTOR, deposit=1000)


def booked(payee: str, amount: int, to_take: bool = False) -> Event:
    return event("Booked", payee=payee, amount=amount, toTake=to_take)


def ruled(to_contractor: int, to_client: int) -> Event:
    return event("Ruled", item=0, by=BETWEEN, toContractor=to_contractor, toClient=to_client, fee=0)


@pytest.mark.parametrize(
    ("events", "paid", "refunded"),
    [
        ([ruled(300, 200), booked(BETWEEN, 200)], 300, 0),
        ([ruled(300, 200), booked(CONTRACTOR, 300)], 0, 200),
        ([ruled(300, 200), booked(CONTRACTOR, 300), booked(BETWEEN, 200)], 0, 0),
        ([ruled(300, 200), booked(CURRENT, 300, True)], 0, 200),
        ([ruled(300, 300), booked(CONTRACTOR, 300)], 0, 300),
        ([ruled(300, 300), booked(FIRST, 300)], 300, 0),
        ([ruled(300, 300), booked(CURRENT, 300)], 300, 0),
        ([ruled(300, 300), booked(CONTRACTOR, 300), booked(BETWEEN, 300)], 0, 0),
        ([ruled(300, 300), booked(CONTRACTOR, 300, True), booked(BETWEEN, 300)], 0, 0),
        ([event("Reclaimed", refunded=200), booked(BETWEEN, 200)], 0, 0),
        ([event("HoldbackReleased", paid=0), ruled(7, 0), event("Released", milestone=0, paid=5, retained=0),
          booked(CURRENT, 5)], 7, 0),
    ],
)  # fmt: skip
def test_booked__counts_on_the_side_it_was_booked_for(events, paid, refunded):
    ledger = Ledger.of([OPENED, *events], CURRENT, [500])

    assert (ledger.paid, ledger.refunded) == (paid, refunded)
    assert ledger.owed == sum(each["amount"] for each in events if each.name == "Booked")
    assert ledger.held == 1000 - ledger.owed - paid - refunded
