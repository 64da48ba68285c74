"""What is done to bundles to see that nothing of it goes unseen: bytes, parts dropped, doubled, moved or exchanged."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

Value = dict[str, Any]
HEX = "0123456789abcdef"
PARTS = ("agreement", "books", "contracts", "documents", "headers", "nodes", "receipts", "ties", "untied")


def text_of(content: bytes) -> str:
    return lzma.decompress(content).decode()


def value_of(content: bytes) -> Value:
    value: Value = json.loads(text_of(content))
    return value


def packed(text: str) -> bytes:
    """As a forger packs it: with check sums that hold."""
    return lzma.compress(text.encode("utf-8", "surrogatepass"), preset=0)


def written(value: Value) -> bytes:
    """In the canonical form, so that nothing but the change gives it away."""
    return packed(json.dumps(value, sort_keys=True, separators=(",", ":")))


class Forger:
    """Changes to one bundle; `others` are good bundles of other blocks, agreements and chains to take parts from."""

    def __init__(self, content: bytes, others: list[bytes], seed: int) -> None:
        self.content, self.random = content, Random(seed)
        self.text, self.value = text_of(content), value_of(content)
        self.others = [value_of(each) for each in others]
        self.ways: tuple[Callable[[], bytes | None], ...] = (
            self.byte_of_file,
            self.cut_file,
            self.character,
            self.digit,
            self.drop,
            self.double,
            self.swap,
            self.move,
            self.other_header,
            self.other_chain,
            self.other_part,
            self.other_element,
        )

    def forgeries(self, count: int) -> Iterator[tuple[str, bytes]]:
        """So many changed bundles, with how they were changed."""
        made = 0
        while made < count:
            way = self.ways[made % len(self.ways)]
            found = way()
            made += 1
            yield (way.__name__, found) if found is not None else ("byte_of_file", self.byte_of_file())

    # The file

    def byte_of_file(self) -> bytes:
        changed = bytearray(self.content)
        changed[self.random.randrange(len(changed))] ^= self.random.randrange(1, 256)
        return bytes(changed)

    def cut_file(self) -> bytes:
        if self.random.random() < 0.2:
            return self.content + self.random.randbytes(self.random.randrange(1, 9))
        return self.content[: self.random.randrange(len(self.content))]

    # The text

    def character(self) -> bytes | None:
        at, new = self.random.randrange(len(self.text)), chr(self.random.randrange(32, 127))
        if new == self.text[at]:
            return None
        return packed(self.text[:at] + new + self.text[at + 1 :])

    def digit(self) -> bytes:
        """A hex or decimal digit for another: the form stays."""
        while True:
            at = self.random.randrange(len(self.text))
            old = self.text[at]
            new = self.random.choice(HEX if old in "abcdef" else "0123456789")
            if old in HEX and new != old:
                return packed(self.text[:at] + new + self.text[at + 1 :])

    # Parts

    def drop(self) -> bytes | None:
        def act(found: list[Any]) -> None:
            del found[self.random.randrange(len(found))]

        return self._in_a_list(1, act)

    def double(self) -> bytes | None:
        def act(found: list[Any]) -> None:
            found.insert(self.random.randrange(len(found) + 1), deepcopy(self.random.choice(found)))

        return self._in_a_list(1, act)

    def swap(self) -> bytes | None:
        def act(found: list[Any]) -> None:
            one, other = self.random.sample(range(len(found)), 2)
            found[one], found[other] = found[other], found[one]

        return self._in_a_list(2, act)

    def move(self) -> bytes | None:
        def act(found: list[Any]) -> None:
            found.insert(self.random.randrange(len(found)), found.pop(self.random.randrange(len(found))))

        return self._in_a_list(2, act)

    def other_header(self) -> bytes | None:
        headers = [each for other in self.others for each in other["headers"]]
        value = deepcopy(self.value)
        value["headers"][self.random.randrange(len(value["headers"]))] = self.random.choice(headers)
        return self._changed(value)

    def other_chain(self) -> bytes | None:
        return self._changed(self.value | {"chain": self.random.choice((1, 10, 137, 8453, 31338, 2**63))})

    def other_part(self) -> bytes | None:
        """A whole part of another good bundle. What the carrier may leave out (reports, files) is no forgery."""
        name = self.random.choice(
            ("agreement", "books", "contracts", "documents", "headers", "nodes", "ties", "untied")
        )
        return self._changed(self.value | {name: self.random.choice(self.others)[name]})

    def other_element(self) -> bytes | None:
        """An element of a list for one of the same list in another bundle."""
        other = self.random.choice(self.others)
        names = [each for each in ("books", "documents", "nodes", "contracts") if self.value[each] and other[each]]
        name, value = self.random.choice(names), deepcopy(self.value)
        value[name][self.random.randrange(len(value[name]))] = deepcopy(self.random.choice(other[name]))
        return self._changed(value)

    def _in_a_list(self, least: int, act: Callable[[list[Any]], None]) -> bytes | None:
        value = deepcopy(self.value)
        found = [each for each in _lists(value) if len(each) >= least]
        act(self.random.choice(found))
        return self._changed(value)

    def _changed(self, value: Value) -> bytes | None:
        return None if value == self.value else written(value)


def _lists(value: Value) -> list[list[Any]]:
    """The lists of a bundle of which every element counts; events, nodes and headers more often, being most of it."""
    books = [each["events"] for each in value["books"]]
    many = [*books, value["nodes"], value["headers"]]
    reports = [value["reports"]] if value["reports"] else []
    ties = [each["of"] for each in value["ties"]]
    rest = [value["books"], value["contracts"], value["documents"], value["ties"], value["untied"], *ties, *reports]
    milestones = [each["milestones"] for each in value["documents"]]
    topics = [each["topics"] for found in books for each in found[:1] if "topics" in each]
    return [*many, *many, *many, *rest, *milestones, *topics]
