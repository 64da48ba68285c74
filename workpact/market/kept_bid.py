"""A bidder's own bid, kept privately until it is opened: so that a bid laid down twice is the same sealed bid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from workpact.chain.journal import data_folder
from workpact.market.errors import BadPaper, MarketError
from workpact.market.paper import Paper
from workpact.market.request import Request
from workpact.private_file import read_private, write_private


class BadKeptBid(MarketError):
    """The file of an own bid cannot be read."""


@dataclass(frozen=True, repr=False)
class KeptBid:
    """The bid's paper with its salt, and the sealed bid's, both signed."""

    bid: Paper
    seal: Paper

    def __repr__(self) -> str:
        return f"<KeptBid {self.bid.id}>"


def kept_path(request: Request, bidder: str) -> Path:
    """Where a bidder's bid is kept, in the user's data folder."""
    return data_folder() / "market" / str(request.chain_id) / request.id / f"{bidder.lower()}.json"


def kept_bid(request: Request, bidder: str) -> KeptBid | None:
    """The bid that was kept; None if there is none. Raises `BadKeptBid`."""
    path = kept_path(request, bidder)
    if not path.exists():
        return None
    try:
        written = json.loads(read_private(path))
        kept = KeptBid(*(Paper.unchecked(written[kind].encode(), kind=kind) for kind in ("bid", "seal")))
    except (ValueError, KeyError, TypeError, AttributeError, BadPaper):
        raise BadKeptBid(
            f"{path} is no kept bid: restore it from a copy. Without it the bid cannot be opened."
        ) from None
    if (kept.bid.author, kept.bid.body.get("request")) != (bidder, request.id):
        raise BadKeptBid(f"{path} is another bid than its name says: restore it from a copy.")
    return kept


def keep_bid(request: Request, kept: KeptBid) -> Path:
    """Writes the bid down, readable by its owner alone, before anything of it is laid down."""
    path = kept_path(request, kept.bid.author)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = {"bid": kept.bid.to_bytes().decode(), "seal": kept.seal.to_bytes().decode()}
    write_private(path, [(json.dumps(content, indent=2) + "\n").encode()], over=False)
    return path
