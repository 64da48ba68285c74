"""What a server was started with: where its pages come from, and how they are answered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

from workpact.web.follower import Follower
from workpact.web.rendering import Part, page
from workpact.web.snapshot import Snapshot

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
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    """Names that it answers to."""
    market: str | None = None
    relayer: str | None = None
    parts: Parts = field(default_factory=Parts, compare=False)

    @property
    def settings(self) -> dict[str, object]:
        """What scripts of every page know: chain, its time, contracts, relayer."""
        deployed = self.follower.index.deployed
        found = {name: deployed.contracts.get(contract) for name, contract in SETTINGS.items()}
        known = {"chain": deployed.chain_id, "now": self.follower.head.timestamp, **found, "relayer": self.relayer}
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
