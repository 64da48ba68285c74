"""The reporter agent as a silverback bot, a round a minute; README.md says how to start it."""

import os
from datetime import datetime
from pathlib import Path

from ape.logging import logger
from silverback import SilverbackBot, StateSnapshot

from workpact.agent.loop import attempt
from workpact.agent.opening import open_reporter
from workpact.terms import load

bot = SilverbackBot(signer_required=True)
reporter = open_reporter(
    load(os.environ["WORKPACT_AGREEMENT"]),
    bot.signer,
    os.environ["WORKPACT_SIDE"],
    data=os.environ["WORKPACT_LOG"],
    exchange=os.environ["WORKPACT_EXCHANGE"],
    secret=Path(os.environ["WORKPACT_SECRET"]),
)


@bot.on_startup()
def begin(_: StateSnapshot) -> dict[str, int]:
    """The first round: what no later one mends ends the bot at once."""
    return one_round()


@bot.cron("* * * * *")
def watch(_: datetime) -> dict[str, int]:
    """The others."""
    return one_round()


def one_round() -> dict[str, int]:
    """What it returns, silverback keeps as metrics."""
    health = attempt(reporter)
    logger.info(health.in_words())
    return {"alarms": len(health.alarms), "problems": len(health.problems), "acts": len(health.sent)}
