"""Comparing a deployment with its record, its parameters and the release (SPEC.md 17.8). Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import rlp
from eth_utils.address import to_checksum_address
from eth_utils.conversions import to_hex
from eth_utils.crypto import keccak

from workpact.chain import contracts, deployments, release
from workpact.chain.deploying import Parameters, Planned, plan
from workpact.chain.deployments import Deployment, NotDeployed, WrongChain
from workpact.terms import eip712

FACTORY = "WorkerTokenFactory"
"""Made by the worker equity itself; in no record."""
CHAIN_ID_OF_THE_CODE = "0x465f5260205ff3"
"""Returns what a contract takes for the chain's id."""

_CODE = "Send nothing to it, and warn whoever uses it: other code than the release's answers there."
_RECORD = "Restore the record from version control, or write it anew: ape run deploy finds what is there."
_RELEASE = "Install the release again, or check out its tag; after a change of contracts run make abi."
_NODE = "Ask another node; if it says the same, restore the record from version control."
_PARAMETERS = "Name the parameters that it was deployed with (--params), or restore the record."

ADVICE = {
    "chain id": "Do not use this node: contracts there take another number for the chain than it says.",
    "genesis": "The record is of another chain with this id. On a new local chain run: ape run deploy",
    "record": _PARAMETERS,
    "address": _PARAMETERS,
    "arguments": _PARAMETERS,
    "salt": _PARAMETERS,
    "init_code_hash": _RECORD,
    "runtime_code_hash": _RECORD,
    "compiler": _RECORD,
    "transaction": _NODE,
    "block": _NODE,
    "deployer": _NODE,
}
"""What to do, by the field's first word; about all else the code is not that of the release."""


@dataclass(frozen=True)
class Difference:
    """One field that is not what it should be."""

    contract: str
    field: str
    recorded: str
    """By the record, the parameters or the release."""
    found: str

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.field.startswith("package "):
            return _RELEASE
        return ADVICE.get(self.field.split(".")[0], _CODE)


@dataclass(frozen=True)
class Verification:
    """What was compared, at which block, and what differs."""

    chain_id: int
    genesis: str
    block: int
    block_hash: str
    final: int | None
    """The newest final block, where the node knows one."""
    addresses: dict[str, str]
    differences: list[Difference]


def verify(node: Any, parameters: Parameters) -> Verification:
    """Compares everything at the newest block. Raises `NotDeployed`, `WrongChain`, `BadRecord`, `BadParameters`."""
    expected, chain_id = node.network.chain_id, node.web3.eth.chain_id
    if expected != chain_id:
        raise WrongChain(f"The node answers for chain {chain_id}, not {expected}. Check --network.")
    recorded, planned = deployments.read(chain_id), {each.name: each for each in plan(parameters)}
    if not recorded:
        raise NotDeployed(f"{deployments.path(chain_id)} records nothing. Deploy: ape run deploy --network …")
    look = _Look(node, chain_id)
    found = list(look.chain())
    for name in [*planned, *(name for name in recorded if name not in planned)]:
        found += look.contract(name, recorded.get(name), planned.get(name))
    if equity := planned.get("WorkerEquity"):
        found += look.code(FACTORY, made_by(equity.address), {"equity": _word(equity.address)})
        found += [*_package(FACTORY), *_package("WorkerToken")]
    addresses = {name: each.address for name, each in recorded.items()}
    return Verification(chain_id, look.genesis, look.number, look.hash, look.final(), addresses, found)


def made_by(creator: str) -> str:
    """The address of the first contract that a contract creates."""
    return str(to_checksum_address(keccak(rlp.encode([bytes.fromhex(creator[2:]), 1]))[12:]))


class _Look:
    """One block of the chain."""

    def __init__(self, node: Any, chain_id: int) -> None:
        self.node = node
        self.chain_id = chain_id
        block = node.web3.eth.get_block("latest")
        self.number, self.hash = int(block["number"]), to_hex(block["hash"])
        self.genesis = to_hex(node.web3.eth.get_block(0)["hash"])

    def ask(self, method: str, *arguments: Any) -> Any:
        return self.node.make_request(method, [*arguments, {"blockHash": self.hash}])

    def final(self) -> int | None:
        answer = self.node.web3.provider.make_request("eth_getBlockByNumber", ["finalized", False])
        return int(answer["result"]["number"], 16) if answer.get("result") else None

    def chain(self) -> Iterator[Difference]:
        """The record's chain is this one, by its first block and by what contracts see."""
        said = deployments.genesis(self.chain_id)
        if said != self.genesis:
            yield Difference("chain", "genesis", str(said), self.genesis)
        seen = int(self.ask("eth_call", {"data": CHAIN_ID_OF_THE_CODE}), 16)
        if seen != self.chain_id:
            yield Difference("chain", "chain id", str(self.chain_id), str(seen))

    def contract(self, name: str, recorded: Deployment | None, planned: Planned | None) -> Iterator[Difference]:
        if recorded is None:
            yield Difference(name, "record", "nothing", "in the parameters")
            return
        if planned is None or name not in release.DOMAINS:
            where = "the parameters" if planned is None else "the release"
            yield Difference(name, "record", recorded.address, f"not in {where}")
            return
        yield from _package(name)
        runtime = release.release(name).filled(self._kept(planned, planned.address))
        yield from _record(recorded, planned, runtime)
        yield from self._transaction(recorded, planned)
        yield from self.code(name, recorded.address, self._kept(planned, recorded.address))

    def code(self, name: str, address: str, kept: dict[str, bytes]) -> Iterator[Difference]:
        """The code there, part by part."""
        made = release.release(name)
        expected, code = made.filled(kept), bytes.fromhex(self.ask("eth_getCode", address)[2:])
        if code == expected:
            return
        if len(code) != len(expected):
            what = _recognised(code) or f"{len(code):,} bytes of code"
            yield Difference(name, "code", f"{len(expected):,} bytes of code", what)
            return
        rest, found = bytearray(expected), bytearray(code)
        for field, places in made.fields().items():
            for place in places:
                if found[place] != rest[place]:
                    yield Difference(name, field, to_hex(bytes(rest[place])), to_hex(bytes(found[place])))
                found[place] = rest[place]
        first = next((at for at, (one, other) in enumerate(zip(rest, found, strict=True)) if one != other), None)
        if first is not None:
            what = _recognised(code) or f"0x{code[first]:02x} at byte {first:,}"
            yield Difference(name, "code", f"0x{expected[first]:02x} at byte {first:,}", what)

    def _kept(self, planned: Planned, address: str) -> dict[str, bytes]:
        """The words that the contract's code keeps."""
        if planned.name == "Agreement":
            domain = eip712.domain(eip712.AGREEMENT_DOMAIN, self.chain_id, address)
            return {"_CHAIN_ID": self.chain_id.to_bytes(32), "_DOMAIN": eip712.struct_hash("EIP712Domain", domain)}
        if planned.name == "WorkerEquity":
            return {"_tokens": _word(made_by(address))}
        if planned.name == "Payroll":
            return {"equity": _word(planned.arguments["workerEquity"])}
        return {}

    def _transaction(self, recorded: Deployment, planned: Planned) -> Iterator[Difference]:
        """It brought this init code, in this block, from this account."""
        given = (recorded.block, recorded.deployer)
        if recorded.transaction is None:
            for field, one in zip(("block", "deployer"), given, strict=True):
                if one is not None:
                    yield Difference(recorded.name, field, str(one), "no transaction")
            return
        answers = [
            self.node.web3.provider.make_request(method, [recorded.transaction]).get("result")
            for method in ("eth_getTransactionByHash", "eth_getTransactionReceipt")
        ]
        if None in answers:
            yield Difference(recorded.name, "transaction", recorded.transaction, "none of this chain")
            return
        sent, receipt = answers
        if to_hex(planned.salt + planned.init_code)[2:] not in sent["input"] or int(receipt["status"], 16) != 1:
            yield Difference(recorded.name, "transaction", recorded.transaction, "did not deploy this contract")
            return
        found = (int(receipt["blockNumber"], 16), to_checksum_address(receipt["from"]))
        for field, one, other in zip(("block", "deployer"), given, found, strict=True):
            if one != other:
                yield Difference(recorded.name, field, str(one), str(other))


def _record(recorded: Deployment, planned: Planned, code: bytes) -> Iterator[Difference]:
    """The record against parameters and release."""
    name = planned.name
    for argument in sorted(recorded.arguments.keys() | planned.arguments.keys()):
        one, other = recorded.arguments.get(argument), planned.arguments.get(argument)
        if one != other:
            yield Difference(name, f"arguments.{argument}", str(one), str(other))
    meant = {
        "address": planned.address,
        "salt": to_hex(planned.salt),
        "init_code_hash": to_hex(keccak(planned.init_code)),
        "runtime_code_hash": to_hex(keccak(code)),
        "compiler": contracts.artefact(name).compiler,
    }
    for field, value in meant.items():
        if getattr(recorded, field) != value:
            yield Difference(name, field, str(getattr(recorded, field)), str(value))


def _package(name: str) -> Iterator[Difference]:
    return (Difference(name, f"package {field}", meant, there) for field, there, meant in release.unlike(name))


def _recognised(code: bytes) -> str | None:
    """The contract of the release whose code this is, whatever it keeps."""
    for name in release.names():
        made = release.release(name)
        if len(made.code) == len(code):
            bare = bytearray(code)
            for place in (place for places in made.fields().values() for place in places):
                bare[place] = made.code[place]
            if bytes(bare) == made.code:
                return f"the code of {name}"
    return "no code" if not code else None


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
