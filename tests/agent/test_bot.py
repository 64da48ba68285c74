"""The example bot under the silverback that is pinned: it loads, and its handler does a round on a real chain."""

from __future__ import annotations

import asyncio
import importlib
from datetime import UTC, datetime
from typing import Any

from tests.scripts.desk import ACCOUNTS
from tests.support import ROOT

BOT = ROOT / "examples" / "reporter-bot" / "bot.py"


def test_bot__started_by_silverback__does_a_round(desk, monkeypatch):
    desk.log("client", 1, 2, 3, 4)
    desk.at(0, 1)
    # The chain that the test is connected to.
    monkeypatch.setenv("SILVERBACK_NETWORK_CHOICE", "adhoc")
    monkeypatch.setenv("SILVERBACK_SIGNER_ALIAS", f"TEST::{ACCOUNTS['client-reporter']}")
    for name, value in {
        "AGREEMENT": desk.file,
        "SIDE": "client",
        "LOG": str(desk.folder / "client.csv"),
        "EXCHANGE": str(desk.exchange),
        "SECRET": str(desk.folder / "evidence.key"),
    }.items():
        monkeypatch.setenv(f"WORKPACT_{name}", value)
    monkeypatch.syspath_prepend(BOT.parent)
    bot = importlib.import_module(BOT.stem)
    # Ape's local chain names a finalised block 64 below its head.
    bot.reporter.confirmations = 0

    try:
        assert asyncio.run(triggered(bot)) == {"alarms": 0, "problems": 0, "acts": 1}
    finally:
        # Silverback puts its own `call` on the account, which other tests use too.
        del bot.bot.signer.__dict__["call"]
        bot.reporter.close()
    assert len(list(desk.exchange.iterdir())) == 1


async def triggered(bot: Any) -> Any:
    """What silverback's own broker gets when the minute strikes."""
    await bot.bot.broker.startup()
    task = await bot.watch.kiq(datetime.now(UTC))
    result = await task.wait_result()
    await bot.bot.broker.shutdown()
    result.raise_for_error()
    return result.return_value
