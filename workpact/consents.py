"""What people sign for others to carry, so that they need no ETH (SPEC.md 9.10, 9.11, 12.2, 14.1, 14.6, 15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workpact.preflight import ForeignSignature, SignatureMissing, address_of, chain_id
from workpact.signing import digest, is_signed, recovered, sign

DOMAIN = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address"}
MESSAGES = {
    "Accept": {
        "manager": "address",
        "worker": "uint256",
        "plan": "uint256",
        "offer": "uint256",
        "index": "uint256",
        "units": "uint256",
    },
    "Rotate": {
        "manager": "address",
        "worker": "uint256",
        "wallet": "address",
        "nonce": "uint256",
        "deadline": "uint256",
    },
    "Veto": {"manager": "address", "worker": "uint256", "wallet": "address", "nonce": "uint256"},
    "Withdraw": {
        "token": "address",
        "payee": "address",
        "to": "address",
        "nonce": "uint256",
        "deadline": "uint256",
    },
    "Key": {"account": "address", "key": "bytes32", "version": "uint256"},
    "Receipt": {"file": "bytes32", "version": "uint256", "reader": "address"},
    "Profile": {"account": "address", "version": "uint256", "content": "bytes32"},
}
"""The members of each message, in order."""
DOMAINS = {
    **dict.fromkeys(("Accept", "Rotate", "Veto"), "Workpact Equity"),
    "Withdraw": "Workpact Payroll",
    **dict.fromkeys(("Key", "Receipt"), "Workpact Data Room"),
    "Profile": "Workpact Market",
}
"""The name of the domain of each."""
WALLETS = frozenset({"Accept", "Rotate", "Veto", "Withdraw"})
"""Those that a worker's registered wallet signs."""


class SignedMessage:
    """One message that one account signs."""

    who = ""
    """What the signer is, beside its address."""

    def __init__(self, signer: str, typed_data: Mapping[str, Any]) -> None:
        self.signer = signer
        self.typed_data = dict(typed_data)
        """The EIP-712 message, as wallets take it."""

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

    def is_signed_by(self, signature: bytes) -> bool:
        """Whether this is the signer's signature."""
        return is_signed(self.signer, self.digest, signature)

    def _check(self, signature: bytes) -> None:
        if self.is_signed_by(signature):
            return
        other = recovered(self.digest, signature)
        whose = f"for this message it would be that of {other}" if other else "it is no key's signature"
        raise ForeignSignature(
            f"The signature is not that of {self.signer}{self.who}; {whose}. Another chain, contract, number, version "
            "or content was signed, or another key signed: sign again."
        )


class Consent(SignedMessage):
    """One message of the connected chain, for the contract that it is sent to."""

    def __init__(self, kind: str, contract: Any, signer: str, **values: Any) -> None:
        self.who = ", the registered wallet" if kind in WALLETS else ""
        domain = {
            "name": DOMAINS[kind],
            "version": "1",
            "chainId": chain_id(),
            "verifyingContract": contract.address,
        }
        types = {"EIP712Domain": DOMAIN, kind: MESSAGES[kind]}
        named = {name: [{"name": each, "type": of} for each, of in fields.items()] for name, fields in types.items()}
        super().__init__(signer, {"types": named, "primaryType": kind, "domain": domain, "message": values})
