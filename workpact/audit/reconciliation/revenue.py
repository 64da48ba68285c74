"""What the events of worker equity leave of each pool's revenue (SPEC.md 9.12)."""

from __future__ import annotations

from workpact.audit.entries import Entry
from workpact.audit.reconciliation.sheet import Account, Move, Sheet
from workpact.records.holdings import SCALE

READ = frozenset({"Offered", "OfferClosed", "Distributed", "Claimed", "GrantEnded", "Booked", "RevenueWithdrawn"})


class Revenue:
    """Pools of one contract with their rounds: distributed = paid + owed + what is not settled yet, in each."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.currencies: dict[int, str] = {}
        self._earned: dict[int, list[int]] = {}
        """By pool, what a unit earned until each round, in 2^-64 of the currency's unit."""
        self._offers: dict[tuple[int, int], int] = {}
        """The round of an offer, by plan and number."""
        self._workers: dict[int, int] = {}
        """By grant."""

    def add(self, entry: Entry) -> None:
        """Reads the next event."""
        if entry.name == "PoolOpened":
            self.currencies[entry["pool"]], self._earned[entry["pool"]] = entry["currency"], [0]
        elif entry.name == "Granted":
            for grant, line in enumerate(entry["lines"], entry["first"]):
                self._workers[grant] = line["worker"]
        elif entry.name == "GrantAccepted":
            self._workers[entry["grant"]] = entry["worker"]
        elif entry.name in READ:
            if entry["pool"] in self.currencies:
                self._money(entry["pool"], entry)
            else:
                self.sheet.contradict(entry, f"is of pool {entry['pool']}, which no event opened")

    def _money(self, pool: int, entry: Entry) -> None:
        if entry.name == "Offered":
            self._offers[entry["plan"], entry["offer"]["number"]] = entry["offer"]["round"]
        elif entry.name == "OfferClosed":
            self._closed(pool, entry)
        elif entry.name == "Distributed":
            self._distributed(pool, entry)
        elif entry.name == "Claimed":
            self._paid(pool, entry, entry["revenue"])
        elif entry.name == "GrantEnded":
            worker = self._workers.get(entry["grant"])
            if worker is None:
                self.sheet.contradict(entry, f"ends grant {entry['grant']}, which no event made")
            elif entry["revenue"]:
                self.sheet.add(self._owed(pool, worker, entry), entry["revenue"], entry)
        elif entry.name == "Booked":
            self._booked(pool, entry)
        elif entry.name == "RevenueWithdrawn":
            self.sheet.add(self._owed(pool, entry["worker"], entry), -entry["amount"], entry)
            self._paid(pool, entry, entry["amount"])

    def _account(self, pool: int, name: str, entry: Entry, *more: int) -> Account:
        key = tuple(str(each) for each in (pool, *more))
        return Account("WorkerEquity", entry.log.address, name, key, self.currencies[pool])

    def _owed(self, pool: int, worker: int, entry: Entry) -> Account:
        return self._account(pool, "revenue owed", entry, worker)

    def _distributed(self, pool: int, entry: Entry) -> None:
        earned, amount = self._earned[pool], entry["amount"]
        if entry["round"] != len(earned) or not entry["shares"]:
            self.sheet.contradict(entry, f"is round {entry['round']} of pool {pool}, where round {len(earned)} follows")
            return
        remainder, distributed = self._account(pool, "remainder", entry), self._account(pool, "distributed", entry)
        scaled = (amount << SCALE) + self.sheet.values.get(remainder, 0)
        earned.append(earned[-1] + scaled // entry["shares"])
        self.sheet.set(remainder, scaled % entry["shares"], entry)
        self.sheet.set(self._account(pool, "earned by a unit", entry, entry["round"]), earned[-1], entry)
        self.sheet.add(distributed, amount, entry)
        self.sheet.promise(distributed, amount)
        self.sheet.push(Move(distributed, entry, True, entry["by"], amount))

    def _closed(self, pool: int, entry: Entry) -> None:
        """What the rest of an offer has earned goes into the remainder."""
        made = self._offers.get((entry["plan"], entry["number"]))
        earned = self._earned[pool]
        if made is None or made >= len(earned):
            self.sheet.contradict(entry, f"closes offer {entry['number']} of plan {entry['plan']}, which no event made")
            return
        left = entry["returned"] * (earned[-1] - earned[made])
        if left:
            self.sheet.add(self._account(pool, "remainder", entry), left, entry)

    def _paid(self, pool: int, entry: Entry, amount: int) -> None:
        if not amount:
            return
        paid = self._account(pool, "revenue paid", entry)
        self.sheet.add(paid, amount, entry)
        self.sheet.promise(paid, -amount)
        self.sheet.push(Move(paid, entry, False, entry["wallet"], amount))

    def _booked(self, pool: int, entry: Entry) -> None:
        """The token refused the wallet of the claim before it."""
        paid = self._account(pool, "revenue paid", entry)
        self.sheet.withhold(entry, paid)
        self.sheet.add(paid, -entry["amount"], entry)
        self.sheet.promise(paid, entry["amount"])
        self.sheet.add(self._owed(pool, entry["worker"], entry), entry["amount"], entry)
