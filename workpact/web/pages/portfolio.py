"""/: all agreements in short; tiles that open the list behind their number, sorted and turned by plain links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from eth_utils.address import is_address, to_checksum_address
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from workpact.audit.history import Head
from workpact.audit.report.writing import money_writer
from workpact.web.portfolio_line import Line
from workpact.web.rendering import Part, part
from workpact.web.site import Site

SIZE = 50
"""Lines on a page."""
Test = Callable[[Line, "Asked", int], bool]
SHOWN: dict[str, tuple[str, Test]] = {
    "mine": ("your turn", lambda line, asked, _: bool(asked.account) and line.turns_of(asked.account or "")),
    "others": ("somebody else's turn", lambda line, asked, _: _waits(line) and not line.turns_of(asked.account or "")),
    "turn": ("somebody's turn", lambda line, *_: _waits(line)),
    "soon": ("end soon", lambda line, _, now: line.ends_soon(now)),
    "lacking": ("lack cover", lambda line, *_: line.lacking > 0),
    "disputed": ("disputed", lambda line, *_: line.is_disputed),
    "owed": ("owe money", lambda line, asked, _: bool(line.owed.get(asked.account) if asked.account else line.owed)),
    "ended": ("ended", lambda line, *_: not line.is_live),
    "unknown": ("unknown document", lambda line, *_: not line.is_known),
}
"""What a tile counts: its words, and which lines."""
TITLES = {
    "mine": "It is your turn",
    "others": "It is somebody else's turn",
    "turn": "It is somebody's turn",
    "soon": "A date comes within 7 days",
    "lacking": "Cover is lacking",
    "disputed": "Disputed or contested",
    "owed": "Money waits to be withdrawn",
    "ended": "Ended",
    "unknown": "The document is not at hand",
}
LATE = 1 << 62
SORTS: dict[str, Callable[[Line], tuple[object, ...]]] = {
    "next": lambda line: (LATE if line.by is None else line.by, line.opened, line.origin),
    "title": lambda line: (line.title is None, (line.title or "").casefold(), line.origin),
    "parties": lambda line: (_named(line, line.client), _named(line, line.contractor), line.origin),
    "standing": lambda line: (not line.is_live, line.status, line.opened, line.origin),
    "held": lambda line: (line.token.symbol or "", line.token.address, -line.held, line.origin),
}


@dataclass(frozen=True)
class Asked:
    """What a reader wants to see."""

    account: str | None = None
    show: str | None = None
    sort: str = "next"
    page: int = 1

    def link(self, **changes: object) -> str:
        """The address of the same with something else."""
        other = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        usual = Asked()
        chosen = {name: value for name, value in vars(other).items() if value != getattr(usual, name)}
        return "/?" + urlencode(chosen) if chosen else "/"

    @property
    def tiles(self) -> Sequence[str]:
        """Those that make sense: without an account nothing is yours."""
        return [each for each in SHOWN if each not in (("turn",) if self.account else ("mine", "others"))]


def router(site: Site) -> APIRouter:
    """The list; with `?part` the server's part alone."""
    made = APIRouter()

    @made.get("/")
    def agreements(
        request: Request,
        account: str | None = None,
        show: str | None = None,
        sort: str = "next",
        page: int = 1,
    ) -> Response:
        asked = _asked(account, show, sort, page)
        found = portfolio_part(*site.portfolio.lines(), asked)
        return site.answer(request, found, section="portfolio")

    return made


def portfolio_part(head: Head, lines: Sequence[Line], asked: Asked) -> Part:
    """The server's part of the list."""
    own = [each for each in lines if asked.account is None or asked.account in each.seats]
    now = head.timestamp
    behind = {name: [each for each in own if SHOWN[name][1](each, asked, now)] for name in asked.tiles}
    if asked.show is not None and asked.show not in behind:
        raise HTTPException(404, "That list is of one account: choose whose (?account=0x…).")
    chosen = sorted(own if asked.show is None else behind[asked.show], key=SORTS[asked.sort])
    pages = max(1, -(-len(chosen) // SIZE))
    if asked.page > pages:
        raise HTTPException(404, f"That list has {pages} pages.")
    return part(
        "portfolio.html.jinja",
        "Agreements",
        block=head.number,
        asked=asked,
        now=now,
        all=len(own),
        tiles=[(name, SHOWN[name][0], len(behind[name])) for name in asked.tiles],
        caption=TITLES[asked.show] if asked.show else "All",
        lines=chosen[SIZE * (asked.page - 1) : SIZE * asked.page],
        count=len(chosen),
        pages=pages,
        money=lambda line, units: money_writer(vars(line.token))(units),
        named=_named,
    )


def _asked(account: str | None, show: str | None, sort: str, number: int) -> Asked:
    if account is not None and not is_address(account):
        raise HTTPException(404, "An account is 0x and 40 hex digits.")
    if (show is not None and show not in SHOWN) or sort not in SORTS or number < 1:
        raise HTTPException(404, "There is no such list: take one of the tiles.")
    return Asked(account and to_checksum_address(account), show, sort, number)


def _waits(line: Line) -> bool:
    return any(item.turn for item in line.items)


def _named(line: Line, account: str) -> str:
    """A party's name, else its address."""
    return line.names.get(account) or account
