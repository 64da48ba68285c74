"""Which of several lines belong to which of several payments, whatever order they are given in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations

MOST = 14
"""Candidates whose sums are tried; more are tried only side by side, in their order."""
LONGEST = 4
"""Parts of a sum that need not stand side by side."""


def pairs_in_order(
    left: Sequence[int], right: Sequence[int], cost: Callable[[int, int], int | None]
) -> list[tuple[int, int]]:
    """As many pairs as can be without crossing, of these the cheapest, of these the first; None is no pair.

    Both sides are in the order of time: of several equal payments the first belongs to the first line.
    """
    rows, columns = len(left), len(right)
    best = [[(0, 0)] * (columns + 1) for _ in range(rows + 1)]
    costs = [[cost(each, other) for other in right] for each in left]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            options = [best[row + 1][column], best[row][column + 1]]
            price = costs[row][column]
            if price is not None:
                count, paid = best[row + 1][column + 1]
                options.append((count - 1, paid + price))
            best[row][column] = min(options)
    found = []
    row = column = 0
    while row < rows and column < columns:
        price = costs[row][column]
        count, paid = best[row + 1][column + 1]
        if price is not None and best[row][column] == (count - 1, paid + price):
            found.append((left[row], right[column]))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return found


def only_sum(
    candidates: Sequence[int], fits: Callable[[tuple[int, ...]], bool], alike: Callable[[int], Hashable]
) -> tuple[int, ...] | None:
    """The several candidates that fit: the fewest, and the only ones of that number; else those side by side.

    Several choices that are `alike`, part for part, are one: the first. None where nothing fits, or more than one.
    """
    near = candidates[:MOST]
    for size in range(2, min(LONGEST, len(near)) + 1):
        found = [each for each in combinations(near, size) if fits(each)]
        if found:
            return found[0] if len({tuple(map(alike, each)) for each in found}) == 1 else None
    for size in range(LONGEST + 1, len(candidates) + 1):
        runs = (tuple(candidates[at : at + size]) for at in range(len(candidates) - size + 1))
        found = [each for each in runs if fits(each)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def connected(edges: Iterable[tuple[Hashable, Hashable]]) -> list[set[Hashable]]:
    """The groups that edges connect, in the order of their first edge."""
    group: dict[Hashable, set[Hashable]] = {}
    for one, other in edges:
        first, second = group.get(one, {one}), group.get(other, {other})
        if first is second:
            continue
        first |= second
        for each in first:
            group[each] = first
    return list({id(each): each for each in group.values()}.values())
