"""Over a whole life no plaintext, name or key reaches chain, place, log, temporary file or exception (SPEC.md 14.8)."""

from __future__ import annotations

import base64
import logging
import secrets
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ape import networks

from tests.data_room.house import House
from workpact.data_room import room as room_module
from workpact.data_room.errors import RoomError
from workpact.data_room.keyring import KeyRing
from workpact.data_room.keys import EncryptionKey
from workpact.terms.room import Kind

CANARY = b"canary-5ce1-nobody-outside-may-read-this"
NAME = "salaries of may.csv"
OPENING = "0x" + "c4" * 32


def spellings(secret: bytes) -> list[bytes]:
    """As bytes, digits, text and base64, and the middle of it."""
    hexed = secret.hex().encode()
    middle = secret[4:-4]
    return [secret, middle, hexed, hexed.upper(), base64.b64encode(secret)[:-4], repr(middle).encode()[2:-1]]


def chain_data() -> Iterator[bytes]:
    """Calldata, logs and created code of every block."""
    web3 = networks.provider.web3
    for number in range(web3.eth.block_number + 1):
        for transaction in web3.eth.get_block(number, True)["transactions"]:
            yield bytes(transaction["input"])
            for log in web3.eth.get_transaction_receipt(transaction["hash"])["logs"]:
                yield b"".join(bytes(topic) for topic in log["topics"]) + bytes(log["data"])


def files_below(*folders: Path) -> Iterator[bytes]:
    for folder in folders:
        for path in folder.rglob("*"):
            yield str(path.relative_to(folder)).encode()
            if path.is_file():
                yield path.read_bytes()


class Watched:
    """What is written to files without a name, which nobody can list."""

    def __init__(self, monkeypatch: Any) -> None:
        self.written: list[bytes] = []
        for kind in ("TemporaryFile", "SpooledTemporaryFile"):
            monkeypatch.setattr(tempfile, kind, self._watching(getattr(tempfile, kind)))

    def _watching(self, made: Any) -> Any:
        def make(*given: Any, **options: Any) -> Any:
            file = made(*given, **options)
            write = file.write

            def told(content: bytes) -> int:
                self.written.append(bytes(content))
                return int(write(content))

            file.write = told
            return file

        return make


def life(house: House) -> list[BaseException]:
    """All that can happen to a file; and the refusals on the way."""
    content = CANARY * 4_000
    put = house.put(
        "contractor", "client-operator", content=content, name=NAME, kind=Kind.OTHER, opens={"salt": OPENING}
    )
    house.give(put.file, "contractor-operator", by="contractor")
    house.put("contractor", "client-operator", content=content + b"2", name=NAME, file=put.file)
    house.rotate("contractor")
    house.room.renew(house.place, own=house.own("client"), sender=house.account("client"))
    house.revoke(put.file, "contractor")
    assert house.read(put.file, "client") == content + b"2"
    sender = house.account("client-operator")
    house.room.give_receipt(put.file, None, sender.address, sender=sender)
    raised = [caught(lambda: house.read(put.file, "contractor"))]
    foreign = KeyRing.of(house.address("client"), EncryptionKey.generate())
    raised.append(caught(lambda: house.room.open(put.file, None, foreign, house.folder / "x", house.place)))
    raised.append(caught(lambda: house.put("arbiter", content=content)))
    raised.append(caught(lambda: house.put(house.address("arbiter"), content=content, kind=Kind.CREDENTIAL)))
    for path in (house.folder / "place").rglob("*.sealed"):
        kept = path.read_bytes()
        path.write_bytes(kept[:-1] + b"\0")
        raised.append(caught(lambda: house.read(put.file, "client")) if path.parent.name == "3" else RoomError())
        path.write_bytes(kept)
    return raised


def caught(act: Any) -> BaseException:
    with pytest.raises(RoomError) as info:
        act()
    return info.value


@pytest.mark.threat("T54", "T82")
def test_life__no_secret_leaves_it(house, monkeypatch, tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    made: list[bytes] = []
    monkeypatch.setattr(
        room_module.secrets,
        "token_bytes",
        lambda size: made.append(secrets.randbits(8 * size).to_bytes(size)) or made[-1],
    )
    watched = Watched(monkeypatch)

    raised = life(house)

    told = "".join("".join(traceback.format_exception(each)) + repr(vars(each)) for each in raised)
    shown = repr([house.own(role) for role in house.keys]) + repr(house.keys) + repr(house.room) + repr(house.place)
    captured = capfd.readouterr()
    places = (house.folder / "place", tmp_path / "data", scratch)
    seen = [*chain_data(), *files_below(*places), *watched.written, caplog.text.encode(), told.encode(), shown.encode()]
    seen += [captured.out.encode(), captured.err.encode()]
    private = [key.private.private_bytes_raw() for keys in house.keys.values() for key in keys]
    assert len(made) >= 3
    assert len(watched.written) > 10
    secret = [CANARY, NAME.encode(), bytes.fromhex(OPENING[2:]), *made, *private]
    needles = [each for one in secret for each in spellings(one)]
    assert [needle for needle in needles if any(needle in each for each in seen)] == []
    # The search finds what is there.
    manifest = house.room.file(house.room.files()[0].id).latest.manifest
    assert any(manifest in each for each in seen)
    house.room.shred(house.room.files()[0].id, house.place, sender=house.account("client"))
    assert [path for path in (house.folder / "place").rglob("*") if path.is_file()] == []
