"""All rules in one registry, and what they say of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from workpact.audit.alerts import approvals, digits, documents, flows, measures, people, readers, reporters, wages
from workpact.audit.alerts.facts import Case, Facts
from workpact.audit.alerts.finding import Alert, Finding, TooLittle
from workpact.audit.alerts.thresholds import Thresholds

Rule = Callable[[Facts, Thresholds], Iterator[Finding]]

RULES: dict[str, Rule] = {
    "duplicate-invoice": documents.duplicate_invoice,
    "same-deliverable": documents.same_deliverable,
    "same-evidence": documents.same_evidence,
    "edited-evidence": documents.edited_evidence,
    "split-below-limit": approvals.split_below_limit,
    "just-under-limit": approvals.just_under_limit,
    "fast-approval": approvals.fast_approval,
    "off-hours": approvals.off_hours,
    "changed-payee": people.changed_payee,
    "role-overlap": people.role_overlap,
    "sanctioned": people.sanctioned,
    "ruling-pattern": people.ruling_pattern,
    "unexpected-reader": readers.unexpected_reader,
    "round-trip": flows.round_trip,
    "paid-elsewhere": flows.paid_elsewhere,
    "common-funder": flows.common_funder,
    "shared-withdrawal": flows.shared_withdrawal,
    "wage-twice": wages.paid_twice,
    "ghost-worker": wages.ghost_worker,
    "new-payee": wages.new_payee,
    "metric-jump": measures.metric_jump,
    "volume-inflation": measures.volume_inflation,
    "drift": measures.drift,
    "bunching": measures.bunching,
    "too-smooth": measures.too_smooth,
    "repeated-figures": measures.repeated_figures,
    "last-digits": digits.last_digits,
    "round-figures": digits.round_figures,
    "benford": digits.benford,
    "reporter-bias": reporters.reporter_bias,
    "reporter-copies": reporters.reporter_copies,
    "late-report": reporters.late_report,
}


@dataclass(frozen=True)
class Findings:
    """What all rules say of one case, in one order whatever the input's."""

    alerts: tuple[Alert, ...]
    not_applicable: tuple[TooLittle, ...]
    """Rules that had too little to ask by."""

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "alerts": [each.to_json() for each in self.alerts],
            "notApplicable": [each.to_json() for each in self.not_applicable],
        }


def look(case: Case, limits: Thresholds | None = None) -> Findings:
    """Asks every rule. Alerts are questions (SPEC.md 13.9); too little data gives none, and is said."""
    facts = Facts(case)
    found = [each for rule in RULES.values() for each in rule(facts, limits or Thresholds())]
    alerts = sorted((each for each in found if isinstance(each, Alert)), key=lambda each: each.key)
    silent = sorted((each for each in found if isinstance(each, TooLittle)), key=lambda each: (each.rule, each.reason))
    return Findings(tuple(alerts), tuple(silent))
