"""Who takes a seat, serves, or is paid instead of the contractor (SPEC.md 4.8, 4.9, 5.8, 10.3)."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.publication import encoded
from workpact.terms import structs
from workpact.web.calls import Blank, arguments
from workpact.web.desk import Desk
from workpact.web.move import Input, Move


def seat_moves(desk: Desk) -> Iterator[Move]:
    """Of the agreement as a whole."""
    yield from _appoint(desk)
    yield from _serve(desk)
    yield from _payees(desk)
    yield from _publish(desk)


def _appoint(desk: Desk) -> Iterator[Move]:
    operators = desk.position.conditions["operators"]
    named = [*operators["client"], *operators["contractor"]]
    if not desk.position.is_live or desk.snapshot.progress.has_operators or not named:
        return
    yield desk.move(
        "appoint",
        "agreement",
        (structs.calldata("Operators", operators),),
        conditions=True,
        label="Appoint the operators",
        effect=f"The {len(named)} operators that the document names can act for their sides, each up to "
        f"{desk.money(int(operators['limit']))} in one call, until the next amendment.",
    )


def _serve(desk: Desk) -> Iterator[Move]:
    if not desk.position.is_live and not desk.position.holdback:
        return
    for which in ("arbiter", "backup"):
        judge = desk.seats.judge(which)
        if judge is not None and not desk.seats.serves(judge):
            yield desk.move(
                "serve",
                "agreement",
                (),
                arbitration=True,
                key=f"serve:{which}",
                who=(judge,),
                role=which,
                label=f"Serve as {which}",
                effect="You can rule on disputes of this agreement in your window, as long as its arbitration terms "
                "stay the same. Without it nobody can rule in your place, and the dispute is divided by the terms.",
            )


def _payees(desk: Desk) -> Iterator[Move]:
    position, payroll = desk.position, desk.snapshot.history.subject.payroll
    if not position.is_live and not position.holdback:
        return
    known = desk.snapshot.progress.payees.get(desk.seats.contractor, (desk.seats.contractor, False))
    if payroll is not None and known != (payroll, True):
        yield desk.move(
            "setPayee",
            "workers",
            (payroll, True),
            key="setPayee:payroll",
            label="Pay wages from this agreement",
            effect="From now on your payments wait for the payroll, where wages are paid from. What was paid before "
            "stays where it is. You can direct them elsewhere at any time.",
            who=(desk.seats.contractor,),
            role="contractor",
        )
    yield desk.move(
        "setPayee",
        "money",
        (Blank("payee"), False),
        label="Direct payments to another address",
        effect="From now on your payments go to the address that you name. What was paid before stays where it is. A "
        "wrong address is paid too: nobody can bring it back.",
        inputs=(Input("payee", "Address", "address", f"Now they go to {known[0]}."),),
        who=(desk.seats.contractor,),
        role="contractor",
    )


def _publish(desk: Desk) -> Iterator[Move]:
    snapshot = desk.snapshot
    if snapshot.answers.is_published:
        return
    values = (snapshot.id, encoded(snapshot.message))
    yield Move(
        key="publish:agreement",
        place="agreement",
        contract="Agreement",
        address=desk.address,
        function="publish",
        arguments=arguments("Agreement", "publish", values),
        who=(desk.seats.client, desk.seats.contractor),
        role="client or contractor",
        label="Publish the document",
        effect="Everybody can read the terms in force from the chain for ever: amounts, dates, addresses, service "
        "levels. Names and texts that are in the file alone stay private. Nothing relies on it.",
    )
