"""What the events of all agreements of one contract leave in each account (SPEC.md 6.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from workpact.audit.entries import Entry
from workpact.audit.reconciliation.sheet import Account, Move, Sheet
from workpact.ledger import Ledger

Parties = Mapping[bytes, tuple[str, str]]
"""Client and contractor of documents that came into force by amendment, by id."""
PAID = frozenset({"Accepted", "AcceptedUpTo", "Released", "Settled", "PaidInterim", "HoldbackReleased"})
SHARED = frozenset({"Ruled", "Ended"})
MONEY = PAID | SHARED | {"Funded", "Reclaimed", "Booked", "Taken", "PayeeSet", "Amended"}


class Escrow:
    """Ledgers by origin, and the booked balances of all."""

    def __init__(self, sheet: Sheet, parties: Parties) -> None:
        self.sheet = sheet
        self.parties = parties
        self.ledgers: dict[bytes, Ledger] = {}
        self.tokens: dict[bytes, str] = {}
        self.booked: Counter[tuple[bytes, str]] = Counter()
        """By origin and side ("paid", "refunded"), what of it is booked and was not taken by origin."""
        self.unnamed: dict[bytes, bytes] = {}
        """By origin, the first amendment whose parties are not known here."""
        self._client: dict[bytes, str | None] = {}
        self._contractor: dict[bytes, str | None] = {}
        self._payees: dict[tuple[bytes, str], str] = {}

    def add(self, entry: Entry) -> None:
        """Reads the next event."""
        if entry.name == "Withdrawn":
            self._withdrawn(entry)
        if entry.name == "Opened":
            origin = bytes(entry["origin"])
            self.ledgers[origin], self.tokens[origin] = Ledger(), entry["token"]
            self._client[origin], self._contractor[origin] = entry["client"], entry["contractor"]
        elif entry.name not in MONEY:
            return
        origin = bytes(entry["origin"])
        if origin not in self.ledgers:
            self.sheet.contradict(entry, f"is of agreement 0x{origin.hex()}, which no event opened")
        elif entry.name == "Amended":
            self._amended(origin, bytes(entry["id"]))
        elif entry.name == "PayeeSet":
            self._payees[origin, entry["contractor"]] = entry["payee"]
        else:
            self._money(origin, entry)

    def account(self, origin: bytes, name: str, entry: Entry) -> Account:
        """One of an agreement's own."""
        return Account("Agreement", entry.log.address, name, ("0x" + origin.hex(),), self.tokens[origin])

    def _amended(self, origin: bytes, id_: bytes) -> None:
        client, contractor = self.parties.get(id_, (None, None))
        self._client[origin], self._contractor[origin] = client, contractor
        if client is None:
            self.unnamed.setdefault(origin, id_)
        else:
            self.ledgers[origin].clients.add(client)

    def _money(self, origin: bytes, entry: Entry) -> None:
        ledger, sheet = self.ledgers[origin], self.sheet
        before = ledger.refunded
        ledger.add(entry.event)
        if entry.name == "Booked":
            side = "refunded" if ledger.refunded < before else "paid"
            sheet.withhold(entry, self.account(origin, side, entry))
            self.booked[origin, side] += entry["amount"]
        else:
            if entry.name == "Taken":
                self.booked[origin, "paid"] -= entry["amount"]
            self._moves(origin, entry)
        promised = 0
        for name in ("funded", "paid", "refunded", "held", "holdback"):
            account = self.account(origin, name, entry)
            value = getattr(ledger, name)
            if sheet.values.get(account) != value:
                if name in ("held", "holdback"):
                    promised += value - sheet.values.get(account, 0)
                sheet.set(account, value, entry)
        sheet.promise(self.account(origin, "held", entry), promised)
        self._bookings(origin, entry)

    def _moves(self, origin: bytes, entry: Entry) -> None:
        """What the event sends or brings."""
        paid, refunded = self.account(origin, "paid", entry), self.account(origin, "refunded", entry)
        contractor = self._contractor[origin]
        payee = contractor and self._payees.get((origin, contractor), contractor)
        client = self._client[origin]
        if entry.name == "Opened":
            self.sheet.push(Move(self.account(origin, "funded", entry), entry, True, client, entry["deposit"]))
        elif entry.name == "Funded":
            self.sheet.push(Move(self.account(origin, "funded", entry), entry, True, entry["by"], entry["amount"]))
        elif entry.name in PAID:
            self.sheet.push(Move(paid, entry, False, payee, entry["paid"]))
        elif entry.name in SHARED:
            self.sheet.push(Move(paid, entry, False, payee, entry["toContractor"]))
            self.sheet.push(Move(refunded, entry, False, client, entry["toClient"]))
        elif entry.name == "Reclaimed":
            self.sheet.push(Move(refunded, entry, False, client, entry["refunded"]))
        elif entry.name == "Taken":
            self.sheet.push(Move(paid, entry, False, entry["payee"], entry["amount"]))

    def _bookings(self, origin: bytes, entry: Entry) -> None:
        """What waits to be taken or withdrawn."""
        address, token, name = entry.log.address, self.tokens[origin], "0x" + origin.hex()
        if entry.name == "Ruled" and entry["fee"]:
            self._book(Account("Agreement", address, "owed", (token, entry["by"]), token), entry["fee"], entry)
        elif entry.name == "Booked" and entry["toTake"]:
            account = Account("Agreement", address, "to take", (name, entry["payee"], token), token)
            self._book(account, entry["amount"], entry)
        elif entry.name == "Booked":
            self._book(Account("Agreement", address, "owed", (token, entry["payee"]), token), entry["amount"], entry)
        elif entry.name == "Taken":
            account = Account("Agreement", address, "to take", (name, entry["payee"], token), token)
            self._book(account, -entry["amount"], entry)

    def _withdrawn(self, entry: Entry) -> None:
        token, payee = entry["token"], entry["payee"]
        owed = Account("Agreement", entry.log.address, "owed", (token, payee), token)
        withdrawn = Account("Agreement", entry.log.address, "withdrawn", (token, payee), token)
        self._book(owed, -entry["amount"], entry)
        self.sheet.add(withdrawn, entry["amount"], entry)
        self.sheet.push(Move(withdrawn, entry, False, entry["to"], entry["amount"]))

    def _book(self, account: Account, amount: int, entry: Entry) -> None:
        self.sheet.add(account, amount, entry)
        self.sheet.promise(account, amount)
