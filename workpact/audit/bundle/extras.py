"""The parts of a bundle that are there on request: reports, agreement files, files of which the chain has a hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from workpact import WorkpactError
from workpact.audit.bundle.messages import read, written
from workpact.audit.bundle.packing import BadBundle, Text
from workpact.audit.entries import Entry
from workpact.audit.proofs import keccak
from workpact.terms import AgreementDocument, eip712, loads

SEALED = ("deliverable", "reason")
"""Arguments that are salted hashes of files."""


def named_reports(entries: Iterable[Entry]) -> list[bytes]:
    """The struct hashes of reports that events name, each once, in order of books and events."""
    own = (each for each in entries if each.contract == "SLAOracle" and "report" in each.arguments)
    return list(dict.fromkeys(bytes(each["report"]) for each in own))


def sealed_hashes(entries: Iterable[Entry]) -> set[bytes]:
    """The salted hashes of files that events have."""
    return {bytes(each[name]) for each in entries for name in SEALED if name in each.arguments}


def reports_text(entries: Iterable[Entry], known: Mapping[bytes, Mapping[str, Any]]) -> list[Any]:
    """The reports that events name; None for one that is not at hand."""
    return [written("Report", known[each]) if each in known else None for each in named_reports(entries)]


def reports_in(text: Text, entries: Iterable[Entry]) -> dict[bytes, Mapping[str, Any]]:
    """The reports of a bundle by hash; `BadBundle` for one that no event names."""
    if text.reports is None:
        return {}
    named = named_reports(entries)
    if len(named) != len(text.reports):
        raise BadBundle(f"The bundle's events name {len(named)} reports, it has places for {len(text.reports)}.")
    found: dict[bytes, Mapping[str, Any]] = {}
    for index, (digest, value) in enumerate(zip(named, text.reports, strict=True)):
        if value is not None:
            found[digest] = read("Report", value, f"reports.{index}")
            if eip712.struct_hash("Report", found[digest]) != digest:
                raise BadBundle(f"The bundle's report {index} is not the one that its event names.")
    return found


def papers_in(text: Text, messages: Mapping[bytes, Mapping[str, Any]]) -> dict[bytes, AgreementDocument]:
    """The agreement files of a bundle by id; `BadBundle` for one that is not of its document."""
    if text.papers is None:
        return {}
    if len(text.papers) != len(messages):
        raise BadBundle(f"The bundle has {len(messages)} documents and places for {len(text.papers)} files.")
    found = {}
    for index, (id_, content) in enumerate(zip(messages, text.papers, strict=True)):
        if content is not None:
            found[id_] = _paper(content, index, messages[id_])
    return found


def _paper(content: str, index: int, message: Mapping[str, Any]) -> AgreementDocument:
    try:
        paper = loads(content)
        if written("Agreement", paper.message) == written("Agreement", message) and paper.to_yaml() == content:
            return paper
    except (WorkpactError, ValueError):
        pass
    raise BadBundle(f"The bundle's file {index} is not that of its document.")


def revealed_in(text: Text, entries: Iterable[Entry]) -> dict[bytes, bytes]:
    """The files of a bundle by their salted hash; `BadBundle` for one that no event has."""
    found = {keccak(each.salt + sha256(each.content).digest()): each.content for each in text.revealed}
    if list(found) != sorted(found) or len(found) != len(text.revealed) or not set(found) <= sealed_hashes(entries):
        raise BadBundle("A file in the bundle has not the salted hash that an event has, or is out of order.")
    return found
