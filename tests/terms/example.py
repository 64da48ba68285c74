"""The example agreement with an address for every name in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from eth_utils import to_checksum_address
from eth_utils.crypto import keccak

from workpact.terms import AgreementDocument, Names, load, loads

ROOT = Path(__file__).parents[2]
FILE = ROOT / "examples" / "it-service-desk" / "agreement.yaml"
TEXT = FILE.read_text(encoding="utf-8")
ROLES = [
    "client",
    "contractor",
    "arbiter",
    "backup",
    "client-operator",
    "contractor-operator",
    "client-reporter",
    "contractor-reporter",
]
CHAIN_ID = 31337


def address(name: str) -> str:
    """An address that nobody else has."""
    return to_checksum_address(keccak(text=name)[-20:])


WALLETS = {role: address(role) for role in ROLES}
CONTRACTS = {name: address(name) for name in ("SLAOracle", "WorkerEquity")}
TOKEN = address("USDC")
CONTRACT = address("Agreement")
NAMES = Names(WALLETS, CONTRACTS, token=TOKEN)


@cache
def example() -> AgreementDocument:
    """The example, all names resolved."""
    return load(FILE, wallets=WALLETS, token=TOKEN, contracts=CONTRACTS)


def changed(*edits: tuple[str, str]) -> str:
    """The example's text with each first occurrence replaced; an edit that finds nothing fails."""
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def loaded(*edits: tuple[str, str]) -> AgreementDocument:
    """The changed example, all names resolved."""
    return loads(changed(*edits), NAMES)


def line_of(text: str, part: str) -> int:
    """The line on which a part of a text first starts, from 1."""
    return text[: text.index(part)].count("\n") + 1
