"""`ape run market bids`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scripts._market_papers import place_option
from scripts._market_tenders import NotYours, fates, moment, money, registry, request_argument, request_at, tender_at
from scripts._options import ConnectedCommand, confirm, emit, json_option, sender_option, signer, table, yes_option
from scripts._papers import plain
from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.market.place import Place
    from workpact.market.request import Request
    from workpact.market.sealed_bid import Roll
    from workpact.market.tender import Tender


class SecondRoll(WorkpactError):
    """There would be two rolls of one request. Nothing was laid down."""


@click.command(cls=ConnectedCommand)
@request_argument
@place_option
@sender_option
@yes_option
@json_option
def bids(request_id: str, place: str, account: Any, yes: bool, as_json: bool) -> None:
    """Show who has bid: sealed, open, late, left out or invalid, and why.

    Anyone can look, and sees the same. With the client's --account, after the deadline, it also makes the roll of the
    sealed bids that count: once, as a second roll that differs would void every bid.

    \b
    Example:
      ape run market bids bafkrei… --place s3://tenders
      ape run market bids bafkrei… --place s3://tenders --account client
    """
    from workpact.market.place import market_place

    opened = market_place(place)
    request = request_at(opened, request_id)
    tender = tender_at(opened, request)
    if account is not None and not tender.is_equivocal:
        _lay_roll(opened, request, tender, signer(account, yes), yes)
        tender = tender_at(opened, request)
    emit(plain(_value(request, tender, opened)), as_json, _lines(request, tender, opened))


def _lay_roll(place: Place, request: Request, tender: Tender, client: Any, yes: bool) -> None:
    """Makes the roll if there is none; one that was signed here before is laid down again, whatever the place has."""
    from workpact.market.anchors import anchored
    from workpact.market.kept_roll import keep_roll, kept_roll
    from workpact.market.paper import Paper
    from workpact.market.sealed_bid import Roll, roll_body
    from workpact.market.tender import NotYet, countable
    from workpact.preflight import now

    if client.address != request.client:
        raise NotYours(f"The roll is the client's, {request.client}, and not {client.address}'s: leave --account out.")
    if now() <= request.deadline:
        raise NotYet(f"The roll is made after {moment(request, request.deadline)}: sealed bids may come until then.")
    kept: Roll | None = kept_roll(request)
    if kept is not None and all(roll.id == kept.id for roll in tender.rolls):
        place.lay(kept.paper)
        return
    if kept is not None:
        raise SecondRoll(
            f"{place.address} has the roll {tender.rolls[0].id}, and you have signed {kept.id} here: with both of them "
            "no bid counts. Yours was not laid down; find out where the other was signed."
        )
    if tender.rolls:
        return
    seals = countable(tender, anchored(registry(), [seal.paper for seal in tender.seals]))
    confirm(f"Sign the roll with {len(seals)} of {len(tender.seals)} sealed bids? There can be no other.", yes)
    paper = Paper.signed(client, "roll", roll_body(request, seals), request.chain_id, request.registry)
    keep_roll(request, Roll.of(paper, request).paper)
    place.lay(paper)


def _value(request: Request, tender: Tender, place: Place) -> dict[str, Any]:
    prices = {bid.id: str(bid.price_units) for bid in tender.bids}
    told = fates(tender)
    return {
        "request": request.id,
        "client": request.client,
        "asked": _asked(request),
        "rolls": [roll.id for roll in tender.rolls],
        "equivocation": tender.is_equivocal,
        "bids": [
            {
                "state": entry.state.value,
                "bidder": entry.bidder or None,
                "seal": entry.seal or None,
                "bid": entry.bid or None,
                "price": prices.get(entry.bid),
                "agreement": told[entry.bid].words if entry.bid in told else None,
                "why": list(entry.why),
            }
            for entry in tender.entries
        ],
        "ignored": list(tender.ignored),
        "damaged": list(place.damaged),
    }


def _asked(request: Request) -> dict[str, Any]:
    """What there is to know before one bids."""
    return {
        "title": request.title,
        "most": None if request.most is None else str(request.most),
        "open": sorted(request.open),
        "volumes": {name: str(count) for name, count in request.volumes.items()},
        "weights": dict(request.weights),
        "trusted": list(request.trusted),
        "deadline": request.deadline,
        "reveal": request.reveal,
        "decide": request.decide,
    }


def _lines(request: Request, tender: Tender, place: Place) -> list[str]:
    from workpact.terms.units import write_share

    weights = ", ".join(f"{name} {write_share(weight)}" for name, weight in request.weights.items())
    most = "any price" if request.most is None else f"at most {money(request, request.most)}"
    lines = [
        f"Request {request.id}: {request.title}",
        f"Client {request.client}; {most}; open: {', '.join(sorted(request.open)) or 'nothing'}; weights: {weights}",
        f"Sealed bids until {moment(request, request.deadline)}, opened until {moment(request, request.reveal)}, to be "
        f"accepted until {moment(request, request.decide)}",
    ]
    if tender.is_equivocal:
        lines.append(f"The client has signed {len(tender.rolls)} rolls: no bid counts.")
        lines += [f"  {roll.id}" for roll in tender.rolls]
    elif tender.rolls:
        lines.append(f"Roll {tender.roll.id} has {len(tender.roll.seals)} sealed bids.")
    else:
        lines.append("No roll yet.")
    prices = {bid.id: money(request, bid.price_units) for bid in tender.bids}
    told = fates(tender)
    if tender.entries:
        rows = [("bidder", "state", "price", "bid", "why")]
        for each in tender.entries:
            why = "; ".join((*each.why, *([f"on chain: {told[each.bid].words}"] if each.bid in told else [])))
            rows.append((each.bidder or "unknown", each.state.value, prices.get(each.bid, ""), each.bid, why))
        lines += table(rows)
    return [*lines, *(f"Not looked at: {each}" for each in (*tender.ignored, *place.damaged))]


COMMANDS = (bids,)
