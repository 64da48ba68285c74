"""What the events of a payroll leave in each account (SPEC.md 12.4)."""

from __future__ import annotations

from collections.abc import Collection

from workpact.audit.entries import Entry
from workpact.audit.reconciliation.sheet import Account, Move, Run, Sheet


class Wages:
    """The books of all employers: collected = free + wages + margin, in each."""

    def __init__(self, sheet: Sheet, ours: Collection[str]) -> None:
        self.sheet = sheet
        self.ours = ours
        self.tokens: dict[bytes, str] = {}
        self._posted: dict[tuple[bytes, int], int] = {}

    def add(self, entry: Entry) -> None:
        """Reads the next event."""
        if entry.name == "Withdrawn":
            self._withdrawn(entry)
            return
        if entry.name == "Pledged":
            return
        book = bytes(entry["book"])
        if entry.name == "Collected":
            self._collected(book, entry)
        elif book not in self.tokens:
            self.sheet.contradict(entry, f"is of book 0x{book.hex()}, which has collected nothing")
        elif entry.name in ("Paid", "Posted", "PostingWithdrawn"):
            self._run(book, entry)
        elif entry.name == "Booked":
            self._booked(book, entry)
        elif entry.name == "WageClaimed":
            self._claimed(book, entry)
        elif entry.name == "MarginTaken":
            self._out(book, "margin", entry, entry["to"])
            self.sheet.add(self._account(book, "free", entry), -entry["amount"], entry)
            self.sheet.promise(self._account(book, "free", entry), -entry["amount"])

    def _account(self, book: bytes, name: str, entry: Entry, *more: int) -> Account:
        key = ("0x" + book.hex(), *map(str, more))
        return Account("Payroll", entry.log.address, name, key, self.tokens[book])

    def _owed(self, token: str, payee: str, entry: Entry) -> Account:
        return Account("Payroll", entry.log.address, "owed", (token, payee), token)

    def _collected(self, book: bytes, entry: Entry) -> None:
        if self.tokens.setdefault(book, entry["token"]) != entry["token"]:
            self.sheet.contradict(entry, f"collects {entry['token']} into a book of {self.tokens[book]}")
            return
        amount = entry["amount"]
        collected, free = self._account(book, "collected", entry), self._account(book, "free", entry)
        self.sheet.add(collected, amount, entry)
        self.sheet.add(free, amount, entry)
        self.sheet.promise(free, amount)
        # Who pays for an agreement of another deployment, that may be anybody.
        payer = entry["agreement"] if entry["agreement"] in self.ours else None
        self.sheet.push(Move(collected, entry, True, payer, amount))

    def _run(self, book: bytes, entry: Entry) -> None:
        """Sets a run's total aside, or frees it again."""
        free, wages = self._account(book, "free", entry), self._account(book, "wages", entry)
        total = entry["total"]
        part = -total if entry.name == "PostingWithdrawn" else total
        self.sheet.add(free, -part, entry)
        self.sheet.add(wages, part, entry)
        if entry.name == "Paid":
            paid = self._account(book, "wages paid", entry)
            self.sheet.add(paid, total, entry)
            self.sheet.promise(free, -total)
            self.sheet.runs.append(Run(paid, entry))
        elif entry.name == "Posted":
            self._posted[book, entry["run"]] = total
        elif self._posted.pop((book, entry["run"]), None) != total:
            self.sheet.contradict(entry, f"withdraws run {entry['run']} with {total}, which was not posted so")

    def _booked(self, book: bytes, entry: Entry) -> None:
        token, payee, amount = self.tokens[book], entry["payee"], entry["amount"]
        self.sheet.add(self._account(book, "wages paid", entry), -amount, entry)
        self.sheet.add(self._owed(token, payee, entry), amount, entry)
        self.sheet.promise(self._owed(token, payee, entry), amount)
        for run in self.sheet.runs:
            if bytes(run.entry["book"]) == book and run.entry["run"] == entry["run"]:
                run.booked.append(entry)
                return
        self.sheet.contradict(entry, f"books a line of run {entry['run']}, which is not paid in this transaction")

    def _claimed(self, book: bytes, entry: Entry) -> None:
        run = entry["run"]
        if (book, run) not in self._posted:
            self.sheet.contradict(entry, f"claims of run {run}, which was not posted")
            return
        self.sheet.add(self._account(book, "claimed", entry, run), entry["amount"], entry)
        self.sheet.promise(self._account(book, "free", entry), -entry["amount"])
        self._out(book, "wages paid", entry, entry["wallet"])

    def _out(self, book: bytes, name: str, entry: Entry, receiver: str) -> None:
        account = self._account(book, name, entry)
        self.sheet.add(account, entry["amount"], entry)
        self.sheet.push(Move(account, entry, False, receiver, entry["amount"]))

    def _withdrawn(self, entry: Entry) -> None:
        token, payee, amount = entry["token"], entry["payee"], entry["amount"]
        owed = self._owed(token, payee, entry)
        withdrawn = Account("Payroll", entry.log.address, "withdrawn", (token, payee), token)
        self.sheet.add(owed, -amount, entry)
        self.sheet.promise(owed, -amount)
        self.sheet.add(withdrawn, amount, entry)
        self.sheet.push(Move(withdrawn, entry, False, entry["to"], amount))
