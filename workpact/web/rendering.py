"""Pages as HTML: the server's part, equal bytes for equal facts, and the shell around it (SPEC.md 16.1)."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from workpact.audit.report.page import environment

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
    text = environment(TEMPLATES).get_template(template).render(**context)
    return Part(title, text.encode(), origin, block)


def page(made: Part, *, section: str, **settings: Any) -> bytes:
    """A whole page: the shell with a part in it. `section` is where in the navigation it stands."""
    content = Markup(made.content.decode())
    return (
        environment(TEMPLATES)
        .get_template("shell.html.jinja")
        .render(part=made, content=content, section=section, settings=settings)
        .encode()
    )


def prepare() -> None:
    """Reads all templates, so that nobody waits for it."""
    for each in environment(TEMPLATES).list_templates():
        environment(TEMPLATES).get_template(each)
