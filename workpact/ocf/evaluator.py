"""What has vested of a security by an Open Cap Format package alone, at the end of a day.

Written from the format's own documentation (its explainer on vesting terms and its schemas) and from nothing else of
this project: it knows no plan, gate or course, and so can judge an export. Exact fractions; `cut` gives whole decimals.

Where the documentation leaves a choice: an acceleration takes what would vest last; a cancelled security counts what
was released from it, and its balance security from then on; a condition due before it can follow is met at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from workpact import WorkpactError

Document = Mapping[str, Any]


class NotEvaluated(WorkpactError):
    """The package uses something of the format that this evaluator does not know."""


class Evaluator:
    """Reads vesting terms and transactions, as parsed JSON."""

    def __init__(self, vesting_terms: Iterable[Document], transactions: Iterable[Document]) -> None:
        self.terms = {terms["id"]: terms for terms in vesting_terms}
        self.issued: dict[str, Document] = {}
        self._of: dict[str, dict[str, list[Document]]] = defaultdict(lambda: defaultdict(list))
        for transaction in transactions:
            kind, security = transaction["object_type"], transaction.get("security_id")
            if kind == "TX_EQUITY_COMPENSATION_ISSUANCE":
                self.issued[transaction["security_id"]] = transaction
            elif security is not None:
                self._of[security][kind].append(transaction)

    def vested(self, security: str, day: date) -> Fraction:
        """The quantity vested at the end of a day, what was released included."""
        issuance = self.issued[security]
        if _day(issuance["date"]) > day:
            return Fraction(0)
        for cancellation in self._until(security, "TX_EQUITY_COMPENSATION_CANCELLATION", day):
            released = self._until(security, "TX_EQUITY_COMPENSATION_RELEASE", day)
            balance = cancellation.get("balance_security_id")
            kept = self.vested(balance, day) if balance else Fraction(0)
            return sum((Fraction(each["quantity"]) for each in released), kept)
        quantity = Fraction(issuance["quantity"])
        if "vestings" in issuance:
            tranches = [(_day(each["date"]), Fraction(each["amount"])) for each in issuance["vestings"]]
        elif "vesting_terms_id" in issuance:
            tranches = self._walk(self.terms[issuance["vesting_terms_id"]], security, quantity)
        else:
            return quantity
        tranches = self._accelerated(security, sorted(tranches), day)
        return min(quantity, sum((amount for due, amount in tranches if due <= day), Fraction(0)))

    def cut(self, security: str, day: date, decimals: int) -> int:
        """The same in whole 10^-decimals, rounded down."""
        quantity: int = floor(self.vested(security, day) * 10**decimals)
        return quantity

    def _until(self, security: str, kind: str, day: date) -> list[Document]:
        return [each for each in self._of[security][kind] if _day(each["date"]) <= day]

    def _accelerated(
        self, security: str, tranches: list[tuple[date, Fraction]], day: date
    ) -> list[tuple[date, Fraction]]:
        """Moves accelerated quantities from the end of the schedule to their days."""
        for each in sorted(self._until(security, "TX_VESTING_ACCELERATION", day), key=lambda each: str(each["date"])):
            left = Fraction(each["quantity"])
            for place in range(len(tranches) - 1, -1, -1):
                due, amount = tranches[place]
                part = min(left, amount)
                tranches[place] = (due, amount - part)
                left -= part
            tranches.append((_day(each["date"]), Fraction(each["quantity"]) - left))
            tranches.sort()
        return tranches

    # Vesting terms

    def _walk(self, terms: Document, security: str, quantity: Fraction) -> list[tuple[date, Fraction]]:
        """All tranches on the one path through the conditions."""
        conditions = {each["id"]: each for each in terms["vesting_conditions"]}
        current = terms["vesting_conditions"][0]
        met: dict[str, date] = {}
        due = self._due(current, security, met)
        shares: list[tuple[date, Fraction]] = []
        while due is not None:
            days = self._occurrences(current, due, met)
            shares += _portions(current, days, quantity, sum((share for _, share in shares), Fraction(0)))
            last = met[current["id"]] = days[-1]
            current, due = self._next(current, conditions, security, met, last)
        return _allocated(terms["allocation_type"], shares)

    def _next(
        self, current: Document, conditions: Mapping[str, Document], security: str, met: dict[str, date], last: date
    ) -> tuple[Document, date | None]:
        """The first condition that can follow: the earliest, of several on one day the one listed first."""
        best: tuple[Document, date | None] = (current, None)
        for name in current["next_condition_ids"]:
            due = self._due(conditions[name], security, met)
            if due is not None and (best[1] is None or max(due, last) < best[1]):
                best = (conditions[name], max(due, last))
        return best

    def _due(self, condition: Document, security: str, met: Mapping[str, date]) -> date | None:
        """When a condition's trigger is met, first of all; None if it never is, as far as is known."""
        trigger = condition["trigger"]
        kinds = {"VESTING_START_DATE": "TX_VESTING_START", "VESTING_EVENT": "TX_VESTING_EVENT"}
        if trigger["type"] in kinds:
            told = self._of[security][kinds[trigger["type"]]]
            days = [_day(each["date"]) for each in told if each["vesting_condition_id"] == condition["id"]]
            return min(days, default=None)
        if trigger["type"] == "VESTING_SCHEDULE_ABSOLUTE":
            return _day(trigger["date"])
        since = met.get(trigger["relative_to_condition_id"])
        return None if since is None else _later(since, trigger["period"], 1, min(met.values()))

    def _occurrences(self, condition: Document, due: date, met: Mapping[str, date]) -> list[date]:
        """The days of all occurrences; those before a cliff fall on it."""
        period = condition["trigger"].get("period")
        if period is None:
            return [due]
        since, start = met[condition["trigger"]["relative_to_condition_id"]], min(met.values())
        days = [max(due, _later(since, period, number, start)) for number in range(1, period["occurrences"] + 1)]
        cliff = period.get("cliff_installment", 0)
        return days if cliff < 2 else [max(day, days[min(cliff, len(days)) - 1]) for day in days]


def _portions(
    condition: Document, days: list[date], quantity: Fraction, vested: Fraction
) -> list[tuple[date, Fraction]]:
    if "quantity" in condition:
        each = Fraction(condition["quantity"])
    else:
        portion = condition["portion"]
        whole = quantity - vested if portion.get("remainder") else quantity
        each = whole * Fraction(portion["numerator"]) / Fraction(portion["denominator"])
    return [(day, each) for day in days]


def _allocated(kind: str, shares: list[tuple[date, Fraction]]) -> list[tuple[date, Fraction]]:
    """Rounds tranches to whole shares as the terms ask for it."""
    if kind == "FRACTIONAL":
        return shares
    if kind not in ("CUMULATIVE_ROUNDING", "CUMULATIVE_ROUND_DOWN"):
        raise NotEvaluated(f"Vesting terms allocate {kind}, which is not evaluated here.")
    shift = Fraction(1, 2) if kind == "CUMULATIVE_ROUNDING" else Fraction(0)
    whole, before, rounded = Fraction(0), 0, []
    for day, share in shares:
        whole += share
        now = floor(whole + shift)
        rounded.append((day, Fraction(now - before)))
        before = now
    return rounded


def _later(since: date, period: Document, times: int, start: date) -> date:
    """A day that many periods later; months keep the day that the vesting start, or the rule, asks for."""
    if period["type"] == "DAYS":
        return since + timedelta(days=period["length"] * times)
    months = since.year * 12 + since.month - 1 + period["length"] * times
    year, month = divmod(months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    rule = period["day_of_month"]
    if rule == "VESTING_START_DAY_OR_LAST_DAY_OF_MONTH":
        wanted = start.day
    elif rule[:2].isdecimal():
        wanted = int(rule[:2])
    else:
        raise NotEvaluated(f"Vesting terms use the day {rule}, which is not evaluated here.")
    return date(year, month + 1, min(wanted, last))


def _day(text: str) -> date:
    return date.fromisoformat(text)
