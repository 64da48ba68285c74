"""`ape run audit match` and `ape run audit books`: the user's books against the record, and the record as books."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import AuditCommand, Audited, auditing
from scripts._options import emit, table
from scripts._papers import READ, WRITE

if TYPE_CHECKING:
    from fractions import Fraction

    from workpact.audit.bookkeeping.accounts import Naming
    from workpact.audit.bookkeeping.lines import Books, Money
    from workpact.audit.bookkeeping.payments import Payment
    from workpact.audit.bookkeeping.results import Comparison, Finding
    from workpact.audit.history import History

FORMATS = ("beancount", "hledger", "quickbooks", "xero", "camt053")
ACCOUNTS = ("escrow", "client", "contractor", "payroll")
ROLES = ("client", "contractor", "arbiter", "agreement", "payroll")

currency_option = click.option("--currency", help="What the books call the agreement's token.  [default: its symbol]")
decimals_option = click.option("--decimals", type=click.IntRange(0, 36), help="Of the token, where no file says it.")


@click.command(cls=AuditCommand)
@auditing
@click.argument("books", nargs=-1, required=True, type=READ)
@click.option(
    "--account",
    type=click.Choice((*ACCOUNTS, "bills")),
    help="Whose account the books show: what the agreement holds (escrow), the client's or the contractor's own money, "
    "what the payroll holds; or bills.  [default: escrow, or bills for files of bills]",
)
@currency_option
@decimals_option
@click.option("--rates", type=READ, help="CSV of date,currency,rate: what one token is worth in other currencies.")
@click.option("--tolerance", default="0", help="By how much amounts may differ, in the line's currency.  [default: 0]")
@click.option("--days", default=3, show_default=True, type=click.IntRange(0, 366), help="By how much dates may differ.")
@click.option("--fee", default="0", help="What a bank or network keeps of a payment at most, in tokens.  [default: 0]")
@click.option("--dates", type=click.Choice(["day-first", "month-first"]), help="The order in dates like 03/04/2026.")
@click.option("--decimal", type=click.Choice(["point", "comma"]), help="The decimal sign of amounts like 1,234.")
@click.option("--book-account", metavar="NAME", help="The agreement's account in a journal, with all below it.")
@click.option("--inverted", is_flag=True, help="The books show what goes out as positive.")
@click.option(
    "--known-as",
    "known_as",
    multiple=True,
    metavar="NAME=ROLE",
    help=f"What the books call a party; ROLE is one of {', '.join(ROLES)}. As often as needed.",
)
def match(found: Audited, as_json: bool, books: tuple[Path, ...], **said: Any) -> None:
    """Match the user's books with an agreement's payments: milestone or period, payment on the chain, line.

    BOOKS are files of QuickBooks or Xero (.csv), camt.053 (.xml), beancount (.beancount) or hledger (.journal). What is
    left over on either side is named, and the exit code is 1.

    \b
    Example:
      ape run audit match desk.yaml statement.csv --days 5 --fee 2.50
      ape run audit match desk.bundle books.beancount --book-account Assets:Escrow --block-hash 0x…
    """
    from workpact.audit.bookkeeping.accounts import Naming
    from workpact.audit.bookkeeping.payments import payments
    from workpact.audit.bookkeeping.reading import Stated, read

    stated = Stated(said["dates"], said["decimal"], said["book_account"], said["inverted"])
    money = _money(found, said["currency"], said["decimals"])
    given = read(books, money, stated)
    history = found.history()
    paid = payments(history)
    naming = Naming.of(history.subject, paid, [_known(each) for each in said["known_as"]])
    made = _compared(found, history, given, paid, naming, money, said)
    emit(made.to_json(), as_json, _lines(made))
    if not made.is_clean:
        raise SystemExit(1)


def _compared(
    found: Audited,
    history: History,
    books: Books,
    paid: list[Payment],
    naming: Naming,
    money: Money,
    said: dict[str, Any],
) -> Comparison:
    from workpact.audit.bookkeeping.accounts import Account
    from workpact.audit.bookkeeping.beyond import beyond
    from workpact.audit.bookkeeping.comparing import Tolerance
    from workpact.audit.bookkeeping.matching import compare
    from workpact.audit.bookkeeping.rates import Rates
    from workpact.audit.bookkeeping.text import units

    account = Account(said["account"] or ("bills" if books.is_bills else "escrow"))
    fee = units(_amount("--fee", said["fee"]), money.decimals, money.name, "--fee")
    tolerance = Tolerance(_amount("--tolerance", said["tolerance"]), said["days"], fee)
    rates = Rates.read(said["rates"]) if said["rates"] else Rates()
    outside, absent = (
        beyond(found.node, history, found.born, paid, books.lines, money) if found.node is not None else ([], [])
    )
    return compare(books.lines, paid, account, money, naming, tolerance, rates, outside, absent)


@click.command(cls=AuditCommand)
@auditing
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="What reads the file.")
@click.option("--output", required=True, type=WRITE, help="The file to write.")
@click.option("--account", type=click.Choice(ACCOUNTS), default="escrow", show_default=True, help="As for match.")
@currency_option
@decimals_option
def books(
    found: Audited,
    as_json: bool,
    form: str,
    output: Path,
    account: str,
    currency: str | None,
    decimals: int | None,
) -> None:
    """Write an agreement's payments as books, the same for the same block.

    A journal has the whole record, with balances asserted from the events; CSV and camt.053 have one account.

    \b
    Example:
      ape run audit books desk.yaml --format beancount --output desk.beancount
      ape run audit books desk.yaml --format camt053 --account contractor --currency USD --output desk.xml
    """
    from workpact.audit.bookkeeping.accounts import Account
    from workpact.audit.bookkeeping.exporting import Format, export

    money = _money(found, currency, decimals)
    written = export(found.history(), Format(form), Account(account), money)
    draft = output.with_name(output.name + ".part")
    draft.write_bytes(written.encode())
    draft.replace(output)
    emit({"file": str(output), "format": form}, as_json, f"Wrote {output}.")


def _money(found: Audited, currency: str | None, decimals: int | None) -> Money:
    from workpact.audit.bookkeeping.lines import Money
    from workpact.audit.words import Words

    return Money.of(Words.of(found.subject), currency, decimals)


def _amount(option: str, written: str) -> Fraction:
    from workpact.audit.bookkeeping.text import POINT, amounts

    (value,) = amounts([(written, option)], POINT)
    if value < 0:
        raise click.BadParameter("it is not below zero.", param_hint=option)
    return value


def _known(written: str) -> tuple[str, str]:
    name, _, role = written.rpartition("=")
    if not name or role not in ROLES:
        raise click.BadParameter(f"write NAME=ROLE; roles are {', '.join(ROLES)}.", param_hint="--known-as")
    return name, role


def _lines(made: Comparison) -> list[str]:
    shapes = [f"{each.shape} by {each.by}" for each in made.matches]
    rows: list[list[object]] = [["matched", "how"]]
    rows += [[shapes.count(each), each] for each in sorted(set(shapes))]
    told = [
        f"{len(made.lines)} lines, {len(made.dues)} payments of the account {made.account}: "
        f"{len(made.matches)} matches, {len(made.findings)} left over.",
        *(table(rows) if shapes else ()),
    ]
    for each in made.findings:
        told += ["", f"{each.error}: {each.words}.", *_sides(made, each)]
    if made.apart is not None:
        told += ["", f"Books and chain are apart after block {made.apart}."]
    elif made.findings:
        told += ["", "The balances of books and chain agree after every block."]
    return told


def _sides(made: Comparison, finding: Finding) -> list[str]:
    rows = [["  books", made.line_words(each)] for each in finding.lines]
    rows += [["  chain", made.due_words(each)] for each in finding.dues]
    if finding.nearest:
        side, number = finding.nearest
        words = made.line_words(number) if side == "line" else made.due_words(number)
        rows.append(["  nearest", words])
    return table(rows)


COMMANDS = (match, books)
