"""What commands of a tender share: the request by its id, the deployment that it is for, and the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.chain.state import Status
    from workpact.market.place import Place
    from workpact.market.request import Request
    from workpact.market.tender import Tender

request_argument = click.argument("request_id", metavar="REQUEST")


class OtherDeployment(WorkpactError):
    """A request is for another chain or other contracts than those recorded here. Nothing was signed or sent."""


class NotYours(WorkpactError):
    """The account may not do this. Nothing was signed or sent."""


class TooLate(WorkpactError):
    """The time for this is over. Nothing was signed or sent."""


def request_at(place: Place, given: str) -> Request:
    """The request of an id, or of 0xCLIENT/ID, which finds it without a look at all others; checked for this chain."""
    request = found_at(place, given)
    check_deployment(request)
    return request


def found_at(place: Place, given: str) -> Request:
    """The same, for whatever chain it is."""
    from workpact.market.errors import NotThere
    from workpact.market.request import Request

    author, slash, name = given.rpartition("/")
    if slash:
        paper = place.paper("request", author.lower(), name)
    else:
        found = [each for each in place.papers("request") if each.id == given]
        if not found:
            raise NotThere(f"{place.address} has no request {given}: check the id and --place, or ask the client.")
        paper = found[0]
    return Request.of(paper)


def check_deployment(request: Request) -> None:
    """The request is for the connected chain and the contracts recorded for it."""
    from workpact.chain import deployments
    from workpact.preflight import chain_id

    chain = chain_id()
    if request.chain_id != chain:
        raise OtherDeployment(
            f"The request {request.id} is for chain {request.chain_id}, the node is of chain {chain}: check --network."
        )
    for name, address in (("Agreement", request.agreement), ("TalentRegistry", request.registry)):
        recorded = deployments.contract(name).address
        if recorded != address:
            raise OtherDeployment(
                f"The request {request.id} is for the {name} {address}, recorded for chain {chain} is {recorded}. "
                "Answer no request for contracts that you do not know."
            )


def registry() -> Any:
    """The recorded TalentRegistry."""
    from workpact.chain import deployments

    return deployments.contract("TalentRegistry")


def tender_at(place: Place, request: Request) -> Tender:
    """All that a place and the chain know of a request, at the chain's time."""
    from workpact.market.anchors import anchored
    from workpact.market.tender import read_tender
    from workpact.preflight import now

    seals = place.papers("seal", request.id)
    return read_tender(place, request, now(), anchored(registry(), seals))


def fates(tender: Tender) -> dict[str, Status]:
    """What has become on chain of bids that count, by their ids; without those that nothing has become of."""
    from workpact.agreement import Status
    from workpact.chain import deployments
    from workpact.preflight import ask

    contract = deployments.contract("Agreement")
    found = {bid.id: Status(ask(contract.stateOf, bid.agreement_id).status) for bid in tender.bids}
    return {name: status for name, status in found.items() if status is not Status.NONE}


def moment(request: Request, seconds: int) -> str:
    """An instant in the request's time zone."""
    from workpact.terms.units import write_instant

    return f"{write_instant(seconds, request.document.zone, last=True)} ({request.timezone})"


def money(request: Request, units: int) -> str:
    """An amount of the request's token."""
    from workpact.terms.units import write_money

    return write_money(units, request.document.token.symbol, request.document.token.decimals)
