"""What the steps of the match left over, named for what it is, with the nearest candidate.

In this order: a line twice; a fee in a line of its own; what a transaction or an item connects, in several lines or
payments; a line and a payment that differ in one thing; fees of too much; donations and
what is not on the chain; the rest, alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workpact.audit.bookkeeping.comparing import Comparer, Outside
from workpact.audit.bookkeeping.lines import amount_text
from workpact.audit.bookkeeping.results import Error, Finding, Match, apart_at

LONG = 400
"""Days that a wrong date may be off and still be the same payment's."""
RANKS = (Error.ITEM, Error.PAYEE, Error.REFERENCE, Error.DATE, Error.FEE, Error.ROUNDING, Error.AMOUNT)
"""Of several things that a line and a payment may differ in, the likeliest first."""


@dataclass
class Leftovers:
    """`lines` and `dues` are the numbers of what is left over; `known` the transactions of the record."""

    comparer: Comparer
    matches: list[Match]
    lines: set[int]
    dues: set[int]
    known: frozenset[bytes]
    outside: Sequence[Outside]
    absent: frozenset[bytes]
    _found: list[Finding] = field(default_factory=list)

    def findings(self) -> tuple[list[Finding], int | None]:
        """All of them, in the order of the chain, and the first block after which books and chain are apart."""
        self._twins(with_hash=True)
        self._fee_lines()
        self._several()
        self._pairs()
        self._wrong_fee_lines()
        self._twins(with_hash=False)
        self._alone()
        found = sorted(self._found, key=lambda each: (each.block, each.dues, each.lines, each.error))
        steps = [step for each in found for step in self._steps(each.lines, each.dues, each.error)]
        return found, apart_at(steps)

    # Steps

    def _twins(self, with_hash: bool) -> None:
        """Lines that say what a matched line says."""
        matched = [(line, match) for match in self.matches for line in match.lines]
        for number in sorted(self.lines):
            if with_hash and not self.comparer.hashes[number]:
                continue
            for line, match in matched:
                if self.comparer.is_twin(number, line):
                    what = f"says what {self.comparer.lines[line].source} says, and the payment was made once"
                    self._add(Error.DUPLICATE, [number], [], what, ("payment", match.dues[0]))
                    break

    def _fee_lines(self) -> None:
        """Fees in lines of their own join a match of the same transaction, or one within days of it."""
        for number in sorted(self.lines):
            fee = -self.comparer.units(number)
            for at in self._beside(number):
                match = self.matches[at]
                if match.fee + fee <= self.comparer.tolerance.fee:
                    self.matches[at] = replace(match, lines=(*match.lines, number), fee=match.fee + fee)
                    self.lines.discard(number)
                    break

    def _wrong_fee_lines(self) -> None:
        """Such lines of more than is expected."""
        most = self._money(self.comparer.tolerance.fee)
        for number in sorted(self.lines):
            for at in self._beside(number)[:1]:
                words = (
                    f"a fee of {self._money(-self.comparer.units(number))}, where at most {most} are expected in all"
                )
                self._add(Error.FEE, [number], [], words, ("payment", self.matches[at].dues[0]))

    def _beside(self, number: int) -> list[int]:
        """The matches that a line about a fee can belong to."""
        own = self.comparer.hashes[number]
        if (
            not self.comparer.says_fee[number]
            or self.comparer.lines[number].amount >= 0
            or (own and not own & self.known)
        ):
            return []
        return [at for at, match in enumerate(self.matches) if self._is_beside(number, match)]

    def _is_beside(self, number: int, match: Match) -> bool:
        comparer = self.comparer
        if comparer.hashes[number]:
            return any(comparer.dues[due].transaction in comparer.hashes[number] for due in match.dues)
        days = (abs((comparer.lines[number].date - comparer.lines[line].date).days) for line in match.lines)
        return min(days) <= comparer.tolerance.days and not any(comparer.says_fee[line] for line in match.lines)

    def _several(self) -> None:
        """Sums that one transaction, or one item, ties together and that differ."""
        for due in sorted(self.dues):
            transaction, items = self.comparer.dues[due].transaction, frozenset(self.comparer.dues[due].payment.items)
            lines = [each for each in sorted(self.lines) if transaction in self.comparer.hashes[each]]
            if not lines:
                named = (each for each in sorted(self.lines) if not self.comparer.hashes[each])
                lines = [
                    each for each in named if items and self.comparer.items[each] == items and self._near(each, due)
                ]
            if len(lines) > 1 and self._is_plausible(lines, [due]):
                self._differ(lines, [due], Error.SPLIT)
        for line in sorted(self.lines):
            hashes, items = self.comparer.hashes[line], self.comparer.items[line]
            owed = [each for each in sorted(self.dues) if self.comparer.dues[each].transaction in hashes]
            if not hashes and len(items) > 1:
                owed = [each for each in sorted(self.dues) if items & set(self.comparer.dues[each].payment.items)]
            if len(owed) > 1 and self._is_plausible([line], owed):
                self._differ([line], owed, Error.BATCH)

    def _near(self, line: int, due: int) -> bool:
        return self.comparer.gap(line, due) <= self.comparer.tolerance.days

    def _is_plausible(self, lines: Sequence[int], dues: Sequence[int]) -> bool:
        """Whether the sums differ, and in nothing else."""
        wrong = self.comparer.differences(lines, dues)
        return len(wrong) == 1 and wrong[0] in (Error.SPLIT, Error.BATCH)

    def _pairs(self) -> None:
        """A line and a payment that differ in one thing, or in several if the line names the transaction; the
        likeliest thing first, then the least difference."""
        found = []
        for line in sorted(self.lines):
            for due in sorted(self.dues):
                tied = self.comparer.dues[due].transaction in self.comparer.hashes[line]
                if not (tied or self._near(line, due) or self.comparer.fee_of([line], [due]) is not None):
                    continue  # two things differ
                wrong = sorted(self.comparer.differences([line], [due]), key=RANKS.index)
                if wrong and (tied or (len(wrong) == 1 and self._is_close(line, due, wrong[0]))):
                    gap, short = self.comparer.gap(line, due), abs(self.comparer.short([line], [due]))
                    ranks = [RANKS.index(each) for each in wrong]
                    found.append((not tied, len(wrong), ranks, short, gap, due, line))
        for *_, ranks, _, _, due, line in sorted(found):
            if line in self.lines and due in self.dues:
                self._differ([line], [due], *(RANKS[rank] for rank in ranks))

    def _is_close(self, line: int, due: int, error: Error) -> bool:
        if error is Error.DATE:
            return self.comparer.gap(line, due) <= LONG
        if error is Error.AMOUNT and not self.comparer.hashes[line]:
            short = abs(self.comparer.short([line], [due]))
            return 2 * short <= abs(self.comparer.worth([due], self.comparer.lines[line]))
        return True

    def _alone(self) -> None:
        for number in sorted(self.lines):
            hashes = self.comparer.hashes[number]
            given = [each for each in self.outside if self._is_donation(number, each)]
            if given:
                told = ", ".join(f"0x{each.transaction.hex()}" for each in given)
                words = f"sent to the contract in {told} outside every agreement: it paid for nothing"
                self._add(Error.DONATION, [number], [], words, self._nearest_due(number))
            elif hashes and hashes <= self.absent:
                words = "the chain has no such transaction: it was never mined, or reorganised away"
                self._add(Error.GONE, [number], [], words, self._nearest_due(number))
            elif hashes and not hashes & self.known:
                words = "the transaction is none of this agreement's record"
                self._add(Error.FOREIGN, [number], [], words, self._nearest_due(number))
            else:
                nearest = self._nearest_due(number)
                words = "the record has no such payment" + self._what_differs([number], nearest)
                self._add(Error.UNKNOWN, [number], [], words, nearest)
        for number in sorted(self.dues):
            nearest = self._nearest_line(number)
            words = "the books have no such line" + self._what_differs(nearest, number)
            self._add(Error.MISSING, [], [number], words, nearest)

    def _is_donation(self, number: int, each: Outside) -> bool:
        line = self.comparer.lines[number]
        if self.comparer.hashes[number]:
            return each.transaction in self.comparer.hashes[number]
        days = abs((line.date - each.day).days)
        return abs(self.comparer.units(number)) == each.amount and days <= self.comparer.tolerance.days

    # Words

    def _differ(self, lines: Sequence[int], dues: Sequence[int], *errors: Error) -> None:
        """One finding, named by the first of what differs, which tells all of it."""
        if errors[0] is Error.REFERENCE and all(self.comparer.hashes[each] <= self.absent for each in lines):
            errors = (Error.GONE,)
        self._add(errors[0], lines, dues, "; ".join(self._told(lines, dues, each) for each in errors))

    def _told(self, lines: Sequence[int], dues: Sequence[int], error: Error) -> str:
        comparer = self.comparer
        line, due = comparer.lines[lines[0]], comparer.dues[dues[0]]
        if error is Error.DATE:
            return f"dated {line.date}, paid on {due.day}"
        if error is Error.PAYEE:
            roles = ", ".join(sorted(due.parties))
            return f"booked with {line.counterparty or line.memo}, paid to or by the {roles}"
        if error is Error.ITEM:
            named = ", ".join(sorted({item for each in lines for item in comparer.items[each]}))
            return f"booked for {named}, paid for {', '.join(due.payment.items)}"
        if error in (Error.REFERENCE, Error.GONE):
            gone = " (the chain has no such transaction)" if error is Error.GONE else ""
            named = ", ".join(f"0x{each.hex()}" for each in sorted(comparer.hashes[lines[0]]))
            return f"booked with transaction {named}{gone}, paid in 0x{due.transaction.hex()}"
        booked, paid = sum(comparer.lines[each].amount for each in lines), comparer.worth(dues, line)
        digits = comparer.money.digits(line.currency)
        amounts = [f"{amount_text(each, digits)} {line.currency}" for each in (booked, paid, booked - paid)]
        return "booked {}, paid {}: {} apart".format(*amounts)

    def _what_differs(self, line: Sequence[int] | tuple[str, int] | None, due: tuple[str, int] | int | None) -> str:
        """How the nearest candidate differs; nothing where there is none."""
        if not line or due is None:
            return ""
        at = line[1] if isinstance(line[0], str) else line[0]
        other = due if isinstance(due, int) else due[1]
        wrong = self.comparer.differences([at], [other])
        return f"; the nearest differs in: {', '.join(wrong)}" if wrong else "; the nearest is matched already"

    def _money(self, units: int) -> str:
        return f"{self.comparer.money.text(units)} {self.comparer.money.name}"

    # Nearest, blocks

    def _nearest_due(self, number: int) -> tuple[str, int] | None:
        every = range(len(self.comparer.dues))
        best = min(every, key=lambda due: self._distance(number, due, due in self.dues), default=None)
        return None if best is None else ("payment", best)

    def _nearest_line(self, number: int) -> tuple[str, int] | None:
        every = range(len(self.comparer.lines))
        best = min(every, key=lambda line: self._distance(line, number, line in self.lines), default=None)
        return None if best is None else ("line", best)

    def _distance(self, line: int, due: int, is_free: bool) -> tuple[int, bool, int, int, int, int]:
        wrong = self.comparer.differences([line], [due])
        short = abs(self.comparer.short([line], [due]))
        return len(wrong), not is_free, short, self.comparer.gap(line, due), due, line

    def _add(
        self,
        error: Error,
        lines: Sequence[int],
        dues: Sequence[int],
        words: str,
        nearest: tuple[str, int] | None = None,
    ) -> None:
        block = min(block for block, _ in self._steps(lines, dues, error))
        self._found.append(Finding(error, tuple(lines), tuple(dues), words, block, nearest))
        self.lines -= set(lines)
        self.dues -= set(dues)

    def _steps(self, lines: Sequence[int], dues: Sequence[int], error: Error) -> list[tuple[int, int]]:
        """Where the books and where the chain change by a finding, and by how much."""
        paid = [(self.comparer.dues[each].block, -self.comparer.dues[each].amount) for each in dues]
        here = min((block for block, _ in paid), default=None)
        apart = here is None or error is Error.DATE
        return paid + [
            (self._block_of(each) if apart or here is None else here, self._booked(each, dues)) for each in lines
        ]

    def _booked(self, line: int, dues: Sequence[int]) -> int:
        """A line in the token's unit; a converted one that is right is its payment, whatever the rounding."""
        amount = self.comparer.units(line)
        if len(dues) == 1 and self.comparer.fee_of([line], dues) == 0:
            return self.comparer.dues[dues[0]].amount
        return amount

    def _block_of(self, line: int) -> int:
        """The last payment's block until the end of a line's day; zero before the first."""
        day = self.comparer.lines[line].date
        return max((due.block for due in self.comparer.dues if due.day <= day), default=0)
