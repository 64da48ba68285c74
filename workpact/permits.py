"""EIP-2612 permits: an allowance by signature, for whoever carries the document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from workpact.chain.answers import answer_to
from workpact.chain.errors import ContractError
from workpact.preflight import NotReady, ask, ask_token
from workpact.signing import sign

TYPES = {
    "EIP712Domain": [
        {"name": "name", "type": "string"},
        {"name": "version", "type": "string"},
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ],
    "Permit": [
        {"name": "owner", "type": "address"},
        {"name": "spender", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ],
}
LAYOUT = ["uint256", "uint256", "uint8", "bytes32", "bytes32"]


class NoPermit(NotReady):
    """The token knows no permit by signature: approve instead."""


class BadPermitFile(NotReady):
    """The file holds no permit."""


def permit(token: Any, account: Any, spender: str, value: int, deadline: int, chain_id: int) -> bytes:
    """The account's permit for `spender` to take `value` (smallest units) until `deadline` (Unix seconds).

    As `open` takes it: `(value, deadline, v, r, s)`, ABI-encoded. Raises `NoPermit`, `NotSigned`.
    """
    message = {
        "owner": account.address,
        "spender": spender,
        "value": str(value),
        "nonce": str(_nonce(token, account.address)),
        "deadline": str(deadline),
    }
    typed_data = {
        "types": TYPES,
        "primaryType": "Permit",
        "domain": _domain(token, chain_id),
        "message": message,
    }
    signature = sign(account, typed_data)
    return encode(LAYOUT, [value, deadline, signature[64], signature[:32], signature[32:64]])


def read_permit(path: Path) -> bytes:
    """A permit from a file of its hex digits; raises `BadPermitFile`."""
    try:
        made = bytes.fromhex(path.read_text().strip().removeprefix("0x"))
        decode(LAYOUT, made)
    except (ValueError, DecodingError):
        raise BadPermitFile(
            f"{path} is no permit: the client makes one with `ape run agreement sign FILE --permit {path.name}`."
        ) from None
    return made


def allowed_by(token: Any, owner: str, spender: str, made: bytes) -> int:
    """What a permit allows when it is carried now, smallest units, as the token itself answers.

    Zero for one that is used up or past its deadline, or that others or for others signed.
    """
    try:
        words = decode(LAYOUT, made)
        ask(token.permit.call, owner, spender, *words)
    except (DecodingError, ContractError):
        return 0
    return int(words[0])


def _nonce(token: Any, owner: str) -> int:
    nonce = ask_token(token.nonces, owner)
    if nonce is None:
        raise NoPermit(f"The token {token.address} takes no permit. Use: ape run agreement approve")
    return int(nonce)


def _domain(token: Any, chain_id: int) -> dict[str, Any]:
    """The token's signing domain: the version is the token's own, and is checked against its separator."""
    wanted, name = ask_token(token.DOMAIN_SEPARATOR), ask_token(token.name)
    # Ape takes an answer of no bytes for zero.
    versions = dict.fromkeys([_version(token), "1", "2"]) if isinstance(name, str) and wanted else ()
    for version in versions:
        domain = {
            "name": name,
            "version": version,
            "chainId": chain_id,
            "verifyingContract": token.address,
        }
        if _separator(domain) == bytes(wanted):
            return domain
    raise own_way(token.address)


def own_way(token: str) -> NoPermit:
    """What is said of a token with another permit than EIP-2612's."""
    return NoPermit(f"The token {token} signs permits in a way of its own. Use: ape run agreement approve")


def _version(token: Any) -> str:
    answer = answer_to(token.address, keccak(text="version()")[:4]).get("result") or "0x"
    try:
        return str(decode(["string"], bytes.fromhex(str(answer)[2:]))[0])
    except (DecodingError, UnicodeDecodeError, OverflowError):  # not every token says one
        return "1"


def _separator(domain: dict[str, Any]) -> bytes:
    kind = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    words = [kind, keccak(text=domain["name"]), keccak(text=domain["version"])]
    layout = ["bytes32", "bytes32", "bytes32", "uint256", "address"]
    return keccak(encode(layout, [*words, domain["chainId"], domain["verifyingContract"]]))
