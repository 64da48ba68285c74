"""Commands typed in the test's own process, on Ape's local chain: the same code as `ape run`, without its start."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from ape import chain
from click.testing import CliRunner, Result

from tests.chain.fault_proxy import SEND


class Terminal:
    """One user's terminal; `accounts` are the numbers of Ape's test accounts by role.

    Commands use the chain that the test is connected to, and leave the process's own stdout alone. Of what they send
    the node's answer is lost, always: none may need it (SPEC 17.7).
    """

    loses_answers = True

    def __init__(self, accounts: dict[str, int], monkeypatch: Any) -> None:
        self.accounts = accounts
        monkeypatch.setattr("ape.cli.commands.parse_network", lambda context: None)  # noqa: ARG005
        monkeypatch.setattr("scripts._options._keep_stdout", lambda: None)

    def run(self, *arguments: str, account: str | None = None) -> Result:
        """Types `ape run …`."""
        script, *rest = arguments
        options = ["--account", f"TEST::{self.accounts[account]}", "--yes"] if account else []
        cli = importlib.import_module(f"scripts.{script}").cli
        with answers_lost(self.loses_answers):
            return CliRunner(mix_stderr=False).invoke(cli, [*rest, *options], prog_name=f"ape run {script}")

    def require_once(self, done: Result) -> None:
        """What has to be so after a command was run again, beside what the chain shows."""

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


@contextmanager
def answers_lost(lost: bool) -> Iterator[None]:
    """Within, the connected node takes transactions, and nobody hears that it did."""
    provider = chain.provider.web3.provider
    real = provider._make_request

    def make_request(method: str, request: bytes) -> bytes:
        answer = real(method, request)
        if lost and method == SEND:
            raise requests.ConnectionError("the answer is lost")
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provider, "_make_request", make_request)
        yield
