"""`ape run agreement`: an agreement from its file to its end."""

from __future__ import annotations

import click

from scripts import _agreement_acts, _agreement_disputes, _agreement_ending, _agreement_opening, _agreement_paper
from scripts._agreement_new import new
from scripts._agreement_status import status


@click.group()
def cli() -> None:
    """Agreements: write, sign, open, work, pay, end.

    FILE is the agreement file both sides have. Names like ${client} in it stand for addresses that --wallet gives;
    `new --like FILE --wallet …` writes a file in which they stand. Signatures travel as files of hex digits.

    \b
    Example:
      ape run agreement new desk.yaml --like examples/it-service-desk/agreement.yaml --wallet client=0x…
      ape run agreement sign desk.yaml --account contractor --output contractor.sig
      ape run agreement open desk.yaml --signature contractor.sig --account client
    """


for _module in (_agreement_paper, _agreement_opening, _agreement_acts, _agreement_disputes, _agreement_ending):
    for _command in _module.COMMANDS:
        cli.add_command(_command)
cli.add_command(new)
cli.add_command(status)
