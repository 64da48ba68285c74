"""A mistake found in a document that reads well field by field."""

from __future__ import annotations

from dataclasses import dataclass

from workpact.terms.errors import TermsError


@dataclass(frozen=True)
class Finding:
    """`path` is inside the `index`-th document of `kind` in the file."""

    error: type[TermsError]
    path: tuple[str | int, ...]
    problem: str
    advice: str
    kind: str = "Agreement"
    index: int = 0
