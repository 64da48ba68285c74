"""The books of worker equity and payroll in which one wallet has something, each proved by its contract's word.

books = Books(follower).of(wallet)
books.holdings, books.seats, books.wages
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.audit.entries import TRANSFER, Entry, Log, decoded
from workpact.audit.history import Head, words_at
from workpact.audit.index import IndexLogs
from workpact.audit.subject import Book
from workpact.history import HistoryDiffers, recompute
from workpact.records.events import NOBODY
from workpact.records.holding_events import holdings_of
from workpact.records.holdings import Holdings
from workpact.web.follower import Follower

Seat = tuple[str, int]
"""A manager, and a worker's number on its roster."""
EQUITY, PAYROLL = "WorkerEquity", "Payroll"


@dataclass(frozen=True)
class Proposed:
    """A wallet that a manager proposes in the place of a worker's; carried out by anyone from `ripe_at` on."""

    wallet: str
    ripe_at: int


@dataclass(frozen=True)
class WorkerBooks:
    """What the chain says of one wallet at one block."""

    wallet: str
    head: Head
    equity: str
    payroll: str | None
    seats: tuple[Seat, ...]
    """Where the wallet is the registered one."""
    proposals: Mapping[Seat, Proposed]
    """Changes of these seats' wallets that run."""
    coming: tuple[Seat, ...]
    """Seats for which this wallet is proposed."""
    holdings: Holdings
    """Of the pools from which these seats were granted something, and of those that make an offer to workers."""
    wages: tuple[Entry, ...]
    """Of the payrolls of those who have the wallet on their rosters, in order."""
    withdrawals: tuple[Entry, ...]
    """What the wallet withdrew from the payroll."""
    transfers: tuple[tuple[str, Log], ...]
    """What the payroll sent to the wallet: tokens and logs."""


class Books:
    """Reads them from one follower's index; a log is decoded once."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._lock = Lock()
        self._decoded: dict[tuple[bytes, int], Entry] = {}

    def of(self, wallet: str) -> WorkerBooks:
        """Those of a wallet at the head. Raises `HistoryDiffers` where events and contracts disagree."""
        head, contracts = self._follower.head, self._follower.index.deployed.contracts
        equity, payroll = contracts[EQUITY], contracts.get(PAYROLL)
        with self._lock:
            entries = self._read(EQUITY, equity, head)
            paid = self._read(PAYROLL, payroll, head) if payroll else []
        rosters = _rosters(entries)
        seats = tuple(sorted(seat for seat, registered in rosters.items() if registered == wallet))
        proposals = _proposals(entries)
        managers = {manager for manager, _ in seats}
        chosen = _books(entries, set(seats), managers)
        employed = {bytes(each["book"]) for each in paid if each.name == "Collected" and each["employer"] in managers}
        own = [each for each in entries if bytes(each["book"]) in chosen]
        wages = [each for each in paid if each.arguments.get("book") in employed]
        self._prove({EQUITY: (equity, own), PAYROLL: (payroll or "", wages)}, head)
        return WorkerBooks(
            wallet,
            head,
            equity,
            payroll,
            seats,
            {seat: found for seat, found in proposals.items() if seat in seats},
            tuple(sorted(seat for seat, found in proposals.items() if found.wallet == wallet)),
            holdings_of(each.record for each in own),
            tuple(wages),
            tuple(each for each in paid if each.name == "Withdrawn" and each["payee"] == wallet),
            tuple(self._transfers(payroll, wallet, head)) if payroll and seats else (),
        )

    def offer(self, plan: int, number: int) -> Entry | None:
        """The offer that a proof file names, as it was made; None if there is none, or it is closed."""
        head, equity = self._follower.head, self._follower.index.deployed.contracts[EQUITY]
        with self._lock:
            entries = self._read(EQUITY, equity, head)
        made = [each for each in entries if each.name == "Offered" and each["plan"] == plan]
        closed = {each["number"] for each in entries if each.name == "OfferClosed" and each["plan"] == plan}
        found = (each for each in made if each["offer"]["number"] == number)
        return next(found, None) if number not in closed else None

    def _read(self, contract: str, address: str, head: Head) -> list[Entry]:
        logs = IndexLogs(self._follower.index).read(address, [], head.number)
        known = self._decoded
        for log in logs:
            if (log.block_hash, log.position) not in known:
                known[log.block_hash, log.position] = decoded(contract, log)
        return [known[log.block_hash, log.position] for log in logs]

    def _transfers(self, payroll: str, wallet: str, head: Head) -> Iterable[tuple[str, Log]]:
        read = IndexLogs(self._follower.index).read
        for token in self._follower.index.tokens():
            for log in read(token, [TRANSFER, _word(payroll), _word(wallet)], head.number):
                yield token, log

    def _prove(self, own: Mapping[str, tuple[str, Sequence[Entry]]], head: Head) -> None:
        """Raises `HistoryDiffers` unless the events of each book make the word that its contract holds."""
        found: dict[Book, list[Entry]] = {}
        for contract, (address, entries) in own.items():
            for each in entries:
                found.setdefault(Book(contract, address, bytes(each["book"])), []).append(each)
        words = words_at(self._follower.node, list(found), head.number)
        for book, entries in found.items():
            if recompute(each.event for each in entries) != words[book]:
                raise HistoryDiffers(
                    f"{len(entries)} events of {book.contract} {book.address} give another history of book "
                    f"0x{book.key.hex()} than the contract holds: the node leaves logs out or has edited them. Ask "
                    "another node."
                )


def _rosters(entries: Iterable[Entry]) -> dict[Seat, str]:
    """The registered wallet of every worker."""
    found: dict[Seat, str] = {}
    for entry in entries:
        if entry.name == "Enrolled":
            for worker, wallet in enumerate(entry["wallets"], entry["first"]):
                found[entry["manager"], worker] = wallet
        elif entry.name == "WalletSet":
            found[entry["manager"], entry["worker"]] = entry["wallet"]
    return found


def _proposals(entries: Iterable[Entry]) -> dict[Seat, Proposed]:
    """The changes of wallets that run: neither carried out nor vetoed, nor overtaken by the worker's own."""
    found: dict[Seat, Proposed] = {}
    for entry in entries:
        if entry.name == "WalletProposed":
            found[entry["manager"], entry["worker"]] = Proposed(entry["wallet"], entry["ripeAt"])
        elif entry.name in ("WalletVetoed", "WalletSet"):
            found.pop((entry["manager"], entry["worker"]), None)
    return found


def _books(entries: Sequence[Entry], seats: set[Seat], managers: set[str]) -> set[bytes]:
    """The books of rosters, and of pools that have granted one of the seats something or offer to the roster's workers.

    Whoever wants to opens a pool in the name of any manager: those that grant nothing here are none of the wallet's.
    """
    pools = {each["pool"]: each for each in entries if each.name == "PoolOpened" and each["manager"] in managers}
    plans = {each["plan"]: each["pool"] for each in entries if each.name == "PlanCreated" and each["pool"] in pools}
    chosen = set()
    for entry in entries:
        if entry.name == "Granted" and entry["pool"] in pools:
            manager = pools[entry["pool"]]["manager"]
            if any((manager, line["worker"]) in seats for line in entry["lines"]):
                chosen.add(entry["pool"])
        elif entry.name == "GrantAccepted" and entry["plan"] in plans:
            pool = plans[entry["plan"]]
            if (pools[pool]["manager"], entry["worker"]) in seats:
                chosen.add(pool)
        elif entry.name == "Offered" and entry["pool"] in pools:
            chosen.add(entry["pool"])
    return {bytes(pools[each]["book"]) for each in chosen} | {_own_book(each) for each in managers}


def _own_book(manager: str) -> bytes:
    """The book of what belongs to no agreement."""
    return keccak(encode(["address", "bytes32", "address"], [NOBODY, bytes(32), manager]))


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
