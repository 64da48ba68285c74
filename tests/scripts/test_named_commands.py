"""Advice and pages name commands that there are."""

from __future__ import annotations

import importlib
import re

import click
import pytest

from tests.support import ROOT

FILES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
FILES += sorted([*(ROOT / "workpact").rglob("*.py"), *(ROOT / "scripts").glob("*.py")])
NOUNS = ("agreement", "sla", "equity", "payroll", "room", "market", "audit")
NAMED = re.compile(rf"ape run ({'|'.join(NOUNS)}) ([a-z-]+)")


@pytest.fixture(scope="module")
def commands() -> dict[str, set[str]]:
    found = {}
    for noun in NOUNS:
        group = importlib.import_module(f"scripts.{noun}").cli
        assert isinstance(group, click.Group)
        found[noun] = set(group.commands)
    return found


def test_commands__that_are_named__exist(commands):
    named = [(path, *match.groups()) for path in FILES for match in NAMED.finditer(path.read_text())]
    assert len(named) > 50
    assert [(str(path), noun, name) for path, noun, name in named if name not in commands[noun]] == []
