"""The agreement's Markdown as blocks, which a browser builds from plain nodes: no text of people becomes HTML."""

from __future__ import annotations

import re

Run = tuple[str, str]
"""How a piece of text is set ("", "strong" or "code"), and the text."""
Block = tuple[str, list[list[Run]]] | tuple[str, str] | tuple[str, list[list[list[Run]]]]
"""A name and what is in it: lines of runs; of `pre` the text, of `table` rows of cells."""

_CODE = re.compile(r"(?<!\\)(`+) ?(.*?) ?(?<!`)\1(?!`)")


def blocks(markdown: str) -> list[Block]:
    """All blocks in order: h1, h2, p, ul, blockquote, table, pre."""
    found: list[Block] = []
    lines = markdown.splitlines()
    while lines:
        line = lines[0]
        if not line:
            lines = lines[1:]
        elif line.startswith("```"):
            end = lines.index(line, 1)
            found.append(("pre", "\n".join(lines[1:end])))
            lines = lines[end + 1 :]
        elif heading := re.fullmatch(r"(#{1,2}) (.*)", line):
            found.append((f"h{len(heading[1])}", [runs(heading[2])]))
            lines = lines[1:]
        else:
            mark = next((each for each in ("|", "- ", ">") if line.startswith(each)), "")
            taken = _taken(lines, mark)
            found.append(_block(mark, taken))
            lines = lines[len(taken) :]
    return found


def _taken(lines: list[str], mark: str) -> list[str]:
    """The lines of one block."""
    marks = ("|", "- ", ">", "#", "```")
    ends = (i for i, each in enumerate(lines) if not each or not (each.startswith(mark) if mark else True))
    count = next(ends, len(lines))
    if not mark:
        count = next((i for i, each in enumerate(lines[:count]) if i and each.startswith(marks)), count)
    return lines[:count]


def _block(mark: str, lines: list[str]) -> Block:
    if mark == "|":
        rows = [[runs(cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
        return "table", [rows[0], *rows[2:]]
    name = {"- ": "ul", ">": "blockquote", "": "p"}[mark]
    return name, [runs(line.removeprefix(mark).strip()) for line in lines]


def runs(text: str) -> list[Run]:
    """A line in pieces: **strong**, `code`, and what escapes stand for."""
    found: list[Run] = []
    at = 0
    for code in _CODE.finditer(text):
        found += _strong(text[at : code.start()])
        found.append(("code", code[2]))
        at = code.end()
    return found + _strong(text[at:])


def _strong(text: str) -> list[Run]:
    parts = re.split(r"(?<!\\)\*\*", text)
    named = (("strong" if number % 2 else "", re.sub(r"\\(.)", r"\1", part)) for number, part in enumerate(parts))
    return [(kind, part) for kind, part in named if part]
