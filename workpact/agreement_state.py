"""How the milestones of an agreement stand, whose turn it is, what silence does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from workpact.chain.state import Phase

HOLDBACK = 64
"""The holdback as an item of disputes."""
INTERIM = 65
"""The first service period as an item of progress: what it got before it settled."""


def moment(seconds: int) -> datetime:
    """Unix seconds as an aware datetime."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True)
class Silence:
    """What happens to a milestone when nobody acts: after `until_at` (Unix seconds) anyone can bring it about."""

    until_at: int
    outcome: str

    @property
    def until(self) -> datetime:
        """The last moment in which somebody may still act."""
        return moment(self.until_at)


@dataclass(frozen=True)
class MilestoneState:
    """A milestone as it stands. Amounts in the token's smallest unit, instants in Unix seconds."""

    index: int
    name: str
    amount_units: int
    accepted_units: int
    """What was accepted or paid of it so far; of a settled one see the ledger."""
    phase: Phase | None
    """None once it is settled."""
    lapsed: bool
    """Settled, but neither accepted nor ruled for the contractor: it went back to the client."""
    rounds_left: int
    deadline_at: int | None
    """Until when it may be submitted; None where it may not."""
    review_until_at: int | None
    """Until when the client may answer; None where nothing is submitted."""
    turn: str
    """Who should act: client, contractor, arbiter, backup, anyone; empty once settled."""
    step: str
    """What that side can do."""
    silence: Silence | None
    """What follows if nobody acts; None where time alone changes nothing."""

    @property
    def is_settled(self) -> bool:
        """Final: paid, ruled, reclaimed or lapsed."""
        return self.phase is None

    @property
    def is_accepted(self) -> bool:
        """Settled in the contractor's favour."""
        return self.phase is None and not self.lapsed

    @property
    def rest_units(self) -> int:
        """What is open of it."""
        return 0 if self.phase is None else self.amount_units - self.accepted_units

    @property
    def deadline(self) -> datetime | None:
        """Until when it may be submitted."""
        return None if self.deadline_at is None else moment(self.deadline_at)

    @property
    def review_until(self) -> datetime | None:
        """Until when the client may answer."""
        return None if self.review_until_at is None else moment(self.review_until_at)


@dataclass(frozen=True)
class Rules:
    """What decides a milestone's course, of the terms and of the running ending; durations in seconds."""

    review: int
    grace: int
    rejections: int
    window: int
    has_arbiter: bool
    has_backup: bool
    ends_at: int
    now: int


def milestone_state(
    index: int, name: str, amount: int, due: int, step: tuple[int, int, int, int], rules: Rules
) -> MilestoneState:
    """A milestone that is not settled; `step` is (accepted, clock, rounds, phase) as stored."""
    accepted, clock, rounds, number = step
    phase = Phase(number)
    deadline = due + rules.grace
    if phase is Phase.REJECTED:
        deadline = max(deadline, clock + rules.review)
    may_submit = phase in (Phase.OPEN, Phase.REJECTED)
    submit_until = min(deadline, rules.ends_at) if rules.ends_at else deadline
    review_until = clock + rules.review if phase is Phase.SUBMITTED else None
    turn, what = _turn(phase, clock, deadline, rules)
    return MilestoneState(
        index=index,
        name=name,
        amount_units=amount,
        accepted_units=accepted,
        phase=phase,
        lapsed=False,
        rounds_left=max(rules.rejections - rounds, 0),
        deadline_at=submit_until if may_submit else None,
        review_until_at=review_until,
        turn=turn,
        step=what,
        silence=_silence(phase, clock, deadline, rules),
    )


def settled_milestone(index: int, name: str, amount: int, lapsed: bool) -> MilestoneState:
    """A milestone that is final."""
    return MilestoneState(index, name, amount, 0, None, lapsed, 0, None, None, "", "", None)


def _turn(phase: Phase, clock: int, deadline: int, rules: Rules) -> tuple[str, str]:
    if phase in (Phase.OPEN, Phase.REJECTED):
        if rules.now > deadline:
            return "anyone", "reclaim it for the client"
        if not rules.ends_at or rules.now <= rules.ends_at:
            return "contractor", "submit it"
        return ("contractor", "dispute it") if phase is Phase.REJECTED else ("anyone", "close the agreement")
    if phase is Phase.SUBMITTED:
        late = rules.now > clock + rules.review
        return ("anyone", "release it to the contractor") if late else ("client", "accept, reject or dispute it")
    if phase is Phase.OWED:
        return "client", "fund what is owed, then anyone releases it"
    if rules.now > clock + 2 * rules.window:
        return "anyone", "rule by the split of the terms"
    if rules.now <= clock + rules.window:
        return ("arbiter", "rule") if rules.has_arbiter else ("anyone", "wait: there is no arbiter")
    return ("backup", "rule") if rules.has_backup else ("anyone", "wait for the default split")


def _silence(phase: Phase, clock: int, deadline: int, rules: Rules) -> Silence | None:
    if phase in (Phase.OPEN, Phase.REJECTED):
        if rules.ends_at and rules.ends_at < deadline and phase is Phase.OPEN:
            return Silence(rules.ends_at, "lapses with the agreement, back to the client")
        return Silence(deadline, "goes back to the client")
    if phase is Phase.SUBMITTED:
        return Silence(clock + rules.review, "is paid to the contractor")
    if phase is Phase.DISPUTED:
        return Silence(clock + 2 * rules.window, "is divided by the split of the terms")
    return None
