"""What slither finds in the contracts, each finding answered in findings.yaml; anything else fails.

An answer that no finding needs any more fails too: the list says what slither says today.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".toolchain" / "slither"
SLITHER = ROOT / ".toolchain" / "analysis" / "bin" / "slither"
ANSWERS = ROOT / "toolchain" / "findings.yaml"


def main() -> int:
    findings = find()
    answers = YAML(typ="safe").load(ANSWERS)
    open_, unused = compare(findings, answers)
    for finding in open_:
        print(f"not answered: {finding['check']} in {place(finding)}: {finding['description'].strip()}")
    for answer in unused:
        print(f"answers nothing: {answer}")
    if rows := os.environ.get("PROVE_ROWS"):
        result = "each answered" if not open_ else f"{len(open_)} not answered"
        row = {"property": "slither's findings in contracts/", "effort": f"{len(findings)} findings", "result": result}
        Path(rows).write_text(json.dumps(row) + "\n")
    print(f"{len(findings)} findings, {len(open_)} not answered, {len(unused)} answers without a finding")
    return 1 if open_ or unused or not findings else 0


def find() -> list[dict[str, Any]]:
    """Of the release's compile; interfaces come with it, mocks and libraries of others do not count."""
    out = ["--out", STATE / "out", "--cache-path", STATE / "cache"]
    forge = run("forge", "build", "--build-info", *out, "--skip", "contracts/mocks/*")
    if forge.returncode:
        sys.exit(forge.stdout + forge.stderr)
    report = STATE / "report.json"
    report.unlink(missing_ok=True)
    compiled = ["--ignore-compile", "--foundry-out-directory", (STATE / "out").relative_to(ROOT)]
    # What it exits with says how much it found.
    slither = run(SLITHER, ".", *compiled, "--filter-paths", "node_modules|mocks", "--json", report)
    if not report.is_file():
        sys.exit(slither.stdout + slither.stderr)
    said = json.loads(report.read_text())
    if not said["success"]:
        sys.exit(f"slither: {said['error']}")
    found: list[dict[str, Any]] = said["results"].get("detectors", [])
    return found


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)


def compare(findings: list[dict[str, Any]], answers: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The findings without an answer, and the answers without a finding."""
    whole: dict[str, str] = answers["detectors"]
    each = {(answer["check"], name) for answer in answers["findings"] for name in answer["in"]}
    given = {(finding["check"], place(finding)) for finding in findings}
    open_ = [one for one in findings if one["check"] not in whole and (one["check"], place(one)) not in each]
    unused = [name for name in whole if name not in {check for check, _ in given}]
    return open_, unused + [f"{check} in {name}" for check, name in sorted(each - given)]


def place(finding: dict[str, Any]) -> str:
    """The contract and function of the finding's first element."""
    element = finding["elements"][0]
    names = [element["name"]] if element["type"] in ("contract", "function") else []
    while parent := element.get("type_specific_fields", {}).get("parent"):
        element = parent
        if element["type"] in ("contract", "function"):
            names.insert(0, element["name"])
    return ".".join(names)


if __name__ == "__main__":
    sys.exit(main())
