"""Answers and pages with one thing changed, by what it is, each with the name of what the browser finds."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def flipped(digits: str, at: int = -1) -> str:
    """Another digit in one place."""
    place = at % len(digits)
    return digits[:place] + ("0" if digits[place] != "0" else "1") + digits[place + 1 :]


# Answers


def book(value: Json, contract: str = "Agreement", events: int = 2) -> Json:
    return next(each for each in value["books"] if each["contract"] == contract and len(each["events"]) >= events)


def edit(where: Callable[[Json], Json], name: str) -> Callable[[Json], None]:
    def change(value: Json) -> None:
        part = where(value)
        part[name] = flipped(part[name])

    return change


def event(value: Json) -> Json:
    return book(value)["events"][1]


def take(listed: Callable[[Json], list[Any]], at: int = 0) -> Callable[[Json], None]:
    return lambda value: listed(value).pop(at) and None


def double(listed: Callable[[Json], list[Any]]) -> Callable[[Json], None]:
    return lambda value: listed(value).append(listed(value)[0])


def swap(value: Json) -> None:
    events = book(value)["events"]
    events[1], events[2] = events[2], events[1]


def earlier(value: Json) -> None:
    event(value)["time"] -= 1


def topic(value: Json) -> None:
    event(value)["topics"][1] = flipped(event(value)["topics"][1])


def node(value: Json) -> None:
    value["nodes"][0] = flipped(value["nodes"][0])


def another_client(value: Json) -> None:
    value["documents"][0]["message"]["deal"]["client"] = "0x" + "12" * 20


def exchanged(value: Json) -> None:
    """Of two books of one contract, whose words are both proved and differ."""
    pairs = itertools.combinations(value["books"], 2)
    alike = (pair for pair in pairs if len({each["contract"] for each in pair}) == 1)
    one, other = next((one, other) for one, other in alike if one["word"] != other["word"])
    one["key"], other["key"] = other["key"], one["key"]


def other_name(value: Json) -> None:
    book(value, "Payroll")["contract"] = "Agreement"


def events_of(value: Json, contract: str = "Agreement") -> list[Json]:
    return book(value, contract)["events"]


EVENTS = "Events are missing, added, edited or in another order"
TAMPERED: dict[str, tuple[Callable[[Json], Any], str]] = {
    **{
        f"an event of {contract} left out": (take(lambda value, of=contract: events_of(value, of)), EVENTS)
        for contract in ("Agreement", "SLAOracle", "Payroll", "DataRoom", "TalentRegistry")
    },
    "the last event left out": (take(events_of, -1), EVENTS),
    "an event doubled": (double(events_of), EVENTS),
    "events in another order": (swap, EVENTS),
    "data edited": (edit(event, "data"), EVENTS),
    "a topic edited": (topic, EVENTS),
    "a time edited": (earlier, EVENTS),
    "a word changed": (edit(book, "word"), "Another word"),
    "keys exchanged": (exchanged, "Another word"),
    "a key changed": (edit(book, "key"), "Another word|A broken proof"),
    "a contract's address changed": (edit(lambda value: book(value, "Payroll"), "address"), "A broken proof"),
    "a contract's name changed": (other_name, "Another word"),
    "a trie's node changed": (node, "A broken proof"),
    "a trie's node left out": (take(lambda value: value["nodes"]), "A broken proof"),
    "the header changed": (edit(lambda value: value, "header"), "Another header"),
    "the block's hash changed": (edit(lambda value: value["block"], "hash"), "Another header"),
    "the block's number changed": (lambda value: value["block"].update(number=1), "Another header"),
    "the block's time changed": (lambda value: value["block"].update(timestamp=1), "Another header"),
    "the terms changed": (another_client, "Other documents"),
    "the terms left out": (take(lambda value: value["documents"]), "Other documents"),
    "a book left out": (take(lambda value: value["books"], -1), "A book is missing"),
    "a book doubled": (double(lambda value: value["books"]), "Another agreement's book"),
    "a contract not named": (lambda value: value["named"].update(room=None), "Another agreement's book"),
    "the origin changed": (edit(lambda value: value, "origin"), "Other documents"),
    "no proof at all": (lambda _: {"format": "workpact-proof/1"}, "No proof"),
    "another form": (edit(lambda value: value, "format"), "No proof"),
    "digits that are none": (lambda value: value["nodes"].append("0xg0"), "No proof"),
}


# Pages

ROW = re.compile(r'<li id="e.*?</li>\n', re.DOTALL)


def row(html: str, change: Callable[[str], str]) -> str:
    (third,) = ROW.findall(html)[2:3]
    return html.replace(third, change(third))


def attribute(name: str, value: str) -> Callable[[str], str]:
    return lambda html: row(html, lambda text: re.sub(f'data-{name}="[^"]*"', f'data-{name}="{value}"', text))


NOT_PROVED, LEFT_OUT = "A row of this page is not proved", "A row is missing"
PAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "another time": (attribute("time", "1700000000"), NOT_PROVED),
    "another event": (attribute("kind", "Ended"), NOT_PROVED),
    "another contract": (attribute("contract", "Payroll"), NOT_PROVED),
    "another address": (attribute("address", "0x" + "12" * 20), NOT_PROVED),
    "another content": (attribute("event", "0x" + "12" * 32), NOT_PROVED),
    "a row left out": (lambda html: row(html, lambda _: ""), LEFT_OUT),
    "a row twice": (lambda html: row(html, lambda text: text + text), LEFT_OUT),
    "the newest row left out": (lambda html: ROW.sub("", html, count=1), LEFT_OUT),
    "another number": (
        lambda html: re.sub(r'data-events="\d+"', 'data-events="3"', html),
        "This page has another number of events",
    ),
}
