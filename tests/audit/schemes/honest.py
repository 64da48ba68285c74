"""An honest agreement: bursts, month ends, holidays, equal amounts, quick looks at small things, work done again."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from tests.audit.schemes.beside import beside
from tests.audit.schemes.periods import live_periods
from tests.audit.schemes.sharing import share
from tests.audit.schemes.terms import EPOCH, PPM, Plan, amount_of, message, plan
from tests.audit.schemes.world import BLOCK, DAY, Happening, Job, World

HOUR = 3_600


def honest(seed: object, **needs: Any) -> World:
    """The world of a seed; `needs` are fields of `Plan` that a scheme cannot do without."""
    random = Random(f"{seed}")
    world = World(random)
    drawn = plan(random, **needs)
    world.plan = drawn
    world.start = EPOCH + random.randrange(0, 52) * 7 * DAY
    for contract in ("Agreement", "SLAOracle", "Payroll", "Token"):
        world.someone(contract)
    amounts = [amount_of(random, drawn, number) for number in range(drawn.milestones)]
    world.message = message(world, drawn, amounts)
    people = world.people
    deposit = sum(amounts) // 4
    opened = world.emit(
        world.start,
        "Agreement",
        "Opened",
        people["client"],
        client=people["client"],
        contractor=people["contractor"],
        token=people["Token"],
        deposit=deposit,
    )
    world.move(world.start, people["client"], people["Agreement"], deposit, opened)
    if drawn.payroll:
        redirect(world, world.start + DAY, people["Payroll"], pulled=True)
    elif random.random() < 0.5:
        redirect(world, world.start + DAY, world.someone("treasury"))
    _work(world, drawn, amounts)
    live_periods(world, drawn)
    _redirects(world, drawn)
    beside(world, drawn)
    share(world)
    return world


def redirect(world: World, time: int, payee: str, *, pulled: bool = False) -> Happening:
    """The contractor moves its payout address."""
    contractor = world.people["contractor"]
    return world.emit(time, "Agreement", "PayeeSet", contractor, contractor=contractor, payee=payee, pulled=pulled)


def payee_at(world: World, time: int) -> str:
    """Where payments go."""
    set_ = [each for each in world.happenings if each.name == "PayeeSet" and each.at <= time]
    return str(max(set_, key=lambda each: each.at).arguments["payee"]) if set_ else world.people["contractor"]


def at_work(world: World, plan: Plan, time: int) -> int:
    """A moment at work at or after a time: on a weekday, around the client's hour; seldom in the evening."""
    random = world.random
    day = time // DAY * DAY
    spread = 8 if random.random() < 0.015 else 4
    found = day + (plan.hour * HOUR + int(random.gauss(0, spread / 2) * HOUR)) % DAY
    while found < time or (found // DAY + 3) % 7 >= (6 if random.random() < 0.01 else 5):
        found += DAY
    return found - found % BLOCK


def _work(world: World, plan: Plan, amounts: list[int]) -> None:
    random, people = world.random, world.people
    held = sum(amounts) // 4
    time = world.start + 7 * DAY
    small = sorted(amounts)[len(amounts) // 4]
    zone, abroad = 0, 1 << 60
    for number, amount in enumerate(amounts):
        if number % plan.burst == 0:
            time += plan.cadence * plan.burst * DAY
            if random.random() < 0.05:
                time += random.randint(10, 25) * DAY  # holidays
        handed = time + random.randint(6, 18) * HOUR + random.randrange(0, HOUR)
        submitted = submit(world, handed, number)
        while random.randrange(PPM) < plan.rejected:
            when = at_work(world, plan, submitted.at + random.randint(2, 60) * HOUR)
            who = people["client operator 0"]
            world.emit(when, "Agreement", "Rejected", who, milestone=number, reason=world.word())
            submitted = submit(world, when + random.randint(1, 8) * DAY, number)
        if random.randrange(PPM) < plan.disputed:
            rule(world, submitted.at + 2 * DAY, number, amount, random.choice((200_000, 400_000, 600_000, 800_000)))
            continue
        while held < amount:
            top = max(amount, sum(amounts) // 6)
            funded = world.emit(submitted.at, "Agreement", "Funded", people["client"], by=people["client"], amount=top)
            world.move(submitted.at, people["client"], people["Agreement"], top, funded)
            held += top
        held -= amount
        if number == plan.amended > 0:
            _amend(world, plan, submitted.at)
        if number == plan.abroad > 0:
            zone, abroad = random.choice((-7, -5, 6, 8)), submitted.at + 14 * DAY
            plan.hour += zone
        if submitted.at > abroad:
            plan.hour, zone, abroad = plan.hour - zone, 0, 1 << 60
        hours = 0 if amount < small and random.random() < 0.2 else int(random.expovariate(1 / plan.patience)) + 1
        when = at_work(world, plan, submitted.at + hours * HOUR + 90)
        accept(world, plan, number, amount, submitted, submitted.at + 2 * BLOCK if plan.is_prompt else when)
        if random.random() < 0.02:
            world.move(submitted.at + DAY, people["contractor"], people["client"], amount // 50)
    world.until = time + 30 * DAY


def _amend(world: World, plan: Plan, time: int) -> None:
    """A change order with a higher limit for operators."""
    plan.limit = plan.limit * 3 // 2
    message, id_ = deepcopy(world.message), world.word()
    message["annex"]["conditions"]["operators"]["limit"] = plan.limit
    world.amendments[id_] = message
    world.emit(time, "Agreement", "Amended", world.people["client"], id=id_, replaced=world.origin)


def submit(world: World, time: int, number: int, deliverable: bytes | None = None) -> Happening:
    """The contractor hands a milestone in."""
    who = world.people["contractor operator"]
    return world.emit(time, "Agreement", "Submitted", who, milestone=number, deliverable=deliverable or world.word())


def accept(
    world: World, plan: Plan, number: int, amount: int, submitted: Happening, when: int, by: str | None = None
) -> Job:
    """An operator accepts what is within its limit, else the client; sometimes a part first."""
    random, people = world.random, world.people
    operator = people[f"client operator {number % plan.operators}"]
    by = by or (operator if amount <= plan.limit else people["client"])
    if random.random() < 0.08:
        part = amount * random.randint(3, 7) // 10
        first = world.emit(when, "Agreement", "AcceptedUpTo", by, milestone=number, total=part, paid=part, retained=0)
        world.move(when, people["Agreement"], payee_at(world, when), part, first)
        amount, when = amount - part, at_work(world, plan, when + random.randint(8, 20) * DAY)
    accepted = world.emit(when, "Agreement", "Accepted", by, milestones=1 << number, paid=amount, retained=0)
    transfer = world.move(when, people["Agreement"], payee_at(world, when), amount, accepted)
    job = Job(number, amount, submitted, accepted, transfer)
    world.jobs.append(job)
    return job


def rule(world: World, time: int, number: int, amount: int, share: int) -> Happening:
    """A dispute of a milestone and its ruling."""
    people = world.people
    side = world.random.choice(("client", "contractor"))
    world.emit(time, "Agreement", "Disputed", people[side], item=number, by=people[side], reason=world.word())
    arbiter, part = people["arbiter"], amount * share // PPM
    ruled = world.emit(
        time + world.random.randint(3, 14) * DAY,
        "Agreement",
        "Ruled",
        arbiter,
        item=number,
        by=arbiter,
        share=share,
        toContractor=part,
        toClient=amount - part,
        fee=0,
    )
    world.move(ruled.time, people["Agreement"], people["contractor"], part, ruled)
    return ruled


def _redirects(world: World, plan: Plan) -> None:
    """New treasuries, now and then, when the contractor's bank or custodian changes."""
    for _ in range(plan.redirects):
        time = world.random.randrange(world.start + 30 * DAY, world.until)
        treasury = world.someone()
        redirect(world, time, treasury)
        following = [each.at for each in world.happenings if each.name == "PayeeSet" and each.at > time]
        end = min(following, default=world.until + 10_000 * DAY)
        for each in world.happenings:
            if (
                each.contract == "Token"
                and each.arguments["from"] == world.people["Agreement"]
                and time < each.at < end
            ):
                each.arguments["to"] = treasury
