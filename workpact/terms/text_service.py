"""The document's sections on service periods, levels, credits, their measurement, and the workers' share."""

from __future__ import annotations

from workpact.terms import units
from workpact.terms.contents import Contents
from workpact.terms.credit_math import RATE_ONE
from workpact.terms.levels import Form, Level, LowVolume
from workpact.terms.markdown import Format, bullets, code, duration, inline, plain, quote, share, table
from workpact.terms.text_log import log_text
from workpact.terms.worked import Example, worked_example

RELIEF = {
    "client-cause": "a cause on the client's side",
    "planned-outage": "a planned outage",
    "force-majeure": "force majeure",
    "volume-above-forecast": "a volume above the forecast",
}


def service(contents: Contents, fmt: Format) -> str:
    """What runs when, and what it costs."""
    rules, billing = contents.spec.service, contents.spec.billing
    if not rules or not billing:
        return ""
    head = ["Period", "From", "Until, not included", "Report due by"]
    rows = [
        [
            period.name,
            fmt.instant(period.start),
            fmt.instant(period.end),
            fmt.instant(period.end + rules.report_within),
        ]
        for period in contents.periods
    ]
    prices = [
        f"{fmt.money(price.rate)} for each unit of {price.quantity} ({plain(price.title)})" for price in billing.prices
    ]
    variable = (" plus " + ", plus ".join(prices)) if prices else ""
    items = [
        f"For each period the client owes {fmt.money(billing.fixed)}{variable}; together at most "
        f"{fmt.money(billing.cap)}.",
        f"The client keeps the cap of {_periods(billing.cover)} ahead in the contract, the running one included. "
        "Anyone can see when there is less.",
        f"The {rules.obliged} has to see to the report of a period within {duration(rules.report_within)} of its end.",
        "Once a period is final anyone can settle it: the contractor gets the charge less the service credit, the "
        "client keeps the credit. Service credits are rounded down.",
        f"If a period is not final {duration(rules.final_within)} after its end, it settles without credit, at the "
        "fixed charge and what both sides' reports have of the variable part.",
    ]
    described = [quote(each.spec.description) for each in contents.services if each.spec.description]
    return "\n\n".join([f"{plain(rules.title)}.", *described]) + "\n\n" + table(head, rows) + "\n\n" + bullets(items)


def _periods(count: int) -> str:
    return "1 period" if count == 1 else f"{count} periods"


def _target(level: Level, threshold: int) -> str:
    value = share(threshold) if level.form.is_ratio else f"{threshold:,}"
    return ("at least " if level.form.is_at_least else "at most ") + value


def levels(contents: Contents) -> str:
    """What must be reached."""
    if not contents.levels:
        return ""
    rows = []
    for level in contents.levels:
        rows.append([level.name, plain(level.title), _target(level, level.target), _small_numbers(level)])
    text = table(["Level", "What", "Target", "Small numbers"], rows)
    return text + (
        "\n\nA ratio is compared by whole numbers: a target of at least T is met when good cases divided by all "
        "counted cases is T or more, without rounding. A figure exactly on the target meets it."
    )


def _small_numbers(level: Level) -> str:
    if not level.is_credited:
        return "reported only"
    low = {
        LowVolume.MET: "counts as met",
        LowVolume.LEFT_OUT: "is left out",
        LowVolume.MISSED: "counts as missed",
    }[level.low_volume]
    what = "slice" if level.slices else "case"
    return f"fewer than {level.minimum_sample} {what}s: {low}" if level.minimum_sample > 1 else f"no {what}: {low}"


def credits(contents: Contents, fmt: Format) -> str:
    """What it costs to miss, with the worked example."""
    credit, billing = contents.credit, contents.spec.billing
    if not credit or not billing:
        return ""
    spec = credit.spec
    rows = []
    for level in contents.levels:
        for number, band in enumerate(level.bands):
            most = billing.cap * spec.at_risk * band.allocation // RATE_ONE
            last = number == len(level.bands) - 1
            rows.append(
                [
                    level.name if number == 0 else "",
                    "not " + _target(level, band.threshold),
                    share(band.allocation),
                    fmt.money(most),
                    f"{level.repeat} times that" if level.repeat > 1 else "the same",
                    "yes" if level.critical and last else "no",
                ]
            )
    head = ["Level", "Result", "Share of the amount at risk", "At the cap", "If also missed before", "Right to end"]
    year = (
        f"Over {spec.year_periods} periods in a row the credit rates add up to at most {share(spec.year_cap)} times "
        "the number of periods there have been."
        if spec.year_periods
        else "There is no cap over the year."
    )
    items = [
        f"At risk in each period is {share(spec.at_risk)} of its charge. Missed levels add up.",
        f"One period's credit is at most {share(spec.period_cap)} of its charge. {year}",
        "A level that was also missed in the period directly before counts with the multiplier in the table.",
    ]
    free = ", ".join(level.name for level in contents.levels if not level.is_credited)
    if free:
        items.append(f"Reported only, and missed at no cost: {free}.")
    right = spec.right_to_end
    if right.failures:
        items.append(
            f"If one level is missed {right.failures} times within {right.within} periods, the last one included, "
            "the client has a right to end."
        )
    items.append(f"A right to end lasts {duration(right.lapse)} after the period became final.")
    items += _held(contents)
    parts = [table(head, rows), bullets(items)]
    example = worked_example(contents)
    if example:
        parts += ["**Example**", _example(contents, example, fmt)]
    return "\n\n".join(parts)


def _held(contents: Contents) -> list[str]:
    assert contents.credit is not None, "asked for a credit"
    earn_back = contents.credit.spec.earn_back
    if not earn_back:
        return []
    names = ", ".join(level.name for level in contents.levels if level.earn_back)
    following = "the period that follows" if earn_back.periods == 1 else f"the {earn_back.periods} periods that follow"
    none = "the last period" if earn_back.periods == 1 else f"the last {earn_back.periods} periods"
    return [
        f"What the levels {names} add to a period's credit is held, and paid to neither side yet. It returns whole to "
        f"the contractor when none of them that was missed then is missed in {following}; once one is, it is the "
        f"client's. Of {none} nothing is held. If the agreement is over before, the client keeps it; but if the client "
        "ended by notice, the contractor gets it, unless one of them was missed since."
    ]


def _example(contents: Contents, example: Example, fmt: Format) -> str:
    billing, credit = contents.spec.billing, contents.credit
    assert billing is not None, "an example has a charge"
    assert credit is not None, "an example has a credit"
    level, spec = example.level, credit.spec
    sums = "".join(
        f" + {count:,} times {fmt.money(price.rate)}"
        for price, count in zip(billing.prices, example.quantities, strict=True)
    )
    figure = (
        f"{example.good:,} of {example.total:,} {'slices' if level.slices else 'cases'}"
        if level.form.is_ratio
        else f"a sum of {example.good:,} over {example.total:,} cases"
    )
    items = [
        f"In the first period {level.name} comes to {figure}, where {_target(level, level.target)} was agreed. All "
        "other levels are met.",
        f"Charge: the smaller of {fmt.money(billing.cap)} and {fmt.money(billing.fixed)}{sums}, which is "
        f"{fmt.money(example.charge)}.",
        f"Rate: {share(spec.at_risk)} of {share(example.allocation)}, within the caps: "
        f"{example.rate:,} / {RATE_ONE:,}.",
        f"Service credit: {fmt.money(example.charge)} times {example.rate:,} / {RATE_ONE:,}, rounded down, is "
        f"**{fmt.money(example.credit)}**. The contractor gets {fmt.money(example.charge - example.credit)}.",
        f"If the second period has the same figures, the rate is {example.repeated_rate:,} / {RATE_ONE:,} and the "
        f"credit **{fmt.money(example.repeated_credit)}**.",
    ]
    if level.earn_back:
        items.append(
            f"The credit of the first period is held at first. With the second period missed as well all of it, "
            f"{fmt.money(example.credit)}, is the client's; had the periods that follow been met, the contractor would "
            "get it."
        )
    return bullets(items)


def measurement(contents: Contents) -> str:
    """The logs and the queries, letter by letter."""
    if not contents.levels and not contents.prices:
        return ""
    parts = [
        "The reporters of both sides measure their own copy of the log. Neither the log nor a row of it is published; "
        "a report carries the figures and the root of a tree of salted hashes, by which a single case can be shown."
    ]
    parts += [log_text(source) for source in contents.data_sources]
    for level in contents.levels:
        parts.append(_measured(level))
    for price in contents.prices:
        log = price.metric_source.metric_source_ref
        parts.append(f"**Quantity {price.quantity}** ({plain(price.title)}). Counted in {log} are the cases where")
        parts.append(code(price.where) + _weight(price.weight))
    return "\n\n".join(parts)


def _measured(level: Level) -> str:
    head = f"**{level.name}** ({plain(level.title)}). "
    excluded = "".join(
        f"\n\nCases do not count, and are reported as excluded for {RELIEF[exclusion.reason]}, where\n\n"
        f"{code(exclusion.where)}"
        for exclusion in level.exclusions
    )
    if level.where_good is None:
        return (
            f"{head}The sum of {inline(level.average or '')} over the number of cases in {level.data_source} where\n\n"
            f"{code(level.where_total)}{excluded}"
        )
    name = "good" if level.form is Form.RATIO_AT_LEAST else "bad"
    text = (
        f"{head}Counted in {level.data_source} are the cases where\n\n{code(level.where_total)}\n\n"
        f"and {name} are those of them where\n\n{code(level.where_good)}{excluded}{_weight(level.weight)}"
    )
    if level.slices is None:
        return text
    reached = (
        f"at least {share(level.slices.target)} of its cases{_by(level.weight)} are good"
        if name == "good"
        else f"more than {share(units.PPM - level.slices.target)} of its cases{_by(level.weight)} are bad"
    )
    return (
        f"{text}\n\nThe figure counts slices of {duration(level.slices.seconds)} from the period's start, of which "
        f"only those with a case count: a slice is {name} when {reached}."
    )


def _weight(column: str | None) -> str:
    if column is None:
        return ""
    return f"\n\nEach case counts as many as its {inline(column)} says; without a value it does not count."


def _by(weight: str | None) -> str:
    return f", by their {inline(weight)}," if weight else ""
