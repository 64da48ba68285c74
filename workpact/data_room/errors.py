"""What keeps a key, a version or a place of a data room from being used. No text here holds a secret."""

from __future__ import annotations

from pathlib import Path

from workpact import WorkpactError


class RoomError(WorkpactError):
    """Base of all errors of the data room. `str(error)` says what is wrong, where, and what to do."""


# Keys


class BadKey(RoomError):
    """Not an encryption key that anything can be wrapped for."""


class KeyExists(RoomError):
    """There is a key of this account and version; no key is ever overwritten."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} exists already: use that key, or make the next version.")


class NoSuchKey(RoomError):
    """The keystore has no key of this account and version."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} does not exist: make a key (`ape run room key`), or bring the folder that has it.")


class NoPassphrase(RoomError):
    """A key is to be written without one."""


class WrongPassphrase(RoomError):
    """The passphrase does not open the key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path}: the passphrase is wrong. The key can be opened by no other way.")


class KeystoreDamaged(RoomError):
    """A file of the keystore is not what was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is damaged: restore it from a copy, or make the next version of the key.")


class KeystoreUnavailable(RoomError):
    """The keystore's folder cannot be read or written."""


class NotForYou(RoomError):
    """A wrap does not open: it is for another reader, key, version, file or room, or was changed."""


# Sealed bytes


class BadHeading(RoomError):
    """A file's name, media type or openings cannot be sealed as they are."""


class Damaged(RoomError):
    """Sealed bytes, or what was found in a place, are not what the author put."""


class Truncated(Damaged):
    """It ends too early."""


class TooLong(Damaged):
    """Something follows its end."""


class Tampered(Damaged):
    """A part was changed or moved, or belongs to another room, file, version or key."""


class OtherContent(Damaged):
    """It is whole, but not what stands on chain: another version's bytes, or another file's."""


class RolledBack(Damaged):
    """The place answers with an older version than the chain's."""


class BadManifest(Damaged):
    """A manifest's file is no manifest, or not of what is asked for."""


# Places


class PlaceUnavailable(RoomError):
    """The place cannot be listed, read or written."""


class FolderUnavailable(RoomError):
    """A folder of this machine cannot take what is fetched."""


class NotThere(RoomError):
    """The place answers, but does not have this."""


class KeepsCopies(RoomError):
    """The place keeps what is removed from it."""
