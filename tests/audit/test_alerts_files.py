"""Robust and exact statistics, and the files that users bring for alerts."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from tests.support import ROOT
from workpact.audit.alerts import RULES, BadSanctions, BadThresholds, Sanctions, Thresholds, robust

ONE, TWO = "0x" + "11" * 20, "0x" + "22" * 20


# Statistics


def test_median_and_deviation__by_hand():
    assert robust.median([5, 1, 9]) == 5
    assert robust.median([4, 1, 9, 2]) == 3
    # distances from 5: 4, 0, 4, 1, 95; the middle one is 4
    assert robust.deviation([1, 5, 9, 4, 100]) == Fraction(14_826, 10_000) * 4
    # steps 2, 2, 2, 50: the middle is 2
    assert robust.jitter([0, 2, 4, 6, 56]) == Fraction(14_826, 10_000) * Fraction(7_071, 10_000) * 2


@pytest.mark.parametrize(("count", "trials", "hits"), [(0, 4, 1), (3, 5, 1), (5, 5, 1), (2, 6, 2)])
def test_binomial__counted_over_all_outcomes(count, trials, hits):
    """Each trial hits in `hits` of three equal cases."""
    outcomes = list(product(range(3), repeat=trials))
    expected = sum(sum(each < hits for each in outcome) >= count for outcome in outcomes)
    assert robust.at_least(count, trials, Fraction(hits, 3)) == Fraction(expected, len(outcomes))


def test_sign_test__counted_over_all_outcomes():
    outcomes = list(product((0, 1), repeat=7))
    expected = sum(abs(2 * sum(each) - 7) >= 5 for each in outcomes)
    assert robust.sign_test(6, 1) == robust.sign_test(1, 6) == Fraction(expected, len(outcomes))
    assert robust.sign_test(2, 2) == 1


def test_drift__adds_up_what_is_above_slack():
    # above 10 by 3 less a slack of 1: 2, 4, 6 > 5 at the third
    assert robust.risen([13, 13, 13, 13], 10, 1, Fraction(1), Fraction(5)) == 2
    assert robust.risen([11, 11, 11, 11], 10, 1, Fraction(1), Fraction(5)) is None
    assert robust.risen([13, 0, 13, 13], 10, 1, Fraction(1), Fraction(5)) is None


def test_unevenness__is_pearsons():
    # 30 in 3 cells: expected 10 each, (25 + 0 + 25) / 10
    assert robust.unevenness([15, 10, 5]) == 5
    assert robust.unevenness([7, 7, 7]) == 0


def test_first_digits__benfords_own_are_at_distance_nought():
    values = [digit for digit, share in enumerate(robust.BENFORD, 1) for _ in range(share // 1_000)]
    assert robust.benford_distance(values) < 1_000
    ones = [1_000_000] * 9
    # 1 − 0.301030 too much on 1, all others missing: twice that over nine
    assert robust.benford_distance(ones) == Fraction(2 * (1_000_000 - 301_030), 9)
    assert sum(robust.BENFORD) == 1_000_000


# Files


def test_docs__name_every_rule_and_every_usual_threshold():
    text = (ROOT / "docs" / "alerts.md").read_text()
    assert [rule for rule in RULES if f"`{rule}`" not in text] == []
    usual = Thresholds.model_fields.items()
    assert [name for name, field in usual if f"`{name}` {field.default:,}" not in text] == []


def test_thresholds__a_file_changes_what_it_names(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("split_days: 9\nlate_days: 0\n")
    assert Thresholds.read(file) == Thresholds(split_days=9, late_days=0)
    file.write_text("")
    assert Thresholds.read(file) == Thresholds()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("split_dais: 7", "split_dais: Extra inputs are not permitted"),
        ("split_days: 0.5", "split_days: Input should be a valid integer"),
        ("split_days: '7'", "split_days: Input should be a valid integer"),
        ("benford_count: 100", "benford_count: Input should be greater than or equal to 500"),
        ("round_trip_hops: 5", "round_trip_hops: Input should be less than or equal to 4"),
        ("- 1", "the file: Input should be a valid dictionary"),
        ("a: [", "is no YAML"),
        ("!!python/object:os.system {}", "is no YAML"),
    ],
)
def test_thresholds__what_no_rule_takes_is_named(tmp_path, text, said):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(BadThresholds, match=r"mine\.yaml") as error:
        Thresholds.read(file)
    assert said in str(error.value)


def test_sanctions__csv_and_json_are_one(tmp_path):
    table, value = tmp_path / "list.csv", tmp_path / "list.json"
    table.write_text(f"name,address,date\nA,{ONE},2026-10-30\nB,{TWO},2026-11-02\n")
    value.write_text(f'{{"date": "2026-11-02", "addresses": ["{ONE}", "{TWO}"]}}')
    assert Sanctions.read(table) == Sanctions.read(value) == Sanctions("2026-11-02", frozenset({ONE, TWO}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wallet\n0x12\n", "there must be `address` and `date`"),
        ("address,date\n0x12,2026-11-02\n", "list:2: '0x12' is no address"),
        (f"address,date\n{ONE},02.11.2026\n", "list:2: '02.11.2026' is no date"),
        (f"address,date\n{ONE}\n", "list:2: '' is no date"),
        ("address,date\n", "lists no address"),
        ("", "its first line names the columns"),
        ("[1]", '"addresses": ["0x…"]'),
        ('{"addresses": []}', '"addresses": ["0x…"]'),
        ('{"date": "2026-11-02", "addresses": [7]}', "list, address 1: '7' is no address"),
        ("{" * 100_000, "is no JSON"),
    ],
)
def test_sanctions__what_is_no_list_is_named(tmp_path, text, said):
    file = tmp_path / "list"
    file.write_text(text)
    with pytest.raises(BadSanctions) as error:
        Sanctions.read(file)
    assert said in str(error.value)


def test_sanctions__another_encoding_is_named(tmp_path):
    file = tmp_path / "list"
    file.write_bytes(b"\xff\xfeaddress")
    with pytest.raises(BadSanctions, match="is not UTF-8 text"):
        Sanctions.read(file)
