"""A real Safe of two owners, and its wallet in a page: what it is asked to send waits until the second owner signs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ape_safe
from eth_account.messages import encode_typed_data
from web3 import Web3

from tests.support import artefact
from tests.web.served import Town
from tests.web.wallet import Wallet
from workpact.signing import digest

MANIFEST = Path(ape_safe.__file__).parent / "manifests" / "safe-v1.4.1.json"
NOBODY = "0x" + "00" * 20
OWNERS = ("backup", "carrier")
"""Of the Safe, both of whom have to sign."""


def deployed(town: Town) -> str:
    """A Safe of two owners on the town's chain; its address."""
    known = json.loads(MANIFEST.read_text())["contractTypes"]
    made = {name: _create(town, known[name]["deploymentBytecode"]["bytecode"]) for name in ("Safe", "SafeProxyFactory")}
    handler = _create(town, artefact("SafeHandlerMock")["bytecode"]["object"])
    factory = town.web3.eth.contract(address=made["SafeProxyFactory"], abi=known["SafeProxyFactory"]["abi"])
    owners = [town.address(each) for each in OWNERS]
    safe = town.web3.eth.contract(address=made["Safe"], abi=known["Safe"]["abi"])
    setup = safe.encode_abi("setup", [owners, 2, NOBODY, b"", handler, NOBODY, 0, NOBODY])
    call = factory.functions.createProxyWithNonce(made["Safe"], bytes.fromhex(setup[2:]), 0)
    address = call.call()
    town.send("stranger", call)
    return str(address)


def _create(town: Town, code: str) -> str:
    receipt = town._deploy(None, "0x" + code.removeprefix("0x"))
    return str(Web3.to_checksum_address(receipt["contractAddress"]))


@dataclass
class SafeWallet(Wallet):
    """What a Safe's own page injects: the account is the Safe, the first owner signs at once, the second by `execute`.

    Typed data come back signed by both, which only ERC-1271 confirms.
    """

    town: Town | None = None
    safe: str = ""
    waiting: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.safe

    def _answer(self, method: str, parameters: list[Any]) -> Any:
        if method != "eth_signTypedData_v4":
            return super()._answer(method, parameters)
        asked = json.loads(parameters[1])
        return "0x" + self._signed("SafeMessage", [("bytes", "message")], {"message": digest(asked)}).hex()

    def send(self, asked: dict[str, Any], **_: Any) -> str:
        """Proposes it: the hash that the owners sign, of no transaction yet."""
        self.waiting.append(asked)
        hashed = self._contract.functions.getTransactionHash(
            *self._parts(asked), self._contract.functions.nonce().call()
        )
        return "0x" + bytes(hashed.call()).hex()

    def execute(self) -> None:
        """The second owner signs the oldest of what waits, and anyone carries it out."""
        parts = self._parts(self.waiting.pop(0))
        nonce = self._contract.functions.nonce().call()
        names = ("to", "value", "data", "operation", "safeTxGas", "baseGas", "gasPrice", "gasToken", "refundReceiver")
        kinds = ("address", "uint256", "bytes", "uint8", *["uint256"] * 3, "address", "address")
        members = [*zip(kinds, names, strict=True), ("uint256", "nonce")]
        signatures = self._signed("SafeTx", members, dict(zip(names, parts, strict=True)) | {"nonce": nonce})
        assert self.town is not None
        self.town.send("stranger", self._contract.functions.execTransaction(*parts, signatures))

    @property
    def _contract(self) -> Any:
        assert self.town is not None
        abi = json.loads(MANIFEST.read_text())["contractTypes"]["Safe"]["abi"]
        return self.town.web3.eth.contract(address=Web3.to_checksum_address(self.safe), abi=abi)

    def _parts(self, asked: dict[str, Any]) -> list[Any]:
        data = bytes.fromhex(asked["data"][2:])
        return [Web3.to_checksum_address(asked["to"]), 0, data, 0, 0, 0, 0, NOBODY, NOBODY]

    def _signed(self, kind: str, members: list[tuple[str, str]], message: dict[str, Any]) -> bytes:
        """Both owners' signatures, in the order of their addresses."""
        assert self.town is not None
        types = {
            "EIP712Domain": [{"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
            kind: [{"name": name, "type": type_} for type_, name in members],
        }
        domain = {"chainId": 31337, "verifyingContract": self.safe}
        typed = {"types": types, "primaryType": kind, "domain": domain, "message": message}
        owners = sorted((self.town.accounts[each] for each in OWNERS), key=lambda key: int(key.address, 16))
        signed = encode_typed_data(full_message=typed)
        return b"".join(bytes(each.sign_message(signed).signature) for each in owners)
