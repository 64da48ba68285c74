"""What a relayer carries: calls whose outcome does not depend on who sends, and that do something (SPEC.md 16.8).

wallets = Carried(node, contracts).wallets(contract, data)      # raises Refused
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact.audit.node import Node
from workpact.chain import contracts
from workpact.market.relay_limits import Refused
from workpact.terms.fields import ZERO_ADDRESS
from workpact.web.gates import Condition, reached

EQUITY, PAYROLL = "WorkerEquity", "Payroll"
Arguments = Sequence[Any]


@dataclass(frozen=True)
class Method:
    """A function of a contract, as its ABI has it."""

    contract: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def selector(self) -> bytes:
        """What calldata begins with."""
        return keccak(text=f"{self.name}({','.join(self.inputs)})")[:4]


@cache
def method(contract: str, name: str) -> Method:
    """A function by its name."""
    abi = next(each for each in contracts.contract_type(contract).abi if getattr(each, "name", None) == name)
    inputs, outputs = ((each.canonical_type for each in part) for part in (abi.inputs, abi.outputs))
    return Method(contract, name, tuple(inputs), tuple(outputs))


class Carried:
    """Judges calls by what the contracts answer now."""

    def __init__(self, node: Node, deployed: Mapping[str, str], items: int) -> None:
        self._node = node
        self._deployed = {name: deployed[name] for name in (EQUITY, PAYROLL) if name in deployed}
        self._items = items
        self._known: dict[tuple[str, bytes], tuple[Method, Callable[[Arguments], set[str]]]] = {}
        for (contract, name), judge in self._judges.items():
            if contract in self._deployed:
                known = method(contract, name)
                self._known[self._deployed[contract], known.selector] = known, judge

    @property
    def functions(self) -> list[str]:
        """What it carries, as contract and function."""
        return sorted(f"{known.contract}.{known.name}" for known, _ in self._known.values())

    @property
    def addresses(self) -> dict[str, str]:
        """The contracts."""
        return dict(self._deployed)

    def wallets(self, contract: str, data: bytes) -> set[str]:
        """Whom a call is for. Raises `Refused` if it is not carried, or would do nothing."""
        found = self._known.get((contract, data[:4]))
        if found is None:
            raise Refused(422, f"This relayer carries {', '.join(self.functions)} of {self._named}, and nothing else.")
        known, judge = found
        try:
            arguments = decode(known.inputs, data[4:])
        except (DecodingError, ValueError, OverflowError):
            raise Refused(422, f"The data is no call of {known.name}.") from None
        if encode(known.inputs, arguments) != data[4:]:
            raise Refused(422, f"The data has more than a call of {known.name}.")
        return judge(arguments)

    @property
    def _named(self) -> str:
        return " and ".join(self._deployed.values())

    @property
    def _judges(self) -> dict[tuple[str, str], Callable[[Arguments], set[str]]]:
        return {
            (EQUITY, "claim"): self._claim,
            (EQUITY, "sync"): self._sync,
            (EQUITY, "withdraw"): self._withdraw_revenue,
            (EQUITY, "accept"): self._accept,
            (EQUITY, "rotate"): self._rotate,
            (EQUITY, "veto"): self._veto,
            (EQUITY, "setWallet"): self._set_wallet,
            (PAYROLL, "claim"): self._claim_wages,
            (PAYROLL, "withdraw"): self._withdraw_wages,
        }

    # Units and revenue

    def _claim(self, arguments: Arguments) -> set[str]:
        grants = self._some(arguments[0])
        claimable = self._ask_many(EQUITY, "claimableOf", [(each,) for each in grants])
        made = [found for (found,) in self._ask_many(EQUITY, "grantOf", [(each,) for each in grants])]
        managers = {plan: self._pool(plan)[5] for plan in {each[1] for each in made} if plan}
        seats = [(managers.get(plan, ZERO_ADDRESS), worker) for worker, plan, *_ in made]
        wallets = self._ask_many(EQUITY, "walletOf", seats)
        for grant, (units, revenue), (wallet,) in zip(grants, claimable, wallets, strict=True):
            if not units + revenue or wallet == ZERO_ADDRESS:
                raise Refused(409, f"Grant {grant} has nothing to claim now.")
        return {to_checksum_address(wallet) for (wallet,) in wallets}

    def _sync(self, arguments: Arguments) -> set[str]:
        (plan,) = arguments
        (schedule,) = self._ask(EQUITY, "planOf", plan)
        (mask, oracle, periods, document), (_, _, leaver) = (
            self._ask(EQUITY, "conditionOf", plan)[0],
            self._ask(EQUITY, "rulesOf", plan)[0],
        )
        pool = self._ask(EQUITY, "poolOf", schedule[0])[0]
        asks_end = leaver > 0 and not schedule[9]
        found = reached(self._node, Condition(pool[6], pool[7], mask, periods, oracle, document, asks_end), "latest")
        if found.accepted <= schedule[6] and found.met <= schedule[7] and not found.client_ended:
            raise Refused(409, f"Plan {plan} has counted all that is reached.")
        return {to_checksum_address(pool[5])}

    def _withdraw_revenue(self, arguments: Arguments) -> set[str]:
        pool, workers = arguments
        manager = self._ask(EQUITY, "poolOf", pool)[0][5]
        wallets = set()
        for worker in self._some(workers):
            wallet = self._wallet(manager, worker)
            if wallet == ZERO_ADDRESS or not self._ask(EQUITY, "owed", pool, worker)[0]:
                raise Refused(409, f"Worker {worker} of pool {pool} is owed nothing.")
            wallets.add(wallet)
        return wallets

    # What a worker has signed

    def _accept(self, arguments: Arguments) -> set[str]:
        offer, leaves = arguments
        manager, first = offer[3], offer[7]
        wallets = set()
        for leaf in self._some(leaves):
            index, worker, named, signature = leaf[0], leaf[1], leaf[2], leaf[6]
            if not signature:
                raise Refused(422, f"Leaf {index} has no signature of its worker.")
            if self._ask(EQUITY, "grantOf", first + index)[0][1]:
                raise Refused(409, f"Leaf {index} is accepted already.")
            registered = self._wallet(manager, worker)
            wallets.add(to_checksum_address(named) if registered == ZERO_ADDRESS else registered)
        return wallets

    def _rotate(self, arguments: Arguments) -> set[str]:
        manager, worker, wallet, _, signature = arguments
        return self._signed(manager, worker, signature, wallet)

    def _veto(self, arguments: Arguments) -> set[str]:
        manager, worker, signature = arguments
        return self._signed(manager, worker, signature, ZERO_ADDRESS)

    def _signed(self, manager: str, worker: int, signature: bytes, wallet: str) -> set[str]:
        if not signature:
            raise Refused(422, "It has no signature of the worker.")
        registered = self._wallet(manager, worker)
        if registered == to_checksum_address(wallet):
            raise Refused(409, "That is the worker's wallet already.")
        return {registered}

    def _set_wallet(self, arguments: Arguments) -> set[str]:
        return {to_checksum_address(arguments[2])}

    # Wages

    def _claim_wages(self, arguments: Arguments) -> set[str]:
        book, wages = arguments
        employer = self._ask(PAYROLL, "accountOf", book)[0][0]
        wallets = set()
        for run, worker, *_ in self._some(wages):
            wallet = self._wallet(employer, worker)
            if wallet == ZERO_ADDRESS:
                raise Refused(409, f"Worker {worker} has no wallet yet.")
            if self._ask(PAYROLL, "isClaimed", book, run, worker)[0]:
                raise Refused(409, f"The wage of worker {worker} in run {run} is claimed already.")
            wallets.add(wallet)
        return wallets

    def _withdraw_wages(self, arguments: Arguments) -> set[str]:
        _, payee, to, _, signature = arguments
        if to != payee and not signature:
            raise Refused(422, "Only to the payee itself, or with its signature.")
        return {to_checksum_address(payee)}

    # Answers

    def _some(self, items: Sequence[Any]) -> Sequence[Any]:
        if not 0 < len(items) <= self._items:
            raise Refused(422, f"A call has at least one item here, and at most {self._items}.", "items of a call")
        if len(set(map(str, items))) < len(items):
            raise Refused(422, "A call has each item once.")
        return items

    def _pool(self, plan: int) -> Sequence[Any]:
        number = self._ask(EQUITY, "planOf", plan)[0][0]
        return self._ask(EQUITY, "poolOf", number)[0]  # type: ignore[no-any-return]

    def _wallet(self, manager: str, worker: int) -> str:
        return to_checksum_address(self._ask(EQUITY, "walletOf", manager, worker)[0])

    def _ask(self, contract: str, view: str, *arguments: Any) -> tuple[Any, ...]:
        return self._ask_many(contract, view, [arguments])[0]

    def _ask_many(self, contract: str, view: str, questions: Sequence[Arguments]) -> list[tuple[Any, ...]]:
        known, to = method(contract, view), self._deployed[contract]
        data = [known.selector + encode(known.inputs, each) for each in questions]
        calls = [[{"to": to, "data": "0x" + each.hex()}, "latest"] for each in data]
        answers = self._node.ask_many("eth_call", calls)
        return [decode(known.outputs, bytes.fromhex(each[2:])) for each in answers]
