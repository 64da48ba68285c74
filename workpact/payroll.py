"""Wages out of what a contractor earns by an agreement, wages first (SPEC.md §12).

    payroll = Payroll.deployed().of(agreement)
    agreement.set_payee(payroll.contract, pulled=True, sender=contractor)     # once
    payroll.collect(sender=anyone)
    run = read_run(Path("wages.csv"), payroll.next_run, roster, token, free=payroll.free_units)
    payroll.pay(run, sender=contractor)
    payroll.take_margin(payroll.margin_units, sender=contractor)

Amounts that end in `units` are in the token's smallest unit. Writes take `sender` and return what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Protocol

from workpact.agreement_view import AgreementView
from workpact.batches.leaves import LeafProof
from workpact.batches.proofs import Leaves
from workpact.batches.transactions import GAS_CAP
from workpact.batches.wages import Run, RunId
from workpact.chain import contracts, deployments
from workpact.consents import Consent
from workpact.equity import WorkerEquity
from workpact.preflight import Expired, NotReady, address_of, ask, chain_id, now, receiver, send

LINE = 30_000
"""Gas of a line to start guessing from: tokens differ."""


class NotPayable(NotReady):
    """A run is not the next one, or needs more than is free for it. Nothing was sent."""


class Payable(Protocol):
    """A run that can be paid: a `Run` as read from wages, or one that a plan has kept."""

    @property
    def id(self) -> RunId: ...
    @property
    def total(self) -> int: ...
    @property
    def words(self) -> list[int]: ...
    @property
    def payslips(self) -> Leaves: ...


class Payroll:
    """The contract that holds all payrolls."""

    def __init__(self, contract: Any) -> None:
        self.contract = contract

    @classmethod
    def deployed(cls) -> Payroll:
        """The one that is recorded for the connected chain."""
        return cls(deployments.contract("Payroll"))

    def __repr__(self) -> str:
        return f"<Payroll {self.contract.address}>"

    @cached_property
    def equity(self) -> WorkerEquity:
        """The worker equity whose rosters say which wallet is whose."""
        return WorkerEquity(contracts.at("WorkerEquity", ask(self.contract.equity)))

    def of(self, agreement: AgreementView) -> AgreementPayroll:
        """What the contractor of the agreement's document earns by it."""
        return AgreementPayroll(self, agreement)

    def owed_units(self, token: str, payee: str) -> int:
        """What is booked for a payee whose wallet the token refused."""
        return int(ask(self.contract.owed, token, payee))

    def withdrawal(self, token: str, payee: str, to: str, deadline: int) -> Consent:
        """What a payee signs to have what is booked for it paid elsewhere, until a Unix second."""
        nonce = int(ask(self.contract.nonceOf, payee))
        values = {"token": token, "payee": payee, "to": receiver(to), "nonce": nonce, "deadline": deadline}
        return Consent("Withdraw", self.contract, payee, **values)

    def withdraw(
        self, token: str, payee: str, to: str | None = None, *, deadline: int = 0, signature: bytes = b"", sender: Any
    ) -> Any:
        """Pays what is booked for a payee to it, by anyone; or to another address, by itself or with its signature.

        Raises `Expired`, `SignatureMissing` and `ForeignSignature` before anything is sent.
        """
        target = payee if to is None else receiver(to)
        if target != payee and address_of(sender) != payee:
            if signature and now() > deadline:
                raise Expired("The time to carry the signature is over: sign again with a later deadline.")
            self.withdrawal(token, payee, target, deadline).require(signature, sender)
        return send(self.contract.withdraw, token, payee, target, deadline, signature, sender=sender)


class AgreementPayroll:
    """One employer's payroll of one agreement."""

    def __init__(self, payroll: Payroll, agreement: AgreementView) -> None:
        self.payroll = payroll
        self.contract = payroll.contract
        self.agreement = agreement
        self.employer = agreement.contractor

    @cached_property
    def book(self) -> bytes:
        """What it is kept under."""
        place = (self.agreement.contract.address, self.agreement.origin, self.employer)
        return bytes(ask(self.contract.bookOf, *place))

    @property
    def _account(self) -> Any:
        return ask(self.contract.accountOf, self.book)

    @property
    def free_units(self) -> int:
        """What is collected, and neither set aside for wages nor taken."""
        return int(self._account.free)

    @property
    def collected_units(self) -> int:
        """All that was collected so far."""
        return int(self._account.collected)

    @property
    def wages_units(self) -> int:
        """What all runs so far have set aside for wages, paid or not."""
        return int(self._account.wages)

    @property
    def pledge(self) -> int:
        """What of all that is collected is for wages at least, ppm."""
        return int(self._account.pledge)

    @property
    def runs(self) -> int:
        """How many runs were made."""
        return int(self._account.runs)

    @property
    def margin_units(self) -> int:
        """What the employer could take as margin now."""
        return int(ask(self.contract.marginOf, self.book))

    @property
    def to_collect_units(self) -> int:
        """What the agreement has booked for the payroll."""
        return self.agreement.to_take_units(self.contract.address)

    @property
    def is_payee(self) -> bool:
        """Whether the contractor's payments come here."""
        payee, is_pulled = self.agreement.payout
        return bool(payee == self.contract.address and is_pulled)

    @property
    def next_run(self) -> RunId:
        """What the leaves of the next run must name."""
        return self.run_id(self.runs + 1)

    def run_id(self, number: int) -> RunId:
        """What the leaves of a run must name."""
        return RunId(chain_id(), self.contract.address, self.book, number)

    def is_claimed(self, run: int, worker: int) -> bool:
        """Whether a worker has claimed its wage of a posted run."""
        return bool(ask(self.contract.isClaimed, self.book, run, worker))

    # Writes

    def collect(self, *, sender: Any) -> Any:
        """Takes what the agreement booked. Anyone."""
        place = (self.agreement.contract.address, self.agreement.document.terms())
        return send(self.contract.collect, *place, sender=sender)

    def raise_pledge(self, pledge: int, *, sender: Any) -> Any:
        """Promises that this part of all that is collected goes into wages, ppm. The employer, any time; only rises."""
        place = (self.agreement.contract.address, self.agreement.origin)
        return send(self.contract.raisePledge, *place, pledge, sender=sender)

    def pay(self, run: Payable, *, sender: Any) -> Any:
        """Pays the lines of a run to their wallets, in one transaction. The employer. Raises `NotPayable`."""
        self._check(run)
        return send(self.contract.pay, *self._arguments(run), sender=sender)

    def post(self, run: Run, opens_at: int = 0, *, sender: Any) -> Any:
        """Sets the run aside, to be claimed by proof from a Unix second on. The employer. Raises `NotPayable`.

        Before that it can be withdrawn; zero: it is binding and open at once.
        """
        self._check(run)
        roots = (run.payslips.root, run.claims.root)
        return send(self.contract.post, self.book, run.id.run, *roots, run.total, opens_at, sender=sender)

    def split(self, run: Run) -> list[Run]:
        """The fewest runs that fit into a transaction each, by the gas the node expects, numbered from this one on.

        A number is paid once, so that after a failure the rest is simply sent again. Raises `NotPayable` if more is
        asked than is free, and if not even one line can be paid.
        """
        self._check(run)
        parts, first = list[Run](), 0
        while first < len(run.wages):
            count = self._fitting(run, first)
            parts.append(run.part(first, count, len(parts)))
            first += count
        return parts

    def withdraw_posting(self, run: int, *, sender: Any) -> Any:
        """Withdraws a posted run before it opens. The employer."""
        return send(self.contract.withdrawPosting, self.book, run, sender=sender)

    def claim(self, proofs: Iterable[LeafProof], *, sender: Any) -> Any:
        """Pays posted wages to the workers' registered wallets; those claimed already are passed over. Anyone.

        Raises a `ProofError` if a leaf is of another chain, contract or book, or not under its run's root.
        """
        wages, roots, chain = [], dict[int, bytes](), chain_id()
        for proof in proofs:
            run = proof["run"]
            if run not in roots:
                roots[run] = bytes(ask(self.contract.postingOf, self.book, run).root)
            proof.check(roots[run], chainId=chain, payroll=self.contract.address, book=self.book)
            wages.append((*(proof[name] for name in ("run", "worker", "amount", "salt")), list(proof.proof)))
        return send(self.contract.claim, self.book, wages, sender=sender)

    def take_margin(self, amount: int, to: Any = None, *, sender: Any) -> Any:
        """Takes margin to an address, else to the sender; see `margin_units`. The employer."""
        target = address_of(sender) if to is None else receiver(to)
        return send(self.contract.takeMargin, self.book, target, amount, sender=sender)

    def _fitting(self, run: Run, first: int) -> int:
        """How many lines from `first` on one transaction takes, within one in a hundred."""
        most = len(run.wages) - first
        fits, fails, guess = 0, most + 1, min(most, GAS_CAP // LINE)
        while fits * 101 // 100 + 1 < fails:
            gas = self._gas(run.part(first, guess, 0))
            if gas is None:
                fails, expected = guess, guess // 2
            else:
                # As many as the price of these lets expect, one in two hundred less.
                fits, expected = guess, GAS_CAP * guess * 199 // (gas * 200)
            guess = min(max(expected, fits + 1), fails - 1)
        if not fits:
            raise NotPayable(f"Line {first + 1} of the run cannot be paid: the node refuses it, alone, as too dear.")
        return fits

    def _gas(self, run: Payable) -> int | None:
        """What the node expects paying these lines next to use; None if a transaction has not as much."""
        from ape import networks
        from web3.exceptions import Web3Exception

        call = {
            "from": self.employer,
            "to": self.contract.address,
            "data": "0x" + bytes(self.contract.pay.encode_input(*self._arguments(run))).hex(),
        }
        try:
            gas = int(networks.provider.web3.eth.estimate_gas(call))
        except (Web3Exception, ValueError):
            return None
        return gas if gas <= GAS_CAP else None

    def _arguments(self, run: Payable) -> tuple[Any, ...]:
        return self.book, run.id.run, run.payslips.root, [word.to_bytes(32) for word in run.words]

    def _check(self, run: Payable) -> None:
        if run.id != self.next_run:
            raise NotPayable(
                f"This is run {run.id.run} of {run.id.payroll}, the next one here is {self.runs + 1} of "
                f"{self.contract.address}: read its file again."
            )
        if run.total > self.free_units:
            raise NotPayable(
                f"The run pays {self.agreement.money(run.total)}, and {self.agreement.money(self.free_units)} is free: "
                "collect what the agreement has booked, or pay less."
            )
