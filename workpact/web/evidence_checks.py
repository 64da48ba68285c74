"""What is worth a look, and whether events, contracts and transfers agree: asked of the node, so on its own address."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workpact import WorkpactError
from workpact.audit.alerts import Case, look
from workpact.audit.alerts.around import transfers_around
from workpact.audit.node import Node
from workpact.audit.reconciliation import reconcile
from workpact.audit.transfers import transfers_beside
from workpact.web.snapshot import Snapshot

SECONDS = 60
"""That a comparison may take."""


class TookTooLong(WorkpactError):
    """There is more to compare than a page waits for."""


@dataclass(frozen=True)
class Checks:
    """JSON of both, or in words why there is none, and the block they are of."""

    block: int
    alerts: Mapping[str, Any] | str
    reconciliation: Mapping[str, Any] | str


def checks(node: Node, snapshot: Snapshot, born: int) -> Checks:
    """Both, of an agreement at a block; `born` is the block that logs begin with."""
    return Checks(snapshot.head.number, _alerts(node, snapshot, born), _reconciliation(node, snapshot))


def _alerts(node: Node, snapshot: Snapshot, born: int) -> Mapping[str, Any] | str:
    try:
        transfers, unseen = transfers_around(node, snapshot.history, born)
        return look(Case(snapshot.history, snapshot.reports, transfers, unseen=unseen)).to_json()
    except WorkpactError as error:
        return str(error)


def _reconciliation(node: Node, snapshot: Snapshot) -> Mapping[str, Any] | str:
    until = time.monotonic() + SECONDS

    def progress(done: int, of: int) -> None:
        if time.monotonic() > until:
            raise TookTooLong(
                f"{done} of {of} blocks were compared in {SECONDS} seconds, which is as long as a page waits: "
                f"compare all with ape run audit reconcile 0x{snapshot.origin.hex()}."
            )

    try:
        transfers = transfers_beside(node, snapshot.history.entries)
        return reconcile(snapshot.history, transfers, node, progress).to_json()
    except WorkpactError as error:
        return str(error)
