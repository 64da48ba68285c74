"""The evaluator on the examples of the Open Cap Format's own explainer on vesting terms."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from workpact.ocf import Evaluator
from workpact.ocf.evaluator import NotEvaluated


def condition(name: str, portion: tuple[int, int] | None, trigger: dict, *following: str, **more) -> dict:
    amount: dict = {"quantity": "0"}
    if portion:
        amount = {"portion": {"numerator": str(portion[0]), "denominator": str(portion[1]), **more}}
    return {"id": name, "trigger": trigger, "next_condition_ids": list(following)} | amount


def months(length: int, occurrences: int, since: str, **more) -> dict:
    period = {"length": length, "type": "MONTHS", "occurrences": occurrences, **more}
    period.setdefault("day_of_month", "VESTING_START_DAY_OR_LAST_DAY_OF_MONTH")
    return {"type": "VESTING_SCHEDULE_RELATIVE", "period": period, "relative_to_condition_id": since}


def terms(*conditions: dict, kind: str = "CUMULATIVE_ROUNDING") -> dict:
    return {"id": "terms", "allocation_type": kind, "vesting_conditions": list(conditions)}


def issuance(quantity: str, day: str, **more) -> dict:
    return {
        "object_type": "TX_EQUITY_COMPENSATION_ISSUANCE",
        "security_id": "s",
        "date": day,
        "quantity": quantity,
    } | more


def told(kind: str, day: str, name: str) -> dict:
    return {"object_type": f"TX_VESTING_{kind}", "security_id": "s", "date": day, "vesting_condition_id": name}


EVENT = {"type": "VESTING_EVENT"}
BEGIN = {"type": "VESTING_START_DATE"}
SALE = condition("sold", (1, 1), EVENT)


def vested(vesting: dict, *transactions: dict, on: str) -> Fraction:
    return Evaluator([vesting], transactions).vested("s", date.fromisoformat(on))


def test_event__all_or_nothing():
    issued = issuance("500", "2021-01-01", vesting_terms_id="terms")

    assert vested(terms(SALE), issued, on="2030-01-01") == 0
    sold = told("EVENT", "2022-07-14", "sold")
    assert vested(terms(SALE), issued, sold, on="2022-07-13") == 0
    assert vested(terms(SALE), issued, sold, on="2022-07-14") == 500


@pytest.mark.parametrize(
    ("start", "sale", "expected"),
    [
        ("2021-01-01", "2023-12-31", 500),
        # three years after the start, before the absolute date
        ("2021-01-01", "2024-01-02", 0),
        # both on one day: the first that is listed
        ("2021-01-01", "2024-01-01", 0),
        # the absolute date comes before the three years
        ("2023-07-01", "2025-01-02", 0),
        ("2023-07-01", "2024-12-31", 500),
    ],
)
def test_event_with_deadlines__only_one_path_is_taken(start, sale, expected):
    graph = terms(
        condition("start", None, BEGIN, "relative", "absolute", "sold"),
        condition("relative", None, months(36, 1, "start")),
        condition("absolute", None, {"type": "VESTING_SCHEDULE_ABSOLUTE", "date": "2025-01-01"}),
        SALE,
    )
    issued = issuance("500", start, vesting_terms_id="terms")

    assert (
        vested(graph, issued, told("START", start, "start"), told("EVENT", sale, "sold"), on="2030-01-01") == expected
    )


def test_four_years_with_a_cliff__days_of_months():
    graph = terms(
        condition("start", None, BEGIN, "cliff"),
        condition("cliff", (12, 48), months(12, 1, "start"), "monthly"),
        condition("monthly", (1, 48), months(1, 36, "cliff")),
    )
    given = (issuance("480", "2021-01-01", vesting_terms_id="terms"), told("START", "2021-01-30", "start"))

    days = (
        "2022-01-29",
        "2022-01-30",
        "2022-02-27",
        "2022-02-28",
        "2022-03-29",
        "2022-03-30",
        "2024-02-28",
        "2024-02-29",
    )
    assert [vested(graph, *given, on=day) for day in days] == [0, 120, 120, 130, 130, 140, 360, 370]
    assert [vested(graph, *given, on=day) for day in ("2025-01-29", "2025-01-30", "2040-01-01")] == [470, 480, 480]
    assert vested(graph, *given[:1], on="2040-01-01") == 0


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("CUMULATIVE_ROUNDING", [5, 9, 14, 18]),
        ("CUMULATIVE_ROUND_DOWN", [4, 9, 13, 18]),
        ("FRACTIONAL", [Fraction(9, 2), 9, Fraction(27, 2), 18]),
    ],
)
def test_allocation__eighteen_shares_in_four_tranches(kind, expected):
    graph = terms(condition("start", None, BEGIN, "m"), condition("m", (1, 4), months(1, 4, "start")), kind=kind)
    given = (issuance("18", "2021-01-01", vesting_terms_id="terms"), told("START", "2021-01-01", "start"))

    assert [vested(graph, *given, on=f"2021-0{month}-01") for month in range(2, 6)] == expected


def test_allocation__unknown__refused():
    graph = terms(condition("start", (1, 1), BEGIN), kind="FRONT_LOADED")
    given = (issuance("18", "2021-01-01", vesting_terms_id="terms"), told("START", "2021-01-01", "start"))
    with pytest.raises(NotEvaluated, match="FRONT_LOADED"):
        vested(graph, *given, on="2021-01-01")


def test_remainder_days_and_cliff_installment():
    rest = condition("rest", (1, 5), {**EVENT}, "weekly", remainder=True)
    weekly = condition(
        "weekly",
        (1, 10),
        {
            "type": "VESTING_SCHEDULE_RELATIVE",
            "period": {"length": 7, "type": "DAYS", "occurrences": 4, "cliff_installment": 3},
            "relative_to_condition_id": "rest",
        },
    )
    graph = terms(condition("start", (2, 5), BEGIN, "rest"), rest, weekly)
    given = (
        issuance("1000", "2021-01-01", vesting_terms_id="terms"),
        told("START", "2021-01-01", "start"),
        told("EVENT", "2021-02-01", "rest"),
    )

    days = ("2021-01-01", "2021-02-01", "2021-02-21", "2021-02-22", "2021-03-01")
    assert [vested(graph, *given, on=day) for day in days] == [400, 520, 520, 820, 920]


def test_vestings_acceleration_release_and_cancellation():
    tranches = [{"date": f"2021-0{month}-01", "amount": "100"} for month in range(1, 5)]
    faster = {"object_type": "TX_VESTING_ACCELERATION", "security_id": "s", "date": "2021-01-15", "quantity": "150"}
    given = [issuance("400", "2020-12-01", vestings=tranches), faster]
    nothing = terms(SALE)

    days = ("2020-12-31", "2021-01-01", "2021-01-15", "2021-02-01", "2021-03-01", "2021-04-01")
    # from the last tranches: 100 of April, 50 of March
    assert [vested(nothing, *given, on=day) for day in days] == [0, 100, 250, 350, 400, 400]
    given += [
        {"object_type": "TX_EQUITY_COMPENSATION_RELEASE", "security_id": "s", "date": "2021-01-20", "quantity": "30"},
        {"object_type": "TX_EQUITY_COMPENSATION_CANCELLATION", "security_id": "s", "date": "2021-02-10",
         "quantity": "50", "balance_security_id": "rest"},
        issuance("320", "2021-02-10") | {"security_id": "rest"},
    ]  # fmt: skip
    assert [vested(nothing, *given, on=day) for day in ("2021-02-09", "2021-02-10", "2022-01-01")] == [350, 350, 350]
    assert Evaluator([], given).cut("rest", date(2021, 2, 10), 6) == 320_000_000
