"""A chain and the model side by side: how a step is taken on both, and all that is compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from ape import networks
from eth_abi import encode
from eth_account import Account
from eth_utils import keccak

from tests.anvil import GAS, POLL, ask
from tests.equity import views
from tests.equity.acts import Acts
from tests.equity.model import Pool, Refused
from tests.equity.pool_acts import NOBODY, Event, book_of
from tests.support import events_of, reverts
from workpact.chain import errors
from workpact.chain.sender import Sender
from workpact.equity import Offer, Plan, WorkerEquity
from workpact.vesting import Course

ORIGIN = keccak(text="an agreement")
DOCUMENT = keccak(text="its service levels")
FIRST = 2_000_000_000
MOST_UNITS = 2**79
MOST_MONEY = 2**255
DAY = 86_400
PAUSES = (0, 1, 1, 60, 3_600, DAY, DAY, 7 * DAY, 30 * DAY)


class Pair:
    """The chain, the model, and how a step is taken on both."""

    def __init__(self, chain: Any, deploy: Any, compiled: Any, accounts: Any, seed: int) -> None:
        self.chain = chain
        self.random = random.Random(seed)
        self.equity = WorkerEquity(deploy("WorkerEquity"))
        self.contract = self.equity.contract
        self.sources = {"agreement": deploy("ProgressMock"), "oracle": deploy("ProgressMock")}
        self.currencies = [deploy("HostileTokenMock"), deploy("TokenMock", "Dollar", "USD", 6)]
        self.issuer, self.managers, self.anyone = accounts[0], list(accounts[1:3]), accounts[3]
        self.senders = {account.address: account for account in accounts[4:7]}
        self.keys: dict[str, Any] = dict(self.senders)
        self.model = Acts(place=self.contract.address)
        self.model.rosters = {manager.address: {} for manager in self.managers}
        self.now = FIRST
        self.histories: dict[bytes, bytes] = {}
        self.terms: dict[int, Plan] = {}
        self.offers: list[Offer] = []
        self.vested: dict[int, int] = {}
        self.done: Counter[str] = Counter()
        self.taken = 0
        self._set_up(compiled)

    def _set_up(self, compiled: Any) -> None:
        """Two tokens, two currencies; two pools of one agreement, one of none, one without revenue."""
        self.pause(1)
        for currency in self.currencies:
            currency.mint(self.anyone, MOST_MONEY, sender=self.anyone)
            currency.approve(self.contract, MOST_MONEY, sender=self.anyone)
            self.model.balances[currency.address, self.anyone.address] = MOST_MONEY
        tokens = []
        for name in ("Desk Units", "Night Units"):
            sent = self.equity.create_token(name, "DESK", sender=self.issuer)
            self._link(sent)
            tokens.append(compiled("WorkerToken").at(self.equity.token_in(sent)).address)
            book = book_of(NOBODY, bytes(32), self.issuer.address)
            created = {"book": book, "issuer": self.issuer.address, "token": tokens[-1]}
            assert events_of(sent) == [("TokenCreated", created)]
        (one, other), agreement = self.managers, (self.sources["agreement"].address, ORIGIN)
        hostile, dollar = (currency.address for currency in self.currencies)
        self._open(tokens[0], one.address, agreement, hostile)
        self._open(tokens[0], other.address, agreement, dollar)
        self._open(tokens[1], one.address, (NOBODY, bytes(32)), hostile)
        self._open(tokens[1], other.address, agreement, None)

    def _open(self, token: str, manager: str, agreement: tuple[str, bytes], currency: str | None) -> None:
        self.pause(1)
        units = self.random.randrange(1, MOST_UNITS)
        issuer = self.issuer.address
        pool = Pool(token, manager, issuer, *agreement, currency, book_of(*agreement, issuer), units)
        given = token, manager, units, *agreement, currency or NOBODY
        self.both(lambda model: model.open_pool(pool), lambda: self.equity.open_pool(*given, sender=self.issuer))

    # One step on both

    def both(
        self, act: Callable[[Acts], list[Event]], call: Callable[[], Any], raw: Callable[[], Any] | None = None
    ) -> Any:
        """The call has the events that the model says, and its receipt is returned; or is refused as the model says.

        `raw` is the same call past the SDK, which refuses some of what the contract refuses before it is sent.
        """
        self.taken += 1
        after = deepcopy(self.model)
        try:
            expected = act(after)
        except Refused as refusal:
            error = getattr(self.contract, refusal.name)
            named = dict(zip((each.name for each in error.abi.inputs), refusal.arguments, strict=True))
            self.done[refusal.name] += 1
            with reverts(error, **named):
                (raw or call)()
            return None
        sent = call()
        assert sent.timestamp == self.now
        found = _plain(events_of(sent))
        assert found == _plain(expected), f"{found} instead of {_plain(expected)}"
        self.done.update(name for name, _ in expected)
        self._link(sent)
        self.model = after
        return sent

    def pause(self, seconds: int) -> None:
        """The last block and the next one are of the walk's time."""
        node = networks.provider.uri
        self.now = max(self.now + seconds, int(ask(node, "eth_getBlockByNumber", "latest", False)["timestamp"], 16))
        ask(node, "evm_setNextBlockTimestamp", self.now)
        ask(node, "evm_mine")
        ask(node, "evm_setNextBlockTimestamp", self.now)

    def tell(self, method: Any, *arguments: Any) -> None:
        """A call of a mock, by anyone, past Ape."""
        call = {"from": self.anyone.address, "to": method.contract.address, "gas": hex(GAS)}
        call["data"] = method.encode_input(*arguments).hex()
        sent = ask(networks.provider.uri, "eth_sendTransaction", call)
        assert networks.provider.web3.eth.wait_for_transaction_receipt(sent, poll_latency=POLL)["status"] == 1

    def _link(self, receipt: Any) -> None:
        """Links every event of the receipt into the history of its book (10.1)."""
        for log in receipt.logs:
            if log["address"].lower() != self.contract.address.lower():
                continue
            topics = [bytes(topic) for topic in log["topics"]]
            before = self.histories.get(topics[1], bytes(32))
            event_hash = keccak(b"".join(topics) + bytes(log["data"]))
            self.histories[topics[1]] = keccak(
                encode(["bytes32", "uint256", "bytes32"], [before, receipt.timestamp, event_hash])
            )

    # Comparison

    def compare(self) -> None:
        """Every view, every sum; what has vested never fell, and is what the SDK works out."""
        now = self.now
        self.model.check(now, self.contract.address)
        views.check(networks.provider.uri, list(views.of_all(self.model, now, self.histories)))
        later = now + self.random.choice((0, 1, DAY, 100 * DAY)) + self.random.randrange(DAY)
        views.check(networks.provider.uri, list(views.of_vested(self.model, later)), later)
        for number, grant in self.model.grants.items():
            vested = self.model.vested(number, now)
            assert vested >= self.vested.get(number, 0)
            self.vested[number] = vested
            terms, course = self.terms[grant.plan], self.course(number)
            assert terms.vested_units(grant.units, course, now) == vested
            assert terms.vested_units(grant.units, course, later) == self.model.vested(number, later)

    def course(self, number: int) -> Course:
        """What happened to a grant, as the SDK takes it."""
        grant = self.model.grants[number]
        plan = self.model.plan_of(grant)
        return Course(
            leaves=tuple(grant.leaves),
            gate=tuple(plan.steps),
            accelerations=tuple(grant.accelerations),
            announced_at=grant.announced_at,
            finished_at=grant.finished_at,
            client_ended_at=plan.client_ended_at,
        )

    # Choices

    def wallet(self) -> str:
        """One that has a key, new or not; some send themselves."""
        if self.random.random() < 0.5:
            return str(self.random.choice(list(self.keys)))
        account = Account.from_key(self.random.randbytes(32))
        self.keys[account.address] = account
        return str(account.address)

    def manager_of(self, pool: int) -> Any:
        """Who manages it; rarely somebody else."""
        address = self.model.pools[pool].manager
        if self.random.random() < 0.04:
            return self.anyone
        return next(manager for manager in self.managers if manager.address == address)


def send_quickly(self: Sender, method: Any, *arguments: Any, intent: str | None = None) -> Any:  # noqa: ARG001
    """What `Sender.call` does, with the node's own key and nothing written down: several times as fast."""
    call = {"from": self.account.address, "to": method.contract.address, "gas": hex(GAS)}
    call["data"] = method.encode_input(*arguments).hex()
    asked = networks.provider.web3.provider.make_request("eth_call", [call, "latest"])
    if "error" in asked:
        raise errors.decode(bytes.fromhex(asked["error"]["data"][2:]), method.contract.address)
    return networks.provider.get_receipt(
        ask(networks.provider.uri, "eth_sendTransaction", call), required_confirmations=0
    )


def _plain(value: Any) -> Any:
    """Tuples and structs as lists, bytes as bytes, addresses in small letters."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return value.lower() if value.startswith("0x") else value
    return bytes(value) if isinstance(value, bytes) else value
