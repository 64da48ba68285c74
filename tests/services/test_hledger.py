"""A real hledger: it checks the journals that are written, and its balances are the chain's (SPEC.md 13.8)."""

from __future__ import annotations

import csv
import io
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from tests.audit.books.clerk import MONEY
from tests.audit.books.story import UNIT, Story, played
from workpact.audit.bookkeeping.accounts import Account
from workpact.audit.bookkeeping.exporting import Format, export
from workpact.audit.bookkeeping.lines import Money


def hledger(file: Path, *arguments: str) -> str:
    """What it says of a journal."""
    done = subprocess.run(["hledger", "-f", str(file), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def journal(folder: Path, story: Story, money: Money = MONEY) -> Path:
    """A story's."""
    file = folder / "books.journal"
    file.write_text(export(story.history, Format.HLEDGER, Account.ESCROW, money))
    return file


@pytest.mark.parametrize("seed", range(10))
def test_journal__strictly_checked__balances_are_the_chains(tmp_path, seed):
    story = played(seed, 40)
    file = journal(tmp_path, story)
    assert hledger(file, "check", "--strict") == ""

    told = hledger(file, "balance", "Assets", "--output-format", "csv", "--no-total", "--empty", "--flat")
    found = {name: Decimal(amount.split()[0].replace(",", "")) * UNIT for name, amount in csv.reader(
        io.StringIO(told.partition("\n")[2]))}  # fmt: skip
    pots = {"Held": "held", "Holdback": "holdback"}
    assert {name: found.get(f"Assets:Escrow:{name}", 0) for name in pots} == {
        name: story.pots[pot] for name, pot in pots.items()
    }
    assert found.get("Assets:Owed", 0) == story.pots["owed"]
    assert found.get("Assets:Payroll", 0) == story.pots["payroll"]


def test_journal__token_with_digits_in_its_name__checked(tmp_path):
    assert hledger(journal(tmp_path, played(1), Money("USD6", 6)), "check", "--strict") == ""


def test_journal__changed_amount__its_assertion_fails(tmp_path):
    file = journal(tmp_path, played(1))
    lines = file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if "Assets:Escrow:Held  0.00 TUSD =" in line)
    lines[at] = lines[at].replace("= ", "= 1")
    file.write_text("\n".join(lines) + "\n")
    done = subprocess.run(["hledger", "-f", str(file), "check"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "balance assertion" in done.stderr
