"""Schemes around deliverables and their acceptance."""

from __future__ import annotations

from collections.abc import Iterable

from tests.audit.schemes.honest import HOUR, redirect, rule, submit
from tests.audit.schemes.scheme import Mark, large_jobs, scheme, whole_jobs
from tests.audit.schemes.world import BLOCK, DAY, UNIT, Job, World

ANY_AMOUNT = 10**18
OPERATOR = "client operator 0"


@scheme("same-deliverable")
def one_deliverable_for_two_milestones(world: World) -> Iterable[Mark]:
    one, other = world.random.sample(whole_jobs(world), 2)
    other.submitted.arguments["deliverable"] = one.submitted.arguments["deliverable"]
    return [one.submitted, other.submitted]


@scheme("edited-evidence")
def deliverable_replaced_after_part_was_accepted(world: World) -> Iterable[Mark]:
    job = world.random.choice(whole_jobs(world))
    people, part = world.people, job.amount * world.random.randint(4, 9) // 10
    job.accepted.time += 9 * DAY
    job.accepted.arguments["paid"] -= part
    job.transfer.arguments["amount"] -= part
    accepted = world.emit(
        job.submitted.at + 2 * DAY,
        "Agreement",
        "AcceptedUpTo",
        people["client"],
        milestone=job.milestone,
        total=part,
        paid=part,
        retained=0,
    )
    world.move(accepted.time, people["Agreement"], people["contractor"], part, accepted)
    return [submit(world, accepted.time + 2 * DAY, job.milestone)]


@scheme("split-below-limit", operators=1)
def milestone_accepted_in_pieces_by_an_operator(world: World) -> Iterable[Mark]:
    random, limit = world.random, world.plan.limit
    job = random.choice(whole_jobs(world))
    total = limit * random.randint(13, 40) // 10
    world.drop(job.accepted, job.transfer)
    time, done, marks = job.submitted.at + DAY, 0, []
    while done < total:
        piece = min(total - done, limit * random.randint(55, 100) // 100)
        done += piece
        marks.append(
            world.emit(
                time,
                "Agreement",
                "AcceptedUpTo",
                world.people[OPERATOR],
                milestone=job.milestone,
                total=done,
                paid=piece,
                retained=0,
            )
        )
        world.move(time, world.people["Agreement"], world.people["contractor"], piece, marks[-1])
        time += random.randint(1, 20) * HOUR
    return marks


@scheme("split-below-limit", operators=1, milestones=40)
def work_cut_into_milestones_just_below_the_limit(world: World) -> Iterable[Mark]:
    random, limit = world.random, world.plan.limit
    jobs = random.sample(whole_jobs(world), random.randint(3, 6))
    time = jobs[0].accepted.at
    for job in jobs:
        job.submitted.time = time - 2 * DAY
        job.accepted.time, job.accepted.sender = time, world.people[OPERATOR]
        resize(job, limit * random.randint(84, 99) // 100)
        time += random.randint(1, 24) * HOUR
    return [each.accepted for each in jobs]


def resize(job: Job, amount: int) -> None:
    """A milestone that costs something else."""
    job.accepted.arguments["paid"] = amount
    job.transfer.arguments["amount"] = amount


@scheme("just-under-limit", operators=1, milestones=60, amounts="varied", disputed=0)
def amounts_fitted_to_the_limit(world: World) -> Iterable[Mark]:
    random, limit = world.random, world.plan.limit
    jobs = random.sample(whole_jobs(world), random.randint(12, 18))
    for job in jobs:
        resize(job, limit * random.randint(955, 1_000) // 1_000 // UNIT * UNIT)
        job.accepted.sender = world.people[OPERATOR]
    return [each.accepted for each in jobs]


@scheme("fast-approval", patience=48, is_prompt=False)
def accepted_in_the_block_of_the_submission(world: World) -> Iterable[Mark]:
    job = world.random.choice(large_jobs(world))
    job.submitted.time = job.accepted.at
    return [job.accepted]


@scheme("fast-approval", patience=48, is_prompt=False)
def large_work_accepted_in_minutes(world: World) -> Iterable[Mark]:
    job = world.random.choice(large_jobs(world))
    job.submitted.time = job.accepted.at - world.random.randint(1, 20) * BLOCK
    return [job.accepted]


def _moved(world: World, jobs: list[Job], hour: int | None, weekday: int | None) -> Iterable[Mark]:
    for job in jobs:
        day = job.accepted.at // DAY
        while weekday is not None and (day + 3) % 7 != weekday:
            day += 1
        time = job.accepted.at % DAY if hour is None else hour * HOUR + world.random.randrange(0, HOUR)
        job.accepted.time = day * DAY + time
    return [each.accepted for each in jobs]


@scheme("off-hours", operators=1, milestones=60, limit=ANY_AMOUNT, rejected=0, disputed=0, is_prompt=False)
def accepted_at_night(world: World) -> Iterable[Mark]:
    jobs = world.random.sample(large_jobs(world, world.people[OPERATOR]), world.random.randint(4, 7))
    return _moved(world, jobs, (world.plan.hour + world.random.randint(11, 13)) % 24, None)


@scheme("off-hours", operators=1, milestones=60, limit=ANY_AMOUNT, rejected=0, disputed=0, is_prompt=False)
def accepted_on_sundays(world: World) -> Iterable[Mark]:
    jobs = world.random.sample(large_jobs(world, world.people[OPERATOR]), world.random.randint(4, 7))
    return _moved(world, jobs, None, 6)


def _large(world: World) -> Job:
    """A milestone late in the agreement, made far larger than usual."""
    jobs = sorted(whole_jobs(world), key=lambda each: each.accepted.at)
    job = world.random.choice(jobs[len(jobs) // 2 :])
    usual = sorted(each.amount for each in world.jobs)[len(world.jobs) // 2]
    resize(job, usual * world.random.randint(22, 60) // 10)
    return job


@scheme("changed-payee")
def payout_moved_before_a_large_payment(world: World) -> Iterable[Mark]:
    job = _large(world)
    change = redirect(world, job.accepted.at - world.random.randint(1, 6) * DAY - 60, world.someone())
    job.transfer.arguments["to"] = change.arguments["payee"]
    return [change]


@scheme("changed-payee")
def payout_moved_for_one_payment(world: World) -> Iterable[Mark]:
    jobs = sorted(whole_jobs(world), key=lambda each: each.accepted.at)
    job = world.random.choice(jobs[len(jobs) // 2 :])
    change = redirect(world, job.accepted.at - world.random.randint(1, 40) * HOUR, world.someone())
    redirect(world, job.accepted.at + world.random.randint(1, 40) * HOUR, world.people["contractor"])
    return [change]


@scheme("ruling-pattern", milestones=64, disputed=0)
def arbiter_always_for_one_side(world: World) -> Iterable[Mark]:
    random = world.random
    low = random.random() < 0.5
    marks = []
    for job in random.sample(whole_jobs(world), random.randint(10, 16)):
        world.drop(job.accepted, job.transfer)
        share = random.randint(0, 300_000) if low else random.randint(700_000, 1_000_000)
        marks.append(rule(world, job.submitted.at + 2 * DAY, job.milestone, job.amount, share))
    return marks
