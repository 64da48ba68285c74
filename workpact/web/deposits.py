"""What opening takes from the client: whether it is there and allowed, and the permit (EIP-2612) for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from workpact.permits import LAYOUT, TYPES
from workpact.terms import AgreementDocument, eip712
from workpact.terms.units import write_money
from workpact.web.asking import WORD, Chain, NoAnswer

VERSIONS = ("1", "2")


@dataclass(frozen=True)
class Deposit:
    """Amounts in the token's smallest unit. `permit` is what the client would sign, None if the token takes none;
    `permitted` whether the permit that came along allows it now, None if none came."""

    units: int
    balance: int
    allowance: int
    permit: dict[str, Any] | None
    permitted: bool | None

    @property
    def is_allowed(self) -> bool:
        """Whether opening would get it."""
        return self.units == 0 or bool(self.permitted) or self.allowance >= self.units

    def to_json(self, document: AgreementDocument) -> dict[str, Any]:
        """For the browser."""
        symbol, decimals = document.token.symbol, document.token.decimals
        lacking = max(self.units - self.balance, 0)
        return {
            "units": str(self.units),
            "words": write_money(self.units, symbol, decimals),
            "balance": write_money(self.balance, symbol, decimals),
            "lacking": write_money(lacking, symbol, decimals) if lacking else "",
            "allowed": self.is_allowed,
            "permit": self.permit,
            "permitted": self.permitted,
        }


def token_fault(chain: Chain, document: AgreementDocument) -> str:
    """Why the document's amounts cannot be believed; empty if its token is as it says."""
    token = document.token
    try:
        (decimals,) = chain.ask("Token", token.address, "decimals")
    except NoAnswer:
        if not chain.has_code(token.address):
            return f"There is no token at {token.address} on chain {chain.id}."
        return f"The token {token.address} does not say how many decimals it has: its amounts mean nothing certain."
    if decimals != token.decimals:
        return (
            f"The token {token.address} has {decimals} decimals, the document says {token.decimals}: "
            "all its amounts would be wrong."
        )
    return ""


def deposit_of(chain: Chain, document: AgreementDocument, given: bytes) -> Deposit:
    """The deposit of a document; `given` is the permit that came along, as `open` takes it."""
    client, token = document.parties.client.wallet, document.token.address
    units = document.spec.offer.deposit
    (balance,) = chain.ask("Token", token, "balanceOf", client)
    (allowance,) = chain.ask("Token", token, "allowance", client, chain.agreement)
    permitted = _allows(chain, token, client, units, given) if given else None
    return Deposit(units, balance, allowance, _permit(chain, document) if units else None, permitted)


def _allows(chain: Chain, token: str, client: str, units: int, given: bytes) -> bool:
    try:
        words = decode(LAYOUT, given)
        chain.ask("Token", token, "permit", client, chain.agreement, *words)
    except (DecodingError, NoAnswer):
        return False
    return int(words[0]) >= units


def _permit(chain: Chain, document: AgreementDocument) -> dict[str, Any] | None:
    token, client = document.token.address, document.parties.client.wallet
    try:
        (nonce,) = chain.ask("Token", token, "nonces", client)
        (separator,) = chain.ask("Token", token, "DOMAIN_SEPARATOR")
        (name,) = chain.ask("Token", token, "name")
    except NoAnswer:
        return None
    domain = next(
        (each for each in _domains(chain, token, name) if eip712.struct_hash("EIP712Domain", each) == separator), None
    )
    if domain is None or chain.has_code(client):
        return None
    message = {
        "owner": client,
        "spender": chain.agreement,
        "value": str(document.spec.offer.deposit),
        "nonce": str(nonce),
        "deadline": str(document.spec.offer.open_before),
    }
    return {"types": TYPES, "primaryType": "Permit", "domain": domain, "message": message}


def _domains(chain: Chain, token: str, name: str) -> list[dict[str, Any]]:
    said: tuple[str, ...] = ()
    try:
        answer = chain.call(token, keccak(text="version()")[:4])
        said = decode(["string"], answer) if len(answer) > 2 * WORD else ()
    except (DecodingError, UnicodeDecodeError, OverflowError, NoAnswer):
        pass  # not every token says one
    versions = dict.fromkeys([*said, *VERSIONS])
    return [{"name": name, "version": each, "chainId": chain.id, "verifyingContract": token} for each in versions]
