"""A desk with workers: keys without ETH that only sign, a roster file, an agreement with plans of every kind."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from ape import accounts, networks

from tests.scripts.desk import ACCOUNTS, Desk
from workpact.chain import contracts

LEGAL = """  legal:
    salt:"""
SECTION = """  equity:
    contract: ${WorkerEquity}
    tokenName: desk-share
    tokenSymbol: DESK
    units: 10,000,000
    plans:
      - {name: time, title: for time, start: DAY1, cliff: 0 days, duration: 100 days, step: 10 days, notice: 10 days,
         leave: 20 days}
      - name: work
        title: for the plan
        start: DAY1
        cliff: 0 days
        duration: 100 days
        step: 100 days
        gate: maximum
        milestones: [plan, build]
        notice: never
"""
FIRST = 20
"""The number of worker 0's key among Ape's test accounts; Anvil gives ETH to the first ten alone."""


class Crew(Desk):
    """Worker n signs with a key of its own, which never holds ETH."""

    def __init__(self, folder: Path, monkeypatch: Any, *edits: tuple[str, str], section: str = SECTION) -> None:
        super().__init__(folder, monkeypatch, (LEGAL, section + LEGAL), *edits)
        self.accounts = dict(ACCOUNTS)
        _make_keys()
        self.roster = str(folder / "roster.csv")
        self.open()

    def wallet(self, worker: int) -> str:
        """The address of a worker's key."""
        return str(accounts.test_accounts[FIRST + worker].address)

    def as_worker(self, number: int, *arguments: str) -> Any:
        """The JSON of a command that a worker's key signs; it sends nothing and has no ETH to do so."""
        height = self.height
        self.accounts[f"worker {number}"] = FIRST + number
        made = self.json(*arguments, account=f"worker {number}")
        assert (self.height, networks.provider.get_balance(self.wallet(number))) == (height, 0)
        return made

    def table(self, name: str, columns: str, *rows: str) -> str:
        """A CSV file; its path."""
        path = self.folder / name
        path.write_text("\n".join([columns, *rows]) + "\n")
        return str(path)

    def people(self, *workers: int, name: str = "people.csv") -> str:
        """Newcomers with these keys' wallets."""
        return self.table(name, "name,wallet", *(f"Worker No. {each},{self.wallet(each)}" for each in workers))

    def enrol(self, *workers: int) -> Any:
        """Into the roster file, and on chain."""
        command = ("equity", "enrol", self.file, "--from", self.people(*workers), "--roster", self.roster)
        return self.json(*command, account="contractor")

    def rows(self, path: str) -> list[dict[str, str]]:
        """Of a CSV file."""
        with open(path, newline="") as file:
            return list(csv.DictReader(file))

    def share(self, worker: int) -> int:
        """Worker tokens of a worker's first wallet."""
        return self.units_of(self.wallet(worker))

    def units_of(self, wallet: str) -> int:
        """Worker tokens of a wallet."""
        token = contracts.at("WorkerToken", self.json("equity", "show", self.file)["token"])
        return int(token.balanceOf(wallet))

    def money(self, wallet: str) -> int:
        """Of a wallet, or of a role."""
        return int(self.token.balanceOf(self.address(wallet) if wallet in ACCOUNTS else wallet))

    def twice(self, *arguments: str, account: str = "contractor") -> Any:
        """The JSON of a command that sends; typed again it sends nothing."""
        first = self.json(*arguments, account=account)
        assert first["sent"], first
        height = self.height
        again = self.json(*arguments, account=account)
        assert (again["sent"], again["transactions"], self.height) == (False, [], height), again
        return first

    def refused(self, *arguments: str, account: str | None = "contractor") -> str:
        """What a command says that must fail with nothing sent."""
        height = self.height
        said = self.fails(*arguments, account=account)
        assert self.height == height, said
        return said


def _make_keys() -> None:
    """Test accounts beyond those that Anvil knows."""
    while True:
        try:
            accounts.test_accounts[2 * FIRST]
            return
        except IndexError:
            accounts.test_accounts.generate_test_account()
