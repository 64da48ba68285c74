"""What lies beside an honest agreement: wages, other payments of its people, the user's books."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.audit.schemes.terms import Plan
from tests.audit.schemes.world import DAY, UNIT, World
from workpact.audit.alerts import Invoice


def beside(world: World, plan: Plan) -> None:
    """Wages, transfers, books."""
    _exchange(world)
    if plan.payroll:
        _wages(world, plan)
    _spending(world)
    _books(world, plan)


def _exchange(world: World) -> None:
    """Where everybody changes money; others do too."""
    exchange = world.someone("exchange")
    for number in range(20):
        other = world.someone()
        world.move(world.start + number * DAY, other, exchange, world.random.randint(1, 9_000) * UNIT)
        world.move(world.start + number * DAY + 60, exchange, other, world.random.randint(1, 9_000) * UNIT)


def _wages(world: World, plan: Plan) -> None:
    """A run a month; people join; pushed, or posted and claimed."""
    random, people = world.random, world.people
    employer, payroll = people["contractor"], people["Payroll"]
    book = world.word()
    world.someone("landlord")
    staff = [(world.someone(), random.randint(1_500, 6_000) * UNIT) for _ in range(plan.workers)]
    time, run = world.start + 30 * DAY, 0
    while time < world.until:
        run += 1
        if random.random() < 0.15:
            most = 9_500 if random.random() < 0.2 else 6_000
            staff.append((world.someone(), random.randint(1_500, most) * UNIT))
        lines = [(who, wage + random.choice((0, 0, random.randint(1, 400) * UNIT))) for who, wage in staff]
        total = sum(wage for _, wage in lines)
        world.emit(
            time - 60,
            "Payroll",
            "Collected",
            employer,
            book=book,
            employer=employer,
            token=people["Token"],
            amount=total,
        )
        if plan.is_posted:
            world.emit(time, "Payroll", "Posted", employer, book=book, run=run, total=total)
            for worker, (who, wage) in enumerate(lines):
                when = time + random.randint(1, 20) * 6 * 3_600
                claimed = world.emit(
                    when, "Payroll", "WageClaimed", who, book=book, run=run, worker=worker, wallet=who, amount=wage
                )
                world.move(when, payroll, who, wage, claimed)
                world.wages.append(claimed)
        else:
            paid = world.emit(time, "Payroll", "Paid", employer, book=book, run=run, total=total, count=len(lines))
            world.wages += [world.move(time, payroll, who, wage, paid) for who, wage in lines]
        if not plan.is_posted and random.random() < 0.1:
            run, when = run + 1, time + random.randint(1, 2) * DAY
            late = [(who, random.randint(20, 300) * UNIT) for who, _ in random.sample(lines, 2)]
            paid = world.emit(
                when, "Payroll", "Paid", employer, book=book, run=run, total=sum(each for _, each in late), count=2
            )
            world.wages += [world.move(when, payroll, who, amount, paid) for who, amount in late]
        for who, wage in random.sample(lines, 2):
            world.move(time + 3 * DAY, who, people["landlord"], min(wage // 3, 900 * UNIT))
        for who, wage in random.sample(lines, len(lines) // 3):
            purse = people["exchange"] if random.random() < 0.7 else world.someone()
            world.move(time + random.randint(6, 25) * DAY, who, purse, wage * random.randint(2, 9) // 10)
        time += 30 * DAY


def _spending(world: World) -> None:
    """Customers pay the client; the contractor pays suppliers; both pay their own people; all use the exchange."""
    random, people = world.random, world.people
    days = max(60, (world.until - world.start) // DAY)
    customers = [world.someone() for _ in range(8)]
    suppliers = [world.someone() for _ in range(5)]
    banks = {who: world.someone() for who in ("client", "contractor")}
    for who in ("client", "contractor", "client reporter", "contractor reporter", "contractor operator"):
        funder = banks.get(who) or banks[who.split()[0]]
        world.move(world.start - random.randint(5, 60) * DAY, funder, people[who], random.randint(10, 99) * UNIT)
    for number in range(days // 15):
        time = world.start + number * 15 * DAY + random.randrange(0, 15 * DAY)
        amount = random.randint(100, 20_000) * UNIT
        world.move(time, random.choice(customers), people["client"], amount)
        world.move(time + 60, people["contractor"], random.choice(suppliers), amount // 2)
        if number % 4 == 0:
            world.move(time + 120, people["contractor"], people["exchange"], 3 * amount)
            world.move(time + 2 * DAY, people["exchange"], people["client"], 3 * amount)
            world.move(time + 3 * DAY, people["client"], people["client operator 0"], random.randint(10, 90) * UNIT)
            world.move(
                time + 4 * DAY, people["contractor"], people["contractor reporter"], random.randint(10, 90) * UNIT
            )
        if number % 9 == 0:
            world.move(time + 5 * DAY, people["client operator 0"], people["exchange"], random.randint(10, 90) * UNIT)


def date(time: int) -> str:
    """As books write it."""
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def _books(world: World, plan: Plan) -> None:
    """Invoices of many suppliers; rent of one amount every month; some undone and booked again, some in two parts."""
    random = world.random
    suppliers = [f"Supplier {number}" for number in range(random.randint(4, 12))]
    numbers = {name: random.randint(1, 900) for name in suppliers}
    days = max(60, (world.until - world.start) // DAY)
    for month in range(days // 30):
        _book(world, world.start + month * 30 * DAY, 1_800 * UNIT, "Landlord", f"RENT-{month + 1:03d}")
    for _ in range(plan.invoices):
        name = random.choice(suppliers)
        numbers[name] += 1
        amount = int(10 ** random.uniform(1, 4.5)) * UNIT // 10
        time, reference = world.start + random.randrange(0, days) * DAY, f"INV-{numbers[name]:04d}"
        _book(world, time, amount, name, reference)
        if random.random() < 0.02:
            _book(world, time + 3 * DAY, -amount, name, reference)
            _book(world, time + 4 * DAY, amount, name, reference)
        elif random.random() < 0.02:
            numbers[name] += 1
            _book(world, time + random.randint(0, 3) * DAY, amount, name, f"INV-{numbers[name]:04d}")
        elif random.random() < 0.02:
            _book(world, time, amount, name, f"INV-{numbers[name]:04d}/2")


def _book(world: World, time: int, amount: int, name: str, reference: str) -> Invoice:
    number = len(world.invoices) + 1
    made = Invoice(date(time), f"L{number:05d}", amount, name, reference, "0x" + world.word().hex())
    world.invoices.append(made)
    return made
