"""How a log is read, in the words of the agreement's text."""

from __future__ import annotations

from workpact.terms.data_source import ISO, Clock, ConnectionDetails, DataSource, Moment
from workpact.terms.markdown import bullets, inline
from workpact.terms.units import write_duration


def log_text(source: DataSource) -> str:
    """One log: its rows, its cases, its clocks."""
    details = source.spec.connection_details
    return (
        f"**Log {source.metadata.name}.**{_origin(details)} {_cases(details)} A case belongs to the period in which "
        f"{_moment(details.attribution)} falls.\n\n{bullets([*_reading(details), *map(_clock, details.clocks)])}"
    )


def _origin(details: ConnectionDetails) -> str:
    table = f" It is the table {inline(details.table)} of a database." if details.table else ""
    if not details.series:
        return table
    selectors = " and ".join(inline(selector) for selector in details.series)
    return table + (
        f" Its rows are the samples of {selectors} on a Prometheus server, as they were scraped: the labels of the "
        "series, its name as `series`, `time` and `value`, and as `increase` by how much its counter has grown since "
        "the series' sample before, of one that fell all of it; the first, without a sample in the hour before the "
        "period, has none."
    )


def _cases(details: ConnectionDetails) -> str:
    case = " and ".join(inline(column) for column in details.case)
    if not details.order and not details.at:
        return f"Every row is a case, named by its {case}."
    by = f"highest {inline(details.order)}" if details.order else f"latest {inline(details.at or '')}"
    return f"Rows with the same {case} are one case; the row with the {by} is its final row, and only that counts."


def _reading(details: ConnectionDetails) -> list[str]:
    form = "ISO 8601" if details.time_format == ISO else inline(details.time_format)
    items = [f"Times are written as {form}, in the document's time zone where they name none."]
    if details.missing:
        items.append(f"{inline(details.missing)} means that there is no value.")
    if details.drop:
        items.append(f"Rows where {inline(details.drop)} are not read.")
    if details.at:
        items.append(f"The time of a row is its {inline(details.at)}.")
    if details.whole_numbers:
        items.append(f"Whole numbers are {', '.join(inline(column) for column in details.whole_numbers)}.")
    if details.columns:
        items.append(f"The evidence of a row is its {', '.join(inline(column) for column in details.columns)}.")
    items.append(
        f"A log whose newest row is more than {write_duration(details.max_lag)} older than a period's end is in doubt "
        "for that period."
    )
    return items


def _clock(clock: Clock) -> str:
    text = (
        f"{inline(clock.name)} is the whole {clock.unit} from {_moment(clock.from_)} to {_moment(clock.to)}, rounded "
        "down, empty without both."
    )
    if clock.pause:
        text += f" The time from a row where {inline(clock.pause)} to the case's next row does not count."
    if clock.hours:
        zone = clock.hours.time_zone or "the document's time zone"
        text += f" It runs {', '.join(clock.hours.weekly)} ({zone})"
        text += f", not on {', '.join(clock.hours.holidays)}." if clock.hours.holidays else "."
    return text


def _moment(moment: Moment) -> str:
    if moment.column:
        return f"the final row's {inline(moment.column)}"
    if moment.first:
        return f"the time of the first row where {inline(moment.first)}"
    return f"the time of the last row where {inline(moment.last or '')}"
