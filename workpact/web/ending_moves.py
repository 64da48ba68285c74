"""How an agreement can be ended by one side now, and closed (SPEC.md 4.4 to 4.7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from workpact.web import outcomes
from workpact.web.desk import Desk
from workpact.web.move import Flow, Move
from workpact.web.outcomes import MOST_SECONDS
from workpact.web.periods import charge_of, without_credit_at
from workpact.web.service_book import Book, FiguresMissing

AFTER = (
    "What is in flight or due is still decided and paid; then anyone closes it, and what is left goes to the client."
)


def ending_moves(desk: Desk) -> Iterator[Move]:
    """Of a live agreement."""
    position = desk.position
    if not position.is_live:
        return
    yield from _notices(desk)
    if position.ends_at is None or position.now < position.ends_at:
        book = Book.of(desk.snapshot)
        yield from _for_cause(desk, book)
        yield from _unpaid(desk, book)
    yield from _close(desk)


def _notices(desk: Desk) -> Iterator[Move]:
    position, seats = desk.position, desk.seats
    for side, party in (("client", seats.client), ("contractor", seats.contractor)):
        at, period = _notice_end(desk, side)
        if position.ends_at is not None and at >= position.ends_at:
            continue
        end = f", the end of {desk.words.period(period)}" if period is not None else ""
        earlier = f" instead of {desk.when(position.ends_at)}" if position.ends_at is not None else ""
        span = desk.span(int(position.conditions["ending"][f"{side}Notice"]))
        yield desk.move(
            "giveNotice",
            "agreement",
            (),
            conditions=True,
            key=f"giveNotice:{side}",
            who=(party,),
            role=side,
            label="Give notice",
            effect=f"The agreement ends on {desk.when(at)}{end}{earlier}: the notice is {span}. Until then all goes "
            f"on; after it nothing new can be submitted. {AFTER} Only an amendment by both takes it back.",
        )


def _notice_end(desk: Desk, side: str) -> tuple[int, int | None]:
    """When a notice of now takes effect, and the period that ends then."""
    position = desk.position
    at = position.now + min(int(position.conditions["ending"][f"{side}Notice"]), MOST_SECONDS)
    ends = [int(each) for each in position.conditions["service"]["schedule"]["ends"]]
    following = next((index for index, end in enumerate(ends) if end >= at), None)
    if following is None:
        return at, None
    moved = min(ends[following], at + MOST_SECONDS)
    return moved, following if moved == ends[following] else None


def _for_cause(desk: Desk, book: Book) -> Iterator[Move]:
    for period, kept in sorted(book.kept.items()):
        if kept.end_until and desk.position.now <= kept.end_until:
            name = desk.words.period(period)
            yield desk.move(
                "endForCause",
                "agreement",
                (period,),
                conditions=True,
                key=f"endForCause:period:{period}",
                who=(desk.seats.client,),
                role="client",
                label=f"End for the failures of {name}",
                effect=f"The agreement ends at once, as the service levels of {name} give you the right to. {AFTER} "
                "Only an amendment by both takes it back.",
                until=kept.end_until,
            )


def _unpaid(desk: Desk, book: Book) -> Iterator[Move]:
    position = desk.position
    cure = min(int(position.conditions["ending"]["cure"]), MOST_SECONDS)
    owed: list[tuple[str, int, bool, int, int]] = []
    for index, work in enumerate(position.works):
        due = position.due_at(index)
        if due is not None and not work.is_settled:
            owed.append((desk.words.milestone(index), index, False, position.rest(index), due))
    for period in range(len(position.ends)):
        if period in position.settled:
            continue
        with suppress(FiguresMissing):
            charge = charge_of(position, book, period, position.now)
            if charge is not None:
                kept = book.period(period)
                due = kept.times["PeriodAssessed"] if kept.is_assessed else without_credit_at(position, period) - 1
                owed.append((desk.words.period(period), period, True, charge.due, due))
    for name, item, is_period, amount, due in owed:
        if position.held < amount and position.now > due + cure:
            yield desk.move(
                "endForNonPayment",
                "agreement",
                (item, is_period),
                conditions=True,
                key=f"endForNonPayment:{'period' if is_period else 'milestone'}:{item}",
                who=(desk.seats.contractor,),
                role="contractor",
                label=f"End for non-payment of {name}",
                effect=f"The agreement ends at once: {desk.money(amount)} for {name} have been due since "
                f"{desk.when(due)}, and {desk.money(position.held)} are held. {AFTER} Only an amendment by both takes "
                "it back.",
            )


def _close(desk: Desk) -> Iterator[Move]:
    position = desk.position
    outcome = outcomes.close(position)
    if outcome is None or position.now < outcome.at:
        return
    lapsing = [desk.words.milestone(index) for index, work in enumerate(position.works) if not work.is_settled]
    lapses = f" What is open lapses: {', '.join(lapsing)}." if lapsing else ""
    kept = f" {desk.money(position.holdback)} held back keep their date." if position.holdback else ""
    yield desk.move(
        "close",
        "agreement",
        (),
        conditions=True,
        label="Close the agreement",
        effect=f"The agreement is over. {desk.money(position.held)} that are held go to the client.{lapses}{kept} "
        "Final.",
        flow=Flow(to_client=position.held),
    )
