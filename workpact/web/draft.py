"""A draft as its writer sees it: the file's text, every mistake at its field in the loader's words, and what it would
be if it were signed now. Nothing of it is kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from workpact.terms import AgreementDocument, Names, TermsError, loads
from workpact.terms.contents import write_yaml
from workpact.terms.errors import UnresolvedName
from workpact.terms.fields import PLACEHOLDER
from workpact.terms.lint import lint
from workpact.terms.source import Source, read_documents
from workpact.web.asking import Chain
from workpact.web.deposits import token_fault
from workpact.web.move import Json
from workpact.web.proposals import LONGEST, unmeasurable
from workpact.web.prose import blocks

FILE = "agreement.yaml"
DEEPEST = 24

Path = tuple[str | int, ...]


class NoDraft(ValueError):
    """What the form sent has another shape than a file."""


class Sent(BaseModel):
    """What the page sends: the file's text, or its documents as texts, lists and sections."""

    model_config = ConfigDict(extra="forbid")
    text: str | None = Field(default=None, max_length=LONGEST)
    documents: list[dict[str, Any]] | None = Field(default=None, max_length=200)


@dataclass(frozen=True)
class Mistake:
    """One mistake: in which document of the file, at which field and line, what is wrong and what to write."""

    document: int
    field: str
    line: int
    problem: str
    advice: str

    def to_json(self) -> Json:
        """For the browser."""
        return {
            "document": self.document,
            "field": self.field,
            "line": self.line,
            "words": f"{self.problem} → {self.advice}" if self.advice else self.problem,
        }


def read(chain: Chain, contracts: dict[str, str], sent: Sent) -> Json:
    """All that the form shows of a draft. Raises `NoDraft`."""
    text = _text(sent)
    sources, document, mistakes = _loaded(text, contracts)
    made: Json = {
        "text": text,
        "documents": [each.data for each in sources] if sources else None,
        "mistakes": [each.to_json() for each in mistakes],
        "notes": list(_notes(chain, text, document)),
        "signed": None,
    }
    if document is not None and not mistakes:
        made["signed"] = {
            "id": "0x" + document.id(chain.id, chain.agreement).hex(),
            "typed": document.typed_data(chain.id, chain.agreement),
            "prose": [list(each) for each in blocks(document.document_markdown())],
            "document": document.to_yaml(),
        }
    return made


def _text(sent: Sent) -> str:
    if sent.text is not None:
        return sent.text
    if sent.documents is None or not all(_is_plain(each, 0) for each in sent.documents):
        raise NoDraft("Send the file's text, or its documents as texts, lists and sections.")
    return write_yaml([each for each in sent.documents if each])


def _is_plain(value: Any, depth: int) -> bool:
    if isinstance(value, str):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return depth < DEEPEST and inner is not None and all(_is_plain(each, depth + 1) for each in inner)


def _loaded(text: str, contracts: dict[str, str]) -> tuple[list[Source], AgreementDocument | None, list[Mistake]]:
    try:
        sources = read_documents(text, FILE)
    except TermsError as error:
        return [], None, [Mistake(0, each.field, each.line, each.problem, each.advice) for each in error.errors]
    try:
        document = loads(text, Names(contracts=contracts), file=FILE)
    except TermsError as error:
        return sources, None, [_mistake(sources, each) for each in error.errors]
    return sources, document, list(_unnamed(sources, document))


def _mistake(sources: Sequence[Source], error: TermsError) -> Mistake:
    starts = [each.node.start_mark.line + 1 for each in sources if each.node]
    document = max(bisect_right(starts, error.line) - 1, 0)
    return Mistake(document, error.field, error.line, error.problem, error.advice)


def _unnamed(sources: Sequence[Source], document: AgreementDocument) -> Iterator[Mistake]:
    """The names that stand for no address yet, at every place that has one."""
    try:
        document.require_resolved()
    except UnresolvedName as error:
        advice = error.advice.partition(",")[0]
        for name in document.unresolved:
            places = [(i, path) for i, each in enumerate(sources) for path in _named(each.data, name, ())]
            for index, path in places or [(0, ("spec", "token", "address"))]:
                place = sources[index].place(path)
                yield Mistake(index, place.field, place.line, f"nobody said which address ${{{name}}} is", advice)


def _named(value: Any, name: str, path: Path) -> Iterator[Path]:
    if isinstance(value, str) and name in PLACEHOLDER.findall(value):
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _named(each, name, (*path, key))


def _notes(chain: Chain, text: str, document: AgreementDocument | None) -> Iterator[str]:
    """What is worth a look, though the file loads."""
    if "openslo/" in text:
        yield from (f"Line {each.line}, {each.field}: {each.problem} → {each.advice}" for each in lint(text, FILE))
    if document is None or document.unresolved:
        return
    if fault := token_fault(chain, document):
        yield fault
    yield from unmeasurable(document)
    if document.spec.offer.open_before < chain.head.timestamp:
        yield "Its last day to come into force has passed."
