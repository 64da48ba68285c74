"""Writes docs/contract-layout.md: how large each contract is, and where it keeps what."""

import os
import re
from pathlib import Path
from typing import Any

from workpact.chain import artefacts

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "contract-layout.md"
LIMIT = 24_576 * 9 // 10
"""Nine tenths of what the chain allows (EIP-170)."""
INTRODUCTION = f"""# Size and storage of the contracts

Made by `make abi` from the compiler's output: a change of either shows in the diff. Contracts are not upgraded, so no \
layout has to be kept; what changes here changes gas, and what reads storage past the calls.

## Size

Bytes. The chain allows 24,576 of runtime code; ours end at {LIMIT:,}. Init code may have 49,152.

| contract | runtime | left | init |
|---|---:|---:|---:|
"""


def page(out: Path) -> str:
    """The whole page, from forge's output folder."""
    made = {name: artefacts.compiler_output(out, name) for name in artefacts.RELEASED}
    lines = []
    for name, each in made.items():
        runtime, init = (len(each[kind]["object"]) // 2 - 1 for kind in ("deployedBytecode", "bytecode"))
        lines.append(f"| {name} | {runtime:,} | {LIMIT - runtime:,} | {init:,} |")
    lines += ["", "## Storage", "", "Slot and first byte of each variable, and of each member of a struct in its own."]
    for name, each in made.items():
        layout = each["storageLayout"]
        lines += ["", f"### {name}", ""]
        lines += _table(layout["storage"], layout["types"] or {}) if layout["storage"] else ["Nothing."]
        structs = {kind["label"]: kind["members"] for kind in (layout["types"] or {}).values() if "members" in kind}
        for label in sorted(structs):
            lines += ["", f"`{label}`", "", *_table(structs[label], layout["types"])]
    return INTRODUCTION + "\n".join(lines) + "\n"


def _table(variables: list[dict[str, Any]], types: dict[str, Any]) -> list[str]:
    lines = ["| slot | byte | bytes | name | type |", "|---:|---:|---:|---|---|"]
    for each in variables:
        kind = types[each["type"]]
        label = re.sub(r"\s+", " ", kind["label"])
        lines.append(f"| {each['slot']} | {each['offset']} | {kind['numberOfBytes']} | `{each['label']}` | `{label}` |")
    return lines


if __name__ == "__main__":
    PAGE.write_text(page(ROOT / os.environ.get("FOUNDRY_OUT", "out")))
