"""Raw samples of a Prometheus server as rows, by its HTTP API (SPEC 8.10).

A range selector in an instant query gives the samples as they were scraped: no step, no interpolation, no rate. Values
stay the text that the server writes; no number passes through a float.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import urllib3

from workpact.measurement.errors import BadValue, LogError, SourceError

if TYPE_CHECKING:
    from workpact.measurement.definition import Period

SCHEMES = {"prometheus": "http", "prometheus+https": "https"}
COMPUTED = ("series", "time", "value", "increase")
BASE = 3_600
"""How long before a period the sample may be from which its counters go on, seconds."""
CHUNK = 6 * 3_600
"""What is asked for at once, seconds."""
SETTLING = 60
"""How far behind now a period that still runs is read: what is younger may still be written, seconds."""
_CONNECT, _READ = 10, 120
_MOST = 2**53
"""Beyond it the server's numbers no longer count by ones."""


class Sample(NamedTuple):
    """A value as the server writes it, at milliseconds since 1970-01-01 UTC."""

    at: int
    value: str


class Series(NamedTuple):
    """What one answer has of a series: its name as the rows have it, its labels, its samples in time."""

    name: str
    labels: Mapping[str, str]
    samples: list[Sample]


def is_prometheus(address: str) -> bool:
    """Whether an address is that of a Prometheus server."""
    return address.partition("://")[0] in SCHEMES


class Samples:
    """What a server has of a period. `name` is its address without credentials.

    `columns` are those that every sample has, and the wanted labels. Raises
    `SourceError` for what the server does not give, `BadValue` for a counter that is no whole number.
    """

    def __init__(self, address: str, selectors: Sequence[str], period: Period, wanted: Collection[str]) -> None:
        self._server = _Server(address)
        self.name = self._server.name
        if not selectors:
            raise SourceError(self.name, "the data source names no series; write series: and a selector")
        self._selectors = selectors
        named = dict.fromkeys(column.lower() for column in wanted)
        self._labels = [column for column in named if column not in COMPUTED]
        self.columns = (*COMPUTED, *self._labels)
        self._counts = "increase" in named
        self._start = period.start * 1000
        now = int(time())
        self._end = (period.end if period.end <= now else now - SETTLING) * 1000
        self._digest = b""

    def batches(self) -> Iterator[pa.Table]:
        """The period's samples: columns as text, but `time` in milliseconds since 1970-01-01 UTC."""
        counters: dict[str, int] = {}
        hashed = hashlib.sha256()
        for answer in self._answers(hashed):
            columns: dict[str, list[Any]] = {column: [] for column in self.columns}
            for series in answer:
                self._add(series, columns, counters)
            kinds = {"time": pa.int64()}
            yield pa.table({name: pa.array(each, kinds.get(name, pa.string())) for name, each in columns.items()})
        self._digest = hashed.digest()

    def require_unchanged(self) -> None:
        """Ask for all samples again. Raises `LogError` if they are not those that were read."""
        hashed = hashlib.sha256()
        for _ in self._answers(hashed):
            pass
        if hashed.digest() != self._digest:
            raise LogError(self.name, "answers differently when asked twice; measure when it has all of the period")

    def _add(self, series: Series, columns: dict[str, list[Any]], counters: dict[str, int]) -> None:
        increases = self._increases(series, counters) if self._counts else [None] * len(series.samples)
        rows = [pair for pair in zip(series.samples, increases, strict=True) if pair[0].at >= self._start]
        columns["time"] += [sample.at for sample, _ in rows]
        columns["value"] += [sample.value for sample, _ in rows]
        columns["increase"] += [None if increase is None else str(increase) for _, increase in rows]
        columns["series"] += [series.name] * len(rows)
        for label in self._labels:
            columns[label] += [series.labels.get(label)] * len(rows)

    def _increases(self, series: Series, counters: dict[str, int]) -> Iterator[int | None]:
        for sample in series.samples:
            if not re.fullmatch("[0-9]{1,16}", sample.value, re.ASCII) or int(sample.value) > _MOST:
                expected = f"a whole number up to 2^53, as a counter of {series.name} has for its increase"
                raise BadValue(self.name, None, "value", sample.value, expected)
            value, before = int(sample.value), counters.get(series.name)
            counters[series.name] = value
            # A counter that fell began again from zero.
            yield None if before is None else value - before if value >= before else value

    def _answers(self, hashed: hashlib._Hash) -> Iterator[list[Series]]:
        """All that is asked for, in order of time; a series of one answer goes on in the next."""
        last: dict[str, int] = {}
        spans = [(self._start - BASE * 1000, self._start - 1)] if self._counts else []
        for low in range(self._start, self._end, CHUNK * 1000):
            spans.append((low, min(low + CHUNK * 1000, self._end) - 1))
        for low, high in spans:
            for selector in self._selectors:
                answer = sorted(self._series(selector, low, high), key=lambda series: series.name)
                for series in answer:
                    self._require_order(series, last)
                    hashed.update(repr((series.name, series.samples)).encode())
                yield answer

    def _require_order(self, series: Series, last: dict[str, int]) -> None:
        for sample in series.samples:
            if sample.at <= last.get(series.name, -1):
                problem = f"gives samples of {series.name} twice; write selectors that do not overlap, ask one server"
                raise SourceError(self.name, problem)
            last[series.name] = sample.at

    def _series(self, selector: str, low: int, high: int) -> Iterator[Series]:
        # Older servers include the beginning of a range, newer ones do not.
        asked = {"query": f"{selector}[{high - low + 1}ms]", "time": f"{high // 1000}.{high % 1000:03}"}
        try:
            for each in self._server.matrix(asked):
                name, labels = _name(each["metric"]), {name.lower(): value for name, value in each["metric"].items()}
                samples = [Sample(_milliseconds(at), _text(value)) for at, value in each.get("values", ())]
                if "histograms" in each:
                    raise SourceError(self.name, f"has histograms in {name}; name a counter or a gauge")
                if len(labels) < len(each["metric"]) or not labels.keys().isdisjoint(COMPUTED):
                    shown = f"{name} has labels that differ in case alone, or one that is {', '.join(COMPUTED)}"
                    raise SourceError(self.name, f"{shown}, which are columns of their own; leave the series out")
                yield Series(name, labels, [sample for sample in samples if low <= sample.at <= high])
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
            raise SourceError(self.name, "answers otherwise than Prometheus does; name its address") from None


class _Server:
    """The HTTP API of one server."""

    def __init__(self, address: str) -> None:
        scheme, _, rest = address.partition("://")
        place = rest.rpartition("@")[2].rstrip("/")
        self.name = f"{scheme}://{place}"
        try:
            parts = urlsplit(address)
            sound = bool(parts.hostname and parts.port != 0 and not parts.query and not parts.fragment)
        except ValueError:
            sound = False
        if not sound:
            raise SourceError(self.name, "is no address of a Prometheus; write one like prometheus://127.0.0.1:9090")
        self._url = f"{SCHEMES[scheme]}://{place}/api/v1/query"
        self._headers = urllib3.make_headers(accept_encoding=True)
        if parts.username is not None:
            credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["authorization"] = "Basic " + b64encode(credentials.encode()).decode()
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=_CONNECT, read=_READ))

    def matrix(self, fields: Mapping[str, str]) -> list[Any]:
        """The series that a query gives; numbers in it are their text."""
        status, answer = self._answer(fields)
        if not isinstance(answer, dict) or answer.get("status") not in ("success", "error"):
            raise SourceError(self.name, f"answers {status}, and not as Prometheus does; check address and credentials")
        if answer["status"] == "error":
            raise SourceError(self.name, f"refuses {fields['query']}: {answer.get('errorType')}: {answer.get('error')}")
        if answer.get("warnings"):
            # A server that asks others answers so when one of them is away.
            raise SourceError(self.name, f"warns that the answer may lack samples: {answer['warnings'][0]}")
        if answer["data"]["resultType"] != "matrix":
            raise ValueError
        found: list[Any] = answer["data"]["result"]
        return found

    def _answer(self, fields: Mapping[str, str]) -> tuple[int, Any]:
        try:
            # Credentials go to the address that was named and to no other.
            response = self._pool.request("GET", self._url, fields=fields, headers=self._headers, retries=False)
        except urllib3.exceptions.HTTPError as error:
            # What urllib3 says itself names objects of its own.
            raise SourceError(self.name, f"cannot be reached: {error.__cause__ or error}") from None
        if 300 <= response.status < 400:
            raise SourceError(self.name, f"answers {response.status}, to ask elsewhere; name that address itself")
        try:
            return response.status, json.loads(response.data, parse_float=str, parse_int=str)
        except ValueError:
            return response.status, None


def _milliseconds(text: str) -> int:
    exact = Decimal(text).scaleb(3)
    if exact != int(exact):
        raise ValueError
    return int(exact)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _name(labels: Mapping[str, str]) -> str:
    """A series as Prometheus writes it, labels in order."""
    pairs = [
        f"{name}={json.dumps(_text(labels[name]), ensure_ascii=False)}" for name in sorted(labels) if name != "__name__"
    ]
    return f"{labels['__name__']}{{{','.join(pairs)}}}"
