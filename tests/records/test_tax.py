"""Tax files: every taxable thing by worker and date, exactly (SPEC.md 9.4, 9.12, 12.2)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from pyarrow import parquet

from tests.records.story import CURRENCY, MANAGER, TOKEN, Story, wallet_of
from tests.records.wages import BOOK, MONEY, Payroll
from workpact.records.holding_events import holdings_of
from workpact.records.register import Payslip, Register
from workpact.records.tax import COLUMNS, Asset, csv_text, equity_rows, wage_rows, with_people, write_csv, write_parquet

DAY = 86_400
START = 1_772_323_200  # 2026-03-01
UNITS, REVENUE, WAGES = Asset(TOKEN, "DESK", 6), Asset(CURRENCY, "USDC", 6), Asset(MONEY, "DAI", 18)


def story() -> Story:
    told = Story(START)
    told.enrol(2)
    pool = told.open_pool(10**9)
    plan = told.create_plan(pool, duration=100 * DAY, step=DAY)
    told.grant(plan, (1, 300_000_000), (2, 100_000_000))
    told.pass_(10 * DAY)
    told.distribute(pool, 40_000_003)
    told.pass_(DAY - 1)  # 2026-03-11 23:59:59
    told.claim(1)
    told.claim(2, refused=True)
    told.pass_(DAY)
    told.withdraw(pool, 2)
    return told


def test_equity__units_when_minted_revenue_when_it_arrived():
    told = story()

    rows = list(equity_rows(holdings_of(told.records), {TOKEN: UNITS}, {CURRENCY: REVENUE}))

    shown = [(row.date, row.worker, row.kind, row.reference, row.amount, row.amount_text, row.wallet) for row in rows]
    assert shown == [
        (date(2026, 3, 11), 1, "units", "grant 1", 30_000_000, "30.000000", wallet_of(1)),
        (date(2026, 3, 11), 1, "revenue", "grant 1", 30_000_002, "30.000002", wallet_of(1)),
        (date(2026, 3, 11), 2, "units", "grant 2", 10_000_000, "10.000000", wallet_of(2)),
        (date(2026, 3, 12), 2, "revenue", "pool 1", 10_000_000, "10.000000", wallet_of(2)),
    ]
    assert {row.symbol for row in rows if row.kind == "units"} == {"DESK"}
    there = equity_rows(holdings_of(told.records), {TOKEN: UNITS}, {CURRENCY: REVENUE}, ZoneInfo("Europe/Berlin"))
    assert [row.date.day for row in there] == [12, 12, 12, 13]


def test_wages__gross_and_deductions_from_payslips_booked_ones_when_withdrawn():
    told, payroll = story(), Payroll(START + 30 * DAY)
    payroll.collect(10**20)
    payroll.pay((wallet_of(1), 10**18), (wallet_of(2), 5), refused=frozenset({1}))
    run = payroll.post(7, payroll.now)
    payroll.claim(run, 2, wallet_of(2), 7)
    payroll.withdraw(wallet_of(2), wallet_of(9), 5)
    register = Register.of(payroll.records, BOOK)
    register.name_workers(holdings_of(told.records).rosters[MANAGER])

    rows = list(wage_rows(register, WAGES, {1: {1: Payslip(1, 15 * 10**17, 5 * 10**17, 10**18)}}))

    shown = [(row.worker, row.reference, row.amount, row.gross, row.deductions, row.wallet) for row in rows]
    assert shown == [
        (1, "run 1", 10**18, 15 * 10**17, 5 * 10**17, wallet_of(1)),
        (2, "run 1", 5, None, None, wallet_of(9)),
        (2, "run 2", 7, None, None, wallet_of(2)),
    ]
    assert rows[0].gross_text == "1.500000000000000000"
    assert rows[1].amount_text == "0.000000000000000005"
    assert [row.date.isoformat() for row in rows] == ["2026-04-02", "2026-04-05", "2026-04-04"]
    assert rows[0].transaction == payroll.records[1].transaction


def test_csv__whole_numbers_and_no_formula(tmp_path):
    rows = list(equity_rows(holdings_of(story().records), {TOKEN: UNITS}, {CURRENCY: REVENUE}))
    names = {1: '=HYPERLINK("http://x")', 2: " \t@sum, Ann"}
    rows = with_people(rows, names, {1: "DE-BY", 2: "-1"})

    write_csv(rows, tmp_path / "tax.csv")
    table = list(csv.DictReader(io.StringIO((tmp_path / "tax.csv").read_text("utf-8"))))

    assert tuple(table[0]) == COLUMNS
    assert table[0]["name"] == '\'=HYPERLINK("http://x")'
    assert table[2]["name"] == "' \t@sum, Ann"
    assert [row["jurisdiction"] for row in table] == ["DE-BY", "DE-BY", "'-1", "'-1"]
    assert (table[0]["amount"], table[0]["amount_text"]) == ("30000002", "30.000002")
    assert (table[0]["time"], table[0]["gross"], table[0]["fx_rate"]) == ("2026-03-11T23:59:59Z", "", "")
    assert csv_text(rows) == csv_text(reversed(rows))


def test_parquet__holds_the_largest_amounts(tmp_path):
    (row, *_) = equity_rows(holdings_of(story().records), {TOKEN: UNITS}, {CURRENCY: REVENUE})
    largest = 2**96 - 1
    rows = [replace(row, amount=largest, gross=largest + 1, deductions=1)]

    write_parquet(rows, tmp_path / "tax.parquet")
    table = parquet.read_table(tmp_path / "tax.parquet")

    (read,) = table.to_pylist()
    assert tuple(table.column_names) == COLUMNS
    assert (read["amount"], read["gross"], read["deductions"]) == (Decimal(largest), Decimal(largest + 1), Decimal(1))
    assert (read["date"], read["worker"], read["transaction"]) == (row.date, 1, row.transaction)
    assert not any(str(field.type).startswith(("float", "double")) for field in table.schema)
