"""What a command leaves on a terminal: its result on stdout, all else on stderr, a refusal as one sentence."""

from __future__ import annotations

import socket
import subprocess
import sys
from types import SimpleNamespace

import click
import pytest
from ape_ethereum.trace import Trace
from click.testing import CliRunner

from scripts._options import ConnectedCommand, signer
from tests.scripts.stage import Stage
from tests.support import ROOT

DRAWN = """
import random, sys
import ape, click
from scripts._options import ConnectedCommand

@click.command(cls=ConnectedCommand)
def command():
    click.echo(ape.chain.chain_id)

port = int(sys.argv.pop())
random.randint = lambda *_: port
command()
"""
"""A command of which Ape draws the port that is its argument."""


def lines(text: str) -> list[str]:
    """Without what Ape logs."""
    return [line for line in text.splitlines() if not line.startswith(("INFO:", "WARNING:"))]


def test_text__local_chain__result_alone_on_stdout(user):
    done = user.run("deploy", "--account", "TEST::0", "--yes")

    assert done.stdout == f"6 deployed, 0 there already; recorded in {user.deployments / '31337.json'}\n"
    assert "Starting 'anvil' process." in done.stderr
    assert "Stopping 'anvil' process." in done.stderr


def test_local_chain__the_port_that_ape_draws_is_taken__starts_at_another(user):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        program = [sys.executable, "-c", DRAWN, str(taken.getsockname()[1])]
        done = subprocess.run(program, cwd=ROOT, env=user.environment, capture_output=True, text=True)

    assert (done.returncode, lines(done.stdout)) == (0, ["31337"]), done.stderr


@pytest.mark.parametrize(
    ("alias", "hint"),
    [
        ("desk_reporter", ""),
        ("desk-reporter", " (env 'APE_ACCOUNTS_desk-reporter_PASSPHRASE=…' ape run …, as no shell exports a hyphen)"),
    ],
)
def test_yes__no_passphrase__names_a_variable_that_can_be_set(alias, hint):
    keystore = SimpleNamespace(alias=alias, set_autosign=None, keyfile_path=None)
    with pytest.raises(click.UsageError) as error:
        signer(keystore, yes=True)
    assert str(error.value) == f"--yes needs the passphrase of {alias} in APE_ACCOUNTS_{alias}_PASSPHRASE{hint}."


@pytest.mark.parametrize("failure", [None, click.ClickException("no")])
def test_connected_command__ended__ape_shows_traces_again(monkeypatch, failure):
    monkeypatch.setattr("ape.cli.commands.parse_network", lambda context: None)  # noqa: ARG005
    show = Trace.show
    meanwhile = []

    @click.command(cls=ConnectedCommand)
    def command() -> None:
        meanwhile.append(Trace.show)
        if failure:
            raise failure

    CliRunner().invoke(command, [])

    assert meanwhile[0] is not show
    assert Trace.show is show


def test_refusal__of_a_contract__one_sentence_and_no_trace(sepolia, user):
    stage = Stage(user, sepolia)
    file = stage.file("desk.yaml", ROOT / "examples" / "it-service-desk" / "agreement.yaml")

    settle = ["agreement", "settle", file, "2016-03", *stage.network, "--account", "carrier", "--yes"]

    refused = user.run(*settle, fails=True)

    assert refused.stdout == ""
    (said,) = lines(refused.stderr)
    assert said.startswith("Error: Escrow_NotInForce(id=0x")
    assert said.endswith(
        "): The document `id` is not the one in force of its agreement. Use the document in force "
        "(ape run agreement status), or open this one first."
    )
