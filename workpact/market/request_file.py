"""The file in which a client writes its request, strict with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from workpact.market.blank import CONTRACTOR, blank_message, blank_terms, foreign_names
from workpact.market.request import MAX_TITLE, MAX_TRUSTED, OPEN, SCORES, request_body
from workpact.terms import AgreementDocument, load
from workpact.terms.errors import (
    BadDate,
    BadName,
    BadValue,
    LimitExceeded,
    MissingField,
    RoleConflict,
    SeveralErrors,
    TermsError,
    UnresolvedName,
    YamlError,
)
from workpact.terms.fields import ZERO_WORD, Address, Context, Deadline, Line, Model, Money, Name, Share, Zone
from workpact.terms.loading import section
from workpact.terms.source import Source, did_you_mean, read_documents
from workpact.terms.units import PPM, write_share

Field = tuple[str | int, ...]
Found = tuple[type[TermsError], Field, str, str]


class Metadata(Model):
    """The request's name, and its title for people."""

    name: Name
    title: Line


class Limits(Model):
    """What no bid may exceed."""

    price: Money | None = None


class Weights(Model):
    """What counts how much in the ranking; together 100 %."""

    price: Share = 0
    service: Share = 0
    record: Share = 0
    availability: Share = 0


class Spec(Model):
    """All that is asked for."""

    timezone: Zone
    agreement: Line
    open: tuple[Name, ...] = ()
    limits: Limits = Limits()
    quantities: Any = None
    weights: Weights
    trusted: tuple[Address, ...] = ()
    deadline: Deadline
    reveal: Deadline
    decide: Deadline


class RequestDocument(Model):
    """The one document of the file."""

    api_version: Literal["workpact/v1"]
    kind: Literal["Request"]
    metadata: Metadata
    spec: Spec


@dataclass(frozen=True)
class RequestFile:
    """A checked file, and the agreement that it asks to be filled in."""

    path: Path
    written: RequestDocument
    agreement: AgreementDocument
    volumes: Mapping[str, int]

    @property
    def client(self) -> str:
        """Whose request it is."""
        return self.agreement.parties.client.wallet

    def body(self, contract: str) -> dict[str, Any]:
        """What becomes public: the body of the paper, for this Agreement contract."""
        spec = self.written.spec
        terms = blank_terms(self.agreement, spec.decide)
        message = blank_message(self.agreement)
        message["annex"]["offer"]["openBefore"] = spec.decide
        return request_body(
            title=self.written.metadata.title,
            agreement=contract,
            message=message,
            terms=terms,
            open=frozenset(spec.open),
            most=spec.limits.price,
            volumes=self.volumes,
            weights={name: getattr(spec.weights, name) for name in SCORES},
            trusted=spec.trusted,
            instants=(spec.deadline, spec.reveal, spec.decide),
            timezone=spec.timezone,
        )


def load_request(
    path: Path,
    *,
    wallets: Mapping[str, str] | None = None,
    token: str | None = None,
    contracts: Mapping[str, str] | None = None,
    chain_id: int | None = None,
) -> RequestFile:
    """Reads a request's file and the agreement's beside it; names as for `workpact.terms.load`. Raises TermsError."""
    source = _source(path)
    agreement = _agreement(source, path, wallets, token, contracts, chain_id)
    context = Context(agreement.token.symbol, agreement.token.decimals, agreement.zone, dict(wallets or {}))
    zone = _zone(source)
    if zone:
        context = Context(context.symbol, context.decimals, ZoneInfo(zone), context.names)
    written = section(source, RequestDocument, context)
    volumes, found = _volumes(written, agreement)
    found += _mistakes(written, agreement)
    errors = [error(source.place(field), problem, advice) for error, field, problem, advice in found]
    if errors:
        raise errors[0] if len(errors) == 1 else SeveralErrors(errors)
    blank_message(agreement)
    return RequestFile(path, written, agreement, volumes)


def _source(path: Path) -> Source:
    from workpact.terms.errors import Place

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise YamlError(Place(str(path), 0, ""), f"cannot be read: {error}", "name a UTF-8 file") from None
    sources = read_documents(text, str(path))
    if len(sources) != 1 or not isinstance(sources[0].data, dict):
        problem = f"has {len(sources)} documents" if len(sources) != 1 else "is no section"
        raise YamlError(Place(str(path), 0, ""), problem, "write one document of kind: Request")
    return sources[0]


def _agreement(
    source: Source,
    path: Path,
    wallets: Mapping[str, str] | None,
    token: str | None,
    contracts: Mapping[str, str] | None,
    chain_id: int | None,
) -> AgreementDocument:
    """The agreement's file, by which amounts are read, in which nobody is the contractor yet."""
    spec = source.data.get("spec")
    named = spec.get("agreement") if isinstance(spec, dict) else None
    field = ("spec", "agreement")
    if not isinstance(named, str) or not named:
        raise MissingField(source.place(field), "is missing", "name the agreement file that is to be filled in")
    document = load(path.parent / named, wallets=wallets, token=token, contracts=contracts, chain_id=chain_id)
    contractor = document.parties.contractor.wallet
    if contractor != "${" + CONTRACTOR + "}":
        problem = f"{named} has the contractor {contractor} already"
        raise RoleConflict(source.place(field), problem, 'write wallet: "${contractor}" there: bidders fill it in')
    missing = foreign_names(document)
    if missing:
        problem = f"{named} has names that nobody said the addresses of: {', '.join(missing)}"
        raise UnresolvedName(source.place(field), problem, f"give --wallet {missing[0]}=0x…")
    for name in ("origin", "replaces", "under"):
        if getattr(document.spec, name) != ZERO_WORD:
            raise BadValue(source.place(field), f"{named} has {name}", "ask for a new agreement that stands alone")
    return document


def _zone(source: Source) -> str | None:
    """The file's zone, if it is one; else the model says what is wrong with it."""
    spec = source.data.get("spec")
    named = spec.get("timezone") if isinstance(spec, dict) else None
    try:
        return ZoneInfo(named).key if isinstance(named, str) else None
    except (ValueError, KeyError, OSError):
        return None


def _volumes(written: RequestDocument, agreement: AgreementDocument) -> tuple[dict[str, int], list[Found]]:
    base: Field = ("spec", "quantities")
    given, found = written.spec.quantities, list[Found]()
    if given is not None and not isinstance(given, dict):
        return {}, [(BadValue, base, "takes a section with keys of its own", "indent name: number below it")]
    given, volumes = given or {}, {}
    prices = [price.quantity for price in agreement.prices]
    for name in given:
        if name not in prices:
            advice = did_you_mean(name, prices) if prices else "leave it out: nothing is priced"
            found.append((BadName, (*base, name), f"the agreement prices no {name!r}", advice))
    for name in prices:
        count = given.get(name)
        if count is None:
            advice = f"add {name}: and how many are expected a period"
            found.append((MissingField, (*base, name), "is missing: bids could not be compared", advice))
        elif not isinstance(count, str) or not re.fullmatch(r"\d{1,3}(,\d{3}){1,4}|\d{1,15}", count, re.ASCII):
            found.append((BadValue, (*base, name), f"{count!r} is not a whole number", "write digits only, like 1,800"))
        else:
            volumes[name] = int(count.replace(",", ""))
    return volumes, found


def _mistakes(written: RequestDocument, agreement: AgreementDocument) -> list[Found]:
    return [
        *_open_mistakes(written, agreement),
        *_date_mistakes(written, agreement),
        *_early_mistakes(written, agreement),
        *_weight_mistakes(written),
    ]


def _open_mistakes(written: RequestDocument, agreement: AgreementDocument) -> Iterator[Found]:
    has = {
        "amounts": bool(agreement.milestones),
        "due-dates": bool(agreement.milestones),
        "rates": bool(agreement.prices),
        "fixed-charge": bool(agreement.spec.billing),
        "cap": bool(agreement.spec.billing),
        "targets": any(level.bands for level in agreement.levels),
        "credits": any(level.bands for level in agreement.levels),
    }
    seen: set[str] = set()
    for index, word in enumerate(written.spec.open):
        field: Field = ("spec", "open", index)
        if word not in OPEN:
            yield BadName, field, f"there is no {word!r} to leave open", did_you_mean(word, OPEN)
        elif word in seen:
            yield BadValue, field, f"{word!r} is there twice", "keep one"
        elif not has[word]:
            yield BadValue, field, f"the agreement has nothing that {word!r} would open", "leave it out"
        seen.add(word)


def _date_mistakes(written: RequestDocument, agreement: AgreementDocument) -> Iterator[Found]:
    spec = written.spec
    if spec.timezone != agreement.zone.key:
        advice = "use one time zone in both, so that nobody misreads a date"
        yield BadDate, ("spec", "timezone"), f"is {spec.timezone}, the agreement's is {agreement.zone.key}", advice
    if spec.reveal <= spec.deadline:
        yield BadDate, ("spec", "reveal"), "is not after the deadline", "leave time to lay down the roll and to open"
    if spec.decide <= spec.reveal:
        yield BadDate, ("spec", "decide"), "is not after reveal", "leave time to compare bids and to accept one"


def _early_mistakes(written: RequestDocument, agreement: AgreementDocument) -> Iterator[Found]:
    for item in agreement.milestones:
        if item.due <= written.spec.decide:
            problem = f"is not before the milestone {item.name} is due"
            yield BadDate, ("spec", "decide"), problem, "decide earlier, or make it due later"


def _weight_mistakes(written: RequestDocument) -> Iterator[Found]:
    spec = written.spec
    total = sum(getattr(spec.weights, name) for name in SCORES)
    if total != PPM:
        yield BadValue, ("spec", "weights"), f"add up to {write_share(total)}", "make them 100 %"
    if len(written.metadata.title) > MAX_TITLE:
        yield LimitExceeded, ("metadata", "title"), "is too long", f"at most {MAX_TITLE} characters"
    if len(spec.trusted) > MAX_TRUSTED:
        yield LimitExceeded, ("spec", "trusted"), f"has {len(spec.trusted)} accounts", f"at most {MAX_TRUSTED}"
    for index, address in enumerate(spec.trusted):
        if "$" in address:
            yield UnresolvedName, ("spec", "trusted", index), f"nobody said which address {address} is", "write 0x…"
        elif address in spec.trusted[:index]:
            yield BadValue, ("spec", "trusted", index), f"{address} is there twice", "keep one"
