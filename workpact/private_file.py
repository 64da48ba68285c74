"""Files that only their owner may read."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_private(path: Path, content: Iterable[bytes]) -> None:
    """Write a whole file or nothing, mode 0600."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(content)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
