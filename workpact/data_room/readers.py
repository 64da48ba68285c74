"""Who may read a file of a kind, by the document in force and by what is in dispute now (SPEC.md 14.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eth_utils.address import is_address, to_checksum_address

from workpact.agreement_state import HOLDBACK
from workpact.chain import contracts, deployments
from workpact.chain.state import Phase
from workpact.data_room.errors import RoomError
from workpact.preflight import ask, chain_id
from workpact.service_results import Stage
from workpact.terms.fields import ZERO_ADDRESS
from workpact.terms.room import Kind

if TYPE_CHECKING:
    from workpact.agreement_view import AgreementView


class NotAReader(RoomError):
    """The agreement lets nobody in this role read files of this kind. Nothing was sealed or sent."""


class NoDispute(RoomError):
    """An arbiter reads only while something is disputed that it may rule on. Nothing was sealed or sent."""


class UnknownReader(RoomError):
    """A word is no address, no role, and no worker with a wallet."""


@dataclass(frozen=True)
class Disputed:
    """What is in dispute now, and who rules on it."""

    item: str
    judges: tuple[str, ...]


class Roster:
    """The workers of one contractor. All wallets are asked for once, one wallet each time."""

    def __init__(self, manager: str) -> None:
        self._manager = manager
        self._found: set[str] = set()

    @cached_property
    def wallets(self) -> dict[int, str]:
        """The registered wallets by number."""
        count = 0 if self._equity is None else int(ask(self._equity.workersOf, self._manager))
        found = {number: self._wallet(number) for number in range(1, count + 1)}
        return {number: wallet for number, wallet in found.items() if wallet != ZERO_ADDRESS}

    def wallet(self, number: int) -> str | None:
        """The wallet of one number; None if there is none."""
        if self._equity is None or not 0 < number <= int(ask(self._equity.workersOf, self._manager)):
            return None
        wallet = self._wallet(number)
        self._found.add(wallet)
        return None if wallet == ZERO_ADDRESS else wallet

    def has(self, wallet: str) -> bool:
        """Whether it is a worker's."""
        return wallet in self._found or wallet in self.wallets.values()

    @cached_property
    def _equity(self) -> Any:
        """The worker equity that is recorded here; None if there is none."""
        known = deployments.read(chain_id()).get("WorkerEquity")
        return None if known is None else contracts.at("WorkerEquity", known.address)

    def _wallet(self, number: int) -> str:
        return str(ask(self._equity.walletOf, self._manager, number))


class RoomReaders:
    """The readers that the document in force allows, and the words by which people name them."""

    def __init__(self, agreement: AgreementView, roster: Roster) -> None:
        self.agreement = agreement
        self.roster = roster
        self.table = agreement.document.room

    @cached_property
    def sides(self) -> dict[str, str]:
        """Client or contractor, for the parties, their operators and their reporters."""
        found: dict[str, str] = {}
        parties = self.agreement.document.parties
        for role, party in (("contractor", parties.contractor), ("client", parties.client)):
            reporters = party.reporters.wallets if party.reporters else ()
            found |= dict.fromkeys((party.wallet, *party.operators, *reporters), role)
        return found

    @cached_property
    def judges(self) -> frozenset[str]:
        """All arbiters and backups that the document names."""
        return frozenset(judge for judges in (self._judges(), self._service_judges()) for judge in judges)

    @property
    def workers(self) -> dict[int, str]:
        """The wallets on the contractor's roster, by number; none if no worker equity is recorded here."""
        return self.roster.wallets

    def disputes(self) -> list[Disputed]:
        """What is in dispute at this moment: milestones, the holdback, service periods."""
        items = [each.name for each in self.agreement.milestones if each.phase is Phase.DISPUTED]
        items += ["holdback"] * (self.agreement.phase(HOLDBACK) is Phase.DISPUTED)
        return [Disputed(item, self._judges()) for item in items] + self._contested()

    def roles_of(self, reader: str) -> frozenset[str]:
        """All roles of an address; `other` if it has none."""
        roles = {self.sides[reader]} if reader in self.sides else set[str]()
        if reader in self.judges:
            roles.add("arbiter")
        elif not roles and self.roster.has(reader):
            roles.add("worker")
        return frozenset(roles or {"other"})

    def require(self, kind: Kind, readers: Iterable[str]) -> None:
        """Each may read files of this kind now; raises `NotAReader` with the rule, or `NoDispute`."""
        allowed = self.table[kind]
        for reader in readers:
            roles = self.roles_of(reader)
            if not roles & allowed:
                raise NotAReader(
                    f"{reader} ({', '.join(sorted(roles))}) may not read a {kind.word}: the agreement lets only "
                    f"{', '.join(sorted(allowed))} read that (its room section, else SPEC.md 14.7). Name another "
                    "reader or kind, or agree on a change of the section."
                )
            if roles & allowed == {"arbiter"} and not any(reader in each.judges for each in self.disputes()):
                raise NoDispute(
                    f"{reader} is an arbiter, and nothing that it rules on is in dispute: it gets access once a "
                    "milestone, the holdback or a service period is disputed (ape run agreement dispute, ape run sla)."
                )

    def may(self, kind: Kind, reader: str) -> bool:
        """Whether the reader may read files of this kind now."""
        try:
            self.require(kind, [reader])
        except (NotAReader, NoDispute):
            return False
        return True

    def named(self, words: Iterable[str], *, ever: bool = False) -> tuple[str, ...]:
        """The addresses of readers as people name them, each once, in their order.

        An address, `client`, `contractor`, `arbiter` (whoever rules on what is in dispute now; `ever`: all that the
        document names), or `worker-17`. Raises `UnknownReader`, `NoDispute`.
        """
        return tuple(dict.fromkeys(each for word in words for each in self._named(str(word), ever)))

    def _named(self, word: str, ever: bool) -> tuple[str, ...]:
        if is_address(word):
            return (to_checksum_address(word),)
        if word in ("client", "contractor"):
            return (self.agreement.client if word == "client" else self.agreement.contractor,)
        if word == "arbiter" and ever:
            return tuple(sorted(self.judges))
        if word == "arbiter":
            judges = tuple(judge for each in self.disputes() for judge in each.judges)
            if not judges:
                raise NoDispute("Nothing is in dispute now, so no arbiter may read. Share it once there is a dispute.")
            return judges
        number = word.removeprefix("worker-")
        if word.startswith("worker-") and number.isdecimal():
            wallet = self.roster.wallet(int(number))
            if wallet is None:
                raise UnknownReader(f"Worker {number} has no wallet on the roster: ape run equity enrol, or rotate.")
            return (wallet,)
        raise UnknownReader(
            f"{word!r} is no reader: write an address, client, contractor, arbiter, or a worker like worker-17."
        )

    def _judges(self) -> tuple[str, ...]:
        arbitration = self.agreement.document.spec.arbitration
        judges = (arbitration.arbiter, arbitration.backup)
        return tuple(judge.wallet for judge in judges if judge is not None and judge.wallet != ZERO_ADDRESS)

    def _service_judges(self) -> tuple[str, ...]:
        document = self.agreement.document
        if document.spec.service is None or document.spec.billing is None:
            return ()
        return tuple(judge for judge in document.contest()[1:3] if judge != ZERO_ADDRESS)

    def _contested(self) -> list[Disputed]:
        judges = self._service_judges()
        if not judges:
            return []
        from workpact.service_levels import ServiceLevels

        levels = ServiceLevels.of(self.agreement)
        names = [period.name for period in self.agreement.document.periods]
        return [Disputed(name, judges) for name in names if levels.result(name).stage is Stage.CONTESTED]
