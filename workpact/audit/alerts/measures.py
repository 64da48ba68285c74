"""Service levels over time: jumps, drift, volumes that grow by themselves, figures that are too good or too alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from workpact.audit.alerts import robust
from workpact.audit.alerts.facts import Facts
from workpact.audit.alerts.finding import Alert, Finding, TooLittle
from workpact.audit.alerts.reported import Told, is_counted
from workpact.audit.alerts.thresholds import Thresholds
from workpact.audit.entries import Entry
from workpact.terms.units import PPM

Each = TypeVar("Each")
LEAST_MISSED = 30
"""Bad cases of a usual period: with fewer, results lie close together by themselves."""
LEAST_SPREAD = 10
"""What a count varies by that does not repeat by chance."""


def metric_jump(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A level that is suddenly far better than in the periods before."""
    rule, used = "metric-jump", limits.of("window_periods", "jump_tenths", "jump_floor_ppm")
    levels, needed = facts.reported.levels(), limits.window_periods + 1
    yield from _too_short(rule, levels, needed)
    for name, figures in _long(levels, needed):
        sign = 1 if figures[0].form.is_at_least else -1
        values = [sign * each.value for each in figures]
        for at in range(limits.window_periods, len(values)):
            before = values[at - limits.window_periods : at]
            usual = robust.median(before)
            chance = abs(usual) * (1 - abs(usual)) / figures[at].total if figures[at].form.is_ratio else Fraction(0)
            scale = max(robust.deviation(before), abs(usual) * limits.jump_floor_ppm / PPM)
            above = values[at] - usual
            if above * 10 > scale * limits.jump_tenths and above * above * 100 > chance * limits.jump_tenths**2:
                yield Alert(
                    rule,
                    f"What made {name} so much better in {facts.words.period(figures[at].period)}? It was "
                    f"{_decimal(figures[at].value)}; the middle of the {limits.window_periods} periods before is "
                    f"{_decimal(sign * usual)}.",
                    {"level": name, "value": _decimal(figures[at].value), "usual": _decimal(sign * usual)},
                    used,
                    (figures[at].entry,),
                )
                break


def volume_inflation(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A charged quantity that leaves the number of cases behind."""
    rule, used = "volume-inflation", limits.of("window_periods", "volume_tenths", "volume_floor_ppm")
    series, needed = _per_case(facts), limits.window_periods + 1
    yield from _too_short(rule, series, needed)
    for name, ratios in _long(series, needed):
        for at in range(limits.window_periods, len(ratios)):
            before = [value for value, _, _ in ratios[at - limits.window_periods : at]]
            value, period, entry = ratios[at]
            usual = robust.median(before)
            scale = max(robust.deviation(before), usual * limits.volume_floor_ppm / PPM)
            if (value - usual) * 10 > scale * limits.volume_tenths:
                yield Alert(
                    rule,
                    f"Why are there {_decimal(value)} {name} for each case in {facts.words.period(period)}, and "
                    f"{_decimal(usual)} in the middle of the {limits.window_periods} periods before?",
                    {"quantity": name, "perCase": _decimal(value), "usual": _decimal(usual)},
                    used,
                    (entry,),
                )
                break


def drift(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A share of excluded cases, or a quantity for each case, that creeps up period by period."""
    rule = "drift"
    used = limits.of("drift_periods", "drift_slack_tenths", "drift_limit_tenths", "drift_floor_ppm")
    series: dict[str, list[tuple[Fraction, int, Entry]]] = {
        f"{name} for each case": ratios for name, ratios in _per_case(facts).items()
    }
    for name, figures in facts.reported.levels().items():
        series[f"the share of cases excluded from {name}"] = [
            (Fraction(each.excluded, each.excluded + each.total), each.period, each.entry) for each in figures
        ]
    yield from _too_short(rule, series, 2 * limits.drift_periods)
    for name, values in _long(series, 2 * limits.drift_periods):
        shares = [value for value, _, _ in values]
        usual = robust.median(shares[: limits.drift_periods])
        floor = Fraction(limits.drift_floor_ppm, PPM) * max(usual, Fraction(1))
        scale = max(robust.jitter(shares), floor)
        rest = values[limits.drift_periods :]
        slack, bound = (Fraction(each, 10) for each in (limits.drift_slack_tenths, limits.drift_limit_tenths))
        place = robust.risen([value for value, _, _ in rest], usual, scale, slack, bound)
        last = robust.median(shares[-limits.drift_periods :])
        if place is not None and last > usual + 2 * slack * scale:
            yield Alert(
                rule,
                f"What raises {name}? It was {_decimal(usual)} at first, {_decimal(last)} at last.",
                {"series": name, "first": _decimal(usual), "last": _decimal(last)},
                used,
                tuple(entry for _, _, entry in rest[: place + 1]),
            )


def bunching(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Results that lie a few cases better than the target far more often than a little further on either side."""
    rule, used = "bunching", limits.of("bunching_count", "bunching_chance_ppm")
    near, others = [], 0
    for figures in facts.reported.levels().values():
        own = [each for each in figures if each.form.is_ratio and each.target and each.total >= limits.repeated_total]
        if len(own) < limits.bunching_count or robust.median([each.missed for each in own]) < LEAST_MISSED:
            continue
        width = max(3, sorted(abs(each.spare) for each in own)[3 * len(own) // 4] // 6)
        near += [each for each in own if 0 <= each.spare < width]
        others += sum(-width <= each.spare < 0 or width <= each.spare < 2 * width for each in own)
    if len(near) + others < limits.bunching_count:
        yield TooLittle(rule, f"{len(near) + others} results around the target, {limits.bunching_count} needed")
    elif robust.at_least(len(near), len(near) + others, Fraction(1, 3)) * PPM <= limits.bunching_chance_ppm:
        yield Alert(
            rule,
            f"Were figures made to fit the target? {len(near)} results lie just on its good side, {others} in twice as "
            "much room around it.",
            {"near": len(near), "others": others},
            used,
            tuple({each.entry.place: each.entry for each in near}.values()),
        )


def too_smooth(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Shares that vary less, period by period, than counts of cases can."""
    rule, used = "too-smooth", limits.of("smooth_periods", "smooth_share_ppm")
    levels = {
        name: [each for each in figures if each.form.is_ratio and each.total >= limits.repeated_total]
        for name, figures in facts.reported.levels().items()
    }
    yield from _too_short(rule, levels, limits.smooth_periods)
    for name, figures in _long(levels, limits.smooth_periods):
        cases, good = sum(each.total for each in figures), sum(each.good for each in figures)
        bad = cases - good
        if min(good, bad) < 5 * len(figures):
            continue
        spread = sum(
            (Fraction((each.good * cases - good * each.total) ** 2, each.total) for each in figures), Fraction(0)
        )
        share = spread / (good * bad) / (len(figures) - 1)
        if share * PPM <= limits.smooth_share_ppm:
            yield Alert(
                rule,
                f"Is {name} measured anew each period? Over {len(figures)} periods it varies {_decimal(share)} times "
                "as much as counting alone makes it.",
                {"level": name, "periods": len(figures), "variance": _decimal(share)},
                used,
                tuple(each.entry for each in figures),
            )


def repeated_figures(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A period whose large figures are, all of them, those of another period."""
    seen: dict[tuple[int, ...], list[tuple[int, Entry]]] = {}
    reports = facts.reported.in_order
    width = max((len(told.numbers) for told in reports), default=0)
    series = [[told.numbers[place] for told in reports if place < len(told.numbers)] for place in range(width)]
    wide = [robust.deviation(values) >= LEAST_SPREAD for values in series]
    for told in reports:
        large = [each for each, is_wide in zip(told.numbers, wide, strict=False) if is_wide]
        if sum(each >= limits.repeated_total for each in large) > 1:
            seen.setdefault(told.numbers, []).append((told.period, told.entry))
    for numbers, same in seen.items():
        if len(same) > 1:
            names = " and ".join(facts.words.period(period) for period, _ in same)
            yield Alert(
                "repeated-figures",
                f"Were {names} both measured? All their figures are the same.",
                {"figures": list(numbers), "periods": [period for period, _ in same]},
                limits.of("repeated_total"),
                tuple(entry for _, entry in same),
            )


def _per_case(facts: Facts) -> dict[str, list[tuple[Fraction, int, Entry]]]:
    """Each quantity over the cases of its period, of the level that it follows most closely; by name."""
    cases = [
        {each.period: each.total + each.excluded for each in figures}
        for figures in facts.reported.levels().values()
        if is_counted(figures)
    ]
    found: dict[str, list[tuple[Fraction, int, Entry]]] = {}
    for name, quantities in facts.reported.quantities().items():
        ratios = [[_over(by, each, value) for each, value in quantities if each.period in by] for by in cases]
        usable = [each for each in ratios if each and robust.median([value for value, _, _ in each])]
        if usable:
            found[name] = min(usable, key=_looseness)
    return found


def _over(cases: Mapping[int, int], told: Told, value: int) -> tuple[Fraction, int, Entry]:
    return Fraction(value, cases[told.period]), told.period, told.entry


def _looseness(ratios: Sequence[tuple[Fraction, int, Entry]]) -> Fraction:
    values = [value for value, _, _ in ratios]
    return robust.jitter(values) / robust.median(values) if len(values) > 1 else Fraction(0)


def _too_short(rule: str, series: Mapping[str, Sequence[Each]], needed: int) -> Iterator[TooLittle]:
    longest = max((len(each) for each in series.values()), default=0)
    if longest < needed:
        yield TooLittle(rule, f"{longest} periods, {needed} needed")


def _long(series: Mapping[str, Sequence[Each]], needed: int) -> Iterator[tuple[str, Sequence[Each]]]:
    return ((name, each) for name, each in series.items() if len(each) >= needed)


def _decimal(value: Fraction) -> str:
    """Four decimals, cut."""
    sign, units = "-" if value < 0 else "", int(abs(value) * 10_000)
    return f"{sign}{units // 10_000}.{units % 10_000:04d}"
