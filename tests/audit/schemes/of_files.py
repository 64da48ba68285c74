"""Schemes around shared files: someone reads what the table of readers does not let it read."""

from __future__ import annotations

from collections.abc import Iterable

from tests.audit.schemes.scheme import Mark, scheme
from tests.audit.schemes.sharing import put
from tests.audit.schemes.world import DAY, World
from workpact.terms import Kind


@scheme("unexpected-reader")
def file_shown_to_somebody_who_has_no_seat(world: World) -> Iterable[Mark]:
    stranger = world.someone()
    return put(world, world.until - DAY, "contractor", world.random.choice(list(Kind)), [stranger])[1:]


@scheme("unexpected-reader")
def evidence_shown_to_the_arbiter_before_any_dispute(world: World) -> Iterable[Mark]:
    return put(world, world.start + DAY, "contractor", Kind.EVIDENCE, [world.people["arbiter"]])[1:]


@scheme("unexpected-reader")
def roster_shown_to_the_client(world: World) -> Iterable[Mark]:
    return put(world, world.start + 9 * DAY, "contractor", Kind.ROSTER, [world.people["client"]])[1:]
