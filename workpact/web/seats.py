"""Who may act for whom at a block: parties, operators that have their seats, arbiters that serve (SPEC.md 4.9, 5.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.terms import eip712
from workpact.terms.fields import ZERO_ADDRESS
from workpact.web.outcomes import MOST_AMOUNT
from workpact.web.snapshot import Snapshot


@dataclass(frozen=True)
class Seats:
    """Those of the document in force."""

    snapshot: Snapshot

    @property
    def _deal(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.snapshot.message["deal"]
        return found

    @cached_property
    def client(self) -> str:
        """Who accepts and pays."""
        return to_checksum_address(self._deal["client"])

    @cached_property
    def contractor(self) -> str:
        """Who delivers and is paid."""
        return to_checksum_address(self._deal["contractor"])

    def of(self, side: str, amount: int) -> tuple[str, ...]:
        """The party, and its operators if they are appointed and their limit reaches."""
        operators = self.snapshot.message["annex"]["conditions"]["operators"]
        party = self.client if side == "client" else self.contractor
        if not self.snapshot.progress.has_operators or amount > min(int(operators["limit"]), MOST_AMOUNT):
            return (party,)
        # Who is named by both sides sits where the contract puts it last.
        seats = {to_checksum_address(each): "client" for each in operators["client"]}
        seats |= {to_checksum_address(each): "contractor" for each in operators["contractor"]}
        return tuple(dict.fromkeys((party, *(each for each, seat in seats.items() if seat == side))))

    @cached_property
    def group(self) -> bytes:
        """What arbiters consent to: the struct hash of the arbitration."""
        return eip712.struct_hash("Arbitration", self.snapshot.message["arbitration"])

    def judge(self, which: str) -> str | None:
        """The arbiter or the backup; None if there is none."""
        named = to_checksum_address(self.snapshot.message["arbitration"][which])
        return None if named == ZERO_ADDRESS else named

    def serves(self, arbiter: str) -> bool:
        """Whether it has consented to this arbitration group, and to no other since."""
        return self.snapshot.answers.serves.get(arbiter) == self.group
