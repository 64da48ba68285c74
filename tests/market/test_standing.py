"""How far an asker can believe what an account has done (SPEC.md 15.8): by hand, and against those who make it up."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.circles import (
    ASKER,
    CIRCLE,
    NAMES,
    TOKEN,
    check_bound,
    check_greatest,
    check_names,
    paid,
    payments,
    ring,
)
from workpact.market.dealings import Dealing
from workpact.market.standing import NEW, Stand, Standing

PRICE = 1_000


def stand(made: list[Dealing], account: str, *trusted: str) -> Stand:
    return Standing(made, TOKEN, ASKER, trusted).of(account)


# By hand


def test_account_of_which_nothing_is_known__is_new():
    found = stand([], "bidder")
    assert found == Stand(0, 0, None, 0)
    assert [found.score(price) for price in (0, 1, PRICE)] == [NEW] * 3


def test_paid_by_the_asker__counts_whole_and_covers_the_price_in_part():
    found = stand([paid(ASKER, "bidder", 600, 9, 10)], "bidder")
    assert found == Stand(600, 600, Fraction(9, 10), 1)
    # 500,000 + 0.6 · (800,000 − 500,000)
    assert [found.score(price) for price in (PRICE, 600, 599, 0)] == [680_000, 800_000, 800_000, 800_000]


@pytest.mark.parametrize(("kept", "score"), [(8, 1_000_000), (7, 750_000), (6, NEW), (5, 250_000), (4, 0), (1, 0)])
def test_what_was_not_kept__counts_twice(kept, score):
    assert stand([paid(ASKER, "bidder", PRICE, kept, 8)], "bidder").score(PRICE) == score


def test_poor_work__stands_below_the_new():
    found = stand([paid(ASKER, "bidder", 600, 0, 3)], "bidder")
    assert (found.quality, found.score(PRICE)) == (Fraction(0), 200_000)


def test_score__is_floored_once():
    found = stand([paid(ASKER, "bidder", 1, 5, 6)], "bidder")
    # 500,000 + 1/7 · (666,666 2/3 − 500,000) = 523,809.52…
    assert found.score(7) == 523_809


def test_paid_by_a_client_who_shares_a_contractor_with_the_asker__counts_as_far_as_the_narrowest_payment():
    made = [paid(ASKER, "known", 100), paid("client", "known", 60), paid("client", "bidder", 80, 1, 2)]
    assert stand(made, "bidder") == Stand(60, 80, Fraction(1, 2), 1)


def test_listed_account__vouches_without_a_limit():
    made = [paid("listed", "bidder", 80), paid("client", "bidder", 50), paid("listed", "client", 30)]
    assert stand(made, "bidder") == Stand(0, 130, None, 0)
    assert stand(made, "bidder", "listed") == Stand(110, 130, Fraction(1), 2)


def test_agreement_in_which_nothing_was_decided__counts_for_nothing():
    made = [paid(ASKER, "bidder", 100, 0, 0), paid(ASKER, "bidder", 50)]
    assert stand(made, "bidder") == Stand(50, 50, Fraction(1), 1)


def test_other_token__counts_for_nothing():
    other = "0x" + "71" * 20
    made = [paid(ASKER, "bidder", 100, token=other), paid(ASKER, "known", 70), paid("known", "bidder", 70, token=other)]
    assert stand(made, "bidder") == Stand(0, 0, None, 0)


def test_quality__is_by_what_is_traced_of_each_agreement():
    made = [paid(ASKER, "bidder", 300, 0, 2), paid(ASKER, "known", 100), paid("known", "bidder", 900, 2, 2)]
    # 300 of the asker, and 100 of the 900.
    assert stand(made, "bidder") == Stand(400, 1_200, Fraction(100, 400), 2)


def test_several_agreements_of_one_client__share_what_is_traced_of_it_by_what_each_paid():
    made = [paid(ASKER, "known", 100), paid("known", "bidder", 300, 1, 1), paid("known", "bidder", 100, 0, 1)]
    assert stand(made, "bidder") == Stand(100, 400, Fraction(3, 4), 2)


def test_clients_who_share_a_way__share_it_by_what_they_paid():
    made = [paid(ASKER, "door", 90), paid("door", "one", 500), paid("door", "two", 500)]
    made += [paid("one", "bidder", 200, 1, 1), paid("two", "bidder", 100, 0, 1)]
    assert stand(made, "bidder") == Stand(90, 300, Fraction(60, 90), 2)


def test_client_with_a_way_of_its_own__is_not_held_back_by_others():
    made = [paid(ASKER, "door", 90), paid("door", "one", 500), paid("door", "two", 500), paid(ASKER, "two", 80)]
    made += [paid("one", "bidder", 200, 1, 1), paid("two", "bidder", 100, 0, 1)]
    # Together 170 of 300: each the same part of what it paid, 17/30, rounded down to a unit.
    assert stand(made, "bidder") == Stand(113 + 56, 300, Fraction(113, 169), 2)


# Against those who make it up


@pytest.mark.threat("T58")
def test_ring_of_fifty_that_pays_itself__stands_as_new():
    made = [paid(ASKER, "known", 1_000), *ring(50, Random(1), 10**12)]
    standing = Standing(made, TOKEN, ASKER, ())
    for number in range(50):
        found = standing.of(f"ring {number}")
        assert (found.flow, found.quality, found.score(PRICE)) == (0, None, NEW)
        assert found.paid > 0


@pytest.mark.threat("T58")
@pytest.mark.parametrize("honest", [1, 400])
def test_ring_with_one_member_that_is_honestly_paid__stands_by_that_alone__each_and_all_together(honest):
    made = [paid(ASKER, "ring 7", honest), *ring(50, Random(2), 10**12)]
    gathered = [paid(f"ring {number}", "gatherer", 10**12) for number in range(50)]
    # Each of fifty shares is rounded down.
    assert honest - 50 <= stand([*made, *gathered], "gatherer").flow <= honest
    standing = Standing(made, TOKEN, ASKER, ())
    for number in range(50):
        found = standing.of(f"ring {number}")
        assert found.flow <= honest
        assert found.score(PRICE) <= NEW + NEW * honest // PRICE


def test_ring_with_many_clients__is_never_above_a_proved_bidder_by_volume():
    made = [paid(ASKER, "ring 0", 10), *(paid(f"client {each}", "ring 0", 10**9) for each in range(200))]
    made += [paid(f"ring {each % 5}", f"client {each}", 10**9) for each in range(200)]
    proved = paid(ASKER, "proved", 300, 9, 10)
    standing = Standing([*made, proved], TOKEN, ASKER, ())
    assert standing.of("ring 0").flow == 10
    assert standing.of("ring 0").score(PRICE) < standing.of("proved").score(PRICE)


def test_poor_record__is_not_washed_by_a_ring():
    made = [paid(ASKER, "known", 100), paid("known", "bidder", 100, 0, 4)]
    assert stand(made, "bidder").quality == 0
    washed = [*made, *(paid(f"friend {each}", "bidder", 10**9) for each in range(50))]
    # Whoever is reached through the bidder alone is not reached.
    assert stand(washed, "bidder").quality == 0
    washed += [paid(ASKER, "friend 0", 25), *(paid("friend 0", f"friend {each}", 10**9) for each in range(1, 50))]
    found = stand(washed, "bidder")
    assert found.flow <= 125
    assert found.quality <= Fraction(25, 75)


def test_client_that_did_one_small_job__vouches_for_friends_as_far_as_that_job():
    made = [paid(ASKER, "small", 5), *(paid("small", f"friend {each}", 10**9) for each in range(20))]
    standing = Standing(made, TOKEN, ASKER, ())
    assert {standing.of(f"friend {each}").flow for each in range(20)} == {5}


def test_account_split_into_many__no_part_stands_above_the_whole():
    clients = [paid(ASKER, "known", 50), *(paid("known", f"client {each}", 40) for each in range(4))]
    whole = [*clients, *(paid(f"client {each}", "whole", 30) for each in range(4))]
    parts = [
        *clients,
        *(paid(f"client {each}", f"part {each}", 30) for each in range(4)),
        *ring(4, Random(3), 99, "part"),
    ]
    limit = stand(whole, "whole").flow
    assert limit == 48  # of the 50, a quarter each, rounded down
    assert all(stand(parts, f"part {each}").flow <= 50 for each in range(4))
    gathered = [paid(f"part {each}", "gatherer", 10**9) for each in range(4)]
    assert stand([*parts, *gathered], "gatherer").flow <= 50


def test_bidder_that_the_request_lists__does_not_vouch_for_itself():
    made = [paid("bidder", "friend", 10**9), paid("friend", "bidder", 10**9), paid(ASKER, "bidder", 20)]
    assert stand(made, "bidder", "bidder") == Stand(20, 10**9 + 20, Fraction(1), 1)


# Any payments


@settings(max_examples=40, deadline=None)
@given(payments(NAMES, 12))
def test_flow__is_the_greatest_by_another_way__and_divided_fairly(made):
    check_greatest(made)


@pytest.mark.threat("T58")
@settings(max_examples=40, deadline=None)
@given(payments(NAMES, 10), payments([*CIRCLE, "bidder"], 12), payments([*CIRCLE, *NAMES], 3))
def test_circle__is_never_traced_above_what_was_paid_between_it_and_the_rest(honest, inner, ties):
    check_bound([*honest, *inner, *ties])


@settings(max_examples=40, deadline=None)
@given(payments([*NAMES, *CIRCLE], 14), st.randoms(use_true_random=False))
def test_names_and_order__change_nothing(made, random):
    check_names(made, random)
