"""Encryption keys of readers, and the folder where their owner keeps them (SPEC.md 14.1).

A key is X25519, apart from the wallet's. Its file is a Web3 secret storage (version 3, scrypt) of the private key, with
the account, the version and the public key beside it, readable without the passphrase. Old versions stay: what was
wrapped for them can still be opened.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from workpact.data_room.errors import (
    BadKey,
    KeyExists,
    KeystoreDamaged,
    KeystoreUnavailable,
    NoPassphrase,
    NoSuchKey,
    WrongPassphrase,
)
from workpact.drafts import sync_folder

SCRYPT_N = 262_144
"""Half a second and 256 MB for each guess of a passphrase."""
MOST_SCRYPT_N = 2**20
"""What a file may ask for: a changed one does not keep the machine busy for hours."""
MOST_BYTES = 4_096
"""A key's file is far smaller."""
FIELD = 2**255 - 19
NAME = re.compile(r"(0x[0-9a-f]{40})-([1-9][0-9]{0,8})\.json")


@lru_cache(maxsize=4_096)
def public_key(key: bytes) -> X25519PublicKey:
    """A reader's public key; raises `BadKey` as `check_public` does."""
    if len(key) != 32 or int.from_bytes(key, "little") >= FIELD:
        raise BadKey(
            f"0x{key.hex()} is no X25519 key: 32 bytes, a number below 2^255 - 19. Its owner registers another."
        )
    public = X25519PublicKey.from_public_bytes(key)
    try:
        X25519PrivateKey.generate().exchange(public)
    except ValueError:
        raise BadKey(f"0x{key.hex()} has a low order: everybody could open what is wrapped for it.") from None
    return public


def check_public(key: bytes) -> None:
    """Refuses what no key pair has, points of low order and second spellings of a point; raises `BadKey`."""
    public_key(bytes(key))


class EncryptionKey:
    """A reader's key pair. It shows its public half alone, and cannot be copied into files."""

    __slots__ = ("_private", "public", "version")

    def __init__(self, private: X25519PrivateKey, version: int) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw()
        """32 bytes, as registered on chain."""
        self.version = version
        """Of the account's keys, from 1."""

    @classmethod
    def generate(cls, version: int = 1) -> Self:
        """A fresh one."""
        return cls(X25519PrivateKey.generate(), version)

    @property
    def private(self) -> X25519PrivateKey:
        """The secret half, for unwrapping."""
        return self._private

    def __repr__(self) -> str:
        return f"EncryptionKey(public=0x{self.public.hex()}, version={self.version})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an encryption key is not written anywhere but in its keystore")


class Keystore:
    """The keys of one user, one file each, mode 0600. Every call raises `KeystoreUnavailable`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, account: str, version: int, passphrase: str) -> bytes:
        """Makes a key and returns its public half; of several at once one does. Raises `KeyExists`, `NoPassphrase`."""
        path = self._path(account, version)
        if version in self.versions(account):
            raise KeyExists(path)
        if not passphrase:
            raise NoPassphrase(f"{path}: a key without a passphrase is everybody's. Give one.")
        key = EncryptionKey.generate(version)
        content = _with_checksum(
            {
                "account": account.lower(),
                "keyVersion": version,
                "public": "0x" + key.public.hex(),
                "crypto": _encrypted(key, passphrase.encode()),
                "id": f"workpact-key-{secrets.token_hex(8)}",
                "version": 3,
            }
        )
        self._write(path, json.dumps(content, indent=2).encode() + b"\n")
        return key.public

    def open(self, account: str, version: int, passphrase: str) -> EncryptionKey:
        """Raises `NoSuchKey`, `KeystoreDamaged`, `WrongPassphrase`."""
        path = self._path(account, version)
        content = self._read(account, version)
        private = _decrypted(path, content, passphrase.encode())
        if private is None:
            raise WrongPassphrase(path)
        key = EncryptionKey(private, version)
        if "0x" + key.public.hex() != content["public"]:
            raise KeystoreDamaged(path)
        return key

    def versions(self, account: str) -> tuple[int, ...]:
        """Those of which a file is here, in order."""
        try:
            names = [NAME.fullmatch(path.name) for path in self.folder.iterdir()] if self.folder.exists() else []
        except OSError as error:
            raise self._unavailable(error) from None
        return tuple(sorted(int(name[2]) for name in names if name and name[1] == account.lower()))

    def public(self, account: str, version: int) -> bytes:
        """The public half, without the passphrase; raises `NoSuchKey`, `KeystoreDamaged`."""
        return bytes.fromhex(self._read(account, version)["public"][2:])

    def _path(self, account: str, version: int) -> Path:
        name = f"{account.lower()}-{version}.json"
        if not NAME.fullmatch(name):
            raise KeystoreUnavailable(f"{account}, version {version}: a key is of an address (0x…) and counts from 1.")
        return self.folder / name

    def _read(self, account: str, version: int) -> dict[str, Any]:
        path = self._path(account, version)
        try:
            with path.open("rb") as file:
                written = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            raise NoSuchKey(path) from None
        except OSError as error:
            raise self._unavailable(error) from None
        try:
            content = json.loads(written)
            whole = len(written) <= MOST_BYTES and content == _with_checksum(content)
            if not whole or (content["account"], content["keyVersion"]) != (account.lower(), version):
                raise KeystoreDamaged(path)
            check_public(bytes.fromhex(content["public"][2:]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadKey):
            raise KeystoreDamaged(path) from None
        return dict(content)

    def _write(self, path: Path, content: bytes) -> None:
        """The whole file or nothing, and never over another."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, draft = tempfile.mkstemp(dir=self.folder, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                if not _linked(draft, path):
                    raise KeyExists(path)
                sync_folder(self.folder)
            finally:
                os.unlink(draft)
        except OSError as error:
            raise self._unavailable(error) from None

    def _unavailable(self, error: OSError) -> KeystoreUnavailable:
        return KeystoreUnavailable(f"{self.folder}: {error.strerror}. Name a folder of your own.")


def _linked(draft: str, path: Path) -> bool:
    """Gives the draft its name, unless another has it."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    return True


def _encrypted(key: EncryptionKey, passphrase: Any) -> dict[str, Any]:
    from eth_keyfile.keyfile import create_keyfile_json

    made = create_keyfile_json(
        key.private.private_bytes_raw(), passphrase, kdf="scrypt", iterations=SCRYPT_N, salt_size=32
    )
    # What it takes for the key's address is of another curve.
    return dict(made["crypto"])


def _decrypted(path: Path, content: dict[str, Any], passphrase: Any) -> X25519PrivateKey | None:
    """None if the passphrase is wrong. No error of what decrypts is carried along: it would hold the key."""
    from eth_keyfile.keyfile import decode_keyfile_json

    with suppress(ValueError, KeyError, TypeError, AttributeError):
        cost = content["crypto"]["kdfparams"]
        if content["crypto"]["kdf"] == "scrypt" and (cost["r"], cost["p"]) == (8, 1) and 1 < cost["n"] <= MOST_SCRYPT_N:
            try:
                return X25519PrivateKey.from_private_bytes(decode_keyfile_json(content, passphrase))
            except ValueError as error:
                if str(error) == "MAC mismatch":
                    return None
    raise KeystoreDamaged(path)


def _with_checksum(content: dict[str, Any]) -> dict[str, Any]:
    """The checksum tells a damaged file from a wrong passphrase."""
    rest = {name: value for name, value in content.items() if name != "checksum"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return {**rest, "checksum": sha256(text.encode()).hexdigest()}
