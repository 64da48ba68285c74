"""Whether lines and payments can be the same money, and what differs where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cached_property

from workpact.audit.bookkeeping.accounts import Due, Naming, hashes_in
from workpact.audit.bookkeeping.lines import Line, Money
from workpact.audit.bookkeeping.rates import Rates, rounded
from workpact.audit.bookkeeping.results import Error

FEE_WORDS = ("fee", "fees", "charge", "charges", "gas")
AMOUNTS = {Error.AMOUNT, Error.FEE, Error.ROUNDING}
"""Ways in which a line and a payment differ in their amounts."""
FINEST = 5
"""Smallest units of another currency that a sum may be off and be called a rounding."""


@dataclass(frozen=True)
class Tolerance:
    """What may differ: an amount, in whole units of the line's currency; days; what a bank or network keeps, in the
    token's smallest unit."""

    amount: Fraction = Fraction(0)
    days: int = 3
    fee: int = 0


@dataclass(frozen=True)
class Outside:
    """A transfer into the agreement's contract by a transaction without any of its events: a donation."""

    transaction: bytes
    amount: int
    timestamp: int

    @property
    def day(self) -> date:
        """When, UTC."""
        return datetime.fromtimestamp(self.timestamp, UTC).date()


@dataclass(frozen=True)
class Comparer:
    """What lines and payments are compared by."""

    dues: Sequence[Due]
    lines: Sequence[Line]
    money: Money
    naming: Naming
    tolerance: Tolerance = field(default_factory=Tolerance)
    rates: Rates = field(default_factory=Rates)

    @cached_property
    def hashes(self) -> list[frozenset[bytes]]:
        """Transactions that each line names."""
        return [hashes_in(each) for each in self.lines]

    @cached_property
    def transactions(self) -> frozenset[bytes]:
        """Those of all payments."""
        return frozenset(each.transaction for each in self.dues)

    @cached_property
    def items(self) -> list[frozenset[str]]:
        """Items that each line names."""
        return [self.naming.items_in(each) for each in self.lines]

    @cached_property
    def roles(self) -> list[frozenset[str]]:
        """Parties that each line names."""
        return [self.naming.roles_in(each) for each in self.lines]

    @cached_property
    def says_fee(self) -> list[bool]:
        """Lines that speak of a fee."""
        return [any(word in FEE_WORDS for word in each.memo.casefold().split()) for each in self.lines]

    def worth(self, dues: Sequence[int], line: Line) -> int:
        """Payments in a line's currency and its smallest unit: each at the rate of its day (else of the line's), then
        rounded once."""
        if line.currency == self.money.name:
            return sum(self.dues[each].amount for each in dues)
        scale = Fraction(10 ** self.money.digits(line.currency), 10**self.money.decimals)
        parts = (self.dues[each].amount * self._rate(line, self.dues[each].day) for each in dues)
        return rounded(sum(parts, Fraction(0)) * scale)

    def units(self, number: int) -> int:
        """A line in the token's smallest unit."""
        line = self.lines[number]
        if line.currency == self.money.name:
            return line.amount
        scale = Fraction(10**self.money.decimals, 10 ** self.money.digits(line.currency))
        return rounded(line.amount * scale / self._rate(line, line.date))

    def _rate(self, line: Line, day: date) -> Fraction:
        return line.rate or self.rates.at(line.currency, (day, line.date), line.source)

    def short(self, lines: Sequence[int], dues: Sequence[int]) -> int:
        """How much less the lines are than the payments, in the lines' currency."""
        first = self.lines[lines[0]]
        return self.worth(dues, first) - sum(self.lines[each].amount for each in lines)

    def fee_of(self, lines: Sequence[int], dues: Sequence[int]) -> int | None:
        """What was kept of the payments, zero within the tolerance; None where the amounts differ by more."""
        first = self.lines[lines[0]]
        if any(self.lines[each].currency != first.currency for each in lines):
            return None
        short = self.short(lines, dues)
        spare = self._spare(first)
        if first.currency != self.money.name:
            spare += len(lines) // 2
        if abs(short) <= spare:
            return 0
        if len(lines) == 1 and self.is_fee(lines[0]):
            return None
        return short if 0 < short <= self._fee(first, dues) + spare else None

    def _spare(self, line: Line) -> int:
        return int(self.tolerance.amount * 10 ** self.money.digits(line.currency))

    def is_fee(self, line: int) -> bool:
        """Whether a line speaks of a fee and is as small as one: nothing is taken off it."""
        return self.says_fee[line] and 0 < -self.units(line) <= self.tolerance.fee

    def _fee(self, line: Line, dues: Sequence[int]) -> int:
        if line.currency == self.money.name:
            return self.tolerance.fee
        scale = Fraction(10 ** self.money.digits(line.currency), 10**self.money.decimals)
        return rounded(self.tolerance.fee * self._rate(line, self.dues[dues[0]].day) * scale)

    def gap(self, line: int, due: int) -> int:
        """Days between a line and a payment; none after what waits to be withdrawn."""
        days = (self.lines[line].date - self.dues[due].day).days
        return 0 if days > 0 and self.dues[due].is_open else abs(days)

    def differences(self, lines: Sequence[int], dues: Sequence[int], *, less_fee: bool = True) -> list[Error]:
        """What speaks against these lines being these payments, less a fee unless that is not taken for one; empty
        where nothing does."""
        found = []
        fee = self.fee_of(lines, dues)
        if fee is None or (fee and not (less_fee and self._is_whole(lines, dues))):
            found.append(self._wrong_amount(lines, dues))
        owed = [self.dues[each] for each in dues]
        if any(self._is_foreign(self.roles[each], owed) for each in lines):
            found.append(Error.PAYEE)
        items = frozenset(item for each in owed for item in each.payment.items)
        named = frozenset(item for each in lines for item in self.items[each])
        if items and named and not (named <= items or items <= named):
            found.append(Error.ITEM)
        if any(min(self.gap(line, due) for due in dues) > self.tolerance.days for line in lines):
            found.append(Error.DATE)
        if not any(each.is_open for each in owed) and self._is_elsewhere(lines, {each.transaction for each in owed}):
            found.append(Error.REFERENCE)
        return found

    def is_twin(self, one: int, other: int) -> bool:
        """Whether two lines say the same, within days."""
        first, second = self.lines[one], self.lines[other]
        return (
            (first.amount, first.currency) == (second.amount, second.currency)
            and abs((first.date - second.date).days) <= self.tolerance.days
            and (self.hashes[one], self.items[one], self.roles[one])
            == (self.hashes[other], self.items[other], self.roles[other])
        )

    def is_but_for_amount(self, line: int, due: int) -> bool:
        """Whether nothing but the amount speaks against it."""
        return set(self.differences([line], [due])) <= AMOUNTS

    def _is_whole(self, lines: Sequence[int], dues: Sequence[int]) -> bool:
        """Whether the lines name no transaction of other payments: of a part of what it is for no fee is taken."""
        own = {self.dues[each].transaction for each in dues}
        return all(self.hashes[each] & self.transactions <= own for each in lines)

    def _is_elsewhere(self, lines: Sequence[int], transactions: set[bytes]) -> bool:
        """Whether a line names other transactions alone, or all of them leave one out."""
        named = [self.hashes[each] for each in lines if self.hashes[each]]
        return any(not each & transactions for each in named) or bool(
            named and transactions - frozenset().union(*named)
        )

    def _is_foreign(self, said: frozenset[str], owed: Sequence[Due]) -> bool:
        return bool(said) and any(each.parties and not said & each.parties for each in owed)

    def _wrong_amount(self, lines: Sequence[int], dues: Sequence[int]) -> Error:
        if len(lines) > 1:
            return Error.SPLIT
        if len(dues) > 1:
            return Error.BATCH
        line, short = self.lines[lines[0]], self.short(lines, dues)
        if short > 0 and self.says_fee[lines[0]]:
            return Error.FEE
        if line.currency != self.money.name and abs(short) <= FINEST + self._spare(line):
            return Error.ROUNDING
        return Error.AMOUNT
