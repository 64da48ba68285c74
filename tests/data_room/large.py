"""A large file put and got in a process of its own; prints the most memory that it held.

Run as `python -m tests.data_room.large BYTES PLACE FOLDER`.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.data_room.sample import HEADING, KEY, VERSION
from workpact.data_room.place import RoomPlace
from workpact.data_room.stream import open_sealed, seal

BLOCK = 1_048_576


def run(size: int, place: RoomPlace, folder: Path) -> dict[str, int | bool]:
    """Kilobytes held at most, before and at the end; milliseconds."""
    source, draft, out = (folder / name for name in ("source", "draft", "out"))
    block = Random(0).randbytes(BLOCK)
    with source.open("wb") as file:
        for number in range(0, size, BLOCK):
            file.write((number.to_bytes(8) + block)[: min(BLOCK, size - number)])
    times, before = [time.perf_counter()], held()
    with source.open("rb") as plain, draft.open("w+b") as sealed:
        said = seal(plain, sealed, KEY, VERSION, HEADING)
        times.append(time.perf_counter())
        place.write_version(VERSION, sealed, said)
    draft.unlink()
    times.append(time.perf_counter())
    with place.open_version(VERSION, said.content, said.size, folder) as fetched, out.open("wb") as plain:
        times.append(time.perf_counter())
        open_sealed(fetched, plain, KEY, VERSION, said.commitment)
    times.append(time.perf_counter())
    seconds = [round((after - start) * 1000) for start, after in pairwise(times)]
    return {
        "the same": digest(source) == digest(out),
        "held before, kB": before,
        "held at most, kB": held(),
        "sealed bytes": said.size,
        **dict(zip(("seal, ms", "put, ms", "get and check, ms", "open, ms"), seconds, strict=True)),
    }


def held() -> int:
    """Of this program alone: what `getrusage` tells counts the one that started it too."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1])


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(int(sys.argv[1]), RoomPlace(sys.argv[2]), Path(sys.argv[3]))))
