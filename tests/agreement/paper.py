"""Documents as raw messages, for tests and figures of the Agreement contract that need no agreement file."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from workpact.terms import eip712, structs

ZERO = "0x" + "00" * 20
NONE = bytes(32)
DAY = 86_400


def agreement(client: str, contractor: str, token: str, now: int, **groups: dict[str, Any]) -> dict[str, Any]:
    """A full `Agreement` message: three milestones of 1,000e18, no service periods; `groups` change single fields."""
    message: dict[str, Any] = {
        "deal": {
            "origin": NONE,
            "client": client,
            "contractor": contractor,
            "token": token,
            "review": 14 * DAY,
            "grace": 7 * DAY,
            "rejections": 3,
            "holdback": 0,
            "holdbackUntil": 0,
        },
        "milestones": [{"amount": 1_000 * 10**18, "due": now + 30 * DAY * number} for number in (1, 2, 3)],
        "arbitration": {"arbiter": ZERO, "backup": ZERO, "fee": 0, "window": 14 * DAY, "split": 500_000},
        "offer": {
            "salt": 1,
            "openBefore": now + 30 * DAY,
            "deposit": 3_000 * 10**18,
            "replaces": NONE,
            "under": NONE,
        },
        "conditions": {
            "operators": {"client": [], "contractor": [], "limit": 0},
            "ending": {"clientNotice": 30 * DAY, "contractorNotice": 30 * DAY, "cure": 14 * DAY},
            "billing": {"oracle": ZERO, "fixedCharge": 0, "cap": 0, "cover": 0},
            "service": {
                "schedule": {
                    **dict.fromkeys(("start", "reportWithin", "finalWithin", "obliged"), 0),
                    "ends": [],
                    "definition": NONE,
                    "contest": {"window": 0, "arbiter": ZERO, "backup": ZERO, "ruling": 0, "standing": 0},
                },
                "levels": {
                    "levels": [],
                    "credits": dict.fromkeys((field for _, field in eip712.TYPES["Credits"]), 0),
                    "reporters": {
                        "client": client,
                        "contractor": contractor,
                        "clientReporters": [],
                        "clientQuorum": 0,
                        "contractorReporters": [],
                        "contractorQuorum": 0,
                    },
                    "prices": [],
                },
            },
            "equity": {"equity": ZERO, "units": 0, "plans": NONE},
            "legalText": b"\x11" * 32,
        },
    }
    for group, fields in groups.items():
        message[group].update(fields)
    return message


def changed(message: dict[str, Any], **groups: Any) -> dict[str, Any]:
    """A copy with single fields of groups changed; a list replaces the group."""
    copy = deepcopy(message)
    for group, fields in groups.items():
        if isinstance(fields, dict):
            copy[group].update(fields)
        else:
            copy[group] = fields
    return copy


def _words(kind: str, message: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(message[field] for _, field in eip712.TYPES[kind])


def deal(message: dict[str, Any]) -> tuple[Any, ...]:
    return _words("Deal", message["deal"])


def milestones(message: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [_words("Milestone", milestone) for milestone in message["milestones"]]


def arbitration(message: dict[str, Any]) -> tuple[Any, ...]:
    return _words("Arbitration", message["arbitration"])


def operators(message: dict[str, Any]) -> tuple[Any, ...]:
    return _words("Operators", message["conditions"]["operators"])


def terms(message: dict[str, Any]) -> tuple[Any, ...]:
    """The document as most calls carry it."""
    return (
        deal(message),
        milestones(message),
        eip712.struct_hash("Arbitration", message["arbitration"]),
        eip712.struct_hash("Annex", _annex(message)),
    )


def proposal(message: dict[str, Any]) -> tuple[Any, ...]:
    """The document as it is carried when it comes into force."""
    return (
        deal(message),
        milestones(message),
        arbitration(message),
        _words("Offer", message["offer"]),
        eip712.struct_hash("Conditions", message["conditions"]),
    )


def conditions(message: dict[str, Any]) -> tuple[Any, ...]:
    """The conditions as calls carry them."""
    group = message["conditions"]
    return (
        eip712.struct_hash("Offer", message["offer"]),
        eip712.struct_hash("Operators", group["operators"]),
        _words("Ending", group["ending"]),
        _words("Billing", group["billing"]),
        structs.schedule(group["service"]["schedule"]),
        eip712.struct_hash("Levels", group["service"]["levels"]),
        eip712.struct_hash("Equity", group["equity"]),
        group["legalText"],
    )


def _annex(message: dict[str, Any]) -> dict[str, Any]:
    return {"offer": message["offer"], "conditions": message["conditions"]}


def _signed(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "deal": message["deal"],
        "milestones": message["milestones"],
        "arbitration": message["arbitration"],
        "annex": _annex(message),
    }


def offer_hash(message: dict[str, Any]) -> bytes:
    return eip712.struct_hash("Offer", message["offer"])


def sign(key: str, primary: str, message: dict[str, Any], chain_id: int, contract: str) -> bytes:
    """A key's signature, by eth-account's own encoder."""
    domain = eip712.domain(eip712.AGREEMENT_DOMAIN, chain_id, contract)
    signed = _signed(message) if primary == "Agreement" else message
    signable = encode_typed_data(full_message=eip712.typed_data(primary, signed, domain))
    return bytes(Account.sign_message(signable, key).signature)


def id_of(message: dict[str, Any], chain_id: int, contract: str) -> bytes:
    return eip712.digest("Agreement", _signed(message), eip712.domain(eip712.AGREEMENT_DOMAIN, chain_id, contract))
