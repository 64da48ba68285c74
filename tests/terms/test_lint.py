"""OpenSLO files: the verdicts of OpenSLO's own fixtures, and what its schema lets pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.terms.example import TEXT
from workpact.terms import errors
from workpact.terms.lint import lint

FOLDER = Path(__file__).parent / "openslo"
LABELS = json.loads((FOLDER / "labels.json").read_text())
SLO = (FOLDER / "fixtures/v1/slo/slo-no-indicatorref-calendar-no-alerts.yaml").read_text()


def test_labels__are_forty_and_of_both_kinds():
    assert len(LABELS) == 40
    assert sorted(set(LABELS.values())) == ["invalid", "valid"]


@pytest.mark.parametrize("name", LABELS)
def test_fixture__is_judged_as_labelled(name):
    found = lint((FOLDER / name).read_text(), name)
    assert ("invalid" if found else "valid") == LABELS[name], [str(error) for error in found]
    for error in found:
        assert error.file == name
        assert error.line > 0
        assert error.problem
        assert error.advice


def test_example_of_openslo__a_month_written_as_a_minute__is_told():
    found = lint((FOLDER / "timeslices-slo.yaml").read_text(), "slo.yaml")
    told = [(type(error), error.line, error.field) for error in found]
    assert (errors.BadDuration, 27, "spec.timeWindow[0].duration") in told
    (minute,) = [error for error in found if isinstance(error, errors.BadDuration)]
    assert minute.advice == "write 1M for months; a window of minutes is no period"
    # A slice of a minute is meant.
    assert not [error for error in found if "timeSliceWindow" in error.field]


def test_agreement_file__its_openslo_objects_are_valid():
    assert lint(TEXT) == []


CASES = {
    "missing": ("  service: the-service-name\n", "", errors.MissingField, "spec.service", "add service:"),
    "misspelt": ("budgetingMethod:", "budgetMethod:", errors.UnknownKey, "spec.budgetMethod", "budgetingMethod"),
    "kind": ("kind: SLO", "kind: SLA", errors.BadValue, "kind", "SLO"),
    "version": ("openslo/v1", "openslo/v2alpha", errors.BadValue, "apiVersion", "openslo/v1"),
    "start": ("2020-01-21 12:30:00", "2020-01-21", errors.BadValue, "spec.timeWindow[0].calendar.startTime", "00:00"),
    "zone": ("America/New_York", "America/New_Yolk", errors.BadDate, "spec.timeWindow[0].calendar.timeZone", "IANA"),
    "target above one": ("target: 0.98", "target: 98", errors.BadValue, "spec.objectives[0].target", "OpenSLO v1"),
    "target in words": ("target: 0.98", "target: most", errors.BadValue, "spec.objectives[0].target", "number"),
    "target beyond a millionth": ("target: 0.98", "target: 0.9899999", errors.BadShare, "spec.objectives[0].target",
                                  "6 decimals"),
    "window": ("duration: 1d", "duration: 1 day", errors.BadValue, "spec.timeWindow[0].duration", "1M for a month"),
    "two indicators": ("  service: the-service-name\n", "  service: the-service-name\n  indicatorRef: b\n",
                       errors.BadValue, "spec", "indicator, or indicatorRef"),
    "method": ("Occurrences", "RatioTimeslices", errors.BadValue, "spec.budgetingMethod", "Timeslices"),
    "anchor": ("kind: SLO", "kind: &kind SLO", errors.YamlError, "kind", "write the value out"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_mistake__is_told_with_its_field_and_what_to_write(name):
    old, new, kind, field, advice = CASES[name]
    assert old in SLO
    found = lint(SLO.replace(old, new, 1), "slo.yaml")
    assert [(type(error), error.field) for error in found if error.field == field] == [(kind, field)], found
    assert advice in next(error for error in found if error.field == field).advice


@pytest.mark.parametrize("text", ["", "a: [1", "apiVersion: workpact/v1\nkind: Agreement\n", "- 1\n", "7\n"])
def test_no_openslo_object__is_told(text):
    assert lint(text, "x.yaml")
