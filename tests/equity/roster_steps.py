"""Random steps on the managers' rosters: mostly what is allowed, some of it not."""

from __future__ import annotations

from typing import Any

from tests.equity.model import Seat
from tests.equity.pair import DAY, Pair
from tests.equity.pool_acts import NOBODY
from workpact.equity import Worker
from workpact.preflight import send


class RosterSteps(Pair):
    """Workers and their wallets."""

    def enrol(self, manager: Any = None) -> None:
        """One to three wallets, one of them twice at times."""
        manager = manager or self.random.choice(self.managers)
        wallets = [self.wallet() for _ in range(self.random.randrange(1, 4))]
        self.both(
            lambda after: after.enrol(manager.address, wallets), lambda: self.equity.enrol(wallets, sender=manager)
        )

    def reserve(self) -> None:
        """Numbers without a wallet."""
        manager, count = self.random.choice(self.managers), self.random.randrange(4)
        self.both(
            lambda after: after.reserve(manager.address, count), lambda: self.equity.reserve(count, sender=manager)
        )

    def rotate(self) -> None:
        """Signed, sent by the wallet, late, or by somebody else."""
        worker, seat = self._worker()
        wallet = self.wallet() if self.random.random() < 0.95 else NOBODY
        deadline = self.now + self.random.choice((-1, 0, 1, DAY))
        sender, signer, signature = self.senders.get(seat.wallet or "", self.anyone), None, b""
        if seat.wallet and self.random.random() < 0.7:
            sender, signer = self.anyone, seat.wallet
            signature = worker.rotation(wallet, deadline).sign(self.keys[signer])
        given = worker.manager, worker.number, wallet, deadline, signature
        self.both(
            lambda after: after.rotate(*given[:3], self.now, sender.address, signer, deadline),
            lambda: worker.rotate(wallet, deadline=deadline, signature=signature, sender=sender),
            lambda: send(self.contract.rotate, *given, sender=sender),
        )

    def propose(self) -> None:
        """For any worker of a manager, or none."""
        worker, _ = self._worker()
        wallet = self.wallet() if self.random.random() < 0.95 else NOBODY
        manager = next(manager for manager in self.managers if manager.address == worker.manager)
        self.both(
            lambda after: after.propose(worker.manager, worker.number, wallet, self.now),
            lambda: worker.propose(wallet, sender=manager),
        )

    def veto(self) -> None:
        """Signed, sent by the wallet, or by somebody else."""
        worker, seat = self._worker(is_proposed=True)
        sender, signer, signature = self.senders.get(seat.wallet or "", self.anyone), None, b""
        if seat.wallet and seat.proposed and self.random.random() < 0.7:
            sender, signer = self.anyone, seat.wallet
            signature = worker.objection().sign(self.keys[signer])
        self.both(
            lambda after: after.veto(worker.manager, worker.number, self.now, sender.address, signer),
            lambda: worker.veto(signature=signature, sender=sender),
            lambda: send(self.contract.veto, worker.manager, worker.number, signature, sender=sender),
        )

    def set_wallet(self) -> None:
        """At times in the very second that it is ripe, or the one before."""
        worker, seat = self._worker(is_proposed=True)
        if seat.proposed and self.random.random() < 0.5:
            self.pause(max(0, seat.ripe_at - self.random.choice((0, 0, 0, 1)) - self.now))
        wallet = seat.proposed if seat.proposed and self.random.random() < 0.9 else self.wallet()
        self.both(
            lambda after: after.set_wallet(worker.manager, worker.number, wallet, self.now),
            lambda: worker.set_wallet(sender=self.anyone),
            lambda: send(self.contract.setWallet, worker.manager, worker.number, wallet, sender=self.anyone),
        )

    def _worker(self, is_proposed: bool = False) -> tuple[Worker, Seat]:
        """Of any roster; rarely a number that it does not have."""
        manager = self.random.choice(self.managers).address
        roster = self.model.rosters[manager]
        numbers = [number for number, seat in roster.items() if seat.proposed or not is_proposed] or list(roster)
        number = self.random.choice(numbers) if self.random.random() < 0.97 else len(roster) + 1
        return self.equity.worker(manager, number), roster.get(number, Seat(None))
