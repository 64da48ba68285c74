"""Compiles the contracts, writes `abi/*.json` and `release/*.json` from forge's output: `python -m …artefacts`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from workpact import WorkpactError
from workpact.chain import contracts, release
from workpact.chain.contracts import TOKEN, Artefact
from workpact.chain.release import Release

SHIPPED = {
    "Agreement": "Agreement.sol/Agreement.json",
    "SLAOracle": "SLAOracle.sol/SLAOracle.json",
    "WorkerEquity": "WorkerEquity.sol/WorkerEquity.json",
    "Payroll": "Payroll.sol/Payroll.json",
    "DataRoom": "DataRoom.sol/DataRoom.json",
    "TalentRegistry": "TalentRegistry.sol/TalentRegistry.json",
    "WorkerToken": "WorkerToken.sol/WorkerToken.json",
    "WorkerTokenFactory": "WorkerTokenFactory.sol/WorkerTokenFactory.json",
    "TokenMock": "TokenMock.sol/TokenMock.json",
    "BlockingTokenMock": "BlockingTokenMock.sol/BlockingTokenMock.json",
    TOKEN: "ERC20Permit.sol/ERC20Permit.json",
}
RELEASED = tuple(name for name in SHIPPED if name != TOKEN and not name.endswith("Mock"))
SETTINGS = ("evmVersion", "viaIR", "optimizer", "remappings")


class NotCompiled(WorkpactError):
    """The compiler's output lacks a contract that the package ships."""


def read(out: Path, name: str) -> Artefact:
    """The contract from forge's output folder; `NotCompiled` if it is not there."""
    compiled = compiler_output(out, name)
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


def read_release(out: Path, name: str) -> Release:
    """What the contract's code is on any chain, from forge's output folder."""
    compiled = compiler_output(out, name)
    # In the order of the numbers of their declarations, which rise with the sources' names and lines.
    references = compiled["deployedBytecode"].get("immutableReferences", {})
    return Release(
        name=name,
        runtime=compiled["deployedBytecode"]["object"],
        immutables=[
            [place["start"] for place in places]
            for places in (references[each] for each in sorted(references, key=int))
        ],
        metadata=compiled["rawMetadata"],
    )


def compiler_output(out: Path, name: str) -> dict[str, Any]:
    """Forge's own file of a contract; `NotCompiled` if it is not there."""
    path = out / SHIPPED[name]
    if not path.is_file():
        raise NotCompiled(f"{path} is missing: run `forge build` first.")
    compiled: dict[str, Any] = json.loads(path.read_text())
    return compiled


def text(artefact: Artefact) -> str:
    """The file of an artefact: one line for each entry of the interface, so that a diff shows what changed."""
    content = artefact.model_dump()
    content["abi"] = "ABI"
    entries = ",\n  ".join(json.dumps(entry) for entry in artefact.abi)
    return json.dumps(content, indent=1, sort_keys=True).replace('"ABI"', f"[\n  {entries}\n ]", 1) + "\n"


def write(out: Path) -> list[str]:
    """Brings the package's files to the compiler's output; returns those that changed."""
    files = {contracts.FOLDER / f"{name}.json": text(read(out, name)) for name in SHIPPED}
    for name in RELEASED:
        files[release.FOLDER / f"{name}.json"] = release_text(read_release(out, name))
    changed = []
    for path, content in files.items():
        path.parent.mkdir(exist_ok=True)
        if not path.is_file() or path.read_text() != content:
            path.write_text(content)
            changed.append(f"{path.parent.name}/{path.name}")
    return changed


def release_text(made: Release) -> str:
    """The file of a contract as released."""
    return json.dumps(made.model_dump(), indent=1, sort_keys=True) + "\n"


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
