"""Whether service levels can be measured and credited as written: SLO, DataSource and ServiceCredit together."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.terms import units
from workpact.terms.contents import Contents
from workpact.terms.credit import CreditLevel
from workpact.terms.errors import BadLevel, BadName, BadPeriods, LimitExceeded
from workpact.terms.finding import Finding
from workpact.terms.levels import form_of, target_of, threshold_of
from workpact.terms.openslo import SLO, MetricSource

MAX_LEVELS = 32
MAX_REPEAT = 1_000

Path = tuple[str | int, ...]


def check_levels(contents: Contents) -> Iterator[Finding]:
    """All mistakes in service levels; the later ones only when the earlier are mended."""
    if (contents.slos or contents.credit) and not contents.spec.service:
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
    for index, name in enumerate(known):
        if name in known[:index]:
            yield _twice(name, "DataSource", index)
    names = [slo.metadata.name for slo in contents.slos]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield _twice(name, "SLO", index)
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
        if price.metric_source.spec.average:
            path = ("spec", "billing", "prices", index, "metricSource", "spec", "average")
            yield Finding(BadLevel, path, "a quantity is a count of cases", "leave average out")


def _twice(name: str, kind: str, index: int) -> Finding:
    return Finding(BadName, ("metadata", "name"), f"{name!r} is a second {kind}", "name it otherwise", kind, index)


def _queries(contents: Contents) -> Iterator[tuple[Path, MetricSource, str, int]]:
    for index, price in enumerate(contents.prices):
        yield ("spec", "billing", "prices", index, "metricSource"), price.metric_source, "Agreement", 0
    base: Path = ("spec", "indicator", "spec")
    for index, slo in enumerate(contents.slos):
        ratio, threshold = slo.spec.indicator.spec.ratio_metric, slo.spec.indicator.spec.threshold_metric
        parts = {"good": ratio.good, "bad": ratio.bad, "total": ratio.total} if ratio else {}
        for name, metric in parts.items():
            if metric:
                yield (*base, "ratioMetric", name, "metricSource"), metric.metric_source, "SLO", index
        if threshold:
            yield (*base, "thresholdMetric", "metricSource"), threshold.metric_source, "SLO", index


def _objectives(contents: Contents) -> Iterator[Finding]:
    for index, slo in enumerate(contents.slos):
        for finding in (*_indicator(slo), *_window(contents, slo)):
            yield Finding(finding.error, finding.path, finding.problem, finding.advice, "SLO", index)


def _indicator(slo: SLO) -> Iterator[Finding]:
    spec, base = slo.spec.indicator.spec, ("spec", "indicator", "spec")
    objective: Path = ("spec", "objectives", 0)
    if bool(spec.ratio_metric) == bool(spec.threshold_metric):
        yield Finding(BadLevel, base, "needs ratioMetric or thresholdMetric", "write one of the two")
    elif spec.ratio_metric:
        ratio = spec.ratio_metric
        if bool(ratio.good) == bool(ratio.bad):
            yield Finding(BadLevel, (*base, "ratioMetric"), "needs good or bad", "write one of the two")
        if slo.objective.target is None or slo.objective.op or slo.objective.value is not None:
            yield Finding(BadLevel, objective, "a ratio has a target, and no op or value", "write target: 0.95")
        queries = [metric for metric in (ratio.good, ratio.bad, ratio.total) if metric]
        if any(metric.metric_source.spec.average for metric in queries):
            yield Finding(BadLevel, (*base, "ratioMetric"), "averages nothing", "leave average out")
    else:
        metric = spec.threshold_metric
        if metric and not metric.metric_source.spec.average:
            path = (*base, "thresholdMetric", "metricSource", "spec")
            yield Finding(BadLevel, path, "says not what to average", "add average: and a column")
        if slo.objective.op is None or slo.objective.value is None or slo.objective.target is not None:
            problem = "an average has op and value, and no target"
            yield Finding(BadLevel, objective, problem, "write op: lte and value: 240")


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
            yield from _bands(line, by_name[line.slo], path)
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


def _finding(path: Path, problem: str, advice: str, error: type[BadLevel] | type[LimitExceeded] = BadLevel) -> Finding:
    return Finding(error, path, problem, advice, "ServiceCredit")


def _bands(line: CreditLevel, slo: SLO, base: Path) -> Iterator[Finding]:
    form = form_of(slo)
    key = "below" if form.is_at_least else "above"
    example = '"95 %"' if form.is_ratio else '"240"'
    thresholds = [threshold_of(band, form) for band in line.bands]
    if not line.bands:
        yield _finding((*base, "bands"), "has no band", f"write - {key}: {example} and its allocation")
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
    target = target_of(slo)
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
