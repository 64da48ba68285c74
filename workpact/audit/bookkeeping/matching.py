"""The three-way match: milestone or period, payment of the record, line of the books (SPEC.md 13.8).

comparison = compare(books.lines, payments, Account.ESCROW, money, naming)

In this order, each step on what the steps before left over: lines and payments that a transaction connects; that a
milestone or period connects; that have the same amount, payee and date. Within each: one to one, in the order of time;
one payment in several lines; one line for several payments; first exactly, then less a fee. Nothing is matched that
differs in anything; of several possible sums none is taken, and less a fee only all that a transaction or an item
connects.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from workpact.audit.bookkeeping.accounts import Account, Naming, dues
from workpact.audit.bookkeeping.comparing import Comparer, Outside, Tolerance
from workpact.audit.bookkeeping.errors import SignsInverted
from workpact.audit.bookkeeping.grouping import connected, only_sum, pairs_in_order
from workpact.audit.bookkeeping.leftovers import Leftovers
from workpact.audit.bookkeeping.lines import Line, Money
from workpact.audit.bookkeeping.payments import Payment
from workpact.audit.bookkeeping.rates import Rates
from workpact.audit.bookkeeping.results import By, Comparison, Match

Group = tuple[list[int], list[int]]


def compare(
    lines: Sequence[Line],
    payments: Sequence[Payment],
    account: Account,
    money: Money,
    naming: Naming,
    tolerance: Tolerance | None = None,
    rates: Rates | None = None,
    outside: Sequence[Outside] = (),
    absent: Collection[bytes] = (),
) -> Comparison:
    """Matches lines with the payments that `account` shows, and names what is left over on either side.

    `outside` are transfers that no event of any agreement explains, `absent` transactions that the chain does not
    have, both as far as somebody asked. Raises `SignsInverted`, `OtherCurrency`.
    """
    owed = dues(payments, account)
    ordered = sorted(lines, key=lambda each: each.date)
    comparer = Comparer(owed, ordered, money, naming, tolerance or Tolerance(), rates or Rates())
    refuse_inverted(comparer)
    matching = Matching(comparer)
    matching.run()
    known = frozenset(each.entry.log.transaction for each in payments)
    left = Leftovers(comparer, matching.matches, matching.lines, matching.dues, known, outside, frozenset(absent))
    findings, apart = left.findings()
    found = sorted(left.matches, key=lambda each: (each.dues or each.lines, each.lines))
    return Comparison(account, money, tuple(ordered), tuple(owed), tuple(found), tuple(findings), apart)


def refuse_inverted(comparer: Comparer) -> None:
    """`SignsInverted` if more lines have the opposite sign of their payment than its own, and at least a quarter.

    Its payment is the one whose transaction a line names, else any of its amount.
    """
    signs = {each.transaction: each.amount > 0 for each in comparer.dues}
    worth: dict[tuple[object, ...], set[int]] = {}
    straight = inverted = 0
    for number, line in enumerate(comparer.lines):
        named = {signs[each] for each in comparer.hashes[number] if each in signs}
        if named:
            straight += (line.amount > 0) in named
            inverted += (line.amount < 0) in named
            continue
        own = line.currency == comparer.money.name
        key = (line.currency,) if own else (line.currency, line.rate, line.date)
        if key not in worth:
            worth[key] = {comparer.worth([each], line) for each in range(len(comparer.dues))}
        straight += line.amount in worth[key]
        inverted += -line.amount in worth[key]
    if inverted > straight and 4 * inverted >= len(comparer.lines):
        raise SignsInverted(
            f"{inverted} of {len(comparer.lines)} lines have the opposite sign of their payment, {straight} its own ("
            f"{comparer.lines[0].source}): if what goes out is positive in the books, say --inverted; if they are of "
            "another account, say which (--account)."
        )


@dataclass
class Matching:
    """The steps. `lines` and `dues` are what no step has matched."""

    comparer: Comparer
    matches: list[Match] = field(default_factory=list)
    lines: set[int] = field(init=False)
    dues: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = set(range(len(self.comparer.lines)))
        self.dues = set(range(len(self.comparer.dues)))
        self._dated = [each.day for each in self.comparer.dues]
        self._open = [number for number, each in enumerate(self.comparer.dues) if each.is_open]

    def run(self) -> None:
        """All steps."""
        for group in self._by_transaction():
            self._within(*group, By.TRANSACTION)
        for group in self._by_item():
            self._within(*group, By.ITEM)
        for less_fee in (False, True):
            for group in self._by_amount(less_fee):
                self._one_to_one(*group, By.AMOUNT, less_fee)
            self._sums_nearby(less_fee)

    # Groups

    def _by_transaction(self) -> list[Group]:
        by_hash: dict[bytes, list[int]] = {}
        for number in sorted(self.dues):
            by_hash.setdefault(self.comparer.dues[number].transaction, []).append(number)
        edges = [
            (("line", line), ("due", due))
            for line in sorted(self.lines)
            for each in sorted(self.comparer.hashes[line])
            for due in by_hash.get(each, ())
        ]
        return _groups(edges)

    def _by_item(self) -> list[Group]:
        by_item: dict[str, list[int]] = {}
        for number in sorted(self.dues):
            for item in self.comparer.dues[number].payment.items:
                by_item.setdefault(item, []).append(number)
        edges = [
            (("line", line), ("due", due))
            for line in sorted(self.lines)
            for item in sorted(self.comparer.items[line])
            for due in by_item.get(item, ())
        ]
        return _groups(edges)

    def _by_amount(self, less_fee: bool) -> list[Group]:
        edges = [
            (("line", line), ("due", due))
            for line in sorted(self.lines)
            if not (less_fee and self._names(line))
            for due in self._near_dues(line)
            if not self.comparer.differences([line], [due], less_fee=less_fee)
        ]
        return _groups(edges)

    def _near_dues(self, line: int) -> list[int]:
        """Free payments within the tolerance of days; they are in the order of their days."""
        day, days = self.comparer.lines[line].date, timedelta(days=self.comparer.tolerance.days)
        first, last = bisect_left(self._dated, day - days), bisect_right(self._dated, day + days)
        opened = (each for each in self._open if each < first and self._is_near(line, each))
        return [each for each in (*opened, *range(first, last)) if each in self.dues]

    def _is_near(self, line: int, due: int) -> bool:
        return self.comparer.gap(line, due) <= self.comparer.tolerance.days

    # Within a group

    def _within(self, lines: Sequence[int], dues: Sequence[int], by: By) -> None:
        for less_fee in (False, True):
            self._one_to_one(lines, dues, by, less_fee)
            self._sums(lines, dues, by, less_fee)
        rest = [each for each in lines if each in self.lines], [each for each in dues if each in self.dues]
        if by is By.TRANSACTION and min(map(len, rest)) > 1 and not self.comparer.differences(*rest):
            self._match(rest[0], rest[1], by)

    def _one_to_one(self, lines: Sequence[int], dues: Sequence[int], by: By, less_fee: bool) -> None:
        def cost(line: int, due: int) -> int | None:
            if not self._is_near(line, due):
                return None
            wrong = self.comparer.differences([line], [due], less_fee=less_fee)
            if wrong or (less_fee and by is not By.AMOUNT and self._is_part(due, *free)):
                return None
            return self.comparer.gap(line, due)

        found = [(0, 0)]
        while found:
            free = [each for each in lines if each in self.lines], [each for each in dues if each in self.dues]
            found = pairs_in_order(*free, cost)
            for line, due in found:
                self._match([line], [due], by)

    def _is_part(self, due: int, lines: Sequence[int], dues: Sequence[int]) -> bool:
        """Whether more lines than payments are a payment's but for the amount: then none alone is it less a fee."""
        own = [
            each
            for each in lines
            if self.comparer.is_but_for_amount(each, due) and not (self.comparer.is_fee(each) or self._is_doubled(each))
        ]
        others = [each for each in dues if any(self.comparer.is_but_for_amount(line, each) for line in own)]
        return len({self._line_alike(each) for each in own}) > len(others)

    def _is_doubled(self, line: int) -> bool:
        """Whether it says what a matched line says."""
        return any(self.comparer.is_twin(line, other) for match in self.matches for other in match.lines)

    def _sums(self, lines: Sequence[int], dues: Sequence[int], by: By, less_fee: bool) -> None:
        for due in dues:
            if due in self.dues:
                self._split(due, [each for each in lines if each in self.lines], by, less_fee)
        for line in lines:
            if line in self.lines:
                self._batch(line, [each for each in dues if each in self.dues], by, less_fee)

    def _split(self, due: int, lines: Sequence[int], by: By, less_fee: bool) -> None:
        def fits(chosen: tuple[int, ...]) -> bool:
            return not self.comparer.differences(chosen, [due], less_fee=less_fee)

        if less_fee and by is not By.AMOUNT:
            lines = [each for each in lines if not self.comparer.is_fee(each)]
            found = tuple(lines) if len(lines) > 1 and fits(tuple(lines)) else None
        else:
            found = only_sum(lines, fits, self._line_alike)
        if found:
            self._match(found, [due], by)

    def _batch(self, line: int, dues: Sequence[int], by: By, less_fee: bool) -> None:
        def fits(chosen: tuple[int, ...]) -> bool:
            return not self.comparer.differences([line], chosen, less_fee=less_fee)

        if less_fee and by is not By.AMOUNT:
            found = tuple(dues) if len(dues) > 1 and fits(tuple(dues)) else None
        else:
            found = only_sum(dues, fits, self._due_alike)
        if found:
            self._match([line], found, by)

    def _line_alike(self, number: int) -> object:
        line = self.comparer.lines[number]
        return line.date, line.amount, line.currency

    def _due_alike(self, number: int) -> object:
        due = self.comparer.dues[number]
        return due.day, due.amount

    def _sums_nearby(self, less_fee: bool) -> None:
        """Splits and batches by their sum alone, of what lies within the tolerance of days."""
        for due in sorted(self.dues):
            near = (each for each in sorted(self.lines) if self._is_near(each, due))
            self._split(due, [each for each in near if not (less_fee and self._names(each))], By.AMOUNT, less_fee)
        for line in sorted(self.lines):
            if not (less_fee and self._names(line)):
                self._batch(line, self._near_dues(line), By.AMOUNT, less_fee)

    def _names(self, line: int) -> bool:
        """Whether a line names a payment's transaction or an item: then what it is connected to was tried."""
        return bool(self.comparer.hashes[line] & self.comparer.transactions or self.comparer.items[line])

    def _match(self, lines: Sequence[int], dues: Sequence[int], by: By) -> None:
        fee = 0
        if self.comparer.fee_of(lines, dues):
            fee = sum(self.comparer.dues[each].amount for each in dues) - sum(map(self.comparer.units, lines))
        self.matches.append(Match(tuple(lines), tuple(dues), by, fee))
        self.lines -= set(lines)
        self.dues -= set(dues)


def _groups(edges: Sequence[tuple[tuple[str, int], tuple[str, int]]]) -> list[Group]:
    found = []
    for group in connected(edges):
        members: list[tuple[str, int]] = sorted(group)  # type: ignore[arg-type]
        lines = [number for side, number in members if side == "line"]
        found.append((lines, [number for side, number in members if side == "due"]))
    return sorted(found)
