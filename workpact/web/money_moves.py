"""What can be done with money that is held, or booked, now (SPEC.md §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.web.calls import Blank, arguments
from workpact.web.desk import Desk
from workpact.web.move import Approval, Flow, Input, Move
from workpact.web.outcomes import MOST_AMOUNT


def money_moves(desk: Desk) -> Iterator[Move]:
    """Of the agreement as a whole."""
    if desk.position.is_live:
        yield from _fund(desk)
        yield from _surplus(desk)
    yield from _booked(desk)


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


def _booked(desk: Desk) -> Iterator[Move]:
    """What waits for payees: over all agreements of the token, or of this one alone."""
    snapshot, token = desk.snapshot, to_checksum_address(desk.position.deal["token"])
    for payee, amount in sorted(snapshot.answers.owed.items()):
        if amount:
            yield _call(
                desk,
                "withdraw",
                payee,
                (token, Blank("to")),
                label="Withdraw what is booked for you",
                effect=f"{desk.money(amount)} booked for {desk.telling.who(payee)}, from all agreements in this token, "
                "go to the address that you name.",
                inputs=(Input("to", "To", "address", "Where it is sent; the token may refuse some.", value=payee),),
            )
    for payee, amount in sorted(_to_take(desk).items()):
        if amount and payee == snapshot.history.subject.payroll:
            yield _collect(desk, amount)
        elif amount:
            yield _call(
                desk,
                "take",
                payee,
                (snapshot.origin, token),
                label="Take what is booked for you",
                effect=f"{desk.money(amount)} of this agreement go to {desk.telling.who(payee)}.",
            )


def _to_take(desk: Desk) -> Counter[str]:
    """Booked by origin, by payee."""
    found: Counter[str] = Counter()
    for each in desk.snapshot.history.of("Agreement"):
        if each.name == "Booked" and each["toTake"]:
            found[each["payee"]] += each["amount"]
        elif each.name == "Taken":
            found[each["payee"]] -= each["amount"]
    return found


def _collect(desk: Desk, amount: int) -> Move:
    payroll = desk.snapshot.history.subject.payroll
    assert payroll is not None, "it has something to take"
    return Move(
        key="collect:workers",
        place="workers",
        contract="Payroll",
        address=payroll,
        function="collect",
        arguments=arguments("Payroll", "collect", (desk.address, desk.terms)),
        who=(),
        role="anyone",
        label="Collect for wages",
        effect=f"{desk.money(amount)} that wait for the payroll are brought there; the contractor pays wages from it.",
    )


def _call(
    desk: Desk,
    function: str,
    payee: str,
    values: tuple[Any, ...],
    *,
    label: str,
    effect: str,
    inputs: tuple[Input, ...] = (),
) -> Move:
    """A payee's own, that carries no terms."""
    return Move(
        key=f"{function}:{payee}",
        place="money",
        contract="Agreement",
        address=desk.address,
        function=function,
        arguments=arguments("Agreement", function, values),
        who=(payee,),
        role="payee",
        label=label,
        effect=effect,
        inputs=inputs,
    )
