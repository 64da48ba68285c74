"""Published service-credit schemes and formulas, exactly, through the contract (SPEC.md 8.4, 8.5).

Left out on purpose: the TELUS table (5 points cost nothing, 30 cost 10 %). It takes a deductible off the *sum* of the
points of all levels; the rate here is a sum of allocations, level by level, with caps but without a deductible.
"""

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import cases, model, typed
from tests.oracle.chain import Chain, oracle_chain

PERCENT = 10_000
BPS = 100
ORIGINS = count()


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    text = (Path(os.environ["WORKPACT_LOGS"]) / "credit_vectors.json").read_text()
    return json.loads(text, parse_float=Decimal)


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with oracle_chain() as running:
        yield running


class Book:
    """One agreement whose agreement contract is the sender of the chain."""

    def __init__(self, chain: Chain, credits: dict[str, int], *levels: dict[str, Any]) -> None:
        self.chain = chain
        self.origin = next(ORIGINS).to_bytes(32, "big")
        self.service = typed.document(levels, credits, cases.REPORTERS)
        self.periods = 0

    def rate(self, *figures: tuple[int, int]) -> int:
        """Reports the next period and returns its credit rate."""
        given = typed.report(self.chain.sender, self.origin, self.service, self.periods, figures)
        self.chain.report(self.service, given, cases.CLIENT_REPORTER_KEY, cases.CONTRACTOR_REPORTER_KEY)
        _, final_at, charge, rate, least = self.chain.oracle.functions.resultOf(
            self.chain.sender, self.origin, given["document"], self.periods
        ).call()
        assert final_at > 0
        assert charge == 0
        assert least == rate
        self.periods += 1
        return rate

    def amend(self, credits: dict[str, int], *levels: dict[str, Any]) -> None:
        """Puts another document in force."""
        old = typed.document_hash(self.service)
        self.service = typed.document(levels, credits, cases.REPORTERS)
        self.chain.send("replace", self.origin, old, typed.document_hash(self.service))


def is_met(chain: Chain, form: int, threshold: int, good: int, total: int) -> bool:
    return Book(chain, typed.credits(), typed.level("level", form, (threshold, 1))).rate((good, total)) == 0


def percent(value: Decimal | int) -> int:
    """In ppm, exactly."""
    scaled = Decimal(value) * PERCENT
    assert scaled == int(scaled)
    return int(scaled)


def cents(value: Decimal | int) -> int:
    scaled = Decimal(value) * 100
    assert scaled == int(scaled)
    return int(scaled)


def test_texas_formula(chain, vectors):
    given = vectors["texas_dir_formula"]["in"]
    allocation = given["poolAllocBps"] * given["slAllocBps"] // 100
    level = typed.level("level", 0, (950_000, allocation))
    at_risk = given["atRiskBps"] * BPS
    rate = Book(chain, typed.credits(atRisk=at_risk, periodCap=at_risk), level).rate((0, 1))
    assert model.credit(given["invoice_cents"], rate) == vectors["texas_dir_formula"]["out_cents"]


def test_accord_template(chain, vectors):
    template = vectors["accord_sla_template"]
    assert len(template["cases"]) == 5
    for case in template["cases"]:
        terms = template["params"] | case
        bands = (
            (percent(terms["availability1"]), percent(terms["credit1_pct"])),
            (percent(terms["availability2"]), percent(terms["credit2_pct"])),
        )
        level = typed.level("availability", 0, *bands)
        credits = typed.credits(periodCap=percent(terms["monthlyCapPct"]), yearCap=percent(terms["yearlyCapPct"]))
        book = _after_eleven_months(chain, case, credits, level)
        rate = book.rate((percent(case["sl"]), percent(100)))
        assert model.credit(cents(case["charge"]), rate) == cents(case["credit"])


def _after_eleven_months(chain: Chain, case: dict[str, Any], credits: dict[str, int], level: dict[str, Any]) -> Book:
    """A book whose last eleven months credited what the case says, of equal charges, under terms amended since."""
    if not case["last11Charge"]:
        return Book(chain, credits, level)
    share = Decimal(case["last11Credit"]) / (Decimal(case["last11Charge"]) / 11)
    first, other = percent(share * 100) - 10 * percent(10), percent(10)
    book = Book(chain, typed.credits(), typed.level("availability", 0, (10**6, other), (500_000, first)))
    assert [book.rate((0, 1)), *(book.rate((9, 10)) for _ in range(10))] == [first * 10**6] + [other * 10**6] * 10
    book.amend(credits, level)
    return book


def test_uk_model_services_contract(chain, vectors):
    """Points as percent of the charge; half-open bands, so that the gaps between the published ones are filled."""
    scheme = vectors["uk_model_services_contract_points"]
    published = [band for band in scheme["bands"] if "from" in band]
    targets = [scheme["target_pct"], *(band["from"] for band in published)]
    points = [band["points"] for band in scheme["bands"]]
    repeat = scheme["repeat_failure_multiplier"]
    bands = [(percent(target), point * PERCENT) for target, point in zip(targets, points, strict=True)]
    level = typed.level("level", 0, *bands, repeat=repeat)

    def credited(*performances: Decimal | int) -> list[int]:
        book = Book(chain, typed.credits(yearPeriods=0), level)
        return [book.rate((percent(value), percent(100))) // (PERCENT * 10**6) for value in performances]

    assert credited(scheme["target_pct"]) == [0]
    for band in published:
        assert credited(band["from"]) == credited(band["to"]) == [band["points"]]
        assert credited(band["to"], 100, band["to"], band["from"]) == [
            band["points"],
            0,
            band["points"],
            band["points"] * repeat,
        ]
    worst = scheme["bands"][-1]
    assert credited(worst["below"] - Decimal("0.0001"), 0) == [worst["points"], worst["points"] * repeat]
    # In the gap between 98.9 and 99, 97.9 and 98, 96.9 and 97.
    assert [credited(value)[0] for value in map(Decimal, ("98.95", "97.95", "96.95"))] == [1, 2, 3]


@pytest.mark.parametrize(
    ("provider", "thresholds", "performances"),
    [
        (
            "aws_ec2_region",
            ("99.99", "99.0", "95.0"),
            {"99.99": 0, "99.9899": 10, "99.0": 10, "98.9999": 30, "95.0": 30, "94.9999": 100, "0": 100},
        ),
        (
            "auth0",
            ("99.99", "98.50", "97.00"),
            {"99.99": 0, "99.98": 5, "98.50": 5, "98.49": 10, "97.00": 10, "96.99": 20, "0": 20},
        ),
    ],
)
def test_cloud_tiers(chain, vectors, provider, thresholds, performances):
    tiers = vectors["cloud_tiers"][provider]
    assert all(any(threshold in text for text, _ in tiers) for threshold in thresholds[1:])
    bands = [
        (percent(Decimal(threshold)), percent(share)) for threshold, (_, share) in zip(thresholds, tiers, strict=True)
    ]
    level = typed.level("uptime", 0, *bands)
    for performance, share in performances.items():
        rate = Book(chain, typed.credits(), level).rate((percent(Decimal(performance)), percent(100)))
        assert model.credit(100_00, rate) == share * 100


def test_call_centre_formulas(chain, vectors):
    """Each formula's figures meet their own floor in basis points, and fail one more."""
    formulas = vectors["callcentre_SL_formulas"]
    given = formulas["in"]
    answered, abandoned = given["answered"], given["abandoned"]
    expected = {
        "F1": (given["answered_in_20"] + given["aband_in_20"], answered + abandoned),
        "F2": (given["answered_in_20"], answered),
        "F3": (given["answered_in_20"], answered + abandoned),
        "F4": (given["answered_in_20"], answered + given["aband_after_20"]),
    }
    for name, (good, total) in expected.items():
        assert formulas[name] == [good, total, good * 10_000 // total]
        assert is_met(chain, 0, formulas[name][2] * BPS, good, total)
        assert not is_met(chain, 0, (formulas[name][2] + 1) * BPS, good, total)
    assert not is_met(chain, 0, 83 * PERCENT, *expected["F4"])


def test_boundaries(chain, vectors):
    ratios = [case for case in vectors["boundary"] if "good" in case]
    averages = [case for case in vectors["boundary"] if "sum_s" in case]
    assert len(ratios) + len(averages) == len(vectors["boundary"]) == 4
    for case in ratios:
        if case["met"] is None:
            continue
        assert is_met(chain, 0, case["targetBps"] * BPS, case["good"], case["total"]) == case["met"]
    for case in averages:
        assert is_met(chain, 2, case["max_avg_s"], case["sum_s"], case["count"]) == case["met"]


def test_no_volume_is_as_the_terms_say(chain, vectors):
    (case,) = (case for case in vectors["boundary"] if case.get("met", 0) is None)
    rates = []
    for policy in (0, 1, 2):
        level = typed.level("level", 0, (case["targetBps"] * BPS, 100_000), lowVolume=policy)
        rates.append(Book(chain, typed.credits(), level).rate((case["good"], case["total"])))
    assert rates == [0, 0, 100_000 * 10**6]


@pytest.mark.parametrize("name", ["real_dev_bank_F4_SL20", "real_dev_uci_closed_2016-03"])
def test_real_logs(chain, vectors, name):
    case = vectors[name]
    assert is_met(chain, 0, case["bps_floor"] * BPS, case["good"], case["total"])
    assert not is_met(chain, 0, (case["bps_floor"] + 1) * BPS, case["good"], case["total"])
    if "target_80_20_met" in case:
        assert is_met(chain, 0, 80 * PERCENT, case["good"], case["total"]) == case["target_80_20_met"]
