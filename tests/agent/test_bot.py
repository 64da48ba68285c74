"""The example bot under the silverback that is pinned: its handler does a round, and as a process it pays a month."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
from datetime import UTC, datetime
from typing import Any

from ape import networks

from tests.agent.pair import Pair, acts
from tests.agent.watched import BOT
from tests.anvil import ask


def test_bot__started_by_silverback__does_a_round(desk, monkeypatch):
    desk.log("client", 1, 2, 3, 4)
    desk.at(0, 1)
    desk.as_bot(monkeypatch)
    bot = importlib.import_module(BOT.stem)
    # Ape's local chain names a finalised block 64 below its head.
    bot.reporter.confirmations = 0

    # Silverback connects by itself: its node's answers are checked, too.
    assert "make_request" in vars(networks.provider.web3.provider)

    try:
        assert asyncio.run(triggered(bot)) == {"alarms": 0, "problems": 0, "acts": 1}
    finally:
        # Silverback puts its own `call` on the account, which other tests use too.
        del bot.bot.signer.__dict__["call"]
        bot.reporter.close()
    assert len(list(desk.exchange.iterdir())) == 1


def test_bot__a_process_of_silverback__reports_and_after_a_restart_settles(pair):
    for side in ("client", "contractor"):
        pair.log(side, 1, 2, 3, 4)
    pair.at(0)
    assert [acts(health) for health in pair.rounds("contractor")] == [["sign"]]

    said = first_round(pair)
    assert "first: signed; first: reported by both sides" in said
    ask(pair.stage.url, "anvil_mine", "0x2")
    assert "first: settled" in first_round(pair)
    # 700 less a credit of 25.2, of which a tenth is held back
    assert pair.stage.purses("contractor")["contractor"] == 607_320_000


def first_round(pair: Pair) -> str:
    """What the client's bot says until its first round is over; then it is killed."""
    user = pair.users["client"]
    (folder := user.folder / "bot").mkdir(exist_ok=True)
    settings = {
        "WORKPACT_AGREEMENT": pair.file,
        "WORKPACT_SIDE": "client",
        "WORKPACT_LOG": str(pair.path("client")),
        "WORKPACT_EXCHANGE": str(pair.exchange),
        "WORKPACT_SECRET": str(user.folder / "evidence.key"),
        "PYTHONPATH": str(BOT.parent),
    }
    command = ["silverback", "run", "bot:bot", *pair.stage.network, "--account", "client-reporter"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=user.environment | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Startup complete" in line:
                # Asked to end, silverback waits for the minute.
                process.kill()
                return said
    raise AssertionError(said)


async def triggered(bot: Any) -> Any:
    """What silverback's own broker gets when the minute strikes."""
    await bot.bot.broker.startup()
    task = await bot.watch.kiq(datetime.now(UTC))
    result = await task.wait_result()
    await bot.bot.broker.shutdown()
    result.raise_for_error()
    return result.return_value
