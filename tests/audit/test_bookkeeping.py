"""The user's books against the record (SPEC.md 6.1, 12.4, 13.8)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.audit.books.checks import check, described, hash_of, on
from tests.audit.books.clerk import KINDS, Clerk
from tests.audit.books.story import UNIT, Story, played
from workpact.audit.bookkeeping.comparing import Tolerance
from workpact.audit.bookkeeping.lines import Line
from workpact.audit.bookkeeping.results import By, Comparison, Error


@pytest.mark.parametrize("seed", range(40))
def test_match__clean_books__leave_nothing_over(seed):
    """13.8: splits, batches, fees, fees in lines of their own, another currency; named by all, some or nothing."""
    clerk = Clerk(played(seed), 1_000 + seed)
    kept = clerk.keep()
    found = clerk.compared(kept)

    assert described(found) == []
    assert found.apart is None
    assert sorted(number for each in found.matches for number in each.lines) == list(range(len(kept.lines)))
    assert sorted(number for each in found.matches for number in each.dues) == list(range(len(clerk.dues)))


@pytest.mark.parametrize("error", KINDS)
def test_match__one_mistake__is_found_and_named_as_what_it_is(error):
    for seed in range(20):
        clerk = Clerk(played(5_000 + seed, plain=seed % 2 == 0), seed)
        kept, about = clerk.mistaken(error)
        found = clerk.compared(kept)
        assert [(each.error, each.dues) for each in found.findings] == [(error, about)], (seed, described(found))


@pytest.mark.parametrize("seed", range(10))
def test_match__lines_in_another_order__same_result(seed):
    clerk = Clerk(played(seed), seed)
    kept, _ = clerk.mistaken(KINDS[seed])
    shuffled = list(kept.lines)
    random.Random(seed).shuffle(shuffled)
    shuffled.sort(key=lambda line: (line.source, line.amount))
    first, second = clerk.compared(kept), clerk.compared(replace(kept, lines=shuffled))

    def told(found: Comparison) -> list[list[str]]:
        both = (*found.matches, *found.findings)
        return sorted([*sorted(str(found.lines[at]) for at in each.lines), str(each.dues)] for each in both)

    assert told(first) == told(second)
    assert [each.words for each in first.findings] == [each.words for each in second.findings]
    assert first.apart == second.apart


def equal_months() -> Story:
    """Six payments of the same amount, two to six days apart."""
    story = Story(3)
    story.open(4_000 * UNIT)
    for period in range(6):
        story.work("Settled", 600 * UNIT, share=0, period=period, charge=600 * UNIT, credit=0)
    return story


def test_match__equal_payments_without_names__belong_together_in_the_order_of_time():
    story = equal_months()
    lines = [Line(on(story, 0), 4_000 * UNIT, "TUSD", "b:0")]
    lines += [Line(on(story, number) + timedelta(days=1), -600 * UNIT, "TUSD", f"b:{number}") for number in range(1, 7)]
    found = check(story, lines)
    assert [(each.lines, each.dues) for each in found.matches] == [((number,), (number,)) for number in range(7)]
    assert {each.by for each in found.matches} == {By.AMOUNT}


def test_match__one_of_equal_payments_left_out__it_is_the_one_without_a_line_near_it():
    story = equal_months()
    lines = [Line(on(story, 0), 4_000 * UNIT, "TUSD", "b:0")]
    lines += [Line(on(story, number), -600 * UNIT, "TUSD", f"b:{number}") for number in (1, 2, 3, 5, 6)]
    found = check(story, lines, tolerance=Tolerance(days=1))
    assert described(found) == [("missing", [], (4,))]
    assert found.apart == found.dues[4].block


def test_match__several_sums_possible__none_is_taken():
    """13.8: 600 and 600 of three equal payments could be any two."""
    story = Story(4)
    story.open(4_000 * UNIT)
    for period in range(3):
        story.work("Settled", 600 * UNIT, share=0, period=period, charge=600 * UNIT, credit=0)
    lines = [Line(on(story, 0), 4_000 * UNIT, "TUSD", "b:0"), Line(on(story, 2), -1_200 * UNIT, "TUSD", "b:1")]
    found = check(story, lines, tolerance=Tolerance(days=20))
    assert described(found) == [
        ("missing", [], (1,)), ("no such payment", [-1_200 * UNIT], ()), ("missing", [], (2,)), ("missing", [], (3,)),
    ]  # fmt: skip


def test_match__a_month_in_one_line__batch_by_amount_and_date():
    story = Story(5)
    story.open(4_000 * UNIT)
    for period, amount in enumerate((101, 202, 303, 404, 505, 606)):
        story.work("Settled", amount * UNIT, share=0, period=period, charge=amount * UNIT, credit=0)
    lines = [Line(on(story, 0), 4_000 * UNIT, "TUSD", "b:0"), Line(on(story, 4), -2_121 * UNIT, "TUSD", "b:1")]
    found = check(story, lines, tolerance=Tolerance(days=30))
    assert [(each.lines, each.dues, each.shape) for each in found.matches] == [
        ((0,), (0,), "one"), ((1,), (1, 2, 3, 4, 5, 6), "batch"),
    ]  # fmt: skip
    assert found.is_clean


# Where books and chain part


def test_apart__first_block_after_which_balances_differ():
    """13.8: a wrong amount parts them from its payment on, a wrong payee never, a late line from its payment on."""
    story = equal_months()
    lines = [Line(on(story, 0), 4_000 * UNIT, "TUSD", "b:0")]
    lines += [
        Line(on(story, number), -600 * UNIT, "TUSD", f"b:{number}", "Contractor Ltd.", hash_of(story, number))
        for number in range(1, 7)
    ]
    blocks = [each.block for each in check(story, lines).dues]

    wrong = [*lines[:3], replace(lines[3], amount=-601 * UNIT), *lines[4:]]
    assert check(story, wrong).apart == blocks[3]
    payee = [*lines[:3], replace(lines[3], counterparty="Client Ltd."), *lines[4:]]
    assert (check(story, payee).apart, len(check(story, payee).findings)) == (None, 1)
    late = [*lines[:2], replace(lines[2], date=lines[5].date), *lines[3:]]
    assert (check(story, late).apart, check(story, late).findings[0].error) == (blocks[2], Error.DATE)
    twice = [*lines, replace(lines[4], source="b:twice")]
    assert (check(story, twice).apart, check(story, twice).findings[0].error) == (blocks[4], Error.DUPLICATE)
    both = [*lines[:4], replace(lines[4], amount=-599 * UNIT), replace(lines[5], amount=-601 * UNIT), lines[6]]
    assert check(story, both).apart == blocks[4]


def test_json__everything_is_in_one_match_or_finding():
    clerk = Clerk(played(11), 11)
    told = clerk.compared(clerk.mistaken(Error.AMOUNT)[0]).to_json()
    for side in ("lines", "payments"):
        used = sorted(number for each in (*told["matches"], *told["findings"]) for number in each[side])
        assert used == list(range(len(told[side])))
    assert {type(each["amount"]) for side in ("lines", "payments") for each in told[side]} == {str}
