"""A rehearsal of a test network: a chain with its id, keystore accounts only, everything in folders of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from eth_account import Account

from tests.anvil import ask
from tests.scripts import warm
from tests.support import ROOT

PASSPHRASE = "correct horse"
SEPOLIA = 11155111
CONTRACTS = ["Agreement", "SLAOracle", "WorkerEquity", "Payroll", "DataRoom", "TalentRegistry"]
"""As params/default.yaml has them."""


class Rehearsal:
    """Folders and keystores of one user; `run` is what this user types."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deployments = folder / "deployments"
        self.environment = os.environ | {
            "APE_DATA_FOLDER": str(folder / "ape"),
            "WORKPACT_DATA": str(folder / "data"),
            "WORKPACT_DEPLOYMENTS": str(self.deployments),
        }
        # A shell that keeps Python from caching what it compiled makes every command take twice as long.
        for name in ("APE_FOUNDRY_HOST", "PYTHONDONTWRITEBYTECODE"):
            self.environment.pop(name, None)

    def account(self, alias: str, number: int, url: str) -> str:
        """Makes a keystore account and gives it ether; returns its address. The same number is the same key."""
        key = Account.from_key(number.to_bytes(32))
        keystore = self.folder / "ape" / "accounts" / f"{alias}.json"
        keystore.parent.mkdir(parents=True, exist_ok=True)
        passphrase = f"{PASSPHRASE} of {alias}"
        keystore.write_text(json.dumps(Account.encrypt(key.key, passphrase, kdf="pbkdf2", iterations=1)))
        self.environment[f"APE_ACCOUNTS_{alias}_PASSPHRASE"] = passphrase
        ask(url, "anvil_setBalance", key.address, hex(10**18))
        return str(key.address)

    def command(self, *arguments: str) -> list[str]:
        return ["ape", "run", *arguments]

    def start(self, *arguments: str) -> warm.Command:
        """Types a command, and does not wait for it."""
        return warm.Command(self.command(*arguments), ROOT, self.environment)

    def run(self, *arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        """Runs a command without a terminal; unless `fails` it must succeed."""
        done = self.start(*arguments).ended()
        assert (done.returncode != 0) == fails, done.stderr + done.stdout
        return done

    def json(self, *arguments: str) -> Any:
        """The one JSON value of a command's stdout."""
        return json.loads(self.run(*arguments, "--json").stdout)
