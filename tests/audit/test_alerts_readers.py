"""Who was given access to a shared file, and may it read that kind (SPEC.md 14.7, 13.9). No chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.audit.made import document
from tests.audit.schemes import honest
from tests.audit.schemes.beside import date
from tests.audit.schemes.sharing import put
from tests.audit.schemes.world import DAY, World
from workpact.agreement_state import HOLDBACK
from workpact.audit.alerts import Alert, Sanctions, look
from workpact.terms import Kind

ITEM = 5
LEGAL = "  legal:\n    salt:"
HALF = DAY // 2


@pytest.fixture
def world() -> World:
    """Opened, and nothing shared yet."""
    made = honest("readers", workers=0, redirects=0, operators=1)
    made.happenings = [each for each in made.happenings if each.name == "Opened"]
    made.invoices = []
    return made


def given(world: World, days: int, kind: int, reader: str, author: str = "contractor") -> None:
    """Access so many days after the start and half a day."""
    put(world, world.start + days * DAY + HALF, author, kind, [world.people.get(reader, reader)])


def event(world: World, days: int, contract: str, name: str, **arguments: object) -> None:
    """An event so many days after the start."""
    world.emit(world.start + days * DAY, contract, name, world.people["client"], **arguments)


def asked(world: World) -> list[int]:
    """The days of the accesses that are asked about, counted from the start."""
    alerts = look(world.case()).alerts
    assert {each.rule for each in alerts} <= {"unexpected-reader"}
    return sorted((each.log.timestamp - world.start) // DAY for alert in alerts for each in alert.entries)


def test_a_stranger_reads_payslips__one_question_to_the_last_word(world):
    stranger = world.someone("stranger")
    given(world, 1, Kind.PAYSLIP, "stranger")
    given(world, 2, Kind.PAYSLIP, "contractor operator")
    given(world, 3, Kind.PAYSLIP, "stranger", "contractor operator")
    case = world.case()
    (alert,) = look(case).alerts
    first = case.history.of("DataRoom")[1].log.timestamp
    events = [each.made for each in world.happenings if each.arguments.get("reader") == stranger]
    assert alert == Alert(
        "unexpected-reader",
        f"Should {stranger[:6]}…{stranger[-4:]} read files of the kind payslip? The contractor gave access on "
        f"{date(first)}. The usual table, as no file of the agreement is at hand, lets contractor and worker "
        "read them.",
        {
            "address": stranger,
            "by": world.people["contractor"],
            "kind": "payslip",
            "readers": ["contractor", "worker"],
        },
        {},
        tuple(events),
    )


@pytest.mark.parametrize(("kind", "unknown"), [(9, "nobody"), (Kind.ROSTER, "contractor")])
def test_who_may_read__is_said(world, kind, unknown):
    given(world, 1, kind, "client", "client")
    (alert,) = look(world.case()).alerts
    assert alert.question.endswith(f"lets {unknown} read them.")
    assert alert.question.startswith("Should the client read files of the kind ")


@pytest.mark.parametrize("reader", ["client", "client operator 0", "client reporter", "contractor", "arbiter"])
def test_kinds__whose_readers_are_both_sides_and_the_arbiter(world, reader):
    allowed = {"arbiter": 0}.get(reader, 1)
    for number, kind in enumerate((Kind.OTHER, Kind.AGREEMENT, Kind.DELIVERABLE, Kind.EVIDENCE, Kind.RECORDING)):
        given(world, number, kind, reader)
    assert asked(world) == ([] if allowed else [0, 1, 2, 3, 4])


def test_credentials__are_for_both_sides_and_never_for_an_arbiter(world):
    event(world, 0, "Agreement", "Disputed", item=ITEM, by=world.people["client"], reason=bytes(32))
    given(world, 1, Kind.CREDENTIAL, "contractor operator")
    given(world, 2, Kind.CREDENTIAL, "arbiter")
    assert asked(world) == [2]


@pytest.mark.parametrize("over", ["Ruled", "Accepted", "Reclaimed", "Ended"])
@pytest.mark.parametrize("arbiter", ["arbiter", "backup"])
def test_an_arbiter__reads_while_a_dispute_is_open(world, arbiter, over):
    event(world, 10, "Agreement", "Disputed", item=ITEM, by=world.people["client"], reason=bytes(32))
    arguments = {
        "Ruled": {"item": ITEM, "by": world.people["arbiter"], "share": 500_000, "toContractor": 0, "fee": 0},
        "Accepted": {"milestones": 1 << ITEM, "paid": 0, "retained": 0},
        "Reclaimed": {"milestones": 1 << ITEM, "refunded": 0},
        "Ended": {"status": 2, "toContractor": 0, "toClient": 0},
    }
    event(world, 20, "Agreement", over, **arguments[over])
    for days in (5, 15, 25):
        given(world, days, Kind.EVIDENCE, arbiter)
    given(world, 16, Kind.EVIDENCE, "level arbiter")
    assert asked(world) == [5, 16, 25]


def test_a_dispute_of_the_holdback__outlives_the_end(world):
    event(world, 10, "Agreement", "Disputed", item=HOLDBACK, by=world.people["client"], reason=bytes(32))
    event(world, 12, "Agreement", "Ended", status=2, toContractor=0, toClient=0)
    event(world, 20, "Agreement", "HoldbackReleased", paid=0)
    for days in (11, 15, 25):
        given(world, days, Kind.EVIDENCE, "arbiter")
    assert asked(world) == [25]


def test_arbiters_of_levels__read_while_a_period_is_contested(world):
    period = {"agreement": world.people["Agreement"], "origin": world.origin, "period": 3}
    report = {"report": bytes(32), "evidence": bytes(32), "charge": 0}
    event(world, 10, "SLAOracle", "PeriodContested", **period, **report, byClient=True)
    event(world, 20, "SLAOracle", "PeriodRuled", **period, ruler=world.people["level backup"], mask=0)
    for days in (5, 15, 25):
        given(world, days, Kind.EVIDENCE, "level backup")
    given(world, 16, Kind.EVIDENCE, "arbiter")
    assert asked(world) == [5, 16, 25]


def test_workers__are_the_wallets_on_the_contractors_roster(world):
    first, second, theirs = (world.someone(name) for name in ("first", "second", "theirs"))
    for manager, wallets in (("contractor", [first]), ("client", [theirs])):
        roster = {"book": bytes(32), "manager": world.people[manager]}
        event(world, 1, "WorkerEquity", "Enrolled", **roster, first=1, wallets=wallets)
    roster = {"book": bytes(32), "manager": world.people["contractor"], "worker": 1}
    event(world, 5, "WorkerEquity", "WalletSet", **roster, previous=first, wallet=second)
    for days, reader in ((0, "first"), (2, "first"), (3, "theirs"), (4, "second"), (6, "first"), (7, "second")):
        given(world, days, Kind.PAYSLIP, reader)
    assert asked(world) == [0, 3, 4, 6]


def test_a_reporter_that_replaced_another__is_of_its_side(world):
    newcomer = world.someone("newcomer")
    given(world, 1, Kind.EVIDENCE, "newcomer")
    told = {"agreement": world.people["Agreement"], "origin": world.origin, "document": bytes(32), "fromPeriod": 2}
    party = {"party": world.people["client"], "oldReporter": world.people["client reporter"], "newReporter": newcomer}
    event(world, 2, "SLAOracle", "ReporterReplaced", **told, **party)
    given(world, 3, Kind.EVIDENCE, "newcomer")
    given(world, 4, Kind.ROSTER, "newcomer")
    assert asked(world) == [1, 4]


def test_a_reader_on_the_list__is_asked_about(world):
    reader = world.people["client reporter"]
    given(world, 1, Kind.EVIDENCE, "client reporter")
    (alert,) = look(replace(world.case(), sanctions=Sanctions("2026-11-01", frozenset({reader})))).alerts
    assert (alert.rule, alert.facts["role"]) == ("sanctioned", "client reporter")
    assert [each.name for each in alert.entries] == ["AccessGiven"]


def test_the_agreements_own_section__is_the_table(world):
    section = "  room:\n    roster: [client, contractor]\n    recording: [other]\n    evidence: [contractor]\n"
    world.papers = {world.origin: document((LEGAL, section + LEGAL))}
    world.someone("stranger")
    for days, kind in enumerate((Kind.ROSTER, Kind.RECORDING, Kind.EVIDENCE)):
        given(world, days, kind, "stranger" if kind is Kind.RECORDING else "client")
    (alert,) = look(world.case()).alerts
    assert alert.question.endswith(". The agreement lets contractor read them.")
    assert asked(world) == [2]
