"""Changes a contract in every way that slither and deletions of one statement offer, and says which no test sees.

    mutate.py Agreement             all mutants of one contract or library, into mutation/Agreement.json
    mutate.py Agreement deletion    those of one operator
    mutate.py sample                300 over the contracts that move money, into mutation/sample.json
    mutate.py sample-2              one of two parts of them, as `make prove` runs it
    mutate.py record                what stands in mutation/

What was run is kept under the hash of the sources, so that a run goes on where it stopped; survivors are tried again,
but for those with a reason at their very line in the parts of the sample, which count as survived at once.
A survivor without a reason in mutation/ fails the run, and so do a sample of which fewer than 95 % are killed, and a
contract whose deletions nobody has run with its present sources.
"""

import hashlib
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from math import sqrt
from pathlib import Path

from mutant_runs import Run
from mutant_tests import Compiler, deployed, imports
from mutants import DELETION, Mutant, deletions

ROOT = Path(__file__).resolve().parent.parent
MONEY = (
    *("Agreement", "MilestoneEscrow", "MilestoneReview", "AgreementStorage", "TermsLimits", "Packing"),
    *("SLAOracle", "SLABooks", "SLAReporters", "CreditMath"),
    "Payroll",
    *("WorkerEquity", "EquityPools", "WorkerRoster", "VestingMath"),
)
SAMPLE, PARTS, SEED = 300, 2, 8
LEAST = 0.95
# A function with a body: interfaces and structures have none.
CODE = re.compile(r"^ *(?:function|constructor|modifier)\b[^;{]*\{", re.MULTILINE)
RESULTS = ("killed", "survived", "equivalent", "not compiling")


def main(name: str, operator: str = "", root: Path = ROOT) -> int:
    if name == "record":
        return say_record(root)
    part = int(name.removeprefix("sample-")) if name.startswith("sample-") else None
    names = MONEY if name.startswith("sample") else (name,)
    files = [str(find(root, each).relative_to(root)) for each in names]
    compiler = Compiler(root)
    try:
        mutants = [each for file in files for each in mutants_of(root, compiler, file, operator)]
        # what a proof relies on is run again where tests have changed
        key = sources_hash(root, files, with_tests=part is not None)
        run = Run(root, compiler, state(root) / "runs" / f"{key[:16]}-{name}.jsonl", workers=1 if part else 2)
        told = state(root) / "parts" / key if part else None
        if told:
            # the other part, should it end first, must not add what this one told before
            (told / name).unlink(missing_ok=True)
        if name.startswith("sample"):
            mutants = draw(mutants, part, run)
        known = known_survivors(root)
        answered = [each for each in mutants if part is not None and survivor(root, each, known) in known]
        results = run.results([each for each in mutants if each not in answered])
    finally:
        compiler.close()
    results |= dict.fromkeys(answered, "survived")
    survivors = [survivor(root, each, known) for each in mutants if results[each] == "survived"]
    if part is None:
        report = {"sources": sources_hash(root, files), "operators": by_operator(results), "survivors": survivors}
        (root / "mutation").mkdir(exist_ok=True)
        (root / "mutation" / f"{name}.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return say(name, Counter(results.values()), survivors, told)


def known_survivors(root: Path) -> list[dict]:
    """Those with a reason."""
    reports = [json.loads(path.read_text()) for path in sorted((root / "mutation").glob("*.json"))]
    return [each for report in reports for each in report["survivors"] if each["reason"]]


def find(root: Path, name: str) -> Path:
    found = [path for path in (root / "contracts").rglob(f"{name}.sol") if "mocks" not in path.parts]
    if len(found) != 1:
        raise SystemExit(f"no contract {name} in contracts/")
    return found[0]


def state(root: Path) -> Path:
    return root / ".toolchain" / "mutants"


def sources_hash(root: Path, files: list[str], with_tests: bool = False) -> str:
    """Of the contracts that have these files in them."""
    homes = {home for file in files for home in deployed(root, file)}
    read = set().union(*(imports(root, f"contracts/{home}.sol") for home in homes))
    if with_tests:
        read |= {str(path.relative_to(root)) for path in (root / "tests" / "forge").rglob("*.sol")}
    digest = hashlib.sha256()
    for file in sorted(read):
        digest.update(f"{file}\0".encode() + (root / file).read_bytes() + b"\0")
    return digest.hexdigest()


def mutants_of(root: Path, compiler: Compiler, file: str, operator: str) -> list[Mutant]:
    source = (root / file).read_bytes()
    found = [] if operator not in ("", DELETION) else list(deletions(file, source, compiler.ast(file)))
    if operator != DELETION:
        found += [each for each in by_slither(root, file) if operator in ("", each.operator)]
    # of the same text, the first
    distinct = {each.apply(source): each for each in reversed(found)}
    distinct.pop(source, None)
    return sorted(distinct.values())


def by_slither(root: Path, file: str) -> list[Mutant]:
    home = deployed(root, file)[0]
    kept = state(root) / "slither" / f"{sources_hash(root, [file])}.json"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        command = [
            ROOT / ".toolchain/analysis/bin/python",
            ROOT / "toolchain/slither_mutants.py",
            f"contracts/{home}.sol",
        ]
        kept.write_text(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return [Mutant(file, start, end, new, name) for name, start, end, new in json.loads(kept.read_text()).get(file, [])]


def draw(mutants: list[Mutant], part: int | None, run: Run) -> list[Mutant]:
    """The first that compile of each part's share, in an order that the seed makes."""
    random.Random(SEED).shuffle(mutants)
    chosen = []
    for number in range(1, PARTS + 1) if part is None else [part]:
        chosen += run.compiling(mutants[number - 1 :: PARTS], SAMPLE // PARTS)
    return chosen


def survivor(root: Path, mutant: Mutant, known: list[dict]) -> dict:
    source = (root / mutant.file).read_bytes()
    made = {
        "file": mutant.file,
        "line": source[: mutant.start].count(b"\n") + 1,
        "old": source[mutant.start : mutant.end].decode(),
        "new": mutant.new,
        "operator": mutant.operator,
    }
    # the same change at the same line; else, where lines have moved, the only one of its kind
    same = [each for each in known if all(each[part] == made[part] for part in ("file", "old", "new"))]
    exact = [each for each in same if each["line"] == made["line"]]
    reasons = {each["reason"] for each in exact or same}
    return made | {"reason": reasons.pop() if len(reasons) == 1 else ""}


def by_operator(results: dict[Mutant, str]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for mutant, result in results.items():
        counts.setdefault(mutant.operator, dict.fromkeys(RESULTS, 0))[result] += 1
    return dict(sorted(counts.items()))


def wilson(killed: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z, share = 1.96, killed / of
    middle = share + z * z / (2 * of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def say(name: str, counts: Counter, survivors: list[dict], parts: Path | None) -> int:
    unanswered = [each for each in survivors if not each["reason"]]
    for each in unanswered:
        print(f"{each['file']}:{each['line']}: {each['operator']}: {each['old']!r} -> {each['new']!r}: no test sees it")
    print(f"{name}: {score(counts)}; {counts['equivalent']} equivalent, {counts['not compiling']} do not compile")
    whole = counts if name == "sample" else None
    if parts:
        parts.mkdir(parents=True, exist_ok=True)
        (parts / name).write_text(json.dumps(counts))
        told = [json.loads(path.read_text()) for path in sorted(parts.iterdir())]
        row(f"{name} of {PARTS}, seed {SEED}", score(counts))
        if len(told) == PARTS:
            whole = sum(map(Counter, told), Counter())
            row(f"{SAMPLE} mutants, seed {SEED}", score(whole))
    return 1 if unanswered or (whole is not None and not enough(whole)) else 0


def enough(counts: Counter) -> bool:
    return counts["killed"] >= LEAST * (counts["killed"] + counts["survived"])


def score(counts: Counter) -> str:
    of = counts["killed"] + counts["survived"]
    if not of:
        return "nothing to kill"
    least, most = wilson(counts["killed"], of)
    share = counts["killed"] / of
    interval = f"95 % interval {100 * least:.1f} to {100 * most:.1f} %"
    return f"{counts['killed']} of {of} killed, {100 * share:.1f} % ({interval})"


def say_record(root: Path) -> int:
    """What stands in mutation/ of the deletions, and for which contracts it is missing or of earlier sources."""
    counts: Counter = Counter()
    missing, moved = [], []
    for source in sorted((root / "contracts").rglob("*.sol")):
        if "mocks" in source.parts or not CODE.search(source.read_text()):
            continue
        path = root / "mutation" / f"{source.stem}.json"
        report = json.loads(path.read_text()) if path.is_file() else {"operators": {}}
        if DELETION not in report["operators"]:
            missing.append(source.stem)
        elif report["sources"] != sources_hash(root, [str(source.relative_to(root))]):
            moved.append(source.stem)
        counts += Counter(report["operators"].get(DELETION, {}))
    result = score(counts)
    for names, said in ((missing, "not run"), (moved, "of earlier sources")):
        result += f"; {said}: {', '.join(names)}" if names else ""
    row("each statement deleted alone, as recorded in mutation/", result)
    print(f"deletions: {result}")
    return 1 if missing or moved or not enough(counts) else 0


def row(effort: str, result: str) -> None:
    if rows := os.environ.get("PROVE_ROWS"):
        with Path(rows).open("a") as lines:
            lines.write(json.dumps({"property": "mutation score", "effort": effort, "result": result}) + "\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
