"""`ape run` in a process of its own, forked from one that has imported what Ape is made of.

A command takes four seconds, most of which are imports. With `ape run` itself, from its start, are tested the demo,
agents that go on or are killed at a word in their journal, the console, and what a terminal shows.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.forks import CONTEXT, preload

preload(
    *("ape._cli", "ape_run._cli", "ape.contracts", "ape.managers.accounts", "ape.managers.chain"),
    *("ape.managers.networks", "ape.managers.project", "ape_accounts.accounts", "ape_ethereum.provider"),
    *("ape_foundry.provider", "ape_test.provider", "pandas", "rich.table", "ruamel.yaml", "web3"),
    # what Ape asks for networks and accounts, without ape_ledger: it starts a thread, for which a fork waits at its end
    *("ape_ethereum.ecosystem", "ape_node.provider", "ape_pm", "ape_safe.accounts"),
    *("ape_solidity.compiler", "ape_test.accounts", "ape_trezor.accounts", "coincurve"),
    *("workpact.agreement", "workpact.chain.deploying", "workpact.equity", "workpact.measurement"),
)


class Command:
    """One that has been typed, with nothing to read on stdin."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.arguments = list(arguments)
        self._made = TemporaryDirectory()
        self._streams = [Path(self._made.name) / name for name in ("stdout", "stderr")]
        self._process = CONTEXT.Process(target=_type, args=(self.arguments, folder, dict(environment), self._streams))
        self._process.start()

    def kill(self) -> None:
        """Ends it by SIGKILL."""
        self._process.kill()
        self.ended()

    def ended(self) -> subprocess.CompletedProcess[str]:
        """Waits for its end."""
        with self._made:
            self._process.join()
            said = [each.read_text() for each in self._streams]
        code = self._process.exitcode
        assert code is not None
        return subprocess.CompletedProcess(self.arguments, code, *said)


def _type(arguments: list[str], folder: Path, environment: dict[str, str], streams: list[Path]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = [] if str(folder) in sys.path else [str(folder)]
    for number, path in enumerate([Path(os.devnull), *streams]):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    sys.argv = arguments
    from ape._cli import cli

    try:
        cli()
    finally:
        # Processes of multiprocessing leave it out, and Ape stops its Anvil there.
        atexit._run_exitfuncs()
