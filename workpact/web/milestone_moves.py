"""What can be done with milestones and the holdback now (SPEC.md §5, 6.3)."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.agreement_state import HOLDBACK
from workpact.chain.state import Phase
from workpact.terms.units import PPM, write_share
from workpact.web.calls import Blank
from workpact.web.desk import Desk
from workpact.web.effects import at_stake, paid, reclaimed, ruled
from workpact.web.move import Flow, Input, Move

DELIVERABLE = Input(
    "deliverable",
    "What is handed over",
    "file-hash",
    "The file stays with you; its salted hash goes on chain. Keep the seal that you get: without it nobody can show "
    "later what was handed over.",
)
REASON = Input(
    "reason",
    "Reason",
    "text-hash",
    "The text stays with you; its salted hash goes on chain. Keep the seal that you get, and send both to the other "
    "side.",
)


def milestone_moves(desk: Desk) -> Iterator[Move]:
    """Of all milestones that are not settled."""
    if not desk.position.is_live:
        return
    for index, work in enumerate(desk.position.works):
        if not work.is_settled:
            yield from _work(desk, index)
            yield from _answers(desk, index)
            yield from _disputes(desk, index)
            yield from _silence(desk, index)


def holdback_moves(desk: Desk) -> Iterator[Move]:
    """Of the holdback; also after the end."""
    position = desk.position
    if not position.holdback:
        return
    until = int(position.deal["holdbackUntil"])
    if position.holdback_disputed_at is not None:
        yield from _rulings(desk, HOLDBACK)
    elif position.now <= until:
        yield desk.move(
            "dispute",
            "holdback",
            (HOLDBACK, Blank("reason")),
            who=desk.seats.of("client", position.holdback),
            role="client",
            label="Dispute the holdback",
            effect=f"{desk.money(position.holdback)} held back go to the arbiters. {_after_dispute(desk)}",
            inputs=(REASON,),
            until=until,
        )
    else:
        yield desk.move(
            "releaseHoldback",
            "holdback",
            (),
            label="Release the holdback",
            effect=f"{desk.money(position.holdback)} held back go to {desk.payee}. Final.",
            flow=Flow(position.holdback),
        )


def _work(desk: Desk, index: int) -> Iterator[Move]:
    """The contractor's part."""
    position, work, name = desk.position, desk.position.works[index], desk.words.milestone(index)
    place = f"milestone:{index}"
    until = min(position.deadline(index), position.ends_at or position.deadline(index))
    if work.phase in (Phase.OPEN, Phase.REJECTED) and position.now <= until:
        yield desk.move(
            "submit",
            place,
            (index, Blank("deliverable")),
            who=desk.seats.of("contractor", work.amount),
            role="contractor",
            label=f"Submit {name}",
            effect=f"The client's review of {name} runs for {desk.span(int(position.deal['review']))} from then on. If "
            f"the client is silent, anyone can release {desk.money(position.rest(index))} to {desk.payee}.",
            inputs=(DELIVERABLE,),
            until=until,
        )
    if not (work.phase in (Phase.OPEN, Phase.REJECTED) and position.now > position.deadline(index)):
        flow = reclaimed(position, index)
        yield desk.move(
            "reclaim",
            place,
            (1 << index,),
            conditions=True,
            who=(desk.seats.contractor,),
            role="contractor",
            label=f"Give up {name}",
            effect=f"{name} is given up for good: {desk.money(position.rest(index))} of it will not be paid. "
            f"{desk.refund(flow)} Final.",
            flow=flow,
        )


def _answers(desk: Desk, index: int) -> Iterator[Move]:
    """The client's part."""
    position, work, name = desk.position, desk.position.works[index], desk.words.milestone(index)
    place, rest = f"milestone:{index}", position.rest(index)
    if rest <= position.held:
        flow = paid(position, rest)
        yield desk.move(
            "accept",
            place,
            (1 << index,),
            who=desk.seats.of("client", rest),
            role="client",
            label=f"Accept {name}",
            effect=f"{desk.payment(flow)} {name} is settled. Final.",
            flow=flow,
        )
    most = min(rest - 1, position.held)
    if most > 0:
        yield desk.move(
            "acceptUpTo",
            place,
            (index, Blank("total")),
            who=desk.seats.of("client", work.amount),
            role="client",
            label=f"Accept a part of {name}",
            effect=f"Pays what you name less the {desk.money(work.accepted)} of {name} that are accepted already, with "
            f"{write_share(desk.holdback)} of it held back. The rest stays open, and its time runs on. Final for "
            "the part.",
            inputs=(
                Input(
                    "total",
                    "Accepted in all",
                    "money",
                    f"Of {desk.money(work.amount)}; {desk.money(work.accepted)} are accepted already.",
                    work.accepted + 1,
                    work.accepted + most,
                ),
            ),
        )
    yield from _rejection(desk, index)


def _rejection(desk: Desk, index: int) -> Iterator[Move]:
    position, work, name = desk.position, desk.position.works[index], desk.words.milestone(index)
    until = work.clock + int(position.deal["review"])
    left = int(position.deal["rejections"]) - work.rounds
    if work.phase is Phase.SUBMITTED and position.now <= until and left > 0:
        yield desk.move(
            "reject",
            f"milestone:{index}",
            (index, Blank("reason")),
            who=desk.seats.of("client", work.amount),
            role="client",
            label=f"Reject {name}",
            effect=f"The contractor may submit {name} again until {desk.when(_again_until(desk, index))}, or later if "
            "this is mined later; if it is silent, the milestone goes back to the client. Rejections left after this: "
            f"{left - 1}.",
            inputs=(REASON,),
            until=until,
        )


def _again_until(desk: Desk, index: int) -> int:
    position = desk.position
    return max(position.works[index].due + int(position.deal["grace"]), position.now + int(position.deal["review"]))


def _disputes(desk: Desk, index: int) -> Iterator[Move]:
    position, work, name = desk.position, desk.position.works[index], desk.words.milestone(index)
    if work.phase is Phase.DISPUTED:
        yield from _rulings(desk, index)
        return
    if work.phase not in (Phase.SUBMITTED, Phase.REJECTED):
        return
    is_reviewed = work.phase is Phase.SUBMITTED
    until = work.clock + int(position.deal["review"]) if is_reviewed else position.deadline(index)
    if position.now <= until:
        sides = (*desk.seats.of("client", work.amount), *desk.seats.of("contractor", work.amount))
        yield desk.move(
            "dispute",
            f"milestone:{index}",
            (index, Blank("reason")),
            who=sides,
            role="client or contractor",
            label=f"Dispute {name}",
            effect=f"{name} goes to the arbiters, with {desk.money(position.rest(index))} at stake; the rest of the "
            f"agreement goes on. {_after_dispute(desk)}",
            inputs=(REASON,),
            until=until,
        )


def _after_dispute(desk: Desk) -> str:
    rules = desk.position.message["arbitration"]
    window, split = int(rules["window"]), write_share(int(rules["split"]))
    return (
        f"The arbiter has {desk.span(window)}, then the backup as long; if neither rules, anyone can divide it with "
        f"{split} for the contractor."
    )


def _rulings(desk: Desk, item: int) -> Iterator[Move]:
    position, rules = desk.position, desk.position.message["arbitration"]
    place = "holdback" if item == HOLDBACK else f"milestone:{item}"
    name = "the holdback" if item == HOLDBACK else desk.words.milestone(item)
    since = position.holdback_disputed_at if item == HOLDBACK else position.works[item].clock
    assert since is not None, "disputed"
    first = since + int(rules["window"])
    last = first + int(rules["window"])
    if position.now > last:
        split = int(rules["split"])
        flow = ruled(position, item, 0, split)
        yield desk.move(
            "rule",
            place,
            (item, split),
            arbitration=True,
            label=f"Divide {name} by the terms",
            effect=f"Nobody ruled in time, so {write_share(split)} are the contractor's: "
            f"{desk.division(flow)}.{desk.still_owed(flow)} Final.",
            flow=flow,
        )
        return
    which, until = ("arbiter", first) if position.now <= first else ("backup", last)
    judge = desk.seats.judge(which)
    if judge is None or not desk.seats.serves(judge):
        return
    yield desk.move(
        "rule",
        place,
        (item, Blank("share")),
        arbitration=True,
        who=(judge,),
        role=which,
        label=f"Rule on {name}",
        effect=_said_of_ruling(desk, item),
        inputs=(
            Input("share", "The contractor's share", "share", f"Of {desk.money(at_stake(position, item))}.", 0, PPM),
        ),
        until=until,
    )


def _said_of_ruling(desk: Desk, item: int) -> str:
    """What a ruling does before its share is known: at both ends and in the middle."""
    position = desk.position
    rate = int(position.message["arbitration"]["fee"])
    shares = [
        f"by {write_share(share)} {desk.division(ruled(position, item, rate, share))}" for share in (0, PPM // 2, PPM)
    ]
    owed = ruled(position, item, rate, PPM).still_owed
    missing = (
        f" {desk.money(owed)} more are not held: of these the contractor's share stays owed until money comes."
        if owed
        else ""
    )
    fee = " and the fee is booked for you" if rate else ""
    return (
        f"Divides {desk.money(at_stake(position, item))} by the contractor's share that you name: {'; '.join(shares)}."
        f"{missing} Nothing of it is held back{fee}. Final."
    )


def _silence(desk: Desk, index: int) -> Iterator[Move]:
    """What time gave to anyone."""
    position, work, name = desk.position, desk.position.works[index], desk.words.milestone(index)
    place, rest, due = f"milestone:{index}", position.rest(index), position.due_at(index)
    if due is not None and position.now > due and position.held > 0:
        flow = paid(position, min(rest, position.held), rest=rest)
        yield desk.move(
            "release",
            place,
            (index,),
            label=f"Release {name}",
            effect=f"{desk.payment(flow)}{desk.still_owed(flow)} Final.",
            flow=flow,
        )
    if work.phase in (Phase.OPEN, Phase.REJECTED) and position.now > position.deadline(index):
        flow = reclaimed(position, index)
        yield desk.move(
            "reclaim",
            place,
            (1 << index,),
            conditions=True,
            label=f"Take {name} back",
            effect=f"{name} was not delivered in time and is taken back for the client. {desk.refund(flow)} Final.",
            flow=flow,
        )
