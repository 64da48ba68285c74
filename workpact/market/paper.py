"""Papers: what people of the market sign and lay down anywhere (SPEC.md 15.1).

A paper has one form in bytes, so that its hash is its name; whoever reads one checks form, size and signature.
"""

from __future__ import annotations

import json
import re
import sys
from base64 import b32decode, b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from eth_utils.address import is_checksum_address, to_checksum_address

from workpact.market.canonical import as_bytes, canonical, parse, section
from workpact.market.errors import BadPaper, NotVerifiable, shown
from workpact.signing import digest, is_signed, recovered, sign

FORMAT = "workpact-paper-1"
KINDS = ("profile", "request", "seal", "roll", "bid", "review")
SIZES = {kind: 256 * 1024 if kind == "bid" else 64 * 1024 for kind in KINDS}
"""The most bytes of a paper with its signature, by kind."""
MEMBERS = {"format", "kind", "chainId", "registry", "author", "body"}
TYPES = {
    "EIP712Domain": [
        {"name": "name", "type": "string"},
        {"name": "version", "type": "string"},
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ],
    "Paper": [
        {"name": "author", "type": "address"},
        {"name": "kind", "type": "string"},
        {"name": "content", "type": "bytes32"},
    ],
}

_CID = bytes.fromhex("01551220")
_ID = re.compile(r"b[a-z2-7]{58}", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_WORD = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_HEX = re.compile(r"0x([0-9a-f]{2})+", re.ASCII)


def id_of(content: bytes) -> str:
    """The CIDv1 (raw, SHA-256, base32) of a SHA-256."""
    return "b" + b32encode(_CID + content).decode().lower().rstrip("=")


def content_of(paper_id: str) -> bytes:
    """The SHA-256 in a CIDv1; raises `BadPaper` for any other text."""
    if _ID.fullmatch(paper_id):
        raw = b32decode(paper_id[1:].upper() + "======")
        if raw.startswith(_CID) and id_of(raw[4:]) == paper_id:
            return raw[4:]
    raise BadPaper(f"'{shown(paper_id)}' is no paper's id: copy the whole of it, like bafkrei…")


def is_id(text: object) -> bool:
    """Whether this is a CIDv1 of a SHA-256."""
    try:
        return isinstance(text, str) and bool(content_of(text))
    except BadPaper:
        return False


@dataclass(frozen=True, eq=False)
class Paper:
    """One signed paper. What `read` and `signed` give is whole and signed by `author`."""

    kind: str
    chain_id: int
    registry: str
    author: str
    body: Mapping[str, Any]
    signature: bytes

    @classmethod
    def signed(cls, account: Any, kind: str, body: Mapping[str, Any], chain_id: int, registry: str) -> Paper:
        """A paper that the account signs; raises `BadPaper` before anything is signed, and `NotSigned`."""
        author, registry = to_checksum_address(account.address), to_checksum_address(registry)
        draft = cls(kind, chain_id, registry, author, json.loads(canonical(body)), b"\0" * 65)
        cls.unchecked(draft.to_bytes(), kind=kind)
        return cls(kind, chain_id, registry, author, draft.body, sign(account, draft.typed_data))

    @classmethod
    def read(cls, content: bytes, *, kind: str | None = None) -> Paper:
        """The paper in these bytes, signed by its author's key, or by ERC-1271 if a chain is connected.

        Raises `BadPaper`, of which `NotVerifiable` says that only a node could tell.
        """
        paper = cls.unchecked(content, kind=kind)
        paper.require_signature()
        return paper

    @classmethod
    def unchecked(cls, content: bytes, *, kind: str | None = None) -> Paper:
        """The paper in these bytes, of right form, whoever signed it; raises `BadPaper`."""
        if len(content) > max(SIZES.values()):
            raise BadPaper(f"has more than {max(SIZES.values()):,} bytes, which no paper has")
        whole = section(parse(content), {"paper", "signature"}, "a paper's file")
        inner, signature = section(whole["paper"], MEMBERS, "a paper"), whole["signature"]
        if inner["format"] != FORMAT:
            raise BadPaper(f"is of format '{shown(inner['format'])}': this version reads {FORMAT}")
        named = inner["kind"]
        if named not in KINDS:
            raise BadPaper(f"is of kind '{shown(named)}': there are {', '.join(KINDS)}")
        if kind is not None and named != kind:
            raise BadPaper(f"is a {named}, where a {kind} belongs")
        if len(content) > SIZES[named]:
            raise BadPaper(f"has {len(content):,} bytes; a {named} has at most {SIZES[named]:,}")
        if not isinstance(inner["body"], dict):
            raise BadPaper("has a body that is no section")
        if not isinstance(signature, str) or not _HEX.fullmatch(signature):
            raise BadPaper("has a signature that is not 0x and hex digits in small letters")
        paper = cls(
            named,
            _number(inner["chainId"]),
            _address(inner["registry"], "registry"),
            _address(inner["author"], "author"),
            inner["body"],
            bytes.fromhex(signature[2:]),
        )
        if not paper.subject:
            raise BadPaper(f"does not name its {'origin' if named == 'review' else 'request'} in its body")
        return paper

    def require_signature(self, *, keys_only: bool = False) -> None:
        """Raises `BadPaper` unless the author signed: by its key, or by ERC-1271 on the connected chain.

        Without a node for the paper's chain, or with `keys_only`, what is no key's signature is `NotVerifiable`.
        """
        if self.is_signed_by_key:
            return
        node = None if keys_only else _node(self.chain_id)
        if node is None:
            raise NotVerifiable(
                f"is not signed by the key of its author {self.author}; only a node of chain {self.chain_id} could "
                "tell whether that is a contract that has signed"
            )
        try:
            is_right = is_signed(self.author, digest(self.typed_data), self.signature)
        except Exception as error:  # whatever a node answers about somebody else's contract
            raise NotVerifiable(f"may be signed by the contract {self.author}: the node does not say") from error
        if not is_right:
            raise BadPaper(f"is not signed by its author {self.author}")

    @cached_property
    def is_signed_by_key(self) -> bool:
        """Whether the key of the author's address made the signature."""
        return recovered(digest(self.typed_data), self.signature) == self.author

    @cached_property
    def signed_bytes(self) -> bytes:
        """What the id is the hash of: the paper without its signature."""
        return as_bytes(self._inner)

    @cached_property
    def content(self) -> bytes:
        """SHA-256 of the paper without its signature."""
        return sha256(self.signed_bytes).digest()

    @property
    def id(self) -> str:
        """The paper's name everywhere."""
        return id_of(self.content)

    @property
    def subject(self) -> str:
        """Under what it lies: the author in small letters, a request's id, or an agreement's origin. Empty if none."""
        if self.kind in ("profile", "request"):
            return self.author.lower()
        name = "origin" if self.kind == "review" else "request"
        about = self.body.get(name)
        if self.kind == "review":
            return about[2:] if isinstance(about, str) and _WORD.fullmatch(about) else ""
        return str(about) if is_id(about) else ""

    @property
    def address(self) -> str:
        """Where it lies in every place, without an ending: kind/subject/id."""
        return f"{self.kind}/{self.subject}/{self.id}"

    @property
    def typed_data(self) -> dict[str, Any]:
        """The EIP-712 message that the author signs."""
        domain = {"name": "Workpact Market", "version": "1"}
        return {
            "types": TYPES,
            "primaryType": "Paper",
            "domain": domain | {"chainId": self.chain_id, "verifyingContract": self.registry},
            "message": {"author": self.author, "kind": self.kind, "content": self.content},
        }

    def to_bytes(self) -> bytes:
        """The paper with its signature, as it is laid down."""
        return as_bytes({"paper": self._inner, "signature": "0x" + self.signature.hex()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Paper) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.content)

    def __repr__(self) -> str:
        return f"<Paper {self.address}>"

    @property
    def _inner(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "kind": self.kind,
            "chainId": str(self.chain_id),
            "registry": self.registry,
            "author": self.author,
            "body": self.body,
        }


def _node(chain_id: int) -> Any:
    """The connected node if it is of this chain; nothing is loaded to find out."""
    if "ape" not in sys.modules:
        return None
    from ape import networks

    node: Any = networks.active_provider
    return node if node is not None and node.chain_id == chain_id else None


def _number(text: Any) -> int:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise BadPaper("has a chainId that is no whole number in decimal text")
    return int(text)


def _address(text: Any, name: str) -> str:
    if not isinstance(text, str) or not is_checksum_address(text):
        raise BadPaper(f"has a {name} that is no address in its checksummed form")
    return text
