"""Kinds of files in an agreement's data room, and which roles read each: by the document, or else SPEC.md 14.7."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, model_validator

from workpact.terms.fields import Model, failed
from workpact.terms.source import did_you_mean

ROLES = ("client", "contractor", "worker", "arbiter", "other")


class Kind(IntEnum):
    """What a file of the room is; its number stands in the file's manifest."""

    OTHER = 0
    AGREEMENT = 1
    DELIVERABLE = 2
    EVIDENCE = 3
    PAYSLIP = 4
    ROSTER = 5
    RECORDING = 6
    CREDENTIAL = 7

    @property
    def word(self) -> str:
        """The kind as files and commands write it."""
        return self.name.lower()


Readers = Mapping[Kind, frozenset[str]]

_EACH_AND_ARBITER = frozenset({"client", "contractor", "arbiter"})

DEFAULT_READERS: Readers = MappingProxyType(
    {
        Kind.OTHER: _EACH_AND_ARBITER,
        Kind.AGREEMENT: _EACH_AND_ARBITER,
        Kind.DELIVERABLE: _EACH_AND_ARBITER,
        Kind.EVIDENCE: _EACH_AND_ARBITER,
        Kind.PAYSLIP: frozenset({"contractor", "worker"}),
        Kind.ROSTER: frozenset({"contractor"}),
        Kind.RECORDING: _EACH_AND_ARBITER,
        Kind.CREDENTIAL: frozenset({"client", "contractor"}),
    }
)


def _read_role(value: Any) -> str:
    if not isinstance(value, str):
        raise failed("BadValue", "is no role", f"write one of: {', '.join(ROLES)}")
    if value not in ROLES:
        raise failed("BadValue", f"{value!r} is no role", did_you_mean(value, ROLES))
    return value


def _check_roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    if not roles:
        raise failed("BadValue", "lets nobody read", f"write at least one of: {', '.join(ROLES)}")
    twice = next((role for role in roles if roles.count(role) > 1), None)
    if twice:
        raise failed("BadValue", f"names {twice} twice", "write each role once")
    return roles


Role = Annotated[str, BeforeValidator(_read_role)]
Roles = Annotated[tuple[Role, ...], AfterValidator(_check_roles)]


class Room(Model):
    """Which roles read files of each kind. A kind that is not named keeps its readers of SPEC.md 14.7."""

    other: Roles | None = None
    agreement: Roles | None = None
    deliverable: Roles | None = None
    evidence: Roles | None = None
    payslip: Roles | None = None
    roster: Roles | None = None
    recording: Roles | None = None
    credential: Roles | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Room:
        if all(getattr(self, kind.word) is None for kind in Kind):
            kinds = ", ".join(kind.word for kind in Kind)
            raise failed("BadValue", "names no kind of file", f"leave it out, or name some of: {kinds}")
        return self


def readers_of(room: Room | None) -> Readers:
    """The roles that read each kind, by the section if there is one."""
    if room is None:
        return DEFAULT_READERS
    named: dict[Kind, tuple[str, ...] | None] = {kind: getattr(room, kind.word) for kind in Kind}
    return MappingProxyType(
        {kind: DEFAULT_READERS[kind] if roles is None else frozenset(roles) for kind, roles in named.items()}
    )
