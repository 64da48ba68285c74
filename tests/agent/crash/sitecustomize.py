"""Kills the process that loads it right after a file whose path has $CRASH_AFTER in it is on disk."""

import os
import signal

_fsync = os.fsync


def _crash(handle: int) -> None:
    _fsync(handle)
    if os.environ["CRASH_AFTER"] in os.readlink(f"/proc/self/fd/{handle}"):
        os.kill(os.getpid(), signal.SIGKILL)


os.fsync = _crash
