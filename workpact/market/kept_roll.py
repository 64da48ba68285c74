"""A client's own roll, kept privately: a place that hides it must not make the client sign a second one."""

from __future__ import annotations

from pathlib import Path

from workpact.chain.journal import data_folder
from workpact.market.errors import BadPaper, MarketError
from workpact.market.paper import Paper
from workpact.market.request import Request
from workpact.market.sealed_bid import BadRoll, Roll
from workpact.private_file import read_private, write_private


class BadKeptRoll(MarketError):
    """The file of an own roll cannot be read."""


def kept_roll_path(request: Request) -> Path:
    """Where a client's roll is kept, in the user's data folder."""
    return data_folder() / "market" / str(request.chain_id) / request.id / "roll.json"


def kept_roll(request: Request) -> Roll | None:
    """The roll that was signed here; None if there is none. Raises `BadKeptRoll`."""
    path = kept_roll_path(request)
    if not path.exists():
        return None
    try:
        return Roll.of(Paper.unchecked(read_private(path), kind="roll"), request)
    except (BadPaper, BadRoll):
        raise BadKeptRoll(f"{path} is no roll of this request: restore it from a copy, and sign no other.") from None


def keep_roll(request: Request, paper: Paper) -> None:
    """Writes a signed roll down before it is laid down."""
    path = kept_roll_path(request)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(path, [paper.to_bytes()], over=False)
