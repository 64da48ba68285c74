"""Views of contracts and tokens at one block, by their interfaces and through one node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import abi_to_signature, get_abi_input_types, get_abi_output_types
from eth_utils.crypto import keccak

from workpact.audit.history import Head
from workpact.audit.node import Node, NodeRefused
from workpact.chain import contracts
from workpact.signing import MAGIC, recovered

WORD = 32


class NoAnswer(Exception):
    """The contract refuses the question, is none, or answers with something else."""


@dataclass(frozen=True)
class Chain:
    """A chain at a block: its id, and where the Agreement contract is."""

    node: Node
    id: int
    agreement: str
    head: Head

    def ask(self, contract: str, address: str, view: str, *arguments: Any) -> tuple[Any, ...]:
        """What `view` of a contract of that name answers. Raises `NoAnswer`."""
        abi = next(each for each in contracts.artefact(contract).abi if each.get("name") == view)
        selector = keccak(text=abi_to_signature(abi))[:4]  # type: ignore[arg-type]
        data = selector + encode(get_abi_input_types(abi), arguments)  # type: ignore[arg-type]
        answer = self.call(address, data)
        # Where Ape is loaded, the decoder takes nothing for zero.
        if len(answer) < WORD * len(abi["outputs"]):
            raise NoAnswer(f"{address} does not answer {view}.")
        try:
            return decode(get_abi_output_types(abi), answer)  # type: ignore[arg-type]
        except (DecodingError, UnicodeDecodeError, OverflowError):
            raise NoAnswer(f"{address} does not answer {view} as a {contract} does.") from None

    def state(self, origin: bytes) -> dict[str, Any]:
        """What the Agreement contract stores of an agreement, by name."""
        abi = next(each for each in contracts.artefact("Agreement").abi if each.get("name") == "stateOf")
        (values,) = self.ask("Agreement", self.agreement, "stateOf", origin)
        return dict(zip((each["name"] for each in abi["outputs"][0]["components"]), values, strict=True))

    def has_code(self, address: str) -> bool:
        """Whether a contract is there."""
        return bool(bytes.fromhex(self.node.ask("eth_getCode", address, hex(self.head.number))[2:]))

    def call(self, address: str, data: bytes) -> bytes:
        """What a contract answers to calldata. Raises `NoAnswer`."""
        try:
            answer = self.node.ask("eth_call", {"to": address, "data": "0x" + data.hex()}, hex(self.head.number))
        except NodeRefused as error:
            raise NoAnswer(str(error)) from None
        return bytes.fromhex(answer[2:])

    def signed(self, signer: str, digest: bytes, signature: bytes) -> str:
        """How `signer` made the signature: "key", "contract" (ERC-1271), or "" if it did not (SPEC.md 2.6)."""
        if recovered(digest, signature) == signer:
            return "key"
        if not self.has_code(signer):
            return ""
        try:
            answer = self.call(signer, MAGIC + encode(["bytes32", "bytes"], [digest, signature]))
        except NoAnswer:
            return ""
        return "contract" if answer[:32] == MAGIC.ljust(32, b"\0") else ""
