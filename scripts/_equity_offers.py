"""`ape run equity` on offers: grants by a Merkle root, each worker's paper, acceptance by proof and signature."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book
from scripts._equity_papers import accepted_papers, carried_option, proof_in, write_paper
from scripts._equity_people import finished, issuer_option, mined, read_roster, roster_option, said
from scripts._equity_plans import gate_option, need, plan_option
from scripts._options import ConnectedCommand, emit
from scripts._papers import READ, WRITE, Act, acting, plain, write

if TYPE_CHECKING:
    from scripts._equity_book import Book
    from workpact.batches.leaves import LeafProof
    from workpact.batches.proofs import Leaves
    from workpact.batches.roster import Roster
    from workpact.equity import PoolPlan
    from workpact.offers import Offer


def times(act: Act, opens: str | None, until: str) -> tuple[int, int]:
    """From and until as Unix seconds; none of them past."""
    from workpact.agreement import BadArgument
    from workpact.preflight import now
    from workpact.terms.units import UnitError, read_instant

    moment, zone = now(), act.document.zone
    try:
        first = read_instant(opens, zone, last=False) if opens else 0
        last = read_instant(until, zone, last=True)
    except UnitError as error:
        raise BadArgument(f"{error.problem}: {error.advice}.") from None
    for name, written, seconds in (("--from", opens, first), ("--until", until, last)):
        if written and seconds <= moment:
            raise BadArgument(f"{name} {written} is past: write a date that is to come.")
    if first > last:
        raise BadArgument(f"The offer would end ({until}) before it begins ({opens}): write a later --until.")
    return first, last


def make(
    act: Act,
    book: Book,
    plan: PoolPlan,
    batch: Path,
    roster: Roster,
    proofs: Path,
    window: tuple[int, int],
    again: str | None,
) -> None:
    """Offers the lines of a file by one root, with the file of proofs; once, though it runs again."""
    from workpact.batches.grants import UNITS, grant_leaves, read_grants
    from workpact.batches.roster import NOBODY

    seats = {number: seat.wallet or NOBODY for number, seat in book.seats().items()}
    given = read_grants(batch, roster, left=UNITS)
    type(roster)(roster[worker] for worker in given).require_wallets(seats, may_name=True)
    found = _made(book, plan, given, roster, proofs, again)
    if found is not None:
        leaves, offer = found
        if not proofs.exists():
            leaves.write(proofs)
        return _shown(act, book, offer, proofs, [])
    read_grants(batch, roster, left=book.need_pool().left_units)
    leaves = grant_leaves(plan.next_offer, given, roster)
    _require_free(proofs, leaves)
    act.confirm(f"Offer {said(leaves.total, book.symbol)} to {len(leaves):,} workers by plan {plan.id}?")
    # Before the transaction: who has its root without the proofs has nothing.
    leaves.write(proofs)
    sent = plan.offer(leaves, *window, sender=act.sender)
    return _shown(act, book, book.equity.offer_in(sent) if mined(sent) else None, proofs, [sent])


def _made(
    book: Book, plan: PoolPlan, given: dict[int, int], roster: Roster, proofs: Path, again: str | None
) -> tuple[Leaves, Offer] | None:
    """The offer that these very lines made before; under `again` only if the file of proofs says so."""
    from workpact.batches.grants import OfferId, grant_leaves
    from workpact.preflight import chain_id

    if again and not proofs.exists():
        return None
    place, total = (chain_id(), book.equity.contract.address, plan.id), sum(given.values())
    written = _root(proofs) if again else None
    for offer in book.offers(plan):
        if (offer.count, offer.units) == (len(given), total) and written in (None, offer.root):
            leaves = grant_leaves(OfferId(*place, offer.number), given, roster)
            if leaves.root == offer.root:
                return leaves, offer
    return None


def _root(path: Path) -> bytes:
    from workpact.batches.proofs import Leaves

    return Leaves.read(path).root


def _require_free(proofs: Path, leaves: Leaves) -> None:
    """The file of other proofs is never overwritten: an offer without them is lost."""
    from workpact.batches.errors import BadProofFile

    if proofs.exists() and _root(proofs) != leaves.root:
        raise BadProofFile(f"{proofs} has the proofs of another offer: name another file by --proofs.")


def _shown(act: Act, book: Book, offer: Offer | None, proofs: Path, sent: Sequence[Any]) -> None:
    value: dict[str, Any] = {"proofs": str(proofs)}
    lines = [f"{proofs} has all proofs: keep it private, and give each worker its own (ape run equity proof)."]
    if offer is not None:
        value |= {"plan": offer.plan, "offer": offer.number, "root": offer.root, "units": offer.units}
        value |= {"first": offer.first, "count": offer.count, "from": offer.opens_at, "until": offer.until}
        lines.insert(0, f"Offer {offer.number} of plan {offer.plan}: {offer.count:,} grants from {offer.first} on, "
                        f"{said(offer.units, book.symbol)}")  # fmt: skip
    return finished(act.as_json, value, lines, sent, "This offer was made already.")


def _offer_of(book: Book, proof: LeafProof) -> Offer:
    """The offer that a leaf names. Raises a `ProofError`."""
    from workpact.batches.errors import ForeignLeaf
    from workpact.preflight import chain_id

    for name, expected in (("chainId", chain_id()), ("equity", book.equity.contract.address)):
        if proof[name] != expected:
            raise ForeignLeaf("grant", name, proof[name], expected)
    offers = {offer.number: offer for offer in book.offers(book.equity.plan(proof["plan"]))}
    if proof["number"] not in offers:
        raise ForeignLeaf("grant", "number", proof["number"], ", ".join(map(str, offers)) or "none, as none was made")
    offers[proof["number"]].check(proof)
    return offers[proof["number"]]


@click.command(cls=ConnectedCommand)
@acting
@click.argument("proofs", type=READ)
@click.argument("worker", required=False)
@roster_option
@issuer_option
@click.option("--output", type=WRITE, help="The worker's paper for whoever carries it: proof and signature.")
@click.option("--typed-data", is_flag=True, help="Show what to sign instead, for another tool.")
def sign(
    act: Act,
    proofs: Path,
    worker: str | None,
    roster_file: Path | None,
    issuer: str | None,
    output: Path | None,
    typed_data: bool,
) -> None:
    """Sign the acceptance of a WORKER's grant, for anyone to carry; the worker, who needs no ETH.

    PROOFS is the worker's own proof (ape run equity proof), or the file of all. Sends nothing.

    \b
    Example:
      ape run equity sign desk.yaml 17.proof.json --account worker_17 --output 17.signed.json
    """
    book = _equity_book.of(act.agreement, issuer)
    proof = proof_in(proofs, worker, read_roster(roster_file))
    consent = _offer_of(book, proof).consent(proof)
    if typed_data:
        text = json.dumps(plain(consent.typed_data), indent=2) + "\n"
        write(output, text)
        return emit(plain(consent.typed_data), act.as_json, f"{output} is written." if output else text)
    signature = consent.sign(act.signing)
    paper = {"proof": proof.to_json(), "signature": "0x" + signature.hex()}
    written = write_paper(output, paper)
    said_so = f"{written} accepts {said(proof['units'], book.symbol)} as worker {proof['worker']}." if written else ""
    return emit(paper | {"file": written}, act.as_json, said_so or json.dumps(paper))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("papers", nargs=-1, required=True, type=READ)
@click.option("--worker", help="Whose leaf, where a file of all proofs is given.")
@carried_option
@roster_option
@issuer_option
def accept(
    act: Act, papers: tuple[Path, ...], worker: str | None, signature: str | None, roster_file: Path | None,
    issuer: str | None,
) -> None:  # fmt: skip
    """Accept offered grants: the worker itself with its proof, or anyone with what workers signed.

    PAPERS are files of `ape run equity sign`, any number of them, in the fewest transactions; or the sender's own
    proof; or one proof with its --signature by another tool. What is accepted already is passed over.

    \b
    Example:
      ape run equity accept desk.yaml 17.proof.json --account worker_17
      ape run equity accept desk.yaml signed/*.json --account anyone
    """
    from workpact.offers import NotOpen
    from workpact.preflight import now

    book = _equity_book.of(act.agreement, issuer)
    signed = accepted_papers(papers, worker, signature, read_roster(roster_file))
    offers: dict[tuple[int, int], Offer] = {}
    fresh: dict[tuple[int, int], list[tuple[LeafProof, bytes]]] = {}
    passed = {}
    there, moment, is_open = {grant.id for grant in book.grants()}, now(), {}
    for proof, given in signed.items():
        key = (proof["plan"], proof["number"])
        if key not in offers:
            offers[key] = _offer_of(book, proof)
            is_open[key] = offers[key].opens_at <= moment <= offers[key].until and offers[key].is_open
        offers[key].check(proof)
        grant = offers[key].first + proof["index"]
        if grant in there:
            passed[proof["worker"]] = grant
            continue
        if not is_open[key]:
            raise NotOpen(f"Offer {key[1]} of plan {key[0]} is closed, not open yet, or its time is over.")
        offers[key].consent(proof).require(given, act.signing)
        fresh.setdefault(key, []).append((proof, given))
    sent: list[Any] = []
    made: dict[int, int] = {}
    for key, leaves in fresh.items():
        for part in _equity_book.batches(leaves, "accept"):
            sent.append(offers[key].accept(dict(part), sender=act.sender))
            made |= {proof["worker"]: offers[key].first + proof["index"] for proof, _ in part if mined(sent[-1])}
    lines = [f"Worker {number} accepted grant {grant}." for number, grant in made.items()]
    lines += [f"Worker {number} has accepted grant {grant} already." for number, grant in passed.items()]
    return finished(act.as_json, {"grants": made, "passedOver": passed}, lines, sent)


@click.command("close-offer", cls=ConnectedCommand)
@acting
@click.argument("number", type=int)
@plan_option
@gate_option
@issuer_option
def close_offer(act: Act, number: int, plan_name: str, gate: str | None, issuer: str | None) -> None:
    """Return what nobody accepted of offer NUMBER of a plan: the manager before it binds, anyone after its time.

    \b
    Example:
      ape run equity close-offer desk.yaml 1 --plan time --account anyone
    """
    from workpact.agreement import BadArgument
    from workpact.offers import NotOpen
    from workpact.preflight import now

    book = _equity_book.of(act.agreement, issuer)
    offers = {offer.number: offer for offer in book.offers(need(act, book, plan_name, gate))}
    if number not in offers:
        raise BadArgument(f"There is no offer {number} by this plan: there are {_known(offers)}.")
    offer = offers[number]
    value = {"plan": offer.plan, "offer": number, "returned": 0}
    if not offer.is_open:
        return finished(act.as_json, value, [], [], f"Offer {number} is closed already.")
    early = act.signing.address == offer.manager and now() < offer.opens_at
    if not early and now() <= offer.until:
        from scripts._words import when

        until = when(act.agreement, offer.until)
        raise NotOpen(f"Offer {number} is binding until {until}: the workers can accept till then.")
    rest = offer.units - offer.accepted_units
    act.confirm(f"Close offer {number}, and return {said(rest, book.symbol)} to the pool?")
    sent = offer.close(sender=act.sender)
    return finished(act.as_json, value | {"returned": rest}, [f"{said(rest, book.symbol)} went back."], [sent])


def _known(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


COMMANDS = (sign, accept, close_offer)
