"""What several tests share and Ape has only in a weak form."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ape import networks
from ape.api import ReceiptAPI
from ape.contracts import ContractContainer
from ape.exceptions import ContractLogicError
from eth_utils.crypto import keccak
from ethpm_types import ContractType

from workpact.chain.errors import ContractError, revert_data

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / os.environ.get("FOUNDRY_OUT", "out")


@cache
def artefact(name: str, file: str | None = None) -> dict[str, Any]:
    """What forge makes of the contract of contracts/ with this name.

    `file` names the source, without its ending, where it holds several contracts.
    """
    (source,) = (ROOT / "contracts").rglob(f"{file or name}.sol")
    _build()
    made: dict[str, Any] = json.loads((OUT / source.name / f"{name}.json").read_text())
    return made


@cache
def _build() -> None:
    """Of what has not changed forge skips all."""
    forge = subprocess.run(["forge", "build"], cwd=ROOT, capture_output=True, text=True)
    assert forge.returncode == 0, forge.stderr + forge.stdout


def free_port() -> int:
    """One that nothing on this machine uses now, not even a connection that ended a minute ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def compile_contract(name: str, file: str | None = None) -> ContractContainer:
    """The same for Ape."""
    made = artefact(name, file)
    return ContractContainer(
        ContractType.model_validate(
            {
                "contractName": name,
                "abi": made["abi"],
                "deploymentBytecode": {"bytecode": made["bytecode"]["object"]},
                "runtimeBytecode": {"bytecode": made["deployedBytecode"]["object"]},
            }
        )
    )


@contextmanager
def reverts(error: Any, **arguments: Any) -> Iterator[None]:
    """The block reverts with exactly this error and exactly these arguments, all of them given.

    `error` is an error of a contract instance (`agreement.Agreement_NotLive`). Transactions and view calls alike, which
    `ape.reverts` does not: around a view it passes for every revert, and it ignores misspelt arguments. What the SDK
    makes of a revert counts as well. Addresses may be given as accounts or contracts.
    """
    with pytest.raises((ContractLogicError, ContractError)) as info:
        yield
    given = {name: getattr(value, "address", value) for name, value in arguments.items()}
    if isinstance(info.value, ContractError):
        assert (info.value.name, info.value.arguments) == (error.abi.name, given)
        return
    data = revert_data(info.value)
    assert data is not None, f"reverted without data: {info.value!r}"
    signature, selector = error.abi.signature, _selector(error.abi)
    assert data[:4] == selector, f"expected {signature}, reverted with {info.value!r} (data 0x{data.hex()})"
    assert networks.ethereum.decode_calldata(error.abi, data[4:]) == given


def events_of(receipt: ReceiptAPI) -> list[tuple[str, dict[str, Any]]]:
    """Every event of a transaction in order, with all its arguments; a log that nobody can decode is a failure."""
    events = [(event.event_name, dict(event.event_arguments)) for event in receipt.events]
    assert len(events) == len(receipt.logs), "a log of this transaction is of no known contract"
    return events


def _selector(abi: Any) -> bytes:
    return keccak(text=abi.selector)[:4]
