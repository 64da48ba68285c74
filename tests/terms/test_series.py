"""Samples of a Prometheus and weights in an agreement file: signed, said in its text, refused where they cannot be."""

from __future__ import annotations

import json

import pytest

from tests.terms.example import CHAIN_ID, CONTRACT, NAMES, changed, example, loaded
from workpact.measurement import definition_of
from workpact.terms import errors, loads
from workpact.terms.definition import definition

CASE = "    case: number              # rows that share it are one case\n"
SERIES = "    series: 'tickets_total{desk=\"first\"}'\n"
TOTAL = 'spec: {where: "true"}'
WEIGHED = 'spec: {where: "true", weight: reopen_count}'
SLO_FIELD = "spec.indicator.spec.ratioMetric"


def test_series_and_weight__are_signed_and_said_in_the_text():
    document = loaded((CASE, SERIES + CASE), (TOTAL, WEIGHED))

    source, level, *_ = json.loads(definition(document))["objects"]
    assert source["spec"]["connectionDetails"]["series"] == 'tickets_total{desk="first"}'
    total = level["spec"]["indicator"]["spec"]["ratioMetric"]["total"]
    assert total["metricSource"]["spec"] == {"where": "true", "weight": "reopen_count"}
    plain, weighed, both = (each.schedule()[5] for each in (example(), loaded((TOTAL, WEIGHED)), document))
    assert len({plain, weighed, both}) == 3

    text = document.document_markdown()
    assert 'Its rows are the samples of `tickets_total{desk="first"}` on a Prometheus server' in text
    assert "Each case counts as many as its `reopen_count` says; without a value it does not count." in text
    assert "Prometheus" not in example().document_markdown()
    assert "counts as many" not in example().document_markdown()

    again = loads(document.to_yaml())
    assert again.id(CHAIN_ID, CONTRACT) == document.id(CHAIN_ID, CONTRACT)
    measured = definition_of(again)
    assert (measured.source.series, measured.levels[0].weight) == (('tickets_total{desk="first"}',), "reopen_count")
    assert measured.whole_numbers() == {"reopen_count": "level made-sla, weight"}


def test_weight__of_a_price_and_of_slices__is_measured_and_said():
    document = loaded(
        ("spec: {where: \"resolved_at <> '?'\"}", WEIGHED),
        (TOTAL, WEIGHED),
        ("budgetingMethod: Occurrences", "budgetingMethod: Timeslices"),
        ("target: 0.95}", "target: 0.95, timeSliceTarget: 0.9, timeSliceWindow: 1h}"),
    )
    assert definition_of(document).quantities[0].weight == "reopen_count"
    assert "when at least 90 % of its cases, by their `reopen_count`, are good" in document.document_markdown()


@pytest.mark.parametrize(
    ("edit", "kind", "field", "advice"),
    [
        (
            (CASE, "    series: rate(up[5m])\n" + CASE),
            errors.BadValue,
            "spec.connectionDetails.series[0]",
            "rate() and increase() would give fractions",
        ),
        (
            ("spec: {where: \"made_sla = 'true'\"}", 'spec: {where: "true", weight: reopen_count}'),
            errors.BadLevel,
            f"{SLO_FIELD}.good.metricSource.spec.weight",
            "write weight at total",
        ),
    ],
)
def test_series_and_weight__where_they_cannot_be__are_refused_in_their_place(edit, kind, field, advice):
    with pytest.raises(kind) as caught:
        loads(changed(edit), NAMES)
    assert caught.value.field == field
    assert caught.value.line > 0
    assert advice in caught.value.advice
