"""What can be done with service periods now, in money and in the oracle (SPEC.md §7, §8).

A report is measured and signed by reporters' keys, so there is no move for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from eth_utils.address import to_checksum_address

from workpact.service_results import Side, Stage
from workpact.terms.fields import ZERO_ADDRESS
from workpact.web.desk import Desk
from workpact.web.effects import paid
from workpact.web.move import Move
from workpact.web.oracle_calls import Oracle
from workpact.web.outcomes import MOST_SECONDS
from workpact.web.periods import CAN, charge_of, lapses, oracle_act
from workpact.web.rulings import ruling_moves
from workpact.web.service_book import Book, FiguresMissing

LABELS = {
    "applyDefault": "Apply the default to {}",
    "finalise": "Make the report of {} final",
    "rule": "Make the report of {} final that stands by the terms",
    "assess": "Assess {}",
}


def period_moves(desk: Desk) -> Iterator[Move]:
    """Of all periods that are not settled, while the agreement is live."""
    position = desk.position
    if not position.is_live or to_checksum_address(position.conditions["billing"]["oracle"]) == ZERO_ADDRESS:
        return
    book = Book.of(desk.snapshot)
    oracle = Oracle(desk, book)
    for period in range(len(position.ends)):
        if period in position.settled:
            continue
        # Of a report of which only the hash is at hand nobody can make a call.
        for made in (_settle, _anyone, _concede, ruling_moves, _waive):
            with suppress(FiguresMissing):
                yield from made(oracle, period)


def _settle(oracle: Oracle, period: int) -> Iterator[Move]:
    desk, position = oracle.desk, oracle.desk.position
    charge = charge_of(position, oracle.book, period, position.now)
    if charge is None or lapses(position, period):
        return
    amount, who = charge.due, tuple[str, ...]()
    if amount > position.held:
        cure = min(int(position.conditions["ending"]["cure"]), MOST_SECONDS)
        if not position.is_over(position.now):
            return
        amount = position.held
        if not position.is_over(position.now - cure):
            who = (desk.seats.contractor,)
    if not charge.is_last and not amount:
        return
    flow = paid(position, amount)
    name, money = desk.words.period(period), desk.money
    if charge.is_last:
        said = f"{name} costs {money(charge.charge)}, less a service credit of {money(charge.credit)}"
        more = f" {name} is settled. Final."
    else:
        said = f"{name} costs at least {money(charge.charge)}, less a service credit of at most {money(charge.credit)}"
        more = " The rest follows when the credit is final."
    short = f" {money(charge.due - amount)} are not paid, as too little is held." if amount < charge.due else ""
    yield desk.move(
        "settle",
        f"period:{period}",
        (period,),
        conditions=True,
        who=who,
        role="contractor" if who else "anyone",
        label=f"Settle {name}" if charge.is_last else f"Pay what is due of {name}",
        effect=f"{said}. {desk.payment(flow)}{short}{more}",
        flow=flow,
    )


def _anyone(oracle: Oracle, period: int) -> Iterator[Move]:
    """What time gave to anyone in the oracle."""
    act = oracle_act(oracle.desk.position, oracle.book, period)
    if act is None or oracle.desk.position.now < act.at:
        return
    values = {
        "applyDefault": oracle.default_values,
        "finalise": oracle.pending_values,
        "rule": oracle.standing_values,
        "assess": oracle.assess_values,
    }[act.name](period)
    name = oracle.desk.words.period(period)
    can = CAN[act.name].replace("have it assessed", "work out its credit")
    yield oracle.move(
        act.name,
        period,
        values,
        label=LABELS[act.name].format(name),
        effect=f"Nobody acted in time on {name}, so anyone can {can}. {oracle.result(act.after, period)} Final."
        if act.name != "assess"
        else f"The credit of {name} is worked out. {oracle.result(act.after, period)} Final.",
    )


def _concede(oracle: Oracle, period: int) -> Iterator[Move]:
    """The other side's report accepted: by the party itself, of the document in force."""
    book, kept, position = oracle.book, oracle.book.period(period), oracle.desk.position
    if not book.is_in_force or (kept.document or book.current) != book.current:
        return
    sides = [kept.stage.pending.other] if kept.stage.pending is not None else []
    if kept.stage is Stage.CONTESTED:
        sides = [Side.CLIENT, Side.CONTRACTOR]
    if kept.stage.pending is not None and (kept.until is None or position.now > kept.until):
        return
    name = oracle.desk.words.period(period)
    for side in sides:
        reported = side.other
        after = book.conceded(period, of_client=reported is Side.CLIENT)
        notice = oracle.is_notice(kept.reports[reported.words])
        what = "notice, that the data are withheld," if notice else "figures"
        yield oracle.move(
            "finalise",
            period,
            oracle.report_values(kept.reports[reported.words]),
            key=f"concede:{side.words}:period:{period}",
            who=(oracle.party(side.words),),
            role=side.words,
            label=f"Accept the {reported.words}'s {'notice' if notice else 'figures'} of {name}",
            effect=f"The {reported.words}'s {what} of {name} become final. {oracle.result(after, period)} Final.",
            until=kept.until,
        )


def _waive(oracle: Oracle, period: int) -> Iterator[Move]:
    book = oracle.book
    answer = book.answer(period)
    if answer is None or not answer.rate or not book.is_in_force or book.period(period).waived:
        return
    name = oracle.desk.words.period(period)
    yield oracle.move(
        "waive",
        period,
        (*oracle.place, oracle.schedule_hash, oracle.groups(book.current)[2], period),
        who=(oracle.party("client"),),
        role="client",
        label=f"Waive the credit of {name}",
        effect=f"The service credit of {name} becomes zero, whatever follows. "
        f"{oracle.result(book.waived(period), period)} Final.",
    )
