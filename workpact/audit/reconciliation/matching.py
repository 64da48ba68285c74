"""Events that move money, one for one with the token's transfers in the same transaction (SPEC.md 13.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from eth_utils.crypto import keccak

from workpact.audit.entries import Entry
from workpact.audit.reconciliation.sheet import Account, Contradiction, Move, Run
from workpact.audit.transfers import Transfer

Leg = tuple[Transfer, bool]
"""A transfer as one contract sees it: into it (True), or out of it. One between two of ours is two legs."""


@dataclass
class Matched:
    """What a transaction's transfers say of its events."""

    moved: Counter[Account] = field(default_factory=Counter)
    """By account, what the matched transfers moved."""
    contradictions: list[Contradiction] = field(default_factory=list)
    unexplained: list[Leg] = field(default_factory=list)
    """Legs of no event."""


def match(moves: Sequence[Move], runs: Sequence[Run], transfers: Sequence[Transfer], ours: Collection[str]) -> Matched:
    """Finds for each move of a transaction its transfer: same token, same way, same amount, same other side."""
    legs = [(each, True) for each in transfers if each.receiver in ours]
    legs += [(each, False) for each in transfers if each.sender in ours]
    found = Matched()
    for run in runs:
        legs = _lines(run, legs, found)
    missing: list[Move] = []
    for move in sorted(moves, key=lambda each: each.other is None):
        leg = next((leg for leg in legs if _is(move, leg)), None)
        if leg is None:
            missing.append(move)
        else:
            legs.remove(leg)
            found.moved[move.account] += move.amount
    for move in sorted(missing, key=lambda each: each.entry.place):
        legs = _miss(move, legs, found)
    found.unexplained = legs
    return found


def _is(move: Move, leg: Leg) -> bool:
    transfer, is_in = leg
    other = transfer.sender if is_in else transfer.receiver
    return transfer.amount == move.amount and move.other in (None, other) and _is_like(move, leg)


def _is_like(move: Move, leg: Leg) -> bool:
    """Of the same token, into or out of the same contract."""
    transfer, is_in = leg
    ours = transfer.receiver if is_in else transfer.sender
    return is_in == move.is_in and transfer.token == move.account.token and ours == move.account.address


def _miss(move: Move, legs: list[Leg], found: Matched) -> list[Leg]:
    """Names a move without its transfer, with the transfers that may have been meant."""
    like = [leg for leg in legs if _is_like(move, leg)]
    side = [leg for leg in like if move.other == (leg[0].sender if leg[1] else leg[0].receiver)]
    meant = side[:1] or [leg for leg in like if leg[0].amount == move.amount][:1]
    way = "from" if move.is_in else "to"
    others = [leg[0].sender if leg[1] else leg[0].receiver for leg in meant]
    told = ", ".join(f"{leg[0].amount} {way} {other}" for leg, other in zip(meant, others, strict=True)) or "nothing"
    what = f"says {move.amount} {way} {move.other or 'a party that no document here names'}, the token moved {told}"
    actual = sum(leg[0].amount for leg in meant)
    found.moved[move.account] += actual
    found.contradictions.append(Contradiction(move.entry, what, move.account, move.amount, actual))
    return [leg for leg in legs if leg not in meant]


def _lines(run: Run, legs: list[Leg], found: Matched) -> list[Leg]:
    """Takes out the transfers that are the run's lines, which its event names by their hash alone."""
    entry, token, address = run.entry, run.account.token, run.account.address
    sent = [leg for leg in legs if not leg[1] and (leg[0].token, leg[0].sender) == (token, address)]
    after: list[Entry | Leg] = sorted([*sent, *run.booked], key=_place)
    after = [each for each in after if _place(each) > entry.place][: entry["count"]]
    lines = [each for each in after if isinstance(each, tuple)]
    packed = b"".join(_packed(each) for each in after)
    moved = sum(leg[0].amount for leg in lines)
    found.moved[run.account] += moved
    if keccak(packed) != bytes(entry["lines"]):
        booked = sum(each["amount"] for each in run.booked)
        what = f"pays {entry['count']} lines of {entry['total']} in all; the transfers and bookings after it are others"
        found.contradictions.append(Contradiction(entry, what, run.account, entry["total"] - booked, moved))
    taken = {leg[0].place for leg in lines}
    return [leg for leg in legs if leg[1] or leg[0].place not in taken]


def _place(each: Entry | Leg) -> tuple[int, int]:
    return each[0].place if isinstance(each, tuple) else each.place


def _packed(each: Entry | Leg) -> bytes:
    """A line of a run: payee and amount in one word."""
    if isinstance(each, tuple):
        payee, amount = each[0].receiver, each[0].amount
    else:
        payee, amount = each["payee"], each["amount"]
    return (int(payee, 16) << 96 | amount).to_bytes(32)
