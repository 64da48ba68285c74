"""Track records: what contracts show that an account has done, as contractor and as client (SPEC.md 15.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workpact.audit.history import Head
from workpact.chain.state import Status
from workpact.market.dealings import Dealing, Facts, dealings
from workpact.market.reviews import Review, reviews_of

PASSED_ON = "passed on"
"""How an agreement stands for parties that it went on without."""


@dataclass(frozen=True)
class Side:
    """What an account has done on one side. Counts; money by token in its smallest unit; shares in ppm."""

    agreements: Mapping[str, int]
    """How many stand how: "live", "done", "ended for cause", …, "passed on"."""
    opened: int
    """Of all of them, those that it opened; the others it took over."""
    paid: Mapping[str, int]
    accepted: int
    silent: int
    lapsed: int
    lost: int
    ruled: tuple[int, ...]
    disputes: int
    met: int
    measured: int
    charges: Mapping[str, int]
    credits: Mapping[str, int]
    late: int

    @classmethod
    def of(cls, made: Iterable[Dealing]) -> Side:
        """The sum of dealings."""
        given = list(made)
        return cls(
            _sorted(Counter(status_words(each) for each in given)),
            sum(each.is_first for each in given),
            _by_token(given, "paid"),
            sum(each.accepted for each in given),
            sum(each.silent for each in given),
            sum(each.lapsed for each in given),
            sum(each.lost for each in given),
            tuple(sorted(share for each in given for share in each.ruled)),
            sum(each.disputes for each in given),
            sum(each.met for each in given),
            sum(each.measured for each in given),
            _by_token(given, "charges"),
            _by_token(given, "credits"),
            sum(each.late for each in given),
        )

    @property
    def live(self) -> int:
        """Agreements that run."""
        return self.agreements.get(Status.LIVE.words, 0)

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "agreements": dict(self.agreements),
            "opened": self.opened,
            "paid": _texts(self.paid),
            "milestones": {
                "accepted": self.accepted,
                "bySilence": self.silent,
                "lapsed": self.lapsed,
                "ruled": [str(share) for share in self.ruled],
            },
            "levels": {"met": self.met, "measured": self.measured},
            "leftByCause": self.lost,
            "charges": _texts(self.charges),
            "credits": _texts(self.credits),
            "disputes": self.disputes,
            "paidLate": self.late,
        }


@dataclass(frozen=True)
class Record:
    """The track record of one account."""

    account: str
    contractor: Side
    client: Side
    reviews: tuple[Review, ...]
    """Of it, by others."""
    unknown: tuple[bytes, ...]
    """Its agreements of which a document is not published, or a period unclear: not all of them could be counted."""

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "account": self.account,
            "asContractor": self.contractor.to_json(),
            "asClient": self.client.to_json(),
            "reviews": [each.to_json() for each in self.reviews],
            "unknown": ["0x" + each.hex() for each in self.unknown],
        }


@dataclass(frozen=True)
class Records:
    """All that recorded contracts show at a block."""

    chain_id: int
    head: Head
    facts: tuple[Facts, ...]

    @cached_property
    def dealings(self) -> tuple[Dealing, ...]:
        """Of all agreements, by origin."""
        return tuple(each for facts in sorted(self.facts, key=lambda each: each.origin) for each in dealings(facts))

    def of(self, account: str) -> Record:
        """The record of one account."""
        own = self.involving([account])
        as_contractor = [each for each in own if each.contractor == account]
        as_client = [each for each in own if each.client == account]
        unknown = sorted({each.origin for each in own if not each.is_known})
        reviews = tuple(each for each in self.reviews if each.subject == account)
        return Record(account, Side.of(as_contractor), Side.of(as_client), reviews, tuple(unknown))

    def involving(self, accounts: Iterable[str]) -> list[Dealing]:
        """The dealings that one of these accounts has a part in."""
        found = {id(each): each for account in accounts for each in self._by_account.get(account, ())}
        return sorted(found.values(), key=lambda each: (each.origin, each.client, each.contractor))

    @cached_property
    def _by_account(self) -> dict[str, list[Dealing]]:
        found: dict[str, list[Dealing]] = {}
        for each in self.dealings:
            found.setdefault(each.client, []).append(each)
            found.setdefault(each.contractor, []).append(each)
        return found

    @cached_property
    def reviews(self) -> tuple[Review, ...]:
        """Of all agreements, by origin."""
        parties: dict[bytes, list[Dealing]] = {}
        for each in self.dealings:
            parties.setdefault(each.origin, []).append(each)
        ordered = sorted(self.facts, key=lambda each: each.origin)
        return tuple(review for facts in ordered for review in reviews_of(facts, parties.get(facts.origin, ())))


def status_words(dealing: Dealing) -> str:
    """How an agreement stands for its two sides."""
    return PASSED_ON if dealing.status is None else dealing.status.words


def _by_token(given: Iterable[Dealing], name: str) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for each in given:
        sums[each.token] += getattr(each, name)
    return _sorted(sums)


def _sorted(sums: Mapping[str, int]) -> dict[str, int]:
    return {name: sums[name] for name in sorted(sums) if sums[name]}


def _texts(sums: Mapping[str, int]) -> dict[str, str]:
    return {name: str(units) for name, units in sums.items()}
