"""What `ape run demo --example tender` plays and shows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "tender"
WIDTH = 118


def play(folder: Path, tell: Callable[[Any], None]) -> Any:
    """The tender on the connected chain, which is empty; files go to `folder`."""
    sys.path.insert(0, str(EXAMPLE))
    from outcome import Outcome
    from past import FIRST_DAY, Past
    from people import People
    from tender import Step, TenderStory

    from workpact.chain import clock, playground

    clock.start_at(FIRST_DAY)
    playground.deploy()
    token = playground.token("Play USDC", "USDC")
    market = folder / "market"
    market.mkdir()
    people = People(folder, token, str(market))
    Past(people, lambda text, sent: tell(Step(clock.now(), text, sent.txn_hash))).play()
    token.mint(people["asker"].address, 20_000 * 10**6, sender=people["asker"])
    story = TenderStory(people, tell)
    story.play()
    return Outcome(story)


def facts(outcome: Any, steps: list[Any]) -> dict[str, Any]:
    """All of it for `--json`."""
    agreement, story = outcome.agreement, outcome.story
    return {
        "chainId": agreement.chain_id,
        "request": outcome.request.id,
        "id": "0x" + agreement.id.hex(),
        "transactions": story.sent,
        "gasUsed": outcome.gas,
        "steps": [{"day": step.day, "text": step.text, "transaction": step.transaction} for step in steps],
        "ranking": story.ranking,
        "refusedByCommand": story.refused,
        "checks": [{"what": check.what, "holds": check.holds} for check in outcome.checks],
    }


def show(outcome: Any) -> None:
    """All of it for people."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(width=WIDTH, highlight=False)
    table = Table(title="Who came where, and why", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    names = [score["name"] for score in outcome.ranked[0]["scores"]]
    for column in ("bidder", "price", *names, "total"):
        table.add_column(column, justify="left" if column == "bidder" else "right", no_wrap=True)
    for bid in outcome.ranked:
        scores = (f"{score['score']:,}" for score in bid["scores"])
        price = outcome.agreement.money(int(bid["price"]))
        table.add_row(outcome.name(bid), price, *scores, f"{bid['total']:,}")
    for bidder, state in outcome.refused.items():
        table.add_row(bidder, "", *("" for _ in names), state)
    console.print(table)
    for bid in outcome.ranked:
        words = next(score["words"] for score in bid["scores"] if score["name"] == "record")
        console.print(f"{outcome.name(bid)}: {words}", markup=False)
    console.print(f"\nAccepted in one transaction, {outcome.gas:,} gas: 0x{outcome.agreement.id.hex()}")
    for check in outcome.checks:
        console.print(f"{'holds' if check.holds else 'BROKEN'}: {check.what}", markup=False)
