"""No key in the open where it could lose money (SPEC.md 17.10)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workpact import WorkpactError

LOCAL = frozenset({1337, 31337})
"""Ids of chains on which nothing is of value: Anvil's and Hardhat's, geth's and Ganache's. All others are live."""
INSTEAD = (
    "Use a keystore with a passphrase (ape accounts import ALIAS), a Ledger, a Trezor, a Safe, or a key service with a "
    "plug-in of Ape."
)
KEY = re.compile(r"(0[xX])?[0-9a-fA-F]{64}")
DIGITS = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
WORDS = re.compile(r"\s*([a-z]+\s+){11,}[a-z]+\s*")
UNREPEATED = "what was typed"


class RawKey(WorkpactError):
    """A private key in the open was to sign for a live network, or was given where it is left behind."""


def refuse_raw(account: Any, chain_id: int | None) -> None:
    """Raises `RawKey` if the account is a key in this process's hands, or one that everybody knows, on a live network.

    Without an id what is signed counts on every chain. Ape's test accounts come from words in a configuration;
    eth-account's local accounts hold the key as it is.
    """
    from ape.api import TestAccountAPI
    from eth_account.signers.base import BaseAccount

    if chain_id not in LOCAL and isinstance(account, (TestAccountAPI, BaseAccount)):
        raise RawKey(
            f"{account.address} is a key in the open, and would sign for a live network (chain {chain_id}). {INSTEAD}"
        )


def refuse_given(account: str, keystores: Path) -> None:
    """Raises `RawKey`, which does not repeat it, if what names an account is a key, or its keystore is in plain."""
    if is_like_a_key(account):
        raise RawKey(
            "--account takes the name of an account. What was typed looks like a private key: consider it known, as "
            f"shells and process lists keep what is typed, and move what it owns. {INSTEAD}"
        )
    file = keystores / f"{account}.json"
    if Path(account).name == account and file.is_file() and not _is_encrypted(file):
        raise RawKey(f"{file} is no encrypted keystore. If it holds a key, move what that owns. {INSTEAD}")


def unrepeated(message: str, typed: Iterable[str]) -> str:
    """The message without what looks like a key and was typed, alone or as a part like NAME=KEY.

    A hash looks like one too: who typed it has it.
    """
    for argument in typed:
        found = DIGITS.findall(argument)
        found += [words for words in (argument, argument.partition("=")[2]) if WORDS.fullmatch(words)]
        for each in found:
            message = re.sub(f"(0x)?{re.escape(each.strip())}", UNREPEATED, message, flags=re.IGNORECASE)
    return message


def is_like_a_key(text: str) -> bool:
    """A private key in hex, or words that give one."""
    return bool(KEY.fullmatch(text.strip()) or WORDS.fullmatch(text))


def _is_encrypted(file: Path) -> bool:
    try:
        content = json.loads(file.read_bytes())
    except ValueError:
        return False
    return isinstance(content, dict) and ("crypto" in content or "Crypto" in content)
