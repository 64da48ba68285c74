"""What a condition means where engines, or what writes SQL for them, could read it otherwise."""

import pytest

from tests.measurement.desk import ALL, SECRET, define, slo
from workpact.measurement import measure

# On the rows a and 1, b and 2, c and NULL: for which the condition holds.
CASES = {
    # A comparison with NULL never holds, whichever way NULL comes about.
    "t = NULL": "",
    "t <> NULL": "",
    "NULL = NULL": "",
    "(t = NULL) IS NULL": "abc",
    "n = coalesce(NULL, NULL)": "",
    "n // 2 = NULL": "",
    "CASE NULL WHEN NULL THEN true END": "",
    "t IN (lower(NULL))": "",
    "NULL BETWEEN 1 AND n": "",
    # NULL has the kind that its place asks for.
    "NOT NULL": "",
    "NULL OR n = 1": "a",
    "(NULL AND n = 1) IS FALSE": "b",
    "NULL + n = 1": "",
    "abs(-NULL) IS NULL": "abc",
    "greatest(n, NULL) = 1": "a",
    "lower(NULL) || t IS NULL": "abc",
    "starts_with(t, NULL) IS NULL": "abc",
    "NULL LIKE '%'": "",
    "NULL IS TRUE": "",
    # NOT belongs to what it stands before, and to nothing after it.
    "(NOT (n = 1)) IS NULL": "c",
    "(NOT (NOT (n = 1))) IS NOT NULL": "ab",
    "(NOT (n IS NULL)) IS NULL": "",
    "(n IS NULL) IS NULL": "",
    "(NOT (n = 1)) = (t = 'b')": "ab",
    "(t = 'b') <> (NOT (n = 1))": "",
    "(t NOT LIKE 'a%') IS NULL": "",
    "(t LIKE 'a%') = (n = 1)": "ab",
    "(NOT (t LIKE 'a%')) = false": "a",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("conditions") / "log.csv"
    path.write_text("id,t,n,day\n1,a,1,2016-03-01\n2,b,2,2016-03-01\n3,c,?,2016-03-01\n")
    return path


def test_conditions__each_holds_where_sql_says(path):
    levels = [
        slo(f"e{place} {row}", where, f"t = '{row}'") for place, where in enumerate(CASES) for row in "abc"
    ]  # fmt: skip
    details = {"case": "id", "order": None, "clocks": [], "timeFormat": "ISO", "attribution": "day"}
    found = measure(define(*levels, wholeNumbers=["n"], **details), path, ALL, SECRET).figures
    held = [
        "".join(each.name[-1] for each in found[place : place + 3] if each.good) for place in range(0, len(found), 3)
    ]
    assert dict(zip(CASES, held, strict=True)) == CASES
