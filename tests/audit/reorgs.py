"""Random schedules on a chain that is reorganised, and an index that is killed while it reads it; seeded.

with played(seed, url) as schedule:
    assert rows(url) == schedule.chain.truth(schedule.finality)
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from eth_utils.address import to_checksum_address
from sqlalchemy import event

from tests.anvil import START, anvil, ask
from tests.audit.indexed import truth
from tests.audit.long_life import EQUITY, FLAGS, ROLES, UNIT, Life
from tests.audit.poor_node import PoorNode
from tests.forks import CONTEXT, preload
from tests.sdk import paper
from tests.support import artefact
from workpact.audit.index import Deployed, Index, sync
from workpact.audit.node import Node, NodeSilent

DEEPEST = 5
FINALITY = 2 * DEEPEST
STEPS = 12
preload("tests.audit.reorgs")


class Chain:
    """The deployed set and three tokens: of one there is an agreement, of the others there are only transfers until
    somebody opens one."""

    def __init__(self, indexed: Life, rng: random.Random) -> None:
        self.indexed = indexed
        self.rng = rng
        self.tokens = [to_checksum_address(indexed.token_address), self._token(), self._token()]
        self.opens = [self._opening(token, salt) for salt, token in enumerate(2 * self.tokens, 2)]
        self.depths: list[int] = []

    @property
    def url(self) -> str:
        return self.indexed.url

    def act(self) -> None:
        """One to four transactions in a block; some may fail, as what they follow may have gone."""
        for each in self.transactions(self.rng.randint(1, 4)):
            ask(self.url, "eth_sendTransaction", each)
        self.indexed.mine()

    def mine(self) -> None:
        """Blocks with nothing in them."""
        ask(self.url, "anvil_mine", hex(self.rng.randint(1, 3)))

    def reorganise(self) -> None:
        """The last blocks are replaced: by empty ones, or with other transactions in them."""
        depth = self.rng.randint(1, DEEPEST)
        given = [[each, self.rng.randrange(depth)] for each in self.transactions(self.rng.randint(0, 3))]
        ask(self.url, "anvil_reorg", depth, given)
        self.depths.append(depth)

    def transactions(self, count: int) -> list[dict[str, Any]]:
        """Top-ups, transfers to the contracts outside every agreement, and openings."""
        kinds: list[Callable[[int], dict[str, Any]]] = [self._fund, self._fund, self._donate, self._donate, self._open]
        return [self.rng.choice(kinds)(number) for number in range(count)]

    def truth(self, finality: int | None) -> dict[str, list[tuple[Any, ...]]]:
        """What the tables must hold now."""
        return truth(self.indexed.node, self.contracts, finality)

    @property
    def contracts(self) -> dict[str, str]:
        return self.indexed.contracts

    def deployed(self) -> Deployed:
        """As the index knows it."""
        genesis = bytes.fromhex(ask(self.url, "eth_getBlockByNumber", "0x0", False)["hash"][2:])
        return Deployed(31337, genesis, self.contracts, 0)

    def _fund(self, number: int) -> dict[str, Any]:
        held = self.indexed._held
        call = self.indexed.contract("Agreement").functions.fund(self.indexed.document.terms(), held + 1 + number)
        return self._sent(call, self.rng.choice(ROLES))

    def _donate(self, _: int) -> dict[str, Any]:
        token = self.indexed.web3.eth.contract(self.rng.choice(self.tokens), abi=self.indexed.contract("TokenMock").abi)
        to = self.rng.choice(list(self.contracts.values()))
        return self._sent(token.functions.mint(to, self.rng.randint(1, 9)), self.rng.choice(ROLES))

    def _open(self, _: int) -> dict[str, Any]:
        return self.rng.choice(self.opens)

    def _sent(self, call: Any, role: str) -> dict[str, Any]:
        return self.indexed.transaction(role, call.address, call._encode_transaction_data(), self.rng.randrange(3))

    def _token(self) -> str:
        indexed = self.indexed
        made = artefact("TokenMock")
        factory = indexed.web3.eth.contract(abi=made["abi"], bytecode=made["bytecode"]["object"])
        data = factory.constructor("Other Dollar", "OTH", 6).data_in_transaction
        address = to_checksum_address(indexed._deploy(None, data)["contractAddress"])
        token = indexed.web3.eth.contract(address, abi=made["abi"])
        indexed.send("client", token.functions.mint(indexed.address("client"), 10**9 * UNIT))
        indexed.send("client", token.functions.approve(indexed.agreement, 2**256 - 1))
        return address

    def _opening(self, token: str, salt: int) -> dict[str, Any]:
        indexed = self.indexed
        names = {role: indexed.address(role) for role in ROLES if role not in ("carrier", "stranger")}
        named = {name: each.address for name, each in indexed.planned.items()}
        document = paper.document(START, names | named | {"TUSD": token}, EQUITY, salt=salt)
        signature = indexed.sign("contractor", document.typed_data(31337, indexed.agreement))
        call = indexed.contract("Agreement").functions.open(document.proposal(), [], b"", signature, b"")
        return self._sent(call, "client")


class Syncing:
    """Databases that are brought to a chain, by whatever luck the seed has for them."""

    def __init__(self, chain: Chain, poor: PoorNode, databases: Sequence[str], finality: int | None) -> None:
        self.chain = chain
        self.poor = poor
        self.databases = databases
        self.finality = finality
        self.rng = chain.rng
        self.deployed = chain.deployed()
        self.kills = 0

    def whole(self) -> None:
        """To the last block, undisturbed."""
        for each in self.databases:
            self._sync(each, "latest")

    def part(self) -> None:
        """To some earlier block."""
        last = int(ask(self.chain.url, "eth_blockNumber"), 16)
        for each in self.databases:
            self._sync(each, last - self.rng.randint(0, 9))

    def under_reorganisations(self) -> None:
        """The chain changes at some question that is asked."""
        for each in self.databases:
            with self._at_question(self.rng.randint(1, 30), self.chain.reorganise):
                self._sync(each, "latest")

    def killed_at_a_question(self) -> None:
        """The process gets no answer any more: kill -9."""
        for each in self.databases:
            child = self._child(each, 0)
            kill = child.kill
            with self._at_question(self.rng.randint(1, 30), kill):
                child.start()
                child.join()
            self.kills += child.exitcode == -signal.SIGKILL

    def killed_at_a_statement(self) -> None:
        """The process dies before some statement, or before it commits: kill -9."""
        for each in self.databases:
            child = self._child(each, self.rng.randint(1, 60))
            child.start()
            child.join()
            self.kills += child.exitcode == -signal.SIGKILL

    def _child(self, database: str, statement: int) -> Any:
        given = (self.poor.url, database, self.deployed, self.finality, statement)
        return CONTEXT.Process(target=_synced_and_killed, args=given)

    def _sync(self, database: str, which: int | str) -> None:
        index = Index.open(self.deployed, database)
        sync(index, Node(self.poor.url), which, self.finality)
        index.database.close()

    @contextmanager
    def _at_question(self, number: int, act: Callable[[], None]) -> Iterator[None]:
        left = number

        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                act()

        self.poor.before = count
        try:
            yield
        finally:
            self.poor.before = None


@contextmanager
def played(seed: int, *databases: str) -> Iterator[Syncing]:
    """A schedule, and all databases at its end; each of them has met the same chain."""
    rng = random.Random(seed)
    finality = rng.choice((None, FINALITY))
    with anvil(*FLAGS) as url, PoorNode(url) as poor:
        indexed = Life(url)
        ask(url, "evm_setAutomine", False)
        ask(url, "anvil_setBlockTimestampInterval", 1)
        indexed.deploy()
        indexed.open()
        indexed.work()
        chain = Chain(indexed, rng)
        # What Anvil calls final is 64 blocks old.
        ask(url, "anvil_mine", hex(rng.randint(0, 60)))
        poor.has_finalized = finality is None
        poor.widest = rng.choice((None, 7, 40))
        syncing = Syncing(chain, poor, databases, finality)
        syncs = (
            syncing.whole,
            syncing.part,
            syncing.under_reorganisations,
            syncing.killed_at_a_question,
            syncing.killed_at_a_statement,
        )
        changes = (chain.act, chain.act, chain.act, chain.mine, chain.reorganise, chain.reorganise)
        for _ in range(STEPS):
            for _ in range(rng.randint(0, 4)):
                rng.choice(changes)()
            rng.choice(syncs)()
        chain.reorganise()
        syncing.whole()
        yield syncing


def replaced_at(question: int, chain: Chain, database: str) -> bool:
    """A fresh index of a chain whose last blocks are replaced when it asks so many questions; False if it asks fewer.

    Narrow ranges make several batches of it.
    """
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1
        if asked == question:
            chain.reorganise()

    index = Index.open(chain.deployed(), database)
    with PoorNode(chain.url) as poor:
        poor.widest, poor.before = 2, count
        sync(index, Node(poor.url))
    index.database.close()
    return asked >= question


def synced(schedule: Syncing, database: str) -> None:
    """A fresh index of what the chain is now, in one go."""
    index = Index.open(schedule.deployed, database)
    sync(
        index, Node(schedule.chain.url if schedule.finality is None else schedule.poor.url), "latest", schedule.finality
    )
    index.database.close()


def _synced_and_killed(url: str, database: str, deployed: Deployed, finality: int | None, statement: int) -> None:
    index = Index.open(deployed, database)
    left = statement

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(index.database._engine, "before_cursor_execute", count)
    event.listen(index.database._engine, "commit", count)
    with suppress(NodeSilent):
        sync(index, Node(url), "latest", finality)
