"""Service-level reports of a record: their contents from calls, tied to the events with their hash (SPEC.md 8.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workpact.audit.entries import Entry
from workpact.audit.node import Node
from workpact.service_calls import reports_in
from workpact.terms import eip712
from workpact.terms.structs import figures

Message = dict[str, Any]
NAMES = tuple(name for _, name in eip712.TYPES["Report"])


def reports_of(entries: Iterable[Entry], calls: Iterable[bytes]) -> dict[bytes, Message]:
    """EIP-712 `Report` messages by struct hash: those in the calldata that an event of the record names."""
    named = {bytes(each["report"]) for each in entries if "report" in each.arguments}
    found: dict[bytes, Message] = {}
    for data in calls:
        for struct in reports_in(data):
            message = dict(zip(NAMES, struct, strict=True)) | {"figures": figures(struct[5])}
            digest = eip712.struct_hash("Report", message)
            if digest in named:
                found[digest] = message
    return found


def calls_of(node: Node, entries: Iterable[Entry]) -> list[bytes]:
    """The calldata of the transactions that wrote these events, in order."""
    hashes = dict.fromkeys("0x" + each.log.transaction.hex() for each in entries)
    return [bytes.fromhex(each["input"][2:]) for each in node.transactions(list(hashes))]
