"""The arbiters' choice between two reports of a period (SPEC.md 8.12)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from eth_utils.address import to_checksum_address

from workpact.service_calls import QUANTITIES
from workpact.service_results import Stage
from workpact.terms.fields import ZERO_ADDRESS
from workpact.web.calls import Blank
from workpact.web.move import Choice, Input, Move
from workpact.web.oracle_calls import Oracle
from workpact.web.outcomes import MOST_SECONDS

FEW = 4
"""Figures and quantities of which every combination is offered."""


def ruling_moves(oracle: Oracle, period: int) -> Iterator[Move]:
    """Of a contested period, while an arbiter has its time."""
    kept, position = oracle.book.period(period), oracle.desk.position
    if kept.stage is not Stage.CONTESTED:
        return
    contest = oracle.book.contest(period)
    ruling = min(int(contest["ruling"]), MOST_SECONDS)
    first = kept.times["PeriodContested"] + ruling
    if position.now > first + ruling:
        return
    which, until = ("arbiter", first) if position.now <= first else ("backup", first + ruling)
    judge = to_checksum_address(contest[which])
    if judge == ZERO_ADDRESS:
        return
    name = oracle.desk.words.period(period)
    wholes = [(True, "client's"), (False, "contractor's")]
    said = " ".join(
        f"By the {words}: {oracle.result(oracle.book.conceded(period, of_client=of_client), period)}"
        for of_client, words in wholes
    )
    yield oracle.move(
        "rule",
        period,
        oracle.rule_values(period, Blank("mask")),
        who=(judge,),
        role=which,
        label=f"Rule on the figures of {name}",
        effect=f"What you choose becomes final. {said} Final, without a fee.",
        inputs=(
            Input(
                "mask",
                "Whose figures stand",
                "choice",
                "Figure by figure, if you like: each stands as one side reported it.",
                choices=_choices(oracle, period),
            ),
        ),
        until=until,
    )


def _choices(oracle: Oracle, period: int) -> tuple[Choice, ...]:
    """Both wholes, and what lies between; of many figures each alone."""
    every, kept = oracle.every(period), oracle.book.period(period)
    wholes = [Choice("0", "All as the contractor reported"), Choice(str(every), "All as the client reported")]
    if any(oracle.is_notice(kept.reports[side]) for side in ("client", "contractor")) or every == 0:
        return tuple(dict.fromkeys(wholes)) if every else (wholes[0],)
    levels = oracle.book.service(kept.document)["levels"]
    named = [(1 << bit, str(each["name"])) for bit, each in enumerate(levels["levels"])]
    named += [(1 << QUANTITIES + bit, str(each["quantity"])) for bit, each in enumerate(levels["prices"])]
    if len(named) <= FEW:
        masks = [sum(bits) for bits in product(*((0, bit) for bit, _ in named))]
    else:
        masks = [mask for bit, _ in named for mask in (bit, every & ~bit)]
    mixed = [Choice(str(mask), _said(named, mask)) for mask in dict.fromkeys(masks) if mask not in (0, every)]
    return (*wholes, *mixed)


def _said(named: list[tuple[int, str]], mask: int) -> str:
    of = [(words, [name for bit, name in named if bool(mask & bit) is chosen]) for words, chosen in _SIDES]
    return "; ".join(f"{', '.join(names)} as the {words} reported" for words, names in of)


_SIDES = (("client", True), ("contractor", False))
