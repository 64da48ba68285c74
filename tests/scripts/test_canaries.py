"""The search for secrets finds one wherever it is put, in every spelling (SPEC.md 17.10)."""

from __future__ import annotations

import base64
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace

import pytest

from tests.chain.fault_proxy import SEND
from tests.scripts.canaries import KEY, PASSPHRASE, spellings, words
from tests.scripts.overheard import Listening, Overheard

DIGITS = KEY.hex()
SPELT = [*spellings(KEY), *words(PASSPHRASE)]


@pytest.fixture
def user(tmp_path) -> Overheard:
    made = Overheard(tmp_path / "user")
    made.keys.append(KEY)
    made.phrases.append(PASSPHRASE)
    return made


def say(out: str, trouble: str) -> Callable[[Overheard], None]:
    """A command that says this on stdout and that on stderr."""

    def said(user: Overheard) -> None:
        done = CompletedProcess(["ape"], 0, out, trouble)
        user.start = lambda *_: SimpleNamespace(ended=lambda: done)  # type: ignore[method-assign,assignment,return-value]
        user.run("deploy")

    return said


def write(name: str, made: Callable[[bytes], bytes]) -> Callable[[Overheard], None]:
    """A file that a command leaves."""

    def written(user: Overheard) -> None:
        path = user.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made(b"before " + DIGITS.encode() + b" behind"))
        user.look("deploy")

    return written


def pack(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(DIGITS.encode()))


def leave_zip(user: Overheard) -> None:
    pack(user.folder / "package.zip")
    user.look("export")


def name_file(user: Overheard) -> None:
    (user.folder / "data" / DIGITS).mkdir(parents=True)
    (user.folder / "data" / DIGITS / "empty").touch()
    user.look("deploy")


def write_and_remove(user: Overheard) -> None:
    """What lies there only while something is sent."""
    draft = user.folder / "tmpdir" / "draft"
    draft.write_bytes(KEY)
    with Listening("http://127.0.0.1", user) as node:
        node.fault_of(SEND)
    draft.unlink()
    user.look("deploy")


def send(user: Overheard) -> None:
    """In the calldata of what the node is asked."""
    with Listening("http://127.0.0.1:1", user) as node, pytest.raises(OSError, match="refused"):
        node.forward(json.dumps({"method": "eth_call", "params": [{"data": f"0xa9059cbb{DIGITS}"}]}).encode())


def revealed(content: bytes) -> bytes:
    """As a bundle carries a file."""
    return lzma.compress(json.dumps({"revealed": [{"content": "0x" + content.hex()}]}).encode())


PLACES = {
    "stdout": say(f"0x{DIGITS}\n", ""),
    "stderr": say("", f"Error: {PASSPHRASE}.\n"),
    "journal": write("data/sending/11155111.jsonl", lambda content: b'{"raw": "' + content + b'"}'),
    "deployments": write("deployments/11155111.json", bytes.upper),
    "ape's own folder": write("ape/ethereum/cache.sqlite", lambda content: b"SQLite format 3\0" + content),
    "home": write("home/.cache/log", base64.b64encode),
    "room": write("place/book/1.sealed", lambda content: content),
    "bundle": write("desk.bundle", revealed),
    "zip": leave_zip,
    "name of a file": name_file,
    "while it was sent": write_and_remove,
    "request": send,
}


@pytest.mark.threat("T82")
@pytest.mark.parametrize("place", PLACES)
def test_leaks__a_key_put_there__found(user, place):
    user.look("before")
    assert user.leaks() == set()
    PLACES[place](user)
    assert user.leaks()


def test_leaks__every_spelling__found(user):
    for spelt in SPELT:
        user.seen = {b"behind " + spelt + b" before": "stderr"}
        assert {needle for _, needle in user.leaks()} >= {spelt}


def test_leaks__in_base64_at_any_place__found(user):
    for secret in (KEY, DIGITS.encode(), PASSPHRASE.encode()):
        for before in range(6):
            user.seen = {base64.urlsafe_b64encode(b"x" * before + secret + b"yz"): "somewhere"}
            assert user.leaks(), (secret, before)
