"""How the terms of a bid differ from what a request asks for, and what of it is left open (SPEC.md 15.5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from workpact.market.request import Request
from workpact.terms import AgreementDocument, Form
from workpact.terms.structs import Message
from workpact.terms.units import DAY, write_duration, write_instant, write_money, write_share

Path = tuple[str | int, ...]

MAX_PEOPLE = 16
"""How many operators, and how many reporters, a bidder names at most."""
OWN = {
    "deal.contractor",
    "annex.offer.salt",
    "annex.offer.openBefore",
    "annex.conditions.legalText",
    "annex.conditions.operators.contractor",
    "levels.reporters.contractor",
    "levels.reporters.contractorReporters",
    "levels.reporters.contractorQuorum",
}
"""What is the bidder's own in every bid."""


@dataclass(frozen=True)
class Violation:
    """One thing in which a bid is not what the request asks for."""

    field: str
    asked: str
    offered: str
    rule: str

    def __str__(self) -> str:
        return f"{self.field}: the request asks for {self.asked}, the bid has {self.offered}: {self.rule}"


def _any(_asked: int, _offered: int) -> bool:
    return True


def _not_less(asked: int, offered: int) -> bool:
    return offered >= asked


def _not_more(asked: int, offered: int) -> bool:
    return offered <= asked


def _year_cap(asked: int, offered: int) -> bool:
    # Zero is no cap at all, so that any cap would be less.
    return offered == asked if asked == 0 else offered >= asked


@dataclass(frozen=True)
class _Rule:
    word: str
    allows: Callable[[int, int], bool]
    said: str


RULES = {
    "milestones[].amount": _Rule("amounts", _any, ""),
    "milestones[].due": _Rule("due-dates", _not_more, "not later"),
    "levels.prices[].rate": _Rule("rates", _any, ""),
    "annex.conditions.billing.fixedCharge": _Rule("fixed-charge", _any, ""),
    "annex.conditions.billing.cap": _Rule("cap", _not_more, "not more"),
    "levels.credits.atRisk": _Rule("credits", _not_less, "not less"),
    "levels.credits.periodCap": _Rule("credits", _not_less, "not less"),
    "levels.credits.yearCap": _Rule("credits", _year_cap, "not less"),
    "levels.levels[].bands[].allocation": _Rule("credits", _not_less, "not less"),
    "levels.levels[].repeat": _Rule("credits", _not_less, "not less"),
}
THRESHOLD = "levels.levels[].bands[].threshold"
DEFINITION = "annex.conditions.service.schedule.definition"


def violations(request: Request, message: Message, bidder: str) -> list[Violation]:
    """All in which a bid's message is not the request's with the open fields set; `bidder` signs it."""
    found = list(_own(request, message, bidder))
    asked, offered = dict(_flat(request.message)), dict(_flat(message))
    for path in dict.fromkeys((*asked, *offered)):
        field = dotted(path)
        if _is_under(field, OWN) or field == DEFINITION:
            continue
        if path not in asked or path not in offered:
            if not _covered(path, asked, offered):
                found.append(_violation(request, path, asked.get(path), offered.get(path), "as it is asked for"))
        elif asked[path] != offered[path]:
            said = _broken(request, path, asked[path], offered[path])
            if said:
                found.append(_violation(request, path, asked[path], offered[path], said))
    return found


def dotted(path: Path) -> str:
    """A member of the message as people write it; the service's levels without what they are in."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text.replace("annex.conditions.service.levels.", "levels.", 1)


def _own(request: Request, message: Message, bidder: str) -> Iterator[Violation]:
    offer, conditions = message["annex"]["offer"], message["annex"]["conditions"]
    reporters = conditions["service"]["levels"]["reporters"]
    if message["deal"]["contractor"] != bidder:
        yield Violation("deal.contractor", bidder, message["deal"]["contractor"], "the bidder, who signs")
    if reporters["contractor"] != bidder:
        yield Violation("levels.reporters.contractor", bidder, reporters["contractor"], "the bidder, who signs")
    if offer["openBefore"] < request.decide:
        path: Path = ("annex", "offer", "openBefore")
        yield _violation(request, path, request.decide, offer["openBefore"], "not earlier than decide")
    if offer["salt"] == 0:
        yield Violation("annex.offer.salt", "32 random bytes", "zero", "a salt of its own")
    for field, people in (
        ("annex.conditions.operators.contractor", conditions["operators"]["contractor"]),
        ("levels.reporters.contractorReporters", reporters["contractorReporters"]),
    ):
        if len(people) > MAX_PEOPLE:
            yield Violation(field, f"at most {MAX_PEOPLE}", str(len(people)), "not more")


def _broken(request: Request, path: Path, asked: Any, offered: Any) -> str:
    """What a changed member breaks, in words; empty if the request leaves it open so."""
    field = re.sub(r"\[\d+\]", "[]", dotted(path))
    if field == THRESHOLD:
        return _weaker(request, path, asked, offered)
    rule = RULES.get(field)
    if rule is None:
        return "as it is asked for"
    if rule.word not in request.open:
        return f"the request does not leave {rule.word} open"
    return "" if rule.allows(asked, offered) else rule.said


def _weaker(request: Request, path: Path, asked: int, offered: int) -> str:
    if "targets" not in request.open:
        return "the request does not leave targets open"
    form = _form(request.message, path)
    better = offered >= asked if form.is_at_least else offered <= asked
    return "" if better else "a service level not weaker"


def _form(message: Message, path: Path) -> Form:
    at = path.index("bands") - 1
    number = path[at]
    assert isinstance(number, int), "a level of a list"
    return Form(message["annex"]["conditions"]["service"]["levels"]["levels"][number]["form"])


def _flat(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, (*path, key))
    elif isinstance(value, list):
        yield (*path, "number"), len(value)
        for index, item in enumerate(value):
            yield from _flat(item, (*path, index))
    else:
        yield path, value


def _covered(path: Path, asked: dict[Path, Any], offered: dict[Path, Any]) -> bool:
    """Whether a list above a member that only one side has differs in length, which is said once."""
    heads = [(*path[:index], "number") for index in range(1, len(path))]
    return any(asked.get(head) != offered.get(head) for head in heads if head in asked or head in offered)


def _is_under(field: str, names: set[str]) -> bool:
    return any(field == name or field.startswith((f"{name}.", f"{name}[")) for name in names)


def _violation(request: Request, path: Path, asked: Any, offered: Any, rule: str) -> Violation:
    document = request.document
    return Violation(dotted(path), _said(document, request, path, asked), _said(document, request, path, offered), rule)


MONEY = {"amount", "rate", "fixedCharge", "cap", "deposit", "limit"}
DATES = {"due", "openBefore", "holdbackUntil", "start"}
SPANS = {"review", "grace", "window", "ruling", "clientNotice", "contractorNotice", "cure", "reportWithin"} | {
    "finalWithin",
    "lapse",
}
SHARES = {"holdback", "fee", "split", "allocation", "atRisk", "periodCap", "yearCap"}


def _said(document: AgreementDocument, request: Request, path: Path, value: Any) -> str:
    """A member's value in the units of the file."""
    if value is None:
        return "none"
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if not isinstance(value, int):
        return str(value)
    words = [key for key in path if isinstance(key, str)]
    name = words[-1]
    if value >= 2**96:
        return str(value)
    if name in MONEY:
        return write_money(value, document.token.symbol, document.token.decimals)
    if (name in DATES or "ends" in words) and name != "number" and 2 * DAY <= value < 2**37:
        return f"{write_instant(value, document.zone, last=name != 'start')} {document.zone.key}"
    if name in SPANS:
        return write_duration(value)
    is_share = name in SHARES or (name == "threshold" and _form(request.message, path).is_ratio)
    return write_share(value) if is_share else str(value)
