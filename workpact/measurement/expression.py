"""A `where`: one boolean SQL expression over the columns of a ticket's final row.

The text is parsed, never searched: what is not on the lists below is refused, so that a signed
definition gives the same integers everywhere, reads nothing but its row and changes nothing.
"""

import json
from functools import cache
from typing import Any

import duckdb

MAX_LENGTH = 1000

_OPERATORS = {
    "OPERATOR_NOT",
    "OPERATOR_IS_NULL",
    "OPERATOR_IS_NOT_NULL",
    "OPERATOR_COALESCE",
    "COMPARE_IN",
    "COMPARE_NOT_IN",
}
_FUNCTIONS = {
    *("+", "-", "*", "//", "%", "||", "~~", "!~~", "~~*", "!~~*"),
    *("lower", "upper", "trim", "ltrim", "rtrim", "length", "substring", "substr", "left", "right"),
    *("starts_with", "ends_with", "contains", "prefix", "suffix"),
    *("regexp_matches", "regexp_full_match", "nullif", "abs", "greatest", "least"),
}
_TYPES = {"NULL", "BOOLEAN", "INTEGER", "BIGINT", "HUGEINT", "VARCHAR", "DATE", "TIMESTAMP"}
# The children of each kind of node; every other kind is refused.
_CHILDREN = {
    "COLUMN_REF": (),
    "CONSTANT": (),
    "CAST": ("child",),
    "COMPARISON": ("left", "right"),
    "CONJUNCTION": ("children",),
    "BETWEEN": ("input", "lower", "upper"),
    "CASE": ("case_checks", "else_expr"),
    "OPERATOR": ("children",),
    "FUNCTION": ("children",),
}
_CLAUSES = ("where_clause", "having", "sample", "qualify", "group_expressions", "group_sets")


class ExpressionRefused(ValueError):
    """Why a text is not an expression that may be measured."""


@cache
def columns_of(where: str) -> tuple[str, ...]:
    """The columns that an expression reads, in order of their first use.

    Raises `ExpressionRefused` when the text is not one expression built from columns, constants,
    comparisons, logic, integer arithmetic and the listed text functions.
    """
    pending = [_parse(where)]
    columns: dict[str, None] = {}
    while pending:
        node = pending.pop()
        _check(node)
        if node["class"] == "COLUMN_REF":
            columns[node["column_names"][0]] = None
        pending.extend(reversed(_children(node)))
    return tuple(columns)


def as_select_item(where: str) -> str:
    """The expression as it was parsed: alone, in parentheses, comments ended by the line."""
    return f"(\n{where}\n)"


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": 1, "enable_external_access": False})


def _parse(where: str) -> dict[str, Any]:
    if not where.strip():
        raise ExpressionRefused("is empty")
    if len(where) > MAX_LENGTH:
        raise ExpressionRefused(f"is longer than {MAX_LENGTH} characters")
    if "\0" in where:
        raise ExpressionRefused("has a NUL character")
    statement = f"SELECT {as_select_item(where)}".replace("'", "''")
    # A literal, not a parameter: binding one makes DuckDB import pandas, two seconds.
    row = _parser().cursor().execute(f"SELECT json_serialize_sql('{statement}')").fetchone()
    assert row is not None
    try:
        parsed = json.loads(row[0])
    except RecursionError:
        raise ExpressionRefused("is nested too deeply") from None
    if parsed["error"]:
        raise ExpressionRefused(f"is not an SQL expression: {parsed['error_message']}")
    return _only_item(parsed["statements"])


def _only_item(statements: list[dict[str, Any]]) -> dict[str, Any]:
    """The one expression of one bare SELECT; text that closed our parenthesis shows up here."""
    if len(statements) != 1:
        raise ExpressionRefused("is more than one statement; write one expression without ';'")
    node = statements[0]["node"]
    bare = (
        node["type"] == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not node["modifiers"]
        and not node["cte_map"]["map"]
        and not any(node[clause] for clause in _CLAUSES)
    )
    if not bare:
        raise ExpressionRefused("is a query; write one boolean expression over the row's columns")
    item: dict[str, Any] = node["select_list"][0]
    return item


def _children(node: dict[str, Any]) -> list[dict[str, Any]]:
    children: list[dict[str, Any]] = []
    for key in _CHILDREN[node["class"]]:
        if key == "case_checks":
            for check in node[key]:
                children += [check["when_expr"], check["then_expr"]]
        elif isinstance(node[key], list):
            children += node[key]
        else:
            children.append(node[key])
    return children


def _check(node: dict[str, Any]) -> None:
    kind = node["class"]
    if kind == "SUBQUERY":
        raise ExpressionRefused("has a subquery; only the ticket's own row can be read")
    if kind not in _CHILDREN:
        raise ExpressionRefused(f"uses {kind.lower().replace('_', ' ')}, which is not allowed")
    if kind == "COLUMN_REF" and len(node["column_names"]) != 1:
        raise ExpressionRefused(f"names '{'.'.join(node['column_names'])}'; write the column alone")
    if kind == "OPERATOR" and node["type"] not in _OPERATORS:
        raise ExpressionRefused(f"uses {node['type'].lower()}, which is not allowed")
    if kind == "CONSTANT":
        _check_type(node["value"]["type"]["id"])
    if kind == "CAST":
        _check_type(node["cast_type"]["id"])
    if kind == "FUNCTION":
        _check_function(node)


def _check_type(name: str) -> None:
    if name not in _TYPES:
        raise ExpressionRefused(f"uses type {name}; only integers, text, booleans and dates count")


def _check_function(node: dict[str, Any]) -> None:
    name = node["function_name"]
    if name == "/":
        raise ExpressionRefused("divides with '/', which is not exact; multiply, or use '//'")
    plain = (
        node["schema"] in ("", "main")
        and not node["catalog"]
        and not node["filter"]
        and not node["distinct"]
        and not node["order_bys"]["orders"]
    )
    if name not in _FUNCTIONS or not plain:
        raise ExpressionRefused(f"calls {name}(), which is not one of: {_named_functions()}")


def _named_functions() -> str:
    return ", ".join(sorted(name for name in _FUNCTIONS if name[0].isalpha()))
