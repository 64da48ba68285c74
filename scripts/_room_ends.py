"""`ape run room seat`, `receipts` and `shred`: who is in the room, who has read, and the end of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._equity_people import finished
from scripts._options import ConnectedCommand, emit, table
from scripts._papers import READ, Act, acting, plain
from scripts._room_house import called, file_of, id_argument, need_place, place_option, room_of, short
from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.data_room.room import Room


class BadReceipt(WorkpactError):
    """A file holds no receipt. Nothing was sent."""


@click.command(cls=ConnectedCommand)
@acting
def seat(act: Act) -> None:
    """Give the parties of the document in force, and its operators, their seats in the room. Anyone.

    Needed once before the first file, and again after each amendment.

    \b
    Example:
      ape run room seat desk.yaml --account client
    """
    room = room_of(act)
    done = room.seat(sender=act.sender)
    value = {"book": room.book, "id": room.agreement.id, "operators": room.has_operators}
    lines = [f"The parties{' and operators' if room.has_operators else ''} of {act.document.name} have their seats."]
    return finished(act.as_json, value, lines, [] if done is None else [done], "They had them before.")


@click.command(cls=ConnectedCommand)
@acting
@click.argument("papers", metavar="[RECEIPT]...", nargs=-1, type=READ)
def receipts(act: Act, papers: tuple[Path, ...]) -> None:
    """Show who says to have opened what; carry signed RECEIPTs first, if files of them are named. Anyone.

    A receipt shows who says that it has read. Who gave none may have read too: access shows who could.

    \b
    Example:
      ape run room receipts desk.yaml
      ape run room receipts desk.yaml brief.receipt.json --account carrier
    """
    room = room_of(act)
    sent, passed = [], 0
    for file, version, reader, signature in [_read(path) for path in papers]:
        done = room.give_receipt(file, version, reader, signature=signature, sender=act.sender)
        sent += [] if done is None else [done]
        passed += done is None
    rows, value = _given(room)
    lines = table(rows) if len(rows) > 1 else ["Nobody has given a receipt."]
    lines += [f"{passed} of these were given before."] * bool(passed)
    if papers:
        return finished(act.as_json, {"receipts": value}, lines, sent)
    return emit(plain({"receipts": value}), act.as_json, lines)


def _given(room: Room) -> tuple[list[list[object]], list[dict[str, Any]]]:
    from scripts._words import when

    rows: list[list[object]] = [["file", "version", "reader", "says so at"]]
    value = []
    for found in room.files():
        for version in found.versions.values():
            for reader, moment in version.receipts.items():
                rows.append([short(found.id), version.number, called(room, reader), when(room.agreement, moment)])
                value.append({"file": found.id, "version": version.number, "reader": reader, "at": moment})
    return rows, value


def _read(path: Path) -> tuple[bytes, int, str, bytes]:
    from eth_utils.address import to_checksum_address

    try:
        read = json.loads(path.read_text())
        file, signature = (bytes.fromhex(read[name].removeprefix("0x")) for name in ("file", "signature"))
        if len(file) == 32 and type(read["version"]) is int:
            return file, read["version"], to_checksum_address(read["reader"]), signature
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise BadReceipt(f"{path} is no receipt: have it signed with ape run room get --receipt-to.")


@click.command(cls=ConnectedCommand)
@acting
@id_argument
@place_option
def shred(act: Act, file_id: str, place_url: str | None) -> None:
    """Destroy a file: sealed bytes and wraps in the place, and then say so on chain. Its side alone.

    The chain keeps hashes and who could read, and no more. Copies that somebody made, backups of the place, and what
    readers have opened are beyond anyone's reach: whoever has a copy and a key can still open it.

    \b
    Example:
      ape run room shred desk.yaml 0x5f3a11 --account client
    """
    room, place = room_of(act), need_place(place_url)
    found = file_of(room, file_id)
    if not found.is_shredded:
        act.confirm(f"Destroy all {found.latest.number} versions of {short(found.id)} in {place.address}, for good?")
    done = room.shred(found.id, place, sender=act.sender)
    value = {"file": found.id, "versions": found.latest.number, "place": place.address}
    lines = [f"{short(found.id)} is destroyed in {place.address}. Copies elsewhere, and what was opened, are not."]
    return finished(act.as_json, value, lines, [] if done is None else [done], "It was shredded before.")


COMMANDS = (seat, receipts, shred)
