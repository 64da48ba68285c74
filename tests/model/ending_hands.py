"""Calls that end agreements."""

from __future__ import annotations

from typing import Any

from tests.model.money_hands import MoneyHands
from tests.model.pair import Call
from tests.model.papers import digest, struct_hash
from tests.model.world import OWED


class EndingHands(MoneyHands):
    """Notice, cause, non-payment, both, close."""

    def give_notice(self) -> Call | None:
        if (pact := self.pact()) is None or self.random.random() < 0.7:
            return None
        paper = self.paper(pact)
        caller = self.anybody(*paper.parties)
        return self.agreed("giveNotice", caller, "give_notice", paper, (), "giveNotice", conditions=True)

    def end_for_cause(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, model = self.paper(pact), self.pair.model
        periods = [each for each in range(len(paper.schedule["ends"])) if model.right_to_end(paper, each)]
        if not periods and self.random.random() < 0.8:
            return None
        period = self.random.choice(periods) if periods else self.period(paper)
        names = ("endForCause", self.anybody(paper.client), "end_for_cause", paper, (period,), "endForCause", period)
        return self.agreed(*names, conditions=True)

    def end_for_non_payment(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, is_period = self.paper(pact), self.random.random() < 0.5
        item = self.period(paper) if is_period else self.item(pact, OWED)
        if not is_period and not [each for each in pact.open_items if pact.steps[each].phase == OWED]:
            return None
        caller, arguments = self.anybody(paper.contractor), (item, is_period)
        names = ("endForNonPayment", caller, "end_for_non_payment", paper, arguments, "endForNonPayment", *arguments)
        return self.agreed(*names, conditions=True)

    def end_by_both(self) -> Call | None:
        if (pact := self.pact()) is None or self.random.random() < 0.9:
            return None
        paper, has = self.paper(pact), pact.held + pact.retained
        held = self.random.choice((has, has, has, has + 1, max(0, has - 1)))
        part = self.random.choice((0, held, held // 3, held + 1))
        deadline = self.time + self.random.choice((-1, 0, 1, 100))
        closing: dict[str, Any] = {"id": paper.id, "held": held, "toContractor": part, "deadline": deadline}
        caller = self.anybody(*paper.parties, self.drafts.stranger)
        approvals: list[tuple[str, bytes]] = []
        said = digest(self.stage.domain, struct_hash("Closing", closing))
        signatures, signers = self.signed_by(paper.parties, caller, said, approvals)
        arguments, abi = (*closing.values(), signers), (tuple(closing.values()), *signatures)
        names = ("endByBoth", caller, "end_by_both", paper, arguments, "endByBoth", *abi)
        return self.agreed(*names, approvals=approvals)

    def close(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        return self.agreed("close", self.anybody(), "close", self.paper(pact), (), "close", conditions=True)
