"""What the pictures say, read from their SVG."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.terms.example import example
from workpact.course import Bill, Course, Mark
from workpact.level_words import figure_words
from workpact.plots import UnknownFormat, draw
from workpact.terms import Level
from workpact.terms.levels import Band, Form
from workpact.terms.units import write_money


def level(name: str, title: str, form: Form, *thresholds: int) -> Level:
    """A level of five cases at least."""
    bands = tuple(Band(threshold=each, allocation=1) for each in thresholds)
    terms = {"name": name, "title": title, "form": form, "bands": bands, "target": thresholds[0], "minimum_sample": 5}
    return example().levels[0].model_copy(update=terms)


@pytest.fixture
def course() -> Course:
    """Four of five periods: the third is missed without figures, the fourth still runs."""
    minutes = level("mean-minutes", "minutes until resolved, $x$ on average", Form.AVERAGE_AT_MOST, 240, 480)
    reopened = level("reopened", "cases that were opened again", Form.RATIO_AT_MOST, 50_000, 100_000)
    marks = (
        (Mark(0, 2_000, 10, False, True), Mark(1, 5_000, 20, True, True), Mark(2, 0, 0, False, True)),
        (Mark(0, 1, 100, False, True), Mark(1, 6, 100, True, True), Mark(2, None, None, True, True)),
    )
    running = (Mark(3, 5_001, 10, True, False), Mark(3, 5, 100, False, False))
    return Course(
        "A small desk",
        ("first", "second", "third", "fourth", "fifth"),
        ((minutes, (*marks[0], running[0])), (reopened, (*marks[1], running[1]))),
        (Bill(0, 0, True), Bill(1, 25_200_000, True), Bill(3, 30_000_001, False)),
        lambda units: write_money(units, "TUSD", 6),
        "TUSD",
        6,
    )


def texts(picture: Path) -> set[str]:
    """All that is written in a picture."""
    return set(re.findall(r"<text [^>]*>([^<]*)</text>", picture.read_text()))


def ids(picture: Path, start: str) -> list[str]:
    """The names of what is drawn, as far as they start so."""
    return re.findall(rf'id="({start}[^"]*)"', picture.read_text())


def test_draw__levels_and_credits__named_with_targets_bands_and_points(course, tmp_path):
    picture = tmp_path / "levels.svg"
    draw(course, picture)

    said = texts(picture)
    assert {"A small desk", "Minutes until resolved, $x$ on average", "Cases that were opened again"} <= said
    assert {"mean-minutes, agreed at most 240", "reopened, agreed at most 5 %", "Service credit of each period"} <= said
    assert {"240", "480", "5 %", "10 %", "500.1", "0", "25.20", "30.000001", "TUSD"} <= said
    assert {"first", "second", "third", "fourth"} <= said
    assert "fifth" not in said
    assert {"met", "missed", "too few cases to judge", "hollow: by the log so far, not final", "agreed"} <= said
    assert {"no case", "missed: no figures"} <= said
    assert ids(picture, "mean-minutes-period") == [f"mean-minutes-period-{index}" for index in (0, 1, 3)]
    assert ids(picture, "reopened-period") == [f"reopened-period-{index}" for index in (0, 1, 3)]
    assert ids(picture, "reopened-(?:target|band)") == ["reopened-target", "reopened-band-2"]
    assert ids(picture, "credit-period") == [f"credit-period-{index}" for index in (0, 1, 3)]


@pytest.mark.parametrize("name", ["levels.svg", "levels.png"])
def test_draw__twice_on_differently_set_machines__equal_bytes_without_a_date(course, tmp_path, monkeypatch, name):
    import matplotlib

    draw(course, tmp_path / name)
    first = (tmp_path / name).read_bytes()
    monkeypatch.setitem(matplotlib.rcParams, "axes.facecolor", "red")
    monkeypatch.setitem(matplotlib.rcParams, "svg.hashsalt", "other")
    draw(course, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    assert b"<dc:date>" not in first
    assert first.startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")


def test_draw__another_format__named(course, tmp_path):
    with pytest.raises(UnknownFormat, match=r"levels\.pdf is neither \.svg nor \.png: name the file like levels\.svg"):
        draw(course, tmp_path / "levels.pdf")


def test_import__loads_no_matplotlib():
    script = "import sys, workpact.plots, scripts.sla; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("form", "good", "total", "words"),
    [
        (Form.RATIO_AT_LEAST, 94_999, 100_000, "94.99 %"),
        (Form.RATIO_AT_LEAST, 2, 3, "66.66 %"),
        (Form.RATIO_AT_MOST, 5_000_001, 100_000_000, "5.01 %"),
        (Form.RATIO_AT_MOST, 1, 20, "5 %"),
        (Form.AVERAGE_AT_MOST, 2_400_001, 10_000, "240.01"),
        (Form.AVERAGE_AT_LEAST, 12_345_678, 10, "1,234,567.8"),
        (Form.RATIO_AT_LEAST, 0, 0, "no case"),
    ],
)
def test_figure_words__rounded__never_looks_better_than_it_is(form, good, total, words):
    assert figure_words(level("any", "any", form, 1), good, total) == words
