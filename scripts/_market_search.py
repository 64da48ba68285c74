"""`ape run market search`: find who offers what, and what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scripts._market_papers import place_option
from scripts._options import ConnectedCommand, emit, json_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workpact.market.paper import Paper
    from workpact.market.record import Record
    from workpact.market.registry import Profiles
    from workpact.market.search import Hit

SHOWN = 50
"""Hits that are shown."""


@click.command(cls=ConnectedCommand)
@click.argument("words", nargs=-1, metavar="WORDS…")
@place_option
@click.option("--skill", "skills", multiple=True, help="Only profiles that list this skill. As often as needed.")
@click.option("--kind", type=click.Choice(["profile", "request"]), help="Only these.")
@click.option("--record", "with_record", is_flag=True, help="Also what each account has done, from all agreements.")
@click.option(
    "--database", metavar="URL", help="Keep the words there: sqlite:///FILE or postgresql://…; else in memory."
)
@json_option
def search(
    words: tuple[str, ...],
    place: str,
    skills: tuple[str, ...],
    kind: str | None,
    with_record: bool,
    database: str | None,
    as_json: bool,
) -> None:
    """Find profiles that count, and requests that still take sealed bids, in which each of WORDS begins a word.

    Words in a title count most, then those in services and skills. Profiles are what their authors say; what they have
    done, the contracts say (--record).

    \b
    Example:
      ape run market search payroll german --place s3://tenders
      ape run market search night --skill "C++" --kind profile --place s3://tenders --record
    """
    from itertools import islice

    from workpact.market.place import market_place
    from workpact.market.registry import Profiles
    from workpact.market.search import Search

    opened, profiles = market_place(place), Profiles.deployed()
    papers = {each.id: each for each in _own(profiles, [*opened.papers("profile"), *opened.papers("request")])}
    index = Search.open(database)
    try:
        refused = index.hold(papers.values())
        hits = index.find(words, having=skills, kind=kind)
    finally:
        index.close()
    for each in (*opened.damaged, *refused):
        click.echo(f"Passed over: {each}", err=True)
    shown = list(islice(_counting(profiles, papers, hits), SHOWN + 1))
    if len(shown) > SHOWN:
        click.echo(f"There are more than the {SHOWN} that are shown: name more words.", err=True)
    shown = shown[:SHOWN]
    records = _records(shown) if with_record else {}
    emit([_value(hit, papers[hit.id], records) for hit in shown], as_json, _lines(shown, papers, records))


def _own(profiles: Profiles, papers: Iterable[Paper]) -> list[Paper]:
    """Those for the connected chain and its registry."""
    from workpact.preflight import chain_id

    here = chain_id(), profiles.contract.address
    return [each for each in papers if (each.chain_id, each.registry) == here]


def _counting(profiles: Profiles, papers: dict[str, Paper], hits: Iterable[Hit]) -> Iterator[Hit]:
    """Hits that stand: the profile that counts, and requests whose deadline is ahead."""
    from workpact.market.request import BadRequest, Request
    from workpact.preflight import now

    clock = now()
    for hit in hits:
        paper = papers[hit.id]
        if hit.kind == "profile":
            if profiles.counted(hit.author).content == paper.content:
                yield hit
            continue
        try:
            if clock < Request.of(paper).deadline:
                yield hit
        except BadRequest as error:
            click.echo(f"Passed over: {error}", err=True)


def _records(hits: Iterable[Hit]) -> dict[str, Record]:
    from scripts._market_evidence import at_block

    known = at_block(None, None).records()
    return {hit.author: known.of(hit.author) for hit in hits}


def _value(hit: Hit, paper: Paper, records: dict[str, Record]) -> dict[str, Any]:
    value = {"kind": hit.kind, "id": hit.id, "author": hit.author, "title": hit.title, "score": hit.score}
    if hit.kind == "profile":
        value["profile"] = dict(paper.body)
    else:
        value["deadline"] = paper.body["deadline"]
    return value | ({"record": records[hit.author].to_json()} if hit.author in records else {})


def _lines(hits: list[Hit], papers: dict[str, Paper], records: dict[str, Record]) -> list[str]:
    from workpact.market.errors import shown

    if not hits:
        return ["Nothing found."]
    lines = []
    for hit in hits:
        lines += [f"{shown(hit.title)}", f"  {hit.kind} {hit.id} of {hit.author}"]
        if hit.kind == "profile":
            body = papers[hit.id].body
            offers = ", ".join([*body.get("services", ()), *body.get("skills", ())])
            lines += [f"  {shown(offers)}"] if offers else []
        if hit.author in records:
            lines.append(f"  {_done(records[hit.author])}")
    return lines


def _done(record: Record) -> str:
    """A track record in a line."""
    did, asked = record.contractor, record.client
    return (
        f"as contractor {did.opened} agreements, {did.accepted} milestones accepted, {did.met} of {did.measured} "
        f"levels met, {did.disputes} disputes; as client {asked.opened} agreements, {asked.late} debts paid late; "
        f"{len(record.reviews)} reviews"
    )


COMMANDS = (search,)
