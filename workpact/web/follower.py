"""Keeps the index at the node's head and hands out snapshots of agreements, each made once for a block.

follower.start()          # from now on by itself; until then each question looks first
follower.snapshot(origin)
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

from urllib3 import Retry

from workpact import WorkpactError
from workpact.audit.entries import BlockGone
from workpact.audit.history import Head, head
from workpact.audit.index import Index, IndexLogs, sync
from workpact.audit.index.store import Cursor, Moved
from workpact.audit.node import Node, NodeRefused, NodeSilent, Unknown
from workpact.audit.subject import AMENDED, OPENED, NoSuchAgreement, Subject
from workpact.web.documents import Documents
from workpact.web.feed import Feed
from workpact.web.reading import Reading
from workpact.web.snapshot import Snapshot

LOG = logging.getLogger(__name__)
POLL = 0.4
"""Seconds between two looks at the node."""
SLOWEST = 4.0
"""And between two while it is silent."""
SILENT = 8
"""Seconds without an answer after which it is said."""
BRIEF = Retry(total=1, backoff_factor=0.1, allowed_methods=None)
SECONDS = 4
BRISK = Retry(total=2, backoff_factor=0.1, status_forcelist=(429, 502, 503, 504), allowed_methods=None)
READING = 20
"""How long it is waited for the node: where its head is asked for, and where somebody waits for a page."""
READINGS = 32
EVENTS = 100_000
"""So many agreements, or events of them, are kept as they were read; of others it is all read again."""
REMEMBERED = 64
"""Heads that were replaced."""
TIMES = 5


class Follower:
    """One chain and deployment, through one node."""

    def __init__(self, node: Node, index: Index, documents: Documents) -> None:
        self.node = node
        self.index = index
        self.documents = documents
        self.feed = Feed()
        self.answered = int(time.time())
        """When the node last did, by this machine's clock."""
        self.trouble = ""
        """What it answered that makes following impossible."""
        self._brief, self._reader = Node(node.url, BRIEF, SECONDS), Node(node.url, BRISK, READING)
        self._looking, self._lock = Lock(), Lock()
        self._head: Head | None = None
        self._gone: deque[bytes] = deque(maxlen=REMEMBERED)
        self._readings: OrderedDict[tuple[bytes, int], Reading] = OrderedDict()
        self._failed: OrderedDict[bytes, tuple[Any, WorkpactError]] = OrderedDict()
        self._ending = Event()
        self._thread: Thread | None = None

    # Following

    def start(self, progress: Callable[[Cursor, Head], None] | None = None) -> None:
        """Looks once and then again and again, in a thread of its own, until `stop`."""
        self._try(progress)
        self._thread = Thread(target=self._follow, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """For good; a question to the node that is under way is not waited for."""
        self._ending.set()
        self.feed.end()

    def look(self, progress: Callable[[Cursor, Head], None] | None = None) -> Head:
        """Brings the index to the node's last block; the head then. Raises what `sync` does."""
        with self._looking:
            latest = head(self._brief)
            self.answered = int(time.time())
            if self._head != latest:
                self._move(self._head, progress)
            self.trouble = ""
            assert self._head is not None
            return self._head

    @property
    def head(self) -> Head:
        """The last block that the index has come to. Raises `NodeSilent` before the first."""
        if self._thread is None:
            return self.look()
        if self._head is None:
            raise NodeSilent("The node has not answered yet.")
        return self._head

    @property
    def is_started(self) -> bool:
        """Whether it follows by itself."""
        return self._thread is not None

    @property
    def last(self) -> Head | None:
        """The head, if there is one yet; the node is not asked."""
        return self._head

    @property
    def is_silent(self) -> bool:
        """Whether the node cannot be followed at the moment."""
        return bool(self.trouble) or time.time() - self.answered > SILENT

    def was_replaced(self, block_hash: bytes) -> bool:
        """Whether a block was the head once and is not on the chain any more."""
        return block_hash in self._gone

    # Agreements

    def snapshot(self, origin: bytes) -> Snapshot:
        """An agreement at the head; at an earlier one while the node is silent.

        Raises `NoSuchAgreement`, `DocumentMissing`, `HistoryDiffers`, `Unclear`, `NodeSilent`.
        """
        for left in range(TIMES, 0, -1):
            try:
                return self._snapshot(origin)
            except (BlockGone, Moved, Unknown):
                if left == 1:
                    raise
                self.look()
        raise AssertionError

    def _snapshot(self, origin: bytes) -> Snapshot:
        at = self.head
        papers = self.documents.of(origin)
        key = at.hash, tuple(map(id, papers))
        failed = self._failed.get(origin)
        if failed is not None and failed[0] == key:
            raise failed[1].with_traceback(None)
        reading = self._reading(origin, papers, at)
        try:
            with reading.lock:
                return reading.at(at)
        except (NodeSilent, NodeRefused) as error:
            if reading.made is not None and not isinstance(error, Unknown):
                return reading.made
            raise
        except (BlockGone, Moved):
            raise
        except WorkpactError as error:
            with self._lock:
                self._failed[origin] = key, error
                while len(self._failed) > READINGS:
                    self._failed.popitem(last=False)
            raise

    def _reading(self, origin: bytes, papers: list[Any], at: Head) -> Reading:
        key = origin, hash(tuple(map(id, papers)))
        with self._lock:
            if key in self._readings:
                self._readings.move_to_end(key)
                return self._readings[key]
        self._require(origin, at)
        deployed = self.index.deployed
        contracts = deployed.contracts

        def find(block: int) -> Subject:
            return Subject.found(
                self._reader,
                contracts["Agreement"],
                origin,
                papers,
                block,
                contracts.get("Payroll"),
                deployed.start,
                room=contracts.get("DataRoom"),
                talent=contracts.get("TalentRegistry"),
            )

        with self._lock:
            made = self._readings.setdefault(key, Reading(self._reader, IndexLogs(self.index), find))
            while len(self._readings) > 1 and (
                len(self._readings) > READINGS or sum(map(len, self._readings.values())) > EVENTS
            ):
                self._readings.popitem(last=False)
            return made

    def _require(self, origin: bytes, at: Head) -> None:
        """That the index knows it: whoever asks for others costs the node nothing."""
        logs, agreement = IndexLogs(self.index), self.index.deployed.contracts["Agreement"]
        for topics in ([OPENED, origin], [AMENDED, None, origin]):
            if logs.read(agreement, topics, at.number):
                return
        raise NoSuchAgreement(f"No agreement 0x{origin.hex()} was opened until block {at.number}: check its address.")

    # The thread

    def _follow(self) -> None:
        for origin in self.documents.origins:  # whose files were given is asked for first
            with suppress(WorkpactError):
                self.snapshot(origin)
        pause = POLL
        while not self._ending.wait(pause):
            pause = POLL if self._try() else min(2 * pause, SLOWEST)

    def _try(self, progress: Callable[[Cursor, Head], None] | None = None) -> bool:
        try:
            self.look(progress)
        except (BlockGone, Moved, Unknown):
            return True  # the chain is moving: look again
        except (NodeSilent, NodeRefused):
            return False
        except WorkpactError as error:
            self._say(str(error))
            return False
        return True

    def _say(self, trouble: str) -> None:
        if trouble != self.trouble:
            LOG.error("%s", trouble)
            self.trouble = trouble
            self.feed.tell()

    def _move(self, known: Head | None, progress: Callable[[Cursor, Head], None] | None) -> None:
        def answered(cursor: Cursor, to: Head) -> None:
            self.answered = int(time.time())
            if progress:
                progress(cursor, to)

        cursor = sync(self.index, self.node, progress=answered)
        self.answered = int(time.time())
        at = head(self.node, min(cursor.number, self.node.height()))
        if cursor.hash is not None and at.number == cursor.number and at.hash != cursor.hash:
            raise BlockGone(f"Block {at.number} was replaced while it was read: run the same again.")
        goes_on = known is None or (known.number <= at.number and head(self.node, known.number) == known)
        with self._lock:
            read = {origin: reading for (origin, _), reading in self._readings.items()}
            if known is not None and not goes_on:
                self._gone.append(known.hash)
                self._readings.clear()
            if at.hash in self._gone:
                self._gone.remove(at.hash)
            self._head = at
        if known is not None:
            self.feed.tell(self._changed(read, known.number + 1, at.number) if goes_on else read)

    def _changed(self, read: dict[bytes, Reading], first: int, last: int) -> set[bytes]:
        """Agreements of which something stands in these blocks."""
        found: set[bytes] = set()
        logs = IndexLogs(self.index)
        for name, address in self.index.deployed.contracts.items():
            for each in logs.read(address, [None, None], last, first):
                if name == "Agreement":
                    found.add(each.topics[1])
                found |= {origin for origin, reading in read.items() if reading.concerns(each)}
        return found
