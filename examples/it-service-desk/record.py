"""The record of the story as an outsider gets it: one file that a block's hash opens, with no node at hand."""

from __future__ import annotations

from dataclasses import dataclass

from desk import Desk

from workpact.audit.bundle import Opened, export, opened
from workpact.audit.history import head, verified
from workpact.audit.node import Node
from workpact.audit.subject import Subject
from workpact.chain import deployments


@dataclass(frozen=True)
class Record:
    """The bundle's size in bytes, and what it holds."""

    size: int
    bundle: Opened

    @classmethod
    def of(cls, desk: Desk) -> Record:
        """The whole record as it is now, of all contracts, with receipts."""
        node, agreement = Node.connected(), desk.agreement
        at = head(node)
        known = deployments.read(node.chain_id)
        payroll = known["Payroll"].address if "Payroll" in known else None
        subject = Subject.found(node, agreement.contract.address, None, [agreement.document], at.number, payroll)
        content = export(node, verified(node, subject, at), receipts=True, deployments=known.values())
        return cls(len(content), opened(content, [at.hash]))

    def word(self, contract: str, key: bytes) -> bytes:
        """The history word that the bundle proves for a contract's book."""
        (book,) = (each for each in self.bundle.history.books if (each.book.contract, each.book.key) == (contract, key))
        return book.word
