"""Every account at every block that touched it, and all at the last, against what contracts answer there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from workpact.audit.node import Node, StateGone
from workpact.audit.reconciliation.replay import Point
from workpact.audit.reconciliation.result import Difference
from workpact.audit.reconciliation.sheet import Account
from workpact.audit.reconciliation.views import answers, is_answered

Progress = Callable[[int, int], None]
"""Told how many blocks are done, and of how many."""
Points = Mapping[Account, Sequence[Point]]


class Comparison:
    """What contracts answer, asked from the last block back, as far as the node keeps states."""

    def __init__(self, points: Points, last: int) -> None:
        self.last = last
        self.oldest = last + 1
        """The oldest block that was answered for; behind the last if none was."""
        self.points = {account: found for account, found in points.items() if is_answered(account)}
        self.answers: dict[tuple[Account, int], int] = {}
        self.is_pruned = False
        """Whether the node keeps no states of older blocks."""

    def ask(self, node: Node, progress: Progress) -> None:
        """Asks block by block."""
        blocks: dict[int, list[Account]] = {self.last: list(self.points)}
        for account, found in self.points.items():
            for point in found:
                if point.block != self.last:
                    blocks.setdefault(point.block, []).append(account)
        for done, block in enumerate(sorted(blocks, reverse=True)):
            try:
                found_here = answers(node, blocks[block], block)
            except StateGone:
                self.is_pruned = True
                return
            self.oldest = block
            self.answers |= {(account, block): value for account, value in found_here.items()}
            progress(done + 1, len(blocks))

    def checks(self, account: Account) -> list[int]:
        """The blocks at which an account is to be compared."""
        return sorted({point.block for point in self.points.get(account, ())} | {self.last})

    def silent(self) -> list[Account]:
        """Accounts that were asked for and got no answer at some block."""
        asked = [(account, block) for account in self.points for block in self.checks(account) if block >= self.oldest]
        return [account for account, block in asked if (account, block) not in self.answers]

    def difference(self, node: Node, account: Account) -> Difference | None:
        """The first block after which the contract answers something else than the events say."""
        same: int | None = None
        for block in self.checks(account):
            actual = self.answers.get((account, block))
            if actual is None:
                continue
            if actual != self.expected(account, block):
                return self._told(account, *self._first(node, account, same, block, actual))
            same = block
        return None

    def expected(self, account: Account, block: int) -> int:
        """What the events say of an account after a block."""
        point = self._point(account, block)
        return point.value if point else 0

    def _point(self, account: Account, block: int) -> Point | None:
        found = self.points[account]
        at = bisect_right(found, block, key=lambda each: each.block)
        return found[at - 1] if at else None

    def _first(self, node: Node, account: Account, same: int | None, block: int, actual: int) -> tuple[int, int]:
        """The first block that differs, and the answer there, after one that was the same: no event lies between.

        Blocks that get no answer count as the same.
        """
        low, high = same if same is not None else block - 1, block
        if self.checks(account)[0] == block:
            low = 0  # No event is about it before: it was nothing.
        while high - low > 1:
            middle = (low + high) // 2
            answer = _answer(node, account, middle)
            if answer is not None and answer != self.expected(account, middle):
                high, actual = middle, answer
            else:
                low = middle
        return high, actual

    def _told(self, account: Account, block: int, actual: int) -> Difference:
        expected, point = self.expected(account, block), self._point(account, block)
        entry = point.entry if point and point.block == block else None
        what = f"the events leave {expected}, the contract answers {actual}"
        if entry is None:
            what += ", though no event of this block is about it"
        return Difference(block, "contract", what, account, expected, actual, entry)


def _answer(node: Node, account: Account, block: int) -> int | None:
    try:
        return answers(node, [account], block).get(account)
    except StateGone:
        return None
