"""The UCI incident log gives every reference number that the example's levels cover.

The reference answers were computed by another implementation; definitions are in its README.
"""

import gzip
import json
import os
from pathlib import Path

import pytest

from tests.measurement.desk import ALL, PRIORITIES, SECRET, data_source, desk, example, metric, nine_levels
from workpact.measurement import EvidenceTree, Period, definition_from, measure, verify
from workpact.measurement.errors import EmptyPeriod
from workpact.merkle import keccak

MONTHS = ["2016-02", *(f"2016-{month:02}" for month in range(3, 13)), "2017-01", "2017-02"]


@pytest.fixture(scope="module")
def logs():
    """The folder of the real logs and their reference answers."""
    return Path(os.environ["WORKPACT_LOGS"])


@pytest.fixture(scope="module")
def path(logs):
    return logs / "uci_incidents_opened_2016-02_03.csv.gz"


@pytest.fixture(scope="module")
def answers(logs):
    return json.loads((logs / "uci_reference.json").read_text())


@pytest.fixture(scope="module")
def by_month(path):
    return {month: measure(example(), path, Period.month(month), SECRET) for month in MONTHS}


@pytest.fixture(scope="module")
def whole(path):
    return measure(example(), path, ALL, SECRET, accept=["lagging"])


def ratios(measured):
    return {figure.name: (figure.good, figure.total) for figure in measured.figures}


def pair(answer):
    return answer["good"], answer["total"]


def test_the_month_of_the_issue(by_month):
    assert ratios(by_month["2016-03"])["made-sla"] == (2492, 5848)


def test_made_sla_of_every_month(by_month, answers):
    expected = {month: pair(answer) for month, answer in answers["made_sla_by_closed_month"].items()}

    assert set(expected) == set(MONTHS)
    assert {month: ratios(measured)["made-sla"] for month, measured in by_month.items()} == expected


@pytest.mark.parametrize("month", MONTHS)
def test_made_sla_of_every_month_and_priority(by_month, answers, month):
    answer = answers["made_sla_by_closed_month_priority"]
    found = ratios(by_month[month])
    for number, priority in PRIORITIES.items():
        # A cell that the reference leaves out has no case.
        expected = pair(answer.get(f"{month}|{priority}", {"good": 0, "total": 0}))
        assert found[f"made-sla-p{number}"] == expected


def test_the_whole_file(whole, answers):
    found = ratios(whole)

    assert found["made-sla"] == pair(answers["made_sla"])
    for number, priority in PRIORITIES.items():
        assert found[f"made-sla-p{number}"] == pair(answers["made_sla_by_priority"][priority])
        for net in ("", "net_"):
            name = f"{net.replace('_', '-')}resolved-in-target-p{number}"
            assert found[name] == pair(answers[f"{net}ttr_within_target_by_priority"][priority])
    in_target = [found[f"resolved-in-target-p{number}"] for number in PRIORITIES]
    assert tuple(map(sum, zip(*in_target, strict=True))) == pair(answers["ttr_within_target"])
    assert whole.event_count == answers["events"]
    resolved = answers["cases"] - answers["unresolved(resolved_at=?)"]
    assert whole.quantities == (("resolved-tickets", resolved),)


def test_the_months_add_up_to_the_whole_file(by_month, whole):
    for name, expected in ratios(whole).items():
        found = [ratios(measured)[name] for measured in by_month.values()]
        assert tuple(map(sum, zip(*found, strict=True))) == expected
    assert sum(measured.event_count for measured in by_month.values()) == whole.event_count
    lines = [event.line for measured in by_month.values() for event in measured.evidence.events]
    assert sorted(lines) == [event.line for event in whole.evidence.events]


def test_attribution_by_opening_gives_the_months_of_opening(path, answers):
    definition = definition_from(data_source(attribution="opened_at"), nine_levels())
    for month, answer in answers["made_sla_by_opened_month"].items():
        found = ratios(measure(definition, path, Period.month(month), SECRET))
        assert found["made-sla"] == pair(answer)
        for number, priority in PRIORITIES.items():
            expected = answers["made_sla_by_opened_month_priority"][f"{month}|{priority}"]
            assert found[f"made-sla-p{number}"] == pair(expected)


def test_the_mean_time_to_resolve(path, answers):
    for number, priority in PRIORITIES.items():
        mean = metric(where=f"priority LIKE '{number} -%'", average="resolution_minutes")
        spec = {"indicator": {"spec": {"thresholdMetric": {"metricSource": mean}}}}
        level = {"metadata": {"name": "ttr"}, "spec": spec}
        (found,) = measure(definition_from(data_source(), [level]), path, ALL, SECRET).figures
        answer = answers["ttr_minutes_by_priority"][priority]
        assert (found.good, found.total) == (answer["sum"], answer["n"])


def test_the_reference_roots(path, answers):
    lines = gzip.decompress(path.read_bytes()).split(b"\n")[1:-1]
    final = {line.split(b",")[0]: line for line in lines}

    for rows, answer in ((lines, "all_event_lines"), (list(final.values()), "final_rows")):
        tree = EvidenceTree(keccak(keccak(row)) for row in rows)
        assert "0x" + tree.root.hex() == answers[f"evidence_root_{answer}"]
        for index in range(0, len(rows), 4999):
            assert EvidenceTree.verify(tree.root, tree.leaves[index], tree.proof(index))


def test_the_other_side_verifies_and_proves_a_row(path, by_month):
    measured = by_month["2016-03"]

    own = verify(example(), path, Period.month("2016-03"), SECRET, measured.to_json())

    first = own.evidence.prove(own.evidence.events[0].line)
    assert EvidenceTree.verify(measured.evidence_root, first.event.leaf, first.proof)


def test_a_period_with_no_case(path):
    with pytest.raises(EmptyPeriod) as caught:
        measure(desk(), path, Period.month("2017-03"), SECRET)

    assert sum(caught.value.held.values()) == 9202
    assert list(caught.value.held) == MONTHS
