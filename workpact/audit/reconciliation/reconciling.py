"""One agreement, or a whole deployment: events against contracts and transfers (SPEC.md 13.7)."""

from __future__ import annotations

from collections.abc import Sequence

from workpact.audit.entries import BlockGone
from workpact.audit.history import Head, History
from workpact.audit.history import head as block_at
from workpact.audit.node import Node
from workpact.audit.reconciliation.comparing import Comparison, Progress
from workpact.audit.reconciliation.linked import unlinked
from workpact.audit.reconciliation.replay import Replay, contracts_of
from workpact.audit.reconciliation.result import Coverage, Equation, Line, Reconciliation
from workpact.audit.reconciliation.sheet import Account
from workpact.audit.reconciliation.views import BALANCE, is_answered
from workpact.audit.reconciliation.whole import Whole, parties_in
from workpact.audit.transfers import Transfer

MOVED = frozenset(
    {"funded", "paid", "refunded", "withdrawn", "collected", "wages paid", "margin", "distributed", "revenue paid"}
)
"""What transfers make, beside the balances."""
SHARED = "What payees are owed and what contracts hold: all agreements of one token share it (--all compares it)."
NO_NODE = "What contracts answer: a bundle has their histories alone."

NO_RECEIPTS = "Transfers of tokens: the bundle has no receipts (ape run audit export --receipts)."


def _silent(done: int, of: int) -> None:
    """Shows no progress."""


def reconcile(
    history: History, transfers: Sequence[Transfer] | None, node: Node | None = None, progress: Progress = _silent
) -> Reconciliation:
    """One agreement: its events against the transfers in their transactions and, of a node, what contracts answer.

    Without transfers, or a node, that is not compared, and the result says so. Raises `BlockGone`.
    """
    subject = history.subject
    ours = contracts_of(subject.agreement, subject.payroll, subject.equities)
    replay = Replay(ours, parties_in(subject.messages), whole=False)
    replay.read(history.entries, transfers)
    reckoned = _Reckoned(replay, node, history.head, progress)
    return reckoned.result(subject.chain_id, subject.origin)


def reconcile_all(whole: Whole, head: Head, node: Node, progress: Progress = _silent) -> Reconciliation:
    """A whole deployment until a block: every agreement, book, pool and balance. Raises `BlockGone`."""
    replay = Replay(whole.contracts, whole.parties, whole=True)
    replay.read(whole.entries, whole.transfers)
    for each in unlinked(node, whole.entries, head.number):
        replay.tell(each)
    return _Reckoned(replay, node, head, progress).result(node.chain_id, None)


def _require_there(node: Node, at: Head) -> None:
    """Raises `BlockGone` unless the block is still on the chain."""
    if block_at(node, at.number).hash != at.hash:
        raise BlockGone(f"Block {at.number} was replaced while it was read: run the same again.")


class _Reckoned:
    """What was read, and compared with the node where there is one."""

    def __init__(self, replay: Replay, node: Node | None, head: Head, progress: Progress) -> None:
        self.replay = replay
        self.node = node
        self.head = head
        self.accounts = sorted(each for each in replay.points if replay.whole or each.name != "owed")
        points = {each: replay.points[each] for each in self.accounts}
        self.comparison = Comparison(points, head.number)
        if node is not None:
            self.comparison.ask(node, progress)
            _require_there(node, head)
            for account in self.accounts:
                difference = self.comparison.difference(node, account)
                if difference is not None:
                    replay.tell(difference)

    def result(self, chain_id: int, origin: bytes | None) -> Reconciliation:
        """All of it."""
        replay = self.replay
        told = {each.account for each in replay.differences}
        return Reconciliation(
            chain_id,
            self.head,
            origin,
            len(replay.blocks),
            tuple(self._line(each, each not in told) for each in self.accounts),
            tuple(self._equations()),
            tuple(sorted(replay.differences, key=lambda each: (each.place, str(each)))),
            tuple(replay.donations),
            self._coverage(),
            tuple(self._left_out()),
        )

    def _line(self, account: Account, is_same: bool) -> Line:
        by_contract = self.comparison.answers.get((account, self.head.number))
        by_transfers = self.replay.moved[account] if self.replay.has_transfers and _is_moved(account) else None
        return Line(account, self.replay.sheet.values[account], by_contract, by_transfers, is_same)

    def _equations(self) -> list[Equation]:
        escrow = self.replay.escrow
        return [
            Equation(
                origin,
                escrow.tokens[origin],
                ledger.funded,
                ledger.paid + escrow.booked[origin, "paid"],
                ledger.refunded + escrow.booked[origin, "refunded"],
                ledger.fees.total(),
                ledger.held,
                ledger.holdback,
            )
            for origin, ledger in sorted(escrow.ledgers.items())
        ]

    def _coverage(self) -> Coverage:
        complete = comparisons = due = 0
        for account in self.accounts:
            asked = self.comparison.checks(account) if is_answered(account) else []
            done = sum((account, block) in self.comparison.answers for block in asked)
            moves = len(self.replay.points[account]) if _is_moved(account) else 0
            moved = moves if self.replay.has_transfers else 0
            complete += (done, moved) == (len(asked), moves)
            comparisons, due = comparisons + done + moved, due + len(asked) + moves
        return Coverage(complete, len(self.accounts), comparisons, due)

    def _left_out(self) -> list[str]:
        found = [] if self.replay.whole else [SHARED]
        if self.node is None:
            found.append(NO_NODE)
        if not self.replay.has_transfers:
            found.append(NO_RECEIPTS)
        if self.comparison.is_pruned:
            found.append(
                f"What contracts answered before block {self.comparison.oldest}: the node does not answer for older "
                "states. Ask one that keeps all of them (an archive node)."
            )
        for origin, id_ in sorted(self.replay.escrow.unnamed.items()):
            found.append(
                f"Whom agreement 0x{origin.hex()} pays since its amendment 0x{id_.hex()}: nobody has published that "
                "document (ape run agreement publish)."
            )
        silent = {each.token for each in self.comparison.silent()}
        return found + [f"What the token {each} answers: it gave no balance at some blocks." for each in sorted(silent)]


def _is_moved(account: Account) -> bool:
    return account.name == BALANCE or account.name in MOVED
