"""Mutants of one source file: single changes of its text, and many of them in one text that is compiled once.

Compiling costs more than testing. So each statement that mutants change becomes a choice between them by a number,
which stands in the bytecode as a word that can be replaced there.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Which mutant is active. In place of this word stands its number, zero for none.
NUMBER = hashlib.sha256(b"active mutant").hexdigest()
CHOICE = f"""
function activeMutant() pure returns (uint256 active) {{
    assembly ("memory-safe") {{
        active := 0x{NUMBER}
    }}
}}
"""
STATEMENTS = ("ExpressionStatement", "EmitStatement", "RevertStatement", "Return")
DECLARATION = "VariableDeclarationStatement"
DELETION = "deletion"
WITH_ZERO = re.compile(r"(.+) (==|!=|<=|>) 0", re.DOTALL)
SAME_OF_UNSIGNED = ({"!=", ">"}, {"==", "<="})
FIRST_ZERO = re.compile(r"(\w+ \w+) = 0")
COUNT = re.compile(r"(?:\+\+|--)(\w+)")


@dataclass(frozen=True, order=True)
class Mutant:
    """Bytes `start` to `end` of a file replaced by `new`."""

    file: str
    start: int
    end: int
    new: str
    operator: str

    @property
    def key(self) -> str:
        place = json.dumps([self.file, self.start, self.end, self.new])
        return hashlib.sha256(place.encode()).hexdigest()[:16]

    def apply(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]

    def is_same(self, source: bytes) -> bool:
        """Says the same in other words, of which the release's compiler makes the same code or one as good: an unsigned
        number compared with zero (`x > 0` for `x != 0`), zero as first value not written, a count whose value nobody
        reads made before or after. Of the contracts' numbers, adjustments alone have a sign."""
        old, new = source[self.start : self.end].decode(), self.new.strip()
        if first := FIRST_ZERO.fullmatch(old):
            return new == first[1]
        if count := COUNT.fullmatch(old):
            is_statement = source[: self.start].rstrip()[-1:] in (b";", b"{", b"}", b")")
            return is_statement and new == count[1] + old[:2]
        compared, otherwise = WITH_ZERO.fullmatch(old), WITH_ZERO.fullmatch(new)
        if compared is None or otherwise is None or compared[1] != otherwise[1] or "adjustment" in compared[1]:
            return False
        return {compared[2], otherwise[2]} in SAME_OF_UNSIGNED


@dataclass(frozen=True)
class Place:
    """A statement with its semicolon, or the condition of a branch or loop."""

    start: int
    end: int
    kind: str
    # of a declaration: what it declares, and what is assigned to
    declared: str = ""
    target: str = ""


def deletions(file: str, source: bytes, ast: dict) -> Iterator[Mutant]:
    """Every statement but declarations, and those in assembly, deleted one at a time."""
    for place in places(source, ast):
        if place.kind in STATEMENTS:
            yield Mutant(file, place.start, place.end, "{}", DELETION)
    for node in nodes(ast):
        if node.get("nodeType") == "InlineAssembly":
            for inner in nodes(node["AST"]):
                if inner["nodeType"] in ("YulExpressionStatement", "YulAssignment"):
                    start, length = span(inner)
                    yield Mutant(file, start, start + length, "{}", DELETION)


def places(source: bytes, ast: dict) -> Iterator[Place]:
    headers = {
        id(node[part])
        for node in nodes(ast)
        if node.get("nodeType") == "ForStatement"
        for part in ("initializationExpression", "loopExpression")
        if node.get(part)
    }
    for node in nodes(ast):
        kind = node.get("nodeType")
        if kind in ("IfStatement", "WhileStatement", "ForStatement") and node.get("condition"):
            start, length = span(node["condition"])
            yield Place(start, start + length, "condition")
        if kind not in (*STATEMENTS, DECLARATION) or id(node) in headers:
            continue
        start, length = span(node)
        # of a bare `return;` the compiler counts the semicolon in
        end = source.index(b";", start + length - 1) + 1
        if kind != DECLARATION:
            yield Place(start, end, kind)
        elif node.get("initialValue"):
            yield declaration(source, node, start, end)


def declaration(source: bytes, node: dict, start: int, end: int) -> Place:
    named = [each and (text(source, each), each["name"]) for each in node["declarations"]]
    declared = "; ".join(each[0] for each in named if each)
    names = [each[1] if each else "" for each in named]
    target = f"({', '.join(names)})" if source[start : start + 1] == b"(" else names[0]
    return Place(start, end, DECLARATION, declared, target)


def combine(sources: dict[str, bytes], asts: dict[str, dict], mutants: list[Mutant]) -> tuple[dict, list[Mutant]]:
    """The sources with all of `mutants` that fit in, and these: the first is number 1."""
    texts, taken = {}, []
    for file in sorted({mutant.file for mutant in mutants}):
        source, known = sources[file], list(places(sources[file], asts[file]))
        choices: dict[Place, list[tuple[int, str]]] = {}
        for mutant in (each for each in mutants if each.file == file):
            place = next((each for each in known if each.start <= mutant.start and mutant.end <= each.end), None)
            change = place and changed(source, place, mutant)
            if place and change is not None:
                taken.append(mutant)
                choices.setdefault(place, []).append((len(taken), f"/*{len(taken)}*/ {change} /**/"))
        for place in sorted(choices, key=lambda each: -each.start):
            choice = choose(source, place, choices[place])
            source = source[: place.start] + choice.encode() + source[place.end :]
        texts[file] = source + CHOICE.encode()
    return texts, taken


def number_at(text: bytes, position: int) -> int | None:
    """The number of the mutant to which that position of a combined text belongs."""
    for change in re.finditer(rb"/\*(\d+)\*/.*?/\*\*/", text, re.DOTALL):
        if change.start() <= position < change.end():
            return int(change[1])
    return None


def changed(source: bytes, place: Place, mutant: Mutant) -> str | None:
    """The place's text in the mutant; of a declaration what follows what it declares. None where that does not fit."""
    whole = source[place.start : mutant.start] + mutant.new.encode() + source[mutant.end : place.end]
    if place.kind != DECLARATION:
        return whole.decode()
    before = left(source, place)
    after = whole.decode().removeprefix(before).strip()
    if not whole.decode().startswith(before) or not after.startswith(("=", ";")) or after.startswith("=="):
        return None
    return "" if after == ";" else f"{place.target} {after}"


def choose(source: bytes, place: Place, changes: list[tuple[int, str]]) -> str:
    old = source[place.start : place.end].decode()
    if place.kind == "condition":
        for number, new in changes:
            old = f"(activeMutant() == {number} ? ({new}) : ({old}))"
        return old
    choices = " else ".join(f"if (activeMutant() == {number}) {{ {new} }}" for number, new in changes)
    if place.kind != DECLARATION:
        return f"{choices} else {{ {old} }}"
    return f"{place.declared}; {choices} else {{ {place.target} {old.removeprefix(left(source, place)).strip()} }}"


def left(source: bytes, place: Place) -> str:
    """What stands before a declaration's equals sign."""
    return source[place.start : source.index(b"=", place.start)].decode()


def nodes(tree: object) -> Iterator[dict]:
    if isinstance(tree, list):
        for each in tree:
            yield from nodes(each)
    elif isinstance(tree, dict):
        if "nodeType" in tree:
            yield tree
        for each in tree.values():
            yield from nodes(each)


def span(node: dict) -> tuple[int, int]:
    start, length, _ = node["src"].split(":")
    return int(start), int(length)


def text(source: bytes, node: dict) -> str:
    start, length = span(node)
    return source[start : start + length].decode()
