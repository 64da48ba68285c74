"""Block headers, receipts, transactions and tries as Ethereum hashes them: read strictly, written from a node's JSON.

pool = Pool(nodes)
account = pool.value(header.state_root, keccak(address))    # b"" where the trie shows that there is none
pool.check_used()                                           # nothing else in it, in the order of use
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import rlp
import sha3
from coincurve import PublicKey
from rlp.exceptions import DecodingError, RLPException
from trie import HexaryTrie
from trie.exceptions import InvalidNibbles, InvalidNode, MissingTrieNode, ValidationError

from workpact import WorkpactError

EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
"""Of a trie with nothing in it."""
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HEADER = """
parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit gasUsed
timestamp extraData mixHash nonce baseFeePerGas withdrawalsRoot blobGasUsed excessBlobGas parentBeaconBlockRoot
requestsHash"""
HEADER = tuple(_HEADER.split())
"""Fields of a header in order; later forks appended the last six, one or more at a time."""
FIRST_HEADER = 15
ROOTS = ("parentHash", "stateRoot", "transactionsRoot", "receiptsRoot")
_NUMBERS = """
difficulty number gasLimit gasUsed timestamp baseFeePerGas blobGasUsed excessBlobGas chainId gasPrice gas value v r s
yParity maxFeePerGas maxPriorityFeePerGas maxFeePerBlobGas"""
NUMBERS = frozenset(_NUMBERS.split())
TRANSACTIONS = {
    0: "nonce gasPrice gas to value input v r s",
    1: "chainId nonce gasPrice gas to value input accessList yParity r s",
    2: "chainId nonce maxPriorityFeePerGas maxFeePerGas gas to value input accessList yParity r s",
    3: "chainId nonce maxPriorityFeePerGas maxFeePerGas gas to value input accessList maxFeePerBlobGas "
    "blobVersionedHashes yParity r s",
    4: "chainId nonce maxPriorityFeePerGas maxFeePerGas gas to value input accessList authorizationList yParity r s",
}
"""Fields of a transaction by its type, in order; in a header a nonce is eight bytes, here it is a number."""


class BadProof(WorkpactError):
    """Nodes, headers or receipts do not prove what they are given for."""


class NotEthereum(WorkpactError):
    """A block has a transaction or a header of a kind that Ethereum does not know."""


def keccak(data: bytes) -> bytes:
    """keccak-256."""
    return bytes(sha3.keccak_256(data).digest())


class _Recorded(dict[bytes, bytes]):
    """Nodes by hash that remember which were asked for, in order of first use."""

    def __init__(self, nodes: Mapping[bytes, bytes]) -> None:
        super().__init__(nodes)
        self.used: dict[bytes, None] = {}

    def __getitem__(self, key: bytes) -> bytes:
        found = super().__getitem__(key)
        self.used[key] = None
        return found


class Pool:
    """Nodes of any tries, each once."""

    def __init__(self, nodes: Iterable[bytes]) -> None:
        self._given = list(nodes)
        self._nodes = _Recorded({keccak(node): node for node in self._given})

    def value(self, root: bytes, key: bytes) -> bytes:
        """What a trie has under a key, empty if it is shown to have nothing; `BadProof`."""
        try:
            found: bytes = HexaryTrie(self._nodes, root).get(key)
        except (MissingTrieNode, KeyError):
            raise BadProof(f"A node on the way from root 0x{root.hex()} to key 0x{key.hex()} is missing.") from None
        except (RLPException, InvalidNode, InvalidNibbles, ValidationError, ValueError, TypeError, IndexError):
            raise BadProof(f"What is under root 0x{root.hex()} is no trie.") from None
        if not isinstance(found, bytes):
            raise BadProof(f"What is under root 0x{root.hex()} is no trie.")
        return found

    @property
    def used(self) -> list[bytes]:
        """The nodes that were walked over, in order of first use."""
        return [dict.__getitem__(self._nodes, key) for key in self._nodes.used]

    def check_used(self) -> None:
        """`BadProof` unless the nodes given are those walked over, each once, in that order."""
        if self._given != self.used:
            raise BadProof(
                f"{len(self._given)} trie nodes are given and {len(self._nodes.used)} of them are used: some are "
                "superfluous, doubled or out of order."
            )


def account(pool: Pool, state_root: bytes, address: bytes) -> tuple[bytes, bytes] | None:
    """Storage root and code hash of a contract; None if the state shows that there is none."""
    found = pool.value(state_root, keccak(address))
    if not found:
        return None
    fields = _decoded(found, "an account")
    if not isinstance(fields, list) or len(fields) != 4 or len(fields[2]) != 32 or len(fields[3]) != 32:
        raise BadProof("What the state has for an address is no account.")
    return fields[2], fields[3]


def storage(pool: Pool, storage_root: bytes, slot: bytes) -> bytes:
    """The word in a slot; zero if the storage shows that nothing is in it."""
    if storage_root == EMPTY_ROOT:
        return bytes(32)
    found = pool.value(storage_root, keccak(slot))
    if not found:
        return bytes(32)
    word = _decoded(found, "a storage word")
    if not isinstance(word, bytes) or not 0 < len(word) <= 32 or not word[0]:
        raise BadProof("What the storage has in a slot is no word.")
    return word.rjust(32, b"\0")


def listed(values: Sequence[bytes]) -> tuple[bytes, dict[bytes, bytes]]:
    """Root and nodes of the trie of a block's transactions or receipts."""
    nodes: dict[bytes, bytes] = {}
    made = HexaryTrie(nodes)
    for index, value in enumerate(values):
        made[rlp.encode(index)] = value
    return made.root_hash, nodes


# Headers


@dataclass(frozen=True, slots=True)
class Header:
    """A block header, and its hash."""

    raw: bytes
    hash: bytes
    parent: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    number: int
    timestamp: int

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """`BadProof` if it is none."""
        fields = _decoded(raw, "a header")
        if not isinstance(fields, list) or len(fields) < FIRST_HEADER or any(isinstance(each, list) for each in fields):
            raise BadProof("A header has not the fields of one.")
        named = dict(zip(HEADER, fields, strict=False))
        parent, state, transactions, receipts = (named[name] for name in ROOTS)
        if any(len(word) != 32 for word in (parent, state, transactions, receipts)):
            raise BadProof("A header has not the fields of one.")
        number, timestamp = _number(named["number"]), _number(named["timestamp"])
        return cls(raw, keccak(raw), parent, state, transactions, receipts, number, timestamp)

    @classmethod
    def of(cls, block: Mapping[str, Any]) -> Self:
        """From a node's JSON; `NotEthereum` if its hash is not that of its fields."""
        present = [name for name in HEADER if block.get(name) is not None]
        made = cls.read(rlp.encode([_field(name, block[name]) for name in present]))
        if "0x" + made.hash.hex() != block["hash"]:
            raise NotEthereum(
                f"The fields of block {int(block['number'], 16)} do not hash to 0x{block['hash'][2:]}: the chain has "
                "headers of another kind than Ethereum, or the node gives not all of them."
            )
        return made


# Receipts and transactions


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
        [_bytes(each["address"]), [_bytes(topic) for topic in each["topics"]], _bytes(each["data"])]
        for each in found["logs"]
    ]
    outcome = _bytes(found["root"]) if found.get("status") is None else _int(found["status"])
    fields = [outcome, _int(found["cumulativeGasUsed"]), _bytes(found["logsBloom"]), logs]
    return _typed(kind, rlp.encode(fields))


def logs_in(raw: bytes) -> tuple[RawLog, ...]:
    """The logs of a receipt as a block's trie has it; `BadProof` if it is none."""
    fields = _decoded(raw[1:] if raw[:1] < b"\x80" else raw, "a receipt")
    try:
        _, _, _, logs = fields
        found = tuple(RawLog(address, tuple(topics), data) for address, topics, data in logs)
        # Joined, they are all bytes.
        is_one = all(len(b"".join((log.address, *log.topics, log.data))) >= 20 == len(log.address) for log in found)
        if is_one and all(len(topic) == 32 for log in found for topic in log.topics):
            return found
    except (ValueError, TypeError):
        pass
    raise BadProof("A receipt has not the fields of one.")


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
    fields = _decoded(raw[1:] if kind else raw, "a transaction")
    if kind not in TRANSACTIONS or not isinstance(fields, list) or len(fields) != len(TRANSACTIONS[kind].split()):
        raise BadProof("A transaction has not the fields of one.")
    *signed, v, r, s = fields
    parity, chain = _number(v), _number(signed[0]) if kind else None
    if not kind:
        parity, chain = (parity - 27, None) if parity < 35 else ((parity - 35) % 2, (parity - 35) // 2)
        signed += [] if chain is None else [chain, b"", b""]
    if parity > 1 or not (0 < _number(r) < ORDER and 0 < _number(s) < ORDER):
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
        return [[_bytes(each["address"]), [_bytes(key) for key in each["storageKeys"]]] for each in value or ()]
    if name == "blobVersionedHashes":
        return [_bytes(each) for each in value]
    if name == "authorizationList":
        names = ("chainId", "address", "nonce", "yParity", "r", "s")
        return [[_bytes(each[name]) if name == "address" else _int(each[name]) for name in names] for each in value]
    if name == "nonce":
        return _int(value)
    return b"" if value is None else _field(name, value)


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


def _field(name: str, value: str) -> int | bytes:
    return _int(value) if name in NUMBERS else _bytes(value)


def _int(value: str) -> int:
    return int(value, 16)


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def _number(raw: Any) -> int:
    if not isinstance(raw, bytes) or len(raw) > 32 or raw[:1] == b"\0":
        raise BadProof("A number in a header or a transaction is none.")
    return int.from_bytes(raw)


def _decoded(raw: bytes, what: str) -> Any:
    try:
        return rlp.decode(raw)
    except (DecodingError, TypeError, IndexError, RecursionError):
        raise BadProof(f"What stands for {what} is no RLP.") from None
