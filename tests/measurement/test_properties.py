"""On any log DuckDB counts what the reference counts, and the evidence is the reference's."""

import gzip
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measurement import reference
from tests.measurement.desk import LOG_COLUMNS, PRIORITIES, SECRET, desk
from workpact.measurement import EvidenceTree, Figure, Period, measure

START = datetime(2016, 2, 28, 22, 0, tzinfo=UTC)


def _date(minute: int) -> str:
    moment = START + timedelta(minutes=minute)
    return f"{moment.day}/{moment.month}/{moment.year} {moment.hour}:{moment.minute:02}"


dates = st.integers(0, 20_000).map(_date)
rows = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["INC1", "INC2", "INC3", "inc3", "INC4"]),
        "sys_mod_count": st.integers(-2, 12).map(str),
        "made_sla": st.sampled_from(["true", "false", "?", "", "TRUE"]),
        "priority": st.sampled_from([*PRIORITIES.values(), "?", "1 -", "11 - x", "é - ö"]),
        "opened_at": dates | st.just("?"),
        "resolved_at": dates | st.just("?"),
        "closed_at": dates | st.just("?"),
    }
)


@settings(max_examples=10, derandomize=True, deadline=None)
@given(st.lists(rows, min_size=1, max_size=12), st.integers(-100, 20_100), st.integers(0, 20_000))
def test_any_log_and_any_period(log, first, length):
    lines = [",".join(LOG_COLUMNS)] + [",".join(row[name] for name in LOG_COLUMNS) for row in log]
    start = int((START + timedelta(minutes=first)).timestamp())
    period = Period(name="p", start=start, end=start + 60 * length)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv.gz"
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
        measured = measure(desk(), path, period, SECRET, allow_empty=True, accept=["backwards"])
        read, raw = reference.read(path)

    cases = reference.cases_in(read, period.start, period.end)
    numbers = {case["number"] for case in cases}
    events = [line for row, line in zip(read, raw, strict=True) if row["number"] in numbers]
    assert list(measured.figures) == [Figure(*figure) for figure in reference.figures(cases)]
    resolved = [case for case in cases if reference.minutes(case) is not None]
    assert measured.quantities == (("tickets-resolved", len(resolved)),)
    assert measured.event_count == len(events)
    assert measured.evidence_root == reference.root(reference.leaves(events, SECRET, "p"))


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40), st.randoms())
def test_any_leaves_in_any_order(leaves, random):
    tree = EvidenceTree(leaves)
    shuffled = random.sample(leaves, len(leaves))

    assert tree.root == reference.root(leaves) == EvidenceTree(shuffled).root
    for index, leaf in enumerate(leaves):
        assert EvidenceTree.verify(tree.root, leaf, tree.proof(index))
