"""The deep proofs, part by part; a part that passed is skipped until something that it runs changes.

Parts are found, not listed: <name>-invariants-<seed> for every tests/forge/**/<Name>Invariants.t.sol, whose 10,000
runs are split over five seeds, fuzz-<folder> for the other tests of a folder there, every tests/prove/test_<name>.py.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".toolchain" / "prove"
SOLIDITY = ["contracts", "tests/forge", "foundry.toml", "package-lock.json"]
SOURCES = [
    *("contracts", "workpact", "scripts", "examples", "params", "tests"),
    *("ape-config.yaml", "foundry.toml", "package-lock.json", "pyproject.toml", "requirements.txt"),
]
INVARIANTS = "Invariants.t.sol"
SEEDS = range(1, 6)
RUNS = 10_000
DEEP = {
    "FOUNDRY_PROFILE": "test",
    "FOUNDRY_FUZZ_RUNS": str(RUNS),
    "FOUNDRY_INVARIANT_RUNS": str(RUNS // len(SEEDS)),
}


def main(chosen: list[str]) -> int:
    parts = find_parts()
    unknown = [name for name in chosen if name not in parts]
    if unknown:
        print(f"no part {', '.join(unknown)}; there are: {', '.join(parts)}", file=sys.stderr)
        return 2
    STAMPS.mkdir(parents=True, exist_ok=True)
    failed = [name for name in chosen or parts if not prove(name, parts[name])]
    print(f"prove: {len(failed)} failed: {', '.join(failed)}" if failed else "prove: all passed")
    return 1 if failed else 0


def find_parts() -> dict[str, list[str]]:
    forge = ["forge", "test"]
    parts = {
        f"{path.name.removesuffix(INVARIANTS).lower()}-invariants-{seed}": [
            *forge,
            "--match-path",
            str(path.relative_to(ROOT)),
            "--fuzz-seed",
            str(seed),
        ]
        for path in sorted((ROOT / "tests" / "forge").rglob(f"*{INVARIANTS}"))
        for seed in SEEDS
    }
    for folder in sorted({path.parent for path in (ROOT / "tests" / "forge").rglob("*.t.sol")}):
        tests = str(folder.relative_to(ROOT) / "*")
        parts[f"fuzz-{folder.name}"] = [*forge, "--match-path", tests, "--no-match-path", f"*{INVARIANTS}"]
    for path in sorted((ROOT / "tests" / "prove").glob("test_*.py")):
        parts[path.stem.removeprefix("test_")] = ["pytest", str(path.relative_to(ROOT))]
    return parts


def prove(name: str, command: list[str]) -> bool:
    is_forge = command[0] == "forge"
    stamp, key = STAMPS / name, sources_key(SOLIDITY if is_forge else SOURCES)
    if stamp.is_file() and stamp.read_text() == key:
        print(f"prove: {name} has passed with these sources", flush=True)
        return True
    print(f"prove: {name}: {' '.join(command)}", flush=True)
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=os.environ | DEEP if is_forge else None)
    passed = done.returncode == 0
    if passed:
        stamp.write_text(key)
    result = "passed" if passed else "FAILED"
    print(f"prove: {name} {result} after {time.monotonic() - start:.0f} s", flush=True)
    return passed


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
