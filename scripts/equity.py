"""`ape run equity`: the workers' share, from the agreement's plans to their wallets."""

from __future__ import annotations

import click

from scripts import (
    _equity_claims,
    _equity_ends,
    _equity_files,
    _equity_grants,
    _equity_offers,
    _equity_plans,
    _equity_plot,
    _equity_roster,
    _equity_tables,
    _equity_wallets,
)


@click.group()
def cli() -> None:
    """Worker equity: pool and plans of an agreement, workers, grants, vesting, revenue, claims.

    A unit is a millionth of a worker token, as in the agreement file: "1200 units", or "12 DESK" in whole tokens.
    Workers are named by number, worker-17, or as in the roster file; grants by number. Typed again a command changes
    nothing.

    \b
    Example:
      ape run equity plan desk.yaml --account client
      ape run equity enrol desk.yaml --from people.csv --roster roster.csv --account contractor
      ape run equity grant desk.yaml worker-17 "1200 units" --plan 4y-1y-monthly --gate progress --account contractor
      ape run equity claim desk.yaml --account anyone
    """


for command in (
    _equity_plans.plan,
    *_equity_roster.COMMANDS,
    *_equity_grants.COMMANDS,
    *_equity_offers.COMMANDS,
    *_equity_claims.COMMANDS,
    *_equity_ends.COMMANDS,
    _equity_wallets.rotate,
    *_equity_tables.COMMANDS,
    *_equity_files.COMMANDS,
    _equity_plot.plot,
):
    cli.add_command(command)
