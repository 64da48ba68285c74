"""The files of an Open Cap Format package, the same byte for byte for the same content."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = "1.2.1-alpha+main"
MANIFEST = "Manifest.ocf.json"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry of the archive."""
FILES = {
    "Stakeholders": ("stakeholders_files", "OCF_STAKEHOLDERS_FILE"),
    "StockClasses": ("stock_classes_files", "OCF_STOCK_CLASSES_FILE"),
    "StockPlans": ("stock_plans_files", "OCF_STOCK_PLANS_FILE"),
    "VestingTerms": ("vesting_terms_files", "OCF_VESTING_TERMS_FILE"),
    "Transactions": ("transactions_files", "OCF_TRANSACTIONS_FILE"),
}
EVENTS = "StakeholderEvents"
"""Changes of status and relationship: the format has objects for them, but none of its files takes them."""
EMPTY = ("stock_legend_templates_files", "valuations_files")


@dataclass(frozen=True)
class Package:
    """A manifest and the files that it names, as they are written."""

    files: Mapping[str, bytes]

    @classmethod
    def of(cls, manifest: Mapping[str, Any], items: Mapping[str, Sequence[Mapping[str, Any]]]) -> Package:
        """A package of the objects by file (`Stakeholders` …); the manifest gets their names and checksums."""
        files, listed = {}, {}
        for name, (key, kind) in FILES.items():
            path = f"{name}.ocf.json"
            files[path] = _json({"file_type": kind, "items": list(items[name])})
            listed[key] = [{"filepath": path, "md5": hashlib.md5(files[path], usedforsecurity=False).hexdigest()}]
        files[f"{EVENTS}.ocf.json"] = _json({"items": list(items[EVENTS])})
        head: dict[str, Any] = {"file_type": "OCF_MANIFEST_FILE", "ocf_version": VERSION} | {key: [] for key in EMPTY}
        return cls({MANIFEST: _json({**head, **listed, **manifest}), **files})

    def read(self, name: str) -> dict[str, Any]:
        """One file, parsed: `Manifest`, `Stakeholders`, `Transactions`, `StakeholderEvents` …"""
        parsed: dict[str, Any] = json.loads(self.files[f"{name}.ocf.json"])
        return parsed

    def items(self, name: str) -> list[dict[str, Any]]:
        """The objects of one file."""
        found: list[dict[str, Any]] = self.read(name)["items"]
        return found

    def archive(self) -> bytes:
        """A zip file: entries in order of name, not compressed (compressors differ), all of one time."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            for name, content in sorted(self.files.items()):
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.create_system, entry.external_attr = 3, 0o100644 << 16
                archive.writestr(entry, content)
        return made.getvalue()

    def write_zip(self, path: Path) -> None:
        """Writes the archive."""
        path.write_bytes(self.archive())

    def write_folder(self, folder: Path) -> None:
        """Writes the files into a folder, made if it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
