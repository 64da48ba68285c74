"""`make demo` on the real log: its figures by the published reference, its money by fractions."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.scripts.demo import Demo, months_cost


def test_demo__march_of_the_real_log(tmp_path):
    log = Path(os.environ["WORKPACT_LOGS"]) / "uci_incidents_opened_2016-02_03.csv.gz"
    demo = Demo(tmp_path, "--data", str(log), "--period", "2016-03", "--json")
    code, out, err = demo.ended()

    assert code == 0, err
    (month,), (expected,) = json.loads(out)["months"], months_cost(log, 1)
    assert tuple(month[part] for part in ("charge", "credit", "paid", "retained")) == expected["numbers"]
    assert month["levels"] == expected["levels"]
    assert month["levels"][0] == {"name": "made-sla", "good": 2492, "total": 5848}
    assert "made-sla 2492/5848: below 85 %, costs 20 % of what is at risk" in month["calculation"]
    assert (month["charge"], month["credit"]) == (36_924_000_000, 3_692_400_000)
