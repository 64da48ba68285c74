"""What makes readable sections a document that can be signed: SPEC.md 3.6 to 3.8, sums, roles, periods, plans."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.terms import units
from workpact.terms.contents import Contents
from workpact.terms.errors import (
    AmountMismatch,
    BadChange,
    BadDate,
    BadName,
    BadPeriods,
    BadValue,
    LimitExceeded,
    MissingField,
    RoleConflict,
)
from workpact.terms.fields import ZERO_WORD
from workpact.terms.finding import Finding
from workpact.terms.level_checks import check_levels
from workpact.terms.model import Party, Plan

Path = tuple[str | int, ...]

MAX_AMOUNT = 2**96 - 1
MAX_DURATION = 3_650 * units.DAY
# As the contracts keep it (SPEC.md 3.6), so that no sum of dates overflows.
MAX_DATE = 2**39 - 1
MAX_SHARE = 200_000
MAX_MILESTONES = 64
MAX_PERIODS = 256
MAX_REJECTIONS = 255
MAX_UNITS = 2**80 - 1


def check(contents: Contents) -> list[Finding]:
    """All mistakes between the sections."""
    found = [
        *_changes(contents),
        *_roles(contents),
        *_limits(contents),
        *_milestones(contents),
        *_service(contents),
    ]
    if not found:
        found = [*_total(contents), *_equity(contents), *check_levels(contents)]
    return found


def _changes(contents: Contents) -> Iterator[Finding]:
    spec = contents.spec
    is_change = spec.replaces != ZERO_WORD
    if is_change != (spec.origin != ZERO_WORD):
        missing = "origin" if is_change else "replaces"
        advice = "a change order names both: origin is the first document's id, replaces the id in force"
        yield Finding(BadChange, ("spec", missing), "is missing beside the other", advice)
    if is_change and spec.under != ZERO_WORD:
        advice = "leave it out: a change order keeps the first document's master"
        yield Finding(BadChange, ("spec", "under"), "stands in a change order", advice)
    if is_change and spec.offer.deposit:
        advice = f'write "0 {spec.token.symbol}": a change order pulls no money'
        yield Finding(BadChange, ("spec", "offer", "deposit"), "is not zero in a change order", advice)


def _holders(contents: Contents) -> Iterator[tuple[str, Path, str, str]]:
    """Address, field, role and side of everyone named; who is of different sides may not be one address."""
    spec = contents.spec
    sides: tuple[tuple[str, Party], ...] = (("client", spec.parties.client), ("contractor", spec.parties.contractor))
    for side, party in sides:
        base: Path = ("spec", "parties", side)
        yield party.wallet, (*base, "wallet"), f"the {side}", side
    for name, judge in (("arbiter", spec.arbitration.arbiter), ("backup", spec.arbitration.backup)):
        if judge:
            yield judge.wallet, ("spec", "arbitration", name, "wallet"), f"the {name}", name
    yield spec.token.address, ("spec", "token", "address"), "the token", "token"
    if spec.billing:
        yield spec.billing.oracle, ("spec", "billing", "oracle"), "the oracle", "oracle"
    if spec.equity:
        yield spec.equity.contract, ("spec", "equity", "contract"), "the equity contract", "equity"


def _roles(contents: Contents) -> Iterator[Finding]:
    advice = "give each role an address of its own"
    seen: dict[str, tuple[str, str]] = {}
    for address, path, role, side in _holders(contents):
        if address in seen:
            yield Finding(RoleConflict, path, f"{address} is {seen[address][0]} and {role}", advice)
        seen.setdefault(address, (role, side))
    parties = contents.spec.parties
    for side, party in (("client", parties.client), ("contractor", parties.contractor)):
        lists = (("operators", party.operators), ("reporters", party.reporters.wallets if party.reporters else ()))
        for name, wallets in lists:
            base: Path = ("spec", "parties", side, name) + (("wallets",) if name == "reporters" else ())
            own: set[str] = set()
            for index, wallet in enumerate(wallets):
                role = f"{'an operator' if name == 'operators' else 'a reporter'} of the {side}"
                before = seen.get(wallet)
                if wallet in own:
                    yield Finding(RoleConflict, (*base, index), f"{wallet} is there twice", "keep one")
                elif before and (before[1] != side or before[0] == f"the {side}"):
                    yield Finding(RoleConflict, (*base, index), f"{wallet} is {before[0]} and {role}", advice)
                own.add(wallet)
                seen.setdefault(wallet, (role, side))
        yield from _quorum(side, party)


def _quorum(side: str, party: Party) -> Iterator[Finding]:
    if not party.reporters:
        return
    count, quorum = len(party.reporters.wallets), party.reporters.quorum
    if not 1 <= quorum <= max(count, 1):
        path = ("spec", "parties", side, "reporters", "quorum")
        yield Finding(BadValue, path, f"is {quorum} of {count} reporters", f"write 1 to {max(count, 1)}")


def _limits(contents: Contents) -> Iterator[Finding]:
    for path, value, limit, written in _limited(contents):
        if value > limit:
            yield Finding(LimitExceeded, ("spec", *path), f"is above the limit of {written}", f"at most {written}")
    spec = contents.spec
    for path, value in (
        (("review", "period"), spec.review.period),
        (("arbitration", "window"), spec.arbitration.window),
    ):
        if value == 0:
            yield Finding(BadValue, ("spec", *path), "leaves no time at all", 'write at least "1 day"')
    if spec.review.holdback and not spec.review.holdback_until:
        yield Finding(MissingField, ("spec", "review", "holdbackUntil"), "is missing beside holdback", "add its date")
    if spec.review.holdback_until and not spec.review.holdback:
        yield Finding(MissingField, ("spec", "review", "holdback"), "is missing beside holdbackUntil", "add the share")
    if spec.operator_limit == 0 and (spec.parties.client.operators or spec.parties.contractor.operators):
        yield Finding(MissingField, ("spec", "operatorLimit"), "is missing beside operators", "add the amount")


def _limited(contents: Contents) -> Iterator[tuple[Path, int, int, str]]:
    spec, day = contents.spec, "3,650 days"
    amount = units.write_money(MAX_AMOUNT, spec.token.symbol, spec.token.decimals)
    durations: list[tuple[Path, int]] = [
        (("review", "period"), spec.review.period),
        (("review", "grace"), spec.review.grace),
        (("arbitration", "window"), spec.arbitration.window),
        (("ending", "clientNotice"), spec.ending.client_notice),
        (("ending", "contractorNotice"), spec.ending.contractor_notice),
        (("ending", "cure"), spec.ending.cure),
    ]
    dates: list[tuple[Path, int]] = [
        (("offer", "openBefore"), spec.offer.open_before),
        (("review", "holdbackUntil"), spec.review.holdback_until or 0),
        *((("milestones", i, "due"), item.due) for i, item in enumerate(spec.milestones)),
    ]
    amounts: list[tuple[Path, int]] = [
        (("offer", "deposit"), spec.offer.deposit),
        (("operatorLimit",), spec.operator_limit),
        *((("milestones", i, "amount"), item.amount) for i, item in enumerate(spec.milestones)),
    ]
    if spec.service:
        durations.append((("service", "reportWithin"), spec.service.report_within))
        durations.append((("service", "finalWithin"), spec.service.final_within))
        durations.append((("service", "contest", "window"), spec.service.contest.window))
        durations.append((("service", "contest", "ruling"), spec.service.contest.ruling))
        dates += [(("service",), period.end) for period in contents.periods[-1:]]
        yield ("service",), len(contents.periods), MAX_PERIODS, f"{MAX_PERIODS} periods"
    if spec.billing:
        amounts += [(("billing", "cap"), spec.billing.cap), (("billing", "fixed"), spec.billing.fixed)]
        amounts += [(("billing", "prices", i, "rate"), price.rate) for i, price in enumerate(spec.billing.prices)]
        yield ("billing", "cover"), spec.billing.cover, MAX_PERIODS, f"{MAX_PERIODS} periods"
    yield from ((path, value, MAX_DURATION, day) for path, value in durations)
    yield from ((path, value, MAX_DATE, "a date before the year 19,000") for path, value in dates)
    yield from ((path, value, MAX_AMOUNT, amount) for path, value in amounts)
    yield ("review", "holdback"), spec.review.holdback, MAX_SHARE, "20 %"
    yield ("review", "rejections"), spec.review.rejections, MAX_REJECTIONS, str(MAX_REJECTIONS)
    yield ("arbitration", "fee"), spec.arbitration.fee, MAX_SHARE, "20 %"
    yield ("arbitration", "split"), spec.arbitration.split, units.PPM, "100 %"
    yield ("milestones",), len(spec.milestones), MAX_MILESTONES, f"{MAX_MILESTONES} milestones"


def _twice(names: list[str], base: Path, what: str) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Finding(BadName, (*base, index, "name"), f"{name!r} names two {what}", "give each a name of its own")


def _milestones(contents: Contents) -> Iterator[Finding]:
    base: Path = ("spec", "milestones")
    yield from _twice([item.name for item in contents.milestones], base, "milestones")
    for index, item in enumerate(contents.milestones):
        if item.amount == 0:
            yield Finding(LimitExceeded, (*base, index, "amount"), "is zero", "write what it costs, or leave it out")


def _service(contents: Contents) -> Iterator[Finding]:
    spec = contents.spec
    if bool(spec.service) != bool(spec.billing):
        missing = "billing" if spec.service else "service"
        yield Finding(MissingField, ("spec", missing), "is missing beside the other", "a service needs both sections")
    if not spec.service:
        return
    service, base = spec.service, ("spec", "service")
    listed = service.start is not None and service.periods
    if bool(service.monthly) == bool(listed) or (service.monthly and (service.periods or service.start is not None)):
        yield Finding(BadPeriods, base, "needs monthly, or start and periods", "write one of the two forms")
        return
    if not contents.periods:
        path = (*base, "monthly", "to")
        yield Finding(BadPeriods, path, "is before from, so there is no period", "swap the two")
    yield from _twice([period.name for period in contents.periods], (*base, "periods"), "periods")
    for period in contents.periods:
        if period.end <= period.start:
            at: Path = (*base, "periods", period.index, "end")
            problem = f"the period {period.name} ends when it starts or before"
            yield Finding(BadPeriods, at, problem, "list periods in order; each starts where the one before ends")
    yield from _contest(contents, base)


def _contest(contents: Contents, base: Path) -> Iterator[Finding]:
    service = contents.spec.service
    assert service is not None, "asked for a service"
    contest = service.contest
    for key, value in (("window", contest.window), ("ruling", contest.ruling)):
        if value < units.DAY:
            yield Finding(BadValue, (*base, "contest", key), "leaves no time to answer", 'write at least "1 day"')
    needed = service.report_within + 3 * contest.window + 2 * contest.ruling
    if service.final_within < needed:
        problem = (
            "is shorter than reportWithin, three times the contest's window and twice its ruling: periods would "
            "settle before the sides have answered"
        )
        yield Finding(BadPeriods, (*base, "finalWithin"), problem, f"write {units.write_duration(needed)} or more")


def _total(contents: Contents) -> Iterator[Finding]:
    spec = contents.spec
    if spec.billing and spec.billing.fixed > spec.billing.cap:
        yield Finding(AmountMismatch, ("spec", "billing", "fixed"), "is above the cap", "raise cap or lower fixed")
    if spec.total is None:
        return
    milestones = sum(item.amount for item in spec.milestones)
    periods = spec.billing.cap * len(contents.periods) if spec.billing else 0
    if spec.total != milestones + periods:
        money = [
            units.write_money(value, spec.token.symbol, spec.token.decimals)
            for value in (spec.total, milestones, periods, milestones + periods)
        ]
        problem = f"is {money[0]}, but milestones are {money[1]} and all periods at their cap {money[2]}"
        yield Finding(AmountMismatch, ("spec", "total"), problem, f'write "{money[3]}", or mend the amounts')


def _equity(contents: Contents) -> Iterator[Finding]:
    equity = contents.spec.equity
    if not equity:
        return
    base: Path = ("spec", "equity")
    yield from _twice([plan.name for plan in equity.plans], (*base, "plans"), "plans")
    if equity.units > MAX_UNITS:
        yield Finding(LimitExceeded, (*base, "units"), "is above 2^80", "write fewer")
    for index, plan in enumerate(equity.plans):
        yield from _plan(contents, plan, (*base, "plans", index))
    names = [plan.name for plan in equity.plans]
    for index, grants in enumerate(equity.grants):
        if grants.plan not in names:
            problem, advice = f"there is no plan {grants.plan!r}", f"write one of: {', '.join(names)}"
            yield Finding(BadName, (*base, "grants", index, "plan"), problem, advice)
    granted = sum(grants.workers * grants.units for grants in equity.grants)
    if granted > equity.units:
        problem = f"the grants add up to {granted:,} units, the pool has {equity.units:,}"
        yield Finding(AmountMismatch, (*base, "grants"), problem, "grant less, or raise units")


def _plan(contents: Contents, plan: Plan, base: Path) -> Iterator[Finding]:
    if plan.start > MAX_DATE or plan.duration > MAX_DURATION:
        yield Finding(LimitExceeded, base, "starts too late or lasts too long", "at most 3,650 days")
    if plan.cliff > plan.duration:
        yield Finding(BadDate, (*base, "cliff"), "is longer than duration", "write a shorter one")
    if not plan.duration:
        yield Finding(
            BadDate, (*base, "duration"), "leaves no time to vest in", 'write at least one step, like "30 days"'
        )
    elif not plan.step or plan.duration % plan.step:
        yield Finding(BadDate, (*base, "step"), "does not divide duration", "write a step that divides it")
    if plan.leaver > units.PPM:
        yield Finding(LimitExceeded, (*base, "leaver"), "is more than all that is unvested", "at most 100 %")
    known = {
        "milestones": [item.name for item in contents.milestones],
        "periods": [period.name for period in contents.periods],
    }
    counted = 0
    for key, names in (("milestones", plan.milestones), ("periods", plan.periods)):
        counted += len(names)
        for index, name in enumerate(names):
            if name not in known[key]:
                advice = f"write one of: {', '.join(known[key]) or 'none there is'}"
                yield Finding(BadName, (*base, key, index), f"there is no {name!r} among the {key}", advice)
            elif name in names[:index]:
                yield Finding(BadName, (*base, key, index), f"{name!r} is counted twice", "keep one")
    if (plan.gate == "none") != (counted == 0):
        advice = "a gate counts milestones or periods; without them write gate: none"
        yield Finding(BadValue, (*base, "gate"), f"is {plan.gate!r} and counts {counted}", advice)
