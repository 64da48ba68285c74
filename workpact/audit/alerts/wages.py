"""The payroll: one payee twice, wallets of several workers in one hand, a large first wage."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.audit.alerts import robust
from workpact.audit.alerts.facts import Facts, Wage
from workpact.audit.alerts.finding import Alert, Finding, TooLittle, day, short
from workpact.audit.alerts.network import Network
from workpact.audit.alerts.thresholds import Thresholds
from workpact.audit.transfers import Transfer
from workpact.terms.units import DAY, PPM

NO_WAGES = "no wages of a payroll in the record"


def paid_twice(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A payee twice in one run, or with one amount in two runs a few days apart."""
    rule, used = "wage-twice", limits.of("wage_days")
    if not facts.wages:
        yield TooLittle(rule, NO_WAGES)
        return
    in_run: dict[tuple[tuple[str, int], str], list[Wage]] = {}
    for wage in facts.wages:
        if wage.worker is None:
            in_run.setdefault((wage.run, wage.payee), []).append(wage)
    for (run, payee), same in sorted(in_run.items()):
        if len(same) > 1:
            yield _twice(rule, facts, payee, f"in run {run[1]}", same, used)
    last: dict[tuple[str, str, int], Wage] = {}
    for wage in facts.wages:
        if wage.worker is not None:
            continue
        key = (wage.run[0], wage.payee, wage.amount)
        before = last.get(key)
        last[key] = wage
        if before and before.run != wage.run:
            apart = wage.entry.log.timestamp - before.entry.log.timestamp
            if apart <= limits.wage_days * DAY:
                yield _twice(
                    rule, facts, wage.payee, f"in runs {before.run[1]} and {wage.run[1]}", [before, wage], used
                )


def _twice(rule: str, facts: Facts, payee: str, where: str, same: list[Wage], used: dict[str, int]) -> Alert:
    amounts = " and ".join(facts.words.money(each.amount) for each in same)
    return Alert(
        rule,
        f"Were {amounts} to {short(payee)} {where} wages for different work?",
        {"payee": payee, "amounts": [each.amount for each in same]},
        used,
        tuple({each.entry.place: each.entry for each in same}.values()),
        tuple(each.transfer for each in same if each.transfer),
    )


def ghost_worker(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Several workers with one wallet, or whose wages go on, for the most part, to one address or to the employer."""
    rule, used = "ghost-worker", limits.of("sweep_share_ppm", "hub_counterparties")
    if not facts.wages:
        yield TooLittle(rule, NO_WAGES)
        return
    wallets: dict[tuple[str, str], dict[int, Wage]] = {}
    for wage in facts.wages:
        if wage.worker is not None:
            wallets.setdefault((wage.run[0], wage.payee), {}).setdefault(wage.worker, wage)
    for (_, wallet), workers in sorted(wallets.items()):
        if len(workers) > 1:
            numbers = " and ".join(str(each) for each in sorted(workers))
            yield Alert(
                rule,
                f"Are workers {numbers} one person? Their wages go to {short(wallet)}.",
                {"wallet": wallet, "workers": sorted(workers)},
                used,
                tuple(each.entry for each in workers.values()),
            )
    yield from _swept(rule, facts, limits, used)


def _swept(rule: str, facts: Facts, limits: Thresholds, used: dict[str, int]) -> Iterator[Finding]:
    network = Network.of(facts, limits.hub_counterparties)
    earned: dict[str, int] = {}
    for wage in facts.wages:
        earned[wage.payee] = earned.get(wage.payee, 0) + wage.amount
    swept: dict[str, dict[str, list[Transfer]]] = {}
    for wallet, amount in earned.items():
        found = network.sweep(wallet, amount, limits.sweep_share_ppm)
        if found and found[0] not in network.hubs:
            swept.setdefault(found[0], {})[wallet] = found[1]
    for purse, wallets in sorted(swept.items()):
        if len(wallets) > 1 or purse in facts.sides:
            names = " and ".join(short(each) for each in sorted(wallets))
            whose = f", {facts.role(purse)}" if purse in facts.sides else ""
            yield Alert(
                rule,
                f"Do the wages of {names} stay with them? Most of them goes on to {short(purse)}{whose}.",
                {"purse": purse, "wallets": sorted(wallets)},
                used,
                transfers=tuple(each for moved in wallets.values() for each in moved),
            )


def new_payee(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A first wage far above what the payroll usually pays."""
    rule, used = "new-payee", limits.of("new_payee_times_ppm", "new_payee_history")
    known: set[str] = set()
    seen: list[int] = []
    runs: dict[tuple[str, int], list[Wage]] = {}
    for wage in facts.wages:
        runs.setdefault(wage.run, []).append(wage)
    if len(facts.wages) < limits.new_payee_history:
        yield TooLittle(rule, f"{len(facts.wages)} wages, {limits.new_payee_history} needed")
    for wages in runs.values():
        fresh = [each for each in wages if each.payee not in known]
        if len(seen) >= limits.new_payee_history:
            usual = robust.median(seen)
            for each in fresh:
                if each.amount * PPM >= usual * limits.new_payee_times_ppm:
                    yield Alert(
                        rule,
                        f"Who is {short(each.payee)}? Its first wage, on {day(each.entry.log.timestamp)}, is "
                        f"{facts.words.money(each.amount)}; half of all are at most {facts.words.money(int(usual))}.",
                        {"payee": each.payee, "amount": each.amount, "usual": int(usual)},
                        used,
                        (each.entry,),
                        (each.transfer,) if each.transfer else (),
                    )
        known |= {each.payee for each in wages}
        seen += [each.amount for each in wages]
