"""The example made ready to play on a local chain: who takes part, the agreement with their addresses, a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from generate_log import generate

from workpact.agreement import Agreement
from workpact.measurement import Measurement, definition_of, load_or_create_secret, measure, period_of
from workpact.service_levels import ServiceLevels
from workpact.terms import AgreementDocument, load

FILE = Path(__file__).parent / "agreement.yaml"
FIRST_DAY = 1455883200
"""2016-02-19 12:00 UTC: before the bid of the example ends."""
ROLES = {
    "client": "client",
    "contractor": "contractor",
    "client-operator": "client_operator",
    "contractor-operator": "contractor_operator",
    "client-reporter": "client_reporter",
    "contractor-reporter": "contractor_reporter",
    "arbiter": "arbiter",
    "backup": "backup",
}
"""The agreement file's names of wallets, and the local chain's names of those who hold them."""


def reporters() -> dict[str, LocalAccount]:
    """Two fresh keys that only sign reports: they need no ether."""
    return {"client_reporter": Account.create(), "contractor_reporter": Account.create()}


def document(actors: Mapping[str, Any], token: Any, contracts: Mapping[str, Any]) -> AgreementDocument:
    """The agreement file with the addresses of a chain."""
    return load(
        FILE,
        wallets={name: actors[role].address for name, role in ROLES.items()},
        token=token.address,
        contracts={name: contracts[name].address for name in ("SLAOracle", "WorkerEquity")},
    )


@dataclass(frozen=True)
class Log:
    """A log of tickets, and the secret that both sides salt its evidence with."""

    path: Path
    secret: bytes

    @classmethod
    def at(cls, path: Path | None, folder: Path) -> Log:
        """The log at `path`, else a small one made up in `folder`; the secret is kept there too."""
        if path is None:
            path = folder / "incidents.csv.gz"
            generate(path)
        return cls(path, load_or_create_secret(folder / "evidence.key"))

    def measured(self, agreement: AgreementDocument, periods: Iterable[str]) -> dict[str, Measurement]:
        """The periods measured by the agreement. Only the last must have cases: a log may begin late."""
        names = list(periods)
        return {
            name: measure(
                definition_of(agreement),
                self.path,
                period_of(agreement, name),
                self.secret,
                allow_empty=name != names[-1],
            )
            for name in names
        }


@dataclass(frozen=True)
class Desk:
    """The example on a chain, open or still to be opened."""

    actors: Mapping[str, Any]
    token: Any
    contracts: Mapping[str, Any]
    agreement: Agreement
    log: Log

    @classmethod
    def on_chain(cls, actors: Mapping[str, Any], token: Any, contracts: Mapping[str, Any], log: Log) -> Desk:
        """With the contracts of the connected chain, whose clock should stand at `FIRST_DAY`."""
        everybody = {**reporters(), **actors}
        agreement = Agreement.deployed(document(everybody, token, contracts))
        return cls(everybody, token, contracts, agreement, log)

    @property
    def document(self) -> AgreementDocument:
        """What is signed."""
        return self.agreement.document

    @property
    def levels(self) -> ServiceLevels:
        """The service levels in the oracle."""
        return ServiceLevels.of(self.agreement)

    def measured(self, period: str) -> Measurement:
        """A service period by the log."""
        return self.log.measured(self.document, [period])[period]

    def __getattr__(self, role: str) -> Any:
        try:
            return self.actors[role]
        except KeyError:
            raise AttributeError(role) from None
