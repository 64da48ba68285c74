"""What is written loads as the same document; change orders and placed agreements are documents made from one."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.terms.example import CHAIN_ID, CONTRACT, CONTRACTS, FILE, NAMES, TEXT, changed, example, loaded
from workpact.terms import Form, Names, change_order, errors, load, loads, placed_under
from workpact.terms.contents import write_yaml

LISTED = """start: 2016-03-01
    periods:
      - {name: spring, end: 2016-05-31}
      - {name: june, end: "2016-07-01 00:00"}"""


def test_to_yaml__loads_as_the_same_document():
    again = loads(example().to_yaml())
    assert again == example()
    assert again.to_yaml() == example().to_yaml()
    assert again.id(CHAIN_ID, CONTRACT) == example().id(CHAIN_ID, CONTRACT)
    assert again.document_markdown() == example().document_markdown()


def test_to_yaml__keeps_names_that_were_not_resolved():
    document = load(FILE, contracts=CONTRACTS)
    assert loads(document.to_yaml(), NAMES).id(1, CONTRACT) == example().id(1, CONTRACT)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    amount=st.integers(1, 2**60),
    due=st.integers(1_456_790_400, 4_000_000_000),
    fee=st.integers(0, 200_000),
    window=st.integers(1, 3_650 * 86_400),
    title=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=30),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"]),
)
def test_to_yaml__of_any_terms__loads_as_the_same_document(amount, due, fee, window, title, zone):
    whole = example().plain()
    plain = [*whole[:3], whole[-1]]
    plain[-1]["spec"]["levels"] = plain[-1]["spec"]["levels"][:1]
    spec = plain[0]["spec"]
    del spec["total"]
    moment = datetime.fromtimestamp(due, UTC).replace(hour=12, tzinfo=None)
    spec["timezone"] = zone
    spec["milestones"][0] |= {
        "amount": f"{amount // 10**6}.{amount % 10**6:06d} USDC",
        "due": moment.isoformat(sep=" "),
        "title": title,
    }
    spec["arbitration"] |= {"fee": f"{fee} ppm", "window": f"{window} seconds"}
    for part in plain:
        for frame in part["spec"].get("timeWindow", []):
            frame["calendar"]["timeZone"] = zone
    document = loads(write_yaml(plain))
    milestone = document.milestones[0]
    assert (milestone.amount, milestone.title) == (amount, title)
    assert milestone.due == int(moment.replace(tzinfo=ZoneInfo(zone)).timestamp())
    assert document.arbitration()[2:4] == (fee, window)
    again = loads(document.to_yaml())
    assert again.to_yaml() == document.to_yaml()
    assert again.typed_data(1, CONTRACT) == document.typed_data(1, CONTRACT)


def test_periods__of_months_follow_the_calendar_of_the_zone():
    text = changed(("timezone: UTC", "timezone: Europe/Berlin")).replace("timeZone: UTC", "timeZone: Europe/Berlin")
    periods = loads(text, NAMES).periods
    assert [period.name for period in periods] == [
        *(f"2016-{month:02d}" for month in range(3, 13)), "2017-01", "2017-02",
    ]  # fmt: skip
    march, april = periods[0], periods[1]
    assert march.end - march.start == 31 * 86_400 - 3_600
    assert march.end == april.start
    assert april.start_at == datetime(2016, 4, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    assert april.start_at.astimezone(UTC) == datetime(2016, 3, 31, 22, tzinfo=UTC)


def test_periods__listed_end_with_their_last_day_or_at_a_time():
    text = changed(("monthly: {from: 2016-03, to: 2017-02}", LISTED), ("total: 500,000 USDC", "total: 100,000 USDC"))
    document = loads(text.replace("duration: 1M", "duration: 3M"), NAMES)
    spring, june = document.periods
    assert (spring.start_at, spring.end_at) == (datetime(2016, 3, 1, tzinfo=UTC), datetime(2016, 6, 1, tzinfo=UTC))
    assert june.end_at == datetime(2016, 7, 1, tzinfo=UTC)
    assert document.period("june") == june
    assert loads(document.to_yaml()) == document
    with pytest.raises(errors.NotInDocument) as error:
        document.period("july")
    assert str(error.value) == "There is no period 'july': the document has spring, june."


def test_levels__of_all_forms():
    good = "good: {metricSource:"
    bad = changed(
        (good, "bad: {metricSource:"),
        ("- {below: 95 %, allocation: 10 %}", "- {above: 5 %, allocation: 10 %}"),
        ("- {below: 85 %, allocation: 20 %}", "- {above: 15 %, allocation: 20 %}"),
    )
    level = loads(bad, NAMES).levels[0]
    assert level.form is Form.RATIO_AT_MOST
    assert [(band.threshold, band.allocation) for band in level.bands] == [(50_000, 100_000), (150_000, 200_000)]
    start, end = TEXT.index("      ratioMetric:"), TEXT.index("  timeWindow:")
    average = """      thresholdMetric:
        metricSource:
          metricSourceRef: incident-log
          type: workpact-log
          spec: {where: "resolved_at <> '?'", average: resolution_minutes}
"""
    text = (TEXT[:start] + average + TEXT[end:]).replace("target: 0.95}", "op: lte, value: 240}", 1)
    text = text.replace("- {below: 95 %, allocation: 10 %}", "- {above: 240, allocation: 10 %}", 1)
    text = text.replace("- {below: 85 %, allocation: 20 %}", "- {above: 480, allocation: 20 %}", 1)
    document = loads(text, NAMES)
    level = document.levels[0]
    assert (level.form, level.average, level.where_good) == (Form.AVERAGE_AT_MOST, "resolution_minutes", None)
    assert document.levels_struct()[0][0][1] == 2
    assert document.levels_struct()[0][0][7] == [(240, 100_000), (480, 200_000)]
    assert "a sum of 240,001 over 1,000 cases, where at most 240 was agreed" in document.document_markdown()
    assert loads(document.to_yaml()) == document


def test_level__without_bands__is_reported_only():
    document = example()
    level = document.levels[5]
    assert (level.name, level.is_credited, level.bands, level.target) == ("resolved-in-target-p1", False, (), 900_000)
    assert document.levels_struct()[0][5][1:] == (0, 0, 1, 1, 0, 0, [])
    markdown = document.document_markdown()
    assert "| resolved cases of priority 1 that took at most 4 hours | at least 90 % | reported only |" in markdown
    assert (
        "Reported only, and missed at no cost: resolved-in-target-p1, resolved-in-target-p2, resolved-in-target-p3, "
        "resolved-in-target-p4."
    ) in markdown


def amended(**arguments):
    first = example().id(CHAIN_ID, CONTRACT)
    given = {"origin": first, "replaces": first, "open_before": "2016-05-31"} | arguments
    return change_order(example(), offer_salt=b"\x03" * 32, legal_salt=b"\x04" * 32, **given)


def test_change_order__keeps_the_agreement_and_pulls_no_money():
    first = example().id(CHAIN_ID, CONTRACT)

    def edit(plain):
        plain[0]["spec"]["milestones"][1]["amount"] = "8,000 USDC"
        plain[0]["spec"]["total"] = "500,500 USDC"

    order = amended(edit=edit)
    deal, milestones, _, offer, _ = order.proposal()
    assert deal == (first, *example().proposal()[0][1:])
    assert milestones == [(12_500_000_000, 1_460_764_799), (8_000_000_000, 1_467_331_199)]
    assert offer == (int("03" * 32, 16), 1_464_739_199, 0, first, bytes(32))
    assert order.service_hash() == example().service_hash()
    assert order.origin(CHAIN_ID, CONTRACT) == first
    assert order.id(CHAIN_ID, CONTRACT) != first
    assert order.report_message(CHAIN_ID, CONTRACT, 0, [(0, 0, 0)] * 13, [0], bytes(32))["origin"] == first
    assert f"It replaces the document `0x{first.hex()}`" in order.document_markdown()


def test_change_order__that_breaks_a_sum__is_refused():
    def edit(plain):
        plain[0]["spec"]["milestones"][1]["amount"] = "8,000 USDC"

    with pytest.raises(errors.AmountMismatch):
        amended(edit=edit)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("deposit: 100,000 USDC", "deposit: 0.000001 USDC", "spec.offer.deposit"),
        ("timezone: UTC", f"timezone: UTC\n  under: '0x{'22' * 32}'", "spec.under"),
    ],
)
def test_change_order__with_deposit_or_master__is_refused(old, new, field):
    names = f"  origin: '0x{'11' * 32}'\n  replaces: '0x{'11' * 32}'\n"
    edits = [("spec:\n", "spec:\n" + names), (old, new)]
    if field != "spec.offer.deposit":
        edits.append(("deposit: 100,000 USDC", "deposit: 0 USDC"))
    with pytest.raises(errors.BadChange) as caught:
        loaded(*edits)
    assert caught.value.field == field


def test_placed_under__names_the_master():
    master = example().id(CHAIN_ID, CONTRACT)
    placed = placed_under(
        example(), master=master, open_before="2016-05-31", offer_salt=b"\x05" * 32, legal_salt=b"\x06" * 32
    )
    assert placed.proposal()[3] == (int("05" * 32, 16), 1_464_739_199, 100_000_000_000, bytes(32), master)
    assert placed.proposal()[0][0] == bytes(32)
    assert placed.id(CHAIN_ID, CONTRACT) != master
    assert f"placed under the master agreement `0x{master.hex()}`" in placed.document_markdown()


def test_document__is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        example().milestones[0].amount = 1
    with pytest.raises(ValueError, match="frozen"):
        example().agreement = None


def test_example__is_what_its_readme_promises():
    document = load(FILE)
    assert [level.name for level in document.levels] == [
        "made-sla", "made-sla-p1", "made-sla-p2", "made-sla-p3", "made-sla-p4",
        "resolved-in-target-p1", "resolved-in-target-p2", "resolved-in-target-p3", "resolved-in-target-p4",
        *(f"net-resolved-in-target-p{priority}" for priority in range(1, 5)),
    ]  # fmt: skip
    assert (document.periods[0].name, document.periods[-1].name, len(document.periods)) == ("2016-03", "2017-02", 12)
    assert document.spec.billing.cover == 2
    assert document.prices[0].where == "resolved_at <> '?'"
    assert document.data_source("incident-log").spec.connection_details.attribution.column == "closed_at"
    assert Names().all("USDC", "agreement") == {}


def test_units_beyond_a_64_bit_word__are_written_and_read():
    document = loaded(("units: 10,000,000,000", "units: 1,208,925,819,614,629,174,706,175"))
    assert document.spec.equity.units == 2**80 - 1
    assert loads(document.to_yaml()) == document
