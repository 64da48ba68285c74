"""`ape run market review`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._market_evidence import at_block
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
from scripts._papers import READ, load, plain, token_option, wallet_option

if TYPE_CHECKING:
    from workpact.market.place import Place
    from workpact.market.review import Marks, OwnReview, Reviewing
    from workpact.market.reviews import Review

mark = click.IntRange(1, 5)


@click.command(cls=ConnectedCommand)
@click.argument("agreement")
@click.option("--overall", type=mark, help="1 to 5, like the other three.")
@click.option("--quality", type=mark)
@click.option("--communication", type=mark)
@click.option("--punctuality", type=mark)
@click.option(
    "--text", type=READ, help="A file with what you have to say; it becomes public when the review is opened."
)
@click.option("--show", is_flag=True, help="Show the reviews of AGREEMENT, or of an account, those withheld too.")
@click.option(
    "--place",
    envvar="WORKPACT_MARKET",
    metavar="ADDRESS",
    help="Where texts lie, and are laid down. Or WORKPACT_MARKET.",
)
@wallet_option
@token_option
@sender_option
@confirmations_option
@outbid_option
@yes_option
@json_option
def review(
    agreement: str,
    overall: int | None,
    quality: int | None,
    communication: int | None,
    punctuality: int | None,
    text: Path | None,
    show: bool,
    place: str | None,
    wallets: tuple[str, ...],
    token: str | None,
    account: Any,
    confirmations: int | None,
    outbid: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Review the other party of an agreement that has ended: sealed first, opened by the same command later.

    AGREEMENT is the file in force. What is sealed cannot be changed, and nobody can read it. It is opened when both
    sides have sealed theirs, or 14 days after the first; what is never opened is shown as withheld.

    \b
    Example:
      ape run market review desk.yaml --overall 5 --quality 4 --communication 5 --punctuality 5 --account client
      ape run market review desk.yaml --account client
      ape run market review 0x… --show
    """
    from workpact.chain.sender import Sender

    opened = _opened(place)
    if show:
        _show(agreement, wallets, token, opened, as_json)
        return
    given, author = _reviewing(agreement, wallets, token, account, yes)
    marks = _marks(overall, quality, communication, punctuality)
    sender = Sender(author, confirmations, outbid)
    sent, paper = _carried_on(given, marks, text.read_bytes() if text else b"", sender, opened, yes)
    _emit(given, sent, paper, as_json)


def _reviewing(
    file: str, wallets: tuple[str, ...], token: str | None, account: Any, yes: bool
) -> tuple[Reviewing, Any]:
    """The review by --account, and that account."""
    from workpact.agreement import Agreement
    from workpact.chain import deployments
    from workpact.market.review import Reviewing
    from workpact.preflight import chain_id

    if not Path(file).is_file():
        raise click.UsageError(f"{file} is no file: a review is sealed with the agreement file in force.")
    document = load(Path(file), wallets, token, chain_id())
    author = signer(account, yes)
    return Reviewing(Agreement.deployed(document), deployments.contract("TalentRegistry"), author.address), author


def _carried_on(
    given: Reviewing, marks: Marks | None, text: bytes, sender: Any, place: Place | None, yes: bool
) -> tuple[Any, str | None]:
    """The next step of a review: what was sent, and the id of the paper with its text."""
    from workpact.market.review import Stage

    stage = given.stage
    if stage is Stage.NONE:
        if marks is None:
            raise click.UsageError("Give all four marks: --overall, --quality, --communication, --punctuality, 1 to 5.")
        confirm("Seal this review? It cannot be changed.", yes)
        return given.seal(marks, text, sender=sender), None
    if stage is Stage.SEALED and marks is None:
        return None, None
    own = given.opening()
    if marks is not None:
        given.require_same(own, marks, text)
    sent = given.reveal(sender=sender) if stage is Stage.READY else None
    return sent, _lay(given, own, sender.account, place) if given.stage is Stage.OPENED else None


def _opened(place: str | None) -> Place | None:
    from workpact.market.place import market_place

    return market_place(place) if place else None


def _marks(*given: int | None) -> Marks | None:
    """All four, or none."""
    first, second, third, fourth = given
    if first is None or second is None or third is None or fourth is None:
        if any(each is not None for each in given):
            raise click.UsageError("Give all four marks: --overall, --quality, --communication, --punctuality.")
        return None
    return first, second, third, fourth


def _lay(given: Reviewing, own: OwnReview, author: Any, place: Place | None) -> str | None:
    """Lays down the text of an opened review; its paper's id, None without a text or a place."""
    from workpact.market.paper import Paper
    from workpact.market.review import text_body, text_of

    if not own.text or place is None:
        return None
    origin = given.agreement.origin
    if text_of(place, origin, own.text_hash) is None:
        body = text_body(origin, given.by_client, own.text)
        return place.lay(Paper.signed(author, "review", body, given.agreement.chain_id, given.registry.address))
    return None


def _emit(given: Reviewing, sent: Any, paper: str | None, as_json: bool) -> None:
    stage, until = given.stage, given.until
    transaction = getattr(sent, "txn_hash", None)
    value = {
        "origin": given.agreement.origin,
        "author": given.author,
        "stage": str(stage),
        "until": until,
        "sent": sent is not None,
        "transaction": transaction,
        "text": paper,
    }
    lines = [f"Your review of {given.agreement.document.name}: {stage}."]
    if sent is not None and transaction is None:
        lines = [f"Proposed, takes effect when the account's owners have confirmed: {sent!r}"]
    elif str(stage) == "sealed" and until is not None:
        lines.append(f"Run this again when the other side has sealed its own, or after {_moment(given, until)}.")
    elif str(stage) == "can be opened":
        lines.append("Run this again to open it.")
    emit(plain(value), as_json, lines)


def _moment(given: Reviewing, seconds: int) -> str:
    from workpact.terms.units import write_instant

    zone = given.agreement.document.zone
    return f"{write_instant(seconds, zone, last=True)} ({zone.key})"


def _show(named: str, wallets: tuple[str, ...], token: str | None, place: Place | None, as_json: bool) -> None:
    from workpact.market.review import text_of

    chain = at_block(None, None)
    records, contracts = chain.records(), chain.contracts
    which = _origin(named, wallets, token, contracts.chain_id, contracts.agreement)
    chosen = [each for each in records.reviews if which in (each.origin, each.author, each.subject)]
    texts = [text_of(place, each.origin, each.text) if place and any(each.text) else None for each in chosen]
    value = [each.to_json() | {"words": said} for each, said in zip(chosen, texts, strict=True)]
    lines = [line for each, said in zip(chosen, texts, strict=True) for line in _told(each, said)]
    emit(value, as_json, lines or ["No review was sealed."])


def _told(each: Review, said: str | None) -> list[str]:
    from workpact.market.errors import shown
    from workpact.market.reviews import MARKS

    lines = [f"{each.author} of {each.subject}, agreement 0x{each.origin.hex()}"]
    if each.marks is None:
        return [*lines, "  withheld: sealed, and not opened"]
    lines.append("  " + ", ".join(f"{name} {value}" for name, value in zip(MARKS, each.marks, strict=True)))
    if said is not None:
        lines += [f"  {shown(line)}" for line in said.splitlines()]
    elif any(each.text):
        lines.append("  It has a text, which is not at this place.")
    return lines


def _origin(named: str, wallets: tuple[str, ...], token: str | None, chain: int, contract: str) -> bytes | str:
    """The origin of an agreement's file or id, or an account."""
    from eth_utils.address import is_address, to_checksum_address

    if Path(named).is_file():
        origin: bytes = load(Path(named), wallets, token, chain).origin(chain, contract)
        return origin
    if is_address(named):
        return str(to_checksum_address(named))
    try:
        found = bytes.fromhex(named.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise click.UsageError(f"{named} is neither an agreement's file or id, nor an account.")
    return found


COMMANDS = (review,)
