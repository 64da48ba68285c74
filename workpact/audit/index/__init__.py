"""The index: all logs of a deployment and the transfers of its tokens in a database, as the chain has them (13.6).

index = Index.open(url, Deployed.of(node))
sync(index, node)
history = verified(node, subject, at, IndexLogs(index))
"""

from workpact.audit.index.database import DatabaseFailed, NewerDatabase, NoIndex, OtherDeployment
from workpact.audit.index.deployed import Deployed
from workpact.audit.index.read import IndexLogs, NotIndexed
from workpact.audit.index.store import Counts, Cursor, Index
from workpact.audit.index.sync import FinalizedGone, sync

__all__ = [
    "Counts",
    "Cursor",
    "DatabaseFailed",
    "Deployed",
    "FinalizedGone",
    "Index",
    "IndexLogs",
    "NewerDatabase",
    "NoIndex",
    "NotIndexed",
    "OtherDeployment",
    "sync",
]
