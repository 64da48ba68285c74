"""An agreement with as many events as wanted, made quickly on an Anvil of its own; the same chain each time.

with long_life(events=500) as life:
    node, subject = life.node, life.subject()
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from web3 import Web3
from web3.contract import Contract

from tests.anvil import GAS, START, anvil, ask, web3_at
from tests.sdk import paper
from tests.support import artefact
from workpact.audit.entries import CONTRACTS
from workpact.audit.node import Node
from workpact.audit.subject import Subject
from workpact.chain import deploying
from workpact.chain.deployments import REPOSITORY
from workpact.terms import AgreementDocument, structs

DAY = 86_400
UNIT = 10**6
MNEMONIC = "test test test test test test test test test test test junk"
ROLES = (
    "client",
    "contractor",
    "arbiter",
    "backup",
    "client-operator",
    "contractor-operator",
    "client-reporter",
    "contractor-reporter",
    "carrier",
    "stranger",
)
"""Anvil's ten accounts in order."""
EQUITY = (
    "  legal:\n    salt:",
    """  equity:
    contract: ${WorkerEquity}
    tokenName: desk-share
    tokenSymbol: DESK
    units: 10,000,000
    plans:
      - {name: time, title: for time, start: DAY1, cliff: 0 days, duration: 100 days, step: 10 days, notice: 10 days,
         leave: 20 days}
  legal:
    salt:""",
)
FLAGS = ("--timestamp", str(START), "--order", "fifo", "--gas-limit", "36000000")
CROWD = 120
"""Transactions in a crowded block."""
MUCH = 1_000_000
"""Gas of a transaction in a block of its own."""
KINDS: tuple[dict[str, Any], ...] = (
    {"maxFeePerGas": hex(10**10), "maxPriorityFeePerGas": hex(1)},
    {"gasPrice": hex(10**10)},
    {"gasPrice": hex(10**10), "accessList": []},
)
"""Transactions of types 2, 0 and 1."""


@dataclass
class Life:
    """A chain with the deployed set, a token and agreements; `document` is the one with the many events."""

    url: str
    documents: list[AgreementDocument] = field(default_factory=list)

    @cached_property
    def web3(self) -> Web3:
        return web3_at(self.url)

    @cached_property
    def node(self) -> Node:
        return Node(self.url)

    @cached_property
    def accounts(self) -> dict[str, Any]:
        """Keys by role."""
        Account.enable_unaudited_hdwallet_features()
        paths = [f"m/44'/60'/0'/0/{number}" for number in range(len(ROLES))]
        return {
            role: Account.from_mnemonic(MNEMONIC, account_path=path) for role, path in zip(ROLES, paths, strict=True)
        }

    def address(self, role: str) -> str:
        return str(self.accounts[role].address)

    @cached_property
    def planned(self) -> dict[str, deploying.Planned]:
        """What is deployed where, by CREATE2."""
        parameters = deploying.load(REPOSITORY / "params" / "default.yaml")
        return {each.name: each for each in deploying.plan(parameters)}

    def contract(self, name: str) -> Contract:
        """A deployed contract by its name; "TokenMock" is the token."""
        address = self.token_address if name == "TokenMock" else self.planned[name].address
        return self.web3.eth.contract(address=Web3.to_checksum_address(address), abi=artefact(name)["abi"])

    @property
    def document(self) -> AgreementDocument:
        """Of the first agreement."""
        return self.documents[0]

    @property
    def agreement(self) -> str:
        """The Agreement contract."""
        return self.planned["Agreement"].address

    @property
    def contracts(self) -> dict[str, str]:
        """Those that have histories, by name."""
        return {name: self.planned[name].address for name in CONTRACTS}

    @property
    def payroll(self) -> str:
        return self.planned["Payroll"].address

    def id(self, document: AgreementDocument | None = None) -> bytes:
        return (document or self.document).id(31337, self.agreement)

    def subject(
        self, document: AgreementDocument | None = None, block: int | None = None, node: Node | None = None
    ) -> Subject:
        """The agreement as the audit knows it."""
        last = self.node.height() if block is None else block
        room, talent = self.contracts["DataRoom"], self.contracts["TalentRegistry"]
        given = (self.agreement, None, [document or self.document], last, self.payroll)
        return Subject.found(node or self.node, *given, room=room, talent=talent)

    @property
    def now(self) -> int:
        return int(self.web3.eth.get_block("latest")["timestamp"])

    # Sending: blocks are mined on demand, a second after the one before

    def send(self, role: str, call: Any) -> str:
        """One transaction in a block of its own; it must succeed."""
        (sent,) = self.block([(role, call)])
        return sent

    def block(self, calls: Iterable[tuple[str, Any]], kind: int = 0) -> list[str]:
        """Transactions in one block, in this order; all must succeed."""
        raw = [
            self.transaction(role, call.address, call._encode_transaction_data(), kind) | {"gas": hex(MUCH)}
            for role, call in calls
        ]
        sent = [str(self.node.ask("eth_sendTransaction", each)) for each in raw]
        self.mine()
        receipts = self.node.ask_many("eth_getTransactionReceipt", [[each] for each in sent])
        assert [each["status"] for each in receipts] == ["0x1"] * len(sent)
        return sent

    def transaction(self, role: str, to: str, data: str, kind: int = 0) -> dict[str, Any]:
        return {"from": self.address(role), "to": to, "data": data, "gas": hex(250_000), **KINDS[kind % len(KINDS)]}

    def mine(self, timestamp: int | None = None) -> None:
        """One block; at a time, else a second after the last."""
        if timestamp is not None:
            ask(self.url, "evm_setNextBlockTimestamp", timestamp)
        ask(self.url, "evm_mine")

    # Acts

    @cached_property
    def token_address(self) -> str:
        made = artefact("TokenMock")
        factory = self.web3.eth.contract(abi=made["abi"], bytecode=made["bytecode"]["object"])
        data = factory.constructor("Six Dollar", "TUSD", 6).data_in_transaction
        return str(self._deploy(None, data)["contractAddress"])

    def deploy(self) -> None:
        """The set, the token, and money for all."""
        for each in self.planned.values():
            self._deploy(deploying.PROXY, "0x" + (each.salt + each.init_code).hex())
        token, agreement = self.contract("TokenMock"), self.agreement
        for role in ROLES:
            self.send(role, token.functions.mint(self.address(role), 10**9 * UNIT))
            self.send(role, token.functions.approve(agreement, 2**256 - 1))

    def _deploy(self, to: str | None, data: str) -> Any:
        sent = ask(
            self.url,
            "eth_sendTransaction",
            {"from": self.address("stranger"), "data": data, "gas": hex(GAS)} | ({"to": to} if to else {}),
        )
        self.mine()
        receipt = ask(self.url, "eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1"
        return receipt

    def open(self, *edits: tuple[str, str], salt: int = 1) -> AgreementDocument:
        """An agreement in force, opened by the client with the contractor's signature."""
        names = {role: self.address(role) for role in ROLES if role not in ("carrier", "stranger")}
        named = {name: each.address for name, each in self.planned.items()}
        document = paper.document(self.now, names | named | {"TUSD": self.token_address}, EQUITY, *edits, salt=salt)
        signature = self.sign("contractor", document.typed_data(31337, self.agreement))
        call = self.contract("Agreement").functions.open(document.proposal(), [], b"", signature, b"")
        self.send("client", call)
        self.documents.append(document)
        return document

    def sign(self, role: str, typed: dict[str, Any]) -> bytes:
        return bytes(self.accounts[role].sign_message(encode_typed_data(full_message=typed)).signature)

    def act(self, role: str, name: str, *arguments: Any, document: AgreementDocument | None = None) -> Any:
        """A call of the Agreement contract that carries the terms, not sent yet."""
        terms = (document or self.document).terms()
        return role, self.contract("Agreement").functions[name](terms, *arguments)

    def work(self, document: AgreementDocument | None = None) -> int:
        """A milestone rejected once and accepted, paid through the payroll, workers enrolled; how many events."""
        of = document or self.document
        payroll, equity = self.contract("Payroll"), self.contract("WorkerEquity")
        self.send(*self.act("contractor", "setPayee", self.payroll, True, document=of))
        for number, (role, act) in enumerate(
            (("contractor", "submit"), ("client", "reject"), ("contractor", "submit"))
        ):
            self.send(*self.act(role, act, 0, bytes([0x20 + number]) * 32, document=of))
        self.send(*self.act("client", "accept", 1, document=of))
        self.send("carrier", payroll.functions.collect(self.agreement, of.terms()))
        self.send("contractor", equity.functions.enrol([self.address("carrier"), self.address("stranger")]))
        book = payroll.functions.bookOf(self.agreement, self.id(of), self.address("contractor")).call()
        wage = bytes.fromhex(self.address("stranger")[2:]) + (100 * UNIT).to_bytes(12, "big")
        self.send("contractor", payroll.functions.pay(book, 1, bytes([7]) * 32, [wage]))
        # setPayee, submit, reject, submit, accept, booked for the payroll; taken, collected; enrolled; paid
        return 10

    def report(self, document: AgreementDocument | None = None, good: int = 96) -> int:
        """Both sides report the first period once it is over; how many events."""
        of = document or self.document
        message = of.report_message(31337, self.agreement, 0, [(good, 100, 0)], [40], bytes([9]) * 32)
        typed = of.report_typed_data(31337, message)
        roles = sorted(("client-reporter", "contractor-reporter"), key=lambda role: int(self.address(role), 16))
        signed = [(self.address(role), self.sign(role, typed)) for role in roles]
        struct = structs.calldata("Report", message)
        if self.now <= of.periods[0].end:
            self.mine(of.periods[0].end + 1)
        oracle = self.contract("SLAOracle")
        self.send("carrier", oracle.functions.report(struct, of.schedule_hash(), of.levels_struct(), signed))
        return 2  # reported, assessed

    def fund(self, count: int, crowd: int = 1, first: int = 0) -> None:
        """So many top-ups of a unit each, by everybody in turn, `crowd` in a block; `first` were made before."""
        held, to = self._held, self.agreement
        call = self.contract("Agreement").functions.fund(self.document.terms(), 0)._encode_transaction_data()
        before, after = call[: 2 + 8 + 64], call[2 + 8 + 128 :]
        for start in range(0, count, crowd):
            chosen = range(start, min(start + crowd, count))
            for number in chosen:
                data = f"{before}{held + 1 + number:064x}{after}"
                sender = ROLES[(first + number) % len(ROLES)]
                # One by one: Anvil takes those of a batch in any order.
                self.node.ask("eth_sendTransaction", self.transaction(sender, to, data, first + number))
            self.mine()
        assert self._held == held + count

    @property
    def _held(self) -> int:
        return int(self.contract("Agreement").functions.stateOf(self.id()).call()[2])


@contextmanager
def long_life(events: int, *flags: str) -> Iterator[Life]:
    """An agreement with exactly so many events (at least 20) in the books of four contracts: half of them in crowded
    blocks, half one in a block."""
    with anvil(*FLAGS, *flags) as url:
        life = Life(url)
        ask(url, "evm_setAutomine", False)
        ask(url, "anvil_setBlockTimestampInterval", 1)
        life.deploy()
        life.open()
        made = 1 + life.work()
        rest = events - made - 2
        life.fund(rest // 2, CROWD)
        life.fund(rest - rest // 2, 1, rest // 2)
        assert made + rest + life.report() == events
        yield life
