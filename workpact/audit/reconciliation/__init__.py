"""Every unit at every block: events against what contracts answer and what tokens moved (SPEC.md 13.7).

found = reconcile(history, transfers_beside(node, history.entries), node)
found.is_reconciled, found.coverage, found.differences
"""

from workpact.audit.reconciliation.reconciling import reconcile, reconcile_all
from workpact.audit.reconciliation.replay import contracts_of
from workpact.audit.reconciliation.result import Coverage, Difference, Donation, Equation, Line, Reconciliation
from workpact.audit.reconciliation.sheet import Account
from workpact.audit.reconciliation.whole import Whole

__all__ = [
    "Account",
    "Coverage",
    "Difference",
    "Donation",
    "Equation",
    "Line",
    "Reconciliation",
    "Whole",
    "contracts_of",
    "reconcile",
    "reconcile_all",
]
