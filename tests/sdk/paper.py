"""An agreement file with dates around a chain's own clock, and every name an address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from workpact.terms import AgreementDocument, Names, loads

TEXT = """\
apiVersion: workpact/v1
kind: Agreement
metadata: {name: desk, title: A small desk}
spec:
  timezone: UTC
  token: {symbol: TUSD, decimals: 6}
  parties:
    client:
      wallet: ${client}
      legalName: Client Ltd.
      registerNumber: HRB 1
      country: Germany
      signatory: {name: Ada, title: Director}
      noticeAddress: Street 1
      operators: ["${client-operator}"]
      reporters: {wallets: ["${client-reporter}"], quorum: 1}
    contractor:
      wallet: ${contractor}
      legalName: Contractor Ltd.
      registerNumber: KRS 2
      country: Poland
      signatory: {name: Bob, title: Director}
      noticeAddress: Street 2
      operators: ["${contractor-operator}"]
      reporters: {wallets: ["${contractor-reporter}"], quorum: 1}
  operatorLimit: 600 TUSD
  offer:
    salt: "SALT"
    openBefore: DAY20
    deposit: 3,000 TUSD
  review: {period: 14 days, grace: 7 days, rejections: 1, holdback: 10 %, holdbackUntil: DAY300}
  milestones:
    - {name: plan, title: Plan, description: A plan., deliverables: [Plan], amount: 500 TUSD, due: DAY30}
    - {name: build, title: Build, description: It runs., deliverables: [Code], amount: 1000.50 TUSD, due: DAY60}
    - {name: report, title: Report, description: Read it., deliverables: [Report], amount: 250 TUSD, due: DAY90}
  total: 3,750.50 TUSD
  arbitration:
    arbiter: {wallet: "${arbiter}", legalName: An Arbiter, country: Germany}
    backup: {wallet: "${backup}", legalName: Another, country: Poland}
    fee: 2 %
    window: 14 days
    split: 50 %
  ending: {clientNotice: 30 days, contractorNotice: 60 days, cure: 14 days}
  service:
    name: desk
    title: The desk
    start: DAY5
    periods: [{name: first, end: DAY35}, {name: second, end: DAY65}]
    reportWithin: 10 days
    finalWithin: 40 days
    obliged: contractor
    contest: {window: 5 days, ruling: 7 days, standing: contractor}
  billing:
    oracle: ${SLAOracle}
    fixed: 600 TUSD
    cap: 1,000 TUSD
    cover: 1
    prices:
      - quantity: tickets
        title: cases
        rate: 2.50 TUSD
        metricSource: {metricSourceRef: log, type: workpact-log, spec: {where: "true"}}
  legal:
    salt: "0x9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170615243f4e5d6c7b8a90b1c2d3e"
    governingLaw: Law of Germany
    jurisdiction: Courts of Hamburg
    prevails: text
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: log}
spec:
  type: workpact-log
  connectionDetails:
    case: number
    order: changes
    timeFormat: "%Y-%m-%d %H:%M"
    missing: "-"
    attribution: closed
    clocks: [{name: resolution_minutes, unit: minutes, from: opened, to: resolved}]
    maxLag: 365 days
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: in-time}
spec:
  service: desk
  indicator:
    metadata: {name: in-time}
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource: {metricSourceRef: log, type: workpact-log, spec: {where: "met = 'yes'"}}
        total:
          metricSource: {metricSourceRef: log, type: workpact-log, spec: {where: "true"}}
  timeWindow:
    - {duration: 1M, isRolling: false, calendar: {startTime: "DAY5 00:00:00", timeZone: UTC}}
  budgetingMethod: Occurrences
  objectives: [{displayName: "cases in time", target: 0.95}]
---
apiVersion: workpact/v1
kind: ServiceCredit
metadata: {name: credits}
spec:
  atRisk: 12 %
  periodCap: 12 %
  yearCap: 10 %
  yearPeriods: 12
  pool: 100 %
  rightToEnd: {failures: 2, within: 3, lapse: 60 days}
  levels:
    - slo: in-time
      minimumSample: 10
      lowVolume: met
      repeat: 2
      critical: true
      bands: [{below: 95 %, allocation: 30 %}, {below: 50 %, allocation: 80 %}]
"""


def text(now: int, *edits: tuple[str, str], salt: int = 1) -> str:
    """The file; DAYn is the day n days after `now`, Unix seconds; an edit that finds nothing fails."""
    written = TEXT
    for old, new in edits:
        assert old in written, old
        written = written.replace(old, new)
    today = datetime.fromtimestamp(now, UTC)
    for day in range(400, -60, -1):
        written = written.replace(f"DAY{day}", (today + timedelta(days=day)).date().isoformat())
    return written.replace("SALT", f"0x{salt:064x}")


def document(now: int, names: dict[str, Any], *edits: tuple[str, str], salt: int = 1) -> AgreementDocument:
    """The file loaded; `names` are addresses of roles, of TUSD and of SLAOracle."""
    wallets = {name: str(getattr(each, "address", each)) for name, each in names.items()}
    return loads(text(now, *edits, salt=salt), Names(wallets))
