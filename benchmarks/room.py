"""Speed and size of the data room off chain. Run as `python -m benchmarks.room [BYTES]`.

A thousand files for ten readers each, one of a mebibyte, and a large one put and got in a process of its own.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.data_room.sample import HEADING, KEY, READER, VERSION
from tests.support import ROOT
from workpact.data_room.keys import EncryptionKey
from workpact.data_room.stream import open_sealed, seal
from workpact.data_room.wraps import VersionId, unwrap, wrap

FILES, READERS = 1_000, 10
MEBIBYTE = 2**20
LARGE = 2**30


def rows(large: int) -> dict[str, int]:
    """Milliseconds unless a row says otherwise, the best of five where it is short."""
    keys = [EncryptionKey.generate() for _ in range(READERS)]
    readers = [f"0x{number + 1:040x}" for number in range(READERS)]
    files = [VersionId(31337, VERSION.contract, VERSION.book, number.to_bytes(32), 1) for number in range(FILES)]
    secret = Random(0).randbytes(32)

    def wrap_all() -> list[bytes]:
        pairs = list(zip(keys, readers, strict=True))
        return [wrap(secret, key.public, file, reader, 1) for file in files for key, reader in pairs]

    start = time.perf_counter_ns()
    wrapped = wrap_all()
    wrapping = _since(start)
    one = wrap(secret, keys[0].public, VERSION, READER, 1)
    start = time.perf_counter_ns()
    for _ in range(FILES):
        unwrap(one, keys[0], VERSION, READER, 1)
    unwrapping = _since(start)
    content, out = Random(0).randbytes(MEBIBYTE), io.BytesIO()
    said = seal(io.BytesIO(content), out, KEY, VERSION, HEADING)
    opening = _best(lambda: open_sealed(io.BytesIO(out.getvalue()), io.BytesIO(), KEY, VERSION, said.commitment))
    sealing = _best(lambda: seal(io.BytesIO(content), io.BytesIO(), KEY, VERSION, HEADING))
    small = seal(io.BytesIO(), io.BytesIO(), KEY, VERSION, HEADING)
    return {
        f"{FILES:,} files for {READERS} readers each wrapped": wrapping,
        f"{FILES:,} wraps opened": unwrapping,
        "a mebibyte sealed, microseconds": sealing,
        "a mebibyte opened, microseconds": opening,
        "bytes a reader": len(wrapped[0]),
        "bytes a file more than its content, at least": small.size,
        "of a mebibyte, bytes more": said.size - MEBIBYTE,
        "of a mebibyte, ppm more": (said.size - MEBIBYTE) * 1_000_000 // MEBIBYTE,
        **_large(large),
    }


def _large(size: int) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "place"
        folder.mkdir()
        command = [sys.executable, "-m", "tests.data_room.large", str(size), str(folder), name]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout)
    if not found.pop("the same"):
        raise AssertionError("what was got is not what was put")
    return {f"{size / MEBIBYTE:,.0f} MiB: {name}": value for name, value in found.items()}


def _best(work: Callable[[], object]) -> int:
    times = []
    for _ in range(5):
        start = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - start) // 1_000)
    return min(times)


def _since(start: int) -> int:
    return (time.perf_counter_ns() - start) // 1_000_000


def main() -> None:
    """Print the rows."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    for name, value in rows(large).items():
        sys.stdout.write(f"{name:54}{value:>15,}\n")


if __name__ == "__main__":
    main()
