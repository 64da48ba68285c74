"""Events and transfers block by block: what every account is after each, and where transfers tell something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from workpact.audit.entries import Entry
from workpact.audit.reconciliation.escrow import Escrow, Parties
from workpact.audit.reconciliation.matching import Leg, Matched, match
from workpact.audit.reconciliation.result import Difference, Donation
from workpact.audit.reconciliation.revenue import Revenue
from workpact.audit.reconciliation.sheet import Account, Sheet
from workpact.audit.reconciliation.views import BALANCE
from workpact.audit.reconciliation.wages import Wages
from workpact.audit.transfers import Transfer

Item = Entry | Transfer


@dataclass(frozen=True, slots=True)
class Point:
    """An account after a block that touched it."""

    block: int
    value: int
    entry: Entry | None
    """The last event of the block about it; None where there were transfers alone."""


class Replay:
    """Reads everything once. `ours` are the contracts by address; only a `whole` deployment has balances."""

    def __init__(self, ours: Mapping[str, str], parties: Parties, *, whole: bool) -> None:
        self.ours = ours
        self.whole = whole
        self.has_transfers = True
        self.sheet = Sheet()
        self.escrow = Escrow(self.sheet, parties)
        self.wages = Wages(self.sheet, ours)
        self.points: dict[Account, list[Point]] = {}
        self.moved: Counter[Account] = Counter()
        """By account, what transfers moved for it; of a balance, what came in less what went out."""
        self.donations: list[Donation] = []
        self.differences: list[Difference] = []
        self.blocks: list[int] = []
        self._revenue = {address: Revenue(self.sheet) for address, name in ours.items() if name == "WorkerEquity"}
        self._donated: Counter[tuple[str, str]] = Counter()
        self._told: set[tuple[Account | None, str]] = set()

    def read(self, entries: Iterable[Entry], transfers: Iterable[Transfer] | None) -> None:
        """Reads all, in the order of the chain; without transfers no move is looked for among them."""
        self.has_transfers = transfers is not None
        items: list[Item] = sorted([*entries, *(transfers or ())], key=lambda each: each.place)
        for block, found in groupby(items, key=lambda each: each.log.block):
            self._block(block, list(found))
            self.blocks.append(block)

    def tell(self, difference: Difference) -> None:
        """Notes a difference; of each account and source only the first."""
        key = (difference.account, difference.source)
        if difference.account is None or key not in self._told:
            self._told.add(key)
            self.differences.append(difference)

    def _block(self, block: int, items: Sequence[Item]) -> None:
        balances: set[Account] = set()
        for _, found in groupby(items, key=lambda each: each.log.transaction):
            balances |= self._transaction(block, list(found))
        touched: dict[Account, Entry | None] = dict(self.sheet.touched)
        for account, entry in self.sheet.touched.items():
            if self.sheet.values[account] < 0:
                what = f"is {self.sheet.values[account]} by the events: one is missing, added or edited"
                self.tell(Difference(block, "events", what, account, 0, self.sheet.values[account], entry))
        for account in sorted(balances):
            self._balance(block, account)
            own = [each for each in items if isinstance(each, Entry) and each.log.address == account.address]
            touched[account] = own[-1] if own else None
        for account, last in touched.items():
            value = self.sheet.values[account]
            self.points.setdefault(account, []).append(Point(block, value, last))
        self.sheet.touched.clear()

    def _transaction(self, block: int, items: Sequence[Item]) -> set[Account]:
        """Reads one; the balances that it bears on."""
        sheet = self.sheet
        entries = [each for each in items if isinstance(each, Entry)]
        transfers = [each for each in items if isinstance(each, Transfer)]
        for each in entries:
            self._entry(each)
        self._matched(block, self._match(transfers))
        accounts = [each.account for each in sheet.moves] + [each.account for each in sheet.runs]
        pairs = {(each.address, each.token) for each in accounts}
        sheet.moves.clear()
        sheet.runs.clear()
        if not self.whole:
            return set()
        for transfer in transfers:
            for address, amount in ((transfer.receiver, transfer.amount), (transfer.sender, -transfer.amount)):
                if address in self.ours:
                    pairs.add((address, transfer.token))
                    self.moved[self._balance_of(address, transfer.token)] += amount
        return {self._balance_of(*pair) for pair in pairs}

    def _match(self, transfers: Sequence[Transfer]) -> Matched:
        if not self.has_transfers:
            return Matched()
        return match(self.sheet.moves, self.sheet.runs, transfers, self.ours)

    def _entry(self, entry: Entry) -> None:
        if entry.contract == "Agreement":
            self.escrow.add(entry)
        elif entry.contract == "Payroll":
            self.wages.add(entry)
        elif entry.contract == "WorkerEquity":
            self._revenue[entry.log.address].add(entry)

    def _matched(self, block: int, matched: Matched) -> None:
        self.moved.update(matched.moved)
        for source, found in (("events", self.sheet.contradictions), ("transfers", matched.contradictions)):
            for each in found:
                self.tell(Difference(block, source, each.what, each.account, each.expected, each.actual, each.entry))
        self.sheet.contradictions.clear()
        if self.whole:
            for leg in matched.unexplained:
                self._unexplained(block, leg)

    def _unexplained(self, block: int, leg: Leg) -> None:
        """What comes in by no event was given; nothing goes out by none."""
        transfer, is_in = leg
        address = transfer.receiver if is_in else transfer.sender
        if is_in:
            self._donated[address, transfer.token] += transfer.amount
            self.donations.append(Donation(address, transfer))
            return
        what = f"{transfer.amount} left it to {transfer.receiver}, and no event says so"
        account = self._balance_of(address, transfer.token)
        self.tell(Difference(block, "transfers", what, account, 0, transfer.amount, transfer=transfer))

    def _balance_of(self, address: str, token: str) -> Account:
        return Account(self.ours[address], address, BALANCE, (token,), token)

    def _balance(self, block: int, account: Account) -> None:
        """What is there is what is held for all and what was given."""
        pair = (account.address, account.token)
        expected, actual = self.sheet.promised[pair] + self._donated[pair], self.moved[account]
        self.sheet.values[account] = expected
        if expected != actual:
            what = f"the events leave {expected}, the transfers {actual}"
            self.tell(Difference(block, "transfers", what, account, expected, actual))


def contracts_of(agreement: str, payroll: str | None, equities: Collection[str]) -> dict[str, str]:
    """What is at which address."""
    named = {agreement: "Agreement"} | dict.fromkeys(sorted(equities), "WorkerEquity")
    return named | ({payroll: "Payroll"} if payroll else {})
