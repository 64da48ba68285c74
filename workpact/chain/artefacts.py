"""Compiles the contracts and writes `abi/*.json` from forge's output: `python -m workpact.chain.artefacts`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from workpact import WorkpactError
from workpact.chain.contracts import FOLDER, TOKEN, Artefact

SHIPPED = {
    "Agreement": "Agreement.sol/Agreement.json",
    "SLAOracle": "SLAOracle.sol/SLAOracle.json",
    "WorkerEquity": "WorkerEquity.sol/WorkerEquity.json",
    "Payroll": "Payroll.sol/Payroll.json",
    "DataRoom": "DataRoom.sol/DataRoom.json",
    "TalentRegistry": "TalentRegistry.sol/TalentRegistry.json",
    "WorkerToken": "WorkerToken.sol/WorkerToken.json",
    "TokenMock": "TokenMock.sol/TokenMock.json",
    "BlockingTokenMock": "BlockingTokenMock.sol/BlockingTokenMock.json",
    TOKEN: "ERC20Permit.sol/ERC20Permit.json",
}
SETTINGS = ("evmVersion", "viaIR", "optimizer", "remappings")


class NotCompiled(WorkpactError):
    """The compiler's output lacks a contract that the package ships."""


def read(out: Path, name: str) -> Artefact:
    """The contract from forge's output folder; `NotCompiled` if it is not there."""
    path = out / SHIPPED[name]
    if not path.is_file():
        raise NotCompiled(f"{path} is missing: run `forge build` first.")
    compiled = json.loads(path.read_text())
    # forge's own reading of the metadata leaves out what errors mean.
    metadata = json.loads(compiled["rawMetadata"])
    settings = metadata["settings"]
    deployable = name != TOKEN
    return Artefact(
        name=name,
        abi=[entry for entry in compiled["abi"] if deployable or entry["type"] != "constructor"],
        bytecode=compiled["bytecode"]["object"] if deployable else "",
        compiler={"version": metadata["compiler"]["version"]} | {key: settings.get(key) for key in SETTINGS},
        errors=_meanings(metadata["output"]["userdoc"].get("errors", {})),
        sources={path: source["keccak256"] for path, source in sorted(metadata["sources"].items())},
    )


def text(artefact: Artefact) -> str:
    """The file of an artefact: one line for each entry of the interface, so that a diff shows what changed."""
    content = artefact.model_dump()
    content["abi"] = "ABI"
    entries = ",\n  ".join(json.dumps(entry) for entry in artefact.abi)
    return json.dumps(content, indent=1, sort_keys=True).replace('"ABI"', f"[\n  {entries}\n ]", 1) + "\n"


def write(out: Path, folder: Path = FOLDER) -> list[str]:
    """Brings the files in `folder` to the compiler's output; returns the names that changed."""
    folder.mkdir(exist_ok=True)
    changed = []
    for name in SHIPPED:
        path, content = folder / f"{name}.json", text(read(out, name))
        if not path.is_file() or path.read_text() != content:
            path.write_text(content)
            changed.append(name)
    return changed


def _meanings(documented: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    meanings = {}
    for selector, notices in documented.items():
        words = " ".join(notices[0].get("notice", "").split())
        words = re.sub(r"^Thrown (when|if) ", "", words)
        meanings[selector] = words[:1].upper() + words[1:]
    return meanings


def compile_all(root: Path) -> Path:
    """Compiles what is shipped, as far as it changed; returns forge's output folder."""
    files = {path.split("/")[0] for path in SHIPPED.values()}
    sources = [path for path in sorted((root / "contracts").rglob("*.sol")) if path.name in files]
    subprocess.run(["forge", "build", *sources], cwd=root, check=True, stdout=sys.stderr)
    return root / os.environ.get("FOUNDRY_OUT", "out")


if __name__ == "__main__":
    changed = write(compile_all(Path.cwd()))
    sys.stderr.write(f"abi: {', '.join(changed) or 'nothing'} changed\n")
