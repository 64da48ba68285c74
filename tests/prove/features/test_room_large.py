"""A gibibyte is put and got in the memory that a mebibyte takes (SPEC.md 14.8)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support import ROOT

MOST_MORE = 16 * 1_024
"""Kilobytes: a few of the chunks that pass through."""


def put_and_got(size: int, folder: Path) -> dict[str, int]:
    (folder / "place").mkdir(parents=True)
    command = [sys.executable, "-m", "tests.data_room.large", str(size), str(folder / "place"), str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def test_put_and_get__one_gibibyte__in_constant_memory(tmp_path):
    small = put_and_got(2**20, tmp_path / "small")
    large = put_and_got(2**30, tmp_path / "large")

    assert small["the same"]
    assert large["the same"]
    assert large["held at most, kB"] - small["held at most, kB"] < MOST_MORE
    assert large["sealed bytes"] == 2**30 + 2**30 // 65_536 * 17 + 171
