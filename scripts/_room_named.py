"""What agreement and reports name by a salted hash: whether a file of the room is that (SPEC.md 14.10)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workpact.agreement import Agreement


def named_by(agreement: Agreement, opens: Mapping[str, str], content: Path) -> list[str]:
    """Where a content is named by what its heading opens, in words; none if nothing on chain names it."""
    return _reports(agreement, opens, content) if "evidenceRoot" in opens else _events(agreement, opens, content)


def _events(agreement: Agreement, opens: Mapping[str, str], content: Path) -> list[str]:
    from eth_utils.crypto import keccak

    from scripts._words import told, when

    with content.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    try:
        salt = bytes.fromhex(opens["salt"].removeprefix("0x"))
    except (KeyError, ValueError):
        return []
    named = keccak(salt + digest)
    found = [each for each in agreement.events() if named in each.arguments.values()]
    return [f"{when(agreement, each.timestamp)}: {told(agreement, each)}" for each in found]


def _reports(agreement: Agreement, opens: Mapping[str, str], content: Path) -> list[str]:
    """The reports on chain whose evidence this is: its events give their root."""
    from workpact.agreement import BadArgument
    from workpact.measurement import Evidence
    from workpact.measurement.errors import EvidenceError
    from workpact.service_levels import ServiceLevels
    from workpact.service_results import Stage
    from workpact.service_state import ReportUnknown

    levels = ServiceLevels.of(agreement)
    try:
        held = Evidence.read(content)
        stage = levels.result(held.period).stage
        if stage is Stage.CONTESTED:
            reports = {
                f"the {side.words}'s report": each for side, each in levels.contested_reports(held.period).items()
            }
        elif stage.pending is not None:
            reports = {"the report that waits for an answer": levels.pending_report(held.period)}
        else:
            reports = {"the final report": levels.final_report(held.period)} if stage.is_final else {}
    except (EvidenceError, BadArgument, ReportUnknown):
        return []
    is_meant = opens == {"evidenceRoot": "0x" + held.root.hex(), "period": held.period}
    return [f"{name} of {held.period} has this evidence" for name, each in reports.items()
            if is_meant and each.evidence == held.root]  # fmt: skip
