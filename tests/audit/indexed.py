"""A chain with all contracts to make an index of, its rows, and what they must be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from sqlalchemy import text

from tests.anvil import anvil, ask
from tests.audit.long_life import FLAGS, Life
from tests.audit.together import share
from workpact.audit.index import Deployed, Index
from workpact.audit.index.database import Database
from workpact.audit.node import Node

TABLES = {
    "workpact_index": "id",
    "workpact_contracts": "name",
    "workpact_tokens": "address",
    "workpact_blocks": "number",
    "workpact_logs": "block, position",
}
FLAGGED = ("workpact_blocks", "workpact_logs")
"""Tables whose last column says whether a row is final."""
TRANSFER = "0x" + keccak(text="Transfer(address,address,uint256)").hex()
OPENED = "0x" + keccak(text="Opened(bytes32,address,address,address,uint256)").hex()
COLLECTED = "0x" + keccak(text="Collected(bytes32,address,bytes32,address,address,uint256)").hex()

QUIET = 2_500
"""Blocks in which nothing happens."""


class Indexed(Life):
    """A chain that an index is made of."""

    @property
    def token(self) -> str:
        return to_checksum_address(self.token_address)

    @property
    def deployed(self) -> Deployed:
        return Deployed(31337, bytes.fromhex(self.node.block(0)["hash"][2:]), self.contracts, 0)

    def other(self, **changes: Any) -> Deployed:
        return replace(self.deployed, **changes)

    def index(self, folder: Path, name: str = "index") -> Index:
        return Index.open(self.deployed, f"sqlite:///{folder / name}")

    def donate(self, token: str, to: str, amount: int = 7) -> None:
        """A transfer outside every agreement."""
        self.send(
            "carrier", self.web3.eth.contract(token, abi=self.contract("TokenMock").abi).functions.mint(to, amount)
        )


@contextmanager
def begun() -> Iterator[Indexed]:
    with anvil(*FLAGS) as url:
        indexed = Indexed(url)
        ask(url, "evm_setAutomine", False)
        ask(url, "anvil_setBlockTimestampInterval", 1)
        indexed.deploy()
        yield indexed


@pytest.fixture(scope="session")
def indexed() -> Iterator[Indexed]:
    """Two agreements with a payroll, a report and transfers, long pauses between; nobody changes it any more."""
    with begun() as indexed:
        indexed.open()
        indexed.work()
        share(indexed)
        profile = (indexed.address("contractor"), 1, keccak(text="profile"), b"")
        indexed.send("contractor", indexed.contract("TalentRegistry").functions.setProfile(*profile))
        ask(indexed.url, "anvil_mine", hex(QUIET))
        indexed.fund(30, 10)
        indexed.open(salt=2)
        indexed.report()
        indexed.donate(indexed.token, indexed.payroll)
        ask(indexed.url, "anvil_mine", hex(100))
        indexed.fund(2)
        yield indexed


@pytest.fixture(scope="session")
def expected(indexed) -> dict[str, list[tuple[Any, ...]]]:
    """Its rows, from all receipts of all blocks."""
    return truth(indexed.node, indexed.contracts, None)


@pytest.fixture
def young() -> Iterator[Indexed]:
    """A chain for one test."""
    with begun() as indexed:
        indexed.open()
        yield indexed


def truth(node: Node, contracts: dict[str, str], finality: int | None) -> dict[str, list[tuple[Any, ...]]]:
    """What the tables must hold at a node's last block, from all receipts of all blocks."""
    last = node.height()
    numbers = [hex(number) for number in range(last + 1)]
    headers = node.ask_many("eth_getBlockByNumber", [[number, False] for number in numbers])
    found = node.ask_many("eth_getBlockReceipts", [[number] for number in numbers])
    final = last - finality if finality is not None else int(node.block("finalized")["number"], 16)
    told = [(to_checksum_address(each["from"]), log) for block in found for each in block for log in each["logs"]]
    named: dict[str, int] = {}
    for _, log in told:
        place = {OPENED: 2, COLLECTED: 66}.get(log["topics"][0])
        if place is not None and to_checksum_address(log["address"]) in contracts.values():
            token = to_checksum_address("0x" + log["data"][place : place + 64][24:])
            named.setdefault(token, int(log["blockNumber"], 16))
    ours = {"0x" + each[2:].lower().rjust(64, "0") for each in contracts.values()}
    logs = []
    for sender, log in told:
        address, number = to_checksum_address(log["address"]), int(log["blockNumber"], 16)
        is_moved = log["topics"][0] == TRANSFER and bool(ours & set(log["topics"][1:3]))
        if address in contracts.values() or (address in named and is_moved):
            brought = max(number, named.get(address, 0))
            logs.append(_row(log, sender, brought, brought <= final))
    settled = {row[0] for row in logs if row[-1]}
    blocks = []
    for number in sorted({row[0] for row in logs}):
        head = headers[number]
        hashes = (_bytes(head["hash"]), _bytes(head["parentHash"]))
        blocks.append((number, *hashes, int(head["timestamp"], 16), number in settled))
    genesis, end = _bytes(headers[0]["hash"]), _bytes(headers[-1]["hash"])
    settles = (final, _bytes(headers[final]["hash"]))
    return {
        "workpact_index": [(1, 31337, genesis, 0, last, end, *settles)],
        "workpact_contracts": sorted(contracts.items()),
        "workpact_tokens": sorted(named.items()),
        "workpact_blocks": blocks,
        "workpact_logs": sorted(logs),
    }


def rows(database: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, in order of their keys."""
    opened = Database(database)
    with opened.read() as connection:
        found = {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY {keys}"))]
            for table, keys in TABLES.items()
        }
    opened.close()
    # SQLite has no booleans of its own.
    for table in FLAGGED:
        found[table] = [(*row[:-1], bool(row[-1])) for row in found[table]]
    return found


def _row(log: dict[str, Any], sender: str, brought: int, is_final: bool) -> tuple[Any, ...]:
    topics = [_bytes(each) for each in log["topics"]] + [None] * (4 - len(log["topics"]))
    return (
        int(log["blockNumber"], 16),
        int(log["logIndex"], 16),
        to_checksum_address(log["address"]),
        *topics,
        _bytes(log["data"]),
        _bytes(log["transactionHash"]),
        sender,
        brought,
        is_final,
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
