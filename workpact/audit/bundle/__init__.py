"""Evidence bundles: an agreement's whole record in one file, checked offline by one block hash (SPEC.md 13.3).

content = export(node, history, receipts=True)
bundle = opened(content, [block_hash])
bundle.history.entries
bundle.statement.lines()
"""

from workpact.audit.bundle.exporting import NotSubmitted, export
from workpact.audit.bundle.opening import Opened, OtherBlock, opened
from workpact.audit.bundle.packing import (
    XZ,
    BadBundle,
    BundleDamaged,
    BundleTruncated,
    NotABundle,
    OtherVersion,
)
from workpact.audit.bundle.statement import Statement

__all__ = [
    "XZ",
    "BadBundle",
    "BundleDamaged",
    "BundleTruncated",
    "NotABundle",
    "NotSubmitted",
    "Opened",
    "OtherBlock",
    "OtherVersion",
    "Statement",
    "export",
    "opened",
]
