"""What moves do in money, to the unit, as the contracts reckon it (SPEC.md 5.8, §6)."""

from __future__ import annotations

from workpact.agreement_state import HOLDBACK
from workpact.terms.units import PPM
from workpact.web.move import Flow
from workpact.web.outcomes import Position


def paid(position: Position, amount: int, rest: int | None = None) -> Flow:
    """A payment out of what is held; `rest` is what was due."""
    now, kept = position.parted(amount, position.now)
    return Flow(now, kept, still_owed=0 if rest is None else rest - amount)


def reclaimed(position: Position, index: int) -> Flow:
    """A milestone taken back or given up: what it frees goes to the client, as far as nothing else needs it."""
    surplus = max(position.held - position.needed(position.now, without=index), 0)
    return Flow(to_client=min(position.rest(index), surplus))


def at_stake(position: Position, item: int) -> int:
    """What a ruling divides: of a milestone as far as it is held, else the holdback."""
    return position.holdback if item == HOLDBACK else min(position.rest(item), position.held)


def ruled(position: Position, item: int, fee_rate: int, share: int) -> Flow:
    """A ruling, by `share` for the contractor; the fee falls on each side by what it lost."""
    pot = at_stake(position, item)
    missing = 0 if item == HOLDBACK else (position.rest(item) - pot) * share // PPM
    if pot == 0:
        return Flow(still_owed=missing)
    fee, part = pot * fee_rate // PPM, pot * share // PPM
    borne = min(part, fee * (pot - part) // pot)
    borne = max(borne, fee - (pot - part))
    return Flow(part - borne, 0, pot - fee - (part - borne), fee, missing)
