"""How far a gate's agreement is by its own contracts: what `sync` of a plan would take in (SPEC.md 9.3)."""

from __future__ import annotations

from dataclasses import dataclass

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from workpact.audit.node import Node, NodeRefused
from workpact.chain.state import Status

PROGRESS = keccak(text="progressOf(bytes32)")[:4]
MET = keccak(text="metPeriods(address,bytes32,bytes32,uint256)")[:4]


@dataclass(frozen=True)
class Condition:
    """What a plan reads: the agreement, milestones and periods by their masks, and whether its end matters."""

    agreement: str
    origin: bytes
    milestones: int
    periods: int
    oracle: str
    document: bytes
    asks_end: bool


@dataclass(frozen=True)
class Reached:
    """What its sources answer; one that fails, or answers in another form, has reached nothing."""

    accepted: int = 0
    met: int = 0
    client_ended: bool = False

    @property
    def count(self) -> int:
        """Milestones and periods together."""
        return self.accepted + self.met


def reached(node: Node, condition: Condition, block: str) -> Reached:
    """What a sync would find at a block (number in hex, or tag)."""
    status = accepted = met = 0
    if condition.milestones or condition.asks_end:
        answer = _asked(node, condition.agreement, PROGRESS + condition.origin, 96, block)
        status, accepted, _ = decode(["uint256"] * 3, answer) if answer else (0, 0, 0)
    if condition.periods:
        place = [condition.agreement, condition.origin, condition.document, condition.periods]
        data = MET + encode(["address", "bytes32", "bytes32", "uint256"], place)
        met = int.from_bytes(_asked(node, condition.oracle, data, 32, block))
    return Reached(
        (accepted & condition.milestones).bit_count(),
        (met & condition.periods).bit_count(),
        condition.asks_end and status == Status.ENDED_BY_CLIENT,
    )


def _asked(node: Node, address: str, data: bytes, size: int, block: str) -> bytes:
    try:
        answer = bytes.fromhex(node.ask("eth_call", {"to": address, "data": "0x" + data.hex()}, block)[2:])
    except NodeRefused:
        return b""
    return answer if len(answer) == size else b""
