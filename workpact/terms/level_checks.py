"""Whether service levels can be measured and credited as written: SLO, DataSource and ServiceCredit together."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.terms import units
from workpact.terms.contents import Contents
from workpact.terms.credit import CreditLevel
from workpact.terms.errors import BadLevel, BadName, BadPeriods, LimitExceeded
from workpact.terms.finding import Finding
from workpact.terms.levels import form_of, target_of, threshold_of
from workpact.terms.openslo import SLO, IndicatorSpec, MetricSource

MAX_LEVELS = 32
MAX_REPEAT = 1_000
MAX_EARN_BACK = 24

Path = tuple[str | int, ...]


def check_levels(contents: Contents) -> Iterator[Finding]:
    """All mistakes in service levels; the later ones only when the earlier are mended."""
    measured = contents.services or contents.slis or contents.slos or contents.credit
    if measured and not contents.spec.service:
        yield Finding(BadLevel, ("spec",), "has service levels but no service", "add service and billing")
        return
    found = list(_sources(contents)) or list(_objectives(contents))
    yield from found
    if not found and contents.credit:
        yield from _credit(contents)
    elif not found and contents.slos:
        problem = "has no ServiceCredit, so it would not be signed"
        yield Finding(BadLevel, ("metadata", "name"), problem, "add a ServiceCredit that names it", "SLO")


def _sources(contents: Contents) -> Iterator[Finding]:
    known = [source.metadata.name for source in contents.data_sources]
    for kind, parts in (("DataSource", contents.data_sources), ("SLI", contents.slis), ("SLO", contents.slos)):
        names = [part.metadata.name for part in parts]
        for index, name in enumerate(names):
            if name in names[:index]:
                problem = f"{name!r} is a second {kind}"
                yield Finding(BadName, ("metadata", "name"), problem, "name it otherwise", kind, index)
    read = [source.metric_source_ref for _, source, _, _ in _queries(contents)]
    log = next((name for name in read if name in known), "")
    for path, source, kind, index in _queries(contents):
        if source.metric_source_ref not in known:
            problem = f"there is no DataSource {source.metric_source_ref!r}"
            advice = f"write one of: {', '.join(known) or 'none yet; add one'}"
            yield Finding(BadName, (*path, "metricSourceRef"), problem, advice, kind, index)
        elif source.metric_source_ref != log:
            problem = f"is {source.metric_source_ref!r}, others read {log!r}: one report measures one log"
            yield Finding(BadLevel, (*path, "metricSourceRef"), problem, "use one DataSource", kind, index)
    quantities = [price.quantity for price in contents.prices]
    for index, quantity in enumerate(quantities):
        if quantity in quantities[:index]:
            path = ("spec", "billing", "prices", index, "quantity")
            yield Finding(BadName, path, f"{quantity!r} is priced twice", "give each a name of its own")
    for index, price in enumerate(contents.prices):
        for key in ("average", "column", "exclude"):
            if getattr(price.metric_source.spec, key):
                path = ("spec", "billing", "prices", index, "metricSource", "spec", key)
                yield Finding(BadLevel, path, "a quantity is a count of cases", f"leave {key} out")


def _indicators(contents: Contents) -> Iterator[tuple[Path, IndicatorSpec, str, int]]:
    """Every indicator with the place it is written at."""
    for index, sli in enumerate(contents.slis):
        yield ("spec",), sli.spec, "SLI", index
    for index, slo in enumerate(contents.slos):
        if slo.spec.indicator:
            yield ("spec", "indicator", "spec"), slo.spec.indicator.spec, "SLO", index


def _queries(contents: Contents) -> Iterator[tuple[Path, MetricSource, str, int]]:
    for index, price in enumerate(contents.prices):
        yield ("spec", "billing", "prices", index, "metricSource"), price.metric_source, "Agreement", 0
    for base, spec, kind, index in _indicators(contents):
        ratio, threshold = spec.ratio_metric, spec.threshold_metric
        parts = {"good": ratio.good, "bad": ratio.bad, "total": ratio.total} if ratio else {}
        for name, metric in parts.items():
            if metric:
                yield (*base, "ratioMetric", name, "metricSource"), metric.metric_source, kind, index
        if threshold:
            yield (*base, "thresholdMetric", "metricSource"), threshold.metric_source, kind, index


def _objectives(contents: Contents) -> Iterator[Finding]:
    for base, spec, kind, index in _indicators(contents):
        for finding in _indicator(spec, base):
            yield Finding(finding.error, finding.path, finding.problem, finding.advice, kind, index)
    for index, slo in enumerate(contents.slos):
        for finding in (*_reference(contents, slo), *_objective(contents, slo), *_window(contents, slo)):
            yield Finding(finding.error, finding.path, finding.problem, finding.advice, "SLO", index)
    named = {slo.spec.indicator_ref for slo in contents.slos}
    for index, sli in enumerate(contents.slis):
        if sli.metadata.name not in named:
            problem = f"no SLO names {sli.metadata.name!r}"
            advice = "name it as indicatorRef, or remove it"
            yield Finding(BadName, ("metadata", "name"), problem, advice, "SLI", index)
    for index, service in enumerate(contents.services):
        assert contents.spec.service is not None, "checked before"
        own = contents.spec.service.name
        if service.metadata.name != own or index:
            problem = f"{service.metadata.name!r} is not the agreement's one service"
            yield Finding(BadName, ("metadata", "name"), problem, f"write {own}, once", "Service", index)


def _indicator(spec: IndicatorSpec, base: Path) -> Iterator[Finding]:
    ratio, threshold = spec.ratio_metric, spec.threshold_metric
    if bool(ratio) == bool(threshold):
        yield Finding(BadLevel, base, "needs ratioMetric or thresholdMetric", "write one of the two")
    elif ratio:
        base = (*base, "ratioMetric")
        if bool(ratio.good) == bool(ratio.bad):
            yield Finding(BadLevel, base, "needs good or bad", "write one of the two")
        queries = [part.metric_source for part in (ratio.good, ratio.bad, ratio.total) if part]
        if any(query.spec.average or query.spec.column for query in queries):
            yield Finding(BadLevel, base, "counts cases", "leave average and column out")
        for part, metric in (("good", ratio.good), ("bad", ratio.bad)):
            for key, verb in (("exclude", "excludes"), ("weight", "weighs")):
                if metric and getattr(metric.metric_source.spec, key):
                    path = (*base, part, "metricSource", "spec", key)
                    yield Finding(BadLevel, path, f"{verb} of {part} alone", f"write {key} at total")
        if len({query.metric_source_ref for query in queries}) > 1:
            yield Finding(BadLevel, base, "counts two logs against each other", "use one DataSource")
    elif threshold:
        query = threshold.metric_source.spec
        path = (*base, "thresholdMetric", "metricSource", "spec")
        if bool(query.average) == bool(query.column):
            advice = "add average: and a column for a mean, column: for a limit that each case keeps"
            yield Finding(BadLevel, path, "says not what to compare", advice)
        elif query.average and query.weight:
            yield Finding(BadLevel, (*path, "weight"), "weighs an average", "leave weight out, or write a ratioMetric")


def _reference(contents: Contents, slo: SLO) -> Iterator[Finding]:
    if bool(slo.spec.indicator) == bool(slo.spec.indicator_ref):
        yield Finding(BadLevel, ("spec",), "needs indicator or indicatorRef", "write one of the two")
    elif contents.indicator(slo) is None:
        known = ", ".join(sli.metadata.name for sli in contents.slis) or "none yet; add one"
        problem = f"there is no SLI {slo.spec.indicator_ref!r}"
        yield Finding(BadName, ("spec", "indicatorRef"), problem, f"write one of: {known}")


def _objective(contents: Contents, slo: SLO) -> Iterator[Finding]:
    spec, objective = contents.indicator(slo), slo.objective
    base: Path = ("spec", "objectives", 0)
    if spec is None:
        return
    compared = objective.op is not None and objective.value is not None
    if spec.ratio_metric and (objective.target is None or objective.op or objective.value is not None):
        yield Finding(BadLevel, base, "a ratio has a target, and no op or value", "write target: 0.95")
    elif spec.threshold_metric and spec.threshold_metric.metric_source.spec.column:
        if not compared or objective.target is None:
            advice = "write op: lte, value: 240 and target: 0.95"
            yield Finding(BadLevel, base, "a limit has op and value, and the target share that keeps it", advice)
    elif spec.threshold_metric and (not compared or objective.op not in ("lte", "gte") or objective.target is not None):
        problem = "an average has op and value, and no target"
        yield Finding(BadLevel, base, problem, "write op: lte (or gte) and value: 240")
    sliced = (objective.time_slice_target is not None, objective.time_slice_window is not None)
    if slo.spec.budgeting_method == "Occurrences" and any(sliced):
        advice = "leave them out, or write budgetingMethod: Timeslices"
        yield Finding(BadLevel, base, "has time slices under Occurrences", advice)
    elif slo.spec.budgeting_method == "Timeslices" and (not all(sliced) or not form_of(slo, spec).is_ratio):
        advice = "write timeSliceTarget: 0.95 and timeSliceWindow: 1h, of a ratioMetric or a limit"
        yield Finding(BadLevel, base, "Timeslices need a share, the share of a good slice and its length", advice)


def _window(contents: Contents, slo: SLO) -> Iterator[Finding]:
    service = contents.spec.service
    assert service is not None, "checked before"
    if slo.spec.service != service.name:
        problem = f"is {slo.spec.service!r}, the agreement's service is {service.name!r}"
        yield Finding(BadName, ("spec", "service"), problem, f"write {service.name}")
    base: Path = ("spec", "timeWindow", 0)
    window = slo.spec.time_window[0]
    if service.monthly and window.duration != "1M":
        yield Finding(BadPeriods, (*base, "duration"), f"is {window.duration}, periods are months", "write 1M")
    if window.calendar.time_zone != contents.spec.timezone:
        problem = f"is {window.calendar.time_zone}, the document's is {contents.spec.timezone}"
        yield Finding(BadPeriods, (*base, "calendar", "timeZone"), problem, "use the document's one time zone")
    start = contents.periods[0].start_at.strftime("%Y-%m-%d %H:%M:%S")
    if window.calendar.start_time != start:
        problem = f"is {window.calendar.start_time}, the first period starts {start}"
        yield Finding(BadPeriods, (*base, "calendar", "startTime"), problem, f'write "{start}"')


def _credit(contents: Contents) -> Iterator[Finding]:
    assert contents.credit is not None, "checked before"
    spec, base = contents.credit.spec, ("spec", "levels")
    by_name = {slo.metadata.name: slo for slo in contents.slos}
    names = [line.slo for line in spec.levels]
    for index, line in enumerate(spec.levels):
        path: Path = (*base, index)
        if line.slo not in by_name:
            advice = f"write one of: {', '.join(by_name)}"
            yield _finding((*path, "slo"), f"there is no SLO {line.slo!r}", advice)
        elif line.slo in names[:index]:
            yield _finding((*path, "slo"), f"{line.slo!r} is there twice", "keep one")
        else:
            yield from _bands(contents, line, by_name[line.slo], path)
        if not 1 <= line.repeat <= MAX_REPEAT:
            yield _finding((*path, "repeat"), f"is {line.repeat}", f"write 1 for none, at most {MAX_REPEAT}")
    for index, slo in enumerate(contents.slos):
        if slo.metadata.name not in names:
            problem = f"no level of the ServiceCredit names {slo.metadata.name!r}, so it would not be signed"
            yield Finding(BadLevel, ("metadata", "name"), problem, "add it there, or remove it here", "SLO", index)
    if len(spec.levels) > MAX_LEVELS:
        yield _finding(base, f"has {len(spec.levels)} levels", f"at most {MAX_LEVELS}", LimitExceeded)
    yield from _pool(contents)
    yield from _caps(contents)
    yield from _earn_back(contents)


def _finding(path: Path, problem: str, advice: str, error: type[BadLevel] | type[LimitExceeded] = BadLevel) -> Finding:
    return Finding(error, path, problem, advice, "ServiceCredit")


def _bands(contents: Contents, line: CreditLevel, slo: SLO, base: Path) -> Iterator[Finding]:
    indicator = contents.indicator(slo)
    assert indicator is not None, "checked before"
    form = form_of(slo, indicator)
    key = "below" if form.is_at_least else "above"
    example = '"95 %"' if form.is_ratio else '"240"'
    if not line.bands and (line.low_volume != "left-out" or line.repeat > 1 or line.critical or line.earn_back):
        advice = f"write lowVolume: left-out and no more, or bands with - {key}: {example} and its allocation"
        yield _finding((*base, "bands"), "has no band, so missing it costs nothing", advice)
    thresholds = [threshold_of(band, form) for band in line.bands]
    for index, threshold in enumerate(thresholds):
        path: Path = (*base, "bands", index)
        before = thresholds[index - 1] if index else None
        if threshold is None or (form.is_ratio and threshold > units.PPM):
            yield _finding(path, f"does not fit {form.name.lower().replace('_', ' ')}", f"write {key}: {example}")
        elif before is not None and (threshold >= before if form.is_at_least else threshold <= before):
            worse = "lower" if form.is_at_least else "higher"
            yield _finding(path, "is not worse than the band before it", f"write a {worse} threshold")
        if index and line.bands[index].allocation < line.bands[index - 1].allocation:
            yield _finding((*path, "allocation"), "is less than in the milder band before it", "write as much or more")
    target = target_of(slo, indicator)
    if thresholds and thresholds[0] is not None and thresholds[0] != target:
        written = units.write_share(target or 0) if form.is_ratio else str(target)
        problem = f"the first band is not the target of {line.slo}, which is {written}"
        yield _finding((*base, "bands", 0), problem, f'write {key}: "{written}", or change the objective')


def _pool(contents: Contents) -> Iterator[Finding]:
    assert contents.credit is not None, "checked before"
    spec = contents.credit.spec
    worst = sum(max((band.allocation for band in line.bands), default=0) for line in spec.levels)
    if worst > spec.pool:
        problem = (
            f"the levels' last bands allocate {units.write_share(worst)}, "
            f"more than the pool of {units.write_share(spec.pool)}"
        )
        yield _finding(("spec", "pool"), problem, "lower allocations, or raise the pool")


def _caps(contents: Contents) -> Iterator[Finding]:
    assert contents.credit is not None, "checked before"
    spec = contents.credit.spec
    for name, value in (("atRisk", spec.at_risk), ("periodCap", spec.period_cap), ("yearCap", spec.year_cap)):
        if value > units.PPM:
            yield _finding(("spec", name), f"is {units.write_share(value)}", "at most 100 %", LimitExceeded)
    if spec.year_periods > 256:
        yield _finding(("spec", "yearPeriods"), f"is {spec.year_periods}", "write 12 for months")
    if (spec.year_cap == 0) != (spec.year_periods == 0):
        problem = f"{units.write_share(spec.year_cap)} over {spec.year_periods} periods is no cap"
        yield _finding(("spec", "yearCap"), problem, "write both yearCap and yearPeriods, or leave both out for none")
    right = spec.right_to_end
    path: Path = ("spec", "rightToEnd")
    if not right.failures <= right.within <= 256 or (right.within and not right.failures):
        problem = f"{right.failures} failures within {right.within} periods cannot be counted"
        yield _finding(path, problem, "write failures at most within, or leave both out")
    if right.lapse > 3_650 * units.DAY:
        yield _finding((*path, "lapse"), "is above the limit", "at most 3,650 days", LimitExceeded)


def _earn_back(contents: Contents) -> Iterator[Finding]:
    assert contents.credit is not None, "checked before"
    spec, most = contents.credit.spec, min(len(contents.periods) - 1, MAX_EARN_BACK)
    earning = [index for index, line in enumerate(spec.levels) if line.earn_back]
    if spec.earn_back is None:
        for index in earning[:1]:
            advice = "add earnBack: {periods: 3} beside levels"
            yield _finding(("spec", "levels", index, "earnBack"), "says not after how many periods", advice)
    elif not 1 <= spec.earn_back.periods <= most:
        problem = f"is {spec.earn_back.periods}, and at most {most} periods can follow one"
        yield _finding(("spec", "earnBack", "periods"), problem, f"write 1 to {most}, or leave earnBack out")
    elif not earning:
        yield _finding(("spec", "earnBack"), "holds the credit of no level", "write earnBack: true at a level")
