"""Workers of a manager's roster, and the wallets that are registered for them (SPEC.md 9.9, 9.10).

worker = equity.worker(contractor, 17)
signature = worker.rotation(new_wallet, deadline).sign(old_key)          # by the worker
worker.rotate(new_wallet, deadline=deadline, signature=signature, sender=carrier)    # by anyone
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workpact.consents import Consent
from workpact.preflight import Expired, NotReady, ask, now, send

if TYPE_CHECKING:
    from workpact.equity import WorkerEquity


class NoWallet(NotReady):
    """A worker has no registered wallet, or no change of it is proposed."""


@dataclass(frozen=True)
class Proposal:
    """A wallet that the manager proposes for a worker who lost its own."""

    wallet: str
    ripe_at: datetime
    """From when anyone can carry it out."""


@dataclass(frozen=True)
class Worker:
    """A number on a manager's roster."""

    equity: WorkerEquity
    manager: str
    number: int

    def __int__(self) -> int:
        return self.number

    @property
    def wallet(self) -> str | None:
        """The registered wallet; None if there is none yet."""
        return self.equity.wallet(self.manager, self.number)

    @property
    def proposal(self) -> Proposal | None:
        """The change of wallet that runs, if one does."""
        found = ask(self.equity.contract.proposalOf, self.manager, self.number)
        if not int(found.wallet, 16):
            return None
        return Proposal(found.wallet, datetime.fromtimestamp(found.ripeAt, UTC))

    def owed(self, pool: int) -> int:
        """Revenue of a pool that is booked for the worker, in the currency's smallest unit."""
        return int(ask(self.equity.contract.owed, pool, self.number))

    def rotation(self, wallet: Any, deadline: int) -> Consent:
        """What the registered wallet signs to hand over to another, until a Unix second. Raises `NoWallet`."""
        return Consent(
            "Rotate",
            self.equity.contract,
            self._need_wallet(),
            manager=self.manager,
            worker=self.number,
            wallet=_address(wallet),
            nonce=self._nonce,
            deadline=deadline,
        )

    def rotate(self, wallet: Any, *, deadline: int = 0, signature: bytes = b"", sender: Any) -> Any:
        """Changes the registered wallet. The wallet itself, or anyone with its signature.

        Raises `NoWallet`, `Expired`, `SignatureMissing` and `ForeignSignature` before anything is sent.
        """
        if signature and now() > deadline:
            raise Expired(f"The signature could be carried until {_shown(deadline)}: sign again with a later deadline.")
        self.rotation(wallet, deadline).require(signature, sender)
        arguments = (self.manager, self.number, _address(wallet), deadline, signature)
        return send(self.equity.contract.rotate, *arguments, sender=sender)

    def propose(self, wallet: Any, *, sender: Any) -> Any:
        """Proposes a wallet for a worker who lost its own; it can be carried out 14 days later. The manager."""
        return send(self.equity.contract.proposeWallet, self.number, _address(wallet), sender=sender)

    def objection(self) -> Consent:
        """What the registered wallet signs to veto the proposal. Raises `NoWallet`."""
        proposal = self._need_proposal()
        return Consent(
            "Veto",
            self.equity.contract,
            self._need_wallet(),
            manager=self.manager,
            worker=self.number,
            wallet=proposal.wallet,
            nonce=self._nonce,
        )

    def veto(self, *, signature: bytes = b"", sender: Any) -> Any:
        """Voids the proposal. The wallet itself, or anyone with its signature.

        Raises `NoWallet`, `SignatureMissing` and `ForeignSignature` before anything is sent.
        """
        self.objection().require(signature, sender)
        return send(self.equity.contract.veto, self.manager, self.number, signature, sender=sender)

    def set_wallet(self, *, sender: Any) -> Any:
        """Carries the proposal out. Anyone, 14 days after it was made. Raises `NoWallet`."""
        proposal = self._need_proposal()
        return send(self.equity.contract.setWallet, self.manager, self.number, proposal.wallet, sender=sender)

    @property
    def _nonce(self) -> int:
        return int(ask(self.equity.contract.nonceOf, self.manager, self.number))

    def _need_wallet(self) -> str:
        wallet = self.wallet
        if wallet is None:
            raise NoWallet(
                f"Worker {self.number} of {self.manager} has no wallet yet: it accepts its offer, or the manager "
                "proposes a wallet."
            )
        return wallet

    def _need_proposal(self) -> Proposal:
        proposal = self.proposal
        if proposal is None:
            raise NoWallet(f"No change of wallet is proposed for worker {self.number} of {self.manager}.")
        return proposal


def _address(account: Any) -> str:
    return str(getattr(account, "address", account))


def _shown(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S UTC}"
