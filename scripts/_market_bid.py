"""`ape run market bid`: write a bid, seal it, open it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._market_papers import place_option
from scripts._market_tenders import TooLate, moment, money, registry, request_argument, request_at, tender_at
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
from scripts._papers import READ, WRITE, check_measurable, load, plain, token_option, wallet_option
from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.market.kept_bid import KeptBid
    from workpact.market.place import Place
    from workpact.market.request import Request
    from workpact.terms import AgreementDocument


class NoClientKey(WorkpactError):
    """The client has no encryption key, so that the agreement file cannot go to it alone. Nothing was signed."""


class SealedAlready(WorkpactError):
    """This bidder has sealed another bid for the request."""


@click.command(cls=ConnectedCommand)
@request_argument
@click.argument("file", type=READ, required=False)
@place_option
@click.option("--new", type=WRITE, help="Write the request's agreement file there, to be filled in; no bid is made.")
@click.option("--open", "opening", is_flag=True, help="Open the sealed bid, once it is on the client's roll.")
@click.option("--in-clear", is_flag=True, help="Lay the agreement file down unencrypted: everybody reads all names.")
@click.option("--anchor", is_flag=True, help="Also say on chain that the sealed bid exists now: one transaction.")
@wallet_option
@token_option
@sender_option
@confirmations_option
@outbid_option
@yes_option
@json_option
def bid(
    request_id: str,
    file: Path | None,
    place: str,
    new: Path | None,
    opening: bool,
    in_clear: bool,
    anchor: bool,
    wallets: tuple[str, ...],
    token: str | None,
    account: Any,
    confirmations: int | None,
    outbid: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Answer a request: an agreement that you sign, sealed until the deadline.

    First --new writes the file to fill in. Then FILE is checked against the request, signed and kept in your data
    folder; only its sealed hash is laid down. After the deadline --open lays the bid down, if the client's roll has it.
    A sealed bid can be opened or left closed, not changed. To take back an opened one: ape run agreement withdraw-bid.

    \b
    Example:
      ape run market bid bafkrei… --new bid.yaml --place s3://tenders --account contractor
      ape run market bid bafkrei… bid.yaml --place s3://tenders --account contractor
      ape run market bid bafkrei… --open --place s3://tenders --account contractor
    """
    from workpact.chain.sender import Sender
    from workpact.market.place import market_place

    if sum((file is not None, new is not None, opening)) > 1:
        raise click.UsageError("Give one of FILE (seal a bid), --new (write the file) and --open.")
    opened = market_place(place)
    request, bidder = request_at(opened, request_id), signer(account, yes)
    if new is not None:
        return _write(request, new, bidder.address, as_json)
    if opening:
        return _open(opened, request, bidder.address, yes, as_json)
    kept = _kept(request, file, bidder, wallets, token, in_clear, yes)
    opened.lay(kept.seal)
    sender = Sender(bidder, confirmations, outbid)
    return _sealed(request, kept, _anchor(kept, sender) if anchor else None, as_json)


def _write(request: Request, file: Path, bidder: str, as_json: bool) -> None:
    """The request's file with fresh salts and the bidder's address."""
    from workpact.market.blank import CONTRACTOR
    from workpact.terms import loads
    from workpact.terms.contents import write_yaml

    if file.exists():
        raise click.UsageError(f"{file} is there already: name another file, or move it away.")
    plain_file = request.document.plain()
    spec = plain_file[0]["spec"]
    spec["parties"][CONTRACTOR]["wallet"] = bidder
    for section in ("offer", "legal"):
        spec[section]["salt"] = "0x" + secrets.token_hex(32)
    text = write_yaml(plain_file)
    unresolved = list(loads(text, file=file.name).unresolved)
    file.write_text(text, encoding="utf-8")
    rest = f" Still to name, or to take out: {', '.join(unresolved)}." if unresolved else ""
    said = (
        f"{file} is written: fill in who you are, and what the request leaves open: "
        f"{', '.join(sorted(request.open)) or 'nothing'}.{rest} Then: ape run market bid {request.id} {file}"
    )
    emit({"file": str(file), "unresolved": unresolved, "open": sorted(request.open)}, as_json, said)


def _kept(
    request: Request,
    file: Path | None,
    bidder: Any,
    wallets: tuple[str, ...],
    token: str | None,
    in_clear: bool,
    yes: bool,
) -> KeptBid:
    """The bid that is kept for this request, or a new one that is checked, signed and kept."""
    from workpact.market.kept_bid import kept_bid, kept_path
    from workpact.preflight import chain_id, now

    kept = kept_bid(request, bidder.address)
    document = load(file, wallets, token, chain_id()) if file else None
    if kept is not None and document is not None and _message(document) != kept.bid.body["message"]:
        raise SealedAlready(
            f"{bidder.address} has sealed another bid for {request.id} ({kept_path(request, bidder.address)}). One "
            "bidder has one sealed bid: of several none would count. Run this without FILE to lay it down again."
        )
    if now() > request.deadline:
        late = f"The deadline of {request.id} was {moment(request, request.deadline)}: no bid can be sealed any more."
        raise TooLate(late if kept is None else late + " Yours is kept; open it with --open, if the roll has it.")
    if kept is not None:
        return kept
    if document is None:
        raise click.UsageError("Name the agreement file that you filled in; --new FILE writes one to start from.")
    return _made(request, document, bidder, in_clear, yes)


def _made(request: Request, document: AgreementDocument, bidder: Any, in_clear: bool, yes: bool) -> KeptBid:
    from workpact.market.bid import BadBid, Bid, answered, bid_body, commitment, price_units
    from workpact.market.bid_file import clear_file, file_problems
    from workpact.market.kept_bid import KeptBid, keep_bid
    from workpact.market.paper import Paper
    from workpact.market.sealed_bid import seal_body
    from workpact.preflight import check_not_expired
    from workpact.signing import sign

    document.require_resolved()
    problems = answered(request, document.message, bidder.address) or file_problems(request, document)
    if problems:
        raise BadBid(f"{document.name} does not answer the request {request.id}", problems)
    check_not_expired(document)
    check_measurable(document)
    own = clear_file(document) if in_clear else _for_client(request, bidder.address, document)
    price = money(request, price_units(document.message, request.volumes))
    confirm(f"Sign and seal a bid of {price} as {bidder.address}? It binds you until openBefore, once opened.", yes)
    salt, where = secrets.token_bytes(32), (request.chain_id, request.registry)
    signature = sign(bidder, document.typed_data(request.chain_id, request.agreement))
    paper = Paper.signed(bidder, "bid", bid_body(request, document.message, signature, salt, own), *where)
    Bid.of(paper, request)
    seal = Paper.signed(bidder, "seal", seal_body(request, commitment(salt, paper.content)), *where)
    kept = KeptBid(paper, seal)
    keep_bid(request, kept)
    return kept


def _for_client(request: Request, bidder: str, document: AgreementDocument) -> Any:
    from workpact.data_room.registry import DataRoom
    from workpact.market.bid_file import sealed_file

    key = DataRoom.deployed().key_of(request.client)
    if not key:
        raise NoClientKey(
            f"The client {request.client} has no encryption key, so that your file with its names and text cannot go "
            "to it alone. Ask it to make one (ape run room key --account CLIENT), or lay the file down for all to read "
            "with --in-clear."
        )
    return sealed_file(request, bidder, document, key.public, key.version)


def _message(document: AgreementDocument) -> Any:
    from workpact.audit.bundle.messages import written

    return written("Agreement", document.message)


def _anchor(kept: KeptBid, sender: Any) -> Any:
    from workpact.market.anchors import anchor

    return anchor(registry(), kept.seal, sender=sender)


def _sealed(request: Request, kept: KeptBid, sent: Any, as_json: bool) -> None:
    from workpact.market.kept_bid import kept_path

    path = kept_path(request, kept.bid.author)
    value = {
        "request": request.id,
        "bidder": kept.bid.author,
        "seal": kept.seal.id,
        "bid": kept.bid.id,
        "kept": str(path),
        "transaction": getattr(sent, "txn_hash", None),
    }
    lines = [
        f"Sealed bid {kept.seal.id} is laid down. The bid itself is kept in {path}: without this file it cannot be "
        "opened, keep a copy.",
        f"After {moment(request, request.deadline)}, once the client's roll has it, and until "
        f"{moment(request, request.reveal)}: ape run market bid {request.id} --open",
    ]
    emit(plain(value), as_json, lines)


def _open(place: Place, request: Request, bidder: str, yes: bool, as_json: bool) -> None:
    from workpact.market.kept_bid import kept_bid, kept_path
    from workpact.market.tender import NoRoll, NotYet
    from workpact.preflight import now

    kept = kept_bid(request, bidder)
    if kept is None:
        raise TooLate(
            f"{bidder} has no sealed bid for {request.id} in {kept_path(request, bidder)}: seal one before the "
            "deadline, or bring the data folder that has it."
        )
    if now() <= request.deadline:
        raise NotYet(f"Bids are opened after {moment(request, request.deadline)}: others could copy yours before.")
    tender = tender_at(place, request)
    value = {"request": request.id, "bid": kept.bid.id, "seal": kept.seal.id, "bidder": bidder}
    entry = tender.of_bidder(bidder)
    if entry is not None and entry.bid == kept.bid.id:
        return emit(value | {"state": entry.state}, as_json, f"Bid {kept.bid.id} is {entry.state} already.")
    if kept.seal.id not in tender.roll.seals:
        raise NoRoll(
            f"The roll {tender.roll.id} does not have your sealed bid {kept.seal.id}: it does not count, and was not "
            "opened. If it was anchored in time, everybody sees that it was left out (ape run market bids)."
        )
    if now() > request.reveal:
        raise TooLate(f"Bids were opened until {moment(request, request.reveal)}. Yours stays closed.")
    confirm("Open the bid, so that everybody reads its prices and dates?", yes)
    place.lay(kept.bid)
    return emit(value | {"state": "open"}, as_json, f"Bid {kept.bid.id} is open.")


COMMANDS = (bid,)
