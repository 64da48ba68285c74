"""What `ape run demo --example worker-owned-desk` plays and shows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "worker-owned-desk"
WIDTH = 118


def play(folder: Path, tell: Callable[[Any], None], out: Path | None) -> Any:
    """The quarter on the connected chain, which is empty; files go to `folder`, what is worth keeping to `out`."""
    sys.path.insert(0, str(EXAMPLE))
    from books import Books
    from place import FIRST_DAY, Place
    from quarter import Quarter
    from telling import Step

    from workpact.chain import clock, deployments, playground
    from workpact.preflight import chain_id

    clock.start_at(FIRST_DAY)
    contracts = playground.deploy()
    for name, made in deployments.read(chain_id()).items():
        tell(Step(clock.now(), f"The contract {name} is deployed at {made.address}.", made.transaction))
    token = playground.token("Play USDC", "USDC", blocks=True)
    text = f"A play USDC whose issuer can block wallets is deployed at {token.address}."
    tell(Step(clock.now(), text, token.creation_metadata.txn_hash))
    quarter = Quarter(Place.on_chain(playground.actors(), token, contracts, folder), tell)
    quarter.play()
    books = Books(quarter)
    if out is not None:
        from archive import write

        out.mkdir(parents=True, exist_ok=True)
        write(books, out)
    return books


def facts(books: Any, steps: list[Any]) -> dict[str, Any]:
    """All of it for `--json`; no name of a person is in it."""
    agreement, register, (pool,) = books.agreement, books.register, books.table.pools
    return {
        "chainId": agreement.chain_id,
        "id": "0x" + agreement.id.hex(),
        "contracts": {name: contract.address for name, contract in books.place.contracts.items()},
        "token": books.place.token.address,
        "workerToken": books.worker_token,
        "client": agreement.client,
        "contractor": agreement.contractor,
        "steps": [{"day": step.day, "text": step.text, "transaction": step.transaction} for step in steps],
        "workers": [vars(row) | {"wallets": list(row.wallets), "money": row.money} for row in books.rows],
        "capTable": {name: getattr(pool, name) for name in POOL} | {"left": pool.left},
        "grants": [
            {name: getattr(grant, name) for name in GRANT} | {"state": grant.state.value}
            for grant in books.table.grants
        ],
        "register": {name: getattr(register, name) for name in WAGES}
        | {
            "runs": [
                {
                    "run": run.number,
                    "private": run.is_posted,
                    "total": run.total,
                    "lines": len(run.lines),
                    "owed": run.owed,
                }
                for run in register.runs
            ]
        },
        "money": books.whereabouts(),
        "histories": {
            name: {"events": count, "word": "0x" + word.hex()} for name, (count, _, word) in books.histories.items()
        },
        "checks": [{"what": check.what, "holds": check.holds} for check in books.checks],
    }


POOL = ("units", "granted", "offered", "forfeited", "claimed", "claimable", "unvested", "distributed")
GRANT = (
    "grant",
    "plan",
    "worker",
    "units",
    "vested",
    "claimed",
    "claimable",
    "unvested",
    "forfeited",
    "revenue_settled",
)
WAGES = ("collected", "wages", "margin", "free", "pledge", "owed", "paid")


def show(books: Any) -> None:
    """All of it for people."""
    from rich.console import Console

    from workpact.equity import tokens

    console = Console(width=WIDTH, highlight=False)
    money = books.agreement.money
    symbol = books.agreement.document.spec.equity.token_symbol
    owned = lambda units: f"{tokens(units).normalize():,f} {symbol}"  # noqa: E731
    console.print(_workers(books, money, owned))
    (pool,) = books.table.pools
    rows = [
        (name, getattr(pool, name)) for name in ("claimed", "claimable", "unvested", "offered", "forfeited", "granted")
    ]
    console.print(
        _sums(
            "Cap table, rebuilt from events",
            [(name, owned(units)) for name, units in rows],
            "left to grant",
            owned(pool.left),
        )
    )
    console.print(_wages(books.register, money))
    where = books.whereabouts()
    console.print(
        _sums(
            "Where all the money is",
            [(who, money(sum_)) for who, sum_ in where.items()],
            "all",
            money(sum(where.values())),
        )
    )
    for name, (count, _, word) in books.histories.items():
        console.print(f"History in {name}: {count} events, 0x{word.hex()}")
    for check in books.checks:
        console.print(f"{'holds' if check.holds else 'BROKEN'}: {check.what}", markup=False)


def _workers(books: Any, money: Callable[[int], str], owned: Callable[[int], str]) -> Any:
    from agents import AWAY, BLOCKED, LEAVER, LOST, SILENT

    named = {
        1: "leads a team",
        2: "leads a team",
        AWAY: "leads a team, was on leave",
        LEAVER: "left",
        LOST: "lost a wallet",
        BLOCKED: "was blocked by the token",
        SILENT[0]: "never answered the offer",
    }
    rows = {row.worker: row for row in books.rows}
    table = _table("Who got what, rebuilt from events", "worker", "wages", "by proof", "revenue", "tokens")

    def add(who: str, group: list[Any], shown: Callable[[int], str] = money) -> None:
        parts = [sum(getattr(row, part) for row in group) for part in ("wages", "private", "revenue")]
        table.add_row(who, *map(shown, parts), owned(sum(row.tokens for row in group)))

    for number, why in named.items():
        add(f"{number}, {why}", [rows[number]])
    others = [row for row in books.rows if row.worker not in named]
    add(f"the other {len(others)} together", others)
    table.add_section()
    add(f"all {len(rows)}", books.rows)
    return table


def _wages(register: Any, money: Callable[[int], str]) -> Any:
    table = _table("Register of wages, rebuilt from events", "run", "paid", "set aside", "lines", "owed")
    for run in register.runs:
        how = "by proof" if run.is_posted else "in the open"
        table.add_row(f"{run.number}", how, money(run.total), str(len(run.lines)), money(run.owed))
    table.add_section()
    for what in ("collected", "wages", "margin", "free"):
        table.add_row(what, "", money(getattr(register, what)), "", "")
    return table


def _sums(title: str, rows: list[tuple[str, str]], last: str, all_: str) -> Any:
    table = _table(title, "what", "sum")
    for what, amount in rows:
        table.add_row(what, amount)
    table.add_section()
    table.add_row(last, all_)
    return table


def _table(title: str, *columns: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=number > 0)
    return table
