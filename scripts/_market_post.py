"""`ape run market post`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._market_papers import place_option
from scripts._market_tenders import NotYours, TooLate, moment, money, registry
from scripts._options import (
    ConnectedCommand,
    confirm,
    confirmations_option,
    emit,
    json_option,
    outbid_option,
    sender_option,
    signer,
    yes_option,
)
from scripts._papers import READ, check_measurable, named_wallets, plain, token_option, wallet_option

if TYPE_CHECKING:
    from workpact.market.request import Request
    from workpact.market.request_file import RequestFile


@click.command(cls=ConnectedCommand)
@click.argument("file", type=READ)
@place_option
@click.option("--anchor", is_flag=True, help="Also say on chain that it exists now: one transaction.")
@wallet_option
@token_option
@sender_option
@confirmations_option
@outbid_option
@yes_option
@json_option
def post(
    file: Path,
    place: str,
    anchor: bool,
    wallets: tuple[str, ...],
    token: str | None,
    account: Any,
    confirmations: int | None,
    outbid: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Ask for bids: sign the request in FILE and lay it down.

    FILE names the agreement file that bidders fill in, what they may set in it, and the deadlines (docs/market.md).
    Everything in that agreement file becomes public, names of people too; only its salts are left out.

    \b
    Example:
      ape run market post request.yaml --place s3://tenders --account client
    """
    from workpact.chain.sender import Sender
    from workpact.market.anchors import anchor as anchored
    from workpact.market.place import market_place

    client = signer(account, yes)
    asked = _checked(file, wallets, token, client.address)
    opened = market_place(place)
    click.echo("\n".join(_public(asked)), err=True)
    confirm("Sign this and make it public?", yes)
    request = _signed(asked, client)
    opened.lay(request.paper)
    sent = anchored(registry(), request.paper, sender=Sender(client, confirmations, outbid)) if anchor else None
    value = {
        "request": request.id,
        "address": f"{request.client.lower()}/{request.id}",
        "content": request.paper.content,
        "client": request.client,
        "place": opened.address,
        "deadline": request.deadline,
        "reveal": request.reveal,
        "decide": request.decide,
        "transaction": getattr(sent, "txn_hash", None),
    }
    emit(plain(value), as_json, _told(request))


def _checked(file: Path, wallets: tuple[str, ...], token: str | None, client: str) -> RequestFile:
    """The file, if the account may ask for it, bids can be made, and the deadline is to come."""
    from workpact.preflight import chain_id, check_token, now

    asked = _loaded(file, wallets, token, chain_id())
    if asked.client != client:
        raise NotYours(
            f"{file} asks for the client {asked.client}, {client} would sign: name the client's account, or write its "
            "address into the agreement file."
        )
    check_measurable(asked.agreement)
    check_token(asked.agreement)
    if now() >= asked.written.spec.deadline:
        raise TooLate(f"{file}: the deadline is over by the chain's clock: write a later one.")
    return asked


def _signed(asked: RequestFile, client: Any) -> Request:
    from workpact.chain import deployments
    from workpact.market.errors import BadPaper
    from workpact.market.paper import Paper
    from workpact.market.request import Request
    from workpact.preflight import chain_id

    body = asked.body(deployments.contract("Agreement").address)
    try:
        return Request.of(Paper.signed(client, "request", body, chain_id(), registry().address))
    except BadPaper as error:
        advice = "Move long texts into attachments, named by their hash."
        raise BadPaper(f"{asked.path}: the request {error}. {advice}") from None


def _loaded(file: Path, wallets: tuple[str, ...], token: str | None, chain: int) -> RequestFile:
    from workpact.chain import deployments
    from workpact.market.request_file import load_request

    named = named_wallets(wallets)
    known = {name: each.address for name, each in deployments.read(chain).items() if name not in named}
    return load_request(file, wallets=named, token=token, contracts=known, chain_id=chain)


def _public(asked: RequestFile) -> list[str]:
    """What everybody will read, the names first."""
    agreement = asked.agreement
    client, rules = agreement.parties.client, agreement.spec.arbitration
    people = [client.legal_name, client.register_number, client.signatory.name, client.notice_address]
    people += [judge.legal_name for judge in (rules.arbiter, rules.backup) if judge]
    return [
        f"Everybody will read the whole of {asked.written.spec.agreement}, but for its salts, among it:",
        f"  client {client.wallet}: {'; '.join(people)}",
        f"  milestones {', '.join(item.title for item in agreement.milestones) or 'none'}",
        f"  service levels {', '.join(level.name for level in agreement.levels) or 'none'}, with what they measure",
        "and the limits, expected quantities, weights and trusted accounts of the request. For a name that is not to "
        "be public write a description instead.",
    ]


def _told(request: Request) -> list[str]:
    most = f"at most {money(request, request.most)}" if request.most is not None else "at any price"
    return [
        f"Request {request.id}: {request.title}",
        f"Bids {most}; open: {', '.join(sorted(request.open)) or 'nothing'}",
        f"Sealed bids until {moment(request, request.deadline)}",
        f"After it: ape run market bids {request.id} --account CLIENT makes the roll of those that count.",
        f"Bids are opened until {moment(request, request.reveal)}, and can be accepted until "
        f"{moment(request, request.decide)}.",
    ]


COMMANDS = (post,)
