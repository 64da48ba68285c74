"""A clerk that keeps clean books of a story in seeded styles, and makes one known mistake when asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction

from tests.audit.books.story import DAY, PERIODS, UNIT, Story
from workpact.audit.bookkeeping.accounts import Account, Due, Naming, dues
from workpact.audit.bookkeeping.comparing import Outside, Tolerance
from workpact.audit.bookkeeping.lines import Line, Money
from workpact.audit.bookkeeping.matching import compare
from workpact.audit.bookkeeping.payments import Kind, payments
from workpact.audit.bookkeeping.rates import Rates
from workpact.audit.bookkeeping.results import Comparison, Error

MONEY = Money("TUSD", 6)
NAMES = {"client": "Client Ltd.", "contractor": "Contractor Ltd.", "arbiter": "An Arbiter", "funder": "A Bank"}
EURO = Fraction(91237, 100_000)
"""Euro for one token, all the time."""
FEE = 2 * UNIT
"""The most that a bank keeps."""


@dataclass(frozen=True)
class Kept:
    """Lines, each with the payments that it was written for, and what to tell the matching beside them."""

    lines: list[Line]
    of: list[tuple[int, ...]]
    tolerance: Tolerance = field(default_factory=lambda: Tolerance(fee=FEE))
    outside: tuple[Outside, ...] = ()
    absent: frozenset[bytes] = frozenset()

    def with_line(self, at: int, line: Line) -> Kept:
        """Another line in a line's place."""
        return replace(self, lines=[*self.lines[:at], line, *self.lines[at + 1 :]])

    def and_line(self, line: Line) -> Kept:
        """One more, of no payment."""
        return replace(self, lines=[*self.lines, line], of=[*self.of, ()])


class NoRoom(Exception):
    """These books have no line that the mistake could be made in."""


class Clerk:
    """Keeps the books of one account of a story; every choice comes from the seed."""

    def __init__(self, story: Story, seed: int, account: Account = Account.ESCROW) -> None:
        self.story, self.account = story, account
        self.payments = payments(story.history)
        self.dues = dues(self.payments, account)
        self.random = random.Random(f"clerk {seed}")
        self.naming = Naming.of(story.subject, self.payments)

    def compared(self, kept: Kept) -> Comparison:
        """By the code under test."""
        rates = Rates({"EUR": [(self.dues[0].day, EURO)]})
        return compare(
            kept.lines,
            self.payments,
            self.account,
            MONEY,
            self.naming,
            kept.tolerance,
            rates,
            kept.outside,
            kept.absent,
        )

    # Clean books

    def keep(self) -> Kept:
        """Each payment in one line, in several, or several in one; by hash, by item, by amount alone; in two
        currencies; now and then less a fee."""
        lines: list[Line] = []
        of: list[tuple[int, ...]] = []
        left = list(self.dues)
        while left:
            due = left.pop(0)
            shape = self.random.choice(["one", "one", "one", "split", "batch", "fee", "fee line", "euro"])
            if shape == "batch" and left and _are_alike(due, left[0]):
                other = left.pop(0)
                made = [self._batch(due, other)]
                numbers: tuple[int, ...] = (due.number, other.number)
            else:
                made = self._lines(due, shape)
                numbers = (due.number,)
            lines += made
            of += [numbers] * len(made)
        return Kept(lines, of)

    def _lines(self, due: Due, shape: str) -> list[Line]:
        if shape == "split":
            return self.split(due)
        if shape == "euro":
            return [self.euro(due)]
        line = self.line(due)
        fee = self.random.randint(1, FEE)
        if shape == "fee":
            return [replace(line, amount=line.amount - fee)]
        if shape == "fee line":
            own = replace(
                line, amount=-fee, counterparty="", reference=f"0x{due.transaction.hex()}", memo="network fee"
            )
            return [self.line(due, "hash"), own]
        return [line]

    def line(self, due: Due, style: str = "") -> Line:
        """A line that is right: naming the transaction, the item, or neither."""
        styles = ["hash", "plain", *(["item"] if due.payment.items else [])]
        style = style or self.random.choice(styles)
        late = timedelta(days=self.random.randint(0, 1))
        reference = f"0x{due.transaction.hex()}" if style == "hash" else ""
        memo = due.payment.items[0] if style == "item" else self.random.choice(["", "as agreed", "see mail"])
        number = f"books:{due.number + 1}"
        return Line(due.day + late, due.amount, "TUSD", number, NAMES[due.payment.party], reference, memo)

    def euro(self, due: Due, style: str = "") -> Line:
        """The same in cents: tokens are worth 0.91237 euro, half cents go up."""
        cents = (abs(due.amount) * 91_237 * 2 + 10**9) // (2 * 10**9)
        return replace(self.line(due, style), amount=cents if due.amount > 0 else -cents, currency="EUR")

    def split(self, due: Due) -> list[Line]:
        """Two or three lines that name the transaction."""
        line = self.line(due, "hash")
        parts = [self.random.randint(1, abs(due.amount) // 3) for _ in range(self.random.randint(1, 2))]
        sign = 1 if due.amount > 0 else -1
        amounts = [sign * each for each in (*parts, abs(due.amount) - sum(parts))]
        return [replace(line, amount=each) for each in amounts]

    def _batch(self, due: Due, other: Due) -> Line:
        line = self.line(due, "hash")
        both = f"0x{due.transaction.hex()} 0x{other.transaction.hex()}"
        return replace(line, amount=due.amount + other.amount, reference=both)

    # Mistakes: the books with it, the error, and the payments that it is about

    def mistaken(self, error: Error) -> tuple[Kept, tuple[int, ...]]:
        """Clean books with one mistake, and the payments that it is about; kept again until there is room for it."""
        for _ in range(100):
            with suppress(NoRoom):
                return _MISTAKES[error](self, self.keep())
        raise NoRoom

    def _simple(self, kept: Kept, fits: Callable[[Due], bool] = lambda _: True) -> int:
        """A line that alone is a whole payment."""
        every = [
            at
            for at, (line, of) in enumerate(zip(kept.lines, kept.of, strict=True))
            if len(of) == 1
            and kept.of.count(of) == 1
            and line.amount == self.dues[of[0]].amount
            and abs(line.amount) >= 8 * FEE
            and fits(self.dues[of[0]])
        ]
        if not every:
            raise NoRoom
        return self.random.choice(every)

    def missing(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """A line is left out."""
        at = self._simple(kept)
        lines, of = list(kept.lines), list(kept.of)
        del lines[at], of[at]
        return replace(kept, lines=lines, of=of), kept.of[at]

    def duplicate(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """A line is there twice."""
        line = kept.lines[self._simple(kept)]
        late = timedelta(days=self.random.randint(0, 1))
        return kept.and_line(replace(line, source="books:twice", date=line.date + late)), ()

    def amount(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """More or less than was paid, by more than a fee can be."""
        at = self._simple(kept)
        line = kept.lines[at]
        off = self.random.choice([1, -1]) * self.random.randint(FEE + 1, max(FEE + 1, abs(line.amount) // 4))
        return kept.with_line(at, replace(line, amount=line.amount + off)), kept.of[at]

    def payee(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """Booked with somebody else."""
        beside = Counter(each.transaction for each in self.dues)
        at = self._simple(kept, lambda due: due.payment.party != "funder" and beside[due.transaction] == 1)
        own = NAMES[self.dues[kept.of[at][0]].payment.party]
        other = self.random.choice([each for each in ("Client Ltd.", "Contractor Ltd.", "Whoever GmbH") if each != own])
        return kept.with_line(at, replace(kept.lines[at], counterparty=other)), kept.of[at]

    def item(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """Booked for another period or milestone."""
        at = self._simple(kept, lambda due: bool(due.payment.items))
        own = self.dues[kept.of[at][0]].payment.items
        other = self.random.choice([f"period {each}" for each in PERIODS if f"period {each}" not in own])
        return kept.with_line(at, replace(kept.lines[at], memo=other)), kept.of[at]

    def wrong_split(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """Parts that are not the whole."""
        at = self._simple(kept)
        lines = self.split(self.dues[kept.of[at][0]])
        lines[0] = replace(lines[0], amount=lines[0].amount + self.random.choice([1, -1]) * (FEE + 1))
        with_first = kept.with_line(at, lines[0])
        more = lines[1:]
        return replace(
            with_first, lines=[*with_first.lines, *more], of=[*kept.of, *[kept.of[at]] * len(more)]
        ), kept.of[at]

    def wrong_batch(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """One line for two payments that is not their sum."""
        at = self._simple(kept, lambda due: bool(self._others(due)))
        due = self.dues[kept.of[at][0]]
        other = self.random.choice(self._others(due))
        rest = [number for number, of in enumerate(kept.of) if number != at and other.number not in of]
        gone = {each for number, of in enumerate(kept.of) if other.number in of for each in of} - {other.number}
        batch = self._batch(due, other)
        off = self.random.choice([1, -1]) * self.random.randint(FEE + 1, 9 * FEE)
        lines = [kept.lines[each] for each in rest] + [replace(batch, amount=batch.amount + off)]
        of = [kept.of[each] for each in rest] + [(due.number, other.number)]
        for each in sorted(gone - {due.number}):
            lines, of = [*lines, self.line(self.dues[each])], [*of, (each,)]
        return replace(kept, lines=lines, of=of), tuple(sorted((due.number, other.number)))

    def _others(self, due: Due) -> list[Due]:
        return [each for each in self.dues if each is not due and _are_alike(each, due)]

    def fee(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """More is kept than a bank may keep."""
        at = self._simple(kept)
        line = kept.lines[at]
        most = max(FEE + 1, min(8 * FEE, abs(line.amount) // 4))
        short = self.random.randint(FEE + 1, most)
        return kept.with_line(
            at, replace(line, amount=line.amount - short, memo=line.memo + " less bank fee")
        ), kept.of[at]

    def donation(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """What somebody sent to the contract, booked as if it had funded the agreement."""
        due = self.random.choice(self.dues)
        amount, given = self.random.randint(UNIT, 900 * UNIT), self.random.randbytes(32)
        moment = due.payment.entry.log.timestamp + DAY
        reference = self.random.choice(["", f"0x{given.hex()}"])
        line = Line(due.day + timedelta(days=1), amount, "TUSD", "books:gift", "Client Ltd.", reference, "funding")
        return replace(kept.and_line(line), outside=(Outside(given, amount, moment),)), ()

    def gone(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """A line for a transaction that was reorganised away: alone, or in a payment's place."""
        lost = self.random.randbytes(32)
        if self.random.random() < 0.5:
            due = self.random.choice(self.dues)
            line = replace(self.line(due, "hash"), reference=f"0x{lost.hex()}", source="books:lost")
            return replace(kept.and_line(line), absent=frozenset({lost})), ()
        at = self._simple(kept)
        line = replace(kept.lines[at], reference=f"0x{lost.hex()}")
        return replace(kept.with_line(at, line), absent=frozenset({lost})), kept.of[at]

    def date(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """Weeks late."""
        at = self._simple(kept)
        late = timedelta(days=self.random.randint(10, 60))
        return kept.with_line(at, replace(kept.lines[at], date=kept.lines[at].date + late)), kept.of[at]

    def rounding(self, kept: Kept) -> tuple[Kept, tuple[int, ...]]:
        """A few cents off in euro."""
        at = self._simple(kept)
        line = self.euro(self.dues[kept.of[at][0]])
        off = self.random.choice([1, 2, 3])
        return replace(kept.with_line(at, replace(line, amount=line.amount + off))), kept.of[at]


def _are_alike(one: Due, other: Due) -> bool:
    """Whether one line can be for both."""
    return one.payment.party == other.payment.party and one.amount * other.amount > 0 and Kind.FEE not in (
        one.payment.kind, other.payment.kind)  # fmt: skip


_MISTAKES: dict[Error, Callable[[Clerk, Kept], tuple[Kept, tuple[int, ...]]]] = {
    Error.MISSING: Clerk.missing,
    Error.DUPLICATE: Clerk.duplicate,
    Error.AMOUNT: Clerk.amount,
    Error.PAYEE: Clerk.payee,
    Error.ITEM: Clerk.item,
    Error.SPLIT: Clerk.wrong_split,
    Error.BATCH: Clerk.wrong_batch,
    Error.FEE: Clerk.fee,
    Error.DONATION: Clerk.donation,
    Error.GONE: Clerk.gone,
    Error.DATE: Clerk.date,
    Error.ROUNDING: Clerk.rounding,
}
KINDS = tuple(_MISTAKES)
"""The twelve."""
