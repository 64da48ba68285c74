"""When papers were anchored on chain by their authors (SPEC.md 15.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eth_utils.crypto import keccak
from hexbytes import HexBytes

from workpact.history import logs
from workpact.market.paper import Paper
from workpact.preflight import send


def anchored(registry: Any, papers: Iterable[Paper]) -> dict[bytes, int]:
    """The first time at which each paper's own author anchored it, Unix seconds, by content; without those never were.

    `registry` is the TalentRegistry. One question for all logs, and one for each block that has some of them.
    """
    from ape import networks

    web3 = networks.provider.web3
    wanted = {(paper.author.lower(), paper.content) for paper in papers}
    if not wanted:
        return {}
    found: dict[bytes, int] = {}
    for log in logs(registry, [keccak(text=registry.Anchored.abi.selector)]):
        topics = [bytes(HexBytes(topic)) for topic in log["topics"]]
        author, content = "0x" + topics[2][-20:].hex(), topics[3]
        if (author, content) in wanted and content not in found:
            block = int(log["blockNumber"], 16) if isinstance(log["blockNumber"], str) else log["blockNumber"]
            found[content] = int(web3.eth.get_block(block)["timestamp"])
    return found


def anchor(registry: Any, paper: Paper, *, sender: Any) -> Any:
    """Anchors a paper by its author; what was sent, or None if it is anchored already."""
    if anchored(registry, [paper]):
        return None
    return send(registry.anchor, paper.content, sender=sender)
