"""What bidders have done before, on chain: one delivered, one was ruled against, one was paid by clients of its own."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_account import Account
from people import People

from workpact.agreement import Agreement
from workpact.chain import clock
from workpact.terms import Names, loads

FILE = Path(__file__).parent / "past.yaml"
FIRST_DAY = 1767960000
"""2026-01-09 12:00 UTC."""
WEEK = 7 * 86_400
RING = 8
"""Clients that the ring's provider made up for itself."""


class Past:
    """The agreements before the tender; `tell` hears a line about each."""

    def __init__(self, people: People, tell: Callable[[str, Any], None]) -> None:
        self.people = people
        self.tell = tell
        self._made = 0

    def play(self) -> None:
        """All of them; the clock ends in March 2026."""
        people = self.people
        known, arbiter = people["known"], people["arbiter"]
        delivered = self._opened(known, people["lumen"], 15_000)
        poor = self._opened(known, people["cutrate"], 5_000)
        ring = [self._opened(Account.create(), people["mirror"], 20_000) for _ in range(RING)]
        poor.serve(sender=arbiter)
        for name, provider, agreement in (("first", "lumen", delivered), ("first", "cutrate", poor)):
            agreement.submit(name, b"half of it", sender=people[provider])
            agreement.accept(name, sender=known)
        for agreement in ring:
            for name in ("first", "second"):
                agreement.submit(name, b"nothing", sender=people["mirror"])
        delivered.submit("second", b"the rest", sender=people["lumen"])
        self._say("lumen has delivered all of it.", delivered.accept("second", sender=known))
        poor.submit("second", b"an empty file", sender=people["cutrate"])
        poor.dispute("second", "the file is empty", sender=known)
        self._say(
            "The arbiter rules that cutrate gets nothing for its second half.", poor.rule("second", 0, sender=arbiter)
        )
        clock.move_to(clock.now() + WEEK + 1)
        for agreement in ring:
            for name in ("first", "second"):
                last = agreement.release(name, sender=people["mirror"])
        self._say(f"mirror was paid by {RING} clients that nobody else has ever dealt with.", last)
        for agreement in (delivered, poor, *ring):
            agreement.close(sender=people["lumen"])

    def _opened(self, client: Any, contractor: Any, half: int) -> Agreement:
        """Half of the deposit each; opened and paid in by whoever carries the signatures."""
        self._made += 1
        token = self.people.token
        salts = {name: sha256(f"{name} {self._made}".encode()).hexdigest() for name in ("PUBLIC", "SECRET")}
        text = FILE.read_text().replace("NUMBER", str(self._made))
        for name, salt in salts.items():
            text = text.replace(name, salt)
        text = text.replace("HALF", f"{half:,}").replace("WHOLE", f"{2 * half:,}")
        wallets = {
            "client": client.address,
            "contractor": contractor.address,
            "arbiter": self.people["arbiter"].address,
        }
        agreement = Agreement.deployed(loads(text, Names(wallets=wallets, token=token.address)))
        carrier = self.people["lumen"]
        token.mint(client.address, agreement.units(f"{2 * half:,} USDC"), sender=carrier)
        agreement.open(agreement.sign(client), agreement.sign(contractor), agreement.permit(client), sender=carrier)
        agreement.publish(sender=carrier)
        return agreement

    def _say(self, text: str, sent: Any) -> None:
        self.tell(text, sent)
