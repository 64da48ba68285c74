"""The index holds the logs that the chain has, whatever the node gives at once, and says what it does not hold."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from sqlalchemy import create_engine, text

from tests.anvil import anvil, ask
from tests.audit.long_life import FLAGS, UNIT, Life
from tests.audit.poor_node import PoorNode
from tests.audit.reorgs import Chain, rows, truth
from workpact.audit.entries import TRANSFER, BlockGone
from workpact.audit.history import NodeLogs, head, verified
from workpact.audit.index import (
    Cursor,
    DatabaseFailed,
    Deployed,
    FinalizedGone,
    Index,
    IndexLogs,
    NewerDatabase,
    NoIndex,
    NotIndexed,
    OtherDeployment,
    sync,
)
from workpact.audit.node import Node, NodeRefused, NodeWrong

QUIET = 2_500
"""Blocks in which nothing happens."""


class Indexed(Life):
    """A chain that an index is made of."""

    @property
    def contracts(self) -> dict[str, str]:
        return {name: self.planned[name].address for name in ("Agreement", "SLAOracle", "WorkerEquity", "Payroll")}

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
        life = Indexed(url)
        ask(url, "evm_setAutomine", False)
        ask(url, "anvil_setBlockTimestampInterval", 1)
        life.deploy()
        yield life


@pytest.fixture(scope="module")
def life() -> Iterator[Indexed]:
    """Two agreements with a payroll, a report and transfers, long pauses between; nobody changes it any more."""
    with begun() as life:
        life.open()
        life.work()
        ask(life.url, "anvil_mine", hex(QUIET))
        life.fund(30, 10)
        life.open(salt=2)
        life.report()
        life.donate(life.token, life.payroll)
        ask(life.url, "anvil_mine", hex(100))
        life.fund(2)
        yield life


@pytest.fixture(scope="module")
def expected(life) -> dict[str, list[tuple[Any, ...]]]:
    """Its rows, from all receipts of all blocks."""
    return truth(life.node, life.contracts, None)


@pytest.fixture
def young() -> Iterator[Indexed]:
    """A chain for one test."""
    with begun() as life:
        life.open()
        yield life


# What it holds


def test_rows__are_those_of_all_receipts(life, expected, tmp_path):
    index = life.index(tmp_path)
    cursor = sync(index, life.node)

    last = life.node.height()
    assert cursor == Cursor(last, head(life.node).hash, last - 64, head(life.node, last - 64).hash)
    assert rows(index.database.name) == expected


def test_counts__two_agreements(life, tmp_path):
    index = life.index(tmp_path)
    sync(index, life.node)
    found = index.counts()

    # Opened twice, seven events of work, 32 top-ups
    assert (found.agreements, found.events) == (2, {"Agreement": 41, "SLAOracle": 2, "WorkerEquity": 1, "Payroll": 2})
    # Two deposits and 32 top-ups in; the milestone out to the payroll, a wage out of it, a gift to it
    assert (found.transfers, found.tokens) == (37, 1)
    assert found.finalized == 41 + 2 + 1 + 2 + 37 - 2 * 2  # the last two top-ups are too young


def test_logs__the_very_same_as_the_nodes(life, tmp_path):
    index = life.index(tmp_path)
    sync(index, life.node)
    own, nodes, last = IndexLogs(index), NodeLogs(life.node), life.node.height()

    key = life.id()
    questions = [(address, topics) for address in life.contracts.values() for topics in ([], [None, key])]
    ours = bytes.fromhex(life.agreement[2:]).rjust(32, b"\0")
    questions += [(life.token, [TRANSFER, ours]), (life.token, [TRANSFER, None, ours])]
    for address, topics in questions:
        for until in (last, last // 2):
            assert own.read(address, topics, until) == nodes.read(address, topics, until)
    assert len(own.read(life.agreement, [], last)) == 41


def test_verified__same_history_from_the_index(life, tmp_path):
    index = life.index(tmp_path)
    sync(index, life.node)
    subject, at = life.subject(), head(life.node)

    assert verified(life.node, subject, at, IndexLogs(index)) == verified(life.node, subject, at)


def test_sync__in_parts_and_again__same_rows(life, tmp_path):
    whole, parts = life.index(tmp_path, "whole"), life.index(tmp_path, "parts")
    sync(whole, life.node)
    last = life.node.height()
    for until in (3, 3, 40, 41, 2_000, "finalized", last - 1, hex_hash(life, last)):
        sync(parts, life.node, until)

    assert rows(parts.database.name) == rows(whole.database.name)


def test_sync__to_an_earlier_block_than_it_has__stays(life, tmp_path):
    index = life.index(tmp_path)
    sync(index, life.node)
    before = rows(index.database.name)

    assert sync(index, life.node, 40).number == life.node.height()
    assert rows(index.database.name) == before


def test_sync__no_word_for_final__what_is_finality_blocks_old(life, tmp_path):
    index, last = life.index(tmp_path), life.node.height()
    with PoorNode(life.url) as poor:
        poor.has_finalized = False
        assert sync(index, Node(poor.url)).finalized is None
        assert index.counts().finalized == 0
        assert sync(index, Node(poor.url), finality=1).finalized == last - 1
    # Only the last top-up, its event and its transfer, is in the last block
    assert index.counts().finalized == 41 + 2 + 1 + 2 + 37 - 2


# From any node


POOR: dict[str, dict[str, Any]] = {
    "ranges of 1,000 blocks": {"widest": 1_000},
    "ranges of 7 blocks": {"widest": 7},
    "10 logs at once": {"most_logs": 10},
    "batches of 3": {"largest_batch": 3},
    "no batches": {"largest_batch": 0},
    "ranges of 40 blocks, with a status": {"widest": 40, "status": 400},
    "no eth_getBlockReceipts, no state": {"lacks": {"eth_getBlockReceipts"}, "state_kept": 0},
}


@pytest.mark.parametrize("limits", POOR.values(), ids=POOR)
def test_poor_provider__same_rows(life, expected, tmp_path, limits):
    index = life.index(tmp_path)
    with PoorNode(life.url) as poor:
        vars(poor).update(limits)
        sync(index, Node(poor.url))

    assert rows(index.database.name) == expected


def test_two_nodes_that_mined_the_same_blocks__same_rows(tmp_path):
    found = []
    for name in ("one", "other"):
        with begun() as life:
            life.open()
            life.work()
            index = life.index(tmp_path, name)
            sync(index, life.node)
            found.append(rows(index.database.name))

    assert found[0] == found[1]
    assert len(found[0]["workpact_logs"]) == 11 + 3  # deposit in, milestone out, wage out


def test_node_gives_what_was_not_asked_for__named_and_nothing_written(life, tmp_path):
    index = life.index(tmp_path)
    before = rows(index.database.name)

    def later(method: str, _: list[Any], answer: Any) -> Any:
        return [each | {"blockNumber": "0xffffff"} for each in answer] if method == "eth_getLogs" else answer

    with PoorNode(life.url) as poor:
        poor.edit = later
        with pytest.raises(NodeWrong, match=r"in block 16777215, which was not asked for: ask another node\."):
            sync(index, Node(poor.url))
    assert rows(index.database.name) == before


def test_node_gives_logs_of_a_replaced_block__named_and_nothing_written(life, tmp_path):
    index = life.index(tmp_path)
    before = rows(index.database.name)

    def replaced(method: str, _: list[Any], answer: Any) -> Any:
        return [each | {"blockHash": "0x" + 64 * "7"} for each in answer] if method == "eth_getLogs" else answer

    with PoorNode(life.url) as poor:
        poor.edit = replaced
        with pytest.raises(BlockGone, match=r"was replaced while it was read: run the same again\."):
            sync(index, Node(poor.url))
    assert rows(index.database.name) == before


def test_node_gives_no_logs_of_one_block__named(life, tmp_path):
    with PoorNode(life.url) as poor:
        poor.most_logs = 0
        with pytest.raises(NodeRefused, match=r"The node gives no logs of block \d+: .* Ask another node\."):
            sync(life.index(tmp_path), Node(poor.url))


def test_node_is_behind__nothing_leaves(young, tmp_path):
    index = young.index(tmp_path)
    young.fund(3)
    cursor = sync(index, young.node)
    before = rows(index.database.name)

    ask(young.url, "anvil_rollback", 2)
    assert sync(index, young.node) == cursor
    assert rows(index.database.name) == before


# When the chain changes


def test_token_named_late__brings_its_earlier_transfers_and_takes_them_along(young, tmp_path):
    chain = Chain(young, random.Random(1))
    token, index = chain.tokens[1], young.index(tmp_path)
    young.donate(token, young.agreement, 11)
    young.donate(token, young.payroll, 13)
    sync(index, young.node, finality=0)
    assert index.tokens() == [young.token]
    before = rows(index.database.name)["workpact_logs"]

    ask(young.url, "eth_sendTransaction", chain.opens[1])
    young.mine()
    with PoorNode(young.url) as poor:
        poor.has_finalized = False
        sync(index, Node(poor.url), finality=1)
        brought = rows(index.database.name)
        height = young.node.height()
        new = [row for row in brought["workpact_logs"] if row not in before]
        # Two gifts, then the opening and its deposit: all came with that block, none is final before it is.
        assert [(int.from_bytes(row[7][:32]), row[-2:]) for row in new if row[2] == token] == [
            (11, (height, False)),
            (13, (height, False)),
            (3_000 * UNIT, (height, False)),
        ]
        ask(young.url, "anvil_reorg", 1, [])
        sync(index, Node(poor.url), finality=1)
    assert index.tokens() == [young.token]
    assert [row[:-1] for row in rows(index.database.name)["workpact_logs"]] == [row[:-1] for row in before]


def test_final_block_is_replaced__named_and_nothing_leaves(young, tmp_path):
    index = young.index(tmp_path)
    young.fund(5)
    with PoorNode(young.url) as poor:
        poor.has_finalized = False
        sync(index, Node(poor.url), finality=2)
        before = rows(index.database.name)
        ask(young.url, "anvil_reorg", 4, [])
        with pytest.raises(FinalizedGone, match=r"was final with hash 0x[0-9a-f]{64}, and the node has another"):
            sync(index, Node(poor.url), finality=2)
    assert rows(index.database.name) == before


def test_another_process_writes_meanwhile__same_rows(life, expected, tmp_path):
    index, other = life.index(tmp_path), life.index(tmp_path)
    with PoorNode(life.url) as poor:
        asked = []

        def meanwhile(method: str, _: list[Any]) -> None:
            asked.append(method)
            if len(asked) in (8, 40):
                sync(other, life.node, 600 * len(asked) // 8)

        poor.before = meanwhile
        sync(index, Node(poor.url))

    assert len(asked) > 40
    assert rows(index.database.name) == expected


# What it is not


def test_other_chain_or_deployment__named_and_nothing_written(life, tmp_path):
    index = life.index(tmp_path)
    sync(index, life.node)
    file = tmp_path / "index"
    before = file.read_bytes()

    moved = life.contracts | {"Payroll": life.token}
    for other, why in (
        ({"chain_id": 1}, r"an index of chain 31337, not 1\."),
        ({"genesis": bytes(32)}, r"of another chain 31337, which begins with block 0x[0-9a-f]{64}, not 0x0{64}"),
        ({"contracts": moved}, r"an index of other contracts \(from block 0: Agreement 0x"),
        ({"start": 5}, r"an index of other contracts \(from block 0: "),
    ):
        with pytest.raises(OtherDeployment, match=why):
            Index.open(life.other(**other), index.database.name)
    assert file.read_bytes() == before


def test_newer_database__named_and_nothing_written(life, tmp_path):
    index = life.index(tmp_path)
    engine = create_engine(index.database.name)
    with engine.begin() as connection:
        connection.execute(text("UPDATE workpact_revision SET version_num = '9999'"))
    before = (tmp_path / "index").read_bytes()

    for opened in (lambda: life.index(tmp_path), lambda: Index.existing(index.database.name)):
        with pytest.raises(NewerDatabase, match=r"of revision 9999, which this version of workpact does not know"):
            opened()
    assert (tmp_path / "index").read_bytes() == before


def test_existing__what_it_is_of(life, tmp_path):
    made = life.index(tmp_path)
    sync(made, life.node)
    again = Index.existing(made.database.name)

    assert again.deployed == life.deployed
    assert again.cursor() == made.cursor()


def test_existing__none_there__named_and_no_file_made(tmp_path):
    with pytest.raises(NoIndex, match=r"has no index: make one \(ape run audit index --database sqlite:///"):
        Index.existing(f"sqlite:///{tmp_path / 'none'}")
    assert list(tmp_path.iterdir()) == []


def test_no_database__named(life, tmp_path):
    (tmp_path / "text").write_text("This is no database, but some text that is long enough." * 20)
    (tmp_path / "folder").mkdir()
    for url, why in (
        (f"sqlite:///{tmp_path / 'text'}", "file is not a database"),
        (f"sqlite:///{tmp_path / 'folder'}", "unable to open database file"),
        ("index.sqlite", r"index\.sqlite is no URL of a database"),
        ("mysql://somewhere/index", "kept in SQLite or PostgreSQL, not in mysql"),
    ):
        with pytest.raises(DatabaseFailed, match=why):
            Index.open(life.deployed, url)
    assert (tmp_path / "text").read_text().startswith("This is no database")


def test_password__is_not_shown():
    with pytest.raises(DatabaseFailed, match=r"postgresql\+psycopg://me:\*\*\*@127\.0\.0\.1:1/none"):
        Index.existing("postgresql://me:secret@127.0.0.1:1/none")


def test_logs_that_it_has_not__named(life, tmp_path):
    index = life.index(tmp_path)
    sync(index, life.node, 100)
    own = IndexLogs(index)

    with pytest.raises(NotIndexed, match=r"has been read until block 100, not 101: bring it further"):
        own.read(life.agreement, [], 101)
    stranger, ours = life.address("stranger"), bytes.fromhex(life.agreement[2:]).rjust(32, b"\0")
    for address, topics in (
        (stranger, []),
        (stranger, [TRANSFER, ours]),
        (life.token, []),
        (life.token, [TRANSFER]),
        (life.token, [TRANSFER, bytes(32)]),
        (life.token, [None, ours]),
    ):
        with pytest.raises(NotIndexed, match=rf"not what was asked of {address}"):
            own.read(address, topics, 100)


def hex_hash(life: Indexed, number: int) -> str:
    return "0x" + head(life.node, number).hash.hex()
