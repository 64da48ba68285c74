"""The signed messages of SPEC.md §3.1, §4.6, §5.8 and §8.2 as one table of types, and their hashes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

AGREEMENT_DOMAIN = "Workpact"
ORACLE_DOMAIN = "Workpact SLA"
VERSION = "1"

_TYPES = """
EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)
Agreement(Deal deal,Milestone[] milestones,Arbitration arbitration,Annex annex)
Annex(Offer offer,Conditions conditions)
Deal(bytes32 origin,address client,address contractor,address token,uint256 review,uint256 grace,uint256 rejections,\
uint256 holdback,uint256 holdbackUntil)
Milestone(uint256 amount,uint256 due)
Arbitration(address arbiter,address backup,uint256 fee,uint256 window,uint256 split)
Offer(uint256 salt,uint256 openBefore,uint256 deposit,bytes32 replaces,bytes32 under)
Conditions(Operators operators,Ending ending,Billing billing,Service service,Equity equity,bytes32 legalText)
Operators(address[] client,address[] contractor,uint256 limit)
Ending(uint256 clientNotice,uint256 contractorNotice,uint256 cure)
Billing(address oracle,uint256 fixedCharge,uint256 cap,uint256 cover)
Service(Schedule schedule,Levels levels)
Schedule(uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,bytes32 definition,\
Contest contest)
Contest(uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing)
Levels(Level[] levels,Credits credits,Reporters reporters,Price[] prices)
Level(string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,uint256 critical,\
uint256 earnBack,Band[] bands)
Band(uint256 threshold,uint256 allocation)
Credits(uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,uint256 failureWindow,\
uint256 lapse,uint256 earnBack,uint256 earnBackBefore)
Reporters(address client,address contractor,address[] clientReporters,uint256 clientQuorum,\
address[] contractorReporters,uint256 contractorQuorum)
Price(string quantity,uint256 rate)
Equity(address equity,uint256 units,bytes32 plans)
Closing(bytes32 id,uint256 held,uint256 toContractor,uint256 deadline)
Report(address agreement,bytes32 origin,bytes32 id,bytes32 document,uint256 period,Figure[] figures,\
uint256[] quantities,bytes32 evidence,int256 adjustment)
Figure(uint256 good,uint256 total,uint256 excluded)
Plan(string name,uint256 start,uint256 cliff,uint256 duration,uint256 step,uint256 gate,uint256 milestones,\
uint256 periods,uint256 notice,uint256 leave,uint256 leaver)
"""

Fields = tuple[tuple[str, str], ...]


def _parse(line: str) -> tuple[str, Fields]:
    name, members = line.removesuffix(")").split("(")
    pairs = [member.split(" ") for member in members.split(",")]
    return name, tuple((kind, field) for kind, field in pairs)


TYPES: dict[str, Fields] = dict(_parse(line) for line in _TYPES.strip().splitlines())


def _base(kind: str) -> str:
    return re.sub(r"\[\]$", "", kind)


def dependencies(name: str) -> list[str]:
    """The struct types that `name` is made of, itself first, the others by name."""
    found: set[str] = set()
    open_types = [name]
    while open_types:
        current = open_types.pop()
        if current in TYPES and current not in found:
            found.add(current)
            open_types.extend(_base(kind) for kind, _ in TYPES[current])
    return [name, *sorted(found - {name})]


def type_string(name: str) -> str:
    """EIP-712 `encodeType`: what the type hash is taken of."""
    return "".join(
        f"{part}({','.join(f'{kind} {field}' for kind, field in TYPES[part])})" for part in dependencies(name)
    )


def type_hash(name: str) -> bytes:
    """The hash of the type, with the types it contains."""
    return keccak(text=type_string(name))


def _word(kind: str, value: Any) -> bytes:
    if kind.endswith("[]"):
        return keccak(b"".join(_word(_base(kind), item) for item in value))
    if kind in TYPES:
        return struct_hash(kind, value)
    if kind == "string":
        return keccak(text=value)
    return bytes(encode([kind], [value]))


def struct_hash(name: str, message: Mapping[str, Any]) -> bytes:
    """EIP-712 `hashStruct` of a message with exactly the members of type `name`."""
    fields = TYPES[name]
    if set(message) != {field for _, field in fields}:
        raise ValueError(f"{name} takes {[field for _, field in fields]}, not {list(message)}")
    return keccak(type_hash(name) + b"".join(_word(kind, message[field]) for kind, field in fields))


def array_hash(name: str, messages: Sequence[Mapping[str, Any]]) -> bytes:
    """EIP-712 word of a list of structs."""
    return _word(f"{name}[]", messages)


def domain(name: str, chain_id: int, contract: str) -> dict[str, Any]:
    """The EIP-712 domain of one contract on one chain."""
    return {
        "name": name,
        "version": VERSION,
        "chainId": chain_id,
        "verifyingContract": to_checksum_address(contract),
    }


def digest(primary: str, message: Mapping[str, Any], signing_domain: Mapping[str, Any]) -> bytes:
    """What a wallet signs."""
    return keccak(b"\x19\x01" + struct_hash("EIP712Domain", signing_domain) + struct_hash(primary, message))


def _json(kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return [_json(_base(kind), item) for item in value]
    if kind in TYPES:
        return {field: _json(member, value[field]) for member, field in TYPES[kind]}
    if kind == "bytes32":
        return "0x" + bytes(value).hex()
    # Decimal text: a JSON number would lose digits in wallets that read it as a double.
    return str(value)


def typed_data(primary: str, message: Mapping[str, Any], signing_domain: Mapping[str, Any]) -> dict[str, Any]:
    """The full message as wallets get it from `eth_signTypedData_v4`; plain JSON values."""
    names = ["EIP712Domain", *dependencies(primary)]
    return {
        "types": {name: [{"name": field, "type": kind} for kind, field in TYPES[name]] for name in names},
        "primaryType": primary,
        "domain": dict(signing_domain),
        "message": _json(primary, message),
    }
