"""Commands typed in the test's own process, on Ape's local chain: the same code as `ape run`, without its start."""

from __future__ import annotations

import importlib
import json
from typing import Any

from click.testing import CliRunner, Result


class Terminal:
    """One user's terminal; `accounts` are the numbers of Ape's test accounts by role.

    Commands use the chain that the test is connected to, and leave the process's own stdout alone.
    """

    def __init__(self, accounts: dict[str, int], monkeypatch: Any) -> None:
        self.accounts = accounts
        monkeypatch.setattr("ape.cli.commands.parse_network", lambda context: None)  # noqa: ARG005
        monkeypatch.setattr("scripts._options._keep_stdout", lambda: None)

    def run(self, *arguments: str, account: str | None = None) -> Result:
        """Types `ape run …`."""
        script, *rest = arguments
        options = ["--account", f"TEST::{self.accounts[account]}", "--yes"] if account else []
        cli = importlib.import_module(f"scripts.{script}").cli
        return CliRunner(mix_stderr=False).invoke(cli, [*rest, *options], prog_name=f"ape run {script}")

    def json(self, *arguments: str, account: str | None = None) -> Any:
        """The one JSON value of a command that succeeds."""
        done = self.run(*arguments, "--json", account=account)
        assert done.exit_code == 0, done.output + done.stderr + repr(done.exception)
        return json.loads(done.stdout)

    def text(self, *arguments: str, account: str | None = None) -> str:
        """What a command that succeeds shows."""
        done = self.run(*arguments, account=account)
        assert done.exit_code == 0, done.output + done.stderr + repr(done.exception)
        return done.stdout

    def fails(self, *arguments: str, account: str | None = None) -> str:
        """What a command says that must fail with exit code 1 and nothing on stdout."""
        done = self.run(*arguments, "--json", account=account)
        assert done.exit_code == 1, done.output
        assert isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.stdout == ""
        return done.stderr
