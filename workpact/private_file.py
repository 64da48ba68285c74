"""Files that only their owner may read: mode 0600, and sealed at rest once the owner has a room key (SPEC.md 14.11).

A sealed one begins with `MAGIC`, then account (20 bytes) and version (4) of the key that it is for, the wrap of its own
key (80) and the commitment (32), then the sealed stream of a room's file. Whatever is bound to a version is bound here
to one that no room has: chain 0, no contract. Sealing keeps a content secret; it does not say who wrote it.
"""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from workpact.chain.journal import data_folder
from workpact.data_room.errors import Damaged, NotForYou, RoomError

if TYPE_CHECKING:
    from workpact.data_room.keys import EncryptionKey
    from workpact.data_room.wraps import VersionId

MAGIC = b"workpact private 1\n"
ACCOUNT = "WORKPACT_ROOM_ACCOUNT"
PASSPHRASE = "WORKPACT_ROOM_PASSPHRASE"

_WRAP, _COMMITMENT = slice(24, 104), slice(104, 136)
_HEAD = 136


class WhoseFile(RoomError):
    """It is not clear for whose key a private file is to be sealed. It was not written."""


class SealedForAnother(RoomError):
    """A private file is sealed for a key that is not in the keystore."""

    def __init__(self, path: Path, account: str, version: int, folder: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} is sealed for version {version} of the room key of {account}, which is not in {folder}: bring the "
            "keystore that has it; what is meant for you is handed over unsealed, or through the room."
        )


class PassphraseNeeded(RoomError):
    """A room key is needed, and there is nobody to ask for its passphrase."""

    def __init__(self, account: str, what: str = "This") -> None:
        super().__init__(f"{what} is sealed for {account}: give the passphrase of its room key as {PASSPHRASE}.")


class PrivateFileDamaged(Damaged):
    """A sealed private file is not what was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is sealed and damaged: restore it from a copy.")


@dataclass
class _Person:
    """On whose behalf files are written, and how a passphrase is asked for."""

    account: str | None = None
    ask: Callable[[str], str] | None = None
    said: dict[str, str] = field(default_factory=dict, repr=False)


_person: ContextVar[_Person | None] = ContextVar("person", default=None)


@contextmanager
def on_behalf_of(account: str | None, ask: Callable[[str], str] | None) -> Iterator[None]:
    """Within it files are sealed for `account` if several have keys; `ask` gives the passphrase of an account's key."""
    token = _person.set(_Person(account, ask))
    try:
        yield
    finally:
        _person.reset(token)


def write_private(path: Path, content: Iterable[bytes], *, over: bool = True) -> None:
    """Write a whole file or nothing, mode 0600; sealed if the owner has a room key.

    That is the one account with keys in the user's data folder, or WORKPACT_ROOM_ACCOUNT. No passphrase is needed. With
    `over` false a file that is there is a `FileExistsError`. Raises `RoomError`s.
    """
    owner = _owner()
    with _draft(path, over) as draft:
        if owner is None:
            draft.writelines(content)
        else:
            _seal(content, draft, *owner)
        draft.flush()
        os.fsync(draft.fileno())


def write_plain(path: Path, content: Iterable[bytes]) -> None:
    """Write a whole file or nothing, mode 0600, never sealed: it is made to be handed to somebody else."""
    with _draft(path, True) as draft:
        draft.writelines(content)


def read_private(path: Path) -> bytes:
    """What `write_private` was given. Raises `OSError`, and of a sealed file `RoomError`s."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            file.seek(0)
            return file.read()
        return _opened(path, file)


def passphrase_of(account: str, what: str = "This") -> str:
    """That of an account's room key: WORKPACT_ROOM_PASSPHRASE, else asked for once; raises `PassphraseNeeded`."""
    person, given = _person.get(), os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    if person is None or person.ask is None:
        raise PassphraseNeeded(account, what)
    if account.lower() not in person.said:
        person.said[account.lower()] = person.ask(account)
    return person.said[account.lower()]


def seal_in_place(path: Path) -> bool:
    """Seals a private file that is plain; false if it is sealed already. Raises `OSError`, `RoomError`s."""
    content = path.read_bytes()
    if content.startswith(MAGIC):
        return False
    if _owner() is None:
        raise WhoseFile(f"{path} stays as it is: there is no room key yet. Make one first: ape run room key.")
    write_private(path, [content])
    return True


@contextmanager
def _draft(path: Path, over: bool) -> Iterator[Any]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
        if over:
            os.replace(name, path)
        else:
            os.link(name, path)
            os.unlink(name)
    except BaseException:
        os.unlink(name)
        raise


def _owner() -> tuple[str, int, bytes] | None:
    """The account for whose key files are sealed, the key's newest version, and the key; None without any."""
    folder, named, person = data_folder() / "room", os.environ.get(ACCOUNT), _person.get()
    if named is None and not folder.is_dir():
        return None
    from workpact.data_room.keys import NAME, Keystore

    names = [NAME.fullmatch(each.name) for each in folder.iterdir()] if folder.is_dir() else []
    accounts = {name[1] for name in names if name}
    acting = person.account.lower() if person and person.account else None
    chosen = named.lower() if named else acting if len(accounts) > 1 else next(iter(accounts), None)
    if chosen is None and not accounts:
        return None
    if chosen not in accounts:
        several = ", ".join(sorted(accounts)) or "nobody"
        raise WhoseFile(
            f"{folder} has keys of {several}: say in {ACCOUNT} whose private files these are, an account with a key "
            "(ape run room key)."
        )
    store = Keystore(folder)
    version = store.versions(chosen)[-1]
    return chosen, version, store.public(chosen, version)


def _seal(content: Iterable[bytes], out: BinaryIO, account: str, version: int, public: bytes) -> None:
    from workpact.data_room.stream import Heading, seal
    from workpact.data_room.wraps import wrap

    key = secrets.token_bytes(32)
    own = bytes.fromhex(account[2:]) + version.to_bytes(4)
    head = MAGIC + own + wrap(key, public, _domain(), account, version)
    out.write(head + bytes(32))
    heading = Heading("private", "application/octet-stream")
    sealed = seal(io.BufferedReader(_Pieces(content)), out, key, _domain(), heading)
    out.seek(len(head))
    out.write(sealed.commitment)


def _opened(path: Path, file: BinaryIO) -> bytes:
    from workpact.data_room.keys import Keystore
    from workpact.data_room.stream import open_sealed
    from workpact.data_room.wraps import unwrap

    head = file.read(_HEAD)
    account, version = "0x" + head[:20].hex(), int.from_bytes(head[20:24])
    if len(head) != _HEAD or not 0 < version < 10**9:
        raise PrivateFileDamaged(path)
    folder = data_folder() / "room"
    if not folder.is_dir() or version not in Keystore(folder).versions(account):
        raise SealedForAnother(path, account, version, folder)
    own = _key(folder, account, version, passphrase_of(account, str(path)))
    out = io.BytesIO()
    try:
        key = unwrap(head[_WRAP], own, _domain(), account, version)
        open_sealed(file, out, key, _domain(), head[_COMMITMENT])
    except (Damaged, NotForYou):
        raise PrivateFileDamaged(path) from None
    return out.getvalue()


@lru_cache(maxsize=4)
def _key(folder: Path, account: str, version: int, passphrase: str) -> EncryptionKey:
    """Opened once: it takes half a second."""
    from workpact.data_room.keys import Keystore

    return Keystore(folder).open(account, version, passphrase)


def _domain() -> VersionId:
    """What sealed private files are bound to, and no room's file."""
    from workpact.data_room.wraps import VersionId

    purpose = sha256(b"workpact private file").digest()
    return VersionId(0, "0x" + 40 * "0", bytes(32), purpose, 1)


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
