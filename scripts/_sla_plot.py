"""`ape run sla plot`: levels and credits over time as one picture."""

from __future__ import annotations

from pathlib import Path

import click

from scripts._options import ConnectedCommand, emit, json_option
from scripts._papers import WRITE, document_options
from scripts._sla_papers import shown_levels


@click.command(cls=ConnectedCommand)
@document_options
@click.option("--out", type=WRITE, required=True, help="The picture: a name that ends in .svg or .png.")
@click.option("--data", metavar="FILE|URL", help="The log so far: draws the running period too, hollow.")
@click.option("--period", help="With --data: another period than the running one.")
@json_option
def plot(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    out: Path,
    data: str | None,
    period: str | None,
    as_json: bool,
) -> None:
    """Draw each service level over time against what was agreed, and the credit of each period.

    Final periods come from the chain. Equal facts give an equal file, byte for byte.

    \b
    Example:
      ape run sla plot desk.yaml --out levels.svg
      ape run sla plot desk.yaml --out levels.png --data incidents.csv.gz
    """
    from scripts._sla_burn import measuring
    from workpact.burn import burn
    from workpact.course import course_of
    from workpact.plots import draw, require_format

    if period is not None and data is None:
        raise click.UsageError("--period says which period --data is of: give the log too.")
    require_format(out)
    levels = shown_levels(file, wallets, token)
    levels.verify_history()
    month = None if data is None else burn(levels, period, measuring(levels.document, data))
    course = course_of(levels, month)
    draw(course, out)
    emit({"file": str(out), "periods": course.shown}, as_json, f"{out} shows {', '.join(course.shown)}.")
