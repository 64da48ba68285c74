"""Imports point one way.

terms ← chain ← domain ← {measurement, records ← ocf} ← audit ← {agent, market} ← web ← scripts.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support import ROOT

LAYERS = [
    {"terms"},
    {"chain"},
    {"domain"},
    {"measurement", "records"},
    {"ocf"},
    {"audit"},
    {"agent", "market"},
    {"web"},
    {"scripts"},
]
FILES = sorted([*(ROOT / "workpact").rglob("*.py"), *(ROOT / "scripts").glob("*.py")])


def part(module: str) -> str | None:
    """The part of the project that a module belongs to; None for what is not ours, and for `workpact` itself."""
    first, *rest = module.split(".")
    if first == "scripts":
        return "scripts"
    if first != "workpact" or not rest:
        return None
    known = set().union(*LAYERS)
    return rest[0] if rest[0] in known else "domain"


def imported(file: Path) -> set[str]:
    """The parts that a file imports from, also inside functions and for types alone."""
    modules: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module in ("workpact", "scripts"):
            modules += [f"{node.module}.{name.name}" for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules.append(node.module or "")
        elif isinstance(node, ast.Import):
            modules += [name.name for name in node.names]
    found = {part(module) for module in modules if module != "workpact.WorkpactError"}
    return {name for name in found if name}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports__point_to_the_left_or_stay(file):
    own = part(".".join(file.relative_to(ROOT).with_suffix("").parts))
    if own is None:
        assert imported(file) == set()
        return
    (place,) = (number for number, layer in enumerate(LAYERS) if own in layer)
    allowed = set().union(*LAYERS[:place]) | {own}
    assert imported(file) <= allowed
