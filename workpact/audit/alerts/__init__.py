"""What is worth a look in one agreement's record: questions with the events to check them by (SPEC.md 13.9).

found = look(Case(history, reports=reports, transfers=transfers, invoices=lines, sanctions=listed))
for alert in found.alerts:
    alert.question, alert.facts, alert.threshold, alert.entries
"""

from workpact.audit.alerts.facts import Case
from workpact.audit.alerts.finding import Alert, Invoice, TooLittle
from workpact.audit.alerts.rules import RULES, Findings, look
from workpact.audit.alerts.sanctions import BadSanctions, Sanctions
from workpact.audit.alerts.thresholds import BadThresholds, Thresholds

__all__ = [
    "RULES",
    "Alert",
    "BadSanctions",
    "BadThresholds",
    "Case",
    "Findings",
    "Invoice",
    "Sanctions",
    "Thresholds",
    "TooLittle",
    "look",
]
