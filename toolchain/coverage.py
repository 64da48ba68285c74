"""Every line and function of contracts/, mocks apart, is run by a forge test, or the proof fails and names it.

Each area's tests run in a copy with what they import and deploy, counted there: of all at once the compiler fails to
write its answer. Branches are not counted: forge takes those of `require(condition, Error())` for never taken.
What no test would miss, the mutation score says.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from mutant_tests import imports
from mutate import CODE

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".toolchain" / "coverage"
# The tests of tokens and the campaign over all contracts run nothing that these do not.
AREAS = ("agreement", "equity", "oracle", "payroll", "room", "talent")
INVARIANTS = "*Invariants.t.sol"
# One measures gas, the other takes the chain's id for what it was: neither holds of code compiled to be counted.
NOT_HERE = "test_a_caller_cannot_starve_the_oracle|test_on_a_chain_with_another_id"
FORGE = ["forge", "coverage", "--ir-minimum", "--report", "lcov", "--no-match-test", NOT_HERE]
RUNS = "16"
ARTIFACT = re.compile(r'"out/(\w+)\.sol/\w+\.json"')
# What the compiler's map has no place for: assembly, and what the optimiser folds into the lines around it. That they
# are run is seen by what is deleted there (mutation/).
ASSEMBLY = re.compile(r"^( *)assembly\b.*?^\1\}", re.MULTILINE | re.DOTALL)
FOLDED = {
    ("contracts/AgreementStorage.sol", "inLane = true;"),
    ("contracts/MilestoneEscrow.sol", "bool pulled = false;"),
    ("contracts/SLAReporters.sol", "return false;"),
}


def main() -> int:
    lines: Counter[tuple[str, int]] = Counter()
    functions: Counter[tuple[str, str]] = Counter()
    for number, area in enumerate(AREAS, 1):
        print(f"coverage: {area}, {number} of {len(AREAS)}", flush=True)
        prepare(area)
        environment = os.environ | {"FOUNDRY_PROFILE": "test", "FOUNDRY_FUZZ_RUNS": RUNS}
        done = subprocess.run(FORGE, cwd=COPY, env=environment)
        if done.returncode:
            return done.returncode
        for total, hits in zip((lines, functions), read((COPY / "lcov.info").read_text()), strict=True):
            total.update(hits)
    unmapped = {each for each, hits in lines.items() if not hits and is_unmapped(ROOT / each[0], *each)}
    missed = [f"{file}: nothing of it" for file in with_code() - {file for file, _ in lines}]
    missed += [f"{file}:{line}" for (file, line), hits in lines.items() if not hits and (file, line) not in unmapped]
    missed += [f"{file}: {name}" for (file, name), hits in functions.items() if not hits]
    return say(missed, len(lines), len(functions), len(unmapped))


def say(missed: list[str], lines: int, functions: int, unmapped: int) -> int:
    effort = f"{lines:,} lines, {functions} functions"
    for each in missed:
        print(f"never run: {each}")
    if rows := os.environ.get("PROVE_ROWS"):
        held = f"each is run; of {unmapped} lines, assembly or folded away, forge cannot tell: the mutation score does"
        result = f"{len(missed)} never run" if missed else held
        row = {"property": "lines and functions of contracts/ are run", "effort": effort, "result": result}
        Path(rows).write_text(json.dumps(row) + "\n")
    print(f"{effort}, {len(missed)} never run")
    return 1 if missed or not functions else 0


def prepare(area: str) -> None:
    """A copy of what the area's tests need, in which the contracts that they deploy are those that are counted."""
    shutil.rmtree(COPY, ignore_errors=True)
    tests = [path for path in (ROOT / "tests" / "forge" / area).glob("*.t.sol") if not path.match(INVARIANTS)]
    needed = set().union(*(imports(ROOT, str(path.relative_to(ROOT))) for path in tests))
    names = {name for file in needed for name in ARTIFACT.findall((ROOT / file).read_text())}
    deployed = [path for path in (ROOT / "contracts").rglob("*.sol") if path.stem in names]
    needed |= set().union(*(imports(ROOT, str(path.relative_to(ROOT))) for path in deployed))
    for file in needed:
        (COPY / file).parent.mkdir(parents=True, exist_ok=True)
        (COPY / file).write_text(ARTIFACT.sub(r'"\1.sol:\1"', (ROOT / file).read_text()))
    (COPY / "node_modules").symlink_to(ROOT / "node_modules")
    (COPY / ".toolchain").mkdir()
    (COPY / ".toolchain" / "solcx").symlink_to(ROOT / ".toolchain" / "solcx")
    settings, tests_alone = (ROOT / "foundry.toml").read_text(), 'src = "tests/forge"'
    assert tests_alone in settings
    (COPY / "foundry.toml").write_text(settings.replace(tests_alone, 'src = "contracts"'))


def with_code() -> set[str]:
    """The files of contracts/ that have something to run, mocks apart."""
    files = {path: path.relative_to(ROOT).as_posix() for path in (ROOT / "contracts").rglob("*.sol")}
    return {file for path, file in files.items() if CODE.search(path.read_text()) and "/mocks/" not in file}


def is_unmapped(path: Path, file: str, line: int) -> bool:
    text = path.read_text()
    start = sum(len(each) for each in text.splitlines(keepends=True)[: line - 1])
    inside = any(block.start() < start < block.end() for block in ASSEMBLY.finditer(text))
    return inside or (file, text.splitlines()[line - 1].strip()) in FOLDED


def read(lcov: str) -> tuple[dict[tuple[str, int], int], dict[tuple[str, str], int]]:
    """Hits by file and line, and by file and function, of the contracts that count."""
    lines: dict[tuple[str, int], int] = {}
    functions: dict[tuple[str, str], int] = {}
    file = ""
    for entry in lcov.splitlines():
        kind, _, value = entry.partition(":")
        if kind == "SF":
            file = value
        if not file.startswith("contracts/") or file.startswith("contracts/mocks/"):
            continue
        if kind == "DA":
            line, hits = value.split(",")[:2]
            lines[file, int(line)] = int(hits)
        if kind == "FNDA":
            hits, name = value.split(",")
            functions[file, name] = int(hits)
    return lines, functions


if __name__ == "__main__":
    sys.exit(main())
