"""Every line and function of contracts/, mocks apart, is run by a forge test, or the proof fails and names it.

The tests deploy what lies in `out`, so they run in a copy whose `out` is the counted build. Branches are not counted:
forge takes those of `require(condition, Error())` for never taken. What no test would miss, the mutation score says.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".toolchain" / "coverage"
FORGE = ["forge", "coverage", "--ir-minimum", "--report", "lcov", "--no-match-path", "*Invariants.t.sol"]
RUNS = "16"


def main() -> int:
    prepare()
    environment = os.environ | {"FOUNDRY_PROFILE": "test", "FOUNDRY_FUZZ_RUNS": RUNS}
    done = subprocess.run(FORGE, cwd=COPY, env=environment)
    if done.returncode:
        return done.returncode
    lines, functions = read((COPY / "lcov.info").read_text())
    missed = [f"{file}:{line}" for (file, line), hits in lines.items() if not hits]
    missed += [f"{file}: {name}" for (file, name), hits in functions.items() if not hits]
    for each in missed:
        print(f"never run: {each}")
    said = f"{len(lines):,} lines, {len(functions)} functions"
    if rows := os.environ.get("PROVE_ROWS"):
        result = f"{len(missed)} never run" if missed else "each is run"
        row = {"property": "lines and functions of contracts/ are run", "effort": said, "result": result}
        Path(rows).write_text(json.dumps(row) + "\n")
    print(f"{said}, {len(missed)} never run")
    return 1 if missed or not lines or not functions else 0


def prepare() -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    for folder in ("contracts", "tests/forge"):
        shutil.copytree(ROOT / folder, COPY / folder)
    (COPY / "node_modules").symlink_to(ROOT / "node_modules")
    (COPY / ".toolchain").mkdir()
    (COPY / ".toolchain" / "solcx").symlink_to(ROOT / ".toolchain" / "solcx")
    settings = (ROOT / "foundry.toml").read_text()
    for tests, whole in (('src = "tests/forge"', 'src = "contracts"'), ('out = "out/test"', 'out = "out"')):
        assert tests in settings, tests
        settings = settings.replace(tests, whole)
    (COPY / "foundry.toml").write_text(settings)


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
