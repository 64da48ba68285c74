"""A report's facts as a file, whole or not at all; the form is that of the name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workpact import WorkpactError
from workpact.audit.report.facts import canonical
from workpact.private_file import write_plain


class UnknownForm(WorkpactError, ValueError):
    """The file's name says no form that a report has."""


def _html(value: dict[str, Any]) -> bytes:
    from workpact.audit.report.page import page  # takes a while to import, as the next

    return page(value)


def _pdf(value: dict[str, Any]) -> bytes:
    from workpact.audit.report.pdf import pdf

    return pdf(value)


FORMS: dict[str, Callable[[dict[str, Any]], bytes]] = {".html": _html, ".pdf": _pdf, ".json": canonical}


def require_form(path: Path) -> None:
    """Raises `UnknownForm` unless the name ends in .html, .pdf or .json."""
    if path.suffix not in FORMS:
        raise UnknownForm(f"{path} is neither .html, .pdf nor .json: name the file like report.html.")


def write(value: dict[str, Any], path: Path) -> None:
    """Writes the report, for its owner alone to read; raises `UnknownForm`."""
    require_form(path)
    write_plain(path, [FORMS[path.suffix](value)])
