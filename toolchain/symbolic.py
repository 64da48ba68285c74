"""One file of symbolic properties, proved by halmos: `toolchain/symbolic.py Splits` for tests/symbolic/Splits.t.sol.

Halmos may exit with success without having proved anything: what it says is judged here. Every `check_` function of
the file must have been run to its end, on all its paths, and its property must stand in tests/symbolic/README.md. What
is in Canary.t.sol is false, and must be found to be; what the README says is not reached stands in its rows.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "symbolic"
TOOLS = ROOT / ".toolchain" / "analysis" / "bin"
CANARY = "Canary"
OUTCOMES = {1: "counterexample", 2: "the solver gave up", 3: "stuck", 4: "every path reverts", 5: "error in halmos"}
# halmos says these and passes all the same
INCOMPLETE = ("incomplete execution", "not been fully explored", "loop unrolling bound", "Skipped")


def main(name: str) -> int:
    functions = re.findall(r"function (check_\w+)", (FOLDER / f"{name}.t.sol").read_text())
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        said = run(name, answer)
        results = json.loads(answer.read_text())["test_results"] if answer.is_file() else {}
    print(said)
    failures = judge(name, functions, results, said)
    if name == CANARY:
        found = len(functions) > 0 and failures == [f"{function}: counterexample" for function in functions]
        failures = [] if found else ["what is false was not found to be", *failures]
    properties = numbered((FOLDER / "README.md").read_text())
    if name != CANARY:
        unlisted = sorted({number for function in functions for number in numbers(function)} - set(properties))
        failures += [f"{number} is not in tests/symbolic/README.md" for number in unlisted]
    for failure in failures:
        print(f"symbolic: {name}: {failure}")
    if not failures and "PROVE_ROWS" in os.environ:
        with Path(os.environ["PROVE_ROWS"]).open("a") as rows:
            said_so = rows_of(name, functions, results, properties)
            if name == CANARY:
                said_so += not_reached((FOLDER / "README.md").read_text())
            rows.writelines(json.dumps(row) + "\n" for row in said_so)
    return 1 if failures else 0


def run(name: str, answer: Path) -> str:
    """What halmos prints, both streams; what the solver is told is checked before."""
    solver = [str(TOOLS / "python"), str(ROOT / "toolchain" / "lemmas.py")]
    both = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    checked = subprocess.run([*solver, "--check"], **both)
    if checked.returncode != 0:
        return checked.stdout
    halmos = [TOOLS / "halmos", "--forge-build-out", "out/symbolic", "--match-contract", f"^{name}Properties$"]
    limits = ["--loop", "16", "--solver-timeout-assertion", "5m", "--solver-threads", "1"]
    said = ["--no-status", "--json-output", answer, "--solver-command", " ".join(solver)]
    path = os.pathsep.join([str(TOOLS), os.environ["PATH"]])
    environment = os.environ | {"FOUNDRY_PROFILE": "symbolic", "PATH": path, "HALMOS_ALLOW_DOWNLOAD": "false"}
    return subprocess.run([*halmos, *limits, *said], env=environment, **both).stdout


def judge(name: str, functions: list[str], results: dict[str, list[dict]], said: str) -> list[str]:
    """Why the file's properties are not proved; nothing if they are."""
    failures = [] if functions else ["no check_ function"]
    own = [f"tests/symbolic/{name}.t.sol:{name}Properties"]
    if list(results) != own:
        return [*failures, f"halmos ran {', '.join(results) or 'nothing'} instead of {own[0]}"]
    ran = {result["name"].split("(")[0]: result for result in results[own[0]]}
    for function in functions:
        if function not in ran:
            failures.append(f"{function}: not run")
        elif ran[function]["exitcode"] != 0:
            failures.append(f"{function}: {OUTCOMES.get(ran[function]['exitcode'], 'failed')}")
        elif ran[function]["num_bounded_loops"] != 0:
            failures.append(f"{function}: loops were cut")
    # wrapped at any word
    plain = " ".join(said.split())
    return failures + [f"halmos said: {words}" for words in INCOMPLETE if words in plain]


def numbered(readme: str) -> dict[str, tuple[str, str]]:
    """The sentence and the bounds of each property."""
    rows = re.findall(r"^\| (S\d+) \| (.+?) \| (.+?) \| (.+?) \|$", readme, re.MULTILINE)
    return {number: (sentence, bounds) for number, sentence, _, bounds in rows}


def not_reached(readme: str) -> list[dict[str, str]]:
    rows = re.findall(r"^\| – \| (.+?) \| .+? \| (.+?) \|$", readme, re.MULTILINE)
    return [{"property": sentence, "effort": reason, "result": "not reached"} for sentence, reason in rows]


def numbers(function: str) -> list[str]:
    return re.findall(r"_(S\d+)(?=_)", function)


def rows_of(
    name: str, functions: list[str], results: dict[str, list[dict]], properties: dict[str, tuple[str, str]]
) -> list[dict[str, str]]:
    """One for each property; of the canary that it was found."""
    [ran] = results.values()
    if name == CANARY:
        return [{"property": "a false property is found", "effort": f"{len(functions)} canaries", "result": "found"}]
    rows = []
    for number in dict.fromkeys(number for function in functions for number in numbers(function)):
        own = [result for result in ran if number in numbers(result["name"])]
        paths = sum(result["num_paths"][0] for result in own)
        sentence, bounds = properties[number]
        row = {"property": f"{number} {sentence}", "effort": f"{paths} paths; {bounds}", "result": "proved"}
        rows.append(row)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
