"""Every number of the reference answers, through data sources and levels alone."""

from __future__ import annotations

import pytest

from tests.measurement.desk import ALL, SECRET
from tests.real_logs.logs import BANK, HELPDESK, UCI, answers, bank, helpdesk, uci, uci_response, uci_rows
from workpact.measurement import measure


@pytest.mark.parametrize(
    ("path", "log", "events"),
    [
        (UCI, uci, "events"),
        (UCI, uci_response, "events"),
        (UCI, uci_rows, "events"),
        (BANK, bank, "rows_after_exclusions"),
        (HELPDESK, helpdesk, "events"),
    ],
    ids=["uci", "uci-response", "uci-rows", "bank", "helpdesk"],
)
def test_log__every_number(path, log, events):
    made = log()
    measured = measure(made.definition(), path, ALL, SECRET, accept=["backwards", "repeated"])

    made.check(measured)
    name = path.name.split("_")[0]
    assert measured.event_count == answers(name)[events]


def test_uci__time_waited():
    """What pauses take off is the reference's sum over all cases."""
    made = uci()
    found = {
        figure.name: figure for figure in measure(made.definition(), UCI, ALL, SECRET, accept=["backwards"]).figures
    }
    assert found["ttr-mean"].good - found["net-mean"].good == answers("uci")["pause_minutes_total"]
