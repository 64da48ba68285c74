"""Size of an evidence bundle and time to check it offline. Run as `python -m benchmarks.bundle [EVENTS]`.

An agreement of so many events on an Anvil of its own, half of them alone in their block, with receipts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.audit.evidence import bundle
from tests.audit.long_life import long_life
from tests.support import ROOT
from workpact.audit.bundle import opened

EVENTS = 10_000


def rows(events: int) -> dict[str, int]:
    """Bytes and milliseconds."""
    with long_life(events) as life:
        start = time.perf_counter()
        made = bundle(life, receipts=True, reports=True)
        exported = _since(start)
        bare = bundle(life, reports=True)
    start = time.perf_counter()
    found = opened(made.content, [made.hash])
    checked = _since(start)
    if len(found.history.entries) != events:
        raise AssertionError("the bundle has not all events")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "desk.bundle"
        file.write_bytes(made.content)
        command = [sys.executable, str(ROOT / "tools" / "verify_bundle.py"), str(file), "0x" + made.hash.hex()]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        alone = _since(start)
    return {
        "events": events,
        "with receipts, bytes an event": -(-len(made.content) // events),
        "with receipts, export from a local node, ms": exported,
        "with receipts, checked offline, ms": checked,
        "with receipts, checked by the verifier in one file, ms": alone,
        "without receipts, bytes an event": -(-len(bare.content) // events),
    }


def _since(start: float) -> int:
    return round((time.perf_counter() - start) * 1000)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    sys.stdout.write(json.dumps(rows(count), indent=2) + "\n")
