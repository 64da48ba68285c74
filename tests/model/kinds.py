"""Which calls are drawn how often, in groups that a walk favours at times, and the least that a deep run must see."""

from __future__ import annotations

GROUPS = {
    "documents": ("open", "withdraw_bid", "amend", "appoint", "serve"),
    "milestones": ("submit", "submit", "submit", "reject", "accept", "accept_up_to", "release", "release", "reclaim"),
    "holdback": ("accept", "accept_up_to", "dispute_holdback", "dispute_holdback", "rule", "rule", "fund", "serve"),
    "bookings": ("block", "block", "accept", "accept_up_to", "reclaim", "withdraw", "withdraw", "set_payee", "take"),
    "disputes": ("submit", "dispute", "dispute", "serve", "rule", "rule", "dispute_holdback", "accept_up_to", "rule"),
    "money": (
        "fund",
        "fund",
        "accept",
        "release_holdback",
        "set_payee",
        "take",
        "withdraw",
        "withdraw",
        "block",
        "block",
    ),
    "reports": ("report", "report_by_side", "report_by_side", "report_by_side", "counter", "counter", "finalise"),
    "contests": ("report_by_side", "counter", "counter", "rule_levels", "rule_levels", "finalise"),
    "credits": ("report", "apply_default", "assess", "assess", "waive", "settle", "settle", "settle"),
    "reporters": ("replace_reporter", "prove_equivocation"),
    "endings": ("give_notice", "end_for_cause", "end_for_non_payment", "end_by_both", "close", "close", "settle"),
}
SELDOM = (
    *("withdraw", "take", "release_holdback", "dispute_holdback", "end_for_cause", "end_for_non_payment", "rule"),
    *("rule_levels", "assess", "finalise", "release", "reject", "counter", "close"),
)
"""What is rarely possible is tried more often than its group comes up."""
SEEN = (
    *("open", "withdrawBid", "amend", "appoint", "serve", "submit", "reject", "dispute", "dispute holdback", "accept"),
    *("acceptUpTo", "release", "reclaim", "rule", "rule holdback", "fund", "releaseHoldback", "setPayee", "take"),
    *("withdraw", "block", "settle", "giveNotice", "endForCause", "endForNonPayment", "endByBoth", "close", "report"),
    *("reportBySide", "notice", "counter", "finalise", "rule levels", "applyDefault", "assess", "waive"),
    *("replaceReporter", "proveEquivocation"),
)
"""Every kind of call."""
