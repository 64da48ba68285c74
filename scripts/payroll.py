"""`ape run payroll`: wages out of what a contractor earns, wages first."""

from __future__ import annotations

import click

from scripts import _payroll_money, _payroll_posts, _payroll_register, _payroll_runs, _payroll_share


@click.group()
def cli() -> None:
    """Payroll: what the agreement pays comes in, wages go out first, the margin after.

    Workers are those of the contractor's roster (ape run equity enrol). Typed again a command changes nothing.

    \b
    Example:
      ape run payroll setup desk.yaml --account contractor
      ape run payroll collect desk.yaml --account anyone
      ape run payroll plan desk.yaml march.csv --roster roster.csv --out march.plan.json --account contractor
      ape run payroll run desk.yaml march.plan.json --account contractor
      ape run payroll register desk.yaml
    """


for command in (
    *_payroll_money.COMMANDS,
    *_payroll_runs.COMMANDS,
    *_payroll_posts.COMMANDS,
    *_payroll_register.COMMANDS,
    *_payroll_share.COMMANDS,
):
    cli.add_command(command)
