"""The example's agreement on the connected local chain, for pages to show: under way, with somebody's turn."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "it-service-desk"
PERIOD = "2016-03"


@contextmanager
def played() -> Iterator[Path]:
    """Plays it but for its last act and gives its file; all files of it go at the end."""
    from ape import networks
    from ape.logging import logger

    if not networks.provider.network.is_local:
        raise click.UsageError("--demo plays on a local chain: leave --network out, or name ethereum:local:foundry.")
    logger.set_level("WARNING")
    with tempfile.TemporaryDirectory(prefix="workpact-pages-") as folder:
        os.environ |= {"WORKPACT_DATA": folder, "WORKPACT_DEPLOYMENTS": folder}
        click.echo("Playing the example …", err=True)
        yield _play(Path(folder))


def _play(folder: Path) -> Path:
    sys.path.insert(0, str(EXAMPLE))
    from desk import FIRST_DAY, Desk, Log
    from story import Step, Story

    from workpact.chain import clock, playground

    clock.start_at(FIRST_DAY)
    contracts = playground.deploy()
    token = playground.token("Play USDC", "USDC", 6)
    desk = Desk.on_chain(playground.actors(), token, contracts, Log.at(None, folder))

    def tell(step: Step) -> None:
        click.echo(f"{step.day}  {step.text}", err=True)

    Story(desk, {PERIOD: desk.measured(PERIOD)}, tell).play_but(1)
    file = folder / "agreement.yaml"
    file.write_text(desk.document.to_yaml())
    return file
