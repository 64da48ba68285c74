"""Signatures of the document's messages: made by any account, checked as the contracts check them (SPEC.md 2.6).

A signature travels as 65 bytes, in files as their hex digits: what `cast wallet sign` and wallets print.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.chain.answers import answer_to
from workpact.chain.keys import refuse_raw

MAGIC = keccak(text="isValidSignature(bytes32,bytes)")[:4]
HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


class NotSigned(WorkpactError):
    """The account did not sign, or cannot."""


class BadSignatureFile(WorkpactError):
    """The file holds no signature."""


def sign(account: Any, typed_data: Mapping[str, Any]) -> bytes:
    """The account's EIP-712 signature: Ape accounts (keystore, Ledger, …) and eth-account's local ones.

    Raises `NotSigned`, and `RawKey` if the account is a key in the open and the message counts on a live network. A
    Safe signs by sending as the party itself, or with its own tools (ERC-1271).
    """
    from eth_account.messages import encode_typed_data

    refuse_raw(account, typed_data["domain"].get("chainId"))
    signed = account.sign_message(encode_typed_data(full_message=dict(typed_data)))
    if signed is None:
        raise NotSigned(
            f"{account.address} did not sign. Confirm it on the device; a Safe sends as the party itself instead."
        )
    if hasattr(signed, "signature"):
        return normalised(bytes(signed.signature))
    r, s = (int.from_bytes(part) if isinstance(part, bytes) else int(part) for part in (signed.r, signed.s))
    return normalised(r.to_bytes(32) + s.to_bytes(32) + bytes([signed.v]))


def normalised(signature: bytes) -> bytes:
    """With v = 27 or 28, where a device writes 0 or 1; everything else unchanged."""
    if len(signature) == 65 and signature[64] < 2:
        return signature[:64] + bytes([signature[64] + 27])
    return signature


def hashes(typed_data: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The domain's hash and the message's, as devices without a large screen show them; by eth-account's encoder."""
    from eth_account.messages import encode_typed_data

    message = encode_typed_data(full_message=dict(typed_data))
    return bytes(message.header), bytes(message.body)


def digest(typed_data: Mapping[str, Any]) -> bytes:
    """What signing the message signs."""
    return keccak(b"\x19\x01" + b"".join(hashes(typed_data)))


def recovered(signed_digest: bytes, signature: bytes) -> str | None:
    """The address whose key made the signature; None if no contract takes it for a key's."""
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError as NoSignature

    if len(signature) != 65 or signature[64] not in (27, 28) or int.from_bytes(signature[32:64]) > HALF_ORDER:
        return None
    try:
        made = Signature(signature_bytes=signature[:64] + bytes([signature[64] - 27]))
        return str(made.recover_public_key_from_msg_hash(signed_digest).to_checksum_address())
    except (BadSignature, NoSignature):
        return None


def is_signed(signer: str, signed_digest: bytes, signature: bytes) -> bool:
    """Whether the signature is the signer's: by its key, else by ERC-1271 if it has code on the connected chain."""
    if recovered(signed_digest, signature) == signer:
        return True
    from ape import networks

    node: Any = networks.provider
    if not node.get_code(signer):
        return False
    data = MAGIC + encode(["bytes32", "bytes"], [signed_digest, signature])
    return bytes.fromhex(str(answer_to(signer, data).get("result") or "0x")[2:]) == MAGIC.ljust(32, b"\0")


def read_signature(given: str | Path) -> bytes:
    """A signature from its hex digits or from a file of them; raises `BadSignatureFile`."""
    path = Path(given)
    try:
        text = str(given) if str(given).startswith("0x") else path.read_text().strip() if path.is_file() else ""
        signature = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        signature = b""
    if not signature:
        raise BadSignatureFile(f"{given} is no signature: give a file with 0x and hex digits, or these digits.")
    return normalised(signature)
