"""Cap table events as an Open Cap Format package.

Token → stock class, pool → stock plan, worker → stakeholder, grant → RSU issuance, claim → release into stock. Amounts
are tokens with six decimals. Ids are UUIDs made of chain, contract, transaction and log index, so that the same events
make the same bytes. docs/decisions/0006-what-the-open-cap-format-cannot-say.md says what is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from workpact.ocf import schedule
from workpact.ocf.life import Life
from workpact.ocf.package import EVENTS, Package
from workpact.records.events import NOBODY, Record, until
from workpact.records.holding_events import holdings_of
from workpact.records.holdings import GrantHolding, Holdings

ROUNDING = (
    "Quantities are tokens of six decimals. What has vested at the end of a day (UTC) is the sum of its tranches, cut "
    "down to six decimals."
)


@dataclass(frozen=True)
class Source:
    """Which chain, and what block, the package shows."""

    chain_id: int
    block: int
    moment: int
    """The block's time."""


@dataclass(frozen=True)
class Company:
    """The issuer in law. What is not known stays a placeholder that the manifest names as one."""

    legal_name: str | None = None
    formed: str | None = None
    """ISO date."""
    country: str | None = None
    """Two letters of ISO 3166-1."""


@dataclass(frozen=True)
class Person:
    """Who a worker is; only of the private roster file, else a pseudonym stands there."""

    name: str


@dataclass(frozen=True)
class Token:
    """Name and symbol of a worker token."""

    name: str
    symbol: str


class Writer:
    """What all objects of one package share."""

    def __init__(self, holdings: Holdings, source: Source) -> None:
        self.holdings = holdings
        self.source = source

    def id(self, record: Record, part: str = "") -> str:
        """The id of the object that an event made, or of one part of it."""
        place = f"{self.source.chain_id}:{record.contract.lower()}:{record.transaction}:{record.position}"
        return str(uuid5(NAMESPACE_URL, f"{place}:{part}" if part else place))

    def comments(self, record: Record, *more: str) -> list[str]:
        """Where on chain it happened."""
        return [f"eip155:{self.source.chain_id}/tx:{record.transaction}", *more]

    def account(self, address: str) -> str:
        """An address with its chain (CAIP-10)."""
        return f"eip155:{self.source.chain_id}:{address}"

    def security(self, grant: GrantHolding) -> str:
        """The id of a grant as a security."""
        return self.id(grant.made, f"security:{grant.id}")

    def stakeholder(self, grant: GrantHolding) -> str:
        """The id of a grant's worker."""
        seat = self.holdings.seat(grant)
        return self.id(seat.seated if seat else grant.made, f"worker:{grant.worker}")

    def pool(self, number: int) -> str:
        """The id of a pool as a stock plan."""
        return self.id(self.holdings.pools[number].opened)

    def stock_class(self, token: str) -> str:
        """The id of a token."""
        created = self.holdings.tokens.get(token)
        return self.id(created) if created else str(uuid5(NAMESPACE_URL, self.account(token)))


def tokens(units: int) -> str:
    """Units as a decimal number of tokens."""
    whole, part = divmod(units, 10**6)
    return f"{whole}.{part:06}"


def export(
    records: Iterable[Record],
    source: Source,
    *,
    company: Company | None = None,
    people: Mapping[tuple[str, int], Person] | None = None,
    names: Mapping[str, Token] | None = None,
) -> Package:
    """The package of what the events until `source.moment` say; `people` by manager and number, `names` by token."""
    holdings = holdings_of(until(records, source.moment))
    writer = Writer(holdings, source)
    life = Life(writer)
    items = {
        "Stakeholders": _stakeholders(writer, life, people or {}),
        "StockClasses": _stock_classes(writer, names or {}),
        "StockPlans": _stock_plans(writer),
        "VestingTerms": _vesting_terms(writer),
        "Transactions": life.transactions,
        EVENTS: life.events,
    }
    return Package.of(_manifest(writer, company or Company()), items)


def _manifest(writer: Writer, company: Company) -> dict[str, Any]:
    holdings, source = writer.holdings, writer.source
    (first, *_) = holdings.pools.values()
    missing = [name for name in ("legal_name", "formed", "country") if getattr(company, name) is None]
    comments = [f"As of block {source.block} of eip155:{source.chain_id}, contract {first.opened.contract}.", ROUNDING]
    comments.append(f"{EVENTS}.ocf.json has the changes of status and relationship, which no file of the format takes.")
    if missing:
        comments.append(f"The issuer's {', '.join(missing)} are placeholders: the chain does not say them.")
    return {
        "as_of": schedule.day_of(source.moment).isoformat(),
        "generated_at": f"{datetime.fromtimestamp(source.moment, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "comments": comments,
        "issuer": {
            "object_type": "ISSUER",
            "id": str(uuid5(NAMESPACE_URL, writer.account(first.issuer))),
            "legal_name": company.legal_name or writer.account(first.issuer),
            "formation_date": company.formed or schedule.day_of(first.opened.timestamp).isoformat(),
            "country_of_formation": company.country or "ZZ",
            "comments": [writer.account(first.issuer)],
        },
    }


def _stakeholders(writer: Writer, life: Life, people: Mapping[tuple[str, int], Person]) -> list[dict[str, Any]]:
    found: dict[tuple[str, int], GrantHolding] = {}
    for grant in writer.holdings.grants.values():
        found.setdefault((writer.holdings.manager(grant), grant.worker), grant)
    made = []
    for (manager, worker), grant in sorted(found.items()):
        seat, person = writer.holdings.seat(grant), people.get((manager, worker))
        record = seat.seated if seat else grant.made
        wallet = [writer.account(seat.wallet)] if seat and seat.wallet else []
        status = life.status[(manager, worker)]
        made.append(
            {
                "object_type": "STAKEHOLDER",
                "id": writer.stakeholder(grant),
                "name": {"legal_name": person.name if person else f"worker-{worker}"},
                "stakeholder_type": "INDIVIDUAL",
                "issuer_assigned_id": f"{manager}:{worker}",
                "current_relationships": ["EX_CONSULTANT" if status.startswith("TERM") else "CONSULTANT"],
                "current_status": status,
                "comments": writer.comments(record, *wallet),
            }
        )
    return made


def _stock_classes(writer: Writer, names: Mapping[str, Token]) -> list[dict[str, Any]]:
    made = []
    for token in sorted({pool.token for pool in writer.holdings.pools.values()}):
        created, name = writer.holdings.tokens.get(token), names.get(token)
        made.append(
            {
                "object_type": "STOCK_CLASS",
                "id": writer.stock_class(token),
                "name": name.name if name else token,
                "class_type": "COMMON",
                "default_id_prefix": f"{name.symbol}-" if name else "U-",
                "initial_shares_authorized": "UNLIMITED",
                "votes_per_share": "0",
                "seniority": "1",
                "comments": [*(writer.comments(created) if created else []), writer.account(token)],
            }
        )
    return made


def _stock_plans(writer: Writer) -> list[dict[str, Any]]:
    made = []
    for number, pool in sorted(writer.holdings.pools.items()):
        more = [f"Managed by {writer.account(pool.manager)}."]
        if pool.agreement != NOBODY:
            more.append(f"For agreement 0x{bytes(pool.origin).hex()} of {writer.account(pool.agreement)}.")
        if pool.currency != NOBODY:
            more.append(f"Its units, vested or not, share revenue in {writer.account(pool.currency)}.")
        made.append(
            {
                "object_type": "STOCK_PLAN",
                "id": writer.pool(number),
                "plan_name": f"Pool {number}",
                "initial_shares_reserved": tokens(pool.opened["units"]),
                "default_cancellation_behavior": "RETURN_TO_POOL",
                "stock_class_ids": [writer.stock_class(pool.token)],
                "comments": writer.comments(pool.opened, *more),
            }
        )
    return made


def _vesting_terms(writer: Writer) -> list[dict[str, Any]]:
    made = []
    for number, held in sorted(writer.holdings.plans.items()):
        if not schedule.has_terms(held.plan):
            continue
        plan = held.plan
        words = f"{plan.duration} s from {plan.starts_at:%Y-%m-%d %H:%M:%S} UTC"
        words += f" in steps of {plan.step} s, cliff {plan.cliff} s"
        if plan.size:
            words += f"; {plan.gate.name.lower()} of time and {plan.size} milestones and periods"
        made.append(
            {
                "object_type": "VESTING_TERMS",
                "id": writer.id(held.created),
                "name": f"Plan {number}",
                "description": f"{words}. {ROUNDING}",
                "allocation_type": "FRACTIONAL",
                "vesting_conditions": schedule.conditions(plan),
                "comments": writer.comments(held.created),
            }
        )
    return made
