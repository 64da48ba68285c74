"""What each score is made of, in one sentence with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from workpact.market.promise import Promise
from workpact.market.standing import Stand
from workpact.terms.units import PPM, write_money, write_share

if TYPE_CHECKING:
    from workpact.market.request import Request


@dataclass(frozen=True)
class Money:
    """How amounts of a request's token are written."""

    symbol: str
    decimals: int

    @classmethod
    def of(cls, request: Request) -> Money:
        """By the request's agreement file."""
        return cls(request.document.token.symbol, request.document.token.decimals)

    def __call__(self, units: int) -> str:
        return write_money(units, self.symbol, self.decimals)


def price(units: int, lowest: int, money: Money) -> str:
    """Of the score of the price."""
    if units == lowest:
        return f"It costs {money(units)} at the quantities that are expected, as little as any valid bid."
    return f"It costs {money(units)} at the quantities that are expected; the lowest valid bid costs {money(lowest)}."


def service(made: Sequence[Promise]) -> str:
    """Of the score of promised service levels."""
    if not made:
        return "The request asks for no service level that can be missed."
    told = []
    for each in made:
        changes = []
        if each.bid != each.asked:
            changes.append(f"target {_target(each, each.bid)} where {_target(each, each.asked)} is asked")
        if each.bid_credit != each.asked_credit:
            changes.append(f"up to {_rate(each.bid_credit)} of a charge at risk where {_rate(each.asked_credit)} is")
        if changes:
            told.append(f"{each.name}: {' and '.join(changes)}")
    if not told:
        return f"It promises what is asked in each of {_counted(len(made), 'level')}, and no more."
    return f"It promises more than is asked in {len(told)} of {_counted(len(made), 'level')}: {'; '.join(told)}."


def record(stand: Stand, units: int, money: Money) -> str:
    """Of the score of the record."""
    if stand.quality is None:
        paid = f"none of the {money(stand.paid)} that it was paid" if stand.paid else "nothing that it was paid"
        return f"It stands as new: {paid} can be traced to the client or to those whom the client trusts."
    cover = stand.coverage(units)
    missed = ", and the rest counts twice" if stand.quality < 1 else ""
    return (
        f"{money(stand.flow)} of its pay, in {_counted(stand.agreements, 'agreement')}, can be traced to the client or "
        f"to those whom the client trusts, which covers {_share(cover)} of this price; of what it promised there it "
        f"kept {_share(stand.quality)}{missed}."
    )


def availability(live: int, offered: tuple[int, int] | None) -> str:
    """Of the score of availability; `offered` is how many places there are, and how many days late."""
    if offered is None:
        return "It has no profile that counts, so nothing says when it can work."
    places, late = offered
    if live >= places:
        return f"All of its {_counted(places, 'place')} are taken: {_counted(live, 'agreement')} of it run."
    when = "when work shall start" if not late else f"{_counted(late, 'day')} after work shall start"
    return f"It is available {when}, with {places - live} of {_counted(places, 'place')} free."


def _target(promise: Promise, value: int) -> str:
    return write_share(value) if promise.form.is_ratio else f"{value:,}"


def _rate(rate: int) -> str:
    return _share(Fraction(rate, PPM * PPM))


def _share(share: Fraction) -> str:
    """In per cent, cut after two digits."""
    hundredths = int(share * 10_000)
    whole, rest = divmod(hundredths, 100)
    return f"{whole:,}" + (f".{rest:02d}".rstrip("0") if rest else "") + " %"


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}" + ("" if count == 1 else "s")
