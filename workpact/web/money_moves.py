"""What can be done with money that is held, or booked, now (SPEC.md §6)."""

from __future__ import annotations

from collections.abc import Iterator

from eth_utils.address import to_checksum_address

from workpact.web.calls import Blank
from workpact.web.desk import Desk
from workpact.web.move import Approval, Flow, Input, Move
from workpact.web.outcomes import MOST_AMOUNT


def money_moves(desk: Desk) -> Iterator[Move]:
    """Of the agreement as a whole."""
    if desk.position.is_live:
        yield from _fund(desk)
        yield from _surplus(desk)


def _fund(desk: Desk) -> Iterator[Move]:
    position = desk.position
    most, needed = MOST_AMOUNT - position.holdback, position.needed(position.now)
    if most <= position.held:
        return
    lacking = max(needed - position.held, 0)
    yield desk.move(
        "fund",
        "money",
        (Blank("upTo"),),
        label="Fund",
        effect=f"Raises what is held from {desk.money(position.held)} to what you name, with your money. What is open "
        f"needs {desk.money(needed)}. What is held above that belongs to the client, whoever paid "
        "it in.",
        inputs=(
            Input(
                "upTo",
                "Held in all after it",
                "money",
                f"{desk.money(position.held)} are held, {desk.money(lacking)} are lacking.",
                position.held + 1,
                most,
                str(needed) if 0 < lacking <= most - position.held else None,
            ),
        ),
        approve=Approval(to_checksum_address(position.deal["token"]), desk.address, "upTo", position.held),
    )


def _surplus(desk: Desk) -> Iterator[Move]:
    position = desk.position
    surplus = position.held - position.needed(position.now)
    if surplus > 0:
        yield desk.move(
            "reclaim",
            "money",
            (0,),
            conditions=True,
            who=(desk.seats.client,),
            role="client",
            label="Take the surplus back",
            effect=f"{desk.money(surplus)} that nothing open needs go back to the client at once. Final.",
            flow=Flow(to_client=surplus),
        )
