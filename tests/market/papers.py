"""Accounts, and papers that they sign, without a chain."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from eth_account import Account

from workpact.market.paper import Paper

REGISTRY = "0x1111111111111111111111111111111111111111"
CHAIN = 31337


def account(number: int) -> Any:
    """The account of a fixed key."""
    return Account.from_key(number.to_bytes(32))


def request_paper(number: int = 1, *, decide: int = 2_000_000_000, text: str = "Support by telephone") -> Paper:
    """A request as far as places and relays look at one."""
    return Paper.signed(account(number), "request", {"title": text, "decide": decide}, CHAIN, REGISTRY)


def seal_paper(request: Paper, number: int = 2, note: str = "") -> Paper:
    """A sealed bid."""
    body = {"request": request.id, "commitment": hashlib.sha256(note.encode()).digest()}
    return Paper.signed(account(number), "seal", body, CHAIN, REGISTRY)


def bid_paper(request: Paper, number: int = 2, file: str = "") -> Paper:
    """A bid as far as places and relays look at one."""
    return Paper.signed(account(number), "bid", {"request": request.id, "file": file}, CHAIN, REGISTRY)


def raw(paper: Paper) -> dict[str, Any]:
    """The JSON value of a paper's file, to be spoilt."""
    value: dict[str, Any] = json.loads(paper.to_bytes())
    return value


def dumped(value: Any) -> bytes:
    """A JSON value in the form of papers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
