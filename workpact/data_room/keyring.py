"""An account with the encryption keys that it can open files with."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable

from workpact.data_room.errors import RoomError
from workpact.data_room.keys import EncryptionKey, Keystore


class KeyNotHere(RoomError):
    """A file is sealed for a version of the account's key that is not at hand."""


class KeyRing:
    """The keys of one account, each opened when it is first needed."""

    def __init__(self, account: str, versions: Iterable[int], opened: Callable[[int], EncryptionKey]) -> None:
        self.account = account
        self.versions = tuple(sorted(versions))
        self._opened = opened
        self._keys: dict[int, EncryptionKey] = {}

    @classmethod
    def of(cls, account: str, *keys: EncryptionKey) -> KeyRing:
        """With these keys."""
        known = {key.version: key for key in keys}
        return cls(account, known, known.__getitem__)

    @classmethod
    def kept(cls, keystore: Keystore, account: str, passphrase: Callable[[], str]) -> KeyRing:
        """With those of a keystore; the passphrase is asked for once, when the first key is needed."""
        return cls(account, keystore.versions(account), lambda version: keystore.open(account, version, passphrase()))

    def __repr__(self) -> str:
        return f"<KeyRing of {self.account}: versions {', '.join(map(str, self.versions)) or 'none'}>"

    def key(self, version: int) -> EncryptionKey:
        """That version of the key; raises `KeyNotHere`, and what the keystore raises."""
        if version not in self.versions:
            raise KeyNotHere(
                f"This is sealed for version {version} of the key of {self.account}, and here is "
                f"{', '.join(map(str, self.versions)) or 'none'}: bring the keystore that has it, or ask for access by "
                "the key of now (ape run room renew)."
            )
        if version not in self._keys:
            self._keys[version] = self._opened(version)
        return self._keys[version]

    def derived(self, version: int, purpose: bytes) -> bytes:
        """32 bytes that only the holder of this key can make, and makes again."""
        return hmac.digest(self.key(version).private.private_bytes_raw(), b"workpact-room " + purpose, "sha256")
