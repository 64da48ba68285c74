"""What a server was started with: where its pages come from."""

from __future__ import annotations

from dataclasses import dataclass

from workpact.web.follower import Follower


@dataclass(frozen=True)
class Site:
    """One server. `market` is the place of papers, `relayer` the address of a relayer; None for none."""

    follower: Follower
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    """Names that it answers to."""
    market: str | None = None
    relayer: str | None = None
