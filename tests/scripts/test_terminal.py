"""What a command leaves on a terminal: its result on stdout, all else on stderr, a refusal as one sentence."""

from __future__ import annotations

from tests.measurement.desk import EXAMPLE
from tests.scripts.stage import Stage


def lines(text: str) -> list[str]:
    """Without what Ape logs."""
    return [line for line in text.splitlines() if not line.startswith(("INFO:", "WARNING:"))]


def test_text__local_chain__result_alone_on_stdout(user):
    done = user.run("deploy", "--account", "TEST::0", "--yes")

    assert done.stdout == f"3 deployed, 0 there already; recorded in {user.deployments / '31337.json'}\n"
    assert "Starting 'anvil' process." in done.stderr
    assert "Stopping 'anvil' process." in done.stderr


def test_refusal__of_a_contract__one_sentence_and_no_trace(sepolia, user):
    stage = Stage(user, sepolia)
    file = stage.file("desk.yaml", EXAMPLE / "agreement.yaml")

    settle = ["agreement", "settle", file, "2016-03", *stage.network, "--account", "carrier", "--yes"]

    refused = user.run(*settle, fails=True)

    assert refused.stdout == ""
    (said,) = lines(refused.stderr)
    assert said.startswith("Error: Escrow_NotInForce(id=0x")
    assert said.endswith(
        "): The document `id` is not the one in force of its agreement. Use the document in force "
        "(ape run agreement status), or open this one first."
    )
