"""What the commands of `ape run room` share: the room of a file's agreement, the place, the account's own keys."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts._papers import Act, load
from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.data_room.keyring import KeyRing
    from workpact.data_room.keys import Keystore
    from workpact.data_room.listing import RoomFile
    from workpact.data_room.place import RoomPlace
    from workpact.data_room.room import Room
    from workpact.data_room.room_view import RoomView

ID = re.compile(r"0x[0-9a-fA-F]{6,64}")
KINDS = ("other", "agreement", "deliverable", "evidence", "payslip", "roster", "recording", "credential")
"""In the contract's order; a test compares them with `Kind`, which is too slow to import here."""
LONG = 1 << 25
"""A content of more bytes than this shows how far it is."""

place_option = click.option(
    "--place",
    "place_url",
    envvar="WORKPACT_ROOM",
    metavar="ADDRESS",
    help="Where sealed files lie (or $WORKPACT_ROOM): a folder, s3://bucket/path, anything that fsspec can write.",
)
readers_option = click.option(
    "--for",
    "readers",
    multiple=True,
    metavar="READER",
    help="Who may read it: client, contractor, arbiter (in a dispute), worker-17, or an address. As often as needed.",
)
version_option = click.option("--version", "version", type=click.IntRange(1), help="Else the latest.")
id_argument = click.argument("file_id", metavar="ID")


class UnknownId(WorkpactError):
    """Text names no file of the room, or several."""


def room_of(act: Act) -> Room:
    """The room of the command's agreement."""
    from workpact.data_room.registry import DataRoom

    return DataRoom.deployed().of(act.agreement)


def shown_room(file: Path, wallets: tuple[str, ...], token: str | None) -> Room:
    """The room of a file's agreement, for a command that sends nothing."""
    from workpact.agreement import Agreement
    from workpact.data_room.registry import DataRoom
    from workpact.preflight import chain_id

    return DataRoom.deployed().of(Agreement.deployed(load(file, wallets, token, chain_id())))


def need_place(url: str | None) -> RoomPlace:
    """The place, or what to write."""
    from workpact.data_room.place import RoomPlace

    if not url:
        raise click.UsageError("Name the place of the sealed files: --place ADDRESS, or set WORKPACT_ROOM.")
    return RoomPlace(url)


def keystore() -> Keystore:
    """The keys in the user's data folder."""
    from workpact.chain.journal import data_folder
    from workpact.data_room.keys import Keystore

    return Keystore(data_folder() / "room")


def own_keys(account: str) -> KeyRing:
    """The account with its keys; the passphrase is asked for when one is needed."""
    from workpact.data_room.keyring import KeyRing
    from workpact.private_file import passphrase_of

    return KeyRing.kept(keystore(), account, lambda: passphrase_of(account, "the file"))


def file_of(room: RoomView, written: str) -> RoomFile:
    """The file of an id, or of its first digits."""
    wanted = written.lower()
    found = [each for each in room.files() if ("0x" + each.id.hex()).startswith(wanted)]
    if not ID.fullmatch(written) or len(found) != 1:
        problem = f"can be any of {len(found)} files" if len(found) > 1 else "is no file of this room"
        raise UnknownId(f"{written} {problem}: write the id, or its first six digits or more (ape run room list).")
    return found[0]


def short(file: bytes) -> str:
    """A file's id, short."""
    return f"0x{file.hex()[:12]}"


def called(room: RoomView, account: str) -> str:
    """A reader as tables show it: who it is in the agreement, and its address."""
    readers = room.readers
    known = {room.agreement.client: "client", room.agreement.contractor: "contractor"}
    role = known.get(account) or ("arbiter" if account in readers.judges else "")
    return f"{role} {account[:8]}…".strip()


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None] | None]:
    """How far a long file is, on a terminal's stderr."""
    if total < LONG or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(what, total=total)
        yield lambda size: shown.update(task, advance=size)
