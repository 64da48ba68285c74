"""A user of whom everything is kept to be searched for secrets: what commands say, write, and ask the node."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from tests.chain.fault_proxy import SEND, FaultProxy
from tests.scripts.canaries import files_below, hits, spellings, words
from tests.scripts.rehearsal import Rehearsal


class Overheard(Rehearsal):
    """Its commands say all they can; what they leave is looked at after each, and whenever one sends."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.keys: list[bytes] = []
        self.phrases: list[str] = []
        self.commands = 0
        self.seen: dict[bytes, str] = {}
        """What was met, each content once, with where it was met first."""
        for variable in ("HOME", "TMPDIR"):
            place = folder / variable.lower()
            place.mkdir(parents=True)
            self.environment[variable] = str(place)

    @property
    def needles(self) -> set[bytes]:
        """Every spelling of every secret."""
        found = {form for key in self.keys for form in spellings(key)}
        return found | {form for phrase in self.phrases for form in words(phrase)}

    def account(self, alias: str, number: int, url: str) -> str:
        self.keys.append(number.to_bytes(32))
        address = super().account(alias, number, url)
        self.phrases.append(self.environment[f"APE_ACCOUNTS_{alias}_PASSPHRASE"])
        return address

    def command(self, *arguments: str) -> list[str]:
        first, *rest = arguments
        return super().command(first, "--verbosity", "DEBUG", *rest)

    def run(self, *arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        done = super().run(*arguments, fails=fails)
        self.commands += 1
        named = " ".join(arguments[:2])
        self.hear(f"stdout of {named}", done.stdout.encode())
        self.hear(f"stderr of {named}", done.stderr.encode())
        self.look(named)
        # Before a command is found, Ape says on stdout where it looks.
        said = [line for line in done.stdout.splitlines() if not line.startswith("DEBUG")]
        done.stdout = "\n".join(said)
        return done

    def hear(self, where: str, content: bytes) -> None:
        """Keeps what was said somewhere."""
        self.seen.setdefault(content, where)

    def look(self, when: str) -> None:
        """Keeps what lies in the user's folders, names of files too."""
        for where, content in files_below(self.folder):
            self.seen.setdefault(content, f"{where}, {when}")

    def leaks(self) -> set[tuple[str, bytes]]:
        """Secrets, with where each stands."""
        return hits(self.needles, ((where, content) for content, where in self.seen.items()))


class Listening(FaultProxy):
    """A node that keeps what the user asks, and looks into the user's folders while something is being sent."""

    def __init__(self, target: str, user: Overheard) -> None:
        super().__init__(target)
        self.user = user

    def fault_of(self, method: str) -> str:
        if method == SEND:
            self.user.look("while it was sent")
        return super().fault_of(method)

    def forward(self, body: bytes) -> Any:
        self.user.hear("what the node was asked", body)
        return super().forward(body)
