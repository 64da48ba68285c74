"""The room of an agreement, to act in: put versions, share them, take access away (SPEC.md §14).

    room = DataRoom.deployed().of(agreement)
    room.seat(sender=client)
    put = room.put(Path("brief.pdf"), Kind.OTHER, ["contractor"], place, own=own, sender=client)
    room.give(put.file, None, ["arbiter"], place, own=own, sender=client)
    room.revoke(put.file, ["contractor"], place, own=own, sender=client)

A version is sealed, its wraps, manifest and bytes are laid down, and then one transaction is sent: whatever breaks off,
no reader takes for a version what the chain does not have, and the same call again goes on.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from eth_utils.crypto import keccak

from workpact.chain.sender import Sender
from workpact.consents import SignedMessage
from workpact.data_room.content import Content, resealed
from workpact.data_room.errors import RoomError
from workpact.data_room.keyring import KeyRing
from workpact.data_room.listing import FileVersion, RoomFile
from workpact.data_room.manifest import Access, Manifest, SignedManifest, file_id, readers_hash
from workpact.data_room.reading import NoAccess, Progress, is_contract, told
from workpact.data_room.room_view import NotYours
from workpact.data_room.salts import new_salt, salt_of
from workpact.data_room.sharing import ForeignKey, RoomSharing, kind_of
from workpact.data_room.stream import commitment_salt, seal
from workpact.data_room.wraps import KEY_BYTES
from workpact.preflight import address_of, ask, send
from workpact.terms.room import Kind

if TYPE_CHECKING:
    from workpact.data_room.place import RoomPlace
    from workpact.data_room.registry import RegisteredKey

MEMORY = 1 << 20
"""Sealed bytes up to here wait in memory, more of them in a file without a name."""


class OtherKind(RoomError):
    """A version would be of another kind than its file. Nothing was sealed or sent."""


class OtherReaders(RoomError):
    """The same content was put before, and not all who are named can open it. Nothing was sealed or sent."""


class Changed(RoomError):
    """The content was changed while it was read. Nothing was sent."""


class Overtaken(RoomError):
    """Another version was put in between, by an earlier try or by somebody else."""


@dataclass(frozen=True)
class Put:
    """A version, and what came of it."""

    file: bytes
    version: int
    readers: tuple[str, ...]
    """Who can open it."""
    revoked: tuple[str, ...]
    """Who could open the version before, and cannot open this one."""
    sent: Any
    """None: it was there before."""


@dataclass(frozen=True)
class _Next:
    """The version that is to be put."""

    file: bytes
    salt: bytes
    number: int
    kind: Kind
    readers: Sequence[RegisteredKey]
    """The author first."""
    revoked: tuple[str, ...]

    @property
    def author(self) -> str:
        return self.readers[0].account


class Room(RoomSharing):
    """One agreement's room. Writes take `sender` and return what was sent."""

    def put(
        self,
        source: Path | BinaryIO,
        kind: Kind,
        readers: Iterable[str],
        place: RoomPlace,
        *,
        own: KeyRing,
        sender: Any,
        file: bytes | None = None,
        name: str | None = None,
        media_type: str | None = None,
        opens: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> Put:
        """Puts a file, or the next version of one. Whoever has a seat of its side, by its own key.

        Its readers are the author and those named: by address, `client`, `contractor`, `arbiter` or `worker-17`; who
        could open the version before and is not among them is revoked. The same content put again under the same name,
        kind and key is the same file: nothing is sent. `opens` is the opening of a salted hash that agreement or report
        name the content by (SPEC.md 14.10). Raises before anything is sealed: `NoSeat`, `NotInForce`, `NotAReader`,
        `NoDispute`, `NoKey`, `NotYours`, `OtherKind`, `OtherReaders`, `ForeignKey`, `IsShredded`.
        """
        author = self._need_author(own, sender)
        side = self._need_seat(author)
        allowed = self.readers
        readers = allowed.named([author, *readers])
        allowed.require(kind, readers)
        keys = [self._need_key(reader) for reader in readers]
        known = None if file is None else self._need_next(file, kind, author)
        content = Content.of(source, name, media_type, opens)
        if known is None:
            salt = new_salt(self.agreement.chain_id, self.book, kind, content, own, keys[0].version)
            put = self._put_before(file_id(self.book, side, salt), readers)
            following = _Next(file_id(self.book, side, salt), salt, 1, kind, keys, ())
        else:
            put = self._is_put(known, known.latest, content, readers, place, own)
            following = self._following(known, keys)
        return put or self._put(following, content, place, own, sender, progress)

    def revoke(
        self,
        file: bytes,
        readers: Iterable[str],
        place: RoomPlace,
        *,
        own: KeyRing,
        sender: Any,
        progress: Progress | None = None,
    ) -> Put:
        """Seals the latest version anew, under a new key, for all who can open it but these; in one transaction.

        Who may no longer read it, or has no key any more, is left out too: see `revoked` of what is returned. It takes
        away what follows. What was opened, or lies somewhere as a copy, nobody can take away. Whoever can open the
        file and has a seat of its side. Raises `NoAccess`, `NotYours`, `ForeignKey` before anything is sealed.
        """
        author = self._need_author(own, sender)
        found = self.file(file)
        self._need_own(found, author)
        latest = found.latest
        allowed = self.readers
        out = allowed.named(readers, ever=True)
        if author in out:
            raise NotYours(f"{author} would take its own access away: let another of its side do that.")
        if not any(reader in latest.access for reader in out):
            if not any(reader in version.access for version in found.versions.values() for reader in out):
                raise NoAccess(
                    f"{', '.join(out) or 'Nobody'} has no access to file 0x{file.hex()}: nothing to take away."
                )
            return Put(file, latest.number, tuple(latest.access), (), None)
        kind = kind_of(latest)
        stay = [author, *(reader for reader in latest.access if reader not in (author, *out))]
        keys = [key for reader in stay if allowed.may(kind, reader) and (key := self.desk.key_of(reader))]
        with self._opened(found, latest, own, place, Path(tempfile.gettempdir())) as (sealed, secret, commitment):
            content = resealed(sealed, secret, self.version_id(file, latest.number), commitment)
            return self._put(self._following(found, keys), content, place, own, sender, progress)

    def _put(
        self,
        following: _Next,
        content: Content,
        place: RoomPlace,
        own: KeyRing,
        sender: Any,
        progress: Progress | None,
    ) -> Put:
        manifest, accesses = self._laid(following, content, place, sender, progress)
        readers = [(each.reader, each.key_version, each.wrap_hash) for each in accesses]
        arguments = (self.book, following.salt, tuple(manifest.values), readers, list(following.revoked), b"")
        # An earlier try that is still on its way goes on instead: what it names lies there as well.
        intent = f"room-put:{self.contract.address}:{following.file.hex()}:{following.number}"
        sent = send(self.contract.put, *arguments, sender=sender, intent=intent)
        named = tuple(each.account for each in following.readers)
        if getattr(sent, "txn_hash", None) is not None:
            self._check_put(following, manifest, content, place, own)
        return Put(following.file, following.number, named, following.revoked, sent)

    def _check_put(
        self, following: _Next, manifest: Manifest, content: Content, place: RoomPlace, own: KeyRing
    ) -> None:
        """What the chain has now is this, or an earlier try of the same; raises `Overtaken`."""
        if bytes(ask(self.contract.manifestOf, following.file, following.number)) == manifest.struct_hash:
            return
        found = self.file(following.file)
        chosen = found.version(following.number)
        if not self._is_put(found, chosen, content, [each.account for each in following.readers], place, own):
            raise Overtaken(
                f"Version {chosen.number} of file 0x{found.id.hex()} is one that was put before this: look at it "
                "(ape run room list), and run the same again for the next version."
            )

    def _laid(
        self, following: _Next, content: Content, place: RoomPlace, sender: Any, progress: Progress | None
    ) -> tuple[Manifest, tuple[Access, ...]]:
        """Seals the content, and lays wraps, bytes and manifest down."""
        number = self.version_id(following.file, following.number)
        secret = secrets.token_bytes(KEY_BYTES)
        with tempfile.SpooledTemporaryFile(MEMORY) as draft:
            with content.opened() as plain:
                sealed = seal(told(plain, progress), cast(BinaryIO, draft), secret, number, content.heading)
            if keccak(commitment_salt(secret) + content.digest) != sealed.commitment:
                raise Changed(f"{content.heading.name} was changed while it was read: put it when it is finished.")
            accesses = self._wrapped(secret, number.file, number.version, following.readers, place)
            about = (number.file, number.version, int(following.kind), sealed.content, sealed.size, sealed.commitment)
            manifest = Manifest(*about, readers_hash(accesses), following.author)
            signed = SignedManifest(manifest, self._signature(manifest, sender))
            place.write_version(number, cast(BinaryIO, draft), sealed)
        place.write_manifest(number, signed)
        return manifest, accesses

    def _signature(self, manifest: Manifest, sender: Any) -> bytes:
        """The author's; none of a contract, which the chain asks when it sends."""
        if is_contract(manifest.author):
            return b""
        account = sender.account if isinstance(sender, Sender) else sender
        message = SignedMessage(manifest.author, manifest.typed_data(self.agreement.chain_id, self.contract.address))
        return message.sign(account)

    def _need_author(self, own: KeyRing, sender: Any) -> str:
        """The sender, whose registered key is at hand."""
        if address_of(sender) != own.account:
            raise ForeignKey(f"The key at hand is that of {own.account}, and {address_of(sender)} sends: use its own.")
        self._need_own_key(own)
        return own.account

    def _need_next(self, file: bytes, kind: Kind, author: str) -> RoomFile:
        found = self.file(file)
        self._need_own(found, author)
        if kind_of(found.latest) != kind:
            raise OtherKind(
                f"File 0x{file.hex()} is a {found.latest.kind_word}: put a {kind.word} as a file of its own."
            )
        return found

    def _following(self, found: RoomFile, keys: Sequence[RegisteredKey]) -> _Next:
        latest, stay = found.latest, {key.account for key in keys}
        revoked = tuple(reader for reader in latest.access if reader not in stay)
        return _Next(found.id, salt_of(found, self.book), latest.number + 1, kind_of(latest), keys, revoked)

    def _put_before(self, file: bytes, readers: Sequence[str]) -> Put | None:
        """What the same content under the same name has become; raises `IsShredded`, `OtherReaders`."""
        if not ask(self.contract.stateOf, file).latest:
            return None
        found = self.file(file)
        self._need_there(found)
        missing = [reader for reader in readers if reader not in found.latest.access]
        if missing:
            raise OtherReaders(
                f"This was put before, as file 0x{file.hex()}, and {', '.join(missing)} cannot open it: ape run room "
                "grant. To put it apart give it another name."
            )
        return Put(file, found.latest.number, tuple(found.latest.access), (), None)

    def _is_put(
        self,
        found: RoomFile,
        chosen: FileVersion,
        content: Content,
        readers: Sequence[str],
        place: RoomPlace,
        own: KeyRing,
    ) -> Put | None:
        """What it has become if this version has the same content for the same readers."""
        if set(chosen.access) != set(readers):
            return None
        try:
            commitment = self.manifest(found, chosen, place).manifest.commitment
            secret = self.key_of_version(found, chosen, own, place)
        except RoomError:
            # Whoever cannot open it cannot tell: then it is put.
            return None
        if keccak(commitment_salt(secret) + content.digest) != commitment:
            return None
        return Put(found.id, chosen.number, tuple(chosen.access), (), None)
