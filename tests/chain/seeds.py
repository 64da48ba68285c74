"""The changes that `ape run verify` must find, each with the fields that it must name."""

from __future__ import annotations

import json
from typing import Any

from eth_utils.crypto import keccak

from tests.chain.seeded import Fields, Place, Seed, flipped
from tests.scripts.rehearsal import CONTRACTS
from tests.support import OUT
from workpact.chain import contracts, release
from workpact.chain.artefacts import SHIPPED
from workpact.chain.deploying import Parameters

NOBODY = "0x00000000000000000000000000000000DeaDBeef"
HASH = "0x" + "ab" * 32
EQUITY, FACTORY = "WorkerEquity", "WorkerTokenFactory"


def entry(name: str, field: str, value: Any, *named: str) -> Seed:
    """A contract's field in the record, found under these names, or its own."""

    def change(content: dict[str, Any]) -> None:
        content["contracts"][name][field] = value

    fields = {(name, each) for each in named or (field,)}
    return Seed(f"record {name}.{field}: {value}", lambda place: place.recorded(change), fields)


def whole(label: str, change: Any, fields: Fields) -> Seed:
    """The record."""
    return Seed(f"record: {label}", lambda place: place.recorded(change), fields)


def code(label: str, name: str, change: Any, field: str) -> Seed:
    """The code on chain."""
    return Seed(f"code of {name}: {label}", lambda place: place.code(name, change), {(name, field)})


def package(kind: Any, label: str, name: str, change: Any, fields: Fields) -> Seed:
    """A file of the package."""
    return Seed(f"package {name}: {label}", lambda place: place.shipped(kind, name, change), fields)


def immutables(name: str) -> list[int]:
    """Where forge says that a contract's immutables stand, in the order of their declarations."""
    made = json.loads((OUT / SHIPPED[name]).read_text())["deployedBytecode"]["immutableReferences"]
    return [place["start"] for number in sorted(made, key=int) for place in made[number]]


def exchanged(old: bytes, new: bytes) -> Any:
    """A word of the code by another of its size."""

    def change(before: bytes) -> bytes:
        assert before.count(old) == 1
        assert len(old) == len(new)
        return before.replace(old, new)

    return change


def other_address(place: Place) -> Any:
    """The oracle's address in the payroll's place, and the other way round."""

    def change(content: dict[str, Any]) -> None:
        one, other = content["contracts"]["SLAOracle"], content["contracts"]["Payroll"]
        one["address"], other["address"] = other["address"], one["address"]

    return place.recorded(change)


def another_release(content: dict[str, Any]) -> None:
    """Everything that a release before this one would have left."""
    for each in content["contracts"].values():
        each |= {"init_code_hash": HASH, "runtime_code_hash": HASH, "address": NOBODY}
        each["compiler"] = each["compiler"] | {"version": "0.8.36"}


def renamed(content: dict[str, Any]) -> None:
    content["contracts"]["Agremeent"] = content["contracts"].pop("Agreement")


def old_transaction(content: dict[str, Any]) -> None:
    one, other = content["contracts"]["Agreement"], content["contracts"]["DataRoom"]
    one["transaction"] = other["transaction"]


def with_settings(content: dict[str, Any]) -> None:
    content["compiler"]["optimizer"]["runs"] = 1


def with_function(content: dict[str, Any]) -> None:
    content["abi"].append({"type": "function", "name": "sweep", "inputs": [], "outputs": [], "stateMutability": "view"})


def with_other_name(content: dict[str, Any]) -> None:
    event = next(each for each in content["abi"] if each["type"] == "event")
    event["inputs"][0]["name"] = "other"


def record_seeds() -> list[Seed]:
    stale = ("address", "init_code_hash", "runtime_code_hash", "compiler", "code")
    return [
        whole("another genesis", lambda content: content.update(genesis=HASH), {("chain", "genesis")}),
        whole("a contract missing", lambda content: content["contracts"].pop("DataRoom"), {("DataRoom", "record")}),
        whole("a contract renamed", renamed, {("Agreement", "record"), ("Agremeent", "record")}),
        whole("another release's", another_release, {(name, field) for name in CONTRACTS for field in stale}),
        whole("transaction of another contract", old_transaction, {("Agreement", "transaction")}),
        Seed(
            "record: two addresses exchanged",
            other_address,
            {(name, field) for name in ("SLAOracle", "Payroll") for field in ("address", "code")},
        ),
        entry("Payroll", "arguments", {"workerEquity": NOBODY}, "arguments.workerEquity"),
        entry("Payroll", "arguments", {}, "arguments.workerEquity"),
        entry("Agreement", "arguments", {"owner": NOBODY}, "arguments.owner"),
        entry("Agreement", "compiler", {"version": "0.8.37"}),
        entry("SLAOracle", "block", 7),
        entry("SLAOracle", "block", None),
        entry("WorkerEquity", "deployer", NOBODY),
        entry("DataRoom", "deployer", None),
        entry("TalentRegistry", "transaction", None, "block", "deployer"),
        entry("TalentRegistry", "transaction", HASH),
        *(entry(name, "address", NOBODY, "address", "code") for name in CONTRACTS),
        *(entry(name, "salt", HASH) for name in CONTRACTS),
        *(entry(name, "init_code_hash", HASH) for name in CONTRACTS),
        *(entry(name, "runtime_code_hash", HASH) for name in CONTRACTS),
    ]


def code_seeds() -> list[Seed]:
    found = [code("one bit in the middle", name, flipped(2_000 + 7 * number), "code")
             for number, name in enumerate(CONTRACTS)]  # fmt: skip
    found += [code("one bit of the metadata's hash", name, flipped(-30), "metadata") for name in CONTRACTS]
    kept = {"Agreement": ["_CHAIN_ID", "_DOMAIN"], EQUITY: ["_tokens"], "Payroll": ["equity"] * 2}
    kept[FACTORY] = ["equity"] * 2
    found += [
        code(f"{field} at {start}", name, flipped(start + 31, bit), f"immutable {field}")
        for name, fields in kept.items()
        for bit, (field, start) in enumerate(zip(fields, immutables(name), strict=True))
    ]
    for name, said in {"Agreement": "Workpact", "SLAOracle": "Workpact SLA", EQUITY: "Workpact Equity"}.items():
        found.append(
            code("domain of another name", name, exchanged(keccak(text=said), keccak(text="Other")), "EIP-712 name")
        )
    version, kind = (
        keccak(text="1"),
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
    )
    room = exchanged(b"Workpact Data Room", b"Workpact Dada Room")
    return [
        *found,
        code("domain of another name", "DataRoom", room, "EIP-712 name"),
        code("domain of another version", "Payroll", exchanged(version, keccak(text="2")), "EIP-712 version"),
        code("another type", "TalentRegistry", exchanged(keccak(text=kind), bytes.fromhex(HASH[2:])), "EIP-712 type"),
        code("none", "SLAOracle", lambda code: b"", "code"),  # noqa: ARG005
        code("cut short", "Payroll", lambda code: code[:-1], "code"),
        code("a proxy", "Agreement", lambda code: bytes.fromhex("363d3d373d3d3d363d73") + code[:35], "code"),
        code("a byte more", "DataRoom", lambda code: code + b"\0", "code"),
        code("none", FACTORY, lambda code: b"", "code"),  # noqa: ARG005
        code("one bit", FACTORY, flipped(3_000), "code"),
        Seed("code of Payroll: the registry's", _payroll_is_registry, {("Payroll", "code")}),
    ]


def _payroll_is_registry(place: Place) -> Any:
    other = place.get_code(place.address("TalentRegistry"))
    return place.code("Payroll", lambda code: other)  # noqa: ARG005


def package_seeds() -> list[Seed]:
    """Where the bytecode changes, so does every address that follows from it."""
    moved = {("TalentRegistry", field) for field in ("address", "init_code_hash", "transaction", "package bytecode")}

    def spoil(content: dict[str, Any]) -> None:
        content["bytecode"] = content["bytecode"][:-2] + "00"

    def respell(content: dict[str, Any]) -> None:
        content["metadata"] = content["metadata"].replace("Talent_TooLate", "Talent_TooLare")

    def resource(content: dict[str, Any]) -> None:
        content["sources"]["contracts/DataRoom.sol"] = HASH

    def displace(content: dict[str, Any]) -> None:
        content["immutables"][0][0] += 1

    def retoken(content: dict[str, Any]) -> None:
        content["bytecode"] = content["bytecode"].replace("6080", "6081", 1)

    return [
        package(contracts, "a function more", "Agreement", with_function, {("Agreement", "package abi")}),
        package(contracts, "an event's argument", "Payroll", with_other_name, {("Payroll", "package abi")}),
        package(contracts, "settings", "SLAOracle", with_settings, {
            ("SLAOracle", "compiler"), ("SLAOracle", "package compiler.optimizer"),
        }),
        package(contracts, "a source's hash", "DataRoom", resource, {
            ("DataRoom", "package sources.contracts/DataRoom.sol"),
        }),
        package(contracts, "bytecode", "TalentRegistry", spoil, moved),
        package(contracts, "its token's bytecode", "WorkerToken", retoken, {("WorkerToken", "package bytecode")}),
        package(contracts, "its factory's interface", FACTORY, with_function, {(FACTORY, "package abi")}),
        package(release, "metadata", "TalentRegistry", respell, {("TalentRegistry", "package release metadata")}),
        package(release, "places of immutables", "Payroll", displace, {
            ("Payroll", field) for field in
            ("package immutables", "immutable equity", "runtime_code_hash")
        }),
    ]  # fmt: skip


def parameter_seeds(parameters: Parameters) -> list[tuple[str, Parameters, Fields]]:
    """Other parameters than those of the deployment."""
    given = parameters.contracts
    salted = {(name, field) for name in CONTRACTS for field in ("address", "salt", "transaction")}
    salted |= {("Payroll", field) for field in ("arguments.workerEquity", "init_code_hash", "runtime_code_hash")}
    salted |= {(name, "runtime_code_hash") for name in ("Agreement", EQUITY)}
    salted |= {("Payroll", "immutable equity"), (FACTORY, "code")}
    argued = {("Payroll", field) for field in (
        "address", "arguments.workerEquity", "init_code_hash", "runtime_code_hash", "immutable equity", "transaction",
    )}  # fmt: skip
    less = {name: each for name, each in given.items() if name != "TalentRegistry"}
    return [
        ("another salt", Parameters(salt="Workpact 2", contracts=given), salted),
        ("another argument", Parameters(salt=parameters.salt, contracts=given | {"Payroll": {"workerEquity": NOBODY}}),
         argued),
        ("a contract less", Parameters(salt=parameters.salt, contracts=less), {("TalentRegistry", "record")}),
        ("a contract more", Parameters(salt=parameters.salt, contracts=given | {"WorkerTokenFactory": {}}),
         {(FACTORY, "record")}),
    ]  # fmt: skip
