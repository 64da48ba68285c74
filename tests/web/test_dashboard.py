"""`ape run dashboard` as it is typed: a process that shows the example, ends at Ctrl-C, and names what is wrong."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support import ROOT


@contextmanager
def typed(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command, in folders of its own."""
    environment = os.environ | {"WORKPACT_DATA": str(folder), "WORKPACT_DEPLOYMENTS": str(folder)}
    # Without these two it starts a chain of its own, as fast as it can.
    for name in ("APE_FOUNDRY_HOST", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    command = ["ape", "run", "dashboard", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_demo__is_shown_until_it_is_stopped(tmp_path):
    with typed(tmp_path, "--demo", "--port", "0") as process:
        assert process.stderr is not None
        told = (re.search(r"(http://\S+)  \(Ctrl-C ends it\)", line) for line in process.stderr)
        url = next(match[1] for match in told if match)
        listed = httpx.get(url, timeout=60)
        assert listed.status_code == 200
        ((path, title),) = re.findall(r'<a href="(/agreement/0x[0-9a-f]{64})">([^<]+)</a>', listed.text)
        page = httpx.get(url + path, timeout=60).text
        assert f"<h1>{title}</h1>" in page
        assert "The client: knowledge-base" in page
        process.send_signal(signal.SIGINT)
        assert process.wait() in (0, 130, -signal.SIGINT)


def test_a_port_in_use__is_named_before_anything_is_played(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with typed(tmp_path, "--demo", "--port", port) as process:
            _, said = process.communicate()
    assert process.returncode == 1
    assert f"127.0.0.1 port {port}: Address already in use. Name another (--port)" in said
    assert "Playing" not in said
    assert list(tmp_path.iterdir()) == []
