"""The document as frozen models: one class a section of the file, named as in the file.

Amounts are in the token's smallest unit, instants in Unix seconds, durations in seconds, shares in ppm.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workpact.terms.fields import (
    ZERO_WORD,
    Address,
    Count,
    Deadline,
    Digest,
    Duration,
    Line,
    Model,
    Money,
    Month,
    Name,
    Notice,
    PeriodEnd,
    Prose,
    Share,
    Span,
    Start,
    Symbol,
    Word,
    Zone,
)
from workpact.terms.openslo import MetricSource
from workpact.terms.room import Room


class Token(Model):
    """The ERC-20 the agreement is paid in. A file may give `addresses` by chain id; loading picks one."""

    symbol: Symbol
    decimals: Count
    address: Address


class Reporting(Model):
    """Who signs the service-level reports of one side, and how many of them make its quorum."""

    wallets: tuple[Address, ...]
    quorum: Count


class Signatory(Model):
    """The person who signs for a party."""

    name: Line
    title: Line


class Party(Model):
    """A party: the wallet that signs, and who that is in law."""

    wallet: Address
    legal_name: Line
    register_number: Line
    country: Line
    signatory: Signatory
    notice_address: Line
    operators: tuple[Address, ...] = ()
    reporters: Reporting | None = None


class Parties(Model):
    """The two who sign."""

    client: Party
    contractor: Party


class Offer(Model):
    """How the document comes into force."""

    salt: Word
    open_before: Deadline
    deposit: Money


class Review(Model):
    """How submitted work is looked at, and what of each payment waits."""

    period: Duration
    grace: Duration
    rejections: Count
    holdback: Share = 0
    holdback_until: Deadline | None = None


class Milestone(Model):
    """A deliverable with its price. Name, title and description are in the document alone."""

    name: Name
    title: Line
    description: Prose
    deliverables: tuple[Line, ...] = ()
    amount: Money
    due: Deadline


class Judge(Model):
    """The arbiter or the backup."""

    wallet: Address
    legal_name: Line
    country: Line


class Arbitration(Model):
    """Who rules on disputes, and the contractor's share (`split`) when nobody does."""

    arbiter: Judge | None = None
    backup: Judge | None = None
    fee: Share
    window: Duration
    split: Share


class Ending(Model):
    """Ending by one side, and for non-payment."""

    client_notice: Duration
    contractor_notice: Duration
    cure: Duration


class Price(Model):
    """What one unit of a counted quantity costs, and how it is counted."""

    quantity: Name
    title: Line
    rate: Money
    metric_source: MetricSource

    @property
    def where(self) -> str:
        """The condition that a case must meet to be counted."""
        return self.metric_source.spec.where

    @property
    def weight(self) -> str | None:
        """The column or clock that says as how many a case counts; else as one."""
        return self.metric_source.spec.weight


class Billing(Model):
    """What service periods cost: `min(cap, fixed + Σ rate · quantity)`."""

    oracle: Address
    fixed: Money
    cap: Money
    cover: Count
    prices: tuple[Price, ...] = ()


class NamedPeriod(Model):
    """A period by its end. A bare date is its last day; with a time of day it is the exact end."""

    name: Name
    end: PeriodEnd


class Monthly(Model):
    """Calendar months of the document's time zone, first and last included."""

    from_: Month = Field(alias="from")
    to: Month


class Contest(Model):
    """What follows when one side reports alone, or the two differ. The arbiters are those of `arbitration`."""

    window: Duration
    ruling: Duration
    standing: Literal["contractor", "client"]


class Service(Model):
    """The calendar of service periods: `monthly`, or `start` and `periods`."""

    name: Name
    title: Line
    monthly: Monthly | None = None
    start: Start | None = None
    periods: tuple[NamedPeriod, ...] | None = None
    report_within: Duration
    final_within: Duration
    obliged: Literal["client", "contractor"]
    contest: Contest


class Plan(Model):
    """How the grants of a plan vest. `milestones` and `periods` are what its gate counts, by name.

    `notice` passes between announcing that a grant ends and its end; `leave` is how long leaves stop the clock of a
    grant, all together; `leaver` is the part of what is unvested that vests once the client has ended by notice.
    """

    name: Name
    title: Line
    start: Start
    cliff: Duration
    duration: Duration
    step: Duration
    gate: Literal["none", "minimum", "maximum", "product"] = "none"
    milestones: tuple[Name, ...] = ()
    periods: tuple[Name, ...] = ()
    notice: Notice = 0
    leave: Span = 0
    leaver: Share = 0


class Grants(Model):
    """How many workers get how many units each by a plan."""

    plan: Name
    workers: Count
    units: Count


class Equity(Model):
    """The workers' share: a pool of units, its plans, and the grants that the scripts make."""

    contract: Address
    token_name: Name
    token_symbol: Symbol
    units: Count
    plans: tuple[Plan, ...]
    grants: tuple[Grants, ...] = ()


class Attachment(Model):
    """A file that belongs to the agreement, by its content."""

    title: Line
    path: Line
    sha256: Digest


class Legal(Model):
    """What makes the text binding in law. `salt` keeps its hash from being guessed: never publish it."""

    salt: Word
    governing_law: Line
    jurisdiction: Line
    prevails: Literal["text", "code"]
    attachments: tuple[Attachment, ...] = ()


class Metadata(Model):
    """The file's own name; the title heads the document."""

    name: Name
    title: Line


class Spec(Model):
    """All that is agreed."""

    timezone: Zone
    token: Token
    origin: Word = ZERO_WORD
    replaces: Word = ZERO_WORD
    under: Word = ZERO_WORD
    parties: Parties
    operator_limit: Money = 0
    offer: Offer
    review: Review
    milestones: tuple[Milestone, ...] = ()
    total: Money | None = None
    arbitration: Arbitration
    ending: Ending
    service: Service | None = None
    billing: Billing | None = None
    equity: Equity | None = None
    room: Room | None = None
    legal: Legal


class Agreement(Model):
    """The first document of the file."""

    api_version: Literal["workpact/v1"]
    kind: Literal["Agreement"]
    metadata: Metadata
    spec: Spec
