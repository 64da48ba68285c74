"""The whole year of the example, played: all twelve periods on generated data, then the agreement's end."""

from __future__ import annotations

import json

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
