"""What an account was about to send, written down before it was sent.

One file of JSON lines for each account and chain, in the user's data folder (`WORKPACT_DATA`, else
`$XDG_DATA_HOME/workpact`). It holds signed transactions, which anybody may see once they are sent; never a key.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def data_folder() -> Path:
    """Where this user's own files of Workpact are."""
    named = os.environ.get("WORKPACT_DATA")
    shared = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(named) if named else Path(shared) / "workpact"


@dataclass(frozen=True)
class Attempt:
    """One signed transaction; fees in wei a unit of gas."""

    nonce: int
    hash: str
    raw: str
    max_fee: int
    priority_fee: int


@dataclass
class Intent:
    """What is known of one intent: the transactions that compete for its nonce, and the one that was mined."""

    attempts: list[Attempt] = field(default_factory=list)
    done: str | None = None


class Journal:
    """The intents of one account on one chain."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other processes of this machine from sending for the same account meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._drop_torn_line()
            yield

    def intent(self, key: str) -> Intent:
        """What is known of the intent `key`."""
        intent = Intent()
        for line in self._lines():
            if line["intent"] != key:
                continue
            if "raw" in line:
                attempt = Attempt(**{name: line[name] for name in Attempt.__dataclass_fields__})
                # After the end of the ones before it is a new transaction, unless their block was replaced.
                if intent.done and intent.attempts[-1].nonce != attempt.nonce:
                    intent = Intent()
                intent.attempts.append(attempt)
                intent.done = None
            elif "done" in line:
                intent.done = line["done"]
            else:
                intent = Intent()
        return intent

    def signed(self, key: str, attempt: Attempt) -> None:
        """To be called before the attempt is broadcast."""
        self._append({"intent": key, **vars(attempt)})

    def done(self, key: str, transaction: str) -> None:
        """The transaction with this hash was mined."""
        self._append({"intent": key, "done": transaction})

    def lost(self, key: str) -> None:
        """Another transaction was mined with the intent's nonce, so none of its attempts ever will be."""
        self._append({"intent": key, "lost": True})

    def _lines(self) -> Iterator[dict[str, Any]]:
        if self.path.is_file():
            with open(self.path) as lines:
                yield from map(json.loads, lines)

    def _append(self, line: dict[str, Any]) -> None:
        with open(self.path, "a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())  # point: written, not on the disk

    def _drop_torn_line(self) -> None:
        """A line that a crash cut short was never acted on: acting follows the whole line."""
        if self.path.is_file():
            content = self.path.read_bytes()
            whole = content.rfind(b"\n") + 1
            if whole != len(content):
                os.truncate(self.path, whole)
