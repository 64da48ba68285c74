"""Deploying the set at addresses that depend on its code alone, so that doing it twice does it once.

Through the deterministic deployment proxy: the address follows from salt and init code, so it is known before anything
is sent, and code that is there already is the right code.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.conversions import to_hex
from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, ValidationError

from workpact import WorkpactError
from workpact.chain import contracts, deployments, keys
from workpact.chain.deployments import REPOSITORY, Deployment, WrongChain, write
from workpact.chain.sender import Sender

PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
PROXY_SIGNER = "0x3fAB184622Dc19b6109349B94811493BF2a45362"
PROXY_TRANSACTION = (
    "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba0222222222222222222222222"
    "2222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222"
)


class BadParameters(WorkpactError):
    """The parameters file does not fit the contracts."""


class ProxyMissing(WorkpactError):
    """The network has no deterministic deployment proxy yet."""


class StaleArtefact(WorkpactError):
    """The package's bytecode was not compiled from the sources beside it."""


class NotThereYet(WorkpactError):
    """The account did not send the deployment itself, so it has still to happen."""


class Parameters(BaseModel):
    """A parameters file: a salt for all, and the contracts in order with their constructor's arguments by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    salt: str
    contracts: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Planned:
    """One contract to be deployed: everything that its address depends on."""

    name: str
    arguments: dict[str, Any]
    salt: bytes
    init_code: bytes

    @property
    def address(self) -> str:
        seed = b"\xff" + bytes.fromhex(PROXY[2:]) + self.salt + keccak(self.init_code)
        return to_checksum_address(keccak(seed)[12:])

    @property
    def intent(self) -> str:
        return f"deploy:{self.name}:{self.address}"


def load(file: Path) -> Parameters:
    """Reads a parameters file; `BadParameters` says what is wrong with it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe").load(file.read_text())
        parameters = Parameters.model_validate(content)
    except YAMLError as error:
        raise BadParameters(f"{file} is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise BadParameters(f"{file}: {'.'.join(map(str, first['loc'])) or 'file'}: {first['msg']}") from error
    return parameters


def plan(parameters: Parameters) -> list[Planned]:
    """What will be deployed where, in order; `BadParameters` if a name or a type does not fit the contract's ABI.

    A value `$Name` stands for the address of a contract earlier in the file.
    """
    salt = keccak(text=parameters.salt)
    planned: list[Planned] = []
    for name, given in parameters.contracts.items():
        addresses = {f"${each.name}": each.address for each in planned}
        artefact = contracts.artefact(name)
        if not artefact.bytecode:
            raise BadParameters(f"{name} is an interface, it cannot be deployed.")
        constructor: dict[str, Any] = next((each for each in artefact.abi if each["type"] == "constructor"), {})
        types = {each["name"]: each["type"] for each in constructor.get("inputs", [])}
        arguments = _checked(name, types, given, addresses)
        code = bytes.fromhex(artefact.bytecode[2:]) + _encoded(types, arguments)
        planned.append(Planned(name, arguments, salt, code))
    return planned


def check_sources(names: list[str]) -> None:
    """Where the sources are at hand, they must be those that the bytecode was compiled from; else `StaleArtefact`."""
    for name in names:
        for source, expected in contracts.artefact(name).sources.items():
            file = REPOSITORY / source
            if file.is_file() and to_hex(keccak(file.read_bytes())) != expected:
                raise StaleArtefact(f"{source} is not what {name} was compiled from. Run make abi, then test it.")


def check_network(node: Any) -> None:
    """`ProxyMissing` if the deterministic deployment proxy is not there."""
    if not node.get_code(PROXY):
        raise ProxyMissing(
            f"Chain {node.chain_id} has no deterministic deployment proxy at {PROXY}. Send 0.01 ETH to {PROXY_SIGNER}, "
            f"then: cast publish --rpc-url URL {PROXY_TRANSACTION} . A network that refuses transactions without chain "
            "id needs the proxy from its operator."
        )


def deploy(planned: Planned, sender: Sender, node: Any) -> Deployment:
    """Deploys one contract unless its code is there, and records it. Safe to be killed and repeated at any point.

    Raises `NotThereYet`, and `WrongChain` if the record is of another chain with this id.
    """
    genesis = to_hex(node.web3.eth.get_block(0)["hash"])
    recorded = _recorded(node.chain_id, genesis)
    if node.get_code(planned.address):
        receipt = sender.past(planned.intent)
    else:
        receipt = sender.send(PROXY, planned.salt + planned.init_code, planned.intent)
    code = bytes(node.get_code(planned.address))
    if not code:
        raise NotThereYet(f"{planned.name} is proposed, not deployed. Have it executed, then run the same again.")
    before = recorded.get(planned.name)
    deployment = Deployment(
        name=planned.name,
        address=planned.address,
        arguments=planned.arguments,
        salt=to_hex(planned.salt),
        init_code_hash=to_hex(keccak(planned.init_code)),
        runtime_code_hash=to_hex(keccak(code)),
        compiler=contracts.artefact(planned.name).compiler,
        transaction=receipt.txn_hash if receipt else None,
        block=receipt.block_number if receipt else None,
        deployer=receipt.sender if receipt else None,
    )
    if receipt is None and before is not None and before.address == deployment.address:
        return before
    write(node.chain_id, genesis, recorded | {planned.name: deployment})  # point: deployed, not recorded
    return deployment  # point: recorded


def _recorded(chain_id: int, genesis: str) -> dict[str, Deployment]:
    """What the chain's record has; nothing if it is of a local chain that is gone."""
    if deployments.genesis(chain_id) in (None, genesis):
        return deployments.read(chain_id)
    if chain_id in keys.LOCAL:
        return {}
    raise WrongChain(
        f"{deployments.path(chain_id)} is of another chain {chain_id}: its first block is "
        f"{deployments.genesis(chain_id)}, here it is {genesis}. Check --network, or name another folder: "
        "WORKPACT_DEPLOYMENTS."
    )


def _checked(name: str, types: dict[str, str], given: dict[str, Any], addresses: dict[str, str]) -> dict[str, Any]:
    from eth_abi.abi import is_encodable

    if given.keys() != types.keys():
        raise BadParameters(f"{name} takes {_listed(types)}, the parameters name {_listed(given)}.")
    arguments = {}
    for argument, kind in types.items():
        value = given[argument]
        if isinstance(value, str) and value.startswith("$"):
            if value not in addresses:
                raise BadParameters(f"{name}.{argument}: {value} is no contract earlier in the file.")
            value = addresses[value]
        if isinstance(value, float) or not is_encodable(kind, value):
            raise BadParameters(f"{name}.{argument}: {value!r} is no {kind}.")
        arguments[argument] = value
    return arguments


def _encoded(types: dict[str, str], arguments: dict[str, Any]) -> bytes:
    from eth_abi.abi import encode

    encoded: bytes = encode(list(types.values()), [arguments[each] for each in types])
    return encoded


def _listed(names: dict[str, Any]) -> str:
    return ", ".join(names) or "nothing"
