"""Receipts and transactions as a block's tries have them: written from a node's JSON, read strictly, and who signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rlp
from coincurve import PublicKey

from workpact.audit.proofs import BadProof, NotEthereum, decoded, field, from_hex, int_of, keccak, number

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
TRANSACTIONS = {
    0: "nonce gasPrice gas to value input v r s",
    1: "chainId nonce gasPrice gas to value input accessList yParity r s",
    2: "chainId nonce maxPriorityFeePerGas maxFeePerGas gas to value input accessList yParity r s",
    3: "chainId nonce maxPriorityFeePerGas maxFeePerGas gas to value input accessList maxFeePerBlobGas "
    "blobVersionedHashes yParity r s",
    4: "chainId nonce maxPriorityFeePerGas maxFeePerGas gas to value input accessList authorizationList yParity r s",
}
"""Fields of a transaction by its type, in order; in a header a nonce is eight bytes, here it is a number."""


@dataclass(frozen=True, slots=True)
class RawLog:
    """A log as a receipt has it."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


def receipt(found: Mapping[str, Any]) -> bytes:
    """A receipt as a block's trie has it, from a node's JSON."""
    kind = _kind(found)
    logs = [
        [from_hex(each["address"]), [from_hex(topic) for topic in each["topics"]], from_hex(each["data"])]
        for each in found["logs"]
    ]
    outcome = from_hex(found["root"]) if found.get("status") is None else int_of(found["status"])
    fields = [outcome, int_of(found["cumulativeGasUsed"]), from_hex(found["logsBloom"]), logs]
    return _typed(kind, rlp.encode(fields))


def logs_in(raw: bytes) -> tuple[RawLog, ...]:
    """The logs of a receipt as a block's trie has it; `BadProof` if it is none."""
    fields = decoded(raw[1:] if raw[:1] < b"\x80" else raw, "a receipt")
    is_one = isinstance(fields, list) and len(fields) == 4 and isinstance(fields[3], list)
    if not is_one or not all(_is_log(each) for each in fields[3]):
        raise BadProof("A receipt has not the fields of one.")
    return tuple(RawLog(address, tuple(topics), data) for address, topics, data in fields[3])


def _is_log(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[1], list):
        return False
    address, topics, data = value
    sizes = [len(each) if isinstance(each, bytes) else -1 for each in (address, *topics)]
    return sizes == [20, *(32 for _ in topics)] and isinstance(data, bytes)


def transaction(found: Mapping[str, Any]) -> bytes:
    """A transaction as a block's trie has it, from a node's JSON; `NotEthereum` if its hash differs."""
    kind = _kind(found)
    raw = _typed(kind, rlp.encode([_part(name, found) for name in TRANSACTIONS[kind].split()]))
    if "0x" + keccak(raw).hex() != found["hash"]:
        raise NotEthereum(f"The fields of transaction {found['hash']} do not hash to it: the node gives not all.")
    return raw


def sender(raw: bytes) -> tuple[bytes, int | None]:
    """Who signed a transaction, and for which chain (None if for any); `BadProof` if its signature is none."""
    kind = raw[0] if raw[:1] < b"\x80" else 0
    fields = decoded(raw[1:] if kind else raw, "a transaction")
    if kind not in TRANSACTIONS or not isinstance(fields, list) or len(fields) != len(TRANSACTIONS[kind].split()):
        raise BadProof("A transaction has not the fields of one.")
    *signed, v, r, s = fields
    parity, chain = number(v), number(signed[0]) if kind else None
    if not kind:
        parity, chain = (parity - 27, None) if parity < 35 else ((parity - 35) % 2, (parity - 35) // 2)
        signed += [] if chain is None else [chain, b"", b""]
    if parity > 1 or not (0 < number(r) < ORDER and 0 < number(s) < ORDER):
        raise BadProof("A transaction's signature is none.")
    signature = r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([parity])
    try:
        key = PublicKey.from_signature_and_message(signature, keccak(_typed(kind, rlp.encode(signed))), hasher=None)
    except Exception:  # coincurve raises bare exceptions
        raise BadProof("A transaction's signature is none.") from None
    return keccak(key.format(compressed=False)[1:])[12:], chain


def _part(name: str, found: Mapping[str, Any]) -> Any:
    value = found.get(name, found.get("v") if name == "yParity" else None)
    if name == "accessList":
        return [[from_hex(each["address"]), [from_hex(key) for key in each["storageKeys"]]] for each in value or ()]
    if name == "blobVersionedHashes":
        return [from_hex(each) for each in value]
    if name == "authorizationList":
        names = ("chainId", "address", "nonce", "yParity", "r", "s")
        return [[from_hex(each[name]) if name == "address" else int_of(each[name]) for name in names] for each in value]
    if name == "nonce":
        return int_of(value)
    return b"" if value is None else field(name, value)


def _kind(found: Mapping[str, Any]) -> int:
    kind = int(found.get("type") or "0x0", 16)
    if kind not in TRANSACTIONS:
        raise NotEthereum(
            f"Transaction {found.get('transactionHash', found.get('hash'))} is of type 0x{kind:x}, which Ethereum does "
            "not know (0x7e is a deposit of an OP-stack chain): export without --receipts."
        )
    return kind


def _typed(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + content if kind else content
