"""Writes the table of threats in SECURITY.md, from toolchain/threats.yaml and the marks that tests carry (SPEC 17.1).

Static: tests are read, not run. A mark counts on a test that some tier collects, and names a threat of the list.
"""

import ast
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
START, END = "<!-- threats: written by `make threats` -->\n", "<!-- end of threats -->\n"
FUNCTION = re.compile(r"^\s*function (\w+)\(", re.MULTILINE)
CONTRACT = re.compile(r"^(abstract )?contract \w+", re.MULTILINE)
TAG = "/// @custom:threat "


class Mark(NamedTuple):
    """A test that says which threat it shows to be met."""

    threat: str
    path: str
    test: str


def threats() -> dict[str, list[dict[str, str]]]:
    """The list, by area."""
    areas = YAML(typ="safe").load(ROOT / "toolchain" / "threats.yaml")
    return {each["area"]: each["threats"] for each in areas}


def marks() -> Iterator[Mark]:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        yield from python_marks(path)
    for path in sorted((ROOT / "tests").rglob("*.sol")):
        yield from solidity_marks(path)


def python_marks(path: Path) -> Iterator[Mark]:
    text = path.read_text()
    if "mark.threat(" not in text:
        return
    tree = ast.parse(text)
    tests = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    whole = [each.value for each in tree.body if isinstance(each, ast.Assign) and named(each.targets[0], "pytestmark")]
    found = [(test, each) for test in tests for each in test.decorator_list]
    found += [(test, each) for test in tests for each in whole if test.name.startswith("test")]
    for test, mark in found:
        for call in ast.walk(mark):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.threat":
                yield from (Mark(ast.literal_eval(each), str(path.relative_to(ROOT)), test.name) for each in call.args)


def named(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def solidity_marks(path: Path) -> Iterator[Mark]:
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        if not line.strip().startswith(TAG):
            continue
        following = next(each for each in lines[number:] if not each.strip().startswith("//"))
        function = FUNCTION.match(following)
        for threat in line.strip().removeprefix(TAG).split():
            yield Mark(threat, str(path.relative_to(ROOT)), function[1] if function else following.strip())


def is_collected(mark: Mark) -> bool:
    """Whether pytest, forge or halmos finds the test where it stands."""
    path = Path(mark.path)
    if path.suffix == ".py":
        return path.name.startswith("test_") and mark.test.startswith("test_")
    starts = "check_" if path.parts[1] == "symbolic" else ("test", "invariant")
    # forge runs the tests of contracts that are not abstract
    contracts = [each[1] for each in CONTRACT.finditer((ROOT / path).read_text())]
    return path.name.endswith(".t.sol") and mark.test.startswith(starts) and None in contracts


def faults(found: list[Mark]) -> list[str]:
    """What is wrong with the list and the marks, in words."""
    known = [threat["id"] for area in threats().values() for threat in area]
    shown = {mark.threat for mark in found}
    numbers = [f"T{number}" for number in range(1, len(known) + 1)]
    return [
        *([] if sorted(known) == sorted(numbers) else ["the threats are not T1, T2, … each once"]),
        *(f"{threat}: no test shows it" for threat in known if threat not in shown),
        *(f"{mark.path}::{mark.test}: no threat {mark.threat}" for mark in found if mark.threat not in known),
        *(f"{mark.path}::{mark.test}: no tier collects it" for mark in found if not is_collected(mark)),
    ]


def tables(found: list[Mark]) -> str:
    """Markdown: a table for each area."""
    text = ""
    for area, rows in threats().items():
        text += f"\n### {area}\n\n| | threat | what holds | shown by |\n|---|---|---|---|\n"
        for row in rows:
            links = (link(mark) for mark in dict.fromkeys(found) if mark.threat == row["id"])
            text += f"| {row['id']} | {row['threat']} | {row['holds']} | {'<br>'.join(links)} |\n"
    return text + "\n"


def link(mark: Mark) -> str:
    """File and test, without what their frameworks want in front."""
    file = Path(mark.path).name.split(".")[0].removeprefix("test_")
    return f"[`{file}::{mark.test.removeprefix('test_')}`]({mark.path})"


def written(text: str, found: list[Mark]) -> str:
    """SECURITY.md with the tables as they are now."""
    before, rest = text.split(START)
    return before + START + tables(found) + END + rest.split(END)[1]


def main() -> int:
    found = list(marks())
    wrong = faults(found)
    print("\n".join(wrong), file=sys.stderr)
    page = ROOT / "SECURITY.md"
    page.write_text(written(page.read_text(), found))
    if rows := os.environ.get("PROVE_ROWS"):
        effort = f"{sum(map(len, threats().values()))} threats, {len({mark[1:] for mark in found})} tests"
        result = "each" if not wrong else f"{len(wrong)} faults"
        row = {"property": "threats of SECURITY.md are shown by tests", "effort": effort, "result": result}
        Path(rows).write_text(json.dumps(row) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
