"""How commands share what they hand over through the agreement's data room: `--room PLACE` (SPEC.md 14.10)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._room_house import need_place, own_keys, room_of

if TYPE_CHECKING:
    from scripts._papers import Act
    from workpact.data_room.room import Room
    from workpact.terms import Kind

place_option = click.option(
    "--room",
    "place",
    metavar="PLACE",
    envvar="WORKPACT_ROOM",
    help="Share it through the room, encrypted: the folder or address where its bytes lie (or $WORKPACT_ROOM).",
)
readers_option = click.option(
    "--for",
    "readers",
    multiple=True,
    metavar="READER",
    help="Who can open it in the room: client, contractor, an address. Else the sides that may. As often as needed.",
)


@dataclass(frozen=True)
class Through:
    """The room that a command was told to use, if any."""

    place: str | None
    readers: Sequence[str] = ()

    def put(
        self,
        act: Act,
        kind: Kind,
        source: Path | bytes,
        name: str,
        *,
        opens: Mapping[str, str] | None = None,
        follows: bool = False,
    ) -> dict[str, Any]:
        """Puts a content for the sides that may read its kind; what to show of it, nothing without --room.

        The parties get their seats before, if they have none. The same again changes nothing. With `follows` it is the
        next version of the account's latest file of the kind.
        """
        if self.place is None:
            return {}
        named = self.require_ready(act, kind)
        room = seated(act)
        put = room.put(
            BytesIO(source) if isinstance(source, bytes) else source,
            kind,
            named,
            need_place(self.place),
            own=own_keys(act.signing.address),
            sender=act.sender,
            file=_latest(room, kind, act.signing.address) if follows else None,
            name=name,
            opens=opens,
        )
        told = "is in the room" if put.sent is not None else "was in the room before"
        click.echo(f"{name} {told}: file 0x{put.file.hex()}, for {', '.join(put.readers)}.", err=True)
        return {"room": {"file": put.file, "version": put.version, "readers": put.readers, "put": put.sent is not None}}

    def require_ready(self, act: Act, kind: Kind) -> list[str]:
        """Who is to read it; raises `NotAReader`, `NoKey`, `WrongPassphrase` before anything is sent."""
        from workpact.data_room.room_view import NoKey

        named = list(self.readers) or [each for each in ("client", "contractor") if each in act.document.room[kind]]
        if self.place is not None:
            room, account = room_of(act), act.signing.address
            readers = [account, *room.readers.named(named)]
            room.readers.require(kind, readers)
            keys = room.desk.keys_of(readers)
            missing = [reader for reader, key in keys.items() if not key]
            if missing:
                raise NoKey(
                    f"{', '.join(missing)}: no encryption key, so nothing can be sealed for them. Each makes one first "
                    "(ape run room key). Nothing was sent."
                )
            own_keys(account).key(keys[account].version)
        return named


def through_room(body: Callable[..., Any]) -> Callable[..., Any]:
    """A command body that takes a `Through` after its `Act`: adds --room and --for."""

    def command(act: Act, *, place: str | None, readers: tuple[str, ...], **rest: Any) -> Any:
        if readers and place is None:
            raise click.UsageError("--for says who reads it in the room: say with --room where the room's bytes lie.")
        return body(act, Through(place, readers), **rest)

    command.__doc__ = inspect.getdoc(body)
    command.__name__ = body.__name__
    command.__click_params__ = getattr(body, "__click_params__", [])  # type: ignore[attr-defined]
    return place_option(readers_option(command))


def seated(act: Act) -> Room:
    """The room of the command's agreement, in which the parties have their seats."""
    room = room_of(act)
    if not room.is_seated:
        room.seat(sender=act.sender)
    return room


def _latest(room: Room, kind: Kind, author: str) -> bytes | None:
    mine = [each for each in room.files() if (each.latest.kind, each.latest.author) == (kind, author)]
    return next((each.id for each in reversed(mine) if not each.is_shredded), None)
