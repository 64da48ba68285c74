"""The agreement of a request as a form: the client's file in which the contractor is still nobody (SPEC.md 15.3)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from workpact.terms import AgreementDocument
from workpact.terms.contents import write_yaml
from workpact.terms.fields import ZERO_ADDRESS, ZERO_WORD
from workpact.terms.loading import from_plain
from workpact.terms.structs import Message, agreement_message, word
from workpact.terms.units import write_instant

Plain = list[dict[str, Any]]

CONTRACTOR = "contractor"
"""The name whose address the bidder gives: `${contractor}`."""
NOBODY = "0x" + "00" * 18 + "b1d0"
"""Stands for the contractor while a form's message is made; it is never signed."""


def blank_terms(document: AgreementDocument, decide: int) -> str:
    """The file as it is published: without salts, openable until `decide` (Unix seconds); bidders fill it in."""
    plain = deepcopy(document.plain())
    spec = plain[0]["spec"]
    spec["offer"] |= {"salt": ZERO_WORD, "openBefore": write_instant(decide, document.zone, last=True)}
    spec["legal"]["salt"] = ZERO_WORD
    return write_yaml(plain)


def blank_message(document: AgreementDocument) -> Message:
    """The message of 3.1 with nobody as contractor: no salt, no hash of a text, none of the contractor's people.

    Raises TermsError where the file is wrong whoever the contractor is.
    """
    plain = deepcopy(document.plain())
    party = plain[0]["spec"]["parties"][CONTRACTOR]
    party["wallet"] = NOBODY
    for people in ("operators", "reporters"):
        party.pop(people, None)
    message = agreement_message(from_plain(plain, file=document.name))
    message["deal"]["contractor"] = ZERO_ADDRESS
    message["annex"]["offer"]["salt"] = 0
    conditions = message["annex"]["conditions"]
    conditions["service"]["levels"]["reporters"]["contractor"] = ZERO_ADDRESS
    conditions["legalText"] = word(ZERO_WORD)
    return message


def foreign_names(document: AgreementDocument) -> tuple[str, ...]:
    """Names without an address outside the contractor's section: those that the client forgot."""
    plain = deepcopy(document.plain())
    plain[0]["spec"]["parties"].pop(CONTRACTOR)
    rest = write_yaml(plain)
    return tuple(name for name in document.unresolved if "${" + name + "}" in rest)
