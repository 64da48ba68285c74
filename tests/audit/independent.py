"""What a life came to by the contracts' own answers, asked one by one with nothing of the audit's code."""

from __future__ import annotations

from collections import Counter

from web3 import Web3

from tests.audit.random_life import Life
from workpact.audit.reconciliation import Reconciliation

TRANSFER = "0x" + Web3.keccak(text="Transfer(address,address,uint256)").hex().removeprefix("0x")


def assert_as_the_contracts_say(life: Life, found: Reconciliation) -> None:
    """Agreements, balances, what was given, and which blocks there were."""
    _assert_agreements(life, found)
    _assert_balances(life, found)
    _assert_donations(life, found)
    assert found.blocks == len(_blocks(life))


def _assert_agreements(life: Life, found: Reconciliation) -> None:
    states = {deal.origin: life.agreement.functions.stateOf(deal.origin).call() for deal in life.deals}
    assert {each.origin for each in found.equations} == set(states)
    pushed = _moved(life)
    for each in found.equations:
        state = states[each.origin]
        assert (each.held, each.holdback) == (state[2], state[10])
        assert each.funded == each.paid + each.refunded + each.fees + each.held + each.holdback
    by_token: Counter[str] = Counter()
    for each in found.equations:
        by_token[each.token] += each.funded
    for token in life.tokens:
        given = sum(amount for to, of, amount in _given(found) if (to, of) == (life.agreement.address, token.address))
        assert by_token[token.address] + given == pushed[token.address, life.agreement.address]


def _assert_balances(life: Life, found: Reconciliation) -> None:
    """Of the escrow: held, holdback, owed, to take, and what was given, are all that is there."""
    payees = [*life.accounts, *(each.address for each in life.ours)]
    owed, take, state = (life.agreement.functions[name] for name in ("owed", "toTake", "stateOf"))
    for token in life.tokens:
        deals = [deal for deal in life.deals if deal.token.address == token.address]
        promised = sum(owed(token.address, payee).call() for payee in payees)
        for deal in deals:
            now = state(deal.origin).call()
            promised += now[2] + now[10] + sum(take(deal.origin, each, token.address).call() for each in payees)
        given = sum(amount for to, of, amount in _given(found) if (to, of) == (life.agreement.address, token.address))
        assert token.functions.balanceOf(life.agreement.address).call() == promised + given


def _assert_donations(life: Life, found: Reconciliation) -> None:
    """All that was sent directly is named; the rest was paid by a contract of ours to another, or to itself."""
    ours = {each.address for each in life.ours}
    direct = [each for each in found.donations if each.transfer.sender not in ours]
    assert Counter((each.contract, each.transfer.token, each.transfer.amount) for each in direct) == Counter(
        life.donations
    )


def _given(found: Reconciliation) -> list[tuple[str, str, int]]:
    return [(each.contract, each.transfer.token, each.transfer.amount) for each in found.donations]


def _moved(life: Life) -> Counter[tuple[str, str]]:
    """By token and receiver, all that came in."""
    moved: Counter[tuple[str, str]] = Counter()
    for token in life.tokens:
        for log in life.web3.eth.get_logs({"address": token.address, "topics": [TRANSFER], "fromBlock": 0}):
            moved[token.address, Web3.to_checksum_address(bytes(log["topics"][2])[-20:])] += int.from_bytes(log["data"])
    return moved


def _blocks(life: Life) -> set[int]:
    """With a log of ours, or a transfer to or from us."""
    ours = [each.address for each in life.ours]
    found = {log["blockNumber"] for log in life.web3.eth.get_logs({"address": ours, "fromBlock": 0})}
    for token in life.tokens:
        for log in life.web3.eth.get_logs({"address": token.address, "topics": [TRANSFER], "fromBlock": 0}):
            sides = {Web3.to_checksum_address(bytes(topic)[-20:]) for topic in log["topics"][1:]}
            if sides & set(ours):
                found.add(log["blockNumber"])
    return found
