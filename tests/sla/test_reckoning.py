"""The off-chain reckoning against the rules as the oracle's model has them (SPEC.md 7.1, 8.4 to 8.8, 8.14)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.oracle import model
from tests.terms.example import CHAIN_ID, CONTRACT, example, loaded
from workpact.reckoning import Before, Reckoning, reckon
from workpact.report import BadReport, Report
from workpact.service_results import Stage
from workpact.terms import AgreementDocument

EARN_BACK = (
    ("  rightToEnd: {failures: 4", "  earnBack: {periods: 3}\n  rightToEnd: {failures: 4"),
    ("    - slo: made-sla-p4\n", "    - slo: made-sla-p4\n      earnBack: true\n"),
)


def signed(document: AgreementDocument) -> dict[str, Any]:
    """Levels, credits and prices as wallets show them, numbers as numbers."""
    message = document.typed_data(CHAIN_ID, CONTRACT)["message"]
    found: dict[str, Any] = numbers(message["annex"]["conditions"]["service"]["levels"])
    return found


def numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def report(document: AgreementDocument, period: int, **figures: tuple[int, int]) -> Report:
    """A report in which all levels are perfect but those given; a thousand tickets."""
    given = {name.replace("_", "-"): figure for name, figure in figures.items()}
    found = tuple((*given.pop(level.name, (100, 100)), 0) for level in document.levels)
    assert not given, f"no level {given}"
    return Report(period, found, (1_000,), bytes(32))


def course(document: AgreementDocument, *reports: Report) -> list[Reckoning]:
    """Consecutive periods from the first one on."""
    found: list[Reckoning] = []
    for each in reports:
        found.append(reckon(document, each, [it.as_before() for it in found]))
    return found


@pytest.mark.parametrize("seed", range(30))
def test_reckon__random_periods__as_the_model_of_the_specification(seed):
    random = Random(seed)
    document = example()
    outcomes: list[Any] = []
    found: list[Reckoning] = []
    for period in range(8):
        before = [each.as_before() for each in found]
        if random.random() < 0.2:
            outcomes.append(model.DEFAULT_MISSED)
            found.append(reckon(document, Report(period, (), (), bytes(32)), before, Stage.DEFAULT_MISSED))
            continue
        totals = [random.choice((0, 4, 5, 19, 20, 200)) for _ in document.levels]
        outcomes.append([(random.randint(total * random.choice((0, 80, 94)) // 100, total), total) for total in totals])
        figures = tuple((*each, 0) for each in outcomes[-1])
        found.append(reckon(document, Report(period, figures, (5,), bytes(32)), before))

    expected = model.assess(signed(document), outcomes)
    names = [level.name for level in document.levels]
    assert [each.rate for each in found] == [each.rate for each in expected]
    assert [each.failed for each in found] == [{names[i] for i in each.failed} for each in expected]
    assert [each.gives_right_to_end for each in found] == [each.right_to_end for each in expected]


def test_reckon__twice_missed__credit_and_its_calculation():
    document = example()
    first, second = course(document, report(document, 0, made_sla=(94, 100)), report(document, 1, made_sla=(84, 100)))

    # 12 % at risk x 10 %; then 12 % x 20 % x 2, of 24,000 + 1,000 x 2.40 USDC
    assert (first.rate, second.rate) == (12_000_000_000, 48_000_000_000)
    assert (first.credit.credit_units, second.credit.credit_units) == (316_800_000, 1_267_200_000)
    explained = second.explained()
    assert explained[:2] == [
        "made-sla 84/100: below 85 %, costs 400000 ppm of what is at risk (2 times, as it was missed before)",
        "made-sla-p1 100/100: met",
    ]
    assert explained[-6:] == [
        "rate = min(at risk 120000 x 400000 ppm, cap of a period 120000000000, left of the year 188000000000)",
        "rate = 48000000000",
        "fixed 24000000000 + variable 2400000000 = 26400000000",
        "charge = min(26400000000, cap 40000000000) = 26400000000",
        "credit = floor(26400000000 x 48000000000 / 1000000000000) = 1267200000",
        "due = 26400000000 - 1267200000 = 25132800000",
    ]


@pytest.mark.parametrize(
    ("adjustment", "rate"), [(-5, 11_999_999_995), (-(10**11), 0), (7, 12_000_000_007), (10**13, 10**12)]
)
def test_reckon__adjusted_by_both__within_nothing_and_the_charge(adjustment, rate):
    document = example()
    given = report(document, 0, made_sla=(94, 100))
    (month,) = course(document, Report(0, given.figures, given.quantities, given.evidence, adjustment))
    assert month.rate == rate
    assert f"adjusted by both sides by {adjustment:+}, within 0 and 1000000000000" in month.explained()


def test_least__levels_that_earn_back__without_their_part_before_the_last_periods_only():
    document = loaded(*EARN_BACK)
    before = [Before(each.name, frozenset(), 0, True) for each in document.periods]

    def month(period: int) -> Reckoning:
        given = report(document, period, made_sla=(94, 100), made_sla_p4=(94, 100))
        return reckon(document, given, before[:period])

    assert [(each.rate, each.least) for each in map(month, (0, 8, 9))] == [
        (18_000_000_000, 12_000_000_000),
        (18_000_000_000, 12_000_000_000),
        (18_000_000_000, 18_000_000_000),
    ]
    # 0.6 % of 26,400 USDC
    assert month(0).credit.held_units == 158_400_000


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"figures": ((1, 1, 0),)}, "The report has 1 figures and 1 quantities, the document 13 levels and 1 prices"),
        ({"quantities": ()}, "The report has 13 figures and 0 quantities, the document 13 levels and 1 prices"),
        ({"made_sla": (101, 100)}, "The figure of made-sla is 101 of 100: no more cases count than there are."),
        ({"made_sla": (-1, 100)}, "The figure of made-sla is -1 of 100: both are whole numbers from 0 on."),
        ({"quantities": (-1,)}, "The quantities are -1: give what was counted, from 0 on."),
        ({"quantities": (2**96,)}, f"The quantities are {2**96}: give what was counted, from 0 on."),
        ({"period": 1}, "The report is of period 1, and 0 of 12 come before: give all before it, and no more."),
    ],
)
def test_reckon__what_the_oracle_would_refuse__named(edit, said):
    document = example()
    levels = {name: edit[name] for name in edit if name == "made_sla"}
    good = report(document, edit.get("period", 0), **levels)
    given = Report(good.period, edit.get("figures", good.figures), edit.get("quantities", good.quantities), bytes(32))
    with pytest.raises(BadReport) as refused:
        reckon(document, given, [])
    assert str(refused.value).startswith(said)
