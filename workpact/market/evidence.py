"""What a ranking rests on beside the papers, in one folder that anyone checks offline by one block hash (15.10).

FOLDER/agreements/ORIGIN.bundle   audit bundles
FOLDER/accounts.json              what accounts said in the registry
FOLDER/papers/                    the papers, as a place
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp

from workpact.audit import bundle
from workpact.audit.history import Logs, verified
from workpact.audit.node import Node
from workpact.chain import deployments
from workpact.market.account_books import AccountBooks, export_books
from workpact.market.errors import MarketError
from workpact.market.folder_place import FolderPlace
from workpact.market.paper import Paper
from workpact.market.record import Records
from workpact.market.sources import Contracts, subject_of

AGREEMENTS, ACCOUNTS, PAPERS = "agreements", "accounts.json", "papers"
ENDING = ".bundle"


class FolderTaken(MarketError):
    """The folder has something in it already. Nothing was written."""


class NoEvidence(MarketError):
    """A folder or file is not what was exported."""


def export_evidence(
    node: Node,
    contracts: Contracts,
    records: Records,
    books: AccountBooks,
    papers: Iterable[Paper],
    origins: Sequence[bytes],
    logs: Logs,
    folder: Path,
    progress: Callable[[int, int], None],
) -> None:
    """Writes the evidence of a block, whole or not at all; agreements that are not known are left out.

    Raises `FolderTaken`, and `StateGone` where the node does not keep the state of that block.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(f"{folder} is not empty: name a new folder, as what is exported belongs to one block.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        (draft / AGREEMENTS).mkdir()
        known = {each.origin: each for each in records.facts if each.is_known}
        chosen = [each for each in origins if each in known]
        recorded = list(deployments.read(contracts.chain_id).values())
        for done, origin in enumerate(chosen):
            progress(done, len(chosen))
            history = verified(node, subject_of(contracts, known[origin]), records.head, logs)
            content = bundle.export(node, history, deployments=recorded)
            (draft / AGREEMENTS / f"{origin.hex()}{ENDING}").write_bytes(content)
        progress(len(chosen), len(chosen))
        (draft / ACCOUNTS).write_bytes(export_books(node, contracts, books))
        place = FolderPlace(draft / PAPERS)
        for paper in papers:
            place.lay(paper)
        draft.chmod(0o755)
        os.replace(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def bundles_in(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """The bundles of files and of folders that were exported, by name."""
    for path in paths:
        if path.is_dir():
            below = path / AGREEMENTS if (path / AGREEMENTS).is_dir() else path
            yield from ((str(file), file.read_bytes()) for file in sorted(below.glob(f"*{ENDING}")))
        elif path.name != ACCOUNTS:
            yield str(path), path.read_bytes()


def accounts_in(paths: Iterable[Path]) -> bytes:
    """The file of accounts in the folder that was exported; raises `NoEvidence`."""
    for path in paths:
        file = path / ACCOUNTS if path.is_dir() else path
        if file.name == ACCOUNTS and file.is_file():
            return file.read_bytes()
    raise NoEvidence(
        f"No {ACCOUNTS} is named, which proves the bidders' profiles: name the folder that `ape run market rank "
        "--export` wrote."
    )


def papers_in(paths: Iterable[Path]) -> Path | None:
    """The folder of papers among what was exported, if it is there."""
    return next((path / PAPERS for path in paths if (path / PAPERS).is_dir()), None)
