"""Service periods, as half-open stretches of time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from workpact.terms import units
from workpact.terms.model import Service


class Period(BaseModel):
    """One service period: `[start, end)` in Unix seconds; what a report names by `index`."""

    model_config = ConfigDict(frozen=True)
    index: int
    name: str
    start: int
    end: int
    timezone: str

    @property
    def start_at(self) -> datetime:
        """The first instant, in the document's time zone."""
        return datetime.fromtimestamp(self.start, ZoneInfo(self.timezone))

    @property
    def end_at(self) -> datetime:
        """The first instant after it, in the document's time zone."""
        return datetime.fromtimestamp(self.end, ZoneInfo(self.timezone))


def periods_of(service: Service, zone: ZoneInfo) -> tuple[Period, ...]:
    """The service's periods in order, months by the calendar of the zone."""
    start = service.start or 0
    ends: list[tuple[str, int]] = []
    if service.monthly:
        calendar = units.months(service.monthly.from_, service.monthly.to)
        start = units.day_start(calendar[0][1], zone) if calendar else 0
        ends = [(name, units.day_start(after, zone)) for name, _, after in calendar]
    elif service.periods:
        ends = [(period.name, period.end) for period in service.periods]
    periods = []
    for index, (name, end) in enumerate(ends):
        periods.append(Period(index=index, name=name, start=start, end=end, timezone=zone.key))
        start = end
    return tuple(periods)
