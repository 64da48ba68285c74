"""Two agents, each a process with its own key, carry an agreement through a year of twelve months."""

from __future__ import annotations

from tests.agent import story
from tests.anvil import anvil
from tests.scripts.rehearsal import SEPOLIA, Rehearsal
from tests.scripts.stage import Stage


def test_year__two_agents_unattended__every_unit_as_the_terms_say(tmp_path):
    with (
        anvil("--chain-id", str(SEPOLIA), "--accounts", "0") as url,
        story.begun(tmp_path, Stage(Rehearsal(tmp_path / "user"), url)) as year,
    ):
        story.agreed(year, 0)
        story.agreed(year, 1)
        story.won_by_the_client(year, 2)
        story.agreed(year, 3)
        story.won_by_the_contractor(year, 4)
        story.critical_and_out_of_money(year, 5)
        story.notice_answered(year, 6)
        story.missing(year, 7)
        story.notice_stands(year, 8)
        story.corrected(year, 9)
        story.agreed(year, 10)
        story.agreed(year, 11)
        story.over(year)
