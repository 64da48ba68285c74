"""`ape run market rank`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from scripts._audit_papers import database_option
from scripts._market_evidence import (
    EvidenceCommand,
    at_block,
    block_hash_option,
    bundle_option,
    export_option,
    offline,
    shown,
    the_hash,
)
from scripts._market_tenders import found_at, moment, money, request_argument
from scripts._options import emit, json_option, table

if TYPE_CHECKING:
    from workpact.audit.history import Head
    from workpact.market.account_books import AccountBooks
    from workpact.market.place import Place
    from workpact.market.ranking import Ranking
    from workpact.market.record import Records
    from workpact.market.request import Request
    from workpact.market.tender import Tender

EXPLAINED = 3
"""Of so many bids the scores are explained in words."""


@click.command(cls=EvidenceCommand)
@request_argument
@click.option(
    "--place",
    envvar="WORKPACT_MARKET",
    metavar="ADDRESS",
    help="Where papers lie: a folder, s3://…, or a relay's https://…. Or set WORKPACT_MARKET. With --from-bundle, what "
    "lies in its folder is taken, if it is not given here.",
)
@click.option(
    "--block",
    metavar="BLOCK",
    help="Rank by the record there: a number, a hash, latest or finalized.  [default: the last until reveal]",
)
@database_option
@bundle_option
@block_hash_option
@export_option
@click.option("--all", "everything", is_flag=True, help=f"Explain all bids in words, not the best {EXPLAINED} alone.")
@json_option
@click.pass_context
def rank(
    context: click.Context,
    request_id: str,
    place: str | None,
    block: str | None,
    database: str | None,
    bundles: tuple[Path, ...],
    block_hash: str | None,
    folder: Path | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Rank the bids of a request by price, promised service, proven record and availability, and say why.

    Whoever has the papers and the record at the block gets the same bytes under --json, from a node, an index, or
    offline from what --export wrote.

    \b
    Example:
      ape run market rank bafkrei… --place s3://tenders
      ape run market rank bafkrei… --place s3://tenders --export evidence
      ape run market rank bafkrei… --from-bundle evidence --block-hash 0x…
    """
    if bundles:
        if block or database or folder:
            raise click.UsageError("Bundles have their block and their logs: leave --block, --database and --export.")
        is_given = context.get_parameter_source("place") is ParameterSource.COMMANDLINE
        ranking, papers = _offline(request_id, place, is_given, bundles, block_hash)
    else:
        if block_hash:
            raise click.UsageError("--block-hash is for --from-bundle; a block of the chain is named by --block.")
        ranking, papers = _connected(request_id, _opened(place), block, database, folder)
    emit(ranking.to_json(), as_json, _lines(ranking, papers, everything))


def _connected(
    request_id: str, papers: Place, block: str | None, database: str | None, folder: Path | None
) -> tuple[Ranking, Place]:
    from scripts._market_tenders import check_deployment
    from workpact.market.evidence import export_evidence
    from workpact.market.tender import NotYet

    request = found_at(papers, request_id)
    check_deployment(request)
    chain = at_block(block, database, request.reveal)
    if block is None and chain.latest.timestamp <= request.reveal:
        raise NotYet(
            f"Bids can be opened until {moment(request, request.reveal)}: rank after it, or name a block (--block "
            "latest) to see how it stands."
        )
    records = chain.records()
    bidders = {each.author for kind in ("seal", "bid") for each in papers.papers(kind, request.id)}
    books = chain.books(bidders)
    ranking, used = _ranking(request, papers, records, books)
    if folder is not None:
        given = (chain.node, chain.contracts, records, books, used, ranking.agreements, chain.logs)
        export_evidence(*given, folder, shown("Bundles:"))
        click.echo(_handed_over(chain.head, folder, request), err=True)
    return ranking, papers


def _offline(
    request_id: str, place: str | None, is_given: bool, bundles: tuple[Path, ...], block_hash: str | None
) -> tuple[Ranking, Place]:
    from workpact.market.evidence import papers_in

    kept = papers_in(bundles)
    papers = _opened(str(kept) if kept and not is_given else place)
    request = found_at(papers, request_id)
    records, books = offline(bundles, request.chain_id, the_hash(block_hash))
    return _ranking(request, papers, records, books)[0], papers


def _opened(place: str | None) -> Place:
    from workpact.market.place import market_place

    if not place:
        raise click.UsageError("Say where papers lie: --place ADDRESS, or WORKPACT_MARKET.")
    return market_place(place)


def _ranking(request: Request, papers: Place, records: Records, books: AccountBooks) -> tuple[Ranking, list[Any]]:
    """The ranking, and the papers that it rests on."""
    from workpact.market.offers import profiles_of
    from workpact.market.ranking import rank as ranked
    from workpact.market.sources import Contracts, require_same
    from workpact.market.tender import State, read_tender

    require_same(request, Contracts.recorded(request.chain_id))
    seals = papers.papers("seal", request.id)
    tender: Tender = read_tender(papers, request, request.reveal + 1, books.anchored(seals))
    roll = tender.roll
    profiles = profiles_of(papers, books, [bid.bidder for bid in tender.bids])
    refused = [each for each in tender.entries if each.state is not State.OPEN]
    ranking = ranked(request, tender.bids, records, profiles, refused)
    used = [request.paper, roll.paper, *seals, *papers.papers("bid", request.id)]
    return ranking, used + [each.paper for each in profiles.values()]


def _handed_over(head: Head, folder: Path, request: Request) -> str:
    return (
        f"{folder}: check it with ape run market rank {request.id} --from-bundle {folder} --block-hash "
        f"0x{head.hash.hex()}; hand over block {head.number} and that hash by another way."
    )


def _lines(ranking: Ranking, papers: Place, everything: bool) -> list[str]:
    request, head = ranking.request, ranking.head
    lines = [
        f"Request {request.id}: {request.title}",
        f"By the record at block {head.number}, {moment(request, head.timestamp)}.",
    ]
    if ranking.ranked:
        rows: list[list[object]] = [["", "bidder", "total", "price", *request.weights, "bid"]]
        for place, each in enumerate(ranking.ranked, 1):
            scores = [f"{score.value:,}" for score in each.scores]
            rows.append([place, each.bidder, f"{each.total:,}", money(request, each.price), *scores, each.bid])
        rows.append(["", "weight, ppm", "", "", *(f"{weight:,}" for weight in request.weights.values()), ""])
        lines += ["", *table(rows)]
    else:
        lines += ["", "No bid counts."]
    for place, each in enumerate(ranking.ranked if everything else ranking.ranked[:EXPLAINED], 1):
        lines += ["", f"{place}. {each.bidder}: {each.total:,}"]
        lines += [f"   {score.name} {score.value:,}: {score.words}" for score in each.scores]
    if ranking.refused:
        lines += ["", "Not ranked:"]
        lines += [
            f"  {each.bidder or 'unknown'}: {each.state}" + (f", {'; '.join(each.why)}" if each.why else "")
            for each in ranking.refused
        ]
    if ranking.unknown:
        lines += ["", f"Of {len(ranking.unknown)} agreements not every document is published: what only that shows, "]
        lines[-1] += "does not count (ape run agreement publish)."
    return [*lines, *(f"Not looked at: {each}" for each in papers.damaged)]


COMMANDS = (rank,)
