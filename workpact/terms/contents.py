"""What an agreement file says, as frozen sections, and how it is written back."""

from __future__ import annotations

import json
from functools import cached_property
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, PrivateAttr
from ruamel.yaml import YAML

from workpact.terms.credit import ServiceCredit
from workpact.terms.errors import NotInDocument, Place, UnresolvedName
from workpact.terms.fields import PLACEHOLDER, Context
from workpact.terms.levels import Level, levels_of
from workpact.terms.model import (
    Agreement,
    Milestone,
    Parties,
    Plan,
    Price,
    Spec,
    Token,
)
from workpact.terms.openslo import SLI, SLO, DataSource, IndicatorSpec, Service
from workpact.terms.periods import Period, periods_of
from workpact.terms.room import Readers, readers_of


class Contents(BaseModel):
    """The documents of one file. Frozen; two that write the same file are equal."""

    model_config = ConfigDict(frozen=True)
    agreement: Agreement
    data_sources: tuple[DataSource, ...] = ()
    services: tuple[Service, ...] = ()
    slis: tuple[SLI, ...] = ()
    slos: tuple[SLO, ...] = ()
    credit: ServiceCredit | None = None
    _file: str = PrivateAttr("agreement")
    _named: dict[str, tuple[int, str]] = PrivateAttr(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Contents) and self.to_yaml() == other.to_yaml()

    def __hash__(self) -> int:
        return hash(self.to_yaml())

    @property
    def spec(self) -> Spec:
        """All that is agreed, section by section."""
        return self.agreement.spec

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.agreement.metadata.name

    @property
    def title(self) -> str:
        """The heading of the document."""
        return self.agreement.metadata.title

    @property
    def parties(self) -> Parties:
        """Client and contractor."""
        return self.spec.parties

    @property
    def token(self) -> Token:
        """What is paid in."""
        return self.spec.token

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """The deliverables; their index is their bit on chain."""
        return self.spec.milestones

    @cached_property
    def zone(self) -> ZoneInfo:
        """The document's one time zone."""
        return ZoneInfo(self.spec.timezone)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The service periods in order."""
        return periods_of(self.spec.service, self.zone) if self.spec.service else ()

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The service levels in the order of figures in a report."""
        return levels_of(self.slos, self.indicator, self.credit)

    def indicator(self, slo: SLO) -> IndicatorSpec | None:
        """What an SLO measures: written in it, or the SLI that it names; None if there is none of that name."""
        if slo.spec.indicator:
            return slo.spec.indicator.spec
        return next((sli.spec for sli in self.slis if sli.metadata.name == slo.spec.indicator_ref), None)

    @property
    def prices(self) -> tuple[Price, ...]:
        """The priced quantities in the order of quantities in a report."""
        return self.spec.billing.prices if self.spec.billing else ()

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The vesting plans of the workers' share."""
        return self.spec.equity.plans if self.spec.equity else ()

    @property
    def room(self) -> Readers:
        """The roles that may read each kind of file in the agreement's data room (SPEC.md 14.7)."""
        return readers_of(self.spec.room)

    def period(self, name: str) -> Period:
        """The period of that name; `NotInDocument` names the known ones."""
        for period in self.periods:
            if period.name == name:
                return period
        known = ", ".join(period.name for period in self.periods) or "none"
        raise NotInDocument(f"There is no period {name!r}: the document has {known}.")

    def data_source(self, name: str) -> DataSource:
        """The log of that name."""
        return next(source for source in self.data_sources if source.metadata.name == name)

    @cached_property
    def context(self) -> Context:
        """What its amounts and times are read and written with."""
        return Context(self.token.symbol, self.token.decimals, self.zone)

    # Names that stand for addresses

    @cached_property
    def unresolved(self) -> tuple[str, ...]:
        """The names like `client` in `${client}` that no address was given for."""
        found = dict.fromkeys(PLACEHOLDER.findall(json.dumps(self.plain(), ensure_ascii=False)))
        return tuple(found)

    def remember(self, file: str, named: dict[str, tuple[int, str]]) -> None:
        """Keeps where names stand in the file, for errors that come later."""
        self._file, self._named = file, named

    def require_resolved(self) -> None:
        """Raises UnresolvedName unless every name stands for an address."""
        if self.unresolved:
            name = self.unresolved[0]
            line, field = self._named.get(name, (0, ""))
            raise UnresolvedName(
                Place(self._file, line, field),
                f"nobody said which address ${{{name}}} is",
                f"write the address there, or give one for {name!r} when loading",
            )

    # Writing back

    def plain(self) -> list[dict[str, Any]]:
        """The file's documents as dicts of text, in order; what the YAML says."""
        openslo = [*self.data_sources, *self.services, *self.slis, *self.slos]
        parts = [self.agreement, *openslo, *([self.credit] if self.credit else [])]
        return [
            part.model_dump(by_alias=True, exclude_defaults=True, context=self.context, mode="json") for part in parts
        ]

    def to_yaml(self) -> str:
        """A file that loads as this document, with all names resolved that were; comments are not kept."""
        return write_yaml(self.plain())


def write_yaml(documents: list[dict[str, Any]]) -> str:
    """Plain documents as one YAML file; strings are quoted where YAML would read something else."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.explicit_start = True
    yaml.dump_all(documents, stream)
    return stream.getvalue()
