"""`ape run room open` and `close`: private files that are sealed at rest for their owner (SPEC.md 14.11)."""

from __future__ import annotations

from pathlib import Path

import click

from scripts._options import OfflineCommand, emit, json_option
from scripts._papers import READ, WRITE


@click.command("open", cls=OfflineCommand)
@click.argument("file", type=READ)
@click.option("--output", type=WRITE, help="Write it there, unsealed, instead of on the terminal.")
@json_option
def open_private(file: Path, output: Path | None, as_json: bool) -> None:
    """Show what a private FILE holds that is sealed for your room key: a roster, a plan, proofs, evidence, a salt.

    The passphrase comes from WORKPACT_ROOM_PASSPHRASE, or is asked for. Files of a room: `ape run room get`.

    \b
    Example:
      ape run room open roster.csv
      ape run room open march.proofs.json --output march.plain.json
    """
    from workpact.private_file import read_private, write_plain

    content = read_private(file)
    value = {"file": str(file), "bytes": len(content), "output": None if output is None else str(output)}
    if output is not None:
        write_plain(output, [content])
        return emit(value, as_json, f"{output} has the content of {file}, readable: remove it when it is used.")
    text = content.decode(errors="replace")
    return emit(value | {"content": text}, as_json, text.removesuffix("\n"))


@click.command("close", cls=OfflineCommand)
@click.argument("files", nargs=-1, required=True, type=READ)
@json_option
def close_private(files: tuple[Path, ...], as_json: bool) -> None:
    """Seal private FILES of before, which still are plain, for your room key.

    A disk may keep what a file held before; so may copies.

    \b
    Example:
      ape run room close roster.csv *.seal.json
    """
    from workpact.private_file import seal_in_place

    sealed = [str(file) for file in files if seal_in_place(file)]
    lines = [f"{each} is sealed." for each in sealed] or ["All of these are sealed already."]
    emit({"sealed": sealed}, as_json, lines)


COMMANDS = (open_private, close_private)
