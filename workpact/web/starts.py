"""What the form begins with: an agreement of one deliverable, and the sections that can be added to it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workpact.terms import template
from workpact.terms.source import read_documents

BLANK = "to be filled in"
ADDED = """\
spec:
  arbitration:
    arbiter: {}
    backup: {}
  service:
    name: service
    title: The service, in a few words
    monthly: {from: FIRST, to: LAST}
    reportWithin: 10 days
    finalWithin: 45 days
    obliged: contractor
    contest: {window: 5 days, ruling: 10 days, standing: contractor}
  billing: {oracle: SLAOracle, fixed: "1,000 USDC", cap: "2,000 USDC", cover: 1}
  equity:
    contract: WorkerEquity
    tokenName: share
    tokenSymbol: SHARE
    units: 10,000,000
    plans:
      - {name: time, title: for every month of work, start: FIRST-01, cliff: 0 days, duration: 360 days, step: 30 days,
         notice: 30 days}
    grants: []
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: log}
spec:
  type: workpact-log
  connectionDetails: {case: number, attribution: closed_at, timeFormat: "%Y-%m-%d %H:%M", maxLag: 31 days}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: in-time}
spec:
  service: service
  indicator:
    metadata: {name: in-time}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {metricSourceRef: log, type: workpact-log, spec: {where: "in_time = 'yes'"}}}
        total: {metricSource: {metricSourceRef: log, type: workpact-log, spec: {where: "true"}}}
  timeWindow: [{duration: 1M, isRolling: false, calendar: {startTime: "FIRST-01 00:00:00", timeZone: UTC}}]
  budgetingMethod: Occurrences
  objectives: [{displayName: cases answered in time, target: 0.95}]
---
apiVersion: workpact/v1
kind: ServiceCredit
metadata: {name: service-credits}
spec:
  atRisk: 10 %
  periodCap: 10 %
  pool: 100 %
  rightToEnd: {lapse: 60 days}
  levels:
    - slo: in-time
      minimumSample: 20
      lowVolume: left-out
      bands: [{below: 95 %, allocation: 50 %}]
"""

Plain = list[dict[str, Any]]


def begun(now: int) -> Plain:
    """An agreement of one deliverable, with fresh salts; what only people know is not in it. `now` in Unix seconds."""
    today = datetime.fromtimestamp(now, UTC).date()
    text = template(
        "agreement",
        offer_salt=secrets.token_bytes(32),
        legal_salt=secrets.token_bytes(32),
        open_before=(today + timedelta(days=30)).isoformat(),
        due=(today + timedelta(days=90)).isoformat(),
    )
    documents: Plain = [_filled(each.data) for each in read_documents(text, "template")]
    spec = documents[0]["spec"]
    documents[0]["metadata"] = {"name": "agreement"}
    for party in spec["parties"].values():
        for known in ("wallet", "legalName"):
            party.pop(known)
    milestone = spec["milestones"][0]
    for example in ("description", "deliverables"):
        milestone.pop(example)
    return documents


def added(now: int, contracts: Mapping[str, str]) -> Plain:
    """The sections that the form can add, as they begin; the first has those of the Agreement."""
    first = _month(datetime.fromtimestamp(now, UTC).date(), 1)
    text = ADDED.replace("FIRST", first).replace("LAST", _month(date.fromisoformat(f"{first}-01"), 5))
    for name in ("SLAOracle", "WorkerEquity"):
        text = text.replace(name, f'"{contracts[name]}"' if name in contracts else f"${{{name}}}")
    return [_filled(each.data) for each in read_documents(text, "sections")]


def _month(day: date, later: int) -> str:
    months = 12 * day.year + day.month - 1 + later
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _filled(value: Any) -> Any:
    """Without what is still to be filled in."""
    if isinstance(value, dict):
        return {key: _filled(each) for key, each in value.items() if each != BLANK}
    return [_filled(each) for each in value] if isinstance(value, list) else value
