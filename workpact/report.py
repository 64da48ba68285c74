"""The report of a service period, as it is measured, written to files and signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from workpact.agreement_view import BadArgument, index_of
from workpact.preflight import NotReady
from workpact.terms import AgreementDocument


class BadReport(NotReady, ValueError):
    """Figures or quantities do not fit the document's levels and prices."""


class Measured(Protocol):
    """What a measurement of a period gives; `workpact.measurement.Measurement` is one."""

    @property
    def period(self) -> str: ...
    @property
    def figures(self) -> Sequence[Any]: ...
    @property
    def quantities(self) -> Sequence[tuple[str, int]]: ...
    @property
    def evidence_root(self) -> bytes: ...
    @property
    def doubts(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Report:
    """The figures of one period in the document's order, as the reporters sign them."""

    period: int
    figures: tuple[tuple[int, int, int], ...]
    """(good, total, excluded) by level; of an average the sum and the count."""
    quantities: tuple[int, ...]
    evidence: bytes
    adjustment: int = 0
    """What both sides add to the period's credit rate, or take off it, 1e-12."""
    signed_under: bytes | None = None
    """The id of the document that it names, if that is another than the one at hand."""
    doubts: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)
    """Why its figures may be wrong (name, count, detail), accepted by who measured them. Told with it, not signed."""

    @property
    def is_notice(self) -> bool:
        """Whether it has no figures: the other side has withheld the data."""
        return not self.figures and not self.quantities and not any(self.evidence)


@dataclass(frozen=True)
class Signed:
    """A reporter's signature over a report."""

    signer: str
    signature: bytes


def report_of(document: AgreementDocument, written: Mapping[str, Any]) -> Report:
    """The report in the JSON form that `sla measure` prints; `BadReport` if it is none, or does not fit."""
    try:
        period = str(written["period"])
        signed_under = int(str(written["id"]), 16).to_bytes(32) if "id" in written else None
        if written.get("notice") is True:
            return Report(_period(document, period), (), (), bytes(32), signed_under=signed_under)
        figures = {
            each["name"]: (int(each["good"]), int(each["total"]), int(each.get("excluded", 0)))
            for each in written["levels"]
        }
        quantities = {each["name"]: int(each["count"]) for each in written.get("quantities", [])}
        root = bytes.fromhex(str(written["evidenceRoot"]).removeprefix("0x"))
        adjustment = int(written.get("adjustment", 0))
        doubts = tuple({name: each[name] for name in ("name", "count", "detail")} for each in written.get("doubts", []))
    except BadArgument:
        raise
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise BadReport("This is no measured period: give what `ape run sla measure --json` prints.") from None
    report = _fitting(document, period, figures, quantities, root)
    return replace(report, adjustment=adjustment, signed_under=signed_under, doubts=doubts)


def report_for(document: AgreementDocument, measured: Measured, adjustment: int = 0) -> Report:
    """The report of a measured period; raises `BadReport` if it measured other levels or prices."""
    figures = {each.name: (each.good, each.total, each.excluded) for each in measured.figures}
    report = _fitting(document, measured.period, figures, dict(measured.quantities), measured.evidence_root)
    return replace(report, adjustment=adjustment, doubts=tuple(asdict(doubt) for doubt in measured.doubts))


def _fitting(
    document: AgreementDocument,
    period: str,
    figures: Mapping[str, tuple[int, int, int]],
    quantities: Mapping[str, int],
    root: bytes,
) -> Report:
    levels = [level.name for level in document.levels]
    prices = [price.quantity for price in document.prices]
    if set(levels) != set(figures) or set(prices) != set(quantities) or len(root) != 32:
        raise BadReport(
            f"The report has {', '.join([*figures, *quantities])}; the document wants "
            f"{', '.join([*levels, *prices])} and an evidence root of 32 bytes: measure by this document."
        )
    return Report(
        _period(document, period),
        tuple(figures[name] for name in levels),
        tuple(quantities[name] for name in prices),
        root,
    )


def _period(document: AgreementDocument, name: str) -> int:
    return index_of("period", name, [period.name for period in document.periods])
