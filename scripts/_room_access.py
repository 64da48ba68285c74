"""`ape run room grant`, `renew` and `revoke`: who can open what lies there."""

from __future__ import annotations

import click

from scripts._equity_people import finished
from scripts._options import ConnectedCommand
from scripts._papers import Act, acting
from scripts._room_house import (
    called,
    file_of,
    id_argument,
    need_place,
    own_keys,
    place_option,
    readers_option,
    room_of,
    short,
    version_option,
)


@click.command(cls=ConnectedCommand)
@acting
@id_argument
@readers_option
@version_option
@place_option
def grant(act: Act, file_id: str, readers: tuple[str, ...], version: int | None, place_url: str | None) -> None:
    """Let more readers open a version of a file; you must be able to open it yourself.

    Whom the agreement lets read this kind is refused or not before anything is sealed. An arbiter gets access while
    something that it rules on is in dispute, and not before.

    \b
    Example:
      ape run room grant desk.yaml 0x5f3a11 --for contractor --account client
      ape run room grant desk.yaml 0x5f3a11 --for arbiter --account contractor
    """
    if not readers:
        raise click.UsageError("Name who is to read it: --for contractor, or an address.")
    room, place = room_of(act), need_place(place_url)
    found = file_of(room, file_id)
    own = own_keys(str(act.signing.address))
    done = room.give(found.id, version, readers, place, own=own, sender=act.sender)
    value = {"file": done.file, "version": done.version, "readers": done.readers}
    lines = [f"{called(room, each)} can open version {done.version} of {short(done.file)}." for each in done.readers]
    sent = [] if done.sent is None else [done.sent]
    return finished(act.as_json, value, lines, sent, "They can open it already.")


@click.command(cls=ConnectedCommand)
@acting
@readers_option
@place_option
def renew(act: Act, readers: tuple[str, ...], place_url: str | None) -> None:
    """Seal anew for readers who have rotated their key what they could open by the old one; all, or those named.

    Of the files that you can open and may share. Who was revoked gets nothing.

    \b
    Example:
      ape run room renew desk.yaml --account client
      ape run room renew desk.yaml --for contractor --account client
    """
    room, place = room_of(act), need_place(place_url)
    own = own_keys(str(act.signing.address))
    done = room.renew(place, own=own, sender=act.sender, readers=readers or None)
    value = {"renewed": [{"file": each.file, "version": each.version, "readers": each.readers} for each in done]}
    lines = [
        f"{called(room, reader)} can open version {each.version} of {short(each.file)} by its key of now."
        for each in done
        for reader in each.readers
    ]
    return finished(act.as_json, value, lines, [each.sent for each in done], "No wrap is for an older key.")


@click.command(cls=ConnectedCommand)
@acting
@id_argument
@readers_option
@place_option
def revoke(act: Act, file_id: str, readers: tuple[str, ...], place_url: str | None) -> None:
    """Take readers off a file: the latest version is sealed again, under a new key, for those who stay.

    It hides what follows. What they have opened they know; whoever kept the bytes and a wrap of an older version can
    still open that. Nothing and nobody can take that back.

    \b
    Example:
      ape run room revoke desk.yaml 0x5f3a11 --for contractor --account client
    """
    if not readers:
        raise click.UsageError("Name whom to revoke: --for contractor, or an address.")
    room, place = room_of(act), need_place(place_url)
    found = file_of(room, file_id)
    own = own_keys(str(act.signing.address))
    done = room.revoke(found.id, readers, place, own=own, sender=act.sender)
    value = {"file": done.file, "version": done.version, "readers": done.readers, "revoked": done.revoked}
    lines = [f"{called(room, each)} can open nothing from version {done.version} on." for each in done.revoked]
    lines.append("What was opened before stays known, and kept copies of older versions can still be opened.")
    sent = [] if done.sent is None else [done.sent]
    return finished(act.as_json, value, lines, sent, "They were revoked before.")


COMMANDS = (grant, renew, revoke)
