"""OpenSLO objects in an agreement file: SLI, Service, time slices, limits; and the one hash of all that is measured."""

from __future__ import annotations

import json

import pytest
from eth_utils.crypto import keccak

from tests.terms.example import CHAIN_ID, CONTRACT, NAMES, TEXT, changed, example
from workpact.terms import Form, LowVolume, errors, loads
from workpact.terms.definition import definition
from workpact.terms.levels import Slices

START = TEXT.index("---\napiVersion: openslo/v1\nkind: SLO\n")
INLINE = TEXT[TEXT.index("  indicator:\n", START) : TEXT.index("  timeWindow:", START)]
SPEC = INLINE.split("    spec:\n", 1)[1]
OBJECTIVE = 'objectives: [{displayName: "cases that met their target time", target: 0.95}]'
SLI = """\
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: on-time}
spec:
"""
SERVICE = """\
---
apiVersion: openslo/v1
kind: Service
metadata: {name: incident-desk, displayName: Incident desk}
spec: {description: Every incident of every site.}
"""


def referring(text: str = TEXT) -> str:
    """The example with the first indicator as an SLI of its own."""
    indented = "\n".join(line[4:] for line in SPEC.splitlines())
    named = text.replace(INLINE, "  indicatorRef: on-time\n", 1)
    return named[:START] + SLI + indented + "\n" + named[START:]


def threshold(spec: str, objective: str) -> str:
    """The example with the first level as a thresholdMetric."""
    source = f"metricSource: {{metricSourceRef: incident-log, type: workpact-log, spec: {spec}}}"
    metric = f"      thresholdMetric:\n        {source}\n"
    assert SPEC in TEXT
    return TEXT.replace(SPEC, metric, 1).replace(OBJECTIVE, f"objectives: [{{displayName: quick, {objective}}}]", 1)


def test_sli__named_by_an_slo__measures_as_one_written_in_it():
    document = loads(referring(), NAMES)
    assert document.levels == example().levels
    assert document.levels_hash() == example().levels_hash()
    again = loads(document.to_yaml())
    assert again.to_yaml() == document.to_yaml()
    assert again.id(CHAIN_ID, CONTRACT) == document.id(CHAIN_ID, CONTRACT)


@pytest.mark.parametrize(
    ("old", "new", "field", "advice"),
    [
        ("indicatorRef: on-time", "indicatorRef: in-time", "spec.indicatorRef", "write one of: on-time"),
        ("  indicatorRef: on-time\n", "", "spec", "write one of the two"),
        ("metadata: {name: on-time}", "metadata: {name: in-time}", "spec.indicatorRef", "write one of: in-time"),
    ],
)
def test_sli__that_does_not_fit__is_refused(old, new, field, advice):
    with pytest.raises(errors.TermsError) as caught:
        loads(referring().replace(old, new), NAMES)
    first = caught.value.errors[0]
    assert (first.field, first.advice) == (field, advice)


def test_sli__that_no_slo_names__is_refused():
    extra = SLI + "\n".join(line[4:] for line in SPEC.splitlines()) + "\n"
    with pytest.raises(errors.BadName, match=r"no SLO names 'on-time' → name it as indicatorRef, or remove it"):
        loads(TEXT[:START] + extra + TEXT[START:], NAMES)


def test_service__is_described_in_the_text_and_must_be_the_agreements():
    document = loads(TEXT[:START] + SERVICE + TEXT[START:], NAMES)
    assert "> Every incident of every site." in document.document_markdown()
    assert document.service_hash() != example().service_hash()
    with pytest.raises(errors.BadName, match="'phone-desk' is not the agreement's one service"):
        loads(TEXT[:START] + SERVICE.replace("incident-desk", "phone-desk") + TEXT[START:], NAMES)


def test_threshold__with_a_target__is_the_share_of_cases_within_the_limit():
    text = threshold("{where: \"priority = '3'\", column: resolution_minutes}", "op: lt, value: 240, target: 0.95")
    level = loads(text, NAMES).levels[0]
    assert (level.form, level.target, level.average) == (Form.RATIO_AT_LEAST, 950_000, None)
    assert level.where_total == "(priority = '3') AND \"resolution_minutes\" IS NOT NULL"
    assert level.where_good == 'CAST("resolution_minutes" AS BIGINT) < 240'


@pytest.mark.parametrize(
    ("spec", "objective", "field"),
    [
        ('{where: "true", column: a}', "op: lt, value: 240", "spec.objectives[0]"),
        ('{where: "true", column: a}', "target: 0.95", "spec.objectives[0]"),
        ('{where: "true", average: a}', "op: lt, value: 240", "spec.objectives[0]"),
        ('{where: "true"}', "op: lt, value: 240", "spec.indicator.spec.thresholdMetric.metricSource.spec"),
        ('{where: "true", average: a, column: a}', "op: lte, value: 240",
         "spec.indicator.spec.thresholdMetric.metricSource.spec"),
    ],
)  # fmt: skip
def test_threshold__that_says_not_what_is_compared__is_refused(spec, objective, field):
    with pytest.raises(errors.TermsError) as caught:
        loads(threshold(spec, objective), NAMES)
    assert type(caught.value.errors[0]) is errors.BadLevel
    assert caught.value.field == field


SLICED = OBJECTIVE.replace("0.95}", "0.95, timeSliceTarget: 0.9, timeSliceWindow: 1m}")


def test_timeslices__count_slices_of_minutes():
    text = changed(("budgetingMethod: Occurrences\n  " + OBJECTIVE, "budgetingMethod: Timeslices\n  " + SLICED))
    document = loads(text, NAMES)
    level = document.levels[0]
    assert level.slices is not None
    assert (level.slices.seconds, level.slices.target, level.target) == (60, 900_000, 950_000)
    assert document.levels[1].slices is None
    markdown = document.document_markdown()
    assert "The figure counts slices of 1 minute from the period's start" in markdown
    assert "a slice is good when at least 90 % of its cases are good" in markdown
    assert "fewer than 20 slices: is left out" in markdown
    assert "made-sla comes to 949 of 1,000 slices" in markdown
    assert loads(document.to_yaml()) == document
    assert document.service_hash() != example().service_hash()


LIMIT = '{where: "true", column: resolution_minutes}'
MEAN = '{where: "true", average: resolution_minutes}'
SLICED_LIMIT = "op: lte, value: 240, target: 0.95, timeSliceTarget: 0.9, timeSliceWindow: 1h"


def test_timeslices__of_a_limit__count_slices_too():
    text = threshold(LIMIT, SLICED_LIMIT).replace("budgetingMethod: Occurrences", "budgetingMethod: Timeslices", 1)
    level = loads(text, NAMES).levels[0]
    assert level.slices == Slices(seconds=3600, target=900_000)
    assert (level.form, level.where_good) == (Form.RATIO_AT_LEAST, 'CAST("resolution_minutes" AS BIGINT) <= 240')


def test_timeslices__of_an_average__are_refused():
    text = threshold(MEAN, SLICED_LIMIT.replace(" target: 0.95,", ""))
    with pytest.raises(errors.BadLevel) as caught:
        loads(text.replace("budgetingMethod: Occurrences", "budgetingMethod: Timeslices", 1), NAMES)
    assert caught.value.field == "spec.objectives[0]"
    assert caught.value.advice.endswith("of a ratioMetric or a limit")


RELIEF = 'exclude: [{reason: planned-outage, where: "priority = \'4\'"}, {reason: client-cause, where: "false"}]'


def test_relief__is_signed_with_the_definition_and_said_in_the_text():
    old, new = 'spec: {where: "true"}', f'spec: {{where: "true", {RELIEF}}}'
    document = loads(changed((old, new)), NAMES)
    assert [(each.reason, each.where) for each in document.levels[0].exclusions] == [
        ("planned-outage", "priority = '4'"),
        ("client-cause", "false"),
    ]
    assert document.levels[1].exclusions == ()

    signed = json.loads(definition(document))["objects"][1]["spec"]["indicator"]["spec"]["ratioMetric"]["total"]
    assert signed["metricSource"]["spec"] == {
        "where": "true",
        "exclude": [
            {"reason": "planned-outage", "where": "priority = '4'"},
            {"reason": "client-cause", "where": "false"},
        ],
    }
    assert document.schedule()[5] != example().schedule()[5]
    turned = loads(document.to_yaml().replace("planned-outage", "force-majeure"), NAMES)
    assert turned.schedule()[5] != document.schedule()[5]
    assert loads(document.to_yaml()) == document
    # Nothing to exclude is what was signed before there were exclusions.
    assert loads(changed((old, 'spec: {where: "true", exclude: []}')), NAMES).id(1, CONTRACT) == example().id(
        1, CONTRACT
    )

    markdown = document.document_markdown()
    assert (
        "Cases do not count, and are reported as excluded for a planned outage, where\n\n```\npriority = '4'\n```\n\n"
        "Cases do not count, and are reported as excluded for a cause on the client's side, where\n\n```\nfalse\n```"
    ) in markdown
    assert "Cases do not count" not in example().document_markdown()


def test_relief__of_an_average__is_said_in_the_text():
    text = threshold(MEAN.replace("}", f", {RELIEF}}}"), "op: lte, value: 240")
    text = text.replace("{below: 95 %", "{above: 240", 1).replace("{below: 85 %", "{above: 300", 1)
    document = loads(text, NAMES)
    assert [each.reason for each in document.levels[0].exclusions] == ["planned-outage", "client-cause"]
    assert "reported as excluded for a planned outage, where" in document.document_markdown()


def test_earn_back__signed_for_the_levels_and_the_periods_that_enough_follow():
    document = loads(
        changed(
            ("      repeat: 2\n      bands:", "      repeat: 2\n      earnBack: true\n      bands:"),
            ("lapse: 60 days}", "lapse: 60 days}\n  earnBack: {periods: 3}"),
        ),
        NAMES,
    )
    levels, credits, _, _ = document.levels_struct()
    assert [level[6] for level in levels] == [1, *[0] * 12]
    # Of twelve periods the first nine have three that follow.
    assert credits[7:] == (3, 9)
    assert document.levels[0].earn_back
    assert document.levels[0].low_volume is LowVolume.LEFT_OUT
    markdown = document.document_markdown()
    assert "is missed in the 3 periods that follow" in markdown
    assert "The credit of the first period is held at first." in markdown
    assert loads(document.to_yaml()) == document


# The definition


def test_definition__is_canonical_json_of_what_is_measured():
    parts = json.loads(definition(example()))
    assert [part["kind"] for part in parts["objects"]] == ["DataSource", *["SLO"] * 13]
    assert parts["objects"][1]["spec"]["objectives"] == [
        {"displayName": "cases that met their target time", "target": "0.95"}
    ]
    assert parts["objects"][1]["spec"]["timeWindow"][0]["calendar"]["startTime"] == "2016-03-01 00:00:00"
    assert [part["quantity"] for part in parts["quantities"]] == ["resolved-tickets"]
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert definition(example()) == canonical
    assert example().schedule()[5] == keccak(canonical)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("resolution_minutes <= 240", "resolution_minutes <= 241"),
        ("resolved_at <> '?'\"}\n  equity", "resolved_at <> '-'\"}\n  equity"),
        ("attribution: closed_at", "attribution: resolved_at"),
        ('missing: "?"', 'missing: "-"'),
    ],
)
def test_definition__changes_with_what_is_measured(old, new):
    other = loads(changed((old, new)), NAMES)
    assert other.schedule()[5] != example().schedule()[5]
    assert other.service_hash() != example().service_hash()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: 0.95}", "target: 0.950}"),
        ("    case: number              # rows that share it are one case\n", "    case: number\n"),
        ("title: Knowledge base", "title: Knowledge box"),
        ("metadata: {name: made-sla-p1}", 'metadata: {"name": "made-sla-p1"}'),
    ],
)  # fmt: skip
def test_definition__does_not_change_with_how_the_file_is_written(old, new):
    assert loads(changed((old, new)), NAMES).schedule()[5] == example().schedule()[5]
