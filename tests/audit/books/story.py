"""Seeded records of one agreement without a chain, with a model of its own of where every unit went."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.sdk import paper
from workpact.audit.entries import Entry, Log
from workpact.audit.history import BookHistory, Head, History
from workpact.audit.subject import Book, Subject
from workpact.chain.state import Status
from workpact.terms import AgreementDocument

START = 1_767_225_600
"""The first second of 2026, UTC."""
DAY = 86_400
UNIT = 10**6
PERIODS = tuple(f"2026-{month:02d}" for month in range(1, 13))
MILESTONES = ("plan", "build", "report")


def address(name: str) -> str:
    """Of a role, the same in all stories."""
    return to_checksum_address(keccak(text=name)[-20:])


CLIENT, CONTRACTOR, ARBITER, TOKEN, HERE, PAYROLL, FUNDER = (
    address(each) for each in ("client", "contractor", "arbiter", "token", "agreement", "payroll", "funder")
)
ROLES = ("client", "contractor", "arbiter", "backup", "client-operator", "contractor-operator", "client-reporter",
         "contractor-reporter", "SLAOracle")  # fmt: skip


@cache
def document(salt: int = 1) -> AgreementDocument:
    """Three milestones, twelve periods named by their month, a token of six decimals."""
    ends = ", ".join(f"{{name: {name}, end: DAY{35 + 30 * number}}}" for number, name in enumerate(PERIODS))
    edits = (
        ("[{name: first, end: DAY35}, {name: second, end: DAY65}]", f"[{ends}]"),
        ("total: 3,750.50 TUSD", "total: 13,750.50 TUSD"),
    )
    names = {each: address(each) for each in ROLES} | {"TUSD": TOKEN}
    return paper.document(START, names, *edits, salt=salt)


@dataclass
class Story:
    """Events in order, and by a model of its own what is where: `pots` as `payments.balances`, `got` by role."""

    seed: int
    payout: str = CONTRACTOR
    is_pulled: bool = False
    entries: list[Entry] = field(default_factory=list)
    pots: Counter[str] = field(default_factory=Counter)
    got: Counter[str] = field(default_factory=Counter)
    funded: int = 0
    moment: int = START

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._runs = 0
        paper_ = document()
        id_ = paper_.id(31337, HERE)
        self.subject = Subject(31337, HERE, id_, PAYROLL, {id_: paper_.message}, {id_: paper_})

    # What the record is

    @property
    def history(self) -> History:
        """Until now."""
        books = {name: [each for each in self.entries if each.contract == name] for name in ("Agreement", "Payroll")}
        last = self.entries[-1].log
        head = Head(last.block + 7, keccak(text=f"head {self.seed}"), last.timestamp + 60)
        made = [
            BookHistory(Book(name, HERE if name == "Agreement" else PAYROLL, self.subject.origin), b"", tuple(found))
            for name, found in books.items()
        ]
        return History(self.subject, head, tuple(made))

    def event(self, name: str, contract: str = "Agreement", *, alone: bool = True, **arguments: Any) -> None:
        """The next one: in a block of its own some days later, or in the transaction of the one before."""
        if alone or not self.entries:
            self.moment += self.random.randint(2 * DAY, 6 * DAY)
            block = (self.entries[-1].log.block if self.entries else 100) + self.random.randint(1, 900)
            position, transaction = self.random.randint(0, 40), self.random.randbytes(32)
        else:
            before = self.entries[-1].log
            block, position, transaction = before.block, before.position + 1, before.transaction
        where = HERE if contract == "Agreement" else PAYROLL
        log = Log(where, (), b"", block, b"", self.moment, transaction, CLIENT, position)
        self.entries.append(Entry(log, contract, name, arguments))

    # What can happen

    def open(self, deposit: int = 3_000 * UNIT) -> None:
        """With the client's deposit."""
        self.event("Opened", client=CLIENT, contractor=CONTRACTOR, token=TOKEN, deposit=deposit)
        self._funded(deposit)

    def fund(self, amount: int, by: str = CLIENT) -> None:
        """By anybody."""
        self.event("Funded", by=by, amount=amount)
        self._funded(amount)

    def _funded(self, amount: int) -> None:
        self.funded += amount
        self.pots["held"] += amount

    def work(self, name: str, amount: int, share: int = 10, **arguments: Any) -> None:
        """Pays for work, `share` per cent of it held back."""
        retained = amount * share // 100
        self.event(name, paid=amount - retained, retained=retained, **arguments)
        self.pots["held"] -= amount
        self.pots["holdback"] += retained
        self._to_contractor(amount - retained)

    def _to_contractor(self, amount: int, refused: bool = False) -> None:
        if amount and (self.is_pulled or refused):
            self.event("Booked", alone=False, payee=self.payout, amount=amount, toTake=self.is_pulled)
            self.pots["owed"] += amount
        else:
            self.got["contractor"] += amount

    def _to_client(self, amount: int, refused: bool = False) -> None:
        if amount and refused:
            self.event("Booked", alone=False, payee=CLIENT, amount=amount, toTake=False)
            self.pots["owed"] += amount
        else:
            self.got["client"] += amount

    def refund(self, amount: int, refused: bool = False) -> None:
        """Of the surplus."""
        self.event("Reclaimed", by=CLIENT, milestones=0, refunded=amount)
        self.pots["held"] -= amount
        self._to_client(amount, refused)

    def rule(self, item: int, to_contractor: int, to_client: int, fee: int, refused: tuple[bool, bool]) -> None:
        """Of a milestone, or of all that is held back (64)."""
        pot = "holdback" if item == 64 else "held"
        ruling = {"toContractor": to_contractor, "toClient": to_client, "fee": fee}
        self.event("Ruled", item=item, by=ARBITER, share=500_000, **ruling)
        self.pots[pot] -= to_contractor + to_client + fee
        self.pots["owed"] += fee
        self._to_contractor(to_contractor, refused[0])
        self._to_client(to_client, refused[1])

    def release_holdback(self) -> None:
        """After its date."""
        amount = self.pots.pop("holdback", 0)
        self.event("HoldbackReleased", paid=amount)
        self._to_contractor(amount)

    def redirect(self, payee: str, pulled: bool) -> None:
        """Pays the contractor elsewhere from now on."""
        self.event("PayeeSet", contractor=CONTRACTOR, payee=payee, pulled=pulled)
        self.payout, self.is_pulled = payee, pulled

    def take(self, amount: int) -> None:
        """By the payroll, with a run of wages and the margin."""
        self.event("Taken", payee=PAYROLL, amount=amount)
        self.pots["owed"] -= amount
        common = {"agreement": HERE, "employer": CONTRACTOR, "token": TOKEN}
        self.event("Collected", "Payroll", alone=False, amount=amount, **common)
        self._runs += 1
        wages, margin = amount * 7 // 10, amount // 10
        self.event("Paid", "Payroll", run=self._runs, total=wages, count=3)
        self.event("MarginTaken", "Payroll", to=CONTRACTOR, amount=margin)
        self.pots["payroll"] += amount - wages - margin

    def end(self, to_contractor: int, status: Status = Status.ENDED_BY_BOTH) -> None:
        """Pays out what is held, with what is held back if both end it."""
        if status is Status.ENDED_BY_BOTH:
            self.pots["held"] += self.pots.pop("holdback", 0)
        left = self.pots["held"]
        share = min(to_contractor, left)
        self.event("Ended", status=status, toContractor=share, toClient=left - share)
        self.pots["held"] = 0
        self._to_contractor(share)
        self._to_client(left - share)


def played(seed: int, steps: int = 24, *, plain: bool = False) -> Story:
    """A random life; with `plain` nothing is booked, ruled or pulled, and every amount is another."""
    story = Story(seed)
    chance = story.random
    story.open(chance.randint(2_000 * UNIT, 4_000 * UNIT))
    open_periods, open_milestones = list(range(len(PERIODS))), list(range(len(MILESTONES)))
    for _ in range(steps):
        choices = ["fund", "period", "interim", "milestone", "up to", "refund"]
        if not plain:
            choices += ["rule", "redirect", "rule holdback", "stranger"]
        act = chance.choice(choices)
        amount = chance.randint(20 * UNIT, 300 * UNIT)
        if story.pots["held"] < 2 * amount or act == "fund":
            story.fund(chance.randint(500 * UNIT, 2_000 * UNIT))
        elif act == "stranger":
            story.fund(amount, FUNDER)
        elif act == "period" and open_periods:
            period = open_periods.pop(0)
            charge = amount + chance.randint(0, 20 * UNIT)
            story.work("Settled", amount, period=period, charge=charge, credit=charge - amount)
        elif act == "interim" and open_periods:
            story.work("PaidInterim", amount, period=open_periods[0], charge=2 * amount, credit=0)
        elif act == "milestone" and open_milestones:
            story.work("Accepted", amount, milestones=1 << open_milestones.pop(0))
        elif act == "up to" and open_milestones:
            story.work("AcceptedUpTo", amount, milestone=open_milestones[0], total=amount)
        elif act == "refund":
            story.refund(amount, refused=not plain and chance.random() < 0.3)
        elif act == "rule":
            fee = amount // 50
            part = (amount - fee) // 2 if chance.random() < 0.3 else chance.randint(0, amount - fee)
            refused = (not story.is_pulled and chance.random() < 0.4, chance.random() < 0.4)
            story.rule(chance.randrange(3), part, amount - fee - part, fee, refused)
        elif act == "rule holdback" and story.pots["holdback"]:
            left = story.pots["holdback"]
            story.rule(64, left // 2, left - left // 2, 0, (False, False))
        elif act == "redirect":
            booked = story.pots["owed"] if story.is_pulled else 0
            story.redirect(*chance.choice([(CONTRACTOR, False), (PAYROLL, True), (address("safe"), False)]))
            if booked and not plain:
                _take_all(story)
    return story


def _take_all(story: Story) -> None:
    """What the payroll was promised since it last took."""
    left = 0
    for each in story.entries:
        if each.name == "Booked" and each["toTake"] and each["payee"] == PAYROLL:
            left += each["amount"]
        elif each.name == "Taken":
            left = 0
    if left:
        story.take(left)
