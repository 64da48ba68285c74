"""Opening a file: everything is checked against the chain before plaintext counts (SPEC.md 14.9)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from eth_utils.crypto import keccak

from workpact.data_room.errors import Damaged, NotThere, RolledBack, RoomError
from workpact.data_room.keyring import KeyRing
from workpact.data_room.listing import FileVersion, Given, RoomFile
from workpact.data_room.manifest import SignedManifest
from workpact.data_room.room_view import RoomView
from workpact.data_room.stream import Heading, commitment_salt, open_sealed
from workpact.data_room.wraps import unwrap
from workpact.signing import digest, recovered

if TYPE_CHECKING:
    from workpact.data_room.place import RoomPlace

DELEGATED = bytes.fromhex("ef0100")
"""Begins the code of an account that a key acts for all the same (EIP-7702)."""
Progress = Callable[[int], None]
"""Told how many bytes have passed since the last time."""


class NoAccess(RoomError):
    """The chain gives the account no access to the version."""


class NotTheAuthors(RoomError):
    """The manifest's signature is not its author's."""


class OutExists(RoomError):
    """There is another file where the content is to be written."""


@dataclass(frozen=True)
class Opened:
    """What was opened."""

    version: int
    latest: int
    """The version that counts."""
    heading: Heading
    path: Path
    is_new: bool
    """False: it was there before, with the same content."""


class RoomReading(RoomView):
    """What a reader does with a room."""

    def open(
        self,
        file: bytes,
        version: int | None,
        own: KeyRing,
        out: Path,
        place: RoomPlace,
        *,
        progress: Progress | None = None,
    ) -> Opened:
        """Writes the content of a version, else of the latest, to `out`; under its own name if that is a folder.

        Raises `NoAccess`; then in this order `RolledBack`, `BadManifest`, `NotTheAuthors`, `Damaged`, `NotForYou`;
        `NotThere` for whatever the place does not have; at last `OutExists`. Then it leaves nothing behind.
        """
        found = self.file(file)
        self._need_there(found)
        chosen = found.version(version)
        self._need_access(found, chosen, own.account)
        folder = out if out.is_dir() else out.parent
        with self._opened(found, chosen, own, place, folder) as (sealed, key, commitment):
            number = self.version_id(file, chosen.number)
            with _draft(folder) as draft:
                with draft.open("wb") as plain:
                    heading = open_sealed(told(sealed, progress), plain, key, number, commitment)
                    plain.flush()
                    os.fsync(plain.fileno())
                path = out / _visible(heading.name) if out.is_dir() else out
                is_new = _moved(draft, path)
            if not is_new and not commits(path, key, commitment):
                raise OutExists(f"{path} exists, and is something else: name another file.")
        return Opened(chosen.number, found.latest.number, heading, path, is_new)

    def key_of_version(self, found: RoomFile, chosen: FileVersion, own: KeyRing, place: RoomPlace) -> bytes:
        """The version's key, out of the account's own wrap; raises `NoAccess`, `NotThere`, `Damaged`, `NotForYou`."""
        self._need_there(found)
        given = self._need_access(found, chosen, own.account)
        number = self.version_id(found.id, chosen.number)
        wrapped = place.read_wrap(number, given.wrap_hash)
        return unwrap(wrapped, own.key(given.key_version), number, own.account, given.key_version)

    def manifest(self, found: RoomFile, chosen: FileVersion, place: RoomPlace) -> SignedManifest:
        """What the author of a version signed; raises `RolledBack`, `NotThere`, `BadManifest`, `NotTheAuthors`."""
        number = self.version_id(found.id, chosen.number)
        try:
            signed = place.read_manifest(number, chosen.manifest)
        except NotThere:
            self._check_not_older(found, chosen, place)
            raise
        author = signed.manifest.author
        signed_digest = digest(signed.manifest.typed_data(number.chain_id, number.contract))
        # A key's signature stands for ever; that of a contract was checked when the chain took the version.
        is_signed = recovered(signed_digest, signed.signature) == author
        if not is_signed and (signed.signature or not is_contract(author)):
            raise NotTheAuthors(f"{number}: the manifest is not signed by its author {author}. Do not use it.")
        return signed

    @contextmanager
    def _opened(
        self, found: RoomFile, chosen: FileVersion, own: KeyRing, place: RoomPlace, folder: Path
    ) -> Iterator[tuple[BinaryIO, bytes, bytes]]:
        """Sealed bytes, key and commitment of a version, checked in the order of SPEC.md 14.9 up to the wrap."""
        manifest = self.manifest(found, chosen, place).manifest
        number = self.version_id(found.id, chosen.number)
        with place.open_version(number, manifest.content, manifest.size, folder) as sealed:
            yield sealed, self.key_of_version(found, chosen, own, place), manifest.commitment

    def _check_not_older(self, found: RoomFile, chosen: FileVersion, place: RoomPlace) -> None:
        for older in range(chosen.number - 1, 0, -1):
            try:
                place.read_manifest(self.version_id(found.id, older), found.version(older).manifest)
            except (NotThere, Damaged):
                continue
            raise RolledBack(
                f"{place.address} has version {older} of file 0x{found.id.hex()}, and the chain's is {chosen.number}: "
                "it is an old copy, or somebody took the newer one away. Ask for the place as it is now."
            )

    @staticmethod
    def _need_access(found: RoomFile, chosen: FileVersion, reader: str) -> Given:
        given = chosen.access.get(reader)
        if given is None:
            since = found.revoked.get(reader)
            why = f"access was taken away from version {since} on" if since else "access was never given"
            raise NoAccess(
                f"{reader} may not open version {chosen.number} of file 0x{found.id.hex()}: {why}. The side that owns "
                "the file can give it: ape run room grant."
            )
        return given


def commits(path: Path, key: bytes, commitment: bytes) -> bool:
    """Whether a file's content is what a version's author committed to."""
    with path.open("rb") as file:
        plain = hashlib.file_digest(file, "sha256").digest()
    return keccak(commitment_salt(key) + plain) == commitment


def is_contract(account: str) -> bool:
    """Whether code, and no key, acts for the account."""
    from ape import networks

    node: Any = networks.provider
    code = bytes(node.get_code(account))
    return bool(code) and not code.startswith(DELEGATED)


def told(source: BinaryIO, progress: Progress | None) -> BinaryIO:
    """The source, telling how much of it was read."""
    return source if progress is None else cast(BinaryIO, _Told(source, progress))


class _Told:
    def __init__(self, source: BinaryIO, progress: Progress) -> None:
        self._source = source
        self._progress = progress

    def read(self, size: int = -1) -> bytes:
        part = self._source.read(size)
        self._progress(len(part))
        return part


def _visible(name: str) -> str:
    """A name that hides nothing, whatever the author called it."""
    return "_" + name.lstrip(".") if name.startswith(".") else name


def _moved(draft: Path, path: Path) -> bool:
    """Gives the draft its name; False if something has it already."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    return True


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A file of nobody else's in the folder, gone at the end."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".room-")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        os.unlink(name)
