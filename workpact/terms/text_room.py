"""The document's section on the data room, which stands only where the file has one."""

from __future__ import annotations

from workpact.terms.contents import Contents
from workpact.terms.markdown import bullets, table
from workpact.terms.room import ROLES, Kind

_KINDS = {
    Kind.OTHER: "Reasons, and what is none of these",
    Kind.AGREEMENT: "This agreement's files",
    Kind.DELIVERABLE: "Deliverables",
    Kind.EVIDENCE: "Evidence of reported figures",
    Kind.PAYSLIP: "Payslips",
    Kind.ROSTER: "Rosters",
    Kind.RECORDING: "Recordings",
    Kind.CREDENTIAL: "Credentials",
}
_ROLES = {
    "client": "the client's side",
    "contractor": "the contractor's side",
    "worker": "the worker concerned",
    "arbiter": "an arbiter",
    "other": "anyone else to whom the owner gives access",
}


def room(contents: Contents) -> str:
    """Who may read what the parties share."""
    if contents.spec.room is None:
        return ""
    rows = [
        [_KINDS[kind], kind.word, ", ".join(_ROLES[role] for role in ROLES if role in roles)]
        for kind, roles in contents.room.items()
    ]
    rules = [
        "What the parties share in the agreement's data room is encrypted; it may be made readable only for those whom "
        "this table names. A side is the party, its operators and its reporters. A worker is whoever has a wallet on "
        "the contractor's roster.",
        "An arbiter is made a reader only while a dispute is open that it may rule on, and not before.",
        "Who is no longer a reader cannot open later versions of a file. What was read before stays known.",
    ]
    return table(["Files", "Kind", "Who may read them"], rows) + "\n\n" + bullets(rules)
