"""How much a relayer sends for whom, and what it says to more (SPEC.md 16.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workpact.market.relay_limits import DAY, Refused, Window

HOUR = 60 * 60


@dataclass(frozen=True)
class RelayerLimits:
    """The limits of a relayer. A peer is an IPv4 address, or a /64 of IPv6; gas is what a call is expected to use."""

    gas_of_call: int = 5_000_000
    items_of_call: int = 50
    """Grants, wages or leaves in one call."""
    bytes_of_call: int = 64 * 1024
    calls_a_day_of_wallet: int = 20
    gas_a_day_of_wallet: int = 6_000_000
    attempts_an_hour_of_peer: int = 240
    calls_an_hour_of_peer: int = 60
    calls_an_hour: int = 200
    gas_an_hour: int = 30_000_000
    waiting: int = 20
    """Calls that are taken and not mined yet."""
    floor: int = 10**16
    """What the key keeps, in wei: with less it sends nothing."""


class Meter:
    """Counts what was taken, by wallet, by peer and in all."""

    def __init__(self, limits: RelayerLimits) -> None:
        self._limits = limits
        self._attempts, self._peers, self._all = Window(HOUR), Window(HOUR), Window(HOUR)
        self._wallets = Window(DAY)

    def attempt(self, peer: str, now: int) -> None:
        """Somebody asks. Raises `Refused`."""
        most = self._limits.attempts_an_hour_of_peer
        self._require(self._attempts, peer, 1, most, now, "attempts an hour of one peer")
        self._attempts.add(peer, 1, now)

    def take(self, wallets: Iterable[str], peer: str, gas: int, now: int) -> None:
        """A call for wallets that is expected to use so much gas; counted if all limits allow it. Raises `Refused`."""
        limits, named = self._limits, sorted(set(wallets))
        for wallet in named:
            calls, used = f"calls {wallet}", f"gas {wallet}"
            self._require(self._wallets, calls, 1, limits.calls_a_day_of_wallet, now, "calls a day of one wallet")
            self._require(self._wallets, used, gas, limits.gas_a_day_of_wallet, now, "gas a day of one wallet")
        self._require(self._peers, peer, 1, limits.calls_an_hour_of_peer, now, "calls an hour of one peer")
        self._require(self._all, "calls", 1, limits.calls_an_hour, now, "calls an hour")
        self._require(self._all, "gas", gas, limits.gas_an_hour, now, "gas an hour")
        for wallet in named:
            self._wallets.add(f"calls {wallet}", 1, now)
            self._wallets.add(f"gas {wallet}", gas, now)
        self._peers.add(peer, 1, now)
        self._all.add("calls", 1, now)
        self._all.add("gas", gas, now)

    def _require(self, window: Window, name: str, more: int, most: int, now: int, what: str) -> None:
        if window.of(name, now) + more > most:
            message = f"This relayer takes {most:,} {what}: try again later, or send it with your own wallet."
            raise Refused(429, message, what, window.end(now))
