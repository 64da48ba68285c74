"""Who is meant by a worker or a grant that somebody typed, and how many units by an amount."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._papers import READ

if TYPE_CHECKING:
    from scripts._equity_book import Book
    from workpact.batches.roster import Roster
    from workpact.records.holdings import GrantHolding

_WORKER = re.compile(r"(?:worker-)?([1-9]\d{0,7})", re.ASCII)
_GRANT = re.compile(r"(?:grant-)?([1-9]\d{0,9})", re.ASCII)
_UNITS = re.compile(r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?) ?([A-Za-z][\w-]*)?", re.ASCII)

roster_option = click.option(
    "--roster",
    "roster_file",
    type=READ,
    envvar="WORKPACT_ROSTER",
    help="The private file of names, wallets and salts (or $WORKPACT_ROSTER): workers can be named by it.",
)
issuer_option = click.option(
    "--issuer", metavar="ADDRESS", help="Who opened the pool, if not the client; or both parties did."
)


def again_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Does once more what was done before, under a label of its own."""
    words = "Do it once more though the same was done before. LABEL names this time: a second run with it does nothing."
    return click.option("--again", metavar="LABEL", help=words)(command)


def read_roster(path: Path | None) -> Roster | None:
    """The roster in a file, if one is named."""
    from workpact.batches.roster import Roster

    return None if path is None else Roster.read(path)


def need_roster(path: Path | None) -> Roster:
    """The roster, or what to do."""
    found = read_roster(path)
    if found is None:
        raise click.UsageError("This needs the roster's salts: name its file with --roster, or in WORKPACT_ROSTER.")
    return found


def worker_number(written: str, roster: Roster | None) -> int:
    """The number of `worker-17`, of `17`, or of a name in the roster."""
    from workpact.agreement import BadArgument

    match = _WORKER.fullmatch(written)
    if match:
        return int(match[1])
    if roster is None:
        raise BadArgument(f"{written!r} is no worker: write worker-17, or give --roster to name workers.")
    found = [person.worker for person in roster.values() if person.name.casefold() == written.casefold()]
    if len(found) != 1:
        numbers = ", ".join(f"worker-{number}" for number in found)
        problem = f"is the name of several: {numbers}" if found else "is nobody's name on the roster"
        raise BadArgument(f"{written!r} {problem}. Write the number, like worker-17.")
    return found[0]


def enrolled(book: Book, worker: int) -> int:
    """The number, if it is on the roster of the pool's manager."""
    from workpact.agreement import BadArgument
    from workpact.preflight import ask

    manager = book.need_pool().manager
    count = int(ask(book.equity.contract.workersOf, manager))
    if worker > count:
        raise BadArgument(
            f"Worker {worker} is not enrolled: the roster of {manager} has {count} numbers. Enrol: ape run equity enrol"
        )
    return worker


def read_units(written: str, symbol: str) -> int:
    """Units of an amount with its word: "1200 units", "12 tokens" or "12 DESK"; a bare number says neither."""
    from workpact.agreement import BadArgument

    match = _UNITS.fullmatch(written.strip())
    word = (match[2] or "") if match else ""
    tokens = word in ("token", "tokens", symbol)
    if not match or not (tokens or word in ("unit", "units")):
        raise BadArgument(
            f'{written!r} can be read in two ways: write "1,200 units" (millionths of a token) or "1,200 {symbol}" '
            "(whole tokens, a million units each)."
        )
    digits, _, fraction = match[1].replace(",", "").partition(".")
    if (fraction and not tokens) or len(fraction) > 6:
        raise BadArgument(f"{written!r} is no whole number of units: one {symbol} has 1,000,000 of them.")
    units = int(digits) * 10**6 + int(fraction.ljust(6, "0")) if tokens else int(digits)
    if not 0 < units < 2**80:
        raise BadArgument(f"{written!r} cannot be granted: at least one unit, at most {2**80 - 1:,}.")
    return units


def read_part(written: str, what: str) -> int:
    """A part above nothing and at most the whole, like "25 %", in ppm; `what` it is to be, in words."""
    from workpact.agreement import BadArgument
    from workpact.terms.units import UnitError, read_share

    try:
        ppm = read_share(written)
    except UnitError as error:
        raise BadArgument(f"{error.problem}: {error.advice}.") from None
    if not 0 < ppm <= 10**6:
        raise BadArgument(f"{written} can be no {what}: write more than 0 % and at most 100 %.")
    return ppm


def said(units: int, symbol: str) -> str:
    """Units in both ways: "1,200 units (0.0012 DESK)"."""
    from workpact.terms.units import write_money

    return f"{units:,} unit{'' if units == 1 else 's'} ({write_money(units, symbol, 6)})"


def named_grants(book: Book, written: Iterable[str], roster: Roster | None) -> list[GrantHolding]:
    """The grants of `5`, `grant-5`, or all that have not ended of `worker-17` or of a name; each once, in order."""
    from workpact.agreement import BadArgument

    grants, found = {grant.id: grant for grant in book.grants()}, {}
    for each in written:
        match = _GRANT.fullmatch(each)
        if match:
            if int(match[1]) not in grants:
                raise BadArgument(f"There is no grant {match[1]} in this pool: see ape run equity show.")
            found[int(match[1])] = grants[int(match[1])]
            continue
        worker = worker_number(each, roster)
        own = {number: grant for number, grant in grants.items() if grant.worker == worker and not grant.ended}
        if not own:
            raise BadArgument(f"Worker {worker} has no grant here that has not ended: see ape run equity show.")
        found |= own
    return [grant for _, grant in sorted(found.items())]


def finished(
    as_json: bool, value: dict[str, Any], lines: Iterable[str], sent: Iterable[Any], why: str = "Nothing to do."
) -> None:
    """Shows what was sent and what came of it; `why` nothing was."""
    from scripts._options import emit
    from scripts._papers import plain

    transactions = [getattr(each, "txn_hash", None) for each in sent]
    text = list(lines)
    if not transactions:
        text.append(f"{why} Nothing was sent.")
    for each in transactions:
        proposed = "Proposed, takes effect when the account's owners have confirmed."
        text.append(f"Transaction {each}" if each else proposed)
    emit(plain({"sent": bool(transactions), "transactions": transactions, **value}), as_json, text)


def mined(sent: Any) -> bool:
    """Whether there is a receipt: what a Safe only proposed has none."""
    return getattr(sent, "txn_hash", None) is not None
