"""`ape run room put`, `get` and `list`: files in, files out, and what there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._equity_people import finished
from scripts._options import ConnectedCommand, emit, json_option, table
from scripts._papers import READ, WRITE, Act, acting, document_options, plain
from scripts._room_house import (
    KINDS,
    called,
    file_of,
    id_argument,
    need_place,
    own_keys,
    place_option,
    progress,
    readers_option,
    room_of,
    short,
    shown_room,
    version_option,
)
from scripts._room_named import named_by

if TYPE_CHECKING:
    from workpact.data_room.listing import RoomFile
    from workpact.data_room.room import Room


@click.command(cls=ConnectedCommand)
@acting
@click.argument("source", metavar="CONTENT", type=READ)
@click.option("--kind", type=click.Choice(KINDS), help="What it is: decides who may read it. Else other.")
@readers_option
@place_option
@click.option("--file", "file_id", metavar="ID", help="Put it as the next version of this file.")
@click.option("--name", help="What readers see it called, if not as here.")
def put(
    act: Act,
    source: Path,
    kind: str | None,
    readers: tuple[str, ...],
    place_url: str | None,
    file_id: str | None,
    name: str | None,
) -> None:
    """Seal CONTENT for its readers, lay it down in the place, and say so on chain: a hash, the readers, no name.

    You can always read what you put. With --file it is the next version; without --for the readers stay, with it they
    are the ones that you name, and others are revoked. The same content again changes nothing. A deliverable that was
    submitted from this file takes its salt along, so that readers can check it against what was submitted.

    \b
    Example:
      ape run room put desk.yaml brief.pdf --for contractor --account client
      ape run room put desk.yaml calls.zip --kind recording --for client --place s3://desk-room --account contractor
      ape run room put desk.yaml brief-2.pdf --file 0x5f3a11 --account client
    """
    from workpact.sealing import kept_seal
    from workpact.terms.room import Kind

    room, place = room_of(act), need_place(place_url)
    act.document.require_resolved()
    before = file_of(room, file_id) if file_id else None
    chosen = Kind[kind.upper()] if kind else Kind(before.latest.kind) if before else Kind.OTHER
    named = readers or (tuple(before.latest.access) if before else ())
    seal = kept_seal(source)
    opens = seal.opening if seal else None
    account = str(act.signing.address)
    with progress(f"Sealing {source.name}", source.stat().st_size) as told:
        done = room.put(
            source,
            chosen,
            named,
            place,
            own=own_keys(account),
            sender=act.sender,
            file=before.id if before else None,
            name=name,
            opens=opens,
            progress=told,
        )
    value = {"file": done.file, "version": done.version, "kind": chosen.word, "readers": done.readers,
             "revoked": done.revoked, "place": place.address}  # fmt: skip
    readable = ", ".join(called(room, reader) for reader in done.readers)
    lines = [f"File 0x{done.file.hex()}, version {done.version}, {chosen.word}: {readable} can open it."]
    lines += [f"{called(room, reader)} cannot open it any more." for reader in done.revoked]
    sent = [done.sent] if done.sent is not None else []
    return finished(act.as_json, value, lines, sent, "It was put before.")


@click.command(cls=ConnectedCommand)
@acting
@id_argument
@version_option
@place_option
@click.option("--out", type=click.Path(path_type=Path), help="A file, or a folder: then under its own name. Else here.")
@click.option("--receipt", is_flag=True, help="Say on chain that you have opened it.")
@click.option("--receipt-to", type=WRITE, help="Sign the receipt into this file instead; anybody can carry it.")
def get(
    act: Act,
    file_id: str,
    version: int | None,
    place_url: str | None,
    out: Path | None,
    receipt: bool,
    receipt_to: Path | None,
) -> None:
    """Fetch a file, check it against the chain, and open it with your key. Sends nothing but a receipt, if you want.

    ID is that of `room list`, or its first digits. What is wrong with the place, the bytes or your access is named,
    and nothing is left behind then. A receipt is for ever and for all to see.

    \b
    Example:
      ape run room get desk.yaml 0x5f3a11 --account contractor
      ape run room get desk.yaml 0x5f3a11 --out briefs --receipt --account contractor
      ape run room get desk.yaml 0x5f3a11 --receipt-to brief.receipt.json --account worker
    """
    room, place = room_of(act), need_place(place_url)
    found, account = file_of(room, file_id), str(act.signing.address)
    chosen = found.version(version)
    size = 0 if found.is_shredded else room.manifest(found, chosen, place).manifest.size
    with progress(f"Opening {short(found.id)}", size) as told:
        opened = room.open(found.id, version, own_keys(account), out or Path(), place, progress=told)
    value: dict[str, Any] = {"file": found.id, "version": opened.version, "latest": opened.latest,
                             "path": str(opened.path), "mediaType": opened.heading.media_type,
                             "opens": dict(opened.heading.opens or {}) or None}  # fmt: skip
    lines = [f"{opened.path}: version {opened.version} of {short(found.id)}, as its author put it."]
    if opened.heading.opens:
        value["namedBy"] = named_by(room.agreement, opened.heading.opens, opened.path)
        lines += [f"It is what the agreement names: {each}" for each in value["namedBy"]] or [
            "It says what it is by a salted hash, and nothing on chain names that: it may never have been handed in."
        ]
    if opened.version < opened.latest:
        lines.append(f"There is a later one, version {opened.latest}.")
    if receipt_to is not None:
        value["receipt"] = _sign_receipt(room, found, opened.version, act, receipt_to)
        lines.append(f"{receipt_to} is the receipt: anybody can carry it (ape run room receipts).")
    if not receipt:
        return emit(plain(value), act.as_json, lines)
    done = room.give_receipt(found.id, opened.version, account, sender=act.sender)
    return finished(act.as_json, value, lines, [] if done is None else [done], "The receipt was given before.")


def _sign_receipt(room: Room, found: RoomFile, version: int, act: Act, path: Path) -> str:
    import json

    account = act.signing
    signature = room.receipt_message(found.id, version, str(account.address)).sign(account)
    content = {"file": found.id, "version": version, "reader": str(account.address), "signature": signature}
    path.write_text(json.dumps(plain(content), indent=2) + "\n")
    return str(path)


@click.command("list", cls=ConnectedCommand)
@document_options
@json_option
def list_files(file: Path, wallets: tuple[str, ...], token: str | None, as_json: bool) -> None:
    """Show the room's files: whose, of what kind, which version, who can open it, who lost access.

    From the chain alone, checked against its linked history. Names and contents are not there: they are sealed.

    \b
    Example:
      ape run room list desk.yaml
      ape run room list desk.yaml --json
    """
    room = shown_room(file, wallets, token)
    files = room.files()
    value = {"book": room.book, "seated": room.is_seated, "operators": room.has_operators,
             "files": [_value(each) for each in files]}  # fmt: skip
    lines = _lines(room, files)
    if not room.is_seated:
        lines.append("Nobody has a seat under the document in force: ape run room seat")
    emit(plain(value), as_json, lines)


def _value(found: RoomFile) -> dict[str, Any]:
    from workpact.data_room.room_view import SIDES

    versions = [
        {"version": each.number, "kind": each.kind_word, "author": each.author, "putAt": each.put_at,
         "content": each.content, "manifest": each.manifest, "transaction": each.transaction,
         "access": [{"reader": reader, "keyVersion": given.key_version, "wrap": given.wrap_hash, "by": given.by}
                    for reader, given in each.access.items()],
         "receipts": [{"reader": reader, "at": when} for reader, when in each.receipts.items()]}
        for each in found.versions.values()
    ]  # fmt: skip
    revoked = [{"reader": reader, "from": version} for reader, version in found.revoked.items()]
    return {"file": found.id, "side": SIDES[found.side], "latest": found.latest.number, "versions": versions,
            "revoked": revoked, "shreddedAt": found.shredded_at}  # fmt: skip


def _lines(room: Room, files: list[RoomFile]) -> list[str]:
    from scripts._words import when
    from workpact.data_room.room_view import SIDES

    if not files:
        return ["The room has no files yet. Put one: ape run room put"]
    rows: list[list[object]] = [["file", "of", "kind", "version", "put", "can open it", "revoked"]]
    for each in files:
        latest = each.latest
        readers = ", ".join(called(room, reader) for reader in latest.access)
        gone = ", ".join(f"{called(room, reader)} from {version}" for reader, version in each.revoked.items())
        state = "nobody: it was shredded" if each.is_shredded else readers
        put_at = when(room.agreement, latest.put_at)
        rows.append([short(each.id), SIDES[each.side], latest.kind_word, latest.number, put_at, state, gone])
    return table(rows)


COMMANDS = (put, get, list_files)
