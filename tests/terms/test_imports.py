"""The package is pure Python: no chain, no network, no clock."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests.terms.example import ROOT

FOLDER = ROOT / "workpact" / "terms"
ALLOWED = {
    "eth_abi",
    "eth_utils",
    "fpdf",
    "jsonschema",
    "pydantic",
    "pydantic_core",
    "referencing",
    "ruamel",
    "workpact",
}


def imported() -> set[str]:
    found = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            found.update(names)
    return found


def test_imports__only_what_terms_may_know():
    names = imported()
    assert {"workpact.terms.fields", "pydantic"} <= names
    assert {name.split(".")[0] for name in names} <= ALLOWED | sys.stdlib_module_names
    # `workpact` itself is the base of all errors and imports nothing.
    assert all(name.startswith("workpact.terms") for name in names - {"workpact"} if name.startswith("workpact"))


def test_import__loads_no_chain():
    script = "import sys, workpact.terms; print(sorted({'ape', 'web3', 'requests', 'duckdb'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_no_clock_and_no_chance():
    source = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py"))
    assert "def day_start" in source
    for word in (".now(", ".utcnow(", ".today(", "time.time", "import random", "import secrets", "urandom", "float("):
        assert word not in source
