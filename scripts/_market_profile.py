"""`ape run market profile`: who offers what, and which profile of an account counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._market_papers import place_option
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
from scripts._papers import READ, WRITE
from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.market.paper import Paper
    from workpact.market.place import Place
    from workpact.market.profile import Profile
    from workpact.market.registry import Profiles


class NothingToCarry(WorkpactError):
    """A signature is of no profile that the place has. Nothing was sent."""


@click.command(cls=ConnectedCommand)
@click.argument("file", type=READ, required=False)
@place_option
@click.option("--of", "owner", metavar="ADDRESS", help="Show the profile of this account that counts.")
@click.option(
    "--output",
    type=WRITE,
    help="Lay the paper down, send nothing, and write the signature by which somebody else says that it counts.",
)
@click.option("--signature", metavar="FILE", help="With --of: say it for that account, by what --output wrote.")
@sender_option
@confirmations_option
@outbid_option
@yes_option
@json_option
def profile(
    file: Path | None,
    place: str,
    owner: str | None,
    output: Path | None,
    signature: str | None,
    account: Any,
    confirmations: int | None,
    outbid: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Say who offers what, from when, how many agreements at a time: sign the profile in FILE and lay it down.

    The account says on chain that it counts from now on: one transaction, by itself or by whoever carries its
    signature. Everything in FILE becomes public. FILE is described in docs/market-papers.md.

    \b
    Example:
      ape run market profile profile.yaml --place s3://tenders --account contractor
      ape run market profile profile.yaml --place s3://tenders --account contractor --output profile.sig
      ape run market profile --of 0x5AFE… --signature profile.sig --place s3://tenders --account carrier
      ape run market profile --of 0x5AFE… --place s3://tenders
    """
    from workpact.chain.sender import Sender
    from workpact.market.place import market_place
    from workpact.market.registry import Profiles

    if (file is None) == (owner is None) or (signature and not owner) or (output and not file):
        raise click.UsageError("Name a FILE to set a profile (with --output perhaps), or --of (with --signature).")
    profiles, opened = Profiles.deployed(), market_place(place)
    if owner is not None and signature is None:
        shown = profiles.of(_address(owner), opened)
        return emit(_value(profiles, shown, opened), as_json, _told(shown))
    asks = signer(account, yes)
    if file is not None:
        paper, signed = _written(file, profiles, asks, yes), b""
        opened.lay(paper)
        if output is not None:
            return _signed_only(profiles, paper, opened, asks, output, as_json)
    else:
        paper, signed = _carried(profiles, opened, _address(str(owner)), str(signature))
    counted, sent = profiles.counted(paper.author), None
    if counted.content != paper.content:
        sender = Sender(asks, confirmations, outbid)
        sent = profiles.set(paper.author, counted.version + 1, paper.content, signature=signed, sender=sender)
    return _finished(profiles, paper, opened, sent, as_json)


def _written(file: Path, profiles: Profiles, asks: Any, yes: bool) -> Paper:
    """The signed paper of a file."""
    from workpact.market.paper import Paper
    from workpact.market.profile import Profile, load_profile
    from workpact.preflight import chain_id

    body = load_profile(file)
    confirm(f"Sign the profile of {asks.address} in {file} and make it public?", yes)
    paper = Paper.signed(asks, "profile", body, chain_id(), profiles.contract.address)
    Profile.of(paper)
    return paper


def _carried(profiles: Profiles, place: Place, owner: str, given: str) -> tuple[Paper, bytes]:
    """The paper that an account's signature is of, for the next version or, if that was sent before, this one."""
    from workpact.signing import read_signature

    signature, counted = read_signature(given), profiles.counted(owner)
    papers = place.papers("profile", owner.lower())
    for paper in papers:
        for version in (counted.version + 1, counted.version):
            if version == counted.version and paper.content != counted.content:
                continue
            if profiles.consent(owner, version, paper.content).is_signed_by(signature):
                profiles.require_own(paper)
                return paper, signature
    raise NothingToCarry(
        f"{given} is of none of the {len(papers)} profiles of {owner} at {place.address}, as version "
        f"{counted.version + 1}. Another place, chain or version was signed for: ask {owner} to sign again (--output)."
    )


def _signed_only(profiles: Profiles, paper: Paper, place: Place, asks: Any, output: Path, as_json: bool) -> None:
    version = profiles.counted(paper.author).version + 1
    output.write_text("0x" + profiles.consent(asks.address, version, paper.content).sign(asks).hex() + "\n")
    value = {
        "account": paper.author,
        "id": paper.id,
        "content": "0x" + paper.content.hex(),
        "version": version,
        "place": place.address,
        "file": str(output),
    }
    lines = [
        f"Profile {paper.id} lies at {place.address}; it does not count yet.",
        f"Carry {output}: ape run market profile --of {paper.author} --signature {output} --account CARRIER",
    ]
    emit(value, as_json, lines)


def _finished(profiles: Profiles, paper: Paper, place: Place, sent: Any, as_json: bool) -> None:
    from workpact.market.profile import Profile

    counted = profiles.counted(paper.author)
    is_counting = counted.content == paper.content
    transaction = getattr(sent, "txn_hash", None)
    value = _value(profiles, Profile.of(paper), place)
    value |= {"counts": is_counting, "sent": sent is not None, "transaction": transaction}
    if sent is None:
        line = f"Profile {paper.id} counts already, as version {counted.version}; it lies at {place.address}."
    elif is_counting:
        line = f"Profile {paper.id} counts from now on, as version {counted.version}; it lies at {place.address}."
    else:
        line = f"Proposed, counts when the account's owners have confirmed: {sent!r}"
    emit(value, as_json, [line, *([f"Transaction {transaction}"] if transaction else [])])


def _value(profiles: Profiles, shown: Profile, place: Place) -> dict[str, Any]:
    counted = profiles.counted(shown.account)
    return {
        **shown.to_json(),
        "content": "0x" + shown.paper.content.hex(),
        "version": counted.version,
        "place": place.address,
    }


def _told(shown: Profile) -> list[str]:
    from zoneinfo import ZoneInfo

    from workpact.terms.units import write_instant

    body = shown.body
    start = write_instant(body.available_from, ZoneInfo(body.timezone), last=False)
    lists = (("services", body.services), ("skills", body.skills), ("languages", body.languages))
    lines = [f"{body.title}", f"account       {shown.account}", f"profile       {shown.paper.id}"]
    lines += [f"{name:<13} {', '.join(items)}" for name, items in (*lists, ("countries", body.countries)) if items]
    lines += [f"from          {start} ({body.timezone}), {body.at_once} agreements at a time"]
    lines += [f"says to be    {each.site}: true if {each.proof} names the account" for each in body.links]
    return lines + (["", body.about] if body.about else [])


def _address(written: str) -> str:
    from eth_utils.address import is_address, to_checksum_address

    if not is_address(written):
        raise click.UsageError(f"--of {written}: write an address, 0x and 40 digits.")
    return str(to_checksum_address(written))


COMMANDS = (profile,)
