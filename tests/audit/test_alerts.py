"""Alerts on made-up records: every scheme is asked about, honest agreements are not, nothing depends on order."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from tests.audit.schemes import SCHEMES, honest
from tests.audit.schemes.beside import date
from tests.audit.schemes.measuring import REPORTED, clean
from tests.audit.schemes.scheme import names
from tests.audit.schemes.world import DAY, UNIT, World
from workpact.audit.alerts import RULES, Alert, Case, Findings, Invoice, Sanctions, Thresholds, look
from workpact.audit.history import BookHistory, History

SEED = REPORTED[0]


@pytest.mark.parametrize("name", SCHEMES)
def test_scheme__is_asked_about_by_its_rule_in_questions_that_can_be_checked(name):
    scheme = SCHEMES[name]
    case, marks = scheme.case(SEED)
    found = look(case).alerts
    assert any(each.rule == scheme.rule and names(each, marks) for each in found)
    for alert in found:
        assert "?" in alert.question
        assert alert.entries or alert.transfers or alert.invoices or "address" in alert.facts or alert.rule == "benford"


def test_every_rule__has_a_scheme():
    assert {each.rule for each in SCHEMES.values()} == set(RULES)


def test_honest_agreements__at_most_one_false_alarm_in_a_thousand_events():
    found = clean(REPORTED[:10], each=2)
    assert found.events > 5_000
    assert 1_000 * found.alarms.total() <= found.events, found.alarms


def test_the_answer__does_not_depend_on_the_order_of_what_is_given():
    case, _ = SCHEMES["wages_swept_into_one_purse"].case(SEED)
    again = shuffled(replace(case, sanctions=Sanctions("2026-11-01", frozenset({case.transfers[-1].receiver}))))
    case = replace(case, sanctions=again.sanctions)
    assert look(again).to_json() == look(case).to_json()
    assert len(look(case).alerts) > 1


def shuffled(case: Case) -> Case:
    random = Random(1)
    reports = list(case.reports.items())
    transfers, invoices = list(case.transfers), list(case.invoices)
    for each in (reports, transfers, invoices):
        random.shuffle(each)
    books = tuple(replace(book, entries=tuple(reversed(book.entries))) for book in reversed(case.history.books))
    history = replace(case.history, books=books)
    return replace(case, history=history, reports=dict(reports), transfers=tuple(transfers), invoices=tuple(invoices))


@pytest.mark.parametrize("name", ["invented_amounts", "level_better_overnight", "accepted_at_night"])
def test_json__has_no_fraction_and_no_number_of_money(name):
    case, _ = SCHEMES[name].case(SEED)
    value = look(case).to_json()
    assert json.loads(json.dumps(value)) == value
    assert not any(isinstance(each, float) for each in leaves(value))
    for alert in value["alerts"]:
        assert not any(isinstance(each, int) and not isinstance(each, bool) for each in leaves(alert["facts"]))


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    return [leaf for each in value for leaf in leaves(each)] if isinstance(value, list) else [value]


# Nothing, and too little


def bare() -> World:
    """An agreement that was opened and nothing else."""
    world = honest("bare", workers=0, redirects=0)
    world.happenings = [each for each in world.happenings if each.name == "Opened"]
    world.invoices = []
    return world


def test_an_agreement_that_has_just_begun__no_alert_and_each_reason():
    found = look(bare().case())
    assert found.alerts == ()
    assert [(each.rule, each.reason) for each in found.not_applicable] == [
        ("benford", "lines of the books: 0 different amounts, 500 needed"),
        ("benford", "transfers: 0 different amounts, 500 needed"),
        ("bunching", "0 results around the target, 8 needed"),
        ("changed-payee", "no payment to a changed payout address"),
        ("common-funder", "no transfers between people at hand"),
        ("drift", "0 periods, 16 needed"),
        ("duplicate-invoice", "no books given (--books)"),
        ("fast-approval", "0 acceptances after a submission, 10 needed"),
        ("ghost-worker", "no wages of a payroll in the record"),
        ("just-under-limit", "no operator of the client accepted anything"),
        ("last-digits", "0 counts, 50 needed"),
        ("metric-jump", "0 periods, 13 needed"),
        ("new-payee", "0 wages, 5 needed"),
        ("off-hours", "0 acceptances of one signer, 20 needed"),
        ("paid-elsewhere", "no transfers between people at hand"),
        ("reporter-bias", "0 corrected reports of one side, 11 needed"),
        ("reporter-copies", "0 contested periods, 3 needed"),
        ("round-figures", "0 counts, 12 needed"),
        ("round-trip", "no transfers between people at hand"),
        ("ruling-pattern", "0 rulings of one arbiter, 9 needed"),
        ("sanctioned", "no list given (--sanctions)"),
        ("shared-withdrawal", "no transfers between people at hand"),
        ("too-smooth", "0 periods, 12 needed"),
        ("unexpected-reader", "no file was shared in the record"),
        ("volume-inflation", "0 periods, 13 needed"),
        ("wage-twice", "no wages of a payroll in the record"),
    ]


# One rule to the last word


def pieces(world: World, *amounts: int, hours: int = 20) -> list[Any]:
    """Parts of milestone 3 that an operator accepts one after the other."""
    by, done, made = world.people["client operator 0"], 0, []
    for number, amount in enumerate(amounts):
        done += amount
        rest = {"milestone": 3, "total": done, "paid": amount, "retained": 0}
        time = world.start + 10 * DAY + number * hours * 3_600
        made.append(world.emit(time, "Agreement", "AcceptedUpTo", by, **rest))
    return made


def test_pieces_above_the_limit_in_a_week__one_question_with_all_of_them():
    world = bare()
    limit = world.message["annex"]["conditions"]["operators"]["limit"] = 1_000 * UNIT
    made = pieces(world, 600 * UNIT, 900 * UNIT, 300 * UNIT)
    (alert,) = look(world.case()).alerts
    by = world.people["client operator 0"]
    assert alert == Alert(
        "split-below-limit",
        f"Was milestone 3 divided so that {by[:6]}…{by[-4:]} could accept it alone? It accepted {1_800 * UNIT} units "
        f"in 3 pieces from {date(made[0].at)} on; its limit is {limit} units.",
        {"by": by, "total": 1_800 * UNIT, "pieces": [600 * UNIT, 900 * UNIT, 300 * UNIT], "limit": limit},
        {"split_days": 7, "split_pieces": 3, "split_band_ppm": 800_000},
        tuple(each.made for each in made),
    )


@pytest.mark.parametrize(("amounts", "hours"), [((500, 500), 20), ((600, 900), 8 * 24), ((1_000,), 1)])
def test_pieces_within_the_limit_or_far_apart__no_question(amounts, hours):
    world = bare()
    world.message["annex"]["conditions"]["operators"]["limit"] = 1_000 * UNIT
    pieces(world, *(each * UNIT for each in amounts), hours=hours)
    assert look(world.case()).alerts == ()


def test_thresholds__are_those_given():
    world = bare()
    world.message["annex"]["conditions"]["operators"]["limit"] = 1_000 * UNIT
    pieces(world, 600 * UNIT, 900 * UNIT, hours=8 * 24)
    (alert,) = look(world.case(), Thresholds(split_days=9)).alerts
    assert alert.threshold["split_days"] == 9


def lines(*references: str, amount: int = 250 * UNIT) -> tuple[Invoice, ...]:
    return tuple(
        Invoice(f"2026-03-{number + 1:02d}", f"L{number}", amount, "Supplier", each)
        for number, each in enumerate(references)
    )


def booked(*invoices: Invoice, **limits: int) -> Findings:
    return look(replace(bare().case(), invoices=invoices), Thresholds(**limits))


SAME = [("INV-0017", "inv 17"), ("INV-17", "INV-O17"), ("2026/105", "2026-1O5"), ("R-8", "R8 copy"), ("7-1", "07/01")]
OTHER = [("INV-17", "INV-18"), ("INV-7/1", "INV-7/2"), ("INV-71", "INV-7"), ("INV", "INV"), ("", ""), ("A-5", "B-5")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_number_written_otherwise__is_one_invoice(one, other):
    (alert,) = booked(*lines(one, other)).alerts
    assert alert.question == (
        f"Were {one} of 2026-03-01 and {other} of 2026-03-02 the same delivery? They have one number and amount."
    )


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_numbers__are_other_invoices(one, other):
    assert booked(*lines(one, other)).alerts == ()


def test_an_invoice_undone_and_booked_again__no_question():
    one, two, three = lines("INV-1", "INV-1", "INV-1")
    assert booked(one, replace(two, amount=-two.amount), three).alerts == ()


def test_what_a_supplier_writes_on_every_line__is_no_number():
    assert booked(*lines(*["Floor 2"] * 6)).alerts == ()


def test_invoices_of_one_day_below_the_users_limit__are_asked_about():
    same = tuple(replace(each, date="2026-03-01") for each in lines("A-1", "A-3", "A-5", amount=950 * UNIT))
    (alert,) = booked(*same, approval_limit=1_000 * UNIT).alerts
    assert alert.rule == "split-below-limit"
    assert alert.facts == {"total": 2_850 * UNIT, "limit": 1_000 * UNIT}
    assert alert.invoices == same
    assert booked(*same).alerts == ()


def test_a_contract_between_people__breaks_no_rule_of_flows():
    """All that comes through the agreement itself is no transfer between people."""
    world = bare()
    people = world.people
    for number, amount in product(range(3), (100 * UNIT, 200 * UNIT)):
        world.move(world.start + number * DAY, people["client"], people["Agreement"], amount)
        world.move(world.start + number * DAY + 60, people["Agreement"], people["arbiter"], amount)
    assert look(world.case()).alerts == ()


def test_a_record_without_books__is_looked_at():
    case = bare().case()
    empty = tuple(BookHistory(each.book, each.word, ()) for each in case.history.books)
    assert look(replace(case, history=History(case.history.subject, case.history.head, empty))).alerts == ()
