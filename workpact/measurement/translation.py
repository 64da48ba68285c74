"""A condition as an Ibis expression: every engine that Ibis writes SQL for gives it the same meaning.

Text is compared by code points, upper and lower case are those of A to Z, `//` and `%` floor, and a text that is cast
must be a whole number. What could differ between engines has been refused by `expression`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import ibis
import ibis.expr.types as ir
from sqlglot import exp

from workpact.measurement.expression import number_in, parse

WHOLE = "^[-+]?[0-9]{1,18}$"
_FOLD = {exp.Lower: (ascii_uppercase, ascii_lowercase), exp.Upper: (ascii_lowercase, ascii_uppercase)}
_ENDS = {"LEADING": ("^ +",), "TRAILING": (" +$",), "": ("^ +", " +$")}


class Translation:
    """Conditions over the columns of one table.

    `columns` maps names in lower case to text or whole-number expressions. `missing` is the text that stands for no
    value. `casts` gathers, for each text that is cast, the expression that says whether it cannot be.
    """

    def __init__(self, columns: Mapping[str, ir.Value], missing: str | None, *, bytewise: bool) -> None:
        self._columns = columns
        self._missing = missing
        self._bytewise = bytewise
        self.casts: list[tuple[ir.StringValue, ir.BooleanValue]] = []

    def holds(self, where: str) -> ir.BooleanValue:
        """Whether the condition holds; NULL does not."""
        condition: ir.BooleanValue = ibis.coalesce(self._of(parse(where)).cast("boolean"), ibis.literal(False))
        return condition

    def _of(self, node: exp.Expression) -> Any:
        match node:
            case exp.Paren():
                return self._of(node.this)
            case exp.Column():
                return self._columns[node.name.lower()]
            case exp.Literal():
                return ibis.literal(
                    node.name if node.is_string else number_in(node), "string" if node.is_string else "int64"
                )
            case exp.Boolean():
                return ibis.literal(bool(node.this))
            case exp.Null():
                return ibis.null()
            case exp.And():
                return self._as("boolean", node.this) & self._as("boolean", node.expression)
            case exp.Or():
                return self._as("boolean", node.this) | self._as("boolean", node.expression)
            case exp.Not():
                return ~self._as("boolean", node.this)
            case exp.Is():
                return self._is(node)
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self._compared(type(node), node.this, node.expression)
            case exp.Between():
                low = self._compared(exp.GTE, node.this, node.args["low"])
                return low & self._compared(exp.LTE, node.this, node.args["high"])
            case exp.In():
                return reduce(
                    lambda a, b: a | b, [self._compared(exp.EQ, node.this, each) for each in node.expressions]
                )
            case exp.Case():
                return self._case(node)
            case exp.Coalesce():
                return ibis.coalesce(self._of(node.this), *map(self._of, node.expressions))
            case exp.Nullif():
                same = self._compared(exp.EQ, node.this, node.expression)
                value = self._of(node.this)
                return ibis.ifelse(same, ibis.null(value.type()), value)
            case exp.Cast() | exp.TryCast():
                return self._cast(node)
            case exp.Like() | exp.ILike() | exp.RegexpLike() | exp.RegexpFullMatch():
                return self._matched(node)
            case exp.StartsWith():
                return self._as("string", node.this).startswith(self._as("string", node.expression))
            case exp.EndsWith():
                return self._as("string", node.this).endswith(self._as("string", node.expression))
            case exp.Contains():
                return self._as("string", node.this).contains(self._as("string", node.expression))
            case exp.Greatest() | exp.Least():
                return self._extreme(node)
            case exp.Add() | exp.Sub() | exp.Mul() | exp.IntDiv() | exp.Mod() | exp.Neg() | exp.Abs() | exp.Length():
                return self._number(node)
            case _:
                return self._text(node)

    def _as(self, kind: str, node: exp.Expression) -> Any:
        """The value, of its kind even where it is NULL: operations have none on a NULL of no kind."""
        value = self._of(node)
        return value.cast(kind) if value.type().is_null() else value

    def _number(self, node: exp.Expression) -> Any:
        if isinstance(node, exp.Length):
            return self._as("string", node.this).length().cast("int64")
        value = self._as("int64", node.this)
        match node:
            case exp.Neg():
                return -value
            case exp.Abs():
                return ibis.ifelse(value < 0, -value, value)
            case exp.Add():
                return value + self._as("int64", node.expression)
            case exp.Sub():
                return value - self._as("int64", node.expression)
            case exp.Mul():
                return value * self._as("int64", node.expression)
            case _:
                divisor = number_in(node.expression)
                assert divisor is not None, "checked"
                return floored(value, divisor) if isinstance(node, exp.IntDiv) else remainder(value, divisor)

    def _text(self, node: exp.Expression) -> Any:
        value = self._as("string", node.this)
        match node:
            case exp.Lower() | exp.Upper():
                return value.translate(*_FOLD[type(node)])
            case exp.Trim():
                for end in _ENDS[(node.args.get("position") or "").upper()]:
                    value = value.re_replace(end, "")
                return value
            case exp.Substring():
                start, length = (number_in(node.args.get(part)) for part in ("start", "length"))
                assert start is not None, "checked"
                return value.substr(start - 1, length)
            case exp.Left():
                return value.substr(0, number_in(node.expression))
            case exp.Right():
                count = number_in(node.expression)
                # The whole text where it is shorter; engines disagree on a start before the first character.
                start = ibis.greatest(value.length() - count, 0)
                return value.substr(start, count)
            case exp.DPipe():
                return value + self._as("string", node.expression)
        raise AssertionError(f"{node.key} was allowed and is not translated")

    def _is(self, node: exp.Is) -> Any:
        if isinstance(node.expression, exp.Null):
            # A negation is NULL where what it negates is. Ibis would write NOT x IS NULL, which is NOT (x IS NULL).
            tested, _ = _without_not(node.this)
            return ibis.literal(False) if isinstance(tested, exp.Is) else self._of(tested).isnull()
        value = self._as("boolean", node.this)
        truth = ibis.coalesce(value.cast("boolean"), ibis.literal(not node.expression.this))
        return truth if node.expression.this else ~truth

    def _compared(self, kind: type[exp.Expression], left: exp.Expression, right: exp.Expression) -> Any:
        # Without parentheses, as Ibis writes it, NOT takes the whole comparison.
        (left, one_not), (right, other_not) = _without_not(left), _without_not(right)
        if one_not != other_not:
            kind = exp.NEQ if kind is exp.EQ else exp.EQ
        one, other = self._of(left), self._of(right)
        if one.type().is_null() or other.type().is_null():
            # Ibis would take a comparison with NULL for IS NULL.
            return ibis.null("boolean")
        if self._bytewise and kind not in (exp.EQ, exp.NEQ) and (one.type().is_string() or other.type().is_string()):
            one, other = _utf8(one.cast("string"), "UTF8"), _utf8(other.cast("string"), "UTF8")
        compare: dict[Any, Callable[[Any, Any], Any]] = {
            exp.EQ: operator.eq,
            exp.NEQ: operator.ne,
            exp.LT: operator.lt,
            exp.LTE: operator.le,
            exp.GT: operator.gt,
            exp.GTE: operator.ge,
        }
        return compare[kind](one, other)

    def _case(self, node: exp.Case) -> Any:
        branches = []
        for part in node.args["ifs"]:
            is_plain = node.this is None
            condition = self._as("boolean", part.this) if is_plain else self._compared(exp.EQ, node.this, part.this)
            branches.append((condition, self._of(part.args["true"])))
        rest = node.args.get("default")
        return ibis.cases(*branches, else_=self._of(rest) if rest is not None else None)

    def _cast(self, node: exp.Cast) -> Any:
        value = self._of(node.this)
        if node.to.this in (exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR):
            return value.cast("string")
        if not value.type().is_string():
            return value.cast("int64")
        if self._missing is not None:
            value = value.nullif(self._missing)
        if not isinstance(node, exp.TryCast):
            self.casts.append((value, value.notnull() & ~value.re_search(WHOLE)))
        return whole(value)

    def _matched(self, node: exp.Expression) -> Any:
        value, pattern = self._as("string", node.this), node.expression.name
        match node:
            case exp.RegexpLike():
                return value.re_search(pattern)
            case exp.RegexpFullMatch():
                return value.re_search(f"^({pattern})$")
            case exp.ILike():
                fold = _FOLD[exp.Lower]
                found = value.translate(*fold).like(pattern.translate(str.maketrans(*fold)))
            case _:
                found = value.like(pattern)
        # A CASE stands for itself where Ibis writes no parentheses.
        return ibis.cases((value.notnull(), ~found if node.args.get("negate") else found))

    def _extreme(self, node: exp.Expression) -> Any:
        pick = max if isinstance(node, exp.Greatest) else min
        values = [self._as("int64", each) for each in (node.this, *node.expressions)]
        return (ibis.greatest if pick is max else ibis.least)(*values)


def _without_not(node: exp.Expression) -> tuple[exp.Expression, bool]:
    """What is negated, and whether it is, by an odd number of NOT."""
    negated = False
    while isinstance(node, exp.Paren | exp.Not):
        negated ^= isinstance(node, exp.Not)
        node = node.this
    return node, negated


def whole(value: ir.StringValue) -> ir.IntegerValue:
    """A text as a whole number, NULL if it is none."""
    number: ir.IntegerValue = ibis.ifelse(value.re_search(WHOLE), value, ibis.null("string")).cast("int64")
    return number


def floored(value: Any, divisor: int) -> Any:
    """`value` divided by a positive number, floored; exact to 2^53."""
    return (value - remainder(value, divisor)) // divisor


def remainder(value: Any, divisor: int) -> Any:
    """What flooring leaves, never negative."""
    return (value % divisor + divisor) % divisor


@ibis.udf.scalar.builtin(name="convert_to")  # type: ignore[untyped-decorator]
def _utf8(text: str, encoding: str) -> bytes:  # type: ignore[empty-body]
    """PostgreSQL orders text by its locale; bytes it orders as UTF-8 has them, by code points."""
