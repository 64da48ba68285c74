"""What accounts sign for others to carry to the data room: a key, a version, a receipt (SPEC.md 14.1, 14.3, 14.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workpact.preflight import ForeignSignature, SignatureMissing, address_of, chain_id
from workpact.signing import digest, is_signed, recovered, sign

DOMAIN = (("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"))
MESSAGES = {
    "Key": (("account", "address"), ("key", "bytes32"), ("version", "uint256")),
    "Receipt": (("file", "bytes32"), ("version", "uint256"), ("reader", "address")),
}
"""The members of the messages, in order; that of a version is `manifest.Manifest`'s own."""


class RoomMessage:
    """One message that one account signs, for the data room that it is sent to."""

    def __init__(self, signer: str, typed_data: Mapping[str, Any]) -> None:
        self.signer = signer
        self.typed_data = dict(typed_data)

    @classmethod
    def of(cls, kind: str, contract: Any, signer: str, **values: Any) -> RoomMessage:
        """The message of this kind for the connected chain."""
        domain = {
            "name": "Workpact Data Room",
            "version": "1",
            "chainId": chain_id(),
            "verifyingContract": contract.address,
        }
        named = {"EIP712Domain": DOMAIN, kind: MESSAGES[kind]}
        types = {name: [{"name": each, "type": of} for each, of in fields] for name, fields in named.items()}
        return cls(signer, {"types": types, "primaryType": kind, "domain": domain, "message": values})

    @property
    def digest(self) -> bytes:
        """What signing it signs."""
        return digest(self.typed_data)

    def sign(self, account: Any) -> bytes:
        """The account's signature. Raises `NotSigned`, and `ForeignSignature` if it is another account's."""
        signature = sign(account, self.typed_data)
        self._check(signature)
        return signature

    def require(self, signature: bytes, sender: Any) -> None:
        """The signer sends itself, or this is its signature. Raises `SignatureMissing`, `ForeignSignature`."""
        if address_of(sender) == self.signer:
            return
        if not signature:
            raise SignatureMissing(f"{self.signer} has not signed: ask for its signature, or let it send.")
        self._check(signature)

    def _check(self, signature: bytes) -> None:
        signed = self.digest
        if is_signed(self.signer, signed, signature):
            return
        other = recovered(signed, signature)
        whose = f"for this message it would be that of {other}" if other else "it is no key's signature"
        raise ForeignSignature(
            f"The signature is not that of {self.signer}; {whose}. Another chain, contract, key or version was signed, "
            "or another account signed: sign again."
        )
