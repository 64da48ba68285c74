"""What contracts answer for each account at a block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.audit.node import Node, StateGone
from workpact.audit.reconciliation.sheet import Account
from workpact.chain import contracts

BALANCE = "balance"
FIELDS = {
    ("Agreement", "held"): ("stateOf", "held"),
    ("Agreement", "holdback"): ("stateOf", "retained"),
    ("Agreement", "owed"): ("owed", None),
    ("Agreement", "to take"): ("toTake", None),
    ("Payroll", "collected"): ("accountOf", "collected"),
    ("Payroll", "free"): ("accountOf", "free"),
    ("Payroll", "wages"): ("accountOf", "wages"),
    ("Payroll", "claimed"): ("postingOf", "claimed"),
    ("Payroll", "owed"): ("owed", None),
    ("WorkerEquity", "revenue owed"): ("owed", None),
    ("WorkerEquity", "remainder"): ("poolOf", "remainder"),
    ("WorkerEquity", "earned by a unit"): ("earnedBy", None),
}
"""The view that answers for an account, and the member of its struct."""
Call = tuple[str, bytes]


def is_answered(account: Account) -> bool:
    """Whether a contract says what it is."""
    return account.name == BALANCE or (account.contract, account.name) in FIELDS


def answers(node: Node, accounts: Iterable[Account], block: int) -> dict[Account, int]:
    """What the contracts answer at a block; without those that get none. Raises `StateGone`."""
    chosen = list(accounts)
    own = [each for each in chosen if each.name != BALANCE]
    balances = [each for each in chosen if each.name == BALANCE]
    return _asked(node, own, block) | _balances(node, balances, block)


def _asked(node: Node, accounts: Sequence[Account], block: int) -> dict[Account, int]:
    questions = {each: _question(each) for each in accounts}
    calls = list(dict.fromkeys(call for call, _ in questions.values()))
    found = dict(zip(calls, node.call_many(calls, block), strict=True)) if calls else {}
    words = {each: found[call][32 * word : 32 * word + 32] for each, (call, word) in questions.items()}
    return {each: int.from_bytes(word) for each, word in words.items() if len(word) == 32}


def _balances(node: Node, accounts: Sequence[Account], block: int) -> dict[Account, int]:
    """A token that fails to answer keeps no other from it."""
    try:
        return _asked(node, accounts, block)
    except StateGone:
        found: dict[Account, int] = {}
        for each in accounts if len(accounts) > 1 else ():
            found |= _balances(node, [each], block)
        return found


def _question(account: Account) -> tuple[Call, int]:
    """The call, and which word of its answer."""
    if account.name == BALANCE:
        return (account.token, keccak(text="balanceOf(address)")[:4] + encode(["address"], [account.address])), 0
    view, member = FIELDS[account.contract, account.name]
    selector, kinds, word = _view(account.contract, view, member)
    return (
        account.address,
        selector + encode(kinds, [_value(*each) for each in zip(kinds, account.key, strict=True)]),
    ), word


@cache
def _view(contract: str, name: str, member: str | None) -> tuple[bytes, tuple[str, ...], int]:
    kind = contracts.contract_type(contract).view_methods[name]
    members = [each.name for each in kind.outputs[0].components or ()]
    return (
        keccak(text=kind.selector)[:4],
        tuple(each.canonical_type for each in kind.inputs),
        members.index(member) if member else 0,
    )


def _value(kind: str, text: str) -> object:
    if kind == "bytes32":
        return bytes.fromhex(text[2:])
    return int(text) if kind.startswith("uint") else text
