"""Service documents and reports as the oracle's tests write them: EIP-712 data and its ABI form.

The hashes are eth_account's, so that the contract's own hashing is checked by other code. A document is the EIP-712
data of `Service`, a report that of `Report`: nested dicts of integers, addresses, 32-byte words and level names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from eth_account import Account
from eth_account._utils.encode_typed_data.encoding_and_hashing import hash_struct
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

ZERO = bytes(32)

TYPES = {
    "Service": "Schedule schedule,Levels levels",
    "Schedule": (
        "uint256 start,uint256[] ends,uint256 reportWithin,uint256 finalWithin,uint256 obliged,bytes32 definition,"
        "Contest contest"
    ),
    "Contest": "uint256 window,address arbiter,address backup,uint256 ruling,uint256 standing",
    "Levels": "Level[] levels,Credits credits,Reporters reporters,Price[] prices",
    "Level": (
        "string name,uint256 form,uint256 minimumSample,uint256 lowVolume,uint256 repeat,uint256 critical,"
        "uint256 earnBack,Band[] bands"
    ),
    "Band": "uint256 threshold,uint256 allocation",
    "Credits": (
        "uint256 atRisk,uint256 periodCap,uint256 yearCap,uint256 yearPeriods,uint256 failures,"
        "uint256 failureWindow,uint256 lapse,uint256 earnBack,uint256 earnBackBefore"
    ),
    "Reporters": (
        "address client,address contractor,address[] clientReporters,uint256 clientQuorum,"
        "address[] contractorReporters,uint256 contractorQuorum"
    ),
    "Price": "string quantity,uint256 rate",
    "Report": (
        "address agreement,bytes32 origin,bytes32 id,bytes32 document,uint256 period,Figure[] figures,"
        "uint256[] quantities,bytes32 evidence,int256 adjustment"
    ),
    "Figure": "uint256 good,uint256 total,uint256 excluded",
}


def _members(name: str) -> list[dict[str, str]]:
    return [dict(zip(("type", "name"), member.split(), strict=True)) for member in TYPES[name].split(",")]


ARBITER, BACKUP = (Account.from_key(bytes(31) + bytes([number])).address for number in (17, 18))
CONTEST = {"window": 500, "arbiter": ARBITER, "backup": BACKUP, "ruling": 300, "standing": 0}

SERVICE_TYPES = {name: _members(name) for name in TYPES if name not in ("Report", "Figure")}
REPORT_TYPES = {name: _members(name) for name in ("Report", "Figure")}


def level(name: str, form: int, *bands: tuple[int, int], **fields: int) -> dict[str, Any]:
    """A level with its bands (threshold, allocation); every field that is not given is at its plain value."""
    plain = {"minimumSample": 0, "lowVolume": 0, "repeat": 1, "critical": 0, "earnBack": 0}
    return {
        "name": name,
        "form": form,
        **plain,
        **fields,
        "bands": [{"threshold": threshold, "allocation": allocation} for threshold, allocation in bands],
    }


def credits(**fields: int) -> dict[str, int]:
    """Everything at risk, no cap below the whole, no right to end, nothing held; then what is given."""
    plain = {
        "atRisk": 10**6,
        "periodCap": 10**6,
        "yearCap": 10**6,
        "yearPeriods": 12,
        "failures": 0,
        "failureWindow": 0,
        "lapse": 0,
        "earnBack": 0,
        "earnBackBefore": 256,
    }
    return plain | fields


def document(
    levels: Iterable[dict[str, Any]],
    credit: dict[str, int],
    reporters: dict[str, Any],
    prices: Sequence[tuple[str, int]] = (),
    **schedule: Any,
) -> dict[str, Any]:
    """A whole service document; the calendar is twelve periods of a million seconds unless given."""
    plain = {
        "start": 0,
        "ends": [10**6 * (period + 1) for period in range(12)],
        "reportWithin": 1000,
        "finalWithin": 2000,
        "obliged": 0,
        "definition": ZERO,
        "contest": dict(CONTEST),
    }
    return {
        "schedule": plain | schedule,
        "levels": {
            "levels": list(levels),
            "credits": credit,
            "reporters": reporters,
            "prices": [{"quantity": quantity, "rate": rate} for quantity, rate in prices],
        },
    }


def contest_hash(service: dict[str, Any]) -> bytes:
    """The EIP-712 struct hash of what happens when the sides report differently."""
    return bytes(hash_struct("Contest", {"Contest": SERVICE_TYPES["Contest"]}, service["schedule"]["contest"]))


def schedule_hash(service: dict[str, Any]) -> bytes:
    """The EIP-712 struct hash of the document's calendar."""
    types = {name: SERVICE_TYPES[name] for name in ("Schedule", "Contest")}
    return bytes(hash_struct("Schedule", types, service["schedule"]))


def document_hash(service: dict[str, Any]) -> bytes:
    """The EIP-712 struct hash of the document."""
    return bytes(hash_struct("Service", SERVICE_TYPES, service))


def report(
    agreement: str,
    origin: bytes,
    service: dict[str, Any],
    period: int,
    figures: Iterable[tuple[int, int]],
    quantities: Sequence[int] = (),
    evidence: bytes = ZERO,
    **fields: Any,
) -> dict[str, Any]:
    """A report on one period; `figures` are pairs (good, total) or (sum, count)."""
    return {
        "agreement": agreement,
        "origin": origin,
        "id": origin,
        "document": document_hash(service),
        "period": period,
        "figures": [{"good": good, "total": total, "excluded": 0} for good, total in figures],
        "quantities": list(quantities),
        "evidence": evidence,
        "adjustment": 0,
    } | fields


def report_hash(given: dict[str, Any]) -> bytes:
    """The EIP-712 struct hash of a report."""
    return bytes(hash_struct("Report", REPORT_TYPES, given))


def commitment(given: dict[str, Any]) -> bytes:
    """What the oracle keeps of a report: the hash of its struct hash and its evidence root."""
    return bytes(keccak(report_hash(given) + given["evidence"]))


def sign(given: dict[str, Any], keys: Iterable[bytes], chain_id: int, oracle: str) -> list[tuple[str, bytes]]:
    """(signer, signature) for each key, by rising address."""
    domain = {"name": "Workpact SLA", "version": "1", "chainId": chain_id, "verifyingContract": oracle}
    message = encode_typed_data(domain, REPORT_TYPES, given)
    accounts = sorted((Account.from_key(key) for key in keys), key=lambda account: int(account.address, 16))
    return [(account.address, bytes(account.sign_message(message).signature)) for account in accounts]


def abi_levels(service: dict[str, Any]) -> tuple[Any, ...]:
    """The document without its calendar, as calls carry it: names as the hash of the string."""
    levels = service["levels"]
    return (
        [_abi_level(entry) for entry in levels["levels"]],
        tuple(levels["credits"].values()),
        tuple(levels["reporters"].values()),
        [(keccak(text=price["quantity"]), price["rate"]) for price in levels["prices"]],
    )


def abi_schedule(service: dict[str, Any]) -> tuple[Any, ...]:
    """The calendar as calls carry it: what happens when the sides report differently as its hash."""
    return (*list(service["schedule"].values())[:-1], contest_hash(service))


def abi_contest(service: dict[str, Any]) -> tuple[Any, ...]:
    """What happens when the sides report differently, as calls carry it."""
    return tuple(service["schedule"]["contest"].values())


def abi_report(given: dict[str, Any]) -> tuple[Any, ...]:
    """The report as calls carry it."""
    return tuple(given[name] if name != "figures" else _abi_figures(given) for name in given)


def _abi_level(entry: dict[str, Any]) -> tuple[Any, ...]:
    plain = ("form", "minimumSample", "lowVolume", "repeat", "critical", "earnBack")
    bands = [tuple(band.values()) for band in entry["bands"]]
    return (keccak(text=entry["name"]), *(entry[field] for field in plain), bands)


def _abi_figures(given: dict[str, Any]) -> list[tuple[int, ...]]:
    return [tuple(figure.values()) for figure in given["figures"]]
