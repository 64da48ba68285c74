"""What a server was started with: where its pages come from, and how they are answered."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from workpact import WorkpactError
from workpact.web.follower import Follower
from workpact.web.portfolio import Portfolio
from workpact.web.rendering import Part, page
from workpact.web.snapshot import Snapshot

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
HTML = "text/html; charset=utf-8"
BYTES = 64 * 1024 * 1024
"""Of parts that are kept."""
SETTINGS = {
    "agreement": "Agreement",
    "oracle": "SLAOracle",
    "equity": "WorkerEquity",
    "payroll": "Payroll",
    "room": "DataRoom",
    "talent": "TalentRegistry",
}
"""What scripts find a contract's address by: `data-…` of the body."""


class BadAddress(WorkpactError):
    """What was given is no address that pages may use."""


def hosts_of(host: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that a server answers to which listens at `host`: those of this machine alone, and `names`."""
    everywhere = ("0.0.0.0", "::", "")
    own = () if host in everywhere else (f"[{host}]" if ":" in host else host,)
    return tuple(dict.fromkeys(each.lower() for each in (*LOOPBACK, *names, *own)))


def relayer_of(url: str | None) -> str | None:
    """The address of a relayer as a security policy has it: scheme, name and port. Raises `BadAddress`."""
    if url is None:
        return None
    parsed = urlsplit(url)
    if not re.fullmatch(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?/?|https?://\[[0-9a-fA-F:]+\](:[0-9]{1,5})?/?", url):
        raise BadAddress(f"{url} is no address of a relayer: write http://NAME:PORT or https://NAME.")
    return f"{parsed.scheme}://{parsed.netloc}"


class Parts:
    """Parts, each made once for a page, an agreement, its files and a block; the last ones used are kept."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._making: dict[tuple[object, ...], Lock] = {}
        self._made: OrderedDict[tuple[object, ...], Part] = OrderedDict()
        self._bytes = 0

    def of(self, key: tuple[object, ...], make: Callable[[], Part]) -> Part:
        """The part of a key; whoever asks while it is made waits for that one."""
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            made = self._made.get(key)
            if made is None:
                try:
                    made = make()
                finally:
                    with self._lock:
                        self._making.pop(key, None)
                self._keep(key, made)
            with self._lock:
                self._making.pop(key, None)
            return made

    def _keep(self, key: tuple[object, ...], made: Part) -> None:
        with self._lock:
            self._made[key] = made
            self._bytes += len(made.content)
            while self._bytes > BYTES and len(self._made) > 1:
                _, gone = self._made.popitem(last=False)
                self._bytes -= len(gone.content)


@dataclass(frozen=True)
class Site:
    """One server. `market` is the place of papers, `relayer` the address of a relayer; None for none."""

    follower: Follower
    hosts: tuple[str, ...] = LOOPBACK
    """Names that it answers to."""
    market: str | None = None
    relayer: str | None = None
    parts: Parts = field(default_factory=Parts, compare=False)

    @cached_property
    def portfolio(self) -> Portfolio:
        """The lines of all agreements."""
        return Portfolio(self.follower)

    @property
    def settings(self) -> dict[str, object]:
        """What scripts of every page know: chain, its time, contracts, relayer."""
        deployed = self.follower.index.deployed
        found = {name: deployed.contracts.get(contract) for name, contract in SETTINGS.items()}
        at = self.follower.last
        known = {"chain": deployed.chain_id, "now": at and at.timestamp, **found, "relayer": self.relayer}
        return {name: value for name, value in known.items() if value is not None}

    def part(self, name: str, snapshot: Snapshot, make: Callable[[Snapshot], Part]) -> Part:
        """The part of an agreement's page of that name, made once for each snapshot."""
        key = name, snapshot.origin, snapshot.head.hash, tuple(snapshot.history.subject.papers)
        return self.parts.of(key, lambda: make(snapshot))

    def page(self, made: Part, *, section: str) -> bytes:
        """A whole page with a part in it. `section` is where in the navigation it stands."""
        return page(made, section=section, **self.settings)

    def answer(self, request: Request, made: Part, *, section: str, status: int = 200) -> Response:
        """The page, or the part alone if that is asked for (`?part`); nothing if the browser has it already."""
        if "part" not in request.query_params:
            return Response(self.page(made, section=section), status, media_type=HTML)
        headers = {"ETag": f'W/"{made.hash}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if made.block is not None:
            headers["Workpact-Block"] = str(made.block)
        if made.hash in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(made.content, status, headers, HTML)
        return Response(made.compressed, status, headers | {"Content-Encoding": "gzip"}, HTML)
