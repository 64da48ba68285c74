"""A condition: one boolean SQL expression over the columns of a row or of a case.

The text is parsed, never searched: what is not on the lists below is refused, so that a signed definition means the
same on every engine, reads nothing but its row and changes nothing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

MAX_LENGTH = 1000
MAX_DEPTH = 100

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul)
DIVISIONS = (exp.IntDiv, exp.Mod)
PATTERNS = (exp.Like, exp.ILike)
REGEXPS = (exp.RegexpLike, exp.RegexpFullMatch)
_CALLS = {
    exp.Lower: "lower",
    exp.Upper: "upper",
    exp.Trim: "trim",
    exp.Length: "length",
    exp.Substring: "substr",
    exp.Left: "left",
    exp.Right: "right",
    exp.StartsWith: "starts_with",
    exp.EndsWith: "ends_with",
    exp.Contains: "contains",
    exp.RegexpLike: "regexp_matches",
    exp.RegexpFullMatch: "regexp_full_match",
    exp.Coalesce: "coalesce",
    exp.Nullif: "nullif",
    exp.Abs: "abs",
    exp.Greatest: "greatest",
    exp.Least: "least",
}
_NAMED = ", ".join(sorted([*_CALLS.values(), "ltrim", "rtrim"]))
# What a node may hold; anything else that it holds (DISTINCT, ESCAPE, a subquery ...) is refused.
_PARTS: dict[type[exp.Expression], set[str]] = {
    exp.In: {"this", "expressions"},
    exp.Between: {"this", "low", "high"},
    exp.Case: {"this", "ifs", "default"},
    exp.If: {"this", "true"},
    exp.Cast: {"this", "to"},
    exp.TryCast: {"this", "to", "safe"},
    exp.Trim: {"this", "position"},
    exp.Substring: {"this", "start", "length"},
    exp.Greatest: {"this", "expressions", "ignore_nulls"},
    exp.Least: {"this", "expressions", "ignore_nulls"},
    exp.Coalesce: {"this", "expressions"},
    exp.Like: {"this", "expression", "negate"},
    exp.ILike: {"this", "expression", "negate"},
    exp.DPipe: {"this", "expression", "safe"},
    exp.Column: {"this"},
    exp.Literal: {"this", "is_string"},
}
_TWO = {"this", "expression"}


class ExpressionRefused(ValueError):
    """Why a text is not a condition that may be measured."""


def columns_of(where: str) -> tuple[str, ...]:
    """The columns that a condition reads, in order of their first use. Raises `ExpressionRefused`."""
    return tuple(dict.fromkeys(node.name for node in parse(where).find_all(exp.Column, bfs=False)))


@cache
def parse(where: str) -> exp.Expression:
    """The one expression that a text is. Raises `ExpressionRefused`; whether its parts fit, `kinds.check` says."""
    if not where.strip():
        raise ExpressionRefused("is empty")
    if len(where) > MAX_LENGTH:
        raise ExpressionRefused(f"is longer than {MAX_LENGTH} characters")
    if "\0" in where:
        raise ExpressionRefused("has a NUL character")
    try:
        statements: list[Any] = list(sqlglot.parse(where, read="duckdb"))
        for node in (node for statement in statements if statement for node in statement.walk()):
            _allow(node)
            if node.depth > MAX_DEPTH:
                raise RecursionError
    except SqlglotError as error:
        raise ExpressionRefused(f"is not an SQL expression: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ExpressionRefused("is nested too deeply") from None
    if len(statements) != 1 or statements[0] is None:
        raise ExpressionRefused("is more than one statement; write one expression without ';'")
    only: exp.Expression = statements[0]
    return only


def number_in(node: exp.Expression | None) -> int | None:
    """The whole number that a literal writes, else None."""
    if isinstance(node, exp.Neg):
        inner = number_in(node.this)
        return None if inner is None else -inner
    plain = isinstance(node, exp.Literal) and not node.is_string and re.fullmatch("[0-9]{1,18}", node.name, re.ASCII)
    return int(node.name) if node is not None and plain else None


def _allow(node: Any) -> None:
    if isinstance(node, exp.Subquery | exp.Exists) or node.args.get("query"):
        raise ExpressionRefused("has a subquery; only the row itself can be read")
    if isinstance(node, _COMMANDS):
        raise ExpressionRefused("is a query or a command; write one boolean expression over the row's columns")
    if isinstance(node, exp.Div):
        raise ExpressionRefused("divides with '/', which is not exact; multiply, or use '//'")
    if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
        raise ExpressionRefused("uses star, which is not allowed")
    if isinstance(node, exp.Column) and node.table:
        raise ExpressionRefused(f"names '{node.sql('duckdb')}'; write the column alone")
    if isinstance(node, exp.Func) and type(node) not in {*_CALLS, *_LOGIC}:
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        raise ExpressionRefused(f"calls {name}(), which is not one of: {_NAMED}")
    if type(node) not in _KNOWN:
        raise ExpressionRefused(f"uses {node.key}, which is not allowed")
    extra = {part for part, value in node.args.items() if value} - _PARTS.get(type(node), {*_TWO, "quoted", "nested"})
    if extra:
        raise ExpressionRefused(f"uses {node.key} with {', '.join(sorted(extra))}, which is not allowed")


_COMMANDS = (exp.Query, exp.DML, exp.DDL, exp.Command, exp.Set, exp.Copy, exp.Drop, exp.Pragma, exp.Attach, exp.Detach)
_LOGIC = (exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.TryCast)
_KNOWN = {
    *_CALLS,
    *_LOGIC,
    *(*COMPARISONS, *ARITHMETIC, *DIVISIONS, *PATTERNS),
    *(exp.Not, exp.Neg, exp.Paren, exp.Is, exp.In, exp.Between, exp.DPipe, exp.DataType),
    *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null),
}
