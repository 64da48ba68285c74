"""Keeps the index at the node's head and hands out snapshots of agreements, each made once for a block."""

from __future__ import annotations

from threading import Lock

from workpact.audit.history import Head, head, verified
from workpact.audit.index import Index, IndexLogs, sync
from workpact.audit.node import Node
from workpact.audit.reports import calls_of, reports_of
from workpact.audit.subject import Subject
from workpact.web.documents import Documents
from workpact.web.snapshot import Snapshot


class Follower:
    """One chain and deployment, through one node."""

    def __init__(self, node: Node, index: Index, documents: Documents) -> None:
        self.node = node
        self.index = index
        self.documents = documents
        self._lock = Lock()
        self._made: dict[bytes, Snapshot] = {}

    @property
    def head(self) -> Head:
        """The last block that the index has come to."""
        with self._lock:
            cursor = sync(self.index, self.node)
            return head(self.node, cursor.number)

    def snapshot(self, origin: bytes) -> Snapshot:
        """An agreement at the head. Raises `NoSuchAgreement`, `DocumentMissing`, `HistoryDiffers`."""
        at = self.head
        with self._lock:
            known = self._made.get(origin)
            if known is None or known.head != at:
                known = self._made[origin] = self._read(origin, at)
            return known

    def _read(self, origin: bytes, at: Head) -> Snapshot:
        deployed = self.index.deployed
        contracts = deployed.contracts
        subject = Subject.found(
            self.node,
            contracts["Agreement"],
            origin,
            self.documents.of(origin),
            at.number,
            contracts.get("Payroll"),
            deployed.start,
            room=contracts.get("DataRoom"),
            talent=contracts.get("TalentRegistry"),
        )
        history = verified(self.node, subject, at, IndexLogs(self.index))
        entries = [each for each in history.entries if each.contract == "SLAOracle"]
        return Snapshot(history, reports_of(entries, calls_of(self.node, entries)))
