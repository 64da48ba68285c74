"""`ape run demo`: the examples played on a chain of their own, from two signatures to who got what."""

from __future__ import annotations

import os
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from scripts import _demo_quarter, _demo_tender
from scripts._options import ConnectedCommand, emit, json_option

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "it-service-desk"
WIDTH = 118


def _only_for(example: Path) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """The callback of an option that one example alone has."""

    def check(context: click.Context, option: click.Parameter, value: Any) -> Any:
        played = context.params["example"]
        if value is not None and played != example.name:
            raise click.UsageError(f"--{option.name} is not for {played}: leave it out, or play {example.name}.")
        if isinstance(value, Path) and value.is_dir() and any(value.iterdir()):
            raise click.UsageError(f"{value} is not empty: name a new folder.")
        return value

    return check


@click.command(cls=ConnectedCommand)
@click.option(
    "--example",
    type=click.Choice([EXAMPLE.name, _demo_quarter.EXAMPLE.name, _demo_tender.EXAMPLE.name]),
    default=EXAMPLE.name,
    show_default=True,
    is_eager=True,
    help="Which folder of examples/ is played.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_only_for(EXAMPLE),
    help="it-service-desk: a log of tickets in the example's columns, CSV or gzip; else a small one is made up.",
)
@click.option(
    "--period", callback=_only_for(EXAMPLE), help="The last month of the story, 2016-03 (as if not given) to 2017-02."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    callback=_only_for(_demo_quarter.EXAMPLE),
    help="worker-owned-desk: a new folder for its files, account, pictures and the Open Cap Format.",
)
@json_option
def cli(example: str, data: Path | None, period: str | None, out: Path | None, as_json: bool) -> None:
    """Play an example agreement from its signatures to who got what.

    Starts a local chain, deploys the contracts and a test token, lets two keys sign the agreement, and plays it with
    the dates of the agreement: it-service-desk month by month up to PERIOD; worker-owned-desk a quarter of two hundred
    workers who own a part and are paid first; tender from a request to the agreement with the best of five bidders,
    each typing in processes of its own. Ends with a table whose sums are checked against balances, logs and
    histories; exit code 1 if one of them is wrong. Files go to a temporary folder.

    To look at the chain afterwards, start `anvil` yourself and name it: APE_FOUNDRY_HOST=http://127.0.0.1:8545

    \b
    Example:
      ape run demo --data incidents.csv.gz --period 2016-03
      ape run demo --example worker-owned-desk --out quarter
      ape run demo --example tender
    """
    import ape.logging

    ape.logging.logger.set_level("WARNING")
    with tempfile.TemporaryDirectory(prefix="workpact-demo-") as folder:
        os.environ |= {"WORKPACT_DATA": folder, "WORKPACT_DEPLOYMENTS": folder}
        steps: list[Any] = []

        def tell(step: Any) -> None:
            steps.append(step)
            click.echo(_line(step), err=as_json)

        if example == _demo_quarter.EXAMPLE.name:
            outcome = _demo_quarter.play(Path(folder), tell, out)
            facts, show = _demo_quarter.facts(outcome, steps), _demo_quarter.show
        elif example == _demo_tender.EXAMPLE.name:
            outcome = _demo_tender.play(Path(folder), tell)
            facts, show = _demo_tender.facts(outcome, steps), _demo_tender.show
        else:
            outcome = _play(Path(folder), data, period or "2016-03", tell)
            facts, show = _facts(outcome, steps), _show
    if as_json:
        emit(facts, as_json, "")
    else:
        show(outcome)
    broken = [check for check in outcome.checks if not check.holds]
    if broken:
        lines = (f"{check.what}: expected {check.expected}, found {check.found}" for check in broken)
        raise click.ClickException("The demo does not add up.\n" + "\n".join(lines))


def _play(folder: Path, data: Path | None, period: str, tell: Callable[[Any], None]) -> Any:
    sys.path.insert(0, str(EXAMPLE))
    from desk import FILE, FIRST_DAY, Desk, Log
    from outcome import Outcome
    from reckoning import reckon
    from story import Step, Story

    from workpact.chain import clock, deployments, playground
    from workpact.measurement import period_of
    from workpact.preflight import chain_id
    from workpact.terms import load

    # What is wrong with the log or the period is said before anything happens.
    written = load(FILE)
    last = period_of(written, period).name
    names = [each.name for each in written.periods]
    log = Log.at(data, folder)
    measured = log.measured(written, names[: names.index(last) + 1])

    clock.start_at(FIRST_DAY)
    contracts = playground.deploy()
    for name, made in deployments.read(chain_id()).items():
        tell(Step(clock.now(), f"The contract {name} is deployed at {made.address}.", made.transaction))
    token = playground.token("Play USDC", written.token.symbol, written.token.decimals)
    tell(
        Step(
            clock.now(),
            f"A play {written.token.symbol} with permits is deployed at {token.address}.",
            token.creation_metadata.txn_hash,
        )
    )
    desk = Desk.on_chain(playground.actors(), token, contracts, log)
    story = Story(desk, measured, tell)
    story.play()
    months = reckon(desk.document, list(measured.values()))
    return Outcome(desk, story.grants, months)


def _line(step: Any) -> str:
    text = f"{step.text}  {_short(step.transaction)}" if step.transaction else step.text
    return textwrap.fill(
        text, WIDTH, initial_indent=f"{step.day}  ", subsequent_indent=" " * 12, break_on_hyphens=False
    )


def _short(transaction: str | None) -> str:
    return f"{transaction[:10]}…" if transaction else ""


def _show(outcome: Any) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from workpact.equity import tokens

    console = Console(width=WIDTH, highlight=False)
    last = outcome.months[-1]
    console.print(f"\n[bold]What {last.period} costs, in whole numbers[/bold]")
    for line in last.lines:
        wrapped = textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
        console.print(wrapped, markup=False)

    symbol = outcome.agreement.document.spec.equity.token_symbol
    parts: list[tuple[str, list[Any], Callable[[int], str]]] = [
        ("Who got what of the money", outcome.money, outcome.agreement.money),
        ("Who got what of the workers' tokens", outcome.units, lambda units: f"{tokens(units)} {symbol}"),
    ]
    for title, rows, shown in parts:
        table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_footer=True)
        table.add_column("who", "sum")
        table.add_column("got", shown(sum(row.amount for row in rows)), justify="right", no_wrap=True)
        table.add_column("why")
        table.add_column("transaction")
        for row in rows:
            table.add_row(row.who, shown(row.amount), row.why, _short(row.transaction))
        console.print(table)
    for name, (count, word) in outcome.histories.items():
        console.print(f"History in {name}: {count} events, 0x{word.hex()}")
    record = outcome.record
    facts = record.bundle.statement.facts
    console.print(
        f"Bundle: {facts['events']} events, {record.size:,} bytes, opens by block hash {facts['block']['hash']}"
    )
    for check in outcome.checks:
        console.print(f"{'holds' if check.holds else 'BROKEN'}: {check.what}", markup=False)


def _facts(outcome: Any, steps: list[Any]) -> dict[str, Any]:
    agreement = outcome.agreement
    return {
        "chainId": agreement.chain_id,
        "id": "0x" + agreement.id.hex(),
        "contracts": {name: contract.address for name, contract in outcome.desk.contracts.items()},
        "token": outcome.desk.token.address,
        "client": agreement.client,
        "contractor": agreement.contractor,
        "steps": [{"day": step.day, "text": step.text, "transaction": step.transaction} for step in steps],
        "months": [
            {
                "period": month.period,
                "levels": [{"name": each.name, "good": each.good, "total": each.total} for each in month.figures],
                "charge": month.charge,
                "rate": month.rate,
                "credit": month.credit,
                "paid": month.paid,
                "retained": month.retained,
                "calculation": month.lines,
            }
            for month in outcome.months
        ],
        "funded": outcome.funded,
        "money": [vars(row) for row in outcome.money],
        "workers": [vars(row) for row in outcome.units],
        "histories": {name: {"events": n, "word": "0x" + word.hex()} for name, (n, word) in outcome.histories.items()},
        "bundle": {"bytes": outcome.record.size, **outcome.record.bundle.statement.to_json()},
        "checks": [{"what": check.what, "holds": check.holds} for check in outcome.checks],
    }
