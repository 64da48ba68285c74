"""The roster: who is behind a worker's number. A private file, the only place where names are.

Each row has a salt of 32 random bytes; every salt in a tree is derived from it. Once the row is removed, nothing that
was published can be led back to the person.
"""

from __future__ import annotations

import csv
import hmac
import io
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workpact.batches.errors import (
    FileError,
    RepeatedWallet,
    RepeatedWorker,
    RosterError,
    UnreadableFile,
    WalletsDiffer,
)
from workpact.batches.table import WORKERS, Findings, Line, checksummed, read_table
from workpact.private_file import write_private

COLUMNS = ("worker", "name", "wallet", "salt")
SALT = 32
NOBODY = "0x" + 40 * "0"

_SALT = re.compile(r"0x[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Person:
    """One row of a roster. Name and salt stay out of what is printed."""

    worker: int
    name: str = field(repr=False)
    wallet: str
    salt: bytes = field(repr=False)

    def leaf_salt(self, kind: str, context: bytes) -> bytes:
        """The salt of this worker's leaf: HMAC-SHA256(salt, kind ‖ 0x00 ‖ context)."""
        return hmac.digest(self.salt, kind.encode() + b"\0" + context, "sha256")


class Roster(Mapping[int, Person]):
    """A manager's workers by their numbers. `enrol`, `move` and `remove` give a new one; `write` keeps it."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        rows = sorted(people, key=lambda person: person.worker)
        self._people = {person.worker: person for person in rows}
        self._wallets = {person.wallet: person.worker for person in rows}
        if len(self._people) < len(rows) or len(self._wallets) < len(rows):
            raise RosterError("A worker's number or wallet is in the roster twice; leave one row for each.")

    def __getitem__(self, worker: int) -> Person:
        return self._people[worker]

    def __iter__(self) -> Iterator[int]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)

    def __repr__(self) -> str:
        return f"<Roster of {len(self):,}>"

    def add(self, worker: int, name: str, wallet: str) -> Roster:
        """A roster with one worker more, who gets a salt drawn at random."""
        return self.enrol(worker, [(name, wallet)])

    def enrol(self, first: int, newcomers: Iterable[tuple[str, str]]) -> Roster:
        """A roster with more workers, names and wallets, numbered from `first` on as on chain; each gets a salt."""
        added = dict[str, Person]()
        for worker, (name, wallet) in enumerate(newcomers, first):
            if worker in self:
                raise RosterError(f"Worker {worker} is on the roster already; choose the number that enrolling gave.")
            if not 1 <= worker <= WORKERS:
                raise RosterError(f"{worker} is not a worker's number; they run from 1 to {WORKERS}.")
            if problem := _name_problem(name):
                raise RosterError(f"The name of worker {worker} {problem}.")
            shown = self._free(worker, wallet)
            if shown in added:
                raise RosterError(f"Wallet {shown} is given twice; give each worker one of their own.")
            added[shown] = Person(worker, name.strip(), shown, secrets.token_bytes(SALT))
        return Roster([*self.values(), *added.values()])

    def move(self, worker: int, wallet: str) -> Roster:
        """A roster with another wallet of a worker, after it was changed on chain. The salt stays."""
        person = replace(self._known(worker), wallet=self._free(worker, wallet))
        return Roster({**self._people, worker: person}.values())

    def remove(self, worker: int) -> Roster:
        """A roster without a worker: what is left anywhere cannot be led back to them."""
        self._known(worker)
        return Roster(person for person in self.values() if person.worker != worker)

    def require_wallets(self, enrolled: Mapping[int, str], *, may_name: bool = False) -> None:
        """Raise `WalletsDiffer` unless every worker's wallet is the one `enrolled` on chain.

        With `may_name` a number set aside there, its wallet zero, will do: accepting a leaf registers the wallet.
        """
        differences = {}
        for worker, person in self.items():
            theirs = enrolled.get(worker)
            if (theirs or "").lower() != person.wallet.lower() and not (may_name and theirs == NOBODY):
                differences[worker] = (person.wallet, None if theirs == NOBODY else theirs)
        if differences:
            raise WalletsDiffer(differences)

    @classmethod
    def read(cls, path: Path) -> Roster:
        """The roster in a CSV file that only its owner may read. Raises a `FileError`."""
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise UnreadableFile(path, 0, "can be read by others", f"run: chmod 600 {path}")
        except OSError as error:
            raise UnreadableFile(path, 0, f"cannot be read: {error.strerror}", "name the roster file") from None
        findings, people = Findings(), list[Person]()
        workers, wallets, salts = dict[int, int](), dict[str, int](), dict[bytes, int]()
        for line in read_table(path, COLUMNS):
            with findings.collected():
                person = _person(line)
                if (first := workers.setdefault(person.worker, line.number)) != line.number:
                    raise RepeatedWorker(path, line.number, person.worker, first)
                if (first := wallets.setdefault(person.wallet, line.number)) != line.number:
                    raise RepeatedWallet(path, line.number, person.wallet, first)
                if (first := salts.setdefault(person.salt, line.number)) != line.number:
                    advice = "take the row's own from a backup; salts are never copied"
                    raise FileError(path, line.number, f"the salt is the one of line {first} already", advice)
                people.append(person)
        findings.raise_any()
        return cls(people)

    def write(self, path: Path) -> None:
        """Keep the roster in a file that only its owner may read, whole or not at all."""
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        for person in self.values():
            table.writerow((person.worker, person.name, person.wallet, "0x" + person.salt.hex()))
        try:
            write_private(path, [text.getvalue().encode()])
        except OSError as error:
            raise UnreadableFile(path, 0, f"cannot be written: {error.strerror}", "choose another folder") from None

    def _known(self, worker: int) -> Person:
        if worker not in self:
            raise RosterError(f"Worker {worker} is not on the roster.")
        return self[worker]

    def _free(self, worker: int, wallet: str) -> str:
        shown = checksummed(wallet)
        if shown is None:
            raise RosterError(f"The wallet of worker {worker} is not an address; copy it again.")
        if self._wallets.get(shown, worker) != worker:
            raise RosterError(f"Wallet {shown} is worker {self._wallets[shown]}'s; give each worker one of their own.")
        return shown


def read_newcomers(path: Path, roster: Roster) -> list[tuple[str, str]]:
    """Names and wallets of workers to be enrolled, from a CSV file with these columns. Raises a `FileError`."""
    findings, found, first = Findings(), list[tuple[str, str]](), dict[str, int]()
    taken = {person.wallet: person.worker for person in roster.values()}
    for line in read_table(path, COLUMNS[1:3]):
        with findings.collected():
            name, wallet = _name_and_wallet(line)
            if first.setdefault(wallet, line.number) != line.number:
                raise RepeatedWallet(path, line.number, wallet, first[wallet])
            if wallet in taken:
                advice = "remove the line, or give another wallet"
                raise line.bad("wallet", f"is worker {taken[wallet]}'s already", advice)
            found.append((name, wallet))
    findings.raise_any()
    return found


def _person(line: Line) -> Person:
    worker, values = line.worker(), line.values
    name, wallet = _name_and_wallet(line)
    if not _SALT.fullmatch(values["salt"]):
        raise line.bad("salt", "is not 0x and 64 hex digits", "take the roster from a backup, or add the worker anew")
    return Person(worker, name, wallet, bytes.fromhex(values["salt"][2:]))


def _name_and_wallet(line: Line) -> tuple[str, str]:
    name, text = line.values["name"], line.values["wallet"]
    if problem := _name_problem(name):
        raise line.bad("name", problem, "write the worker's name")
    wallet = checksummed(text)
    if wallet is None:
        problem = "is the zero address" if text == NOBODY else "is not an address"
        raise line.bad("wallet", problem, "copy 0x and 40 hex digits from the wallet; one may be mistyped")
    return name, wallet


def _name_problem(name: str) -> str:
    if not name.strip():
        return "is empty"
    return "" if name.isprintable() else "has control characters"
