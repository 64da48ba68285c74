"""The browser's proof in Node, on answers in which one thing is changed anywhere: none may be taken for whole."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from tests.support import ROOT

SCRIPTS = ROOT / "workpact/web/browser/proof"
ENTRY = """
import { createInterface } from "node:readline";
import { Finding, readGiven } from "%(scripts)s/given";
import { prove } from "%(scripts)s/record";

for await (const line of createInterface({ input: process.stdin })) {
  try {
    await prove(readGiven(JSON.parse(line)), () => {});
    console.log("whole");
  } catch (error) {
    console.log(error instanceof Finding ? error.title : `BROKE OFF: ${error.stack}`.replaceAll("\\n", " "));
  }
}
"""


def titles(folder: Path, answers: list[Any]) -> list[str]:
    """What the proof finds of each answer; "whole" where it finds nothing."""
    entry, made = folder / "entry.ts", folder / "proof.mjs"
    entry.write_text(ENTRY % {"scripts": SCRIPTS})
    bundler = [ROOT / ".venv/bin/node", ROOT / "node_modules/esbuild/bin/esbuild", entry]
    options = ["--bundle", "--format=esm", "--platform=node", "--log-level=error", f"--outfile={made}"]
    subprocess.run([*bundler, *options], check=True, cwd=ROOT)
    lines = "".join(json.dumps(each) + "\n" for each in answers)
    run = subprocess.run([bundler[0], made], input=lines, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def spoiled(value: Any, random: Random) -> tuple[str, Any]:
    """A copy with one change, and where: a leaf edited, or a list's part left out, doubled or swapped."""
    made = copy.deepcopy(value)
    where, (holder, name) = random.choice(list(_places(made)))
    part = holder[name]
    if isinstance(part, list) and part:
        at = random.randrange(len(part))
        other = random.randrange(len(part))
        act = random.choice(["left out", "doubled", "swapped"])
        # Which book comes first says nothing.
        if act == "swapped" and part[at] != part[other] and where != "/books":
            part[at], part[other] = part[other], part[at]
            return f"{where}: {at} and {other} swapped", made
        if act == "doubled":
            part.insert(other, copy.deepcopy(part[at]))
        else:
            part.pop(at)
        return f"{where}: {at} {act}", made
    holder[name] = _another(part, random)
    return f"{where}: {part} as {holder[name]}", made


def _places(value: Any, where: str = "") -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Every leaf and every list, as what holds it and its name there."""
    for name in value if isinstance(value, dict) else range(len(value)):
        part, place = value[name], f"{where}/{name}"
        # Nodes are found by their hashes: in another order, or doubled, they are the same.
        if not isinstance(part, dict) and not (place == "/nodes" or part == []):
            yield place, (value, name)
        if isinstance(part, (dict, list)):
            yield from _places(part, place)


def _another(part: Any, random: Random) -> Any:
    if isinstance(part, int):
        return part + random.choice([-1, 1, 2**32])
    if part is None or not part:
        return "0x" + "12" * 20
    at = random.randrange(2 if part.startswith("0x") and len(part) > 2 else 0, len(part))
    letters = "0123456789abcdef" if part.startswith("0x") else "0123456789abcdefghijklmnopqrstuvwxyz"
    other = random.choice([each for each in letters if each != part[at].lower()])
    return part[:at] + other + part[at + 1 :]
