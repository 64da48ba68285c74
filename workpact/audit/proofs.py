"""Block headers and tries as Ethereum hashes them: read strictly, written from a node's JSON.

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
from rlp.exceptions import DecodingError, RLPException
from trie import HexaryTrie
from trie.exceptions import InvalidNibbles, InvalidNode, MissingTrieNode, ValidationError

from workpact import WorkpactError

EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
"""Of a trie with nothing in it."""
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
    fields = decoded(found, "an account")
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
    word = decoded(found, "a storage word")
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
        fields = decoded(raw, "a header")
        if not isinstance(fields, list) or len(fields) < FIRST_HEADER or any(isinstance(each, list) for each in fields):
            raise BadProof("A header has not the fields of one.")
        named = dict(zip(HEADER, fields, strict=False))
        parent, state, transactions, receipts = (named[name] for name in ROOTS)
        if any(len(word) != 32 for word in (parent, state, transactions, receipts)):
            raise BadProof("A header has not the fields of one.")
        place = number(named["number"]), number(named["timestamp"])
        return cls(raw, keccak(raw), parent, state, transactions, receipts, *place)

    @classmethod
    def of(cls, block: Mapping[str, Any]) -> Self:
        """From a node's JSON; `NotEthereum` if its hash is not that of its fields."""
        present = [name for name in HEADER if block.get(name) is not None]
        made = cls.read(rlp.encode([field(name, block[name]) for name in present]))
        if "0x" + made.hash.hex() != block["hash"]:
            raise NotEthereum(
                f"The fields of block {int(block['number'], 16)} do not hash to 0x{block['hash'][2:]}: the chain has "
                "headers of another kind than Ethereum, or the node gives not all of them."
            )
        return made


def field(name: str, value: str) -> int | bytes:
    """A field of a header or a transaction from a node's JSON."""
    return int_of(value) if name in NUMBERS else from_hex(value)


def int_of(value: str) -> int:
    """A number from a node's JSON."""
    return int(value, 16)


def from_hex(value: str) -> bytes:
    """Bytes from a node's JSON."""
    return bytes.fromhex(value[2:])


def number(raw: Any) -> int:
    """A number as RLP has it, in its one form; `BadProof`."""
    if not isinstance(raw, bytes) or len(raw) > 32 or raw[:1] == b"\0":
        raise BadProof("A number in a header or a transaction is none.")
    return int.from_bytes(raw)


def decoded(raw: bytes, what: str) -> Any:
    """What RLP has, strictly; `BadProof`."""
    try:
        return rlp.decode(raw)
    except (DecodingError, TypeError, IndexError, RecursionError):
        raise BadProof(f"What stands for {what} is no RLP.") from None
