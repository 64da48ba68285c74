"""`ape run sla watch`: one side's agent."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import (
    ConnectedCommand,
    emit_line,
    json_option,
    outbid_option,
    sender_option,
    signer,
    yes_option,
)
from scripts._papers import READ, document_options, load

if TYPE_CHECKING:
    from workpact.agent.health import Health
    from workpact.agent.reporter import Reporter
    from workpact.terms import AgreementDocument

confirmations_option = click.option(
    "--confirmations",
    type=click.IntRange(0),
    help="Blocks below the head that count as final, where the chain itself names none.",
)


@click.command(cls=ConnectedCommand)
@document_options
@click.option("--side", type=click.Choice(["client", "contractor"]), required=True, help="Whose agent it is.")
@click.option(
    "--data", metavar="FILE|URL", required=True, help="The side's own log: a file, a database or a Prometheus."
)
@click.option(
    "--exchange", metavar="FOLDER|URL", required=True, help="Where the sides lay down reports for each other."
)
@click.option(
    "--secret", type=READ, help="The evidence secret that both sides share; else where `sla measure` keeps it."
)
@click.option("--lag", metavar="DURATION", help='How long after a period its log is complete, like "6 hours"; else 0.')
@click.option("--allow-empty", is_flag=True, help="Sign a period without a case, too.")
@click.option("--accept", multiple=True, metavar="DOUBT", help="Sign in spite of a doubt; its line says so.")
@click.option("--once", is_flag=True, help="One round; exit code 1 for an alarm, or without a chain.")
@click.option("--every", type=click.IntRange(1), default=60, show_default=True, help="Seconds between rounds.")
@click.option("--metrics", type=click.IntRange(0, 65535), metavar="PORT", help="Serve metrics on 127.0.0.1.")
@sender_option
@confirmations_option
@outbid_option
@yes_option
@json_option
def watch(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    once: bool,
    every: int,
    metrics: int | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Watch an agreement for one side: measure, sign, exchange, report, answer, settle. Undisputed months need nobody.

    The account is a reporter of the side, or the party, and pays for what it sends. Each side runs its own, on its own
    log. It never concedes, waives or gives notice: its line says when a person is needed, and until when.

    \b
    Example:
      ape run sla watch desk.yaml --side client --data incidents.csv.gz --exchange /shared/desk \\
        --account client_reporter --yes --metrics 9464
    """
    from workpact.agent.health import Metrics
    from workpact.agent.loop import attempt
    from workpact.agent.loop import watch as run
    from workpact.preflight import chain_id

    reporter = _reporter(load(file, wallets, token, chain_id()), **settings)
    shown = Metrics()
    if metrics is not None:
        shown.serve(metrics)

    def show(health: Health) -> None:
        shown.show(health)
        emit_line(health.to_json(), as_json, health.in_words())

    with closing(reporter):
        if not once:
            return run(reporter, show, every)
        health = attempt(reporter)
        show(health)
    if health.state in ("alarm", "no chain"):
        raise SystemExit(1)
    return None


def _reporter(
    document: AgreementDocument, account: Any, side: str, yes: bool, secret: Path | None, lag: str | None, **places: Any
) -> Reporter:
    from scripts._sla_offline import secret_of
    from workpact.agent.opening import open_reporter

    key = secret or secret_of(document.name)
    return open_reporter(document, signer(account, yes), side, secret=key, lag=_seconds(lag), **places)


def _seconds(lag: str | None) -> int:
    from workpact.terms.units import UnitError, read_duration

    try:
        return read_duration(lag) if lag else 0
    except UnitError as error:
        raise click.UsageError(f"--lag: {error.problem}: {error.advice}.") from None
