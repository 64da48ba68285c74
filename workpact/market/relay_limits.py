"""How much a relay takes from whom, and what it says to more (SPEC.md 15.11)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from workpact.market.errors import MarketError

MINUTE, DAY = 60, 24 * 60 * 60


@dataclass(frozen=True)
class Limits:
    """The limits of a relay. A peer is an IPv4 address, or a /64 of IPv6."""

    papers_a_minute_of_author: int = 30
    attempts_a_minute_of_peer: int = 120
    papers_a_day_of_peer: int = 2_000
    bytes_a_day_of_peer: int = 128 * 1024 * 1024
    papers_of_author: int = 1_000
    bytes_of_author: int = 32 * 1024 * 1024
    papers: int = 100_000
    bytes: int = 4 * 1024 * 1024 * 1024
    requests_at_once: int = 64
    requests_at_once_of_peer: int = 16
    connections: int = 512
    connections_of_peer: int = 64
    seconds: int = 30
    """For one request from its first byte to the answer's last."""
    days_after: int = 90
    """How long papers stay after their request is over."""
    days_ahead: int = 400
    """How far ahead a request may be decided; and how long a profile or review stays that is not laid down again."""


class Refused(MarketError):
    """What a relay does not take: `status` of HTTP, `limit` by name, `until` when if that helps, Unix seconds."""

    def __init__(self, status: int, message: str, limit: str | None = None, until: int | None = None) -> None:
        self.status = status
        self.limit = limit
        self.until = until
        super().__init__(message)


class Window:
    """Counts by name within a minute or a day of the clock; forgets all when the next begins."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._number = -1
        self._counts: dict[str, int] = {}

    def of(self, name: str, now: int) -> int:
        """The count in the window of `now`."""
        self._turn(now)
        return self._counts.get(name, 0)

    def add(self, name: str, more: int, now: int) -> None:
        """Adds to it."""
        self._turn(now)
        self._counts[name] = self._counts.get(name, 0) + more

    def end(self, now: int) -> int:
        """When the next window begins."""
        return (now // self._seconds + 1) * self._seconds

    def _turn(self, now: int) -> None:
        number = now // self._seconds
        if number != self._number:
            self._number, self._counts = number, {}


def peer_of(host: str) -> str:
    """Whom an address of the network is counted for."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
