"""Advice and pages name commands that there are."""

from __future__ import annotations

import importlib
import re
import shlex
from itertools import pairwise

import click
import pytest

from tests.support import ROOT

FILES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
FILES += sorted([*(ROOT / "workpact").rglob("*.py"), *(ROOT / "scripts").glob("*.py")])
NOUNS = ("agreement", "sla", "equity", "payroll", "room", "market", "audit")
SPAN = re.compile(r"`ape run ([^`]+)`")
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


def options(words: list[str]) -> list[str]:
    """What is wrong with a command line, from its noun on: commands, options, and too few arguments."""
    command = importlib.import_module(f"scripts.{words.pop(0)}").cli
    while isinstance(command, click.Group):
        if not words or words[0] not in command.commands:
            return [f"no command {words[:1]}"]
        command = command.commands[words.pop(0)]
    known = {name: each for each in command.params if isinstance(each, click.Option) for name in each.opts}
    wrong = [word for word in words if word.startswith("--") and word not in known]
    values = [word for before, word in pairwise(["", *words]) if not word.startswith("--") and not takes(known, before)]
    needed = [each for each in command.params if isinstance(each, click.Argument) and each.required]
    return wrong + [each.human_readable_name for each in needed[len(values) :]]


def takes(known: dict[str, click.Option], word: str) -> bool:
    return word in known and not known[word].is_flag


def test_commands__of_the_runbook__have_these_options_and_arguments():
    spans = SPAN.findall((ROOT / "SECURITY.md").read_text())
    assert len(spans) > 30
    assert {span: wrong for span in spans if (wrong := options(shlex.split(span)))} == {}
    assert options(["agreement", "withdraw", "FILE", "--too"]) == ["--too"]
    assert options(["agreement", "payee", "FILE"]) == ["ADDRESS"]
    assert options(["agreement", "end", "FILE"]) == ["no command ['FILE']"]
