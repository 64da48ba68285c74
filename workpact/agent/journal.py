"""What a key has signed, written down before the signature leaves: at most one report of a period, for ever.

One file of JSON lines for each key, chain and agreement in the user's data folder. A service document and a period have
one report; an amendment that changes the service starts anew, as the oracle counts it (SPEC.md 8.17).
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any, Self

from workpact.agent.errors import AlreadyRunning, JournalDamaged, SignedOtherwise


class SignOnce:
    """The journal, open in this process alone from `open` to `close`."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock
        self._signed = _read(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises `AlreadyRunning` while another process has it, `JournalDamaged`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = open(path.with_suffix(".lock"), "w", opener=_private)  # noqa: SIM115 - open as long as the journal
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return cls(path, lock)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(path) from None
        except BaseException:
            lock.close()
            raise

    def close(self) -> None:
        """Lets another process open it."""
        self._lock.close()

    def signed(self, document: bytes, period: int) -> dict[str, Any] | None:
        """The report that was or is to be signed for a period, as it was given to `write`."""
        return self._signed.get((document.hex(), period))

    def write(self, document: bytes, period: int, report: dict[str, Any]) -> None:
        """To be called before the report is signed; raises `SignedOtherwise` if another one was written."""
        known = self.signed(document, period)
        if known == report:
            return
        if known is not None:
            raise SignedOtherwise(str(report.get("period", period)), str(self.path))
        line = {"document": document.hex(), "period": period, "report": report}
        is_new = not self.path.exists()
        with open(self.path, "a", opener=_private) as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync(self.path.parent)
        self._signed[document.hex(), period] = report


def _read(path: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """All that was written; a last line that a crash cut short was never signed, and is dropped."""
    if not path.is_file():
        return {}
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        os.truncate(path, whole)
    signed: dict[tuple[str, int], dict[str, Any]] = {}
    for number, line in enumerate(content[:whole].splitlines(), start=1):
        try:
            entry = json.loads(line)
            key = (str(entry["document"]), int(entry["period"]))
            report = dict(entry["report"])
        except (ValueError, KeyError, TypeError):
            raise JournalDamaged(path, number) from None
        if signed.setdefault(key, report) != report:
            raise JournalDamaged(path, number)
    return signed


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
