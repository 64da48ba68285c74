"""Conditions as SQL and as Python functions side by side, drawn by Hypothesis: the one is never read from the other.

NULL is None, and logic is three-valued.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from hypothesis import strategies as st

Scope = Mapping[str, Any]
TEXTS = ["a", "b", "B", "ab", "Ab a", " a", "", "?", "7", "-3", "+04", "ä", "it''s"]
LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True)
class Expr:
    """An expression, and its value on a row."""

    sql: str
    value: Callable[[Scope], Any] = field(repr=False, compare=False)


def both(one: Any, other: Any) -> Any:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def negated(one: Any) -> Any:
    return None if one is None else not one


def either(one: Any, other: Any) -> Any:
    return negated(both(negated(one), negated(other)))


def strict(function: Callable[..., Any], *parts: Expr) -> Callable[[Scope], Any]:
    """NULL where a part is."""

    def value(scope: Scope) -> Any:
        values = [part.value(scope) for part in parts]
        return None if None in values else function(*values)

    return value


def compared(kind: str, one: Expr, other: Expr) -> Expr:
    return Expr(f"({one.sql} {kind} {other.sql})", strict(COMPARISONS[kind], one, other))


def whole_in(text: str, missing: str) -> int | None:
    """A text as a whole number; None where it is missing or none."""
    return int(text) if text != missing and re.fullmatch("[-+]?[0-9]{1,18}", text, re.ASCII) else None


def like(text: str, pattern: str) -> bool:
    parts = {"%": ".*", "_": "."}
    return bool(re.fullmatch("".join(parts.get(each, re.escape(each)) for each in pattern), text, re.DOTALL))


def literal(text: str) -> Expr:
    plain = text.replace("''", "'")
    return Expr(f"'{text}'", lambda _: plain)


class Conditions:
    """Strategies over text columns and whole-number columns (or clocks), given what text stands for no value."""

    def __init__(self, texts: list[str], numbers: list[str], missing: str) -> None:
        self._texts = [Expr(name, lambda scope, name=name: scope[name]) for name in texts]
        self._numbers = [Expr(name, lambda scope, name=name: scope[name]) for name in numbers]
        self._missing = missing

    def where(self, depth: int = 2) -> st.SearchStrategy[Expr]:
        """A condition."""
        return st.one_of(self._compared(depth - 1), self._joined(depth - 1)) if depth else self._simple()

    def _simple(self) -> st.SearchStrategy[Expr]:
        constants = {"true": True, "false": False, "NULL": None}
        fixed = [Expr(text, lambda _, value=value: value) for text, value in constants.items()]
        text = st.tuples(st.sampled_from(sorted(COMPARISONS)), st.sampled_from(self._texts), st.sampled_from(TEXTS))
        return st.sampled_from(fixed) | text.map(lambda drawn: compared(drawn[0], drawn[1], literal(drawn[2])))

    def _compared(self, depth: int) -> st.SearchStrategy[Expr]:
        text, whole, kinds = self._text(depth), self._whole(depth), st.sampled_from(sorted(COMPARISONS))
        return st.one_of(
            st.builds(compared, kinds, text, text),
            st.builds(compared, kinds, whole, whole),
            st.builds(self._between, whole, whole, whole),
            st.builds(self._within, st.booleans(), text, st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3)),
            st.builds(self._like, st.sampled_from(["LIKE", "NOT LIKE", "ILIKE"]), text, st.text("aB%_ä", max_size=3)),
            st.builds(self._found, st.sampled_from(["starts_with", "ends_with", "contains"]), text, text),
        )

    def _joined(self, depth: int) -> st.SearchStrategy[Expr]:
        inner = self.where(depth)

        def tested(one: Expr, how: str) -> Expr:
            tests = {
                "IS NULL": lambda value: value is None,
                "IS NOT NULL": lambda value: value is not None,
                "IS TRUE": lambda value: value is True,
                "IS NOT FALSE": lambda value: value is not False,
            }
            return Expr(f"({one.sql} {how})", lambda scope: tests[how](one.value(scope)))

        return st.one_of(
            st.builds(
                lambda a, b: Expr(f"({a.sql} AND {b.sql})", lambda s: both(a.value(s), b.value(s))), inner, inner
            ),
            st.builds(
                lambda a, b: Expr(f"({a.sql} OR {b.sql})", lambda s: either(a.value(s), b.value(s))), inner, inner
            ),
            st.builds(lambda a: Expr(f"(NOT {a.sql})", lambda s: negated(a.value(s))), inner),
            st.builds(tested, inner, st.sampled_from(["IS NULL", "IS NOT NULL", "IS TRUE", "IS NOT FALSE"])),
            st.builds(tested, self._whole(0), st.sampled_from(["IS NULL", "IS NOT NULL"])),
        )

    def _between(self, value: Expr, low: Expr, high: Expr) -> Expr:
        above, below = compared(">=", value, low), compared("<=", value, high)
        sql = f"({value.sql} BETWEEN {low.sql} AND {high.sql})"
        return Expr(sql, lambda scope: both(above.value(scope), below.value(scope)))

    def _within(self, negate: bool, value: Expr, texts: list[str]) -> Expr:
        plain = [text.replace("''", "'") for text in texts]
        sql = f"({value.sql} {'NOT ' if negate else ''}IN ({', '.join(literal(text).sql for text in texts)}))"
        return Expr(sql, strict(lambda found: (found in plain) != negate, value))

    def _like(self, how: str, value: Expr, pattern: str) -> Expr:
        def holds(text: str) -> bool:
            if how == "ILIKE":
                return like(text.translate(LOWER), pattern.translate(LOWER))
            return like(text, pattern) != (how == "NOT LIKE")

        return Expr(f"({value.sql} {how} '{pattern}')", strict(holds, value))

    def _found(self, how: str, one: Expr, other: Expr) -> Expr:
        found = {"starts_with": str.startswith, "ends_with": str.endswith, "contains": str.__contains__}
        return Expr(f"{how}({one.sql}, {other.sql})", strict(found[how], one, other))

    def _text(self, depth: int) -> st.SearchStrategy[Expr]:
        leaf = st.sampled_from([*self._texts, *map(literal, TEXTS)])
        if not depth:
            return leaf
        inner, cut = self._text(depth - 1), st.integers(0, 3)
        return leaf | st.one_of(
            st.builds(lambda a: Expr(f"lower({a.sql})", strict(lambda t: t.translate(LOWER), a)), inner),
            st.builds(lambda a: Expr(f"upper({a.sql})", strict(lambda t: t.translate(UPPER), a)), inner),
            st.builds(lambda a: Expr(f"trim({a.sql})", strict(lambda t: t.strip(" "), a)), inner),
            st.builds(lambda a, n: Expr(f"left({a.sql}, {n})", strict(lambda t: t[:n], a)), inner, cut),
            st.builds(lambda a, n: Expr(f"right({a.sql}, {n})", strict(lambda t: t[-n:] if n else "", a)), inner, cut),
            st.builds(lambda a, n: Expr(f"substr({a.sql}, {n + 1}, 2)", strict(lambda t: t[n : n + 2], a)), inner, cut),
            st.builds(lambda a, b: Expr(f"({a.sql} || {b.sql})", strict(lambda t, u: t + u, a, b)), inner, inner),
            st.builds(lambda a: Expr(f"CAST({a.sql} AS VARCHAR)", strict(str, a)), self._whole(0)),
            st.builds(self._nullif, inner, inner),
            st.builds(self._case, self._simple(), inner, inner),
            st.builds(self._coalesce, inner, inner),
        )  # fmt: skip

    def _whole(self, depth: int) -> st.SearchStrategy[Expr]:
        fixed = st.integers(-9, 90).map(lambda number: Expr(str(number), lambda _: number))
        leaf = st.sampled_from(self._numbers) | fixed
        if not depth:
            return leaf
        inner, divisor = self._whole(depth - 1), st.integers(1, 7)
        return leaf | st.one_of(
            st.builds(lambda a, b: Expr(f"({a.sql} + {b.sql})", strict(lambda m, n: m + n, a, b)), inner, inner),
            st.builds(lambda a, b: Expr(f"({a.sql} - {b.sql})", strict(lambda m, n: m - n, a, b)), inner, inner),
            st.builds(lambda a, b: Expr(f"({a.sql} * {b.sql})", strict(lambda m, n: m * n, a, b)), inner, inner),
            st.builds(lambda a, d: Expr(f"({a.sql} // {d})", strict(lambda m: m // d, a)), inner, divisor),
            st.builds(lambda a, d: Expr(f"({a.sql} % {d})", strict(lambda m: m % d, a)), inner, divisor),
            st.builds(lambda a: Expr(f"abs({a.sql})", strict(abs, a)), inner),
            st.builds(lambda a: Expr(f"length({a.sql})", strict(len, a)), self._text(0)),
            st.builds(self._cast, self._text(0)),
            st.builds(self._nullif, inner, inner),
            st.builds(self._case, self._simple(), inner, inner),
            st.builds(self._coalesce, inner, inner),
        )  # fmt: skip

    def _cast(self, text: Expr) -> Expr:
        return Expr(f"TRY_CAST({text.sql} AS INTEGER)", strict(lambda found: whole_in(found, self._missing), text))

    def _nullif(self, one: Expr, other: Expr) -> Expr:
        same = compared("=", one, other)
        return Expr(f"nullif({one.sql}, {other.sql})", lambda s: None if same.value(s) is True else one.value(s))

    def _case(self, condition: Expr, one: Expr, other: Expr) -> Expr:
        sql = f"CASE WHEN {condition.sql} THEN {one.sql} ELSE {other.sql} END"
        return Expr(sql, lambda s: one.value(s) if condition.value(s) is True else other.value(s))

    def _coalesce(self, one: Expr, other: Expr) -> Expr:
        def value(scope: Scope) -> Any:
            found = one.value(scope)
            return other.value(scope) if found is None else found

        return Expr(f"coalesce({one.sql}, {other.sql})", value)
