"""Schemes around money beside the agreement, people, wages and books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tests.audit.schemes.honest import HOUR, payee_at, redirect
from tests.audit.schemes.scheme import Mark, scheme, whole_jobs
from tests.audit.schemes.world import DAY, UNIT, Happening, World
from workpact.audit.alerts import Invoice, Sanctions

OPERATOR = "client operator 0"


def _paid(world: World, at_least: int) -> list[tuple[int, int, str]]:
    """Some payments: when, how much, and from which purse of the contractor it can go on."""
    found = []
    for job in world.random.sample(whole_jobs(world), at_least):
        payee = payee_at(world, job.accepted.at)
        purse = world.people["contractor"] if payee == world.people["Payroll"] else payee
        found.append((job.accepted.at, job.accepted.arguments["paid"], purse))
    return found


@scheme("round-trip")
def part_of_payments_comes_back(world: World) -> Iterable[Mark]:
    random = world.random
    return [
        world.move(
            time + random.randint(1, 20) * DAY, purse, world.people["client"], paid * random.randint(25, 60) // 100
        )
        for time, paid, purse in _largest(world, random.randint(2, 4))
    ]


@scheme("round-trip")
def part_of_payments_comes_back_over_two_others(world: World) -> Iterable[Mark]:
    random, marks = world.random, list[Mark]()
    way = [world.someone(), world.someone(), world.people["client"]]
    for time, paid, purse in _largest(world, random.randint(2, 4)):
        amount, at = paid * random.randint(40, 90) // 100, purse
        for receiver in way:
            time += random.randint(1, 8) * DAY
            marks.append(world.move(time, at, receiver, amount))
            amount, at = amount * random.randint(93, 100) // 100, receiver
    return marks


def _largest(world: World, count: int) -> list[tuple[int, int, str]]:
    """Of several payments the largest."""
    found = sorted(_paid(world, min(3 * count, len(whole_jobs(world)))), key=lambda each: -each[1])
    return found[:count]


@scheme("paid-elsewhere")
def arbiter_paid_by_a_side(world: World) -> Iterable[Mark]:
    random = world.random
    side = world.people[random.choice(("client", "contractor"))]
    arbiter = world.people[random.choice(("arbiter", "level arbiter"))]
    times = [random.randrange(world.start, world.until) for _ in range(random.randint(1, 4))]
    return [world.move(time, side, arbiter, random.randint(200, 9_000) * UNIT) for time in times]


@scheme("paid-elsewhere")
def approver_paid_by_the_contractor_over_another(world: World) -> Iterable[Mark]:
    random, between = world.random, world.someone()
    who = world.people[random.choice((OPERATOR, "client reporter"))]
    marks: list[Happening] = []
    for _ in range(random.randint(1, 4)):
        time, amount = random.randrange(world.start, world.until), random.randint(200, 9_000) * UNIT
        marks.append(world.move(time, world.people["contractor"], between, amount))
        marks.append(
            world.move(time + random.randint(1, 9) * DAY, between, who, amount * random.randint(92, 100) // 100)
        )
    return marks


@scheme("common-funder")
def people_of_both_sides_with_one_funder(world: World) -> Iterable[Mark]:
    random, funder = world.random, world.someone()
    ours = world.people[random.choice((OPERATOR, "client reporter"))]
    theirs = world.people[random.choice(("contractor operator", "contractor reporter"))]
    time = world.start - random.randint(70, 200) * DAY
    return [world.move(time + number * HOUR, funder, who, 50 * UNIT) for number, who in enumerate((ours, theirs))]


@scheme("shared-withdrawal")
def people_of_both_sides_with_one_purse(world: World) -> Iterable[Mark]:
    random, purse, marks = world.random, world.someone(), list[Mark]()
    pair = (random.choice((OPERATOR, "client reporter")), random.choice(("contractor reporter", "contractor operator")))
    for name in pair:
        for _ in range(random.randint(2, 5)):
            time = random.randrange(world.start, world.until)
            marks.append(world.move(time, world.people[name], purse, random.randint(900, 9_000) * UNIT))
    return marks


@scheme("role-overlap")
def one_reporter_for_both_sides(world: World) -> Iterable[Mark]:
    reporters = world.message["annex"]["conditions"]["service"]["levels"]["reporters"]
    reporters["contractorReporters"] = [*reporters["contractorReporters"], *reporters["clientReporters"]]
    return [world.people["client reporter"]]


@scheme("role-overlap")
def payout_to_the_clients_operator(world: World) -> Iterable[Mark]:
    time = world.random.randrange(world.start + 30 * DAY, world.until)
    return [redirect(world, time, world.people[OPERATOR])]


@scheme("role-overlap", workers=10, is_posted=True)
def approver_on_the_payroll(world: World) -> Iterable[Mark]:
    claim = world.random.choice(world.wages)
    who = world.people[world.random.choice((OPERATOR, "arbiter", "client reporter"))]
    made = world.emit(claim.time, "Payroll", "WageClaimed", who, **(claim.arguments | {"worker": 999, "wallet": who}))
    return [made]


@scheme("sanctioned")
def somebody_on_a_list(world: World) -> Iterable[Mark]:
    random = world.random
    moved = [each for each in world.happenings if each.contract == "Token"]
    purse = random.choice(moved).arguments["to"]
    who = random.choice((world.people["contractor"], purse, world.people["contractor reporter"]))
    world.sanctions = Sanctions("2026-11-01", frozenset({who, world.someone()}))
    return [who]


@scheme("wage-twice", workers=10, is_posted=False)
def one_payee_twice_in_a_run(world: World) -> Iterable[Mark]:
    line = world.random.choice(world.wages)
    line.with_.arguments["count"] += 1
    amount = line.arguments["amount"] * world.random.randint(5, 10) // 10
    return [world.move(line.time, world.people["Payroll"], line.arguments["to"], amount, line.with_)]


@scheme("wage-twice", workers=10, is_posted=False)
def one_wage_again_in_the_next_run(world: World) -> Iterable[Mark]:
    line = world.random.choice(world.wages)
    time, employer = line.time + world.random.randint(1, 60) * HOUR, world.people["contractor"]
    arguments = line.with_.arguments | {"run": 1_000, "count": 1, "total": line.arguments["amount"]}
    paid = world.emit(time, "Payroll", "Paid", employer, **arguments)
    return [paid, world.move(time, world.people["Payroll"], line.arguments["to"], line.arguments["amount"], paid)]


@scheme("ghost-worker", workers=10, is_posted=True)
def workers_with_one_wallet(world: World) -> Iterable[Mark]:
    random, marks = world.random, list[Happening]()
    ghosts = random.sample(range(10), random.randint(2, 4))
    wallet = next(each.arguments["wallet"] for each in world.wages if each.arguments["worker"] == ghosts[0])
    for each in world.wages:
        if each.arguments["worker"] in ghosts:
            each.arguments["wallet"] = wallet
            marks.append(each)
    return marks


def _sweep(world: World, purse: str, count: int) -> Iterable[Mark]:
    random = world.random
    wallets = random.sample(list(dict.fromkeys(each.arguments["to"] for each in world.wages)), count)
    world.drop(*(each for each in world.happenings if each.contract == "Token" and each.arguments["from"] in wallets))
    return [
        world.move(each.time + random.randint(1, 60) * HOUR, wallet, purse, each.arguments["amount"] * 9 // 10)
        for wallet in wallets
        for each in world.wages
        if each.arguments["to"] == wallet
    ]


@scheme("ghost-worker", workers=16, is_posted=False)
def wages_swept_into_one_purse(world: World) -> Iterable[Mark]:
    return _sweep(world, world.someone(), world.random.randint(2, 6))


@scheme("ghost-worker", workers=16, is_posted=False)
def wages_back_to_the_employer(world: World) -> Iterable[Mark]:
    return _sweep(world, world.people["contractor"], world.random.randint(1, 3))


@scheme("new-payee", workers=10, is_posted=False)
def large_first_wage(world: World) -> Iterable[Mark]:
    line = world.random.choice(world.wages[len(world.wages) // 2 :])
    usual = sorted(each.arguments["amount"] for each in world.wages)[len(world.wages) // 2]
    line.with_.arguments["count"] += 1
    amount = usual * world.random.randint(44, 120) // 10
    return [world.move(line.time, world.people["Payroll"], world.someone(), amount, line.with_)]


# Books


def _again(world: World, reference: str | None = None, days: int = 5) -> tuple[Invoice, Invoice]:
    """An invoice of the books and another with its amount."""
    numbered = [each for each in world.invoices if each.reference.startswith("INV") and each.amount > 100 * UNIT]
    chosen = world.random.choice(numbered)
    shifted = chosen.date[:8] + f"{min(28, int(chosen.date[8:]) + world.random.randint(0, days)):02d}"
    made = replace(chosen, id=f"L9{len(world.invoices)}", date=max(shifted, chosen.date), document="")
    world.invoices.append(replace(made, reference=reference or chosen.reference))
    return chosen, world.invoices[-1]


@scheme("duplicate-invoice")
def one_invoice_under_two_spellings(world: World) -> Iterable[Mark]:
    one, other = _again(world)
    number = one.reference.split("-")[1].split("/")[0]
    spelled = world.random.choice(
        (
            f"inv {number}",
            f"INV{int(number)}",
            f"Inv-{number}-COPY",
            f"INV-{number.replace('0', 'O')}",
            f"INV.{number}A",
        )
    )
    world.invoices.remove(other)
    world.invoices.remove(one)
    first = replace(one, reference=f"INV-{number}")
    second = replace(other, reference=spelled)
    world.invoices += [first, second]
    return [second]


@scheme("duplicate-invoice")
def one_invoice_with_two_digits_swapped(world: World) -> Iterable[Mark]:
    one, other = _again(world)
    world.invoices.remove(other)
    world.invoices.remove(one)
    number = f"{world.random.randint(1, 9)}{world.random.choice(('12', '37', '58', '94'))}{world.random.randint(0, 9)}"
    swapped = number[0] + number[2] + number[1] + number[3]
    first, second = replace(one, reference=f"INV-{number}"), replace(other, reference=f"INV-{swapped}")
    world.invoices += [first, second]
    return [second]


@scheme("duplicate-invoice")
def one_document_booked_twice(world: World) -> Iterable[Mark]:
    chosen = world.random.choice(world.invoices)
    other = world.random.choice([each for each in world.invoices if each is not chosen])
    made = replace(other, id="L90001", document=chosen.document, reference="INV-90001")
    world.invoices.append(made)
    return [made]


@scheme("benford", invoices=700)
def invented_amounts(world: World) -> Iterable[Mark]:
    random, marks = world.random, list[Invoice]()
    for number, each in enumerate(world.invoices):
        if random.random() < 0.4:
            digits = random.randint(5, 9) * 10**6 + random.randrange(10**6)
            made = replace(each, amount=digits * 10 ** random.randint(2, 4))
            world.invoices[number] = made
            marks.append(made)
    return ["lines of the books"]
