"""A condition: one boolean SQL expression over the columns of a row or of a case.

The text is parsed, never searched: what is not on the lists below is refused, so that a signed definition means the
same on every engine, reads nothing but its row and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
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
TEXT_TESTS = (exp.StartsWith, exp.EndsWith, exp.Contains)
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
_WHOLE = {exp.DataType.Type.INT, exp.DataType.Type.BIGINT}
_TEXT = {exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR}
# Literal text, sets, groups, alternatives and counts: what every engine's regular expressions agree on.
_REGEXP = re.compile(
    r"(?:[^\\\[\](){}*+?.|^$\n]|\\[^\w\s]|\[(?![\^\[\]])(?:[^\\\[\]\n^&~]|\\[^\w\s])+\]"
    r"|\((?!\?)|\)|\||(?<=[^(|*+?}])(?:[*+?]|\{\d{1,2}(?:,\d{0,2})?\})(?![*+?{]))+"
)


_ADVICE = "; write CAST(… AS INTEGER), or name the column in wholeNumbers"


class ExpressionRefused(ValueError):
    """Why a text is not a condition that may be measured."""


def columns_of(where: str) -> tuple[str, ...]:
    """The columns that a condition reads, in order of their first use. Raises `ExpressionRefused`."""
    return tuple(dict.fromkeys(node.name for node in parse(where).find_all(exp.Column, bfs=False)))


def check(where: str, numbers: Collection[str]) -> None:
    """Raise `ExpressionRefused` unless the text is a condition, given which columns are whole numbers."""
    kind = _kind(parse(where), {name.lower() for name in numbers})
    if kind not in ("boolean", "null"):
        raise ExpressionRefused(f"is {kind}, not true or false; compare it with something")


@cache
def parse(where: str) -> exp.Expression:
    """The one expression that a text is. Raises `ExpressionRefused`; whether it may be measured, `check` says."""
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


def _kind(node: exp.Expression, numbers: Collection[str]) -> str:
    """What an expression's value is: boolean, text, a whole number, or null. Refuses what does not fit together."""

    def expect(kind: str, *parts: exp.Expression) -> None:
        for part in parts:
            found = _kind(part, numbers)
            if found not in (kind, "null"):
                advice = _ADVICE if (found, kind) == ("text", "a whole number") else ""
                raise ExpressionRefused(f"takes {part.sql('duckdb')} for {kind}, but it is {found}{advice}")

    def common(parts: list[exp.Expression]) -> str:
        kinds = {_kind(part, numbers) for part in parts} - {"null"}
        if len(kinds) > 1:
            shown = " with ".join(part.sql("duckdb") for part in parts)
            advice = _ADVICE if "text" in kinds else ""
            raise ExpressionRefused(f"puts {shown}: {' and '.join(sorted(kinds))}{advice}")
        return kinds.pop() if kinds else "null"

    match node:
        case exp.Paren():
            return _kind(node.this, numbers)
        case exp.Column():
            return "a whole number" if node.name.lower() in numbers else "text"
        case exp.Boolean():
            return "boolean"
        case exp.Null():
            return "null"
        case exp.Literal() if node.is_string:
            return "text"
        case exp.Literal():
            if number_in(node) is None:
                raise ExpressionRefused(f"has {node.name}; only whole numbers, text, true and false count")
            return "a whole number"
        case exp.And() | exp.Or():
            expect("boolean", node.this, node.expression)
        case exp.Not():
            expect("boolean", node.this)
        case exp.Is():
            if isinstance(node.expression, exp.Boolean):
                expect("boolean", node.this)
            elif not isinstance(node.expression, exp.Null):
                raise ExpressionRefused("uses IS with something else than NULL, TRUE or FALSE")
            common([node.this])
        case exp.EQ() | exp.NEQ():
            common([node.this, node.expression])
        case exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            _ordered(common([node.this, node.expression]))
        case exp.Between():
            _ordered(common([node.this, node.args["low"], node.args["high"]]))
        case exp.In():
            if any(isinstance(part, exp.Null) for part in node.expressions):
                raise ExpressionRefused("has NULL in a list, with which NOT IN never holds")
            common([node.this, *node.expressions])
        case exp.Like() | exp.ILike():
            expect("text", node.this)
            _pattern(node.expression)
        case exp.RegexpLike() | exp.RegexpFullMatch():
            expect("text", node.this)
            _regexp(node.expression)
        case exp.StartsWith() | exp.EndsWith() | exp.Contains():
            expect("text", node.this, node.expression)
        case _:
            return _value_kind(node, expect, common)
    return "boolean"


def _value_kind(node: exp.Expression, expect, common) -> str:  # type: ignore[no-untyped-def]
    match node:
        case exp.Case():
            conditions = [part.this for part in node.args["ifs"]]
            if node.this is None:
                expect("boolean", *conditions)
            else:
                common([node.this, *conditions])
            rest = node.args.get("default")
            return str(common([part.args["true"] for part in node.args["ifs"]] + ([rest] if rest else [])))
        case exp.Coalesce():
            return str(common([node.this, *node.expressions]))
        case exp.Nullif():
            return str(common([node.this, node.expression]))
        case exp.Cast() | exp.TryCast():
            expect_kind = common([node.this])
            if node.to.this in _WHOLE and expect_kind != "boolean":
                return "a whole number"
            if node.to.this in _TEXT and expect_kind != "boolean":
                return "text"
            raise ExpressionRefused(f"casts to {node.to.sql('duckdb')}; only INTEGER, BIGINT and VARCHAR count")
        case exp.Neg() | exp.Abs():
            expect("a whole number", node.this)
        case exp.Add() | exp.Sub() | exp.Mul():
            expect("a whole number", node.this, node.expression)
        case exp.IntDiv() | exp.Mod():
            expect("a whole number", node.this)
            if (number_in(node.expression) or 0) < 1:
                raise ExpressionRefused("divides by something else than a number from 1")
        case exp.Greatest() | exp.Least():
            expect("a whole number", node.this, *node.expressions)
        case exp.Length():
            expect("text", node.this)
        case exp.DPipe():
            expect("text", node.this, node.expression)
            return "text"
        case exp.Lower() | exp.Upper() | exp.Trim():
            expect("text", node.this)
            return "text"
        case exp.Substring() | exp.Left() | exp.Right():
            expect("text", node.this)
            _position(node)
            return "text"
        case _:
            raise ExpressionRefused(f"uses {node.key}, which is not allowed")
    return "a whole number"


def _ordered(kind: str) -> None:
    if kind == "boolean":
        raise ExpressionRefused("compares true with false; use =, AND, OR")


def _position(node: exp.Expression) -> None:
    given = [node.args["start"], node.args.get("length")] if isinstance(node, exp.Substring) else [node.expression]
    least = [1, 0] if isinstance(node, exp.Substring) else [0]
    for part, lowest in zip(given, least, strict=True):
        if part is not None and (number_in(part) is None or (number_in(part) or 0) < lowest):
            raise ExpressionRefused(f"cuts text at {part.sql('duckdb')}; write a number from {lowest}")


def _pattern(node: exp.Expression) -> None:
    if not (isinstance(node, exp.Literal) and node.is_string) or "\\" in node.name:
        raise ExpressionRefused("has a LIKE with something else than a text, or with a backslash in it")


def _regexp(node: exp.Expression) -> None:
    text = node.name if isinstance(node, exp.Literal) and node.is_string else ""
    try:
        sound = bool(_REGEXP.fullmatch(text) and re.compile(text))
    except re.error:
        sound = False
    if not sound:
        advice = "write text, [sets], (groups), alternatives with |, and counts *, +, ?, {1,3}; a dot as [a-z] or \\."
        raise ExpressionRefused(f"has a regular expression that engines read differently; {advice}")
