"""The people of the example: each has a key of its own and types its commands in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account

BIDDERS = {
    "lumen": "has delivered before, and is not the cheapest",
    "cutrate": "is cheap, and was ruled against",
    "mirror": "was paid by clients that it made up",
    "tardy": "comes after the deadline",
    "offbeat": "offers other milestones than asked",
}
"""Who bids, and what is to know about it."""
ROLES = ("asker", *BIDDERS, "known", "arbiter")
"""Who has an account of the local chain, in its order."""
PASSPHRASE = "only for an example"


class Failed(RuntimeError):
    """A command of the example ended otherwise than it should."""


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str

    def value(self) -> Any:
        """The JSON value that it printed; `Failed` if it did not succeed."""
        if self.code != 0:
            raise Failed(f"ape run {' '.join(self.arguments)}:\n{self.err}")
        return json.loads(self.out)


class People:
    """Accounts of the connected local chain by role, and folders in which each has its keystore and its data."""

    def __init__(self, folder: Path, token: Any, market: str) -> None:
        from ape import accounts, networks

        self.folder = folder
        self.token = token
        self.market = market
        node: Any = networks.provider
        self._url = str(node.uri)
        self._accounts: Mapping[str, Any] = {role: accounts.test_accounts[n] for n, role in enumerate(ROLES)}
        for role, account in self._accounts.items():
            self._keep(role, account)

    def __getitem__(self, role: str) -> Any:
        return self._accounts[role]

    def home(self, role: str) -> Path:
        """Where a person keeps its files."""
        return self.folder / role

    def run(self, role: str, *arguments: str) -> Done:
        """Types `ape run …` as one person and waits."""
        return self.run_all({role: arguments})[role]

    def run_all(self, commands: Mapping[str, Iterable[str]]) -> dict[str, Done]:
        """Types one command each, all at once, and waits for all."""
        started = {role: self._start(role, tuple(arguments)) for role, arguments in commands.items()}
        ended = {}
        for role, (arguments, process) in started.items():
            out, err = process.communicate()
            ended[role] = Done(arguments, process.returncode, out, err)
        return ended

    def _start(self, role: str, arguments: tuple[str, ...]) -> tuple[tuple[str, ...], subprocess.Popen[str]]:
        # The one of this installation; it need not be on PATH.
        ape = str(Path(sys.executable).with_name("ape"))
        command = [ape, "run", *arguments, "--network", "ethereum:local:foundry", "--json"]
        environment = os.environ | {
            "APE_DATA_FOLDER": str(self.home(role) / "ape"),
            "APE_FOUNDRY_HOST": self._url,
            f"APE_ACCOUNTS_{role}_PASSPHRASE": PASSPHRASE,
            "WORKPACT_DATA": str(self.home(role) / "data"),
            "WORKPACT_MARKET": self.market,
            "WORKPACT_ROOM_PASSPHRASE": PASSPHRASE,
        }
        return arguments, subprocess.Popen(
            command,
            env=environment,
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _keep(self, role: str, account: Any) -> None:
        """The keystore of a role's account. Its key is one of the local chain's, known to everybody."""
        keystore = self.home(role) / "ape" / "accounts" / f"{role}.json"
        keystore.parent.mkdir(parents=True)
        kept = Account.encrypt(account.private_key, PASSPHRASE, kdf="pbkdf2", iterations=1)
        keystore.write_text(json.dumps(kept))
