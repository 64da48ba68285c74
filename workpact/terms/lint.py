"""Any OpenSLO v1 file, judged by OpenSLO's own schema and by what people mistake in it.

for error in lint(text, "slo.yaml"): print(error)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from workpact.terms.errors import (
    BadDate,
    BadDuration,
    BadShare,
    BadValue,
    MissingField,
    Place,
    TermsError,
    UnknownKey,
    YamlError,
)
from workpact.terms.source import Source, read_documents

if TYPE_CHECKING:
    from jsonschema import ValidationError

FOLDER = Path(__file__).parent / "schemas" / "openslo" / "v1"
PARTS = "https://openslo.com/schemas/v1/parts/"
OWN = "workpact/v1"
DECIMALS = 6

Field = tuple[str | int, ...]
Schema = dict[str, Any]


def lint(text: str, file: str = "file") -> list[TermsError]:
    """All mistakes in the OpenSLO objects of a file, each with its line and what to write; none if all are valid.

    Documents of `workpact/v1` beside them are left to `load`. A time stays the text that was written.
    """
    try:
        sources = read_documents(text, file)
    except TermsError as error:
        return [error]
    judged = [source for source in sources if not (isinstance(source.data, dict) and _is_own(source.data))]
    if not judged:
        return [YamlError(Place(file, 0, ""), "has no OpenSLO object", "start one with apiVersion: openslo/v1")]
    return [error for source in judged for error in _judged(source)]


def _is_own(data: Schema) -> bool:
    return data.get("apiVersion") == OWN


def _judged(source: Source) -> Iterator[TermsError]:
    assert source.node is not None, "read from a file"
    data = _typed(source.node)
    found = list(_by_schema(source, data, "general"))
    kind = str(data.get("kind")) if isinstance(data, dict) else ""
    part = f"{kind.lower()}-spec"
    if not any(error.field in ("", "kind", "apiVersion") for error in found) and part in _schemas():
        found += _by_schema(source, data, part)
        found += _misspelt(source, data, [_schemas()["general"], _schemas()[part]], ())
        found += _mistaken(source, data, ())
    yield from sorted(found, key=lambda error: error.line)


def _typed(node: Node) -> Any:
    """A node's value as JSON has it: numbers exact, times text."""
    if isinstance(node, MappingNode):
        return {key.value: _typed(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_typed(item) for item in node.value]
    kind, text = str(node.tag).rpartition(":")[2], str(node.value)
    try:
        if kind == "int":
            return int(text, 0)
        if kind == "float":
            return Decimal(text)
    except (ValueError, InvalidOperation):
        return text
    if kind == "bool":
        return text.lower() == "true"
    return None if kind == "null" else text


# By OpenSLO's schema


@cache
def _schemas() -> dict[str, Schema]:
    """The schema's parts by name."""
    files = sorted((FOLDER / "parts").glob("*.json"))
    return {file.name.removesuffix(".schema.json"): json.loads(file.read_text(encoding="utf-8")) for file in files}


@cache
def _validator(part: str) -> Any:
    from jsonschema import Draft7Validator  # a quarter of a second to import
    from referencing import Registry, Resource

    resources = [(schema["$id"], Resource.from_contents(schema)) for schema in _schemas().values()]
    registry: Registry[Any] = Registry().with_resources(resources)
    return Draft7Validator(_schemas()[part], registry=registry)


def _by_schema(source: Source, data: Any, part: str) -> Iterator[TermsError]:
    errors = list(_validator(part).iter_errors(data))
    chosen = {tuple(error.absolute_path) for error in errors if error.validator == "oneOf"}
    for error in errors:
        # Two that exclude each other are told once.
        if error.validator != "not" or tuple(error.absolute_path) not in chosen:
            yield _told(source, error)


def _told(source: Source, error: ValidationError) -> TermsError:
    path, value, rule = tuple(error.absolute_path), error.instance, error.validator_value
    place = source.place(path)
    if error.validator == "required":
        missing = next(name for name in rule if f"{name!r}" in error.message and name not in value)
        return MissingField(source.place((*path, missing)), "is missing", f"add {missing}:")
    if error.validator in ("const", "enum"):
        known = [rule] if error.validator == "const" else rule
        return BadValue(place, f"{value!r} is not known here", f"write one of: {', '.join(map(str, known))}")
    if error.validator == "oneOf" and all("required" in branch for branch in rule):
        ways = [", ".join(branch["required"]) for branch in rule]
        return BadValue(place, "needs one of two, and has both or none", f"write {', or '.join(ways)}")
    if error.validator == "pattern":
        return BadValue(place, f"{value!r} has another form", _ADVICE.get(str(path[-1]), _ADVICE["name"]))
    if error.validator == "type":
        return BadValue(place, f"is {value!r}", f"write a value of type {rule}")
    if error.validator in ("minLength", "maxLength", "minItems", "maxItems"):
        what = "characters" if error.validator.endswith("Length") else "entries"
        bound = "at least" if error.validator.startswith("min") else "at most"
        return BadValue(place, f"has {len(value)} {what}", f"write {bound} {rule}")
    return BadValue(place, f"{value} breaks {error.validator} {rule}", "write what OpenSLO v1 has there")


_ADVICE = {
    "duration": "write 1M for a month, 4w for weeks, 5m for minutes",
    "timeSliceWindow": "write 5m for minutes, 1h for an hour",
    "lookbackWindow": "write 1h for an hour, 5m for minutes",
    "alertAfter": "write 1h for an hour, 5m for minutes",
    "startTime": 'write it like "2026-03-01 00:00:00"',
    "timeZone": "write an IANA name, like Europe/Berlin",
    "name": "write lower case letters, digits, hyphens and dots",
}


# Beyond it


def _misspelt(source: Source, data: Any, schemas: Sequence[Schema], path: Field) -> Iterator[TermsError]:
    """Keys that are nearly those of the schema, which lets every unknown one pass."""
    if isinstance(data, list):
        items = [part["items"] for schema in schemas for part in _flat(schema) if "items" in part]
        for index, item in enumerate(data):
            yield from _misspelt(source, item, items, (*path, index))
    if not isinstance(data, dict):
        return
    known: dict[str, list[Schema]] = {}
    for schema in schemas:
        for part in _flat(schema):
            for name, inner in part.get("properties", {}).items():
                known.setdefault(name, []).append(inner)
    for key, value in data.items():
        if key in known:
            yield from _misspelt(source, value, known[key], (*path, key))
        elif close := get_close_matches(key, known.keys() - data.keys(), 1):
            advice = f"did you mean {close[0]!r}?"
            yield UnknownKey(source.place((*path, key)), f"there is no {key!r} here", advice)


def _flat(schema: Schema) -> Iterator[Schema]:
    """A schema and all that it is put together from."""
    yield schema
    if "$ref" in schema:
        yield from _flat(_schemas()[schema["$ref"].removeprefix(PARTS).removesuffix(".schema.json")])
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *([schema["then"]] if "then" in schema else ())):
        yield from _flat(part)


def _mistaken(source: Source, data: Any, path: Field) -> Iterator[TermsError]:
    """What the schema takes and people do not mean."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        at = (*path, key)
        yield from _mistaken(source, value, at)
        if key == "duration" and "timeWindow" in path and isinstance(value, str) and value.endswith("m"):
            advice = f"write {value[:-1]}M for months; a window of minutes is no period"
            yield BadDuration(source.place(at), f"{value!r} is in minutes", advice)
        elif key in ("target", "timeSliceTarget") and isinstance(value, Decimal) and _places(value) > DECIMALS:
            problem = f"{value} has more digits than a millionth"
            yield BadShare(source.place(at), problem, f"write at most {DECIMALS} decimals")
        elif key == "timeZone" and isinstance(value, str) and not _is_zone(value):
            yield BadDate(source.place(at), f"{value!r} is not a time zone", _ADVICE["timeZone"])


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return False
    return True
