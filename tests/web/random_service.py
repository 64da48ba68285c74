"""A random life with a real SLAOracle: reports of both sides or one, notices, contests, rulings, defaults, earn-back.

with random_service(seed=7) as life:
    life.step()
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests import anvil
from tests.audit.random_stage import ARBITER, BACKUP, CHAIN, HOLDBACK, PAUSES, STRANGER, ZERO, Deal
from tests.web.random_documents import REPORTERS, SIDES, Message, ServiceDocuments
from workpact.service_calls import merged
from workpact.terms import eip712, structs
from workpact.terms.fields import ZERO_ADDRESS

DEFAULT = {"id": ZERO, "figures": [], "quantities": [], "evidence": ZERO, "adjustment": 0}


class ServiceLife(ServiceDocuments):
    """Agreements with service periods of which everything can happen; each act is tried."""

    def __init__(self, web3: Any, seed: int) -> None:
        super().__init__(web3, seed)
        self.given: dict[tuple[bytes, int], dict[str, tuple[Message, Message]]] = {}
        """By agreement and period what each side reported last, and as "final" what is final; with its service."""
        self.stages: dict[tuple[bytes, int], int] = {}
        """How far periods are, of those that are not open."""
        self.acts: list[Any] = []
        self.touched: Deal | None = None
        """Of the last act."""

    def start(self) -> None:
        """Rosters and pools, and two agreements."""
        self.prepare()
        for _ in range(2):
            self.open()
        self.acts = [self.open, self.amend, self.donate, self.refuse, self.give_notice, self.end_by_both, self.fund]
        self.acts += [self.non_payment, *self.worker_acts, self.waive, self.appoint, self.reporter, self.agree]
        self.acts += 2 * [self.serve, self.accept, self.accept_up_to, self.reclaim, self.take, self.close, self.fund]
        self.acts += 2 * [self.withdraw, self.release_holdback, self.reject, self.assess, self.default, self.contest]
        self.acts += 4 * [self.submit, self.dispute, self.rule, self.release, self.set_payee, self.collect, self.pay]
        self.acts += 4 * [self.one_side, self.counter, self.finalise, self.rule_figures, self.settle]
        self.acts += 2 * [self.dispute_holdback, self.give_notice, self.assess]

    def act(self, deal: Deal, sender: str, name: str, *arguments: Any) -> Any:
        receipt = super().act(deal, sender, name, *arguments)
        self.touched = deal if receipt else self.touched
        return receipt

    def step(self) -> None:
        """Some time, and the next act that a contract allowed."""
        self.pause(self.random.choice(PAUSES))
        before = self.steps
        while self.steps == before:
            self.random.choice(self.acts)()

    # Reports

    def any_period(self, *stages: int, late: bool | None = None) -> tuple[Deal, int] | None:
        """One of a young deal that has ended and is at one of these stages; `late` if it could have been reported."""
        now, found = self.now, []
        for deal in self.deals[-6:]:
            schedule = _service(deal)["schedule"]
            for period, end in enumerate(schedule["ends"]):
                is_late = now > end + schedule["reportWithin"]
                if end < now and self._stage(deal, period) in stages and late in (None, is_late):
                    found.append((deal, period))
        return self.random.choice(found) if found else None

    def figures(self, deal: Deal, period: int, *, notice: bool = False, adjustment: int = 0) -> Message:
        """A report with figures around every threshold, or without any."""
        draw, levels = self.random, _service(deal)["levels"]
        drawn = []
        for level in [] if notice else levels["levels"]:
            total = draw.choice((0, 3, 100))
            good = draw.choice(
                (0, total // 3, total * 95 // 100, total) if level["form"] < 2 else (total * 19, total * 41)
            )
            drawn.append({"good": good, "total": total, "excluded": 0})
        counts = [] if notice else [draw.choice((0, 1, 40)) for _ in levels["prices"]]
        evidence = ZERO if notice else bytes([draw.randrange(1, 256)]) * 32
        named = {"agreement": self.agreement.address, "origin": deal.origin, "id": deal.id, "document": deal.service}
        report = {"period": period, "figures": drawn, "quantities": counts, "evidence": evidence}
        return named | report | {"adjustment": adjustment}

    def signed(self, deal: Deal, message: Message, *sides: str) -> list[tuple[str, bytes]]:
        """By a reporter of each side, or by the party itself."""
        domain = eip712.domain(eip712.ORACLE_DOMAIN, CHAIN, self.oracle.address)
        digest = eip712.digest("Report", message, domain)
        who = [
            self.accounts[REPORTERS[side]] if self.random.random() < 0.5 else deal.message["deal"][side]
            for side in sides
        ]
        return [(each, self.sign_hash(each, digest)) for each in sorted(who, key=lambda each: int(each, 16))]

    def agree(self) -> None:
        chosen = self.any_period(0, 0, 1, 2, 3)
        if chosen is None:
            return
        deal, period = chosen
        if self.random.random() < 0.5:
            return
        message = self.figures(deal, period, adjustment=self.random.choice((0, 0, 0, 10**10, -(10**10))))
        service = _service(deal)
        call = self.oracle.functions.report(
            structs.calldata("Report", message),
            eip712.struct_hash("Schedule", service["schedule"]),
            structs.calldata("Levels", service["levels"]),
            self.signed(deal, message, *SIDES),
        )
        self._try(deal, period, call, STRANGER, final=message)

    def one_side(self) -> tuple[Deal, int] | None:
        chosen = self.any_period(0, late=False)
        if chosen is None:
            return None
        deal, period = chosen
        side = self.random.choice(SIDES)
        message = self.figures(deal, period, notice=self.random.random() < 0.3)
        given = (structs.calldata("Report", message), *groups(_service(deal)), self.signed(deal, message, side))
        return self._try(deal, period, self.oracle.functions.reportBySide(*given), STRANGER, **{side: message})

    def contest(self) -> None:
        """One side's report, answered at once."""
        chosen = self.one_side()
        if chosen is not None:
            self.counter(chosen)

    def counter(self, chosen: tuple[Deal, int] | None = None) -> None:
        chosen = chosen or self.any_period(1, 2)
        if chosen is None:
            return
        deal, period = chosen
        stage = self._stage(deal, period)
        if stage not in (1, 2):
            return
        pending, service = self.given[deal.origin, period][SIDES[stage - 1]]
        if service != _service(deal):
            return
        side = SIDES[2 - stage]
        message = self.figures(deal, period, notice=self.random.random() < 0.2)
        both = (structs.calldata("Report", pending), structs.calldata("Report", message))
        call = self.oracle.functions.counter(*both, *groups(service), self.signed(deal, message, side))
        self._try(deal, period, call, STRANGER, **{side: message})

    def finalise(self) -> None:
        chosen = self.any_period(1, 2, 3)
        if chosen is None:
            return
        deal, period = chosen
        stage = self._stage(deal, period)
        side = self.random.choice(SIDES) if stage == 3 else SIDES[stage - 1] if stage in (1, 2) else None
        if side is None or self.random.random() < 0.4:
            return
        message, service = self.given[deal.origin, period][side]
        call = self.oracle.functions.finalise(structs.calldata("Report", message), *groups(service))
        concedes = stage == 3 or self.random.random() < 0.3
        other = deal.message["deal"][SIDES[1 - SIDES.index(side)]]
        who = self.accounts.index(other) if concedes else STRANGER
        self._try(deal, period, call, who, service, final=message)

    def rule_figures(self) -> None:
        chosen = self.any_period(3)
        if chosen is None:
            return
        deal, period = chosen
        if self._stage(deal, period) != 3:
            return
        (client, service), (contractor, _) = (self.given[deal.origin, period][side] for side in SIDES)
        both = structs.calldata("Report", client), structs.calldata("Report", contractor)
        every = (1 << len(service["levels"]["levels"])) - 1 | ((1 << len(service["levels"]["prices"])) - 1) << 32
        mask = self.random.choice((0, every, self.random.getrandbits(40) & every))
        call = self.oracle.functions.rule(*both, *groups(service), mask)
        made = dict(zip((name for _, name in eip712.TYPES["Report"]), merged(*both, mask), strict=True))
        made |= {"figures": structs.figures(made["figures"])}
        stands = client if mask == every else contractor if mask == 0 else made
        self._try(deal, period, call, self.random.choice((ARBITER, BACKUP, STRANGER)), service, final=stands)

    def default(self) -> None:
        chosen = self.any_period(0, late=True)
        if chosen is None:
            return
        deal, period = chosen
        call = self.oracle.functions.applyDefault(*self._place(deal), *_schedule(deal), period)
        named = {"agreement": self.agreement.address, "origin": deal.origin, "document": deal.service}
        self._try(deal, period, call, STRANGER, final={**DEFAULT, **named, "period": period})

    def assess(self) -> None:
        chosen = self.any_period(4, 5, 6)
        if chosen is None:
            return
        deal, period = chosen
        if "final" in (known := self.given.get((deal.origin, period), {})):
            message, service = known["final"]
            schedule = eip712.struct_hash("Schedule", service["schedule"])
            levels = structs.calldata("Levels", service["levels"])
            call = self.oracle.functions.assess(structs.calldata("Report", message), schedule, levels)
            self._try(deal, period, call, STRANGER)

    def waive(self) -> None:
        chosen = self.any_period(3, 4, 5)
        if chosen is None or self.random.random() < 0.5:
            return
        deal, period = chosen
        service = _service(deal)
        terms = eip712.struct_hash("Schedule", service["schedule"]), structs.calldata("Levels", service["levels"])
        self.do(deal.client, self.oracle.functions.waive(*self._place(deal), *terms, period))

    def reporter(self) -> None:
        """A side adds a reporter, or gives one up."""
        deal, _ = self.any_deal()
        side = self.random.choice(SIDES)
        both = self.random.choice((self.accounts[REPORTERS[side]], ZERO_ADDRESS)), self.accounts[9]
        call = self.oracle.functions.replaceReporter(*self._place(deal), *_schedule(deal), *both)
        if self.random.random() < 0.2:
            self.do(deal.message["deal"][side], call)

    def settle(self) -> None:
        """At times not: what is not settled yet is what pages speak of."""
        deal, _ = self.any_deal()
        if self.random.random() < 0.4:
            return
        count = len(_service(deal)["schedule"]["ends"])
        if count:
            sender = self.random.choice((deal.contractor, self.accounts[STRANGER]))
            self.act(deal, sender, "settle", deal.conditions, self.random.randrange(count))

    def dispute_holdback(self) -> None:
        deal, _ = self.any_deal()
        self.act(deal, deal.client, "dispute", HOLDBACK, ZERO)

    def appoint(self) -> None:
        deal, _ = self.any_deal()
        operators = deal.message["annex"]["conditions"]["operators"]
        self.act(deal, self.accounts[STRANGER], "appoint", deal.conditions, structs.calldata("Operators", operators))

    def _place(self, deal: Deal) -> tuple[str, bytes]:
        return self.agreement.address, deal.origin

    def _stage(self, deal: Deal, period: int) -> int:
        return self.stages.get((deal.origin, period), 0)

    def _try(
        self, deal: Deal, period: int, call: Any, sender: int, service: Message | None = None, **given: Message
    ) -> tuple[Deal, int] | None:
        """Whether the oracle allowed it: then the period."""
        receipt = self.do(self.accounts[sender], call)
        if receipt is None or receipt["status"] != 1:
            return None
        self.touched = deal
        book = self.oracle.functions.bookOf(*self._place(deal), deal.service).call()
        self.stages[deal.origin, period] = self.oracle.functions.periodOf(book, period).call()[0][0]
        known = self.given.setdefault((deal.origin, period), {})
        known |= {name: (message, service or _service(deal)) for name, message in given.items()}
        return deal, period


def _service(deal: Deal) -> Message:
    found: Message = deal.message["annex"]["conditions"]["service"]
    return found


def groups(service: Message) -> tuple[Any, Any, Any]:
    """Schedule, contest and levels as calls carry them."""
    schedule = service["schedule"]
    contest, levels = schedule["contest"], service["levels"]
    return structs.schedule(schedule), structs.calldata("Contest", contest), structs.calldata("Levels", levels)


def _schedule(deal: Deal) -> tuple[Any, Any]:
    schedule, _, levels = groups(_service(deal))
    return schedule, levels


@contextmanager
def random_service(seed: int) -> Iterator[ServiceLife]:
    """A life that has begun."""
    with anvil.connected() as web3:
        # It asks for the chain's id with every call.
        web3.middleware_onion.remove("validation")
        life = ServiceLife(web3, seed)
        life.start()
        yield life
