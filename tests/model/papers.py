"""Documents as model and chain know them: EIP-712 data (SPEC.md 3.1), its hashes by eth_account, its ABI forms."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from eth_abi.abi import encode
from eth_account._utils.encode_typed_data.encoding_and_hashing import hash_domain, hash_struct
from eth_utils.crypto import keccak

from tests.oracle import typed

ZERO = bytes(32)
NOBODY = "0x" + "00" * 20

STRUCTS = {
    "Agreement": "Deal deal,Milestone[] milestones,Arbitration arbitration,Annex annex",
    "Annex": "Offer offer,Conditions conditions",
    "Deal": (
        "bytes32 origin,address client,address contractor,address token,uint256 review,uint256 grace,"
        "uint256 rejections,uint256 holdback,uint256 holdbackUntil"
    ),
    "Milestone": "uint256 amount,uint256 due",
    "Arbitration": "address arbiter,address backup,uint256 fee,uint256 window,uint256 split",
    "Offer": "uint256 salt,uint256 openBefore,uint256 deposit,bytes32 replaces,bytes32 under",
    "Conditions": ("Operators operators,Ending ending,Billing billing,Service service,Equity equity,bytes32 legalText"),
    "Operators": "address[] client,address[] contractor,uint256 limit",
    "Ending": "uint256 clientNotice,uint256 contractorNotice,uint256 cure",
    "Billing": "address oracle,uint256 fixedCharge,uint256 cap,uint256 cover",
    "Equity": "address equity,uint256 units,bytes32 plans",
    "Closing": "bytes32 id,uint256 held,uint256 toContractor,uint256 deadline",
}
TYPES: dict[str, list[dict[str, str]]] = {
    name: [dict(zip(("type", "name"), member.split(), strict=True)) for member in members.split(",")]
    for name, members in STRUCTS.items()
} | typed.SERVICE_TYPES
NEEDS = {
    "Annex": ("Offer", "Conditions"),
    "Conditions": ("Operators", "Ending", "Billing", "Service", "Equity"),
    "Service": ("Schedule", "Levels"),
    "Schedule": ("Contest",),
    "Levels": ("Level", "Credits", "Reporters", "Price"),
    "Level": ("Band",),
    "Agreement": ("Deal", "Milestone", "Arbitration", "Annex"),
}


def struct_hash(name: str, value: dict[str, Any]) -> bytes:
    """The EIP-712 struct hash."""
    return bytes(hash_struct(name, {each: TYPES[each] for each in _reached(name)}, value))


def domain(name: str, chain_id: int, contract: str) -> bytes:
    """The EIP-712 domain separator of a contract here."""
    return bytes(hash_domain({"name": name, "version": "1", "chainId": chain_id, "verifyingContract": contract}))


def digest(separator: bytes, struct: bytes) -> bytes:
    """What is signed."""
    return bytes(keccak(b"\x19\x01" + separator + struct))


def word(text: str) -> bytes:
    """A word that stands for a salted hash."""
    return bytes(keccak(text=text))


def _reached(name: str) -> set[str]:
    return {name}.union(*(_reached(each) for each in NEEDS.get(name, ())))


def _values(value: Any) -> Any:
    """Nested dicts as nested tuples, in the order of their members."""
    if isinstance(value, dict):
        return tuple(_values(each) for each in value.values())
    return [_values(each) for each in value] if isinstance(value, list) else value


class Paper:
    """One document; never changed, compared by its id."""

    def __init__(self, content: dict[str, Any], separator: bytes) -> None:
        self.content = content
        self.separator = separator
        self.deal: dict[str, Any] = content["deal"]
        self.milestones: list[dict[str, int]] = content["milestones"]
        self.arbitration: dict[str, Any] = content["arbitration"]
        self.offer: dict[str, Any] = content["annex"]["offer"]
        self.conditions: dict[str, Any] = content["annex"]["conditions"]
        self.operators: dict[str, Any] = self.conditions["operators"]
        self.ending: dict[str, int] = self.conditions["ending"]
        self.billing: dict[str, Any] = self.conditions["billing"]
        self.service: dict[str, Any] = self.conditions["service"]
        self.schedule: dict[str, Any] = self.service["schedule"]
        self.levels: dict[str, Any] = self.service["levels"]

    def __deepcopy__(self, memo: Any) -> Paper:
        return self

    @property
    def client(self) -> str:
        return str(self.deal["client"])

    @property
    def contractor(self) -> str:
        return str(self.deal["contractor"])

    @property
    def parties(self) -> tuple[str, str]:
        return self.client, self.contractor

    @cached_property
    def id(self) -> bytes:
        return digest(self.separator, struct_hash("Agreement", self.content))

    @property
    def origin(self) -> bytes:
        return self.id if self.deal["origin"] == ZERO else bytes(self.deal["origin"])

    @cached_property
    def document(self) -> bytes:
        """The struct hash of the service."""
        return struct_hash("Service", self.service)

    @cached_property
    def arbitration_hash(self) -> bytes:
        return struct_hash("Arbitration", self.arbitration)

    @cached_property
    def offer_hash(self) -> bytes:
        return struct_hash("Offer", self.offer)

    @cached_property
    def conditions_hash(self) -> bytes:
        return struct_hash("Conditions", self.conditions)

    @cached_property
    def schedule_hash(self) -> bytes:
        return typed.schedule_hash(self.service)

    @cached_property
    def abi_terms(self) -> tuple[Any, ...]:
        annex = struct_hash("Annex", self.content["annex"])
        return _values(self.deal), _values(self.milestones), self.arbitration_hash, annex

    @cached_property
    def abi_proposal(self) -> tuple[Any, ...]:
        parts = self.deal, self.milestones, self.arbitration, self.offer
        return (*(_values(each) for each in parts), self.conditions_hash)

    @cached_property
    def abi_conditions(self) -> tuple[Any, ...]:
        return (
            self.offer_hash,
            struct_hash("Operators", self.operators),
            _values(self.ending),
            _values(self.billing),
            self.abi_schedule,
            struct_hash("Levels", self.levels),
            struct_hash("Equity", self.conditions["equity"]),
            self.conditions["legalText"],
        )

    @cached_property
    def abi_schedule(self) -> tuple[Any, ...]:
        return typed.abi_schedule(self.service)

    @cached_property
    def abi_contest(self) -> tuple[Any, ...]:
        return typed.abi_contest(self.service)

    @cached_property
    def abi_levels(self) -> tuple[Any, ...]:
        return typed.abi_levels(self.service)

    @property
    def abi_operators(self) -> Any:
        return _values(self.operators)

    @property
    def abi_arbitration(self) -> Any:
        return _values(self.arbitration)


def book_id(agreement: str, origin: bytes, document: bytes) -> bytes:
    """SPEC.md 8.1."""
    return bytes(keccak(encode(["address", "bytes32", "bytes32"], [agreement, origin, document])))
