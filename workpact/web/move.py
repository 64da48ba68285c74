"""A move: a call that a contract allows now, with whom, until when, what is to be given, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Flow:
    """What a move moves as things stand, in the token's smallest unit."""

    to_contractor: int = 0
    """Now, to its payee."""
    held_back: int = 0
    to_client: int = 0
    fee: int = 0
    """Booked for whoever rules."""
    still_owed: int = 0
    """Stays owed for want of money."""


@dataclass(frozen=True)
class Choice:
    """One answer to an input of kind "choice"."""

    value: str
    label: str


@dataclass(frozen=True)
class Input:
    """What a person gives: kind "file-hash", "text-hash", "money", "share", "address" or "choice"; amounts in the
    token's smallest unit, shares in ppm."""

    name: str
    label: str
    kind: str
    help: str = ""
    least: int | None = None
    most: int | None = None
    value: str | None = None
    """What is filled in before."""
    choices: tuple[Choice, ...] = ()
    decimals: int = 0
    """Of the unit that an amount is written in."""
    unit: str = "units"

    def to_json(self) -> Json:
        """For the browser; integers as decimal text."""
        made: Json = {"name": self.name, "label": self.label, "kind": self.kind, "help": self.help}
        for name, limit in (("least", self.least), ("most", self.most)):
            if limit is not None:
                made[name] = str(limit)
        if self.kind == "money":
            made |= {"decimals": self.decimals, "unit": self.unit}
        if self.value is not None:
            made["value"] = self.value
        if self.choices:
            made["choices"] = [{"value": each.value, "label": each.label} for each in self.choices]
        return made


@dataclass(frozen=True)
class Approval:
    """An allowance that the call needs first: what the input named names, less `less`."""

    token: str
    spender: str
    input: str
    less: int

    def to_json(self) -> Json:
        """For the browser."""
        return {
            "token": self.token,
            "spender": self.spender,
            "units": {"input": self.input, "less": str(self.less)},
        }


@dataclass(frozen=True)
class Move:
    """One move; `who` is empty for anyone. `key` names it on its page."""

    key: str
    place: str
    contract: str
    address: str
    function: str
    arguments: tuple[Any, ...]
    who: tuple[str, ...]
    role: str
    label: str
    effect: str
    inputs: tuple[Input, ...] = ()
    until: int | None = None
    approve: Approval | None = None
    flow: Flow | None = None
    """None where an input decides it."""

    def to_json(self) -> Json:
        """For the browser."""
        return {
            "key": self.key,
            "place": self.place,
            "contract": self.contract,
            "address": self.address,
            "function": self.function,
            "arguments": list(self.arguments),
            "who": list(self.who),
            "role": self.role,
            "label": self.label,
            "effect": self.effect,
            "inputs": [each.to_json() for each in self.inputs],
            "until": self.until,
            "approve": self.approve.to_json() if self.approve else None,
        }
