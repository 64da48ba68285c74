"""What happened to one grant, as far as it bears on what has vested. Unix seconds and ppm; no chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workpact import WorkpactError
from workpact.terms.units import PPM


class BadCourse(WorkpactError, ValueError):
    """A course that no grant can have."""


@dataclass(frozen=True)
class Course:
    """What happened to one grant so far, each list in the order of time.

    A step of the gate, an acceleration and the client's ending count from the moment the contract took them in, until
    the grant's end is carried out. An announcement that was withdrawn is no part of it. Raises `BadCourse`.
    """

    leaves: tuple[tuple[int, int | None], ...] = ()
    """From and to; None for the last one while it runs."""
    gate: tuple[tuple[int, int], ...] = ()
    """When, and how many milestones and periods counted from then on."""
    accelerations: tuple[tuple[int, int], ...] = ()
    """When, and what of the unvested had vested by the manager's act from then on, ppm in all."""
    announced_at: int | None = None
    """When its end was announced; it takes effect after the plan's notice."""
    finished_at: int | None = None
    """When its end was carried out; what vested until then stays."""
    client_ended_at: int | None = None
    """When the plan took in that the client had ended the agreement by notice."""

    def __post_init__(self) -> None:
        starts = [start for start, _ in self.leaves]
        ends = [end for _, end in self.leaves]
        if None in ends[:-1] or any(end is not None and end < start for start, end in self.leaves):
            raise BadCourse("A leave ends before it starts, or before another was over.")
        if any(end is not None and start < end for end, start in zip(ends[:-1], starts[1:], strict=True)):
            raise BadCourse("Two leaves overlap, or are not in the order of time.")
        for name, steps in (("gate", self.gate), ("accelerations", self.accelerations)):
            if any(later[0] < sooner[0] or later[1] < sooner[1] for sooner, later in pairwise(steps)):
                raise BadCourse(f"The steps of {name} fall, or are not in the order of time.")
        if any(not 0 <= ppm <= PPM for _, ppm in self.accelerations):
            raise BadCourse("An acceleration is above 100 %.")
        if self.finished_at is not None and (self.announced_at is None or self.finished_at < self.announced_at):
            raise BadCourse("An end that was not announced before is carried out.")

    def stops(self, start: int, most: int) -> Iterator[tuple[int, int]]:
        """When the clock of a grant stands still: leaves count from `start` on, for `most` seconds in all."""
        for first, last in self.leaves:
            first = max(first, start)
            last = first + most if last is None else min(last, first + most)
            if last > first:
                most -= last - first
                yield first, last

    def known(self, moment: int) -> int:
        """The moment up to which gate, accelerations and the client's ending count at `moment`."""
        return moment if self.finished_at is None else min(moment, self.finished_at)

    def reached(self, moment: int) -> int:
        """How many milestones and periods count."""
        return _last(self.gate, self.known(moment))

    def acceleration(self, moment: int, leaver: int) -> int:
        """What of the unvested vests beside time and gate, ppm; `leaver` is the plan's part."""
        has_client_ended = self.client_ended_at is not None and self.client_ended_at <= self.known(moment)
        return max(_last(self.accelerations, self.known(moment)), leaver if has_client_ended else 0)

    def turns(self) -> Iterator[int]:
        """The moments at which something else than time may let more vest."""
        yield from (moment for moment, _ in (*self.gate, *self.accelerations))
        if self.client_ended_at is not None:
            yield self.client_ended_at


def _last(steps: Sequence[tuple[int, int]], moment: int) -> int:
    return max((value for when, value in steps if when <= moment), default=0)
