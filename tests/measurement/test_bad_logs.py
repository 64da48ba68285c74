"""What is wrong with a log is said with its file, line and column, and what to do."""

import bz2
import gzip

import pytest

from tests.measurement.desk import MARCH, SECRET, average, define, desk, row, slo, write_log
from workpact.measurement import measure
from workpact.measurement.errors import (
    BadRow,
    BadValue,
    EmptyLog,
    EmptyPeriod,
    LogError,
    MissingColumns,
    UnknownCompression,
)
from workpact.measurement.log import read_log

MADE = define(slo("made", "made_sla = 'true'", "true"))
HEADER = "number,sys_mod_count,made_sla,priority,opened_at,resolved_at,closed_at"
LINE = "INC1,0,true,3 - Moderate,1/3/2016 09:00,?,6/3/2016 09:30"


def refused(error, path, definition=MADE):
    with pytest.raises(error) as caught:
        measure(definition, path, MARCH, SECRET)
    assert type(caught.value) is error
    assert caught.value.path == path
    return caught.value


def text_log(tmp_path, *lines):
    path = tmp_path / "log.csv"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    return path


def test_a_file_that_is_not_there(tmp_path):
    path = tmp_path / "none.csv"
    assert str(refused(LogError, path)) == f"{path}: cannot be read: No such file or directory"


def test_a_folder(tmp_path):
    assert refused(LogError, tmp_path).problem == "is not a regular file; name the log itself"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_an_empty_file(tmp_path, content):
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    assert refused(EmptyLog, path).problem == "is empty; expected a header and the rows below it"


def test_a_header_alone(tmp_path):
    error = refused(EmptyLog, text_log(tmp_path, HEADER, ""))
    assert error.problem == "has a header but no row; export the rows as well"


@pytest.mark.parametrize(
    ("content", "compression"),
    [
        (bz2.compress(b"a,b\n"), "compressed with bzip2"),
        (b"PK\x03\x04rest", "a zip archive or a spreadsheet"),
        (b"\x28\xb5\x2f\xfdrest", "compressed with zstd"),
        (b"\xfd7zXZ\x00rest", "compressed with xz"),
        ("number,x\n".encode("utf-16"), "text in UTF-16, or binary"),
    ],
)
def test_another_compression(tmp_path, content, compression):
    path = tmp_path / "log.csv.gz"
    path.write_bytes(content)
    error = refused(UnknownCompression, path)
    assert error.compression == compression
    assert str(error) == (f"{path}: is {compression}; unpack it, or compress it with gzip, and measure that file")


def test_gzip_cut_short(tmp_path):
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}\n{LINE}\n".encode())[:-9])
    assert refused(LogError, path).problem.startswith("is damaged gzip (")


def test_missing_columns_name_who_needs_them(tmp_path):
    path = text_log(tmp_path, "number,sys_mod_count,opened_at,resolved_at", "INC1,0,?,?")
    definition = define(
        slo("made", "made_sla = 'true'", "Priority = '1' AND made_sla <> ''"),
        average("mean", "true", "score"),
    )

    error = refused(MissingColumns, path, definition)

    assert error.missing == {
        "score": "level mean, average",
        "closed_at": "data source, attribution",
        "Priority": "level made, total",
        "made_sla": "level made, total",
    }
    assert error.header == ("number", "sys_mod_count", "opened_at", "resolved_at")
    assert "has no column 'closed_at' (data source, attribution), 'score' (level mean, average)" in str(error)
    assert "it has: number, sys_mod_count, opened_at, resolved_at." in str(error)


def test_another_separator(tmp_path):
    path = text_log(tmp_path, HEADER.replace(",", ";"), LINE.replace(",", ";"))
    assert refused(MissingColumns, path).header == (HEADER.replace(",", ";"),)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (f"{HEADER},made_SLA", "names column 'made_SLA' twice (upper and lower case are one)"),
        (f"{HEADER},", "has a column without a name"),
        (
            f"{HEADER},workpact place",
            "has a column 'workpact place', which is computed; rename it in the export",
        ),
        (
            f"{HEADER},Resolution_Minutes",
            "has a column 'resolution_minutes', which is a clock; rename the clock",
        ),
    ],
)
def test_bad_headers(tmp_path, header, problem):
    path = text_log(tmp_path, header, f"{LINE},x")
    error = refused(BadRow, path)
    assert str(error) == f"{path}: line 1: {problem}"


@pytest.mark.parametrize("column", ["opened_at", "resolved_at", "closed_at"])
@pytest.mark.parametrize("value", ["31/2/2016 10:00", "2016-03-01 10:00", "", "1/3/16 10:00", "1/3/2016", "x"])
def test_an_unreadable_date_in_any_row_names_its_line_and_value(tmp_path, column, value):
    rows = [row(), row(number="INC2", **{column: value}), row(number="INC2", sys_mod_count="1")]
    path = write_log(tmp_path / "log.csv", rows)

    error = refused(BadValue, path)

    assert (error.line, error.column, error.value) == (3, column, value)
    assert str(error) == (f"{path}: line 3: column '{column}' is '{value}', expected a date like %d/%m/%Y %H:%M")


@pytest.mark.parametrize("value", ["", "1.5", "1e3", "one", "?", "9" * 19])
def test_an_order_that_is_not_a_whole_number(tmp_path, value):
    error = refused(BadValue, write_log(tmp_path / "log.csv", [row(sys_mod_count=value)]))
    assert (error.line, error.column, error.value) == (2, "sys_mod_count", value)
    assert str(error).endswith("expected a whole number")


@pytest.mark.parametrize("value", ["", "?"])
def test_a_row_without_a_case(tmp_path, value):
    error = refused(BadValue, write_log(tmp_path / "log.csv", [row(), row(number=value)]))
    assert (error.line, error.column, error.value) == (3, "number", value)


def test_an_averaged_column_that_is_not_a_whole_number(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(priority="1.5")])
    error = refused(BadValue, path, define(average("mean", "true", "priority")))
    assert (error.line, error.column, error.value) == (2, "priority", "1.5")


def test_line_numbers_count_empty_lines(tmp_path):
    path = text_log(tmp_path, HEADER, LINE, "", LINE.replace("6/3", "6-3"), "")
    assert refused(BadValue, path).line == 4


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("INC1,0,true", "has 3 values, the header has 7"),
        (f"{LINE},x", "has 8 values, the header has 7"),
        (f'"x,y",{LINE}', "has 8 values, the header has 7"),
        (
            f'{LINE[:-1]},"a',
            "has a quote that does not close on the line; a record must stand on one line",
        ),
        (f"{LINE}\0", "has a NUL byte; measure a CSV file"),
        (f"{LINE}\udce9", "is not UTF-8; export the log in UTF-8"),
        (f"{LINE}\r", "has another line end than line 1"),
        (LINE.replace(",?", ",\r?"), "has another line end than line 1"),
    ],
)
def test_lines_that_are_no_rows(tmp_path, line, problem):
    path = text_log(tmp_path, HEADER, LINE, line, LINE, "")
    error = refused(BadRow, path)
    assert (error.line, str(error)) == (3, f"{path}: line 3: {problem}")


@pytest.mark.parametrize(
    ("endings", "line"),
    [(("\r\n", "\n", "\r\n"), 2), (("\r\n", "\r\n", "\r"), 3), (("\n", "\n", "\r"), 3)],
)
def test_mixed_line_ends(tmp_path, endings, line):
    path = tmp_path / "log.csv"
    lines = (HEADER, LINE, LINE)
    data = "".join(text + ending for text, ending in zip(lines, endings, strict=True))
    path.write_bytes(data.encode())
    assert refused(BadRow, path).line == line


def test_a_period_with_no_case_names_the_months_that_have_some(tmp_path):
    rows = [
        row(closed_at="1/4/2016 00:00"),
        row(number="INC2", closed_at="30/4/2016 23:59"),
        row(number="INC3", closed_at="1/2/2016 00:00"),
        row(number="INC4", closed_at="?"),
    ]
    path = write_log(tmp_path / "log.csv", rows)

    error = refused(EmptyPeriod, path, desk())

    assert error.held == {"2016-02": 1, "2016-04": 2}
    assert str(error) == (
        f"{path}: no case belongs to period 2016-03; cases a month: 2016-02 (1), 2016-04 (2)."
        " Measure a period that the log covers, or allow an empty one if there was no case"
    )


@pytest.mark.threat("T85")
def test_a_log_that_changes_while_it_is_read(tmp_path):
    path = write_log(tmp_path / "log.csv", [row()])
    log = read_log(path)
    log.require_unchanged()
    with path.open("a") as file:
        file.write(LINE + "\n")

    with pytest.raises(LogError) as caught:
        log.require_unchanged()

    assert caught.value.problem == "changed while it was read; measure a copy that is complete"
