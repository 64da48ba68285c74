"""A bid: an agreement that its contractor has signed, checked against the request that it answers (SPEC.md 15.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from workpact.market.differences import Violation, violations
from workpact.market.errors import MarketError, shown
from workpact.market.filling import misfit
from workpact.market.paper import Paper
from workpact.market.request import BadRequest, Request, read_message
from workpact.signing import is_signed, recovered
from workpact.terms import eip712
from workpact.terms.structs import Message
from workpact.terms.units import write_money

KEYS = frozenset({"request", "message", "signature", "salt", "file"})
_WORD = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_HEX = re.compile(r"0x(?:[0-9a-f]{2}){1,8192}", re.ASCII)


class BadBid(MarketError):
    """A bid that does not count; `problems` are all that is wrong with it, in words."""

    def __init__(self, what: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{what}: " + "; ".join(problems) + ".")


@dataclass(frozen=True)
class Bid:
    """One bid that answers its request in every field."""

    paper: Paper
    message: Message
    """The `Agreement` of 3.1."""
    agreement_id: bytes
    """What its contractor signed."""
    signature: bytes
    salt: bytes
    """Of the commitment in its sealed bid."""
    price_units: int
    """15.6, in the token's smallest unit."""

    @property
    def id(self) -> str:
        """The paper's."""
        return self.paper.id

    @property
    def bidder(self) -> str:
        """The contractor."""
        return self.paper.author

    @property
    def commitment(self) -> bytes:
        """What its sealed bid says (15.4)."""
        return commitment(self.salt, self.paper.content)

    @classmethod
    def of(cls, paper: Paper, request: Request) -> Bid:
        """Reads a bid's paper and checks it against the request; raises `BadBid` with all that is wrong.

        Whether it was sealed in time is the roll's to say (`Tender`), whether it was withdrawn the chain's.
        """
        what = f"The bid {paper.id} of {paper.author}"
        message, signature, salt = _read(paper, request, what)
        domain = eip712.domain(eip712.AGREEMENT_DOMAIN, request.chain_id, request.agreement)
        agreement_id = eip712.digest("Agreement", message, domain)
        _require_signature(paper, agreement_id, signature, what)
        problems = answered(request, message, paper.author)
        if problems:
            raise BadBid(what, problems)
        return cls(paper, message, agreement_id, signature, salt, price_units(message, request.volumes))


def answered(request: Request, message: Message, bidder: str) -> list[str]:
    """What is wrong with an agreement's message as an answer to a request, each with field and both values."""
    found: list[Violation] = violations(request, message, bidder)
    if found:
        return [str(each) for each in found]
    problem = misfit(request, message)
    if problem:
        return [problem]
    price = price_units(message, request.volumes)
    if request.most is None or price <= request.most:
        return []
    token = request.document.token
    most, asked = (write_money(units, token.symbol, token.decimals) for units in (request.most, price))
    return [f"price: the request takes at most {most}, the bid is {asked} at the quantities that are expected"]


def price_units(message: Message, volumes: Mapping[str, int]) -> int:
    """What a bid costs (15.6), smallest units: milestones, and each period at the quantities that are expected."""
    conditions = message["annex"]["conditions"]
    billing, service = conditions["billing"], conditions["service"]
    variable = sum(price["rate"] * volumes[price["quantity"]] for price in service["levels"]["prices"])
    charge = min(billing["cap"], billing["fixedCharge"] + variable)
    return int(sum(item["amount"] for item in message["milestones"]) + charge * len(service["schedule"]["ends"]))


def commitment(salt: bytes, content: bytes) -> bytes:
    """What a sealed bid says of the bid's paper (15.4)."""
    return keccak(salt + content)


def bid_body(request: Request, message: Message, signature: bytes, salt: bytes, file: Mapping[str, Any]) -> Any:
    """The body of a bid's paper; `file` is what `workpact.market.bid_file` makes of the agreement file."""
    from workpact.audit.bundle.messages import written

    return {
        "request": request.id,
        "message": written("Agreement", message),
        "signature": "0x" + signature.hex(),
        "salt": "0x" + salt.hex(),
        "file": dict(file),
    }


def _read(paper: Paper, request: Request, what: str) -> tuple[Message, bytes, bytes]:
    body = paper.body
    if paper.kind != "bid" or body.get("request") != request.id:
        raise BadBid(what, [f"it is no bid for the request {request.id}"])
    if (paper.chain_id, paper.registry) != (request.chain_id, request.registry):
        raise BadBid(
            what,
            [
                f"it is for the registry {paper.registry} of chain {paper.chain_id}, the request for "
                f"{request.registry} of chain {request.chain_id}"
            ],
        )
    if set(body) != KEYS:
        raise BadBid(what, [f"it lacks or has too much: {shown(', '.join(sorted(set(body) ^ KEYS)))}"])
    if not isinstance(body["salt"], str) or not _WORD.fullmatch(body["salt"]):
        raise BadBid(what, ["its salt is not 32 bytes"])
    if not isinstance(body["signature"], str) or not _HEX.fullmatch(body["signature"]):
        raise BadBid(what, ["it is unsigned: its signature is not 0x and hex digits"])
    try:
        message = read_message(body["message"], "it")
    except BadRequest as error:
        raise BadBid(what, [str(error).rstrip(".")]) from None
    return message, bytes.fromhex(body["signature"][2:]), bytes.fromhex(body["salt"][2:])


def _require_signature(paper: Paper, agreement_id: bytes, signature: bytes, what: str) -> None:
    """The bidder signed the agreement: by its key, or by ERC-1271 if a node of the chain is there to ask."""
    by = recovered(agreement_id, signature)
    if by == paper.author:
        return
    from ape import networks

    node: Any = networks.active_provider
    is_there = node is not None and node.chain_id == paper.chain_id
    try:
        if is_there and is_signed(paper.author, agreement_id, signature):
            return
    except Exception:  # whatever a node answers about somebody else's contract, it did not say yes
        pass
    whose = f"for these terms it would be that of {by}" if by else "it is no key's"
    unknown = "" if is_there else f" (only a node of chain {paper.chain_id} could tell whether a contract signed)"
    raise BadBid(what, [f"its agreement is not signed by the bidder: of the signature, {whose}{unknown}"])
