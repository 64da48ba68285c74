"""Giving access to what lies there already, receipts, and the end of a file (SPEC.md 14.4-14.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workpact.consents import Consent
from workpact.data_room.errors import Damaged, NotThere, RoomError
from workpact.data_room.keyring import KeyRing
from workpact.data_room.listing import FileVersion, RoomFile
from workpact.data_room.manifest import Access
from workpact.data_room.reading import NoAccess, RoomReading
from workpact.data_room.registry import RegisteredKey
from workpact.data_room.room_view import NoKey, NotYours
from workpact.data_room.wraps import wrap
from workpact.preflight import address_of, ask, send
from workpact.terms.room import Kind

if TYPE_CHECKING:
    from workpact.data_room.place import RoomPlace
    from workpact.data_room.readers import RoomReaders


class ForeignKey(RoomError):
    """The key at hand is not the one that the chain has for the account. Nothing was sealed or sent."""


class UnknownKind(RoomError):
    """A file is of a kind that this package has no readers for. Nothing was sealed or sent."""


@dataclass(frozen=True)
class Shared:
    """Access that was given to one version."""

    file: bytes
    version: int
    readers: tuple[str, ...]
    """Who can open it now and could not before, or only by an older key."""
    sent: Any
    """None: there was nothing to do."""


class RoomSharing(RoomReading):
    """What those who can open a file do for others, and its side at its end."""

    def seat(self, *, operators: bool = True, sender: Any) -> Any:
        """Gives the people of the document in force their seats, operators too if it has some. Anyone.

        None if they have them: nothing is sent then.
        """
        named = self.agreement.document.operators()
        wanted = operators and bool(named[0] or named[1])
        if self.is_seated and (self.has_operators or not wanted):
            return None
        document = self.agreement.document
        groups = ([document.conditions()], [named]) if wanted else ([], [])
        place = (self.agreement.contract.address, document.terms())
        return send(self.contract.seat, *place, *groups, sender=sender)

    def give(
        self,
        file: bytes,
        version: int | None,
        readers: Iterable[str],
        place: RoomPlace,
        *,
        own: KeyRing,
        sender: Any,
    ) -> Shared:
        """Lets more readers open a version, else the latest; or the same by the key that they have now.

        By whoever can open it itself and is of its side, or has a seat. Readers go by address, `client`, `contractor`,
        `arbiter` or `worker-17`. Raises before anything is laid down or sent: `NotAReader`, `NoDispute`, `NoKey`,
        `NoSeat`, `NotYours`, `NoAccess`.
        """
        found = self.file(file)
        self._need_there(found)
        chosen = found.version(version)
        self._need_access(found, chosen, own.account)
        side = self._need_seat(own.account)
        allowed = self.readers
        wanted = allowed.named(readers)
        allowed.require(kind_of(chosen), wanted)
        keys = [self._need_key(reader) for reader in wanted]
        missing = [key for key in keys if not self._has_wrap(chosen, key, found, place)]
        self._need_right_to_replace(found, chosen, missing, own.account, side)
        return self._give(found, chosen, missing, place, own, sender)

    def renew(
        self, place: RoomPlace, *, own: KeyRing, sender: Any, readers: Iterable[str] | None = None
    ) -> list[Shared]:
        """Wraps anew what readers can open only by a key that they have replaced; all, or those named.

        Every version of the files that `own` can open and may give, to those who may read it now. Who was revoked gets
        nothing, nor who may no longer read the kind.
        """
        side = self._need_seat(own.account)
        allowed = self.readers
        named = None if readers is None else set(allowed.named(readers))
        files, done = self.files(), []
        given = {reader for found in files for chosen in found.versions.values() for reader in chosen.access}
        keys = self.desk.keys_of(given if named is None else given & named)
        for found in files:
            if found.is_shredded:
                continue
            for chosen in found.versions.values():
                if own.account in chosen.access:
                    stale = self._stale(found, chosen, keys, allowed, own.account, side)
                    if stale:
                        done.append(self._give(found, chosen, stale, place, own, sender))
        return done

    def receipt_message(self, file: bytes, version: int, reader: str) -> Consent:
        """What a reader signs to have its receipt brought by somebody else."""
        return Consent("Receipt", self.contract, reader, file=file, version=version, reader=reader)

    def give_receipt(
        self, file: bytes, version: int | None, reader: str, *, signature: bytes = b"", sender: Any
    ) -> Any:
        """Says that the reader has opened a version, else the latest. The reader, or anyone with its signature.

        None if it said so before. Raises `NoAccess`, `SignatureMissing`, `ForeignSignature` before anything is sent.
        """
        found = self.file(file)
        chosen = found.version(version)
        if reader in chosen.receipts:
            return None
        self._need_there(found)
        self._need_access(found, chosen, reader)
        self.receipt_message(file, chosen.number, reader).require(signature, sender)
        return send(self.contract.giveReceipt, file, chosen.number, reader, signature, sender=sender)

    def shred(self, file: bytes, place: RoomPlace, *, sender: Any) -> Any:
        """Destroys sealed bytes, wraps and manifests in the place, and then says so on chain. Its side.

        In this order: the chain never says that something is destroyed which is still there. After a crash between the
        two the same again ends it; what was destroyed stays so. None if it was said before: the place is cleared all
        the same. Copies elsewhere, and what was opened, are beyond anyone's reach.
        """
        found = self.file(file)
        if not found.is_shredded:
            self._need_own(found, address_of(sender))
            ask(self.contract.shred.call, file, sender=address_of(sender))
        place.destroy(self.book, file)
        return None if found.is_shredded else send(self.contract.shred, file, sender=sender)

    def _give(
        self,
        found: RoomFile,
        chosen: FileVersion,
        keys: list[RegisteredKey],
        place: RoomPlace,
        own: KeyRing,
        sender: Any,
    ) -> Shared:
        readers = tuple(key.account for key in keys)
        if not keys:
            return Shared(found.id, chosen.number, readers, None)
        if address_of(sender) != own.account:
            raise ForeignKey(
                f"{own.account} gives access, so it sends: {address_of(sender)} cannot do it in its place."
            )
        self.manifest(found, chosen, place)
        secret = self.key_of_version(found, chosen, own, place)
        accesses = self._wrapped(secret, found.id, chosen.number, keys, place)
        words = [(each.reader, each.key_version, each.wrap_hash) for each in accesses]
        sent = send(self.contract.giveAccess, found.id, chosen.number, words, sender=sender)
        return Shared(found.id, chosen.number, readers, sent)

    def _wrapped(
        self, secret: bytes, file: bytes, version: int, keys: Iterable[RegisteredKey], place: RoomPlace
    ) -> tuple[Access, ...]:
        """A version's key wrapped for each reader, laid down."""
        number = self.version_id(file, version)
        wraps = [(key, wrap(secret, key.public, number, key.account, key.version)) for key in keys]
        return tuple(Access(key.account, key.version, place.write_wrap(number, wrapped)) for key, wrapped in wraps)

    def _has_wrap(self, chosen: FileVersion, key: RegisteredKey, found: RoomFile, place: RoomPlace) -> bool:
        """Whether the reader can open the version by the key of now, as far as anyone else can see."""
        given = chosen.access.get(key.account)
        if given is None or given.key_version != key.version:
            return False
        try:
            place.read_wrap(self.version_id(found.id, chosen.number), given.wrap_hash)
        except (NotThere, Damaged):
            return False
        return True

    @staticmethod
    def _stale(
        found: RoomFile,
        chosen: FileVersion,
        keys: Mapping[str, RegisteredKey],
        allowed: RoomReaders,
        giver: str,
        side: int,
    ) -> list[RegisteredKey]:
        """The keys of those of `keys` who can open a version only by an older one, and whom the giver may renew."""
        kind, stale = kind_of(chosen), []
        for reader, given in chosen.access.items():
            key = keys.get(reader)
            if not key or reader in found.revoked or key.version == given.key_version:
                continue
            if (side == found.side or reader == giver) and allowed.may(kind, reader):
                stale.append(key)
        return stale

    def _need_right_to_replace(
        self, found: RoomFile, chosen: FileVersion, keys: Iterable[RegisteredKey], giver: str, side: int
    ) -> None:
        for key in keys:
            if key.account in chosen.access and side != found.side and key.account != giver:
                raise NotYours(
                    f"{key.account} was given access by another; only the side that owns file 0x{found.id.hex()} can "
                    "replace that: ask it for ape run room renew."
                )

    def _need_own_key(self, own: KeyRing) -> RegisteredKey:
        """The account's registered key is at hand."""
        registered = self._need_key(own.account)
        if own.key(registered.version).public != registered.public:
            raise ForeignKey(
                f"The chain has another version {registered.version} of the key of {own.account} than the keystore "
                "here: bring the keystore that has it, or register the next key (ape run room rotate)."
            )
        return registered


def kind_of(chosen: FileVersion) -> Kind:
    """The kind of a version; raises `UnknownKind`."""
    if chosen.kind not in set(Kind):
        raise UnknownKind(f"Version {chosen.number} is of kind {chosen.kind}, which no rule of access is known for.")
    return Kind(chosen.kind)


__all__ = ["ForeignKey", "NoAccess", "NoKey", "RoomSharing", "Shared", "UnknownKind", "kind_of"]
