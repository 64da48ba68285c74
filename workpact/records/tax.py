"""What each worker has to declare: units, revenue and wages by date, as CSV or Parquet. Whole numbers, never floats.

rows = [*equity_rows(holdings, asset), *wage_rows(register, payslips)]
write_csv(rows, path); write_parquet(rows, path)

A wage or revenue counts on the day it reached the worker's wallet: what was booked, when it was withdrawn.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from workpact.records.events import Record
from workpact.records.holdings import Holdings
from workpact.records.register import Line, Payslip, Register

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What makes a spreadsheet run a cell."""


@dataclass(frozen=True)
class Asset:
    """A token as people read it."""

    address: str
    symbol: str
    decimals: int

    def text(self, amount: int) -> str:
        """An amount of smallest units as a decimal number, all digits of it."""
        whole, part = divmod(amount, 10**self.decimals)
        return f"{whole}.{part:0{self.decimals}}" if self.decimals else str(whole)


@dataclass(frozen=True)
class TaxRow:
    """One taxable thing. Amounts are whole numbers of the asset's smallest unit; `_text` is the same with its point."""

    date: date
    """In the zone that was asked for."""
    time: datetime
    """UTC."""
    worker: int | None
    """None where a wallet was paid that was nobody's on the roster."""
    name: str
    jurisdiction: str
    kind: str
    """units, revenue or wage"""
    reference: str
    """The grant, pool or run."""
    asset: str
    symbol: str
    decimals: int
    amount: int
    amount_text: str
    gross: int | None
    gross_text: str
    deductions: int | None
    deductions_text: str
    wallet: str
    block: int
    log: int
    transaction: str
    fx_rate: str = ""
    """For the reader to fill in."""
    fx_currency: str = ""


COLUMNS = tuple(field.name for field in fields(TaxRow))
NUMBERS = ("worker", "decimals", "block", "log")
AMOUNTS = ("amount", "gross", "deductions")


def equity_rows(
    holdings: Holdings, units: Mapping[str, Asset], currencies: Mapping[str, Asset], zone: tzinfo = UTC
) -> Iterator[TaxRow]:
    """Units claimed and revenue paid. `units` are the worker tokens, `currencies` those of revenue, by address."""
    booked = _booked(holdings.records)
    for record in holdings.records:
        if record.name == "Claimed":
            grant = holdings.grants[record["grant"]]
            pool, reference = holdings.pools[grant.pool], f"grant {grant.id}"
            worker, wallet = record["worker"], record["wallet"]
            if record["units"]:
                asset = units[pool.token]
                yield _row(record, zone, worker, "units", reference, asset, record["units"], wallet)
            if record["revenue"] and record.place not in booked:
                asset = currencies[pool.currency]
                yield _row(record, zone, worker, "revenue", reference, asset, record["revenue"], wallet)
        elif record.name == "RevenueWithdrawn":
            asset, reference = currencies[holdings.pools[record["pool"]].currency], f"pool {record['pool']}"
            yield _row(record, zone, record["worker"], "revenue", reference, asset, record["amount"], record["wallet"])


def wage_rows(
    register: Register, asset: Asset, payslips: Mapping[int, Mapping[int, Payslip]] | None = None, zone: tzinfo = UTC
) -> Iterator[TaxRow]:
    """Wages that reached their payees; with gross and deductions where payslips are given, by run and worker."""
    for line in register.lines:
        if line.paid is None:
            continue
        wallet = line.paid["to"] if line.withdrawn else line.payee
        row = _row(line.paid, zone, line.worker, "wage", f"run {line.run}", asset, line.amount, wallet)
        yield _with_payslip(row, line, asset, payslips or {})


def with_people(
    rows: Iterable[TaxRow], names: Mapping[int, str], jurisdictions: Mapping[int, str] | None = None
) -> list[TaxRow]:
    """The rows with names and jurisdictions by worker, where they are known."""
    places = jurisdictions or {}
    return [
        replace(row, name=names.get(row.worker or 0, ""), jurisdiction=places.get(row.worker or 0, "")) for row in rows
    ]


def csv_text(rows: Iterable[TaxRow]) -> str:
    """The rows as CSV, by date; cells that a spreadsheet would run begin with an apostrophe."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in _sorted(rows):
        table.writerow([_cell(value) for value in _values(row)])
    return text.getvalue()


def write_csv(rows: Iterable[TaxRow], path: Path) -> None:
    """Writes `csv_text` in UTF-8."""
    path.write_text(csv_text(rows), encoding="utf-8", newline="")


def write_parquet(rows: Iterable[TaxRow], path: Path) -> None:
    """The same as Parquet: amounts are decimals of 38 digits, without any after the point."""
    import pyarrow
    from pyarrow import parquet

    kinds: dict[str, Any] = {name: pyarrow.string() for name in COLUMNS}
    kinds |= {name: pyarrow.int64() for name in NUMBERS} | {name: pyarrow.decimal128(38, 0) for name in AMOUNTS}
    kinds |= {"date": pyarrow.date32(), "time": pyarrow.timestamp("s", tz="UTC")}
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for row in _sorted(rows):
        for name, value in asdict(row).items():
            columns[name].append(Decimal(value) if name in AMOUNTS and value is not None else value)
    schema = pyarrow.schema(list(kinds.items()))
    parquet.write_table(pyarrow.table(columns, schema=schema), path)


def _row(
    record: Record, zone: tzinfo, worker: int | None, kind: str, reference: str, asset: Asset, amount: int, wallet: str
) -> TaxRow:
    return TaxRow(
        date=record.time.astimezone(zone).date(),
        time=record.time,
        worker=worker,
        name="",
        jurisdiction="",
        kind=kind,
        reference=reference,
        asset=asset.address,
        symbol=asset.symbol,
        decimals=asset.decimals,
        amount=amount,
        amount_text=asset.text(amount),
        gross=None,
        gross_text="",
        deductions=None,
        deductions_text="",
        wallet=wallet,
        block=record.block,
        log=record.position,
        transaction=record.transaction,
    )


def _with_payslip(row: TaxRow, line: Line, asset: Asset, payslips: Mapping[int, Mapping[int, Payslip]]) -> TaxRow:
    slip = payslips.get(line.run, {}).get(line.worker or 0)
    if slip is None or slip.net != line.amount:
        return row
    return replace(
        row,
        gross=slip.gross,
        gross_text=asset.text(slip.gross),
        deductions=slip.deductions,
        deductions_text=asset.text(slip.deductions),
    )


def _booked(records: Iterable[Record]) -> set[tuple[int, int]]:
    """Places of the claims whose revenue was refused: the booking follows its claim."""
    found, before = set(), None
    for record in records:
        if record.name == "Booked" and before is not None:
            found.add(before.place)
        before = record if record.name == "Claimed" else before
    return found


def _sorted(rows: Iterable[TaxRow]) -> list[TaxRow]:
    return sorted(rows, key=lambda row: (row.block, row.log, row.kind, row.reference, row.worker or 0))


def _values(row: TaxRow) -> list[Any]:
    values = asdict(row)
    values["time"] = f"{row.time:%Y-%m-%dT%H:%M:%SZ}"
    return list(values.values())


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "'" + value if value.startswith(FORMULA) or value.lstrip().startswith(FORMULA) else value
