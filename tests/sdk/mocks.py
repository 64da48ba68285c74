"""Mocks that share a file, compiled by forge."""

from __future__ import annotations

import json
import subprocess

from ape.contracts import ContractContainer
from ethpm_types import ContractType

from tests.support import OUT, ROOT


def mock_container(file: str, name: str) -> ContractContainer:
    """The contract `name` of contracts/mocks/<file>.sol."""
    source = f"contracts/mocks/{file}.sol"
    forge = subprocess.run(["forge", "build", source], cwd=ROOT, capture_output=True, text=True)
    assert forge.returncode == 0, forge.stderr + forge.stdout
    made = json.loads((OUT / f"{file}.sol" / f"{name}.json").read_text())
    bytecode = {"bytecode": made["bytecode"]["object"]}
    return ContractContainer(
        ContractType.model_validate({"contractName": name, "abi": made["abi"], "deploymentBytecode": bytecode})
    )
