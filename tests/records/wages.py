"""A payroll acted out without a chain: emits the events and transfers that SPEC.md §12 asks for."""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak

from workpact.records.events import Record

PAYROLL, MONEY, EMPLOYER, AGREEMENT = (f"0x{number:040x}" for number in (0xFF, 0x77, 0x22, 0x55))
BOOK = b"\x0b" * 32
DAY = 86_400


class Payroll:
    """One book; each act is a transaction in a block of its own, a day after the last."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.block = 100
        self.position = 0
        self.run = 0
        self.records: list[Record] = []

    def _next(self) -> None:
        self.now += DAY
        self.block += 1
        self.position = 0

    def _emit(self, name: str, contract: str = PAYROLL, **arguments: Any) -> Record:
        record = Record(name, arguments, contract, self.block, self.now, f"0x{self.block:064x}", self.position)
        self.records.append(record)
        self.position += 1
        return record

    def collect(self, amount: int) -> Record:
        self._next()
        return self._emit(
            "Collected", book=BOOK, agreement=AGREEMENT, origin=bytes(32), employer=EMPLOYER, token=MONEY, amount=amount
        )

    def pledge(self, ppm: int) -> None:
        self._next()
        self._emit("Pledged", book=BOOK, pledge=ppm)

    def pay(self, *lines: tuple[str, int], refused: frozenset[int] = frozenset(), slips: bytes = bytes(32)) -> int:
        self._next()
        return self.pay_here(*lines, refused=refused, slips=slips)

    def pay_here(
        self,
        *lines: tuple[str, int],
        refused: frozenset[int] = frozenset(),
        slips: bytes = bytes(32),
        book: bytes = BOOK,
    ) -> int:
        """A run in the block that is open."""
        self.run += 1
        words = b"".join((int(payee, 16) * 2**96 + amount).to_bytes(32) for payee, amount in lines)
        total = sum(amount for _, amount in lines)
        self._emit("Paid", book=book, run=self.run, total=total, count=len(lines), lines=keccak(words), payslips=slips)
        for number, (payee, amount) in enumerate(lines):
            if number in refused:
                self._emit("Booked", book=book, run=self.run, payee=payee, amount=amount)
            else:
                self._emit("Transfer", MONEY, **{"from": PAYROLL, "to": payee, "amount": amount})
        return self.run

    def post(self, total: int, opens: int, slips: bytes = bytes(32)) -> int:
        self._next()
        self.run += 1
        posted = {"root": b"\x05" * 32, "payslips": slips, "from": opens}
        self._emit("Posted", book=BOOK, run=self.run, total=total, **posted)
        return self.run

    def unpost(self, run: int, total: int) -> None:
        self._next()
        self._emit("PostingWithdrawn", book=BOOK, run=run, total=total)

    def claim(self, run: int, worker: int, wallet: str, amount: int) -> None:
        self._next()
        self._emit("Transfer", MONEY, **{"from": PAYROLL, "to": wallet, "amount": amount})
        self._emit("WageClaimed", book=BOOK, run=run, worker=worker, wallet=wallet, amount=amount)

    def margin(self, amount: int, to: str = EMPLOYER) -> None:
        self._next()
        self._emit("MarginTaken", book=BOOK, to=to, amount=amount)
        self._emit("Transfer", MONEY, **{"from": PAYROLL, "to": to, "amount": amount})

    def withdraw(self, payee: str, to: str, amount: int) -> None:
        self._next()
        self._emit("Withdrawn", token=MONEY, payee=payee, to=to, amount=amount)
        self._emit("Transfer", MONEY, **{"from": PAYROLL, "to": to, "amount": amount})
