"""The example's incident desk as OpenSLO objects, small logs in its columns, and its generator."""

import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import BaseConstructor

from workpact.measurement import Definition, Period, definition_from

EXAMPLE = Path(__file__).parents[2] / "examples" / "it-service-desk"
SECRET = bytes(range(32))
MARCH = Period(name="2016-03", start=1456790400, end=1459468800)
ALL = Period(name="all", start=0, end=2**32)
PRIORITIES = {1: "1 - Critical", 2: "2 - High", 3: "3 - Moderate", 4: "4 - Low"}
TARGETS = {1: 240, 2: 480, 3: 4320, 4: 7200}
LOG_COLUMNS = (
    "number",
    "sys_mod_count",
    "made_sla",
    "priority",
    "opened_at",
    "resolved_at",
    "closed_at",
)


def data_source(**details: Any) -> dict[str, Any]:
    """The DataSource of the incident log."""
    connection = {
        "case": "number",
        "order": "sys_mod_count",
        "timeFormat": "%d/%m/%Y %H:%M",
        "missing": "?",
        "attribution": "closed_at",
        "clocks": [{"name": "resolution_minutes", "unit": "minutes", "from": "opened_at", "to": "resolved_at"}],
        "maxLag": "40000 days",
    }
    return {
        "apiVersion": "openslo/v1",
        "kind": "DataSource",
        "metadata": {"name": "incident-log"},
        "spec": {"type": "workpact-log", "connectionDetails": connection | details},
    }


def metric(**spec: Any) -> dict[str, Any]:
    """A metricSource on the incident log."""
    return {"metricSourceRef": "incident-log", "type": "workpact-log", "spec": spec}


def slo(name: str, good: Any, total: Any) -> dict[str, Any]:
    """An SLO with a ratio."""
    ratio = {
        "counter": "true",
        "good": {"metricSource": metric(where=good)},
        "total": {"metricSource": metric(where=total)},
    }
    return {"metadata": {"name": name}, "spec": {"indicator": {"spec": {"ratioMetric": ratio}}}}


def average(name: str, where: str, column: str) -> dict[str, Any]:
    """An SLO with a mean."""
    source = {"metricSource": metric(where=where, average=column)}
    return {
        "metadata": {"name": name},
        "spec": {"indicator": {"spec": {"thresholdMetric": source}}},
    }


def sliced(level: Any, target: str = "0.5", window: str = "1h", *, bad: bool = False) -> Any:
    """The level by slices."""
    objective = {"displayName": "x", "target": 0.9, "timeSliceTarget": target, "timeSliceWindow": window}
    level["spec"] |= {"budgetingMethod": "Timeslices", "objectives": [objective]}
    if bad:
        ratio = level["spec"]["indicator"]["spec"]["ratioMetric"]
        ratio["bad"] = ratio.pop("good")
    return level


def excluding(level: Any, *exclusions: dict[str, str]) -> Any:
    """The level with exclusions where it says what counts."""
    spec = level["spec"]["indicator"]["spec"]
    metric = spec["ratioMetric"]["total"] if "ratioMetric" in spec else spec["thresholdMetric"]
    metric["metricSource"]["spec"]["exclude"] = list(exclusions)
    return level


def nine_levels() -> list[dict[str, Any]]:
    """The levels of the example."""
    levels = [slo("made-sla", "made_sla = 'true'", "true")]
    levels += [slo(f"made-sla-p{p}", "made_sla = 'true'", f"priority LIKE '{p} -%'") for p in PRIORITIES]
    levels += [
        slo(
            f"resolved-in-target-p{p}",
            f"resolution_minutes <= {target}",
            f"priority LIKE '{p} -%' AND resolution_minutes IS NOT NULL",
        )
        for p, target in TARGETS.items()
    ]
    return levels


def desk() -> Definition:
    """The example's definition: nine levels and one priced quantity."""
    resolved = metric(where="resolution_minutes IS NOT NULL")
    return definition_from(data_source(), nine_levels(), {"tickets-resolved": resolved})


def example() -> Definition:
    """The definition in the example's agreement file, its scalars left as text."""
    loader = YAML(typ="safe", pure=True)
    loader.Constructor = BaseConstructor
    path = EXAMPLE / "agreement.yaml"
    documents = list(loader.load_all(path.read_text(encoding="utf-8")))
    (agreement,) = (document for document in documents if document["kind"] == "Agreement")
    (source,) = (document for document in documents if document["kind"] == "DataSource")
    levels = [document for document in documents if document["kind"] == "SLO"]
    prices = agreement["spec"]["billing"]["prices"]
    return definition_from(source, levels, {price["quantity"]: price["metricSource"] for price in prices})


def define(*levels: dict[str, Any], zone: str = "UTC", **details: Any) -> Definition:
    """A definition of the given levels on the incident log."""
    return definition_from(data_source(**details), levels, time_zone=zone)


def row(**values: str) -> dict[str, str]:
    """A row of a ticket that was opened, resolved in 30 minutes and closed in March 2016."""
    return {
        "number": "INC1",
        "sys_mod_count": "0",
        "made_sla": "true",
        "priority": "3 - Moderate",
        "opened_at": "1/3/2016 09:00",
        "resolved_at": "1/3/2016 09:30",
        "closed_at": "6/3/2016 09:30",
    } | values


def write_log(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write rows as plain CSV; values hold no comma and no quote."""
    lines = [",".join(LOG_COLUMNS)] + [",".join(r[c] for c in LOG_COLUMNS) for r in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def generator() -> ModuleType:
    """The example's generator as a module."""
    spec = importlib.util.spec_from_file_location("generate_log", EXAMPLE / "generate_log.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
