"""What the tests of the toolchain share."""

import importlib.util
import json
import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def load(name: str) -> ModuleType:
    """A script of toolchain/ as a module of its own, so that a test can point it at another folder."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "toolchain" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain_shell(home: Path) -> dict[str, str]:
    """Nothing set but a home and PATH, with the project's own programs in front."""
    return {"HOME": str(home), "PATH": f"{ROOT}/.venv/bin:/usr/bin:/bin"}


def outer_shell(**extra: str) -> dict[str, str]:
    """This environment without what an outer make or pytest passes on to its children."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return {key: value for key, value in inherited.items() if not key.startswith("PYTEST_")} | extra


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)  # type: ignore[call-overload, no-any-return]


def is_main(source: str) -> bool:
    return source.startswith("contracts/") and not source.startswith("contracts/mocks/")


def built() -> dict[str, Any]:
    """What forge built of each contract of contracts/ but mocks, by its name."""
    found = {}
    for path in (ROOT / "out").glob("*.sol/*.json"):
        artifact = json.loads(path.read_text())
        if "metadata" not in artifact:
            continue
        ((source, name),) = artifact["metadata"]["settings"]["compilationTarget"].items()
        # What was renamed or removed stays in the folder.
        if is_main(source) and (ROOT / source).is_file() and artifact["bytecode"]["object"] != "0x":
            found[name] = artifact
    return found
