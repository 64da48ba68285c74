"""A chain with an agreement that shares with its workers: pool, plans, grants, revenue, wages posted and paid."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_utils.crypto import keccak

from tests.audit.long_life import DAY
from tests.web.served import Town
from workpact.batches.leaves import GRANT, WAGE, LeafProof
from workpact.batches.proofs import Leaves
from workpact.terms import AgreementDocument

ZERO = bytes(32)
NOBODY = "0x" + 40 * "0"
CHAIN = 31337


class Workshop:
    """What issuer (the client) and employer (the contractor) do for a worker who has no ether, and is number 1."""

    def __init__(self, town: Town, document: AgreementDocument | None = None) -> None:
        self.town = town
        self.document = document or town.open()
        self.equity, self.payroll = town.contract("WorkerEquity"), town.contract("Payroll")
        self.token = town.contract("TokenMock")
        self.worker = Account.from_key(keccak(text="a worker without ether"))
        self.other = Account.from_key(keccak(text="another worker"))
        self.manager = town.address("contractor")
        self.do("contractor", self.equity.functions.enrol([self.worker.address, self.other.address]))

    @property
    def wallet(self) -> str:
        return str(self.worker.address)

    def do(self, role: str, call: Any) -> Any:
        """One transaction, which must succeed; its receipt."""
        return self.town.web3.eth.get_transaction_receipt(self.town.send(role, call))

    def read_sources(self, role: str, call: Any) -> None:
        """One transaction with gas enough for the sources of gates."""
        made = call.transact({"from": self.town.address(role), "gas": 8_000_000})
        assert self.town.web3.eth.wait_for_transaction_receipt(made, poll_latency=0.01)["status"] == 1

    def after(self, seconds: int) -> None:
        """Time goes by."""
        self.town.mine(self.town.now + seconds)

    # Units

    def open_pool(self, units: int = 10**13) -> str:
        """A pool of the agreement that shares revenue; the address of its worker token."""
        made = self.do("client", self.equity.functions.createToken("desk-share", "DESK"))
        (event,) = self.equity.events.TokenCreated().process_receipt(made)
        token = str(event["args"]["token"])
        place = (self.town.agreement, self.town.id(), self.token.address)
        self.do("client", self.equity.functions.openPool(token, self.manager, units, *place))
        return token

    def plan(self, **changes: int) -> int:
        """A plan of 100 days in steps of ten; its number."""
        terms = {
            "start": self.town.now,
            "cliff": 0,
            "duration": 100 * DAY,
            "step": 10 * DAY,
            "gate": 0,
            "milestones": 0,
            "periods": 0,
            "oracle": NOBODY,
            "document": ZERO,
            "notice": 10 * DAY,
            "mostLeave": 20 * DAY,
            "leaver": 0,
        } | changes
        made = self.do("client", self.equity.functions.createPlan(1, tuple(terms.values())))
        (event,) = self.equity.events.PlanCreated().process_receipt(made)
        return int(event["args"]["plan"])

    def grant(self, plan: int, units: int, worker: int = 1) -> int:
        """A grant; its number."""
        made = self.do("contractor", self.equity.functions.grant(plan, [(worker, units)]))
        (event,) = self.equity.events.Granted().process_receipt(made)
        return int(event["args"]["first"])

    def distribute(self, amount: int) -> None:
        """Revenue for the pool."""
        self.do("stranger", self.token.functions.approve(self.equity.address, amount))
        self.do("stranger", self.equity.functions.distribute(1, amount))

    def offer(self, plan: int, units: int) -> LeafProof:
        """Units for the worker and as many for another, by a root; the worker's proof."""
        number = int(self.equity.functions.planOf(plan).call()[10]) + 1
        batch = (CHAIN, self.equity.address, plan, number)
        wallets = (self.worker.address, self.other.address)
        rows = [(*batch, index, index + 1, wallet, units, bytes([7]) * 32) for index, wallet in enumerate(wallets)]
        leaves = Leaves(GRANT, rows)
        times = (self.town.now, self.town.now + 30 * DAY)
        self.do("contractor", self.equity.functions.offer(plan, leaves.root, leaves.total, 2, *times, 0))
        return leaves.of(1)

    # Wages

    def earn(self) -> bytes:
        """A milestone accepted and collected by the payroll; the employer's book."""
        town = self.town
        town.send(*town.act("contractor", "setPayee", town.payroll, True))
        town.send(*town.act("client", "accept", 1))
        self.do("carrier", self.payroll.functions.collect(town.agreement, town.document.terms()))
        return bytes(self.payroll.functions.bookOf(town.agreement, town.id(), self.manager).call())

    def post(self, book: bytes, run: int, amount: int, opens: int = 0) -> LeafProof:
        """A posted run with a wage for the worker and one for another; the worker's proof."""
        batch = (CHAIN, self.payroll.address, book, run)
        rows = [(*batch, worker, amount + worker - 1, bytes([9]) * 32) for worker in (1, 2)]
        leaves = Leaves(WAGE, rows)
        self.do("contractor", self.payroll.functions.post(book, run, bytes([8]) * 32, leaves.root, leaves.total, opens))
        return leaves.of(1)

    def pay(self, book: bytes, run: int, amount: int) -> None:
        """A run that sends the worker a wage."""
        line = bytes.fromhex(self.wallet[2:]) + amount.to_bytes(12)
        self.do("contractor", self.payroll.functions.pay(book, run, bytes([8]) * 32, [line]))
