"""What the chain says of transactions that books name and the record does not have. Asks a node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.bookkeeping.accounts import hashes_in
from workpact.audit.bookkeeping.comparing import Outside
from workpact.audit.bookkeeping.lines import Line, Money
from workpact.audit.bookkeeping.payments import Payment
from workpact.audit.entries import TRANSFER
from workpact.audit.history import History
from workpact.audit.node import Node


def beyond(
    node: Node, history: History, born: int, payments: Sequence[Payment], lines: Sequence[Line], money: Money
) -> tuple[list[Outside], list[bytes]]:
    """Transfers into the agreement's contract that no event explains, and transactions that the chain does not have.

    Asked are the transactions that lines name, and transfers of the amounts of lines, from block `born` on.
    """
    known = {each.entry.log.transaction for each in payments}
    named = sorted({each for line in lines for each in hashes_in(line)} - known)
    amounts = {abs(line.amount) for line in lines if line.currency == money.name}
    tokens = sorted({each.token for each in payments})
    given = sorted(set(_transfers(node, history, born, tokens, amounts)) - known - set(named))
    questions = [["0x" + each.hex()] for each in (*named, *given)]
    receipts = dict(zip((*named, *given), node.ask_many("eth_getTransactionReceipt", questions), strict=True))
    absent = [each for each in named if receipts[each] is None]
    found = [_outside(node, history, each, receipt, tokens) for each, receipt in receipts.items() if receipt]
    return [each for each in found if each is not None], absent


def _transfers(node: Node, history: History, born: int, tokens: Sequence[str], amounts: set[int]) -> Iterator[bytes]:
    """Transactions that brought one of these amounts to the contract."""
    if not tokens:
        return
    topics = [TRANSFER, None, _word(history.subject.agreement)]
    for _, logs in node.logs(tokens, topics, born, history.head.number):
        for log in logs:
            if int(log["data"], 16) in amounts:
                yield bytes.fromhex(log["transactionHash"][2:])


def _outside(
    node: Node, history: History, transaction: bytes, receipt: dict[str, Any], tokens: Iterable[str]
) -> Outside | None:
    """A donation; None for what the contract itself says something about, and what brought it nothing."""
    here = history.subject.agreement
    logs = [(to_checksum_address(each["address"]), each) for each in receipt["logs"]]
    block = int(receipt["blockNumber"], 16)
    if block > history.head.number or any(address == here for address, _ in logs):
        return None
    wanted = [TRANSFER, _word(here)]
    amount = 0
    for address, log in logs:
        topics = [bytes.fromhex(each[2:]) for each in log["topics"]]
        if address in tokens and topics[::2] == wanted:
            amount += int(log["data"], 16)
    return Outside(transaction, amount, int(node.block(block)["timestamp"], 16)) if amount else None


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
