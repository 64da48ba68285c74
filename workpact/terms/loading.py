"""From the text of an agreement file to a checked document, or to errors that say where and what to write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workpact.terms import errors
from workpact.terms.agreement import AgreementDocument
from workpact.terms.checks import check
from workpact.terms.credit import ServiceCredit
from workpact.terms.errors import BadAddress, BadValue, MissingField, Place, SeveralErrors, TermsError, UnknownKey
from workpact.terms.fields import PLACEHOLDER, Context, Model, Zone
from workpact.terms.model import Agreement, Token
from workpact.terms.openslo import OPENSLO, SLI, SLO, DataSource, Service
from workpact.terms.source import Source, did_you_mean, read_documents

KINDS: dict[tuple[str, str], type[Model]] = {
    ("workpact/v1", "Agreement"): Agreement,
    (OPENSLO, "DataSource"): DataSource,
    (OPENSLO, "Service"): Service,
    (OPENSLO, "SLI"): SLI,
    (OPENSLO, "SLO"): SLO,
    ("workpact/v1", "ServiceCredit"): ServiceCredit,
}

Part = TypeVar("Part", bound=Model)


class _Preamble(BaseModel):
    """What must be known before anything else can be read."""

    timezone: Zone
    token: Token


@dataclass(frozen=True)
class Names:
    """The addresses that a file's `${names}` stand for."""

    wallets: Mapping[str, str] = field(default_factory=dict)
    contracts: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    chain_id: int | None = None

    def all(self, symbol: str, file: str) -> dict[str, str]:
        """One address for each name; BadAddress if two are given for one."""
        found: dict[str, str] = {}
        token = {symbol: self.token} if self.token else {}
        for part in (self.wallets, self.contracts, self.tokens, token):
            for name, address in part.items():
                if found.setdefault(name, address).lower() != str(address).lower():
                    problem = f"two addresses are given for {name!r}: {found[name]} and {address}"
                    raise BadAddress(Place(file, 0, ""), problem, "give one of them")
        return found


def load(
    path: str | Path,
    *,
    wallets: Mapping[str, str] | None = None,
    token: str | None = None,
    contracts: Mapping[str, str] | None = None,
    tokens: Mapping[str, str] | None = None,
    chain_id: int | None = None,
) -> AgreementDocument:
    """Reads an agreement file.

    `wallets` and `contracts` say which addresses names like `${client}` and `${SLAOracle}` stand for, `tokens` (by
    symbol) or `token` which one the token's; `chain_id` picks from the token's `addresses`. Raises TermsError: the one
    mistake, or SeveralErrors with all that were found. An attachment that is there is compared with its hash.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise errors.YamlError(Place(str(path), 0, ""), f"cannot be read: {error}", "name a UTF-8 file") from None
    names = Names(wallets or {}, contracts or {}, tokens or {}, token, chain_id)
    document, sources = _read(text, names, str(path))
    _check_attachments(document, sources[0], file.parent)
    return document


def loads(text: str, names: Names | None = None, *, file: str = "agreement") -> AgreementDocument:
    """Reads an agreement file's text; as `load`."""
    return _read(text, names or Names(), file)[0]


def from_plain(documents: Sequence[Mapping[str, Any]], *, file: str = "agreement") -> AgreementDocument:
    """The document of plain ones, as `AgreementDocument.plain` gives them; raises TermsError."""
    return _checked([Source(file, None, deepcopy(part)) for part in documents], Names(), "", file)


def section(source: Source, model: type[Part], context: Context) -> Part:
    """One document of a file as its model; raises TermsError: the one mistake, or SeveralErrors."""
    try:
        return model.model_validate(source.data, context=context)
    except ValidationError as error:
        _raise([_typed(source, model, detail) for detail in error.errors()])
        raise


def _read(text: str, names: Names, file: str) -> tuple[AgreementDocument, list[Source]]:
    sources = read_documents(text, file)
    return _checked(sources, names, text, file), sources


def _checked(sources: list[Source], names: Names, text: str, file: str) -> AgreementDocument:
    _check_kinds(sources, file)
    context = _context(sources[0], names)
    found: list[TermsError] = []
    parts: dict[type[Model], list[tuple[Source, Any]]] = {kind: [] for kind in KINDS.values()}
    for source in sources:
        kind = KINDS[source.data["apiVersion"], source.data["kind"]]
        try:
            parts[kind].append((source, kind.model_validate(source.data, context=context)))
        except ValidationError as error:
            found.extend(_typed(source, kind, detail) for detail in error.errors())
    _raise(found)
    document = _assemble(parts, text, file)
    places: dict[str, list[Source]] = {kind.__name__: [s for s, _ in items] for kind, items in parts.items()}
    _raise(
        [
            finding.error(places[finding.kind][finding.index].place(finding.path), finding.problem, finding.advice)
            for finding in check(document)
        ]
    )
    return document


def _check_attachments(document: AgreementDocument, source: Source, folder: Path) -> None:
    # A file that is not beside the agreement is not an error: the other party may keep it.
    found: list[TermsError] = []
    for index, item in enumerate(document.spec.legal.attachments):
        attached = folder / item.path
        if attached.is_file() and sha256(attached.read_bytes()).hexdigest() != item.sha256:
            place = source.place(("spec", "legal", "attachments", index, "sha256"))
            problem = f"{item.path} beside the agreement is another file than this hash names"
            found.append(BadValue(place, problem, "put the agreed file there, or agree on the new hash"))
    _raise(found)


def _raise(found: Sequence[TermsError]) -> None:
    if len(found) == 1:
        raise found[0]
    if found:
        raise SeveralErrors(found)


def _check_kinds(sources: Sequence[Source], file: str) -> None:
    known = ", ".join(f"{kind} ({version})" for version, kind in KINDS)
    for index, source in enumerate(sources):
        data = source.data if isinstance(source.data, dict) else {}
        key = (str(data.get("apiVersion")), str(data.get("kind")))
        if key not in KINDS:
            problem = f"is a document of apiVersion {key[0]} and kind {key[1]}"
            raise errors.YamlError(source.place(("kind",)), problem, f"write one of: {known}")
        first = key[1] == "Agreement"
        if first != (index == 0):
            problem = "the first document of a file is its one Agreement"
            raise errors.YamlError(source.place(("kind",)), problem, "put it first, and each agreement in its own file")
    if not sources:
        raise errors.YamlError(Place(file, 0, ""), "has no document", "start it with kind: Agreement")
    credits = [source for source in sources if source.data["kind"] == "ServiceCredit"]
    if len(credits) > 1:
        raise errors.YamlError(credits[1].place(("kind",)), "is a second ServiceCredit", "put all levels into one")


def _context(source: Source, names: Names) -> Context:
    spec = source.data.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    token = spec.get("token")
    if isinstance(token, dict):
        _choose_token_address(source, token, names)
    preamble = {key: spec[key] for key in ("timezone", "token") if key in spec}
    symbol = str(token.get("symbol", "")) if isinstance(token, dict) else ""
    context = Context(names=names.all(symbol, source.file))
    try:
        read = _Preamble.model_validate(preamble, context=context)
    except ValidationError as error:
        _raise([_typed(source, _Preamble, detail, ("spec",)) for detail in error.errors()])
        raise
    if names.token and read.token.address.lower() != names.token.lower():
        raise BadAddress(
            source.place(("spec", "token", "address")),
            f"the document is paid in {read.token.address}, the token given is {names.token}",
            "give the document's token, or write the other address into the document",
        )
    if read.token.decimals > 36:
        raise BadValue(source.place(("spec", "token", "decimals")), "is above 36", "write the token's decimals")
    return Context(read.token.symbol, read.token.decimals, ZoneInfo(read.timezone), context.names)


def _choose_token_address(source: Source, token: dict[str, Any], names: Names) -> None:
    addresses = token.pop("addresses", None)
    if addresses is None:
        token.setdefault("address", f"${{{token.get('symbol')}}}")
        return
    place = source.place(("spec", "token", "addresses"))
    if "address" in token or not isinstance(addresses, dict):
        raise BadValue(place, "is beside address, or no list by chain id", "write address, or addresses by chain id")
    if names.chain_id is not None and str(names.chain_id) not in addresses:
        known = ", ".join(addresses)
        raise BadAddress(place, f"has none for chain {names.chain_id}", f"add it; there are {known}")
    chosen = addresses.get(str(names.chain_id), f"${{{token.get('symbol')}}}")
    token["address"] = chosen


def _assemble(parts: Mapping[type[Model], list[tuple[Source, Any]]], text: str, file: str) -> AgreementDocument:
    credits = parts[ServiceCredit]
    document = AgreementDocument(
        agreement=parts[Agreement][0][1],
        data_sources=tuple(part for _, part in parts[DataSource]),
        services=tuple(part for _, part in parts[Service]),
        slis=tuple(part for _, part in parts[SLI]),
        slos=tuple(part for _, part in parts[SLO]),
        credit=credits[0][1] if credits else None,
    )
    named: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        key = re.match(r"[\s-]*(?:[{\s]*)([A-Za-z]+):", line)
        for name in PLACEHOLDER.findall(line):
            named.setdefault(name, (number, key[1] if key else ""))
    document.remember(file, named)
    return document


def _typed(
    source: Source, model: type[BaseModel], detail: ErrorDetails, base: tuple[str | int, ...] = ()
) -> TermsError:
    path = (*base, *detail["loc"])
    place = source.place(path)
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        word = str(path[-1])
        return UnknownKey(place, f"there is no {word!r} here", did_you_mean(word, _known(model, path[:-1], base)))
    if kind == "missing":
        return MissingField(place, "is missing", f"add {path[-1]}:")
    if hasattr(errors, kind):
        error_type: type[TermsError] = getattr(errors, kind)
        return error_type(place, str(context["problem"]), str(context["advice"]))
    if kind == "literal_error":
        return BadValue(place, f"{detail['input']!r} is not known here", f"write {context['expected']}")
    wanted = "a list" if kind in ("tuple_type", "list_type") else "a section with keys of its own"
    return BadValue(place, f"takes {wanted}", "indent its entries below it")


def _known(model: type[BaseModel], path: Sequence[str | int], base: Sequence[str | int]) -> list[str]:
    current: Any = model
    for key in path[len(base) :]:
        if isinstance(key, int):
            continue
        fields = {field.alias or name: field for name, field in current.model_fields.items()}
        current = _model_in(fields[str(key)].annotation)
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
