"""The contracts by name: interface, bytecode, and an instance at an address.

What a contract is comes from `abi/<Name>.json` inside the package, so the SDK works without the sources. `make abi`
writes these files from a full compile; a test says that they equal it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from workpact import WorkpactError

if TYPE_CHECKING:
    from ape.contracts import ContractInstance
    from ethpm_types import ContractType

FOLDER = Path(__file__).parent / "abi"
TOKEN = "Token"
"""The interface of an ordinary ERC-20 with EIP-2612 permit."""


class UnknownContract(WorkpactError):
    """No contract of this name is part of the package."""


class Artefact(BaseModel):
    """One compiled contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    abi: list[dict[str, Any]]
    bytecode: str = ""
    """Init code without constructor arguments, in hexadecimal; empty for what is never deployed by itself."""
    compiler: dict[str, Any]
    """Compiler version and the settings that change bytecode."""
    errors: dict[str, str]
    """Meaning of each error by its selector, from the interface's NatSpec."""
    sources: dict[str, str]
    """keccak-256 of each source file that went into it, by path."""


@cache
def names() -> tuple[str, ...]:
    """All contracts the package knows, by name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def artefact(name: str) -> Artefact:
    """The compiled contract; `UnknownContract` if there is none of this name."""
    if name not in names():
        known = ", ".join(names()) or "none, run make abi"
        raise UnknownContract(f"There is no contract {name!r} here. Known: {known}.")
    return Artefact.model_validate(json.loads((FOLDER / f"{name}.json").read_text()))


@cache
def contract_type(name: str) -> ContractType:
    """The contract as Ape understands it."""
    from ethpm_types import ContractType

    made = artefact(name)
    return ContractType.model_validate(
        {"contractName": name, "abi": made.abi, "deploymentBytecode": {"bytecode": made.bytecode or "0x"}}
    )


def at(name: str, address: str) -> ContractInstance:
    """The contract `name` at `address` on the connected chain; nothing is asked of the chain, see `deployments`."""
    from ape import chain

    return chain.contracts.instance_at(
        address,
        contract_type=contract_type(name),
        fetch_from_explorer=False,
        fetch_from_disk=False,
        detect_proxy=False,
        replace=True,
    )


def token(address: str) -> ContractInstance:
    """The ERC-20 at `address`."""
    return at(TOKEN, address)
