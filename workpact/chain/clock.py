"""The clock of a local chain: it can be set, so that a year of service passes in seconds."""

from __future__ import annotations

from typing import Any

from workpact import WorkpactError


class ClockRefused(WorkpactError):
    """The chain's clock cannot be set so: it is no local chain, or it runs forward only."""


def now() -> int:
    """The time of the last block, Unix seconds."""
    return int(_node().get_block("latest").timestamp)


def start_at(moment: int) -> None:
    """Sets an empty local chain to a moment, past or to come, Unix seconds; `ClockRefused` once it has blocks."""
    node = _node()
    if height := node.get_block("latest").number:
        raise ClockRefused(f"The local chain has {height} blocks already, its clock stays: start a fresh Anvil.")
    node.make_request("anvil_setTime", [moment])
    node.mine()


def move_to(moment: int) -> None:
    """Lets time pass on a local chain until a moment, Unix seconds, and mines a block there; `ClockRefused` if past."""
    node = _node()
    before = now()
    if moment <= before:
        raise ClockRefused(f"The local chain is at {before}, it cannot go back to {moment}: start a fresh Anvil.")
    node.set_timestamp(moment)
    node.mine()


def _node() -> Any:
    from ape import networks

    node: Any = networks.provider
    if not node.network.is_local:
        raise ClockRefused(f"The clock of {node.network.name} is nobody's to set: use a local chain.")
    return node
