"""Stories of what goes on by itself or is done once for all: `ape run deploy`, the relayer, the silverback bot.

Each is typed in the test's own process as any command is, and does all that it does as a process but to listen and to
wait: the relayer has one visitor in place of its server, the bot is loaded anew for one round. `stories.play` plays
them, and rounds of `ape run sla watch` out of the agent's own tests.
"""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import nullcontext
from threading import Event
from types import SimpleNamespace
from typing import Any

import click
from ape import networks
from click.testing import Result
from fastapi import FastAPI
from fastapi.testclient import TestClient

from scripts._options import ConnectedCommand, emit, sender_option, signer, yes_option
from tests.agent.conftest import desk as watched
from tests.scripts.crew import Crew
from tests.scripts.rehearsal import CONTRACTS
from tests.scripts.storm import Storm
from tests.scripts.typed import Terminal
from workpact.chain import contracts, playground
from workpact.chain.sender import NotSent

__all__ = ["watched"]


class Deployer(Terminal):
    """Types `ape run deploy`."""

    def __init__(self, monkeypatch: Any) -> None:
        super().__init__({"deployer": playground.DEPLOYER}, monkeypatch)
        monkeypatch.setattr("ape.cli.commands.parse_network", lambda _: nullcontext(networks.provider))

    def require_once(self, done: Result) -> None:
        """Every contract is there, with the one transaction that made it."""
        recorded = json.loads(done.stdout)["contracts"]
        assert list(recorded) == CONTRACTS
        assert len({each["transaction"] for each in recorded.values()}) == len(CONTRACTS)
        for each in recorded.values():
            receipt = networks.provider.web3.eth.get_transaction_receipt(each["transaction"])
            assert (receipt["status"], receipt["blockNumber"]) == (1, each["block"])
            assert networks.provider.get_code(each["address"])


def test_deploy__all_contracts(storm, tmp_path, monkeypatch):  # noqa: ARG001 - played in the storm
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    for name in ("data", "deployments"):
        (tmp_path / name).mkdir()
    terminal = Deployer(monkeypatch)
    terminal.require_once(terminal.run("deploy", "--json", account="deployer"))


class Visitor:
    """In place of the relayer's server: asks for one call, and stays until it is mined or has failed.

    Blocks come meanwhile, as on a live chain.
    """

    def __init__(self, storm: Storm, app: FastAPI, call: dict[str, str]) -> None:
        self.storm, self.client, self.call = storm, TestClient(app, raise_server_exceptions=False), call

    def run(self) -> None:
        answer = self.client.post("/relay", json=self.call)
        said = answer.json()
        if answer.status_code == 409:
            assert "has nothing to claim now" in said["error"]
            return
        if answer.status_code != 202:
            raise NotSent(said["error"])
        while said["state"] == "waiting":
            Event().wait(0.02)
            self.storm.proxy.ask("evm_mine")
            said = self.client.get(f"/relay/{said['id']}").json()
        if said["state"] == "failed":
            raise NotSent(said["error"])


def test_relayer__a_claim(storm, desk, tmp_path, monkeypatch):  # noqa: ARG001 - its folders
    crew = Crew(tmp_path / "crew", monkeypatch)
    crew.json("equity", "plan", crew.file, account="client")
    crew.enrol(1)
    crew.json("equity", "grant", crew.file, "worker-1", "1 DESK", "--plan", "time", account="contractor")
    crew.warp(days=22)
    equity = contracts.at("WorkerEquity", crew.contracts["WorkerEquity"].address)
    call = {"contract": str(equity.address), "data": "0x" + bytes(equity.claim.encode_input([1])).hex()}
    monkeypatch.setattr("workpact.market.relay_server.relay_server", lambda app, *_: Visitor(storm, app, call))
    done = crew.run("relayer", "--port", "0", account="carrier")
    assert (done.exit_code, crew.share(1)) == (0, 200_000), done.stderr


@click.command(cls=ConnectedCommand)
@sender_option
@yes_option
def bot(account: Any, yes: bool) -> None:
    """One round of the bot, as silverback begins it."""
    signer(account, yes)
    sys.modules.pop("bot", None)
    node = networks.provider
    through_the_proxy = node.web3
    loaded = importlib.import_module("bot")
    # Silverback connects anew, past the faults.
    assert networks.provider is node
    node._web3 = through_the_proxy
    loaded.reporter.confirmations = 0
    try:
        emit(loaded.one_round(), True, "")
    finally:
        # Silverback puts its own `call` on the account, which other tests use too.
        loaded.bot.signer.__dict__.pop("call", None)
        loaded.reporter.close()


def test_bot__a_round(storm, watched, monkeypatch):  # noqa: ARG001 - played in the storm
    for side in ("client", "contractor"):
        watched.log(side, 1, 2, 3, 4)
    watched.at(0, 1)
    watched.watch("contractor")
    watched.as_bot(monkeypatch)
    monkeypatch.setitem(sys.modules, "scripts.bot", SimpleNamespace(cli=bot))
    done = watched.run("bot", account="client-reporter")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"alarms": 0, "problems": 0, "acts": 3}), done.stderr
    assert len(list(watched.exchange.iterdir())) == 2
