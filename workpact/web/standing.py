"""Whose turn it is, until when, and what happens if nobody acts: every open item of an agreement (SPEC.md 16.2, 16.3).

stands = standing(snapshot)
stands.next.name, stands.next.turn, stands.next.silence.words
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workpact.agreement_state import MilestoneState, Rules, milestone_state
from workpact.chain.state import Phase
from workpact.terms.fields import ZERO_ADDRESS
from workpact.web import outcomes
from workpact.web.outcomes import Outcome, Position
from workpact.web.period_turns import period_items
from workpact.web.snapshot import Snapshot
from workpact.web.turns import Item as Item
from workpact.web.turns import Seats, holder, seats_of

STEPS = {
    "release": "release it to the contractor",
    "reclaim": "reclaim it for the client",
    "rule": "rule by the split of the terms",
    "close": "close the agreement",
}
"""What anyone can do by each call."""


@dataclass(frozen=True)
class Cover:
    """What the terms want held, smallest units (SPEC.md 6.6)."""

    needed: int
    held: int

    @property
    def lacking(self) -> int:
        """What is missing of it."""
        return max(self.needed - self.held, 0)


@dataclass(frozen=True)
class Standing:
    """All open items: dated ones by time, of equal ones the first in the document, then those without a date."""

    items: tuple[Item, ...]
    owed: Mapping[str, int]
    """Booked and not taken as far as the record says, by payee; fees too."""
    cover: Cover | None
    """None once the agreement has ended."""

    @property
    def next(self) -> Item | None:
        """What heads the page: the first on which somebody is to act, else the first."""
        return next((each for each in self.items if each.turn), next(iter(self.items), None))


def standing(snapshot: Snapshot) -> Standing:
    """How an agreement stands at the snapshot's block."""
    position = Position.of(snapshot)
    found: list[Item] = []
    if position.is_live:
        seats = seats_of(snapshot)
        works = enumerate(position.works)
        found += [_milestone(position, index, seats) for index, work in works if not work.is_settled]
    if position.holdback:
        found.append(_holdback(position))
    if position.is_live:
        found += period_items(snapshot, position)
        found += _ending(position)
    found.sort(key=lambda each: (each.until is None, each.until or 0))
    owed = Counter(snapshot.ledger.booked) + Counter(snapshot.ledger.fees)
    cover = Cover(position.needed(position.now), position.held) if position.is_live else None
    return Standing(_competing(found, position), owed, cover)


def _milestone(position: Position, index: int, seats: Seats) -> Item:
    work, rules = position.works[index], _rules(position)
    step = (work.accepted, work.clock, work.rounds, int(work.phase))
    name = position.words.milestone(index)
    state = milestone_state(index, name, work.amount, work.due, step, rules)
    silence = _silence(position, index)
    turn, can = _turn(position, state, silence)
    who = holder(position, turn)
    limit = int(position.conditions["operators"]["limit"])
    if turn in seats and not can.startswith("fund") and work.amount <= limit:
        who += seats[turn]
    return Item("milestone", index, name, turn, who, can, _until(position, state, turn, silence), silence)


def _turn(position: Position, state: MilestoneState, silence: Outcome | None) -> tuple[str, str]:
    """Whose turn, and what they can do: anyone's where the next second lets anyone act."""
    if silence is not None and silence.calls and silence.at <= position.now + 1:
        return "anyone", STEPS[silence.calls[0]]
    if state.phase is Phase.SUBMITTED and state.turn == "anyone":
        return "client", "fund what is due, then anyone releases it"
    if state.turn == "anyone":
        waits = state.step if state.step.startswith("wait") else "wait: it lapses when the agreement is closed"
        return "", waits
    return state.turn, state.step


def _until(position: Position, state: MilestoneState, turn: str, silence: Outcome | None) -> int | None:
    """Until when the side that has the turn has it; what is owed has no date."""
    work = position.works[state.index]
    if state.phase is Phase.OWED or (turn == "client" and state.turn == "anyone"):
        return None
    if turn == "anyone" or (not turn and state.phase is not Phase.DISPUTED):
        return silence.at - 1 if silence is not None else None
    if state.phase is Phase.DISPUTED:
        return _window(position, work.clock)
    if state.review_until_at is not None:
        return state.review_until_at
    return position.deadline(state.index) if state.step == "dispute it" else state.deadline_at


def _window(position: Position, clock: int) -> int:
    """The end of the arbiter's, then of the backup's window."""
    window = int(position.message["arbitration"]["window"])
    return clock + window if position.now <= clock + window else clock + 2 * window


def _silence(position: Position, index: int) -> Outcome | None:
    phase = position.works[index].phase
    if phase in (Phase.OPEN, Phase.REJECTED):
        made = outcomes.reclaim(position, index)
    elif phase is Phase.DISPUTED:
        return outcomes.split(position, index)
    else:
        made = outcomes.release(position, index)
    closing = outcomes.close(position)
    if closing is not None and (closing.at < made.at or not made.calls):
        return closing
    return made if made.calls or phase is Phase.SUBMITTED else None


def _holdback(position: Position) -> Item:
    clock, name = position.holdback_disputed_at, "holdback"
    if clock is None:
        freed = outcomes.release_holdback(position)
        until = freed.at - 1
        if position.now > until:
            return Item(name, None, name, "anyone", (), "release it to the contractor", until, freed)
        step = "wait for its date; the client may dispute it until then"
        return Item(name, None, name, "", (), step, until, freed)
    progress = (0, clock, 0, int(Phase.DISPUTED))
    state = milestone_state(0, name, position.holdback, 0, progress, _rules(position))
    waits = state.turn == "anyone" and state.step.startswith("wait")
    turn = "" if waits else state.turn
    until, silence = _window(position, clock), outcomes.split_holdback(position)
    return Item(name, None, name, turn, holder(position, turn), state.step, until, silence)


def _ending(position: Position) -> list[Item]:
    """An announced ending, or nothing left that is open."""
    silence, name = outcomes.close(position), "end of the agreement"
    if silence is not None and silence.at <= position.now + 1:
        return [Item("ending", None, name, "anyone", (), "close the agreement", silence.at - 1, silence)]
    if position.ends_at is None:
        return []
    step = "wait: it ends then, and anyone closes it"
    open_ = outcomes.undecided(position)
    if open_:
        step = f"wait: anyone closes it once it has ended and this is decided: {', '.join(open_)}"
    until = position.ends_at if silence is None else silence.at - 1
    return [Item("ending", None, name, "", (), step, until, silence)]


def _rules(position: Position) -> Rules:
    deal, rules = position.deal, position.message["arbitration"]
    return Rules(
        review=int(deal["review"]),
        grace=int(deal["grace"]),
        rejections=int(deal["rejections"]),
        window=int(rules["window"]),
        has_arbiter=rules["arbiter"] != ZERO_ADDRESS,
        has_backup=rules["backup"] != ZERO_ADDRESS,
        ends_at=position.ends_at or 0,
        now=position.now,
    )


def _competing(items: Sequence[Item], position: Position) -> tuple[Item, ...]:
    """Marks what claims money that others claim by then, where less is held than all of it."""
    claims = [(position.first(each.silence.at), each.silence.claim) for each in items if each.silence is not None]
    claims = [(at, claim) for at, claim in claims if claim]

    def is_short(outcome: Outcome) -> bool:
        by_then = [claim for at, claim in claims if at <= position.first(outcome.at)]
        return bool(outcome.claim) and len(by_then) > 1 and sum(by_then) > position.held

    return tuple(_contended(each) if each.silence is not None and is_short(each.silence) else each for each in items)


def _contended(item: Item) -> Item:
    assert item.silence is not None, "it claims"
    words = f"{item.silence.words} Others claim the same money and too little is held for all: the first takes it."
    return replace(item, silence=replace(item.silence, competes=True, words=words))
