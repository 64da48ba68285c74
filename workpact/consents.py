"""What workers sign for others to carry, so that they need no ETH (SPEC.md 9.10, 9.11, 12.2)."""

from __future__ import annotations

from functools import cached_property
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
}
"""The members of each message, in order."""
PAYROLL = frozenset({"Withdraw"})
"""Those of the payroll; the others are of the worker equity."""


class Consent:
    """One message that one wallet signs, for the contract that it is sent to."""

    def __init__(self, kind: str, contract: Any, signer: str, **values: Any) -> None:
        self.kind = kind
        self.contract = contract
        self.signer = signer
        self.values = values

    @cached_property
    def typed_data(self) -> dict[str, Any]:
        """The EIP-712 message, as wallets take it."""
        domain = {
            "name": "Workpact Payroll" if self.kind in PAYROLL else "Workpact Equity",
            "version": "1",
            "chainId": chain_id(),
            "verifyingContract": self.contract.address,
        }
        types = {"EIP712Domain": DOMAIN, self.kind: MESSAGES[self.kind]}
        named = {name: [{"name": each, "type": of} for each, of in fields.items()] for name, fields in types.items()}
        return {"types": named, "primaryType": self.kind, "domain": domain, "message": self.values}

    def sign(self, account: Any) -> bytes:
        """The account's signature. Raises `NotSigned`, and `ForeignSignature` if it is not the wallet's account."""
        signature = sign(account, self.typed_data)
        self._check(signature)
        return signature

    def require(self, signature: bytes, sender: Any) -> None:
        """The wallet sends itself, or this is its signature. Raises `SignatureMissing`, `ForeignSignature`."""
        if address_of(sender) == self.signer:
            return
        if not signature:
            raise SignatureMissing(f"The wallet {self.signer} has not signed: ask for its signature, or let it send.")
        self._check(signature)

    def _check(self, signature: bytes) -> None:
        signed = digest(self.typed_data)
        if is_signed(self.signer, signed, signature):
            return
        other = recovered(signed, signature)
        whose = f"for this message it would be that of {other}" if other else "it is no key's signature"
        raise ForeignSignature(
            f"The signature is not that of {self.signer}, the registered wallet; {whose}. Another chain, contract, "
            "number or nonce was signed, or another key signed: sign again."
        )
