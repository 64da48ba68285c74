"""The ranking (SPEC.md 15.6) without a chain: each score by hand, ties, words, the same whatever the order."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest

from tests.market.asked import CLIENT, DECIDE, TOKEN, answer, bid_of, good_bid, read, request
from tests.market.circles import paid
from tests.market.papers import account
from tests.market.test_record import Story
from workpact.audit.history import Head
from workpact.chain.state import Status
from workpact.market.dealings import Dealing
from workpact.market.promise import Promise, service_score
from workpact.market.ranking import availability_score, price_score, rank, start_of_work
from workpact.market.record import Records
from workpact.market.tender import Entry, State
from workpact.terms.levels import Form

UNIT = 10**6
PRICE = 3_450_500_000
"""Of a bid that asks what the request's file has: 1,750.50, and twice 600 + 100 · 2.50."""


@dataclass(frozen=True)
class Offer:
    available_from: int
    at_once: int


class Given(Records):
    """Records of dealings that are made up."""

    def __init__(self, *made: Dealing) -> None:
        super().__init__(31337, Head(9, b"\x09" * 32, 1_800_662_000), ())
        object.__setattr__(self, "dealings", made)


def ranked(*bids: Any, records: Records | None = None, **profiles: Offer) -> Any:
    offered = {account(int(name[1:])).address: offer for name, offer in profiles.items()}
    return rank(request(), [read(each) for each in bids], records or Given(), offered)


def scores(ranking: Any, number: int = 2) -> dict[str, int]:
    (found,) = (each for each in ranking.ranked if each.bidder == account(number).address)
    return {each.name: each.value for each in found.scores}


# Price


@pytest.mark.parametrize(
    ("price", "lowest", "score"), [(10, 10, 1_000_000), (30, 10, 333_333), (0, 0, 1_000_000), (7, 0, 0)]
)
def test_price__is_the_lowest_as_a_share_of_it(price, lowest, score):
    assert price_score(price, lowest) == score


# Service


@pytest.mark.parametrize(
    ("form", "asked", "bid", "share"),
    [
        (Form.RATIO_AT_LEAST, 950_000, 980_000, Fraction(3, 5)),
        (Form.RATIO_AT_LEAST, 1_000_000, 1_000_000, Fraction(1)),
        (Form.RATIO_AT_MOST, 40_000, 10_000, Fraction(3, 4)),
        (Form.RATIO_AT_MOST, 0, 0, Fraction(1)),
        (Form.AVERAGE_AT_MOST, 60, 45, Fraction(1, 4)),
        (Form.AVERAGE_AT_LEAST, 4, 5, Fraction(1, 5)),
        (Form.AVERAGE_AT_LEAST, 0, 0, Fraction(0)),
    ],
)
def test_target__counts_by_how_much_of_the_allowed_shortfall_it_removes(form, asked, bid, share):
    same = Promise("level", form, asked, bid, 0, 0)
    assert same.removed == share / 2
    assert replace(same, bid_credit=10**12).removed == (share + 1) / 2


def test_service__of_no_level__is_nothing():
    assert service_score([]) == 0


def test_service__is_the_mean_over_levels_of_targets_and_credits__floored_once():
    one = Promise("one", Form.RATIO_AT_LEAST, 950_000, 980_000, 0, 0)
    other = Promise("other", Form.AVERAGE_AT_MOST, 3, 2, 0, 0)
    assert service_score([one, other]) == (300_000 + 166_666) // 2 == 233_333


def test_service__of_a_bid():
    edits = (("target: '0.95'", "target: '0.98'"), ("below: 95 %", "below: 98 %"), ("atRisk: 12 %", "atRisk: 24 %"))
    ranking = ranked(good_bid(2, *edits))
    # Of 5 % 3 are removed; of a charge min(24 % · 80 %, 12 %) is at risk where 12 % · 80 % was.
    credit = Fraction(120_000 - 96_000, 1_000_000 - 96_000)
    assert scores(ranking)["service"] == int((Fraction(3, 5) + credit) / 2 * 1_000_000)
    assert ranking.ranked[0].scores[1].words == (
        "It promises more than is asked in 1 of 1 level: in-time: target 98 % where 95 % is asked and up to 12 % of a "
        "charge at risk where 9.6 % is."
    )


# Availability


@pytest.mark.parametrize(
    ("late", "live", "score"),
    [
        (-9, 0, 1_000_000), (0, 1, 1_000_000), (1, 0, 966_666), (86_400, 0, 966_666), (86_401, 0, 933_333),
        (30 * 86_400, 0, 0), (99 * 86_400, 0, 0), (0, 2, 0), (0, 3, 0),
    ],
)  # fmt: skip
def test_availability__loses_a_thirtieth_a_day__and_all_without_a_place(late, live, score):
    assert availability_score(Offer(5_000_000 + late, 2), live, 5_000_000) == score


def test_availability__without_a_profile__is_nothing():
    assert availability_score(None, 0, 5) == 0


def test_work_starts__when_the_request_is_decided__or_with_the_service_alone():
    asked = request()
    assert start_of_work(asked) == DECIDE
    bare = replace(asked, message=asked.message | {"milestones": []})
    assert start_of_work(bare) == asked.message["annex"]["conditions"]["service"]["schedule"]["start"]


def test_live_agreements__take_places():
    bidder = account(2).address
    live = [replace(paid(f"client {each}", bidder, 0, 0, 0), status=Status.LIVE) for each in range(2)]
    ranking = ranked(good_bid(), records=Given(*live), b2=Offer(0, 3))
    assert scores(ranking)["availability"] == 1_000_000
    assert ranking.ranked[0].scores[3].words == "It is available when work shall start, with 1 of 3 places free."
    ranking = ranked(good_bid(), records=Given(*live), b2=Offer(0, 2))
    assert scores(ranking)["availability"] == 0
    assert ranking.ranked[0].scores[3].words == "All of its 2 places are taken: 2 agreements of it run."


# Record and total


def test_total__is_by_the_weights__and_the_words_have_the_numbers():
    bidder = account(2).address
    past = paid(account(CLIENT).address, bidder, 690_100_000, 7, 8, token=TOKEN)
    ranking = ranked(good_bid(), records=Given(past), b2=Offer(DECIDE + 1, 1))
    # A fifth of the price is covered: 500,000 + 0.2 · 250,000.
    assert scores(ranking) == {"price": 1_000_000, "service": 0, "record": 550_000, "availability": 966_666}
    assert ranking.ranked[0].total == 500_000 + 110_000 + 96_666
    told = {each.name: each.words for each in ranking.ranked[0].scores}
    assert told == {
        "price": "It costs 3,450.50 TUSD at the quantities that are expected, as little as any valid bid.",
        "service": "It promises what is asked in each of 1 level, and no more.",
        "record": "690.10 TUSD of its pay, in 1 agreement, can be traced to the client or to those whom the client "
        "trusts, which covers 20 % of this price; of what it promised there it kept 87.5 %, and the rest counts twice.",
        "availability": "It is available 1 day after work shall start, with 1 of 1 place free.",
    }


def test_new_bidder__is_told_so():
    made = [paid("nobody", account(2).address, 5 * UNIT, token=TOKEN)]
    ranking = ranked(good_bid(), records=Given(*made))
    assert scores(ranking)["record"] == 500_000
    assert ranking.ranked[0].scores[2].words == (
        "It stands as new: none of the 5 TUSD that it was paid can be traced to the client or to those whom the client "
        "trusts."
    )


def test_ties__go_to_the_lower_price__then_to_the_lower_id():
    same = [good_bid(2), good_bid(3)]
    ranking = ranked(*same)
    assert [each.bid for each in ranking.ranked] == sorted(each.id for each in same)
    assert ranked(*reversed(same)).to_json() == ranking.to_json()
    assert [each.price for each in ranking.ranked] == [PRICE, PRICE]


def test_order_of_what_is_given__changes_no_byte():
    cheap = bid_of(answer(("500 TUSD", "100 TUSD"), ("3,750.50", "3,350.50"), bidder=3), 3)
    made = [paid(account(CLIENT).address, account(2).address, 500 * UNIT, token=TOKEN), paid("a", "b", 3, token=TOKEN)]
    late = [Entry(State.LATE, account(number).address, "", f"bid {number}", ("why",)) for number in (7, 5)]
    asked, bids = request(), [read(good_bid()), read(cheap)]
    one = rank(asked, bids, Given(*made), {}, late)
    other = rank(asked, bids[::-1], Given(*made[::-1]), {}, late[::-1])
    assert json.dumps(one.to_json()) == json.dumps(other.to_json())
    assert [each["state"] for each in one.to_json()["refused"]] == ["late", "late"]
    assert one.agreements == (made[0].origin,)


def test_no_bid__is_an_empty_ranking():
    ranking = ranked()
    assert (ranking.ranked, ranking.to_json()["ranked"]) == ((), [])


def test_agreements_of_which_not_all_is_known__are_named():
    story = Story(None).add("Accepted", milestones=1, paid=5, retained=0)
    bidder = account(2).address
    made = replace(story.only, contractor=bidder)
    assert ranked(good_bid(), records=Given(made)).unknown == (made.origin,)
