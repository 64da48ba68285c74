"""Pages as HTML: the server's part, equal bytes for equal facts, and the shell around it (SPEC.md 16.1)."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from workpact.audit.report.writing import FILTERS, printable

TEMPLATES = Path(__file__).parent / "templates"
LEVEL = 5
"""Of compression."""


@dataclass(frozen=True)
class Part:
    """The server's part of a page."""

    title: str
    content: bytes
    origin: bytes | None = None
    """The agreement that it is about."""
    block: int | None = None

    @cached_property
    def hash(self) -> str:
        """SHA-256 of it, as it is printed below."""
        return sha256(self.content).hexdigest()

    @cached_property
    def compressed(self) -> bytes:
        """As gzip, which most browsers take."""
        return gzip.compress(self.content, LEVEL, mtime=0)


def part(template: str, title: str, origin: bytes | None = None, block: int | None = None, **context: Any) -> Part:
    """A part from its template."""
    text = environment().get_template(template).render(**context)
    return Part(title, text.encode(), origin, block)


def page(made: Part, *, section: str, **settings: Any) -> bytes:
    """A whole page: the shell with a part in it. `section` is where in the navigation it stands."""
    content = Markup(made.content.decode())
    return (
        environment()
        .get_template("shell.html.jinja")
        .render(part=made, content=content, section=section, settings=settings)
        .encode()
    )


@cache
def environment() -> Environment:
    """All templates; everything that is put into one is escaped, and cannot reorder the text around it."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_clean,
    )
    made.filters |= FILTERS
    return made


def prepare() -> None:
    """Reads all templates, so that nobody waits for it."""
    for each in environment().list_templates():
        environment().get_template(each)


def _clean(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
