"""Totals of worker equity and payroll, from a record's events alone (SPEC.md §9, §12)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from workpact.audit.entries import Entry, plain
from workpact.audit.history import History
from workpact.records.cap_table import CapTable, PoolRow
from workpact.records.events import NOBODY
from workpact.terms.units import PPM

Facts = dict[str, Any]
POOL = ("units", "granted", "offered", "forfeited", "claimed", "claimable", "unvested", "left")


def equity_facts(history: History) -> list[Facts]:
    """One value for each worker equity contract that has events; units are 1e-6 worker tokens.

    Raises `RecordsDiffer` where the events contradict each other.
    """
    found = []
    for address in history.subject.equities:
        records = [each.record for each in history.of("WorkerEquity") if each.log.address == address]
        if records:
            table = CapTable.at(records, history.head.timestamp)
            table.check()
            found.append(_equity(address, table, history))
    return found


def _equity(address: str, table: CapTable, history: History) -> Facts:
    own = {history.subject.key(history.subject.origin, who) for who in history.subject.parties}
    pools = [_pool(row, table, own) for row in table.pools]
    return {
        "contract": address,
        "tokens": sorted(table.holdings.tokens),
        "pools": pools,
        "workers": len({(row.manager, row.worker) for row in table.grants}),
        "grants": dict(sorted(_states(table).items())),
        "totals": {name: str(sum(int(pool[name]) for pool in pools)) for name in POOL},
    }


def _states(table: CapTable) -> Counter[str]:
    return Counter(row.state.value for row in table.grants)


def _pool(row: PoolRow, table: CapTable, own: set[bytes]) -> Facts:
    grants = [each for each in table.grants if each.pool == row.pool]
    settled, pending = sum(each.revenue_settled for each in grants), sum(each.revenue_pending for each in grants)
    return {
        "pool": row.pool,
        "token": row.token,
        "manager": row.manager,
        "ofThisAgreement": bytes(table.holdings.pools[row.pool].opened["book"]) in own,
        "grants": len(grants),
        "currency": None if row.currency == NOBODY else row.currency,
        "revenue": {"distributed": str(row.distributed), "settled": str(settled), "pending": str(pending)},
        **{name: str(getattr(row, name)) for name in POOL},
    }


def payroll_facts(history: History) -> list[Facts]:
    """One value for each employer's book that has events; amounts in the token's smallest unit."""
    books = [each for each in history.books if each.book.contract == "Payroll" and each.entries]
    return [_Wages(each.book.key).of(each.entries) for each in books]


class _Wages:
    """The sums of one book: collected = wages set aside + margin + free (12.4)."""

    def __init__(self, book: bytes) -> None:
        self.book = book
        self.sums: Counter[str] = Counter()
        self.runs: dict[int, Facts] = {}
        self.employer: str | None = None
        self.pledge = 0

    def of(self, entries: tuple[Entry, ...]) -> Facts:
        """All events of the book, in order."""
        for entry in entries:
            self._apply(entry)
        wages = sum(run["total"] for run in self.runs.values() if not run["withdrawn"])
        claimed = sum(run["claimed"] for run in self.runs.values())
        booked = sum(run["booked"] for run in self.runs.values())
        pushed = sum(run["total"] for run in self.runs.values() if not run["posted"])
        collected, margin = self.sums["collected"], self.sums["margin"]
        amounts = {
            "collected": collected,
            "wages": wages,
            "margin": margin,
            "free": collected - wages - margin,
            "paid": pushed - booked + claimed,
            "booked": booked,
            "unclaimed": wages - pushed - claimed,
            "pledged": -(-collected * self.pledge // PPM),
        }
        return {
            "book": plain(self.book),
            "employer": self.employer,
            "pledge": self.pledge,
            **{name: str(amount) for name, amount in amounts.items()},
            "runs": [self._run(number, run) for number, run in sorted(self.runs.items())],
        }

    @staticmethod
    def _run(number: int, run: Facts) -> Facts:
        amounts = {name: str(run[name]) for name in ("total", "claimed", "booked")}
        return run | {"run": number} | amounts

    def _apply(self, entry: Entry) -> None:
        if entry.name == "Collected":
            self.employer = entry["employer"]
            self.sums["collected"] += entry["amount"]
        elif entry.name == "Pledged":
            self.pledge = entry["pledge"]
        elif entry.name in ("Paid", "Posted"):
            self.runs[entry["run"]] = {
                "time": entry.log.timestamp,
                "posted": entry.name == "Posted",
                "total": entry["total"],
                "claimed": 0,
                "booked": 0,
                "withdrawn": False,
            }
        elif entry.name == "Booked":
            self.runs[entry["run"]]["booked"] += entry["amount"]
        elif entry.name == "PostingWithdrawn":
            self.runs[entry["run"]]["withdrawn"] = True
        elif entry.name == "WageClaimed":
            self.runs[entry["run"]]["claimed"] += entry["amount"]
        elif entry.name == "MarginTaken":
            self.sums["margin"] += entry["amount"]
