"""A request, and bids that answer it, without a chain: keys, papers and files alone."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.market.papers import CHAIN, REGISTRY, account
from tests.sdk import paper as agreement_paper
from workpact.market.bid import Bid, bid_body, commitment
from workpact.market.paper import Paper
from workpact.market.request import Request
from workpact.market.request_file import RequestFile, load_request
from workpact.market.sealed_bid import roll_body, seal_body
from workpact.signing import sign
from workpact.terms import AgreementDocument, loads

NOW = 1_800_000_000
"""2027-01-15 08:00 UTC."""
CLIENT, BIDDER, OTHER = 1, 2, 3
"""Numbers of keys."""
SALT = b"\x5a" * 32
FILE = """\
apiVersion: workpact/v1
kind: Request
metadata: {name: desk, title: A small desk}
spec:
  timezone: UTC
  agreement: agreement.yaml
  open: [amounts, due-dates, rates, fixed-charge, cap, targets, credits]
  limits: {price: "4,000 TUSD"}
  quantities: {tickets: 100}
  weights: {price: 50 %, service: 20 %, record: 20 %, availability: 10 %}
  trusted: ["TRUSTED"]
  deadline: 2027-01-20 12:00
  reveal: 2027-01-22
  decide: 2027-01-30
"""
DEADLINE, REVEAL, DECIDE = 1_800_446_400, 1_800_662_399, 1_801_353_599


def address(name: str) -> str:
    """An address that nobody else has."""
    return str(to_checksum_address(keccak(text=name)[-20:]))


AGREEMENT, TOKEN, ORACLE, TRUSTED = map(address, ("Agreement", "TUSD", "SLAOracle", "somebody trusted"))
ROLES = {name: address(name) for name in ("arbiter", "backup", "client-operator", "client-reporter")}


def request_file(*edits: tuple[str, str], agreement: tuple[tuple[str, str], ...] = ()) -> RequestFile:
    """The client's file with edits, and its agreement's."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "request.yaml"
        path.write_text(edited(FILE, edits).replace("TRUSTED", TRUSTED))
        (Path(folder) / "agreement.yaml").write_text(agreement_paper.text(NOW, *agreement))
        return load_request(
            path,
            wallets={**ROLES, "client": account(CLIENT).address},
            token=TOKEN,
            contracts={"SLAOracle": ORACLE},
            chain_id=CHAIN,
        )


def edited(text: str, edits: tuple[tuple[str, str], ...]) -> str:
    """A text with edits; one that finds nothing fails."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


@cache
def request(*edits: tuple[str, str]) -> Request:
    """The client's request."""
    body = request_file(*edits).body(AGREEMENT)
    return Request.of(Paper.signed(account(CLIENT), "request", body, CHAIN, REGISTRY))


def answer(*edits: tuple[str, str], bidder: int = BIDDER, asked: Request | None = None) -> AgreementDocument:
    """A bidder's file: the request's with its addresses, salts and edits."""
    text = (asked or request()).terms
    filled = edited(
        text,
        (
            ("${contractor-operator}", address(f"operator of {bidder}")),
            ("${contractor-reporter}", address(f"reporter of {bidder}")),
            ("${contractor}", account(bidder).address),
            ("0x" + "00" * 32, "0x" + SALT.hex()),
        ),
    )
    return loads(edited(filled, edits), file="bid.yaml")


def bid_of(document: AgreementDocument, bidder: int = BIDDER, asked: Request | None = None, **changes: Any) -> Paper:
    """The bid's paper; `changes` replace parts of its body."""
    whole = asked or request()
    signature = sign(account(bidder), document.typed_data(whole.chain_id, whole.agreement))
    body = bid_body(whole, document.message, signature, SALT, {}) | changes
    return Paper.signed(account(bidder), "bid", body, CHAIN, REGISTRY)


def good_bid(bidder: int = BIDDER, *edits: tuple[str, str]) -> Paper:
    """A bid that answers in every field."""
    return bid_of(answer(*edits, bidder=bidder), bidder)


def spoilt(paper: Paper, change: Any, signer: int | None = None) -> Paper:
    """The paper with its body changed, and signed again by its author or another."""
    body = deepcopy(dict(paper.body))
    change(body)
    number = signer or next(each for each in range(1, 60) if account(each).address == paper.author)
    return Paper.signed(account(number), paper.kind, body, paper.chain_id, paper.registry)


def seal_of(bid: Paper, bidder: int = BIDDER) -> Paper:
    """The sealed bid of a bid."""
    body = seal_body(request(), commitment(SALT, bid.content))
    return Paper.signed(account(bidder), "seal", body, CHAIN, REGISTRY)


def roll_of(*seals: Paper, signer: int = CLIENT) -> Paper:
    """A roll of these sealed bids."""
    body = roll_body(request(), [seal.id for seal in seals])
    return Paper.signed(account(signer), "roll", body, CHAIN, REGISTRY)


def read(paper: Paper, asked: Request | None = None) -> Bid:
    """The bid of a paper."""
    return Bid.of(paper, asked or request())
