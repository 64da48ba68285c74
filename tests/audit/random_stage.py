"""What a random life is played on: the contracts, tokens and accounts on an Anvil of their own."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint, TxReceipt

from tests import anvil
from workpact.terms import eip712, structs
from workpact.terms.fields import ZERO_ADDRESS

MNEMONIC = "test test test test test test test test test test test junk"
CHAIN = 31337
GAS = 4_000_000
ZERO = bytes(32)
CLIENTS, CONTRACTORS, ARBITER, BACKUP, STRANGER, WORKERS = (0, 1), (2, 3), 4, 5, 6, (7, 8, 9)
PAUSES = (0, 0, 0, 60, 250, 600)
HOLDBACK = 64
MONEY = 10**30


@dataclass
class Deal:
    """An agreement with its document in force."""

    message: dict[str, Any]
    id: bytes
    origin: bytes
    token: Contract
    messages: dict[bytes, dict[str, Any]]
    """Of all its documents, by id."""

    @property
    def terms(self) -> Any:
        return structs.terms(self.message)

    @property
    def conditions(self) -> Any:
        return structs.conditions(self.message)

    @property
    def service(self) -> bytes:
        return eip712.struct_hash("Service", self.message["annex"]["conditions"]["service"])

    @property
    def client(self) -> str:
        return str(self.message["deal"]["client"])

    @property
    def contractor(self) -> str:
        return str(self.message["deal"]["contractor"])

    @property
    def count(self) -> int:
        return len(self.message["milestones"])


class Stage:
    """The contracts, three tokens, one of which refuses payees and one answers false, and accounts with money."""

    def __init__(self, web3: Web3, seed: int) -> None:
        self.web3 = web3
        self.random = random.Random(seed)
        self.ask("anvil_setBlockTimestampInterval", 1)
        Account.enable_unaudited_hdwallet_features()
        made = [Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{number}") for number in range(10)]
        self.keys = {each.address: each.key for each in made}
        self.accounts = list(self.keys)
        self.agreement = anvil.deployed(web3, "Agreement")
        self.oracle = anvil.deployed(web3, "OracleMock")
        self.equity = anvil.deployed(web3, "WorkerEquity")
        self.payroll = anvil.deployed(web3, "Payroll", self.equity.address)
        self.blocking = anvil.deployed(web3, "BlockingTokenMock", "Blocking", "BLK", 6)
        self.hostile = anvil.deployed(web3, "HostileTokenMock")
        self.tokens = [anvil.deployed(web3, "TokenMock", "Plain", "PLN", 6), self.blocking, self.hostile]
        self.deals: list[Deal] = []
        self.donations: list[tuple[str, str, int]] = []
        """What was sent directly: contract, token, amount."""
        self.steps = 0
        for token in self.tokens:
            for account in self.accounts:
                anvil.send(token.functions.mint(account, MONEY), account)
                for spender in (self.agreement, self.equity):
                    anvil.send(token.functions.approve(spender.address, 2**256 - 1), account)

    @property
    def ours(self) -> tuple[Contract, ...]:
        return self.agreement, self.equity, self.payroll

    @property
    def now(self) -> int:
        return int(self.web3.eth.get_block("latest")["timestamp"])

    def ask(self, method: str, *parameters: Any) -> Any:
        return self.web3.provider.make_request(RPCEndpoint(method), list(parameters))["result"]

    def attempt(self, sender: str, call: Any) -> TxReceipt | None:
        """The receipt of a call that the contract allows now; None if it refuses it."""
        try:
            call.call({"from": sender, "gas": GAS})
        except (Web3Exception, ValueError):
            return None
        sent = call.transact({"from": sender, "gas": GAS})
        receipt: TxReceipt = self.web3.eth.wait_for_transaction_receipt(sent, poll_latency=anvil.POLL)
        return receipt

    def together(self, calls: Iterable[tuple[str, Any]]) -> None:
        """Several transactions in one block; some of them may fail there."""
        self.ask("evm_setAutomine", False)
        sent = [call.transact({"from": sender, "gas": GAS}) for sender, call in calls]
        self.ask("evm_mine")
        self.ask("evm_setAutomine", True)
        for each in sent:
            self.web3.eth.wait_for_transaction_receipt(each, poll_latency=anvil.POLL)

    def pause(self, seconds: int) -> None:
        if seconds:
            self.ask("evm_mine", self.now + seconds)

    def sign(self, who: str, kind: str, message: dict[str, Any]) -> bytes:
        domain = eip712.domain(eip712.AGREEMENT_DOMAIN, CHAIN, self.agreement.address)
        return self.sign_hash(who, eip712.digest(kind, message, domain))

    def sign_hash(self, who: str, digest: bytes) -> bytes:
        return bytes(Account.unsafe_sign_hash(digest, self.keys[who]).signature)

    def amount(self) -> int:
        """Of any size, and often one that divides badly."""
        return self.random.choice((1, 7, 999, 10**6, 123_456_789, 10**12 + 1))

    def pick(self, numbers: Iterable[int]) -> str:
        return self.accounts[self.random.choice(list(numbers))]

    def document(self, token: Contract, **deal: Any) -> dict[str, Any]:
        """The message of a new agreement, with dates from now."""
        draw, now = self.random, self.now
        milestones = [
            {"amount": self.amount(), "due": now + draw.randrange(1000, 20_000)} for _ in range(draw.randrange(1, 5))
        ]
        ends = [now + 2000 * (number + 1) for number in range(draw.randrange(4))]
        plain = {
            "origin": ZERO,
            "client": self.pick(CLIENTS),
            "contractor": self.pick(CONTRACTORS),
            "token": token.address,
            "review": 3000,
            "grace": 2000,
            "rejections": 2,
            "holdback": draw.choice((0, 100_000, 33_333)),
            "holdbackUntil": now + draw.randrange(2000, 20_000),
        }
        return {
            "deal": plain | deal,
            "milestones": milestones,
            "arbitration": {
                "arbiter": self.accounts[ARBITER],
                "backup": self.accounts[BACKUP],
                "fee": draw.choice((0, 20_000, 199_999)),
                "window": 1500,
                "split": draw.choice((0, 333_333, 500_000, 1_000_000)),
            },
            "annex": {"offer": self._offer(), "conditions": self._conditions(now, ends)},
        }

    def _offer(self) -> dict[str, Any]:
        deposit = self.random.choice((0, self.amount(), 2 * 10**12))
        salt = self.random.getrandbits(256)
        return {"salt": salt, "openBefore": 2**38, "deposit": deposit, "replaces": ZERO, "under": ZERO}

    def _conditions(self, now: int, ends: list[int]) -> dict[str, Any]:
        contest = {"window": 100, "arbiter": ZERO_ADDRESS, "backup": ZERO_ADDRESS, "ruling": 100, "standing": 0}
        reporters = {"client": ZERO_ADDRESS, "contractor": ZERO_ADDRESS, "clientReporters": [], "clientQuorum": 0}
        levels = {
            "levels": [],
            "credits": dict.fromkeys((name for _, name in eip712.TYPES["Credits"]), 0),
            "reporters": reporters | {"contractorReporters": [], "contractorQuorum": 0},
            "prices": [],
        }
        schedule = {"start": now, "ends": ends, "reportWithin": 100, "finalWithin": 9000, "obliged": 0}
        fixed = self.amount()
        return {
            "operators": {"client": [], "contractor": [], "limit": 0},
            "ending": {"clientNotice": 3000, "contractorNotice": 5000, "cure": 2000},
            "billing": {"oracle": self.oracle.address, "fixedCharge": fixed, "cap": 2 * fixed, "cover": 1},
            "service": {"schedule": schedule | {"definition": ZERO, "contest": contest}, "levels": levels},
            "equity": {"equity": ZERO_ADDRESS, "units": 0, "plans": ZERO},
            "legalText": ZERO,
        }
