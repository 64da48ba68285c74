"""The report as one HTML page: no script, nothing from elsewhere, all text escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from workpact.audit.report.charts import FULL, level_charts, money_bar
from workpact.audit.report.checks import checks
from workpact.audit.report.writing import FILTERS, PART_WORDS, money_writer, printable

TEMPLATE = "report.html.jinja"
MOST_OPEN = 200
"""Events of a timeline that is shown unfolded."""


def page(value: dict[str, Any]) -> bytes:
    """The page of a report's facts; equal bytes for equal facts."""
    template = environment(Path(__file__).parent).get_template(TEMPLATE)
    text = template.render(
        report=value,
        money=money_writer(value["token"]),
        checks=checks(value),
        bars=money_bar(value["money"]),
        parts=PART_WORDS,
        full=FULL,
        charts=[level_charts(desk) for desk in value["service"]],
        unfolded=len(value["timeline"]) <= MOST_OPEN,
    )
    return text.encode()


@cache
def environment(folder: Path) -> Environment:
    """The templates of a folder; everything that is put into one is escaped, and cannot reorder the text around it."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_clean,
    )
    made.filters |= FILTERS
    return made


def _clean(value: Any) -> Any:
    """Text from elsewhere cannot reorder the page; what the template made stays as it is."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
