"""The example made ready to play on a local chain: who takes part, the agreement with their addresses, the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from agents import write_all
from eth_account import Account
from eth_account.signers.local import LocalAccount

from workpact.agreement import Agreement
from workpact.batches.roster import Roster
from workpact.batches.wages import Token
from workpact.equity import WorkerEquity
from workpact.measurement import Measurement, definition_of, load_or_create_secret, measure, period_of
from workpact.payroll import AgreementPayroll, Payroll
from workpact.service_levels import ServiceLevels
from workpact.terms import AgreementDocument, load

FILE = Path(__file__).parent / "agreement.yaml"
FIRST_DAY = 1773576000
"""2026-03-15 12:00 UTC: before the bid of the example ends."""


@dataclass(frozen=True)
class Place:
    """The example on a chain, nothing signed yet."""

    actors: Mapping[str, Any]
    token: Any
    contracts: Mapping[str, Any]
    folder: Path
    reporters: Mapping[str, LocalAccount]
    agreement: Agreement

    @classmethod
    def on_chain(cls, actors: Mapping[str, Any], token: Any, contracts: Mapping[str, Any], folder: Path) -> Place:
        """With the contracts of the connected chain, whose clock should stand at `FIRST_DAY`; writes the files."""
        write_all(folder)
        # Two fresh keys that only sign reports.
        reporters = {side: Account.create() for side in ("client", "contractor")}
        wallets = {role: actors[role].address for role in ("client", "contractor", "arbiter", "backup")}
        wallets |= {f"{side}-reporter": key.address for side, key in reporters.items()}
        named = {name: contracts[name].address for name in ("SLAOracle", "WorkerEquity")}
        document = load(FILE, wallets=wallets, token=token.address, contracts=named)
        return cls(actors, token, contracts, folder, reporters, Agreement.deployed(document))

    @property
    def document(self) -> AgreementDocument:
        """What is signed."""
        return self.agreement.document

    @cached_property
    def levels(self) -> ServiceLevels:
        """The service levels in the oracle."""
        return ServiceLevels.of(self.agreement)

    @cached_property
    def equity(self) -> WorkerEquity:
        """All grants."""
        return WorkerEquity(self.contracts["WorkerEquity"])

    @cached_property
    def payroll(self) -> AgreementPayroll:
        """What the contractor earns by the agreement."""
        return Payroll(self.contracts["Payroll"]).of(self.agreement)

    @property
    def money(self) -> Token:
        """What wages are paid in."""
        written = self.document.token
        return Token(self.token.address, written.symbol, written.decimals)

    def roster(self) -> Roster:
        """The contractor's roster, read from its file."""
        return Roster.read(self.folder / "roster.csv")

    def measured(self, period: str) -> Measurement:
        """A service period by the log of tickets."""
        secret = load_or_create_secret(self.folder / "evidence.key")
        return measure(
            definition_of(self.document), self.folder / "tickets.csv", period_of(self.document, period), secret
        )
