"""Where the contracts are: one committed file for each chain, `deployments/<chain-id>.json`.

`WORKPACT_DEPLOYMENTS` names another folder, for rehearsals and for those who keep their own set.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eth_utils.conversions import to_hex
from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, ValidationError

from workpact import WorkpactError
from workpact.chain import contracts

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

REPOSITORY = Path(__file__).resolve().parent.parent.parent


class NotDeployed(WorkpactError):
    """No deployment of the contract is recorded for the chain."""


class WrongChain(WorkpactError):
    """The record is of another chain than the one connected."""


class BadRecord(WorkpactError):
    """The file that should say where the contracts are says something else."""


class ContractMissing(WorkpactError):
    """The record names an address that has no code on this chain."""


class ContractDiffers(WorkpactError):
    """The code at the recorded address is not the one recorded."""


class Deployment(BaseModel):
    """One deployed contract. Hashes are keccak-256; `transaction`, `block` and `deployer` are None for code that was
    there already when it was recorded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    address: str
    arguments: dict[str, Any]
    salt: str
    init_code_hash: str
    runtime_code_hash: str
    compiler: dict[str, Any]
    transaction: str | None
    block: int | None
    deployer: str | None


def path(chain_id: int) -> Path:
    """The record of a chain."""
    folder = os.environ.get("WORKPACT_DEPLOYMENTS")
    return (Path(folder) if folder else REPOSITORY / "deployments") / f"{chain_id}.json"


class Record(BaseModel):
    """The file of a chain. `genesis`, the hash of its first block, tells it from others with the same id."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    chainId: int
    genesis: str
    contracts: dict[str, dict[str, Any]]


def read(chain_id: int) -> dict[str, Deployment]:
    """All recorded deployments of a chain by name. Raises `WrongChain` if the file is of another, `BadRecord`."""
    content = _content(chain_id)
    return {} if content is None else content[1]


def genesis(chain_id: int) -> str | None:
    """The hash of the first block of the chain that is recorded; None if none is."""
    content = _content(chain_id)
    return None if content is None else content[0].genesis


def _content(chain_id: int) -> tuple[Record, dict[str, Deployment]] | None:
    file = path(chain_id)
    if not file.is_file():
        return None
    try:
        record = Record.model_validate_json(file.read_text())
        found = {name: Deployment.model_validate({"name": name} | entry) for name, entry in record.contracts.items()}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise BadRecord(f"{file}: {where}: {first['msg']}. Restore the file, or delete it and deploy again.") from error
    if record.chainId != chain_id:
        raise WrongChain(f"{file} records chain {record.chainId}, not {chain_id}. Restore the file, or rename it.")
    return record, found


def write(chain_id: int, genesis: str, deployments: dict[str, Deployment]) -> None:
    """Replaces the record of a chain in one step: a reader or a crash sees the old or the new file, never a part."""
    file = path(chain_id)
    content = {
        "chainId": chain_id,
        "genesis": genesis,
        "contracts": {name: each.model_dump(exclude={"name"}) for name, each in deployments.items()},
    }
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    if file.is_file() and file.read_text() == text:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.draft")
    with open(draft, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, file)  # point: the record beside its place


def born(chain_id: int, address: str) -> int:
    """The block in which the contract at an address came up, as far as it is recorded; else the first one."""
    known = (each.block for each in read(chain_id).values() if each.address == address)
    return next(known, None) or 0


def contract(name: str) -> ContractInstance:
    """The contract `name` as deployed on the connected chain.

    Raises `NotDeployed`, `WrongChain`, `ContractMissing`, `ContractDiffers`.
    """
    from ape import networks

    node: Any = networks.provider
    expected, chain_id = node.network.chain_id, node.web3.eth.chain_id
    if expected != chain_id:
        raise WrongChain(f"The node answers for chain {chain_id}, not {expected}. Check --network.")
    recorded = read(chain_id).get(name)
    if recorded is None:
        raise NotDeployed(f"{path(chain_id)} records no {name}. Deploy it: ape run deploy --network …")
    code = bytes(node.get_code(recorded.address))
    if not code:
        raise ContractMissing(
            f"No code at {recorded.address} on chain {chain_id}, where {path(chain_id).name} has {name}. "
            "Check that --network is the chain you mean; on a new local chain run: ape run deploy"
        )
    if to_hex(keccak(code)) != recorded.runtime_code_hash:
        raise ContractDiffers(
            f"The code at {recorded.address} on chain {chain_id} is not the {name} that {path(chain_id).name} records. "
            "Send nothing to it before you know why."
        )
    return contracts.at(name, recorded.address)
