"""Files that the sides of an agreement share; nothing of it takes a draw from the other parts of a world."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eth_utils.crypto import keccak

from tests.audit.schemes.world import DAY, Happening, World
from workpact.terms import Kind


def put(world: World, time: int, author: str, kind: int, readers: Iterable[str], version: int = 1) -> list[Happening]:
    """A version of a file of its own, and access to it; the events, the version first."""
    number = sum(each.contract == "DataRoom" for each in world.happenings)
    file, side = keccak(text=f"file {number}"), 1 if author.startswith("client") else 2
    sender = world.people[author]
    what: dict[str, Any] = {"book": world.origin, "file": file, "version": version}
    made: dict[str, Any] = {"author": sender, "side": side, "kind": kind, "content": bytes(32), "manifest": bytes(32)}
    found = [world.emit(time, "DataRoom", "VersionPut", sender, **what, **made)]
    for reader in readers:
        given = {"reader": reader, "keyVersion": 1, "wrap": bytes(32), "by": sender}
        found.append(world.emit(time, "DataRoom", "AccessGiven", sender, found[0], **what, **given))
    return found


def share(world: World) -> None:
    """What was handed in, for the client and whoever acts for it; for the arbiter while it has something to rule on."""
    people = world.people
    for job in world.jobs[::3]:
        readers = [people["client"], people["client operator 0"], people["client reporter"], people["contractor"]]
        put(world, job.submitted.at, "contractor", Kind.DELIVERABLE, readers)
    for each in [each for each in world.happenings if each.name == "Disputed"]:
        put(world, each.at + DAY, "contractor", Kind.EVIDENCE, [people["client"], people["arbiter"]])
    put(world, world.start + DAY, "client operator 0", Kind.CREDENTIAL, [people["contractor operator"]])
