"""The calls that contracts allow at the snapshot's block, each with whom, until when, and what it does (SPEC.md 16.4).

for move in moves(snapshot):
    move.label, move.who, move.effect
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup

from workpact.web.desk import Desk
from workpact.web.ending_moves import ending_moves
from workpact.web.milestone_moves import holdback_moves, milestone_moves
from workpact.web.money_moves import money_moves
from workpact.web.move import Move
from workpact.web.period_moves import period_moves
from workpact.web.seat_moves import seat_moves
from workpact.web.snapshot import Snapshot


def moves(snapshot: Snapshot) -> tuple[Move, ...]:
    """All moves of all accounts."""
    desk = Desk(snapshot)
    made = (milestone_moves, holdback_moves, period_moves, money_moves, ending_moves, seat_moves)
    return tuple(move for each in made for move in each(desk))


def moves_json(made: Iterable[Move]) -> Markup:
    """Moves for a script element of JSON: nothing in it ends that element."""
    text = json.dumps([each.to_json() for each in made], ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
