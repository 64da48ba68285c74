"""Whether the parts of a condition fit together: what kind of value each has, and what each operation takes.

Text is never compared with a number: engines differ in what they make of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlglot import exp

from workpact.measurement.expression import ExpressionRefused, number_in, parse

BOOLEAN, TEXT, WHOLE, NULL = "boolean", "text", "a whole number", "null"
_ADVICE = "; write CAST(… AS INTEGER), or name the column in wholeNumbers"
_CASTS = {
    exp.DataType.Type.INT: WHOLE,
    exp.DataType.Type.BIGINT: WHOLE,
    exp.DataType.Type.TEXT: TEXT,
    exp.DataType.Type.VARCHAR: TEXT,
}
# Operations all of whose operands are of one kind: that kind, and what comes of it.
_PLAIN: dict[type[exp.Expression], tuple[str, str]] = {
    **dict.fromkeys((exp.And, exp.Or, exp.Not), (BOOLEAN, BOOLEAN)),
    **dict.fromkeys((exp.StartsWith, exp.EndsWith, exp.Contains), (TEXT, BOOLEAN)),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs, exp.Greatest, exp.Least), (WHOLE, WHOLE)),
    **dict.fromkeys((exp.Lower, exp.Upper, exp.Trim, exp.DPipe), (TEXT, TEXT)),
    exp.Length: (TEXT, WHOLE),
}
# Literal text, sets, groups, alternatives and counts: what every engine's regular expressions agree on.
_REGEXP = re.compile(
    r"(?:[^\\\[\](){}*+?.|^$\n]|\\[^\w\s]|\[(?![\^\[\]])(?:[^\\\[\]\n^&~]|\\[^\w\s])+\]"
    r"|\((?!\?)|\)|\||(?<=[^(|*+?}])(?:[*+?]|\{\d{1,2}(?:,\d{0,2})?\})(?![*+?{]))+"
)


def check(where: str, numbers: Collection[str]) -> None:
    """Raise `ExpressionRefused` unless the text is a condition, given which columns are whole numbers."""
    kind = _Kinds(numbers).of(parse(where))
    if kind not in (BOOLEAN, NULL):
        raise ExpressionRefused(f"is {kind}, not true or false; compare it with something")


class _Kinds:
    def __init__(self, numbers: Collection[str]) -> None:
        self._numbers = {name.lower() for name in numbers}

    def of(self, node: exp.Expression) -> str:
        """The kind of an expression's value. Refuses what does not fit together."""
        if type(node) in _PLAIN:
            taken, given = _PLAIN[type(node)]
            self._expect(taken, *_operands(node))
            return given
        match node:
            case exp.Paren():
                return self.of(node.this)
            case exp.Column():
                return WHOLE if node.name.lower() in self._numbers else TEXT
            case exp.Boolean():
                return BOOLEAN
            case exp.Null():
                return NULL
            case exp.Literal() if node.is_string:
                return TEXT
            case exp.Literal():
                if number_in(node) is None:
                    raise ExpressionRefused(f"has {node.name}; only whole numbers, text, true and false count")
                return WHOLE
            case exp.Case() | exp.Coalesce() | exp.Nullif() | exp.Cast() | exp.TryCast():
                return self._chosen(node)
            case exp.IntDiv() | exp.Mod():
                self._expect(WHOLE, node.this)
                if (number_in(node.expression) or 0) < 1:
                    raise ExpressionRefused("divides by something else than a number from 1")
                return WHOLE
            case exp.Substring() | exp.Left() | exp.Right():
                self._expect(TEXT, node.this)
                _check_position(node)
                return TEXT
        self._compare(node)
        return BOOLEAN

    def _chosen(self, node: exp.Expression) -> str:
        """The kind of what is one of several values, or a value as another kind."""
        if isinstance(node, exp.Case):
            conditions = [part.this for part in node.args["ifs"]]
            if node.this is None:
                self._expect(BOOLEAN, *conditions)
            else:
                self._common(node.this, *conditions)
            rest = node.args.get("default")
            return self._common(*(part.args["true"] for part in node.args["ifs"]), *([rest] if rest else []))
        if not isinstance(node, exp.Cast):
            return self._common(*_operands(node))
        if self.of(node.this) != BOOLEAN and node.to.this in _CASTS:
            return _CASTS[node.to.this]
        raise ExpressionRefused(f"casts to {node.to.sql('duckdb')}; only INTEGER, BIGINT and VARCHAR count")

    def _compare(self, node: exp.Expression) -> None:
        match node:
            case exp.Is() if isinstance(node.expression, exp.Boolean):
                self._expect(BOOLEAN, node.this)
            case exp.Is():
                if not isinstance(node.expression, exp.Null):
                    raise ExpressionRefused("uses IS with something else than NULL, TRUE or FALSE")
                self.of(node.this)
            case exp.EQ() | exp.NEQ():
                self._common(node.this, node.expression)
            case exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                _check_ordered(self._common(node.this, node.expression))
            case exp.Between():
                _check_ordered(self._common(node.this, node.args["low"], node.args["high"]))
            case exp.In():
                if any(isinstance(part, exp.Null) for part in node.expressions):
                    raise ExpressionRefused("has NULL in a list, with which NOT IN never holds")
                self._common(node.this, *node.expressions)
            case exp.Like() | exp.ILike():
                self._expect(TEXT, node.this)
                _check_pattern(node.expression)
            case exp.RegexpLike() | exp.RegexpFullMatch():
                self._expect(TEXT, node.this)
                _check_regexp(node.expression)
            case _:
                raise ExpressionRefused(f"uses {node.key}, which is not allowed")

    def _expect(self, kind: str, *parts: exp.Expression) -> None:
        for part in parts:
            found = self.of(part)
            if found not in (kind, NULL):
                advice = _ADVICE if (found, kind) == (TEXT, WHOLE) else ""
                raise ExpressionRefused(f"takes {part.sql('duckdb')} for {kind}, but it is {found}{advice}")

    def _common(self, *parts: exp.Expression) -> str:
        kinds = {self.of(part) for part in parts} - {NULL}
        if len(kinds) > 1:
            shown = " with ".join(part.sql("duckdb") for part in parts)
            advice = _ADVICE if TEXT in kinds else ""
            raise ExpressionRefused(f"puts {shown}: {' and '.join(sorted(kinds))}{advice}")
        return kinds.pop() if kinds else NULL


def _operands(node: exp.Expression) -> list[exp.Expression]:
    second = node.args.get("expression")
    return [node.this, *([second] if second is not None else []), *node.expressions]


def _check_ordered(kind: str) -> None:
    if kind == BOOLEAN:
        raise ExpressionRefused("compares true with false; use =, AND, OR")


def _check_position(node: exp.Expression) -> None:
    given = [node.args["start"], node.args.get("length")] if isinstance(node, exp.Substring) else [node.expression]
    least = [1, 0] if isinstance(node, exp.Substring) else [0]
    for part, lowest in zip(given, least, strict=True):
        if part is not None and (number_in(part) is None or (number_in(part) or 0) < lowest):
            raise ExpressionRefused(f"cuts text at {part.sql('duckdb')}; write a number from {lowest}")


def _check_pattern(node: exp.Expression) -> None:
    if not (isinstance(node, exp.Literal) and node.is_string) or "\\" in node.name:
        raise ExpressionRefused("has a LIKE with something else than a text, or with a backslash in it")


def _check_regexp(node: exp.Expression) -> None:
    text = node.name if isinstance(node, exp.Literal) and node.is_string else ""
    try:
        sound = bool(_REGEXP.fullmatch(text) and re.compile(text))
    except re.error:
        sound = False
    if not sound:
        advice = "write text, [sets], (groups), alternatives with |, and counts *, +, ?, {1,3}; a dot as [a-z] or \\."
        raise ExpressionRefused(f"has a regular expression that engines read differently; {advice}")
