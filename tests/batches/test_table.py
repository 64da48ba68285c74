"""CSV as spreadsheets write it, and what is none."""

from __future__ import annotations

import pytest

from workpact.batches.errors import BadColumns, BadRow, UnreadableFile
from workpact.batches.table import Line, checksummed, read_table

COLUMNS = ("worker", "units")


@pytest.mark.parametrize(
    "data",
    [
        b"worker,units\n1,10\n2,20\n",
        b"worker,units\r\n1,10\r\n2,20",
        b"\xef\xbb\xbfunits,worker\r\n10,1\r\n20,2\r\n",
        b'"worker","units"\n"1" , "10" \n2,20\n\n,\n'.replace(b'"1" , "10" ', b'" 1 "," 10 "'),
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path, data):
    path = tmp_path / "grants.csv"
    path.write_bytes(data)
    expected = [Line(path, 2, {"worker": "1", "units": "10"}), Line(path, 3, {"worker": "2", "units": "20"})]
    assert read_table(path, COLUMNS) == expected


def test_line_numbers_count_blank_lines(tmp_path):
    path = tmp_path / "grants.csv"
    path.write_text("\n\nworker,units\n\n1,10\n\n\n2,20\n")
    assert [line.number for line in read_table(path, COLUMNS)] == [5, 8]


@pytest.mark.parametrize(
    ("data", "error", "line", "problem"),
    [
        (b"", UnreadableFile, 0, "has no line"),
        (b"worker,units\n", UnreadableFile, 0, "has no line below its header"),
        (b"worker;units\n1;10\n", UnreadableFile, 1, "is separated by semicolons or tabs"),
        (b"worker,units,units\n1,10,10\n", UnreadableFile, 1, "has the column 'units' twice"),
        (b"worker\n1\n", BadColumns, 1, "has no column units"),
        (b"worker,units,name\n1,10,Ada\n", BadColumns, 1, "has the column 'name', which nothing here reads"),
        (b"worker,units\n1,10\n2\n", BadRow, 3, "has 1 values, the header 2"),
        (b"worker,units\n1,1,200\n", BadRow, 2, "has 3 values, the header 2"),
        (b'worker,units\n1,"10\n"\n', BadRow, 2, "has a line break in a value"),
        (b"worker,units\n1,10\n2,\xff\n", UnreadableFile, 3, "is not text in UTF-8"),
        (b"worker,units\n1,\x00\n", UnreadableFile, 2, "holds a zero byte"),
        (b'worker,units\n1,10\n2,"20\n', UnreadableFile, 3, "is not CSV: unexpected end of data"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path, data, error, line, problem):
    path = tmp_path / "grants.csv"
    path.write_bytes(data)
    with pytest.raises(error) as found:
        read_table(path, COLUMNS)
    assert (found.value.path, found.value.line, found.value.problem) == (path, line, problem)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match=r"none\.csv: cannot be read: No such file"):
        read_table(tmp_path / "none.csv", COLUMNS)


@pytest.mark.parametrize(
    "address",
    [
        # The examples of EIP-55.
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
    ],
)
def test_addresses_are_written_with_their_checksum(address):
    assert checksummed(address) == checksummed(address.lower()) == address
