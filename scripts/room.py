"""`ape run room`: files that the sides of an agreement share, sealed for those who may read them."""

from __future__ import annotations

import click

from scripts import _room_access, _room_ends, _room_files, _room_keys, _room_open


@click.group()
def cli() -> None:
    """Data room: files sealed for their readers, in any place; who may read what stands on chain.

    Everybody makes a key once (room key), and anyone seats the parties once (room seat). Typed again a command
    changes nothing.

    \b
    Example:
      ape run room key --account client
      ape run room seat desk.yaml --account client
      export WORKPACT_ROOM=/srv/desk-room
      ape run room put desk.yaml brief.pdf --for contractor --account client
      ape run room list desk.yaml
      ape run room get desk.yaml 0x5f3a11 --account contractor
    """


for command in (
    *_room_keys.COMMANDS,
    *_room_files.COMMANDS,
    *_room_access.COMMANDS,
    *_room_ends.COMMANDS,
    *_room_open.COMMANDS,
):
    cli.add_command(command)
