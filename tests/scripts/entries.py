"""Whatever of the project can send, found, not listed (SPEC 17.7)."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator

import click

from tests.support import ROOT

SENDS_NOTHING = {
    "agreement end split",
    "agreement sign",
    "audit books",
    "audit match",
    "equity rotate sign",
    "equity rotate sign-veto",
    "equity sign",
    "market bids",
    "payroll plan",
    "payroll sign-withdrawal",
    "sla sign",
}
"""Commands with an account that only signs or reads; a story in which one sends fails."""
ANEW = {"room rotate"}
"""Commands that do another thing each time they have ended; only what was broken off is the same again."""
AGENT = "sla watch"
PROCESSES = {"deploy", "relayer", AGENT, "bot"}
"""What is played in stories of its own."""


def script_of(path: str) -> str:
    """Whose stories a command is typed in."""
    return "processes" if path in PROCESSES else path.split()[0]


def path_of(arguments: Iterable[str]) -> str:
    """The command that is typed, without its arguments."""
    script, *rest = arguments
    command: click.Command = importlib.import_module(f"scripts.{script}").cli
    words = [script]
    for word in rest:
        if not isinstance(command, click.Group):
            break
        command = command.commands[word]
        words.append(word)
    return " ".join(words)


def takes(path: str, option: str) -> bool:
    """Whether a command has an option."""
    script, *words = path.partition(":")[0].split()
    command: click.Command = importlib.import_module(f"scripts.{script}").cli
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    return any(option in each.opts for each in command.params)


def with_account() -> Iterator[str]:
    """Every command of the project that takes an account."""

    def walk(command: click.Command, words: list[str]) -> Iterator[str]:
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                yield from walk(inner, [*words, name])
        elif any("--account" in option.opts for option in command.params):
            yield " ".join(words)

    for path in sorted((ROOT / "scripts").glob("[!_]*.py")):
        yield from walk(importlib.import_module(f"scripts.{path.stem}").cli, [path.stem])


def sending() -> set[str]:
    """Every command that takes an account, but those that only sign or read; and the bot, which is none."""
    return {path for path in with_account() if path not in SENDS_NOTHING} | {"bot"}


def by_acts(path: str, said: str) -> str:
    """The command, and what an agent has done, which differs from round to round."""
    if path != AGENT or not said:
        return path
    return f"{path}: {', '.join(each['act'] for each in json.loads(said)['sent'])}"


def is_hindered(said: str) -> bool:
    """Whether an agent says what kept it from its work; that it was to sign something else would be wrong."""
    health = json.loads(said) if said.startswith("{") else {}
    return bool(health.get("problems")) and not health.get("alarms")
