"""The whole year of the example, played: all twelve periods on generated data, then the agreement's end."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from itertools import pairwise

from tests.measurement.desk import generator
from tests.scripts.demo import DOLLAR, Demo, months_cost


def test_demo__last_period__plays_all_twelve_and_closes(tmp_path):
    """4.7, 6.6, 8.5: at the end nothing is held but the holdback; what no period needed is the client's again."""
    log = tmp_path / "incidents.csv"
    generator().generate(log, seed=11, cases_a_month=80)
    demo = Demo(tmp_path, "--data", str(log), "--period", "2017-02", "--json")
    code, out, err = demo.ended()

    assert code == 0, err
    told, months = json.loads(out), months_cost(log, 12)
    parts = ("charge", "credit", "paid", "retained")
    assert [tuple(month[part] for part in parts) for month in told["months"]] == [month["numbers"] for month in months]
    got = {
        who: sum(row["amount"] for row in told["money"] if row["who"] == who)
        for who in ("contractor", "client", "held")
    }
    deliverables = 20_000 * DOLLAR
    assert got["contractor"] == sum(month["numbers"][2] for month in months) + deliverables * 95 // 100
    assert got["held"] == 0
    assert got["client"] == told["funded"] - deliverables - sum(sum(month["numbers"][2:]) for month in months)
    assert demo.left_behind() == []


def test_quarter__in_words_on_apes_own_chain__adds_up(tmp_path):
    """9.6, 12.4: examples/worker-owned-desk as people read it; the last line of a table is the sum of the others."""
    demo = Demo(tmp_path, "--example", "worker-owned-desk")
    code, out, err = demo.ended()

    assert code == 0, err
    assert demo.left_behind() == []
    assert "BROKEN" not in out
    assert out.count("holds: ") == 14
    titles = ("Who got what", "Cap table", "Register of wages", "Where all the money is", "History in")
    starts = [out.index(title) for title in titles]
    everyone, units, _, money = (out[start:end] for start, end in pairwise(starts))
    for table, lines in ((everyone, 9), (units.split("left to grant")[0], 6), (money, 7)):
        sums = [_amounts(line) for line in table.splitlines() if _amounts(line)]
        assert len(sums) == lines
        assert [sum(column) for column in zip(*sums[:-1], strict=True)] == sums[-1]


def _amounts(line: str) -> list[Fraction]:
    return [Fraction(number.replace(",", "")) for number in re.findall(r"([\d,]+(?:\.\d+)?) (?:USDC|CDESK)", line)]
