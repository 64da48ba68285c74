"""A request: what a client asks for, as a paper that anyone can check bids against (SPEC.md 15.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.bundle.messages import read, written
from workpact.audit.bundle.packing import BadBundle
from workpact.market.blank import blank_message
from workpact.market.errors import MarketError, shown
from workpact.market.paper import Paper
from workpact.terms import AgreementDocument, TermsError, loads
from workpact.terms.fields import NAME, ZERO_ADDRESS
from workpact.terms.structs import Message
from workpact.terms.units import PPM

OPEN = ("amounts", "due-dates", "rates", "fixed-charge", "cap", "targets", "credits")
"""What a request may leave to bidders, by the words of its `open`."""
SCORES = ("price", "service", "record", "availability")
KEYS = frozenset(
    {"title", "agreement", "message", "terms", "open", "most", "volumes", "weights", "trusted", "timezone"}
    | {"deadline", "reveal", "decide"}
)
MAX_TRUSTED = 256
MAX_TITLE = 200
MAX_NUMBER = 2**96 - 1
MAX_DATE = 2**39 - 1
_NUMBER = re.compile(r"0|[1-9][0-9]{0,28}", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)


class BadRequest(MarketError):
    """A paper is no request that can be answered; says which part of it is wrong."""


@dataclass(frozen=True)
class Request:
    """One request. Amounts are in the token's smallest unit, instants Unix seconds, weights ppm."""

    paper: Paper
    title: str
    agreement: str
    """The Agreement contract in which bids are to be opened."""
    message: Message
    """What is asked for, 3.1, with nobody as contractor, no salt, `openBefore` = `decide`."""
    terms: str
    """The agreement file to be filled in."""
    open: frozenset[str]
    most: int | None
    """The greatest price of a bid (15.6), if the client says one."""
    volumes: Mapping[str, int]
    """What is expected of each priced quantity a service period."""
    weights: Mapping[str, int]
    trusted: tuple[str, ...]
    deadline: int
    """Sealed bids until then."""
    reveal: int
    """Bids until then."""
    decide: int
    """Bids can be opened at least until then."""
    timezone: str

    @property
    def id(self) -> str:
        """The paper's."""
        return self.paper.id

    @property
    def client(self) -> str:
        """Who asks."""
        return self.paper.author

    @property
    def chain_id(self) -> int:
        """Where it is to be opened."""
        return self.paper.chain_id

    @property
    def registry(self) -> str:
        """The TalentRegistry."""
        return self.paper.registry

    @cached_property
    def document(self) -> AgreementDocument:
        """The file to be filled in, as far as it is."""
        return loads(self.terms, file=f"the file of request {self.id}")

    @classmethod
    def of(cls, paper: Paper) -> Request:
        """Reads a request's paper and checks that it can be answered. Raises `BadRequest`."""
        if paper.kind != "request":
            raise BadRequest(f"{paper.id} is a {paper.kind}, no request.")
        request = _read(paper)
        for problem in _problems(request):
            raise BadRequest(f"The request {paper.id} {problem} Nobody can answer it; its client can post another.")
        return request


def request_body(
    *,
    title: str,
    agreement: str,
    message: Message,
    terms: str,
    open: frozenset[str],
    most: int | None,
    volumes: Mapping[str, int],
    weights: Mapping[str, int],
    trusted: tuple[str, ...],
    instants: tuple[int, int, int],
    timezone: str,
) -> dict[str, Any]:
    """The body of a request's paper; `instants` are deadline, reveal and decide."""
    deadline, reveal, decide = instants
    return {
        "title": title,
        "agreement": agreement.lower(),
        "message": written("Agreement", message),
        "terms": terms,
        "open": [name for name in OPEN if name in open],
        "most": "" if most is None else str(most),
        "volumes": {name: str(count) for name, count in volumes.items()},
        "weights": {name: str(weights[name]) for name in SCORES},
        "trusted": [each.lower() for each in trusted],
        "deadline": str(deadline),
        "reveal": str(reveal),
        "decide": str(decide),
        "timezone": timezone,
    }


def read_message(value: Any, what: str) -> Message:
    """An `Agreement` message from a paper's JSON; raises `BadRequest` that names the member and `what` has it."""
    try:
        message: Message = dict(read("Agreement", value, "message"))
    except (BadBundle, RecursionError) as error:
        raise BadRequest(str(error).replace("The bundle has", f"{what} has", 1)) from None
    return message


def _read(paper: Paper) -> Request:
    body, what = paper.body, f"The request {paper.id}"
    if set(body) != KEYS:
        odd = shown(", ".join(sorted(set(body) ^ KEYS)))
        raise BadRequest(f"{what} lacks or has too much: {odd}.")
    texts = ("title", "terms", "timezone", "agreement", "most")
    if not all(isinstance(body[name], str) for name in texts) or not all(
        isinstance(body[name], kind) for name, kind in (("open", list), ("trusted", list), ("volumes", dict))
    ):
        raise BadRequest(f"{what} has a part of another form than its kind has.")
    weights = body["weights"]
    if not isinstance(weights, dict) or set(weights) != set(SCORES):
        raise BadRequest(f"{what} has at weights not {', '.join(SCORES)}.")
    return Request(
        paper=paper,
        title=body["title"],
        agreement=_address(body["agreement"], "agreement", what),
        message=read_message(body["message"], what),
        terms=body["terms"],
        open=_open(body["open"], what),
        most=_number(body["most"], "most", what) if body["most"] else None,
        volumes={_name(name, what): _number(count, "volumes", what) for name, count in body["volumes"].items()},
        weights={name: _number(weights[name], "weights", what) for name in SCORES},
        trusted=tuple(_address(each, "trusted", what) for each in body["trusted"][: MAX_TRUSTED + 1]),
        deadline=_number(body["deadline"], "deadline", what),
        reveal=_number(body["reveal"], "reveal", what),
        decide=_number(body["decide"], "decide", what),
        timezone=body["timezone"],
    )


def _number(value: Any, where: str, what: str) -> int:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value) or int(value) > MAX_NUMBER:
        raise BadRequest(f"{what} has at {where} no whole number in decimal digits.")
    return int(value)


def _address(value: Any, where: str, what: str) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value) or value == ZERO_ADDRESS:
        raise BadRequest(f"{what} has at {where} no address in small hex digits.")
    return str(to_checksum_address(value))


def _name(value: Any, what: str) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value) or len(value) > 64:
        raise BadRequest(f"{what} has at volumes what is no quantity's name.")
    return value


def _open(value: list[Any], what: str) -> frozenset[str]:
    if value != [name for name in OPEN if name in value]:
        raise BadRequest(f"{what} has at open what no request can leave open; there are {', '.join(OPEN)}.")
    return frozenset(value)


def _problems(request: Request) -> list[str]:
    """All that keeps a well-formed request from being answered, in words."""
    found: list[str] = []
    offer, deal = request.message["annex"]["offer"], request.message["deal"]
    if not 0 < len(request.title) <= MAX_TITLE or not request.title.isprintable():
        found.append(f"has a title that is not one line of at most {MAX_TITLE} characters.")
    if not request.deadline < request.reveal < request.decide <= MAX_DATE:
        found.append("has not deadline before reveal before decide.")
    if sum(request.weights.values()) != PPM:
        found.append(f"has weights that add up to {sum(request.weights.values()):,} ppm, not {PPM:,}.")
    if len(request.trusted) > MAX_TRUSTED:
        found.append(f"trusts more than {MAX_TRUSTED} accounts.")
    if deal["client"] != request.client:
        found.append(f"is by {request.client} and for the client {deal['client']}.")
    if any(deal["origin"]) or any(offer["replaces"]) or any(offer["under"]):
        found.append("asks for a change of an agreement, or for one under another.")
    if offer["openBefore"] != request.decide:
        found.append("can be opened until another time than decide.")
    prices = [price["quantity"] for price in request.message["annex"]["conditions"]["service"]["levels"]["prices"]]
    if sorted(prices) != sorted(request.volumes):
        found.append(f"expects {', '.join(request.volumes) or 'nothing'} and prices {', '.join(prices) or 'nothing'}.")
    return found or _file_problems(request)


def _file_problems(request: Request) -> list[str]:
    try:
        made = blank_message(request.document)
    except (TermsError, RecursionError, ValueError) as error:
        return [f"has a file that is no agreement: {shown(str(error).splitlines()[0])}"]
    if made != request.message:
        return ["has a file that says something else than its message."]
    if request.timezone != request.document.zone.key:
        return [f"is in {shown(request.timezone)}, its file in {request.document.zone.key}."]
    return []
