"""The deep proofs, part by part, two at a time, and the safety case (SPEC.md 17) as one table at the end.

    prove.py                  the safety case
    prove.py features         the deep counts of single features: tests/prove/features, and campaigns of one contract
    prove.py all              both
    prove.py coverage keys    these parts

A part that passed is skipped until something that it runs changes. Parts are found, not listed:
<name>-invariants-<seed> for every tests/forge/**/<Name>Invariants.t.sol, whose 10,000 runs are split over five seeds,
fuzz-<folder> for the other tests of a folder there, every tests/prove/**/test_<name>.py, symbolic-<name>
for every tests/symbolic/<Name>.t.sol, and what reads sources.

A part says what it showed by lines in the file that PROVE_ROWS names, each {"property", "effort", "result"}; a campaign
that checks invariants by number has a line for each; any other that says nothing stands in the table with its title.
"""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".toolchain" / "prove"
SOLIDITY = ["contracts", "tests/forge", "foundry.toml", "package-lock.json"]
SOURCES = [
    *("contracts", "workpact", "scripts", "examples", "params", "tests"),
    *("ape-config.yaml", "foundry.toml", "package-lock.json", "pyproject.toml", "requirements.txt"),
]
INVARIANTS = "Invariants.t.sol"
# The folder of the campaign over all contracts; the others are of one contract each.
WHOLE = "whole"
FEATURES, ALL = "features", "all"
SEEDS = range(1, 6)
RUNS = 10_000
DEEP = {"FOUNDRY_PROFILE": "test", "FOUNDRY_FUZZ_RUNS": str(RUNS), "FOUNDRY_INVARIANT_RUNS": str(RUNS // len(SEEDS))}
AT_ONCE = 2
Row = dict[str, str]


@dataclass(frozen=True)
class Part:
    """One command; parts of one group share a line of the table."""

    name: str
    group: str
    title: str
    effort: str
    command: list[str]
    sources: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    tool: str = ""
    invariants: list[str] = field(default_factory=list)
    of_feature: bool = False


def main(chosen: list[str]) -> int:
    parts = {part.name: part for part in find_parts()}
    unknown = [name for name in chosen if name not in (*parts, FEATURES, ALL)]
    if unknown:
        print(f"no part {', '.join(unknown)}; there are: {', '.join(parts)}, {FEATURES}, {ALL}", file=sys.stderr)
        return 2
    STAMPS.mkdir(parents=True, exist_ok=True)
    wanted = [part for part in parts.values() if is_chosen(part, chosen)]
    # the longest first, so that none is left alone at the end
    wanted.sort(key=lambda part: -last_seconds(part))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        passed = dict(zip([part.name for part in wanted], pool.map(prove, wanted), strict=True))
    failed = [name for name, good in passed.items() if not good]
    shown = {False} | {part.of_feature for part in wanted}
    print(table([part for part in parts.values() if part.of_feature in shown], failed))
    print(f"prove: {len(failed)} failed: {', '.join(failed)}" if failed else "prove: all passed")
    return 1 if failed else 0


def is_chosen(part: Part, chosen: list[str]) -> bool:
    """Without any name the safety case is."""
    return part.name in chosen or ALL in chosen or (FEATURES in chosen if part.of_feature else not chosen)


def find_parts() -> list[Part]:
    return [*forge_parts(), *analysis_parts(), *mutation_parts(), *symbolic_parts(), *python_parts()]


def forge_parts() -> Iterator[Part]:
    forge, tests = ["forge", "test"], ROOT / "tests" / "forge"
    for path in sorted(tests.rglob(f"*{INVARIANTS}")):
        name = path.name.removesuffix(INVARIANTS).lower()
        invariants = invariants_of(path.parent)
        for seed in SEEDS:
            command = [*forge, "--match-path", str(path.relative_to(ROOT)), "--fuzz-seed", str(seed)]
            yield Part(
                f"{name}-invariants-{seed}",
                f"{name}-invariants",
                f"invariants of {path.parent.name}, SPEC 11",
                f"{RUNS:,} runs × 50 calls, {len(SEEDS)} seeds",
                command,
                SOLIDITY,
                DEEP,
                "forge",
                invariants,
                of_feature=path.parent.name != WHOLE,
            )
    for folder in sorted({path.parent for path in tests.rglob("*.t.sol")}):
        command = [*forge, "--match-path", str(folder.relative_to(ROOT) / "*"), "--no-match-path", f"*{INVARIANTS}"]
        name = f"fuzz-{folder.name}"
        yield Part(
            name, name, f"forge tests of {folder.name}", f"{RUNS:,} runs a fuzz test", command, SOLIDITY, DEEP, "forge"
        )


def invariants_of(folder: Path) -> list[str]:
    """Those of SPEC.md 11, in its words, whose numbers functions of the folder have: `_i12_balancesAreWhatIsHeld`."""
    numbers = {
        int(number) for path in folder.glob("*.sol") for number in re.findall(r"function _i(\d+)_", path.read_text())
    }
    table = re.findall(r"^\| \*\*I(\d+)\*\* \| (.+) \|$", (ROOT / "SPEC.md").read_text(), re.MULTILINE)
    return [f"I{number} {words}" for number, words in table if int(number) in numbers]


def analysis_parts() -> Iterator[Part]:
    title, sources = "threats of SECURITY.md", ["tests", "toolchain/threats.py", "toolchain/threats.yaml"]
    yield Part("threats", "threats", title, "", ["python", "toolchain/threats.py"], sources, tool="marks")
    compiled = ["contracts", "foundry.toml", "package-lock.json"]
    slither = [*compiled, "requirements-analysis.txt", "toolchain/findings.py", "toolchain/findings.yaml"]
    command = ["python", "toolchain/findings.py"]
    yield Part("slither", "slither", "slither's findings in contracts/", "", command, slither, tool="slither")
    title, command = "lines and functions of contracts/ are run", ["python", "toolchain/coverage.py"]
    yield Part("coverage", "coverage", title, "", command, [*SOLIDITY, "toolchain/coverage.py"], tool="forge coverage")


def mutation_parts() -> Iterator[Part]:
    modules = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "toolchain").glob("mut*"))
    sources = [*SOLIDITY, "requirements-analysis.txt", "mutation", "toolchain/slither_mutants.py", *modules]
    for name in ("sample-1", "sample-2", "record"):
        command = ["python", "toolchain/mutate.py", name]
        part = f"mutants-{name.removeprefix('sample-')}"
        yield Part(part, "mutants", "mutation score", "", command, sources, tool="slither, forge")


def symbolic_parts() -> Iterator[Part]:
    """One for each file of properties."""
    shared = ["contracts", "tests/symbolic", "tests/forge/agreement/Paper.sol", "foundry.toml", "package-lock.json"]
    sources = [*shared, "requirements-analysis.txt", "toolchain/symbolic.py", "toolchain/lemmas.py"]
    for path in sorted((ROOT / "tests" / "symbolic").glob("*.t.sol")):
        title = path.name.removesuffix(".t.sol")
        name, command = f"symbolic-{title.lower()}", ["python", "toolchain/symbolic.py", title]
        yield Part(name, name, f"symbolic properties of {title}, SPEC 17.4", "", command, sources, tool="halmos")


def python_parts() -> Iterator[Part]:
    for path in sorted((ROOT / "tests" / "prove").rglob("test_*.py")):
        name, of_feature = path.stem.removeprefix("test_"), path.parent.name == FEATURES
        title = (ast.get_docstring(ast.parse(path.read_text())) or name).split("\n\n")[0].replace("\n", " ")
        command = ["pytest", str(path.relative_to(ROOT))]
        yield Part(name, name, title.rstrip("."), "", command, SOURCES, tool="pytest", of_feature=of_feature)


def prove(part: Part) -> bool:
    key = sources_key(part.sources)
    if known(part).get("key") == key:
        print(f"prove: {part.name} has passed with these sources", flush=True)
        return True
    print(f"prove: {part.name}: {' '.join(part.command)}", flush=True)
    log, rows = STAMPS / f"{part.name}.log", STAMPS / f"{part.name}.rows"
    rows.unlink(missing_ok=True)
    start = time.monotonic()
    environment = os.environ | part.environment | {"PROVE_ROWS": str(rows)}
    with log.open("w") as output:
        done = subprocess.run(part.command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    seconds = round(time.monotonic() - start)
    said = [json.loads(line) for line in rows.read_text().splitlines()] if rows.is_file() else []
    stamp = {"key": key if done.returncode == 0 else None, "seconds": seconds, "rows": said}
    (STAMPS / part.name).write_text(json.dumps(stamp))
    if done.returncode == 0:
        print(f"prove: {part.name} passed after {seconds} s", flush=True)
        return True
    tail = "\n".join(log.read_text().splitlines()[-40:])
    print(f"{tail}\nprove: {part.name} FAILED after {seconds} s; all it said: {log}", flush=True)
    return False


def known(part: Part) -> dict:
    """What was kept of the part's last run."""
    stamp = STAMPS / part.name
    return json.loads(stamp.read_text()) if stamp.is_file() else {}


def last_seconds(part: Part) -> float:
    return known(part).get("seconds", float("inf"))


def table(parts: list[Part], failed: list[str]) -> str:
    """Markdown: property, tool, effort, result; also of parts that did not run now."""
    lines = ["| property | tool | effort | result |", "|---|---|---|---|"]
    for group in dict.fromkeys(part.group for part in parts):
        members = [part for part in parts if part.group == group]
        lines += [
            f"| {row['property']} | {members[0].tool} | {row['effort']} | {row['result']} |"
            for row in rows_of(members, failed)
        ]
    return "\n".join(lines)


def rows_of(members: list[Part], failed: list[str]) -> list[Row]:
    stale = [part for part in members if known(part).get("key") != sources_key(part.sources)]
    said = {(row["property"], row["effort"]): row for part in members for row in known(part).get("rows", [])}
    if said and not stale:
        return list(said.values())
    seconds = sum(known(part).get("seconds", 0) for part in members)
    broken = [part.name for part in members if part.name in failed]
    if members[0].invariants and not stale:
        return [{"property": words, "effort": members[0].effort, "result": "held"} for words in members[0].invariants]
    result = f"**FAILED** ({', '.join(broken)})" if broken else "not run with these sources" if stale else "passed"
    effort = members[0].effort + (", " if members[0].effort else "") + f"{seconds} s"
    return [{"property": members[0].title, "effort": effort, "result": result}]


def sources_key(sources: list[str]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        path = ROOT / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
