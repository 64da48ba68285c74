"""How calls are drawn: who, when, signed by whom; mostly what must succeed, often just at or beside a limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from eth_account import Account

from tests.model.drafts import Drafts
from tests.model.pair import Call, Pair
from tests.model.papers import Paper, digest
from tests.model.world import LIVE, Pact
from tests.oracle import typed

TRIES = 8


class Hands:
    """Draws from what the model knows."""

    def __init__(self, seed: int, pair: Pair) -> None:
        self.random = Random(seed)
        self.pair = pair
        self.stage = pair.stage
        self.drafts = Drafts(self.random, pair.stage)
        self.bids: list[Paper] = []
        """Documents that are not in force, or were not when they were drawn."""
        self.time = 0

    def guided(self, kinds: Sequence[str]) -> Call | None:
        """Mostly a call that must succeed."""
        wants_success = self.random.random() < 0.85
        call = None
        for tried in range(6 * TRIES):
            if not tried % TRIES:
                kind = self.random.choice(kinds)
            self.time = self._when()
            call = getattr(self, kind)() or call
            if call and (not wants_success or self._succeeds(call)):
                return call
        return call if self.random.random() < 0.3 else None

    def _succeeds(self, call: Call) -> bool:
        before = set(self.pair.model.approved)
        self.pair.model.approved.update(call.approvals)
        expected = self.pair.expects(call)
        self.pair.model.approved = before
        return not isinstance(expected, set) and bool(expected.said)

    def pact(self) -> Pact | None:
        """An agreement, mostly a live one, mostly the last."""
        pacts = list(self.pair.model.pacts.values())
        live = [pact for pact in pacts if pact.status == LIVE]
        if live and self.random.random() < 0.93:
            return live[-1] if self.random.random() < 0.7 else self.random.choice(live)
        return self.random.choice(pacts) if pacts else None

    def paper(self, pact: Pact) -> Paper:
        """Mostly the document in force."""
        if self.random.random() < 0.98:
            return pact.paper
        known = [*self.pair.papers.values(), *self.bids]
        return self.random.choice([paper for paper in known if paper.origin == pact.origin] or [pact.paper])

    def anybody(self, *likely: str) -> str:
        """Mostly one of these."""
        if likely and self.random.random() < 0.85:
            return self.random.choice(likely)
        return self.random.choice(self.stage.everybody)

    def _when(self) -> int:
        """Soon; or at one of the next moments at which something changes, or a second beside it."""
        now = self.pair.model.now
        if self.random.random() < 0.7:
            return now + self.random.choice((0, 1, 1, 2, 5))
        coming = sorted(moment for moment in set(self._moments()) if moment >= now)[:4]
        if not coming:
            return now + self.random.choice((1, 30, 200))
        return max(now, self.random.choice(coming) + self.random.choice((-1, 0, 0, 1, 1)))

    def _moments(self) -> Iterable[int]:
        model = self.pair.model
        for pact in model.pacts.values():
            paper, deal = pact.paper, pact.paper.deal
            yield deal["holdbackUntil"]
            yield pact.ends_at
            yield pact.ends_at + paper.ending["cure"]
            window = paper.arbitration["window"]
            clocks = [pact.steps[item] for item in pact.open_items]
            for item in pact.open_items if pact.status == LIVE else ():
                yield pact.deadline(item)
                yield pact.steps[item].clock + deal["review"]
                yield pact.steps[item].clock + paper.ending["cure"]
            for step in (*clocks, pact.holdback):
                yield step.clock + window
                yield step.clock + 2 * window
            schedule = paper.schedule
            for end in schedule["ends"]:
                yield from (end, end + schedule["reportWithin"], end + schedule["finalWithin"])
                yield end + schedule["finalWithin"] + paper.ending["cure"]
            contest = schedule["contest"]
            for period in model.book(paper).periods.values():
                yield period.end_until
                yield period.clock + contest["window"]
                yield period.clock + contest["ruling"]
                yield period.clock + 2 * contest["ruling"]
        for bid in self.bids[-2:]:
            yield bid.offer["openBefore"]

    # Signatures

    def sign(self, account: str, word: bytes, approvals: list[tuple[str, bytes]]) -> bytes:
        """A key's signature; a wallet says yes, and its signature is anything."""
        if account in self.stage.wallets or (account == self.stage.delegated and self.random.random() < 0.3):
            approvals.append((account, word))
            return b"any"
        return bytes(Account.unsafe_sign_hash(word, self.stage.keys[account].key).signature)

    def said_yes(self, account: str, word: bytes, approvals: list[tuple[str, bytes]]) -> bool:
        """Whether the account's code says yes, whatever the signature is."""
        return (account, word) in self.pair.model.approved or (account, word) in approvals

    def signed_by(
        self, parties: Iterable[str], caller: str, word: bytes, approvals: list[tuple[str, bytes]]
    ) -> tuple[list[bytes], set[str]]:
        """Signatures of parties, at times a missing or a wrong one, and who has signed."""
        made: dict[str, bytes] = {}
        signers: set[str] = set()
        parties = list(parties)
        for party in dict.fromkeys(parties):
            signature = b""
            if party in self.stage.everybody and (party != caller or self.random.random() < 0.2):
                drawn = self.random.random()
                if drawn < 0.9:
                    signature = self.sign(party, word, approvals)
                    signers.add(party)
                elif drawn < 0.95:
                    signature = bytes(
                        Account.unsafe_sign_hash(word[::-1], self.stage.keys[self.stage.driver].key).signature
                    )
            if self.said_yes(party, word, approvals):
                signers.add(party)
            made[party] = signature
        return [made[party] for party in parties], signers

    def report_word(self, given: dict[str, Any]) -> bytes:
        """What reporters sign."""
        return digest(self.stage.oracle_domain, typed.report_hash(given))

    # Calls of contracts

    def agreed(
        self,
        kind: str,
        caller: str,
        method: str,
        paper: Paper,
        arguments: tuple[Any, ...],
        function: str,
        *abi: Any,
        conditions: bool = False,
        papers: tuple[Paper, ...] = (),
        approvals: Any = (),
    ) -> Call:
        """A call of the agreement contract that carries terms."""
        carried = (paper.abi_terms, paper.abi_conditions) if conditions else (paper.abi_terms,)
        about = (paper, *papers)
        return Call(
            kind,
            caller,
            self.time,
            method,
            (paper, *arguments),
            "Agreement",
            function,
            (*carried, *abi),
            about,
            list(approvals),
        )
