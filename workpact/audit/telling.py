"""What happened, as sentences: one for each event of each contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from workpact.agreement_state import HOLDBACK
from workpact.audit.subject import Subject
from workpact.audit.words import Words
from workpact.chain.state import Status
from workpact.grants import Reason
from workpact.terms import Kind
from workpact.terms.fields import ZERO_ADDRESS
from workpact.terms.units import write_money, write_share

UTC = ZoneInfo("UTC")

_AGREEMENT = {
    "Opened": "Opened: {deposit} came from the client.",
    "BidWithdrawn": "Withdrawn: this document will never come into force.",
    "PlacedUnder": "An agreement was placed under this one: {placed}.",
    "Amended": "Amended: {id} is in force.",
    "OperatorsAppointed": "The operators can act.",
    "ArbiterConsented": "{arbiter} serves as arbiter.",
    "Funded": "Funded with {amount}.",
    "Submitted": "{milestone} was submitted; the review runs.",
    "Rejected": "{milestone} was rejected.",
    "Disputed": "{item} went to the arbiters.",
    "Ruled": "{item} was ruled: {toContractor} to the contractor, {toClient} to the client, fee {fee}.",
    "Accepted": "{milestones} accepted: {paid} to the contractor, {retained} held back.",
    "AcceptedUpTo": "{milestone} accepted up to {total}: {paid} to the contractor, {retained} held back.",
    "Released": "{milestone} released: {paid} to the contractor, {retained} held back.",
    "Reclaimed": "{milestones} taken back: {refunded} to the client.",
    "Settled": "{period} settled: charge {charge}, credit {credit}; {paid} to the contractor, {retained} held back.",
    "PaidInterim": "{period} is not settled yet: {paid} to the contractor in the interim, {retained} held back.",
    "HoldbackReleased": "The holdback was released: {paid} to the contractor.",
    "Booked": "{amount} waits for {payee}.",
    "Taken": "{payee} took {amount}.",
    "PayeeSet": "The contractor's payments go to {payee}.",
    "EndingAnnounced": "Ends at {endsAt}: {ending}.",
    "Ended": "Ended ({status}): {toContractor} to the contractor, {toClient} to the client.",
    "Withdrawn": "{amount} was withdrawn to {to}.",
}
_ORACLE = {
    "PeriodPending": "{period}: the {byClient} side {isNotice}; the other may answer until {until}.",
    "PeriodContested": "{period}: the {byClient} side answered with a report of its own; the arbiters choose.",
    "PeriodRuled": "{period} was ruled by {ruler}.",
    "CreditWaived": "The client waived the credit of {period}.",
    "ReporterReplaced": "From {fromPeriod} on {newReporter} reports in the place of {oldReporter}.",
    "ReporterRemoved": "{reporter} signed different reports of {period} and reports no more.",
    "PeriodReported": "The figures of {period} are final: {failed}; variable part of the charge {charge}.",
    "PeriodDefaulted": "{period} is final without figures: {failed}.",
    "PeriodAssessed": "{period} was assessed: service credit {rate} of the charge.",
    "DocumentReplaced": "Another service document measures from now on: {newDocument}.",
    "RecordProved": "A record was shown to be in the evidence of {period}.",
}
_EQUITY = {
    "TokenCreated": "The worker token {token} was created.",
    "PoolOpened": "Pool {pool} was opened: {units}, managed by {manager}.",
    "PoolRaised": "Pool {pool} was raised to {units}.",
    "PlanCreated": "Plan {plan} of pool {pool} was fixed.",
    "Granted": "Granted under plan {plan}: {lines}.",
    "Offered": "Offered under plan {plan}: {offer}.",
    "GrantAccepted": "Worker {worker} accepted {units}: grant {grant}.",
    "OfferClosed": "Offer {number} of plan {plan} was closed: {returned} back to the pool.",
    "GateRaised": "The gate of plan {plan} counts {accepted} accepted milestones and {met} met periods.",
    "LeaverRuleApplied": "The client ended the agreement: of plan {plan} {acceleration} of what is unvested vests.",
    "GrantAccelerated": "Of grant {grant} {acceleration} of what is unvested vests.",
    "LeaveBegan": "The leave of grant {grant} began.",
    "LeaveEnded": "The leave of grant {grant} ended.",
    "EndAnnounced": "Grant {grant} ends at {endsAt} ({reason}).",
    "EndWithdrawn": "The end of grant {grant} was withdrawn.",
    "GrantEnded": "Grant {grant} ended ({reason}): {vested} vested, {forfeited} back to the pool.",
    "Claimed": "Worker {worker} claimed {units} of grant {grant}{revenue}.",
    "Distributed": "Round {round} of pool {pool}: {amount} of revenue for {shares}.",
    "Booked": "{amount} of revenue waits for worker {worker}.",
    "RevenueWithdrawn": "Worker {worker} withdrew {amount} of revenue.",
    "Enrolled": "{wallets} enrolled, from number {first} on.",
    "Reserved": "{count} numbers for workers were reserved, from {first} on.",
    "WalletSet": "Worker {worker} has the wallet {wallet}.",
    "WalletProposed": "The wallet {wallet} was proposed for worker {worker}, from {ripeAt} on.",
    "WalletVetoed": "Worker {worker} refused the wallet {wallet}.",
}
_PAYROLL = {
    "Collected": "{amount} was collected for wages and margin.",
    "Pledged": "Pledged: {pledge} of what is collected is for wages, at least.",
    "Paid": "Run {run} paid {total} to {count} payees.",
    "Booked": "Of run {run} {amount} waits for {payee}, whom the token refused.",
    "Posted": "Run {run} set {total} aside for wages that workers claim.",
    "PostingWithdrawn": "Run {run} was withdrawn: {total} is free again.",
    "WageClaimed": "Worker {worker} claimed a wage of {amount} of run {run}.",
    "MarginTaken": "The employer took {amount} of its margin to {to}.",
}

_ROOM = {
    "KeyRegistered": "{account} registered version {version} of its encryption key.",
    "Seated": "The parties of {id} have their seats in the room{operators}.",
    "VersionPut": "{author} put version {version} of {file} ({kind}), of the {side} side.",
    "AccessGiven": "{by} let {reader} open version {version} of {file}, by version {keyVersion} of its key.",
    "AccessRevoked": "{reader} can open nothing of {file} from version {version} on.",
    "ReceiptGiven": "{reader} says to have opened version {version} of {file}.",
    "Shredded": "{by} says that {file} is destroyed, all versions of it.",
}
_TALENT = {
    "ProfileSet": "{account} set version {version} of its profile.",
    "Anchored": "{account} showed that it had {content}.",
    "ReviewSealed": "{author} sealed a review of {subject}.",
    "ReviewRevealed": "The {byClient} review was opened: {overall} of 5 in all, quality {quality}, communication "
    "{communication}, punctuality {punctuality}.",
}

SENTENCES = {
    "Agreement": _AGREEMENT,
    "SLAOracle": _ORACLE,
    "WorkerEquity": _EQUITY,
    "Payroll": _PAYROLL,
    "DataRoom": _ROOM,
    "TalentRegistry": _TALENT,
}
"""By contract and event."""

MONEY = {"deposit", "amount", "total", "paid", "retained", "refunded", "charge", "credit", "fee"}
MONEY |= {"toContractor", "toClient"}
SHORT = 8
"""Hex digits of a file's id in a sentence."""
UNITS = {"units", "returned", "vested", "forfeited", "shares"}


@dataclass(frozen=True)
class Telling:
    """Says events in the words of an agreement: names where a file has them, who is who, times in one zone."""

    words: Words
    names: Mapping[str, str] = field(default_factory=dict)
    """Who an address is: "the client"."""
    levels: tuple[str, ...] = ()
    """Names of the service levels."""
    zone: tzinfo = UTC

    @classmethod
    def of(cls, subject: Subject) -> Telling:
        """By the documents of an agreement, times in UTC."""
        roles = subject.roles()
        alone = {role for role, count in Counter(roles.values()).items() if count == 1}
        names = {who: f"the {role}" for who, role in roles.items() if role in alone}
        if subject.payroll is not None:
            names[subject.payroll] = "the payroll"
        message = list(subject.messages.values())[-1]
        levels = message["annex"]["conditions"]["service"]["levels"]["levels"]
        return cls(Words.of(subject), names, tuple(level["name"] for level in levels))

    def told(self, contract: str, name: str, arguments: Mapping[str, Any]) -> str:
        """One event as a sentence."""
        sentence = SENTENCES.get(contract, {}).get(name, f"{name}.").format_map(_Said(self, contract, arguments))
        return "The " + sentence[4:] if sentence.startswith("the ") else sentence

    def when(self, seconds: int) -> str:
        """An instant in the zone, to the minute."""
        return f"{datetime.fromtimestamp(seconds, self.zone):%Y-%m-%d %H:%M} {self.zone}"

    def who(self, address: str) -> str:
        """Who that is, else the address."""
        return self.names.get(address, address)

    def said(self, contract: str, name: str, value: Any) -> str:
        """One argument in words."""
        if contract == "WorkerEquity" and name == "amount":
            return f"{value:,} of the currency's smallest unit"
        if name == "revenue":
            return f", and {value:,} of the currency's smallest unit as revenue" if value else ""
        if name in MONEY:
            return self.words.money(value)
        if name in UNITS:
            return tokens(value)
        said = FORMS.get(name)
        if said is not None:
            return said(self, value)
        return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)

    def item(self, value: int) -> str:
        """What a dispute is about."""
        return "The holdback" if value == HOLDBACK else self.words.milestone(value)

    def milestones(self, mask: int) -> str:
        """All of a mask."""
        return ", ".join(self.words.milestone(index) for index in bits(mask)) or "The surplus"

    def failed(self, mask: int) -> str:
        """The levels of a mask, as missed."""
        known = self.levels
        names = [known[index] if index < len(known) else self.words.level(index) for index in bits(mask)]
        return "missed " + ", ".join(names) if names else "no level missed"

    def reporter(self, address: str) -> str:
        """Who that is; "nobody" for none."""
        return "nobody" if address == ZERO_ADDRESS else self.who(address)


class _Said(dict[str, str]):
    """The arguments of an event in words, those that the sentence has."""

    def __init__(self, telling: Telling, contract: str, arguments: Mapping[str, Any]) -> None:
        super().__init__()
        self._telling, self._contract, self._arguments = telling, contract, arguments

    def __missing__(self, name: str) -> str:
        return self._telling.said(self._contract, name, self._arguments[name])


Form = Callable[[Telling, Any], str]

FORMS: dict[str, Form] = {
    "item": Telling.item,
    "milestone": lambda telling, value: telling.words.milestone(value),
    "milestones": Telling.milestones,
    "period": lambda telling, value: telling.words.period(value),
    "fromPeriod": lambda telling, value: telling.words.period(value),
    "ending": lambda _, value: Status(value).words,
    "status": lambda _, value: Status(value).words,
    "failed": Telling.failed,
    "rate": lambda _, value: write_rate(value),
    "pledge": lambda _, value: write_share(value),
    "acceleration": lambda _, value: write_share(value),
    "reason": lambda _, value: _reason(value),
    "byClient": lambda _, value: "client's" if value else "contractor's",
    "isNotice": lambda _, value: "says that the data are withheld" if value else "has reported",
    "lines": lambda _, value: f"{counted(len(value), 'grant')}, {tokens(sum(line['units'] for line in value))}",
    "offer": lambda _, value: tokens(value["units"]),
    "wallets": lambda _, value: counted(len(value), "worker"),
    **dict.fromkeys(("endsAt", "until", "ripeAt"), Telling.when),
    "operators": lambda _, value: ", and so have its operators" if value else "",
    "kind": lambda _, value: kind_of(value),
    "side": lambda _, value: "client's" if value == 1 else "contractor's",
    "file": lambda _, value: f"file 0x{value.hex()[:SHORT]}…",
    **dict.fromkeys(
        ("payee", "to", "arbiter", "ruler", "manager", "reporter", "account", "author", "by", "reader", "subject"),
        Telling.who,
    ),
    **dict.fromkeys(("newReporter", "oldReporter"), Telling.reporter),
}


def _reason(value: bytes | int) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else Reason(value).name.lower().replace("_", " ")


def kind_of(kind: int) -> str:
    """What a file is; one that no kind is known by, by its number."""
    return Kind(kind).word if kind in set(Kind) else f"kind {kind}"


def bits(mask: int) -> list[int]:
    """The numbers that a mask names."""
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def counted(count: int, name: str) -> str:
    """So many of something: "1 grant", "2 grants"."""
    return f"{count:,} {name}" + ("" if count == 1 else "s")


def tokens(units: int) -> str:
    """Units of 1e-6 as worker tokens."""
    return write_money(units, "worker tokens", 6)


def write_rate(rate: int) -> str:
    """A rate of 1e-12 in per cent, exactly."""
    sign, (whole, rest) = "-" if rate < 0 else "", divmod(abs(rate), 10**10)
    return f"{sign}{whole}" + (f".{rest:010d}".rstrip("0") if rest else "") + " %"
