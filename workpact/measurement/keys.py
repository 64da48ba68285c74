"""The evidence secret: 32 bytes that both sides share, kept in a file of its own."""

import os
import secrets
import stat
from pathlib import Path

from workpact.measurement.errors import KeyFileError

_SIZE = 32


def load_or_create_secret(path: Path) -> bytes:
    """The 32-byte secret in a file; a new one is made, mode 0600, if there is no file.

    Both sides need the same secret to get the same evidence root: one makes it and hands the file
    over once, on the way the logs go. Raises `KeyFileError` for a file that others can read or
    that does not hold 64 hex digits.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _load(path)
    except OSError as error:
        raise KeyFileError(path, f"cannot be created: {error.strerror}") from None
    secret = secrets.token_bytes(_SIZE)
    with os.fdopen(handle, "w") as file:
        file.write(secret.hex() + "\n")
    return secret


def _load(path: Path) -> bytes:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(path, f"can be read by others; run: chmod 600 {path}")
        text = path.read_bytes().strip()
    except OSError as error:
        raise KeyFileError(path, f"cannot be read: {error.strerror}") from None
    try:
        secret = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        secret = b""
    if len(secret) != _SIZE:
        raise KeyFileError(path, "does not hold 64 hex digits; get the file from the other side")
    return secret
