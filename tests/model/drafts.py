"""Random documents, small in time and money so that everything in them comes to pass, and change orders to them."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.model.papers import NOBODY, ZERO, Paper, word
from tests.model.stage import Stage
from tests.oracle import cases, typed

SHARES = (0, 1, 100_000, 200_000, 333_333)


class Drafts:
    """Documents between the accounts of a stage."""

    def __init__(self, random: Random, stage: Stage) -> None:
        self.random = random
        self.stage = stage
        people = stage.people
        self.clients = [people[0], stage.wallets[0], stage.delegated]
        self.contractors = [people[1], stage.wallets[1]]
        self.incoming = people[3]
        self.arbiters = [people[4], people[5]]
        self.operators = [people[6], people[7]]
        self.reporters = people[8:12]
        """Two of the client, one of the contractor, one of nobody yet."""
        self.payees = [people[12], people[13]]
        self.stranger = people[14]
        self.salt = 0

    def first(self, now: int, under: Paper | None = None) -> Paper:
        """A first document."""
        random = self.random
        self.salt += 1
        client, contractor = random.choice(self.clients), random.choice(self.contractors)
        if under is not None and random.random() < 0.8:
            client = under.client
        token = random.choice(self.stage.tokens)
        milestones = [self._milestone(now) for _ in range(random.randint(0, 4))]
        deal = {
            "origin": ZERO,
            "client": client,
            "contractor": contractor,
            "token": token,
            "review": random.choice((20, 50, 100)),
            "grace": random.choice((0, 10, 50)),
            "rejections": random.choice((0, 1, 2)),
            "holdback": random.choice((0, 1, 70_001, 200_000)),
            "holdbackUntil": now + random.choice((0, 300, 600, 1000)),
        }
        conditions = self._conditions(now, client, contractor)
        total = sum(each["amount"] for each in milestones) + conditions["billing"]["cap"]
        offer = {
            "salt": self.salt,
            "openBefore": now + random.choice((1, 50, 10**5, 10**5, 10**5)),
            "deposit": random.choice((0, total // 2, total, total * 3)),
            "replaces": ZERO,
            "under": under.id if under else ZERO,
        }
        annex = {"offer": offer, "conditions": conditions}
        content = {"deal": deal, "milestones": milestones, "arbitration": self._arbitration(), "annex": annex}
        return Paper(content, self.stage.domain)

    def out_of_limits(self, paper: Paper) -> Paper:
        """The same with something beyond the limits of SPEC.md 3.6, or just within."""
        content, random = copy.deepcopy(paper.content), self.random
        deal, arbitration, offer = content["deal"], content["arbitration"], content["annex"]["offer"]
        edits: list[tuple[dict[str, Any], str, tuple[Any, ...]]] = [
            (deal, "review", (2**29 - 1, 2**29)),
            (deal, "grace", (2**29 - 1, 2**29)),
            (deal, "rejections", (255, 256)),
            (deal, "holdback", (200_000, 200_001)),
            (deal, "holdbackUntil", (2**39 - 1, 2**39)),
            (deal, "contractor", (NOBODY, deal["client"])),
            (deal, "client", (NOBODY,)),
            (arbitration, "fee", (200_000, 200_001)),
            (arbitration, "window", (2**29 - 1, 2**29)),
            (arbitration, "split", (10**6, 10**6 + 1)),
            (arbitration, "arbiter", (deal["client"], arbitration["backup"])),
            (offer, "deposit", (2**96,)),
            (offer, "replaces", (word("other"),)),
            (offer, "under", (word("other"),)),
            (deal, "origin", (word("other"),)),
        ]
        if content["milestones"]:
            milestone = random.choice(content["milestones"])
            edits += [(milestone, "amount", (0, 2**96 - 1, 2**96)), (milestone, "due", (2**39 - 1, 2**39))]
        for group, member, values in random.sample(edits, random.choice((1, 1, 2))):
            group[member] = random.choice(values)
        return Paper(content, self.stage.domain)

    def change(self, paper: Paper, now: int) -> Paper:
        """A change order, which may or may not be allowed."""
        content, random = copy.deepcopy(paper.content), self.random
        self.salt += 1
        deal, annex = content["deal"], content["annex"]
        deal["origin"] = paper.origin
        late = random.random() < 0.05
        annex["offer"] = {
            "salt": self.salt,
            "openBefore": now + (0 if late else 10**5),
            "deposit": int(random.random() < 0.03),
            "replaces": word("other") if random.random() < 0.03 else paper.id,
            "under": word("other") if random.random() < 0.02 else ZERO,
        }
        edits = [self._edit_milestone, self._edit_milestone, self._edit_deal, self._edit_conditions]
        edits += [self._edit_service, self._edit_arbitration, self._edit_parties, self._add_milestone]
        for edit in random.sample(edits, random.choice((0, 1, 1, 2))):
            edit(content, now)
        return Paper(content, self.stage.domain)

    def _edit_milestone(self, content: dict[str, Any], now: int) -> None:
        if content["milestones"]:
            milestone = self.random.choice(content["milestones"])
            milestone["amount"] += self.random.choice((-milestone["amount"] // 2, -1, 1, 5000))
            milestone["due"] = self.random.choice((milestone["due"], now + 100))
            if milestone["amount"] <= 0:
                milestone["amount"] = 1

    def _edit_deal(self, content: dict[str, Any], now: int) -> None:
        deal = content["deal"]
        deal["review"] = self.random.choice((20, 50, 100))
        deal["holdbackUntil"] = now + self.random.choice((0, 100, 500))
        if self.random.random() < 0.05:
            deal["token"] = self.random.choice(self.stage.tokens)

    def _edit_conditions(self, content: dict[str, Any], now: int) -> None:
        conditions = content["annex"]["conditions"]
        conditions["legalText"] = word(f"text {now}")
        conditions["ending"]["clientNotice"] = self.random.choice((0, 50))
        billing = conditions["billing"]
        billing["cap"] = max(0, billing["cap"] + self.random.choice((0, 0, -1000, 1000)))

    def _edit_service(self, content: dict[str, Any], now: int) -> None:
        service = content["annex"]["conditions"]["service"]
        if service["schedule"]["ends"]:
            service["schedule"]["definition"] = word(f"definition {now} {self.salt}")
            service["levels"]["credits"] = cases.credit_rules(self.random)

    def _edit_arbitration(self, content: dict[str, Any], now: int) -> None:
        content["arbitration"] = self._arbitration()

    def _edit_parties(self, content: dict[str, Any], now: int) -> None:
        side = self.random.choice(("client", "contractor"))
        others = self.clients if side == "client" else self.contractors
        party = self.random.choice((self.incoming, *others))
        content["deal"][side] = party
        content["annex"]["conditions"]["service"]["levels"]["reporters"][side] = party

    def _add_milestone(self, content: dict[str, Any], now: int) -> None:
        if content["milestones"] and self.random.random() < 0.2:
            content["milestones"].pop()
        else:
            content["milestones"].append(self._milestone(now))

    def _milestone(self, now: int) -> dict[str, int]:
        amount = self.random.choice((1, 7, 1000, self.random.randint(1, 10**6)))
        return {"amount": amount, "due": now + self.random.choice((50, 100, 300))}

    def _arbitration(self) -> dict[str, Any]:
        random = self.random
        arbiter, backup = random.sample(self.arbiters, 2)
        return {
            "arbiter": NOBODY if random.random() < 0.1 else arbiter,
            "backup": NOBODY if random.random() < 0.2 else backup,
            "fee": random.choice((0, 10_000, 33_333, 200_000)),
            "window": random.choice((30, 60)),
            "split": random.choice((0, 333_333, 500_000, 10**6)),
        }

    def _conditions(self, now: int, client: str, contractor: str) -> dict[str, Any]:
        random = self.random
        cap = random.choice((0, 1000, 99_999))
        has_service = random.random() < 0.75
        fixed = random.choice((0, cap // 2, cap * 2))
        limit = random.choice((0, 1000, 2**96))
        oracle = self.stage.oracle if has_service else NOBODY
        notices = random.choice((0, 40, 400)), random.choice((0, 40, 400))
        return {
            "operators": {"client": [self.operators[0]], "contractor": [self.operators[1]], "limit": limit},
            "ending": {"clientNotice": notices[0], "contractorNotice": notices[1], "cure": random.choice((0, 30))},
            "billing": {"oracle": oracle, "fixedCharge": fixed, "cap": cap, "cover": random.randint(0, 2)},
            "service": self._service(now, client, contractor, has_service),
            "equity": {"equity": NOBODY, "units": 0, "plans": ZERO},
            "legalText": word("text"),
        }

    def _service(self, now: int, client: str, contractor: str, has_service: bool) -> dict[str, Any]:
        random = self.random
        levels = [cases.level(random, number) for number in range(random.randint(1, 3))] if has_service else []
        prices = [(f"quantity {number}", random.randint(0, 20)) for number in range(random.randint(0, 2))]
        start = now + random.choice((-100, 0, 60))
        length, count = random.choice((50, 120)), random.randint(1, 4) if has_service else 0
        own, own_quorum = random.choice(((2, 1), (2, 2), (1, 1), (0, 0)))
        its_quorum = random.choice((0, 1, 1))
        reporters = {
            "client": client,
            "contractor": contractor,
            "clientReporters": self.reporters[:own],
            "clientQuorum": own_quorum,
            "contractorReporters": self.reporters[2:3],
            "contractorQuorum": its_quorum,
        }
        arbiter, backup = random.sample(self.arbiters, 2)
        contest = {"window": 30, "arbiter": arbiter, "backup": backup, "ruling": 25, "standing": random.randint(0, 1)}
        return typed.document(
            levels,
            cases.credit_rules(random) | {"lapse": random.choice((50, 500))},
            reporters,
            prices if has_service else (),
            start=start,
            ends=[start + length * (number + 1) for number in range(count)],
            reportWithin=random.choice((40, 80)),
            finalWithin=random.choice((100, 260)),
            obliged=random.randint(0, 1),
            contest=contest,
        )
