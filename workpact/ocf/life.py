"""What happened to pools, grants and workers, as transactions of the Open Cap Format, in the order of the chain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workpact.grants import Reason
from workpact.ocf import schedule
from workpact.records.events import Record
from workpact.records.holdings import GrantHolding

if TYPE_CHECKING:
    from workpact.ocf.export import Writer

NOTHING = {"amount": "0", "currency": "XXX"}
"""A price of nothing; XXX is ISO 4217's code for no currency."""
ACTIVE, LEAVE = "ACTIVE", "LEAVE_OF_ABSENCE"


class Life:
    """All transactions and events, and each worker's status at the end, by manager and number."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.holdings = writer.holdings
        self.transactions: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        """Changes of status and relationship, which belong to no file of the format."""
        self.status: dict[tuple[str, int], str] = defaultdict(lambda: ACTIVE)
        self._live: Counter[tuple[str, int]] = Counter()
        self._away: dict[tuple[str, int], set[int]] = defaultdict(set)
        self._plain = {number: self._is_plain(grant) for number, grant in self.holdings.grants.items()}
        self._security = {number: writer.security(grant) for number, grant in self.holdings.grants.items()}
        self._accelerated = {
            (act.place, number): jump
            for number, grant in self.holdings.grants.items()
            if not self._plain[number]
            for act, jump in schedule.accelerations(self.holdings, grant)
        }
        self._by_plan: dict[int, list[GrantHolding]] = defaultdict(list)
        for record in self.holdings.records:
            self._tell(record)

    def _is_plain(self, grant: GrantHolding) -> bool:
        return schedule.has_terms(self.holdings.plans[grant.plan].plan) and schedule.is_plain(self.holdings, grant)

    def _add(self, kind: str, record: Record, part: str, **more: Any) -> None:
        comments = more.pop("comments", [])
        told = self.events if kind.startswith("CE_") else self.transactions
        told.append(
            {
                "object_type": kind,
                "id": self.writer.id(record, f"{kind}:{part}"),
                "date": schedule.day_of(record.timestamp).isoformat(),
                "comments": self.writer.comments(record, *comments),
            }
            | more
        )

    def _tell(self, record: Record) -> None:
        name = record.name
        if name == "PoolRaised":
            pool = self.writer.pool(record["pool"])
            self._add(
                "TX_STOCK_PLAN_POOL_ADJUSTMENT",
                record,
                "",
                stock_plan_id=pool,
                shares_reserved=_tokens(record["units"]),
            )
        elif name == "Granted":
            for number in range(record["first"], record["first"] + len(record["lines"])):
                self._issue(self.holdings.grants[number])
        elif name == "GrantAccepted":
            grant = self.holdings.grants[record["grant"]]
            self._issue(grant)
            security = self._security[grant.id]
            self._add("TX_EQUITY_COMPENSATION_ACCEPTANCE", record, str(grant.id), security_id=security)
        elif name in ("GateRaised", "LeaverRuleApplied"):
            for grant in self._by_plan[record["plan"]]:
                self._turn(record, grant)
        elif name == "GrantAccelerated":
            self._turn(record, self.holdings.grants[record["grant"]])
        elif name in ("LeaveBegan", "LeaveEnded"):
            self._leave(record, self.holdings.grants[record["grant"]])
        elif name == "Claimed" and record["units"]:
            self._release(record, self.holdings.grants[record["grant"]])
        elif name == "GrantEnded":
            self._end(record, self.holdings.grants[record["grant"]])

    # Grants

    def _issue(self, grant: GrantHolding) -> None:
        held = self.holdings.plans[grant.plan]
        if self._plain[grant.id]:
            vesting: dict[str, Any] = {"vesting_terms_id": self.writer.id(held.created)}
        else:
            told = schedule.tranches(self.holdings, grant)
            vesting = {"vestings": [{"date": day.isoformat(), "amount": _tokens(units)} for day, units in told]}
        self._issuance(grant.made, grant, self._security[grant.id], f"grant-{grant.id}", grant.units, vesting)
        self._by_plan[grant.plan].append(grant)
        worker = self._worker(grant)
        self._live[worker] += 1
        self._set_status(grant.made, grant, ACTIVE if self.status[worker] != LEAVE else LEAVE)
        if not self._plain[grant.id]:
            return
        self._add(
            "TX_VESTING_START",
            grant.made,
            str(grant.id),
            security_id=self._security[grant.id],
            vesting_condition_id=schedule.START,
            date=schedule.day_of(schedule.begins(held.plan, grant)).isoformat(),
        )
        for raised in held.gate:
            if raised.place < grant.made.place:
                self._gate(raised, grant)

    def _issuance(
        self, record: Record, grant: GrantHolding, security: str, name: str, units: int, vesting: Mapping[str, Any]
    ) -> None:
        pool = self.holdings.pools[grant.pool]
        self._add(
            "TX_EQUITY_COMPENSATION_ISSUANCE",
            record,
            name,
            security_id=security,
            custom_id=name,
            stakeholder_id=self.writer.stakeholder(grant),
            stock_plan_id=self.writer.pool(grant.pool),
            stock_class_id=self.writer.stock_class(pool.token),
            compensation_type="RSU",
            quantity=_tokens(units),
            expiration_date=None,
            termination_exercise_windows=[],
            security_law_exemptions=[],
            **vesting,
        )

    def _release(self, record: Record, grant: GrantHolding) -> None:
        pool, number = self.holdings.pools[grant.pool], f"{grant.id}-{grant.claims.index(record) + 1}"
        stock = self.writer.id(record, "stock")
        self._add(
            "TX_EQUITY_COMPENSATION_RELEASE",
            record,
            "",
            security_id=self._security[grant.id],
            quantity=_tokens(record["units"]),
            settlement_date=schedule.day_of(record.timestamp).isoformat(),
            release_price=NOTHING,
            resulting_security_ids=[stock],
        )
        self._add(
            "TX_STOCK_ISSUANCE",
            record,
            "",
            security_id=stock,
            custom_id=f"claim-{number}",
            stakeholder_id=self.writer.stakeholder(grant),
            stock_class_id=self.writer.stock_class(pool.token),
            stock_plan_id=self.writer.pool(grant.pool),
            share_price=NOTHING,
            quantity=_tokens(record["units"]),
            stock_legend_ids=[],
            security_law_exemptions=[],
            comments=[self.writer.account(record["wallet"])],
        )

    def _end(self, record: Record, grant: GrantHolding) -> None:
        reason = Reason(record["reason"]).name
        if record["forfeited"]:
            claimed = sum(claim["units"] for claim in grant.claims if claim.place < record.place)
            left, security, more = record["vested"] - claimed, self._security[grant.id], {}
            if left:
                more["balance_security_id"] = self._security[grant.id] = self.writer.id(record, "balance")
            self._add(
                "TX_EQUITY_COMPENSATION_CANCELLATION",
                record,
                "",
                security_id=security,
                quantity=_tokens(record["forfeited"]),
                reason_text=reason,
                **more,
            )
            self._add(
                "TX_STOCK_PLAN_RETURN_TO_POOL",
                record,
                "",
                security_id=security,
                stock_plan_id=self.writer.pool(grant.pool),
                quantity=_tokens(record["forfeited"]),
                reason_text=reason,
            )
            if left:
                day = schedule.day_of(record.timestamp).isoformat()
                vested = {"vestings": [{"date": day, "amount": _tokens(left)}]}
                balance = self._security[grant.id]
                self._issuance(record, grant, balance, f"grant-{grant.id}-vested", left, vested)
        worker = self._worker(grant)
        self._live[worker] -= 1
        self._away[worker].discard(grant.id)
        if not self._live[worker]:
            self._set_status(record, grant, f"TERMINATION_{reason}")
        elif not self._away[worker]:
            self._set_status(record, grant, ACTIVE)

    # What bears on vesting

    def _turn(self, record: Record, grant: GrantHolding) -> None:
        if grant.ended and grant.ended.place < record.place:
            return
        if self._plain[grant.id]:
            if record.name == "GateRaised":
                self._gate(record, grant)
            return
        jump = self._accelerated.get((record.place, grant.id))
        if jump:
            why = (
                "the client ended the agreement" if record.name == "LeaverRuleApplied" else "accelerated by the manager"
            )
            security = self._security[grant.id]
            text = f"{why}: {record['acceleration']} ppm of the unvested"
            self._add(
                "TX_VESTING_ACCELERATION",
                record,
                str(grant.id),
                security_id=security,
                quantity=_tokens(jump),
                reason_text=text,
            )

    def _gate(self, record: Record, grant: GrantHolding) -> None:
        """One event for each milestone or period by which the gate rose."""
        held = self.holdings.plans[grant.plan]
        place = held.gate.index(record)
        before = held.gate[place - 1] if place else None
        risen = range(before["accepted"] + before["met"] if before else 0, record["accepted"] + record["met"])
        moment = max(record.timestamp, grant.made.timestamp, schedule.begins(held.plan, grant))
        day = schedule.day_of(moment)
        passed = sum(1 for due in schedule.days_of(held.plan) if due <= day)
        for reached in risen:
            self._add(
                "TX_VESTING_EVENT",
                record,
                f"{grant.id}:{reached + 1}",
                security_id=self._security[grant.id],
                vesting_condition_id=schedule.event_id(reached + 1, passed),
                date=day.isoformat(),
            )

    # Workers

    def _leave(self, record: Record, grant: GrantHolding) -> None:
        away = self._away[self._worker(grant)]
        away.add(grant.id) if record.name == "LeaveBegan" else away.discard(grant.id)
        self._set_status(record, grant, LEAVE if away else ACTIVE)

    def _set_status(self, record: Record, grant: GrantHolding, status: str) -> None:
        worker = self._worker(grant)
        before, self.status[worker] = self.status[worker], status
        if before == status:
            return
        stakeholder, part = self.writer.stakeholder(grant), f"{worker[0]}:{worker[1]}"
        self._add("CE_STAKEHOLDER_STATUS", record, part, stakeholder_id=stakeholder, new_status=status)
        started = "CONSULTANT" if before.startswith("TERM") else "EX_CONSULTANT"
        ended = "EX_CONSULTANT" if before.startswith("TERM") else "CONSULTANT"
        if before.startswith("TERM") != status.startswith("TERM"):
            self._add(
                "CE_STAKEHOLDER_RELATIONSHIP",
                record,
                part,
                stakeholder_id=stakeholder,
                relationship_started=started,
                relationship_ended=ended,
            )

    def _worker(self, grant: GrantHolding) -> tuple[str, int]:
        return self.holdings.manager(grant), grant.worker


def _tokens(units: int) -> str:
    whole, part = divmod(units, 10**6)
    return f"{whole}.{part:06}"
