"""What the tests of books have in common: comparing lines with a story, reading text as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.audit.books.clerk import MONEY
from tests.audit.books.story import Story
from workpact.audit.bookkeeping.accounts import Account, Naming, dues
from workpact.audit.bookkeeping.lines import Line
from workpact.audit.bookkeeping.matching import compare
from workpact.audit.bookkeeping.payments import payments
from workpact.audit.bookkeeping.reading import Stated, read
from workpact.audit.bookkeeping.results import Comparison


def described(found: Comparison) -> list[tuple[str, list[int], tuple[int, ...]]]:
    """Findings in short: the error, the lines' amounts, the payments."""
    return [(str(each.error), [found.lines[at].amount for at in each.lines], each.dues) for each in found.findings]


def check(story: Story, lines: list[Line], account: Account = Account.ESCROW, **more) -> Comparison:
    """These lines against a story's payments."""
    paid = payments(story.history)
    return compare(lines, paid, account, MONEY, Naming.of(story.subject, paid), **more)


def on(story: Story, number: int) -> date:
    """The day of a payment of the escrow."""
    return dues(payments(story.history), Account.ESCROW)[number].day


def hash_of(story: Story, number: int) -> str:
    """The transaction of a payment of the escrow."""
    return "0x" + dues(payments(story.history), Account.ESCROW)[number].transaction.hex()


def written(folder: Path, content: str | bytes, name: str = "books.csv") -> Path:
    """A file of books."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def seen(folder: Path, content: str | bytes, name: str = "books.csv", **said) -> list[tuple]:
    """What is read: date, amount, currency, counterparty, reference, memo."""
    books = read([written(folder, content, name)], MONEY, Stated(**said))
    return [(str(each.date), each.amount, each.currency, each.counterparty, each.reference, each.memo)
            for each in books.lines]  # fmt: skip
