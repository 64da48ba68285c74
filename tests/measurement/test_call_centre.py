"""The call centre's example: its agreement, and the log that its generator writes."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.measurement.desk import SECRET
from tests.support import ROOT
from workpact.measurement import Figure, definition_of, measure, period_of
from workpact.terms import load

EXAMPLE = ROOT / "examples" / "call-centre"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_calls", EXAMPLE / "generate_log.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generator__equal_seeds__equal_files(generator, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert generator.generate(tmp_path / f"{name}.tsv", seed, 50) == 50
    first, same, other = ((tmp_path / f"{name}.tsv").read_bytes() for name in "abc")
    assert first == same
    assert first != other


def test_agreement__on_the_generated_log__counted_by_hand(generator, tmp_path):
    path: Path = tmp_path / "calls.tsv"
    generator.generate(path)
    with path.open() as file:
        read = [row for row in csv.DictReader(file, delimiter="\t") if row["outcome"] != "PHANTOM"]
    rows = [row for row in read if int(row["vru_time"]) >= 0]
    answered = [row for row in rows if row["outcome"] == "AGENT"]
    hung = [row for row in rows if row["outcome"] == "HANG" and row["q_start"] != "0:00:00"]
    in_time = sum(int(row["q_time"]) <= 20 for row in answered)
    late = sum(int(row["q_time"]) > 20 for row in hung)
    document = load(EXAMPLE / "agreement.yaml")

    measured = measure(definition_of(document), path, period_of(document, "1999-02"), SECRET)

    assert measured.figures == (
        Figure("service-level-80-20", in_time, len(answered) + late),
        Figure("speed-of-answer", sum(int(row["q_time"]) for row in answered), len(answered)),
        Figure("abandonment", len(hung), len(answered) + len(hung)),
        Figure("handling-time", sum(int(row["ser_time"]) for row in answered), len(answered)),
    )
    assert measured.quantities == (("answered-calls", len(answered)),)
    assert measured.event_count == len(rows) < 600
    assert all(figure.good for figure in measured.figures)
