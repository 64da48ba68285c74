"""Papers in a folder of this machine, its own or shared."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

from workpact.drafts import sync_folder
from workpact.market.errors import WrongBytes
from workpact.market.place import Place, is_subject


class FolderPlace(Place):
    """A folder. What is no ordinary file in it (a pipe, a link, a device) is never opened."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__(str(folder))
        self.folder = Path(folder).expanduser()

    def _get(self, path: str, most: int) -> bytes | None:
        return read_bounded(self.folder / path, most)

    def _put(self, path: str, content: bytes) -> None:
        write_whole(self.folder / path, content)

    def _list(self, kind: str, subject: str | None) -> Iterator[str]:
        if subject is not None:
            yield from (f"{kind}/{subject}/{name}" for name in _names(self.folder / kind / subject))
            return
        for each in _names(self.folder / kind):
            below = self.folder / kind / each
            # What a stranger laid down may be no folder, or one that cannot be read.
            is_open = is_subject(kind, each) and below.is_dir() and os.access(below, os.R_OK | os.X_OK)
            yield f"{kind}/{each}/" if is_open else f"{kind}/{each}"
            if is_open:
                yield from (f"{kind}/{each}/{name}" for name in _names(below))

    def _reason(self, error: Exception) -> str | None:
        if not isinstance(error, OSError):
            return None
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def read_bounded(path: Path, most: int) -> bytes | None:
    """The first `most` + 1 bytes of a file; None if there is none. Raises `WrongBytes` for what is no ordinary file."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise WrongBytes(f"{path.name} is no ordinary file")
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        raise WrongBytes(f"{path.name} cannot be read") from None
    with os.fdopen(handle, "rb") as file:
        return file.read(most + 1)


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that is there whole, or not at all, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.parent / f".{path.name}.{token_hex(8)}.part"
    try:
        with open(draft, "xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield entry.name
    except (FileNotFoundError, NotADirectoryError):
        return
