"""Profiles: who offers what, from when, how many agreements at a time (SPEC.md 15.2).

Text of a profile is one that can be shown anywhere: control, invisible and direction characters and the beginnings of
HTML tags are refused when it is written and when it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ValidationError, field_validator

from workpact.market.errors import MarketError, shown
from workpact.market.paper import Paper
from workpact.terms.errors import Place as Where
from workpact.terms.errors import YamlError
from workpact.terms.fields import Context, Count, Line, Model, Prose, Start, Zone, failed
from workpact.terms.loading import section
from workpact.terms.source import Source, read_documents

ITEMS = 50
"""Entries of each list of a profile, at most."""
LAST = 2**38 - 1
"""The last second that a profile may name."""
MOST = 10_000
"""Agreements at a time, at most."""

_TAG = re.compile(r"<[A-Za-z/!?]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_LINK = re.compile(
    r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&()*+,;=:@%/?#-]*)?", re.ASCII
)

Value = TypeVar("Value")


class BadProfile(MarketError):
    """A paper is no profile that can be shown; says which part of it is wrong."""


def _text(longest: int) -> AfterValidator:
    def validate(text: str) -> str:
        if len(text) > longest:
            raise failed("BadValue", f"has {len(text):,} characters", f"write at most {longest:,}")
        if found := _TAG.search(text):
            raise failed(
                "UnsafeText", f"has HTML at {found[0]!r}", "write plain text, with a blank after each < that you mean"
            )
        return text

    return AfterValidator(validate)


def _form(form: re.Pattern[str], longest: int, name: str, advice: str) -> AfterValidator:
    def validate(text: str) -> str:
        if len(text) > longest or not form.fullmatch(text):
            raise failed("BadValue", f"{text[:80]!r} is no {name}", advice)
        return text

    return AfterValidator(validate)


def _within(first: int, last: int) -> AfterValidator:
    def validate(value: int) -> int:
        if not first <= value <= last:
            raise failed("BadValue", f"{value} is out of bounds", f"write {first} to {last}")
        return value

    return AfterValidator(validate)


Title = Annotated[Line, _text(120)]
Item = Annotated[Line, _text(80)]
Language = Annotated[Line, _form(_LANGUAGE, 35, "language tag", "write one of BCP 47, like en or pt-BR")]
Country = Annotated[Line, _form(_COUNTRY, 2, "country", "write two capital letters of ISO 3166, like DE")]
Link = Annotated[Line, _form(_LINK, 300, "https address", "write it whole and in ASCII, like https://example.org/me")]
AtOnce = Annotated[Count, _within(0, MOST)]


class ClaimedLink(Model):
    """An account elsewhere, and the page there that names the profile's address; who reads it opens that page."""

    site: Link
    proof: Link


class Offer(Model):
    """What is the same in the file and in the paper."""

    about: Annotated[Prose, _text(4_000)] | None = None
    services: tuple[Item, ...] = ()
    skills: tuple[Item, ...] = ()
    languages: tuple[Language, ...] = ()
    countries: tuple[Country, ...] = ()
    timezone: Zone
    links: tuple[ClaimedLink, ...] = ()

    @field_validator("services", "skills", "languages", "countries", "links", mode="after")
    @classmethod
    def _few_and_once(cls, items: tuple[Value, ...]) -> tuple[Value, ...]:
        if len(items) > ITEMS:
            raise failed("LimitExceeded", f"has {len(items)} entries", f"write at most {ITEMS}")
        if len({str(each).casefold() for each in items}) != len(items):
            raise failed("BadValue", "has an entry twice", "write each once")
        return items


class Spec(Offer):
    """The file's offer, with a date."""

    available_from: Start
    at_once: AtOnce


class Metadata(Model):
    """The name that people see."""

    title: Title


class ProfileDocument(Model):
    """The one document of the file."""

    api_version: Literal["workpact/v1"]
    kind: Literal["Profile"]
    metadata: Metadata
    spec: Spec


class Body(Offer):
    """The paper's offer, in whole numbers."""

    title: Title
    available_from: Annotated[Count, _within(0, LAST)]
    at_once: AtOnce


@dataclass(frozen=True)
class Profile:
    """One profile that can be shown; which one of an account counts, the chain says."""

    paper: Paper
    body: Body

    @classmethod
    def of(cls, paper: Paper) -> Self:
        """Reads a profile's paper; raises `BadProfile`."""
        if paper.kind != "profile":
            raise BadProfile(f"{paper.id} is a {paper.kind}, no profile.")
        try:
            return cls(paper, Body.model_validate(dict(paper.body), context=Context()))
        except ValidationError as error:
            first = error.errors()[0]
            problem = first.get("ctx", {}).get("problem") or first["msg"]
            where = shown(".".join(str(each) for each in first["loc"]))
            raise BadProfile(
                f"The profile {paper.id} is wrong at {where}: {shown(problem)}. Its author can set another."
            ) from None

    @property
    def account(self) -> str:
        """Whose it is."""
        return self.paper.author

    @property
    def available_from(self) -> int:
        """Unix seconds."""
        return self.body.available_from

    @property
    def at_once(self) -> int:
        """How many agreements at a time."""
        return self.body.at_once

    def to_json(self) -> dict[str, Any]:
        """For programs; numbers as decimal text, as in the paper."""
        return {"account": self.account, "id": self.paper.id, **self.paper.body}


def load_profile(path: Path) -> dict[str, Any]:
    """The body of a profile's paper from its file. Raises TermsError with file, line and field."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise YamlError(Where(str(path), 0, ""), f"cannot be read: {error}", "name a UTF-8 file") from None
    sources = read_documents(text, str(path))
    if len(sources) != 1 or not isinstance(sources[0].data, dict):
        raise YamlError(Where(str(path), 0, ""), "is no single document", "write one document with kind: Profile")
    return _body(sources[0])


def _body(source: Source) -> dict[str, Any]:
    spec = source.data.get("spec")
    written = spec.get("timezone") if isinstance(spec, dict) else None
    try:
        zone = ZoneInfo(written) if isinstance(written, str) else ZoneInfo("UTC")
    except (ValueError, KeyError, OSError):
        zone = ZoneInfo("UTC")  # named where the field is read
    read = section(source, ProfileDocument, Context(zone=zone))
    body = {
        "title": read.metadata.title,
        "about": read.spec.about,
        "services": list(read.spec.services),
        "skills": list(read.spec.skills),
        "languages": list(read.spec.languages),
        "countries": list(read.spec.countries),
        "timezone": read.spec.timezone,
        "availableFrom": str(read.spec.available_from),
        "atOnce": str(read.spec.at_once),
        "links": [{"site": each.site, "proof": each.proof} for each in read.spec.links],
    }
    return {name: value for name, value in body.items() if value is not None}
