"""The agreement files that a server knows, by the id of what they say (SPEC.md 16.1)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from workpact import WorkpactError
from workpact.chain.journal import data_folder
from workpact.market.folder_place import read_bounded, write_whole
from workpact.terms import AgreementDocument, TermsError, loads

SIZE = 1024 * 1024
MOST = 2_000
BYTES = 128 * 1024 * 1024
"""Of one file, and of all that are kept."""


class NotKept(WorkpactError):
    """A file cannot be kept. Nothing was written."""

    status = 507


class Documents:
    """Files of agreements on one chain and contract: those given at the start, and those kept in `folder`."""

    def __init__(
        self, chain_id: int, agreement: str, given: Iterable[AgreementDocument] = (), folder: Path | None = None
    ) -> None:
        self._place = (chain_id, agreement)
        self._folder = folder
        self._lock = Lock()
        self._known: dict[bytes, AgreementDocument] = {}
        self._by_origin: dict[bytes, list[AgreementDocument]] = {}
        self.passed_over: list[str] = []
        """Names of files in the folder that are none of this chain and contract, or are damaged."""
        for path in sorted(folder.glob("*.yaml")) if folder and folder.is_dir() else ():
            self._load(path)
        for each in given:
            self.add(each)

    @classmethod
    def kept(cls, chain_id: int, agreement: str, given: Iterable[AgreementDocument] = ()) -> Documents:
        """With a folder of the user's own."""
        return cls(chain_id, agreement, given, data_folder() / "documents" / f"{chain_id}-{agreement.lower()}")

    def add(self, document: AgreementDocument) -> bytes:
        """Adds a file, until the server ends; its id."""
        id_ = document.id(*self._place)
        with self._lock:
            if id_ not in self._known:
                self._known[id_] = document
                self._by_origin.setdefault(document.origin(*self._place), []).append(document)
        return id_

    def keep(self, document: AgreementDocument) -> bytes:
        """Adds a file for good; its id. Raises `NotKept`.

        Whoever calls this has checked that it is in force, or that a party has signed it.
        """
        id_ = document.id(*self._place)
        if self._folder is None:
            raise NotKept("This server keeps no files: give it the file when it is started.")
        path, content = self._folder / f"{id_.hex()}.yaml", document.to_yaml().encode()
        with self._lock:
            if not path.exists():
                self._require_room(len(content))
                try:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    write_whole(path, content)
                except OSError as error:
                    raise NotKept(f"This server cannot write files: {error.strerror}.") from None
        return self.add(document)

    @property
    def origins(self) -> list[bytes]:
        """Of which agreements there are files."""
        with self._lock:
            return list(self._by_origin)

    def of(self, origin: bytes) -> list[AgreementDocument]:
        """All files of one agreement."""
        with self._lock:
            return list(self._by_origin.get(origin, ()))

    def _load(self, path: Path) -> None:
        content = read_bounded(path, SIZE)
        try:
            document = loads((content or b"").decode())
            if document.id(*self._place).hex() == path.stem:
                self.add(document)
                return
        except (TermsError, UnicodeDecodeError):
            pass
        self.passed_over.append(path.name)

    def _require_room(self, size: int) -> None:
        assert self._folder is not None
        sizes = [each.stat().st_size for each in self._folder.glob("*.yaml")]
        if size > SIZE:
            raise NotKept(f"The file has {size:,} bytes; {SIZE:,} are taken.")
        if len(sizes) >= MOST or sum(sizes) + size > BYTES:
            raise NotKept(f"This server keeps {MOST:,} files, {BYTES // 2**20} MB in all, and has them.")
